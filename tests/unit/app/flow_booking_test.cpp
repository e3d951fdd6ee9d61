// SPDX-License-Identifier: Apache-2.0
// The business area as the person before the screen meets it.
#include "app/booking_text.hpp"
#include "meeting_area.hpp"

using namespace kiosk;
using namespace kiosk::app;
using core::BookingStage;
using core::BookingStatus;
using State = MeetingSlipPage::State;
using Area = test::MeetingArea;

TEST_CASE("meetings: the idle screen offers them only where something can be booked", "[app][meetings]") {
    test::Kiosk without;
    without.open();
    CHECK_FALSE(without.body<IdleView>().can_meet);
    without.send(intent::OpenMeetings{});
    CHECK(without.shows<IdleView>());
    Area k;
    k.open();
    CHECK(k.body<IdleView>().can_meet);
    k.send(intent::OpenMeetings{});
    CHECK_FALSE(k.page<MeetingScanPage>().other);
    k.send(intent::Back{});
    CHECK(k.shows<IdleView>());
}

TEST_CASE("meetings: a code that is nobody's says so, and the next one may try", "[app][meetings]") {
    Area k;
    k.open();
    k.send(intent::OpenMeetings{});
    k.scan("NOBODY");
    CHECK(k.page<MeetingScanPage>().problem.key == "result.unknown.title");
    CHECK(k.page<MeetingScanPage>().hint.key == "result.unknown.detail");
    CHECK(k.scans_saved() == 0); // nobody was at the door
    k.scan("A1");
    CHECK(k.page<MeetingHomePage>().name == "王*雨");
    CHECK(k.page<MeetingHomePage>().meetings.empty());
}

