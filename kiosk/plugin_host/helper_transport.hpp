// SPDX-License-Identifier: Apache-2.0
#pragma once
// A plugin in a process of its own. Purpose: whatever the plugin does (crash, hang, flood, forbidden calls), the caller
// gets an answer within its budget and the next call finds a fresh process. A process that dies during a call is
// replaced and the call tried once more, so that a crash that happens once costs nobody anything. Ownership: owns the
// library's sealed bytes and the process. Threads: one call at a time; see HelperProcess about the thread that starts
// it. Failure: see transport.hpp; everything that the process says is checked, and what breaks the rules counts as a
// crash. A death between two calls is nobody's crash: no code of the plugin runs then.
#include "plugin_host/helper_process.hpp"
#include "plugin_host/manifest.hpp"
#include "plugin_host/transport.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace kiosk::plugin_host {

struct HelperOptions {
    std::filesystem::path program;    // empty: kiosk-plugin-host beside this program
    std::int64_t hard_us = 100'000;   // a call without an answer by then ends with the process killed
    std::int64_t start_us = 2'000'000; // the same for start, loading and open(); a slow disk may need some of it
    LogSink log;                      // may be empty
};

class HelperTransport final : public Transport {
  public:
    // `bytes` are the verified bytes of the manifest's library. Starts nothing yet.
    static core::Result<std::unique_ptr<HelperTransport>> create(const Manifest& manifest, std::string_view bytes,
                                                                 HelperOptions options);
    ~HelperTransport() override;
    HelperTransport(const HelperTransport&) = delete;
    HelperTransport& operator=(const HelperTransport&) = delete;

    // Starts the process and waits until the plugin is open; the first call does it too, but then a guest is waiting.
    core::Status start();
    core::Result<std::string> call(std::string_view method, std::string_view request) override;
    std::uint64_t crashes() const override { return m_crashes; }
    std::string last_crash() const override { return m_last_crash; }
    void stop() override;

    pid_t process() const { return m_process.pid(); } // 0 where none runs

  private:
    HelperTransport(const Manifest& manifest, int library, HelperOptions options);
    core::Status launch(); // without waiting
    core::Status await_ready();
    void check_idle();
    core::Result<std::string> exchange(std::string_view method, std::string_view request, wire::Deadline deadline);
    wire::ReadState next_answer(wire::Frame& frame, wire::Deadline deadline);
    void log_line(const wire::Frame& frame);
    std::string describe_death(const std::string& what);
    void log(LogLevel level, const std::string& text) const;

    std::string m_id;
    std::uint32_t m_abi_major = 0;
    int m_library = -1; // sealed
    HelperOptions m_options;
    HelperProcess m_process;
    std::optional<wire::FrameReader> m_reader; // of the process's socket
    bool m_ready = false;                      // the plugin is open
    std::int64_t m_launched_us = 0;
    std::optional<int> m_barred; // the system call for which the sandbox ended the process
    int m_lines = 0;             // logged in this call
    std::uint64_t m_crashes = 0;
    std::string m_last_crash;
};

} // namespace kiosk::plugin_host
