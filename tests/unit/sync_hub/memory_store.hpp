// SPDX-License-Identifier: Apache-2.0
#pragma once
// A hub's Store in memory. Purpose: tests of the Api and its fuzz target run without files; written apart from the real
// stores, so that the two can be held against each other. Ownership: holds its rows. Threads: any, under one lock.
// Failure: `fail_commits` makes commits fail and write nothing.
#include "hub/store.hpp"

#include <memory>
#include <mutex>
#include <optional>
#include <set>

namespace kiosk::test {

using namespace kiosk::sync::hub; // tests/: the store's names are what this file is about

class MemoryStore final : public Store {
public:
    std::optional<core::Error> fail_commits;
    std::uint64_t commits = 0;
    std::uint64_t reads_of_heads = 0; // operation_head and highest: what the Api must do without in the common case
    std::uint64_t writes_of_devices = 0;
    // Operations, leases and facts as they are now; put back, whoever does it sets another epoch.
    struct Backup;
    std::shared_ptr<const Backup> backup();
    void put_back(const Backup& backup);

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
    void on_foreign_commit(std::function<void()>) override {}
    Status check() override { return {}; }

private:
    struct Row {
        NewOperation operation;
        std::string via;
    };
    struct Event {
        std::vector<Row> rows; // the feed: number − 1 is the index
        std::map<OperationId, std::size_t> by_id;
        std::set<OperationId> aside; // claimed by what is in quarantine
        std::set<std::string> erased;
        std::int64_t last_ms = 0;
        std::vector<core::HeldLease> leases;
        std::uint64_t generation = 0;
    };
    void take(const PushJob& job, PushDone& done);
    std::uint64_t contiguous(const Event& event, const std::string& device, const std::string& incarnation) const;

    std::mutex m_mutex;
    HubIdentity m_identity{"hub0", "epoch0", false};
    std::map<std::string, Event> m_events;
    std::map<std::pair<std::string, std::string>, DeviceRow> m_devices;
    std::map<std::string, CodeRow> m_codes;
    std::map<std::string, UserRow> m_users;
    std::vector<QuarantineEntry> m_quarantine;
    std::vector<AuditRow> m_audit;
    std::map<std::string, std::string> m_facts;
};

} // namespace kiosk::test
