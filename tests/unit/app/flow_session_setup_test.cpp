// SPDX-License-Identifier: Apache-2.0
// Closed sessions in the window: created, changed and cancelled by staff, seats of organisations, guests by name.
#include "closed_session.hpp"

using namespace kiosk;
using namespace kiosk::app;
using namespace kiosk::test;
using core::InvitationStatus;
using core::SessionAct;
using core::SessionReason;
using core::SessionState;

namespace {

struct Setup : Closed {
    // Goes on until that field is on the page.
    void go_to(std::string_view id) {
        for (int page = 0; page < 20; ++page) {
            if (shows<FormView>() && is_on(*this, id))
                return;
            send(intent::Confirm{});
        }
        FAIL("no page with " << id);
    }
    void choose(std::string_view id, std::string value) {
        go_to(id);
        send(intent::SetAnswer{std::string(id), std::move(value)});
    }
    void write(std::string_view id, const std::string& text) {
        go_to(id);
        send(intent::FocusField{std::string(id)});
        send(intent::PressKey{"clear"});
        send(intent::TypeText{text});
    }
    void save() {
        for (int page = 0; page < 20 && shows<FormView>(); ++page)
            send(intent::Confirm{});
        REQUIRE(shows<StaffView>());
    }
    std::string value_of(std::string_view id) { return std::get<std::string>(field_on(*this, id).value); }
    std::vector<std::string> options_of(std::string_view id) {
        std::vector<std::string> ids;
        for (const auto& option : field_on(*this, id).options)
            ids.push_back(option.id);
        return ids;
    }
    void find(const std::string& text) {
        REQUIRE(shows<SearchView>());
        send(intent::TypeText{text});
        REQUIRE_FALSE(body<SearchView>().rows.empty());
        send(intent::PickRow{0});
    }
    SessionDetails stored(const std::string& id) {
        REQUIRE(sessions->reload());
        auto known = sessions->details(id);
        REQUIRE(known);
        return *known;
    }
    std::string newest() {
        REQUIRE(sessions->reload());
        for (const auto& session : sessions->config().sessions)
            if (session.id != "cd1")
                return session.id;
        return {};
    }
};

} // namespace

