// SPDX-License-Identifier: Apache-2.0
#pragma once
// The hub's store in a PostgreSQL database, which several hub processes may serve at once. Purpose: when one machine is
// outgrown. A row lock on the event, held until commit, gives feed numbers in the order of commits. Ownership: borrows
// Random; owns its connections and one thread that listens for what other processes commit. Threads: as Store says.
// Failure: Result; Unavailable where the server is away (the connection is dropped, the next call makes a new one),
// DiskFull, Io, Corrupt, NewerVersion. Where the server goes away in the middle of COMMIT the outcome is not known:
// Unavailable is answered, and the same pushed again is found to be a duplicate.
#include "core/ports.hpp"
#include "hub/store.hpp"

#include <memory>
#include <string>

namespace kiosk::sync::hub {

struct PostgresStoreOptions {
    kiosk::core::Random* random = nullptr;
};

class PostgresStore final : public Store {
public:
    // "postgresql://…" or "host=… dbname=…". Its tables are in the schema xiangdao_hub, made where they are missing.
    static Result<std::unique_ptr<PostgresStore>> open(const std::string& url, PostgresStoreOptions options);
    ~PostgresStore() override;

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
    void on_foreign_commit(std::function<void()> hook) override;
    Status check() override;

    struct Impl;

private:
    explicit PostgresStore(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> m_impl;
};

} // namespace kiosk::sync::hub
