// SPDX-License-Identifier: Apache-2.0
// A connection's answers: header and body, packed where the client wants it, sent as fast as it takes them.
#include "hub/connection_impl.hpp"
#include "protocol/compression.hpp"
#include "protocol/messages.hpp"

#include <boost/asio/post.hpp>
#include <boost/beast/http/status.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <fcntl.h>

namespace kiosk::sync::hub {

namespace asio = boost::asio;
namespace http = boost::beast::http;

namespace {

constexpr std::size_t chunk_bytes = 64 * 1024; // of a file
constexpr std::size_t worth_compressing = 256;
constexpr int answer_level = 1;

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

// A header of ours never carries a line break, whatever it was made of.
bool clean(std::string_view text) {
    return std::ranges::none_of(text, [](char letter) { return letter == '\r' || letter == '\n' || letter == '\0'; });
}

} // namespace

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

} // namespace kiosk::sync::hub
