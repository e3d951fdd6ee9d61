// SPDX-License-Identifier: Apache-2.0
// Sessions behind closed doors in the window: what staff see and do, and what the door says.
#include "closed_session.hpp"

using namespace kiosk;
using namespace kiosk::app;
using namespace kiosk::test;
using core::InvitationStatus;
using core::SessionAct;
using core::SessionReason;
using core::SessionState;

TEST_CASE("closed sessions: a volunteer sees the public part only", "[app][sessions]") {
    Closed k;
    k.enter_as("9999");
    REQUIRE(k.body<StaffView>().has_sessions);
    REQUIRE(k.body<StaffView>().closed->rows.size() == 1);
    const auto& row = k.body<StaffView>().closed->rows[0];
    CHECK(row.title.zh == "内部会议");
    CHECK(row.private_title.zh.empty());
    CHECK(row.warnings == 0);
    k.send(intent::OpenSession{"cd1"});
    CHECK_FALSE(k.opened().may_see);
    CHECK(k.opened().people.empty());
    CHECK(k.opened().row.private_title.zh.empty());
    // Nothing can be done either, whatever a window would send.
    k.send(intent::ActOnSession{SessionAct::Submit});
    k.scan("B2");
    CHECK_FALSE(k.opened().invite);
    CHECK(k.sessions->details("cd1")->standing.state == SessionState::Draft);
    const auto all = texts_of(k.view()).all;
    CHECK(all.find("换库") == std::string::npos);
    CHECK(all.find("王谷雨") == std::string::npos);
}

TEST_CASE("closed sessions: submitted by one, approved by another", "[app][sessions]") {
    Closed k;
    k.enter_as("5678");
    k.send(intent::OpenSession{"cd1"});
    CHECK(k.opened().row.private_title.zh == "换库闭门会");
    REQUIRE(k.opened().people.size() == 1);
    CHECK(k.opened().people[0].name == "王谷雨");
    CHECK(k.opened().host == "王谷雨");
    CHECK(k.opened().can_submit);
    k.send(intent::ActOnSession{SessionAct::Submit});
    CHECK(k.notice() == "session.notice.submitted");
    CHECK(k.opened().row.state == SessionState::Submitted);
    CHECK_FALSE(k.opened().can_approve);
    k.send(intent::ActOnSession{SessionAct::Approve}); // a window that shows the button all the same
    CHECK(k.notice() == "session.reason.own_session");
    k.leave();

    k.enter_as("1234");
    k.send(intent::OpenSession{"cd1"});
    REQUIRE(k.opened().can_approve);
    k.send(intent::ActOnSession{SessionAct::Approve});
    CHECK(k.notice() == "session.notice.approved");
    CHECK(k.opened().row.state == SessionState::Approved);
    CHECK(k.opened().people[0].status == InvitationStatus::Approved);
    // Locking asks once.
    k.send(intent::ActOnSession{SessionAct::Lock});
    CHECK(k.opened().asks_lock);
    CHECK(k.opened().row.state == SessionState::Approved);
    k.send(intent::ActOnSession{SessionAct::Lock});
    CHECK(k.opened().row.state == SessionState::Locked);
    CHECK_FALSE(k.opened().can_invite);
    k.send(intent::Back{});
    CHECK_FALSE(k.body<StaffView>().closed->open);
}

TEST_CASE("closed sessions: sent back with a reason", "[app][sessions]") {
    Closed k;
    REQUIRE(k.sessions->submit("cd1", "xu"));
    k.enter_as("1234");
    k.send(intent::OpenSession{"cd1"});
    k.send(intent::ActOnSession{SessionAct::Reject});
    REQUIRE(k.shows<FormView>());
    k.send(intent::TypeText{"换个房间"});
    k.send(intent::Confirm{});
    CHECK(k.notice() == "session.notice.rejected");
    CHECK(k.opened().row.state == SessionState::Rejected);
    CHECK(k.opened().rejected_because == "换个房间");
    CHECK(k.opened().can_submit);
}

