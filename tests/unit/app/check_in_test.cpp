// SPDX-License-Identifier: Apache-2.0
// One test per outcome and reason, through the service that the window, kioskctl and replay call.
#include "app/check_in.hpp"

#include "crypto/crypto.hpp"
#include "support/catch.hpp"
#include "support/fake_store.hpp"
#include "support/fakes.hpp"

using namespace kiosk;
using core::Direction;
using core::Outcome;
using core::Reason;

namespace {

constexpr std::int64_t minute = core::minute_ms;

core::Registration person(std::string ticket, std::string name, std::string phone = "10000005678") {
    core::Registration registration;
    registration.uid = "uid-" + ticket + "-" + name;
    registration.ticket = std::move(ticket);
    registration.ticket_type = "std";
    registration.person.name = std::move(name);
    registration.person.phone = std::move(phone);
    return registration;
}

class StubPlugin final : public core::AdmissionPlugin {
public:
    core::PluginVerdict verdict;
    int asked = 0;
    core::PluginVerdict decide(const core::PluginQuery&) override {
        ++asked;
        return verdict;
    }
};

// An event with one door, two people, and whatever a test changes before open().
struct Hall {
    test::FakeStore store;
    test::FakeClock clock;
    test::CountingRandom random;
    crypto::Sodium sodium;
    StubPlugin plugin;
    core::EventConfig config;
    crypto::KeyPair keys = crypto::make_key_pair();
    std::optional<app::CheckIn> check_in;

    Hall() {
        REQUIRE(crypto::initialise());
        config.event.code = "DEMO";
        config.event.type = "salon";
        config.event.starts = clock.at - 5 * minute;
        config.event.timezone = *core::TimeZone::create("Asia/Shanghai");
        config.ticket_types = {{"std", {"标准票", "Standard"}}, {"vip", {"贵宾票", "VIP"}}};
        config.keys = {{1, keys.public_key, ""}};
        config.staff = {{"boss-1", "站长", {"organizer"}, ""}};
        core::Checkpoint door;
        door.id = "main";
        config.checkpoints = {door};
    }
    core::Checkpoint& door() { return config.checkpoints.front(); }
    void add(const core::Registration& registration) { REQUIRE(store.add(core::make_registration(registration))); }
    void open() {
        REQUIRE(store.add(config));
        auto made = app::CheckIn::create({&store, &clock, &random, &sodium, &plugin});
        REQUIRE(made);
        check_in = std::move(*made);
    }
    core::ScanRequest request(std::string code) {
        core::ScanRequest made;
        made.checkpoint = "main";
        made.code = std::move(code);
        return made;
    }
    app::ScanResult scan(const core::ScanRequest& made) {
        auto result = check_in->scan(made);
        REQUIRE(result);
        return *result;
    }
    core::Decision scan(std::string code) { return scan(request(std::move(code))).decision; }
    core::Decision leave(std::string code) {
        auto made = request(std::move(code));
        made.direction = Direction::Exit;
        return scan(made).decision;
    }
    core::Decision force(std::string code) {
        auto made = request(std::move(code));
        made.override_by = core::Override{"desk-1", "认识本人"};
        return scan(made).decision;
    }
    std::string ticket(std::string code, std::string event = "DEMO", int key = 1) {
        core::SignedTicket made;
        made.key_id = key;
        made.event = std::move(event);
        made.ticket = std::move(code);
        auto text = core::encode_ticket(made, keys.seed, sodium);
        REQUIRE(text);
        return *text;
    }
};

void check(const core::Decision& decision, Outcome outcome, Reason reason = Reason::None) {
    CHECK(core::to_string(decision.outcome) == core::to_string(outcome));
    CHECK(core::to_string(decision.reason) == core::to_string(reason));
}

} // namespace

TEST_CASE("check_in: a good ticket is admitted and saved as one operation", "[app][admission]") {
    Hall hall;
    hall.add(person("A1B2C3", "王谷雨"));
    hall.open();
    const auto before = hall.store.operations.size();
    const auto result = hall.scan(hall.request("A1B2C3"));
    check(result.decision, Outcome::Admitted);
    CHECK(result.decision.registration->person.name == "王谷雨");
    CHECK(result.saved);
    CHECK(hall.store.operations.size() == before + 1);
}

