// SPDX-License-Identifier: Apache-2.0
// bookings, booking show, units, leases, suggest; what the commands about bookings share.
#include "main/kioskctl/commands_bookings.hpp"

#include "app/booking_text.hpp"
#include "app/counterparts.hpp"
#include "client/hub_address.hpp"
#include "core/names.hpp"
#include "main/wiring/wire_lease_office.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace kioskctl {

using namespace kiosk;
using core::BookingStatus;
using core::ErrorCode;
using core::fail;

core::Result<BookingOffice> open_bookings(const Context& context, bool writing) {
    BookingOffice office;
    KIOSK_TRY(office.venue, context.open_event(!writing));
    auto& venue = *office.venue;
    const auto hub = sync::client::load_hub_address(context.database);
    if (!hub && hub.error().code != ErrorCode::NotFound)
        return std::unexpected(hub.error());
    if (hub && writing) {
        KIOSK_TRY(office.line, wiring::HubLine::open(venue.database(), venue.clock(), venue.random(), venue.sodium(), *hub,
                                                     venue.config().event.code));
        office.reached = office.line->exchange();
    }
    app::BookingServices services;
    services.store = &venue.database();
    services.clock = office.line ? &office.line->clock() : &venue.clock();
    services.random = &venue.random();
    services.alone = wiring::never_had_a_hub(venue.database());
    services.deals = false; // a share of the tables is of use to a kiosk that stays, not to one command
    KIOSK_TRY(auto desk, app::BookingDesk::create(services));
    office.desk = std::make_unique<app::BookingDesk>(std::move(desk));
    if (office.reached) // a hub that was put back from a backup waits until it has heard what is held here
        KIOSK_CHECK(app::keep_leases(*office.desk, office.line->office()));
    return office;
}

core::Result<app::BookingResult> pursue(BookingOffice& office, app::BookingResult result) {
    return office.line && office.reached ? app::pursue(*office.desk, office.line->office(), std::move(result))
                                         : core::Result<app::BookingResult>(std::move(result));
}

core::Result<core::Booking> find_booking(core::Store& store, const std::string& wanted) {
    KIOSK_TRY(auto bookings, store.bookings());
    const core::Booking* found = nullptr;
    for (const auto& booking : bookings) {
        const auto& uid = booking.request.uid;
        if (uid == wanted)
            return booking;
        constexpr std::size_t shortest = 4;
        if (wanted.size() < shortest || !(uid.starts_with(wanted) || uid.ends_with(wanted)))
            continue;
        if (found != nullptr)
            return fail(ErrorCode::Conflict, "error.booking_ambiguous", wanted);
        found = &booking;
    }
    if (found == nullptr)
        return fail(ErrorCode::NotFound, "error.no_booking", wanted);
    return *found;
}

std::string slot_times(const core::EventConfig& config, core::Instant starts, core::Instant ends) {
    const auto from = config.event.timezone.civil(starts);
    const auto to = config.event.timezone.civil(ends);
    return fmt::format("{:02}-{:02} {:02}:{:02}–{:02}:{:02}", from.month, from.day, from.hour, from.minute, to.hour,
                       to.minute);
}

std::string booking_why(const Context& context, core::BookingReason reason, const std::string& about) {
    auto text = context.texts.text(context.language, app::booking_reason_text(reason));
    return about.empty() ? text : text + " (" + about + ")";
}

namespace {

core::BookingStanding standing_of(BookingOffice& office, const core::Booking& booking) {
    return core::standing_at(booking, office.desk->now(), office.desk->policy().grace_ms);
}

// Who meets about what a closed session is about is nobody's who only lists bookings.
bool is_hidden(const core::Booking& booking, bool full) { return !booking.request.confidential.empty() && !full; }

core::Result<std::string> name_of(core::Store& store, const std::string& ticket, bool full) {
    KIOSK_TRY(const auto people, store.registrations_by_ticket(ticket));
    if (people.size() != 1)
        return std::string();
    return full ? people.front().person.name : core::mask_name(people.front().person.name);
}

std::string time_text(const core::EventConfig& config, std::optional<core::Instant> at) {
    return at ? config.event.timezone.rfc3339(*at) : std::string();
}

} // namespace

