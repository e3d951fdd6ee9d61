// SPDX-License-Identifier: Apache-2.0
#pragma once
// What operations carry, as values, and their JSON. Purpose: one place that knows the body of each kind; storage
// projects through it, the application writes through it. Bodies hold opaque ids only; names, phones and answers
// travel in the personal part. Failure: decoding answers with Invalid and what is wrong. Threads: any.
#include "core/admission.hpp"
#include "core/model.hpp"
#include "core/operation.hpp"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace kiosk::core {

struct ScanRecord {
    std::string checkpoint;
    std::string ticket;       // empty where the code held none
    std::string registration; // uid, or empty
    std::string session;      // of the checkpoint, or empty
    Direction direction = Direction::Entry;
    Outcome outcome = Outcome::Refused;
    Reason reason = Reason::None;
    Instant at;
    std::string key;             // idempotency key or empty
    std::string method = "qr";   // qr, search, walk_in, staff
    std::string override_staff;  // empty: no override
    std::string override_reason;
    std::vector<Reason> overridden;
    Consents consents;           // given with this scan
    std::string confidential;    // closed session whose door it was at: who came is for its devices alone; not in the tables
    std::string nda_version;     // of the text that was signed with it, or empty
    Answers answers;             // personal part
};

struct UndoRecord {
    std::string target; // to_string(OperationId) of a scan
    std::string staff;
    Instant at;
};

// One document of the event's configuration, the last written one of its (entity, id) stands.
// entity: event, ticket_type, session, checkpoint, question, key, staff, unit. The JSON of each is described beside the
// functions that read it in records.cpp, and is the same as in the seed of a scenario file.
struct ConfigDocument {
    std::string entity;
    std::string id;
    std::string doc; // JSON object
};

OperationDraft make_scan(const ScanRecord& record);
OperationDraft make_undo(const UndoRecord& record, std::string_view ticket);
OperationDraft make_registration(const Registration& registration);
OperationDraft make_config(const ConfigDocument& document);
OperationDraft make_revocation(std::string_view ticket);
OperationDraft make_invitation(const Invitation& invitation);
OperationDraft make_erasure(std::string_view registration_uid);

Result<ScanRecord> decode_scan(const Operation& operation);
Result<UndoRecord> decode_undo(const Operation& operation);
Result<Registration> decode_registration(const Operation& operation);
Result<ConfigDocument> decode_config(const Operation& operation);
Result<std::string> decode_revocation(const Operation& operation);
Result<Invitation> decode_invitation(const Operation& operation);
Result<std::string> decode_erasure(const Operation& operation);

// The configuration that these documents make. Exactly one "event" document is needed.
Result<EventConfig> assemble_config(std::span<const ConfigDocument> documents);
// The documents of a configuration, for import and for the demo.
std::vector<ConfigDocument> config_documents(const EventConfig& config);

// Registrations and their parts as JSON, for storage rows, exports and scenario files.
std::string person_json(const Person& person);
Result<Person> parse_person(std::string_view json);
std::string answers_json(const Answers& answers);
Result<Answers> parse_answers(std::string_view json);
std::string consents_json(const Consents& consents);
Result<Consents> parse_consents(std::string_view json);

std::string_view to_string(RegistrationStatus status);
std::optional<RegistrationStatus> parse_registration_status(std::string_view text);
std::string_view to_string(RegistrationSource source);
std::optional<RegistrationSource> parse_registration_source(std::string_view text);
std::string_view to_string(InvitationStatus status);
std::optional<InvitationStatus> parse_invitation_status(std::string_view text);

} // namespace kiosk::core
