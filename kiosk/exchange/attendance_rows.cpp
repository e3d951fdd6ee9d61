// SPDX-License-Identifier: Apache-2.0
#include "exchange/attendance_rows.hpp"

#include "core/names.hpp"
#include "exchange/answer_text.hpp"
#include "exchange/mapping.hpp"

#include <fmt/format.h>

#include <utility>
#include <variant>

namespace kiosk::exchange {
namespace {

constexpr std::uint64_t progress_rows = 500;

} // namespace

AttendanceList::AttendanceList(const ExportRequest& request) : m_request(request), m_tally(*request.config) {}

core::Status AttendanceList::gather() {
    KIOSK_TRY(const auto status, m_request.store->status());
    m_expected = status.registrations;
    KIOSK_TRY(const auto bookings, m_request.store->bookings());
    m_tally.set_bookings(count_bookings(*m_request.config, bookings, m_request.now));
    return m_request.store->for_each_scan([&](const core::StoredScan& scan) {
        m_tally.add_scan(scan);
        return true;
    });
}

void AttendanceList::fill(AttendanceRow& row, const core::Registration& registration, Attendance attendance) const {
    const auto& person = registration.person;
    const bool masked = m_request.disclosure == Disclosure::Masked;
    row.ticket = masked ? masked_value(Field::Ticket, registration.ticket) : registration.ticket;
    row.name = masked ? core::mask_name(person.name) : person.name;
    row.phone = masked && !person.phone.empty() ? core::mask_phone(person.phone) : person.phone;
    row.email = masked ? masked_value(Field::Email, person.email) : person.email;
    row.organisation = person.organisation; // what the list is about; it stays
    row.title = masked ? "" : person.title;
    const auto* type = m_request.config->ticket_type(registration.ticket_type);
    row.ticket_type = type != nullptr ? type->name.in(m_request.language) : registration.ticket_type;
    row.role = registration.event_role;
    row.status = registration.status;
    row.source = registration.source;
    row.listed = true;
    row.attendance = std::move(attendance);
    row.note.clear();
    row.answers.clear();
    if (masked)
        return;
    if (const auto note = registration.answers.find("note"); note != registration.answers.end())
        if (const auto* typed = std::get_if<std::string>(&note->second))
            row.note = *typed;
    const AnswerStyle style{m_request.language, m_request.texts};
    for (const auto& question : m_request.config->questions) {
        const auto answer = registration.answers.find(question.id);
        row.answers.push_back(answer == registration.answers.end() ? "" : answer_text(question, answer->second, style));
    }
}

core::Status AttendanceList::write(const std::function<core::Status(const AttendanceRow&)>& sink) {
    core::Status status;
    AttendanceRow row;
    const auto emit = [&] {
        status = sink(row);
        ++m_rows;
        if (status && m_request.on_progress && m_rows % progress_rows == 0)
            m_request.on_progress(m_rows, m_expected);
        return status.has_value();
    };
    KIOSK_CHECK(m_request.store->for_each_registration([&](const core::Registration& registration) {
        auto attendance = m_tally.take(registration);
        if (m_request.disclosure == Disclosure::Partner) {
            const auto share = registration.consents.find("share");
            if (share == registration.consents.end() || !share->second)
                return true;
        }
        fill(row, registration, std::move(attendance));
        return emit();
    }));
    KIOSK_CHECK(status);
    if (m_request.disclosure == Disclosure::Partner || !m_tally.has_unlisted()) // nobody knows whether they consented
        return {};
    // Signed tickets that came before their registration did: the ticket is all that is known.
    KIOSK_CHECK(m_request.store->for_each_scan([&](const core::StoredScan& scan) {
        auto attendance = m_tally.take_unlisted(scan);
        if (!attendance)
            return true;
        const auto& ticket = scan.record.ticket;
        row = {};
        row.listed = false;
        row.role = "attendee";
        row.ticket = m_request.disclosure == Disclosure::Masked ? masked_value(Field::Ticket, ticket) : ticket;
        row.attendance = std::move(*attendance);
        row.answers.resize(m_request.config->questions.size());
        return emit();
    }));
    return status;
}

std::string AttendanceList::text(std::string_view key) const { return m_request.texts->text(m_request.language, key); }

std::string AttendanceList::presence_text(const AttendanceRow& row) const {
    switch (row.attendance.presence) {
    case Presence::Present: return text("export.presence.present");
    case Presence::WalkIn: return text("export.presence.walk_in");
    case Presence::Cancelled: return text("export.presence.cancelled");
    case Presence::Absent: break;
    }
    return text("export.presence.absent");
}

std::string AttendanceList::status_text(const AttendanceRow& row) const {
    return row.listed ? text(fmt::format("export.status.{}", core::to_string(row.status))) : text("export.status.unlisted");
}

std::string AttendanceList::source_text(const AttendanceRow& row) const {
    return row.listed ? text(fmt::format("export.source.{}", core::to_string(row.source))) : std::string();
}

std::string AttendanceList::role_text(const AttendanceRow& row) const {
    const auto key = "export.role." + row.role;
    return m_request.texts->has(key) ? text(key) : row.role; // a role of somebody's own is shown as it is
}

std::string AttendanceList::checkpoints_text(const AttendanceRow& row) const {
    std::string joined;
    for (const auto& id : row.attendance.checkpoints) {
        const auto* checkpoint = m_request.config->checkpoint(id);
        joined += (joined.empty() ? "" : "; ") + (checkpoint != nullptr ? checkpoint->name.in(m_request.language) : id);
    }
    return joined;
}

std::string AttendanceList::time_text(const std::optional<core::Instant>& at) const {
    if (!at)
        return {};
    const auto civil = m_request.config->event.timezone.civil(*at);
    return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}", civil.year, civil.month, civil.day, civil.hour,
                       civil.minute, civil.second);
}

