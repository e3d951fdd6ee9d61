// SPDX-License-Identifier: Apache-2.0
#include "storage/backup_keeper.hpp"

#include "storage/database.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>

namespace kiosk::storage {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view suffix = ".backup";

// "kiosk-20261120-130500-123.backup": sorts by time, and no two have the same name.
std::string stamp(core::Instant at) {
    const auto utc = core::TimeZone::utc().civil(at);
    return fmt::format("{:04}{:02}{:02}-{:02}{:02}{:02}-{:03}", utc.year, utc.month, utc.day, utc.hour, utc.minute,
                       utc.second, ((at.unix_ms % 1000) + 1000) % 1000);
}

} // namespace

BackupKeeper::BackupKeeper(std::string database, BackupOptions options, const core::Clock& clock)
    : m_database(std::move(database)), m_options(std::move(options)), m_clock(clock) {}

BackupKeeper::~BackupKeeper() {
    if (m_running.valid())
        m_running.wait();
}

std::string BackupKeeper::next_path() const {
    const auto stem = fs::path(m_database).stem().string();
    auto at = m_clock.now();
    std::error_code ignored;
    for (;; at = at + 1) { // the clock may have been set back to a moment that has its backup
        const auto path = fs::path(m_options.folder) / (stem + "-" + stamp(at) + std::string(suffix));
        if (!fs::exists(path, ignored))
            return path.string();
    }
}

std::vector<std::string> BackupKeeper::backups() const {
    std::vector<std::pair<fs::file_time_type, std::string>> found;
    const auto stem = fs::path(m_database).stem().string() + "-";
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(m_options.folder, error)) {
        const auto name = entry.path().filename().string();
        if (entry.is_regular_file(error) && name.starts_with(stem) && name.ends_with(suffix))
            found.emplace_back(entry.last_write_time(error), entry.path().string());
    }
    std::ranges::sort(found, std::greater{});
    std::vector<std::string> paths;
    for (auto& [time, path] : found)
        paths.push_back(std::move(path));
    return paths;
}

void BackupKeeper::prune() const {
    const auto paths = backups();
    std::error_code ignored;
    for (std::size_t i = std::max<std::size_t>(m_options.keep, 1); i < paths.size(); ++i)
        fs::remove(paths[i], ignored);
}

BackupEvent BackupKeeper::finish() {
    BackupEvent event{m_running_path, m_running.get()};
    m_due_boot_ms = m_clock.boot_ms() + (event.status ? m_options.every_ms : m_options.retry_ms);
    if (event.status) {
        m_last = m_clock.now();
        prune();
    }
    return event;
}

std::optional<BackupEvent> BackupKeeper::tick() {
    std::optional<BackupEvent> event;
    if (m_running.valid()) {
        if (m_running.wait_for(std::chrono::seconds(0)) != std::future_status::ready)
            return std::nullopt;
        event = finish();
    }
    if (!m_due_boot_ms || m_clock.boot_ms() >= *m_due_boot_ms) {
        std::error_code ignored;
        fs::create_directories(m_options.folder, ignored); // where it can't be, the backup says so
        m_running_path = next_path();
        m_running = std::async(std::launch::async, [database = m_database, path = m_running_path] {
            return backup_database(database, path);
        });
    }
    return event;
}

core::Status BackupKeeper::backup_now() {
    if (m_running.valid()) {
        m_running.wait();
        static_cast<void>(finish());
    }
    m_due_boot_ms.reset();
    static_cast<void>(tick());
    m_running.wait();
    return finish().status;
}

} // namespace kiosk::storage
