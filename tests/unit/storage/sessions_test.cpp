// SPDX-License-Identifier: Apache-2.0
// Sessions behind closed doors in the database: what is read back, in which order, and what erasure takes.
#include "support/storage_fixture.hpp"

#include <algorithm>
#include <random>

using namespace kiosk;
using namespace kiosk::test;

namespace {

core::PrivateSession details(const std::string& session, const std::string& title) {
    core::PrivateSession made;
    made.session = session;
    made.title.zh = title;
    made.host = "H1";
    made.host_org = "海棠示例航运";
    made.rivals = {"松果示例软件"};
    made.nda_text.zh = "保密条款";
    made.at = {100};
    return made;
}

core::SessionActRecord said(core::SessionAct act, const std::string& staff, const std::string& text = {}) {
    core::SessionActRecord made;
    made.session = "cd1";
    made.act = act;
    made.staff = staff;
    made.at = {200};
    made.text = text;
    return made;
}

core::OrganisationQuota seats(const std::string& organisation, const std::string& role, std::int64_t count) {
    core::OrganisationQuota made;
    made.session = "cd1";
    made.organisation = organisation;
    made.role = role;
    made.seats = count;
    return made;
}

std::string everything(storage::Database& database) {
    auto text = need(database.dump_projections());
    for (const auto& session : need(database.private_sessions()))
        text += core::make_private_session(session).body + core::make_private_session(session).personal + "\n";
    for (const auto& act : need(database.session_acts("cd1")))
        text += core::to_string(act.id) + core::make_session_act(act.record).personal + "\n";
    for (const auto& quota : need(database.quotas("cd1")))
        text += core::make_quota(quota).body + core::make_quota(quota).personal + "\n";
    return text;
}

} // namespace

TEST_CASE("sessions: the latest private part, every act in its order, the latest quota of each role", "[storage][sessions]") {
    TempFolder folder;
    Ports ports, other_ports;
    other_ports.random = SeededRandom(3);
    const auto database = open(folder / "a.db", ports, "a"), other = open(folder / "b.db", other_ports, "b");
    append(*database, core::make_private_session(details("cd1", "old")));
    append(*database, core::make_private_session(details("cd0", "another")));
    append(*database, core::make_session_act(said(core::SessionAct::Submit, "ann")));
    append(*database, core::make_quota(seats("松果", "guest", 2)));
    append(*database, core::make_quota(seats("海棠", "guest", 5)));
    append(*database, core::make_quota(seats("松果", "observer", 1)));
    other_ports.clock.forward(5000);
    append(*other, core::make_private_session(details("cd1", "new")));
    append(*other, core::make_session_act(said(core::SessionAct::Approve, "ben")));
    append(*other, core::make_session_act(said(core::SessionAct::Minutes, "ben", "agreed")));
    append(*other, core::make_quota(seats("松果", "guest", 3)));
    append(*other, core::make_invitation({"cd1", "P2", "guest", core::InvitationStatus::Approved, true}));
    append(*other, core::make_invitation({"cd1", "P1", "host", core::InvitationStatus::Draft, false}));
    append(*other, core::make_invitation({"cd0", "P1", "guest", core::InvitationStatus::Draft, false}));
    core::SessionActRecord answer{"cd1", core::SessionAct::Decline, {}, {}, {}, "P2"};
    append(*other, core::make_session_act(answer));

    auto all = all_operations(*database);
    const auto theirs = all_operations(*other);
    all.insert(all.end(), theirs.begin(), theirs.end());
    std::mt19937_64 random(1);
    std::optional<std::string> expected;
    for (int round = 0; round < 8; ++round) {
        Ports reader_ports;
        const auto reader = open(folder / ("r" + std::to_string(round) + ".db"), reader_ports, "r");
        std::ranges::shuffle(all, random);
        for (const auto& operation : all)
            need(reader->ingest({&operation, 1}));
        if (!expected)
            expected = everything(*reader);
        CHECK(everything(*reader) == *expected);
        const auto sessions = need(reader->private_sessions());
        REQUIRE(sessions.size() == 2);
        CHECK(sessions[0].session == "cd0");
        CHECK(sessions[1].title.zh == "new");
        CHECK(sessions[1].rivals == std::vector<std::string>{"松果示例软件"});
        const auto acts = need(reader->session_acts("cd1"));
        REQUIRE(acts.size() == 4);
        CHECK(acts[0].record.act == core::SessionAct::Submit);
        CHECK(acts[1].record.act == core::SessionAct::Approve);
        CHECK(acts[2].record.text == "agreed");
        CHECK(acts[2].id.device == "b");
        const auto quotas = need(reader->quotas("cd1"));
        REQUIRE(quotas.size() == 3);
        CHECK(std::ranges::count_if(quotas, [](const auto& quota) { return quota.organisation == "松果" && quota.seats == 3; }) == 1);
        CHECK(need(reader->quotas("cd9")).empty());
        const auto invited = need(reader->invitations("cd1"));
        REQUIRE(invited.size() == 2);
        CHECK(invited[0].ticket == "P1");
        CHECK(invited[1].nda_signed);
        CHECK(invited[1].status == core::InvitationStatus::Declined); // answered
        CHECK(need(reader->invitation("cd1", "P2"))->status == core::InvitationStatus::Declined);
        CHECK(invited[0].status == core::InvitationStatus::Draft);
        CHECK(need(reader->invitations_of("P1")).size() == 2);
        CHECK(need(reader->invitations_of("P3")).empty());
        require_sound(*reader);
        need(reader->rebuild());
        CHECK(everything(*reader) == *expected);
    }
}

TEST_CASE("sessions: erasing one takes its titles, minutes and organisations, in every version and for good",
          "[storage][sessions][erase]") {
    TempFolder folder;
    Ports ports, other_ports;
    other_ports.random = SeededRandom(3);
    const auto database = open(folder / "a.db", ports, "a");
    append(*database, core::make_private_session(details("cd1", "SECRET-OLD")));
    append(*database, core::make_private_session(details("cd1", "SECRET-NEW")));
    append(*database, core::make_private_session(details("cd2", "kept")));
    append(*database, core::make_session_act(said(core::SessionAct::Minutes, "ann", "SECRET-MINUTES")));
    append(*database, core::make_quota(seats("SECRET-ORG", "guest", 2)));
    const auto before = all_operations(*database);
    need(database->erase("cd1"));
    append(*database, core::make_session_act(said(core::SessionAct::Point, "ann", "SECRET-POINT")));
    const auto after = all_operations(*database);
    const auto check = [](storage::Database& store) {
        for (const auto& operation : all_operations(store))
            CHECK(operation.personal.find("SECRET") == std::string::npos);
        const auto sessions = need(store.private_sessions());
        REQUIRE(sessions.size() == 2);
        CHECK(sessions[0].title.zh.empty());
        CHECK(sessions[0].host == "H1");
        CHECK(sessions[1].title.zh == "kept");
        CHECK(need(store.session_acts("cd1")).size() == 2);
        CHECK(need(store.quotas("cd1")).empty());
        require_sound(store);
    };
    check(*database);
    for (const bool erasure_first : {true, false}) {
        const auto copy = open(folder / (erasure_first ? "b.db" : "c.db"), other_ports, "b");
        need(copy->ingest(erasure_first ? after : before));
        need(copy->ingest(erasure_first ? before : after));
        check(*copy);
    }
    CHECK_FALSE(database->erase("cd9").has_value());
}
