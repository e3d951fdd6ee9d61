// SPDX-License-Identifier: Apache-2.0
// Checking, making again, copying and putting back.
#include "storage/database_impl.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <map>

namespace kiosk::storage {

namespace {

constexpr std::size_t max_findings = 100;
constexpr std::uint64_t progress_step = 1000;
constexpr std::size_t merge_people = 16'384;

// Adds lines up without regard to their order; accidental differences do not cancel out.
struct Sum {
    std::uint64_t lines = 0;
    std::uint64_t value = 0;
    void add(std::string_view text) {
        std::uint64_t hash = 0xcbf29ce484222325ULL; // FNV-1a, then mixed
        for (const char c : text)
            hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
        hash ^= hash >> 32;
        hash *= 0x9e3779b97f4a7c15ULL;
        value += hash ^ (hash >> 29);
        ++lines;
    }
    friend bool operator==(const Sum&, const Sum&) = default;
};

using Sums = std::map<std::string, Sum>;

Sums sums_of(Projections& projections) {
    Sums sums;
    projections.for_each_line([&](const std::string& table, const std::string& line) { sums[table].add(line); });
    return sums;
}

std::string system_words(const std::string& path) { return path + ": " + std::strerror(errno); }

core::Error system_error(const std::string& path, std::source_location where = std::source_location::current()) {
    const bool full = errno == ENOSPC || errno == EDQUOT;
    return {full ? core::ErrorCode::DiskFull : core::ErrorCode::Io, full ? "error.disk_full" : "error.database_io",
            system_words(path), where};
}

core::Status sync_path(const std::string& path, int flags) {
    const int descriptor = ::open(path.c_str(), flags | O_CLOEXEC);
    if (descriptor < 0 || ::fsync(descriptor) != 0) {
        auto error = system_error(path);
        if (descriptor >= 0)
            ::close(descriptor);
        return std::unexpected(std::move(error));
    }
    ::close(descriptor);
    return {};
}

core::Status sync_folder_of(const std::string& path) {
    const auto folder = std::filesystem::absolute(path).parent_path();
    return sync_path(folder.string(), O_RDONLY | O_DIRECTORY);
}

// Rewrites the mark of a copy, so that it is never taken for the original, even where it overwrites it in place.
constexpr std::string_view copy_mark = "copy";

core::Status copy_into(const std::string& source, const std::string& vfs, const std::string& partial) {
    KIOSK_TRY(const auto reader, Connection::open(source, Connection::Mode::ReadOnly, vfs));
    KIOSK_CHECK(guard(*reader, source, [&]() -> core::Status {
        {
            Query application(*reader, "PRAGMA application_id");
            if (!application.next() || application.integer(0) != static_cast<std::int64_t>(application_id))
                return core::fail(core::ErrorCode::Invalid, "error.database_foreign", source);
        }
        {
            Query version(*reader, "PRAGMA user_version");
            if (version.next() && version.integer(0) > static_cast<std::int64_t>(migrations().size()))
                return core::fail(core::ErrorCode::NewerVersion, "error.database_newer", source);
        }
        Query(*reader, "VACUUM INTO ?", partial).run();
        return {};
    }));
    KIOSK_TRY(const auto copy, Connection::open(partial, Connection::Mode::ReadWrite, {}));
    return guard(*copy, partial, [&]() -> core::Status {
        copy->exec("PRAGMA synchronous=FULL");
        Query(*copy, "UPDATE meta SET value = ? WHERE key = 'mark'", copy_mark).run();
        return {};
    });
}

core::Status check_quickly(const std::string& path, const std::string& name) {
    KIOSK_TRY(const auto copy, Connection::open(path, Connection::Mode::ReadOnly, {}));
    return guard(*copy, name, [&]() -> core::Status {
        Query check(*copy, "PRAGMA quick_check(1)");
        if (check.next() && check.text(0) == "ok")
            return {};
        return core::fail(core::ErrorCode::Corrupt, "error.database_damaged", name);
    });
}

// Makes "<destination>.partial", whole and synced.
core::Result<std::string> synced_copy(const std::string& source, const std::string& vfs, const std::string& destination) {
    const auto partial = destination + ".partial";
    std::error_code ignored;
    std::filesystem::remove(partial, ignored);
    auto copied = copy_into(source, vfs, partial);
    if (copied)
        copied = sync_path(partial, O_RDWR);
    if (!copied) {
        std::filesystem::remove(partial, ignored);
        return std::unexpected(std::move(copied).error());
    }
    return partial;
}

core::Status copy_database(const std::string& source, const std::string& vfs, const std::string& destination) {
    KIOSK_TRY(const auto partial, synced_copy(source, vfs, destination));
    if (::rename(partial.c_str(), destination.c_str()) != 0)
        return std::unexpected(system_error(destination));
    return sync_folder_of(destination);
}

class Verifier {
public:
    Verifier(Database::Impl& impl, const Progress& progress) : m_impl(impl), m_progress(progress) {}