std::string booking_line(const Context& context, BookingOffice& office, const core::Booking& booking, bool full) {
    const auto& request = booking.request;
    const auto standing = standing_of(office, booking);
    std::string people;
    for (const auto& participant : request.participants) {
        const auto name = is_hidden(booking, full) ? core::Result<std::string>("***")
                                                   : name_of(office.database(), participant.ticket, full);
        people += (people.empty() ? "" : " + ") + (is_hidden(booking, full) ? "***" : participant.ticket);
        if (name && !name->empty() && !is_hidden(booking, full))
            people += " " + *name;
    }
    const auto place = request.session.empty() ? context.in(app::unit_label(office.config(), request.unit)) + " " + request.slot
                                               : request.session;
    const auto& uid = request.uid;
    auto text = fmt::format("{}  {}  {}  {}  {}", uid.substr(uid.size() - std::min<std::size_t>(uid.size(), 8)),
                            slot_times(office.config(), request.starts, request.ends), place, people,
                            context.texts.text(context.language, app::booking_status_text(standing.status)));
    if (standing.reason != core::BookingReason::None)
        text += ": " + booking_why(context, standing.reason, {});
    return text;
}

core::Result<Json> booking_json(BookingOffice& office, const core::Booking& booking, bool full) {
    const auto& request = booking.request;
    const auto standing = standing_of(office, booking);
    const bool hidden = is_hidden(booking, full);
    Json people = Json::array();
    for (const auto& participant : request.participants) {
        if (hidden)
            continue;
        KIOSK_TRY(const auto name, name_of(office.database(), participant.ticket, full));
        people.push_back({{"ticket", participant.ticket}, {"name", name}});
    }
    const auto& config = office.config();
    Json json{{"booking", request.uid},
              {"unit", request.unit},
              {"slot", request.slot},
              {"session", hidden ? "" : request.session},
              {"starts", time_text(config, request.starts)},
              {"ends", time_text(config, request.ends)},
              {"status", core::to_string(standing.status)},
              {"reason", standing.reason == core::BookingReason::None ? Json() : Json(core::to_string(standing.reason))},
              {"participants", people},
              {"confidential", !request.confidential.empty()}};
    if (hidden)
        return core::Result<Json>(std::in_place, std::move(json));
    json["purpose"] = request.purpose;
    json["must_accept"] = request.must_accept;
    json["accepted"] = booking.accepted;
    json["arrived"] = booking.arrived;
    json["by"] = request.by;
    json["replaces"] = request.replaces;
    json["started"] = time_text(config, booking.started);
    json["ended"] = time_text(config, booking.ended);
    json["outcome"] = booking.outcome;
    json["lead"] = booking.lead;
    if (full) {
        json["topic"] = request.topic;
        json["note"] = booking.outcome_note;
    }
    return core::Result<Json>(std::in_place, std::move(json));
}

