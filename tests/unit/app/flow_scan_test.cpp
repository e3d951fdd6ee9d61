// SPDX-License-Identifier: Apache-2.0
#include "kiosk_fixture.hpp"

using namespace kiosk;
using namespace kiosk::app;
using core::Outcome;
using core::Reason;

namespace {

core::Error error(core::ErrorCode code) { return {code, "error.disk_full", "the store's own words", {}}; }

} // namespace

TEST_CASE("scan: a good code is saved, green, by name, with sound, welcome and programme", "[app][scan]") {
    test::Kiosk k;
    k.settings.can_print_badge = true;
    k.open();
    REQUIRE(k.shows<IdleView>());
    const auto cue = k.view().cue_number;
    k.scan("A1");
    const auto& result = k.result();
    CHECK(result.outcome == Outcome::Admitted);
    CHECK(result.tone == Tone::Good);
    CHECK(result.name == "王谷雨");
    CHECK(k.text(result.title) == "欢迎，王谷雨");
    CHECK(result.organisation == "松果示例软件");
    CHECK(result.welcome.size() == 1);
    REQUIRE(result.now);
    CHECK(result.now->title.zh == "签到");
    REQUIRE(result.next);
    CHECK(result.next->time == "13:30");
    CHECK(result.can_print_badge);
    CHECK_FALSE(result.can_call_staff);
    CHECK(k.view().cue == Cue::Good);
    CHECK(k.view().cue_number == cue + 1);
    REQUIRE(k.scans_saved() == 1);
    const auto& record = k.store.scans().front().record;
    CHECK(record.method == "qr");
    CHECK(record.checkpoint == "main");
    CHECK_FALSE(record.key.empty());
}