TEST_CASE("session setup: created by touches, with the usual agreement", "[app][sessions]") {
    Setup k;
    k.enter_as("5678");
    REQUIRE(k.body<StaffView>().closed->can_create);
    k.send(intent::NewSession{});
    CHECK(k.value_of("public_zh") == "闭门会议"); // says nothing of what it is about
    CHECK(k.body<FormView>().steps.size() == 6);
    CHECK_FALSE(k.body<FormView>().can_finish);
    k.go_to("title_zh");
    k.send(intent::Confirm{}); // a name for those inside is needed
    CHECK_FALSE(field_on(k, "title_zh").problem.empty());
    k.write("title_zh", "联合采购");

    // The host is looked up, and the way back leads to the form with all that was chosen.
    k.choose("host", "?");
    REQUIRE(k.shows<SearchView>());
    k.send(intent::Back{});
    REQUIRE(k.shows<FormView>());
    CHECK_FALSE(field_on(k, "host").answered);
    k.choose("host", "?");
    k.find("谷雨");
    CHECK(k.value_of("host") == "A1");
    CHECK(k.value_of("host_org") == k.people[0].person.organisation); // their own, until somebody says otherwise
    k.choose("note_taker", "?");
    k.scan("B2"); // or by their code
    CHECK(k.value_of("note_taker") == "B2");
    CHECK(k.scans_saved() == 0);

    k.go_to("room");
    k.send(intent::Confirm{}); // where has to be said
    CHECK_FALSE(field_on(k, "room").problem.empty());
    k.choose("room", "三楼 B 厅\nRoom B"); // where the other session is
    k.go_to("start");
    CHECK(k.options_of("start").front() == "780"); // the event begins at 13:00
    CHECK_FALSE(is_on(k, "day"));                  // it has one day
    k.choose("start", "840");
    k.choose("length", "90");
    k.write("minimum", "5");
    k.write("maximum", "4");
    k.send(intent::Confirm{});
    CHECK(field_on(k, "maximum").problem.key == "session.problem.size");
    k.write("maximum", "8");
    k.choose("level", "strict");
    CHECK(std::get<bool>(field_on(k, "nda").value));
    k.go_to("nda_source");
    CHECK(k.value_of("nda_source") == "usual");
    CHECK(k.body<FormView>().reading.zh.find("保密") != std::string::npos);
    k.go_to("nda_version");
    CHECK(k.value_of("nda_version") == "1");
    k.save();
    CHECK(k.notice() == "session.notice.created");
    CHECK(k.opened().row.private_title.zh == "联合采购");
    CHECK(k.opened().row.state == SessionState::Draft);
    CHECK(k.opened().note_taker == "李白露");

    const auto made = k.stored(k.newest());
    CHECK(made.session.starts == core::parse_rfc3339("2026-11-20T14:00:00+08:00"));
    CHECK(made.session.ends == core::parse_rfc3339("2026-11-20T15:30:00+08:00"));
    CHECK(made.session.room.en == "Room B");
    CHECK(made.session.minimum == 5);
    CHECK(made.session.capacity == 8);
    CHECK(made.session.nda);
    CHECK(made.details.level == core::Confidentiality::Strict);
    CHECK(made.details.nda_text.zh.find("保密") != std::string::npos);
    CHECK_FALSE(made.details.nda_text.en.empty());
    CHECK(made.details.by == "xu");
    // Both are invited as what they are, and its door stands in the configuration.
    REQUIRE(made.people.size() == 2);
    CHECK(made.people[0].invitation.role == "host");
    CHECK(made.people[1].invitation.role == "note_taker");
    CHECK(k.sessions->config().checkpoint(made.session.id) != nullptr);
    CHECK_FALSE(k.opened().warnings.empty()); // fewer than the minimum
}

TEST_CASE("session setup: another place, another time, and no agreement", "[app][sessions]") {
    Setup k;
    k.enter_as("1234");
    k.send(intent::NewSession{});
    k.write("title_zh", "早餐会");
    k.choose("room", "+");
    k.write("room_other", "湖畔茶室");
    k.choose("start", "+");
    k.write("start_other", "８：０５");
    k.send(intent::Confirm{});
    CHECK_FALSE(field_on(k, "start_other").problem.empty());
    k.write("start_other", "08:05");
    k.choose("length", "45");
    k.go_to("nda");
    k.send(intent::SetAnswer{"nda", false});
    k.save();
    const auto made = k.stored(k.newest());
    CHECK(made.session.room.zh == "湖畔茶室");
    CHECK(made.session.starts == core::parse_rfc3339("2026-11-20T08:05:00+08:00"));
    CHECK(made.session.ends == core::parse_rfc3339("2026-11-20T08:50:00+08:00"));
    CHECK_FALSE(made.session.nda);
    CHECK_FALSE(made.session.minimum);
    CHECK(made.details.host.empty());
}

TEST_CASE("session setup: English is written in Latin letters whatever the screen speaks", "[app][sessions]") {
    using Layout = KeyboardView::Layout;
    Setup k;
    k.enter_as("5678");
    k.send(intent::NewSession{});
    const auto layout = [&](const char* id) {
        k.send(intent::FocusField{id});
        REQUIRE(k.view().keyboard);
        return k.view().keyboard->layout;
    };
    CHECK(layout("public_zh") == Layout::Pinyin);
    CHECK(layout("public_en") == Layout::Latin);
    CHECK(k.view().keyboard->pinyin_available); // a touch away all the same
    k.write("title_zh", "早餐会");
    CHECK(layout("title_en") == Layout::Latin);
    k.choose("room", "+");
    k.go_to("room_other");
    CHECK(layout("room_other") == Layout::Pinyin);
}

