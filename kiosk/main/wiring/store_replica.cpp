// SPDX-License-Identifier: Apache-2.0
#include "main/wiring/store_replica.hpp"

#include <algorithm>

namespace kiosk::wiring {

namespace {

using core::ErrorCode;
using core::fail;
using core::Result;
using core::Status;
using storage::Database;
using sync::client::FeedMark;
using sync::client::Standing;

std::string hex(const core::Digest& digest) {
    constexpr char digits[] = "0123456789abcdef";
    std::string text;
    text.reserve(2 * digest.size());
    for (const auto byte : digest) {
        text += digits[byte >> 4];
        text += digits[byte & 15];
    }
    return text;
}

FeedMark to_client(const storage::SyncMark& mark) {
    return {mark.hub, mark.epoch, mark.after, mark.relayed, mark.relay_due, mark.scope};
}
storage::SyncMark to_storage(const FeedMark& mark) {
    return {mark.hub, mark.epoch, mark.after, mark.relayed, mark.relay_due, mark.scope};
}

Standing to_client(storage::OwnChains own, std::string event) {
    Standing standing;
    standing.device = std::move(own.device);
    standing.event = std::move(event);
    standing.mark = to_client(own.mark);
    for (auto& chain : own.chains)
        standing.chains.push_back({std::move(chain.incarnation), chain.last_seq,
                                   chain.last_seq == 0 ? std::string() : hex(chain.last_hash), chain.acknowledged,
                                   chain.present});
    return standing;
}

Status without_report(Result<storage::IngestReport> ingested) {
    return ingested ? Status{} : Status(std::unexpected(std::move(ingested).error()));
}

} // namespace

// ---- the gate ----

Status StoreGate::run(const Work& work) {
    const auto gone = [] { return fail(ErrorCode::Unavailable, "error.store_closing"); };
    auto ticket = std::make_shared<Ticket>();
    ticket->work = &work;
    {
        const std::scoped_lock lock(m_mutex);
        if (m_closed)
            return gone();
    }
    m_post([this, ticket] { do_it(ticket); });
    std::unique_lock lock(m_mutex);
    m_changed.wait(lock, [&] {
        return ticket->state == State::Done || (m_closed && ticket->state == State::Waiting);
    });
    if (ticket->state == State::Done)
        return std::move(ticket->result);
    ticket->state = State::Abandoned; // its work is the caller's, who leaves now
    return gone();
}

void StoreGate::do_it(const std::shared_ptr<Ticket>& ticket) {
    {
        const std::scoped_lock lock(m_mutex);
        if (ticket->state != State::Waiting || m_closed)
            return;
        ticket->state = State::Running;
    }
    auto result = (*ticket->work)(m_database);
    {
        const std::scoped_lock lock(m_mutex);
        ticket->result = std::move(result);
        ticket->state = State::Done;
    }
    m_changed.notify_all();
}

void StoreGate::close() {
    {
        const std::scoped_lock lock(m_mutex);
        m_closed = true;
    }
    m_changed.notify_all();
}

// ---- the replica ----

StoreReplica::StoreReplica(Database& database, std::string event) : m_database(&database), m_event(std::move(event)) {}

StoreReplica::StoreReplica(std::unique_ptr<storage::JournalReader> reader, StoreGate& gate, std::string event)
    : m_reader(std::move(reader)), m_gate(&gate), m_event(std::move(event)) {}

Status StoreReplica::write(const StoreGate::Work& work) { return m_database ? work(*m_database) : m_gate->run(work); }

Result<Standing> StoreReplica::standing() {
    if (m_database) {
        KIOSK_TRY(auto own, m_database->own_chains());
        return to_client(std::move(own), m_event);
    }
    const std::scoped_lock lock(m_reading);
    KIOSK_TRY(auto own, m_reader->chains());
    return to_client(std::move(own), m_event);
}

Result<std::vector<core::Operation>> StoreReplica::own_after(const std::string& incarnation, std::uint64_t after,
                                                             std::size_t limit, std::size_t limit_bytes) {
    if (m_database)
        return m_database->own_after(incarnation, after, limit, limit_bytes);
    const std::scoped_lock lock(m_reading);
    return m_reader->own_after(incarnation, after, limit, limit_bytes);
}

Result<sync::client::Page> StoreReplica::others_after(std::int64_t cursor, std::size_t limit) {
    storage::Arrivals arrivals;
    if (m_database) {
        KIOSK_TRY(arrivals, m_database->arrived_after(cursor, limit));
    } else {
        const std::scoped_lock lock(m_reading);
        KIOSK_TRY(arrivals, m_reader->arrived_after(cursor, limit));
    }
    return sync::client::Page{std::move(arrivals.operations), arrivals.next};
}

Status StoreReplica::acknowledge(const std::string& incarnation, std::uint64_t seq) {
    return write([&](Database& database) { return database.set_acknowledged(incarnation, seq); });
}

Status StoreReplica::ingest(std::span<const core::Operation> operations, const FeedMark& mark) {
    const auto stored_mark = to_storage(mark);
    // All but the last piece go without the mark: should the power fail in between, they are asked for again and are
    // known already.
    auto rest = operations;
    while (m_gate && rest.size() > piece) {
        const auto part = rest.first(piece);
        KIOSK_CHECK(write([part](Database& database) { return without_report(database.ingest(part)); }));
        rest = rest.subspan(piece);
    }
    KIOSK_CHECK(write([&](Database& database) { return without_report(database.ingest(rest, stored_mark)); }));
    if (m_on_arrival)
        m_on_arrival({operations.size(), mark.after, std::ranges::any_of(operations, [](const core::Operation& operation) {
                          namespace kind = core::operation_kind; // a closed session's door opens by its acts
                          return operation.kind == kind::config_set || operation.kind == kind::session_set ||
                                 operation.kind == kind::session_act;
                      })});
    return {};
}

Status StoreReplica::set_mark(const FeedMark& mark) {
    return write([&](Database& database) { return database.set_sync_mark(to_storage(mark)); });
}

Status StoreReplica::begin_incarnation() {
    return write([](Database& database) { return database.begin_incarnation(); });
}

Status StoreReplica::fork_after(std::uint64_t common) {
    return write([&](Database& database) { return database.fork_after(common); });
}

void StoreReplica::set_clock_offset(std::optional<std::int64_t> offset_ms) {
    // Where the owner is going away nothing is written with it any more.
    static_cast<void>(write([&](Database& database) -> Status {
        database.set_clock_offset(offset_ms);
        return {};
    }));
}

} // namespace kiosk::wiring
