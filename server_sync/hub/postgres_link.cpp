// SPDX-License-Identifier: Apache-2.0
// Texts, connections and failures of the PostgreSQL store, and the thread that listens.
#include "hub/postgres_impl.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>

namespace kiosk::sync::hub {

using core::ErrorCode;

namespace {

constexpr int listen_ping_ms = 30'000;
constexpr int listen_retry_ms = 500;
constexpr std::string_view hex_digits = "0123456789abcdef";

// Length of the UTF-8 sequence at the front as PostgreSQL takes it, or 0.
std::size_t sequence(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const auto more = [&](std::size_t i) { return i < text.size() && (byte(i) & 0xc0) == 0x80; };
    const auto first = byte(0);
    if (first == 0)
        return 0;
    if (first < 0x80)
        return 1;
    if (first >= 0xc2 && first < 0xe0)
        return more(1) ? 2 : 0;
    if (first >= 0xe0 && first < 0xf0) {
        if (!more(1) || !more(2) || (first == 0xe0 && byte(1) < 0xa0) || (first == 0xed && byte(1) >= 0xa0))
            return 0;
        return 3;
    }
    if (first >= 0xf0 && first < 0xf5) {
        if (!more(1) || !more(2) || !more(3) || (first == 0xf0 && byte(1) < 0x90) || (first == 0xf4 && byte(1) >= 0x90))
            return 0;
        return 4;
    }
    return 0;
}

// "key=value" at the end of the address, unless the operator has set it.
void add_default(std::string& url, std::string_view key, std::string_view value) {
    if (url.find(std::string(key) + "=") != std::string::npos)
        return;
    const bool is_uri = url.starts_with("postgresql://") || url.starts_with("postgres://");
    url += is_uri ? (url.find('?') == std::string::npos ? "?" : "&") : " ";
    url += std::string(key) + "=" + std::string(value);
}

// The first line alone: what follows may quote rows.
std::string first_line(const char* text) {
    const std::string_view all = text;
    return std::string(all.substr(0, all.find('\n')));
}

class Receiver final : public pqxx::notification_receiver {
public:
    Receiver(pqxx::connection& connection, std::string own)
        : pqxx::notification_receiver(connection, std::string(postgres_channel)), m_own(std::move(own)) {}
    void operator()(const std::string& payload, int) override { heard = heard || payload != m_own; }
    bool heard = false;

private:
    std::string m_own;
};

} // namespace

bool is_text(std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
        const auto byte = static_cast<unsigned char>(text[at]);
        if (byte != 0 && byte < 0x80) {
            ++at;
            continue;
        }
        const auto length = sequence(text.substr(at));
        if (length == 0)
            return false;
        at += length;
    }
    return true;
}

std::string as_text(const std::string& text) {
    if (is_text(text))
        return text;
    std::string clean;
    for (std::size_t at = 0; at < text.size();) {
        const auto length = sequence(std::string_view(text).substr(at));
        clean += length == 0 ? "?" : text.substr(at, length);
        at += std::max<std::size_t>(length, 1);
    }
    return clean;
}

void append_hex(std::string& out, std::string_view bytes) {
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        out += hex_digits[byte >> 4];
        out += hex_digits[byte & 15];
    }
}

std::string bytea(std::string_view bytes) {
    std::string out = "\\x";
    append_hex(out, bytes);
    return out;
}

std::string unhex(std::string_view text) {
    std::string bytes;
    bytes.reserve(text.size() / 2);
    for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
        unsigned value = 0;
        std::from_chars(text.data() + i, text.data() + i + 2, value, 16);
        bytes += static_cast<char>(value);
    }
    return bytes;
}

