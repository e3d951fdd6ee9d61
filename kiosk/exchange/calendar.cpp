// SPDX-License-Identifier: Apache-2.0
#include "exchange/calendar.hpp"

#include "exchange/spreadsheet_text.hpp"

#include <libical/ical.h>

#include <memory>

namespace kiosk::exchange {

namespace {

// Far more than a title, a place and three sentences need.
constexpr std::size_t max_text_bytes = 2'000;

struct FreeComponent {
    void operator()(icalcomponent* component) const { icalcomponent_free(component); }
};
using Component = std::unique_ptr<icalcomponent, FreeComponent>;

icaltimetype utc(core::Instant at) {
    return icaltime_from_timet_with_zone(static_cast<time_t>(at.unix_ms / 1000), 0, icaltimezone_get_utc_timezone());
}

icalproperty_status status_of(CalendarEntry::State state) {
    switch (state) {
    case CalendarEntry::State::Tentative: return ICAL_STATUS_TENTATIVE;
    case CalendarEntry::State::Cancelled: return ICAL_STATUS_CANCELLED;
    case CalendarEntry::State::Confirmed: break;
    }
    return ICAL_STATUS_CONFIRMED;
}

// The component owns what is added to it.
void add(icalcomponent* to, icalproperty* property) {
    if (property != nullptr)
        icalcomponent_add_property(to, property);
}

// Line breaks survive as the grammar's own escapes; other control characters would break the file.
std::string tame(const std::string& text) { return clean_text(text, max_text_bytes); }

void add_extension(icalcomponent* to, const char* name, const std::string& value) {
    if (value.empty())
        return;
    auto* property = icalproperty_new_x(tame(value).c_str());
    icalproperty_set_x_name(property, name);
    add(to, property);
}

void add_entry(icalcomponent* calendar, const CalendarEntry& entry, core::Instant made) {
    auto* event = icalcomponent_new(ICAL_VEVENT_COMPONENT);
    add(event, icalproperty_new_uid(tame(entry.uid).c_str()));
    add(event, icalproperty_new_dtstamp(utc(made)));
    add(event, icalproperty_new_dtstart(utc(entry.starts)));
    add(event, icalproperty_new_dtend(utc(entry.ends)));
    add(event, icalproperty_new_sequence(entry.revision));
    add(event, icalproperty_new_status(status_of(entry.state)));
    // What was cancelled keeps nobody's time.
    add(event, icalproperty_new_transp(entry.state == CalendarEntry::State::Cancelled ? ICAL_TRANSP_TRANSPARENT
                                                                                      : ICAL_TRANSP_OPAQUE));
    if (!entry.summary.empty())
        add(event, icalproperty_new_summary(tame(entry.summary).c_str()));
    if (!entry.location.empty())
        add(event, icalproperty_new_location(tame(entry.location).c_str()));
    if (!entry.description.empty())
        add(event, icalproperty_new_description(tame(entry.description).c_str()));
    icalcomponent_add_component(calendar, event);
}

} // namespace

core::Result<std::string> calendar_text(const CalendarText& calendar) {
    const Component root(icalcomponent_new(ICAL_VCALENDAR_COMPONENT));
    if (!root)
        return core::fail(core::ErrorCode::Internal, "error.exchange.calendar");
    add(root.get(), icalproperty_new_version("2.0"));
    add(root.get(), icalproperty_new_prodid("-//Xiangdao//kioskctl//ZH"));
    add(root.get(), icalproperty_new_calscale("GREGORIAN"));
    add_extension(root.get(), "X-WR-CALNAME", calendar.name);
    add_extension(root.get(), "X-WR-TIMEZONE", calendar.zone);
    for (const auto& entry : calendar.entries)
        add_entry(root.get(), entry, calendar.made);
    char* const written = icalcomponent_as_ical_string_r(root.get());
    if (written == nullptr)
        return core::fail(core::ErrorCode::Internal, "error.exchange.calendar");
    std::string text = written;
    icalmemory_free_buffer(written);
    return text;
}

core::Result<CalendarCheck> check_calendar(const std::string& text) {
    const Component root(icalparser_parse_string(text.c_str()));
    if (!root || icalcomponent_isa(root.get()) != ICAL_VCALENDAR_COMPONENT)
        return core::fail(core::ErrorCode::Invalid, "error.exchange.calendar");
    CalendarCheck check;
    check.entries = static_cast<std::size_t>(icalcomponent_count_components(root.get(), ICAL_VEVENT_COMPONENT));
    check.problems = static_cast<std::size_t>(icalcomponent_count_errors(root.get()));
    // The rules of iTIP: which property may stand how often in what is published.
    if (icalrestriction_check(root.get()) == 0)
        check.problems += static_cast<std::size_t>(icalcomponent_count_errors(root.get()));
    return check;
}

} // namespace kiosk::exchange
