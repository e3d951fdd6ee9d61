// SPDX-License-Identifier: Apache-2.0
#include "hub/mirror.hpp"

#include "core/load_config.hpp"
#include "hub/directory.hpp"
#include "hub/scope.hpp"
#include "protocol/operation_json.hpp"

#include <algorithm>
#include <unordered_map>

namespace kiosk::sync::hub {

namespace {

using kiosk::core::ErrorCode;
using kiosk::core::fail;

constexpr std::size_t page_operations = 2000;
constexpr std::size_t page_bytes = 3 * 1024 * 1024; // a parsed page must stay within protocol::max_answer_bytes
constexpr std::size_t max_notes = 20'000;
// When a snapshot is made: the first one as soon as the feed is quiet, another one when a new kiosk would have to read
// that many operations after it. One who asks for an older one makes the next come a little sooner; of a small one, when
// it lacks a tenth: at the beginning of an event that may be the event itself.
constexpr std::int64_t quiet_ms = 2'000;
constexpr std::uint64_t behind_enough = 2'000;
constexpr std::uint64_t behind_when_asked = 500;
constexpr std::int64_t min_age_ms = 10'000;
constexpr std::int64_t previous_kept_ms = 15 * 60'000;

bool beyond_repair(ErrorCode code) {
    return code == ErrorCode::Corrupt || code == ErrorCode::NewerVersion || code == ErrorCode::Invalid ||
           code == ErrorCode::NotFound;
}

} // namespace

Mirror::Mirror(MirrorPorts ports, std::string event, std::string scope)
    : m_ports(std::move(ports)), m_event(std::move(event)), m_scope(std::move(scope)) {
    // An event's code may hold anything, a file's name not.
    m_key = secret_hash(*m_ports.hasher, m_scope == scope_all ? m_event : m_event + "\n" + m_scope).substr(0, 16);
}

Status Mirror::open(const HubIdentity& identity) {
    if (m_database && m_epoch == identity.epoch)
        return {};
    if (m_database) {
        m_ports.log("mirror.rebuild", "another epoch");
        throw_away();
    }
    m_epoch = identity.epoch;
    for (int attempt = 0;; ++attempt) {
        m_path = (m_ports.folder / ("mirror-" + m_key + "-" + secret_hash(*m_ports.hasher, m_epoch).substr(0, 8) +
                                    (m_generation > 0 ? "-" + std::to_string(m_generation) : "") + ".db"))
                     .string();
        kiosk::storage::Options options;
        options.device = "hub-mirror";
        options.clock = m_ports.clock;
        options.random = m_ports.random;
        options.hasher = m_ports.hasher;
        options.vfs = m_ports.vfs;
        auto database = kiosk::storage::Database::open(m_path, options);
        if (!database && beyond_repair(database.error().code) && attempt < 3) {
            m_ports.log("mirror.rebuild", database.error().context);
            throw_away();
            continue;
        }
        if (!database)
            return std::unexpected(database.error());
        m_database = std::move(*database);
        const auto mark = m_database->sync_mark();
        if (mark && (mark->epoch.empty() || (mark->epoch == identity.epoch && mark->hub == identity.hub))) {
            m_after = mark->after;
            return {};
        }
        if (attempt >= 3)
            return fail(ErrorCode::Corrupt, "error.database_damaged", "the mirror can't be made");
        m_ports.log("mirror.rebuild", "its mark is another hub's");
        throw_away();
    }
}

void Mirror::throw_away() {
    m_database.reset();
    m_after = 0;
    m_conflicts_at = UINT64_MAX;
    if (!m_ports.vfs.empty()) {
        ++m_generation; // files of another layer can't be removed from here
    } else {
        std::error_code ignored;
        for (const auto* suffix : {"", "-wal", "-shm", "-mark", "-journal"})
            std::filesystem::remove(m_path + suffix, ignored);
    }
    const std::lock_guard lock(m_snapshot_mutex);
    m_snapshot.reset();
    m_previous.reset();
}

// One page; answers how many operations are known to wait after it.
Result<std::uint64_t> Mirror::take_page(const HubIdentity& identity, std::size_t limit) {
    KIOSK_TRY(const auto page, m_ports.store->feed(m_event, m_after, limit, page_bytes, std::nullopt, m_scope));
    if (page.latest < m_after)
        return fail(ErrorCode::Corrupt, "error.database_damaged", "the mirror is ahead of the log");
    if (page.items.empty() && page.scanned_to <= m_after)
        return 0;
    std::string array = "[";
    for (const auto& item : page.items) {
        if (array.size() > 1)
            array += ',';
        protocol::append_joined(array, item.line, item.personal);
    }
    array += ']';
    auto read = protocol::read_operations(array, *m_ports.hasher, limit);
    if (!read && limit > 1)
        return take_page(identity, limit / 8 + (limit < 8)); // personal parts may make a page larger than it looked
    if (!read) {
        m_ports.log("mirror.unreadable", "operation after " + std::to_string(m_after.load()));
        read = std::vector<protocol::ReadOperation>{};
    }
    std::vector<kiosk::core::Operation> operations;
    operations.reserve(read->size());
    bool erased = false;
    for (auto& item : *read) {
        if (!item.problem.empty()) {
            m_ports.log("mirror.unreadable", item.problem);
            continue;
        }
        erased = erased || item.operation.kind == kiosk::core::operation_kind::personal_erase;
        operations.push_back(std::move(item.operation));
    }
    kiosk::storage::SyncMark mark;
    mark.hub = identity.hub;
    mark.epoch = identity.epoch;
    mark.after = std::max(page.scanned_to, page.items.empty() ? 0 : page.items.back().number);
    KIOSK_CHECK(m_database->ingest(operations, mark));
    m_after = mark.after;
    const std::lock_guard lock(m_snapshot_mutex);
    m_changed_boot_ms = m_ports.clock->boot_ms();
    m_erased = m_erased || erased;
    return page.latest > mark.after ? page.latest - mark.after : 0;
}

Result<bool> Mirror::catch_up(std::int64_t budget_ms) {
    const auto begun = m_ports.clock->boot_ms();
    for (bool damaged = false;;) {
        const std::lock_guard lock(m_mutex); // given back between pages, so that questions get in between
        const auto identity = m_ports.identity();
        KIOSK_CHECK(open(identity));
        const auto left = take_page(identity, page_operations);
        if (!left && beyond_repair(left.error().code) && !damaged) {
            damaged = true;
            m_ports.log("mirror.rebuild", left.error().context);
            throw_away();
            continue;
        }
        if (!left)
            return std::unexpected(left.error());
        if (*left == 0)
            return false;
        if (budget_ms >= 0 && m_ports.clock->boot_ms() - begun >= budget_ms)
            return true;
    }
}

Status Mirror::use(const std::function<Status(kiosk::storage::Database&)>& ask) {
    const std::lock_guard lock(m_mutex);
    KIOSK_CHECK(open(m_ports.identity()));
    return ask(*m_database);
}

Result<std::vector<Conflict>> Mirror::conflicts() {
    const std::lock_guard lock(m_mutex);
    KIOSK_CHECK(open(m_ports.identity()));
    if (m_conflicts_at != m_after) {
        KIOSK_TRY(m_conflicts, find_conflicts());
        m_conflicts_at = m_after;
    }
    return m_conflicts;
}

Result<std::vector<Conflict>> Mirror::find_conflicts() {
    std::vector<Conflict> conflicts;
    const auto config = kiosk::core::load_config(*m_database);
    if (!config)
        return conflicts; // without doors there is nothing that could be entered twice
    // Two walks, so that only scans of tickets that came more than once are held.
    const auto counts = [](const kiosk::core::StoredScan& scan) {
        return !scan.undone && scan.record.outcome == kiosk::core::Outcome::Admitted && !scan.record.ticket.empty();
    };
    std::unordered_map<std::string, std::uint32_t> entries;
    KIOSK_CHECK(m_database->for_each_scan([&](const kiosk::core::StoredScan& scan) {
        if (counts(scan))
            ++entries[scan.record.checkpoint + '\n' + scan.record.ticket];
        return true;
    }));
    std::erase_if(entries, [](const auto& entry) { return entry.second < 2; });
    std::vector<kiosk::core::StoredScan> scans;
    if (!entries.empty())
        KIOSK_CHECK(m_database->for_each_scan([&](const kiosk::core::StoredScan& scan) {
            if (counts(scan) && entries.contains(scan.record.checkpoint + '\n' + scan.record.ticket))
                scans.push_back(scan);
            return true;
        }));
    KIOSK_TRY(const auto notes, m_database->notes(max_notes));
    for (auto& found : kiosk::core::find_conflicts(*config, scans, notes, *m_ports.hasher)) {
        Conflict conflict{std::move(found), {}, {}};
        for (const auto& scan : conflict.found.entry.entries) {
            KIOSK_TRY(const auto operation, m_database->operation(scan.id));
            conflict.offsets_ms.push_back(operation ? operation->offset_ms : std::nullopt);
            if (conflict.registration.empty())
                conflict.registration = scan.record.registration;
        }
        conflicts.push_back(std::move(conflict));
    }
    return conflicts;
}

std::shared_ptr<const Snapshot> Mirror::snapshot(const std::string& etag) {
    const std::lock_guard lock(m_snapshot_mutex);
    const auto behind = m_snapshot ? m_after - std::min<std::uint64_t>(m_snapshot->number, m_after) : 0;
    if (!m_snapshot || behind >= std::min(behind_when_asked, m_snapshot->number / 10 + 1))
        m_wanted = true;
    if (!etag.empty() && m_previous && m_previous->etag == etag)
        return m_previous;
    return m_snapshot;
}

bool Mirror::snapshot_due(std::uint64_t latest) const {
    const std::lock_guard lock(m_snapshot_mutex);
    const auto now = m_ports.clock->boot_ms();
    const bool caught_up = m_after >= latest;
    if (!m_snapshot)
        return caught_up && (m_wanted || (latest > 0 && now - m_changed_boot_ms >= quiet_ms));
    if (!caught_up || m_snapshot->number >= m_after)
        return false;
    const auto behind = m_after - m_snapshot->number;
    const bool quiet = now - m_changed_boot_ms >= quiet_ms;
    return (quiet && (m_erased || behind >= behind_enough)) ||
           (m_wanted && now - m_snapshot->made_boot_ms >= min_age_ms);
}

Status Mirror::make_snapshot() {
    std::uint64_t number = 0;
    std::string epoch;
    const auto copy = m_ports.folder / ("snapshot-" + m_key + ".db");
    bool erased = false;
    {
        const std::lock_guard lock(m_mutex);
        {
            const std::lock_guard snapshot_lock(m_snapshot_mutex);
            erased = std::exchange(m_erased, false);
        }
        KIOSK_CHECK(open(m_ports.identity()));
        number = m_after;
        epoch = m_epoch;
        KIOSK_CHECK(m_database->backup(copy.string()));
    }
    const auto name = "snapshot-" + m_key + "-" + std::to_string(number) + "-" + random_hex(*m_ports.random, 4) + ".zst";
    KIOSK_TRY(auto made, pack_snapshot(copy, m_ports.folder / name, number, epoch, *m_ports.hasher,
                                       m_ports.clock->boot_ms()));
    const std::lock_guard lock(m_snapshot_mutex);
    // What was erased in between must not live on in an older file.
    m_previous = erased ? nullptr : m_snapshot;
    if (m_previous && m_ports.clock->boot_ms() - m_previous->made_boot_ms > previous_kept_ms)
        m_previous.reset();
    m_snapshot = std::move(made);
    m_wanted = false;
    return {};
}

std::shared_ptr<Mirror> Mirrors::of(const std::string& event, const std::string& scope) {
    const std::lock_guard lock(m_mutex);
    auto& mirror = m_mirrors[{event, scope}];
    if (!mirror)
        mirror = std::make_shared<Mirror>(m_ports, event, scope);
    return mirror;
}

std::vector<std::pair<std::string, std::shared_ptr<Mirror>>> Mirrors::all() const {
    const std::lock_guard lock(m_mutex);
    std::vector<std::pair<std::string, std::shared_ptr<Mirror>>> list;
    for (const auto& [key, mirror] : m_mirrors)
        list.emplace_back(key.first, mirror);
    return list;
}

} // namespace kiosk::sync::hub
