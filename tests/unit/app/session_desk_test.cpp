// SPDX-License-Identifier: Apache-2.0
// What staff do to closed sessions, and what the door then says: over a store in memory, with the door's own service.
#include "support/catch.hpp"

#include "app/check_in.hpp"
#include "app/result_text.hpp"
#include "app/session_desk.hpp"
#include "crypto/crypto.hpp"
#include "support/fake_store.hpp"

#include <algorithm>

using namespace kiosk::core;
using kiosk::app::CheckIn;
using kiosk::app::SessionDesk;
using kiosk::app::SessionResult;
using kiosk::test::CountingRandom;
using kiosk::test::FakeClock;
using kiosk::test::FakeStore;

namespace {

template <typename T> T need(Result<T> result) {
    if (!result)
        FAIL(result.error().message_key << " " << result.error().context);
    return std::move(*result);
}

Session closed_session(std::string id = "cd1") {
    Session session;
    session.id = std::move(id);
    session.kind = "closed_door";
    session.public_title = {"内部会议", "Private meeting"};
    session.starts = Instant{1'795'161'600'000};
    session.ends = *session.starts + hour_ms;
    session.capacity = 12;
    session.minimum = 2;
    session.nda = true;
    return session;
}

PrivateSession details_of_it() {
    PrivateSession details;
    details.title = {"换库闭门会", "On leaving O"};
    details.host = "A1";
    details.nda_text = {"保密条款", "Keep it"};
    details.nda_version = "v2";
    return details;
}

struct Staffed {
    Staffed() {
        EventConfig config;
        config.event.code = "DEMO";
        config.event.type = "salon";
        config.event.starts = clock.now();
        config.ticket_types = {{"std", {"标准票", "Standard"}}};
        config.staff = {
            {"boss", "", {"organizer"}, ""}, {"lead", "", {"station_lead"}, ""}, {"host", "", {"session_host"}, ""}};
        REQUIRE(store.add(config));
        for (const auto& [ticket, name, organisation] :
             {std::tuple{"A1", "王谷雨", "青屿示例银行"}, std::tuple{"B1", "李白露", "松果示例软件"},
              std::tuple{"B2", "解惊蛰", "松果示例软件"}, std::tuple{"B3", "单芒种", "松果示例软件 "}}) {
            Registration registration;
            registration.uid = std::string("p-") + ticket;
            registration.ticket = ticket;
            registration.ticket_type = "std";
            registration.person = {name, "10000001234", "", organisation, ""};
            REQUIRE(store.add(make_registration(registration)));
        }
        desk.emplace(need(SessionDesk::create({&store, &clock, &random})));
        door.emplace(need(CheckIn::create({&store, &clock, &random, &sodium, nullptr})));
    }

    SessionReason made() { return need(desk->set(closed_session(), details_of_it(), "host")).reason; }
    void approve() {
        REQUIRE(need(desk->submit("cd1", "host")).reason == SessionReason::None);
        REQUIRE(need(desk->approve("cd1", "boss")).state == SessionState::Approved);
    }
    Decision scan(std::string ticket, bool sign = false) {
        REQUIRE(door->reload());
        ScanRequest request;
        request.checkpoint = "cd1";
        request.code = std::move(ticket);
        if (sign)
            request.consents["nda"] = true;
        return need(door->scan(request)).decision;
    }

    FakeStore store;
    FakeClock clock;
    CountingRandom random;
    kiosk::crypto::Sodium sodium;
    std::optional<SessionDesk> desk;
    std::optional<CheckIn> door;
};

} // namespace