TEST_CASE("check_in: nothing is admitted when it can't be saved", "[app][admission]") {
    Hall hall;
    hall.add(person("A1B2C3", "王谷雨"));
    hall.open();
    hall.store.fail_next_append = core::Error{core::ErrorCode::DiskFull, "error.disk_full", "", {}};
    const auto failed = hall.check_in->scan(hall.request("A1B2C3"));
    REQUIRE_FALSE(failed);
    CHECK(failed.error().code == core::ErrorCode::DiskFull);
    check(hall.scan("A1B2C3"), Outcome::Admitted); // and it was not counted
}

TEST_CASE("check_in: a second scan is a repeat that keeps the first time", "[app][admission]") {
    Hall hall;
    hall.add(person("A1B2C3", "王谷雨"));
    hall.open();
    const auto first = hall.clock.at;
    check(hall.scan("A1B2C3"), Outcome::Admitted);
    hall.clock.at = first + minute;
    check(hall.scan("A1B2C3"), Outcome::Repeat, Reason::AlreadyIn);
    hall.clock.at = first + 2 * minute;
    const auto third = hall.scan("A1B2C3");
    check(third, Outcome::Repeat, Reason::AlreadyIn);
    CHECK(third.first_at == first);
}

TEST_CASE("check_in: codes that are no ticket here", "[app][admission]") {
    Hall hall;
    hall.add(person("A1B2C3", "王谷雨"));
    hall.add(person("TWICE", "李白露"));
    hall.add(person("TWICE", "解惊蛰"));
    REQUIRE(hall.store.add(core::make_revocation("GONE")));
    hall.open();
    check(hall.scan("NOBODY"), Outcome::Refused, Reason::Unknown);
    check(hall.scan(""), Outcome::Refused, Reason::Unreadable);
    check(hall.scan(std::string(5000, 'A')), Outcome::Refused, Reason::Unreadable);
    check(hall.scan("XD1:GARBAGE"), Outcome::Refused, Reason::Unreadable);
    check(hall.scan("TWICE"), Outcome::Refused, Reason::Ambiguous);
    check(hall.scan("GONE"), Outcome::Refused, Reason::Revoked);
    check(hall.scan("https://example.com/t/A1B2C3"), Outcome::Admitted);
}

TEST_CASE("check_in: typed codes may be in lower case", "[app][admission]") {
    Hall hall;
    hall.add(person("A1B2C3", "王谷雨"));
    hall.open();
    check(hall.scan(" a1b2c3\r\n"), Outcome::Admitted);
}

TEST_CASE("check_in: signed tickets are judged by their signature", "[app][admission][ticket]") {
    Hall hall;
    hall.open();
    const auto good = hall.ticket("S1");
    check(hall.scan(good), Outcome::Admitted); // the roster does not hold it
    check(hall.scan(good), Outcome::Repeat, Reason::AlreadyIn);
    check(hall.scan(hall.ticket("S2", "OTHER")), Outcome::Refused, Reason::WrongEvent);
    check(hall.scan(hall.ticket("S3", "OTHER", 9)), Outcome::Refused, Reason::WrongEvent);
    check(hall.scan(hall.ticket("S4", "DEMO", 9)), Outcome::Refused, Reason::BadSignature);
    hall.keys = crypto::make_key_pair(); // a forger's
    check(hall.scan(hall.ticket("S5")), Outcome::Refused, Reason::BadSignature);
}

TEST_CASE("check_in: a revoked signed ticket is refused without a roster", "[app][admission][ticket]") {
    Hall hall;
    REQUIRE(hall.store.add(core::make_revocation("S1")));
    hall.open();
    check(hall.scan(hall.ticket("S1")), Outcome::Refused, Reason::Revoked);
}