std::string_view bytes_of(const Digest& digest) {
    return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

Digest digest_of(const std::string& hex_text) {
    Digest digest{};
    const auto bytes = unhex(hex_text);
    if (bytes.size() == digest.size())
        std::copy(bytes.begin(), bytes.end(), digest.begin());
    return digest;
}

std::string with_postgres_defaults(std::string url) {
    // A server that vanished without a word is noticed within half a minute.
    add_default(url, "connect_timeout", "5");
    add_default(url, "keepalives_idle", "10");
    add_default(url, "keepalives_interval", "5");
    add_default(url, "keepalives_count", "3");
    add_default(url, "tcp_user_timeout", "20000");
    return url;
}

std::unique_ptr<pqxx::connection> connect_postgres(const std::string& url) {
    auto connection = std::make_unique<pqxx::connection>(url);
#if PQXX_VERSION_MAJOR < 7
    connection->inhibit_reactivation(true); // a new one is ours to make: it needs the settings below
#endif
    pqxx::nontransaction setup(*connection);
    setup.exec("SET client_encoding = 'UTF8'; SET search_path = xiangdao_hub; SET synchronous_commit = on;"
               "SET client_min_messages = warning; SET standard_conforming_strings = on; SET lock_timeout = '30s';"
               "SET statement_timeout = '120s'; SET idle_in_transaction_session_timeout = '60s'");
    return connection;
}

PostgresFailure to_failure(const std::exception& exception, const pqxx::connection* connection, const char* context) {
    const auto made = [&](ErrorCode code, const char* key, bool broken) {
        return PostgresFailure{{code, key, std::string(context) + ": " + first_line(exception.what()), {}}, broken};
    };
    const bool open = connection && connection->is_open();
    if (const auto* sql = dynamic_cast<const pqxx::sql_error*>(&exception)) {
        const std::string state = sql->sqlstate();
        if (state == "53100")
            return made(ErrorCode::DiskFull, "error.disk_full", false);
        if (state.starts_with("58"))
            return made(ErrorCode::Io, "error.database_io", false);
        if (state.starts_with("XX001") || state.starts_with("XX002"))
            return made(ErrorCode::Corrupt, "error.database_damaged", false);
        for (const auto* away : {"08", "53", "55P03", "57", "25006", "25P03", "40"})
            if (state.starts_with(away))
                return made(ErrorCode::Unavailable, "error.database_server", true);
        if (open && !state.empty())
            return made(ErrorCode::Internal, "error.database_internal", false);
    }
    const bool lost = !open || dynamic_cast<const pqxx::broken_connection*>(&exception) ||
                      dynamic_cast<const pqxx::in_doubt_error*>(&exception);
    if (lost)
        return made(ErrorCode::Unavailable, "error.database_server", true);
    return made(ErrorCode::Internal, "error.database_internal", true);
}

WakePipe::WakePipe() { KIOSK_ASSERT(::pipe2(m_ends, O_CLOEXEC | O_NONBLOCK) == 0); }

WakePipe::~WakePipe() {
    ::close(m_ends[0]);
    ::close(m_ends[1]);
}

void WakePipe::wake() { static_cast<void>(!::write(m_ends[1], "x", 1)); }

void WakePipe::wait(int descriptor, int timeout_ms) const {
    pollfd both[] = {{m_ends[0], POLLIN, 0}, {descriptor, POLLIN, 0}};
    ::poll(both, descriptor < 0 ? 1 : 2, timeout_ms);
}

void PostgresStore::Impl::listen() {
    bool first = true;
    while (!stopping) {
        try {
            const auto connection = connect_postgres(url);
            Receiver receiver(*connection, own);
            receiver.heard = !first; // while nobody listened, anything may have happened
            first = false;
            for (;;) {
                connection->get_notifs();
                if (stopping)
                    return;
                if (std::exchange(receiver.heard, false)) {
                    std::function<void()> call;
                    {
                        const std::lock_guard hold(hook_mutex);
                        call = hook;
                    }
                    if (call)
                        call();
                }
                const auto began = std::chrono::steady_clock::now();
                stop.wait(connection->sock(), listen_ping_ms);
                if (std::chrono::steady_clock::now() - began >= std::chrono::milliseconds(listen_ping_ms)) {
                    pqxx::nontransaction ping(*connection);
                    ping.exec("SELECT 1");
                }
                if (!connection->is_open())
                    break;
            }
        } catch (const std::exception&) {
            first = false; // the server is away; whoever writes or reads says so
        }
        if (!stopping)
            stop.wait(-1, listen_retry_ms);
    }
}

void PostgresStore::on_foreign_commit(std::function<void()> hook) {
    auto& impl = *m_impl;
    {
        const std::lock_guard hold(impl.hook_mutex);
        impl.hook = std::move(hook);
    }
    if (!impl.listener.joinable())
        impl.listener = std::thread([&impl] { impl.listen(); });
}

} // namespace kiosk::sync::hub
