// SPDX-License-Identifier: Apache-2.0
#pragma once
// One client's connection: its requests, one after the other. Purpose: a state machine that waits for the socket, not for
// bytes: between requests, and while it waits for the feed, it holds no buffers. Ownership: kept alive by the server's
// list, by what it waits for and by whoever will wake it. Threads: everything runs on its strand; start(), stop(), wake(),
// due_at() and expire() from any thread. Failure: whatever goes wrong closes this connection and no other.
#include "hub/channel.hpp"
#include "hub/service.hpp"
#include "hub/waiting_room.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/strand.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

namespace kiosk::sync::hub {

struct Network;

class Connection final : public Waiter, public std::enable_shared_from_this<Connection> {
public:
    using Strand = boost::asio::strand<boost::asio::io_context::executor_type>;
    using Socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, Strand>;

    Connection(Network& network, Socket socket, std::string peer);
    ~Connection() override;

    void start();
    void stop();  // finish what is under way, then close
    void close(); // now; by its strand, or once no thread runs any more
    void wake() override;
    std::int64_t due_at() const { return m_deadline_ms.load(std::memory_order_relaxed); }
    void expire();
    const std::string& peer() const { return m_peer; }

private:
    enum class State : std::uint8_t {
        Handshake = 1, Idle, Header, Body, Busy, Parked, Sending, Lingering, Closed
    };
    struct Exchange;

    void want(Io direction);
    void on_ready(Io direction);
    void set_deadline(std::int64_t in_ms);
    void shake_hands();
    void watch();
    void await_request();
    void begin_request();
    void read_request();
    bool header_read(); // false: answered already, or closed
    void request_read();
    void dispatch();
    void answer_waiting();
    void answer(ApiAnswer what);
    void refuse(int status, std::string_view word, std::string_view sentence);
    void send();
    bool next_chunk();
    void sent();
    void linger();
    void drain();
    bool reserve(std::size_t bytes);
    void release();

    Network& m_network;
    Socket m_socket;
    std::string m_peer;
    std::unique_ptr<Channel> m_channel;
    std::unique_ptr<Exchange> m_exchange;
    std::atomic<std::int64_t> m_deadline_ms{0};
    State m_state = State::Handshake;
    bool m_reading = false; // a wait for that direction is under way
    bool m_writing = false;
    bool m_stopping = false;
    bool m_woken = false; // the waiting room counts this one until it was answered
    bool m_first = true;
};

} // namespace kiosk::sync::hub
