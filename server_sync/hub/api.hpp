// SPDX-License-Identifier: Apache-2.0
#pragma once
// What the hub answers to each request. Purpose: everything between HTTP and the store: who may ask, adjudication of what
// is pushed, feed, leases, enrolment, snapshot, organizers' questions. The HTTP server and the simulation call it alike.
// Ownership: borrows store, clock, random, hasher; owns the mirrors (one kiosk database per event, in `folder`).
// Threads: prepare(), answer() and finish() from any threads at once; commit() from one at a time. Nothing here waits.
// Failure: every request has an answer; what goes wrong inside is a 5xx with a word, logged without personal data.
#include "core/ports.hpp"
#include "hub/store.hpp"
#include "protocol/messages.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kiosk::sync::hub {

struct ApiRequest {
    std::string method;
    std::string target;                         // path and query
    std::map<std::string, std::string> headers; // names in lower case
    std::string body;                           // inflated, at most protocol::max_body_bytes
    std::string peer;                           // address, for limits; never logged with a device's data
};

struct ApiAnswer {
    int status = 200;
    std::string content_type = "application/json";
    std::map<std::string, std::string> headers;
    std::string body;
    std::filesystem::path file;                 // instead of body: a file from `file_from`, `file_bytes` of it
    std::uint64_t file_from = 0;
    std::uint64_t file_bytes = 0;
    bool compress = true;
};

struct ApiOptions {
    std::filesystem::path folder;      // for mirrors and snapshots
    std::string mirror_vfs;            // tests: the mirrors' file layer
    std::string hub_url;               // as kiosks reach it, for enrolment codes
    std::vector<std::string> pins;     // base64 SHA-256 of our SPKI, now and next
    std::string version;
    std::int64_t code_lifetime_ms = 10 * 60'000;
    std::function<void(std::string_view line)> log; // one JSON object a line, no personal data
};

class Api {
public:
    static Result<std::unique_ptr<Api>> create(Store& store, const kiosk::core::Clock& clock, kiosk::core::Random& random,
                                               const kiosk::core::Hasher& hasher, ApiOptions options);
    ~Api();

    // A request is first prepared (parsed, checked, adjudicated as far as that goes without the store's writer)…
    struct Waiting {          // a long poll: answer() it again when the event has more than `after`, or at the deadline
        std::string event;
        std::uint64_t after = 0;
        std::int64_t wait_ms = 0;
    };
    struct Prepared {
        std::optional<ApiAnswer> answer;  // done already
        std::optional<Waiting> waiting;   // nothing new yet: ask again with answer_feed()
        // A push: hand it to commit() with others, then finish().
        struct Push;
        std::shared_ptr<Push> push;
    };
    Prepared prepare(const ApiRequest& request);
    // …pushes of many devices are committed together, in one transaction…
    Status commit(std::vector<std::shared_ptr<Prepared::Push>>& pushes);
    // …and each gets its answer (also where commit() failed).
    ApiAnswer finish(Prepared::Push& push);
    // The feed after a wait, without waiting again.
    ApiAnswer answer_feed(const ApiRequest& request);
    // All three in one: for the simulation and tests.
    ApiAnswer handle(const ApiRequest& request);

    // The newest feed number of an event that this process knows of; what a waiting feed looks at.
    std::uint64_t latest(const std::string& event) const;
    // Called after something new was committed in that event, from the thread that committed it; must not block. For
    // waking feeds that wait: not only pushes bring news, organizers' changes do too. Set before the first request.
    void on_news(std::function<void(const std::string& event)> hook);
    void foreign_commit(); // another process wrote to the store: forget what is held in memory

    // Folds what is new into the mirrors, at most for about `budget_ms`; answers whether there is more. From one thread.
    bool fold(std::int64_t budget_ms);

    // A one-time enrolment code; the text of the QR code. `sessions`: of which closed sessions whoever enrols with it gets
    // what is confidential (hub/scope.hpp); a venue's hub gets all.
    Result<std::string> make_enrolment_code(const std::string& event, bool for_hub, const std::string& sessions = {});
    // A user's token is shown once.
    Result<std::string> make_user(const std::string& name, const std::string& role);

    // For /metrics: how many feeds wait now.
    void set_waiting(std::size_t feeds);
    // Every route, as ("GET", "/v1/devices/{event}/{device}/revoke"): the OpenAPI document names the same.
    static std::vector<std::pair<std::string, std::string>> routes();

private:
    Api();
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

} // namespace kiosk::sync::hub
