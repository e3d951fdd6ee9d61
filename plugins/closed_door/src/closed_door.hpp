// SPDX-License-Identifier: Apache-2.0
#pragma once
// A meeting behind closed doors. Purpose: nobody gets in who was not invited, and nothing of it shows outside. Two
// plugins are made of it: the add-on of a larger event, which looks at the doors of its closed sessions only, and the
// event type of a meeting that is nothing else (../../closed_door_event). Invitations, approval and the session's own
// NDA are the host's; this adds what they don't say. It has no state: everything comes with the request. Threads: any.
// Failure: settings of a wrong shape are a Problem; the door then goes to staff.
#include <kiosk_plugin_kit.hpp>

namespace closed_door {

class ClosedDoor {
  public:
    // By its manifest's id it knows which of the two it is.
    explicit ClosedDoor(const kiosk::sdk::Config& config) : m_is_whole_event(config.id == "closed_door_event") {}

    kiosk::sdk::Decision decide(const kiosk::sdk::DecideRequest& request) const;
    kiosk::sdk::Form form(const kiosk::sdk::FormRequest& request) const;
    kiosk::sdk::Welcome welcome(const kiosk::sdk::WelcomeRequest& request) const;
    kiosk::sdk::Agenda agenda(const kiosk::sdk::AgendaRequest& request) const;
    kiosk::sdk::Report report(const kiosk::sdk::ReportRequest& request) const;
    kiosk::sdk::BookingResources resources(const kiosk::sdk::ResourcesRequest& request) const;

  private:
    kiosk::sdk::Object settings(const kiosk::sdk::Event& event) const;

    bool m_is_whole_event;
};

} // namespace closed_door
