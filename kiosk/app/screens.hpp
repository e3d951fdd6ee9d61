// SPDX-License-Identifier: Apache-2.0
#pragma once
// The screens as the application holds them: exactly one is on at a time. Purpose: the states of the state machine and
// nothing else; what moves between them is in kiosk_app.hpp and the flow_*.cpp files. Ownership: values. Threads: the
// application thread.
#include "app/check_in.hpp"
#include "app/deck.hpp"
#include "app/form_state.hpp"
#include "app/view.hpp"
#include "core/bookings.hpp"
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
    LocalText reading;           // what the consent of its page is about
    std::string reading_version;
    bool is_walk_in() const { return std::holds_alternative<WalkInRequest>(pending); }
};

struct Result {
    ResultView view;
    std::int64_t since_ms = 0;
    BadgeRequest badge;
    std::string ticket; // whose result it is, to go on to the business area; empty: it can't be
};

// About a session behind closed doors: minutes, a discussion point, why it goes back or is cancelled; or (Change) the
// session itself, a new one where its id is empty.
struct SessionForm : FormPart {
    std::string session;
    core::SessionAct act = core::SessionAct::Minutes;
};

// What staff look somebody or an organisation up for, and the way back.
struct SessionPick {
    enum class What : std::uint8_t { Guest = 1, Seats, Field } what = What::Guest;
    std::string field;                      // of the form
    std::optional<SessionForm> form;        // whose field it is
    bool organisations = false;
    std::vector<std::string> all;           // organisations of the roster
    std::vector<std::string> found;         // of those, what is on the page
};

struct Search {
    SearchPage page;
    std::string asked; // what `page` is the answer to
    bool by_digits = false;
    int wrong_factors = 0;
    std::optional<SessionPick> pick; // for a session behind closed doors, by staff
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

// A page of the business area. What it leads to is in MeetingVisit, which outlives the pages.
struct Meeting {
    MeetingView view;
    std::vector<std::string> tickets;   // of the people on the page
    std::vector<core::FreeSlot> offers; // of its tiles; those that are not free have no unit
    bool only_tells() const { // nobody has anything to do on it but read
        const auto* home = std::get_if<MeetingHomePage>(&view.page);
        return home != nullptr ? !home->nothing.empty() : std::holds_alternative<MeetingSlipPage>(view.page);
    }
};

// What a meeting is about.
struct MeetingForm : FormPart {};

// What came of it, by staff.
struct OutcomeForm : FormPart {
    std::string booking;
};

struct Staff {}; // what it shows is in StaffSession, which outlives a result shown in between

struct OutOfOrder {
    core::Error error;
    bool told = false; // somebody has been called
};

} // namespace screen

using Screen = std::variant<screen::Idle, screen::Confirm, screen::Form, screen::Result, screen::Search,
                            screen::SecondFactor, screen::StaffPin, screen::Staff, screen::OutOfOrder,
                            screen::Interview, screen::LeadForm, screen::Meeting, screen::MeetingForm, screen::OutcomeForm,
                            screen::SessionForm>;

// Somebody in the business area: acts for the ticket that was scanned, and for no other.
struct MeetingVisit {
    std::string ticket;
    std::string code; // as it was scanned; empty: at the door before
    core::Person person;
    bool shares = false; // lets their contact be passed on
    std::string other;   // ticket of whom they meet, once chosen
    core::Person other_person;
    bool other_shares = false;
    bool other_here = false;  // has scanned as well: nothing is left to be agreed
    std::string moves;        // uid of the booking that gets another time, or empty
    std::string unit;         // that is wanted; empty: any
    core::FreeSlot chosen;
    std::string watched;      // uid of the booking whose answer is awaited on the screen
    std::int64_t asked_ms = 0;
    bool asking = false;      // … for as long as a person may be kept waiting
    std::int64_t ask_again_ms = 0; // not before then; 0: nothing is to be asked again
};

// What staff are doing on the board.
struct BoardSession {
    std::string kind;    // of units that are shown; empty: the first one
    std::string booking; // that is open
    std::string unit, slot; // that is open
    bool book_here = false;
    std::vector<std::string> tickets; // read for it
    std::vector<std::string> names;
    std::string moving;
    std::string asks_cancel;
    std::string awaited, awaited_done; // uid of what the notice calls not settled, and what was to be done with it
};

// What staff are doing with the sessions behind closed doors.
struct ClosedSessions {
    std::string open;    // id, or empty
    std::string revokes; // ticket whose invitation waits for a second touch
    std::string removes; // organisation and role whose seats do
    std::optional<core::SessionAct> asks; // Lock, Change, Cancel
    std::optional<InviteQuestion> invite;
    SessionPart part = SessionPart::About;
    void ask_nothing() { // whatever else is touched takes the question back
        revokes.clear();
        removes.clear();
        asks.reset();
        invite.reset();
    }
};

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
    BoardSession board;
    ClosedSessions closed;
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
