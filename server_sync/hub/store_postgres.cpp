// SPDX-License-Identifier: Apache-2.0
// Opening, and the log of operations. Texts go as parameters or through COPY, numbers alone are written into statements.
// The smaller tables are in store_postgres_tables.cpp.
#include "hub/store_postgres.hpp"

#include "hub/migrations.hpp"
#include "hub/postgres_impl.hpp"
#include "hub/scope.hpp"

#include <algorithm>
#include <limits>

namespace kiosk::sync::hub {

using core::ErrorCode;
using core::fail;

namespace {

constexpr std::int64_t migration_lock = 0x58444831;
constexpr std::size_t hash_window = 500;
constexpr std::size_t most_rows = 100'000;
constexpr std::int64_t aside_page = 32; // each row may be large

std::string_view bytes_of(const Digest& digest) {
    return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

Digest digest_of(const std::string& hex_text) {
    Digest digest{};
    const auto bytes = unhex(hex_text);
    if (bytes.size() == digest.size())
        std::copy(bytes.begin(), bytes.end(), digest.begin());
    return digest;
}

class PostgresLog final : public LogSource {
public:
    explicit PostgresLog(pqxx::transaction_base& transaction) : m_transaction(transaction) {}

    std::optional<ChainState> chain(const EventState& event, const ChainKey& key, bool create) override {
        const auto device = as_text(key.first);
        const auto incarnation = as_text(key.second);
        if (create)
            m_transaction.exec_params("INSERT INTO chains (event, device, incarnation) VALUES ($1, $2, $3)"
                                      " ON CONFLICT DO NOTHING",
                                      event.number, device, incarnation);
        const auto rows = m_transaction.exec_params(
            "SELECT number, contiguous, highest, (SELECT coalesce(max(seq), 0) FROM aside WHERE chain = c.number)"
            " FROM chains c WHERE event = $1 AND device = $2 AND incarnation = $3",
            event.number, device, incarnation);
        if (rows.empty())
            return std::nullopt;
        ChainState state;
        state.number = rows[0][0].as<std::int64_t>();
        state.contiguous = from_bigint(rows[0][1].as<std::int64_t>());
        state.highest = from_bigint(rows[0][2].as<std::int64_t>());
        state.aside_highest = from_bigint(rows[0][3].as<std::int64_t>());
        if (state.highest > 0)
            state.tail = run_at(state, state.highest).value_or(Run{});
        return state;
    }

    std::optional<Run> run_at(const ChainState& chain, std::uint64_t seq) override {
        const auto rows = m_transaction.exec_params(
            "SELECT first, count, number FROM runs WHERE chain = $1 AND first <= $2 ORDER BY first DESC LIMIT 1",
            chain.number, as_bigint(seq));
        if (rows.empty())
            return std::nullopt;
        return Run{from_bigint(rows[0][0].as<std::int64_t>()), from_bigint(rows[0][1].as<std::int64_t>()),
                   from_bigint(rows[0][2].as<std::int64_t>())};
    }

    bool is_aside(const ChainState& chain, std::uint64_t seq) override {
        return !m_transaction
                    .exec_params("SELECT 1 FROM aside WHERE chain = $1 AND seq = $2", chain.number, as_bigint(seq))
                    .empty();
    }

    std::vector<Digest> hashes(const EventState& event, std::uint64_t number, std::uint64_t last) override {
        const auto rows = m_transaction.exec_params(
            "SELECT encode(hash, 'hex') FROM operations WHERE event = $1 AND number BETWEEN $2 AND $3 ORDER BY number",
            event.number, as_bigint(number), as_bigint(std::min(last, number + hash_window - 1)));
        std::vector<Digest> found;
        for (const auto& row : rows)
            found.push_back(digest_of(row[0].as<std::string>()));
        return found;
    }

    std::set<std::string> erased(const EventState& event, const std::set<std::string>& uids) override {
        HexArray wanted;
        for (const auto& uid : uids)
            wanted.add(uid);
        const auto rows = m_transaction.exec_params("SELECT encode(uid, 'hex') FROM erasures WHERE event = $1 AND uid IN"
                                                    " (SELECT decode(u, 'hex') FROM unnest($2::text[]) u)",
                                                    event.number, wanted.text());
        std::set<std::string> found;
        for (const auto& row : rows)
            found.insert(unhex(row[0].as<std::string>()));
        return found;
    }

    ErasedUids all_erased(const EventState& event) override {
        ErasedUids all;
        for (const auto& row :
             m_transaction.exec_params("SELECT encode(uid, 'hex') FROM erasures WHERE event = $1", event.number))
            all.add(unhex(row[0].as<std::string>()));
        return all;
    }

    void each_personal_aside(const std::string& event,
                             const std::function<void(std::uint64_t, const std::string&)>& take) override {
        for (std::int64_t after = 0;;) {
            const auto rows = m_transaction.exec_params("SELECT number, encode(raw, 'hex') FROM quarantine WHERE event = $1"
                                                        " AND NOT bare AND number > $2 ORDER BY number LIMIT $3",
                                                        as_text(event), after, aside_page);
            for (const auto& row : rows) {
                after = row[0].as<std::int64_t>();
                take(from_bigint(after), unhex(row[1].as<std::string>()));
            }
            if (rows.empty())
                return;
        }
    }

    bool fits(const NewOperation& operation) override {
        return is_text(operation.id.device) && is_text(operation.id.incarnation) && is_text(operation.line) &&
               is_text(operation.personal);
    }

private:
    pqxx::transaction_base& m_transaction;
};

} // namespace

PostgresStore::PostgresStore(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}
PostgresStore::~PostgresStore() = default;

Result<std::unique_ptr<PostgresStore>> PostgresStore::open(const std::string& url, PostgresStoreOptions options) {
    KIOSK_ASSERT(options.random);
    auto impl = std::make_unique<Impl>();
    impl->url = with_postgres_defaults(url);
    impl->options = options;
    impl->own = random_name(*options.random);
    KIOSK_CHECK(impl->migrate());
    return std::unique_ptr<PostgresStore>(new PostgresStore(std::move(impl)));
}

Status PostgresStore::Impl::migrate() {
    return write("open", false, [&](pqxx::transaction_base& transaction) -> Status {
        if (const auto encoding = transaction.exec("SHOW server_encoding"); encoding[0][0].as<std::string>() != "UTF8")
            return fail(ErrorCode::Invalid, "error.database_foreign", "the database's encoding is not UTF8");
        transaction.exec("SELECT pg_advisory_xact_lock(" + std::to_string(migration_lock) + ")");
        const bool present =
            !transaction.exec("SELECT 1 FROM pg_namespace WHERE nspname = 'xiangdao_hub'").empty();
        if (!present)
            transaction.exec("CREATE SCHEMA xiangdao_hub");
        std::size_t version = 0;
        if (!transaction.exec("SELECT 1 FROM pg_tables WHERE schemaname = 'xiangdao_hub' AND tablename = 'meta'").empty()) {
            const auto rows = transaction.exec("SELECT value FROM meta WHERE key = 'schema'");
            if (rows.empty())
                return fail(ErrorCode::Invalid, "error.database_foreign", "schema xiangdao_hub");
            version = rows[0][0].as<std::size_t>();
        }
        const auto texts = postgres_migrations();
        if (version > texts.size())
            return fail(ErrorCode::NewerVersion, "error.database_newer", "schema version " + std::to_string(version));
        for (auto next = version; next < texts.size(); ++next) {
            transaction.exec(std::string(texts[next]));
            if (next == 0)
                transaction.exec_params("INSERT INTO meta VALUES ('hub', $1), ('epoch', $2), ('recovering', '0'),"
                                        " ('schema', '0'), ('checked', '0')",
                                        random_name(*options.random), random_name(*options.random));
        }
        if (version < texts.size())
            transaction.exec("UPDATE meta SET value = '" + std::to_string(texts.size()) + "' WHERE key = 'schema'");
        return {};
    });
}

// Held until the end of the transaction, in one order for everybody. From here on nobody else writes to these events.
void PostgresStore::Impl::lock_events(pqxx::transaction_base& transaction, std::span<const PushJob> jobs) {
    std::set<std::string> names;
    for (const auto& job : jobs)
        names.insert(job.event);
    for (const auto& name : names) {
        const auto select = [&] {
            return transaction.exec_params("SELECT number, latest, changes, last_ms FROM events WHERE event = $1 FOR UPDATE",
                                           as_text(name));
        };
        auto rows = select();
        if (rows.empty()) {
            transaction.exec_params("INSERT INTO events (event) VALUES ($1) ON CONFLICT DO NOTHING", as_text(name));
            rows = select();
        }
        auto& state = events[name];
        const auto changes = rows[0][2].as<std::int64_t>();
        if (state.number == 0 || state.changes != changes) {
            state = EventState{};
            state.number = rows[0][0].as<std::int64_t>();
            state.latest = from_bigint(rows[0][1].as<std::int64_t>());
            state.changes = changes;
            state.last_ms = rows[0][3].as<std::int64_t>();
        }
    }
}

void PostgresStore::Impl::write_personal(pqxx::transaction_base& transaction, const Plan& plan) {
    const auto has_personal = [](const Plan::Row& row) { return row.keep_personal; };
    if (std::ranges::any_of(plan.rows, has_personal)) {
        Copy personal(transaction, "personal", {"event", "number", "fragment"});
        for (const auto& row : plan.rows)
            if (row.keep_personal)
                personal.row(row.event->number, as_bigint(row.number), row.operation->personal);
        personal.complete();
        Copy owners(transaction, "owners", {"event", "owner", "number"});
        for (const auto& row : plan.rows)
            if (row.keep_personal)
                for (const auto& owner : std::set<std::string>(row.operation->owners.begin(), row.operation->owners.end()))
                    owners.row(row.event->number, bytea(owner), as_bigint(row.number));
        owners.complete();
    }
    for (const auto& row : plan.known)
        if (row.keep_personal) {
            const auto added =
                transaction.exec_params("INSERT INTO personal VALUES ($1, $2, $3) ON CONFLICT DO NOTHING", row.event->number,
                                        as_bigint(row.number), row.operation->personal);
            if (added.affected_rows() > 0)
                for (const auto& owner : row.operation->owners)
                    transaction.exec_params("INSERT INTO owners VALUES ($1, $2::bytea, $3) ON CONFLICT DO NOTHING",
                                            row.event->number, bytea(owner), as_bigint(row.number));
        }
    for (const auto& [event, uid] : plan.erasures) {
        transaction.exec_params("INSERT INTO erasures VALUES ($1, $2::bytea) ON CONFLICT DO NOTHING", event->number,
                                bytea(uid));
        transaction.exec_params("DELETE FROM personal WHERE event = $1 AND number IN"
                                " (SELECT number FROM owners WHERE event = $1 AND owner = $2::bytea)",
                                event->number, bytea(uid));
        transaction.exec_params("DELETE FROM owners WHERE event = $1 AND owner = $2::bytea", event->number, bytea(uid));
    }
}

// Until the end of the transaction: nobody else writes to the table. Answers its last number.
std::int64_t PostgresStore::Impl::lock_quarantine(pqxx::transaction_base& transaction) {
    return transaction.exec("SELECT value FROM counter WHERE name = 'quarantine' FOR UPDATE")[0][0].as<std::int64_t>();
}

void PostgresStore::Impl::write_quarantine(pqxx::transaction_base& transaction, const Plan& plan) {
    if (plan.quarantine.empty() && plan.emptied.empty())
        return;
    const auto base = lock_quarantine(transaction);
    for (const auto& [number, raw] : plan.emptied)
        empty_quarantined(transaction, number, raw);
    if (plan.quarantine.empty())
        return;
    HexArray keys, event_names, vias, claims, verdicts, raws;
    std::string times = "{";
    std::string bares = "{";
    std::set<std::string> seen;
    for (const auto& [entry, event, key, bare] : plan.quarantine) {
        if (!seen.insert(key).second)
            continue;
        keys.add(key);
        event_names.add(as_text(entry.event));
        vias.add(as_text(entry.via));
        claims.add(entry.claimed);
        verdicts.add(as_text(entry.verdict));
        raws.add(entry.raw);
        times += (times.size() == 1 ? "" : ",") + std::to_string(entry.at_ms);
        bares += std::string(bares.size() == 1 ? "" : ",") + (bare ? "t" : "f");
    }
    const auto added = transaction.exec_params(
        "INSERT INTO quarantine SELECT $1 + row_number() OVER (ORDER BY n), decode(k, 'hex'),"
        " convert_from(decode(e, 'hex'), 'UTF8'), convert_from(decode(v, 'hex'), 'UTF8'), decode(c, 'hex'),"
        " convert_from(decode(w, 'hex'), 'UTF8'), decode(r, 'hex'), t, b"
        " FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::bigint[], $9::boolean[])"
        " WITH ORDINALITY AS u (k, e, v, c, w, r, t, b, n)"
        " WHERE NOT EXISTS (SELECT 1 FROM quarantine q WHERE q.key = decode(k, 'hex'))",
        base, keys.text(), event_names.text(), vias.text(), claims.text(), verdicts.text(), raws.text(), times + "}",
        bares + "}");
    transaction.exec_params("UPDATE counter SET value = $1 WHERE name = 'quarantine'",
                            base + static_cast<std::int64_t>(added.affected_rows()));
}

void PostgresStore::Impl::empty_quarantined(pqxx::transaction_base& transaction, std::uint64_t number,
                                            const std::string& raw) {
    transaction.exec_params("UPDATE quarantine SET raw = $2::bytea, bare = true WHERE number = $1", as_bigint(number),
                            bytea(raw));
}

void PostgresStore::Impl::write_plan(pqxx::transaction_base& transaction, const Plan& plan) {
    if (!plan.rows.empty()) {
        Copy copy(transaction, "operations", {"event", "number", "chain", "seq", "via", "hash", "line", "confidential"});
        for (const auto& row : plan.rows)
            copy.row(row.event->number, as_bigint(row.number), row.chain->number, as_bigint(row.operation->id.seq),
                     as_text(*row.via), bytea(bytes_of(row.operation->hash)), row.operation->line, as_text(row.operation->confidential));
        copy.complete();
    }
    write_personal(transaction, plan);
    write_quarantine(transaction, plan);

    std::string runs, aside, chains, changed;
    const auto values = [](std::string& out, std::initializer_list<std::int64_t> numbers) {
        out += out.empty() ? "(" : ",(";
        const char* comma = "";
        for (const auto number : numbers) {
            out += comma + std::to_string(number);
            comma = ",";
        }
        out += ')';
    };
    for (const auto* chain : plan.chains) {
        for (const auto& [first, run] : chain->changed_runs)
            values(runs, {chain->number, as_bigint(first), as_bigint(run.count), as_bigint(run.number)});
        for (const auto seq : chain->new_aside)
            values(aside, {chain->number, as_bigint(seq)});
        if (chain->moved())
            values(chains, {chain->number, as_bigint(chain->contiguous), as_bigint(chain->highest)});
    }
    for (const auto* event : plan.events)
        values(changed, {event->number, as_bigint(event->latest), event->last_ms});
    std::string all;
    if (!runs.empty())
        all += "INSERT INTO runs VALUES " + runs + " ON CONFLICT (chain, first) DO UPDATE SET count = excluded.count;";
    if (!aside.empty())
        all += "INSERT INTO aside VALUES " + aside + " ON CONFLICT DO NOTHING;";
    if (!chains.empty())
        all += "UPDATE chains c SET contiguous = v.n, highest = v.h FROM (VALUES " + chains +
               ") AS v (number, n, h) WHERE c.number = v.number;";
    all += "UPDATE events e SET latest = v.latest, last_ms = v.ms, changes = changes + 1 FROM (VALUES " + changed +
           ") AS v (number, latest, ms) WHERE e.number = v.number;";
    transaction.exec(all + notify());
}

Result<std::vector<PushDone>> PostgresStore::commit(std::span<const PushJob> jobs) {
    if (jobs.empty())
        return std::vector<PushDone>{};
    auto& impl = *m_impl;
    return impl.write("commit", false, [&](pqxx::transaction_base& transaction) -> Result<std::vector<PushDone>> {
        impl.lock_events(transaction, jobs);
        PostgresLog log(transaction);
        auto plan = make_plan(jobs, impl.events, log);
        const bool changes = !plan.rows.empty() || !plan.known.empty() || !plan.quarantine.empty() ||
                             std::ranges::any_of(plan.chains, &ChainState::moved);
        if (changes) {
            impl.write_plan(transaction, plan);
            for (auto* event : plan.events)
                ++event->changes;
        }
        settle(plan);
        return std::move(plan.done);
    });
}

Result<Store::FeedPage> PostgresStore::feed(const std::string& event, std::uint64_t after, std::size_t limit,
                                            std::size_t limit_bytes, const std::optional<Skip>& skip,
                                            const std::string& scope) {
    return m_impl->read("feed", [&](pqxx::transaction_base& transaction) -> Result<FeedPage> {
        FeedPage page;
        page.scanned_to = after;
        const auto events = transaction.exec_params("SELECT number, latest FROM events WHERE event = $1", as_text(event));
        if (events.empty())
            return page;
        page.latest = from_bigint(events[0][1].as<std::int64_t>());
        if (after >= page.latest || limit == 0)
            return page;
        std::string left_out = " AND $4::text IS NULL AND $5::text IS NULL";
        if (skip && skip->incarnation.empty())
            left_out = " AND o.via <> $4 AND $5::text IS NOT NULL";
        else if (skip)
            left_out = " AND o.chain IS DISTINCT FROM"
                       " (SELECT number FROM chains WHERE event = $1 AND device = $4 AND incarnation = $5)";
        HexArray sessions;
        for (const auto& session : sessions_of_scope(scope))
            sessions.add(as_text(session));
        if (scope == scope_all)
            left_out += " AND $8::text[] IS NOT NULL";
        else
            left_out += " AND (o.confidential = '' OR o.confidential IN"
                        " (SELECT convert_from(decode(s, 'hex'), 'UTF8') FROM unnest($8::text[]) s))";
        const auto most = std::min(limit, most_rows);
        const auto name = [&](const std::string Skip::*part) {
            return skip ? std::optional(as_text((*skip).*part)) : std::nullopt;
        };
        const auto device = name(&Skip::device);
        const auto incarnation = name(&Skip::incarnation);
        const auto rows = transaction.exec_params(
            "SELECT number, line, fragment FROM (SELECT o.number, o.line, p.fragment,"
            " sum(octet_length(o.line) + coalesce(octet_length(p.fragment), 0)) OVER (ORDER BY o.number)"
            " - octet_length(o.line) - coalesce(octet_length(p.fragment), 0) AS before"
            " FROM (SELECT * FROM operations o WHERE o.event = $1 AND o.number > $2 AND o.number <= $3" +
                left_out +
                " ORDER BY o.number LIMIT $6) o LEFT JOIN personal p ON p.event = o.event AND p.number = o.number) page"
                " WHERE before < $7 OR before = 0 ORDER BY number",
            events[0][0].as<std::int64_t>(), as_bigint(after), as_bigint(page.latest), device ? device->c_str() : nullptr,
            incarnation ? incarnation->c_str() : nullptr, static_cast<std::int64_t>(most),
            static_cast<std::int64_t>(std::min<std::size_t>(limit_bytes, std::numeric_limits<std::int64_t>::max())),
            sessions.text());
        std::size_t bytes = 0;
        page.items.reserve(static_cast<std::size_t>(rows.size()));
        for (const auto& row : rows) {
            page.items.push_back({from_bigint(row[0].as<std::int64_t>()), row[1].as<std::string>(),
                                  row[2].is_null() ? std::string() : row[2].as<std::string>()});
            bytes += page.items.back().line.size() + page.items.back().personal.size();
        }
        const bool whole = page.items.size() < most && bytes < limit_bytes;
        page.scanned_to = whole || page.items.empty() ? page.latest : page.items.back().number;
        return page;
    });
}

Result<bool> PostgresStore::any_confidential(const std::string& event, std::uint64_t up_to) {
    return m_impl->read("confidential", [&](pqxx::transaction_base& transaction) -> Result<bool> {
        return !transaction
                    .exec_params("SELECT 1 FROM operations WHERE confidential <> '' AND number <= $2"
                                 " AND event = (SELECT number FROM events WHERE event = $1) LIMIT 1",
                                 as_text(event), as_bigint(std::min(up_to, max_feed_number)))
                    .empty();
    });
}

Result<std::uint64_t> PostgresStore::latest(const std::string& event) {
    return m_impl->read("latest", [&](pqxx::transaction_base& transaction) -> Result<std::uint64_t> {
        const auto rows = transaction.exec_params("SELECT latest FROM events WHERE event = $1", as_text(event));
        return rows.empty() ? 0 : from_bigint(rows[0][0].as<std::int64_t>());
    });
}

Result<std::optional<OperationHead>> PostgresStore::operation_head(const std::string& event, const std::string& device,
                                                                   const std::string& incarnation, std::uint64_t seq) {
    return m_impl->read("operation", [&](pqxx::transaction_base& transaction) -> Result<std::optional<OperationHead>> {
        if (seq > max_seq)
            return std::nullopt;
        const auto rows = transaction.exec_params(
            "SELECT encode(o.hash, 'hex') FROM events e JOIN chains c ON c.event = e.number JOIN LATERAL"
            " (SELECT first, count, number FROM runs WHERE chain = c.number AND first <= $4 ORDER BY first DESC LIMIT 1) r"
            " ON $4 < r.first + r.count JOIN operations o ON o.event = e.number AND o.number = r.number + $4 - r.first"
            " WHERE e.event = $1 AND c.device = $2 AND c.incarnation = $3",
            as_text(event), as_text(device), as_text(incarnation), as_bigint(seq));
        if (rows.empty())
            return std::nullopt;
        return OperationHead{seq, digest_of(rows[0][0].as<std::string>())};
    });
}

Result<std::uint64_t> PostgresStore::highest(const std::string& event, const std::string& device,
                                             const std::string& incarnation) {
    return m_impl->read("highest", [&](pqxx::transaction_base& transaction) -> Result<std::uint64_t> {
        const auto rows = transaction.exec_params("SELECT highest FROM chains JOIN events ON events.number = chains.event"
                                                  " WHERE events.event = $1 AND device = $2 AND incarnation = $3",
                                                  as_text(event), as_text(device), as_text(incarnation));
        return rows.empty() ? 0 : from_bigint(rows[0][0].as<std::int64_t>());
    });
}

Result<std::vector<EventRow>> PostgresStore::events() {
    return m_impl->read("events", [&](pqxx::transaction_base& transaction) -> Result<std::vector<EventRow>> {
        std::vector<EventRow> found;
        for (const auto& row : transaction.exec("SELECT event, latest, last_ms FROM events ORDER BY event COLLATE \"C\"")) {
            const auto latest = from_bigint(row[1].as<std::int64_t>());
            found.push_back({row[0].as<std::string>(), latest, latest, row[2].as<std::int64_t>()});
        }
        return found;
    });
}

} // namespace kiosk::sync::hub