TEST_CASE("scan: a second scan tells when the first one was, with a masked name", "[app][scan]") {
    test::Kiosk k;
    k.open();
    k.scan("A1");
    k.pass(60'000);
    k.scan("A1");
    CHECK(k.result().outcome == Outcome::Repeat);
    CHECK(k.result().tone == Tone::Wait);
    CHECK(k.result().name == "王*雨");
    CHECK(k.text(k.result().detail) == "您已于 13:12 签到，可直接入场");
    CHECK(k.view().cue == Cue::Repeat);
    k.send(intent::ToggleLanguage{});
    CHECK(k.text(k.result().detail) == "You checked in at 13:12. Please go in.");
}

TEST_CASE("scan: a refusal says what is wrong and calls staff once somebody can be reached", "[app][scan]") {
    test::Kiosk k;
    k.people[1].status = core::RegistrationStatus::Cancelled;
    k.open();
    k.scan("B2");
    CHECK(k.result().outcome == Outcome::Refused);
    CHECK(k.result().reason == Reason::Cancelled);
    CHECK(k.result().tone == Tone::Stop);
    CHECK(k.result().name.empty());
    CHECK(k.result().staff_note.empty());
    CHECK(k.view().cue == Cue::Stop);
    REQUIRE(k.result().can_call_staff);

    k.deck.staff_reachable = false;
    k.send(intent::CallStaff{});
    CHECK_FALSE(k.result().staff_called); // nobody was told, so nobody is promised
    CHECK(k.view().notice.key == "notice.staff_not_reached");
    k.deck.staff_reachable = true;
    k.send(intent::CallStaff{});
    CHECK(k.result().staff_called);
}

TEST_CASE("scan: the screen goes back to idle and to the default language by itself", "[app][timers]") {
    test::Kiosk k;
    k.open();
    k.send(intent::ToggleLanguage{});
    k.scan("A1");
    CHECK(k.view().language == core::Language::English);
    CHECK(k.view().resets_in_s == 12);
    k.pass(3000);
    CHECK(k.view().resets_in_s == 9);
    k.touch_after(0);
    CHECK(k.view().resets_in_s == 12); // somebody is still reading
    k.pass(11'900);
    CHECK(k.shows<ResultView>());
    k.pass(200);
    CHECK(k.shows<IdleView>());
    CHECK(k.view().language == core::Language::Chinese);
    CHECK_FALSE(k.view().resets_in_s);
}

TEST_CASE("scan: the same code held before the camera is one scan", "[app][scan]") {
    test::Kiosk k;
    k.open();
    k.scan("A1");
    for (int i = 0; i < 8; ++i) { // held for 16 s, seen every two seconds
        k.pass(2000);
        k.scan("A1");
    }
    CHECK(k.scans_saved() == 1);
    k.pass(3100);
    k.scan(" A1\r\n"); // the same to a scanner that ends its lines
    CHECK(k.scans_saved() == 2);
    CHECK(k.result().outcome == Outcome::Repeat);
}

TEST_CASE("scan: the next person may scan while a result is shown; every result is seen", "[app][scan]") {
    test::Kiosk k;
    k.open();
    k.scan("A1");
    k.scan("B2"); // in the same instant: two codes in one picture
    CHECK(k.result().name == "王谷雨");
    CHECK(k.scans_saved() == 1);
    k.pass(k.settings.result_minimum_ms);
    CHECK(k.result().name == "李白露");
    CHECK(k.scans_saved() == 2);
    k.pass(2000);
    k.scan("D4");
    CHECK(k.result().name == "Grace Hopper"); // at once
    CHECK(k.view().cue_number == 3);
}

TEST_CASE("scan: a result's language is not handed to the next person", "[app][scan]") {
    test::Kiosk k;
    k.open();
    k.send(intent::ToggleLanguage{});
    k.scan("A1");
    k.pass(2000);
    k.scan("B2");
    CHECK(k.view().language == core::Language::Chinese);
}

TEST_CASE("scan: confirming shows a masked name and commits only then", "[app][confirm]") {
    test::Kiosk k;
    k.settings.confirm_before_check_in = true;
    k.open();
    k.scan("A1");
    CHECK(k.body<ConfirmView>().masked_name == "王*雨");
    CHECK(k.body<ConfirmView>().phone_tail == "5678");
    CHECK(k.scans_saved() == 0);

    SECTION("yes") {
        k.send(intent::Confirm{}); // a touch meant for the screen before is not taken for a yes
        CHECK(k.shows<ConfirmView>());
        k.pass(500);
        k.send(intent::Confirm{});
        CHECK(k.result().outcome == Outcome::Admitted);
        CHECK(k.scans_saved() == 1);
    }
    SECTION("no") {
        k.send(intent::NotMe{});
        CHECK(k.shows<IdleView>());
        CHECK(k.view().notice.key == "notice.not_me");
        CHECK(k.scans_saved() == 0);
    }
    SECTION("nobody answers") {
        k.pass(k.settings.confirm_ms + 100);
        CHECK(k.shows<IdleView>());
        CHECK(k.scans_saved() == 0);
    }
    SECTION("somebody else scans") {
        k.pass(2000);
        k.scan("B2");
        CHECK(k.body<ConfirmView>().masked_name == "李*露");
    }
    SECTION("what is no entry needs no question") {
        k.send(intent::Back{});
        k.scan("nothing");
        CHECK(k.result().reason == Reason::Unknown);
    }
}

TEST_CASE("scan: a full disk never shows green, and the retry can't count twice", "[app][failure]") {
    test::Kiosk k;
    k.open();
    k.store.fail_next_append = error(core::ErrorCode::DiskFull);
    k.scan("A1");
    const auto& broken = k.body<OutOfOrderView>();
    CHECK(broken.what.key == "out_of_order.full");
    CHECK(broken.told.key == "out_of_order.told");
    CHECK(k.deck.calls == std::vector{StaffCall::OutOfOrder});
    CHECK(k.view().cue == Cue::Stop);
    CHECK(k.scans_saved() == 0);

    k.pass(300'000);
    CHECK(k.shows<OutOfOrderView>()); // it doesn't pretend to be well again

    SECTION("still full: staff are not called again") {
        k.store.fail_next_append = error(core::ErrorCode::DiskFull);
        k.scan("B2");
        CHECK(k.shows<OutOfOrderView>());
        CHECK(k.deck.calls.size() == 1);
    }
    SECTION("there is room again: the next commit shows it") {
        k.scan("A1");
        CHECK(k.result().outcome == Outcome::Admitted);
        CHECK(k.scans_saved() == 1);
        k.pass(13'000);
        CHECK(k.shows<IdleView>());
    }
    SECTION("a touch long after checks nobody in behind their back") {
        k.send(intent::Confirm{});
        CHECK(k.shows<IdleView>());
        CHECK(k.scans_saved() == 0);
    }
}

TEST_CASE("scan: the retry of an unsaved scan keeps its key", "[app][failure]") {
    test::Kiosk k;
    k.config.checkpoints[0].allow_multiple = true; // nothing but the key tells the second one from a repeat
    k.open();
    k.store.fail_next_append = error(core::ErrorCode::Io);
    k.scan("A1");
    REQUIRE(k.shows<OutOfOrderView>());
    k.send(intent::Confirm{});
    REQUIRE(k.result().outcome == Outcome::Admitted);
    REQUIRE(k.scans_saved() == 1);
    const auto key = k.store.scans().front().record.key;

    // A visit of its own gets a key of its own.
    k.pass(20'000);
    k.scan("A1");
    REQUIRE(k.scans_saved() == 2);
    CHECK(k.store.scans().back().record.key != key);
}

TEST_CASE("scan: an operation that was saved after all is answered, not written again", "[app][failure]") {
    test::Kiosk k;
    k.config.checkpoints[0].allow_multiple = true; // else it would be a repeat
    k.open();
    auto same_random = k.random;
    core::ScanRequest saved;
    saved.checkpoint = "main";
    saved.code = "A1";
    saved.key = core::make_uid(k.clock.now(), same_random); // the key that the application is about to make
    k.store.fail_next_append = error(core::ErrorCode::Io);
    k.scan("A1");
    REQUIRE(k.shows<OutOfOrderView>());
    REQUIRE(k.check_in->scan(saved)); // the commit had worked, only its answer was lost
    REQUIRE(k.scans_saved() == 1);
    SECTION("the person touches again") { k.send(intent::Confirm{}); }
    SECTION("the person scans again") {
        k.pass(3100);
        k.scan("A1");
    }
    CHECK(k.result().outcome == Outcome::Admitted);
    CHECK(k.scans_saved() == 1);
}

TEST_CASE("scan: a code left before the camera through a form is no second scan", "[app][scan]") {
    test::Kiosk k;
    core::Question question;
    question.id = "diet";
    question.required = true;
    question.text = {"忌口", "Diet"};
    k.config.questions = {question};
    k.open();
    k.scan("A1");
    for (int i = 0; i < 5; ++i) {
        k.pass(2900);
        k.scan("A1");
    }
    k.send(intent::TypeText{"无"});
    k.send(intent::Confirm{});
    CHECK(k.result().outcome == Outcome::Admitted);
    k.pass(2000);
    k.scan("A1");
    k.pass(1000);
    CHECK(k.result().outcome == Outcome::Admitted);
    CHECK(k.scans_saved() == 1);
}

TEST_CASE("scan: out of order, nobody is asked to fill in a form", "[app][failure]") {
    test::Kiosk k;
    core::Question question;
    question.id = "diet";
    question.required = true;
    question.text = {"忌口", "Diet"};
    k.config.questions = {question};
    k.people[0].answers["diet"] = std::string("无");
    k.open();
    k.store.fail_next_append = error(core::ErrorCode::Io);
    k.scan("A1");
    REQUIRE(k.shows<OutOfOrderView>());
    k.pass(4000);
    k.scan("B2"); // has a question open
    CHECK(k.shows<OutOfOrderView>());
}

TEST_CASE("scan: a code that arrives while somebody fills in a form waits and is told so", "[app][scan]") {
    test::Kiosk k;
    core::Question question;
    question.id = "diet";
    question.required = true;
    question.text = {"忌口", "Diet"};
    k.config.questions = {question};
    k.people[1].answers["diet"] = std::string("无");
    k.open();
    k.scan("A1");
    REQUIRE(k.shows<FormView>());
    k.pass(2000);
    k.send(intent::TypeText{"不吃"});
    k.pass(4000);
    k.scan("A1"); // their own code again: nothing
    CHECK(k.view().notice.empty());
    k.scan("B2");
    CHECK(k.shows<FormView>());
    CHECK(k.view().notice.key == "notice.somebody_waits");

    SECTION("a touch keeps the form, and the other one is told to scan again") {
        k.send(intent::TypeText{"辣"});
        CHECK(k.view().notice.key == "notice.scan_again_later");
        k.pass(30'000);
        REQUIRE(k.shows<FormView>());
        CHECK(std::get<std::string>(k.body<FormView>().fields.front().value) == "不吃辣");
        k.scan("B2");
        CHECK(k.view().notice.key == "notice.somebody_waits");
    }
    SECTION("ten seconds without a touch: the new scan wins") {
        k.pass(5900);
        CHECK(k.shows<FormView>());
        k.pass(200);
        CHECK(k.result().name == "李白露");
        CHECK(k.view().notice.empty());
    }
    SECTION("a form left long ago still gets its three seconds") {
        k.send(intent::Touched{});
        k.pass(20'000);
        k.scan("D4");
        CHECK(k.shows<FormView>());
        k.pass(3000);
        CHECK(k.body<FormView>().fields.front().id == "diet"); // Grace's own open question
        CHECK_FALSE(k.body<FormView>().fields.front().answered);
    }
}

TEST_CASE("scan: a search is given up for a code at once", "[app][scan]") {
    test::Kiosk k;
    k.open();
    k.send(intent::OpenSearch{});
    k.type("gh");
    k.scan("A1");
    CHECK(k.result().name == "王谷雨");
}

TEST_CASE("scan: a plugin that can't answer sends people to staff", "[app][scan]") {
    test::Kiosk k;
    k.plugin.verdict = {Outcome::StaffCheck, Reason::PluginUnavailable, {"插件未响应", "No answer"}, {}};
    k.open();
    k.scan("A1");
    CHECK(k.result().outcome == Outcome::StaffCheck);
    CHECK(k.result().tone == Tone::Wait);
    CHECK(k.result().can_call_staff);
    CHECK(k.result().name.empty());
}

TEST_CASE("scan: an exit says goodbye", "[app][scan]") {
    test::Kiosk k;
    k.settings.direction = core::Direction::Exit;
    k.open();
    k.scan("A1");
    CHECK(k.text(k.result().title) == "再见，王谷雨");
    CHECK(k.result().welcome.empty());
}

TEST_CASE("scan: a badge is printed once", "[app][scan]") {
    test::Kiosk k;
    k.settings.can_print_badge = true;
    k.open();
    k.scan("A1");
    k.deck.printer_works = false;
    k.send(intent::PrintBadge{});
    CHECK(k.view().notice.key == "notice.badge_failed");
    CHECK(k.result().can_print_badge);
    k.deck.printer_works = true;
    k.send(intent::PrintBadge{});
    k.send(intent::PrintBadge{});
    REQUIRE(k.deck.badges.size() == 1);
    CHECK(k.deck.badges.front().name == "王谷雨");
    CHECK(k.deck.badges.front().registration == "uid-A1");
}

TEST_CASE("idle: the language chosen by somebody who left goes back", "[app][timers]") {
    test::Kiosk k;
    k.open();
    k.send(intent::ToggleLanguage{});
    CHECK(k.view().language == core::Language::English);
    k.pass(k.settings.search_ms + 1);
    CHECK(k.view().language == core::Language::Chinese);
    CHECK(k.shows<IdleView>());
}

TEST_CASE("idle: nothing changes, no new view; a minute later the clock does", "[app][timers]") {
    test::Kiosk k;
    k.open();
    k.pass(2000);
    const auto before = k.app->view();
    CHECK(before->header.clock == "13:12");
    CHECK(before->header.date.zh == "11月20日");
    CHECK(before->header.date.en == "20 Nov");
    k.app->tick();
    k.send(intent::Touched{});
    k.send(intent::PickRow{3});
    k.send(intent::Confirm{});
    k.send(intent::PressKey{"a"});
    CHECK(k.app->view() == before);
    k.pass(38'000);
    CHECK(k.view().header.clock == "13:13");
    CHECK(k.view().revision == before->revision + 1);
}

TEST_CASE("idle: slides take turns after a minute and a touch brings the invitation back", "[app][timers]") {
    test::Kiosk k;
    k.config.event.settings = R"({"accent": "#1A5596", "slides": [{"lines": [{"zh": "加入社区", "en": "Join us"}]}]})";
    k.open();
    CHECK(k.view().accent == "#1A5596");
    CHECK(k.body<IdleView>().slide == 0);
    k.pass(60'001);
    CHECK(k.body<IdleView>().slide == 1);
    CHECK(k.body<IdleView>().slide_lines.front().zh == "天天象上 · 杭州站");
    k.pass(24'000);
    REQUIRE(k.body<IdleView>().slide == 3);
    CHECK(k.body<IdleView>().slide_lines.front().en == "Join us");
    k.pass(12'000);
    CHECK(k.body<IdleView>().slide == 0);
    k.pass(12'000);
    CHECK(k.body<IdleView>().slide == 1);
    k.send(intent::Touched{});
    k.app->tick();
    CHECK(k.body<IdleView>().slide == 0);
}

TEST_CASE("idle: what is saved and what is replicated are told apart", "[app]") {
    test::Kiosk k;
    SECTION("no hub") {
        k.open();
        CHECK(k.view().sync.state == SyncView::State::LocalOnly);
        CHECK(k.text(k.view().sync.text) == "已保存在本机");
    }
    SECTION("a hub that is away") {
        k.settings.hub_configured = true;
        k.open();
        CHECK(k.view().sync.state == SyncView::State::Offline);
        k.app->hear(notice::HubChanged{true});
        k.pass(1100);
        CHECK(k.view().sync.state == SyncView::State::Behind);
        CHECK(k.view().sync.behind == k.store.operations.size());
    }
}

TEST_CASE("idle: the scanner's state and a new configuration are shown", "[app]") {
    test::Kiosk k;
    k.open();
    k.app->hear(notice::ScannerChanged{ScannerState::Live});
    CHECK(k.view().scanner == ScannerState::Live);
    k.config.event.title.zh = "天天象上 · 南京站";
    REQUIRE(k.store.add(k.config));
    k.app->hear(notice::ConfigChanged{});
    CHECK(k.view().header.event_title.zh == "天天象上 · 南京站");
}
