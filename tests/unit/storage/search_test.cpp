// SPDX-License-Identifier: Apache-2.0
#include "support/storage_fixture.hpp"

#include "core/names.hpp"

#include <algorithm>
#include <set>

using namespace kiosk;
using namespace kiosk::test;

namespace {

std::vector<std::string> names(storage::Database& database, std::string_view typed, std::size_t limit = 8) {
    std::vector<std::string> found;
    for (const auto& hit : need(database.search(core::search_query(typed), limit)))
        found.push_back(hit.name);
    return found;
}

void fill(storage::Database& database) {
    std::vector<core::OperationDraft> drafts;
    int number = 1000;
    for (const auto* name : {"王雨露", "王谷雨", "王雨", "李白露", "单芒种", "欧阳霜降", "Grace Hopper", "Wang Wei"})
        drafts.push_back(core::make_registration(person(std::to_string(number++), name)));
    need(database.append(drafts));
}

void check_all(storage::Database& database) {
    CHECK(names(database, "王谷") == std::vector<std::string>{"王谷雨"});
    CHECK(names(database, "谷雨") == std::vector<std::string>{"王谷雨"});
    CHECK(names(database, "wangguyu") == std::vector<std::string>{"王谷雨"});
    CHECK(names(database, "wgy") == std::vector<std::string>{"王谷雨"});
    CHECK(names(database, "shan") == std::vector<std::string>{"单芒种"});
    CHECK(names(database, "HOPP") == std::vector<std::string>{"Grace Hopper"});
    CHECK(names(database, "1005") == std::vector<std::string>{"欧阳霜降"});
    CHECK(names(database, "松果示例").size() == 8);
    CHECK(names(database, "松果示例", 3).size() == 3);
    CHECK(names(database, "wang").size() == 4);
    CHECK(names(database, "wangyu").front() == "王雨"); // exact ones first
    CHECK(names(database, "没有").empty());
    CHECK(names(database, "王").empty()); // too short
}

} // namespace

TEST_CASE("search: people who wait in memory are found like those in the table", "[storage][search]") {
    TempFolder folder;
    Ports ports;
    auto database = open(folder / "k.db", ports);
    fill(*database);
    check_all(*database); // in memory
    database.reset();
    database = open(folder / "k.db", ports);
    check_all(*database); // in memory again
    need(database->rebuild());
    check_all(*database); // in the table
    append(*database, core::make_registration(person("2000", "王谷子")));
    CHECK(names(*database, "王谷").size() == 2); // one here, one there
    require_sound(*database);
}

TEST_CASE("search: a changed name is found under the new one only", "[storage][search]") {
    TempFolder folder;
    Ports ports;
    auto database = open(folder / "k.db", ports);
    fill(*database);
    const bool indexed = GENERATE(false, true);
    if (indexed)
        need(database->rebuild());
    append(*database, core::make_registration(person("1001", "解惊蛰")));
    CHECK(names(*database, "王谷").empty());
    CHECK(names(*database, "解惊") == std::vector<std::string>{"解惊蛰"});
    auto cancelled = person("1002", "王雨"); // same name, other status
    cancelled.status = core::RegistrationStatus::Cancelled;
    append(*database, core::make_registration(cancelled));
    const auto hits = need(database->search("王雨", 8));
    REQUIRE(hits.size() == 2);
    CHECK(hits[0].status == core::RegistrationStatus::Cancelled);
    need(database->erase("uid-1003"));
    CHECK(names(*database, "李白").empty());
    require_sound(*database);
    need(database->rebuild());
    CHECK(names(*database, "王谷").empty());
    CHECK(names(*database, "李白").empty());
    require_sound(*database);
}

TEST_CASE("search: many people in large batches are all found", "[storage][search]") {
    TempFolder folder;
    Ports ports;
    auto database = open(folder / "k.db", ports);
    constexpr int people = 40'000; // more than wait in memory
    std::vector<core::OperationDraft> drafts;
    for (int i = 0; i < people; ++i) {
        drafts.push_back(core::make_registration(person(std::to_string(10'000 + i), "Zoe N" + std::to_string(i))));
        if (drafts.size() == 500) {
            need(database->append(drafts));
            drafts.clear();
        }
    }
    for (const int i : {0, 16'383, 16'384, 20'000, 32'768, people - 1}) {
        const auto hits = need(database->search("n" + std::to_string(i), 20));
        CHECK(std::ranges::any_of(hits, [&](const auto& hit) { return hit.registration == "uid-" + std::to_string(10'000 + i); }));
    }
    CHECK(need(database->search("zo", 20)).size() == 20);
}