TEST_CASE("session setup: only times that are not over are offered", "[app][sessions]") {
    Setup k;
    SECTION("today: what runs now is the first") {
        k.pass(48 * core::minute_ms); // 14:00 and more
        k.enter_as("5678");
        k.send(intent::NewSession{});
        k.write("title_zh", "早餐会");
        k.choose("room", "三楼 B 厅\nRoom B");
        k.go_to("start");
        CHECK(k.options_of("start").front() == "840");
        CHECK(k.options_of("start").back() == "+");
    }
    SECTION("its own time stays, over or not") {
        k.clock.pass(4 * 60 * core::minute_ms); // 17:12, it began at 16:00
        k.enter_as("5678");
        k.send(intent::OpenSession{"cd1"});
        k.send(intent::ActOnSession{SessionAct::Change});
        k.go_to("start");
        CHECK(k.options_of("start").front() == "960");
        CHECK(k.value_of("start") == "960");
    }
}

TEST_CASE("session setup: the day decides which times are over", "[app][sessions]") {
    Setup k;
    k.config.event.starts = *core::parse_rfc3339("2026-11-19T09:00:00+08:00");
    k.config.event.ends = *core::parse_rfc3339("2026-11-21T18:00:00+08:00");
    REQUIRE(k.store.add(k.config));
    k.app->hear(notice::ConfigChanged{});
    k.enter_as("5678");
    k.send(intent::NewSession{});
    k.write("title_zh", "早餐会");
    k.choose("room", "三楼 B 厅\nRoom B");
    k.go_to("day");
    REQUIRE(k.options_of("day").size() == 2); // the first one is over
    const auto today = k.options_of("day").front(), tomorrow = k.options_of("day").back();
    CHECK(k.value_of("day") == today);
    k.choose("day", tomorrow);
    k.go_to("start");
    CHECK(k.options_of("start").front() == "540");
    k.choose("start", "540");
    k.send(intent::Back{});
    k.choose("day", today);
    k.send(intent::Confirm{});
    CHECK(k.options_of("start").front() == "780"); // 13:00, as an hour's grid has it
    CHECK_FALSE(field_on(k, "start").answered);    // what was chosen is over on that day
    k.choose("start", "840");
    k.choose("length", "30");
    k.save();
    CHECK(k.stored(k.newest()).session.starts == core::parse_rfc3339("2026-11-20T14:00:00+08:00"));
}

TEST_CASE("session setup: changing what is approved asks first and makes a draft of it", "[app][sessions]") {
    Setup k;
    k.approve();
    k.enter_as("5678");
    k.send(intent::OpenSession{"cd1"});
    REQUIRE(k.opened().can_change);
    k.send(intent::ActOnSession{SessionAct::Change});
    CHECK(k.notice() == "session.ask.change");
    CHECK(k.opened().asks_change);
    k.send(intent::ShowSessionPart{SessionPart::People}); // anything else takes the question back
    CHECK_FALSE(k.opened().asks_change);
    k.send(intent::ActOnSession{SessionAct::Change});
    k.send(intent::ActOnSession{SessionAct::Change});
    REQUIRE(k.shows<FormView>());
    CHECK(k.value_of("public_zh") == "内部会议");
    // Looking at it changes nothing.
    k.send(intent::Back{});
    CHECK(k.opened().row.state == SessionState::Approved);

    k.send(intent::ActOnSession{SessionAct::Change});
    k.send(intent::ActOnSession{SessionAct::Change});
    k.send(intent::JumpToStep{"size"});
    CHECK(k.value_of("maximum") == "3");
    k.write("maximum", "9");
    REQUIRE(k.body<FormView>().can_finish); // one thing was to be changed
    k.send(intent::FinishForm{});
    CHECK(k.notice() == "session.notice.changed");
    CHECK(k.opened().row.state == SessionState::Draft);
    const auto now = k.stored("cd1");
    CHECK(now.session.capacity == 9);
    CHECK(now.session.minimum == 2);
    CHECK(now.session.starts == core::parse_rfc3339("2026-11-20T16:00:00+08:00"));
    CHECK(now.session.ends == core::parse_rfc3339("2026-11-20T17:30:00+08:00"));
    CHECK(now.details.title.zh == "换库闭门会");
    CHECK(now.details.nda_version == "v2");
    CHECK(now.details.nda_text.zh == "第一条 不外传。");
    CHECK(now.details.host == "A1");
    // Whoever changed it can't approve it.
    CHECK(k.sessions->submit("cd1", "lin"));
    CHECK(k.sessions->approve("cd1", "xu")->reason == SessionReason::OwnSession);
}

