// SPDX-License-Identifier: Apache-2.0
#pragma once
// The hub on the network: HTTP/1.1 over TLS, asynchronous. Purpose: limits, deadlines, compression, long polls, group
// commit, graceful stop; what is answered is the service's (hub/api.hpp) affair. Ownership: borrows the service and the
// log; owns its threads (network, one writer, one folder). Threads: all calls from any. Failure: start() answers why it
// can't listen; later a connection that misbehaves costs itself alone.
#include "hub/certificate.hpp"
#include "hub/service.hpp"
#include "hub/structured_log.hpp"
#include "hub/writer.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace kiosk::sync::hub {

struct ServerLimits {
    std::size_t connections = 10'000;
    std::size_t connections_per_address = 8'000; // a hall behind one router, or a proxy, is one address
    std::size_t header_bytes = 16 * 1024;
    std::size_t body_bytes = 2 * 1024 * 1024;               // as they come
    std::size_t bodies_in_flight_bytes = 192 * 1024 * 1024; // of all requests together, as they come and inflated
    std::int64_t handshake_ms = 10'000;
    std::int64_t header_ms = 10'000; // from its first byte to its last
    std::int64_t body_ms = 30'000;
    std::int64_t send_ms = 30'000;   // without any progress
    std::int64_t idle_ms = 75'000;
    std::int64_t linger_ms = 2'000;  // reading what comes after a refusal, so that it is seen
    std::int64_t stop_ms = 10'000;
};

struct ServerOptions {
    std::string address = "0.0.0.0";
    std::uint16_t port = 8443; // 0: any
    unsigned threads = 0;      // of the network; 0: as many as the machine has processors, at least two
    std::optional<Certificate> certificate; // absent: plain HTTP
    ServerLimits limits;
    Folder::Pace fold_pace;
};

struct ServerStats {
    std::size_t connections = 0;
    std::size_t waiting = 0; // on the feed
    std::uint64_t accepted = 0;
    std::uint64_t turned_away = 0; // over a limit of connections
    std::uint64_t timed_out = 0;
    std::uint64_t requests = 0;
    std::uint64_t commits = 0;
    std::uint64_t pushes = 0;
};

class Server {
public:
    static Result<std::unique_ptr<Server>> start(Service& service, StructuredLog& log, ServerOptions options);
    ~Server(); // stops
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    std::uint16_t port() const;
    // No new connections; feeds that wait are answered, requests under way are finished, then everything is closed.
    void stop();
    // For Store::on_foreign_commit; does not block.
    void foreign_commit();
    // A request of this process itself (the relay); waits for the commit, not for the feed. Not from the writer's thread.
    ApiAnswer call(const ApiRequest& request);
    // Runs it on the thread that writes to the store and waits for it.
    Status on_writer(const std::function<Status()>& task);
    ServerStats stats() const;

    struct Core;

private:
    explicit Server(std::unique_ptr<Core> core);
    std::unique_ptr<Core> m_core;
};

} // namespace kiosk::sync::hub