TEST_CASE("session_desk: from created to locked", "[app][sessions]") {
    Staffed at;
    REQUIRE(at.made() == SessionReason::None);
    CHECK(at.desk->config().session("cd1")->title.zh == "换库闭门会");
    CHECK(need(at.desk->invite("cd1", "A1", "host", "host")).invitation == InvitationStatus::Draft);
    CHECK(need(at.desk->submit("cd1", "lead")).state == SessionState::Submitted);
    CHECK(need(at.desk->approve("cd1", "lead")).reason == SessionReason::OwnSession);
    CHECK(need(at.desk->approve("cd1", "host")).reason == SessionReason::OwnSession); // who changed it last
    CHECK(need(at.desk->reject("cd1", "boss", "换个房间")).state == SessionState::Rejected);
    CHECK(need(at.desk->details("cd1")).standing.rejected_because == "换个房间");
    CHECK(need(at.desk->submit("cd1", "lead")).state == SessionState::Submitted);
    const auto batches = at.store.batch_sizes.size();
    CHECK(need(at.desk->approve("cd1", "boss")).state == SessionState::Approved);
    CHECK(at.store.batch_sizes.size() == batches + 1); // and the draft invitation in the same transaction
    CHECK(need(at.store.invitation("cd1", "A1"))->status == InvitationStatus::Approved);
    // After that, who may approve invites at once.
    CHECK(need(at.desk->invite("cd1", "B1", "", "boss")).invitation == InvitationStatus::Approved);
    CHECK(need(at.desk->invite("cd1", "B2", "guest", "host")).invitation == InvitationStatus::Draft);

    CHECK(need(at.desk->minutes("cd1", "谈了三件事", "nobody")).reason == SessionReason::NotAllowed);
    CHECK(need(at.desk->minutes("cd1", "", "host")).reason == SessionReason::TextMissing);
    CHECK(need(at.desk->minutes("cd1", "谈了三件事", "host")).reason == SessionReason::None);
    CHECK(need(at.desk->point("cd1", "谁先换", "boss")).reason == SessionReason::None);
    CHECK(need(at.desk->lock("cd1", "host")).state == SessionState::Locked);
    CHECK(need(at.desk->minutes("cd1", "改口", "boss")).reason == SessionReason::Locked);
    CHECK(need(at.desk->invite("cd1", "B3", "", "boss")).reason == SessionReason::Locked);
    CHECK(need(at.desk->revoke("cd1", "B1", "boss")).reason == SessionReason::Locked);
    CHECK(need(at.desk->set(closed_session(), details_of_it(), "boss")).reason == SessionReason::Locked);
    CHECK(need(at.desk->set_quota({"cd1", "X", 1, "guest", "boss"})).reason == SessionReason::Locked);
    const auto details = need(at.desk->details("cd1"));
    CHECK(details.standing.minutes == "谈了三件事");
    CHECK(details.standing.points == std::vector<std::string>{"谁先换"});
    CHECK(details.people.front().invitation.role == "host");
}

TEST_CASE("session_desk: nothing is written where the answer is no, or the disk is full", "[app][sessions]") {
    Staffed at;
    const auto before = at.store.operations.size();
    CHECK(need(at.desk->set(closed_session(), details_of_it(), "")).reason == SessionReason::StaffMissing);
    CHECK(need(at.desk->set(closed_session(), details_of_it(), "nobody")).reason == SessionReason::NotAllowed);
    CHECK(need(at.desk->submit("none", "boss")).reason == SessionReason::UnknownSession);
    auto open = closed_session();
    open.kind = "track";
    CHECK(need(at.desk->set(open, {}, "boss")).reason == SessionReason::NotClosedDoor);
    auto odd = closed_session("a/b");
    CHECK(at.desk->set(odd, {}, "boss").error().message_key == "error.session_id");
    odd = closed_session();
    odd.ends = odd.starts;
    CHECK(at.desk->set(odd, {}, "boss").error().message_key == "error.session_times");
    odd = closed_session();
    odd.minimum = 13;
    CHECK(at.desk->set(odd, {}, "boss").error().message_key == "error.session_size");
    at.store.fail_next_append = Error{ErrorCode::DiskFull, "error.disk_full", "", {}};
    CHECK(at.desk->set(closed_session(), details_of_it(), "boss").error().code == ErrorCode::DiskFull);
    CHECK(at.store.operations.size() == before);
    CHECK(at.desk->config().session("cd1") == nullptr);
}

TEST_CASE("session_desk: what was approved and is changed is a draft again", "[app][sessions]") {
    Staffed at;
    REQUIRE(at.made() == SessionReason::None);
    at.approve();
    auto changed = closed_session();
    changed.capacity = 20;
    CHECK(need(at.desk->set(changed, details_of_it(), "boss")).state == SessionState::Draft);
    CHECK(at.desk->config().session("cd1")->capacity == 20);
    CHECK(at.scan("A1").reason == Reason::NotInvited);
    REQUIRE(need(at.desk->invite("cd1", "A1", "", "boss")).invitation == InvitationStatus::Draft);
    REQUIRE(need(at.desk->submit("cd1", "host")).reason == SessionReason::None);
    CHECK(need(at.desk->approve("cd1", "boss")).reason == SessionReason::OwnSession);
    CHECK(need(at.desk->approve("cd1", "lead")).state == SessionState::Approved);
    CHECK(at.scan("A1", true).outcome == Outcome::Admitted);
}