TEST_CASE("check_in: the state of a registration refuses with its reason", "[app][admission]") {
    Hall hall;
    auto registration = person("A1B2C3", "王谷雨");
    auto reason = Reason::None;
    SECTION("cancelled") {
        registration.status = core::RegistrationStatus::Cancelled;
        reason = Reason::Cancelled;
    }
    SECTION("blocked") {
        registration.blocked = true;
        reason = Reason::Blocked;
    }
    SECTION("cancelled goes before blocked") {
        registration.status = core::RegistrationStatus::Cancelled;
        registration.blocked = true;
        reason = Reason::Cancelled;
    }
    SECTION("unpaid") {
        registration.status = core::RegistrationStatus::Unpaid;
        reason = Reason::Unpaid;
    }
    SECTION("not approved") {
        registration.approved = false;
        reason = Reason::Unapproved;
    }
    SECTION("pending") {
        registration.status = core::RegistrationStatus::Pending;
        reason = Reason::Unapproved;
    }
    SECTION("waiting") {
        registration.status = core::RegistrationStatus::Waitlist;
        reason = Reason::Unapproved;
    }
    SECTION("not yet valid") {
        registration.valid_from = hall.clock.at + minute;
        reason = Reason::NotYetValid;
    }
    SECTION("expired") {
        registration.valid_until = hall.clock.at - 1;
        reason = Reason::Expired;
    }
    SECTION("of another ticket type") {
        hall.door().ticket_types = std::vector<std::string>{"vip"};
        reason = Reason::TicketType;
    }
    SECTION("a door for no ticket type at all") {
        hall.door().ticket_types = std::vector<std::string>{};
        reason = Reason::TicketType;
    }
    hall.add(registration);
    hall.open();
    check(hall.scan("A1B2C3"), Outcome::Refused, reason);
    // Named staff can let them in, and what was lifted is written down.
    const auto forced = hall.force("A1B2C3");
    check(forced, Outcome::Admitted);
    REQUIRE_FALSE(forced.overridden.empty());
    CHECK(forced.overridden.front() == reason);
    CHECK(hall.store.scans().back().record.override_staff == "desk-1");
}

TEST_CASE("check_in: validity holds at both ends", "[app][admission]") {
    Hall hall;
    auto registration = person("A1B2C3", "王谷雨");
    registration.valid_from = hall.clock.at;
    registration.valid_until = hall.clock.at;
    hall.add(registration);
    hall.open();
    check(hall.scan("A1B2C3"), Outcome::Admitted);
}

TEST_CASE("check_in: unpaid tickets need both the door's and the scan's consent", "[app][admission]") {
    Hall hall;
    auto registration = person("A1B2C3", "王谷雨");
    registration.status = core::RegistrationStatus::Unpaid;
    hall.add(registration);
    const bool door_allows = GENERATE(false, true);
    const bool scan_ignores = GENERATE(false, true);
    hall.door().include_unpaid = door_allows;
    hall.open();
    auto request = hall.request("A1B2C3");
    request.ignore_unpaid = scan_ignores;
    const auto decision = hall.scan(request).decision;
    if (door_allows && scan_ignores)
        check(decision, Outcome::Admitted);
    else
        check(decision, Outcome::Refused, Reason::Unpaid);
}

TEST_CASE("check_in: an override can't conjure up a person", "[app][admission]") {
    Hall hall;
    hall.open();
    check(hall.force("NOBODY"), Outcome::Refused, Reason::Unknown);
    auto unsigned_override = hall.request("NOBODY");
    hall.add(person("B", "李白露"));
    auto registration = person("C", "解惊蛰");
    registration.blocked = true;
    hall.add(registration);
    unsigned_override.code = "C";
    unsigned_override.override_by = core::Override{"", "no name"};
    check(hall.scan(unsigned_override).decision, Outcome::Refused, Reason::Blocked);
}

TEST_CASE("check_in: exits are let out, whatever time or rules say", "[app][admission][exit]") {
    Hall hall;
    auto registration = person("A1B2C3", "王谷雨");
    registration.valid_until = hall.clock.at - minute;
    hall.add(registration);
    auto blocked = person("BLOCKED", "李白露");
    blocked.blocked = true;
    hall.add(blocked);
    hall.door().rules = R"({"==":[1,2]})";
    hall.door().closed = true;
    core::Question question;
    question.id = "q1";
    question.required = true;
    hall.config.questions = {question};
    hall.open();
    check(hall.leave("A1B2C3"), Outcome::Admitted);
    check(hall.leave("A1B2C3"), Outcome::Admitted); // twice is fine
    check(hall.leave("BLOCKED"), Outcome::Refused, Reason::Blocked);
    CHECK(hall.plugin.asked == 0);
}

