// SPDX-License-Identifier: Apache-2.0
#pragma once
// Follow-ups. Purpose: what an event leaves to be done, for whom, by when; made from final answers and by staff.
// Every change is an operation with the whole lead; the latest one (clock, then operation id) stands and all of them
// are its history. Names and notes are in the personal part. Ownership: values. Threads: any. Failure: decoding answers
// Invalid and what is wrong.
#include "core/forms.hpp"
#include "core/operation.hpp"
#include "core/responses.hpp"

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kiosk::core {

// business, pr, trial, opportunity, town, recruit, training; derived: case_talk, membership, group_join
inline constexpr std::array<std::string_view, 10> lead_types{
    "business", "pr", "trial", "opportunity", "town", "recruit", "training", "case_talk", "membership", "group_join"};
bool is_lead_type(std::string_view type);

enum class LeadStatus : std::uint8_t { New = 1, Assigned, Contacted, Qualified, Won, Lost, Parked };
std::string_view to_string(LeadStatus status); // "new", …
std::optional<LeadStatus> parse_lead_status(std::string_view text);
bool is_open(LeadStatus status); // neither won, nor lost, nor parked

struct Lead {
    std::string uid;
    std::string type;
    LeadStatus status = LeadStatus::New;
    std::string source;       // "staff", or "answer/<question>"
    std::string response;     // uid of the response that it comes from, or empty
    std::string registration; // uid, or empty
    std::string owner;        // staff id, or a station's name; empty: nobody yet
    int priority = 2;         // 1 first, 3 last
    std::string due;          // "2026-12-01" or empty
    std::string confidential; // closed session that it came out of, whose devices alone get it; or empty
    std::string changed_by;   // staff id of this version
    Instant at;               // of this version
    // the personal part
    std::string organisation;
    std::string person;
    std::string note;
};

OperationDraft make_lead(const Lead& lead);
Result<Lead> decode_lead(const Operation& operation);

// What is wrong with it, as a key of the catalogue ("lead.problem.owner"); empty where nothing is. An assigned or later
// lead has an owner; an open one that has an owner has a due date that exists.
std::string lead_problem(const Lead& lead);

// The leads that a final response makes by its form's rules. Their uids follow from the response and the type: making
// them twice, or on two devices, makes them once.
std::vector<Lead> leads_of(const Response& response, const Form& form);
// The same of what somebody said at registration, who let their contact be passed on (consent `share`); else none.
std::vector<Lead> leads_of(const Registration& registration, const Form& form, Instant at);

} // namespace kiosk::core
