// SPDX-License-Identifier: Apache-2.0
#pragma once
// Requests and answers between a kiosk and a hub, and their JSON. Purpose: the wire contract as values; the OpenAPI
// document (server_sync/hub/openapi.json) says the same. Ownership: values. Threads: any. Failure: decoding answers
// Invalid with what is wrong; nothing of outside input is trusted. Bodies travel as zstd where both ends say so
// (Content-Encoding), see compression.hpp.
#include "protocol/operation_json.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kiosk::sync::protocol {

using kiosk::core::Operation;
using kiosk::core::Result;

constexpr int wire_version = 1;
constexpr std::size_t max_leases = 2000; // in one list of a lease request

// ---- POST /v1/enroll ----
struct EnrollRequest {
    std::string code;        // one-time, of the hub's QR code
    std::string device;      // the kiosk's name for itself
    std::string incarnation;
    std::string event;       // code of the event that its database holds; empty: takes what the hub offers
    std::string software;    // for the fleet list
    bool as_hub = false;     // a venue hub, which relays for others
};
struct EnrollReply {
    std::string token;       // secret of this device, for "Authorization: Bearer …"
    std::string device;      // the name it is known by from now on; another one where the name was taken
    std::string event;
    std::string hub;         // the hub's id
    std::string epoch;
    std::vector<std::string> pins; // base64 SHA-256 of the SPKI: now, and next where a change is planned
};

// ---- POST /v1/ops ---- an empty list is a handshake
struct Head {
    std::uint64_t seq = 0;
    std::string hash; // hex; empty for seq 0
};
struct PushRequest {
    std::string device;
    std::string incarnation; // the present one of this device
    std::string event;
    Head head;               // of that incarnation, as it stands on the device
    bool relay = false;      // operations of others: after the hub was restored, or from a venue hub
    std::vector<Operation> operations;
};
enum class OpStatus : std::uint8_t {
    Stored = 1,  // durable at the hub
    Duplicate,   // was there already, the same
    Quarantined, // kept raw with a verdict; counts as received
};
struct OpVerdict {
    std::size_t index = 0;   // in the request
    std::string verdict;     // malformed, too_large, hash, conflict, foreign_device, foreign_event, revoked
};
enum class HeadStanding : std::uint8_t {
    Fits = 1, // the hub knows this operation, or nothing beyond it
    Behind,   // the hub knows more of this incarnation than the device: an old image
    Diverged, // the hub knows another operation under this number
};
struct PushReply {
    std::string hub;
    std::string epoch;
    std::int64_t time_ms = 0; // the hub's clock
    std::vector<OpStatus> statuses; // one per operation of the request, in its order
    std::vector<OpVerdict> verdicts; // of the quarantined ones
    // "INCARNATION" → highest seq up to which the hub has everything of this device; in a relay "DEVICE/INCARNATION".
    std::map<std::string, std::uint64_t> acknowledged;
    HeadStanding head = HeadStanding::Fits;
    std::uint64_t latest = 0; // newest feed number of the event
    bool cloned = false;      // another machine speaks under this name
    bool revoked = false;     // this device was revoked: what it pushes is kept in quarantine
    std::vector<std::string> pins;
    std::string scope = "*";  // as FeedReply's
};

// ---- GET /v1/feed?after=N&wait=S&limit=L&skip=INCARNATION ---- (event and device are the token's)
struct FeedReply {
    std::string hub;
    std::string epoch;
    std::int64_t time_ms = 0;
    std::uint64_t next = 0;   // ask again after this number
    std::uint64_t latest = 0;
    std::vector<ReadOperation> operations;
    // Of which closed sessions this device gets what is confidential: "*" all, "" none, or their ids, sorted, with commas.
    // The feed leaves the rest out; where this changes, it is read from the start again. Absent on the wire: "*".
    std::string scope = "*";
};