TEST_CASE("meetings: both scan, and it is confirmed at once and saved", "[app][meetings]") {
    Area k;
    k.open();
    k.check_in_all();
    const auto cue = k.view().cue_number;
    k.book_both();
    const auto& slip = k.page<MeetingSlipPage>();
    CHECK(slip.state == State::Confirmed);
    CHECK(slip.meeting.time == "13:30");
    CHECK(slip.meeting.with == "Grace Hopper"); // both let their contact be shared
    CHECK(slip.rules.size() == 2);
    CHECK_FALSE(slip.can_print);
    CHECK(k.view().cue == Cue::Good);
    CHECK(k.view().cue_number > cue);
    REQUIRE(k.stored().size() == 1);
    CHECK(k.stored()[0].stage == BookingStage::Confirmed);
    CHECK(k.stored()[0].request.purpose == "trial");
    CHECK(k.stored()[0].request.must_accept.empty());
    k.pass(21'000); // clears itself
    CHECK(k.shows<IdleView>());
}

TEST_CASE("meetings: nobody is shown as booked when it was not saved", "[app][meetings]") {
    Area k;
    k.open();
    k.check_in_all();
    k.enter("A1");
    k.send(intent::Meet{});
    k.send(intent::LetThemScan{});
    k.scan("D4");
    k.send(intent::PickSlot{0});
    k.send(intent::SetAnswer{"purpose", std::string("trial")});
    k.store.fail_next_append = core::Error{core::ErrorCode::DiskFull, "error.disk_full", "", {}};
    k.send(intent::Confirm{});
    CHECK(k.shows<OutOfOrderView>());
    CHECK(k.stored().empty());
}

TEST_CASE("meetings: whoever is not here is asked, answers at their next scan, and hears of it at the door", "[app][meetings]") {
    Area k;
    k.open();
    k.check_in_all();
    k.enter("A1");
    k.send(intent::Meet{});
    const auto& people = k.page<MeetingPeoplePage>();
    REQUIRE(people.people.size() == 1);
    CHECK(people.people[0].name == "Grace Hopper");
    CHECK(people.people[0].here);
    REQUIRE(people.people[0].why.size() == 1);
    k.send(intent::PickPerson{0});
    k.send(intent::PickSlot{1});
    k.send(intent::SetAnswer{"purpose", std::string("business")});
    k.send(intent::Confirm{});
    CHECK(k.page<MeetingSlipPage>().state == State::Requested);
    CHECK(k.view().cue == Cue::Repeat);
    k.send(intent::Confirm{});
    REQUIRE(k.shows<IdleView>());

    k.pass(4000);
    k.scan("D4"); // at the door once more
    REQUIRE(k.result().meetings.size() == 1);
    CHECK(k.result().meetings[0].key == "meeting.result.asking");
    REQUIRE(k.result().can_meet);
    k.send(intent::OpenMeetings{}); // without another scan: they have just been here
    const auto& home = k.page<MeetingHomePage>();
    REQUIRE(home.requests.size() == 1);
    CHECK(home.requests[0].with == "王谷雨");
    const auto id = home.requests[0].id;

    SECTION("and agrees") {
        k.send(intent::AnswerMeeting{id, true});
        CHECK(k.page<MeetingSlipPage>().state == State::Confirmed);
        CHECK(k.stored()[0].stage == BookingStage::Confirmed);
    }
    SECTION("and does not") {
        k.send(intent::AnswerMeeting{id, false});
        CHECK(k.page<MeetingSlipPage>().state == State::Declined);
        k.enter("A1");
        REQUIRE(k.page<MeetingHomePage>().meetings.size() == 1);
        CHECK(k.page<MeetingHomePage>().meetings[0].state.key == "meeting.state.declined");
        CHECK_FALSE(k.page<MeetingHomePage>().meetings[0].can_cancel);
    }
}

TEST_CASE("meetings: of somebody who does not share, only what is masked is seen", "[app][meetings]") {
    Area k;
    k.open();
    k.check_in_all();
    k.enter("A1");
    k.send(intent::Meet{});
    k.send(intent::SearchPeople{});
    k.type("libailu");
    REQUIRE(k.body<SearchView>().rows.size() == 1);
    k.send(intent::PickRow{0}); // no second factor: they are only asked
    CHECK(k.page<MeetingSlotsPage>().title.args[0].second == "李*露");
    k.send(intent::Back{});
    k.page<MeetingPeoplePage>();
    k.send(intent::SearchPeople{});
    k.send(intent::Back{});
    k.page<MeetingPeoplePage>();
}

TEST_CASE("meetings: what is taken is greyed with the reason, and another table is offered", "[app][meetings]") {
    Area k;
    k.config.units[0].slots[2].blocked = k.config.units[1].slots[2].blocked = true;
    k.open();
    k.check_in_all();
    k.book_both();
    k.enter("A1");
    k.send(intent::Meet{});
    k.send(intent::LetThemScan{});
    k.scan("C3");
    const auto& slots = k.page<MeetingSlotsPage>().slots;
    REQUIRE(slots.size() == 3);
    CHECK_FALSE(slots[0].free);
    CHECK(slots[0].why.key == "meeting.slot.you_busy");
    CHECK(slots[1].free);
    CHECK(slots[1].soonest);
    CHECK(slots[2].why.key == "meeting.slot.break");
    k.send(intent::PickSlot{0}); // greyed: nothing
    k.page<MeetingSlotsPage>();
    k.send(intent::OpenUnits{});
    CHECK(k.page<MeetingSlotsPage>().choosing_unit);
    k.send(intent::ChooseUnit{"T2"});
    CHECK(k.page<MeetingSlotsPage>().slots[1].table.zh == "T2号桌");

    k.enter("B2");
    k.send(intent::Meet{});
    k.send(intent::LetThemScan{});
    k.scan("C3");
    CHECK(k.page<MeetingSlotsPage>().slots[0].free);
    CHECK(k.page<MeetingSlotsPage>().slots[0].table.zh == "T2号桌"); // the other one is taken
}

TEST_CASE("meetings: the same person twice is not a meeting", "[app][meetings]") {
    Area k;
    k.open();
    k.check_in_all();
    k.enter("A1");
    k.send(intent::Meet{});
    k.send(intent::LetThemScan{});
    k.pass(4000);
    k.scan("A1");
    CHECK(k.shows<MeetingView>());
    CHECK(k.page<MeetingScanPage>().other);
    CHECK(k.page<MeetingScanPage>().problem.key == "meeting.scan.same");
    CHECK(k.stored().empty());
}

TEST_CASE("meetings: moved, then cancelled after one question", "[app][meetings]") {
    Area k;
    k.open();
    k.check_in_all();
    k.book_both();
    k.enter("D4");
    REQUIRE(k.page<MeetingHomePage>().meetings.size() == 1);
    auto line = k.page<MeetingHomePage>().meetings[0];
    CHECK(line.with == "王谷雨");
    REQUIRE(line.can_move);
    k.send(intent::MoveMeeting{line.id});
    k.send(intent::PickSlot{2});
    CHECK(k.page<MeetingSlipPage>().state == State::Confirmed);
    CHECK(k.page<MeetingSlipPage>().meeting.time == "14:20");
    k.send(intent::Back{}); // to the own meetings
    REQUIRE(k.page<MeetingHomePage>().meetings.size() == 1);
    line = k.page<MeetingHomePage>().meetings[0];
    CHECK(line.time == "14:20");
    k.send(intent::CancelMeeting{line.id});
    CHECK(k.page<MeetingHomePage>().asks_cancel == line.id);
    k.send(intent::KeepMeeting{});
    CHECK(k.page<MeetingHomePage>().asks_cancel.empty());
    k.send(intent::CancelMeeting{line.id});
    k.send(intent::CancelMeeting{line.id});
    CHECK(k.page<MeetingSlipPage>().state == State::Cancelled);
    k.enter("A1");
    REQUIRE(k.page<MeetingHomePage>().meetings.size() == 1);
    CHECK(k.page<MeetingHomePage>().meetings[0].state.key == "meeting.state.cancelled");
}

TEST_CASE("meetings: it starts when both have scanned, from ten minutes before", "[app][meetings]") {
    Area k;
    k.open();
    k.check_in_all();
    k.book_both();
    k.enter("A1");
    CHECK_FALSE(k.page<MeetingHomePage>().meetings[0].can_arrive);
    k.pass(11 * core::minute_ms);
    k.enter("A1");
    auto line = k.page<MeetingHomePage>().meetings[0];
    REQUIRE(line.can_arrive);
    k.send(intent::ArriveAtMeeting{line.id});
    CHECK(k.page<MeetingSlipPage>().state == State::Arrived);
    k.enter("D4");
    line = k.page<MeetingHomePage>().meetings[0];
    REQUIRE(line.can_arrive);
    k.send(intent::ArriveAtMeeting{line.id});
    CHECK(k.page<MeetingSlipPage>().state == State::Started);
    CHECK(k.stored()[0].stage == BookingStage::Started);
}

TEST_CASE("meetings: nobody comes, and the table is free again after the grace period", "[app][meetings]") {
    Area k;
    k.open();
    k.check_in_all();
    k.book_both();
    k.pass(25 * core::minute_ms); // 13:38 and more
    k.enter("A1");
    const auto& home = k.page<MeetingHomePage>();
    REQUIRE(home.meetings.size() == 1);
    CHECK(home.meetings[0].status == BookingStatus::NoShow);
    CHECK_FALSE(home.meetings[0].can_arrive);
}

TEST_CASE("meetings: nobody goes on under another's name", "[app][meetings]") {
    Area k;
    k.open();
    k.check_in_all();
    k.book_both();
    k.enter("B2");
    k.send(intent::ArriveAtMeeting{k.stored()[0].request.uid}); // not theirs
    k.send(intent::CancelMeeting{k.stored()[0].request.uid});
    k.send(intent::CancelMeeting{k.stored()[0].request.uid});
    CHECK(k.stored()[0].stage == BookingStage::Confirmed);
    CHECK(k.page<MeetingHomePage>().meetings.empty());
    k.pass(46'000); // left alone
    CHECK(k.shows<IdleView>());
    k.send(intent::Meet{});
    CHECK(k.shows<IdleView>());
}

TEST_CASE("meetings: a slip is printed once", "[app][meetings]") {
    Area k;
    k.deck.slip_printer = true;
    k.open();
    k.check_in_all();
    k.book_both();
    REQUIRE(k.page<MeetingSlipPage>().can_print);
    k.send(intent::PrintSlip{});
    k.send(intent::PrintSlip{});
    REQUIRE(k.deck.slips.size() == 1);
    CHECK(k.deck.slips[0].table.zh == k.page<MeetingSlipPage>().meeting.table.zh);
    CHECK(k.deck.slips[0].time == "13:30");
}

TEST_CASE("meetings: whoever waits for a slip that does not come is told to take a picture", "[app][meetings][printing]") {
    using notice::Printed;
    Area k;
    k.deck.slip_printer = true;
    k.open();
    k.check_in_all();
    k.book_both();
    const Printed failed{Printed::What::Slip, Printed::Outcome::Failed, "print.why.paper_jam", "/kept/slip.pdf"};
    k.app->hear(failed); // somebody else's, earlier
    CHECK(k.view().notice.key != "meeting.print_failed");
    k.send(intent::PrintSlip{});
    k.app->hear(Printed{Printed::What::Slip, Printed::Outcome::Sent, {}, {}});
    CHECK(k.view().notice.key == "meeting.printing");
    k.app->hear(failed);
    CHECK(k.view().notice.key == "meeting.print_failed");
    k.pass(46'000);
    REQUIRE(k.shows<IdleView>());
    k.app->hear(failed); // nobody is there any more
    CHECK(k.view().notice.key != "meeting.print_failed");
}

TEST_CASE("meetings: what another kiosk holds is asked for, and is green only once it is here", "[app][meetings]") {
    Area k;
    k.alone = false;
    k.deck.has_hub = true;
    k.store.has_hub = true;
    k.open();
    k.check_in_all();
    k.deck.asks.clear();
    k.book_both();
    // Whoever waits sees what was on the screen, then that it is being asked, then that it is not here yet.
    CHECK(k.shows<FormView>());
    CHECK(k.stored()[0].stage == BookingStage::Requested);
    const auto uid = k.stored()[0].request.uid;
    const auto asked = std::ranges::find(k.deck.asks, uid, &LeaseAsk::booking);
    REQUIRE(asked != k.deck.asks.end());
    const auto ask = *asked;
    k.pass(400);
    CHECK(k.page<MeetingSlipPage>().state == State::Asking);
    k.send(intent::Confirm{}); // means nothing now
    CHECK(k.page<MeetingSlipPage>().state == State::Asking);

    LeaseReply reply;
    for (const auto& want : ask.want)
        reply.grants.push_back({want.resource, true, false, {}, 1});
    reply.hub_time_ms = k.clock.now().unix_ms;
    SECTION("the hub grants it") {
        k.app->hear(notice::LeasesAnswered{ask, reply});
        CHECK(k.page<MeetingSlipPage>().state == State::Confirmed);
        CHECK(k.stored()[0].stage == BookingStage::Confirmed);
    }
    SECTION("another kiosk holds something: it is asked again, after a moment and not at once") {
        const auto asks = [&] { return std::ranges::count(k.deck.asks, uid, &LeaseAsk::booking); };
        const auto before = asks();
        auto no = reply;
        no.grants.back().held = false;
        no.grants.back().holder = "k2";
        k.app->hear(notice::LeasesAnswered{ask, no});
        CHECK(asks() == before);
        k.pass(20);
        CHECK(asks() == before);
        k.pass(30);
        CHECK(asks() == before + 1);
        k.app->hear(notice::LeasesAnswered{ask, reply});
        CHECK(k.page<MeetingSlipPage>().state == State::Confirmed);
    }
    SECTION("the hub does not answer") {
        k.app->hear(notice::LeasesAnswered{ask, core::fail(core::ErrorCode::Unavailable, "error.no_hub")});
        CHECK(k.page<MeetingSlipPage>().state == State::Pending);
        CHECK(k.view().cue == Cue::Repeat);
    }
    SECTION("the answer takes too long, and comes while somebody still looks") {
        k.pass(3000);
        CHECK(k.page<MeetingSlipPage>().state == State::Pending);
        CHECK(k.stored()[0].stage == BookingStage::Requested);
        k.app->hear(notice::LeasesAnswered{ask, reply});
        CHECK(k.page<MeetingSlipPage>().state == State::Confirmed);
    }
}

TEST_CASE("meetings: without a line to the hub it is said at once that it is not settled", "[app][meetings]") {
    Area k;
    k.alone = false;
    k.store.has_hub = true;
    k.open();
    k.check_in_all();
    k.book_both();
    CHECK(k.page<MeetingSlipPage>().state == State::Pending);
    k.enter("A1");
    REQUIRE(k.page<MeetingHomePage>().meetings.size() == 1);
    CHECK(k.page<MeetingHomePage>().meetings[0].status == BookingStatus::Pending);
    CHECK(k.page<MeetingHomePage>().meetings[0].state.key == "meeting.state.waits_for_hub");
}

TEST_CASE("meetings: every sentence is in the catalogue", "[app][meetings]") {
    Area k;
    for (const auto& key : booking_text_keys()) {
        INFO(key);
        CHECK(k.catalogue->has(key));
    }
}
