// SPDX-License-Identifier: Apache-2.0
#pragma once
// The business area: tables and expert desks where two people meet for twenty minutes. Purpose: what is asked so that
// the right people are suggested to each other, what can be booked and by which rules, and what the report says of it.
// Who may enter is the host's to know (checked-in people), so nothing is decided here. It has no state: everything
// comes with the request. Threads: any. Failure: settings of a wrong shape are a Problem.
#include <kiosk_plugin_kit.hpp>

namespace matchmaking {

class Matchmaking {
  public:
    explicit Matchmaking(const kiosk::sdk::Config&) {}

    kiosk::sdk::Form form(const kiosk::sdk::FormRequest& request) const;
    kiosk::sdk::Validation validate(const kiosk::sdk::ValidateRequest& request) const;
    kiosk::sdk::Welcome welcome(const kiosk::sdk::WelcomeRequest& request) const;
    kiosk::sdk::Report report(const kiosk::sdk::ReportRequest& request) const;
    kiosk::sdk::BookingResources resources(const kiosk::sdk::ResourcesRequest& request) const;
};

} // namespace matchmaking
