// SPDX-License-Identifier: Apache-2.0
#include "exchange/booking_export.hpp"

#include "core/closed_sessions.hpp"
#include "core/names.hpp"
#include "exchange/mapping.hpp"
#include "exchange/spreadsheet_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>

namespace kiosk::exchange {

namespace {

bool shares(const core::Registration& registration) {
    const auto share = registration.consents.find("share");
    return share != registration.consents.end() && share->second;
}

class RowMaker {
public:
    explicit RowMaker(const BookingExport& request) : m_request(request), m_base(request.base) {}

    core::Result<BookingRows> all(bool with_hidden);

private:
    std::string text(const std::string& key) const { return m_base.texts->text(m_base.language, key); }
    // What is not known here (a purpose of a newer version) is shown as it is.
    std::string word(const std::string& prefix, std::string_view id) const {
        const auto key = prefix + std::string(id);
        return id.empty() ? std::string() : m_base.texts->has(key) ? text(key) : std::string(id);
    }
    bool is_confidential(const core::BookingRequest& request) const {
        const auto* session = m_base.config->session(request.session);
        return !request.confidential.empty() || (session != nullptr && session->is_closed_door());
    }
    std::string place(const core::BookingRequest& request) const;
    core::Result<std::optional<core::Registration>> registration_of(const core::Participant& participant);
    core::Result<bool> add_people(BookingRow& row);
    core::Status add_words(BookingRow& row);