TEST_CASE("session_desk: the door admits only who is approved, invited and has signed", "[app][sessions]") {
    Staffed at;
    REQUIRE(at.made() == SessionReason::None); // with a door of its own
    REQUIRE(need(at.desk->invite("cd1", "A1", "host", "boss")).reason == SessionReason::None);
    CHECK(at.scan("A1", true).reason == Reason::NotInvited); // a draft
    at.approve();
    CHECK(at.scan("B1").reason == Reason::NotInvited); // before the agreement
    CHECK(at.scan("A1").reason == Reason::NdaRequired);
    const auto admitted = at.scan("A1", true);
    CHECK(admitted.outcome == Outcome::Admitted);
    CHECK(at.store.scans().back().record.consents.at("nda"));
    CHECK(at.store.scans().back().record.nda_version == "v2");
    CHECK(confidential_session(at.store.operations.back()) == "cd1"); // other doors need not know who came
    CHECK(at.store.operations.back().body.find("保密条款") == std::string::npos);
    // Its screen names nobody, admitted or come again.
    kiosk::app::ResultSetting setting;
    setting.zone = &at.desk->config().event.timezone;
    setting.now = at.clock.now();
    setting.can_print_badge = true;
    CHECK(kiosk::app::result_view(admitted, setting).name == "王谷雨");
    setting.no_names = true;
    auto view = kiosk::app::result_view(admitted, setting);
    CHECK(view.name.empty());
    CHECK(view.organisation.empty());
    CHECK(view.title.key == "result.admitted.title_no_name");
    CHECK_FALSE(view.can_print_badge);
    const auto again = at.scan("A1");
    CHECK(again.outcome == Outcome::Repeat);
    CHECK(kiosk::app::result_view(again, setting).name.empty());
    const auto details = need(at.desk->details("cd1"));
    CHECK(details.inside == 1);
    CHECK(details.quorum == Quorum::Few);

    REQUIRE(need(at.desk->revoke("cd1", "A1", "boss")).invitation == InvitationStatus::Revoked);
    CHECK(need(at.desk->revoke("cd1", "B3", "boss")).reason == SessionReason::NotInvited);
    CHECK(at.scan("A1").reason == Reason::NotInvited);
}

TEST_CASE("session_desk: whoever signed an older agreement signs the new one", "[app][sessions]") {
    Staffed at;
    REQUIRE(at.made() == SessionReason::None);
    for (const auto* ticket : {"A1", "B1"})
        REQUIRE(need(at.desk->invite("cd1", ticket, "", "boss")).reason == SessionReason::None);
    at.approve();
    REQUIRE(at.scan("A1", true).outcome == Outcome::Admitted);
    const auto leave_and_come = [&](bool sign) {
        ScanRequest out;
        out.checkpoint = "cd1";
        out.code = "A1";
        out.direction = Direction::Exit;
        REQUIRE(need(at.door->scan(out)).decision.outcome == Outcome::Admitted);
        return at.scan("A1", sign);
    };
    CHECK(leave_and_come(false).outcome == Outcome::Admitted); // the same text: once is enough
    // Another title needs no new signature, another text does.
    auto details = details_of_it();
    details.title = {"换库闭门会（二）", ""};
    REQUIRE(need(at.desk->set(closed_session(), details, "host")).reason == SessionReason::None);
    at.approve();
    CHECK(leave_and_come(false).outcome == Outcome::Admitted);
    details.nda_text = {"新的保密条款", "Keep it well"};
    details.nda_version = "v3";
    REQUIRE(need(at.desk->set(closed_session(), details, "host")).reason == SessionReason::None);
    at.approve();
    CHECK(leave_and_come(false).reason == Reason::NdaRequired);
    CHECK(at.scan("A1", true).outcome == Outcome::Admitted);
    CHECK(at.store.scans().back().record.nda_version == "v3");
    CHECK(leave_and_come(false).outcome == Outcome::Admitted);
    CHECK(at.scan("B1").reason == Reason::NdaRequired);
}

