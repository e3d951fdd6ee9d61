// SPDX-License-Identifier: Apache-2.0
#pragma once
// A bad line between a kiosk and a hub. Purpose: a TCP proxy on 127.0.0.1 that does to the bytes what real networks do,
// changed while connections are open. Ownership: owns its sockets and threads (one a connection), which end with it.
// Threads: all calls from any. Failure: create() throws std::runtime_error where there is no port; a connection that
// breaks is what it is for.
#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <thread>

namespace kiosk::test {

// What happens to the bytes of one direction.
struct Lane {
    std::int64_t latency_ms = 0;
    std::size_t trickle_bytes = 0; // at most so many at once, one trickle_ms apart; 0: as they come
    std::int64_t trickle_ms = 0;
    double duplicate = 0; // probability that a piece is sent twice
    double garbage = 0;   // probability that random bytes are put into a piece
    std::optional<std::uint64_t> cut_after;        // so many bytes of the connection, then it is torn (RST)
    std::optional<std::uint64_t> half_close_after; // so many bytes, then this direction ends in an orderly way
    bool lost = false;                             // nothing arrives
};

struct Chaos {
    enum class Door : std::uint8_t {
        Open = 1,
        Refusing,   // nobody listens
        Silent,     // connections are taken and nothing ever comes
        Portal,     // a log-in page, in the clear, whatever was asked
        TlsPortal,  // the same behind a certificate of its own
    };
    Door door = Door::Open;
    Lane up;   // requests
    Lane down; // answers
};

class ChaosProxy {
public:
    ChaosProxy(std::uint16_t hub_port, std::uint64_t seed);
    ~ChaosProxy();
    ChaosProxy(const ChaosProxy&) = delete;
    ChaosProxy& operator=(const ChaosProxy&) = delete;

    std::uint16_t port() const { return m_port; } // the same for its whole life, also after Refusing
    // For new connections and those that are open; those that lost bytes or stand at another door are torn.
    void set(const Chaos& chaos);
    void heal() { set({}); }
    void tear_all();

    std::uint64_t connections() const { return m_accepted; }
    std::uint64_t bytes_up() const { return m_bytes_up; }     // that came from kiosks
    std::uint64_t bytes_down() const { return m_bytes_down; } // that came from the hub
    std::uint64_t harmed() const { return m_harmed; }         // pieces lost, doubled, spoilt; connections cut

private:
    struct Connection {
        std::atomic<bool> torn = false;
        std::atomic<bool> done = false;
        std::thread thread;
    };
    struct Tls;

    Chaos chaos() const;
    void listen_now();
    void accept_loop();
    void serve(Connection& connection, int client);
    void pass(Connection& connection, int client, std::mt19937_64& random);
    void portal(Connection& connection, int client);
    void tls_portal(Connection& connection, int client);
    void sweep(bool all);

    const std::uint16_t m_hub_port;
    std::uint16_t m_port = 0;
    const std::uint64_t m_seed;
    std::unique_ptr<Tls> m_tls;
    mutable std::mutex m_mutex; // chaos, listener, connections
    Chaos m_chaos;
    int m_listener = -1;
    std::map<std::uint64_t, std::unique_ptr<Connection>> m_connections;
    std::atomic<bool> m_stopping = false;
    std::atomic<std::uint64_t> m_accepted = 0, m_bytes_up = 0, m_bytes_down = 0, m_harmed = 0;
    std::thread m_acceptor;
};

} // namespace kiosk::test
