// SPDX-License-Identifier: Apache-2.0
#include "main/wiring/demo_day.hpp"

#include "app/booking_desk.hpp"
#include "app/session_desk.hpp"
#include "core/leads.hpp"

#include <algorithm>
#include <array>
#include <functional>

namespace kiosk::wiring {

namespace {

using core::ErrorCode;
using core::fail;
using core::Instant;
using core::Result;
using core::Status;

class SetClock final : public core::Clock {
public:
    Instant at;
    Instant now() const override { return at; }
    std::int64_t boot_ms() const override { return at.unix_ms; }
};

std::unexpected<core::Error> broken(const std::string& what) { return fail(ErrorCode::Corrupt, "error.field", "demo day: " + what); }

std::string text_of(const Json& item, const char* name) { return item.value(name, std::string()); }
std::vector<std::string> texts_of(const Json& item, const char* name) {
    return item.value(name, std::vector<std::string>());
}
Result<Instant> moment_of(const Json& item, const char* name) { return core::parse_rfc3339(text_of(item, name)); }

Result<core::Registration> holder_of(core::Store& store, const std::string& ticket) {
    KIOSK_TRY(const auto holders, store.registrations_by_ticket(ticket));
    if (holders.size() != 1)
        return broken("nobody, or several, with ticket " + ticket);
    return holders.front();
}

core::ScanRecord entry(const std::string& checkpoint, const core::Registration& registration, Instant at,
                       const std::string& method) {
    core::ScanRecord scan;
    scan.checkpoint = checkpoint;
    scan.ticket = registration.ticket;
    scan.registration = registration.uid;
    scan.outcome = core::Outcome::Admitted;
    scan.at = at;
    scan.method = method;
    return scan;
}

// What happens at a moment. Kept apart from doing it, so that the whole day can be put in order.
struct Happening {
    Instant at;
    std::function<Status()> happen;
};

class DemoDay {
public:
    DemoDay(Venue& venue, const Json& day) : m_venue(venue), m_day(day) {}
    Status play();

private:
    Status people();
    Status bookings();
    Status closed_session();
    Status leads();
    Status booked(const app::BookingResult& result, core::BookingStatus wanted, const std::string& what) const {
        if (result.status == wanted)
            return {};
        return broken(what + ": " + std::string(core::to_string(result.reason)));
    }
    void later(Instant at, std::function<Status()> happen) { m_happenings.push_back({at, std::move(happen)}); }

