// SPDX-License-Identifier: Apache-2.0
#pragma once
// An HTTP server of a few lines on 127.0.0.1. Purpose: CurlWire meets real sockets, whole and broken ones. Ownership:
// owns its socket and thread. Threads: one connection at a time, answered on the server's own thread. Failure: REQUIRE.
#include "support/catch.hpp"

#include <atomic>
#include <cstdlib>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace kiosk::test {

class SmallServer {
public:
    struct Connection {
        int socket;
        const std::atomic<bool>& stopping;
        void send(std::string_view bytes) const {
            while (!bytes.empty()) {
                const auto count = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
                if (count <= 0)
                    return;
                bytes.remove_prefix(static_cast<std::size_t>(count));
            }
        }
        void half_close() const { ::shutdown(socket, SHUT_WR); }
        // Until the other end is gone, or the test ends.
        void hold() const {
            char byte = 0;
            while (!stopping) {
                pollfd entry{socket, POLLIN, 0};
                if (::poll(&entry, 1, 20) > 0 && ::recv(socket, &byte, 1, 0) <= 0)
                    return;
            }
        }
    };
    // Answers whether the connection is kept.
    using Handler = std::function<bool(const std::string& request, Connection& connection)>;

    explicit SmallServer(Handler handler) : m_handler(std::move(handler)) {
        ::setenv("NO_PROXY", "127.0.0.1", 1);
        m_listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        REQUIRE(m_listener >= 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        REQUIRE(::bind(m_listener, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
        REQUIRE(::listen(m_listener, 8) == 0);
        socklen_t size = sizeof address;
        REQUIRE(::getsockname(m_listener, reinterpret_cast<sockaddr*>(&address), &size) == 0);
        m_port = ntohs(address.sin_port);
        m_thread = std::thread([this] { serve(); });
    }
    ~SmallServer() {
        m_stopping = true;
        m_thread.join();
        ::close(m_listener);
    }
    std::string url() const { return "http://127.0.0.1:" + std::to_string(m_port); }
    int connections() const { return m_connections; }
    std::vector<std::string> requests() const {
        const std::lock_guard lock(m_mutex);
        return m_requests;
    }

    static std::string answer(std::string_view body, std::string_view headers = "", std::string_view status = "200 OK") {
        return "HTTP/1.1 " + std::string(status) + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
               std::string(headers) + "\r\n" + std::string(body);
    }

private:
    void serve() {
        while (!m_stopping) {
            pollfd entry{m_listener, POLLIN, 0};
            if (::poll(&entry, 1, 20) <= 0)
                continue;
            const int socket = ::accept4(m_listener, nullptr, nullptr, SOCK_CLOEXEC);
            if (socket < 0)
                continue;
            ++m_connections;
            Connection connection{socket, m_stopping};
            while (!m_stopping && one_request(connection)) {
            }
            ::close(socket);
        }
    }
    bool one_request(Connection& connection) {
        std::string text;
        std::size_t body_bytes = 0, end = std::string::npos;
        while (end == std::string::npos || text.size() < end + 4 + body_bytes) {
            pollfd entry{connection.socket, POLLIN, 0};
            if (m_stopping)
                return false;
            if (::poll(&entry, 1, 20) <= 0)
                continue;
            char buffer[8192];
            const auto count = ::recv(connection.socket, buffer, sizeof buffer, 0);
            if (count <= 0)
                return false;
            text.append(buffer, static_cast<std::size_t>(count));
            if (end == std::string::npos && (end = text.find("\r\n\r\n")) != std::string::npos)
                if (const auto at = text.find("Content-Length: "); at < end)
                    body_bytes = std::stoul(text.substr(at + 16));
        }
        {
            const std::lock_guard lock(m_mutex);
            m_requests.push_back(text);
        }
        return m_handler(text, connection);
    }

    Handler m_handler;
    int m_listener = -1;
    std::uint16_t m_port = 0;
    std::atomic<bool> m_stopping = false;
    std::atomic<int> m_connections = 0;
    mutable std::mutex m_mutex;
    std::vector<std::string> m_requests;
    std::thread m_thread;
};

} // namespace kiosk::test