TEST_CASE("session_desk: whoever is invited answers for themselves", "[app][sessions]") {
    Staffed at;
    REQUIRE(at.made() == SessionReason::None);
    REQUIRE(need(at.desk->invite("cd1", "A1", "host", "boss")).reason == SessionReason::None);
    CHECK(need(at.desk->answer("cd1", "A1", true)).reason == SessionReason::NotInvited); // nobody has approved it
    CHECK(need(at.desk->open_invitations("A1")).empty());
    at.approve();
    REQUIRE(need(at.desk->open_invitations("A1")).size() == 1);
    CHECK(need(at.desk->open_invitations("B1")).empty());
    CHECK(need(at.desk->answer("cd1", "B1", true)).reason == SessionReason::NotInvited);
    CHECK(need(at.desk->answer("cd1", "A1", true)).invitation == InvitationStatus::Accepted);
    CHECK(confidential_session(at.store.operations.back()) == "cd1");
    CHECK(need(at.desk->open_invitations("A1")).empty());
    CHECK(at.scan("A1", true).outcome == Outcome::Admitted);
    // Not after all: then its door does not admit them, until staff invite them again.
    CHECK(need(at.desk->answer("cd1", "A1", false)).invitation == InvitationStatus::Declined);
    CHECK(need(at.desk->answer("cd1", "A1", true)).reason == SessionReason::WrongState);
    CHECK(at.scan("A1").reason == Reason::NotInvited);
    CHECK(need(at.desk->details("cd1")).people.front().invitation.status == InvitationStatus::Declined);
    CHECK(need(at.desk->invite("cd1", "A1", "", "boss")).invitation == InvitationStatus::Approved);
    CHECK(need(at.desk->open_invitations("A1")).size() == 1);
    REQUIRE(need(at.desk->revoke("cd1", "A1", "boss")).invitation == InvitationStatus::Revoked);
    CHECK(need(at.desk->answer("cd1", "A1", true)).reason == SessionReason::NotInvited);
    CHECK(at.scan("A1").reason == Reason::NotInvited);
    REQUIRE(need(at.desk->invite("cd1", "B1", "", "boss")).reason == SessionReason::None);
    REQUIRE(need(at.desk->cancel("cd1", "boss", "")).reason == SessionReason::None);
    CHECK(need(at.desk->answer("cd1", "B1", true)).reason == SessionReason::CancelledSession);
    CHECK(need(at.desk->open_invitations("B1")).empty());
}

TEST_CASE("session_desk: an organisation without seats is like any other", "[app][sessions]") {
    Staffed at;
    REQUIRE(at.made() == SessionReason::None);
    REQUIRE(need(at.desk->set_quota({"cd1", "松果示例软件", 1, "guest", "boss"})).reason == SessionReason::None);
    REQUIRE(need(at.desk->invite("cd1", "B1", "", "host")).reason == SessionReason::None);
    CHECK(need(at.desk->invite("cd1", "B2", "", "host")).reason == SessionReason::TooManySeats);
    REQUIRE(need(at.desk->set_quota({"cd1", "松果示例软件", 0, "guest", "boss"})).reason == SessionReason::None);
    CHECK(need(at.desk->details("cd1")).quotas.empty());
    CHECK(need(at.desk->invite("cd1", "B2", "", "host")).reason == SessionReason::None);
}

TEST_CASE("session_desk: a cancelled session closes its door and says so", "[app][sessions]") {
    Staffed at;
    REQUIRE(at.made() == SessionReason::None);
    REQUIRE(need(at.desk->invite("cd1", "A1", "host", "boss")).reason == SessionReason::None);
    at.approve();
    CHECK(need(at.desk->cancel("cd1", "host", "")).reason == SessionReason::NotAllowed);
    CHECK(need(at.desk->cancel("cd1", "boss", "主讲人来不了")).reason == SessionReason::None);
    const auto refused = at.scan("A1", true);
    CHECK(refused.reason == Reason::Closed);
    CHECK(refused.explanation.key == "explanation.session_cancelled");
    kiosk::app::ResultSetting setting;
    setting.zone = &at.desk->config().event.timezone;
    setting.now = at.clock.now();
    setting.no_names = true;
    CHECK(kiosk::app::result_view(refused, setting).title.key == "result.session_cancelled.title");
    CHECK(need(at.desk->invite("cd1", "B1", "", "boss")).reason == SessionReason::CancelledSession);
    CHECK(need(at.desk->submit("cd1", "boss")).reason == SessionReason::CancelledSession);
}