    Venue& m_venue;
    const Json& m_day;
    SetClock m_clock;
    std::vector<Happening> m_happenings;
    std::optional<app::BookingDesk> m_bookings;
    std::optional<app::SessionDesk> m_sessions;
    std::vector<std::string> m_uids; // of bookings, by their place in the file
};

// Those who come are known beforehand: one transaction for all.
Status DemoDay::people() {
    std::vector<core::OperationDraft> drafts;
    for (const auto& item : m_day.value("arrivals", Json::array())) {
        KIOSK_TRY(const auto registration, holder_of(m_venue.database(), text_of(item, "ticket")));
        KIOSK_TRY(const auto at, moment_of(item, "at"));
        drafts.push_back(core::make_scan(entry("main", registration, at, "qr")));
    }
    for (const auto& item : m_day.value("walk_ins", Json::array())) {
        KIOSK_TRY(const auto at, moment_of(item, "at"));
        core::Registration guest;
        guest.uid = core::make_uid(at, m_venue.random());
        guest.ticket = text_of(item, "ticket");
        guest.ticket_type = "std";
        guest.source = core::RegistrationSource::WalkIn;
        guest.person = {text_of(item, "name"), text_of(item, "phone"), "", text_of(item, "organisation"), ""};
        drafts.push_back(core::make_registration(guest));
        drafts.push_back(core::make_scan(entry("main", guest, at, "walk_in")));
    }
    KIOSK_TRY(const auto receipt, m_venue.database().append(drafts));
    static_cast<void>(receipt);
    return {};
}

Status DemoDay::bookings() {
    const auto& list = m_day.at("bookings");
    m_uids.resize(list.size());
    for (std::size_t i = 0; i < list.size(); ++i) {
        const auto& item = list[i];
        KIOSK_TRY(const auto at, moment_of(item, "booked"));
        core::BookingWish wish;
        wish.unit = text_of(item, "unit");
        wish.slot = text_of(item, "slot");
        wish.participants = texts_of(item, "participants");
        wish.purpose = text_of(item, "purpose");
        wish.topic = text_of(item, "topic");
        later(at, [this, i, wish]() -> Status {
            KIOSK_TRY(const auto result, m_bookings->book(wish));
            m_uids[i] = result.booking;
            return booked(result, core::BookingStatus::Confirmed, wish.unit + " " + wish.slot);
        });
        if (!item.contains("started"))
            continue; // nobody came
        KIOSK_TRY(const auto started, moment_of(item, "started"));
        KIOSK_TRY(const auto finished, moment_of(item, "finished"));
        for (const auto& ticket : wish.participants)
            later(started, [this, i, ticket]() -> Status {
                KIOSK_TRY(const auto result, m_bookings->arrive(m_uids[i], ticket));
                return result.status == core::BookingStatus::Refused ? booked(result, core::BookingStatus::CheckedIn, ticket)
                                                                     : Status();
            });
        later(finished, [this, i, &item]() -> Status {
            KIOSK_TRY(const auto done, m_bookings->finish(m_uids[i], "desk-1"));
            KIOSK_CHECK(booked(done, core::BookingStatus::Done, m_uids[i]));
            KIOSK_TRY(const auto result, m_bookings->outcome(m_uids[i], text_of(item, "outcome"), text_of(item, "note"),
                                                             item.value("lead", false), "desk-1"));
            return booked(result, core::BookingStatus::Done, m_uids[i]);
        });
    }
    return {};
}

Status DemoDay::closed_session() {
    const auto& item = m_day.at("closed_session");
    const auto id = text_of(item, "session");
    const auto act = [&](const char* when, std::function<Result<app::SessionResult>()> doing) -> Status {
        KIOSK_TRY(const auto at, moment_of(item, when));
        later(at, [this, when, doing = std::move(doing)]() -> Status {
            KIOSK_TRY(const auto result, doing());
            return result.reason == core::SessionReason::None
                       ? Status()
                       : broken(std::string(when) + ": " + std::string(core::to_string(result.reason)));
        });
        return {};
    };
    const auto host = text_of(item, "submitted_by"), approver = text_of(item, "approved_by");
    KIOSK_CHECK(act("submitted", [this, id, host] { return m_sessions->submit(id, host); }));
    KIOSK_CHECK(act("approved", [this, id, approver] { return m_sessions->approve(id, approver); }));
    KIOSK_CHECK(act("minutes_at", [this, id, host, words = text_of(item, "minutes")] {
        return m_sessions->minutes(id, words, host);
    }));
    for (const auto& point : texts_of(item, "points"))
        KIOSK_CHECK(act("minutes_at", [this, id, host, point] { return m_sessions->point(id, point, host); }));
    KIOSK_CHECK(act("locked", [this, id, host] { return m_sessions->lock(id, host); }));
    KIOSK_TRY(const auto details, m_venue.database().private_sessions());
    const auto own = std::ranges::find(details, id, &core::PrivateSession::session);
    for (const auto& guest : item.value("attend", Json::array())) {
        KIOSK_TRY(const auto registration, holder_of(m_venue.database(), text_of(guest, "ticket")));
        KIOSK_TRY(const auto at, moment_of(guest, "at"));
        auto scan = entry("closed", registration, at, "qr");
        scan.session = scan.confidential = id;
        scan.consents["nda"] = true;
        scan.nda_version = own == details.end() ? std::string() : own->nda_version;
        later(at, [this, scan]() -> Status {
            const std::array drafts{core::make_scan(scan)};
            KIOSK_TRY(const auto receipt, m_venue.database().append(drafts));
            static_cast<void>(receipt);
            return {};
        });
    }
    return {};
}

// What was written down at the desk and behind the closed door, beside what the meetings left.
Status DemoDay::leads() {
    constexpr std::int64_t day_ms = 24 * 60 * core::minute_ms;
    const auto& zone = m_venue.config().event.timezone;
    for (const auto& item : m_day.value("leads", Json::array())) {
        KIOSK_TRY(const auto registration, holder_of(m_venue.database(), text_of(item, "ticket")));
        KIOSK_TRY(const auto at, moment_of(item, "at"));
        core::Lead lead;
        lead.uid = core::make_uid(at, m_venue.random());
        lead.type = text_of(item, "type");
        lead.source = "staff";
        lead.registration = registration.uid;
        lead.priority = item.value("priority", lead.priority);
        lead.owner = text_of(item, "owner");
        if (!lead.owner.empty()) {
            lead.status = core::LeadStatus::Assigned;
            lead.due = zone.rfc3339(at + item.value("due_days", 7) * day_ms).substr(0, std::string_view("2026-12-01").size());
        }
        lead.confidential = text_of(item, "session");
        lead.changed_by = text_of(item, "staff");
        lead.at = at;
        lead.organisation = registration.person.organisation;
        lead.person = registration.person.name;
        lead.note = text_of(item, "note");
        if (const auto problem = core::lead_problem(lead); !problem.empty())
            return broken("a lead of " + text_of(item, "ticket") + ": " + problem);
        later(at, [this, lead]() -> Status {
            const std::array drafts{core::make_lead(lead)};
            KIOSK_TRY(const auto receipt, m_venue.database().append(drafts));
            static_cast<void>(receipt);
            return {};
        });
    }
    return {};
}

Status DemoDay::play() {
    if (!m_day.contains("bookings") || !m_day.contains("closed_session"))
        return broken("bookings or closed_session are missing");
    KIOSK_CHECK(people());
    app::BookingServices services;
    services.store = &m_venue.database();
    services.clock = &m_clock;
    services.random = &m_venue.random();
    services.alone = true;
    KIOSK_TRY(m_bookings, app::BookingDesk::create(services));
    app::SessionServices session_services;
    session_services.store = services.store;
    session_services.clock = services.clock;
    session_services.random = services.random;
    KIOSK_TRY(m_sessions, app::SessionDesk::create(session_services));
    KIOSK_CHECK(bookings());
    KIOSK_CHECK(closed_session());
    KIOSK_CHECK(leads());
    std::ranges::stable_sort(m_happenings, {}, &Happening::at);
    for (const auto& happening : m_happenings) {
        m_clock.at = happening.at;
        KIOSK_CHECK(happening.happen());
    }
    return m_venue.load_event();
}

} // namespace

Status add_demo_profiles(Venue& venue, const Demo& demo) {
    std::vector<core::OperationDraft> drafts;
    for (const auto& item : demo.day.value("profiles", Json::array())) {
        KIOSK_TRY(auto registration, holder_of(venue.database(), text_of(item, "ticket")));
        for (const auto* question : {"offers", "needs", "tracks", "looking_for"})
            registration.answers[question] = texts_of(item, question);
        registration.consents["share"] = item.value("share", false);
        drafts.push_back(core::make_registration(registration));
    }
    if (drafts.empty())
        return {};
    KIOSK_TRY(const auto receipt, venue.database().append(drafts));
    static_cast<void>(receipt);
    return {};
}

Status play_demo_day(Venue& venue, const Demo& demo) {
    if (!demo.day.is_object())
        return broken("there is none");
    return DemoDay(venue, demo.day).play();
}

} // namespace kiosk::wiring