TEST_CASE("check_in: re-entry needs an exit and a door that allows it", "[app][admission][exit]") {
    Hall hall;
    hall.add(person("A1B2C3", "王谷雨"));
    const bool allowed = GENERATE(false, true);
    hall.door().allow_reentry = allowed;
    hall.open();
    check(hall.scan("A1B2C3"), Outcome::Admitted);
    hall.clock.at = hall.clock.at + minute;
    check(hall.scan("A1B2C3"), Outcome::Repeat, Reason::AlreadyIn);
    check(hall.leave("A1B2C3"), Outcome::Admitted);
    hall.clock.at = hall.clock.at + minute;
    if (allowed)
        check(hall.scan("A1B2C3"), Outcome::Admitted);
    else
        check(hall.scan("A1B2C3"), Outcome::Repeat, Reason::AlreadyIn);
}

TEST_CASE("check_in: a day's door opens again the next day, by the event's own midnight", "[app][admission]") {
    Hall hall;
    hall.add(person("A1B2C3", "王谷雨"));
    hall.door().scope = core::Scope::Day;
    hall.clock.at = *core::parse_rfc3339("2026-11-20T23:59:00+08:00");
    hall.open();
    check(hall.scan("A1B2C3"), Outcome::Admitted);
    check(hall.scan("A1B2C3"), Outcome::Repeat, Reason::AlreadyIn);
    hall.clock.at = *core::parse_rfc3339("2026-11-21T00:00:00+08:00");
    check(hall.scan("A1B2C3"), Outcome::Admitted);
}

TEST_CASE("check_in: a full door, and what frees a place", "[app][admission][capacity]") {
    Hall hall;
    for (const auto* code : {"A", "B", "C"})
        hall.add(person(code, std::string("人") + code));
    hall.door().capacity = 1;
    hall.door().allow_reentry = true;
    hall.open();
    check(hall.scan("A"), Outcome::Admitted);
    check(hall.scan("A"), Outcome::Repeat, Reason::AlreadyIn); // a repeat is never full
    check(hall.scan("B"), Outcome::Refused, Reason::Full);
    hall.clock.at = hall.clock.at + minute;
    SECTION("an exit") { check(hall.leave("A"), Outcome::Admitted); }
    SECTION("an undo") { CHECK(hall.check_in->undo("main", "A", "desk-1")->undone); }
    SECTION("staff") {
        const auto forced = hall.force("B");
        check(forced, Outcome::Admitted);
        CHECK(forced.overridden == std::vector{Reason::Full});
        return;
    }
    check(hall.scan("B"), Outcome::Admitted);
    check(hall.scan("C"), Outcome::Refused, Reason::Full);
}

TEST_CASE("check_in: the event's capacity bounds a door without its own", "[app][admission][capacity]") {
    Hall hall;
    hall.add(person("A", "王谷雨"));
    hall.add(person("B", "李白露"));
    hall.config.event.capacity = 1;
    hall.open();
    check(hall.scan("A"), Outcome::Admitted);
    check(hall.scan("B"), Outcome::Refused, Reason::Full);
}

TEST_CASE("check_in: closed doors and closed events", "[app][admission]") {
    Hall hall;
    hall.add(person("A", "王谷雨"));
    SECTION("door") { hall.door().closed = true; }
    SECTION("event") { hall.config.event.closed = true; }
    hall.open();
    check(hall.scan("A"), Outcome::Refused, Reason::Closed);
}

TEST_CASE("check_in: rules refuse, also where they can't be read", "[app][admission][rules]") {
    Hall hall;
    hall.add(person("A", "王谷雨"));
    SECTION("not met") { hall.door().rules = R"({"==":[{"var":"product"},"vip"]})"; }
    SECTION("unknown operator") { hall.door().rules = R"({"frobnicate":[1]})"; }
    SECTION("no JSON at all") { hall.door().rules = R"("half)"; }
    hall.open();
    const auto decision = hall.scan("A");
    check(decision, Outcome::Refused, Reason::Rules);
    CHECK_FALSE(decision.explanation.empty());
}

