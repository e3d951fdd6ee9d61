// SPDX-License-Identifier: Apache-2.0
#pragma once
// What the storage tests share: a folder that goes away, ports without surprises, and short ways to make records.
// Ownership: each fixture owns its folder and ports. Threads: one. Failure: REQUIRE.
#include "support/catch.hpp"

#include "core/ports.hpp"
#include "core/records.hpp"
#include "crypto/crypto.hpp"
#include "storage/database.hpp"

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace kiosk::test {

class TempFolder {
public:
    TempFolder() {
        auto pattern = (std::filesystem::temp_directory_path() / "xiangdao-storage-XXXXXX").string();
        REQUIRE(::mkdtemp(pattern.data()) != nullptr);
        m_path = pattern;
    }
    ~TempFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(m_path, ignored);
    }
    TempFolder(const TempFolder&) = delete;
    TempFolder& operator=(const TempFolder&) = delete;
    std::string operator/(const std::string& name) const { return (m_path / name).string(); }

private:
    std::filesystem::path m_path;
};

class StepClock final : public core::Clock {
public:
    core::Instant at{1'795'000'000'000};
    std::int64_t boot = 1'000'000;
    core::Instant now() const override { return at; }
    std::int64_t boot_ms() const override { return boot; }
    void forward(std::int64_t ms) {
        at = at + ms;
        boot += ms;
    }
};

class SeededRandom final : public core::Random {
public:
    explicit SeededRandom(std::uint64_t seed = 1) : m_state(seed) {}
    void fill(std::span<std::uint8_t> bytes) override {
        for (auto& byte : bytes) {
            m_state = m_state * 6364136223846793005ULL + 1442695040888963407ULL;
            byte = static_cast<std::uint8_t>(m_state >> 56);
        }
    }

private:
    std::uint64_t m_state;
};

inline const crypto::Sodium& hasher() {
    static const bool ready = crypto::initialise();
    static const crypto::Sodium sodium;
    KIOSK_ASSERT(ready);
    return sodium;
}

struct Ports {
    StepClock clock;
    SeededRandom random;
    storage::Options options(std::string device = "k1", std::string vfs = {}) {
        storage::Options made;
        made.device = std::move(device);
        made.clock = &clock;
        made.random = &random;
        made.hasher = &hasher();
        made.vfs = std::move(vfs);
        return made;
    }
};

template <typename T> T need(core::Result<T> result) {
    if (!result)
        FAIL(result.error().message_key << ": " << result.error().context);
    return std::move(*result);
}
inline void need(core::Status status) {
    if (!status)
        FAIL(status.error().message_key << ": " << status.error().context);
}

inline std::unique_ptr<storage::Database> open(const std::string& path, Ports& ports, std::string device = "k1",
                                               std::string vfs = {}) {
    return need(storage::Database::open(path, ports.options(std::move(device), std::move(vfs))));
}

inline core::Receipt append(core::Store& store, const core::OperationDraft& draft) { return need(store.append({&draft, 1})); }

inline core::Registration person(const std::string& number, const std::string& name = "王谷雨") {
    core::Registration made;
    made.uid = "uid-" + number;
    made.ticket = "T" + number;
    made.ticket_type = "std";
    made.person = {name, "1000000" + number, "", "松果示例软件", ""};
    return made;
}

inline core::ScanRecord entry(const std::string& ticket, core::Instant at, const std::string& checkpoint = "main") {
    core::ScanRecord made;
    made.checkpoint = checkpoint;
    made.ticket = ticket;
    made.outcome = core::Outcome::Admitted;
    made.at = at;
    return made;
}

inline core::OperationDraft note(const std::string& what) {
    return {std::string(core::operation_kind::note), {}, R"({"what":")" + what + "\"}", {}};
}

// Everything a database knows, as operations.
inline std::vector<core::Operation> all_operations(storage::Database& database) {
    std::vector<core::Operation> all;
    storage::JournalCursor cursor;
    for (;;) {
        auto page = need(database.operations_after(cursor, 100));
        if (page.operations.empty())
            return all;
        cursor = page.next;
        all.insert(all.end(), page.operations.begin(), page.operations.end());
    }
}

inline void require_sound(storage::Database& database) {
    const auto report = need(database.verify());
    for (const auto& finding : report.findings)
        UNSCOPED_INFO(static_cast<int>(finding.kind) << " " << finding.what);
    REQUIRE(report.ok());
}

} // namespace kiosk::test
