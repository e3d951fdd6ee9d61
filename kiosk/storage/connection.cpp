// SPDX-License-Identifier: Apache-2.0
#include "storage/connection.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <cerrno>

namespace kiosk::storage {

namespace {

constexpr int busy_timeout_ms = 2000;

int flags_of(Connection::Mode mode) {
    return mode == Connection::Mode::ReadOnly ? SQLite::OPEN_READONLY
                                              : (SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
}

} // namespace

Connection::Connection(const std::string& path, Mode mode, const std::string& vfs)
    : m_database(path, flags_of(mode) | SQLite::OPEN_NOMUTEX, busy_timeout_ms, vfs) {
    sqlite3_extended_result_codes(handle(), 1);
    exec("PRAGMA foreign_keys=ON; PRAGMA temp_store=MEMORY; PRAGMA trusted_schema=OFF");
}

core::Result<std::unique_ptr<Connection>> Connection::open(const std::string& path, Mode mode, const std::string& vfs) {
    try {
        return std::make_unique<Connection>(path, mode, vfs);
    } catch (const SQLite::Exception& exception) {
        return std::unexpected(to_error(exception, nullptr, path, std::source_location::current()));
    }
}

bool Connection::in_transaction() const { return sqlite3_get_autocommit(handle()) == 0; }

void Connection::rollback() noexcept {
    if (in_transaction())
        sqlite3_exec(handle(), "ROLLBACK", nullptr, nullptr, nullptr);
}

void Query::take(Connection& connection, const char* sql) {
    auto& slot = connection.m_statements[sql];
    if (slot.busy) {
        m_own = std::make_unique<SQLite::Statement>(connection.m_database, sql);
        m_statement = m_own.get();
        return;
    }
    if (!slot.statement)
        slot.statement = std::make_unique<SQLite::Statement>(connection.m_database, sql);
    slot.busy = true;
    m_slot = &slot; // std::map: the address stays
    m_statement = slot.statement.get();
}

Query::~Query() {
    m_statement->tryReset();
    if (m_slot)
        m_slot->busy = false;
}

core::Digest Query::digest(int column) const {
    core::Digest digest{};
    const auto value = m_statement->getColumn(column);
    if (const auto* bytes = static_cast<const std::uint8_t*>(value.getBlob());
        bytes && value.getBytes() == static_cast<int>(digest.size()))
        std::copy_n(bytes, digest.size(), digest.begin());
    return digest;
}

core::Error to_error(const SQLite::Exception& exception, sqlite3* handle, std::string context,
                     std::source_location where) {
    using core::ErrorCode;
    const int extended = exception.getExtendedErrorCode();
    const int primary = exception.getErrorCode() & 0xff;
    const int system = handle ? sqlite3_system_errno(handle) : 0;
    context += std::string(": ") + exception.what();

    const auto made = [&](ErrorCode code, const char* key) {
        return core::Error{code, key, std::move(context), where};
    };
    if (primary == SQLITE_FULL ||
        ((primary == SQLITE_IOERR || primary == SQLITE_CANTOPEN) && (system == ENOSPC || system == EDQUOT)))
        return made(ErrorCode::DiskFull, "error.disk_full");
    if (primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB || extended == SQLITE_IOERR_CORRUPTFS)
        return made(ErrorCode::Corrupt, "error.database_damaged");
    if (primary == SQLITE_BUSY || primary == SQLITE_LOCKED)
        return made(ErrorCode::Unavailable, "error.database_in_use");
    if (primary == SQLITE_READONLY || primary == SQLITE_PERM || primary == SQLITE_AUTH)
        return made(ErrorCode::Denied, "error.database_read_only");
    if (primary == SQLITE_IOERR || primary == SQLITE_CANTOPEN)
        return made(ErrorCode::Io, "error.database_io");
    return made(ErrorCode::Internal, "error.database_internal");
}

} // namespace kiosk::storage
