// SPDX-License-Identifier: Apache-2.0
// What people type and what rosters hold: names, searches, answers.
#include "core/names.hpp"
#include "core/questions.hpp"
#include "core/time.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

using namespace kiosk::core;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string input(reinterpret_cast<const char*>(data), size);

    const auto folded = fold(input);
    KIOSK_ASSERT(fold(folded) == folded);
    const auto query = search_query(input);
    KIOSK_ASSERT(query.size() <= 4 * 64 + 1);
    const auto terms = search_terms({.name = input, .phone = input, .email = {}, .organisation = input, .title = {}});
    KIOSK_ASSERT(terms.size() <= 24);
    for (const auto& term : terms)
        KIOSK_ASSERT(term.size() >= 2 && term.find(' ') == std::string::npos);
    (void)pinyin(input);
    (void)mask_name(input);
    (void)mask_phone(input);
    (void)mask_organisation(input);
    (void)parse_rfc3339(input);

    Question question;
    question.options = {{"a", {}}, {"b", {}}};
    const Answer text = input;
    for (int type = 1; type <= static_cast<int>(QuestionType::Country); ++type) {
        question.type = static_cast<QuestionType>(type);
        (void)check_answer(question, &text);
    }
    return 0;
}