    core::Result<VerifyReport> run() {
        check_file();
        check_chains();
        KIOSK_CHECK(check_projections());
        check_search();
        Query aside(m_impl.connection, "SELECT count(*) FROM set_aside");
        m_report.aside = aside.next() ? static_cast<std::uint64_t>(aside.integer(0)) : 0;
        return m_report;
    }

private:
    void found(Finding::Kind kind, std::string what) {
        if (m_report.findings.size() < max_findings)
            m_report.findings.push_back({kind, std::move(what)});
    }

    void check_file() {
        Query integrity(m_impl.connection, "PRAGMA integrity_check(20)");
        while (integrity.next())
            if (const auto words = integrity.text(0); words != "ok")
                found(Finding::Kind::File, words);
        Query keys(m_impl.connection, "PRAGMA foreign_key_check");
        while (keys.next())
            found(Finding::Kind::File, "foreign key of " + keys.text(0));
    }

    void check_chains() {
        auto& journal = m_impl.journal;
        const auto total = journal.size();
        for (const auto& origin : journal.origins()) {
            const bool current = journal.current() && journal.current()->number == origin.number;
            std::uint64_t last_seq = 0;
            core::Digest last_hash{};
            journal.for_each(row_id(origin.number, 0), row_id(origin.number, max_seq),
                             [&](std::int64_t, core::Operation& operation) {
                                 check(operation, current, last_seq, last_hash);
                                 last_seq = operation.id.seq;
                                 last_hash = operation.hash;
                                 if (++m_report.operations % progress_step == 0 && m_progress)
                                     m_progress(m_report.operations, 2 * total);
                                 return true;
                             });
            m_report.incarnations += last_seq > 0;
        }
        if (m_report.operations != total)
            found(Finding::Kind::Gap, "counted " + std::to_string(m_report.operations) + ", expected " + std::to_string(total));
    }

    void check(const core::Operation& operation, bool current, std::uint64_t last_seq, const core::Digest& last_hash) {
        const auto name = core::to_string(operation.id);
        const auto& hasher = *m_impl.options.hasher;
        if (core::chain_hash(hasher, operation) != operation.hash)
            found(Finding::Kind::Hash, name);
        if (operation.id.seq == last_seq + 1) {
            if (operation.previous != last_hash)
                found(Finding::Kind::Chain, name);
        } else if (current) {
            found(Finding::Kind::Gap, name);
        } else {
            m_report.missing += operation.id.seq - last_seq - 1;
        }
        if (operation.personal_digest == core::Digest{})
            return;
        if (!operation.personal.empty()) {
            if (core::personal_digest(hasher, operation.personal_salt, operation.personal) != operation.personal_digest)
                found(Finding::Kind::Personal, name);
            return;
        }
        ++m_report.erased;
        // Others may send an operation without its personal part; in our own it is there until it is erased.
        const auto decoded = decode(operation);
        if (current && decoded && !m_impl.projections.is_erased(operation, *decoded))
            found(Finding::Kind::Personal, name + " is missing");
    }

    // Folds the journal into an empty database of its own, with its own numbering, and compares.
    core::Status check_projections() {
        Connection scratch({}, Connection::Mode::ReadWrite, {}); // a temporary file of SQLite's
        scratch.exec("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA foreign_keys=OFF; PRAGMA cache_size=-16384");
        for (const auto text : migrations())
            scratch.exec(std::string(text).c_str());
        scratch.exec("BEGIN");
        Journal journal(scratch, *m_impl.options.hasher);
        SearchIndex search(scratch);
        Projections projections(scratch, journal, search);
        journal.load();
        projections.load();
        auto done = m_report.operations;
        m_impl.journal.for_each(0, INT64_MAX, [&](std::int64_t, core::Operation& operation) {
            if (const auto id = journal.intern(operation.id))
                projections.apply(*id, operation, decode(operation).value_or(Decoded{}));
            if (search.waiting() >= merge_people)
                search.forget(); // only what lies in the tables is compared
            if (++done % progress_step == 0 && m_progress)
                m_progress(done, 2 * m_report.operations);
            return true;
        });
        const auto made = sums_of(projections);
        const auto stored = sums_of(m_impl.projections);
        for (const auto* table :
             {"documents", "registrations", "erasures", "revocations", "invitations", "scans", "undos", "notes",
              "responses", "leads", "lead_versions", "session_records", "booking_requests", "booking_acts", "bookings",
              "booking_people", "booked"}) {
            const auto sum = [&](const Sums& sums) {
                const auto entry = sums.find(table);
                return entry == sums.end() ? Sum{} : entry->second;
            };
            if (sum(made) != sum(stored))
                found(Finding::Kind::Projection, std::string(table) + ": " + std::to_string(sum(stored).lines) +
                                                     " rows, the journal makes " + std::to_string(sum(made).lines));
        }
        return {};
    }