std::vector<AttendanceColumn> attendance_columns(const ExportRequest& request, const AttendanceList& list) {
    using Kind = AttendanceColumn::Kind;
    using Item = const AttendanceRow&;
    std::vector<AttendanceColumn> columns;
    const auto add = [&](std::string_view key, double width, std::function<std::string(Item)> text) {
        columns.push_back({list.text(key), Kind::Text, width, std::move(text), {}, {}});
    };
    add("export.column.ticket", 15, [](Item row) { return row.ticket; });
    add("export.column.name", 14, [](Item row) { return row.name; });
    add("export.column.phone", 15, [](Item row) { return row.phone; });
    add("export.column.email", 24, [](Item row) { return row.email; });
    add("export.column.organisation", 26, [](Item row) { return row.organisation; });
    add("export.column.title", 14, [](Item row) { return row.title; });
    add("export.column.ticket_type", 12, [](Item row) { return row.ticket_type; });
    add("export.column.role", 10, [&](Item row) { return list.role_text(row); });
    add("export.column.source", 12, [&](Item row) { return list.source_text(row); });
    add("export.column.status", 12, [&](Item row) { return list.status_text(row); });
    add("export.column.presence", 12, [&](Item row) { return list.presence_text(row); });
    columns.push_back({list.text("export.column.first_entry"), Kind::Moment, 20, {}, {},
                       [](Item row) -> const std::optional<core::Instant>& { return row.attendance.first_entry; }});
    columns.push_back({list.text("export.column.last_exit"), Kind::Moment, 20, {}, {},
                       [](Item row) -> const std::optional<core::Instant>& { return row.attendance.last_exit; }});
    columns.push_back({list.text("export.column.entries"), Kind::Count, 10, {},
                       [](Item row) { return static_cast<std::int64_t>(row.attendance.entries); }, {}});
    add("export.column.checkpoints", 20, [&](Item row) { return list.checkpoints_text(row); });
    add("export.column.override", 10,
        [&](Item row) { return row.attendance.overridden ? list.text("export.yes") : std::string(); });
    if (request.disclosure == Disclosure::Masked)
        return columns;
    add("export.column.note", 20, [](Item row) { return row.note; });
    for (std::size_t i = 0; i < request.config->questions.size(); ++i)
        columns.push_back({request.config->questions[i].text.in(request.language), Kind::Text, 18,
                           [i](Item row) { return i < row.answers.size() ? row.answers[i] : std::string(); }, {}, {}});
    return columns;
}

} // namespace kiosk::exchange
