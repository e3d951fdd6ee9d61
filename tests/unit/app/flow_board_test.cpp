// SPDX-License-Identifier: Apache-2.0
// The staff's board of the business area.
#include "meeting_area.hpp"

using namespace kiosk;
using namespace kiosk::app;
using core::BookingStatus;
using Area = test::MeetingArea;

namespace {

const BoardView& board_of(Area& k) {
    const auto& staff = k.body<StaffView>();
    REQUIRE(staff.board);
    return *staff.board;
}

void to_board(Area& k) {
    if (!k.shows<IdleView>())
        k.pass(70'000);
    k.log_in();
    k.send(intent::ChooseTab{StaffTab::Board});
}

} // namespace

TEST_CASE("board: tables by time, with whole names for staff, and what is only asked for apart", "[app][board]") {
    Area k;
    k.open();
    k.check_in_all();
    k.book_both();
    to_board(k);
    const auto& board = board_of(k);
    REQUIRE(board.columns.size() == 3);
    REQUIRE(board.rows.size() == 2);
    CHECK(board.confirmed == 1);
    CHECK(board.pending == 0);
    const auto& cell = board.rows[0].cells[0];
    CHECK(cell.state == BoardCell::State::Booked);
    CHECK(cell.status == BookingStatus::Confirmed);
    CHECK(cell.names == std::vector<std::string>{"王谷雨", "Grace Hopper"});
    CHECK(board.rows[1].cells[0].state == BoardCell::State::Free);
}

TEST_CASE("board: what waits for a hub that was put back says which devices it waits for", "[app][board]") {
    Area k;
    k.alone = false;
    k.store.has_hub = true;
    k.open();
    k.check_in_all();
    k.book_both();
    LeaseReply reply;
    reply.hub_time_ms = k.clock.now().unix_ms;
    const auto why = [&] {
        k.app->hear(notice::LeasesAnswered{{}, reply});
        to_board(k);
        k.send(intent::OpenBooking{board_of(k).rows[0].cells[0].booking});
        REQUIRE(board_of(k).detail);
        return board_of(k).detail->why;
    };
    SECTION("none") { CHECK(why().key == "board.pending.hub"); }
    SECTION("two") {
        reply.awaited = {"k2", "k3"};
        const auto said = why();
        CHECK(said.key == "board.pending.restored");
        CHECK(said.args.at(0).second == "k2, k3");
    }
    SECTION("many") {
        reply.awaited = {"k2", "k3", "k4", "k5"};
        const auto said = why();
        CHECK(said.key == "board.pending.restored_more");
        CHECK(said.args.at(0).second == "k2, k3, k4");
    }
}

TEST_CASE("board: a booking is moved by a touch, two change places, and one is cancelled after a question", "[app][board]") {
    Area k;
    k.open();
    k.check_in_all();
    k.book_both();
    to_board(k);
    auto id = board_of(k).rows[0].cells[0].booking;
    k.send(intent::OpenBooking{id});
    REQUIRE(board_of(k).detail);
    CHECK(board_of(k).detail->people[0].here);
    k.send(intent::BeginMove{id});
    CHECK(board_of(k).moving == id);
    CHECK(board_of(k).rows[1].cells[1].target);
    k.send(intent::TouchCell{"T2", "s2"});
    CHECK(board_of(k).rows[0].cells[0].state == BoardCell::State::Free);
    REQUIRE(board_of(k).rows[1].cells[1].state == BoardCell::State::Booked);
    CHECK(board_of(k).moving.empty());
    id = board_of(k).rows[1].cells[1].booking;

    // Two who stand here.
    k.send(intent::TouchCell{"T1", "s3"});
    k.send(intent::BookHere{});
    k.scan("B2");
    CHECK(board_of(k).slot->scanned == std::vector<std::string>{"李白露"});
    k.scan("C3");
    REQUIRE(board_of(k).rows[0].cells[2].state == BoardCell::State::Booked);
    CHECK(board_of(k).rows[0].cells[2].status == BookingStatus::Confirmed);
    CHECK(k.stored().back().request.by == "lin");

    k.send(intent::PlaceBooking{id, "T1", "s3"}); // dropped on the other
    CHECK(board_of(k).rows[0].cells[2].names[0] == "王谷雨");
    CHECK(board_of(k).rows[1].cells[1].names[0] == "李白露");

    id = board_of(k).rows[0].cells[2].booking;
    k.send(intent::CancelBooking{id});
    CHECK(board_of(k).rows[0].cells[2].state == BoardCell::State::Booked);
    k.send(intent::CancelBooking{id});
    CHECK(board_of(k).rows[0].cells[2].state == BoardCell::State::Free);
}

TEST_CASE("board: a slot that is closed leaves its booking to be moved, with an answer", "[app][board]") {
    Area k;
    k.open();
    k.check_in_all();
    k.book_both();
    to_board(k);
    const auto id = board_of(k).rows[0].cells[0].booking;
    k.send(intent::OpenBooking{});
    k.send(intent::TouchCell{"T1", "s1"});
    k.send(intent::BlockSlot{true});
    REQUIRE(board_of(k).strays.size() == 1);
    const auto stray = board_of(k).strays[0];
    CHECK(stray.booking == id);
    CHECK(stray.why.key == "board.stray.blocked");
    CHECK(stray.unit == "T2"); // the same time, the other table
    CHECK(stray.answer_time == "13:30");
    k.send(intent::PlaceBooking{stray.booking, stray.unit, stray.slot});
    CHECK(board_of(k).strays.empty());
    CHECK(board_of(k).rows[1].cells[0].status == BookingStatus::Confirmed);

    // Not for everybody.
    k.send(intent::LeaveStaff{});
    k.send(intent::OpenStaff{});
    k.pin("8888");
    k.send(intent::ChooseTab{StaffTab::Board});
    k.send(intent::TouchCell{"T2", "s3"});
    CHECK_FALSE(board_of(k).slot->can_block);
    k.send(intent::BlockSlot{true});
    CHECK(board_of(k).rows[1].cells[2].state == BoardCell::State::Free);
}

TEST_CASE("board: started, ended, and what came of it makes a lead", "[app][board]") {
    Area k;
    k.open();
    k.check_in_all();
    k.book_both();
    k.pass(17 * core::minute_ms);
    to_board(k);
    const auto id = board_of(k).rows[0].cells[0].booking;
    k.send(intent::OpenBooking{id});
    REQUIRE(board_of(k).detail->can_start);
    k.send(intent::StartBooking{id});
    CHECK(board_of(k).rows[0].cells[0].status == BookingStatus::CheckedIn);
    k.send(intent::FinishBooking{id});
    REQUIRE(k.shows<FormView>());
    k.send(intent::SetAnswer{"outcome", std::string("follow_up")});
    k.send(intent::SetAnswer{"lead", std::string("yes")});
    k.send(intent::Confirm{});
    k.send(intent::Confirm{}); // no note
    REQUIRE(k.shows<StaffView>());
    REQUIRE(board_of(k).detail);
    CHECK(board_of(k).detail->outcome.key == "board.outcome.follow_up");
    CHECK(board_of(k).detail->has_lead);
    CHECK(k.store.leads()->size() == 1);
}

TEST_CASE("board: what it called not settled is told again once it is", "[app][board]") {
    Area k;
    k.alone = false;
    k.deck.has_hub = k.store.has_hub = true;
    k.open();
    k.check_in_all();
    to_board(k);
    const auto told = [&] { return k.body<StaffView>().notice; };
    k.send(intent::TouchCell{"T1", "s1"});
    k.send(intent::BookHere{});
    k.deck.asks.clear();
    k.scan("B2");
    k.scan("C3");
    CHECK(told().key == "board.notice.pending");
    REQUIRE(k.stored().size() == 1);
    const auto uid = k.stored()[0].request.uid;
    const auto asked = std::ranges::find(k.deck.asks, uid, &LeaseAsk::booking);
    REQUIRE(asked != k.deck.asks.end());
    const auto ask = *asked;
    const auto granted = [&] {
        LeaseReply reply;
        for (const auto& want : ask.want)
            reply.grants.push_back({want.resource, true, false, {}, 1});
        reply.hub_time_ms = k.clock.now().unix_ms;
        return reply;
    };
    const auto write = [&](core::BookingAct act, core::BookingReason reason) { // as another device's act arrives
        core::BookingActRecord record;
        record.booking = uid;
        record.act = act;
        record.reason = reason;
        record.at = k.clock.now();
        const std::array drafts{core::make_booking_act(record, k.stored()[0].request)};
        REQUIRE(k.store.append(drafts));
        k.app->hear(notice::DataChanged{});
        k.pass(1'000); // what arrives often is looked at once a second
    };
    SECTION("confirmed") {
        k.app->hear(notice::LeasesAnswered{ask, granted()});
        k.pass(1'000);
        CHECK(told().key == "board.notice.booked");
    }
    SECTION("refused") {
        write(core::BookingAct::Refuse, core::BookingReason::UnitTaken);
        CHECK(told().key == "board.notice.refused");
        REQUIRE(told().args.size() == 1);
        CHECK(told().args[0].second == k.catalogue->text(core::Language::Chinese, "meeting.reason.unit_taken"));
    }
    SECTION("refused for no reason that is known") {
        write(core::BookingAct::Refuse, core::BookingReason::None);
        CHECK(told().args.at(0).second == k.catalogue->text(core::Language::Chinese, "meeting.state.refused"));
    }
    SECTION("cancelled by somebody") {
        write(core::BookingAct::Cancel, core::BookingReason::None);
        CHECK(told().key == "board.notice.cancelled");
    }
    SECTION("something else was done meanwhile: nobody waits for it") {
        k.send(intent::TouchCell{"T2", "s2"});
        k.app->hear(notice::LeasesAnswered{ask, granted()});
        k.pass(1'000);
        CHECK(told().empty());
        CHECK(k.stored()[0].stage == core::BookingStage::Confirmed);
    }
    SECTION("something else was said meanwhile: that stays") {
        k.app->hear(notice::Printed{notice::Printed::What::Plan, notice::Printed::Outcome::Sent, {}, {}});
        k.app->hear(notice::LeasesAnswered{ask, granted()});
        k.pass(1'000);
        CHECK(told().key == "board.notice.plan_sent");
    }
}

TEST_CASE("board: it tells what became of the day's plan", "[app][board][printing]") {
    using notice::Printed;
    Area k;
    k.open();
    k.log_in();
    k.send(intent::ChooseTab{StaffTab::Board});
    const auto told = [&] { return k.body<StaffView>().notice; };
    k.send(intent::PrintPlan{});
    CHECK(told().key == "board.notice.not_printed"); // there is nothing that prints
    const auto hear = [&](Printed::Outcome outcome, const char* why, const char* where) {
        k.app->hear(Printed{Printed::What::Plan, outcome, why, where});
    };
    hear(Printed::Outcome::Kept, "", "/kept/plan.pdf");
    CHECK(told().key == "board.notice.plan_kept");
    REQUIRE(told().args.size() == 1);
    CHECK(told().args[0].second == "/kept/plan.pdf");
    hear(Printed::Outcome::Sent, "", "");
    CHECK(told().key == "board.notice.plan_sent");
    hear(Printed::Outcome::Waits, "print.why.paper_out", "");
    CHECK(told().key == "board.notice.plan_waits");
    CHECK(told().args[0].second == k.catalogue->text(core::Language::Chinese, "print.why.paper_out"));
    hear(Printed::Outcome::Done, "", "");
    CHECK(told().key == "board.notice.plan_done");
    hear(Printed::Outcome::Failed, "print.why.no_room", "");
    CHECK(told().key == "board.notice.not_printed");
    hear(Printed::Outcome::Failed, "print.why.rejecting", "/kept/plan.pdf");
    CHECK(told().key == "board.notice.plan_failed");

    k.send(intent::ChooseTab{StaffTab::Recent});
    hear(Printed::Outcome::Done, "", "");
    CHECK(told().empty()); // not what this page is about
}
