// SPDX-License-Identifier: Apache-2.0
#pragma once
// One plugin in use: manifest, texts, transport, and how well it behaves. Purpose: every call is timed and every
// failure counted here; a method that keeps failing is no longer asked, and neither is a plugin whose process crashed or
// hung twice (quarantine): that one alone. Ownership: owns its transport. Threads: one. Failure: the transport's errors,
// plus Unavailable while in quarantine.
#include "core/catalogue.hpp"
#include "plugin_host/manifest.hpp"
#include "plugin_host/quarantine.hpp"
#include "plugin_host/replies.hpp"
#include "plugin_host/transport.hpp"
#include "plugin_host/trust.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace kiosk::plugin_host {

struct Budget {
    std::int64_t soft_us = 20'000;  // beyond: a line in the log
    std::int64_t hard_us = 100'000; // beyond: a failure; a transport that can cut a call short does so here
    std::int64_t start_us = 2'000'000; // for starting a process, loading the library and open()
    int failures = 2;               // so many in a row, and the method is in quarantine
    int crashes = 2;                // so many calls that took the process with them, and the plugin is in quarantine
};

// One call as it went, for the call journal: the same request gives the same reply, so it can be asked again.
struct CallRecord {
    std::string_view plugin;
    std::string_view version;
    const core::Digest& library; // hash of the code that answered
    std::string_view method;
    std::string_view request;
    std::string_view reply;             // empty where there is none
    const core::Error* error = nullptr; // null where the plugin answered
    std::int64_t took_us = 0;
};

enum class TransportKind : std::uint8_t { HelperProcess = 1, InProcess };

struct Options {
    std::function<std::int64_t()> monotonic_us; // needed; a test's own clock or a steady one
    LogSink log;                                // may be empty
    TrustPolicy trust;
    Budget budget;
    TransportKind transport = TransportKind::InProcess;
    std::filesystem::path helper;                    // the program kiosk-plugin-host; empty: beside this program
    std::function<void(const CallRecord&)> on_call; // may be empty; must not throw
    std::shared_ptr<QuarantineList> quarantine;      // shared by an event's plugins; null: in memory, each its own
    std::function<core::Instant()> now;              // for the quarantine's list; empty: the machine's clock
};

struct CallStatistics {
    std::uint64_t calls = 0;
    std::uint64_t failures = 0;
    std::uint64_t slow = 0; // over the soft budget
    std::uint64_t crashes = 0; // calls that took the plugin's process with them
    std::int64_t worst_us = 0;
};

class Plugin {
  public:
    // Signature, hashes, locale files, library, instance: in this order, so that no code of a plugin runs unchecked.
    static core::Result<std::unique_ptr<Plugin>> load(Manifest manifest, const Options& options);
    // With a transport that is open already: tests, and the helper process.
    Plugin(Manifest manifest, core::Catalogue texts, std::unique_ptr<Transport> transport, const Options& options);

    const Manifest& manifest() const { return m_manifest; }
    bool in_quarantine() const; // the whole, or any of its methods
    bool in_quarantine(std::string_view method) const;
    void release(); // staff say: try again
    const CallStatistics& statistics() const { return m_statistics; }

    // Calls and reads the reply in one go, so that a reply that can't be read counts as a failure as well.
    // `read` is called with a ReplyReader and the reply, and answers a Result.
    template <typename Read>
    auto ask(std::string_view method, const core::Result<std::string>& request, Read&& read)
        -> decltype(read(std::declval<const ReplyReader&>(), std::string_view())) {
        if (!request)
            return std::unexpected(request.error());
        KIOSK_TRY(const std::string reply, call(method, *request));
        auto value = read(ReplyReader(m_texts, m_manifest.id + " " + std::string(method)), reply);
        if (value)
            note_success(method);
        else
            note_failure(method, value.error());
        return value;
    }

  private:
    struct Health {
        int failures_in_a_row = 0;
        bool late = false; // the last call was over the hard budget
    };
    core::Result<std::string> call(std::string_view method, const std::string& request);
    core::Result<std::string> timed_call(std::string_view method, const std::string& request);
    const QuarantineEntry* switched_off() const; // as the list says now
    void note_crash();
    void note_success(std::string_view method);
    void note_failure(std::string_view method, const core::Error& error);
    void log(LogLevel level, const std::string& text) const;

    Manifest m_manifest;
    core::Catalogue m_texts;
    std::unique_ptr<Transport> m_transport;
    std::function<std::int64_t()> m_monotonic_us;
    LogSink m_log;
    Budget m_budget;
    std::function<void(const CallRecord&)> m_on_call;
    std::shared_ptr<QuarantineList> m_quarantine;
    std::function<core::Instant()> m_now;
    core::Digest m_library{};       // hash
    std::uint64_t m_forgiven = 0;   // the transport's crashes before the last release
    bool m_was_off = false;         // the last call found the plugin switched off
    std::map<std::string, Health, std::less<>> m_health; // by method
    CallStatistics m_statistics;
};

} // namespace kiosk::plugin_host