// ---- POST /v1/leases ----
// A resource is a text as core::resource_text makes it: "unit:T1@1763616600-1763617800", "person:A1B2C3", "seats:cd1".
// At most max_leases in either list. Giving back comes before wanting. A request that comes twice changes nothing the second time.
struct LeaseWish {
    std::string resource;
    std::int64_t count = 1;    // of seats: how many to hold in all
    std::int64_t capacity = 1; // of seats: how many there are in all
    std::string booking;       // uid that it is wanted for, or empty
    std::uint64_t closing_seq = 0; // of what is given back: free once the hub has the device's journal up to here
    bool holds = false;            // of what is wanted: the device believes that it holds it already
};
struct LeaseRequest {
    std::string device;
    std::string incarnation;
    std::vector<LeaseWish> want;
    bool all_or_nothing = false;
    std::vector<LeaseWish> give_back;
    bool deal = false; // also what is this device's share (core::deal)
    std::int64_t as_of_ms = 0; // LeaseReply::time_ms of the last answer that the device has read; 0: none. What was granted
                               // later is not given back: the request was on its way then
    // Present: the wishes with `holds` are everything that this device holds, and its journal goes up to this number. A hub
    // that was put back from a backup grants nothing new before it has heard this from every device of the event.
    std::optional<std::uint64_t> holds_seq;
};
constexpr std::size_t max_awaited = 500;
struct LeaseGrant {
    std::string resource;
    std::int64_t granted = 0;  // held by this device after this request; 0: not held
    bool taken = false;        // not held, and a booking uses it
    std::string holder;        // who else holds it where granted is less than wanted: a device, or "" for the hub
    std::uint64_t generation = 0;
};
struct LeaseReply {
    std::string hub;
    std::string epoch;
    std::int64_t time_ms = 0;
    std::uint64_t feed = 0;           // newest feed number: to be read before what was granted is used
    std::vector<LeaseGrant> grants;   // of everything that was wanted or dealt
    std::vector<std::string> given_back; // of these, what is free now
    std::vector<std::string> recalled;   // others wait for these, which this device holds
    std::vector<std::string> awaited;    // devices that the hub, put back from a backup, has yet to hear holds_seq of; at
                                         // most max_awaited. Not empty: nothing new is granted
};

// ---- GET /v1/snapshot ---- body: a zstd frame of a SQLite database; Range and If-Range work.
// Headers: ETag, X-Feed-Number, X-Feed-Epoch, X-Content-Blake2b (hex, of the inflated bytes), X-Content-Bytes,
// X-Feed-Scope (as FeedReply::scope: what is confidential in it).

// Any error: {"error":"word","message":"a sentence","retry_after_s":N or absent}
struct ErrorReply {
    std::string error;
    std::string message;
    std::optional<std::int64_t> retry_after_s;
};

std::string encode(const EnrollRequest& message);
std::string encode(const EnrollReply& message);
std::string encode(const PushRequest& message);
std::string encode(const PushReply& message);
std::string encode(const LeaseRequest& message);
std::string encode(const LeaseReply& message);
std::string encode(const ErrorReply& message);

Result<EnrollRequest> decode_enroll_request(std::string_view json);
Result<EnrollReply> decode_enroll_reply(std::string_view json);
// The hub reads a push without making it whole first: `operations` may hold items with problems.
struct IncomingPush {
    PushRequest request; // `operations` is empty
    std::vector<ReadOperation> operations;
};
Result<IncomingPush> decode_push_request(std::string_view json, const kiosk::core::Hasher& hasher);
Result<PushReply> decode_push_reply(std::string_view json);
Result<FeedReply> decode_feed_reply(std::string_view json, const kiosk::core::Hasher& hasher);
Result<LeaseRequest> decode_lease_request(std::string_view json);
Result<LeaseReply> decode_lease_reply(std::string_view json);
Result<ErrorReply> decode_error_reply(std::string_view json);
// The text of a feed answer whose operations are already objects, separated by commas.
std::string encode_feed_reply(const FeedReply& head, std::string_view operations_json);

// ---- the enrolment code ---- "xiangdao-hub:?u=https%3A%2F%2F192.0.2.1%3A8443&p=PIN&c=CODE"
struct EnrolmentCode {
    std::string url;  // https://host:port
    std::string pin;  // base64url SHA-256 of the SPKI; empty where the hub speaks plain http (tests)
    std::string code;
};
std::string encode(const EnrolmentCode& code);
bool is_enrolment_code(std::string_view text);
Result<EnrolmentCode> decode_enrolment_code(std::string_view text);

} // namespace kiosk::sync::protocol
