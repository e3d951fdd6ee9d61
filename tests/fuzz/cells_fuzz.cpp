// SPDX-License-Identifier: Apache-2.0
// One cell of a roster: phones, dates, states and choices are read without a crash, and what an export writes into a
// cell comes back as it was.
#include "exchange/cell_values.hpp"
#include "exchange/mapping.hpp"
#include "exchange/spreadsheet_text.hpp"
#include "exchange/table.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

using namespace kiosk;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const auto zone = core::TimeZone::utc();
    const std::string input(reinterpret_cast<const char*>(data), size);
    const auto phone = exchange::read_phone(input);
    KIOSK_ASSERT(phone.problem != exchange::PhoneNumber::Problem::None || phone.text.size() <= 21);
    for (const auto edge : {exchange::DayEdge::Start, exchange::DayEdge::End})
        (void)exchange::read_moment(zone, input, edge);
    (void)exchange::read_validity(zone, input);
    (void)exchange::read_status(input);
    (void)exchange::is_individual(input);
    for (int field = 0; field <= static_cast<int>(exchange::Field::Consent); ++field)
        (void)exchange::masked_value(static_cast<exchange::Field>(field), input);
    core::Question question;
    question.type = core::QuestionType::Multiple;
    (void)exchange::read_answer(question, input);

    const auto text = exchange::clean_text(input);
    KIOSK_ASSERT(exchange::clean_text(text) == text);
    const auto cell = exchange::csv_cell(text);
    auto reader = exchange::open_csv(exchange::make_memory_source("a,b,c,d,e\r\n" + cell + ",x\r\n"));
    KIOSK_ASSERT(reader.has_value());
    exchange::Row row;
    KIOSK_ASSERT((*reader)->next(row).value_or(false) && (*reader)->next(row).value_or(false));
    KIOSK_ASSERT(row.cells.size() == 2 && row.cells[1] == "x");
    auto back = exchange::without_guard(row.cells[0]);
    if (exchange::loses_itself(text) && back.ends_with('\t'))
        back.remove_suffix(1);
    KIOSK_ASSERT(back == text || row.cells[0] == text); // "'=x" as typed has its apostrophe already
    return 0;
}
