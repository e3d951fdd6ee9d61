// SPDX-License-Identifier: Apache-2.0
#include "exchange/booking_calendar.hpp"

#include "exchange/atomic_file.hpp"

#include <algorithm>

namespace kiosk::exchange {

namespace {

CalendarEntry::State state_of(core::BookingStatus status) {
    switch (status) {
    case core::BookingStatus::Pending: return CalendarEntry::State::Tentative;
    case core::BookingStatus::Confirmed:
    case core::BookingStatus::CheckedIn:
    case core::BookingStatus::Done: return CalendarEntry::State::Confirmed;
    case core::BookingStatus::NoShow:
    case core::BookingStatus::Cancelled:
    case core::BookingStatus::Refused: break;
    }
    return CalendarEntry::State::Cancelled;
}

class CalendarMaker {
public:
    CalendarMaker(const BookingExport& request, const CalendarScope& scope)
        : m_base(request.base), m_scope(scope) {}

    core::Result<CalendarText> make(const BookingRows& bookings) const;

private:
    std::string text(const std::string& key, const std::string& name = {}, const std::string& value = {}) const {
        return m_base.texts->text(m_base.language, name.empty() ? core::Message{key, {}} : core::Message{key, {{name, value}}});
    }
    bool is_wanted(const BookingRow& row) const;
    CalendarEntry entry_of(const BookingRow& row) const;
    std::string names_of(const BookingRow& row) const;
    core::Result<std::string> name() const;

    const ExportRequest& m_base;
    const CalendarScope& m_scope;
};

bool CalendarMaker::is_wanted(const BookingRow& row) const {
    const auto& request = row.booking.request;
    if (request.starts >= request.ends)
        return false; // a seat in a session whose time is not known yet
    const bool hidden = row.confidential && row.people.empty();
    if (!m_scope.ticket.empty())
        return !hidden && std::ranges::find(request.participants, m_scope.ticket, &core::Participant::ticket) !=
                              request.participants.end();
    if (!m_scope.unit.empty() && request.unit != m_scope.unit)
        return false;
    // Of a hidden one only that the unit is taken may be seen, and one that fell through takes nothing.
    if (hidden)
        return !m_scope.unit.empty() && core::stands(row.booking.stage);
    // What was asked for and never had is news for those who asked, not for the table.
    return !core::is_released(row.booking.stage) || row.booking.confirmed_by.seq != 0;
}

// With whom, seen from this person; or everybody.
std::string CalendarMaker::names_of(const BookingRow& row) const {
    std::string names;
    const auto& participants = row.booking.request.participants;
    for (std::size_t i = 0; i < row.people.size() && i < participants.size(); ++i) {
        if (!m_scope.ticket.empty() && participants[i].ticket == m_scope.ticket)
            continue;
        const auto& person = row.people[i];
        auto one = person.name.empty() ? text("export.calendar.somebody") : person.name;
        if (!person.organisation.empty())
            one += m_base.language == core::Language::Chinese ? "（" + person.organisation + "）"
                                                              : " (" + person.organisation + ")";
        names += (names.empty() ? "" : " · ") + one;
    }
    return names;
}

CalendarEntry CalendarMaker::entry_of(const BookingRow& row) const {
    const auto& request = row.booking.request;
    CalendarEntry entry;
    entry.uid = request.uid + "@" + m_base.config->event.code;
    entry.starts = request.starts;
    entry.ends = request.ends;
    entry.state = state_of(row.standing.status);
    // Nothing goes back from released to confirmed to asked for.
    entry.revision = core::is_released(row.booking.stage) || entry.state == CalendarEntry::State::Cancelled ? 2
                     : core::stands(row.booking.stage)                                                      ? 1
                                                                                                            : 0;
    entry.location = row.unit;
    if (const auto* session = m_base.config->session(request.session); session != nullptr)
        entry.location = session->room.in(m_base.language);
    else if (const auto& venue = m_base.config->event.venue.in(m_base.language); !venue.empty())
        entry.location += m_base.language == core::Language::Chinese ? "，" + venue : ", " + venue;
    if (row.confidential && row.people.empty()) {
        entry.summary = text("export.calendar.busy");
        return entry;
    }
    if (!request.session.empty())
        entry.summary = row.unit;
    else if (m_scope.ticket.empty())
        entry.summary = names_of(row);
    else
        entry.summary = text("export.calendar.meeting_with", "name", names_of(row));
    const auto add_line = [&](const char* key, const std::string& value) {
        if (!value.empty())
            entry.description += (entry.description.empty() ? "" : "\n") + text(key, "text", value);
    };
    add_line("export.calendar.status", row.reason.empty() ? row.status : row.status + " · " + row.reason);
    add_line("export.calendar.purpose", row.purpose);
    add_line("export.calendar.topic", row.topic);
    return entry;
}

core::Result<std::string> CalendarMaker::name() const {
    const auto& title = m_base.config->event.title.in(m_base.language);
    if (!m_scope.unit.empty()) {
        const auto* unit = m_base.config->unit(m_scope.unit);
        if (unit == nullptr)
            return core::fail(core::ErrorCode::NotFound, "error.exchange.no_unit", m_scope.unit);
        return title + " · " + unit_label(*unit, *m_base.texts, m_base.language);
    }
    if (!m_scope.ticket.empty()) {
        KIOSK_TRY(const auto holders, m_base.store->registrations_by_ticket(m_scope.ticket));
        if (holders.empty())
            return core::fail(core::ErrorCode::NotFound, "error.exchange.no_person", m_scope.ticket);
    }
    return title;
}

core::Result<CalendarText> CalendarMaker::make(const BookingRows& bookings) const {
    CalendarText calendar;
    KIOSK_TRY(calendar.name, name());
    calendar.zone = m_base.config->event.timezone.name();
    calendar.made = m_base.now;
    for (const auto& row : bookings.rows)
        if (is_wanted(row))
            calendar.entries.push_back(entry_of(row));
    return calendar;
}

} // namespace

core::Result<CalendarText> booking_calendar(const BookingExport& request, const CalendarScope& scope) {
    KIOSK_TRY(const auto bookings, booking_rows(request, true));
    return CalendarMaker(request, scope).make(bookings);
}

core::Result<std::uint64_t> export_booking_calendar(const BookingExport& request, const CalendarScope& scope,
                                                    const std::filesystem::path& path) {
    KIOSK_TRY(const auto calendar, booking_calendar(request, scope));
    KIOSK_TRY(const auto text, calendar_text(calendar));
    KIOSK_TRY(auto file, AtomicFile::create(path));
    KIOSK_CHECK(file.write(text));
    KIOSK_CHECK(file.commit());
    return calendar.entries.size();
}

} // namespace kiosk::exchange
