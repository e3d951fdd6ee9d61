// SPDX-License-Identifier: Apache-2.0
// What is written: the two ways in, append() and ingest(), erasing, and what the hub has acknowledged.
#include "storage/database_impl.hpp"
#include "storage/sync_mark.hpp"

#include <algorithm>

namespace kiosk::storage {

namespace {

// An import merges the search index when that many people wait; anything else leaves it to tidy() as long as it can,
// because a merge takes a moment.
constexpr std::size_t merge_people = 16'384;
constexpr std::size_t merge_people_at_last = 65'536;
constexpr std::size_t import_batch = 100;
constexpr std::int64_t max_ahead_ms = 5 * core::minute_ms; // as in core::observe_hlc

void strip_personal(core::Operation& operation, Decoded& decoded) {
    operation.personal.clear();
    operation.personal_salt.clear();
    if (auto* registration = std::get_if<core::Registration>(&decoded)) {
        registration->person = {};
        registration->answers.clear();
    } else if (auto* scan = std::get_if<core::ScanRecord>(&decoded)) {
        scan->answers.clear();
    } else if (auto* response = std::get_if<core::Response>(&decoded)) {
        response->organisation.clear();
        response->respondent.clear();
        response->answers.clear();
    } else if (auto* lead = std::get_if<core::Lead>(&decoded)) {
        lead->organisation.clear();
        lead->person.clear();
        lead->note.clear();
    } else if (auto* request = std::get_if<core::BookingRequest>(&decoded)) {
        request->topic.clear();
    } else if (auto* booking_act = std::get_if<core::BookingActRecord>(&decoded)) {
        booking_act->note.clear();
    } else if (auto* session = std::get_if<core::PrivateSession>(&decoded)) {
        session->title = session->nda_text = {};
        session->host_org.clear();
        session->rivals.clear();
    } else if (auto* session_act = std::get_if<core::SessionActRecord>(&decoded)) {
        session_act->text.clear();
    } else if (auto* quota = std::get_if<core::OrganisationQuota>(&decoded)) {
        quota->organisation.clear();
    }
}

} // namespace

core::Result<core::Receipt> Database::append(std::span<const core::OperationDraft> drafts) {
    auto& impl = *m_impl;
    if (impl.read_only)
        return core::fail(core::ErrorCode::Denied, "error.database_read_only", impl.path);
    if (drafts.empty())
        return core::fail(core::ErrorCode::Invalid, "error.database_internal", "nothing to append");
    const auto wall = impl.options.clock->now();
    const auto boot_ms = impl.options.clock->boot_ms();

    // What can't be read back is not written; found out before anything is touched.
    std::vector<Decoded> decoded;
    decoded.reserve(drafts.size());
    for (const auto& draft : drafts) {
        core::Operation operation;
        operation.kind = draft.kind;
        operation.wall = wall;
        operation.subject = draft.subject;
        operation.body = draft.body;
        operation.personal = draft.personal;
        KIOSK_TRY(decoded.emplace_back(), decode(operation));
    }

    std::vector<const core::BookingActRecord*> confirmations;
    for (const auto& what : decoded)
        if (const auto* act = std::get_if<core::BookingActRecord>(&what); act && act->act == core::BookingAct::Confirm)
            confirmations.push_back(act);

    for (const auto* confirmation : confirmations)
        KIOSK_CHECK(impl.ask("leases", [&] { return impl.check_leases(*confirmation); }));

    bool erased = false;
    std::vector<core::OperationId> undone;
    const auto head = impl.transact("append", [&]() -> core::Result<Head> {
        auto at = impl.journal.head();
        const auto* origin = impl.journal.current();
        for (std::size_t i = 0; i < drafts.size(); ++i) {
            std::string owner;
            core::OperationDraft stripped;
            const auto* draft = &drafts[i];
            if (!draft->personal.empty()) {
                core::Operation subject_only;
                subject_only.subject = draft->subject;
                owner = owners_of(subject_only, decoded[i]).front();
                if (impl.projections.is_erased(subject_only, decoded[i])) {
                    stripped = {draft->kind, draft->subject, draft->body, {}};
                    draft = &stripped;
                }
            }
            const auto operation =
                impl.journal.make(*draft, wall, boot_ms, impl.clock_offset_ms, *impl.options.random, at);
            if (draft == &stripped) {
                core::Operation scratch;
                strip_personal(scratch, decoded[i]);
            }
            const auto id = row_id(origin->number, operation.id.seq);
            impl.journal.write(id, operation, owner);
            impl.projections.apply(id, operation, decoded[i]);
            erased = erased || std::holds_alternative<Erasure>(decoded[i]);
        }
        // Only when everything is there: one that is freed and one that takes its place may come together.
        for (const auto* confirmation : confirmations)
            KIOSK_CHECK(impl.check_confirmed(*confirmation));
        return at;
    });
    if (!head)
        return std::unexpected(head.error());
    impl.journal.set_head(*head);

    // Durable from here on; what follows only keeps what is held in memory up to date.
    for (const auto& what : decoded) {
        if (const auto* scan = std::get_if<core::ScanRecord>(&what))
            impl.doors.scan_added(*scan);
        else if (const auto* undo = std::get_if<core::UndoRecord>(&what))
            impl.undone(undo->target);
    }
    const auto waiting = impl.search.waiting();
    if (waiting >= merge_people_at_last || (waiting >= merge_people && drafts.size() >= import_batch))
        static_cast<void>(impl.transact("merge", [&]() -> core::Status {
            impl.search.merge();
            return {};
        }));
    if (erased)
        static_cast<void>(impl.checkpoint(true)); // so that the log does not keep what was erased
    return core::Receipt{{impl.journal.current()->device, impl.journal.current()->incarnation, head->seq}, head->hlc};
}

void Database::Impl::undone(const std::string& target) {
    const auto id = core::parse_operation_id(target);
    const auto row = id ? journal.find(*id) : std::nullopt;
    if (!row)
        return;
    const auto found = guard(connection, "undo", [&]() -> core::Status {
        Query scan(connection, "SELECT checkpoint, ticket FROM scans WHERE id = ?", *row);
        if (scan.next())
            doors.touched(scan.text(0), scan.text(1));
        return {};
    });
    if (!found)
        doors.forget();
}

core::Status Database::erase(std::string_view uid) {
    KIOSK_TRY(const auto is_known, m_impl->ask("erase", [&]() -> core::Result<bool> {
        return Query(m_impl->connection,
                     "SELECT 1 FROM registrations WHERE uid = ?1 UNION ALL SELECT 1 FROM responses WHERE uid = ?1 "
                     "UNION ALL SELECT 1 FROM leads WHERE uid = ?1 UNION ALL SELECT 1 FROM bookings WHERE uid = ?1 "
                     "UNION ALL SELECT 1 FROM booking_people WHERE registration = ?1 AND registration <> '' "
                     "UNION ALL SELECT 1 FROM session_records WHERE kind IN (1, 2, 3) AND session = ?1",
                     uid)
            .next();
    }));
    if (!is_known)
        return core::fail(core::ErrorCode::NotFound, "error.registration_missing", std::string(uid));
    const auto draft = core::make_erasure(uid);
    KIOSK_CHECK(append({&draft, 1}));
    return {};
}

namespace {

// What came in, without its personal part, so that nothing that must be erasable is kept where nobody looks.
std::string raw_bytes(const core::Operation& operation) {
    auto raw = core::canonical_bytes(operation);
    raw.append(reinterpret_cast<const char*>(operation.previous.data()), operation.previous.size());
    raw.append(reinterpret_cast<const char*>(operation.hash.data()), operation.hash.size());
    return raw;
}

bool personal_fits(const core::Hasher& hasher, const core::Operation& operation) {
    return core::personal_digest(hasher, operation.personal_salt, operation.personal) == operation.personal_digest;
}

} // namespace

void Database::Impl::set_aside(const core::Operation& operation, std::string_view verdict) {
    const auto raw = raw_bytes(operation);
    Query(connection, "INSERT OR IGNORE INTO set_aside VALUES (?, ?, ?, ?)", options.hasher->blake2b_256(raw), verdict,
          core::to_string(operation.id), Blob{raw})
        .run();
}

// Everything from that operation on in its chain goes aside: what follows a twin is a twin's.
void Database::Impl::give_way(std::int64_t id, IngestReport& report, Ingested& done) {
    const auto origin = origin_of(id);
    journal.for_each(id - 1, row_id(origin, max_seq), [&](std::int64_t, core::Operation& twin) {
        set_aside(twin, "conflict");
        ++report.aside;
        ++done.removed;
        return true;
    });
    projections.clear();
    journal.remove_after(origin, seq_of(id) - 1);
    journal.for_each(0, INT64_MAX, [&](std::int64_t kept, core::Operation& operation) {
        projections.apply(kept, operation, decode(operation).value_or(Decoded{}));
        return true;
    });
    search.merge();
}

// Answers whether somebody knows more about our present incarnation than we do.
bool Database::Impl::ingest_one(core::Operation operation, IngestReport& report, Ingested& done) {
    const auto& hasher = *options.hasher;
    if (core::chain_hash(hasher, operation) != operation.hash) {
        set_aside(operation, "hash");
        ++report.aside;
        return false;
    }
    const auto id = journal.intern(operation.id);
    if (!id) {
        set_aside(operation, "id");
        ++report.aside;
        return false;
    }
    if (!operation.personal.empty() && !personal_fits(hasher, operation)) {
        operation.personal.clear(); // the operation is sound, what came with it is not
        operation.personal_salt.clear();
    }
    auto decoded = decode(operation).value_or(Decoded{});
    const auto owner = owners_of(operation, decoded).front();
    if (!operation.personal.empty() && projections.is_erased(operation, decoded))
        strip_personal(operation, decoded);

    const bool current = journal.current() && origin_of(*id) == journal.current()->number;
    std::optional<core::Digest> stored;
    bool has_personal = false;
    {
        Query known(connection,
                    "SELECT hash, EXISTS (SELECT 1 FROM personal WHERE operation = id) FROM operations WHERE id = ?", *id);
        if (known.next()) {
            stored = known.digest(0);
            has_personal = known.integer(1) != 0;
        }
    }
    if (stored && *stored != operation.hash) {
        if (!done.from_hub || current) {
            set_aside(operation, "conflict");
            ++report.aside;
            return current;
        }
        // Somebody's numbers were used twice and the hub has decided: after it and that machine were both put back to
        // old images. What is here under these numbers is kept aside, so that all devices show the same.
        give_way(*id, report, done);
        stored.reset();
    }
    if (stored) {
        ++report.duplicates;
        if (!has_personal && !operation.personal.empty()) { // it came without it before
            journal.write_personal(*id, operation, owner);
            projections.bookings().forget();
            if (std::holds_alternative<core::Registration>(decoded))
                projections.apply(*id, operation, decoded);
        }
        return false;
    }
    journal.write(*id, operation, owner);
    projections.apply(*id, operation, decoded);
    const auto now = options.clock->now();
    const bool ahead = operation.hlc.physical() - now > max_ahead_ms;
    Query(connection, "INSERT INTO arrivals (operation, ahead) VALUES (?, ?)", *id, ahead).run();
    done.clock = core::observe_hlc(done.clock, operation.hlc, now);
    ++report.added;
    if (const auto* scan = std::get_if<core::ScanRecord>(&decoded))
        done.scans.push_back(*scan);
    else if (const auto* undo = std::get_if<core::UndoRecord>(&decoded))
        done.undone.push_back(undo->target);
    done.erased = done.erased || std::holds_alternative<Erasure>(decoded);
    return current;
}

core::Result<IngestReport> Database::ingest(std::span<const core::Operation> operations) {
    return m_impl->ingest_all(operations, nullptr);
}

core::Result<IngestReport> Database::ingest(std::span<const core::Operation> operations, const SyncMark& mark) {
    return m_impl->ingest_all(operations, &mark);
}

core::Result<IngestReport> Database::Impl::ingest_all(std::span<const core::Operation> operations,
                                                      const SyncMark* mark) {
    Ingested done;
    auto report = transact("ingest", [&]() -> core::Result<IngestReport> {
        IngestReport counted;
        done.clock = journal.head().hlc;
        done.from_hub = mark != nullptr;
        for (const auto& operation : operations)
            if (ingest_one(operation, counted, done))
                counted.began_incarnation = true;
        if (counted.added > 0 || done.removed > 0)
            journal.note_ingested(counted.added, done.removed, done.clock);
        if (counted.began_incarnation) {
            const auto device = journal.current()->device;
            journal.begin_incarnation(device, new_token());
        }
        if (mark)
            write_sync_mark(connection, *mark);
        return counted;
    });
    if (!report)
        return report;
    for (const auto& scan : done.scans)
        doors.scan_added(scan);
    for (const auto& target : done.undone)
        undone(target);
    if (done.removed > 0)
        doors.forget();
    if (search.waiting() >= merge_people)
        static_cast<void>(transact("merge", [&]() -> core::Status {
            search.merge();
            return {};
        }));
    if (done.erased)
        static_cast<void>(checkpoint(true));
    return report;
}

core::Status Database::acknowledge(std::uint64_t seq) {
    const auto* origin = m_impl->journal.current();
    if (!origin)
        return core::fail(core::ErrorCode::NotFound, "error.database_internal", "no incarnation");
    return acknowledge(std::string(origin->incarnation), seq);
}

core::Status Database::acknowledge(std::string_view incarnation, std::uint64_t seq) {
    return m_impl->transact("acknowledge", [&]() -> core::Status {
        for (const auto& origin : m_impl->journal.origins())
            if (origin.own && origin.incarnation == incarnation) {
                m_impl->journal.acknowledge(origin.number, std::min(seq, max_seq));
                return {};
            }
        return core::fail(core::ErrorCode::NotFound, "error.database_internal", "incarnation " + std::string(incarnation));
    });
}

} // namespace kiosk::storage
