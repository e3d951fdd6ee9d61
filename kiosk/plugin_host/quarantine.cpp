// SPDX-License-Identifier: Apache-2.0
#include "plugin_host/quarantine.hpp"

#include "crypto/crypto.hpp"
#include "plugin_host/json_reader.hpp"
#include "resources/resources.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace kiosk::plugin_host {

using core::Result;
using core::Status;

namespace {

constexpr std::size_t max_file_bytes = 256u << 10;
constexpr std::size_t max_entries = 200;
constexpr std::size_t max_reason_bytes = 500;
constexpr std::size_t max_name_bytes = 200;
constexpr std::int64_t look_every_us = 1'000'000;
constexpr std::string_view message_key = "error.quarantine_file";

// One writer at a time, in whichever process. The folder is locked rather than the file, which each writing replaces. A
// lock that can't be had is done without: two writers in the same millisecond are rarer than a file system without locks.
class FolderLock {
  public:
    explicit FolderLock(const std::filesystem::path& file) {
        const auto folder = file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
        m_descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        for (int tries = 0; m_descriptor >= 0 && tries < 20; ++tries) {
            if (::flock(m_descriptor, LOCK_EX | LOCK_NB) == 0)
                return;
            ::usleep(5'000);
        }
    }
    ~FolderLock() {
        if (m_descriptor >= 0)
            ::close(m_descriptor);
    }
    FolderLock(const FolderLock&) = delete;
    FolderLock& operator=(const FolderLock&) = delete;

  private:
    int m_descriptor = -1;
};

std::string_view bytes_of(const core::Digest& digest) {
    return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

core::Digest digest_of(const Reader& reader, const char* key) {
    const std::string text = reader.text(key, 64);
    core::Digest digest{};
    const auto nibble = [&](char c) {
        if (c >= '0' && c <= '9')
            return c - '0';
        if (c >= 'a' && c <= 'f')
            return c - 'a' + 10;
        reader.wrong(key, "must be hexadecimal");
    };
    if (text.size() != digest.size() * 2)
        reader.wrong(key, "must have 64 digits");
    for (std::size_t i = 0; i < digest.size(); ++i)
        digest[i] = static_cast<std::uint8_t>(nibble(text[2 * i]) * 16 + nibble(text[2 * i + 1]));
    return digest;
}

QuarantineList::Entries entries_of(const Json& json) {
    const Reader document(json, "", {"format", "plugins"});
    if (document.integer("format", 1, INT32_MAX) != 1)
        document.wrong("format", "is of a newer version");
    const Json& plugins = document.at("plugins");
    if (!plugins.is_object() || plugins.size() > max_entries)
        document.wrong("plugins", "must be an object of at most " + std::to_string(max_entries) + " entries");
    QuarantineList::Entries entries;
    for (const auto& [id, value] : plugins.items()) {
        const Reader reader(value, "plugins." + id.substr(0, 64), {"library", "reason", "at", "by"});
        QuarantineEntry entry;
        entry.library = digest_of(reader, "library");
        // A byte that is no text is written as a sign of three.
        entry.reason = reader.text("reason", 3 * max_reason_bytes);
        entry.by = reader.text("by", 3 * max_name_bytes);
        const auto at = core::parse_rfc3339(reader.text("at", 64));
        if (!at)
            reader.wrong("at", "must be a moment");
        entry.at = *at;
        entries.emplace(id, std::move(entry));
    }
    return entries;
}

std::string shortened(std::string text, std::size_t max_bytes) {
    if (text.size() > max_bytes)
        text.resize(max_bytes);
    return text.empty() ? "-" : text;
}

} // namespace

std::filesystem::path QuarantineList::file_for(const std::filesystem::path& database) {
    auto file = database;
    file += ".quarantine.json";
    return file;
}

QuarantineList::Stamp QuarantineList::stamp() const {
    struct stat status {};
    if (m_file.empty() || ::stat(m_file.c_str(), &status) != 0)
        return {};
    return {static_cast<std::int64_t>(status.st_mtim.tv_sec) * 1'000'000'000 + status.st_mtim.tv_nsec, status.st_ino};
}

Status QuarantineList::load() {
    if (m_file.empty())
        return {};
    m_read = stamp(); // before reading: a change in between is then seen as one
    m_entries.clear();
    auto text = resources::read_file(m_file, max_file_bytes);
    if (!text && text.error().code == core::ErrorCode::NotFound)
        return {};
    if (!text)
        return std::unexpected(std::move(text).error());
    KIOSK_TRY(m_entries, read_document(*text, max_file_bytes, message_key, m_file.string(), &entries_of));
    return {};
}

void QuarantineList::refresh(std::int64_t monotonic_us) {
    if (m_file.empty() || (m_looked_us != INT64_MIN && monotonic_us - m_looked_us < look_every_us))
        return;
    m_looked_us = monotonic_us;
    if (stamp() != m_read)
        static_cast<void>(load()); // an unreadable file is an empty one
}

const QuarantineEntry* QuarantineList::find(std::string_view plugin, const core::Digest& library) const {
    const auto found = m_entries.find(plugin);
    return found != m_entries.end() && found->second.library == library ? &found->second : nullptr;
}

Status QuarantineList::add(std::string_view plugin, QuarantineEntry entry) {
    entry.reason = shortened(std::move(entry.reason), max_reason_bytes);
    entry.by = shortened(std::move(entry.by), max_name_bytes);
    const FolderLock lock(m_file);
    if (stamp() != m_read)
        static_cast<void>(load());
    m_entries.insert_or_assign(std::string(plugin), std::move(entry));
    return save();
}

Result<bool> QuarantineList::release(std::string_view plugin) {
    const FolderLock lock(m_file);
    if (stamp() != m_read)
        static_cast<void>(load());
    const auto found = m_entries.find(plugin);
    if (found == m_entries.end())
        return false;
    m_entries.erase(found);
    KIOSK_CHECK(save());
    return true;
}

Status QuarantineList::save() {
    if (m_file.empty())
        return {};
    Json plugins = Json::object();
    for (const auto& [id, entry] : m_entries)
        plugins[id] = {{"library", crypto::hex(bytes_of(entry.library))},
                       {"reason", entry.reason},
                       {"at", core::to_rfc3339_utc(entry.at)},
                       {"by", entry.by}};
    const Json document{{"format", 1}, {"plugins", std::move(plugins)}};
    // "replace": a reason cut in the middle of a character must not throw.
    const std::string text = document.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
    auto written = resources::write_file_atomically(m_file, text);
    m_read = stamp(); // after a failure too: what is in memory holds until somebody else writes
    return written;
}

} // namespace kiosk::plugin_host
