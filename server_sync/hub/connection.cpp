// SPDX-License-Identifier: Apache-2.0
#include "hub/connection.hpp"

#include "hub/network.hpp"
#include "protocol/compression.hpp"

#include <boost/asio/post.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <ctime>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <unistd.h>

namespace kiosk::sync::hub {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using kiosk::core::ErrorCode;

namespace {

constexpr std::size_t small_read = 4 * 1024;   // a question without a body
constexpr std::size_t large_read = 64 * 1024;  // with one: a few records at a time
constexpr std::size_t chunk_bytes = 64 * 1024; // of a file
constexpr std::size_t worth_compressing = 256;
constexpr std::size_t max_drained = 8 * 1024 * 1024;
constexpr int answer_level = 1;

struct File {
    int descriptor = -1;
    File() = default;
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    ~File() {
        if (descriptor >= 0)
            ::close(descriptor);
    }
};

std::string lower(std::string_view text) {
    std::string out(text);
    std::ranges::transform(out, out.begin(), [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
    return out;
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
        text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t'))
        text.remove_suffix(1);
    return text;
}

// "gzip, zstd;q=0.5": whether zstd is welcome.
bool accepts_zstd(std::string_view header) {
    while (!header.empty()) {
        const auto comma = header.find(',');
        const auto item = header.substr(0, comma);
        const auto semicolon = item.find(';');
        if (lower(trimmed(item.substr(0, semicolon))) == "zstd") {
            const auto weight = semicolon == std::string_view::npos ? std::string_view() : item.substr(semicolon + 1);
            const auto number = trimmed(weight);
            return !(number.starts_with("q=0") && number.find_first_not_of("0.", 2) == std::string_view::npos);
        }
        header = comma == std::string_view::npos ? std::string_view() : header.substr(comma + 1);
    }
    return false;
}

// Always in English, whatever the machine's language is.
std::string http_date() {
    static constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const std::time_t now = std::time(nullptr);
    std::tm parts{};
    gmtime_r(&now, &parts);
    return fmt::format("{}, {:02} {} {} {:02}:{:02}:{:02} GMT", days[static_cast<std::size_t>(parts.tm_wday)], parts.tm_mday,
                       months[static_cast<std::size_t>(parts.tm_mon)], parts.tm_year + 1900, parts.tm_hour, parts.tm_min,
                       parts.tm_sec);
}

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

// A header of ours never carries a line break, whatever it was made of.
bool clean(std::string_view text) {
    return std::ranges::none_of(text, [](char letter) { return letter == '\r' || letter == '\n' || letter == '\0'; });
}

} // namespace

struct Connection::Exchange {
    using Parser = http::request_parser<http::string_body>;
    beast::flat_buffer buffer;
    std::optional<Parser> parser;
    ApiRequest request;
    std::string event; // of the feed that it waits for
    Service::Push push;
    std::size_t reserved = 0; // of the bodies in flight
    bool header_only = false; // HEAD
    bool keep_alive = false;
    bool zstd_welcome = false;
    bool unread = false; // refused before all of it was read
    bool compressed = false;
    std::string out;
    std::size_t out_done = 0;
    File file;
    std::uint64_t file_at = 0;
    std::uint64_t file_left = 0;
};

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

void Connection::abort() {
    asio::post(m_socket.get_executor(), [self = shared_from_this()] { self->close(); });
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

void Connection::begin_request() {
    auto early = m_exchange ? std::move(m_exchange->buffer) : beast::flat_buffer();
    m_exchange = std::make_unique<Exchange>();
    m_exchange->buffer = std::move(early);
    m_exchange->buffer.max_size(m_network.limits.header_bytes + large_read);
    m_exchange->parser.emplace();
    m_exchange->parser->header_limit(static_cast<std::uint32_t>(m_network.limits.header_bytes));
    m_exchange->parser->body_limit(m_network.limits.body_bytes);
    m_exchange->parser->eager(true);
    m_state = State::Header;
    set_deadline(m_network.limits.header_ms);
    read_request();
}

void Connection::read_request() {
    while (true) {
        auto& exchange = *m_exchange;
        auto& parser = *exchange.parser;
        boost::system::error_code error;
        while (exchange.buffer.size() > 0 && !parser.is_done()) {
            // The header first and alone: what it says decides whether the body is read at all.
            parser.eager(m_state == State::Body);
            const auto used = parser.put(exchange.buffer.data(), error);
            exchange.buffer.consume(used);
            if (error == http::error::need_more) {
                error = {};
                break;
            }
            if (error)
                break;
            if (m_state == State::Header && parser.is_header_done()) {
                m_state = State::Body;
                set_deadline(m_network.limits.body_ms);
                if (!header_read())
                    return;
            }
            if (used == 0)
                break;
        }
        if (error) {
            exchange.unread = true;
            if (error == http::error::body_limit)
                return refuse(413, "too_large", "The body is larger than the hub takes.");
            if (error == http::error::header_limit)
                return refuse(431, "header_too_large", "The header is larger than the hub takes.");
            return refuse(400, "bad_request", "This is no HTTP request.");
        }
        if (parser.is_done())
            return request_read();
        const auto size = m_state == State::Body ? large_read : small_read;
        if (exchange.buffer.size() + 1 > exchange.buffer.max_size()) {
            exchange.unread = true;
            return refuse(431, "header_too_large", "The header is larger than the hub takes.");
        }
        const auto into = exchange.buffer.prepare(std::min(size, exchange.buffer.max_size() - exchange.buffer.size()));
        const auto result = m_channel->read({static_cast<char*>(into.data()), into.size()});
        switch (result.io) {
        case Io::Done:
            exchange.buffer.commit(result.bytes);
            continue;
        case Io::WantRead:
        case Io::WantWrite:
            if (m_state == State::Header && exchange.buffer.size() == 0 && m_stopping)
                return linger();
            return want(result.io);
        default:
            return close();
        }
    }
}

bool Connection::header_read() {
    auto& exchange = *m_exchange;
    const auto& message = exchange.parser->get();
    exchange.header_only = message.method() == http::verb::head;
    exchange.keep_alive = message.keep_alive();
    exchange.unread = !exchange.parser->is_done();
    for (const auto& field : message)
        exchange.request.headers[lower({field.name_string().data(), field.name_string().size()})] =
            std::string(field.value().data(), field.value().size());
    const auto& headers = exchange.request.headers;
    if (const auto accept = headers.find("accept-encoding"); accept != headers.end())
        exchange.zstd_welcome = accepts_zstd(accept->second);
    if (const auto encoding = headers.find("content-encoding"); encoding != headers.end()) {
        const auto word = lower(trimmed(encoding->second));
        if (word != "zstd" && word != "identity") {
            refuse(415, "unknown_encoding", "The body may be plain or zstd.");
            return false;
        }
        exchange.compressed = word == "zstd";
    }
    // What it may become is set aside before it is there.
    const auto length = exchange.parser->content_length();
    const auto expected = exchange.parser->chunked() ? m_network.limits.body_bytes : length.value_or(0);
    if (expected > 0 && !reserve(static_cast<std::size_t>(expected))) {
        refuse(503, "busy", "The hub is handling as much as it can. Try again in a moment.");
        return false;
    }
    if (const auto expect = headers.find("expect"); expect != headers.end()) {
        if (lower(expect->second) != "100-continue") {
            refuse(417, "expectation", "Only 100-continue is known.");
            return false;
        }
        // So small that it fits the socket's empty buffer; where it doesn't, the client sends after a moment anyway.
        static constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
        if (exchange.buffer.size() == 0 && !exchange.parser->is_done())
            (void)m_channel->write(go_on);
    }
    return true;
}

void Connection::request_read() {
    auto& exchange = *m_exchange;
    exchange.unread = false;
    ++m_network.requests;
    auto message = exchange.parser->release();
    exchange.parser.reset();
    auto& request = exchange.request;
    request.method = exchange.header_only ? "GET" : std::string(message.method_string());
    request.target = std::string(message.target());
    request.peer = m_peer;
    if (!message.body().empty() && exchange.compressed) {
        auto plain = protocol::inflate(message.body(), protocol::max_body_bytes);
        if (!plain)
            return plain.error().code == ErrorCode::TooLarge
                       ? refuse(413, "too_large", "The body is larger than the hub takes.")
                       : refuse(400, "bad_encoding", "The body is no zstd.");
        if (!reserve(plain->size()))
            return refuse(503, "busy", "The hub is handling as much as it can. Try again in a moment.");
        request.body = std::move(*plain);
    } else {
        request.body = std::move(message.body());
    }
    if (request.body.size() > protocol::max_body_bytes)
        return refuse(413, "too_large", "The body is larger than the hub takes.");
    // Buffers are for reading; while this is answered, only what came early is kept.
    if (exchange.buffer.size() == 0)
        exchange.buffer = {};
    m_state = State::Busy;
    dispatch();
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

void Connection::refuse(int status, std::string_view word, std::string_view sentence) {
    ApiAnswer wrong;
    wrong.status = status;
    protocol::ErrorReply reply{std::string(word), std::string(sentence), std::nullopt};
    if (status == 503) {
        reply.retry_after_s = 1;
        wrong.headers["Retry-After"] = "1";
    }
    wrong.body = protocol::encode(reply);
    wrong.compress = false;
    if (m_exchange->unread)
        m_exchange->keep_alive = false;
    answer(std::move(wrong));
}

void Connection::answer(ApiAnswer what) {
    auto& exchange = *m_exchange;
    exchange.parser.reset();
    if (m_stopping || m_network.stopping)
        exchange.keep_alive = false;
    bool compressed = false;
    std::uint64_t length = what.body.size();
    if (!what.file.empty()) {
        exchange.file.descriptor = ::open(what.file.c_str(), O_RDONLY | O_CLOEXEC);
        if (exchange.file.descriptor < 0) {
            m_network.log.write(LogLevel::Error, "file_unreadable", {{"file", what.file.filename().string()}});
            what = {};
            what.status = 500;
            what.body = protocol::encode(protocol::ErrorReply{"internal", "A file of the hub can't be read.", std::nullopt});
            length = what.body.size();
        } else {
            exchange.file_at = what.file_from;
            exchange.file_left = length = what.file_bytes;
        }
    } else if (what.compress && exchange.zstd_welcome && what.body.size() >= worth_compressing) {
        what.body = protocol::deflate(what.body, answer_level);
        length = what.body.size();
        compressed = true;
    }
    if (exchange.request.target.starts_with("/metrics") && what.status == 200 && what.file.empty() && !compressed) {
        const auto stats = m_network.stats();
        what.body += fmt::format("# TYPE xiangdao_hub_connections gauge\nxiangdao_hub_connections {}\n"
                                 "# TYPE xiangdao_hub_feeds_waiting gauge\nxiangdao_hub_feeds_waiting {}\n"
                                 "# TYPE xiangdao_hub_connections_accepted_total counter\n"
                                 "xiangdao_hub_connections_accepted_total {}\n"
                                 "# TYPE xiangdao_hub_connections_turned_away_total counter\n"
                                 "xiangdao_hub_connections_turned_away_total {}\n"
                                 "# TYPE xiangdao_hub_timeouts_total counter\nxiangdao_hub_timeouts_total {}\n"
                                 "# TYPE xiangdao_hub_http_requests_total counter\nxiangdao_hub_http_requests_total {}\n"
                                 "# TYPE xiangdao_hub_group_commits_total counter\nxiangdao_hub_group_commits_total {}\n"
                                 "# TYPE xiangdao_hub_group_pushes_total counter\nxiangdao_hub_group_pushes_total {}\n",
                                 stats.connections, stats.waiting, stats.accepted, stats.turned_away, stats.timed_out,
                                 stats.requests, stats.commits, stats.pushes);
        length = what.body.size();
    }
    auto& out = exchange.out;
    out.reserve(512 + what.body.size());
    const auto reason = http::obsolete_reason(static_cast<http::status>(what.status));
    fmt::format_to(std::back_inserter(out), "HTTP/1.1 {} {}\r\nDate: {}\r\n", what.status,
                   std::string_view(reason.data(), reason.size()), http_date());
    const bool bodiless = what.status == 204 || what.status == 304;
    if (!bodiless) {
        if (clean(what.content_type))
            fmt::format_to(std::back_inserter(out), "Content-Type: {}\r\n", what.content_type);
        fmt::format_to(std::back_inserter(out), "Content-Length: {}\r\n", length);
    }
    if (compressed)
        out += "Content-Encoding: zstd\r\n";
    if (what.compress && !bodiless)
        out += "Vary: Accept-Encoding\r\n";
    for (const auto& [name, value] : what.headers)
        if (clean(name) && clean(value))
            fmt::format_to(std::back_inserter(out), "{}: {}\r\n", name, value);
    out += exchange.keep_alive ? "Connection: keep-alive\r\n\r\n" : "Connection: close\r\n\r\n";
    if (exchange.header_only || bodiless) {
        exchange.file_left = 0;
    } else {
        out += what.body;
    }
    m_state = State::Sending;
    set_deadline(m_network.limits.send_ms);
    send();
}

void Connection::send() {
    auto& exchange = *m_exchange;
    std::size_t in_a_row = 0;
    while (true) {
        while (exchange.out_done < exchange.out.size()) {
            const auto result =
                m_channel->write(std::span(exchange.out).subspan(exchange.out_done));
            if (result.io == Io::WantRead || result.io == Io::WantWrite)
                return want(result.io);
            if (result.io != Io::Done)
                return close();
            exchange.out_done += result.bytes;
            in_a_row += result.bytes;
            set_deadline(m_network.limits.send_ms);
        }
        if (exchange.file_left == 0)
            return sent();
        if (!next_chunk())
            return close(); // in the middle of a body: the client sees that it is cut
        if (in_a_row >= 4 * chunk_bytes) {
            // A fast client of a large file must not keep a thread for itself.
            asio::post(m_socket.get_executor(), [self = shared_from_this()] {
                if (self->m_state == State::Sending)
                    self->send();
            });
            return;
        }
    }
}

bool Connection::next_chunk() {
    auto& exchange = *m_exchange;
    exchange.out.resize(static_cast<std::size_t>(std::min<std::uint64_t>(chunk_bytes, exchange.file_left)));
    exchange.out_done = 0;
    const auto size = ::pread(exchange.file.descriptor, exchange.out.data(), exchange.out.size(),
                              static_cast<off_t>(exchange.file_at));
    if (size <= 0)
        return false;
    exchange.out.resize(static_cast<std::size_t>(size));
    exchange.file_at += static_cast<std::uint64_t>(size);
    exchange.file_left -= static_cast<std::uint64_t>(size);
    return true;
}

void Connection::sent() {
    release();
    if (m_exchange->keep_alive)
        await_request();
    else
        linger();
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

bool Connection::reserve(std::size_t bytes) {
    if (m_network.bodies.fetch_add(bytes) + bytes > m_network.limits.bodies_in_flight_bytes) {
        m_network.bodies.fetch_sub(bytes);
        return false;
    }
    m_exchange->reserved += bytes;
    return true;
}

void Connection::release() {
    if (m_exchange && m_exchange->reserved > 0) {
        m_network.bodies.fetch_sub(m_exchange->reserved);
        m_exchange->reserved = 0;
    }
}

} // namespace kiosk::sync::hub
