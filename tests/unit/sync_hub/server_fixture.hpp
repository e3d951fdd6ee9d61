// SPDX-License-Identifier: Apache-2.0
#pragma once
// A hub's server with a small service behind it, and a client that writes raw bytes. Purpose: what the network does to
// the server, without the Api. Ownership: the fixture owns all of it. Threads: the client is used by one. Failure: a
// client that waits for too long for bytes says so by an answer with status 0.
#include "hub/certificate.hpp"
#include "hub/server.hpp"
#include "support/catch.hpp"

#include <openssl/ssl.h>

#include <arpa/inet.h>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <map>
#include <mutex>
#include <netinet/in.h>
#include <string>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

namespace kiosk::test {

namespace hub = kiosk::sync::hub;

struct Folder {
    std::filesystem::path path;
    Folder() {
        auto name = (std::filesystem::temp_directory_path() / "hub-server-XXXXXX").string();
        REQUIRE(::mkdtemp(name.data()) != nullptr);
        path = name;
    }
    ~Folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path, ignored);
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
};

// GET /hello, /bytes/N, /file/FROM/SIZE, /feed/AFTER/WAIT_MS, /bad-header; POST /echo, /push.
class SmallService final : public hub::Service {
public:
    struct OnePush {
        std::string body;
        std::uint64_t number = 0;
    };
    Prepared prepare(const hub::ApiRequest& request) override;
    hub::Status commit(const std::vector<Push>& pushes) override;
    hub::ApiAnswer finish(const Push& push) override;
    hub::ApiAnswer answer_feed(const hub::ApiRequest& request) override;
    std::uint64_t latest(const std::string&) const override { return number; }
    void foreign_commit() override { number += 100; }
    bool fold(std::int64_t) override {
        ++folds;
        return false;
    }
    void on_news(std::function<void(const std::string&)> hook) override {
        const std::lock_guard lock(m_mutex);
        m_news = std::move(hook);
    }
    void set_waiting(std::size_t feeds) override { waiting = feeds; }

    // Something that was no push.
    void change() {
        ++number;
        const std::lock_guard lock(m_mutex);
        if (m_news)
            m_news("event");
    }
    void hold_commits(bool hold) {
        const std::lock_guard lock(m_mutex);
        m_hold = hold;
        m_released.notify_all();
    }

    std::filesystem::path file;
    std::atomic<std::uint64_t> number{0};
    std::atomic<std::uint64_t> folds{0};
    std::atomic<std::uint64_t> commits{0};
    std::atomic<std::size_t> largest_commit{0};
    std::atomic<bool> in_commit{false};
    std::atomic<std::size_t> waiting{0};

private:
    std::mutex m_mutex;
    std::condition_variable m_released;
    bool m_hold = false;
    std::function<void(const std::string&)> m_news;
};

struct RawAnswer {
    int status = 0; // 0: none came
    std::map<std::string, std::string> headers; // names in lower case
    std::string body;
};

class RawClient {
public:
    enum class Speak : std::uint8_t { Plain = 1, Tls };
    RawClient(std::uint16_t port, Speak speak);
    ~RawClient();
    RawClient(const RawClient&) = delete;
    RawClient& operator=(const RawClient&) = delete;

    bool connected() const { return m_connected; }
    bool send(std::string_view bytes);
    RawAnswer answer(bool head = false); // also skips nothing: 100 is an answer of its own
    RawAnswer ask(std::string_view bytes) { return send(bytes) ? answer() : RawAnswer{}; }
    bool at_end(); // the server closed, and sent nothing more
    void end_sending() { ::shutdown(m_socket, SHUT_WR); }
    std::string pin() const; // of the server's key

private:
    long read_some(char* into, std::size_t size);
    int m_socket = -1;
    SSL_CTX* m_context = nullptr;
    SSL* m_ssl = nullptr;
    bool m_connected = false;
    std::string m_buffer;
};

inline std::string get(std::string_view path, std::string_view more = {}) {
    return "GET " + std::string(path) + " HTTP/1.1\r\nHost: hub\r\n" + std::string(more) + "\r\n";
}
inline std::string post(std::string_view path, std::string_view body, std::string_view more = {}) {
    return "POST " + std::string(path) + " HTTP/1.1\r\nHost: hub\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
           std::string(more) + "\r\n" + std::string(body);
}

// Waits for something that happens soon; half a minute is for machines that are busy with other things.
template <typename Condition>
bool soon(Condition&& condition) {
    for (int tries = 0; tries < 3000; ++tries) {
        if (condition())
            return true;
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return false;
}

struct ServerFixture {
    explicit ServerFixture(hub::ServerLimits limits = {}, bool tls = false) {
        hub::ServerOptions options;
        options.address = "127.0.0.1";
        options.port = 0;
        options.threads = 2;
        options.limits = limits;
        if (tls) {
            auto made = hub::load_or_make_certificate(folder.path);
            REQUIRE(made);
            certificate = *made;
            options.certificate = *made;
        }
        speak = tls ? RawClient::Speak::Tls : RawClient::Speak::Plain;
        auto started = hub::Server::start(service, log, options);
        REQUIRE(started);
        server = std::move(*started);
    }
    RawClient client() const { return RawClient(server->port(), speak); }

    Folder folder;
    SmallService service;
    hub::StructuredLog log{[] { return std::int64_t{0}; }, hub::LogLevel::Error};
    hub::Certificate certificate;
    RawClient::Speak speak = RawClient::Speak::Plain;
    std::unique_ptr<hub::Server> server;
};

} // namespace kiosk::test
