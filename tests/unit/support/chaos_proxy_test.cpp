// SPDX-License-Identifier: Apache-2.0
// The bad line itself: each kind of harm is done, and a line that was healed is a line again.
#include "support/catch.hpp"
#include "support/chaos_proxy.hpp"

#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

using kiosk::test::Chaos;
using kiosk::test::ChaosProxy;
using Door = Chaos::Door;

namespace {

constexpr int patience_ms = 60'000; // for what must come; only a broken test waits so long

int connect_to(std::uint16_t port) {
    const int made = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    if (::connect(made, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0)
        return made;
    ::close(made);
    return -1;
}

// Answers every line with itself in brackets and counts what it was sent.
class LineServer {
public:
    LineServer() {
        m_listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        REQUIRE(::bind(m_listener, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
        REQUIRE(::listen(m_listener, 16) == 0);
        socklen_t size = sizeof address;
        REQUIRE(::getsockname(m_listener, reinterpret_cast<sockaddr*>(&address), &size) == 0);
        m_port = ntohs(address.sin_port);
        m_thread = std::thread([this] { serve(); });
    }
    ~LineServer() {
        m_stopping = true;
        m_thread.join();
        ::close(m_listener);
    }
    std::uint16_t port() const { return m_port; }
    std::uint64_t lines() const { return m_lines; }

private:
    void serve() {
        std::vector<std::pair<int, std::string>> clients;
        while (!m_stopping) {
            std::vector<pollfd> asked{{m_listener, POLLIN, 0}};
            for (const auto& client : clients)
                asked.push_back({client.first, POLLIN, 0});
            if (::poll(asked.data(), asked.size(), 20) <= 0)
                continue;
            for (std::size_t i = asked.size() - 1; i > 0; --i) {
                if (asked[i].revents == 0)
                    continue;
                auto& [client, text] = clients[i - 1];
                char some[4096];
                const auto got = ::recv(client, some, sizeof some, 0);
                if (got <= 0) {
                    ::close(client);
                    clients.erase(clients.begin() + static_cast<std::ptrdiff_t>(i - 1));
                    continue;
                }
                text.append(some, static_cast<std::size_t>(got));
                for (std::size_t end = 0; (end = text.find('\n')) != std::string::npos; text.erase(0, end + 1)) {
                    ++m_lines;
                    const auto answer = "[" + text.substr(0, end) + "]\n";
                    static_cast<void>(::send(client, answer.data(), answer.size(), MSG_NOSIGNAL));
                }
            }
            if (asked[0].revents != 0)
                clients.emplace_back(::accept4(m_listener, nullptr, nullptr, SOCK_CLOEXEC), std::string());
        }
        for (const auto& client : clients)
            ::close(client.first);
    }

    int m_listener = -1;
    std::uint16_t m_port = 0;
    std::atomic<bool> m_stopping = false;
    std::atomic<std::uint64_t> m_lines = 0;
    std::thread m_thread;
};

class Client {
public:
    explicit Client(std::uint16_t port) : m_socket(connect_to(port)) {}
    ~Client() {
        if (m_socket >= 0)
            ::close(m_socket);
    }
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;
    bool connected() const { return m_socket >= 0; }
    bool send(const std::string& text) {
        return ::send(m_socket, text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size());
    }
    enum class End : std::uint8_t { Open = 1, Closed, Torn };
    // Until there are that many bytes, the end, or the time is over.
    std::string receive(std::size_t most, int wait_ms = patience_ms) {
        std::string text;
        const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(wait_ms);
        while (text.size() < most) {
            const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
            pollfd asked{m_socket, POLLIN, 0};
            if (left.count() <= 0 || ::poll(&asked, 1, static_cast<int>(left.count())) <= 0)
                break;
            char some[4096];
            const auto got = ::recv(m_socket, some, std::min(sizeof some, most - text.size()), 0);
            if (got <= 0) {
                m_end = got == 0 ? End::Closed : End::Torn;
                break;
            }
            text.append(some, static_cast<std::size_t>(got));
        }
        return text;
    }
    End end() const { return m_end; }
    int socket() const { return m_socket; }

private:
    int m_socket;
    End m_end = End::Open;
};

void require_well(ChaosProxy& proxy) {
    Client client(proxy.port());
    REQUIRE(client.connected());
    REQUIRE(client.send("well\n"));
    REQUIRE(client.receive(7) == "[well]\n");
}

template <typename Condition> void eventually(Condition condition) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(patience_ms);
    while (!condition() && std::chrono::steady_clock::now() < until)
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    REQUIRE(condition());
}

} // namespace

TEST_CASE("chaos proxy: without chaos bytes pass as they are", "[support][chaos]") {
    LineServer server;
    ChaosProxy proxy(server.port(), 1);
    Client client(proxy.port());
    const std::string line(200'000, 'x');
    std::string got;
    std::thread sender([&] { static_cast<void>(client.send(line + "\n")); });
    got = client.receive(line.size() + 3);
    sender.join();
    CHECK(got == "[" + line + "]\n");
    CHECK(proxy.connections() == 1);
    CHECK(proxy.bytes_up() == line.size() + 1);
    CHECK(proxy.bytes_down() == line.size() + 3);
    CHECK(proxy.harmed() == 0);
}

TEST_CASE("chaos proxy: latency and a trickle are slow and lose nothing", "[support][chaos]") {
    LineServer server;
    ChaosProxy proxy(server.port(), 2);
    Chaos chaos;
    chaos.up.latency_ms = 60;
    chaos.down.trickle_bytes = 2;
    chaos.down.trickle_ms = 10;
    proxy.set(chaos);
    Client client(proxy.port());
    const auto start = std::chrono::steady_clock::now();
    REQUIRE(client.send("0123456789\n"));
    CHECK(client.receive(13) == "[0123456789]\n");
    // No faster than that; how much slower says something about the machine only.
    CHECK(std::chrono::steady_clock::now() - start >= std::chrono::milliseconds(60 + 6 * 10));
    CHECK(proxy.harmed() == 0);
}

TEST_CASE("chaos proxy: a cut after so many bytes, and an orderly end", "[support][chaos]") {
    LineServer server;
    ChaosProxy proxy(server.port(), 3);
    Chaos chaos;
    chaos.down.cut_after = 5;
    proxy.set(chaos);
    {
        Client client(proxy.port());
        REQUIRE(client.send("0123456789\n"));
        CHECK(client.receive(100).size() <= 5); // a reset may take along what was not read yet
        CHECK(client.end() == Client::End::Torn);
    }
    chaos.down = {};
    chaos.down.half_close_after = 5;
    proxy.set(chaos);
    {
        Client client(proxy.port());
        REQUIRE(client.send("0123456789\n"));
        CHECK(client.receive(100) == "[0123");
        CHECK(client.end() == Client::End::Closed);
        CHECK(client.send("more\n")); // the other direction still is open
        eventually([&] { return server.lines() == 3; });
    }
    CHECK(proxy.harmed() == 2);
    proxy.heal();
    require_well(proxy);
}

TEST_CASE("chaos proxy: garbage and doubled pieces", "[support][chaos]") {
    LineServer server;
    ChaosProxy proxy(server.port(), 4);
    Chaos chaos;
    chaos.down.duplicate = 1;
    proxy.set(chaos);
    {
        Client client(proxy.port());
        REQUIRE(client.send("ab\n"));
        CHECK(client.receive(10) == "[ab]\n[ab]\n");
    }
    chaos.down = {};
    chaos.down.garbage = 1;
    proxy.set(chaos);
    {
        Client client(proxy.port());
        REQUIRE(client.send("ab\n"));
        const auto got = client.receive(6);
        CHECK(got.size() == 6);
        CHECK(got != "[ab]\n");
    }
    CHECK(proxy.harmed() == 2);
    proxy.heal();
    require_well(proxy);
}

TEST_CASE("chaos proxy: one-way loss lets requests through and answers vanish", "[support][chaos]") {
    LineServer server;
    ChaosProxy proxy(server.port(), 5);
    Client before(proxy.port());
    REQUIRE(before.send("a\n"));
    REQUIRE(before.receive(4) == "[a]\n");
    Chaos chaos;
    chaos.down.lost = true;
    proxy.set(chaos);
    REQUIRE(before.send("b\n"));
    eventually([&] { return server.lines() == 2 && proxy.harmed() == 1; });
    CHECK(before.receive(4, 100).empty());
    CHECK(before.end() == Client::End::Open);
    proxy.heal(); // what was lost stays lost: the connection ends, a new one is well
    CHECK(before.receive(4).empty());
    CHECK(before.end() == Client::End::Torn);
    require_well(proxy);
}

TEST_CASE("chaos proxy: doors that lead nowhere", "[support][chaos]") {
    LineServer server;
    ChaosProxy proxy(server.port(), 6);
    Chaos chaos;
    Client before(proxy.port());
    REQUIRE(before.send("a\n"));
    REQUIRE(before.receive(4) == "[a]\n");
    chaos.door = Door::Refusing;
    proxy.set(chaos);
    CHECK(before.receive(1).empty());
    CHECK(before.end() == Client::End::Torn);
    CHECK(!Client(proxy.port()).connected());
    chaos.door = Door::Silent;
    proxy.set(chaos);
    {
        Client client(proxy.port());
        REQUIRE(client.connected());
        CHECK(client.send("hello\n"));
        CHECK(client.receive(1, 100).empty());
        CHECK(client.end() == Client::End::Open);
        proxy.heal();
        client.receive(1);
        CHECK(client.end() == Client::End::Torn);
    }
    CHECK(server.lines() == 1);
    require_well(proxy);
}

TEST_CASE("chaos proxy: a captive portal answers everything with its page", "[support][chaos]") {
    LineServer server;
    ChaosProxy proxy(server.port(), 7);
    Chaos chaos;
    chaos.door = Door::Portal;
    proxy.set(chaos);
    {
        Client client(proxy.port());
        REQUIRE(client.send("\x16\x03\x01 anything"));
        const auto got = client.receive(10'000);
        CHECK(got.rfind("HTTP/1.1 200 OK\r\n", 0) == 0);
        CHECK(got.find("Free WiFi") != std::string::npos);
        CHECK(client.end() == Client::End::Closed);
    }
    chaos.door = Door::TlsPortal;
    proxy.set(chaos);
    {
        Client client(proxy.port());
        SSL_CTX* context = SSL_CTX_new(TLS_client_method());
        SSL* session = SSL_new(context);
        SSL_set_fd(session, client.socket());
        REQUIRE(SSL_connect(session) == 1);
        const std::string request = "POST /v1/ops HTTP/1.1\r\nHost: hub\r\n\r\n";
        REQUIRE(SSL_write(session, request.data(), static_cast<int>(request.size())) > 0);
        std::string got;
        char some[1000];
        for (int n = 0; (n = SSL_read(session, some, sizeof some)) > 0;)
            got.append(some, static_cast<std::size_t>(n));
        CHECK(got.rfind("HTTP/1.1 200 OK\r\n", 0) == 0);
        CHECK(got.find("Free WiFi") != std::string::npos);
        SSL_free(session);
        SSL_CTX_free(context);
    }
    CHECK(server.lines() == 0);
    proxy.heal();
    require_well(proxy);
}
