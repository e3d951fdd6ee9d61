// SPDX-License-Identifier: Apache-2.0
#pragma once
// What the benchmarks of scanning and searching share: a database with a roster of 100,000 in a folder of its own, the
// bare transaction to compare with, and percentiles. Ownership: the bench owns folder and database. Threads: one.
// Failure: says what is wrong on stderr and ends the program.
#include "app/check_in.hpp"
#include "crypto/crypto.hpp"
#include "storage/database.hpp"
#include "support/roster.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace kiosk::bench {

constexpr std::uint64_t people = 100'000;

template <typename T> T need(core::Result<T> result) {
    if (!result) {
        fmt::print(stderr, "bench: {} ({})\n", result.error().message_key, result.error().context);
        std::exit(1);
    }
    return std::move(*result);
}
inline void need(core::Status status) {
    if (!status) {
        fmt::print(stderr, "bench: {} ({})\n", status.error().message_key, status.error().context);
        std::exit(1);
    }
}

inline double now_us() {
    return std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

class SystemClock final : public core::Clock {
public:
    core::Instant now() const override {
        return {std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
                    .count()};
    }
    std::int64_t boot_ms() const override {
        timespec at{};
        ::clock_gettime(CLOCK_BOOTTIME, &at);
        return at.tv_sec * 1000 + at.tv_nsec / 1'000'000;
    }
};

inline double percentile(std::vector<double> values, double share) {
    if (values.empty())
        return 0;
    std::ranges::sort(values);
    return values[std::min(values.size() - 1, static_cast<std::size_t>(share * static_cast<double>(values.size())))];
}

inline void print(std::string_view bench, std::string_view metric, double value, std::string_view unit,
                  std::optional<double> baseline = std::nullopt) {
    const auto number = [](std::optional<double> n) { return n ? fmt::format("{:.4g}", *n) : std::string("null"); };
    fmt::print(R"({{"bench": "{}", "metric": "{}", "value": {}, "unit": "{}", "baseline": {}, "ratio": {}}})" "\n", bench,
               metric, number(value), unit, number(baseline), number(baseline ? std::optional(value / *baseline) : baseline));
    std::fflush(stdout);
}

// The database with its roster, beside it a copy for the bare transactions: same tables, same indexes, same size.
class Bench {
public:
    explicit Bench(core::EventConfig config) {
        auto pattern = (std::filesystem::temp_directory_path() / "xiangdao-bench-XXXXXX").string();
        if (::mkdtemp(pattern.data()) == nullptr || !crypto::initialise())
            std::exit(1);
        folder = pattern;
        storage::Options options;
        options.device = "bench";
        options.clock = &clock;
        options.random = &random;
        options.hasher = &sodium;
        database = need(storage::Database::open((folder / "bench.db").string(), options));
        const auto start = now_us();
        const auto start_cpu = std::clock();
        need(test::write_roster(*database, config, people));
        append_rows_per_second = static_cast<double>(people) / (now_us() - start) * 1e6;
        append_rows_per_cpu_second =
            static_cast<double>(people) * CLOCKS_PER_SEC / static_cast<double>(std::clock() - start_cpu);
        fmt::print(stderr, "bench: wrote {} people, {:.0f} a second\n", people, append_rows_per_second);
        need(database->tidy());
    }
    ~Bench() {
        database.reset();
        std::error_code ignored;
        std::filesystem::remove_all(folder, ignored);
    }
    Bench(const Bench&) = delete;
    Bench& operator=(const Bench&) = delete;

    app::CheckIn check_in() {
        app::Services services;
        services.store = database.get();
        services.clock = &clock;
        services.random = &random;
        services.verifier = &sodium;
        return need(app::CheckIn::create(services));
    }

    SystemClock clock;
    crypto::SystemRandom random;
    crypto::Sodium sodium;
    std::filesystem::path folder;
    std::unique_ptr<storage::Database> database;
    double append_rows_per_second = 0;
    double append_rows_per_cpu_second = 0; // the same on a machine that is busy with other things
};

// One transaction with synchronous=FULL that writes the two rows of a scan with prepared statements, and nothing else.
class BareTransaction {
public:
    explicit BareTransaction(Bench& bench)
        : m_path((bench.folder / "bare.db").string()), m_copied(copy(bench, m_path)),
          m_database(m_path, SQLite::OPEN_READWRITE) {
        m_database.exec("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
                        "PRAGMA wal_autocheckpoint=4000; PRAGMA cache_size=-32768; PRAGMA secure_delete=ON");
        m_next = m_database.execAndGet("SELECT max(id) FROM operations").getInt64() + 1;
        m_begin.emplace(m_database, "BEGIN IMMEDIATE");
        m_operation.emplace(m_database, "INSERT INTO operations VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
        m_scan.emplace(m_database, "INSERT INTO scans VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
        m_commit.emplace(m_database, "COMMIT");
    }

    void run(const core::ScanRecord& record, const core::OperationDraft& draft) {
        const auto id = m_next++;
        run(*m_begin);
        auto& operation = *m_operation;
        const std::int64_t numbers[] = {1, record.at.unix_ms << 16, record.at.unix_ms, 1'000'000};
        operation.bind(1, id);
        operation.bindNoCopy(2, draft.kind);
        for (int i = 0; i < 4; ++i)
            operation.bind(3 + i, numbers[i]);
        operation.bind(7);
        operation.bindNoCopy(8, draft.subject);
        operation.bindNoCopy(9, draft.body);
        operation.bind(10);
        operation.bindNoCopy(11, m_digest.data(), static_cast<int>(m_digest.size()));
        operation.bindNoCopy(12, m_digest.data(), static_cast<int>(m_digest.size()));
        run(operation);
        auto& scan = *m_scan;
        scan.bind(1, id);
        scan.bindNoCopy(2, record.checkpoint);
        scan.bindNoCopy(3, record.ticket);
        scan.bindNoCopy(4, record.registration);
        scan.bindNoCopy(5, record.session);
        scan.bind(6, 1);
        scan.bind(7, 1);
        scan.bind(8, 0);
        scan.bind(9, record.at.unix_ms);
        scan.bindNoCopy(10, record.key);
        scan.bindNoCopy(11, record.method);
        for (int column = 12; column <= 15; ++column)
            scan.bindNoCopy(column, m_empty);
        run(scan);
        run(*m_commit);
    }

private:
    static bool copy(Bench& bench, const std::string& path) {
        need(bench.database->backup(path));
        return true;
    }
    static void run(SQLite::Statement& statement) {
        statement.exec();
        statement.reset();
    }

    std::string m_path;
    bool m_copied;
    SQLite::Database m_database;
    std::optional<SQLite::Statement> m_begin, m_operation, m_scan, m_commit;
    core::Digest m_digest{1, 2, 3};
    std::string m_empty;
    std::int64_t m_next = 0;
};

// The record that a scan of this person makes, for the bare transaction.
inline core::ScanRecord record_of(const core::Registration& person, const core::ScanRequest& request) {
    core::ScanRecord record;
    record.checkpoint = request.checkpoint;
    record.ticket = person.ticket;
    record.registration = person.uid;
    record.outcome = core::Outcome::Admitted;
    record.at = request.at;
    record.key = request.key;
    return record;
}

inline core::ScanRequest request_for(std::string code, std::uint64_t number, core::Instant at) {
    core::ScanRequest request;
    request.checkpoint = "main";
    request.code = std::move(code);
    request.at = at;
    request.key = fmt::format("camera-{:012}", number);
    return request;
}

} // namespace kiosk::bench
