// SPDX-License-Identifier: Apache-2.0
// 5,000 enrolled kiosks wait on the feed over TLS: the hub's memory, the time until all have seen a change, and how long a
// new one waits for its answer meanwhile. The kiosks are a child process, so that the memory is the hub's alone.
#include "sync_bench.hpp"

#include "protocol/messages.hpp"

#include <boost/asio.hpp>
#include <boost/asio/ssl.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <thread>

namespace {

using namespace kiosk;
using namespace kiosk::bench;
namespace asio = boost::asio;
using Stream = asio::ssl::stream<asio::ip::tcp::socket>;

constexpr std::size_t kiosks = 5'000;
constexpr std::string_view event = "BENCH";

std::string token_of(std::size_t number) { return fmt::format("bench-token-{}", number); }

// What the parent tells the child, and the child the parent; one line each.
struct Pipe {
    int ends[2] = {-1, -1};
    Pipe() {
        if (::pipe(ends) != 0)
            std::exit(1);
    }
    void tell(const std::string& line) const {
        const auto text = line + "\n";
        if (::write(ends[1], text.data(), text.size()) < 0)
            std::exit(1);
    }
    std::string hear() const {
        std::string line;
        for (char c = 0; ::read(ends[0], &c, 1) == 1 && c != '\n';)
            line += c;
        return line;
    }
};

struct Waiting {
    explicit Waiting(asio::io_context& context, asio::ssl::context& tls) : stream(context, tls) {}
    Stream stream;
    std::string request;
    std::string answer = std::string(2048, '\0');
    double seen_us = 0;
};

// The kiosks: connect a few at a time, ask for the feed, say "parked", and note when each is answered.
int be_kiosks(const Pipe& from_hub, const Pipe& to_hub) {
    const auto port = static_cast<unsigned short>(std::stoi(from_hub.hear()));
    asio::io_context context;
    asio::ssl::context tls(asio::ssl::context::tls_client);
    tls.set_verify_mode(asio::ssl::verify_none); // the pin is checked by the client library, which is not measured here
    const asio::ip::tcp::endpoint hub(asio::ip::make_address("127.0.0.1"), port);
    std::vector<std::unique_ptr<Waiting>> all;
    std::size_t asked = 0, answered = 0, failed = 0, next = 0;
    const auto fail = [&](const boost::system::error_code& error) {
        if (failed++ == 0)
            fmt::print(stderr, "bench: a kiosk: {}\n", error.message());
    };
    std::function<void()> connect_next = [&] {
        if (next >= kiosks)
            return;
        all.push_back(std::make_unique<Waiting>(context, tls));
        auto& kiosk = *all.back();
        kiosk.request = fmt::format("GET /v1/feed?after=0&wait=60 HTTP/1.1\r\nHost: hub\r\nAuthorization: Bearer {}\r\n\r\n",
                                    token_of(next++));
        kiosk.stream.lowest_layer().async_connect(hub, [&](boost::system::error_code error) {
            if (error)
                return fail(error);
            kiosk.stream.async_handshake(Stream::client, [&](boost::system::error_code shaken) {
                if (shaken)
                    return fail(shaken);
                asio::async_write(kiosk.stream, asio::buffer(kiosk.request), [&](boost::system::error_code sent, std::size_t) {
                    if (sent)
                        return fail(sent);
                    ++asked;
                    connect_next();
                    kiosk.stream.async_read_some(asio::buffer(kiosk.answer), [&](boost::system::error_code got, std::size_t size) {
                        if (got || !std::string_view(kiosk.answer).substr(0, size).starts_with("HTTP/1.1 200"))
                            return fail(got);
                        kiosk.seen_us = now_us();
                        ++answered;
                    });
                });
            });
        });
    };
    for (int i = 0; i < 32; ++i)
        connect_next();
    while (asked + failed < kiosks)
        context.run_one();
    to_hub.tell(failed > 0 ? "failed" : "parked");

    const auto changed_us = std::stod(from_hub.hear()); // the hub's process has the same clock
    while (answered + failed < kiosks && context.run_one_for(std::chrono::seconds(30)) > 0)
        ;
    if (answered != kiosks)
        return 1;
    double last = 0;
    for (const auto& kiosk : all)
        last = std::max(last, kiosk->seen_us - changed_us);
    to_hub.tell(fmt::format("{}", last / 1e6));
    return 0;
}

} // namespace

int main() {
    rlimit files{};
    ::getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &files);
    if (files.rlim_cur < kiosks + 500) {
        fmt::print(stderr, "bench: this machine allows {} open files, {} are needed\n", files.rlim_cur, kiosks + 500);
        return 1;
    }
    const Pipe to_kiosks, from_kiosks;
    const auto child = ::fork(); // before there are threads
    if (child == 0)
        std::_Exit(be_kiosks(to_kiosks, from_kiosks));

    HubEnd hub;
    for (std::size_t i = 0; i < kiosks; ++i) {
        sync::hub::DeviceRow row;
        row.event = event;
        row.device = fmt::format("kiosk-{}", i);
        row.token_hash = core::to_hex(hub.sodium.blake2b_256(token_of(i)));
        row.enrolled_ms = hub.clock.now().unix_ms;
        need(hub.store().put_device(row));
    }
    hub.api->foreign_commit(); // the rows were not written through it
    KioskEnd writer(hub, "writer", std::string(event), 0);
    to_kiosks.tell(std::to_string(hub.server().port()));
    if (from_kiosks.hear() != "parked")
        return 1;
    for (int tries = 0; hub.server().stats().waiting < kiosks && tries < 1000; ++tries)
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    if (hub.server().stats().waiting != kiosks)
        return 1;
    const auto resident = resident_megabytes();

    // A kiosk that comes now: connect, handshake, ask, answer. Then 50 of them, for the spread.
    std::vector<double> milliseconds;
    for (int i = 0; i < 50; ++i) {
        const auto start = now_us();
        const auto wire = hub.wire();
        sync::client::WireRequest request;
        request.path = "/v1/feed?after=0&wait=0";
        request.token = token_of(static_cast<std::size_t>(i));
        if (need(wire->exchange(request)).status != 200)
            return 1;
        milliseconds.push_back((now_us() - start) / 1000);
    }
    const auto draft = door_scan(hub.random, hub.clock.now());
    need(writer.database->append({&draft, 1}));
    const auto changed_us = now_us();
    to_kiosks.tell(fmt::format("{}", changed_us));
    writer.push_all();
    std::vector<double> busy_milliseconds;
    for (int i = 0; i < 20; ++i) {
        const auto start = now_us();
        const auto wire = hub.wire();
        sync::client::WireRequest request;
        request.path = "/v1/feed?after=1&wait=0";
        request.token = token_of(static_cast<std::size_t>(i));
        if (need(wire->exchange(request)).status != 200)
            return 1;
        busy_milliseconds.push_back((now_us() - start) / 1000);
    }
    const auto seen = from_kiosks.hear();
    int status = 1;
    ::waitpid(child, &status, 0);
    if (seen.empty() || status != 0)
        return 1;
    print("sync_connections", "hub_resident_with_5000_waiting", resident, "MB");
    print("sync_connections", "change_seen_by_all", std::stod(seen), "s");
    print("sync_connections", "new_kiosk_served_worst", percentile(milliseconds, 1), "ms");
    print("sync_connections", "new_kiosk_served_during_wake_up_worst", percentile(busy_milliseconds, 1), "ms");
    return 0;
}
