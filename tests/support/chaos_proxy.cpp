// SPDX-License-Identifier: Apache-2.0
#include "support/chaos_proxy.hpp"

#include <algorithm>
#include <chrono>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <deque>
#include <span>
#include <stdexcept>
#include <system_error>
#include <vector>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

namespace kiosk::test {
namespace {

using Time = std::chrono::steady_clock::time_point;
using std::chrono::milliseconds;

// How soon a thread sees that something was changed; nothing is proved by it.
constexpr int look_again_ms = 10;
constexpr std::size_t piece_bytes = 16 * 1024;
constexpr std::size_t most_waiting_bytes = 1024 * 1024;

constexpr const char page[] = "<!DOCTYPE html><html><head><title>Free WiFi</title></head>"
                              "<body><form>Please accept our terms to go online</form></body></html>";

std::string portal_answer() {
    return "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: " + std::to_string(sizeof page - 1) +
           "\r\nConnection: close\r\n\r\n" + page;
}

sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    return address;
}

// Closing with this on sends RST: the other end sees a connection that was torn, not one that ended.
void close_torn(int descriptor) {
    const linger at_once{1, 0};
    ::setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    ::close(descriptor);
}

bool wait_for(int descriptor, short events, const std::atomic<bool>& torn, const std::atomic<bool>& stopping,
              milliseconds most) {
    const auto end = std::chrono::steady_clock::now() + most;
    while (!torn && !stopping && std::chrono::steady_clock::now() < end) {
        pollfd asked{descriptor, events, 0};
        if (::poll(&asked, 1, look_again_ms) > 0)
            return true;
    }
    return false;
}

// One direction of one connection.
struct Way {
    int from, to;
    std::atomic<std::uint64_t>& counter;
    struct Piece {
        Time due;
        std::string bytes;
    };
    std::deque<Piece> waiting;
    std::size_t waiting_bytes = 0;
    std::uint64_t seen = 0;      // bytes that came
    bool source_ended = false;   // the sender said that there is no more
    bool ended = false;          // and so did we
    bool lossy = false;          // bytes are missing: what follows makes no sense
    Time next_trickle{};
};

} // namespace

struct ChaosProxy::Tls {
    SSL_CTX* context = nullptr;
    Tls() {
        EVP_PKEY* key = EVP_EC_gen("P-256");
        X509* certificate = X509_new();
        if (key == nullptr || certificate == nullptr)
            throw std::runtime_error("no key for the portal");
        ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
        X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
        X509_gmtime_adj(X509_getm_notAfter(certificate), 24L * 3600 * 3650);
        X509_set_pubkey(certificate, key);
        X509_NAME* name = X509_get_subject_name(certificate);
        X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("wifi.example"), -1, -1,
                                   0);
        X509_set_issuer_name(certificate, name);
        X509_sign(certificate, key, EVP_sha256());
        context = SSL_CTX_new(TLS_server_method());
        SSL_CTX_use_certificate(context, certificate);
        SSL_CTX_use_PrivateKey(context, key);
        X509_free(certificate);
        EVP_PKEY_free(key);
    }
    ~Tls() { SSL_CTX_free(context); }
    Tls(const Tls&) = delete;
    Tls& operator=(const Tls&) = delete;
};

ChaosProxy::ChaosProxy(std::uint16_t hub_port, std::uint64_t seed)
    : m_hub_port(hub_port), m_seed(seed), m_tls(std::make_unique<Tls>()) {
    listen_now();
    m_acceptor = std::thread([this] { accept_loop(); });
}

ChaosProxy::~ChaosProxy() {
    m_stopping = true;
    m_acceptor.join();
    sweep(true);
    if (m_listener >= 0)
        ::close(m_listener);
}

Chaos ChaosProxy::chaos() const {
    const std::scoped_lock lock(m_mutex);
    return m_chaos;
}

