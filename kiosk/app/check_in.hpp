// SPDX-License-Identifier: Apache-2.0
#pragma once
// The check-in service: the one way in which a scan becomes a decision and a durable operation. Called by the window's
// state machine, by kioskctl and by replay. Ownership: borrows its ports, which must outlive it. Threads: the
// application thread. Failure: an Error means that nothing was saved and nothing may be shown as admitted.
#include "core/admission.hpp"
#include "core/ports.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace kiosk::app {

struct Services {
    core::Store* store = nullptr;
    core::Clock* clock = nullptr;
    core::Random* random = nullptr;
    const core::SignatureVerifier* verifier = nullptr;
    core::AdmissionPlugin* plugin = nullptr; // may be null
};

struct ScanResult {
    core::Decision decision;
    bool replayed = false;                  // answered from an earlier scan with the same key; nothing was written
    std::optional<core::OperationId> saved; // absent for `incomplete` and for replays
};

struct UndoResult {
    bool undone = false;
    core::Reason reason = core::Reason::None;
};

struct WalkInRequest {
    std::string checkpoint;
    core::Person person;
    std::string ticket_type; // empty: the first one
    core::Answers answers;
    core::Consents consents;
    std::optional<core::Override> override_by;
    std::string key; // idempotency key; empty: the caller has none
};

struct WalkInResult {
    core::Decision decision;
    std::string ticket;
    std::optional<core::OperationId> saved;
};

struct MaskedRow {
    std::string registration;
    std::string ticket; // never shown
    std::string masked_name, masked_organisation, phone_tail;
};

struct SearchPage {
    bool refused = false; // too short
    bool more = false;
    std::vector<MaskedRow> rows; // at most eight
};

enum class Factor : std::uint8_t { PhoneTail = 1, FullName };

class CheckIn {
public:
    // Reads the configuration from the store.
    static core::Result<CheckIn> create(Services services);

    const core::EventConfig& config() const { return *m_config; }
    std::shared_ptr<const core::EventConfig> shared_config() const { return m_config; }
    core::Status reload();

    // Decides without writing: what the confirm screen shows. The plugin is asked too.
    core::Result<core::Decision> preview(const core::ScanRequest& request);
    // Decides and commits in one go. `method` as in ScanRecord.
    core::Result<ScanResult> scan(const core::ScanRequest& request, std::string_view method = "qr");
    // Takes back the newest standing scan of that code; within 15 minutes on this device, or by an organizer. Refused:
    // `unknown` (nothing stands), `expired` (too late), `rules` (made on another device).
    core::Result<UndoResult> undo(std::string_view checkpoint, std::string_view code, std::string_view staff);
    core::Result<UndoResult> undo_scan(std::string_view ticket, std::string_view operation_id, std::string_view staff);
    core::Result<WalkInResult> walk_in(const WalkInRequest& request);
    core::Result<SearchPage> search(std::string_view typed);
    // Does what was typed prove that the person is who the row says?
    core::Result<bool> second_factor(std::string_view registration, Factor factor, std::string_view typed);

private:
    explicit CheckIn(Services services) : m_services(services) {}
    core::Result<core::ScanRequest> completed(const core::ScanRequest& request) const;
    core::Result<core::RecognisedCode> recognise(std::string_view raw_code);
    core::Result<core::AdmissionFacts> facts_for(const core::ScanRequest& request, const core::RecognisedCode& code);
    core::Result<std::optional<ScanResult>> answered_before(const std::string& key);
    core::Result<std::optional<core::OperationId>> commit(const core::ScanRequest& request, std::string_view method,
                                                          const core::Decision& decision,
                                                          const core::Registration* new_registration);
    core::Result<UndoResult> take_back(const core::StoredScan& scan, std::string_view staff);
    std::string walk_in_ticket_type(std::string_view checkpoint) const;

    Services m_services;
    std::string m_device; // this device's own name: whose scans may be taken back here
    std::shared_ptr<const core::EventConfig> m_config;
};

} // namespace kiosk::app