namespace {

struct ListCall {
    std::string unit, ticket;
    std::vector<std::string> statuses;
    bool full = false;
};

Outcome list(Context& context, const ListCall& call) {
    KIOSK_TRY(auto office, open_bookings(context, false));
    KIOSK_TRY(auto bookings, office.database().bookings());
    std::erase_if(bookings, [&](const core::Booking& booking) {
        const auto& request = booking.request;
        const auto status = core::to_string(standing_of(office, booking).status);
        const bool takes_part = std::ranges::find(request.participants, call.ticket, &core::Participant::ticket) != request.participants.end();
        return (!call.unit.empty() && request.unit != call.unit && request.session != call.unit) ||
               (!call.ticket.empty() && (!takes_part || is_hidden(booking, call.full))) ||
               (!call.statuses.empty() && std::ranges::find(call.statuses, status) == call.statuses.end());
    });
    for (const auto& booking : bookings) {
        context.line(booking_line(context, office, booking, call.full));
        KIOSK_TRY(const auto json, booking_json(office, booking, call.full));
        context.emit(json);
    }
    context.say(bookings.empty() ? "cli.bookings.none" : "cli.bookings.count",
                bookings.empty() ? Args{} : Args{{"count", std::to_string(bookings.size())}});
    return exit_done;
}

Outcome show(Context& context, const std::string& uid, bool full) {
    KIOSK_TRY(auto office, open_bookings(context, false));
    KIOSK_TRY(const auto booking, find_booking(office.database(), uid));
    const auto& request = booking.request;
    context.line(booking_line(context, office, booking, full));
    if (!is_hidden(booking, full)) {
        const auto line = [&](const char* key, const std::string& value) {
            if (!value.empty())
                context.say(key, {{"value", value}});
        };
        const auto joined = [](const std::vector<std::string>& tickets) { return fmt::format("{}", fmt::join(tickets, " ")); };
        line("cli.booking.purpose", context.texts.text(context.language, app::purpose_text(request.purpose)));
        line("cli.booking.topic", full ? request.topic : "");
        line("cli.booking.must_accept", joined(request.must_accept));
        line("cli.booking.accepted", joined(booking.accepted));
        line("cli.booking.arrived", joined(booking.arrived));
        line("cli.booking.replaces", request.replaces);
        line("cli.booking.started", booking.started ? context.time(office.config(), *booking.started) : "");
        line("cli.booking.ended", booking.ended ? context.time(office.config(), *booking.ended) : "");
        line("cli.booking.outcome_is", booking.outcome);
        line("cli.booking.note", full ? booking.outcome_note : "");
    }
    KIOSK_TRY(const auto json, booking_json(office, booking, full));
    context.emit(json);
    return exit_done;
}

// ---- units ----

// What a slot of a unit is now: the booking in it, or that it is free, blocked or over.
struct SlotState {
    std::string word; // free, pending, confirmed, checked_in, blocked, over
    const core::Booking* booking = nullptr;
};

SlotState state_of(BookingOffice& office, const core::Slot& slot, const std::vector<core::Booking>& at_unit) {
    const core::Booking* pending = nullptr;
    for (const auto& booking : at_unit) {
        const auto& request = booking.request;
        if (!(request.starts < slot.ends && slot.starts < request.ends))
            continue;
        const auto status = standing_of(office, booking).status;
        if (status == BookingStatus::Confirmed || status == BookingStatus::CheckedIn || status == BookingStatus::Done)
            return {std::string(core::to_string(status)), &booking};
        if (status == BookingStatus::Pending)
            pending = &booking;
    }
    if (slot.blocked)
        return {"blocked", nullptr};
    if (pending != nullptr)
        return {"pending", pending};
    return {slot.ends <= office.desk->now() ? "over" : "free", nullptr};
}

Outcome units(Context& context, const std::string& only) {
    KIOSK_TRY(auto office, open_bookings(context, false));
    const auto& config = office.config();
    if (!only.empty() && config.unit(only) == nullptr)
        return fail(ErrorCode::NotFound, "error.no_unit", only);
    std::size_t shown = 0;
    for (const auto& unit : config.units) {
        if (!only.empty() && unit.id != only)
            continue;
        ++shown;
        KIOSK_TRY(const auto at_unit, office.database().bookings_at(unit.id));
        context.say("cli.units.unit", {{"unit", unit.id},
                                       {"label", context.in(app::unit_label(config, unit.id))},
                                       {"kind", context.in(app::unit_kind_label(context.texts, unit.kind))},
                                       {"seats", std::to_string(unit.seats)}});
        Json slots = Json::array();
        for (const auto& slot : unit.slots) {
            const auto state = state_of(office, slot, at_unit);
            const auto uid = state.booking ? state.booking->request.uid : std::string();
            context.line(fmt::format("  {}  {}  {}{}", slot.id, slot_times(config, slot.starts, slot.ends),
                                     context.text("cli.units.state." + state.word),
                                     uid.empty() ? "" : "  " + uid.substr(uid.size() - std::min<std::size_t>(uid.size(), 8))));
            slots.push_back({{"slot", slot.id},
                             {"starts", time_text(config, slot.starts)},
                             {"ends", time_text(config, slot.ends)},
                             {"state", state.word},
                             {"booking", uid.empty() ? Json() : Json(uid)}});
        }
        context.emit({{"unit", unit.id}, {"kind", unit.kind}, {"seats", unit.seats}, {"owner_org", unit.owner_org}, {"slots", slots}});
    }
    if (shown == 0)
        context.say("cli.units.none");
    return exit_done;
}

// ---- leases ----

Outcome leases(Context& context) {
    KIOSK_TRY(auto office, open_bookings(context, false));
    KIOSK_TRY(const auto held, office.database().leases());
    KIOSK_TRY(const auto read, office.database().feed_after());
    for (const auto& lease : held) {
        const auto text = core::resource_text(lease.resource);
        const bool over = lease.until && *lease.until <= office.desk->now();
        const std::string state = lease.closing ? "closing" : over ? "over" : lease.known_from > read ? "behind" : "usable";
        context.line(fmt::format("{}{}  {}{}", text, lease.resource.is_counted() ? fmt::format(" ×{}", lease.resource.count) : "",
                                 context.text("cli.leases.state." + state),
                                 lease.until ? "  " + context.time(office.config(), *lease.until) : ""));
        context.emit({{"resource", text},
                      {"count", lease.resource.count},
                      {"generation", lease.generation},
                      {"state", state},
                      {"until", time_text(office.config(), lease.until)}});
    }
    const bool alone = held.empty() && wiring::never_had_a_hub(office.database());
    context.say(alone ? "cli.leases.alone" : held.empty() ? "cli.leases.none" : "cli.leases.count",
                {{"count", std::to_string(held.size())}});
    return exit_done;
}

// ---- suggest ----

Outcome suggest(Context& context, const std::string& ticket, std::size_t limit, bool full) {
    KIOSK_TRY(auto office, open_bookings(context, false));
    auto& store = office.database();
    KIOSK_TRY(const auto asked, store.registrations_by_ticket(ticket));
    if (asked.empty())
        return fail(ErrorCode::NotFound, "error.no_ticket", ticket);
    const auto& config = office.venue->config();
    const auto declared = office.venue->broker()->registration_form(config);
    KIOSK_TRY(const auto found, app::suggest_counterparts(store, config, context.texts, declared, ticket, limit));
    for (const auto& other : found) {
        const auto& person = other.registration.person;
        const auto name = full ? person.name : core::mask_name(person.name);
        const auto organisation = full ? person.organisation : core::mask_organisation(person.organisation);
        Json reasons = Json::array();
        for (const auto& reason : other.reasons)
            reasons.push_back({{"kind", app::match_name(reason.kind)}, {"topic", reason.topic}});
        std::string why;
        for (const auto& each : other.why)
            why += (why.empty() ? "" : "; ") + each.in(context.language);
        context.line(fmt::format("{}  {}  {}{}  {}", other.registration.ticket, name, organisation,
                                 other.inside ? "  " + context.text("cli.suggest.here") : "", why));
        context.emit({{"ticket", other.registration.ticket},
                      {"name", name},
                      {"organisation", organisation},
                      {"present", other.inside},
                      {"score", other.score},
                      {"reasons", reasons}});
    }
    if (found.empty())
        context.say("cli.suggest.none");
    return exit_done;
}

} // namespace

