// SPDX-License-Identifier: Apache-2.0
#include "hub/backup.hpp"

#include "hub/migrations.hpp"
#include "hub/sqlite_impl.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

namespace kiosk::sync::hub {

namespace fs = std::filesystem;

namespace {

core::Error system_error(const std::string& path, int number) {
    const bool full = number == ENOSPC || number == EDQUOT;
    return {full ? core::ErrorCode::DiskFull : core::ErrorCode::Io, full ? "error.disk_full" : "error.database_io",
            path + ": " + std::strerror(number), std::source_location::current()};
}

Status sync_path(const std::string& path, int flags) {
    const int descriptor = ::open(path.c_str(), flags | O_CLOEXEC);
    if (descriptor < 0)
        return std::unexpected(system_error(path, errno));
    const int failed = ::fsync(descriptor) == 0 ? 0 : errno;
    ::close(descriptor);
    if (failed != 0)
        return std::unexpected(system_error(path, failed));
    return {};
}

Status sync_folder_of(const std::string& path) {
    return sync_path(fs::absolute(path).parent_path().string(), O_RDONLY | O_DIRECTORY);
}

Status move(const std::string& from, const std::string& to) {
    if (::rename(from.c_str(), to.c_str()) != 0)
        return std::unexpected(system_error(to, errno));
    return {};
}

Status copy_into(const std::string& source, const std::string& partial) {
    KIOSK_TRY(const auto reader, Connection::open(source, Connection::Mode::ReadOnly, {}));
    // The hub may be running, and one connection of its own does all the checkpoints.
    sqlite3_db_config(reader->handle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    return guard(*reader, source, [&]() -> Status {
        {
            Query application(*reader, "PRAGMA application_id");
            if (!application.next() || application.integer(0) != static_cast<std::int64_t>(hub_application_id))
                return core::fail(core::ErrorCode::Invalid, "error.database_foreign", source);
        }
        {
            Query version(*reader, "PRAGMA user_version");
            if (version.next() && version.integer(0) > static_cast<std::int64_t>(sqlite_migrations().size()))
                return core::fail(core::ErrorCode::NewerVersion, "error.database_newer", source);
        }
        Query(*reader, "VACUUM INTO ?", partial).run();
        return {};
    });
}

// "<destination>.partial", whole, checked and synced.
Result<std::string> synced_copy(const std::string& source, const std::string& destination) {
    std::error_code ignored;
    if (!fs::exists(source, ignored))
        return core::fail(core::ErrorCode::NotFound, "error.database_missing", source);
    const auto partial = destination + ".partial";
    for (const auto* end : {"", "-wal", "-shm"})
        fs::remove(partial + end, ignored);
    auto done = copy_into(source, partial);
    if (done) {
        done = [&]() -> Status {
            KIOSK_TRY(const auto copy, Connection::open(partial, Connection::Mode::ReadOnly, {}));
            return guard(*copy, source, [&]() -> Status {
                Query check(*copy, "PRAGMA quick_check(1)");
                if (check.next() && check.text(0) == "ok")
                    return {};
                return core::fail(core::ErrorCode::Corrupt, "error.database_damaged", source);
            });
        }();
    }
    if (done)
        done = sync_path(partial, O_RDWR);
    if (!done) {
        fs::remove(partial, ignored);
        return std::unexpected(std::move(done).error());
    }
    return partial;
}

std::string free_name(const std::string& target) {
    std::error_code ignored;
    for (int number = 1;; ++number) {
        auto name = target + ".replaced-" + std::to_string(number);
        if (!fs::exists(name, ignored) && !fs::exists(name + "-wal", ignored))
            return name;
    }
}

} // namespace

Status backup_store(const std::string& store, const std::string& destination) {
    KIOSK_TRY(const auto partial, synced_copy(store, destination));
    KIOSK_CHECK(move(partial, destination));
    return sync_folder_of(destination);
}

Result<std::string> restore_store(const std::string& backup, const std::string& target, core::Random& random) {
    KIOSK_TRY(const auto lock, storage::WriterLock::take(target)); // a hub that runs keeps its file
    KIOSK_TRY(const auto partial, synced_copy(backup, target));
    {
        KIOSK_TRY(const auto copy, Connection::open(partial, Connection::Mode::ReadWrite, {}));
        KIOSK_CHECK(guard(*copy, partial, [&]() -> Status {
            copy->exec("PRAGMA synchronous=FULL; BEGIN IMMEDIATE");
            Query(*copy, "UPDATE meta SET value = ? WHERE key = 'epoch'", random_name(random)).run();
            Query(*copy, "UPDATE meta SET value = '1' WHERE key = 'recovering'").run();
            copy->exec("COMMIT");
            return {};
        }));
    }
    KIOSK_CHECK(sync_path(partial, O_RDWR));

    // The old file's log belongs to it, and the new file must never find it: it goes first where the file itself is gone
    // already (an earlier restoring that was cut off), and right behind it otherwise.
    std::error_code error;
    std::string kept;
    if (fs::exists(target, error) || fs::exists(target + "-wal", error)) {
        kept = free_name(target);
        if (fs::exists(target, error)) {
            KIOSK_CHECK(move(target, kept));
        }
        if (fs::exists(target + "-wal", error)) {
            KIOSK_CHECK(move(target + "-wal", kept + "-wal"));
        }
    }
    fs::remove(target + "-shm", error);
    KIOSK_CHECK(sync_folder_of(target)); // nothing of the old one comes back beside the new one
    KIOSK_CHECK(move(partial, target));
    KIOSK_CHECK(sync_folder_of(target));
    return kept;
}

} // namespace kiosk::sync::hub
