// SPDX-License-Identifier: Apache-2.0
#pragma once
// One SQLite connection of this folder. Purpose: prepared statements that are kept, binding and reading without
// ceremony, and the edge at which SQLiteCpp's exceptions become core::Error. Ownership: a Query borrows its Connection
// and resets its statement when it goes, so that no read transaction stays open. Threads: one connection, one thread.
// Failure: Query and transactions throw SQLite::Exception; everything public is called through guard().
#include "core/operation.hpp"
#include "core/result.hpp"

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace kiosk::storage {

constexpr std::uint32_t application_id = 0x58444a31; // "XDJ1", in the file's header

// Bytes bound as BLOB.
struct Blob {
    std::string_view bytes;
};

class Connection {
public:
    enum class Mode : std::uint8_t { ReadWrite = 1, ReadOnly };
    Connection(const std::string& path, Mode mode, const std::string& vfs); // throws
    static core::Result<std::unique_ptr<Connection>> open(const std::string& path, Mode mode, const std::string& vfs);

    SQLite::Database& database() { return m_database; }
    sqlite3* handle() const { return m_database.getHandle(); }
    void exec(const char* sql) { m_database.exec(sql); }
    bool in_transaction() const;
    void rollback() noexcept; // does nothing where there is nothing to roll back

private:
    friend class Query;
    struct Slot {
        std::unique_ptr<SQLite::Statement> statement;
        bool busy = false;
    };
    SQLite::Database m_database;
    std::map<const char*, Slot> m_statements; // by the address of the literal: the same call site, the same statement
};

class Query {
public:
    // `sql` must be a string literal: its address is the key under which the prepared statement is kept.
    template <typename... Args> Query(Connection& connection, const char* sql, const Args&... args) {
        take(connection, sql);
        int index = 0;
        (bind(++index, args), ...);
    }
    ~Query();
    Query(const Query&) = delete;
    Query& operator=(const Query&) = delete;

    bool next() { return m_statement->executeStep(); }
    void run() {
        while (m_statement->executeStep()) {
        }
    }
    // For bulk work: bind again and run, without looking the statement up.
    template <typename... Args> void run_with(const Args&... args) {
        m_statement->reset();
        int index = 0;
        (bind(++index, args), ...);
        run();
    }

    std::int64_t integer(int column) const { return m_statement->getColumn(column).getInt64(); }
    std::string text(int column) const { return m_statement->getColumn(column).getString(); }
    bool is_null(int column) const { return m_statement->getColumn(column).isNull(); }
    core::Digest digest(int column) const; // zero where there is none

private:
    void take(Connection& connection, const char* sql);
    void bind(int index, std::nullptr_t) { m_statement->bind(index); }
    void bind(int index, std::string_view text) { m_statement->bind(index, std::string(text)); }
    void bind(int index, const core::Digest& digest) {
        m_statement->bind(index, digest.data(), static_cast<int>(digest.size()));
    }
    void bind(int index, Blob blob) {
        m_statement->bind(index, blob.bytes.data(), static_cast<int>(blob.bytes.size()));
    }
    template <typename T>
        requires std::is_integral_v<T>
    void bind(int index, T value) {
        m_statement->bind(index, static_cast<std::int64_t>(value));
    }
    template <typename T> void bind(int index, const std::optional<T>& value) {
        value ? bind(index, *value) : bind(index, nullptr);
    }

    Connection::Slot* m_slot = nullptr;
    std::unique_ptr<SQLite::Statement> m_own; // where the kept one is in use further up the stack
    SQLite::Statement* m_statement = nullptr;
};

core::Error to_error(const SQLite::Exception& exception, sqlite3* handle, std::string context,
                     std::source_location where);

// Runs `work` (which answers a Result) and turns what SQLiteCpp throws into an Error.
template <typename Work>
auto guard(Connection& connection, std::string_view context, Work&& work,
           std::source_location where = std::source_location::current()) -> std::invoke_result_t<Work> {
    try {
        return work();
    } catch (const SQLite::Exception& exception) {
        return std::unexpected(to_error(exception, connection.handle(), std::string(context), where));
    }
}

} // namespace kiosk::storage