void add_booking_commands(CLI::App& app, Context& context) {
    {
        auto call = std::make_shared<ListCall>();
        auto* command = add_command(app, context, "bookings");
        command->add_option("--unit", call->unit, about(context, "booking_unit"));
        command->add_option("--ticket", call->ticket, about(context, "booking_of"));
        command->add_option("--status", call->statuses, about(context, "booking_status"))
            ->check(CLI::IsMember({"pending", "confirmed", "checked_in", "done", "no_show", "cancelled", "refused"}))
            ->allow_extra_args(false);
        command->add_flag("--full", call->full, about(context, "full"));
        run_on_call(command, context, [&context, call] { return list(context, *call); });
    }
    auto* booking = add_command(app, context, "booking");
    booking->require_subcommand(1);
    {
        auto uid = std::make_shared<std::string>();
        auto full = std::make_shared<bool>(false);
        auto* command = add_command(*booking, context, "show");
        command->add_option("uid", *uid, about(context, "booking"))->required();
        command->add_flag("--full", *full, about(context, "full"));
        run_on_call(command, context, [&context, uid, full] { return show(context, *uid, *full); });
    }
    add_booking_act_commands(*booking, context);
    {
        auto unit = std::make_shared<std::string>();
        auto* command = add_command(app, context, "units");
        command->add_option("unit", *unit, about(context, "unit"));
        run_on_call(command, context, [&context, unit] { return units(context, *unit); });
    }
    run_on_call(add_command(app, context, "leases"), context, [&context] { return leases(context); });
    {
        auto ticket = std::make_shared<std::string>();
        auto limit = std::make_shared<std::size_t>(8);
        auto full = std::make_shared<bool>(false);
        auto* command = add_command(app, context, "suggest");
        command->add_option("ticket", *ticket, about(context, "ticket"))->required();
        command->add_option("--limit", *limit, about(context, "suggest_limit"))->check(CLI::Range(1, 50));
        command->add_flag("--full", *full, about(context, "full"));
        run_on_call(command, context, [&context, ticket, limit, full] { return suggest(context, *ticket, *limit, *full); });
    }
}

} // namespace kioskctl
