// SPDX-License-Identifier: Apache-2.0
#include "app/event_settings.hpp"

#include "app/agenda.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace kiosk::app {

namespace {

constexpr std::size_t most_slides = 12;
constexpr std::size_t most_lines = 6;
constexpr std::size_t most_bytes_a_line = 300;

std::string text_at(const nlohmann::json& object, const char* key) {
    const auto found = object.find(key);
    if (found == object.end() || !found->is_string())
        return {};
    auto text = found->get<std::string>();
    return text.size() <= most_bytes_a_line ? text : std::string{};
}

bool is_colour(std::string_view text) {
    return text.size() == 7 && text.front() == '#' &&
           text.find_first_not_of("0123456789abcdefABCDEF", 1) == std::string_view::npos;
}

Slide read_slide(const nlohmann::json& json) {
    Slide slide;
    const auto lines = json.is_object() ? json.find("lines") : json.end();
    if (!json.is_object() || lines == json.end() || !lines->is_array())
        return slide;
    for (const auto& line : *lines) {
        if (!line.is_object() || slide.size() == most_lines)
            continue;
        core::LocalText text{text_at(line, "zh"), text_at(line, "en")};
        if (!text.zh.empty() || !text.en.empty())
            slide.push_back(std::move(text));
    }
    return slide;
}

Slide about(const core::Event& event) {
    Slide slide{event.title};
    if (!event.venue.zh.empty() || !event.venue.en.empty())
        slide.push_back(event.venue);
    auto when = date_text(event.timezone, event.starts);
    auto times = " " + clock_text(event.timezone, event.starts);
    if (event.ends && event.timezone.day_number(*event.ends) == event.timezone.day_number(event.starts))
        times += "–" + clock_text(event.timezone, *event.ends);
    slide.push_back({when.zh + times, when.en + times});
    return slide;
}

Slide programme(const core::Event& event, core::Instant now, const core::Catalogue& catalogue) {
    Slide slide;
    for (const auto& line : coming_up(event, now, most_lines - 1))
        slide.push_back({line.time + "  " + line.title.in(core::Language::Chinese),
                         line.time + "  " + line.title.in(core::Language::English)});
    if (!slide.empty())
        slide.insert(slide.begin(), local_text(catalogue, "idle.slide.programme"));
    return slide;
}

} // namespace

EventSettings read_event_settings(const core::Event& event) {
    EventSettings settings;
    const auto json = nlohmann::json::parse(event.settings, nullptr, false);
    if (!json.is_object())
        return settings;
    if (auto accent = text_at(json, "accent"); is_colour(accent))
        settings.accent = std::move(accent);
    if (const auto slides = json.find("slides"); slides != json.end() && slides->is_array())
        for (const auto& item : *slides)
            if (auto slide = read_slide(item); !slide.empty() && settings.slides.size() < most_slides)
                settings.slides.push_back(std::move(slide));
    return settings;
}

std::vector<Slide> make_slides(const core::Event& event, const EventSettings& settings, core::Instant now,
                               const core::Catalogue& catalogue) {
    std::vector<Slide> slides{about(event)};
    if (auto lines = programme(event, now, catalogue); !lines.empty())
        slides.push_back(std::move(lines));
    slides.insert(slides.end(), settings.slides.begin(), settings.slides.end());
    return slides;
}

core::LocalText local_text(const core::Catalogue& catalogue, const core::Message& message) {
    return {catalogue.text(core::Language::Chinese, message), catalogue.text(core::Language::English, message)};
}

core::LocalText local_text(const core::Catalogue& catalogue, std::string_view key) {
    return {catalogue.text(core::Language::Chinese, key), catalogue.text(core::Language::English, key)};
}

} // namespace kiosk::app
