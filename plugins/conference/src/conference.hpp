// SPDX-License-Identifier: Apache-2.0
#pragma once
// The conference, national (two days of tracks) and regional (a day, simpler). Purpose: invoice, tracks and diet of its
// guests, where their tracks are and what their ticket entitles them to. Tickets, days and sessions are the host's. No
// state. Threads: any. Failure: settings of a wrong shape are a Problem and the door goes to staff.
#include <kiosk_plugin_kit.hpp>

namespace conference {

class Conference {
  public:
    explicit Conference(const kiosk::sdk::Config&) {}

    kiosk::sdk::Decision decide(const kiosk::sdk::DecideRequest& request) const;
    kiosk::sdk::Form form(const kiosk::sdk::FormRequest& request) const;
    kiosk::sdk::Validation validate(const kiosk::sdk::ValidateRequest& request) const;
    kiosk::sdk::Welcome welcome(const kiosk::sdk::WelcomeRequest& request) const;
    kiosk::sdk::Agenda agenda(const kiosk::sdk::AgendaRequest& request) const;
    kiosk::sdk::Report report(const kiosk::sdk::ReportRequest& request) const;
    kiosk::sdk::BookingResources resources(const kiosk::sdk::ResourcesRequest& request) const;
};

inline bool is_regional(const kiosk::sdk::Event& event) {
    return event.type == "conference.regional";
}

// settings.meals: the national conference feeds its guests, a regional one does where it says so.
inline bool has_meals(const kiosk::sdk::Event& event) {
    return event.setting().flag("meals", !is_regional(event));
}

// Questions that may be asked at the door: diet only where it is asked at all.
inline std::span<const std::string_view> door_questions(const kiosk::sdk::Event& event) {
    static constexpr std::array<std::string_view, 3> all{"job_kind", "tracks", "diet"};
    return std::span(all).first(has_meals(event) ? 3 : 2);
}

// settings.tracks [{"id": "kernel", "text": {"zh": …, "en": …}, "room": {"zh": …, "en": …}}]: this conference's tracks.
struct Track {
    std::string id;
    kiosk::sdk::LocalText text;
    std::optional<kiosk::sdk::Text> room;
};
std::vector<Track> tracks_of(const kiosk::sdk::Event& event);

} // namespace conference
