// SPDX-License-Identifier: Apache-2.0
#pragma once
// Training and certification: a class whose places are booked, over several half days, with an exam at its end.
// Purpose: keeps unannounced people for staff, asks what a class and a certificate need, and leads to class and exam
// room. Half days and exams are doors of the host. It never reads the name for the certificate. No state. Threads: any.
// Failure: settings of a wrong shape are a Problem and the door goes to staff.
#include <kiosk_plugin_kit.hpp>

namespace training {

class Training {
  public:
    explicit Training(const kiosk::sdk::Config&) {}

    kiosk::sdk::Decision decide(const kiosk::sdk::DecideRequest& request) const;
    kiosk::sdk::Form form(const kiosk::sdk::FormRequest& request) const;
    kiosk::sdk::Validation validate(const kiosk::sdk::ValidateRequest& request) const;
    kiosk::sdk::Welcome welcome(const kiosk::sdk::WelcomeRequest& request) const;
    kiosk::sdk::Agenda agenda(const kiosk::sdk::AgendaRequest& request) const;
    kiosk::sdk::Report report(const kiosk::sdk::ReportRequest& request) const;
    kiosk::sdk::BookingResources resources(const kiosk::sdk::ResourcesRequest& request) const;
};

inline constexpr std::array<std::string_view, 4> door_questions{"job_kind", "level", "laptop", "exam"};

} // namespace training