    void check_search() {
        Sum stored, expected;
        Query terms(m_impl.connection, "SELECT term, number FROM terms");
        while (terms.next())
            stored.add(terms.text(0) + '\n' + std::to_string(terms.integer(1)));
        Query people(m_impl.connection, "SELECT number, terms FROM people WHERE number <= ?", m_impl.search.indexed_until());
        while (people.next())
            for (const auto& term : distinct_terms(people.text(1)))
                expected.add(term + '\n' + std::to_string(people.integer(0)));
        if (stored != expected)
            found(Finding::Kind::Search, "terms");
    }

    Database::Impl& m_impl;
    const Progress& m_progress;
    VerifyReport m_report;
};

} // namespace

core::Result<VerifyReport> Database::verify(const Progress& progress) {
    return m_impl->ask("verify", [&]() -> core::Result<VerifyReport> { return Verifier(*m_impl, progress).run(); });
}

core::Status Database::rebuild(const Progress& progress) {
    auto& impl = *m_impl;
    KIOSK_CHECK(impl.transact("rebuild", [&]() -> core::Status {
        impl.projections.clear();
        std::uint64_t done = 0;
        impl.journal.for_each(0, INT64_MAX, [&](std::int64_t id, core::Operation& operation) {
            impl.projections.apply(id, operation, decode(operation).value_or(Decoded{}));
            if (impl.search.waiting() >= merge_people)
                impl.search.merge();
            if (++done % progress_step == 0 && progress)
                progress(done, impl.journal.size());
            return true;
        });
        impl.search.merge();
        return {};
    }));
    impl.doors.forget();
    return impl.checkpoint(false);
}

core::Result<std::string> Database::dump_projections() {
    return m_impl->ask("dump", [&]() -> core::Result<std::string> {
        std::map<std::string, std::string> tables;
        m_impl->projections.for_each_line([&](const std::string& table, const std::string& line) {
            tables[table] += line;
            tables[table] += '\n';
        });
        std::string text;
        for (const auto& [table, lines] : tables)
            text += "[" + table + "]\n" + lines;
        return text;
    });
}

core::Status Database::backup(const std::string& destination) const {
    return copy_database(m_impl->path, m_impl->options.vfs, destination);
}

core::Status backup_database(const std::string& source, const std::string& destination) {
    std::error_code ignored;
    if (!std::filesystem::exists(source, ignored))
        return core::fail(core::ErrorCode::NotFound, "error.database_missing", source);
    return copy_database(source, {}, destination);
}

core::Result<std::string> restore_database(const std::string& backup, const std::string& target) {
    namespace fs = std::filesystem;
    std::error_code error;
    if (!fs::exists(backup, error))
        return core::fail(core::ErrorCode::NotFound, "error.database_missing", backup);
    KIOSK_TRY(const auto lock, WriterLock::take(target));
    // The copy is read in full on the way; a damaged backup is found out before anything is replaced.
    KIOSK_TRY(const auto partial, synced_copy(backup, {}, target));
    if (const auto sound = check_quickly(partial, backup); !sound) {
        fs::remove(partial, error);
        return std::unexpected(sound.error());
    }
    std::string kept;
    if (fs::exists(target, error)) {
        for (int number = 1; kept.empty() || fs::exists(kept, error); ++number)
            kept = target + ".replaced-" + std::to_string(number);
        if (::link(target.c_str(), kept.c_str()) != 0)
            return std::unexpected(system_error(kept));
        // The old file's log belongs to it; the new one must not find it.
        fs::rename(target + "-wal", kept + "-wal", error);
    }
    fs::remove(target + "-shm", error);
    fs::remove(target + "-mark", error);
    if (::rename(partial.c_str(), target.c_str()) != 0)
        return std::unexpected(system_error(target));
    KIOSK_CHECK(sync_folder_of(target));
    return kept;
}

} // namespace kiosk::storage
