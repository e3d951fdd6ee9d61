// SPDX-License-Identifier: Apache-2.0
#include "plugin_host/call_journal.hpp"

#include "crypto/crypto.hpp"
#include "plugin_host/json_reader.hpp"
#include "resources/resources.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>

namespace kiosk::plugin_host {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t max_line_bytes = 2u << 20;
constexpr std::size_t max_text_bytes = 1u << 20;

fs::path older(const fs::path& file) {
    fs::path path = file;
    path += ".1";
    return path;
}

// Requests and replies are kept as texts, not as JSON inside JSON: byte for byte what was said, whatever it was.
std::string line_of(const CallRecord& call, core::Instant at) {
    const std::string_view hash(reinterpret_cast<const char*>(call.library.data()), call.library.size());
    Json json{{"at", core::to_rfc3339_utc(at)},
              {"plugin", call.plugin},
              {"version", call.version},
              {"library", crypto::hex(hash)},
              {"method", call.method},
              {"request", call.request},
              {"took_us", call.took_us}};
    if (call.error == nullptr)
        json["reply"] = call.reply;
    else
        json["error"] = call.error->message_key;
    return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

bool write_all(int file, std::string_view bytes) {
    while (!bytes.empty()) {
        const auto written = ::write(file, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return false;
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

} // namespace

CallJournal::CallJournal(fs::path file, std::function<core::Instant()> now, LogSink log)
    : CallJournal(std::move(file), std::move(now), std::move(log), Limits()) {}

CallJournal::CallJournal(fs::path file, std::function<core::Instant()> now, LogSink log, Limits limits)
    : m_file(std::move(file)), m_now(std::move(now)), m_log(std::move(log)), m_limits(limits) {
    KIOSK_ASSERT(m_now != nullptr);
}

CallJournal::~CallJournal() {
    {
        const std::lock_guard lock(m_mutex);
        m_stop = true;
    }
    m_wake.notify_all();
    if (m_thread.joinable())
        m_thread.join();
}

fs::path CallJournal::file_for(const fs::path& database) {
    fs::path path = database;
    path += ".calls.jsonl";
    return path;
}

void CallJournal::forget(const fs::path& database) {
    // A kiosk that runs meanwhile opens the file anew for each batch, so what it adds goes into a new one.
    std::error_code ignored;
    fs::remove(file_for(database), ignored);
    fs::remove(older(file_for(database)), ignored);
}

void CallJournal::note(const CallRecord& call) noexcept {
    try {
        if (m_broken) {
            if (!m_told && m_log)
                m_log(LogLevel::Warning, call.plugin, "calls are no longer recorded: " + m_file.string());
            m_told = true;
            return;
        }
        const std::string line = line_of(call, m_now());
        const std::lock_guard lock(m_mutex);
        if (m_pending.size() + line.size() > m_limits.pending_bytes) { // the disk does not keep up; the queue goes on
            ++m_dropped;
            return;
        }
        m_pending += line;
        m_wake.notify_all();
        if (!m_thread.joinable())
            m_thread = std::thread([this] { work(); });
    } catch (...) { // no memory, no thread: the call itself went well and that is what counts
        m_broken = true;
    }
}

void CallJournal::flush() {
    std::unique_lock lock(m_mutex);
    m_hurry = true;
    m_wake.notify_all();
    m_written.wait(lock, [&] { return (m_pending.empty() && !m_writing) || m_broken || !m_thread.joinable(); });
    m_hurry = false;
}

void CallJournal::work() {
    std::unique_lock lock(m_mutex);
    for (;;) {
        m_wake.wait(lock, [&] { return m_stop || !m_pending.empty(); });
        if (m_pending.empty())
            return;
        // What comes within a moment is written together.
        m_wake.wait_for(lock, std::chrono::milliseconds(m_limits.write_after_ms), [&] { return m_stop || m_hurry; });
        std::string lines;
        lines.swap(m_pending);
        m_writing = true;
        lock.unlock();
        const bool good = write(lines);
        lock.lock();
        m_writing = false;
        m_broken = !good;
        m_written.notify_all();
        if (!good)
            return;
    }
}

// Opened for each batch: another program may have removed or renamed the file.
bool CallJournal::write(std::string_view lines) {
    constexpr int flags = O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW;
    int file = ::open(m_file.c_str(), flags, 0600);
    if (file < 0)
        return false;
    struct stat status {};
    if (::fstat(file, &status) == 0 && status.st_size > 0 &&
        static_cast<std::uint64_t>(status.st_size) + lines.size() > m_limits.file_bytes) {
        ::close(file);
        if (::rename(m_file.c_str(), older(m_file).c_str()) != 0)
            return false;
        file = ::open(m_file.c_str(), flags, 0600);
        if (file < 0)
            return false;
    }
    const bool good = write_all(file, lines);
    ::close(file);
    return good;
}

core::Result<RecordedCall> parse_recorded_call(std::string_view line) {
    return read_document(line, max_line_bytes, "error.plugin_calls", "line", [](const Json& json) {
        const Reader reader(json, "",
                            {"at", "plugin", "version", "library", "method", "request", "reply", "error", "took_us"});
        RecordedCall call;
        call.at = reader.text("at", 64);
        call.plugin = reader.text("plugin", 64);
        call.version = reader.text("version", 64);
        call.library = reader.text("library", 64);
        call.method = reader.text("method", 128);
        call.request = reader.text("request", max_text_bytes);
        call.took_us = reader.integer("took_us", 0, INT64_MAX);
        if (reader.has("error"))
            call.error = reader.text("error", 128);
        else if (reader.at("reply") != "") // a plugin may have said nothing at all
            call.reply = reader.text("reply", max_text_bytes);
        return call;
    });
}

core::Result<RecordedCalls> read_recorded_calls(const fs::path& file) {
    RecordedCalls result;
    std::error_code ignored;
    std::vector<fs::path> files;
    if (fs::exists(older(file), ignored))
        files.push_back(older(file));
    if (files.empty() || fs::exists(file, ignored))
        files.push_back(file);
    for (const fs::path& path : files) {
        KIOSK_TRY(const auto text, resources::read_file(path, 256u << 20));
        for (std::string_view rest = text; !rest.empty();) {
            const auto end = std::min(rest.find('\n'), rest.size());
            if (auto call = parse_recorded_call(rest.substr(0, end)))
                result.calls.push_back(std::move(*call));
            else
                ++result.unreadable;
            rest.remove_prefix(std::min(end + 1, rest.size()));
        }
    }
    return result;
}

} // namespace kiosk::plugin_host
