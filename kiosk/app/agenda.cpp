// SPDX-License-Identifier: Apache-2.0
#include "app/agenda.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace kiosk::app {

namespace {

std::string two_digits(int number) { return (number < 10 ? "0" : "") + std::to_string(number); }

bool is_public(const core::AgendaItem& item) { return item.kind != "closed_door"; }

AgendaLine line_of(const core::Event& event, const core::AgendaItem& item) {
    return {clock_text(event.timezone, item.starts), item.title, item.room};
}

// Today's public items in order of their start; parallel ones in the order of the programme.
std::vector<const core::AgendaItem*> todays_items(const core::Event& event, core::Instant now) {
    std::vector<const core::AgendaItem*> items;
    const auto today = event.timezone.day_number(now);
    for (const auto& item : event.agenda)
        if (is_public(item) && event.timezone.day_number(item.starts) == today)
            items.push_back(&item);
    std::ranges::stable_sort(items, {}, [](const auto* item) { return item->starts; });
    return items;
}

// An item without an end of its own lasts until the next one starts.
core::Instant end_of(const std::vector<const core::AgendaItem*>& items, std::size_t index) {
    const auto& item = *items[index];
    if (item.ends > item.starts)
        return item.ends;
    for (std::size_t later = index + 1; later < items.size(); ++later)
        if (items[later]->starts > item.starts)
            return items[later]->starts;
    return item.starts + core::hour_ms;
}

} // namespace

NowAndNext now_and_next(const core::Event& event, core::Instant now) {
    NowAndNext result;
    const auto items = todays_items(event, now);
    const core::AgendaItem* current = nullptr;
    for (std::size_t i = 0; i < items.size(); ++i) {
        if (items[i]->starts > now) {
            result.next = line_of(event, *items[i]);
            break;
        }
        // What began last is what is on: check-in may be open all afternoon.
        if (now < end_of(items, i) && (current == nullptr || items[i]->starts > current->starts))
            current = items[i];
    }
    if (current != nullptr)
        result.now = line_of(event, *current);
    return result;
}

std::vector<AgendaLine> coming_up(const core::Event& event, core::Instant now, std::size_t limit) {
    std::vector<AgendaLine> lines;
    const auto items = todays_items(event, now);
    for (std::size_t i = 0; i < items.size() && lines.size() < limit; ++i)
        if (now < end_of(items, i))
            lines.push_back(line_of(event, *items[i]));
    return lines;
}

std::string clock_text(const core::TimeZone& zone, core::Instant at) {
    const auto civil = zone.civil(at);
    return two_digits(civil.hour) + ":" + two_digits(civil.minute);
}

LocalText date_text(const core::TimeZone& zone, core::Instant at) {
    constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const auto civil = zone.civil(at);
    return {std::to_string(civil.month) + "月" + std::to_string(civil.day) + "日",
            std::to_string(civil.day) + " " + std::string(months[static_cast<std::size_t>(civil.month - 1)])};
}

} // namespace kiosk::app
