// SPDX-License-Identifier: Apache-2.0
#pragma once
// The decision core: who may pass a door now, and why not. Purpose: one pure function from facts to a decision, called
// by the kiosk, kioskctl and the hub alike. No I/O; time arrives in the request. Threads: any.
#include "core/catalogue.hpp"
#include "core/model.hpp"
#include "core/ticket.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kiosk::core {

enum class Outcome : std::uint8_t { Admitted = 1, Repeat, Incomplete, Refused, StaffCheck };

enum class Reason : std::uint8_t {
    None = 0, Unknown, Ambiguous, Unreadable, BadSignature, WrongEvent, Revoked, Blocked, Cancelled, Unpaid, Unapproved,
    NotYetValid, Expired, TicketType, Rules, AlreadyIn, Full, Closed, NotInvited, NdaRequired, PluginUnavailable,
};

std::string_view to_string(Outcome outcome); // "admitted", …
std::string_view to_string(Reason reason);   // "already_in", …; empty for None
std::optional<Outcome> parse_outcome(std::string_view text);
std::optional<Reason> parse_reason(std::string_view text);

enum class Direction : std::uint8_t { Entry = 1, Exit };

struct Override {
    std::string staff;
    std::string reason;
};

struct ScanRequest {
    std::string checkpoint;
    std::string code; // as read: raw text of the code or of the search result's ticket
    Direction direction = Direction::Entry;
    Instant at;             // what this device believes
    std::string gate;       // this device's gate, for rules
    Answers answers;
    Consents consents;
    std::string key;        // idempotency key; empty: the caller has none
    std::optional<Override> override_by;
    bool ignore_unpaid = false;
};

// A scan that stands (admitted and not undone), oldest first in the vectors below.
struct PastScan {
    Direction direction = Direction::Entry;
    Instant at;
};

// What the store knows that matters for one scan.
struct AdmissionFacts {
    std::vector<Registration> registrations; // all with this ticket code
    bool revoked = false;
    std::vector<PastScan> history; // of this ticket at this checkpoint, whole event, oldest first
    bool nda_signed = false;       // with an earlier scan at this checkpoint
    std::int64_t occupancy = 0;    // people inside this checkpoint in its scope; needed only where it has a capacity
    std::optional<Invitation> invitation; // for a session's checkpoint
};

// The plugin's part; it can only narrow (design.md §4).
struct PluginVerdict {
    Outcome outcome = Outcome::Admitted;
    Reason reason = Reason::None;
    LocalText explanation;
    std::vector<std::string> questions;
};

struct PluginQuery {
    const EventConfig* config = nullptr;
    const Checkpoint* checkpoint = nullptr;
    const ScanRequest* request = nullptr;
    const Registration* registration = nullptr; // null for a signed ticket that the roster does not hold
    const std::vector<PastScan>* history = nullptr;
    std::string ticket;
};

class AdmissionPlugin {
public:
    virtual ~AdmissionPlugin() = default;
    // Never fails: a plugin that can't answer yields StaffCheck with PluginUnavailable.
    virtual PluginVerdict decide(const PluginQuery& query) = 0;
};

struct Decision {
    Outcome outcome = Outcome::Refused;
    Reason reason = Reason::Unknown;
    std::string ticket;                     // normalised ticket code, where one was recognised
    std::optional<Registration> registration;
    std::optional<Instant> first_at;        // of a repeat
    std::vector<std::string> questions;     // ids still to answer (incomplete)
    std::vector<std::string> consents;      // consents still to give (incomplete)
    std::vector<Reason> overridden;         // what an override lifted
    Message explanation;                    // for staff: which rule, which window; may be empty
    LocalText plugin_explanation;           // what the plugin says of it; may be empty
};

// Scans that count for the door's scope at `at`: all, or those of the same day in the event's time zone.
std::vector<PastScan> in_scope(const EventConfig& config, const Checkpoint& checkpoint,
                               const std::vector<PastScan>& history, Instant at);

// The door's own capacity; where it has none, that of its session, or of the event.
std::optional<std::int64_t> capacity_of(const EventConfig& config, const Checkpoint& checkpoint);

// Is this code one of this event's tickets, and which? Pure; `verifier` checks Ed25519 signatures.
RecognisedCode recognise_for_event(const EventConfig& config, std::string_view raw_code, const SignatureVerifier& verifier);

// `recognised` is what recognise_for_event said of request.code. `plugin` may be null (no event type plugin wanted).
Decision decide(const EventConfig& config, const ScanRequest& request, const RecognisedCode& recognised,
                const AdmissionFacts& facts, AdmissionPlugin* plugin);

} // namespace kiosk::core