TEST_CASE("session setup: another agreement gets another version", "[app][sessions]") {
    Setup k;
    k.enter_as("5678");
    k.send(intent::OpenSession{"cd1"});
    k.send(intent::ActOnSession{SessionAct::Change}); // a draft is changed at once
    k.go_to("nda_source");
    CHECK(k.value_of("nda_source") == "keep");
    CHECK(k.body<FormView>().reading.zh == "第一条 不外传。");
    CHECK(k.body<FormView>().reading_note.key == "nda.version");
    k.choose("nda_source", "own");
    CHECK(k.body<FormView>().reading_note.empty());
    k.go_to("nda_zh");
    CHECK(k.value_of("nda_zh") == "第一条 不外传。");
    k.write("nda_zh", "第一条 不外传，不拍照。");
    k.go_to("nda_version");
    CHECK(k.value_of("nda_version") == "v3"); // proposed
    k.write("nda_version", "v2");
    k.send(intent::Confirm{});
    CHECK(field_on(k, "nda_version").problem.key == "session.problem.version");
    k.write("nda_version", "v2b");
    k.save();
    const auto now = k.stored("cd1");
    CHECK(now.details.nda_version == "v2b");
    CHECK(now.details.nda_text.zh == "第一条 不外传，不拍照。");
    CHECK(now.details.nda_text.en == "1. Tell nobody.");
}

TEST_CASE("session setup: cancelled with a reason, asked twice", "[app][sessions]") {
    Setup k;
    k.approve();
    k.enter_as("5678");
    k.send(intent::OpenSession{"cd1"});
    CHECK_FALSE(k.opened().can_cancel); // who only runs it does not
    k.leave();
    k.enter_as("1234");
    k.send(intent::OpenSession{"cd1"});
    REQUIRE(k.opened().can_cancel);
    k.send(intent::ActOnSession{SessionAct::Cancel});
    CHECK(k.opened().asks_cancel);
    CHECK(k.notice() == "session.ask.cancel");
    k.send(intent::ActOnSession{SessionAct::Cancel});
    REQUIRE(k.shows<FormView>());
    k.send(intent::Confirm{}); // not without a reason
    REQUIRE(k.shows<FormView>());
    k.send(intent::TypeText{"主讲人病了"});
    k.send(intent::Confirm{});
    CHECK(k.notice() == "session.notice.cancelled");
    CHECK(k.opened().row.cancelled);
    CHECK(k.opened().cancelled_because == "主讲人病了");
    CHECK_FALSE(k.opened().can_change);
    CHECK_FALSE(k.opened().can_invite);
    // Its door says so.
    k.leave();
    k.at_its_door();
    REQUIRE(k.body<IdleView>().door);
    CHECK(k.body<IdleView>().door->cancelled);
    k.scan("A1");
    CHECK(k.result().outcome == core::Outcome::Refused);
}

