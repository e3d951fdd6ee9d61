// SPDX-License-Identifier: Apache-2.0
#pragma once
// A day at a university: students, teachers and companies that recruit. Purpose: what is asked of whom, where they go
// after check-in, and what comes of it. Nobody is asked for a date of birth; the year of graduation says enough. It has
// no state: everything comes with the request. Threads: any. Failure: event settings of a wrong shape are a Problem;
// the door then goes to staff, since a rule that nobody can read must not be read as "no rule".
#include <kiosk_plugin_kit.hpp>

namespace visit_campus {

class Campus {
  public:
    explicit Campus(const kiosk::sdk::Config&) {}

    kiosk::sdk::Decision decide(const kiosk::sdk::DecideRequest& request) const;
    kiosk::sdk::Form form(const kiosk::sdk::FormRequest& request) const;
    kiosk::sdk::Validation validate(const kiosk::sdk::ValidateRequest& request) const;
    kiosk::sdk::Welcome welcome(const kiosk::sdk::WelcomeRequest& request) const;
    kiosk::sdk::Agenda agenda(const kiosk::sdk::AgendaRequest& request) const;
    kiosk::sdk::Report report(const kiosk::sdk::ReportRequest& request) const;
    kiosk::sdk::BookingResources resources(const kiosk::sdk::ResourcesRequest& request) const;
};

} // namespace visit_campus
