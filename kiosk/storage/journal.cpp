// SPDX-License-Identifier: Apache-2.0
#include "storage/journal.hpp"

#include <sqlite3.h>

#include <algorithm>

namespace kiosk::storage {

namespace {

std::int64_t as_stored(core::Hlc hlc) { return static_cast<std::int64_t>(hlc.value); }
core::Hlc as_hlc(std::int64_t stored) { return {static_cast<std::uint64_t>(stored)}; }

} // namespace

std::optional<std::string> meta_text(Connection& connection, std::string_view key) {
    Query query(connection, "SELECT value FROM meta WHERE key = ?", key);
    return query.next() && !query.is_null(0) ? std::optional(query.text(0)) : std::nullopt;
}

std::optional<std::int64_t> meta_integer(Connection& connection, std::string_view key) {
    Query query(connection, "SELECT value FROM meta WHERE key = ?", key);
    return query.next() && !query.is_null(0) ? std::optional(query.integer(0)) : std::nullopt;
}

void set_meta(Connection& connection, std::string_view key, std::string_view text) {
    Query(connection, "INSERT INTO meta VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value", key, text).run();
}

void set_meta(Connection& connection, std::string_view key, std::int64_t value) {
    Query(connection, "INSERT INTO meta VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value", key, value)
        .run();
}

void Journal::load() {
    m_origins.clear();
    m_numbers.clear();
    m_head = {};
    m_old_pending = 0;
    Query rows(m_connection, "SELECT number, device, incarnation, own, acknowledged FROM origins ORDER BY number");
    while (rows.next()) {
        m_origins.push_back({rows.integer(0), rows.text(1), rows.text(2), rows.integer(3) != 0,
                             static_cast<std::uint64_t>(rows.integer(4))});
        const auto& origin = m_origins.back();
        if (origin.number != static_cast<std::int64_t>(m_origins.size()))
            throw SQLite::Exception("origins are not numbered from 1", SQLITE_CORRUPT);
        m_numbers[{origin.device, origin.incarnation}] = origin.number;
    }
    m_current = meta_integer(m_connection, "current_origin").value_or(0);
    m_others = static_cast<std::uint64_t>(meta_integer(m_connection, "other_operations").value_or(0));

    core::Hlc clock = as_hlc(meta_integer(m_connection, "clock").value_or(0));
    for (const auto& origin : m_origins) {
        if (!origin.own)
            continue;
        Query last(m_connection, "SELECT id, hlc, hash FROM operations WHERE id BETWEEN ? AND ? ORDER BY id DESC LIMIT 1",
                   row_id(origin.number, 1), row_id(origin.number, max_seq));
        if (!last.next())
            continue;
        const auto seq = seq_of(last.integer(0));
        if (origin.number == m_current) {
            m_head.seq = seq;
            m_head.hash = last.digest(2);
            clock = std::max(clock, as_hlc(last.integer(1)));
        } else if (seq > origin.acknowledged) {
            m_old_pending += seq - origin.acknowledged; // without gaps, as we wrote them
        }
    }
    m_head.hlc = clock;
}

const Origin* Journal::current() const {
    return m_current > 0 && m_current <= static_cast<std::int64_t>(m_origins.size())
               ? &m_origins[static_cast<std::size_t>(m_current - 1)]
               : nullptr;
}

std::uint64_t Journal::pending() const {
    const auto* origin = current();
    const auto acknowledged = origin ? std::min(origin->acknowledged, m_head.seq) : 0;
    return m_head.seq - acknowledged + m_old_pending;
}

std::uint64_t Journal::size() const { return m_others + m_head.seq; }

void Journal::begin_incarnation(const std::string& device, const std::string& incarnation) {
    const auto clock = m_head.hlc;
    const auto number = static_cast<std::int64_t>(m_origins.size()) + 1;
    Query(m_connection, "INSERT INTO origins (number, device, incarnation, own) VALUES (?, ?, ?, 1)", number, device,
          incarnation)
        .run();
    Query count(m_connection, "SELECT count(*) FROM operations");
    count.next();
    set_meta(m_connection, "other_operations", count.integer(0));
    set_meta(m_connection, "current_origin", number);
    set_meta(m_connection, "clock", as_stored(clock));
    load();
}

void Journal::acknowledge(std::int64_t origin, std::uint64_t seq) {
    Query(m_connection, "UPDATE origins SET acknowledged = ? WHERE number = ? AND acknowledged < ?", seq, origin, seq).run();
    load();
}

void Journal::set_acknowledged(std::int64_t origin, std::uint64_t seq) {
    Query(m_connection, "UPDATE origins SET acknowledged = ? WHERE number = ? AND acknowledged <> ?", seq, origin, seq).run();
    load();
}

void Journal::remove_after(std::int64_t origin, std::uint64_t seq) {
    const auto first = row_id(origin, std::min(seq, max_seq)) + 1, last = row_id(origin, max_seq);
    Query(m_connection, "DELETE FROM personal WHERE operation BETWEEN ? AND ?", first, last).run();
    Query(m_connection, "DELETE FROM arrivals WHERE operation BETWEEN ? AND ?", first, last).run();
    Query(m_connection, "DELETE FROM operations WHERE id BETWEEN ? AND ?", first, last).run();
}

void Journal::note_ingested(std::uint64_t added, std::uint64_t removed, core::Hlc clock) {
    m_others += added;
    m_others -= removed;
    m_head.hlc = std::max(m_head.hlc, clock);
    set_meta(m_connection, "other_operations", static_cast<std::int64_t>(m_others));
    set_meta(m_connection, "clock", as_stored(m_head.hlc));
}

std::optional<std::int64_t> Journal::find(const core::OperationId& id) const {
    const auto found = m_numbers.find({id.device, id.incarnation});
    if (found == m_numbers.end() || id.seq == 0 || id.seq > max_seq)
        return std::nullopt;
    return row_id(found->second, id.seq);
}

std::optional<std::int64_t> Journal::intern(const core::OperationId& id) {
    if (const auto known = find(id))
        return known;
    const auto number = static_cast<std::int64_t>(m_origins.size()) + 1;
    if (id.seq == 0 || id.seq > max_seq || id.device.empty() || id.incarnation.empty() || number >= max_origins)
        return std::nullopt;
    Query(m_connection, "INSERT INTO origins (number, device, incarnation) VALUES (?, ?, ?)", number, id.device,
          id.incarnation)
        .run();
    m_origins.push_back({number, id.device, id.incarnation, false, 0});
    m_numbers[{id.device, id.incarnation}] = number;
    return row_id(number, id.seq);
}

core::OperationId Journal::operation_id(std::int64_t id) const {
    const auto index = static_cast<std::size_t>(origin_of(id) - 1);
    if (index >= m_origins.size()) // only a damaged file can say so, and that must not stop the program
        return {"?", std::to_string(origin_of(id)), seq_of(id)};
    return {m_origins[index].device, m_origins[index].incarnation, seq_of(id)};
}

bool Journal::is_later(const core::Operation& operation, std::int64_t stored_hlc, std::int64_t stored_id) const {
    if (operation.hlc != as_hlc(stored_hlc))
        return operation.hlc > as_hlc(stored_hlc);
    return operation.id > operation_id(stored_id);
}

core::Operation Journal::make(const core::OperationDraft& draft, core::Instant wall, std::int64_t boot_ms,
                              std::optional<std::int64_t> offset_ms, core::Random& random, Head& head) const {
    const auto* origin = current();
    KIOSK_ASSERT(origin != nullptr);
    auto operation = core::seal(draft,
                                {{origin->device, origin->incarnation, head.seq + 1},
                                 core::next_hlc(head.hlc, wall),
                                 wall,
                                 boot_ms,
                                 offset_ms,
                                 head.hash},
                                m_hasher, random);
    head = {operation.id.seq, operation.hash, operation.hlc};
    return operation;
}

void Journal::write(std::int64_t id, const core::Operation& operation, std::string_view owner) {
    const bool has_personal = operation.personal_digest != core::Digest{};
    Query(m_connection, "INSERT INTO operations VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", id, operation.kind,
          operation.version, as_stored(operation.hlc), operation.wall.unix_ms, operation.boot_ms, operation.offset_ms,
          operation.subject, operation.body,
          has_personal ? std::optional(Blob{core::bytes_of(operation.personal_digest)}) : std::nullopt, operation.previous,
          operation.hash)
        .run();
    if (!operation.personal.empty())
        write_personal(id, operation, owner);
}

void Journal::write_personal(std::int64_t id, const core::Operation& operation, std::string_view owner) {
    Query(m_connection, "INSERT INTO personal VALUES (?, ?, ?, ?)", id, owner, Blob{operation.personal_salt},
          operation.personal)
        .run();
}

core::Operation Journal::row(Query& query) const {
    core::Operation operation;
    operation.id = operation_id(query.integer(0));
    operation.kind = query.text(1);
    operation.version = static_cast<std::uint32_t>(query.integer(2));
    operation.hlc = as_hlc(query.integer(3));
    operation.wall = {query.integer(4)};
    operation.boot_ms = query.integer(5);
    if (!query.is_null(6))
        operation.offset_ms = query.integer(6);
    operation.subject = query.text(7);
    operation.body = query.text(8);
    operation.personal_digest = query.digest(9);
    operation.previous = query.digest(10);
    operation.hash = query.digest(11);
    if (!query.is_null(12)) {
        operation.personal_salt = query.text(12);
        operation.personal = query.text(13);
    }
    return operation;
}

std::optional<core::Operation> Journal::read(std::int64_t id) {
    Query query(m_connection,
                "SELECT o.id, kind, version, hlc, wall_ms, boot_ms, offset_ms, subject, body, personal_digest, previous, "
                "hash, salt, content FROM operations o LEFT JOIN personal p ON p.operation = o.id WHERE o.id = ?",
                id);
    return query.next() ? std::optional(row(query)) : std::nullopt;
}

void Journal::for_each(std::int64_t after, std::int64_t last,
                       const std::function<bool(std::int64_t, core::Operation&)>& visit) {
    Query query(m_connection,
                "SELECT o.id, kind, version, hlc, wall_ms, boot_ms, offset_ms, subject, body, personal_digest, previous, "
                "hash, salt, content FROM operations o LEFT JOIN personal p ON p.operation = o.id "
                "WHERE o.id > ? AND o.id <= ? ORDER BY o.id",
                after, last);
    while (query.next()) {
        auto operation = row(query);
        if (!visit(query.integer(0), operation))
            break;
    }
}

} // namespace kiosk::storage
