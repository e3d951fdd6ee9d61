// SPDX-License-Identifier: Apache-2.0
// Opening, transactions and the log of operations; the smaller tables are in store_sqlite_tables.cpp.
#include "hub/store_sqlite.hpp"

#include "hub/migrations.hpp"
#include "hub/scope.hpp"
#include "hub/sqlite_impl.hpp"

#include <algorithm>

namespace kiosk::sync::hub {

using kiosk::core::ErrorCode;
using kiosk::core::fail;

namespace {

constexpr int restart_pages = 16000; // the log is long: start it anew, even where that waits for readers a moment
constexpr int restart_wait_ms = 100;
constexpr int busy_ms = 2000;
constexpr std::size_t scan_limit = 20'000; // rows that one page of the feed looks at

std::int64_t single(Connection& connection, const char* sql) {
    Query query(connection, sql);
    return query.next() ? query.integer(0) : 0;
}

} // namespace

FastStatement::FastStatement(Connection& connection, const char* sql) : m_handle(connection.handle()) {
    if (const int code = sqlite3_prepare_v3(m_handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &m_statement, nullptr);
        code != SQLITE_OK)
        throw SQLite::Exception(m_handle, code);
}

FastStatement::~FastStatement() { sqlite3_finalize(m_statement); }

void FastStatement::bind(int index, std::string_view text) {
    sqlite3_bind_text64(m_statement, index, text.data(), text.size(), SQLITE_STATIC, SQLITE_UTF8);
}

void FastStatement::bind(int index, const Digest& digest) {
    sqlite3_bind_blob64(m_statement, index, digest.data(), digest.size(), SQLITE_STATIC);
}

void FastStatement::run() {
    const int code = sqlite3_step(m_statement);
    if (code != SQLITE_DONE) {
        const SQLite::Exception exception(m_handle, code);
        sqlite3_reset(m_statement);
        throw exception;
    }
    sqlite3_reset(m_statement);
}

SqliteStore::Impl::Impl(const std::string& file, SqliteStoreOptions given)
    : path(file), options(std::move(given)), connection(file, Connection::Mode::ReadWrite, options.vfs) {}

SqliteStore::Impl::~Impl() {
    // The writer closes last, so that it is the one that checkpoints.
    readers.clear();
}

SqliteStore::SqliteStore(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}
SqliteStore::~SqliteStore() = default;

Result<std::unique_ptr<SqliteStore>> SqliteStore::open(const std::string& path, SqliteStoreOptions options) {
    KIOSK_ASSERT(options.random);
    kiosk::storage::WriterLock lock;
    if (options.vfs.empty()) {
        KIOSK_TRY(lock, kiosk::storage::WriterLock::take(path));
    }
    std::unique_ptr<Impl> impl;
    try {
        impl = std::make_unique<Impl>(path, std::move(options));
    } catch (const SQLite::Exception& exception) {
        return std::unexpected(
            kiosk::storage::to_error(exception, nullptr, path, std::source_location::current()));
    }
    impl->lock = std::move(lock);
    const auto ready = guard(impl->connection, path, [&]() -> Status {
        KIOSK_CHECK(impl->migrate());
        return impl->prepare();
    });
    if (!ready)
        return std::unexpected(ready.error());
    return std::unique_ptr<SqliteStore>(new SqliteStore(std::move(impl)));
}

Status SqliteStore::Impl::migrate() {
    const auto texts = sqlite_migrations();
    const auto known = static_cast<std::int64_t>(texts.size());
    const auto version = single(connection, "PRAGMA user_version");
    const auto application = single(connection, "PRAGMA application_id");
    const bool empty = version == 0 && application == 0 && single(connection, "SELECT count(*) FROM sqlite_schema") == 0;
    if (!empty && application != static_cast<std::int64_t>(hub_application_id))
        return fail(ErrorCode::Invalid, "error.database_foreign", path);
    if (version > known)
        return fail(ErrorCode::NewerVersion, "error.database_newer", path + ": version " + std::to_string(version));
    {
        Query mode(connection, "PRAGMA journal_mode=WAL");
        if (!mode.next() || mode.text(0) != "wal")
            return fail(ErrorCode::Io, "error.database_io", path + ": no write-ahead log here");
    }
    connection.exec("PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=0; PRAGMA journal_size_limit=67108864;"
                    "PRAGMA cache_size=-32768; PRAGMA secure_delete=ON");
    for (auto next = version; next < known; ++next) {
        connection.exec("BEGIN IMMEDIATE");
        try {
            connection.exec(std::string(texts[static_cast<std::size_t>(next)]).c_str());
            if (next == 0) {
                Query(connection, "INSERT INTO meta VALUES ('hub', ?), ('epoch', ?), ('recovering', '0')",
                      random_name(*options.random), random_name(*options.random))
                    .run();
            }
            connection.exec(("PRAGMA user_version=" + std::to_string(next + 1)).c_str());
            connection.exec(("PRAGMA application_id=" + std::to_string(hub_application_id)).c_str());
            connection.exec("COMMIT");
        } catch (...) {
            connection.rollback();
            throw;
        }
    }
    return {};
}

Status SqliteStore::Impl::prepare() {
    insert_operation =
        std::make_unique<FastStatement>(connection, "INSERT INTO operations VALUES (?, ?, ?, ?, ?, ?, ?)");
    sqlite3_wal_hook(
        connection.handle(),
        [](void* self, sqlite3*, const char*, int pages) {
            static_cast<Impl*>(self)->log_pages = pages;
            return SQLITE_OK;
        },
        this);
    return {};
}

// What was committed is durable already: a checkpoint that fails or must wait is tried again after a later commit.
void SqliteStore::Impl::checkpoint_where_due() noexcept {
    auto* handle = connection.handle();
    const auto checkpoint = [&](int mode, int wait_ms) {
        sqlite3_busy_timeout(handle, wait_ms);
        const int code = sqlite3_wal_checkpoint_v2(handle, nullptr, mode, nullptr, nullptr);
        sqlite3_busy_timeout(handle, busy_ms);
        return code == SQLITE_OK;
    };
    if (log_pages < checkpoint_at - checkpoint_pages) { // it was begun anew
        checkpoint_at = checkpoint_pages;
        restart_at = restart_pages;
    }
    if (truncate_due) {
        truncate_due = !checkpoint(SQLITE_CHECKPOINT_TRUNCATE, 0);
    } else if (log_pages >= restart_at) {
        restart_at = log_pages + restart_pages;
        checkpoint_at = log_pages + checkpoint_pages;
        checkpoint(SQLITE_CHECKPOINT_RESTART, restart_wait_ms);
    } else if (log_pages >= checkpoint_at) {
        checkpoint_at = log_pages + checkpoint_pages;
        checkpoint(SQLITE_CHECKPOINT_PASSIVE, 0);
    }
}

Result<std::unique_ptr<Connection>> SqliteStore::Impl::open_reader() {
    KIOSK_TRY(auto reader, Connection::open(path, Connection::Mode::ReadOnly, options.vfs));
    sqlite3_db_config(reader->handle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    KIOSK_CHECK(guard(*reader, path, [&]() -> Status {
        reader->exec("PRAGMA cache_size=-4096");
        return {};
    }));
    return reader;
}

EventState& SqliteStore::Impl::event_state(const std::string& event) {
    if (const auto known = events.find(event); known != events.end())
        return known->second;
    Query(connection, "INSERT OR IGNORE INTO events (event) VALUES (?)", event).run();
    Query row(connection, "SELECT number, latest, last_ms FROM events WHERE event = ?", event);
    row.next();
    EventState state;
    state.number = row.integer(0);
    state.latest = unstored(row.integer(1));
    state.last_ms = row.integer(2);
    return events.emplace(event, std::move(state)).first->second;
}

namespace {

class SqliteLog final : public LogSource {
public:
    explicit SqliteLog(Connection& connection) : m_connection(connection) {}

    std::optional<ChainState> chain(const EventState& event, const ChainKey& key, bool create) override {
        if (create)
            Query(m_connection, "INSERT OR IGNORE INTO chains (event, device, incarnation) VALUES (?, ?, ?)", event.number,
                  key.first, key.second)
                .run();
        ChainState state;
        {
            Query row(m_connection,
                      "SELECT number, contiguous, highest FROM chains WHERE event = ? AND device = ? AND incarnation = ?",
                      event.number, key.first, key.second);
            if (!row.next())
                return std::nullopt;
            state.number = row.integer(0);
            state.contiguous = unstored(row.integer(1));
            state.highest = unstored(row.integer(2));
        }
        Query aside(m_connection, "SELECT coalesce(max(seq), 0) FROM aside WHERE chain = ?", state.number);
        aside.next();
        state.aside_highest = unstored(aside.integer(0));
        state.tail = run_at(state, state.highest).value_or(Run{});
        return state;
    }

    std::optional<Run> run_at(const ChainState& chain, std::uint64_t seq) override {
        Query row(m_connection,
                  "SELECT first, count, number FROM runs WHERE chain = ? AND first <= ? ORDER BY first DESC LIMIT 1",
                  chain.number, stored(seq));
        if (!row.next())
            return std::nullopt;
        return Run{unstored(row.integer(0)), unstored(row.integer(1)), unstored(row.integer(2))};
    }

    bool is_aside(const ChainState& chain, std::uint64_t seq) override {
        return Query(m_connection, "SELECT 1 FROM aside WHERE chain = ? AND seq = ?", chain.number, stored(seq)).next();
    }

    std::vector<Digest> hashes(const EventState& event, std::uint64_t number, std::uint64_t) override {
        Query row(m_connection, "SELECT hash FROM operations WHERE id = ?", row_id(event, number));
        return row.next() ? std::vector{row.digest(0)} : std::vector<Digest>{};
    }

    std::set<std::string> erased(const EventState& event, const std::set<std::string>& uids) override {
        std::set<std::string> found;
        {
            Query any(m_connection, "SELECT 1 FROM erasures WHERE event = ? LIMIT 1", event.number);
            if (!any.next())
                return found;
        }
        for (const auto& uid : uids)
            if (Query(m_connection, "SELECT 1 FROM erasures WHERE event = ? AND uid = ?", event.number, uid).next())
                found.insert(uid);
        return found;
    }

    ErasedUids all_erased(const EventState& event) override {
        ErasedUids all;
        Query row(m_connection, "SELECT uid FROM erasures WHERE event = ?", event.number);
        while (row.next())
            all.add(row.text(0));
        return all;
    }

    void each_personal_aside(const std::string& event,
                             const std::function<void(std::uint64_t, const std::string&)>& take) override {
        Query row(m_connection, "SELECT number, raw FROM quarantine WHERE event = ? AND bare = 0 ORDER BY number", event);
        while (row.next())
            take(unstored(row.integer(0)), row.text(1));
    }

private:
    Connection& m_connection;
};

} // namespace

void SqliteStore::Impl::write_plan(const Plan& plan) {
    for (const auto& row : plan.rows) {
        insert_operation->bind(1, row_id(*row.event, row.number));
        insert_operation->bind(2, row.chain->number);
        insert_operation->bind(3, stored(row.operation->id.seq));
        insert_operation->bind(4, std::string_view(*row.via));
        insert_operation->bind(5, row.operation->hash);
        insert_operation->bind(6, std::string_view(row.operation->line));
        insert_operation->bind(7, std::string_view(row.operation->confidential));
        insert_operation->run();
    }
    for (const auto* rows : {&plan.rows, &plan.known})
        for (const auto& row : *rows) {
            if (!row.keep_personal)
                continue;
            const auto id = row_id(*row.event, row.number);
            Query(connection, "INSERT OR IGNORE INTO personal VALUES (?, ?)", id, row.operation->personal).run();
            for (const auto& owner : row.operation->owners)
                Query(connection, "INSERT OR IGNORE INTO owners VALUES (?, ?, ?)", row.event->number, owner, id).run();
        }
    for (const auto& [event, uid] : plan.erasures) {
        Query(connection, "INSERT OR IGNORE INTO erasures VALUES (?, ?)", event->number, uid).run();
        Query(connection, "DELETE FROM personal WHERE id IN (SELECT id FROM owners WHERE event = ? AND owner = ?)",
              event->number, uid)
            .run();
        Query(connection, "DELETE FROM owners WHERE event = ? AND owner = ?", event->number, uid).run();
    }
    for (const auto* chain : plan.chains) {
        for (const auto& [first, run] : chain->changed_runs)
            Query(connection, "INSERT OR REPLACE INTO runs VALUES (?, ?, ?, ?)", chain->number, stored(first),
                  stored(run.count), stored(run.number))
                .run();
        for (const auto seq : chain->new_aside)
            Query(connection, "INSERT OR IGNORE INTO aside VALUES (?, ?)", chain->number, stored(seq)).run();
        if (chain->moved())
            Query(connection, "UPDATE chains SET contiguous = ?, highest = ? WHERE number = ?", stored(chain->contiguous),
                  stored(chain->highest), chain->number)
                .run();
    }
    for (const auto* event : plan.events)
        if (event->latest != event->latest_before)
            Query(connection, "UPDATE events SET latest = ?, last_ms = ? WHERE number = ?", stored(event->latest),
                  event->last_ms, event->number)
                .run();
    for (const auto& [number, raw] : plan.emptied)
        empty_quarantined(number, raw);
    for (const auto& [entry, event, key, bare] : plan.quarantine)
        Query(connection,
              "INSERT OR IGNORE INTO quarantine (key, event, via, claimed, verdict, raw, at_ms, bare)"
              " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
              Blob{key}, entry.event, entry.via, Blob{entry.claimed}, entry.verdict, Blob{entry.raw}, entry.at_ms, bare)
            .run();
}

void SqliteStore::Impl::empty_quarantined(std::uint64_t number, const std::string& raw) {
    Query(connection, "UPDATE quarantine SET raw = ?, bare = 1 WHERE number = ?", Blob{raw}, stored(number)).run();
    truncate_due = true;
}

Result<std::vector<PushDone>> SqliteStore::commit(std::span<const PushJob> jobs) {
    auto& impl = *m_impl;
    return impl.write("commit", [&]() -> Result<std::vector<PushDone>> {
        for (const auto& job : jobs)
            impl.event_state(job.event);
        SqliteLog log(impl.connection);
        auto plan = make_plan(jobs, impl.events, log);
        impl.write_plan(plan);
        settle(plan);
        impl.truncate_due = impl.truncate_due || !plan.erasures.empty();
        return std::move(plan.done);
    });
}

namespace {

std::optional<std::int64_t> event_number(Connection& reader, const std::string& event) {
    Query row(reader, "SELECT number FROM events WHERE event = ?", event);
    return row.next() ? std::optional(row.integer(0)) : std::nullopt;
}

std::optional<ChainState> chain_of(Connection& reader, const std::string& event, const std::string& device,
                                   const std::string& incarnation) {
    const auto number = event_number(reader, event);
    if (!number)
        return std::nullopt;
    EventState state;
    state.number = *number;
    return SqliteLog(reader).chain(state, {device, incarnation}, false);
}

} // namespace

Result<Store::FeedPage> SqliteStore::feed(const std::string& event, std::uint64_t after, std::size_t limit,
                                          std::size_t limit_bytes, const std::optional<Skip>& skip,
                                          const std::string& scope) {
    return m_impl->read("feed", [&](Connection& reader) -> Result<FeedPage> {
        FeedPage page;
        page.scanned_to = after;
        EventState state;
        {
            Query row(reader, "SELECT number, latest FROM events WHERE event = ?", event);
            if (!row.next())
                return page;
            state.number = row.integer(0);
            page.latest = unstored(row.integer(1));
        }
        if (after >= page.latest || limit == 0)
            return page;
        const bool by_via = skip && skip->incarnation.empty();
        std::int64_t left_out = -1;
        if (skip && !by_via)
            if (const auto chain = SqliteLog(reader).chain(state, {skip->device, skip->incarnation}, false))
                left_out = chain->number;
        Query row(reader,
                  "SELECT o.id, o.chain, o.via, o.line, p.fragment, o.confidential FROM operations o LEFT JOIN personal p ON p.id = o.id"
                  " WHERE o.id > ? AND o.id <= ? ORDER BY o.id",
                  row_id(state, after), row_id(state, page.latest));
        std::size_t scanned = 0;
        std::size_t bytes = 0;
        while (scanned++ < scan_limit) {
            if (!row.next()) {
                page.scanned_to = page.latest;
                return page;
            }
            const auto number = unstored(row.integer(0) - row_id(state, 0));
            if ((by_via ? row.text(2) == skip->device : row.integer(1) == left_out) || !scope_has(scope, row.text(5))) {
                page.scanned_to = number;
                continue;
            }
            FeedItem item{number, row.text(3), row.is_null(4) ? std::string() : row.text(4)};
            bytes += item.line.size() + item.personal.size();
            if (!page.items.empty() && bytes > limit_bytes)
                return page;
            page.scanned_to = number;
            page.items.push_back(std::move(item));
            if (page.items.size() >= limit)
                return page;
        }
        return page;
    });
}

Result<bool> SqliteStore::any_confidential(const std::string& event, std::uint64_t up_to) {
    return m_impl->read("confidential", [&](Connection& reader) -> Result<bool> {
        const auto number = event_number(reader, event);
        if (!number)
            return false;
        EventState state;
        state.number = *number;
        Query row(reader, "SELECT 1 FROM operations WHERE confidential <> '' AND id > ? AND id <= ? LIMIT 1",
                  row_id(state, 0), row_id(state, std::min(up_to, max_feed_number)));
        return row.next();
    });
}

Result<std::uint64_t> SqliteStore::latest(const std::string& event) {
    return m_impl->read("latest", [&](Connection& reader) -> Result<std::uint64_t> {
        Query row(reader, "SELECT latest FROM events WHERE event = ?", event);
        return row.next() ? unstored(row.integer(0)) : 0;
    });
}

Result<std::optional<OperationHead>> SqliteStore::operation_head(const std::string& event, const std::string& device,
                                                                 const std::string& incarnation, std::uint64_t seq) {
    return m_impl->read("operation", [&](Connection& reader) -> Result<std::optional<OperationHead>> {
        const auto chain = chain_of(reader, event, device, incarnation);
        if (!chain || seq == 0 || seq > chain->highest)
            return std::nullopt;
        const auto run = SqliteLog(reader).run_at(*chain, seq);
        if (!run || !run->holds(seq))
            return std::nullopt;
        EventState state;
        state.number = *event_number(reader, event);
        Query row(reader, "SELECT hash FROM operations WHERE id = ?", row_id(state, run->number + (seq - run->first)));
        if (!row.next())
            return std::nullopt;
        return OperationHead{seq, row.digest(0)};
    });
}

Result<std::uint64_t> SqliteStore::highest(const std::string& event, const std::string& device,
                                           const std::string& incarnation) {
    return m_impl->read("highest", [&](Connection& reader) -> Result<std::uint64_t> {
        const auto chain = chain_of(reader, event, device, incarnation);
        return chain ? chain->highest : 0;
    });
}

Result<std::vector<EventRow>> SqliteStore::events() {
    return m_impl->read("events", [&](Connection& reader) -> Result<std::vector<EventRow>> {
        std::vector<EventRow> rows;
        Query row(reader, "SELECT event, latest, last_ms FROM events ORDER BY event");
        while (row.next())
            rows.push_back({row.text(0), unstored(row.integer(1)), unstored(row.integer(1)), row.integer(2)});
        return rows;
    });
}

} // namespace kiosk::sync::hub