TEST_CASE("check_in: closed-door sessions admit the invited who signed", "[app][admission][session]") {
    Hall hall;
    hall.add(person("A", "王谷雨"));
    core::Session session;
    session.id = "cd1";
    session.kind = "closed_door";
    session.nda = true;
    session.state = core::SessionState::Approved;
    session.capacity = 1;
    hall.config.sessions = {session};
    hall.door().session = "cd1";
    hall.door().scope = core::Scope::Session;
    hall.open();
    check(hall.scan("A"), Outcome::Refused, Reason::NotInvited);
    REQUIRE(hall.store.add(core::make_invitation({"cd1", "A", "guest", core::InvitationStatus::Declined, false})));
    check(hall.scan("A"), Outcome::Refused, Reason::NotInvited);
    REQUIRE(hall.store.add(core::make_invitation({"cd1", "A", "guest", core::InvitationStatus::Accepted, false})));
    check(hall.scan("A"), Outcome::Refused, Reason::NdaRequired);
    auto request = hall.request("A");
    request.consents["nda"] = true;
    check(hall.scan(request).decision, Outcome::Admitted);
    check(hall.scan("A"), Outcome::Repeat, Reason::AlreadyIn); // signed once is signed
}

TEST_CASE("check_in: questions hold up entries until they are answered", "[app][admission][questions]") {
    Hall hall;
    hall.add(person("A", "王谷雨"));
    core::Question question;
    question.id = "q1";
    question.type = core::QuestionType::Single;
    question.required = true;
    question.options = {{"M", {"男", "M"}}, {"F", {"女", "F"}}};
    hall.config.questions = {question};
    core::Checkpoint hall_door;
    hall_door.id = "hall";
    hall.config.checkpoints.push_back(hall_door);
    hall.open();
    const auto before = hall.store.operations.size();
    const auto asked = hall.scan("A");
    check(asked, Outcome::Incomplete);
    CHECK(asked.questions == std::vector<std::string>{"q1"});
    CHECK(hall.store.operations.size() == before); // a question is no operation
    auto request = hall.request("A");
    request.answers["q1"] = "Z";
    check(hall.scan(request).decision, Outcome::Incomplete);
    request.answers["q1"] = "M";
    check(hall.scan(request).decision, Outcome::Admitted);
    // Answered at one door is answered at the next.
    auto next_door = hall.request("A");
    next_door.checkpoint = "hall";
    check(hall.scan(next_door).decision, Outcome::Admitted);
}

TEST_CASE("check_in: consents that the event requires", "[app][admission][questions]") {
    Hall hall;
    hall.add(person("A", "王谷雨"));
    hall.config.event.settings = R"({"required_consents":["privacy"]})";
    hall.open();
    const auto asked = hall.scan("A");
    check(asked, Outcome::Incomplete);
    CHECK(asked.consents == std::vector<std::string>{"privacy"});
    auto request = hall.request("A");
    request.consents["privacy"] = true;
    check(hall.scan(request).decision, Outcome::Admitted);
}

TEST_CASE("check_in: the plugin can only narrow", "[app][admission][plugin]") {
    Hall hall;
    auto blocked = person("B", "李白露");
    blocked.blocked = true;
    hall.add(person("A", "王谷雨"));
    hall.add(blocked);
    hall.open();
    check(hall.scan("B"), Outcome::Refused, Reason::Blocked);
    CHECK(hall.plugin.asked == 0); // nothing that it says could change this
    hall.plugin.verdict.outcome = Outcome::StaffCheck;
    hall.plugin.verdict.reason = Reason::PluginUnavailable;
    check(hall.scan("A"), Outcome::StaffCheck, Reason::PluginUnavailable);
    check(hall.force("A"), Outcome::Admitted);
}

TEST_CASE("check_in: the key of an admitted scan answers again and writes nothing", "[app][admission]") {
    Hall hall;
    hall.add(person("A", "王谷雨"));
    hall.open();
    auto request = hall.request("NOBODY");
    request.key = "k";
    check(hall.scan(request).decision, Outcome::Refused, Reason::Unknown);
    request.code = "A"; // the key of a refused scan binds nothing
    check(hall.scan(request).decision, Outcome::Admitted);
    const auto count = hall.store.operations.size();
    const auto again = hall.scan(request);
    check(again.decision, Outcome::Admitted);
    CHECK(again.replayed);
    CHECK(again.decision.registration->person.name == "王谷雨");
    CHECK(hall.store.operations.size() == count);
}

