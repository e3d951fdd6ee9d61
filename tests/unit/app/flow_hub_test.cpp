// SPDX-License-Identifier: Apache-2.0
// What the screen says of the hub, and who may tell a kiosk which one is its own.
#include "kiosk_fixture.hpp"

using namespace kiosk;
using namespace kiosk::app;
using notice::HubTrouble;

namespace {

void open_system_page(test::Kiosk& k) {
    k.send(intent::OpenStaff{});
    k.pin("1234");
    k.send(intent::ChooseTab{StaffTab::System});
}

notice::HubChanged trouble(HubTrouble what) {
    notice::HubChanged hub;
    hub.trouble = what;
    hub.since = core::parse_rfc3339("2026-11-20T13:05:00+08:00").value();
    return hub;
}

} // namespace

TEST_CASE("hub: somebody in the queue can't enrol the kiosk, and is not a ticket", "[app][hub]") {
    test::Kiosk k;
    k.open();
    const auto before = k.store.operations.size();
    k.send(intent::ScannedText{"hub:one", "camera"});
    CHECK(k.deck.enrolled_with.empty());
    CHECK(k.shows<IdleView>());
    CHECK(k.view().notice.key == "notice.hub_code.staff_first");
    CHECK(k.store.operations.size() == before);

    k.send(intent::OpenStaff{}); // the PIN is asked for, not typed
    k.pass(5'000);
    k.send(intent::ScannedText{"hub:one", "camera"});
    CHECK(k.deck.enrolled_with.empty());
}

TEST_CASE("hub: staff enrol it on the system page", "[app][hub]") {
    test::Kiosk k;
    k.open();
    k.send(intent::OpenStaff{});
    k.pin("1234");
    k.send(intent::ScannedText{"hub:one", "camera"});
    CHECK(k.deck.enrolled_with.empty());
    CHECK(k.body<StaffView>().notice.key == "staff.notice.hub_code_system");

    k.send(intent::ChooseTab{StaffTab::System});
    k.pass(5'000);
    k.send(intent::ScannedText{"hub:one", "camera"});
    REQUIRE(k.deck.enrolled_with == std::vector<std::string>{"hub:one"});
    CHECK(k.body<StaffView>().notice.key == "staff.notice.enrolling");
    k.send(intent::ScannedText{"hub:one", "camera"}); // still before the camera
    CHECK(k.deck.enrolled_with.size() == 1);

    SECTION("done") {
        k.app->hear(notice::Enrolment{notice::Enrolment::Step::Done, {"staff.notice.enrolled", {{"device", "k1"}}}, "hub-7"});
        CHECK(k.body<StaffView>().notice.key == "staff.notice.enrolled");
        const auto& last = k.store.operations.back();
        CHECK(last.kind == core::operation_kind::note);
        CHECK(last.body == R"({"hub":"hub-7","staff":"lin","what":"hub.enrolled"})");
        CHECK(k.view().sync.state != SyncView::State::LocalOnly);
    }
    SECTION("not done") {
        const auto before = k.store.operations.size();
        k.app->hear(notice::Enrolment{notice::Enrolment::Step::Failed, {"error.sync.enroll_refused", {}}, {}});
        CHECK(k.body<StaffView>().notice.key == "error.sync.enroll_refused");
        CHECK(k.store.operations.size() == before);
        CHECK(k.view().sync.state == SyncView::State::LocalOnly);
    }
    SECTION("staff went away meanwhile") {
        k.send(intent::LeaveStaff{});
        k.app->hear(notice::Enrolment{notice::Enrolment::Step::Done, {"staff.notice.enrolled", {{"device", "k1"}}}, "hub-7"});
        CHECK(k.view().notice.key == "staff.notice.enrolled");
    }
}

TEST_CASE("hub: a code that can't be used is said so", "[app][hub]") {
    test::Kiosk k;
    k.open();
    open_system_page(k);
    k.send(intent::ScannedText{"hub:old", "camera"});
    CHECK(k.body<StaffView>().notice.key == "staff.notice.not_possible");
}

TEST_CASE("hub: each trouble has its words, on the screen and for staff", "[app][hub]") {
    test::Kiosk k;
    k.settings.hub_configured = true;
    k.open();
    k.app->hear(trouble(HubTrouble::Unreachable));
    CHECK(k.view().sync.state == SyncView::State::Offline);
    CHECK(k.text(k.view().sync.text).find("13:05") != std::string::npos);
    for (const auto what : {HubTrouble::Portal, HubTrouble::OtherKey, HubTrouble::Revoked, HubTrouble::Cloned,
                            HubTrouble::OtherVersion, HubTrouble::StoreFails, HubTrouble::NotEnrolled}) {
        k.app->hear(trouble(what));
        CHECK(k.view().sync.state == SyncView::State::Trouble);
        CHECK(k.text(k.view().sync.text) != k.view().sync.text.key);
    }
    k.app->hear(trouble(HubTrouble::HubFails));
    CHECK(k.view().sync.state == SyncView::State::Offline);

    open_system_page(k);
    for (const auto what : {HubTrouble::Unreachable, HubTrouble::Portal, HubTrouble::OtherKey, HubTrouble::Revoked,
                            HubTrouble::Cloned, HubTrouble::HubFails, HubTrouble::OtherVersion, HubTrouble::StoreFails,
                            HubTrouble::NotEnrolled}) {
        k.app->hear(trouble(what));
        k.pass(1'100); // not for each of a hundred notices a second
        k.send(intent::Touched{});
        const auto advice = k.body<StaffView>().notice;
        CHECK(advice.key.starts_with("staff.hub."));
        CHECK(k.text(advice) != advice.key);
    }
    notice::HubChanged well;
    well.reachable = true;
    k.app->hear(well);
    k.pass(1'100);
    CHECK(k.body<StaffView>().notice.key.empty());
}

TEST_CASE("hub: duplicate entries are shown to staff with both times and machines", "[app][hub]") {
    test::Kiosk k;
    k.open();
    const auto at = k.clock.now();
    notice::DuplicatesFound found;
    found.items.push_back({"A1B2C3", "", "main", {{at, "k1"}, {at + 60'000, "k2"}}});
    k.app->hear(found);
    k.send(intent::OpenStaff{});
    k.pin("1234");
    k.send(intent::ChooseTab{StaffTab::Recent});
    const auto rows = k.body<StaffView>().duplicates;
    REQUIRE(rows.size() == 1);
    CHECK(rows.front().ticket == "A1B2C3");
    REQUIRE(rows.front().entries.size() == 2);
    CHECK(rows.front().entries.front() == "13:12 k1");
    CHECK(rows.front().entries.back().ends_with(" k2"));
    k.app->hear(notice::DuplicatesFound{});
    CHECK(k.body<StaffView>().duplicates.empty());
}
