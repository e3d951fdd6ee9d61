// SPDX-License-Identifier: Apache-2.0
// What a database does for being copied to a hub and fed by it: where the feed stands, what the hub has of us, and how
// numbers that were used twice are given up.
#include "storage/database_impl.hpp"
#include "storage/sync_mark.hpp"

#include <algorithm>
#include <map>

namespace kiosk::storage {

SyncMark read_sync_mark(Connection& connection) {
    SyncMark mark;
    mark.hub = meta_text(connection, "sync_hub").value_or("");
    mark.epoch = meta_text(connection, "sync_epoch").value_or("");
    mark.after = static_cast<std::uint64_t>(meta_integer(connection, "sync_after").value_or(0));
    mark.relayed = meta_integer(connection, "sync_relayed").value_or(0);
    mark.relay_due = meta_integer(connection, "sync_relay_due").value_or(0) != 0;
    mark.scope = meta_text(connection, "sync_scope").value_or(mark.scope);
    return mark;
}

void write_sync_mark(Connection& connection, const SyncMark& mark) {
    set_meta(connection, "sync_hub", std::string_view(mark.hub));
    set_meta(connection, "sync_epoch", std::string_view(mark.epoch));
    set_meta(connection, "sync_after", static_cast<std::int64_t>(mark.after));
    set_meta(connection, "sync_relayed", mark.relayed);
    set_meta(connection, "sync_relay_due", static_cast<std::int64_t>(mark.relay_due));
    set_meta(connection, "sync_scope", std::string_view(mark.scope));
}

core::Result<OwnChains> read_chains(Connection& connection, const Journal& journal) {
    OwnChains own;
    const auto* current = journal.current();
    if (!current)
        return core::fail(core::ErrorCode::NotFound, "error.database_internal", "no incarnation");
    own.device = current->device;
    own.mark = read_sync_mark(connection);
    for (const auto& origin : journal.origins()) {
        if (!origin.own || origin.device != current->device)
            continue;
        OwnChain chain{origin.incarnation, 0, {}, origin.acknowledged, origin.number == current->number};
        Query last(connection, "SELECT id, hash FROM operations WHERE id BETWEEN ? AND ? ORDER BY id DESC LIMIT 1",
                   row_id(origin.number, 1), row_id(origin.number, max_seq));
        if (last.next()) {
            chain.last_seq = seq_of(last.integer(0));
            chain.last_hash = last.digest(1);
        }
        own.chains.push_back(std::move(chain));
    }
    std::ranges::stable_partition(own.chains, [](const OwnChain& chain) { return !chain.present; });
    return own;
}

core::Result<std::vector<core::Operation>> read_own_after(Journal& journal, std::string_view incarnation,
                                                          std::uint64_t after, std::size_t limit,
                                                          std::size_t limit_bytes) {
    std::vector<core::Operation> page;
    std::size_t bytes = 0;
    for (const auto& origin : journal.origins()) {
        if (!origin.own || origin.incarnation != incarnation || limit == 0)
            continue;
        journal.for_each(row_id(origin.number, std::min(after, max_seq)), row_id(origin.number, max_seq),
                         [&](std::int64_t, core::Operation& operation) {
                             bytes += operation.subject.size() + operation.body.size() + operation.personal.size();
                             if (!page.empty() && bytes > limit_bytes)
                                 return false;
                             page.push_back(std::move(operation));
                             return page.size() < limit;
                         });
    }
    return page;
}

core::Result<Arrivals> read_arrived_after(Connection& connection, Journal& journal, std::int64_t cursor,
                                          std::size_t limit) {
    Arrivals page{{}, cursor};
    Query rows(connection, "SELECT arrival, operation FROM arrivals WHERE arrival > ? ORDER BY arrival LIMIT ?", cursor,
               row_limit(limit));
    while (rows.next()) {
        if (auto operation = journal.read(rows.integer(1)))
            page.operations.push_back(std::move(*operation));
        page.next = rows.integer(0);
    }
    return page;
}

core::Result<OwnChains> Database::own_chains() {
    return m_impl->ask("chains", [&] { return read_chains(m_impl->connection, m_impl->journal); });
}

core::Result<std::vector<core::Operation>> Database::own_after(std::string_view incarnation, std::uint64_t after,
                                                               std::size_t limit, std::size_t limit_bytes) {
    return m_impl->ask("journal",
                       [&] { return read_own_after(m_impl->journal, incarnation, after, limit, limit_bytes); });
}

core::Result<Arrivals> Database::arrived_after(std::int64_t cursor, std::size_t limit) {
    return m_impl->ask("journal",
                       [&] { return read_arrived_after(m_impl->connection, m_impl->journal, cursor, limit); });
}

core::Result<SyncMark> Database::sync_mark() {
    return m_impl->ask("sync", [&]() -> core::Result<SyncMark> { return read_sync_mark(m_impl->connection); });
}

core::Status Database::set_sync_mark(const SyncMark& mark) {
    return m_impl->transact("sync", [&]() -> core::Status {
        write_sync_mark(m_impl->connection, mark);
        return {};
    });
}

core::Status Database::set_acknowledged(std::string_view incarnation, std::uint64_t seq) {
    return m_impl->transact("acknowledge", [&]() -> core::Status {
        for (const auto& origin : m_impl->journal.origins())
            if (origin.own && origin.incarnation == incarnation) {
                m_impl->journal.set_acknowledged(origin.number, std::min(seq, max_seq));
                return {};
            }
        return core::fail(core::ErrorCode::NotFound, "error.database_internal", "incarnation " + std::string(incarnation));
    });
}

core::Status Database::begin_incarnation() {
    return m_impl->transact("incarnation", [&]() -> core::Status {
        const auto device = m_impl->journal.current()->device;
        m_impl->journal.begin_incarnation(device, m_impl->new_token());
        return {};
    });
}

namespace {

// An undo names the scan that it takes back by its id, which is another one from now on.
core::Result<core::OperationDraft> with_new_target(const core::Operation& operation,
                                                   const std::map<std::string, std::string>& new_ids) {
    core::OperationDraft draft{operation.kind, operation.subject, operation.body, operation.personal};
    if (operation.kind != core::operation_kind::undo)
        return draft;
    KIOSK_TRY(auto undo, core::decode_undo(operation));
    const auto moved = new_ids.find(undo.target);
    if (moved == new_ids.end())
        return draft;
    undo.target = moved->second;
    return core::make_undo(undo, operation.subject);
}

} // namespace

core::Status Database::fork_after(std::uint64_t common) {
    auto& impl = *m_impl;
    KIOSK_CHECK(impl.transact("fork", [&]() -> core::Status {
        const auto old = *impl.journal.current();
        std::vector<core::Operation> twice;
        impl.journal.for_each(row_id(old.number, std::min(common, max_seq)), row_id(old.number, max_seq),
                              [&](std::int64_t, core::Operation& operation) {
                                  twice.push_back(std::move(operation));
                                  return true;
                              });
        if (twice.empty()) { // nothing changes but the name of what follows
            impl.journal.begin_incarnation(old.device, impl.new_token());
            return {};
        }
        // Projections refer to operations: they go first, and are made anew from what the journal then holds.
        impl.projections.clear();
        impl.journal.remove_after(old.number, common);
        impl.journal.begin_incarnation(old.device, impl.new_token());
        const auto current = *impl.journal.current();
        auto head = impl.journal.head();
        std::map<std::string, std::string> new_ids;
        for (const auto& operation : twice) {
            KIOSK_TRY(const auto draft, with_new_target(operation, new_ids));
            const auto again = impl.journal.make(draft, operation.wall, operation.boot_ms, operation.offset_ms,
                                                 *impl.options.random, head);
            std::string owner;
            if (!again.personal.empty()) {
                const auto decoded = decode(again).value_or(Decoded{});
                owner = owners_of(again, decoded).front();
            }
            impl.journal.write(row_id(current.number, again.id.seq), again, owner);
            new_ids[core::to_string(operation.id)] = core::to_string(again.id);
        }
        impl.journal.for_each(0, INT64_MAX, [&](std::int64_t id, core::Operation& operation) {
            impl.projections.apply(id, operation, decode(operation).value_or(Decoded{}));
            return true;
        });
        impl.search.merge();
        impl.journal.load();
        return {};
    }));
    impl.doors.forget();
    return {};
}

} // namespace kiosk::storage
