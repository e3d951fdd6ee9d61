// SPDX-License-Identifier: Apache-2.0
#include "storage/journal_reader.hpp"

#include "storage/connection.hpp"
#include "storage/journal.hpp"
#include "storage/sync_mark.hpp"

namespace kiosk::storage {

struct JournalReader::Impl {
    Impl(const std::string& path, const core::Hasher& hasher, const std::string& vfs)
        : connection(path, Connection::Mode::ReadOnly, vfs), journal(connection, hasher) {}

    Connection connection;
    Journal journal;

    // One state of the file during `work`.
    template <typename Work> auto ask(Work&& work) -> std::invoke_result_t<Work> {
        auto result = guard(connection, "journal", [&]() -> std::invoke_result_t<Work> {
            connection.exec("BEGIN");
            journal.load();
            return work();
        });
        connection.rollback();
        return result;
    }
};

JournalReader::JournalReader(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}
JournalReader::~JournalReader() = default;

core::Result<std::unique_ptr<JournalReader>> JournalReader::open(const std::string& path, const core::Hasher& hasher,
                                                                 const std::string& vfs) {
    try {
        return std::unique_ptr<JournalReader>(new JournalReader(std::make_unique<Impl>(path, hasher, vfs)));
    } catch (const SQLite::Exception& exception) {
        return std::unexpected(to_error(exception, nullptr, path, std::source_location::current()));
    }
}

core::Result<OwnChains> JournalReader::chains() {
    return m_impl->ask([&] { return read_chains(m_impl->connection, m_impl->journal); });
}

core::Result<std::vector<core::Operation>> JournalReader::own_after(std::string_view incarnation, std::uint64_t after,
                                                                    std::size_t limit, std::size_t limit_bytes) {
    return m_impl->ask([&] { return read_own_after(m_impl->journal, incarnation, after, limit, limit_bytes); });
}

core::Result<Arrivals> JournalReader::arrived_after(std::int64_t cursor, std::size_t limit) {
    return m_impl->ask([&] { return read_arrived_after(m_impl->connection, m_impl->journal, cursor, limit); });
}

} // namespace kiosk::storage
