// SPDX-License-Identifier: Apache-2.0
#pragma once
// The salon: a half or full day of talks that anybody may join. Purpose: what this event type adds to the host's own
// rules and how it speaks to its guests. It has no state: everything comes with the request. Threads: any. Failure:
// event settings of a wrong shape are a Problem; the door then goes to staff, since a rule that nobody can read must
// not be read as "no rule".
#include <kiosk_plugin_kit.hpp>

namespace salon {

class Salon {
  public:
    explicit Salon(const kiosk::sdk::Config&) {}

    kiosk::sdk::Decision decide(const kiosk::sdk::DecideRequest& request) const;
    kiosk::sdk::Form form(const kiosk::sdk::FormRequest& request) const;
    kiosk::sdk::Validation validate(const kiosk::sdk::ValidateRequest& request) const;
    kiosk::sdk::Welcome welcome(const kiosk::sdk::WelcomeRequest& request) const;
    kiosk::sdk::Agenda agenda(const kiosk::sdk::AgendaRequest& request) const;
    kiosk::sdk::Report report(const kiosk::sdk::ReportRequest& request) const;
    kiosk::sdk::BookingResources resources(const kiosk::sdk::ResourcesRequest& request) const;
};

// Questions that an organizer may have asked at the door (settings: "ask_at_door").
inline constexpr std::array<std::string_view, 5> door_questions{"job_kind", "pg_status", "tracks", "offers", "needs"};

} // namespace salon
