// SPDX-License-Identifier: Apache-2.0
#include "hub/connection_impl.hpp"
#include "protocol/messages.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <array>
#include <netinet/tcp.h>

namespace kiosk::sync::hub {

namespace asio = boost::asio;
namespace beast = boost::beast;

namespace {

constexpr std::size_t max_drained = 8 * 1024 * 1024;

// The service answers everything; what a library throws (no memory) must cost this request alone.
template <typename Call>
ApiAnswer guarded(StructuredLog& log, Call&& call) {
    try {
        return call();
    } catch (const std::exception& error) {
        log.write(LogLevel::Error, "request_failed", {{"why", std::string(error.what())}});
        ApiAnswer wrong;
        wrong.status = 500;
        wrong.body = protocol::encode(protocol::ErrorReply{"internal", "The hub could not do this.", std::nullopt});
        return wrong;
    }
}

} // namespace

Connection::Connection(Network& network, Socket socket, std::string peer)
    : m_network(network), m_socket(std::move(socket)), m_peer(std::move(peer)) {}

Connection::~Connection() = default;

void Connection::start() {
    asio::post(m_socket.get_executor(), [self = shared_from_this()] {
        if (self->m_state == State::Closed)
            return;
        boost::system::error_code ignored;
        self->m_socket.non_blocking(true, ignored);
        self->m_socket.set_option(asio::ip::tcp::no_delay(true), ignored);
        self->m_socket.set_option(asio::socket_base::keep_alive(true), ignored);
        // A kiosk that lost its power is noticed within two minutes, not two hours.
        const int idle_s = 60, interval_s = 15, probes = 4;
        const int descriptor = self->m_socket.native_handle();
        ::setsockopt(descriptor, IPPROTO_TCP, TCP_KEEPIDLE, &idle_s, sizeof(idle_s));
        ::setsockopt(descriptor, IPPROTO_TCP, TCP_KEEPINTVL, &interval_s, sizeof(interval_s));
        ::setsockopt(descriptor, IPPROTO_TCP, TCP_KEEPCNT, &probes, sizeof(probes));
        self->m_channel = std::make_unique<Channel>(descriptor, self->m_network.tls.get());
        self->set_deadline(self->m_network.limits.handshake_ms);
        self->shake_hands();
    });
}

void Connection::stop() {
    asio::post(m_socket.get_executor(), [self = shared_from_this()] {
        self->m_stopping = true;
        switch (self->m_state) {
        case State::Handshake:
            self->close();
            break;
        case State::Idle:
            self->linger();
            break;
        case State::Header: // nothing of it was promised yet
            if (self->m_exchange->buffer.size() == 0)
                self->linger();
            break;
        case State::Parked:
            if (self->m_network.room.leave(self->m_exchange->event, self.get()))
                self->answer_waiting();
            break;
        default:
            break; // it ends by itself
        }
    });
}

void Connection::wake() {
    asio::post(m_socket.get_executor(), [self = shared_from_this()] {
        if (self->m_state != State::Parked) {
            self->m_network.room.answered();
            return;
        }
        self->m_woken = true;
        self->answer_waiting();
    });
}

void Connection::expire() {
    asio::post(m_socket.get_executor(), [self = shared_from_this()] {
        if (self->m_state == State::Closed || steady_ms() < self->due_at())
            return;
        switch (self->m_state) {
        case State::Parked:
            if (self->m_network.room.leave(self->m_exchange->event, self.get()))
                self->answer_waiting();
            else
                self->set_deadline(self->m_network.limits.send_ms); // it is being woken
            break;
        case State::Busy:
            break; // the hub's own work has no deadline here
        case State::Body:
            ++self->m_network.timed_out;
            self->refuse(408, "timeout", "The request did not arrive in time.");
            break;
        case State::Idle:
            self->linger();
            break;
        case State::Lingering:
            self->close();
            break;
        default:
            ++self->m_network.timed_out;
            self->close();
        }
    });
}

void Connection::set_deadline(std::int64_t in_ms) {
    m_deadline_ms.store(steady_ms() + in_ms, std::memory_order_relaxed);
}

void Connection::want(Io direction) {
    const bool read = direction == Io::WantRead;
    bool& under_way = read ? m_reading : m_writing;
    if (under_way || m_state == State::Closed)
        return;
    under_way = true;
    m_socket.async_wait(read ? Socket::wait_read : Socket::wait_write,
                        [self = shared_from_this(), direction](boost::system::error_code error) {
                            (direction == Io::WantRead ? self->m_reading : self->m_writing) = false;
                            if (self->m_state == State::Closed)
                                return;
                            if (error)
                                self->close();
                            else
                                self->on_ready(direction);
                        });
}

void Connection::on_ready(Io direction) {
    switch (m_state) {
    case State::Handshake:
        return shake_hands();
    case State::Idle:
        return begin_request();
    case State::Header:
    case State::Body:
        return read_request();
    case State::Sending:
        return send();
    case State::Lingering:
        return drain();
    case State::Parked:
        if (direction == Io::WantRead)
            watch();
        return;
    case State::Busy:
    case State::Closed:
        return;
    }
}

void Connection::watch() {
    switch (m_channel->peek()) {
    case Io::Done: // its next request, early: that one waits its turn, and watching on would find it again at once
        return;
    case Io::End:
    case Io::Failed:
        if (m_network.room.leave(m_exchange->event, this))
            close();
        return;
    default: // a readiness of before, or bytes of TLS alone
        want(Io::WantRead);
    }
}

void Connection::shake_hands() {
    const auto result = m_channel->handshake();
    switch (result.io) {
    case Io::Done:
        return await_request();
    case Io::WantRead:
    case Io::WantWrite:
        return want(result.io);
    default:
        close();
    }
}

void Connection::await_request() {
    const bool early = m_exchange && m_exchange->buffer.size() > 0;
    if (!early)
        m_exchange.reset();
    m_state = State::Idle;
    if (m_stopping || m_network.stopping) {
        linger();
        return;
    }
    set_deadline(m_first ? m_network.limits.header_ms : m_network.limits.idle_ms);
    m_first = false;
    if (early || m_channel->has_pending())
        // Not at once: others come first.
        asio::post(m_socket.get_executor(), [self = shared_from_this()] {
            if (self->m_state == State::Idle)
                self->begin_request();
        });
    else
        want(Io::WantRead);
}

void Connection::dispatch() {
    auto& exchange = *m_exchange;
    if (exchange.request.method == "OPTIONS") {
        ApiAnswer allowed;
        allowed.status = 204;
        allowed.headers["Allow"] = "GET, HEAD, POST, PUT, DELETE, OPTIONS";
        return answer(std::move(allowed));
    }
    Service::Prepared prepared;
    auto failed = guarded(m_network.log, [&] {
        prepared = m_network.service.prepare(exchange.request);
        return ApiAnswer{};
    });
    if (failed.status >= 500)
        return answer(std::move(failed));
    if (prepared.push) {
        exchange.push = prepared.push;
        exchange.request.body = {};
        const auto taken = m_network.writer->submit(std::move(prepared.push), [self = shared_from_this()] {
            asio::post(self->m_socket.get_executor(), [self] {
                if (self->m_state != State::Busy)
                    return;
                auto reply = guarded(self->m_network.log,
                                     [&] { return self->m_network.service.finish(self->m_exchange->push); });
                self->m_exchange->push.reset();
                self->answer(std::move(reply));
            });
        });
        if (!taken)
            refuse(503, "busy", "The hub is handling as much as it can. Try again in a moment.");
        return;
    }
    if (prepared.waiting && !m_stopping && !m_network.stopping) {
        exchange.event = prepared.waiting->event;
        m_state = State::Parked;
        set_deadline(std::clamp<std::int64_t>(prepared.waiting->wait_ms, 0, 120'000));
        want(Io::WantRead); // to see it leave
        m_network.room.park(exchange.event, prepared.waiting->after, shared_from_this());
        // stop() may have passed by before this one was seated.
        if (m_network.stopping && m_network.room.leave(exchange.event, this))
            answer_waiting();
        return;
    }
    answer(prepared.answer ? std::move(*prepared.answer) : guarded(m_network.log, [&] {
        return m_network.service.answer_feed(exchange.request);
    }));
}

void Connection::answer_waiting() {
    m_state = State::Busy;
    answer(guarded(m_network.log, [this] { return m_network.service.answer_feed(m_exchange->request); }));
    // What doesn't fit the socket is the client's own slowness: the next one need not wait for it.
    if (m_woken) {
        m_woken = false;
        m_network.room.answered();
    }
}

void Connection::linger() {
    // Closing at once would throw away what the client has not read yet where more of its request is on the way.
    const bool unread = m_exchange && m_exchange->unread;
    m_channel->finish();
    if (!unread)
        return close();
    m_state = State::Lingering;
    m_exchange.reset();
    set_deadline(m_network.limits.linger_ms);
    drain();
}

void Connection::drain() {
    std::array<char, 16 * 1024> scratch;
    for (std::size_t drained = 0; drained < max_drained;) {
        const auto result = m_channel->discard(scratch);
        if (result.io == Io::WantRead)
            return want(Io::WantRead);
        if (result.io != Io::Done)
            break;
        drained += result.bytes;
    }
    close();
}

void Connection::close() {
    if (m_state == State::Closed)
        return;
    if (m_state == State::Parked)
        (void)m_network.room.leave(m_exchange->event, this);
    m_state = State::Closed;
    if (m_woken) {
        m_woken = false;
        m_network.room.answered();
    }
    release();
    boost::system::error_code ignored;
    m_channel.reset();
    m_socket.close(ignored);
    m_exchange.reset();
    m_network.remove(this);
}

} // namespace kiosk::sync::hub
