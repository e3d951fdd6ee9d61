// SPDX-License-Identifier: Apache-2.0
#pragma once
// What a plugin declares beside its forms (core/forms.hpp), as the rest of the kiosk uses it: checked, and with its
// texts in both languages. Ownership: values. Threads: any.
#include "core/forms.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace kiosk::plugin_host {

using core::Binding;
using core::FieldProblem;
using core::Form;
using core::FormField;
using core::FormStep;

struct AgendaBlock {
    std::string kind;
    core::LocalText title;
    std::int64_t start_min = 0; // after the event's start
    std::int64_t length_min = 0;
};

struct ReportSection {
    std::string id;
    core::LocalText title;
    std::vector<std::string> figures;
    bool confidential = false;
};

// A group of things that can be booked and that are alike: tables, expert desks, rooms, booths, exam seats.
struct BookableGroup {
    std::string id; // its units are <id>1, <id>2, …
    std::string kind;
    core::LocalText text;
    std::int64_t count = 1;
    std::int64_t seats = 2;
    // Slots, after the event's start; no slots (count 0): bookable for the whole event.
    std::int64_t first_min = 0;
    std::int64_t length_min = 0;
    std::int64_t gap_min = 0;
    std::int64_t slots = 0;
};

struct BookingRules {
    std::int64_t most_per_person = 4;  // active bookings
    std::int64_t grace_min = 7;        // an absent party frees the unit after so long
    std::vector<std::string> purposes; // lead types (core/leads.hpp) to choose from
    bool needs_check_in = true;        // only who is checked in may book
};

struct BookingResources {
    std::vector<BookableGroup> groups;
    BookingRules rules;
};

struct MigratedAnswers {
    core::Answers answers;
    std::vector<std::string> lost; // ids whose answers have no place any more; the old rows keep them
};

} // namespace kiosk::plugin_host
