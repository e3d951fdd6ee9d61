// SPDX-License-Identifier: Apache-2.0
#include "kiosk_fixture.hpp"

using namespace kiosk;
using namespace kiosk::app;
using core::Outcome;
using core::Reason;

TEST_CASE("staff: the PIN opens the menu under its owner's name", "[app][staff]") {
    test::Kiosk k;
    k.open();
    k.send(intent::OpenStaff{});
    k.type("12");
    CHECK(k.body<StaffPinView>().typed == 2);
    k.send(intent::PressKey{"enter"});
    CHECK(k.body<StaffPinView>().problem.key == "staff.pin.too_short");
    CHECK(k.pins.tried == 0);
    k.send(intent::PressKey{"backspace"});
    k.pin("234");
    CHECK(k.body<StaffView>().staff_name == "林冬至");
    CHECK(k.view().staff_mode);
    CHECK(k.body<StaffView>().registered == 4);
    REQUIRE(k.body<StaffView>().counts.size() == 2);
    k.send(intent::LeaveStaff{});
    CHECK(k.shows<IdleView>());
    CHECK_FALSE(k.view().staff_mode);
}

TEST_CASE("staff: five wrong PINs lock, longer each time, and a restart gives no new ones", "[app][staff]") {
    test::Kiosk k;
    k.open();
    k.send(intent::OpenStaff{});
    for (int i = 0; i < 4; ++i)
        k.pin("0000");
    CHECK(k.body<StaffPinView>().problem.key == "staff.pin.wrong");
    CHECK(k.body<StaffPinView>().problem.args.front().second == "1");
    k.pin("0000");
    CHECK(k.body<StaffPinView>().locked);
    CHECK(k.body<StaffPinView>().locked_seconds == 30);
    const auto tried = k.pins.tried;
    k.pin("1234"); // right, but locked
    CHECK(k.pins.tried == tried);
    CHECK(k.shows<StaffPinView>());
    k.pass(10'000);
    CHECK(k.body<StaffPinView>().locked_seconds == 20);

    SECTION("after the lock one more try, then twice as long") {
        k.send(intent::Touched{});
        k.pass(20'000);
        CHECK_FALSE(k.body<StaffPinView>().locked);
        k.pin("0000");
        CHECK(k.body<StaffPinView>().locked_seconds == 60);
    }
    SECTION("a restart") {
        k.app.emplace(Ports{&*k.check_in, &k.store, &k.clock, &k.random, &*k.catalogue, &k.deck, &k.pins, &k.composer,
                            &k.welcome},
                      k.settings);
        k.send(intent::OpenStaff{});
        CHECK(k.body<StaffPinView>().locked_seconds == 30);
    }
    SECTION("the right one clears the count") {
        k.send(intent::Touched{});
        k.pass(20'000);
        k.pin("1234");
        CHECK(k.shows<StaffView>());
        CHECK(k.pins.kept == 0);
    }
}

TEST_CASE("staff: it closes by itself", "[app][staff][timers]") {
    test::Kiosk k;
    k.open();
    k.send(intent::OpenStaff{});
    k.pass(31'000);
    CHECK(k.shows<IdleView>());
    k.log_in();
    k.pass(119'000);
    CHECK(k.shows<StaffView>());
    k.pass(1100);
    CHECK(k.shows<IdleView>());
    CHECK_FALSE(k.view().staff_mode);
    k.send(intent::ChooseTab{StaffTab::Recent});
    CHECK(k.shows<IdleView>()); // nobody is logged in
}

TEST_CASE("staff: a scan shows its reason code and comes back to the menu", "[app][staff]") {
    test::Kiosk k;
    k.people[1].blocked = true;
    k.open();
    k.log_in();
    k.scan("B2");
    CHECK(k.result().reason == Reason::Blocked);
    CHECK(k.result().staff_note == "refused · blocked");
    k.pass(12'100);
    CHECK(k.shows<StaffView>());
}

TEST_CASE("staff: an undo asks first and is recorded under a name", "[app][staff]") {
    test::Kiosk k;
    k.open();
    k.scan("A1");
    k.log_in();
    k.send(intent::ChooseTab{StaffTab::Recent});
    REQUIRE(k.body<StaffView>().recent.size() == 1);
    const auto row = k.body<StaffView>().recent[0];
    CHECK(row.checkpoint.zh == "正门");
    CHECK(row.name == "王谷雨");
    CHECK(row.can_undo);
    k.send(intent::ConfirmUndo{row.id}); // without the question: nothing
    CHECK_FALSE(k.store.scans()[0].undone);
    k.send(intent::AskUndo{row.id});
    CHECK(k.body<StaffView>().asks_undo == row.id);
    k.pass(10'100);
    CHECK_FALSE(k.body<StaffView>().asks_undo); // forgotten
    k.send(intent::AskUndo{row.id});

    SECTION("done") {
        k.send(intent::ConfirmUndo{row.id});
        CHECK(k.store.scans()[0].undone);
        CHECK(k.body<StaffView>().recent[0].undone);
        CHECK_FALSE(k.body<StaffView>().recent[0].can_undo);
        CHECK(k.body<StaffView>().notice.key == "staff.notice.undone");
        CHECK(core::decode_undo(k.store.operations.back())->staff == "lin");
        k.scan("A1"); // may come in again
        CHECK(k.result().outcome == Outcome::Admitted);
    }
    SECTION("not saved") {
        k.store.fail_next_append = core::Error{core::ErrorCode::DiskFull, "error.disk_full", "", {}};
        k.send(intent::ConfirmUndo{row.id});
        CHECK_FALSE(k.store.scans()[0].undone);
        CHECK(k.body<StaffView>().notice.key == "staff.notice.not_saved");
    }
}

TEST_CASE("staff: after fifteen minutes only an organizer may undo", "[app][staff]") {
    test::Kiosk k;
    k.open();
    k.scan("A1");
    k.pass(16 * 60'000);
    k.send(intent::OpenStaff{});
    SECTION("the desk") {
        k.pin("8888");
        k.send(intent::ChooseTab{StaffTab::Recent});
        CHECK_FALSE(k.body<StaffView>().recent[0].can_undo);
    }
    SECTION("the organizer") {
        k.pin("1234");
        k.send(intent::ChooseTab{StaffTab::Recent});
        CHECK(k.body<StaffView>().recent[0].can_undo);
    }
}

TEST_CASE("staff: an override needs a listed reason and is recorded with name and reason", "[app][staff]") {
    test::Kiosk k;
    k.people[1].blocked = true;
    k.open();
    k.log_in();
    k.send(intent::ChooseTab{StaffTab::Override});
    CHECK_FALSE(k.body<StaffView>().override_target);
    k.send(intent::DoOverride{"other"});
    CHECK(k.shows<StaffView>());
    k.send(intent::LeaveStaff{});

    k.scan("B2");
    k.log_in();
    k.send(intent::ChooseTab{StaffTab::Override});
    REQUIRE(k.body<StaffView>().override_target);
    CHECK(k.body<StaffView>().override_target->name == "李白露");
    CHECK(k.body<StaffView>().override_reasons.size() == 6);
    k.send(intent::DoOverride{"because I say so"});
    CHECK(k.scans_saved() == 1);
    k.send(intent::DoOverride{"identity_checked"});
    CHECK(k.result().outcome == Outcome::Admitted);
    CHECK(k.result().staff_note == "admitted · +blocked");
    REQUIRE(k.scans_saved() == 2);
    const auto& record = k.store.scans()[1].record;
    CHECK(record.override_staff == "lin");
    CHECK(record.override_reason == "identity_checked");
    CHECK(record.overridden == std::vector{Reason::Blocked});
    CHECK(record.method == "staff");
    k.pass(12'100);
    CHECK_FALSE(k.body<StaffView>().override_target); // has been let in
}

TEST_CASE("staff: what nobody may override is not offered", "[app][staff]") {
    test::Kiosk k;
    k.open();
    k.scan("NOBODY");
    CHECK(k.result().reason == Reason::Unknown);
    k.log_in();
    k.send(intent::ChooseTab{StaffTab::Override});
    CHECK_FALSE(k.body<StaffView>().override_target);
    k.send(intent::DoOverride{"other"});
    CHECK(k.scans_saved() == 1);
}

TEST_CASE("staff: event, door and camera", "[app][staff]") {
    test::Kiosk k;
    k.open();
    k.log_in();
    k.send(intent::ChooseTab{StaffTab::Setup});
    CHECK(k.body<StaffView>().cameras.size() == 1);
    CHECK(k.body<StaffView>().events.size() == 1);
    CHECK(k.body<StaffView>().checkpoints[0].chosen);
    k.send(intent::ChooseCheckpoint{"nowhere"});
    CHECK(k.view().header.checkpoint.zh == "正门");
    k.send(intent::ChooseCheckpoint{"side"});
    CHECK(k.view().header.checkpoint.zh == "侧门");
    CHECK(k.deck.chosen_checkpoint == "side");
    k.send(intent::ChooseCamera{"cam7"});
    CHECK(k.body<StaffView>().notice.key == "staff.notice.not_possible");
    k.send(intent::ChooseCamera{"cam0"});
    CHECK(k.body<StaffView>().notice.key == "staff.notice.camera");
    k.send(intent::ChooseEvent{"DEMO"});
    CHECK(k.deck.chosen_event == "DEMO");
    k.send(intent::ChooseTab{StaffTab::System});
    CHECK(k.body<StaffView>().system.size() == 7);
    k.send(intent::LeaveStaff{});
    k.scan("A1");
    CHECK(k.result().reason == Reason::Closed); // it is the side door now
}

TEST_CASE("staff: out of order, staff see the fault and end it", "[app][staff][failure]") {
    test::Kiosk k;
    k.open();
    k.store.fail_next_append = core::Error{core::ErrorCode::Corrupt, "error.file_read", "page 7", {}};
    k.scan("A1");
    REQUIRE(k.shows<OutOfOrderView>());
    k.send(intent::Back{});
    CHECK(k.shows<OutOfOrderView>());
    k.send(intent::OpenStaff{});
    k.send(intent::Back{});
    CHECK(k.shows<OutOfOrderView>()); // a look at the PIN screen mends nothing
    k.log_in();
    k.send(intent::ChooseTab{StaffTab::System});
    const auto& lines = k.body<StaffView>().system;
    CHECK(std::ranges::any_of(lines, [](const auto& line) { return line.second.find("page 7") != std::string::npos; }));
    k.pass(121'000);
    CHECK(k.shows<OutOfOrderView>());
    k.log_in();
    k.send(intent::LeaveStaff{});
    CHECK(k.shows<IdleView>());
}

TEST_CASE("staff: counts follow the door without a touch", "[app][staff]") {
    test::Kiosk k;
    k.open();
    k.log_in();
    CHECK(k.body<StaffView>().counts[0].admitted == 0);
    core::ScanRequest elsewhere;
    elsewhere.checkpoint = "main";
    elsewhere.code = "A1";
    REQUIRE(k.check_in->scan(elsewhere));
    k.pass(5100);
    CHECK(k.body<StaffView>().counts[0].admitted == 1);
}
