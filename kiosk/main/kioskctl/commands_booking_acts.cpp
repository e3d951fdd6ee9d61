// SPDX-License-Identifier: Apache-2.0
// book; booking cancel, start, finish, arrive, accept, decline, move, swap, outcome
#include "main/kioskctl/commands_bookings.hpp"

#include <algorithm>
#include <functional>
#include <initializer_list>

namespace kioskctl {

namespace {

using namespace kiosk;
using app::BookingResult;
using core::BookingReason;
using core::BookingStatus;
using core::ErrorCode;
using core::fail;

// What was done, or why not. `done`: the standings that mean that it was.
Outcome tell(Context& context, BookingOffice& office, BookingResult result, std::initializer_list<BookingStatus> done) {
    bool brought = true;
    if (office.line && office.reached)
        brought = office.line->exchange();
    const bool is_done = std::ranges::find(done, result.status) != done.end();
    const auto why = result.reason == BookingReason::None ? std::string() : booking_why(context, result.reason, result.about);
    Json json{{"booking", result.booking.empty() ? Json() : Json(result.booking)},
              {"status", core::to_string(result.status)},
              {"reason", result.reason == BookingReason::None ? Json() : Json(core::to_string(result.reason))},
              {"about", result.about.empty() ? Json() : Json(result.about)},
              {"done", is_done}};
    if (!is_done) {
        context.say("cli.booking.refused", {{"why", why}});
        context.emit(json);
        return exit_no;
    }
    KIOSK_TRY(const auto booking, office.database().booking(result.booking));
    if (booking) {
        context.line(booking_line(context, office, *booking, false));
        KIOSK_TRY(json["details"], booking_json(office, *booking, false));
    }
    if (result.status == BookingStatus::Pending)
        context.say("cli.booking.pending", {{"why", why}});
    else if (!why.empty())
        context.line(why);
    if (office.line && (!office.reached || !brought))
        context.say("cli.booking.not_brought");
    context.emit(json);
    return exit_done;
}

struct BookCall {
    std::string unit, slot, session, staff, purpose, topic;
    std::vector<std::string> tickets, must_accept;
};

Outcome book(Context& context, const BookCall& call) {
    if (call.session.empty() == (call.unit.empty() || call.slot.empty()))
        return fail(ErrorCode::Invalid, "error.booking_of_what");
    KIOSK_TRY(auto office, open_bookings(context, true));
    core::BookingWish wish;
    wish.unit = call.unit;
    wish.slot = call.slot;
    wish.session = call.session;
    wish.participants = call.tickets;
    wish.must_accept = call.must_accept;
    wish.purpose = call.purpose;
    wish.topic = call.topic;
    wish.by = call.staff;
    KIOSK_TRY(auto result, office.desk->book(wish));
    KIOSK_TRY(result, pursue(office, std::move(result)));
    return tell(context, office, std::move(result), {BookingStatus::Confirmed, BookingStatus::Pending});
}

struct ActCall {
    std::string uid, other, ticket, staff, unit, slot, outcome, note;
    bool lead = false;
};
using Act = std::function<core::Result<BookingResult>(app::BookingDesk&, const core::Booking&, const ActCall&)>;

Outcome act(Context& context, const ActCall& call, const Act& what, std::initializer_list<BookingStatus> done) {
    KIOSK_TRY(auto office, open_bookings(context, true));
    KIOSK_TRY(const auto booking, find_booking(office.database(), call.uid));
    KIOSK_TRY(auto result, what(*office.desk, booking, call));
    KIOSK_TRY(result, pursue(office, std::move(result)));
    return tell(context, office, std::move(result), done);
}

Outcome decline(Context& context, const ActCall& call) {
    KIOSK_TRY(auto office, open_bookings(context, true));
    KIOSK_TRY(const auto booking, find_booking(office.database(), call.uid));
    KIOSK_TRY(auto result, office.desk->decline(booking.request.uid, call.ticket));
    // Declining is how it ends, not a refusal of what was asked for.
    const bool done = result.reason == BookingReason::Declined;
    return done ? tell(context, office, std::move(result), {BookingStatus::Refused})
                : tell(context, office, std::move(result), {BookingStatus::Cancelled});
}

Outcome swap(Context& context, const ActCall& call) {
    KIOSK_TRY(auto office, open_bookings(context, true));
    KIOSK_TRY(const auto one, find_booking(office.database(), call.uid));
    KIOSK_TRY(const auto other, find_booking(office.database(), call.other));
    const auto change_places = [&] { return office.desk->swap(one.request.uid, other.request.uid, call.staff); };
    KIOSK_TRY(auto result, change_places());
    // Nothing is written before all of it is held: it is asked for, and then tried once more.
    if (result.status == BookingStatus::Pending && result.ask && office.line && office.reached) {
        KIOSK_TRY(result, pursue(office, std::move(result)));
        KIOSK_TRY(result, change_places());
    }
    if (result.status == BookingStatus::Pending && result.booking.empty())
        return tell(context, office, std::move(result), {}); // nothing waits: it has to be asked for again
    return tell(context, office, std::move(result), {BookingStatus::Confirmed, BookingStatus::Pending});
}

CLI::App* add_act(CLI::App& booking, Context& context, const char* name, const std::shared_ptr<ActCall>& call) {
    auto* command = add_command(booking, context, name);
    command->add_option("uid", call->uid, about(context, "booking"))->required();
    return command;
}

void add_ticket_act(CLI::App& booking, Context& context, const char* name, Act what,
                    std::initializer_list<BookingStatus> done) {
    auto call = std::make_shared<ActCall>();
    auto* command = add_act(booking, context, name, call);
    command->add_option("ticket", call->ticket, about(context, "ticket"))->required();
    run_on_call(command, context,
                [&context, call, what = std::move(what), done = std::vector(done)] {
                    return done.size() > 1 ? act(context, *call, what, {done[0], done[1]}) : act(context, *call, what, {done[0]});
                });
}

void add_staff_act(CLI::App& booking, Context& context, const char* name, Act what, BookingStatus done) {
    auto call = std::make_shared<ActCall>();
    auto* command = add_act(booking, context, name, call);
    command->add_option("--staff", call->staff, about(context, "staff"));
    if (std::string_view(name) == "cancel")
        command->add_option("--ticket", call->ticket, about(context, "booking_ticket"));
    run_on_call(command, context, [&context, call, what = std::move(what), done] { return act(context, *call, what, {done}); });
}

} // namespace

void add_booking_act_commands(CLI::App& booking, Context& context) {
    auto& app = *booking.get_parent();
    {
        auto call = std::make_shared<BookCall>();
        auto* command = add_command(app, context, "book");
        command->add_option("tickets", call->tickets, about(context, "booking_people"))->required();
        command->add_option("--unit", call->unit, about(context, "unit"));
        command->add_option("--slot", call->slot, about(context, "slot"));
        command->add_option("--session", call->session, about(context, "booking_session"));
        command->add_option("--ask", call->must_accept, about(context, "booking_ask"))->allow_extra_args(false);
        command->add_option("--purpose", call->purpose, about(context, "booking_purpose"));
        command->add_option("--topic", call->topic, about(context, "booking_topic"));
        command->add_option("--staff", call->staff, about(context, "staff"));
        run_on_call(command, context, [&context, call] { return book(context, *call); });
    }
    using Status = BookingStatus;
    add_ticket_act(booking, context, "arrive",
                   [](auto& desk, const auto& one, const ActCall& call) { return desk.arrive(one.request.uid, call.ticket); },
                   {Status::Confirmed, Status::CheckedIn});
    add_ticket_act(booking, context, "accept",
                   [](auto& desk, const auto& one, const ActCall& call) { return desk.accept(one.request.uid, call.ticket); },
                   {Status::Confirmed, Status::Pending});
    {
        auto call = std::make_shared<ActCall>();
        auto* command = add_act(booking, context, "decline", call);
        command->add_option("ticket", call->ticket, about(context, "ticket"))->required();
        run_on_call(command, context, [&context, call] { return decline(context, *call); });
    }
    add_staff_act(booking, context, "cancel",
                  [](auto& desk, const auto& one, const ActCall& call) { return desk.cancel(one.request.uid, call.ticket, call.staff); },
                  Status::Cancelled);
    add_staff_act(booking, context, "start",
                  [](auto& desk, const auto& one, const ActCall& call) { return desk.start(one.request.uid, call.staff); },
                  Status::CheckedIn);
    add_staff_act(booking, context, "finish",
                  [](auto& desk, const auto& one, const ActCall& call) { return desk.finish(one.request.uid, call.staff); },
                  Status::Done);
    {
        auto call = std::make_shared<ActCall>();
        auto* command = add_act(booking, context, "move", call);
        command->add_option("--unit", call->unit, about(context, "unit"));
        command->add_option("--slot", call->slot, about(context, "slot"))->required();
        command->add_option("--staff", call->staff, about(context, "staff"));
        run_on_call(command, context, [&context, call] {
            return act(context, *call,
                       [](auto& desk, const auto& one, const ActCall& wanted) {
                           return desk.move(one.request.uid, wanted.unit.empty() ? one.request.unit : wanted.unit, wanted.slot,
                                            wanted.staff);
                       },
                       {Status::Confirmed, Status::Pending});
        });
    }
    {
        auto call = std::make_shared<ActCall>();
        auto* command = add_act(booking, context, "swap", call);
        command->add_option("other", call->other, about(context, "booking_other"))->required();
        command->add_option("--staff", call->staff, about(context, "staff"));
        run_on_call(command, context, [&context, call] { return swap(context, *call); });
    }
    {
        auto call = std::make_shared<ActCall>();
        auto* command = add_act(booking, context, "outcome", call);
        command->add_option("outcome", call->outcome, about(context, "booking_outcome"))
            ->required()
            ->check(CLI::IsMember({"met", "follow_up", "no_interest"}));
        command->add_option("--note", call->note, about(context, "note"));
        command->add_flag("--lead", call->lead, about(context, "booking_lead"));
        command->add_option("--staff", call->staff, about(context, "staff"));
        run_on_call(command, context, [&context, call] {
            return act(context, *call,
                       [](auto& desk, const auto& one, const ActCall& wanted) {
                           return desk.outcome(one.request.uid, wanted.outcome, wanted.note, wanted.lead, wanted.staff);
                       },
                       {Status::CheckedIn, Status::Done});
        });
    }
}

} // namespace kioskctl
