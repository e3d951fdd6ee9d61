// SPDX-License-Identifier: Apache-2.0
#pragma once
// The journal's rows. Purpose: who wrote operations (origins), where our own chain stands, and operations in and out of
// their table; no projections here. Ownership: borrows connection and hasher. Threads: those of the connection.
// Failure: throws SQLite::Exception, to be called inside guard(). What it holds in memory mirrors the database; after a
// rollback load() must be called.
#include "core/ports.hpp"
#include "core/sealing.hpp"
#include "storage/connection.hpp"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace kiosk::storage {

// Row ids hold origin and seq: origin × 2^40 + seq.
constexpr int seq_bits = 40;
constexpr std::uint64_t max_seq = (std::uint64_t{1} << seq_bits) - 1;
constexpr std::int64_t max_origins = std::int64_t{1} << 22;
constexpr std::int64_t row_id(std::int64_t origin, std::uint64_t seq) {
    return (origin << seq_bits) | static_cast<std::int64_t>(seq);
}
constexpr std::int64_t origin_of(std::int64_t id) { return id >> seq_bits; }
constexpr std::uint64_t seq_of(std::int64_t id) { return static_cast<std::uint64_t>(id) & max_seq; }

struct Origin {
    std::int64_t number = 0;
    std::string device;
    std::string incarnation;
    bool own = false;
    std::uint64_t acknowledged = 0;
};

struct Head {
    std::uint64_t seq = 0;
    core::Digest hash{};
    core::Hlc hlc; // nothing that was written or observed here is later
};

class Journal {
public:
    Journal(Connection& connection, const core::Hasher& hasher) : m_connection(connection), m_hasher(hasher) {}

    void load();

    const std::vector<Origin>& origins() const { return m_origins; }
    const Origin* current() const; // null until the first incarnation was begun
    const Head& head() const { return m_head; }
    void set_head(const Head& head) { m_head = head; }
    std::uint64_t pending() const;
    std::uint64_t size() const;

    // A new chain for this file; to be called in a transaction. The clock goes on.
    void begin_incarnation(const std::string& device, const std::string& incarnation);
    void acknowledge(std::int64_t origin, std::uint64_t seq);
    void set_acknowledged(std::int64_t origin, std::uint64_t seq); // also to less than before
    // In a transaction, and without what refers to them: operations of that origin after `seq`, personal parts included.
    void remove_after(std::int64_t origin, std::uint64_t seq);
    // Something of others was added (in a transaction): the count and the clock that must not fall back.
    void note_ingested(std::uint64_t added, std::uint64_t removed, core::Hlc clock);

    std::optional<std::int64_t> find(const core::OperationId& id) const; // where its origin is known
    std::optional<std::int64_t> intern(const core::OperationId& id);     // absent where it can't be stored
    core::OperationId operation_id(std::int64_t id) const;
    // Later by (clock, operation id) than one that is stored: what "the latest" and "the first" mean everywhere.
    bool is_later(const core::Operation& operation, std::int64_t stored_hlc, std::int64_t stored_id) const;

    // The next operation of our own chain after `head`, which moves on with it. Nothing is written.
    core::Operation make(const core::OperationDraft& draft, core::Instant wall, std::int64_t boot_ms,
                         std::optional<std::int64_t> offset_ms, core::Random& random, Head& head) const;
    void write(std::int64_t id, const core::Operation& operation, std::string_view owner);
    void write_personal(std::int64_t id, const core::Operation& operation, std::string_view owner);

    std::optional<core::Operation> read(std::int64_t id);
    // In order of row id, first > `after`; false from `visit` stops.
    void for_each(std::int64_t after, std::int64_t last, const std::function<bool(std::int64_t, core::Operation&)>& visit);

private:
    core::Operation row(Query& query) const;

    Connection& m_connection;
    const core::Hasher& m_hasher;
    std::vector<Origin> m_origins; // number − 1 is the index
    std::map<std::pair<std::string, std::string>, std::int64_t> m_numbers;
    std::int64_t m_current = 0;
    Head m_head;
    std::uint64_t m_others = 0;      // operations outside our current incarnation
    std::uint64_t m_old_pending = 0; // of our earlier incarnations
};

// Small facts in `meta`.
std::optional<std::string> meta_text(Connection& connection, std::string_view key);
std::optional<std::int64_t> meta_integer(Connection& connection, std::string_view key);
void set_meta(Connection& connection, std::string_view key, std::string_view text);
void set_meta(Connection& connection, std::string_view key, std::int64_t value);

} // namespace kiosk::storage
