// SPDX-License-Identifier: Apache-2.0
#pragma once
// A hub's Api over a store in memory, and kiosks with databases of their own. Purpose: short tests of what the hub
// answers. Ownership: a Hub owns store, ports, folder and Api; a Kiosk its database. Threads: one. Failure: REQUIRE.
#include "core/sealing.hpp"
#include "hub/api.hpp"
#include "hub/directory.hpp"
#include "memory_store.hpp"
#include "protocol/messages.hpp"
#include "support/storage_fixture.hpp"

#include <nlohmann/json.hpp>

#include <fstream>
#include <sstream>

namespace kiosk::test {

namespace protocol = kiosk::sync::protocol;
using Json = nlohmann::json;
using kiosk::sync::hub::Api;
using kiosk::sync::hub::ApiAnswer;
using kiosk::sync::hub::ApiRequest;

inline constexpr const char* event_code = "HZ26";

struct Hub {
    TempFolder folder;
    Ports ports;
    MemoryStore store;
    std::vector<std::string> lines; // of the log
    std::vector<std::string> pins{"AAAA+BBBB/CCCC="};
    std::unique_ptr<Api> api;

    Hub() {
        ports.random = SeededRandom(4711);
        start();
    }
    void start() {
        api.reset();
        kiosk::sync::hub::ApiOptions options;
        options.folder = folder / "hub";
        options.hub_url = "https://192.0.2.1:8443";
        options.pins = pins;
        options.version = "1.2.3";
        options.log = [this](std::string_view line) { lines.emplace_back(line); };
        api = need(Api::create(store, ports.clock, ports.random, hasher(), std::move(options)));
    }

    ApiAnswer ask(const std::string& method, const std::string& target, const std::string& token = {},
                  const std::string& body = {}, std::map<std::string, std::string> headers = {}) {
        ApiRequest request{method, target, std::move(headers), body, "203.0.113.9"};
        if (!token.empty())
            request.headers["authorization"] = "Bearer " + token;
        return api->handle(request);
    }
    Json get(const std::string& target, const std::string& token) {
        const auto answer = ask("GET", target, token);
        INFO(answer.body);
        REQUIRE(answer.status == 200);
        return Json::parse(answer.body);
    }
    Json post(const std::string& target, const std::string& token, const Json& body = Json::object()) {
        const auto answer = ask("POST", target, token, body.dump());
        INFO(answer.body);
        REQUIRE(answer.status == 200);
        return Json::parse(answer.body);
    }
    std::string code(const std::string& event = event_code, bool for_hub = false, const std::string& sessions = {}) {
        return need(protocol::decode_enrolment_code(need(api->make_enrolment_code(event, for_hub, sessions)))).code;
    }
    ApiAnswer try_enroll(const std::string& with_code, const std::string& device, const std::string& incarnation = "i1",
                         const std::string& event = {}, bool as_hub = false) {
        return ask("POST", "/v1/enroll", {}, protocol::encode(protocol::EnrollRequest{with_code, device, incarnation, event, "kiosk 1", as_hub}));
    }
    protocol::EnrollReply enroll(const std::string& device, const std::string& incarnation = "i1", bool as_hub = false,
                                 const std::string& sessions = "*") {
        const auto answer = try_enroll(code(event_code, as_hub, sessions), device, incarnation, {}, as_hub);
        INFO(answer.body);
        REQUIRE(answer.status == 200);
        return need(protocol::decode_enroll_reply(answer.body));
    }
    std::string user(const std::string& role) { return need(api->make_user("some-" + role, role)); }
    protocol::PushReply push(const std::string& token, const protocol::PushRequest& request) {
        const auto answer = ask("POST", "/v1/ops", token, protocol::encode(request));
        INFO(answer.body);
        REQUIRE(answer.status == 200);
        return need(protocol::decode_push_reply(answer.body));
    }
    protocol::FeedReply feed(const std::string& token, std::uint64_t after = 0, const std::string& more = {}) {
        const auto answer = ask("GET", "/v1/feed?after=" + std::to_string(after) + more, token);
        INFO(answer.body);
        REQUIRE(answer.status == 200);
        return need(protocol::decode_feed_reply(answer.body, hasher()));
    }
    std::vector<core::Operation> whole_feed(const std::string& token) {
        std::vector<core::Operation> all;
        for (std::uint64_t after = 0;;) {
            const auto page = feed(token, after, "&limit=7");
            for (const auto& read : page.operations) {
                REQUIRE(read.problem.empty());
                all.push_back(read.operation);
            }
            if (page.operations.empty())
                return all;
            after = page.next;
        }
    }
    void fold_all() {
        while (api->fold(1000)) {
        }
    }
};

struct Kiosk {
    TempFolder folder;
    Ports ports;
    std::string name;
    std::unique_ptr<storage::Database> database;
    std::string token;

    explicit Kiosk(const std::string& device, std::uint64_t seed = 1) : name(device) {
        ports.random = SeededRandom(seed);
        database = test::open(folder / "kiosk.db", ports, device);
    }
    std::string incarnation() { return need(database->status()).incarnation; }
    void join(Hub& hub, bool as_hub = false, const std::string& sessions = "*") {
        token = hub.enroll(name, incarnation(), as_hub, sessions).token;
    }
    void write(const core::OperationDraft& draft) { append(*database, draft); }

    // What it would push: its own operations after `after`.
    protocol::PushRequest request(std::uint64_t after = 0, std::size_t limit = 500) {
        protocol::PushRequest made;
        made.device = name;
        made.incarnation = incarnation();
        made.event = event_code;
        const auto chains = need(database->own_chains());
        for (const auto& chain : chains.chains)
            if (chain.present)
                made.head = {chain.last_seq, chain.last_seq > 0 ? core::to_hex(chain.last_hash) : std::string()};
        made.operations = need(database->own_after(made.incarnation, after, limit, std::size_t{1} << 30));
        return made;
    }
};

inline core::OperationDraft person_draft(const std::string& number, const std::string& name = "王谷雨") {
    return core::make_registration(person(number, name));
}

// An event with one door, as documents.
inline std::vector<core::OperationDraft> event_drafts() {
    return {core::make_config({"event", "event",
                               R"({"code":"HZ26","type":"salon","starts":"2026-11-20T13:00:00+08:00","timezone":"Asia/Shanghai"})"}),
            core::make_config({"checkpoint", "main", R"({"id":"main","name_zh":"正门"})"})};
}

// The hash of an operation that a test changed.
inline void reseal(core::Operation& operation) { operation.hash = core::chain_hash(hasher(), operation); }

} // namespace kiosk::test
