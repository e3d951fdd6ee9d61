// SPDX-License-Identifier: Apache-2.0
#pragma once
// What all connections of a server share. Purpose: the seam between server.cpp and a connection's files, nobody else
// includes it. Ownership: the server owns it and outlives every connection. Threads: as said at each member. Failure: none.
#include "hub/server.hpp"
#include "hub/waiting_room.hpp"

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

namespace kiosk::sync::hub {

class Connection;

std::int64_t steady_ms();

struct Network {
    Network(Service& the_service, StructuredLog& the_log, const ServerLimits& the_limits)
        : service(the_service), log(the_log), limits(the_limits),
          room([this](const std::string& event) { return service.latest(event); }) {}

    Service& service;
    StructuredLog& log;
    const ServerLimits limits;
    TlsContext tls; // empty: plain
    WaitingRoom room;
    std::unique_ptr<Writer> writer;

    std::atomic<bool> stopping{false};
    std::atomic<std::size_t> bodies{0}; // bytes of requests in memory
    std::atomic<std::uint64_t> requests{0};
    std::atomic<std::uint64_t> timed_out{0};
    std::atomic<std::uint64_t> turned_away{0};
    std::atomic<std::uint64_t> accepted{0};

    // The list of connections; the lock is held for a moment only.
    mutable std::mutex mutex;
    std::condition_variable emptied;
    std::unordered_map<Connection*, std::shared_ptr<Connection>> connections;
    std::unordered_map<std::string, std::size_t> by_address;

    bool admit(const std::shared_ptr<Connection>& connection); // false: over a limit
    void remove(Connection* connection);
    ServerStats stats() const;
};

} // namespace kiosk::sync::hub
