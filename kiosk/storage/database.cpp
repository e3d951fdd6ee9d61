// SPDX-License-Identifier: Apache-2.0
// Opening, schema, identity and upkeep. What is written is in database_writes.cpp.
#include "storage/database_impl.hpp"

#include <sqlite3.h>

#include <filesystem>

namespace kiosk::storage {

namespace {

constexpr std::size_t longest_device_name = 64;
constexpr std::size_t tidy_people = 256;

std::string to_hex(std::span<const std::uint8_t> bytes) {
    constexpr char digits[] = "0123456789abcdef";
    std::string text;
    for (const auto byte : bytes) {
        text += digits[byte >> 4];
        text += digits[byte & 15];
    }
    return text;
}

std::int64_t pragma(Connection& connection, const char* sql) {
    Query query(connection, sql);
    return query.next() ? query.integer(0) : 0;
}

bool is_device_name(std::string_view name) {
    return !name.empty() && name.size() <= longest_device_name && name.find_first_of("/\n\t ") == std::string_view::npos;
}

// A file of no bytes beside a mark is not a new database but one that was lost.
bool was_emptied(const std::string& path) {
    std::error_code error;
    return std::filesystem::exists(path, error) && std::filesystem::file_size(path, error) == 0 &&
           std::filesystem::exists(path + "-mark", error);
}

} // namespace

Database::Database(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}

Database::~Database() {
    if (m_impl->read_only)
        return;
    static_cast<void>(tidy());
    const auto* origin = m_impl->journal.current();
    if (m_impl->stale || !origin)
        return;
    // How far the journal has come is told beside the file: an older image put in its place will be noticed.
    const auto mark = guard(m_impl->connection, "close", [&]() -> core::Result<std::string> {
        return meta_text(m_impl->connection, "mark").value_or("");
    });
    if (mark)
        static_cast<void>(
            write_mark(m_impl->path, m_impl->options.vfs, {*mark, {}, origin->incarnation, m_impl->journal.head().seq}));
}

core::Result<std::unique_ptr<Database>> Database::open(const std::string& path, Options options) {
    return open_as(path, std::move(options), false);
}

core::Result<std::unique_ptr<Database>> Database::open_read_only(const std::string& path, Options options) {
    return open_as(path, std::move(options), true);
}

core::Result<std::unique_ptr<Database>> Database::open_as(const std::string& path, Options options, bool read_only) {
    KIOSK_ASSERT(options.hasher && (read_only || (options.clock && options.random)));
    if (!read_only && !options.device.empty() && !is_device_name(options.device))
        return core::fail(core::ErrorCode::Invalid, "error.device_name", options.device);
    const bool real_files = options.vfs.empty();
    std::error_code ignored;
    if (real_files && read_only && !std::filesystem::exists(path, ignored))
        return core::fail(core::ErrorCode::NotFound, "error.database_missing", path);
    if (real_files && was_emptied(path))
        return core::fail(core::ErrorCode::Corrupt, "error.database_damaged", path + ": empty file");
    WriterLock lock;
    if (real_files && !read_only) {
        KIOSK_TRY(lock, WriterLock::take(path));
    }
    std::unique_ptr<Impl> impl;
    try {
        impl = std::make_unique<Impl>(path, std::move(options), read_only);
    } catch (const SQLite::Exception& exception) {
        return std::unexpected(to_error(exception, nullptr, path, std::source_location::current()));
    }
    impl->lock = std::move(lock);
    const auto ready = guard(impl->connection, path, [&]() -> core::Status {
        KIOSK_CHECK(impl->migrate());
        impl->load();
        if (impl->read_only)
            return {};
        KIOSK_CHECK(impl->fold_new_kinds());
        return impl->take_identity();
    });
    if (!ready)
        return std::unexpected(ready.error());
    return std::unique_ptr<Database>(new Database(std::move(impl)));
}

Opened Database::opened() const { return m_impl->opened; }
const std::string& Database::path() const { return m_impl->path; }
void Database::set_clock_offset(std::optional<std::int64_t> offset_ms) { m_impl->clock_offset_ms = offset_ms; }

void Database::Impl::configure() {
    // FULL: green is shown after COMMIT, so COMMIT must mean the disk has it. Checkpoints are rare and large, so that
    // one scan in hundreds waits for one, and tidy() takes most of them away. secure_delete: erased means overwritten.
    connection.exec("PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=4000; PRAGMA journal_size_limit=67108864;"
                    "PRAGMA cache_size=-32768; PRAGMA secure_delete=ON");
}

core::Status Database::Impl::migrate() {
    const auto known = static_cast<std::int64_t>(migrations().size());
    const auto version = pragma(connection, "PRAGMA user_version");
    const auto application = pragma(connection, "PRAGMA application_id");
    const bool empty = version == 0 && application == 0 && pragma(connection, "SELECT count(*) FROM sqlite_schema") == 0;
    if (!empty && application != static_cast<std::int64_t>(application_id))
        return core::fail(core::ErrorCode::Invalid, "error.database_foreign", path);
    if (version > known)
        return core::fail(core::ErrorCode::NewerVersion, "error.database_newer",
                          path + ": version " + std::to_string(version));
    if (read_only) {
        if (version < known)
            return core::fail(core::ErrorCode::Unavailable, "error.database_older", path);
        connection.exec("PRAGMA cache_size=-16384");
        return {};
    }
    {
        Query mode(connection, "PRAGMA journal_mode=WAL");
        if (!mode.next() || mode.text(0) != "wal")
            return core::fail(core::ErrorCode::Io, "error.database_io", path + ": no write-ahead log here");
    }
    configure();
    for (auto next = version; next < known; ++next) {
        connection.exec("BEGIN IMMEDIATE");
        try {
            connection.exec(std::string(migrations()[static_cast<std::size_t>(next)]).c_str());
            connection.exec(("PRAGMA user_version=" + std::to_string(next + 1)).c_str());
            connection.exec(("PRAGMA application_id=" + std::to_string(application_id)).c_str());
            connection.exec("COMMIT");
        } catch (...) {
            connection.rollback();
            throw;
        }
    }
    return {};
}

// After an upgrade: what came in while its kind was unknown here becomes rows. Again after a power cut: the mark goes
// in the same transaction. The mark is the number of the first migration whose kinds are waiting.
core::Status Database::Impl::fold_new_kinds() {
    if (!meta_integer(connection, "fold_from"))
        return {};
    namespace kind = core::operation_kind;
    return transact("upgrade", [&]() -> core::Status {
        std::vector<std::int64_t> waiting;
        {
            // Those of the second migration again where they are folded already: that changes nothing.
            Query rows(connection, "SELECT id FROM operations WHERE kind IN (?, ?, ?, ?, ?, ?, ?) ORDER BY id",
                       kind::response_set, kind::lead_set, kind::booking_request, kind::booking_act, kind::session_set,
                       kind::session_act, kind::quota_set);
            while (rows.next())
                waiting.push_back(rows.integer(0));
        }
        for (const auto id : waiting)
            if (const auto operation = journal.read(id))
                projections.apply(id, *operation, decode(*operation).value_or(Decoded{}));
        Query(connection, "DELETE FROM meta WHERE key = 'fold_from'").run();
        return {};
    });
}

std::string Database::Impl::new_token() const {
    std::array<std::uint8_t, 8> bytes{};
    options.random->fill(bytes);
    return to_hex(bytes);
}

core::Status Database::Impl::take_identity() {
    const auto* origin = journal.current();
    if (!origin && options.device.empty())
        return core::fail(core::ErrorCode::Invalid, "error.device_name", path);

    // Whoever goes on from a damaged end would chain everything that follows to it.
    if (journal.head().seq > 0) {
        const auto last = journal.read(row_id(origin->number, journal.head().seq));
        if (!last || core::chain_hash(*options.hasher, *last) != last->hash)
            return core::fail(core::ErrorCode::Corrupt, "error.database_damaged", path + ": the last operation");
    }
    std::string fingerprint;
    if (options.fingerprint)
        fingerprint = options.fingerprint(path);
    else if (options.vfs.empty())
        fingerprint = platform_fingerprint(path);
    fingerprint = to_hex(options.hasher->blake2b_256(fingerprint)); // serial numbers are nobody's business
    const auto stored_mark = meta_text(connection, "mark").value_or("");
    const auto beside = read_mark(path, options.vfs);
    const auto same_file = [&] {
        return beside && (beside->mark == stored_mark || beside->before == stored_mark) &&
               !(beside->incarnation == origin->incarnation && beside->seq > journal.head().seq) &&
               meta_text(connection, "fingerprint") == fingerprint;
    };
    if (!origin)
        opened = Opened::Created;
    else if (!options.device.empty() && options.device != origin->device)
        opened = Opened::Renamed;
    else
        opened = same_file() ? Opened::Same : Opened::Copied;

    const auto device = options.device.empty() ? origin->device : options.device;
    const bool same = opened == Opened::Same;
    const auto incarnation = same ? origin->incarnation : new_token();
    const auto mark = new_token();
    // The mark goes first, with the one before it where this is the same file: whichever of the two writes power cuts
    // off, the next opening accepts the file. Where it is not the same file, neither does: it is found to be a copy again.
    KIOSK_CHECK(write_mark(path, options.vfs,
                           {mark, same ? stored_mark : std::string(), incarnation, same ? journal.head().seq : 0}));
    return transact("identity", [&]() -> core::Status {
        set_meta(connection, "mark", mark);
        set_meta(connection, "fingerprint", fingerprint);
        if (!same)
            journal.begin_incarnation(device, incarnation);
        leases.forget_others(journal.current()->incarnation);
        return {};
    });
}

void Database::Impl::load() {
    journal.load();
    search.load();
    projections.load();
    doors.forget();
    stale = false;
}

void Database::Impl::refresh() {
    if (read_only) {
        const auto version = pragma(connection, "PRAGMA data_version");
        stale = stale || version != data_version;
        data_version = version;
    }
    if (stale)
        load();
}

core::Status Database::Impl::checkpoint(bool truncate) {
    return guard(connection, "checkpoint", [&]() -> core::Status {
        Query query(connection, truncate ? "PRAGMA wal_checkpoint(TRUNCATE)" : "PRAGMA wal_checkpoint(PASSIVE)");
        query.run();
        return {};
    });
}

core::Status Database::tidy() {
    auto& impl = *m_impl;
    if (impl.read_only)
        return {};
    if (impl.search.waiting() >= tidy_people)
        KIOSK_CHECK(impl.transact("merge", [&]() -> core::Status {
            impl.search.merge();
            return {};
        }));
    return impl.checkpoint(false);
}

} // namespace kiosk::storage
