// SPDX-License-Identifier: Apache-2.0
// Closed sessions as values: what is written is read back, acts in any order make the same, who may do what, what staff
// are warned of, and which operations are confidential.
#include "support/catch.hpp"
#include "support/operations.hpp"

#include "core/closed_sessions.hpp"
#include "core/leads.hpp"
#include "core/records.hpp"

#include <algorithm>
#include <random>

using namespace kiosk::core;
using kiosk::test::unsealed;

namespace {

constexpr Instant start{1'795'161'600'000}; // 2026-11-20 16:00 +08:00

EventConfig demo() {
    EventConfig config;
    config.event.code = "DEMO";
    config.event.type = "salon";
    config.event.starts = start;
    Session closed;
    closed.id = "cd1";
    closed.kind = "closed_door";
    closed.starts = start;
    closed.ends = start + hour_ms;
    closed.capacity = 3;
    closed.minimum = 2;
    closed.nda = true;
    Session other = closed;
    other.id = "cd2";
    other.starts = start + 30 * minute_ms;
    Session track;
    track.id = "track";
    track.kind = "track";
    config.sessions = {closed, other, track};
    config.staff = {{"boss", "", {"organizer"}, ""}, {"lead", "", {"station_lead"}, ""}, {"host", "", {"session_host"}, ""},
                    {"desk", "", {"desk"}, ""}};
    return config;
}

StoredSessionAct stored(std::uint64_t at, SessionAct act, std::string staff, std::string text = {}) {
    return {{"k1", "1", at}, Hlc{at << 16}, {"cd1", act, std::move(staff), start, std::move(text)}};
}

SessionReason ask(const SessionStanding& standing, SessionAct act, std::string staff, std::string text = {}) {
    return may_act(demo(), "cd1", standing, {"cd1", act, std::move(staff), start, std::move(text)});
}

SessionStanding in(SessionState state, std::string creator = {}) {
    SessionStanding standing;
    standing.state = state;
    standing.creator = std::move(creator);
    return standing;
}

InvitedPerson guest(std::string ticket, std::string organisation, std::string phone = "10000001234") {
    InvitedPerson person;
    person.invitation = {"cd1", ticket, "guest", InvitationStatus::Approved, false};
    person.registration.ticket = std::move(ticket);
    person.registration.person.organisation = std::move(organisation);
    person.registration.person.phone = std::move(phone);
    return person;
}

std::vector<SessionWarning> warnings(const Session& session, const PrivateSession& details,
                                     const std::vector<InvitedPerson>& people, const std::vector<Invitation>& others = {}) {
    return session_warnings(demo(), session, details, people, others);
}

std::ptrdiff_t count(const std::vector<SessionWarning>& told, SessionWarning::Kind kind) {
    return std::ranges::count(told, kind, &SessionWarning::kind);
}

PrivateSession complete() {
    PrivateSession details;
    details.session = "cd1";
    details.title = {"换库闭门会", "On leaving O"};
    details.host = "A1";
    details.host_org = "青屿示例银行";
    details.note_taker = "A2";
    details.level = Confidentiality::Strict;
    details.nda_text = {"保密条款", "Keep it to yourself"};
    details.nda_version = "2026-11";
    details.rivals = {"松果示例软件", "白鹭示例集成"};
    details.by = "boss";
    details.at = start;
    return details;
}

} // namespace

TEST_CASE("closed_sessions: the private part is read back; its words are apart from what is hashed", "[core][sessions]") {
    const auto operation = unsealed(make_private_session(complete()));
    for (const auto* secret : {"换库闭门会", "leaving", "保密条款", "青屿", "松果"}) {
        CHECK(operation.body.find(secret) == std::string::npos);
        CHECK(operation.personal.find(secret) != std::string::npos);
    }
    CHECK(operation.subject == "cd1"); // whose erasure takes it away
    const auto read = decode_private_session(operation);
    REQUIRE(read);
    CHECK(read->title.en == "On leaving O");
    CHECK(read->host == "A1");
    CHECK(read->host_org == "青屿示例银行");
    CHECK(read->note_taker == "A2");
    CHECK(read->level == Confidentiality::Strict);
    CHECK(read->nda_text.zh == "保密条款");
    CHECK(read->nda_version == "2026-11");
    CHECK(read->rivals == complete().rivals);
    CHECK(read->by == "boss");
    CHECK(read->at == start);
    CHECK(make_private_session(*read).body == operation.body);

    auto erased = operation;
    erased.personal.clear();
    const auto rest = decode_private_session(erased);
    REQUIRE(rest);
    CHECK(rest->title.zh.empty());
    CHECK(rest->host == "A1");
}

