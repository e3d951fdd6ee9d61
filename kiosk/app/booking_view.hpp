// SPDX-License-Identifier: Apache-2.0
#pragma once
// What the window shows of the business area, and what it may say back of it. Purpose: part of the contract of view.hpp,
// which includes it: the pages of somebody who books a table, and the staff's board of tables × time. Ownership: values.
// Threads: made on the application thread, read on the render thread. What the public may not see is not in it: of others
// a name stands here only where both let their contact be shared.
#include "core/bookings.hpp"
#include "core/catalogue.hpp"
#include "core/model.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace kiosk::app {

using core::LocalText;
using core::Message;

// ---- for whoever scanned ----

// One booking in which this person takes part.
struct MeetingLine {
    std::string id; // uid
    core::BookingStatus status = core::BookingStatus::Pending;
    LocalText table;
    std::string time;  // "15:20"
    std::string until; // "15:40"
    LocalText day;     // empty: today
    std::string with;  // name as it may be shown
    std::string with_organisation;
    LocalText session;      // public title of a session behind closed doors, to which this person is invited; then nobody's name
    Message purpose;
    std::string topic;
    Message state; // what stands, and what to do: "confirmed", "waits for their answer", "scan here from 15:10"
    bool can_answer = false; // somebody asks this person: accept or decline
    bool can_arrive = false;
    bool can_move = false;
    bool can_cancel = false;
};

// "Scan your code": at first, or for the other side who is there as well.
struct MeetingScanPage {
    Message title;
    Message hint;
    Message problem; // of the code that was just seen
    bool other = false;
};

struct MeetingHomePage {
    std::string name;                   // masked
    std::vector<MeetingLine> meetings;  // that are to come; the next one first
    std::vector<MeetingLine> requests;  // that wait for this person's answer
    bool can_meet = false;
    Message why_not;                    // where not: as many as one may have
    Message nothing;                    // in place of both lists, where the last invitation was answered
    std::string asks_cancel;            // id of the one whose cancelling waits for a second touch
};

struct MeetingPerson {
    std::string name;
    std::string organisation;
    std::vector<LocalText> why; // "they offer: channel"
    bool here = false;          // checked in
};

struct MeetingPeoplePage {
    std::vector<MeetingPerson> people; // at most six
    bool can_search = true;
};

struct SlotTile {
    std::string time;
    std::string until;
    LocalText table;  // where it would be
    bool free = false;
    bool soonest = false; // of the free ones
    Message why;      // where it is not free, in a word
};

struct UnitChoice {
    std::string id; // empty: whichever is free
    LocalText label;
    LocalText kind;
    bool chosen = false;
};

struct MeetingSlotsPage {
    Message title;   // with whom, or which one is moved
    std::vector<SlotTile> slots;   // in order of time
    std::vector<UnitChoice> units; // first: any
    bool choosing_unit = false;
    bool none_free = false;
};

// What came of it. Asking: the hub has not answered yet. Pending is never shown as confirmed.
struct MeetingSlipPage {
    enum class State : std::uint8_t { Asking = 1, Confirmed, Requested /* they have to agree */, Pending /* the hub has to */,
                                      Refused, Arrived, Started, Declined, Cancelled } state = State::Asking;
    Message title;
    Message detail;
    MeetingLine meeting;               // empty id: there is none
    std::vector<Message> rules;        // what happens when one is late, and so on
    std::vector<SlotTile> instead;     // of a refusal: the nearest that are free, at most three
    bool can_print = false;
    bool printed = false;
};

struct MeetingView {
    std::variant<MeetingScanPage, MeetingHomePage, MeetingPeoplePage, MeetingSlotsPage, MeetingSlipPage> page;
};

// ---- the staff's board ----

struct BoardColumn {
    std::string time;
    bool now = false;
    bool past = false;
};

