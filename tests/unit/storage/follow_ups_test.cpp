// SPDX-License-Identifier: Apache-2.0
// Questionnaires and leads in the database: which version stands, what history keeps, what erasure takes, and what an
// older database becomes.
#include "support/storage_fixture.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <rapidcheck.h>

#include <algorithm>
#include <random>

using namespace kiosk;
using namespace kiosk::test;

namespace {

core::Response answers(const std::string& uid, core::ResponseStatus status, const std::string& words, core::Instant at) {
    core::Response made;
    made.uid = uid;
    made.plugin = "visit_enterprise";
    made.questionnaire = "deep";
    made.status = status;
    made.at = at;
    made.organisation = "海棠示例航运";
    made.respondent = "王谷雨";
    made.answers["Q01"] = words;
    return made;
}

core::Lead follow_up(const std::string& uid, core::LeadStatus status, core::Instant at) {
    core::Lead made;
    made.uid = uid;
    made.type = "trial";
    made.status = status;
    made.at = at;
    made.organisation = "海棠示例航运";
    made.person = "王谷雨";
    made.note = "想试用";
    return made;
}

using core::LeadStatus;
using core::ResponseStatus;

std::string words_of(const std::optional<core::Response>& response) {
    REQUIRE(response.has_value());
    const auto answer = response->answers.find("Q01");
    return answer == response->answers.end() ? "" : std::get<std::string>(answer->second);
}

// Several devices that save the same few interviews and leads, with clocks that disagree, and erase some of them.
std::vector<core::Operation> history(const TempFolder& folder, std::uint64_t seed, int steps) {
    std::mt19937_64 random(seed);
    const auto pick = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
    std::vector<core::Operation> all;
    for (std::size_t device = 0; device < 3; ++device) {
        Ports ports;
        ports.random = SeededRandom(seed * 10 + device);
        const auto name = "d" + std::to_string(device);
        const auto database = open(folder / (name + std::to_string(seed) + ".db"), ports, name);
        for (int step = 0; step < steps; ++step) {
            ports.clock.at = ports.clock.at + static_cast<std::int64_t>(pick(5)) * 1000 - 1500;
            const auto number = std::to_string(pick(3));
            const auto kind = pick(9);
            if (kind < 4) {
                auto response = answers("r" + number, pick(4) ? ResponseStatus::Draft : ResponseStatus::Final,
                                        std::to_string(random() % 1000), ports.clock.at);
                append(*database, core::make_response(response));
            } else if (kind < 8) {
                auto lead = follow_up("l" + number, static_cast<LeadStatus>(1 + pick(7)), ports.clock.at);
                lead.priority = 1 + static_cast<int>(pick(3));
                lead.due = pick(2) ? "2026-12-0" + std::to_string(1 + pick(9)) : "";
                lead.response = pick(2) ? "r" + number : "";
                lead.registration = pick(3) ? "" : "uid-1";
                append(*database, core::make_lead(lead));
            } else if (pick(3) == 0) {
                append(*database, core::make_erasure(pick(2) ? "r" + number : "uid-1"));
            }
        }
        auto part = all_operations(*database);
        all.insert(all.end(), part.begin(), part.end());
    }
    return all;
}

std::string everything(storage::Database& database) {
    auto text = need(database.dump_projections());
    for (const auto& response : need(database.responses())) {
        const auto draft = core::make_response(response);
        text += draft.body + draft.personal + "\n";
    }
    for (const auto& lead : need(database.leads())) {
        for (const auto& version : need(database.lead_history(lead.uid))) {
            const auto draft = core::make_lead(version);
            text += draft.body + draft.personal + "\n";
        }
        const auto draft = core::make_lead(lead);
        text += draft.body + draft.personal + "\n";
    }
    return text;
}

} // namespace

