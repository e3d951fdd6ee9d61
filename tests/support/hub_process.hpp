// SPDX-License-Identifier: Apache-2.0
#pragma once
// The real kiosk-hub as a process of its own. Purpose: started, killed, stopped and started again on the same port and
// data, as organizers' machines do. Ownership: owns the process, which dies with this object and with the test program;
// the data folder is the caller's. Threads: one; start it from the main thread (the process dies with the thread that
// started it). Failure: std::runtime_error with the end of the hub's own output.
#include "client/wire.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

namespace kiosk::test {

// How much longer everything takes in this build.
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
inline constexpr int slowness = 5;
#else
inline constexpr int slowness = 1;
#endif

class HubProcess {
public:
    struct Options {
        std::string program;              // bin/kiosk-hub
        std::string data;                 // folder, made where it is not there
        std::string database;             // postgresql://…; empty: SQLite in the folder
        std::function<void()> before_run; // in the child; may only call what is safe after fork()
    };
    explicit HubProcess(Options options);
    ~HubProcess();
    HubProcess(const HubProcess&) = delete;
    HubProcess& operator=(const HubProcess&) = delete;

    void start();          // returns once it answers; the second time on the same port
    void kill();           // SIGKILL
    int stop();            // SIGTERM, waits; the exit status as waitpid() gives it
    bool running() const { return m_process > 0; }
    bool has_died();       // by itself
    pid_t process() const { return m_process; }

    std::uint16_t port() const { return m_port; }
    std::string url() const;
    const std::string& pin() const { return m_pin; } // base64, as wires take it
    std::string enrolment_code(const std::string& event); // a fresh one, by the organizers' way
    // A request with the organizers' token; a failure to get an answer is an error.
    kiosk::sync::client::WireAnswer ask(const std::string& method, const std::string& path, const std::string& body = {});
    std::unique_ptr<kiosk::sync::client::Wire> wire() const;
    std::string output() const; // of all starts

private:
    void read_folder();
    bool answers();
    [[noreturn]] void give_up(const std::string& what);

    Options m_options;
    std::string m_log;
    pid_t m_process = -1;
    std::uint16_t m_port = 0;
    std::string m_pin, m_token;
};

// A port that was free a moment ago.
std::uint16_t free_port();

} // namespace kiosk::test
