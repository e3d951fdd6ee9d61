// SPDX-License-Identifier: Apache-2.0
#pragma once
// What the benchmarks of sync share: a hub with its server, certificate and store in a folder of its own, kiosks with
// databases of their own, and operations as a door makes them. Hub and kiosks live in this process, so that its CPU
// time is that of both ends. Ownership: whoever makes them. Threads: the server has its own. Failure: says what is wrong
// on stderr and ends the program.
#include "client/curl_wire.hpp"
#include "client/sync_client.hpp"
#include "core/records.hpp"
#include "core/sealing.hpp"
#include "hub/certificate.hpp"
#include "hub/server.hpp"
#include "hub/store_sqlite.hpp"
#include "main/wiring/store_replica.hpp"
#include "storage_bench.hpp"

#include <sys/resource.h>

#include <fstream>

namespace kiosk::bench {

inline double cpu_seconds() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

inline double resident_megabytes() {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);)
        if (line.starts_with("VmRSS:"))
            return std::stod(line.substr(6)) / 1024;
    return 0;
}

inline std::filesystem::path make_folder(std::string_view name) {
    auto pattern = (std::filesystem::temp_directory_path() / fmt::format("xiangdao-{}-XXXXXX", name)).string();
    if (::mkdtemp(pattern.data()) == nullptr || !crypto::initialise())
        std::exit(1);
    return pattern;
}

class HubEnd {
public:
    // `store`: absent for SQLite in a folder of its own.
    explicit HubEnd(std::unique_ptr<sync::hub::Store> store = nullptr, sync::hub::ServerLimits limits = {})
        : folder(make_folder("hub")), m_store(std::move(store)) {
        if (!m_store)
            m_store = need(sync::hub::SqliteStore::open((folder / "hub.db").string(), {&random, {}}));
        auto certificate = need(sync::hub::load_or_make_certificate(folder));
        sync::hub::ApiOptions options;
        options.folder = folder / "mirrors";
        std::filesystem::create_directories(options.folder);
        options.pins = {certificate.pin};
        options.version = "bench";
        options.hub_url = "https://127.0.0.1"; // only the one-time part of its codes is used here
        pin = certificate.pin;
        api = need(sync::hub::Api::create(*m_store, clock, random, sodium, options));
        m_service.emplace(*api);
        sync::hub::ServerOptions server;
        server.address = "127.0.0.1";
        server.port = 0;
        server.certificate = certificate;
        server.limits = limits;
        m_server = need(sync::hub::Server::start(*m_service, m_log, server));
        m_store->on_foreign_commit([this] { m_server->foreign_commit(); });
        url = fmt::format("https://127.0.0.1:{}", m_server->port());
    }
    ~HubEnd() {
        m_server.reset();
        m_service.reset();
        api.reset();
        m_store.reset();
        std::error_code ignored;
        std::filesystem::remove_all(folder, ignored);
    }
    HubEnd(const HubEnd&) = delete;
    HubEnd& operator=(const HubEnd&) = delete;

    sync::hub::Store& store() { return *m_store; }
    sync::hub::Server& server() { return *m_server; }
    std::unique_ptr<sync::client::CurlWire> wire() { return need(sync::client::CurlWire::create(url, {pin})); }
    sync::client::HubAddress enroll(const std::string& device, const std::string& incarnation, const std::string& event) {
        const auto code = need(sync::protocol::decode_enrolment_code(need(api->make_enrolment_code(event, false))));
        const auto line = wire();
        return need(sync::client::enroll(*line, url, pin, code.code, device, incarnation, event, "bench"));
    }

    SystemClock clock;
    crypto::SystemRandom random;
    crypto::Sodium sodium;
    std::filesystem::path folder;
    std::string pin;
    std::string url;
    std::unique_ptr<sync::hub::Api> api;

private:
    std::unique_ptr<sync::hub::Store> m_store;
    std::optional<sync::hub::ApiService> m_service;
    sync::hub::StructuredLog m_log{[this] { return clock.now().unix_ms; }, sync::hub::LogLevel::Error, [](std::string_view) {}};
    std::unique_ptr<sync::hub::Server> m_server;
};

// One scan of somebody admitted, as long as a door's: about 300 bytes.
inline core::OperationDraft door_scan(core::Random& random, core::Instant at) {
    core::ScanRecord record;
    record.checkpoint = "main";
    record.ticket = core::make_ticket_code(random);
    record.registration = core::make_uid(at, random);
    record.outcome = core::Outcome::Admitted;
    record.at = at;
    record.key = core::make_uid(at, random).substr(0, 18);
    return core::make_scan(record);
}

class KioskEnd {
public:
    KioskEnd(HubEnd& hub, std::string device, std::string event, std::uint64_t operations)
        : folder(make_folder(device)), m_hub(hub), m_event(std::move(event)) {
        storage::Options options;
        options.device = device;
        options.clock = &hub.clock;
        options.random = &hub.random;
        options.hasher = &hub.sodium;
        database = need(storage::Database::open((folder / "kiosk.db").string(), options));
        std::vector<core::OperationDraft> drafts;
        for (std::uint64_t written = 0; written < operations; written += drafts.size()) {
            drafts.clear();
            for (std::uint64_t i = written; i < std::min(operations, written + 500); ++i)
                drafts.push_back(door_scan(hub.random, hub.clock.now()));
            need(database->append(drafts));
        }
        need(database->tidy());
        replica = std::make_unique<wiring::StoreReplica>(*database, m_event);
        address = hub.enroll(device, need(database->status()).incarnation, m_event);
        push_wire = hub.wire();
        feed_wire = hub.wire();
        client = std::make_unique<sync::client::SyncClient>(*replica, *push_wire, *feed_wire, hub.clock, hub.random,
                                                            hub.sodium, address, sync::client::ClientOptions{});
    }
    ~KioskEnd() {
        client.reset();
        replica.reset();
        database.reset();
        std::error_code ignored;
        std::filesystem::remove_all(folder, ignored);
    }
    KioskEnd(const KioskEnd&) = delete;
    KioskEnd& operator=(const KioskEnd&) = delete;

    std::uint64_t pending() { return need(database->status()).pending; }
    void push_all() {
        while (pending() > 0) {
            const auto step = client->push();
            if (!step.progress && pending() > 0) {
                fmt::print(stderr, "bench: {} waits: {}\n", address.device, client->status().detail);
                std::exit(1);
            }
        }
    }

    std::filesystem::path folder;
    std::unique_ptr<storage::Database> database;
    std::unique_ptr<wiring::StoreReplica> replica;
    std::unique_ptr<sync::client::CurlWire> push_wire, feed_wire;
    sync::client::HubAddress address;
    std::unique_ptr<sync::client::SyncClient> client;

private:
    HubEnd& m_hub;
    std::string m_event;
};

} // namespace kiosk::bench