TEST_CASE("session_desk: invitations", "[app][sessions]") {
    Staffed at;
    REQUIRE(at.made() == SessionReason::None);
    CHECK(need(at.desk->invite("cd1", "ZZ", "", "boss")).reason == SessionReason::UnknownPerson);
    CHECK(at.desk->invite("cd1", "A1", "king", "boss").error().message_key == "error.session_role");
    CHECK(need(at.desk->invite("cd1", "A1", "", "")).reason == SessionReason::StaffMissing);
    CHECK(need(at.desk->invite("cd1", "A1", "", "anybody")).invitation == InvitationStatus::Draft);
    CHECK(need(at.desk->invite("cd1", "A1", "", "boss")).reason == SessionReason::AlreadyInvited);
    CHECK(need(at.desk->invite("cd1", "A1", "observer", "boss")).reason == SessionReason::None); // another role
    CHECK(need(at.store.invitation("cd1", "A1"))->role == "observer");
    at.approve();
    CHECK(need(at.desk->invite("cd1", "A1", "", "boss")).reason == SessionReason::AlreadyInvited);
    CHECK(need(at.desk->invite("cd1", "A1", "host", "anybody")).reason == SessionReason::AlreadyInvited);
    CHECK(need(at.store.invitation("cd1", "A1"))->status == InvitationStatus::Approved);

    // Who accepted stays so.
    REQUIRE(at.store.add(make_invitation({"cd1", "B1", "guest", InvitationStatus::Accepted, true})));
    const auto again = need(at.desk->invite("cd1", "B1", "", "anybody"));
    CHECK(again.reason == SessionReason::None);
    CHECK(again.invitation == InvitationStatus::Accepted);
    // Who was revoked may be invited again, and need not sign again.
    REQUIRE(need(at.desk->revoke("cd1", "B1", "boss")).invitation == InvitationStatus::Revoked);
    CHECK(need(at.desk->invite("cd1", "B1", "", "boss")).invitation == InvitationStatus::Approved);
    CHECK(at.scan("B1").outcome == Outcome::Admitted);
}

TEST_CASE("session_desk: an organisation has so many seats, however it is spelt", "[app][sessions]") {
    Staffed at;
    REQUIRE(at.made() == SessionReason::None);
    CHECK(need(at.desk->set_quota({"cd1", "松果示例软件", 2, "guest", "nobody"})).reason == SessionReason::NotAllowed);
    CHECK(at.desk->set_quota({"cd1", " ", 2, "guest", "boss"}).error().message_key == "error.session_quota");
    REQUIRE(need(at.desk->set_quota({"cd1", "松果示例软件", 2, "guest", "boss"})).reason == SessionReason::None);
    CHECK(need(at.desk->invite("cd1", "B1", "", "host")).reason == SessionReason::None);
    CHECK(need(at.desk->invite("cd1", "B2", "", "host")).reason == SessionReason::None);
    CHECK(need(at.desk->invite("cd1", "B3", "", "host")).reason == SessionReason::TooManySeats);
    CHECK(need(at.desk->invite("cd1", "A1", "", "host")).reason == SessionReason::None); // of another one
    REQUIRE(need(at.desk->revoke("cd1", "B1", "host")).reason == SessionReason::None);
    CHECK(need(at.desk->invite("cd1", "B3", "", "host")).reason == SessionReason::None);
    CHECK(need(at.desk->invite("cd1", "B1", "", "host")).reason == SessionReason::TooManySeats);
    REQUIRE(need(at.desk->set_quota({"cd1", "松果示例软件 ", 3, "guest", "boss"})).reason == SessionReason::None);
    CHECK(need(at.store.quotas("cd1")).size() == 1);
    CHECK(need(at.desk->invite("cd1", "B1", "", "host")).reason == SessionReason::None);
}

TEST_CASE("session_desk: an act that would come before those of a clock that is ahead is not made", "[app][sessions]") {
    Staffed at;
    REQUIRE(at.made() == SessionReason::None);
    REQUIRE(need(at.desk->submit("cd1", "host")).reason == SessionReason::None);
    // The store has stamped these an hour after what the desk's clock says; on their own device that is no matter.
    at.clock.at = at.store.now - hour_ms;
    CHECK(need(at.desk->reject("cd1", "boss", "")).reason == SessionReason::None);
    CHECK(need(at.desk->submit("cd1", "host")).reason == SessionReason::None);
    at.store.rename("k2");
    const auto refused = at.desk->approve("cd1", "boss");
    REQUIRE_FALSE(refused);
    CHECK(refused.error().message_key == "error.session_clock");
    CHECK(refused.error().context == "k1");
}
