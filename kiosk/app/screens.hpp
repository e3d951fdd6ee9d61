// SPDX-License-Identifier: Apache-2.0
#pragma once
// The screens as the application holds them: exactly one is on at a time. Purpose: the states of the state machine and
// nothing else; what moves between them is in kiosk_app.hpp and the flow_*.cpp files. Ownership: values. Threads: the
// application thread.
#include "app/check_in.hpp"
#include "app/deck.hpp"
#include "app/form_state.hpp"
#include "app/view.hpp"
#include "core/leads.hpp"
#include "core/responses.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace kiosk::app {

// One person's try to get in. It keeps its key until it has an answer: however often it is sent, it counts once.
struct Attempt {
    core::ScanRequest request;
    std::string method = "qr";
};

// What is waiting for an answer from the store, or was not admitted and may be overridden.
using Pending = std::variant<Attempt, WalkInRequest>;

// What every screen with fields has.
struct FormPart {
    FormState form;
    Focus focus;
};

namespace screen {

struct Idle {
    std::int64_t since_ms = 0; // boot clock; when somebody was here last
    std::size_t slide = 0;
};

struct Confirm {
    Attempt attempt;
    core::Person person;
    std::int64_t since_ms = 0; // boot clock
};

struct Form : FormPart {
    Pending pending;
    bool is_walk_in() const { return std::holds_alternative<WalkInRequest>(pending); }
};

struct Result {
    ResultView view;
    std::int64_t since_ms = 0;
    BadgeRequest badge;
};

struct Search {
    SearchPage page;
    std::string asked; // what `page` is the answer to
    bool by_digits = false;
    int wrong_factors = 0;
};

struct SecondFactor {
    Search search; // to go back to
    MaskedRow row;
    Factor factor = Factor::PhoneTail;
    std::string query;
    Message problem;
};

struct StaffPin {
    std::string digits;
    Message problem;
};

// A questionnaire that staff fill in, or read where it is final.
struct Interview : FormPart {
    core::Response response; // as saved last
    core::QuestionnaireInfo questionnaire;
    core::Form declared;     // pinned with the first draft
    bool pinned = false;
    bool unsaved = false;    // something was answered since
    bool ending = false;     // the question whether it shall be final is on the screen
    Message status;
};

struct LeadForm : FormPart {
    core::Lead lead;
    bool is_new = false;
};

struct Staff {}; // what it shows is in StaffSession, which outlives a result shown in between

struct OutOfOrder {
    core::Error error;
    bool told = false; // somebody has been called
};

} // namespace screen

using Screen = std::variant<screen::Idle, screen::Confirm, screen::Form, screen::Result, screen::Search,
                            screen::SecondFactor, screen::StaffPin, screen::Staff, screen::OutOfOrder,
                            screen::Interview, screen::LeadForm>;

struct StaffSession {
    std::string id;
    std::string name;
    bool organizer = false;
    StaffTab tab = StaffTab::Counts;
    std::optional<std::string> asks_undo;
    std::int64_t asked_undo_ms = 0;
    std::string lead_state = "open"; // what the list of leads is narrowed to
    std::string lead_type = "all";
    std::string lead;                // uid of the one that is open, or empty
    Message notice;
    std::int64_t loaded_ms = 0;
    bool outdated = false; // something arrived since
    StaffView data; // as last read from the store
};

// The last person who was not let in, for the override tab.
struct NotAdmitted {
    Pending pending;
    ScanRow row;
};

} // namespace kiosk::app
