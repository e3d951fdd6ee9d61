// SPDX-License-Identifier: Apache-2.0
#pragma once
// Plugin calls as they went, for audit and replay: a plugin is pure, so each can be asked again. Purpose: JSON lines of
// {at, plugin, version, library, method, request, reply | error, took_us} in two files of bounded size beside the
// database. Never needed for correctness: nothing waits for it, nothing is synced. Ownership: owns a writing thread,
// started with the first call. Threads: note() from one thread; flush() and forget() from any. Failure: what can't be
// written (a full disk) switches it off, which is logged once, with the next call.
#include "core/time.hpp"
#include "plugin_host/plugin.hpp"

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace kiosk::plugin_host {

class CallJournal {
  public:
    struct Limits {
        std::uint64_t file_bytes = 8u << 20;    // then it becomes <file>.1, and the former one goes
        std::size_t pending_bytes = 2u << 20;   // not yet written; more is dropped and counted
        std::int64_t write_after_ms = 500;
    };
    // `now` is the wall clock; `log` may be empty.
    CallJournal(std::filesystem::path file, std::function<core::Instant()> now, LogSink log);
    CallJournal(std::filesystem::path file, std::function<core::Instant()> now, LogSink log, Limits limits);
    ~CallJournal(); // writes what is pending
    CallJournal(const CallJournal&) = delete;
    CallJournal& operator=(const CallJournal&) = delete;

    static std::filesystem::path file_for(const std::filesystem::path& database); // "<database>.calls.jsonl"
    // Removes both files of a database: after an erasure, and when an event is closed.
    static void forget(const std::filesystem::path& database);

    void note(const CallRecord& call) noexcept;
    void flush(); // waits until what was noted is written; for tests and tools
    bool on() const { return !m_broken; }
    std::uint64_t dropped() const { return m_dropped; }

  private:
    void work();
    bool write(std::string_view lines);

    std::filesystem::path m_file;
    std::function<core::Instant()> m_now;
    LogSink m_log;
    Limits m_limits;

    std::mutex m_mutex;
    std::condition_variable m_wake;
    std::condition_variable m_written;
    std::string m_pending;
    bool m_writing = false;
    bool m_hurry = false;
    bool m_stop = false;
    std::thread m_thread;

    std::atomic<bool> m_broken = false;
    std::atomic<std::uint64_t> m_dropped = 0;
    bool m_told = false;
};

// One line read back.
struct RecordedCall {
    std::string at;
    std::string plugin;
    std::string version;
    std::string library; // hexadecimal
    std::string method;
    std::string request;
    std::string reply; // empty where the call failed
    std::string error; // message key where it failed
    std::int64_t took_us = 0;
};
core::Result<RecordedCall> parse_recorded_call(std::string_view line);
// Those of both files, oldest first; `file` may be either a database's journal or any one copied from it. Lines that
// can't be read are counted.
struct RecordedCalls {
    std::vector<RecordedCall> calls;
    std::uint64_t unreadable = 0;
};
core::Result<RecordedCalls> read_recorded_calls(const std::filesystem::path& file);

} // namespace kiosk::plugin_host
