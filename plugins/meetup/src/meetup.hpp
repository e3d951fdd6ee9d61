// SPDX-License-Identifier: Apache-2.0
#pragma once
// The meetup: an afternoon of talks by several hosts, anybody may come. Purpose: asks how guests heard of it and which
// databases they use, tells of gift and draw, and orders the report as the recap is written. No state. Threads: any.
// Failure: settings of a wrong shape are a Problem and the door goes to staff.
#include <kiosk_plugin_kit.hpp>

namespace meetup {

class Meetup {
  public:
    explicit Meetup(const kiosk::sdk::Config&) {}

    kiosk::sdk::Decision decide(const kiosk::sdk::DecideRequest& request) const;
    kiosk::sdk::Form form(const kiosk::sdk::FormRequest& request) const;
    kiosk::sdk::Validation validate(const kiosk::sdk::ValidateRequest& request) const;
    kiosk::sdk::Welcome welcome(const kiosk::sdk::WelcomeRequest& request) const;
    kiosk::sdk::Agenda agenda(const kiosk::sdk::AgendaRequest& request) const;
    kiosk::sdk::Report report(const kiosk::sdk::ReportRequest& request) const;
};

inline constexpr std::array<std::string_view, 3> door_questions{"job_kind", "heard_from", "database_used"};

} // namespace meetup
