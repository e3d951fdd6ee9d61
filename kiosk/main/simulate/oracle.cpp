// SPDX-License-Identifier: Apache-2.0
#include "main/simulate/oracle.hpp"

#include <nlohmann/json.hpp>

#include <tuple>

namespace kiosk::simulate {

std::string content_key(const core::Operation& operation) {
    auto body = operation.body;
    if (operation.kind == core::operation_kind::undo) {
        // The scan that it takes back may have been given another number with it.
        auto json = nlohmann::json::parse(body, nullptr, false);
        if (json.is_object())
            json.erase("target");
        body = json.dump();
    }
    return operation.id.device + '\n' + operation.kind + '\n' + operation.subject + '\n' + body + '\n' +
           std::to_string(operation.wall.unix_ms) + '\n' + std::to_string(operation.boot_ms);
}

namespace {

struct Stand {
    std::string door, ticket;
    std::int64_t day = 0;
    std::int64_t at = 0;
    core::OperationId id;
    bool is_exit = false, is_override = false;
    auto when() const { return std::tie(at, id); }
};

bool same_place(const Stand& a, const Stand& b) { return a.door == b.door && a.ticket == b.ticket && a.day == b.day; }

} // namespace

std::multiset<OracleDuplicate> count_duplicates(const core::EventConfig& config,
                                                std::span<const core::Operation> operations) {
    std::set<std::string> undone;
    for (const auto& operation : operations)
        if (operation.kind == core::operation_kind::undo)
            undone.insert(nlohmann::json::parse(operation.body).value("target", ""));
    std::vector<Stand> standing;
    for (const auto& operation : operations) {
        if (operation.kind != core::operation_kind::scan || undone.contains(core::to_string(operation.id)))
            continue;
        const auto body = nlohmann::json::parse(operation.body);
        if (body.at("outcome") != "admitted" || body.value("ticket", "").empty())
            continue;
        Stand stand;
        stand.door = body.at("checkpoint").get<std::string>();
        stand.ticket = body.at("ticket").get<std::string>();
        stand.at = body.at("at").get<std::int64_t>();
        stand.id = operation.id;
        stand.is_exit = body.value("direction", "entry") == "exit";
        stand.is_override = body.contains("override");
        const auto* door = config.checkpoint(stand.door);
        if (!door || door->allow_multiple)
            continue;
        if (door->scope == core::Scope::Day) // Asia/Shanghai: eight hours ahead, all year
            stand.day = (stand.at + 8 * 3'600'000) / 86'400'000;
        standing.push_back(std::move(stand));
    }
    std::map<std::tuple<std::string, std::string, std::int64_t>, std::int64_t> too_many;
    for (const auto& entry : standing) {
        if (entry.is_exit || entry.is_override)
            continue;
        bool entered_before = false;
        const Stand* last = nullptr; // the one right before
        for (const auto& other : standing) {
            if (!same_place(entry, other) || !(other.when() < entry.when()))
                continue;
            entered_before = entered_before || !other.is_exit;
            if (!last || last->when() < other.when())
                last = &other;
        }
        const bool came_back = config.checkpoint(entry.door)->allow_reentry && last && last->is_exit;
        if (entered_before && !came_back)
            ++too_many[{entry.door, entry.ticket, entry.day}];
    }
    std::multiset<OracleDuplicate> found;
    for (const auto& [place, count] : too_many)
        found.insert({std::get<0>(place), std::get<1>(place), count});
    return found;
}

} // namespace kiosk::simulate
