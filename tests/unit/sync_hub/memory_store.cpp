// SPDX-License-Identifier: Apache-2.0
#include "memory_store.hpp"

#include "hub/quarantine.hpp"
#include "hub/scope.hpp"

#include <algorithm>

namespace kiosk::test {

Result<HubIdentity> MemoryStore::identity() {
    const std::lock_guard lock(m_mutex);
    return m_identity;
}

struct MemoryStore::Backup {
    std::map<std::string, Event> events;
    std::map<std::string, std::string> facts;
};

std::shared_ptr<const MemoryStore::Backup> MemoryStore::backup() {
    const std::lock_guard lock(m_mutex);
    return std::make_shared<Backup>(Backup{m_events, m_facts});
}

void MemoryStore::put_back(const Backup& backup) {
    const std::lock_guard lock(m_mutex);
    m_events = backup.events;
    m_facts = backup.facts;
}

Status MemoryStore::set_epoch(const std::string& epoch, bool recovering) {
    const std::lock_guard lock(m_mutex);
    m_identity.epoch = epoch;
    m_identity.recovering = recovering;
    return {};
}

std::uint64_t MemoryStore::contiguous(const Event& event, const std::string& device, const std::string& incarnation) const {
    OperationId id{device, incarnation, 0};
    for (;;) {
        ++id.seq;
        if (!event.by_id.contains(id) && !event.aside.contains(id))
            return id.seq - 1;
    }
}

void MemoryStore::take(const PushJob& job, PushDone& done) {
    auto& event = m_events[job.event];
    const auto keep_aside = [&](QuarantineEntry entry) {
        if (const auto claimed = core::parse_operation_id(entry.claimed)) {
            event.aside.insert(*claimed);
            done.contiguous[{claimed->device, claimed->incarnation}] = 0;
        }
        ErasedUids uids;
        for (const auto& uid : event.erased)
            uids.add(uid);
        if (is_about(entry.raw, uids))
            entry.raw = without_personal(entry.raw);
        entry.number = m_quarantine.size() + 1;
        m_quarantine.push_back(std::move(entry));
    };
    for (const auto& item : job.items) {
        if (!item.quarantine.verdict.empty()) {
            keep_aside(item.quarantine);
            done.taken.push_back(Taken::Quarantined);
            continue;
        }
        const auto& operation = item.operation;
        done.contiguous[{operation.id.device, operation.id.incarnation}] = 0;
        const auto known = event.by_id.find(operation.id);
        if (known != event.by_id.end() && event.rows[known->second].operation.hash != operation.hash) {
            keep_aside({job.event, job.via, {}, "conflict", operation.line, job.at_ms, 0});
            done.taken.push_back(Taken::Conflict);
            continue;
        }
        const bool erased = std::ranges::any_of(operation.owners, [&](const auto& owner) { return event.erased.contains(owner); });
        if (known != event.by_id.end()) {
            auto& row = event.rows[known->second];
            if (row.operation.personal.empty() && !erased)
                row.operation.personal = operation.personal;
            done.taken.push_back(Taken::Duplicate);
            continue;
        }
        event.by_id[operation.id] = event.rows.size();
        event.rows.push_back({operation, job.via});
        event.last_ms = job.at_ms;
        if (erased)
            event.rows.back().operation.personal.clear();
        if (!operation.erases.empty()) {
            event.erased.insert(operation.erases);
            for (auto& row : event.rows)
                if (std::ranges::find(row.operation.owners, operation.erases) != row.operation.owners.end())
                    row.operation.personal.clear();
            ErasedUids uids;
            uids.add(operation.erases);
            for (auto& entry : m_quarantine)
                if (entry.event == job.event && is_about(entry.raw, uids))
                    entry.raw = without_personal(entry.raw);
        }
        done.taken.push_back(Taken::Stored);
    }
    for (const auto& chain : job.chains)
        done.contiguous[chain] = 0;
}

Result<std::vector<PushDone>> MemoryStore::commit(std::span<const PushJob> jobs) {
    const std::lock_guard lock(m_mutex);
    ++commits;
    if (fail_commits)
        return std::unexpected(*fail_commits);
    std::vector<PushDone> all(jobs.size());
    for (std::size_t i = 0; i < jobs.size(); ++i)
        take(jobs[i], all[i]);
    for (std::size_t i = 0; i < jobs.size(); ++i) {
        const auto& event = m_events[jobs[i].event];
        all[i].latest = event.rows.size();
        for (auto& [chain, seq] : all[i].contiguous)
            seq = contiguous(event, chain.first, chain.second);
    }
    return all;
}

Result<Store::FeedPage> MemoryStore::feed(const std::string& event, std::uint64_t after, std::size_t limit,
                                          std::size_t limit_bytes, const std::optional<Skip>& skip,
                                          const std::string& scope) {
    const std::lock_guard lock(m_mutex);
    FeedPage page;
    const auto& rows = m_events[event].rows;
    page.latest = rows.size();
    page.scanned_to = std::min<std::uint64_t>(after, rows.size());
    std::size_t bytes = 0;
    while (page.scanned_to < rows.size() && page.items.size() < limit && bytes < limit_bytes) {
        const auto& row = rows[page.scanned_to++];
        const auto& id = row.operation.id;
        if (skip && (skip->incarnation.empty() ? row.via == skip->device
                                               : id.device == skip->device && id.incarnation == skip->incarnation))
            continue;
        if (!scope_has(scope, row.operation.confidential))
            continue;
        bytes += row.operation.line.size() + row.operation.personal.size();
        page.items.push_back({page.scanned_to, row.operation.line, row.operation.personal});
    }
    return page;
}

Result<bool> MemoryStore::any_confidential(const std::string& event, std::uint64_t up_to) {
    const std::lock_guard lock(m_mutex);
    const auto& rows = m_events[event].rows;
    for (std::size_t i = 0; i < rows.size() && i < up_to; ++i)
        if (!rows[i].operation.confidential.empty())
            return true;
    return false;
}

Result<std::uint64_t> MemoryStore::latest(const std::string& event) {
    const std::lock_guard lock(m_mutex);
    return m_events[event].rows.size();
}

Result<std::optional<OperationHead>> MemoryStore::operation_head(const std::string& event, const std::string& device,
                                                                 const std::string& incarnation, std::uint64_t seq) {
    const std::lock_guard lock(m_mutex);
    ++reads_of_heads;
    const auto& log = m_events[event];
    const auto found = log.by_id.find({device, incarnation, seq});
    if (found == log.by_id.end())
        return std::optional<OperationHead>{};
    return std::optional(OperationHead{seq, log.rows[found->second].operation.hash});
}

Result<std::uint64_t> MemoryStore::highest(const std::string& event, const std::string& device,
                                           const std::string& incarnation) {
    const std::lock_guard lock(m_mutex);
    ++reads_of_heads;
    std::uint64_t seq = 0;
    for (const auto& [id, index] : m_events[event].by_id)
        if (id.device == device && id.incarnation == incarnation)
            seq = std::max(seq, id.seq);
    return seq;
}

Result<std::vector<EventRow>> MemoryStore::events() {
    const std::lock_guard lock(m_mutex);
    std::vector<EventRow> rows;
    for (const auto& [name, event] : m_events)
        if (!event.rows.empty())
            rows.push_back({name, event.rows.size(), event.rows.size(), event.last_ms});
    return rows;
}

Status MemoryStore::put_device(const DeviceRow& row) {
    const std::lock_guard lock(m_mutex);
    ++writes_of_devices;
    m_devices[{row.event, row.device}] = row;
    return {};
}

Result<std::vector<DeviceRow>> MemoryStore::devices() {
    const std::lock_guard lock(m_mutex);
    std::vector<DeviceRow> rows;
    for (const auto& [key, row] : m_devices)
        rows.push_back(row);
    return rows;
}

Status MemoryStore::put_code(const CodeRow& row) {
    const std::lock_guard lock(m_mutex);
    m_codes[row.code_hash] = row;
    return {};
}

Result<std::optional<CodeRow>> MemoryStore::use_code(const std::string& code_hash, std::int64_t now_ms) {
    const std::lock_guard lock(m_mutex);
    const auto found = m_codes.find(code_hash);
    if (found == m_codes.end() || found->second.used || found->second.expires_ms <= now_ms)
        return std::optional<CodeRow>{};
    found->second.used = true;
    return std::optional(found->second);
}

Status MemoryStore::put_user(const UserRow& row) {
    const std::lock_guard lock(m_mutex);
    m_users[row.name] = row;
    return {};
}

Result<std::vector<UserRow>> MemoryStore::users() {
    const std::lock_guard lock(m_mutex);
    std::vector<UserRow> rows;
    for (const auto& [name, row] : m_users)
        rows.push_back(row);
    return rows;
}

Result<std::vector<QuarantineEntry>> MemoryStore::quarantine(std::uint64_t after, std::size_t limit) {
    const std::lock_guard lock(m_mutex);
    const auto begin = std::min<std::size_t>(static_cast<std::size_t>(after), m_quarantine.size());
    const auto end = std::min(m_quarantine.size(), begin + limit);
    return std::vector(m_quarantine.begin() + static_cast<std::ptrdiff_t>(begin),
                       m_quarantine.begin() + static_cast<std::ptrdiff_t>(end));
}

Result<std::uint64_t> MemoryStore::quarantine_count() {
    const std::lock_guard lock(m_mutex);
    return m_quarantine.size();
}

Result<std::uint64_t> MemoryStore::empty_quarantine(std::int64_t before_ms) {
    const std::lock_guard lock(m_mutex);
    std::uint64_t count = 0;
    for (auto& entry : m_quarantine)
        if (entry.at_ms < before_ms && !entry.raw.starts_with(R"({"erased":)")) {
            const auto left = without_personal(entry.raw);
            count += left != entry.raw;
            entry.raw = left;
        }
    return count;
}

Status MemoryStore::change_leases(const std::string& event, const LeaseSelection& selection,
                                  const std::function<void(LeaseTable&)>& change) {
    const std::lock_guard lock(m_mutex);
    auto& log = m_events[event];
    LeaseTable table;
    std::vector<core::HeldLease> others;
    for (const auto& row : log.leases) {
        const auto& subject = row.resource.subject;
        const bool selected = !selection.subjects || subject == "event" ||
                              std::ranges::find(*selection.subjects, subject) != selection.subjects->end() ||
                              (row.holder == selection.holder && row.incarnation != selection.incarnation);
        (selected ? table.rows : others).push_back(row);
    }
    table.generation = log.generation;
    table.contiguous = [&](const std::string& device, const std::string& incarnation) {
        return contiguous(log, device, incarnation);
    };
    change(table);
    for (const auto& row : table.rows) {
        for (const auto& other : others)
            if (row.holder != other.holder && !row.resource.is_counted() && core::overlap(row.resource, other.resource))
                return core::fail(core::ErrorCode::Conflict, "error.database", "somebody else holds it");
        others.push_back(row);
    }
    log.leases = std::move(others);
    std::ranges::sort(log.leases, {}, [](const auto& row) { return std::pair(core::resource_text(row.resource), row.holder); });
    log.generation = table.generation;
    return {};
}

Result<std::vector<core::HeldLease>> MemoryStore::leases(const std::string& event) {
    const std::lock_guard lock(m_mutex);
    return m_events[event].leases;
}

Status MemoryStore::audit(const AuditRow& row) {
    const std::lock_guard lock(m_mutex);
    m_audit.push_back(row);
    return {};
}

Result<std::vector<AuditRow>> MemoryStore::audit_log(std::size_t limit) {
    const std::lock_guard lock(m_mutex);
    std::vector<AuditRow> rows(m_audit.rbegin(), m_audit.rend());
    rows.resize(std::min(rows.size(), limit));
    return rows;
}

Result<std::optional<std::string>> MemoryStore::fact(const std::string& key) {
    const std::lock_guard lock(m_mutex);
    const auto found = m_facts.find(key);
    return found == m_facts.end() ? std::optional<std::string>{} : std::optional(found->second);
}

Status MemoryStore::set_fact(const std::string& key, const std::string& value) {
    const std::lock_guard lock(m_mutex);
    m_facts[key] = value;
    return {};
}

} // namespace kiosk::test