struct BoardCell {
    enum class State : std::uint8_t { None = 1 /* no slot at that time */, Free, Blocked, Past, Booked } state = State::None;
    std::string slot;
    std::string booking; // uid of who has it, or of the first who asks for it
    core::BookingStatus status = core::BookingStatus::Pending;
    std::vector<std::string> names; // whole ones: staff only
    std::size_t asking = 0;  // requests for it beside the one that is shown
    bool open = false;       // the panel is about it
    bool target = false;     // what is being moved may go here
};

struct BoardRow {
    std::string unit;
    LocalText label;
    LocalText kind;
    std::vector<BoardCell> cells; // one a column
};

// A booking without a place: its slot was moved or blocked, or somebody else has it.
struct BoardStray {
    std::string booking;
    std::string who;
    std::string was; // "T4 15:20"
    Message why;
    std::string unit, slot; // the nearest that is free; empty: none is
    LocalText answer;       // its label
    std::string answer_time;
};

struct BoardPerson {
    std::string name;
    std::string organisation;
    bool here = false; // checked in
    bool arrived = false;
};

struct BoardDetail {
    std::string id;
    LocalText table;
    std::string time, until;
    core::BookingStatus status = core::BookingStatus::Pending;
    Message state;
    Message why; // pending or refused: the reason in words
    std::vector<BoardPerson> people;
    Message purpose;
    std::string topic;
    Message outcome;
    std::string note;
    bool has_lead = false;
    std::string unit, slot; // to use it for others where nobody came
    bool can_start = false, can_finish = false, can_move = false, can_cancel = false, can_set_outcome = false, can_reuse = false;
    bool can_block = false; // on to its slot
    bool asks_cancel = false;
};

// A slot that nobody has: book it for two people who stand here, or keep it free.
struct BoardSlot {
    std::string unit, slot;
    LocalText table;
    std::string time, until;
    bool blocked = false;
    bool taken = false;     // somebody has it
    bool can_book = false;
    bool can_block = false; // or open again
    bool booking = false;   // codes are being read for it
    std::vector<std::string> scanned; // whose
    Message hint;
};

struct BoardView {
    struct Kind {
        std::string id;
        LocalText label;
        bool chosen = false;
    };
    std::vector<Kind> kinds;
    std::vector<BoardColumn> columns;
    std::size_t current = 0; // column that is on now or comes next
    std::vector<BoardRow> rows;
    std::vector<BoardStray> strays;
    std::optional<BoardDetail> detail;
    std::optional<BoardSlot> slot;
    std::string moving; // uid of the one that is being moved
    Message moving_hint;
    std::size_t confirmed = 0, pending = 0;
    bool can_print = false;
};

// ---- what the window says back ----

namespace intent {
struct OpenMeetings {};             // the idle screen's button
struct Meet {};                     // "meet somebody"
struct PickPerson { std::size_t index = 0; };
struct SearchPeople {};
struct LetThemScan {};              // the other side is there
struct AnswerMeeting { std::string id; bool accept = false; };
struct ArriveAtMeeting { std::string id; };
struct MoveMeeting { std::string id; };
struct CancelMeeting { std::string id; }; // the first touch asks, the second one does
struct KeepMeeting {};              // … and this one does not
struct PickSlot { std::size_t index = 0; }; // a tile, or one of `instead`
struct OpenUnits {};
struct ChooseUnit { std::string id; };
struct PrintSlip {};
// of the board
struct ChooseUnitKind { std::string id; };
struct OpenBooking { std::string id; };     // empty: closes the panel
struct TouchCell { std::string unit, slot; }; // free or blocked: opens it; while something is being moved: there
struct BeginMove { std::string id; };       // empty: not after all
struct PlaceBooking { std::string id, unit, slot; }; // dropped there; on another booking they change places
struct StartBooking { std::string id; };
struct FinishBooking { std::string id; };
struct EditOutcome { std::string id; };
struct CancelBooking { std::string id; };   // the first touch asks
struct BookHere {};                         // the open slot: for two people who scan now
struct BlockSlot { bool blocked = true; };  // the open slot
struct PrintPlan {};
} // namespace intent

} // namespace kiosk::app