TEST_CASE("closed sessions: a scanned code is invited after a question; revoking asks once", "[app][sessions]") {
    Closed k;
    k.approve();
    k.enter_as("1234");
    k.send(intent::OpenSession{"cd1"});
    k.scan("no-such-code");
    CHECK(k.notice() == "session.notice.unknown_code");
    k.scan("B2");
    REQUIRE(k.opened().invite);
    CHECK(k.opened().invite->name == "李白露");
    CHECK(k.opened().people.size() == 1); // not yet
    k.send(intent::InviteScanned{true});
    CHECK(k.notice() == "session.notice.invited");
    REQUIRE(k.opened().people.size() == 2);
    CHECK(k.opened().people[1].status == InvitationStatus::Approved);
    CHECK(k.scans_saved() == 0); // nobody was checked in by it
    k.pass(5'000);
    k.scan("B2");
    k.send(intent::InviteScanned{true});
    CHECK(k.notice() == "session.reason.already_invited");

    k.send(intent::RevokeInvitation{"B2"});
    CHECK(k.opened().people[1].asks_revoke);
    CHECK(k.opened().people[1].status == InvitationStatus::Approved);
    k.send(intent::RevokeInvitation{"B2"});
    CHECK(k.opened().people[1].status == InvitationStatus::Revoked);
    CHECK_FALSE(k.opened().people[1].can_revoke);
}

TEST_CASE("closed sessions: minutes and points are written on a form", "[app][sessions]") {
    Closed k;
    k.approve();
    k.enter_as("5678");
    k.send(intent::OpenSession{"cd1"});
    REQUIRE(k.opened().can_write);
    k.send(intent::ActOnSession{SessionAct::Minutes});
    REQUIRE(k.body<FormView>().fields.size() == 1);
    CHECK(k.body<FormView>().fields[0].kind == FieldKind::Multiline);
    k.send(intent::Confirm{}); // empty: said so, and nothing is saved
    REQUIRE(k.shows<FormView>());
    CHECK_FALSE(k.body<FormView>().fields[0].problem.empty());
    k.send(intent::TypeText{"谈了三件事"});
    k.send(intent::Confirm{});
    CHECK(k.notice() == "session.notice.minutes");
    CHECK(k.opened().minutes == "谈了三件事");
    CHECK(k.opened().minutes_by == "徐清明");
    k.send(intent::ActOnSession{SessionAct::Minutes}); // goes on from what stands
    CHECK(std::get<std::string>(field_on(k, "words").value) == "谈了三件事");
    k.send(intent::Back{});
    k.send(intent::ActOnSession{SessionAct::Point});
    k.send(intent::TypeText{"先换报表"});
    k.send(intent::Confirm{});
    CHECK(k.opened().points == std::vector<std::string>{"先换报表"});
}

TEST_CASE("closed sessions: the door names nobody and shows whether there are enough people", "[app][sessions]") {
    Closed k;
    k.approve();
    for (const auto* ticket : {"B2", "D4"})
        REQUIRE(k.sessions->invite("cd1", ticket, "guest", "lin"));
    k.at_its_door();
    const auto& idle = k.body<IdleView>();
    REQUIRE(idle.door);
    CHECK(idle.door->title.zh == "内部会议");
    CHECK(idle.door->time == "16:00");
    CHECK(idle.door->room.zh == "三楼 B 厅");
    CHECK(k.text(idle.door->light) == "还差 2 人");
    CHECK_FALSE(idle.can_walk_in);
    CHECK_FALSE(idle.can_meet);
    const auto come = [&](const char* ticket) {
        k.scan(ticket);
        REQUIRE(k.body<FormView>().fields[0].id == "nda");
        CHECK(k.body<FormView>().reading.zh == "第一条 不外传。");
        CHECK(k.text(k.body<FormView>().reading_note) == "版本 v2");
        k.send(intent::Confirm{}); // not without having agreed
        CHECK_FALSE(k.body<FormView>().fields[0].problem.empty());
        k.send(intent::SetAnswer{"nda", true});
        k.send(intent::Confirm{});
        REQUIRE(k.body<FormView>().fields[0].kind == FieldKind::Signature);
        CHECK(k.body<FormView>().reading.zh.empty());
        k.send(intent::Confirm{}); // … nor signed
        CHECK_FALSE(k.body<FormView>().fields[0].problem.empty());
        k.send(intent::AddStroke{"nda_signature", {{0.1F, 0.5F}, {0.5F, 0.2F}, {0.9F, 0.5F}}});
        k.send(intent::Confirm{});
        REQUIRE(k.result().outcome == core::Outcome::Admitted);
        CHECK(k.result().name.empty());
        k.send(intent::Back{});
    };
    come("A1");
    CHECK(k.text(k.body<IdleView>().door->light) == "还差 1 人");
    come("B2");
    CHECK(k.body<IdleView>().door->quorum == core::Quorum::Enough);
    come("D4");
    CHECK(k.body<IdleView>().door->quorum == core::Quorum::Full);
    CHECK(k.text(k.body<IdleView>().door->light) == "已满");
    // The signature is kept with the scan.
    const auto& record = k.store.scans().front().record;
    CHECK(record.nda_version == "v2");
    REQUIRE(record.answers.contains("nda_signature"));
    CHECK_FALSE(std::get<std::string>(record.answers.at("nda_signature")).empty());
    for (const auto& person : k.people)
        CHECK(texts_of(k.view()).all.find(person.person.name) == std::string::npos);
}

TEST_CASE("closed sessions: another door is as it was", "[app][sessions]") {
    Closed k;
    CHECK_FALSE(k.body<IdleView>().door);
    CHECK(k.body<IdleView>().can_walk_in);
}

TEST_CASE("closed sessions: whoever is invited answers at their next scan, by the public title alone", "[app][sessions]") {
    Closed k;
    k.approve();
    REQUIRE(k.sessions->invite("cd1", "B2", "guest", "lin"));
    CHECK(texts_of(k.view()).all.find("内部会议") == std::string::npos); // nothing of it while nobody stands here
    k.scan("B2");
    REQUIRE(k.result().outcome == core::Outcome::Admitted);
    REQUIRE(k.result().meetings.size() == 1);
    CHECK(k.result().meetings[0].key == "session.invited.asking");
    k.send(intent::OpenMeetings{});
    const auto home = [&]() -> const MeetingHomePage& { return std::get<MeetingHomePage>(k.body<MeetingView>().page); };
    REQUIRE(home().requests.size() == 1);
    const auto line = home().requests[0];
    CHECK(line.session.zh == "内部会议");
    CHECK(line.table.zh == "三楼 B 厅");
    CHECK(line.time == "16:00");
    CHECK(line.with.empty());
    CHECK(texts_of(k.view()).all.find("换库") == std::string::npos);
    k.send(intent::AnswerMeeting{"session:cd9", true}); // none of theirs
    CHECK(home().requests.size() == 1);
    k.send(intent::AnswerMeeting{line.id, true});
    CHECK(home().requests.empty());
    CHECK(k.view().notice.key == "session.invited.accepted");
    CHECK(k.store.invitation("cd1", "B2")->value().status == InvitationStatus::Accepted);
    k.send(intent::Back{});
    // The host is asked as well, and declines.
    k.pass(5'000);
    k.send(intent::OpenMeetings{});
    k.scan("A1");
    REQUIRE(home().requests.size() == 1);
    k.send(intent::AnswerMeeting{home().requests[0].id, false});
    CHECK(k.store.invitation("cd1", "A1")->value().status == InvitationStatus::Declined);
    CHECK(k.view().notice.key == "session.invited.declined");
    k.send(intent::Back{});
    // Who is not invited is told nothing.
    k.pass(5'000);
    k.send(intent::OpenMeetings{});
    k.scan("D4");
    CHECK(home().requests.empty());
}

TEST_CASE("closed sessions: without a business area whoever is invited answers from the door", "[app][sessions]") {
    Closed k(false);
    k.approve();
    REQUIRE(k.sessions->invite("cd1", "B2", "guest", "lin"));
    CHECK_FALSE(k.body<IdleView>().can_meet);
    const auto home = [&]() -> const MeetingHomePage& { return std::get<MeetingHomePage>(k.body<MeetingView>().page); };
    k.send(intent::ToggleLanguage{});
    k.scan("B2");
    REQUIRE(k.result().outcome == core::Outcome::Admitted);
    REQUIRE(k.result().can_answer);
    CHECK_FALSE(k.result().can_meet);
    REQUIRE(k.result().meetings.size() == 1);
    CHECK(k.result().meetings[0].key == "session.invited.asking_here");
    k.send(intent::OpenMeetings{});
    REQUIRE(home().requests.size() == 1);
    CHECK(home().requests[0].session.zh == "内部会议");
    CHECK_FALSE(home().can_meet);
    CHECK(texts_of(k.view()).all.find("换库") == std::string::npos);
    const auto id = home().requests[0].id;
    SECTION("they come; the next one in the line is checked in, in the usual language") {
        k.send(intent::AnswerMeeting{id, true});
        CHECK(home().requests.empty());
        CHECK(home().nothing.key == "session.invited.accepted");
        CHECK(k.view().language == core::Language::English);
        CHECK(k.store.invitation("cd1", "B2")->value().status == InvitationStatus::Accepted);
        k.scan("D4"); // at once
        REQUIRE(k.result().outcome == core::Outcome::Admitted);
        CHECK(k.view().language == core::Language::Chinese);
        CHECK_FALSE(k.result().can_answer);
        CHECK(k.result().meetings.empty());
    }
    SECTION("they don't, and the screen clears itself") {
        k.send(intent::AnswerMeeting{id, false});
        CHECK(home().nothing.key == "session.invited.declined");
        CHECK(k.store.invitation("cd1", "B2")->value().status == InvitationStatus::Declined);
        k.pass(k.settings.slip_ms + 1'000);
        CHECK(k.shows<IdleView>());
    }
    SECTION("it was called off meanwhile") {
        REQUIRE(k.sessions->cancel("cd1", "lin", ""));
        k.send(intent::AnswerMeeting{id, true});
        CHECK(home().nothing.key == "session.invited.over");
    }
    SECTION("not now: asked again at the next scan") {
        k.send(intent::Back{});
        REQUIRE(k.shows<IdleView>());
        k.pass(5'000);
        k.scan("B2");
        REQUIRE(k.result().outcome == core::Outcome::Repeat);
        CHECK(k.result().can_answer);
    }
    SECTION("staff answer for nobody") {
        k.send(intent::Back{});
        k.log_in();
        k.scan("A1");
        CHECK_FALSE(k.result().can_answer);
        k.send(intent::OpenMeetings{});
        CHECK_FALSE(k.shows<MeetingView>());
    }
}

TEST_CASE("closed sessions: an answer to what was called off meanwhile counts for nothing", "[app][sessions]") {
    Closed k;
    k.approve();
    k.send(intent::OpenMeetings{});
    k.scan("A1");
    const auto home = [&]() -> const MeetingHomePage& { return std::get<MeetingHomePage>(k.body<MeetingView>().page); };
    REQUIRE(home().requests.size() == 1);
    const auto id = home().requests[0].id;
    REQUIRE(k.sessions->cancel("cd1", "lin", ""));
    k.send(intent::AnswerMeeting{id, true});
    CHECK(k.view().notice.key == "session.invited.over");
    CHECK(home().requests.empty());
    CHECK(k.store.invitation("cd1", "A1")->value().status == InvitationStatus::Approved);
}

TEST_CASE("closed sessions: a new agreement is read and signed again at the door", "[app][sessions]") {
    Closed k;
    k.approve();
    k.at_its_door();
    const auto sign = [&] {
        k.send(intent::SetAnswer{"nda", true});
        k.send(intent::Confirm{});
        k.send(intent::AddStroke{"nda_signature", {{0.1F, 0.5F}, {0.9F, 0.5F}}});
        k.send(intent::Confirm{});
    };
    k.scan("A1");
    CHECK(k.text(k.body<FormView>().reading_note) == "版本 v2");
    sign();
    REQUIRE(k.result().outcome == core::Outcome::Admitted);
    auto known = *k.sessions->details("cd1");
    known.session.title = {};
    known.details.nda_text.zh = "第一条 不外传，不拍照。";
    known.details.nda_version = "v3";
    REQUIRE(k.sessions->set(known.session, known.details, "xu"));
    k.approve();
    k.pass(60'000);
    k.scan("A1");
    REQUIRE(k.shows<FormView>());
    CHECK(k.body<FormView>().reading.zh == "第一条 不外传，不拍照。");
    CHECK(k.text(k.body<FormView>().reading_note) == "版本 v3");
}