    const BookingExport& m_request;
    const ExportRequest& m_base;
    std::map<std::string, std::optional<core::Registration>> m_known; // by uid or ticket: people come more than once
};

std::string RowMaker::place(const core::BookingRequest& request) const {
    if (const auto* unit = m_base.config->unit(request.unit))
        return unit_label(*unit, *m_base.texts, m_base.language);
    if (const auto* session = m_base.config->session(request.session)) {
        const auto& title = session->shown_title().in(m_base.language);
        return title.empty() ? session->id : title;
    }
    return request.unit.empty() ? request.session : request.unit; // one that was taken out of the event since
}

core::Result<std::optional<core::Registration>> RowMaker::registration_of(const core::Participant& participant) {
    const auto& key = participant.registration.empty() ? participant.ticket : participant.registration;
    if (const auto known = m_known.find(key); known != m_known.end())
        return known->second;
    std::optional<core::Registration> found;
    if (!participant.registration.empty()) {
        KIOSK_TRY(found, m_base.store->registration(participant.registration));
    } else {
        KIOSK_TRY(const auto holders, m_base.store->registrations_by_ticket(participant.ticket));
        if (holders.size() == 1)
            found = holders.front();
    }
    m_known.emplace(key, found);
    return found;
}

// False where the row has to be left out: somebody in it did not agree to be passed on.
core::Result<bool> RowMaker::add_people(BookingRow& row) {
    const bool masked = m_base.disclosure == Disclosure::Masked;
    for (const auto& participant : row.booking.request.participants) {
        KIOSK_TRY(const auto registration, registration_of(participant));
        if (m_base.disclosure == Disclosure::Partner && (!registration || !shares(*registration)))
            return false;
        auto& person = row.people.emplace_back();
        person.ticket = masked ? masked_value(Field::Ticket, participant.ticket) : participant.ticket;
        if (!registration)
            continue;
        person.name = masked ? core::mask_name(registration->person.name) : registration->person.name;
        person.organisation = registration->person.organisation;
    }
    return true;
}

core::Status RowMaker::add_words(BookingRow& row) {
    const auto& booking = row.booking;
    row.status = word("export.booking.status.", core::to_string(row.standing.status));
    row.reason = word("export.booking.reason.", core::to_string(row.standing.reason));
    row.purpose = word("lead.type.", booking.request.purpose);
    row.outcome = word("export.booking.outcome.", booking.outcome);
    if (!booking.lead.empty()) {
        KIOSK_TRY(const auto lead, m_base.store->lead(booking.lead));
        row.lead = lead ? word("lead.status.", core::to_string(lead->status)) : text("export.yes");
    }
    if (m_base.disclosure == Disclosure::Masked)
        return {};
    row.topic = booking.request.topic;
    row.note = booking.outcome_note;
    return {};
}

core::Result<BookingRows> RowMaker::all(bool with_hidden) {
    const auto& staff = m_request.confidential_for;
    if (!staff.empty() && !core::may_approve(*m_base.config, staff))
        return core::fail(core::ErrorCode::Invalid, "error.exchange.confidential_staff", staff);
    KIOSK_TRY(auto bookings, m_base.store->bookings());
    const auto grace_ms = core::booking_policy(*m_base.config).grace_ms;
    BookingRows result;
    for (auto& booking : bookings) {
        BookingRow row;
        row.confidential = is_confidential(booking.request);
        row.standing = core::standing_at(booking, m_base.now, grace_ms);
        row.booking = std::move(booking);
        row.unit = place(row.booking.request);
        if (row.confidential && staff.empty()) {
            ++result.withheld;
            if (!with_hidden)
                continue;
        } else {
            KIOSK_TRY(const auto wanted, add_people(row));
            if (!wanted)
                continue;
            KIOSK_CHECK(add_words(row));
        }
        result.rows.push_back(std::move(row));
    }
    return result;
}

// ---- tables ----

struct Column {
    const char* key;
    double width;
};
constexpr std::array<Column, 17> columns{{{"export.column.table", 16},
                                          {"export.column.starts", 20},
                                          {"export.column.ends", 20},
                                          {"export.column.status", 12},
                                          {"export.column.booking_reason", 24},
                                          {"export.column.party_a", 16},
                                          {"export.column.organisation", 26},
                                          {"export.column.party_b", 16},
                                          {"export.column.organisation", 26},
                                          {"export.column.purpose", 14},
                                          {"export.column.topic", 30},
                                          {"export.column.outcome", 14},
                                          {"export.column.note", 30},
                                          {"export.column.lead", 12},
                                          {"export.column.asked_at", 20},
                                          {"export.column.device", 14},
                                          {"export.column.uid", 38}}};

struct Cell {
    std::string text;
    std::optional<core::CivilTime> moment;
};

// Whoever came along beside the one who asked.
std::string joined(const BookingRow& row, std::string BookedPerson::* part) {
    std::string result;
    for (std::size_t i = 1; i < row.people.size(); ++i)
        if (const auto& one = row.people[i].*part; !one.empty())
            result += (result.empty() ? "" : "; ") + one;
    return result;
}

std::vector<Cell> cells_of(const ExportRequest& request, const BookingRow& row) {
    const auto& asked = row.booking.request;
    const auto when = [&](core::Instant at) -> Cell {
        return {{}, at == core::Instant{} ? std::nullopt : std::optional(request.config->event.timezone.civil(at))};
    };
    const auto plain = [](std::string text) -> Cell { return {std::move(text), std::nullopt}; };
    const auto first = row.people.empty() ? BookedPerson{} : row.people.front();
    return {plain(row.unit), when(asked.starts), when(asked.ends), plain(row.status), plain(row.reason), plain(first.name),
            plain(first.organisation), plain(joined(row, &BookedPerson::name)), plain(joined(row, &BookedPerson::organisation)),
            plain(row.purpose), plain(row.topic), plain(row.outcome), plain(row.note), plain(row.lead), when(asked.at),
            plain(row.booking.id.device), plain(asked.uid)};
}

std::string moment_text(const core::CivilTime& at) {
    return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}", at.year, at.month, at.day, at.hour, at.minute);
}

} // namespace

core::Result<BookingRows> booking_rows(const BookingExport& request, bool with_hidden) {
    return RowMaker(request).all(with_hidden);
}