TEST_CASE("session setup: seats of organisations are stepped and taken back", "[app][sessions]") {
    Setup k;
    k.enter_as("5678");
    k.send(intent::OpenSession{"cd1"});
    k.send(intent::ShowSessionPart{SessionPart::Seats});
    const auto own = k.people[0].person.organisation;
    k.send(intent::AddSeats{});
    REQUIRE(k.shows<SearchView>());
    REQUIRE(k.body<SearchView>().rows.size() == 1); // of who is invited, before anything is typed
    CHECK(k.body<SearchView>().rows[0].masked_name == own);
    const auto other = k.people[1].person.organisation;
    REQUIRE(other != own);
    k.find(other);
    CHECK(k.notice() == "session.notice.seats");
    CHECK(k.opened().part == SessionPart::Seats);
    REQUIRE(k.opened().quotas.size() == 1);
    CHECK(k.opened().quotas[0].organisation == other);
    CHECK(k.opened().quotas[0].seats == 1);
    k.send(intent::StepSeats{other, "guest", 1});
    CHECK(k.opened().quotas[0].seats == 2);
    k.send(intent::StepSeats{other, "guest", -1});
    k.send(intent::StepSeats{other, "guest", -1}); // never none by stepping
    CHECK(k.opened().quotas[0].seats == 1);
    k.send(intent::AddSeats{});
    k.find(other);
    CHECK(k.notice() == "session.notice.seats_there");
    CHECK(k.opened().quotas[0].seats == 1);
    REQUIRE(k.sessions->invite("cd1", "B2", "", "xu"));
    k.send(intent::OpenSession{"cd1"});
    CHECK(k.opened().quotas[0].named == 1);
    k.send(intent::RemoveSeats{other, "guest"});
    CHECK(k.opened().quotas[0].asks_remove);
    CHECK(k.opened().quotas.size() == 1);
    k.send(intent::RemoveSeats{other, "guest"});
    CHECK(k.notice() == "session.notice.seats_removed");
    CHECK(k.opened().quotas.empty());
    // Then its people are invited like anybody else's.
    CHECK(k.stored("cd1").quotas.empty());
    CHECK(k.stored("cd1").people.size() == 2);
}

TEST_CASE("session setup: a guest is found by name", "[app][sessions]") {
    Setup k;
    k.approve();
    k.enter_as("1234");
    k.send(intent::OpenSession{"cd1"});
    k.send(intent::FindGuest{});
    REQUIRE(k.shows<SearchView>());
    CHECK(k.body<SearchView>().rows.empty());
    k.find("白露");
    REQUIRE(k.opened().invite);
    CHECK(k.opened().part == SessionPart::People);
    CHECK(k.opened().invite->name == "李白露");
    CHECK(k.opened().people.size() == 1); // not yet
    k.send(intent::InviteScanned{true});
    CHECK(k.notice() == "session.notice.invited");
    CHECK(k.opened().people.size() == 2);
    CHECK(k.scans_saved() == 0); // nobody was checked in by it
    k.send(intent::FindGuest{});
    k.send(intent::Back{});
    CHECK(k.opened().row.id == "cd1");
    // A code that nobody has leaves the search as it was.
    k.send(intent::FindGuest{});
    k.scan("no-such-code");
    CHECK(k.shows<SearchView>());
}

TEST_CASE("session setup: nothing of it for a volunteer, whatever a window would send", "[app][sessions]") {
    Setup k;
    k.enter_as("9999");
    CHECK_FALSE(k.body<StaffView>().closed->can_create);
    k.send(intent::NewSession{});
    CHECK(k.shows<StaffView>());
    k.send(intent::OpenSession{"cd1"});
    k.send(intent::ActOnSession{SessionAct::Change});
    k.send(intent::AddSeats{});
    k.send(intent::FindGuest{});
    k.send(intent::StepSeats{"X", "guest", 1});
    k.send(intent::RemoveSeats{"X", "guest"});
    k.send(intent::RemoveSeats{"X", "guest"});
    CHECK(k.shows<StaffView>());
    CHECK(k.stored("cd1").standing.state == SessionState::Draft);
}

TEST_CASE("session setup: an event that is made for them has the tab before there is one", "[app][sessions]") {
    Kiosk k;
    k.config.event.addons = {"closed_door"};
    k.config.staff.push_back({"qin", "秦夏至", {"volunteer"}, "hash 9999"});
    k.open();
    k.send(intent::OpenStaff{});
    k.pin("9999");
    CHECK_FALSE(k.body<StaffView>().has_sessions);
    k.send(intent::LeaveStaff{});
    k.log_in();
    CHECK(k.body<StaffView>().has_sessions);
    k.send(intent::ChooseTab{StaffTab::Sessions});
    k.send(intent::NewSession{});
    CHECK(k.shows<FormView>());
}