TEST_CASE("storage: the latest draft stands until the first final version, which stands for good", "[storage][responses]") {
    TempFolder folder;
    Ports ports;
    const auto database = open(folder / "a.db", ports);
    const auto save = [&](ResponseStatus status, const std::string& words) {
        ports.clock.forward(1000);
        append(*database, core::make_response(answers("r1", status, words, ports.clock.at)));
        return words_of(need(database->response("r1")));
    };
    CHECK(save(ResponseStatus::Draft, "one") == "one");
    CHECK(save(ResponseStatus::Draft, "two") == "two");
    CHECK(save(ResponseStatus::Final, "three") == "three");
    CHECK(save(ResponseStatus::Draft, "four") == "three");
    CHECK(save(ResponseStatus::Final, "five") == "three");
    CHECK(need(database->response("r1"))->status == ResponseStatus::Final);
    CHECK_FALSE(need(database->response("r2")).has_value());
    require_sound(*database);
}

TEST_CASE("storage: responses come newest first, one by one for exports", "[storage][responses]") {
    TempFolder folder;
    Ports ports;
    const auto database = open(folder / "a.db", ports);
    for (const auto& [uid, at] : {std::pair{"r1", 100}, {"r2", 300}, {"r3", 200}})
        append(*database, core::make_response(answers(uid, ResponseStatus::Draft, uid, {at})));
    std::vector<std::string> order;
    for (const auto& response : need(database->responses()))
        order.push_back(response.uid);
    CHECK(order == std::vector<std::string>{"r2", "r3", "r1"});
    order.clear();
    need(database->for_each_response([&](const core::Response& response) {
        order.push_back(response.uid);
        return order.size() < 2;
    }));
    CHECK(order == std::vector<std::string>{"r1", "r2"});
}

TEST_CASE("storage: open leads come first, by due date, and every version is kept", "[storage][leads]") {
    TempFolder folder;
    Ports ports;
    const auto database = open(folder / "a.db", ports);
    const auto add = [&](const std::string& uid, LeadStatus status, const std::string& due, int priority) {
        ports.clock.forward(1000);
        auto lead = follow_up(uid, status, ports.clock.at);
        lead.due = due;
        lead.priority = priority;
        append(*database, core::make_lead(lead));
    };
    add("won", LeadStatus::Won, "2026-01-01", 1);
    add("someday", LeadStatus::New, "", 1);
    add("late", LeadStatus::Contacted, "2026-12-09", 1);
    add("soon", LeadStatus::Assigned, "2026-12-01", 3);
    add("urgent", LeadStatus::Assigned, "2026-12-01", 1);
    std::vector<std::string> order;
    for (const auto& lead : need(database->leads()))
        order.push_back(lead.uid);
    CHECK(order == std::vector<std::string>{"urgent", "soon", "late", "someday", "won"});

    add("soon", LeadStatus::Contacted, "2026-12-02", 3);
    add("soon", LeadStatus::Lost, "2026-12-02", 3);
    const auto versions = need(database->lead_history("soon"));
    REQUIRE(versions.size() == 3);
    CHECK(versions[0].status == LeadStatus::Assigned);
    CHECK(versions[1].status == LeadStatus::Contacted);
    CHECK(versions[2].status == LeadStatus::Lost);
    CHECK(need(database->lead("soon"))->status == LeadStatus::Lost);
    CHECK(need(database->lead_history("nobody")).empty());
    require_sound(*database);
}

TEST_CASE("storage: interviews and leads fold alike in any order, after a rebuild, and again", "[storage][leads][order]") {
    TempFolder folder;
    std::uint64_t round = 0;
    const bool holds = rc::check([&] {
        const auto seed = *rc::gen::arbitrary<std::uint32_t>();
        const auto steps = *rc::gen::inRange(3, 25);
        const TempFolder own;
        const auto operations = history(own, seed, steps);
        std::mt19937_64 random(seed);
        std::optional<std::string> expected;
        for (int attempt = 0; attempt < 3; ++attempt) {
            auto shuffled = operations;
            std::ranges::shuffle(shuffled, random);
            for (std::size_t i = 0; i < operations.size() / 3; ++i)
                shuffled.push_back(operations[random() % operations.size()]);
            Ports ports;
            const auto database = open(own / ("fold" + std::to_string(attempt) + ".db"), ports, "reader");
            for (std::size_t at = 0; at < shuffled.size(); at += 7)
                need(database->ingest(std::span(shuffled).subspan(at, std::min<std::size_t>(7, shuffled.size() - at))));
            const auto made = everything(*database);
            if (!expected)
                expected = made;
            RC_ASSERT(made == *expected);
            need(database->rebuild());
            RC_ASSERT(everything(*database) == *expected);
            RC_ASSERT(need(database->verify()).ok());
        }
        ++round;
    });
    CHECK(holds);
    CHECK(round > 10);
}