TEST_CASE("check_in: undo within fifteen minutes on this device, or by an organizer", "[app][undo]") {
    Hall hall;
    hall.add(person("A", "王谷雨"));
    hall.open();
    CHECK(hall.check_in->undo("main", "A", "desk-1")->reason == Reason::Unknown);
    check(hall.scan("A"), Outcome::Admitted);
    hall.clock.at = hall.clock.at + 15 * minute;
    CHECK(hall.check_in->undo("main", "A", "desk-1")->undone);
    check(hall.scan("A"), Outcome::Admitted); // free again
    hall.clock.at = hall.clock.at + 15 * minute + 1;
    CHECK(hall.check_in->undo("main", "A", "desk-1")->reason == Reason::Expired);
    CHECK(hall.check_in->undo("main", "A", "boss-1")->undone);
}

TEST_CASE("check_in: walk-ins are registered and admitted in one operation group", "[app][walk_in]") {
    Hall hall;
    hall.add(person("A", "王谷雨", "10000001111"));
    hall.open();
    app::WalkInRequest request;
    request.checkpoint = "main";
    SECTION("somebody new") {
        request.person = {"李白露", "10000002222", "", "个人", ""};
        const auto result = hall.check_in->walk_in(request);
        REQUIRE(result);
        check(result->decision, Outcome::Admitted);
        CHECK(hall.store.batch_sizes.back() == 2); // registration and entry, both or neither
        check(hall.scan(result->ticket), Outcome::Repeat, Reason::AlreadyIn);
    }
    SECTION("somebody who had registered") {
        request.person = {"王谷雨", "+86 100 0000 1111", "", "", ""};
        const auto result = hall.check_in->walk_in(request);
        REQUIRE(result);
        check(result->decision, Outcome::Admitted);
        CHECK(result->ticket == "A");
        CHECK(hall.store.registrations().size() == 1);
    }
    SECTION("another name with a known number goes to staff") {
        request.person = {"单芒种", "10000001111", "", "", ""};
        check(hall.check_in->walk_in(request)->decision, Outcome::StaffCheck, Reason::Ambiguous);
    }
    SECTION("without a name or a number") {
        request.person = {"  ", "", "", "", ""};
        const auto result = hall.check_in->walk_in(request);
        check(result->decision, Outcome::Incomplete);
        CHECK(result->decision.questions == std::vector<std::string>{"name", "phone"});
    }
}

TEST_CASE("check_in: a walk-in at a full door waits", "[app][walk_in][capacity]") {
    Hall hall;
    hall.config.event.capacity = 0;
    hall.open();
    app::WalkInRequest request;
    request.checkpoint = "main";
    request.person = {"李白露", "10000002222", "", "", ""};
    const auto result = hall.check_in->walk_in(request);
    check(result->decision, Outcome::Refused, Reason::Full);
    CHECK(hall.store.registrations().begin()->second.status == core::RegistrationStatus::Waitlist);
}

TEST_CASE("check_in: search shows masked rows, and a second factor opens one", "[app][search]") {
    Hall hall;
    hall.add(person("A", "王谷雨", "10000005678"));
    for (int i = 0; i < 12; ++i)
        hall.add(person("T" + std::to_string(i), "李白露", "1000000000" + std::to_string(i % 10)));
    hall.open();
    CHECK(hall.check_in->search("王")->refused);
    const auto found = hall.check_in->search("王谷");
    REQUIRE(found->rows.size() == 1);
    const auto& row = found->rows.front();
    CHECK(row.masked_name == "王*雨");
    CHECK(row.phone_tail == "5678");
    const auto many = hall.check_in->search("李白");
    CHECK(many->rows.size() == 8);
    CHECK(many->more);
    CHECK(*hall.check_in->second_factor(row.registration, app::Factor::PhoneTail, "5678"));
    CHECK_FALSE(*hall.check_in->second_factor(row.registration, app::Factor::PhoneTail, "0000"));
    CHECK_FALSE(*hall.check_in->second_factor(row.registration, app::Factor::PhoneTail, ""));
    CHECK(*hall.check_in->second_factor(row.registration, app::Factor::FullName, " 王谷雨 "));
    CHECK_FALSE(*hall.check_in->second_factor("nobody", app::Factor::FullName, "王谷雨"));
}
