// SPDX-License-Identifier: Apache-2.0
#pragma once
// The kiosk's line to its hub. Purpose: runs the sync client beside the application where "<database>.hub" is there,
// wakes it after each own append, tells the application what became of the line and what came in, enrols the kiosk when
// staff show a hub's code, asks the hub for leases, and looks for duplicate entries after news. Ownership: borrows
// everything in Ports; owns its threads. Threads: after_item(), enrol(), ask_leases() and system_lines() on the application
// thread, none of them waits; stop() on another one, before the application thread ends. Failure: all of it is words on
// the screen; check-in goes on.
#include "app/app_thread.hpp"
#include "client/curl_wire.hpp"
#include "client/sync_client.hpp"
#include "client/sync_threads.hpp"
#include "main/wiring/hub_clock.hpp"
#include "main/wiring/hub_join.hpp"
#include "main/wiring/store_replica.hpp"

#include <condition_variable>
#include <deque>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace kiosk::program {

class HubLink {
public:
    struct Ports {
        std::filesystem::path database_file;
        storage::Database* database = nullptr;
        app::AppThread* app = nullptr;
        const core::Clock* clock = nullptr; // the machine's
        wiring::HubClock* hub_clock = nullptr; // is told the hub's time
        core::Random* random = nullptr;
        const core::Hasher* hasher = nullptr;
        std::string event; // code
        std::function<void(app::KioskApp&)> on_enrolled; // on the application thread, before it is told
        core::TimeZone zone = core::TimeZone::utc();
    };
    explicit HubLink(Ports ports);
    ~HubLink(); // stops
    HubLink(const HubLink&) = delete;
    HubLink& operator=(const HubLink&) = delete;

    static bool is_code(std::string_view text);
    core::Status enrol(std::string code);
    // What comes of it is told as notice::LeasesAnswered, in the order of asking. Unavailable: no hub, or too many wait.
    core::Status ask_leases(app::LeaseAsk ask);
    void after_item(); // wakes the client where something was written
    std::vector<std::pair<app::LocalText, std::string>> system_lines();
    void stop();

private:
    // One client at work. Made anew when the kiosk is enrolled again.
    struct Line;
    void start_line(const sync::client::HubAddress& hub);
    void stop_line();
    void told(const sync::client::SyncStatus& status);
    void arrived(const wiring::StoreReplica::Arrived& arrived);
    void post_hub(const app::notice::HubChanged& hub);
    void run_enrolment(wiring::HubJoin& join, const std::string& code);
    void run_leases();
    core::Result<app::LeaseReply> exchange_leases(Line& line, const app::LeaseAsk& ask);
    void run_conflicts();
    void look_for_conflicts();

    Ports m_ports;
    wiring::StoreGate m_gate;
    std::uint64_t m_last_seq = 0;    // of the application thread
    std::string m_last_incarnation;  // of the application thread

    std::mutex m_mutex;
    std::condition_variable m_wake;
    bool m_stopping = false;                          // guarded by m_mutex, as what follows
    bool m_conflicts_due = false;
    bool m_has_duplicates = false;
    bool m_enrolling = false;
    std::shared_ptr<Line> m_line;
    std::optional<sync::client::SyncStatus> m_status;
    sync::client::HubAddress m_hub;
    app::notice::HubChanged m_posted;
    std::deque<app::LeaseAsk> m_asks;
    std::uint64_t m_feed_awaited = 0; // a grant is worth something once the feed was read up to here; 0: nothing awaited

    std::shared_ptr<wiring::HubJoin> m_join; // of the newest enrolment
    std::thread m_enrolment;
    std::thread m_conflicts;
    std::thread m_leases;
};

} // namespace kiosk::program