std::string clock_text(const core::EventConfig& config, core::Instant at) {
    const auto civil = config.event.timezone.civil(at);
    return fmt::format("{:02}:{:02}", civil.hour, civil.minute);
}

std::string date_text(const core::EventConfig& config, core::Instant at, core::Language language) {
    constexpr std::array<const char*, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                 "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const auto civil = config.event.timezone.civil(at);
    if (language == core::Language::Chinese)
        return fmt::format("{}月{}日", civil.month, civil.day);
    return fmt::format("{} {}", civil.day, months[static_cast<std::size_t>(std::clamp(civil.month, 1, 12) - 1)]);
}

std::string unit_label(const core::BookableUnit& unit, const core::Catalogue& texts, core::Language language) {
    if (const auto& label = unit.label.in(language); !label.empty())
        return label;
    const auto key = "export.unit." + unit.kind;
    return texts.has(key) ? fmt::format("{} {}", texts.text(language, key), unit.id) : unit.id;
}

core::Result<BookingReport> write_bookings(const BookingExport& request, Workbook& book, Workbook::Sheet sheet) {
    const auto text = [&](const char* key) { return request.base.texts->text(request.base.language, key); };
    KIOSK_TRY(const auto bookings, booking_rows(request));
    std::vector<std::string> headings;
    for (std::size_t i = 0; i < columns.size(); ++i) {
        book.width(sheet, static_cast<std::uint32_t>(i), static_cast<std::uint32_t>(i), columns[i].width);
        headings.push_back(text(columns[i].key));
    }
    book.headings(sheet, headings);
    if (bookings.rows.size() >= Workbook::max_rows)
        return core::fail(core::ErrorCode::TooLarge, "error.exchange.too_many_for_xlsx");
    std::uint32_t at = 0;
    for (const auto& row : bookings.rows) {
        ++at;
        const auto cells = cells_of(request.base, row);
        for (std::size_t i = 0; i < cells.size(); ++i) {
            const auto column = static_cast<std::uint32_t>(i);
            if (cells[i].moment)
                book.moment(sheet, at, column, *cells[i].moment);
            else if (!cells[i].text.empty())
                book.text(sheet, at, column, cells[i].text);
        }
    }
    if (at == 0)
        book.text(sheet, 2, 0, text("export.hint.bookings"), CellStyle::Hint);
    return BookingReport{bookings.rows.size(), bookings.withheld};
}

core::Result<BookingReport> export_bookings_xlsx(const BookingExport& request, const std::filesystem::path& path) {
    KIOSK_TRY(auto book, Workbook::create(path));
    KIOSK_TRY(const auto sheet, book.add_sheet(request.base.texts->text(request.base.language, "export.sheet.bookings")));
    KIOSK_TRY(const auto report, write_bookings(request, book, sheet));
    KIOSK_CHECK(book.finish());
    return report;
}

core::Result<BookingReport> export_bookings_csv(const BookingExport& request, const std::filesystem::path& path) {
    KIOSK_TRY(const auto bookings, booking_rows(request));
    KIOSK_TRY(auto file, AtomicFile::create(path));
    std::string line = "\xEF\xBB\xBF";
    for (std::size_t i = 0; i < columns.size(); ++i)
        line += (i == 0 ? "" : ",") + csv_cell(request.base.texts->text(request.base.language, columns[i].key));
    KIOSK_CHECK(file.write(line + "\r\n"));
    for (const auto& row : bookings.rows) {
        line.clear();
        const auto cells = cells_of(request.base, row);
        for (std::size_t i = 0; i < cells.size(); ++i) // a moment is none of somebody's text
            line += (i == 0 ? "" : ",") + (cells[i].moment ? moment_text(*cells[i].moment) : csv_cell(cells[i].text));
        KIOSK_CHECK(file.write(line + "\r\n"));
    }
    KIOSK_CHECK(file.commit());
    return BookingReport{bookings.rows.size(), bookings.withheld};
}

} // namespace kiosk::exchange