TEST_CASE("closed_sessions: acts and quotas are read back, and what is out of bounds is not", "[core][sessions]") {
    const SessionActRecord point{"cd1", SessionAct::Point, "host", start, "谁先换"};
    const auto act = decode_session_act(unsealed(make_session_act(point)));
    REQUIRE(act);
    CHECK(act->act == SessionAct::Point);
    CHECK(act->staff == "host");
    CHECK(act->text == "谁先换");
    CHECK(make_session_act(point).body.find("谁先换") == std::string::npos);

    const auto quota = decode_quota(unsealed(make_quota({"cd1", "松果示例软件", 3, "observer", "boss"})));
    REQUIRE(quota);
    CHECK(quota->organisation == "松果示例软件");
    CHECK(quota->seats == 3);
    CHECK(quota->role == "observer");
    CHECK(quota->by == "boss");

    auto wrong = unsealed(make_session_act(point));
    wrong.body = R"({"act":"dance","session":"cd1"})";
    CHECK_FALSE(decode_session_act(wrong));
    wrong.body = R"({"session":"cd1"})";
    CHECK_FALSE(decode_session_act(wrong));
    wrong.body = R"({"act":"point"})";
    CHECK_FALSE(decode_session_act(wrong));
    std::string long_text;
    for (std::size_t i = 0; i < max_session_text; ++i)
        long_text += "字";
    CHECK(decode_session_act(unsealed(make_session_act({"cd1", SessionAct::Minutes, "host", start, long_text}))));
    CHECK_FALSE(decode_session_act(unsealed(make_session_act({"cd1", SessionAct::Minutes, "host", start, long_text + "字"}))));
    CHECK_FALSE(decode_quota(unsealed(make_quota({"cd1", "X", -1, "guest", ""}))));
    CHECK_FALSE(decode_quota(unsealed(make_quota({"cd1", "X", 10'001, "guest", ""}))));
    auto details = complete();
    details.rivals.assign(201, "X");
    CHECK_FALSE(decode_private_session(unsealed(make_private_session(details))));
    details = complete();
    details.session = std::string(201, 'x');
    CHECK_FALSE(decode_private_session(unsealed(make_private_session(details))));
}

TEST_CASE("closed_sessions: acts make the same in whatever order they arrive", "[core][sessions]") {
    std::vector<StoredSessionAct> acts{
        stored(1, SessionAct::Submit, "desk"),       stored(2, SessionAct::Reject, "boss", "太挤"),
        stored(3, SessionAct::Submit, "desk"),       stored(4, SessionAct::Approve, "desk"), // not for its creator
        stored(5, SessionAct::Minutes, "host", "早"), // not before it is approved
        stored(6, SessionAct::Approve, "lead"),      stored(7, SessionAct::Minutes, "host", "初稿"),
        stored(8, SessionAct::Point, "host", "一"),   stored(9, SessionAct::Point, "boss", "二"),
        stored(10, SessionAct::Minutes, "boss", "定稿"), stored(11, SessionAct::Lock, "host"),
        stored(12, SessionAct::Minutes, "boss", "晚了")};
    std::mt19937 dice(7);
    for (int round = 0; round < 50; ++round) {
        std::ranges::shuffle(acts, dice);
        const auto standing = fold_session(demo(), acts);
        CHECK(standing.state == SessionState::Locked);
        CHECK(standing.creator == "desk");
        CHECK(standing.approver == "lead");
        CHECK(standing.minutes == "定稿");
        CHECK(standing.minutes_by == "boss");
        CHECK(standing.points == std::vector<std::string>{"一", "二"});
        CHECK(standing.rejected_because.empty());
        CHECK_FALSE(standing.cancelled);
    }
}

TEST_CASE("closed_sessions: what was changed is a draft again, and its editor can't approve it", "[core][sessions]") {
    std::vector<StoredSessionAct> acts{stored(1, SessionAct::Change, "boss"), stored(2, SessionAct::Submit, "desk")};
    CHECK(fold_session(demo(), acts).state == SessionState::Submitted);
    acts.push_back(stored(3, SessionAct::Approve, "boss"));
    CHECK(fold_session(demo(), acts).state == SessionState::Submitted);
    acts.push_back(stored(4, SessionAct::Approve, "lead"));
    CHECK(fold_session(demo(), acts).state == SessionState::Approved);
    acts.push_back(stored(5, SessionAct::Change, "desk")); // whose role doesn't let them
    CHECK(fold_session(demo(), acts).state == SessionState::Approved);
    acts.push_back(stored(6, SessionAct::Change, "host"));
    const auto standing = fold_session(demo(), acts);
    CHECK(standing.state == SessionState::Draft);
    CHECK(standing.editor == "host");
    CHECK(standing.approver.empty());
    // An approval of what was not seen yet, later by its clock than the change, approves nothing.
    acts.push_back(stored(7, SessionAct::Approve, "lead"));
    CHECK(fold_session(demo(), acts).state == SessionState::Draft);
}

TEST_CASE("closed_sessions: who may do what, and when", "[core][sessions]") {
    using enum SessionAct;
    const auto submitted = in(SessionState::Submitted, "boss");
    CHECK(ask(in(SessionState::Draft), Submit, "anybody") == SessionReason::None);
    CHECK(ask(in(SessionState::Rejected), Submit, "desk") == SessionReason::None);
    CHECK(ask(submitted, Submit, "desk") == SessionReason::WrongState);
    CHECK(ask(in(SessionState::Draft), Submit, "") == SessionReason::StaffMissing);
    CHECK(ask(submitted, Approve, "boss") == SessionReason::OwnSession);
    CHECK(ask(submitted, Reject, "boss") == SessionReason::OwnSession);
    CHECK(ask(submitted, Approve, "desk") == SessionReason::NotAllowed);
    CHECK(ask(submitted, Approve, "host") == SessionReason::NotAllowed);
    CHECK(ask(submitted, Approve, "lead") == SessionReason::None);
    CHECK(ask(in(SessionState::Draft), Approve, "lead") == SessionReason::WrongState);

    const auto approved = in(SessionState::Approved, "boss");
    CHECK(ask(approved, Minutes, "host", "记录") == SessionReason::None);
    CHECK(ask(approved, Minutes, "boss", "记录") == SessionReason::None);
    CHECK(ask(approved, Minutes, "desk", "记录") == SessionReason::NotAllowed);
    CHECK(ask(approved, Minutes, "host", " \n") == SessionReason::TextMissing);
    CHECK(ask(approved, Point, "host", std::string(20'001, 'x')) == SessionReason::TextTooLong);
    CHECK(ask(submitted, Minutes, "host", "记录") == SessionReason::WrongState);
    CHECK(ask(submitted, Lock, "host") == SessionReason::WrongState);
    CHECK(ask(approved, Lock, "desk") == SessionReason::NotAllowed);
    CHECK(ask(approved, Lock, "host") == SessionReason::None);
    CHECK(ask(approved, Cancel, "host") == SessionReason::NotAllowed);
    CHECK(ask(approved, Cancel, "boss") == SessionReason::None);
    for (const auto act : {Submit, Approve, Reject, Minutes, Point, Lock, Cancel, Change})
        CHECK(ask(in(SessionState::Locked), act, "boss", "x") == SessionReason::Locked);
    auto cancelled = approved;
    cancelled.cancelled = true;
    CHECK(ask(cancelled, Minutes, "boss", "x") == SessionReason::CancelledSession);

    const SessionActRecord submit{"", Submit, "desk", start, {}};
    CHECK(may_act(demo(), "none", {}, submit) == SessionReason::UnknownSession);
    CHECK(may_act(demo(), "track", {}, submit) == SessionReason::NotClosedDoor);
    CHECK(may_invite(demo(), "cd1", approved, "") == SessionReason::StaffMissing);
    CHECK(may_invite(demo(), "cd1", in(SessionState::Locked), "boss") == SessionReason::Locked);
    CHECK(may_invite(demo(), "cd1", approved, "desk") == SessionReason::None);
    CHECK(invitation_status(demo(), approved, "desk") == InvitationStatus::Draft);
    CHECK(invitation_status(demo(), approved, "lead") == InvitationStatus::Approved);
    CHECK(invitation_status(demo(), submitted, "lead") == InvitationStatus::Draft);
    CHECK(to_string(SessionReason::OwnSession) == "own_session");
    CHECK(to_string(SessionReason::TextTooLong) == "text_too_long");
    CHECK(to_string(SessionReason::None).empty());
}

TEST_CASE("closed_sessions: staff are warned", "[core][sessions]") {
    using Kind = SessionWarning::Kind;
    const auto config = demo();
    const auto& session = *config.session("cd1");
    const std::vector good{guest("A1", "青屿示例银行"), guest("A2", "橙湾示例大学")};
    CHECK(warnings(session, complete(), good).empty());

    auto details = complete();
    details.nda_text = {};
    details.host.clear();
    auto told = warnings(session, details, {guest("A1", "", "")});
    CHECK(count(told, Kind::NoNdaText) == 1);
    CHECK(count(told, Kind::NoHost) == 1);
    CHECK(count(told, Kind::UnderMinimum) == 1);
    CHECK(count(told, Kind::MissingContact) == 1);
    CHECK(count(told, Kind::Rivals) == 0);

    told = warnings(session, complete(), {guest("A1", "青屿示例银行"), guest("A2", "X"), guest("A3", "Y"), guest("A4", "Z")});
    REQUIRE(told.size() == 1);
    CHECK(told.front().kind == Kind::OverMaximum);
    CHECK(told.front().other == "4");

    // One rival beside the host's organisation; without one, two of them.
    told = warnings(session, complete(), {guest("A1", "Ｘ"), guest("B1", "松果示例软件"), guest("B2", " 松果示例软件 ")});
    REQUIRE(count(told, Kind::Rivals) == 1);
    CHECK(told.front().tickets == std::vector<std::string>{"B1", "B2"});
    CHECK(told.front().other == "松果示例软件");
    details = complete();
    details.host_org.clear();
    CHECK(count(warnings(session, details, {guest("A1", "X"), guest("B1", "松果示例软件")}), Kind::Rivals) == 0);
    CHECK(count(warnings(session, details, {guest("B1", "松果示例软件"), guest("C1", "白鹭示例集成")}), Kind::Rivals) == 2);

    // Times that touch are no clash; who declined is expected nowhere.
    auto busy = good;
    Booking booking;
    booking.request.uid = "b1";
    booking.request.unit = "T1";
    booking.request.starts = start + 30 * minute_ms;
    booking.request.ends = start + 2 * hour_ms;
    booking.stage = BookingStage::Confirmed;
    Booking before = booking;
    before.request.uid = "b0";
    before.request.starts = start - hour_ms;
    before.request.ends = start;
    busy[1].bookings = {before, booking};
    told = warnings(session, complete(), busy);
    REQUIRE(told.size() == 1);
    CHECK(told.front().kind == Kind::Clash);
    CHECK(told.front().tickets == std::vector<std::string>{"A2"});
    CHECK(told.front().other == "b1");
    busy[1].bookings[1].stage = BookingStage::Cancelled;
    CHECK(warnings(session, complete(), busy).empty());

    std::vector<Invitation> others{{"cd2", "A2", "guest", InvitationStatus::Accepted, false}};
    told = warnings(session, complete(), good, others);
    REQUIRE(told.size() == 1);
    CHECK(told.front().other == "cd2");
    others[0].status = InvitationStatus::Revoked;
    CHECK(warnings(session, complete(), good, others).empty());
}

TEST_CASE("closed_sessions: an answer counts after the word of staff, in whatever order both arrive", "[core][sessions]") {
    const auto answer = [](std::uint64_t seq, std::int64_t ms, SessionAct act, std::string ticket = "A1") {
        StoredSessionAct stored;
        stored.id = {"k1", "1", seq};
        stored.hlc = Hlc{static_cast<std::uint64_t>(ms) << 16};
        stored.record = {"cd1", act, "", Instant{ms}, "", std::move(ticket)};
        return stored;
    };
    const auto at = [](std::uint64_t ms) { return Hlc{ms << 16}; };
    const auto invited = [](InvitationStatus status) { return Invitation{"cd1", "A1", "guest", status, false}; };
    std::vector acts{answer(1, 1000, SessionAct::Decline), answer(2, 3000, SessionAct::Accept), answer(3, 2000, SessionAct::Decline),
                     answer(4, 9000, SessionAct::Decline, "B1")};
    CHECK(answered(invited(InvitationStatus::Approved), at(500), acts) == InvitationStatus::Accepted);
    std::ranges::reverse(acts);
    CHECK(answered(invited(InvitationStatus::Approved), at(500), acts) == InvitationStatus::Accepted);
    CHECK(answered(invited(InvitationStatus::Accepted), at(500), acts) == InvitationStatus::Accepted);
    CHECK(answered(invited(InvitationStatus::Approved), at(3000), acts) == InvitationStatus::Approved); // invited again
    // What staff took back, or have not approved, no answer makes good.
    for (const auto status : {InvitationStatus::Revoked, InvitationStatus::Draft, InvitationStatus::Declined})
        CHECK(answered(invited(status), at(500), acts) == status);
    // It moves nothing of the session itself, whoever is named as having said it.
    acts.front().record.staff = "boss";
    CHECK(fold_session(demo(), acts).state == SessionState::Draft);
    const auto draft = make_session_act(answer(1, 1000, SessionAct::Accept).record);
    Operation operation;
    operation.kind = draft.kind;
    operation.subject = draft.subject;
    operation.body = draft.body;
    const auto read = decode_session_act(operation);
    REQUIRE(read);
    CHECK(read->act == SessionAct::Accept);
    CHECK(read->ticket == "A1");
    CHECK(confidential_session(operation) == "cd1");
}

TEST_CASE("closed_sessions: the quorum light", "[core][sessions]") {
    const auto config = demo();
    auto session = *config.session("cd1"); // two to three people
    CHECK(quorum_of(session, 1) == Quorum::Few);
    CHECK(quorum_of(session, 2) == Quorum::Enough);
    CHECK(quorum_of(session, 3) == Quorum::Full);
    session.minimum.reset();
    CHECK(quorum_of(session, 0) == Quorum::Few);
    CHECK(quorum_of(session, 1) == Quorum::Enough);
    session.capacity.reset();
    CHECK(quorum_of(session, 1000) == Quorum::Enough);
}

TEST_CASE("closed_sessions: confidential operations are told by themselves", "[core][sessions]") {
    CHECK(confidential_session(unsealed(make_private_session(complete()))) == "cd1");
    CHECK(confidential_session(unsealed(make_session_act({"cd1", SessionAct::Submit, "boss", start, {}}))) == "cd1");
    CHECK(confidential_session(unsealed(make_quota({"cd1", "X", 1, "guest", ""}))) == "cd1");
    CHECK(confidential_session(unsealed(make_invitation({"cd1", "A1", "guest", InvitationStatus::Draft, false}))) == "cd1");
    Operation operation;
    for (const auto* kind : {"booking.request", "booking.act", "lead.set", "note", "scan"}) {
        operation.kind = kind;
        operation.body = R"({"confidential":"cd1","uid":"x"})";
        CHECK(confidential_session(operation) == "cd1");
        operation.body = R"({"uid":"x"})";
        CHECK(confidential_session(operation).empty());
        operation.body = R"({"about":"\"confidential\""})";
        CHECK(confidential_session(operation).empty());
    }
    operation.kind = "config.set";
    operation.body = R"({"confidential":"cd1"})";
    CHECK(confidential_session(operation).empty());
    operation.kind = "session.set";
    operation.body = "no JSON";
    CHECK(confidential_session(operation).empty());
}

TEST_CASE("closed_sessions: no configuration document says what one is about", "[core][sessions]") {
    auto config = demo();
    config.sessions[0].title = {"换库闭门会", "On leaving O"};
    config.sessions[0].public_title = {"内部会议", "Private meeting"};
    config.sessions[0].room = {"三号厅", "Room 3"};
    config.sessions[2].title = {"分论坛", "Track"};
    const auto documents = config_documents(config);
    for (const auto& document : documents) {
        CHECK(document.doc.find("换库闭门会") == std::string::npos);
        CHECK(document.doc.find("leaving") == std::string::npos);
    }
    const auto read = assemble_config(documents);
    REQUIRE(read);
    CHECK(read->session("cd1")->shown_title().zh == "内部会议");
    CHECK(read->session("cd1")->minimum == 2);
    CHECK(read->session("cd1")->room.en == "Room 3");
    CHECK(read->session("track")->title.zh == "分论坛");
}