TEST_CASE("storage: verify notices a lead or a response that the journal does not make", "[storage][leads][verify]") {
    TempFolder folder;
    Ports ports;
    const auto path = folder / "a.db";
    {
        const auto database = open(path, ports);
        append(*database, core::make_lead(follow_up("l1", LeadStatus::New, {100})));
        append(*database, core::make_response(answers("r1", ResponseStatus::Draft, "x", {100})));
        require_sound(*database);
    }
    SQLite::Database(path, SQLite::OPEN_READWRITE).exec("UPDATE leads SET due = '2026-01-01'; DELETE FROM lead_versions; UPDATE responses SET status = 2");
    const auto database = open(path, ports);
    const auto report = need(database->verify());
    REQUIRE(report.findings.size() == 3);
    need(database->rebuild());
    require_sound(*database);
}

TEST_CASE("storage: erasing an interview takes its answers and what its leads say, for good", "[storage][responses][erase]") {
    TempFolder folder;
    Ports ports, other_ports;
    const auto database = open(folder / "a.db", ports);
    append(*database, core::make_response(answers("r1", ResponseStatus::Draft, "SECRET-ONE", {100})));
    append(*database, core::make_response(answers("r1", ResponseStatus::Final, "SECRET-TWO", {200})));
    auto lead = follow_up("r1.trial", LeadStatus::New, {300});
    lead.response = "r1";
    append(*database, core::make_lead(lead));
    append(*database, core::make_lead(follow_up("l2", LeadStatus::New, {300})));
    const auto before = all_operations(*database); // as another device may still send them
    need(database->erase("r1"));

    const auto check = [](storage::Database& store) {
        CHECK(words_of(need(store.response("r1"))).empty());
        CHECK(need(store.response("r1"))->organisation.empty());
        CHECK(need(store.lead("r1.trial"))->note.empty());
        CHECK(need(store.lead("r1.trial"))->person.empty());
        CHECK(need(store.lead("l2"))->note == "想试用");
        require_sound(store);
    };
    check(*database);
    // A later version of either keeps no words.
    append(*database, core::make_response(answers("r1", ResponseStatus::Draft, "SECRET-THREE", {400})));
    lead.status = LeadStatus::Contacted;
    append(*database, core::make_lead(lead));
    check(*database);
    CHECK(need(database->lead("r1.trial"))->status == LeadStatus::Contacted);
    // Elsewhere too, whichever comes first.
    for (const bool erasure_first : {true, false}) {
        const auto copy = open(folder / (erasure_first ? "b.db" : "c.db"), other_ports, erasure_first ? "b" : "c");
        const auto after = all_operations(*database);
        need(copy->ingest(erasure_first ? after : before));
        need(copy->ingest(erasure_first ? before : after));
        check(*copy);
    }
    CHECK_FALSE(database->erase("nobody").has_value());
}

