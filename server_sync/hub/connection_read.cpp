// SPDX-License-Identifier: Apache-2.0
// A connection's requests: read as the bytes come, judged by their header first, unpacked.
#include "hub/connection_impl.hpp"
#include "protocol/compression.hpp"
#include "protocol/messages.hpp"

#include <algorithm>
#include <cctype>

namespace kiosk::sync::hub {

namespace beast = boost::beast;
namespace http = beast::http;
using kiosk::core::ErrorCode;

namespace {

constexpr std::size_t small_read = 4 * 1024;  // a question without a body
constexpr std::size_t large_read = 64 * 1024; // with one: a few records at a time

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

} // namespace

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