// With m_mutex held, or before there are threads.
void ChaosProxy::listen_now() {
    const int made = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    const int yes = 1;
    ::setsockopt(made, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    auto address = loopback(m_port);
    if (::bind(made, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 || ::listen(made, 256) != 0) {
        const int error = errno;
        ::close(made);
        throw std::system_error(error, std::generic_category(), "chaos proxy");
    }
    socklen_t size = sizeof address;
    ::getsockname(made, reinterpret_cast<sockaddr*>(&address), &size);
    m_port = ntohs(address.sin_port);
    m_listener = made;
}

void ChaosProxy::set(const Chaos& chaos) {
    {
        const std::scoped_lock lock(m_mutex);
        const bool same_door = m_chaos.door == chaos.door;
        m_chaos = chaos;
        if (!same_door)
            for (auto& [number, connection] : m_connections)
                connection->torn = true;
        const bool listens = chaos.door != Chaos::Door::Refusing;
        if (listens && m_listener < 0) {
            listen_now();
        } else if (!listens && m_listener >= 0) {
            ::close(m_listener);
            m_listener = -1;
        }
    }
}

void ChaosProxy::tear_all() {
    const std::scoped_lock lock(m_mutex);
    for (auto& [number, connection] : m_connections)
        connection->torn = true;
}

void ChaosProxy::accept_loop() {
    while (!m_stopping) {
        int client = -1;
        {
            // The lock covers a call that does not wait: the listener may be closed and opened by set().
            const std::scoped_lock lock(m_mutex);
            if (m_listener >= 0)
                client = ::accept4(m_listener, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
            if (client >= 0) {
                const auto number = m_accepted++;
                auto& connection = m_connections[number] = std::make_unique<Connection>();
                connection->thread = std::thread([this, made = connection.get(), client] { serve(*made, client); });
            }
        }
        if (client < 0) {
            std::this_thread::sleep_for(milliseconds(1));
            sweep(false);
        }
    }
}

void ChaosProxy::sweep(bool all) {
    std::vector<std::unique_ptr<Connection>> over;
    {
        const std::scoped_lock lock(m_mutex);
        for (auto at = m_connections.begin(); at != m_connections.end();) {
            if (all || at->second->done) {
                over.push_back(std::move(at->second));
                at = m_connections.erase(at);
            } else {
                ++at;
            }
        }
    }
    for (auto& connection : over)
        connection->thread.join();
}

void ChaosProxy::serve(Connection& connection, int client) {
    // OpenSSL writes to sockets that the other end has left.
    sigset_t pipe;
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    ::pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
    const int yes = 1;
    ::setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    switch (chaos().door) {
    case Chaos::Door::Open: {
        // Connections come in an order that depends on the machine: their number is not part of the seed.
        std::mt19937_64 random(m_seed ^ (m_accepted.load() * 0x9e3779b97f4a7c15ULL));
        pass(connection, client, random);
        break;
    }
    case Chaos::Door::Portal: portal(connection, client); break;
    case Chaos::Door::TlsPortal: tls_portal(connection, client); break;
    case Chaos::Door::Silent:
    case Chaos::Door::Refusing:
        while (!connection.torn && !m_stopping) {
            // Whatever comes is taken: it is not the kiosk's buffer that is full.
            char ignored[4096];
            if (wait_for(client, POLLIN, connection.torn, m_stopping, milliseconds(1000)) &&
                ::recv(client, ignored, sizeof ignored, 0) == 0)
                break;
        }
        close_torn(client);
        break;
    }
    connection.done = true;
}

void ChaosProxy::portal(Connection& connection, int client) {
    char request[16 * 1024];
    if (wait_for(client, POLLIN, connection.torn, m_stopping, milliseconds(10'000)) &&
        ::recv(client, request, sizeof request, 0) > 0) {
        ++m_harmed;
        const auto answer = portal_answer();
        static_cast<void>(::send(client, answer.data(), answer.size(), MSG_NOSIGNAL));
        ::shutdown(client, SHUT_WR);
        // What still comes is read, so that the answer is not lost with a reset.
        while (wait_for(client, POLLIN, connection.torn, m_stopping, milliseconds(2000)) &&
               ::recv(client, request, sizeof request, 0) > 0) {
        }
    }
    ::close(client);
}

void ChaosProxy::tls_portal(Connection& connection, int client) {
    SSL* session = SSL_new(m_tls->context);
    SSL_set_fd(session, client);
    SSL_set_accept_state(session);
    const auto go_on = [&](int result) {
        const int why = SSL_get_error(session, result);
        if (why != SSL_ERROR_WANT_READ && why != SSL_ERROR_WANT_WRITE)
            return false;
        return wait_for(client, why == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT, connection.torn, m_stopping,
                        milliseconds(10'000));
    };
    int result = 0;
    while ((result = SSL_do_handshake(session)) != 1 && go_on(result)) {
    }
    ++m_harmed;
    if (result == 1) {
        std::string asked;
        char some[16 * 1024];
        while (asked.find("\r\n\r\n") == std::string::npos) {
            const int got = SSL_read(session, some, sizeof some);
            if (got > 0)
                asked.append(some, static_cast<std::size_t>(got));
            else if (!go_on(got))
                break;
        }
        if (asked.find("\r\n\r\n") != std::string::npos) {
            const auto answer = portal_answer();
            int written = 0;
            while ((written = SSL_write(session, answer.data(), static_cast<int>(answer.size()))) <= 0 && go_on(written)) {
            }
            SSL_shutdown(session);
        }
    }
    SSL_free(session);
    ::close(client);
}

namespace {

struct Harm {
    bool tear = false;
    std::uint64_t count = 0;
};

// A piece that came in: what becomes of it.
Harm take_in(Way& way, std::string bytes, const Lane& lane, std::mt19937_64& random, Time now) {
    Harm harm;
    const auto chance = [&](double probability) {
        return probability > 0 && std::uniform_real_distribution<double>(0, 1)(random) < probability;
    };
    const auto before = way.seen;
    way.seen += bytes.size();
    if (way.ended || lane.lost) {
        way.lossy = true;
        ++harm.count;
        return harm;
    }
    if (lane.cut_after && way.seen > *lane.cut_after) {
        bytes.resize(static_cast<std::size_t>(*lane.cut_after > before ? *lane.cut_after - before : 0));
        harm.tear = true;
        ++harm.count;
    } else if (lane.half_close_after && way.seen > *lane.half_close_after) {
        bytes.resize(static_cast<std::size_t>(*lane.half_close_after > before ? *lane.half_close_after - before : 0));
        way.source_ended = true;
        way.lossy = true;
        ++harm.count;
    }
    if (!bytes.empty() && chance(lane.garbage)) {
        std::string noise(1 + random() % 64, '\0');
        for (auto& letter : noise)
            letter = static_cast<char>(random());
        bytes.insert(static_cast<std::size_t>(random() % (bytes.size() + 1)), noise);
        ++harm.count;
    }
    if (!bytes.empty() && chance(lane.duplicate)) {
        bytes += std::string(bytes);
        ++harm.count;
    }
    if (!bytes.empty()) {
        way.waiting_bytes += bytes.size();
        way.waiting.push_back({now + milliseconds(lane.latency_ms), std::move(bytes)});
    }
    return harm;
}

// Sends what is due; false where the receiver is gone.
bool send_due(Way& way, const Lane& lane, Time now) {
    while (!way.waiting.empty() && way.waiting.front().due <= now) {
        auto& bytes = way.waiting.front().bytes;
        std::size_t most = bytes.size();
        if (lane.trickle_bytes > 0) {
            if (now < way.next_trickle)
                return true;
            most = std::min(most, lane.trickle_bytes);
        }
        const auto sent = ::send(way.to, bytes.data(), most, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0)
            return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
        way.waiting_bytes -= static_cast<std::size_t>(sent);
        bytes.erase(0, static_cast<std::size_t>(sent));
        if (bytes.empty())
            way.waiting.pop_front();
        if (lane.trickle_bytes > 0)
            way.next_trickle = now + milliseconds(lane.trickle_ms);
    }
    if (way.waiting.empty() && way.source_ended && !way.ended) {
        ::shutdown(way.to, SHUT_WR);
        way.ended = true;
    }
    return true;
}

} // namespace

void ChaosProxy::pass(Connection& connection, int client, std::mt19937_64& random) {
    const int hub = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const auto address = loopback(m_hub_port);
    if (::connect(hub, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        ::close(hub);
        close_torn(client);
        return;
    }
    const int yes = 1;
    ::setsockopt(hub, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    ::fcntl(hub, F_SETFL, O_NONBLOCK);

    Way ways[2] = {{client, hub, m_bytes_up, {}, 0, 0, false, false, false, {}},
                   {hub, client, m_bytes_down, {}, 0, 0, false, false, false, {}}};
    bool broken = false;
    while (!broken && !connection.torn && !m_stopping && !(ways[0].ended && ways[1].ended)) {
        const auto now_chaos = chaos();
        const Lane* lanes[2] = {&now_chaos.up, &now_chaos.down};
        pollfd asked[2];
        int timeout = look_again_ms;
        auto now = std::chrono::steady_clock::now();
        for (int i = 0; i < 2; ++i) {
            auto& way = ways[i];
            const bool reads = !way.source_ended && way.waiting_bytes < most_waiting_bytes;
            // A descriptor that nothing is asked of would still report that it was hung up, again and again.
            asked[i] = {reads ? way.from : -1, POLLIN, 0};
            if (!way.waiting.empty()) {
                auto due = way.waiting.front().due;
                if (lanes[i]->trickle_bytes > 0)
                    due = std::max(due, way.next_trickle);
                const auto left = std::chrono::ceil<milliseconds>(due - now).count();
                timeout = static_cast<int>(std::clamp<std::int64_t>(left, 1, timeout));
            }
        }
        ::poll(asked, 2, timeout);
        now = std::chrono::steady_clock::now();
        for (int i = 0; i < 2 && !broken; ++i) {
            auto& way = ways[i];
            const auto& lane = *lanes[i];
            bool tear = false;
            if ((asked[i].revents & (POLLIN | POLLHUP | POLLERR)) != 0) {
                std::string bytes(piece_bytes, '\0');
                const auto got = ::recv(way.from, bytes.data(), bytes.size(), MSG_DONTWAIT);
                if (got > 0) {
                    way.counter += static_cast<std::uint64_t>(got);
                    bytes.resize(static_cast<std::size_t>(got));
                    // What was sent after set() gets what set() said, however long this thread waited.
                    const auto latest = chaos();
                    const auto harm = take_in(way, std::move(bytes), i == 0 ? latest.up : latest.down, random, now);
                    m_harmed += harm.count;
                    tear = harm.tear;
                } else if (got == 0) {
                    way.source_ended = true;
                } else if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) {
                    broken = true;
                }
            }
            // After bytes were lost the stream can't go on once the line is well again.
            if (way.lossy && !lane.lost && !lane.half_close_after)
                broken = true;
            // What came before the cut goes out first, all at once.
            if (!send_due(way, tear ? Lane{} : lane, tear ? Time::max() : now) || tear)
                broken = true;
        }
    }
    const bool orderly = ways[0].ended && ways[1].ended && !broken && !connection.torn;
    for (const int descriptor : {client, hub}) {
        if (orderly)
            ::close(descriptor);
        else
            close_torn(descriptor);
    }
}

} // namespace kiosk::test