TEST_CASE("storage: erasing a guest takes what leads say of them; the interview speaks for the organisation and stays",
          "[storage][leads][erase]") {
    TempFolder folder;
    Ports ports;
    const auto database = open(folder / "a.db", ports);
    append(*database, core::make_registration(person("0001")));
    auto response = answers("r1", ResponseStatus::Final, "words", {100});
    response.registration = "uid-0001";
    append(*database, core::make_response(response));
    auto by_answer = follow_up("r1.trial", LeadStatus::New, {200});
    by_answer.response = "r1";
    by_answer.registration = "uid-0001";
    append(*database, core::make_lead(by_answer));
    auto by_staff = follow_up("l2", LeadStatus::New, {200});
    by_staff.registration = "uid-0001";
    append(*database, core::make_lead(by_staff));
    by_staff.status = LeadStatus::Parked; // every version, not the last alone
    append(*database, core::make_lead(by_staff));
    need(database->erase("uid-0001"));
    for (const auto* uid : {"r1.trial", "l2"})
        for (const auto& version : need(database->lead_history(uid))) {
            CHECK(version.person.empty());
            CHECK(version.note.empty());
            CHECK(version.organisation.empty());
        }
    CHECK(need(database->registration("uid-0001"))->person.name.empty());
    CHECK(words_of(need(database->response("r1"))) == "words");
    require_sound(*database);
    // A lead alone can be erased as well.
    append(*database, core::make_lead(follow_up("l3", LeadStatus::New, {300})));
    need(database->erase("l3"));
    CHECK(need(database->lead("l3"))->note.empty());
    require_sound(*database);
}

TEST_CASE("storage: a document of the configuration is found by its name", "[storage][config]") {
    TempFolder folder;
    Ports ports;
    const auto database = open(folder / "a.db", ports);
    append(*database, core::make_config({"form", "visit_enterprise/deep/1", R"({"steps":[]})"}));
    const auto found = need(database->config_document("form", "visit_enterprise/deep/1"));
    REQUIRE(found.has_value());
    CHECK(found->doc == R"({"steps":[]})");
    CHECK_FALSE(need(database->config_document("form", "visit_enterprise/deep/2")).has_value());
    CHECK(need(database->config()).size() == 1);
}

TEST_CASE("storage: a database of version 1 is upgraded with all its rows, and what it did not know is folded in",
          "[storage][migration]") {
    TempFolder folder;
    Ports ports;
    const auto path = folder / "old.db";
    std::string dump;
    {
        const auto database = open(path, ports);
        append(*database, core::make_registration(person("0001")));
        append(*database, core::make_registration(person("0002", "李白露")));
        append(*database, core::make_scan(entry("T0001", {1'795'000'100'000})));
        append(*database, note("before"));
        append(*database, core::make_response(answers("r1", ResponseStatus::Final, "words", {100})));
        auto lead = follow_up("r1.trial", LeadStatus::New, {200});
        lead.response = "r1";
        lead.registration = "uid-0002";
        append(*database, core::make_lead(lead));
        append(*database, core::make_lead(follow_up("l2", LeadStatus::New, {200})));
        dump = need(database->dump_projections());
    }
    {
        // What the first version would have made of the same operations: unknown kinds, kept and projected to nothing,
        // their words under the subject's name.
        SQLite::Database raw(path, SQLite::OPEN_READWRITE);
        raw.exec("DROP TABLE responses; DROP TABLE leads; DROP TABLE lead_versions; PRAGMA user_version = 1");
        raw.exec("DROP TABLE booked; DROP TABLE bookings; DROP TABLE booking_people; DROP TABLE booking_acts;"
                 "DROP TABLE booking_requests; DROP TABLE session_records; DROP TABLE leases;"
                 "DROP INDEX invitations_by_ticket");
        raw.exec("UPDATE personal SET owner = (SELECT subject FROM operations WHERE id = operation)");
    }
    {
        storage::Options reader;
        reader.hasher = &hasher();
        const auto refused = storage::Database::open_read_only(path, reader);
        REQUIRE_FALSE(refused.has_value()); // a reader upgrades nothing
        CHECK(refused.error().message_key == "error.database_older");
    }
    {
        const auto database = open(path, ports);
        CHECK(need(database->dump_projections()) == dump);
        CHECK(words_of(need(database->response("r1"))) == "words");
        CHECK(need(database->lead("r1.trial"))->note == "想试用");
        CHECK(need(database->registration("uid-0002"))->person.name == "李白露");
        require_sound(*database);
        need(database->erase("uid-0002")); // the lead's words were under another owner
        CHECK(need(database->lead("r1.trial"))->note.empty());
        CHECK(need(database->lead("l2"))->note == "想试用");
        require_sound(*database);
    }
    const auto database = open(path, ports); // and once is enough
    CHECK(need(database->leads()).size() == 2);
    require_sound(*database);
}
