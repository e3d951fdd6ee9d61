// SPDX-License-Identifier: Apache-2.0
#pragma once
// The hub's store in one SQLite file. Purpose: the store of a hub without a database server, on a laptop or at the central
// office. WAL and synchronous=FULL: what commit() has answered survives a power cut. Ownership: borrows Random; holds a
// lock beside the file, so that no second hub writes it. Threads: as Store says; one connection writes and checkpoints
// (SQLite 3.40.1 must not checkpoint from another), readers have their own. Failure: Result; DiskFull, Io, Corrupt,
// NewerVersion, Invalid (no hub's file), Unavailable (in use). After an error everything in memory is read again.
#include "core/ports.hpp"
#include "hub/store.hpp"

#include <memory>
#include <string>

namespace kiosk::sync::hub {

struct SqliteStoreOptions {
    kiosk::core::Random* random = nullptr;
    std::string vfs; // SQLite's file layer, for tests (storage/crash_vfs.hpp); empty: the system's
};

class SqliteStore final : public Store {
public:
    static Result<std::unique_ptr<SqliteStore>> open(const std::string& path, SqliteStoreOptions options);
    ~SqliteStore() override;

    Result<HubIdentity> identity() override;
    Status set_epoch(const std::string& epoch, bool recovering) override;
    Result<std::vector<PushDone>> commit(std::span<const PushJob> jobs) override;
    Result<FeedPage> feed(const std::string& event, std::uint64_t after, std::size_t limit, std::size_t limit_bytes,
                          const std::optional<Skip>& skip, const std::string& scope) override;
    Result<bool> any_confidential(const std::string& event, std::uint64_t up_to) override;
    Result<std::uint64_t> latest(const std::string& event) override;
    Result<std::optional<OperationHead>> operation_head(const std::string& event, const std::string& device,
                                                        const std::string& incarnation, std::uint64_t seq) override;
    Result<std::uint64_t> highest(const std::string& event, const std::string& device,
                                  const std::string& incarnation) override;
    Result<std::vector<EventRow>> events() override;
    Status put_device(const DeviceRow& row) override;
    Result<std::vector<DeviceRow>> devices() override;
    Status put_code(const CodeRow& row) override;
    Result<std::optional<CodeRow>> use_code(const std::string& code_hash, std::int64_t now_ms) override;
    Status put_user(const UserRow& row) override;
    Result<std::vector<UserRow>> users() override;
    Result<std::vector<QuarantineEntry>> quarantine(std::uint64_t after, std::size_t limit) override;
    Result<std::uint64_t> quarantine_count() override;
    Result<std::uint64_t> empty_quarantine(std::int64_t before_ms) override;
    Status change_leases(const std::string& event, const LeaseSelection& selection,
                         const std::function<void(LeaseTable&)>& change) override;
    Result<std::vector<core::HeldLease>> leases(const std::string& event) override;
    Status audit(const AuditRow& row) override;
    Result<std::vector<AuditRow>> audit_log(std::size_t limit) override;
    Result<std::optional<std::string>> fact(const std::string& key) override;
    Status set_fact(const std::string& key, const std::string& value) override;
    void on_foreign_commit(std::function<void()>) override {} // nobody else can write
    Status check() override;

    struct Impl;

private:
    explicit SqliteStore(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> m_impl;
};

} // namespace kiosk::sync::hub
