// SPDX-License-Identifier: Apache-2.0
#pragma once
// What the window shows and what it may say back. Purpose: the whole contract between the application thread and the
// render thread: an immutable View out, Intents in. No ImGui here, no logic in ui/. Ownership: a View is handed over as
// shared_ptr<const View> and never changes. Threads: made on the application thread, read on the render thread.
#include "app/booking_view.hpp"
#include "app/session_view.hpp"
#include "core/admission.hpp"
#include "core/catalogue.hpp"
#include "core/model.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace kiosk::app {

enum class Tone : std::uint8_t { Neutral = 1, Good, Wait, Stop };
enum class Cue : std::uint8_t { None = 0, Good, Repeat, Stop }; // the three sounds
enum class ScannerState : std::uint8_t { Off = 1, Starting, Live, Lost };

struct AgendaLine {
    std::string time; // "14:10"
    LocalText title;
    LocalText room;
};

struct Header {
    LocalText event_title;
    LocalText venue;
    std::string clock;   // "13:12"
    LocalText date;      // "11月20日" / "20 Nov"
    LocalText checkpoint;
    std::optional<AgendaLine> now;
    std::optional<AgendaLine> next;
};

// "Saved" and "replicated" are two things, and the screen says which.
struct SyncView {
    // Trouble: waiting does not help, somebody has to do something.
    enum class State : std::uint8_t { LocalOnly = 1, Replicated, Behind, Offline, Trouble } state = State::LocalOnly;
    std::uint64_t behind = 0;
    Message text; // "saved on this kiosk"
};

// The on-screen keyboard and what the input method is composing. Absent: no keyboard on the screen.
struct KeyboardView {
    enum class Layout : std::uint8_t { Pinyin = 1, Latin, Digits } layout = Layout::Pinyin;
    bool shift = false;
    std::string preedit;                 // "wang'gu"
    std::vector<std::string> candidates; // at most nine on a page
    bool has_previous_page = false;
    bool has_next_page = false;
    bool pinyin_available = true;
};

enum class FieldKind : std::uint8_t { Text = 1, Multiline, Number, Phone, Email, Date, Time, DateTime, YesNo, Single, Multiple, Country, Consent, Contact, List, Signature };

struct Point {
    float x = 0, y = 0; // 0…1 of what it is a point of
};
using Stroke = std::vector<Point>;

// What is wrong with one cell of a list or contact.
struct CellProblem {
    std::size_t row = 0;
    std::string column;
    Message text;
};

struct FieldView {
    std::string id;
    FieldKind kind = FieldKind::Text;
    LocalText label;
    LocalText help;
    Message limits;       // "from 1 to 20"; empty where there are none
    bool required = false;
    std::vector<core::QuestionOption> options;
    std::vector<core::QuestionColumn> columns; // of a list or contact
    core::Answer value;   // text as typed, chosen ids, yes/no, rows
    bool answered = false;
    Message problem;      // empty where there is none; says what to do
    LocalText said;       // the same, in the words of the event type's plugin
    std::vector<CellProblem> cell_problems;
    std::vector<std::string> totals; // of a list's columns; empty ones can't be added up
    bool can_add_row = false;
    bool can_restore_row = false;    // the row that was removed last
    std::vector<Stroke> strokes;     // of a signature
};

struct IdleView {
    bool can_search = true;
    bool can_walk_in = true;
    bool can_meet = false; // the event has a business area
    std::size_t slide = 0; // 0 is the invitation; others take turns (assets/themes and event data)
    std::vector<LocalText> slide_lines;
    std::optional<DoorSession> door; // of a session behind closed doors: then nothing else is told here
};

struct ConfirmView {
    std::string masked_name; // 王*雨
    std::string phone_tail;  // 5678, may be empty
    std::string masked_organisation;
};

// A group of a questionnaire, to jump to.
struct StepView {
    std::string id;
    LocalText title;
    bool current = false;
    bool complete = false; // something is answered and nothing required is missing
};

// A page of questions, consents, the walk-in form, an interview or a lead: all are drawn alike.
struct FormView {
    Message title;
    Message hint;
    LocalText heading; // of the step; then the title is the smaller
    std::size_t page = 1;
    std::size_t pages = 1;
    std::vector<FieldView> fields;
    std::string focus; // id of the field that receives keys, or empty
    std::size_t focus_row = 0;  // of a list or contact
    std::string focus_column;
    bool can_go_back = false;
    Message next_label; // the main action's word
    bool can_finish = false; // nothing that is required is left after this page
    Message finish_label;    // empty: "skip the rest"
    std::vector<StepView> steps; // of an interview
    Message status;              // "saved as a draft at 14:05"
    bool read_only = false;      // final: to be read
    LocalText reading;           // to be read before this page is answered, in paragraphs
    Message reading_note;        // which version it is
};

struct ResultView {
    core::Outcome outcome = core::Outcome::Refused;
    core::Reason reason = core::Reason::None;
    Tone tone = Tone::Stop;
    Message title;            // "欢迎,{name}" / what is wrong
    std::string name;         // as the person wrote it; empty where it must not be shown
    std::string organisation;
    Message detail;           // what to do next
    std::vector<LocalText> welcome; // lines of the event type's plugin
    std::vector<Message> meetings;  // their next booking, and whether somebody asks for one
    std::optional<AgendaLine> now;
    std::optional<AgendaLine> next;
    bool can_print_badge = false;
    bool can_meet = false; // on to the business area
    bool can_answer = false; // where there is none: on to invitations that await an answer
    bool can_call_staff = false;
    bool staff_called = false;
    std::string staff_note;   // reason code in small type, only in staff mode
};

struct SearchRow {
    std::string masked_name;
    std::string masked_organisation;
    std::string phone_tail;
};

struct SearchView {
    std::string query;
    std::vector<SearchRow> rows; // at most eight
    bool more = false;           // there were more: type on
    Message hint;
    Message placeholder;         // of the empty field; empty: whoever stands here looks for themselves
};

struct SecondFactorView {
    std::string masked_name;
    Message prompt; // which factor: last four digits, or the full name
    bool by_name = false;
    std::string typed;
    Message problem;
};

struct StaffPinView {
    std::size_t typed = 0; // digits typed so far
    Message problem;
    bool locked = false;
    std::int64_t locked_seconds = 0;
};

struct ScanRow {
    std::string time;
    std::string name; // full names: staff only
    std::string ticket;
    LocalText checkpoint; // its door's name
    core::Outcome outcome = core::Outcome::Refused;
    core::Reason reason = core::Reason::None;
    bool undone = false;
    bool can_undo = false;
    std::string id; // operation id, for Undo
};

struct ChoiceRow {
    std::string id;
    LocalText label;
    bool chosen = false;
};

enum class StaffTab : std::uint8_t { Counts = 1, Recent, Override, Setup, System, Interviews, Leads, Board, Sessions };

// One ticket that entered more often than its door allows, on machines that did not know of each other.
struct DuplicateRow {
    std::string name;
    std::string ticket;
    LocalText checkpoint;
    std::vector<std::string> entries; // "13:05 k1", oldest first
};

struct CountRow {
    LocalText checkpoint;
    std::int64_t admitted = 0, inside = 0, repeats = 0, refused = 0;
    std::optional<std::int64_t> capacity;
};

struct OfferRow { // a questionnaire that can be begun
    std::string id;
    LocalText name;
};

struct ResponseRow {
    std::string id; // uid
    LocalText name; // of the questionnaire
    std::string organisation;
    std::string respondent;
    std::string interviewer;
    std::string when; // "13:05", "11-19 13:05"
    bool final = false;
    std::size_t answered = 0;
    std::size_t asked = 0;
};

struct LeadRow {
    std::string id; // uid
    Message type;
    std::string organisation;
    std::string person;
    std::string owner; // a name; empty: nobody yet
    std::string due;   // "11-24"; empty: none
    Message status;
    bool open = true;
    bool overdue = false;
    int priority = 2;
};

struct LeadChange { // one line of its history
    std::string when;
    std::string who;
    Message status;
    std::string owner;
    std::string due;
    std::string note;
};

// One lead, to be read; it is changed as a form.
struct LeadDetail {
    LeadRow row;
    Message source;
    std::string note;
    std::vector<LeadChange> history; // newest first
};

struct StaffView {
    StaffTab tab = StaffTab::Counts;
    std::string staff_name;
    std::int64_t registered = 0;
    std::vector<CountRow> counts;
    std::vector<ScanRow> recent;
    std::vector<DuplicateRow> duplicates; // that nobody has settled yet
    std::optional<ScanRow> override_target; // the last scan that was not admitted
    std::vector<ChoiceRow> override_reasons;
    std::vector<ChoiceRow> events;
    std::vector<ChoiceRow> checkpoints;
    std::vector<ChoiceRow> cameras;
    std::vector<std::pair<LocalText, std::string>> system; // device, journal, backup, plugin, storage
    std::vector<LocalText> quarantined; // plugins that are not asked any more
    bool can_release = false;
    std::vector<OfferRow> offers;
    std::vector<ResponseRow> responses; // drafts first
    std::vector<LeadRow> leads;         // by due date
    std::vector<ChoiceRow> lead_states; // what the list is narrowed to
    std::vector<ChoiceRow> lead_types;
    std::optional<LeadDetail> lead;     // the one that is open
    std::optional<BoardView> board;     // of the business area
    bool has_board = false;             // the event has units that can be booked
    Message notice; // what just happened: "undone"
    std::optional<std::string> asks_undo; // id of the row that waits for a second touch
    std::optional<SessionsView> closed;   // sessions behind closed doors
    bool has_sessions = false;            // the event has some
};

struct MissingRow {
    std::string id; // of the field
    LocalText label;
    LocalText step;
    bool wrong = false; // answered, but not as it should be
};

// A kiosk without an event: it is told by a code which hub is its own.
struct SetupView {
    Message title;
    Message hint;
    Message status;  // what is being done, or what went wrong
    bool problem = false;
    bool busy = false;
    std::optional<double> share; // of the download
};

// Before an interview is made final: what is still required, or that nothing can be changed afterwards.
struct InterviewEndView {
    LocalText name; // of the questionnaire
    std::string organisation;
    std::string respondent;
    std::size_t answered = 0;
    std::size_t asked = 0;
    std::vector<MissingRow> missing;
    std::vector<Message> leads; // types of the leads that it will make
};

struct OutOfOrderView {
    Message what;  // what happened
    Message told;  // who has been told
    Message next;  // where to go now
    std::string technical; // for staff, small
};

using Body = std::variant<IdleView, ConfirmView, FormView, ResultView, SearchView, SecondFactorView, StaffPinView,
                          StaffView, OutOfOrderView, InterviewEndView, SetupView, MeetingView>;

struct View {
    std::uint64_t revision = 0;
    core::Language language = core::Language::Chinese;
    bool dark = false;
    bool motion = true;
    std::string accent; // "#1A5596" of the event, or empty
    Header header;
    SyncView sync;
    ScannerState scanner = ScannerState::Off;
    bool staff_mode = false;
    Body body;
    std::optional<KeyboardView> keyboard;
    std::optional<std::int64_t> resets_in_s; // countdown of the auto-reset
    Message notice; // a line over any screen for a few seconds ("please wait for your turn"); empty where there is none
    std::uint64_t cue_number = 0; // grows with every new sound
    Cue cue = Cue::None;
    double volume = 0.7;
};

// ---- what the window says back ----

namespace intent {
struct ToggleLanguage {};
struct Back {};          // the way out of every screen
struct Touched {};       // somebody is there: restart the auto-reset
struct OpenSearch {};
struct OpenWalkIn {};
struct OpenStaff {};     // long press on the corner, or F12
struct Confirm {};       // the main action of the screen: yes that's me, next, done
struct NotMe {};
struct CallStaff {};
struct PrintBadge {};
struct PickRow { std::size_t row = 0; };
struct FocusField { std::string id; }; // empty: keys go nowhere
struct FocusCell { std::string id; std::size_t row = 0; std::string column; };
struct SetCell { std::string id; std::size_t row = 0; std::string column; std::string value; };
struct StepCell { std::string id; std::size_t row = 0; std::string column; int by = 1; }; // − and + of a number
struct AddRow { std::string id; };
struct RemoveRow { std::string id; std::size_t row = 0; };
struct RestoreRow { std::string id; };
struct AddStroke { std::string id; Stroke stroke; }; // of a signature
struct ClearSignature { std::string id; };
struct SetAnswer { std::string id; core::Answer value; }; // choices, yes/no, consents
struct TypeText { std::string utf8; };      // from a physical keyboard or a composed text: goes to the focus
struct PressKey { std::string key; };       // on-screen keyboard: "a", "7", "backspace", "space", "enter", "shift"
struct SetLayout { KeyboardView::Layout layout = KeyboardView::Layout::Pinyin; };
struct PickCandidate { std::size_t index = 0; };
struct TurnPage { int by = 1; };            // of candidates
struct ChooseTab { StaffTab tab = StaffTab::Counts; };
struct AskUndo { std::string id; };         // first touch asks, ConfirmUndo does
struct ConfirmUndo { std::string id; };
struct DoOverride { std::string reason_id; };
struct ChooseEvent { std::string id; };
struct ChooseCheckpoint { std::string id; };
struct ChooseCamera { std::string id; };
struct LeaveStaff {};
struct FinishForm {}; // of a walk-in: what is left is optional and stays unanswered
struct ReleaseQuarantine {};
struct StartInterview { std::string offer; };
struct OpenResponse { std::string id; };
struct JumpToStep { std::string id; };
struct JumpToField { std::string id; };
struct ChooseLeadState { std::string id; };
struct ChooseLeadType { std::string id; };
struct OpenLead { std::string id; };
struct ChangeLead {};
struct AddLead {};
struct ScannedText { std::string text; std::string source; }; // keyboard-wedge, serial, camera: the raw code
} // namespace intent

using Intent = std::variant<intent::ToggleLanguage, intent::Back, intent::Touched, intent::OpenSearch,
                            intent::OpenWalkIn, intent::OpenStaff, intent::Confirm, intent::NotMe, intent::CallStaff,
                            intent::PrintBadge, intent::PickRow, intent::FocusField, intent::SetAnswer,
                            intent::TypeText, intent::PressKey, intent::SetLayout, intent::PickCandidate,
                            intent::TurnPage, intent::ChooseTab, intent::AskUndo, intent::ConfirmUndo,
                            intent::DoOverride, intent::ChooseEvent, intent::ChooseCheckpoint, intent::ChooseCamera,
                            intent::LeaveStaff, intent::FinishForm, intent::ScannedText, intent::FocusCell, intent::SetCell,
                            intent::StepCell, intent::AddRow, intent::RemoveRow, intent::RestoreRow, intent::AddStroke,
                            intent::ClearSignature, intent::ReleaseQuarantine, intent::StartInterview,
                            intent::OpenResponse, intent::JumpToStep, intent::JumpToField, intent::ChooseLeadState,
                            intent::ChooseLeadType, intent::OpenLead, intent::ChangeLead, intent::AddLead,
                            intent::OpenMeetings, intent::Meet, intent::PickPerson, intent::SearchPeople, intent::LetThemScan,
                            intent::AnswerMeeting, intent::ArriveAtMeeting, intent::MoveMeeting, intent::CancelMeeting,
                            intent::KeepMeeting, intent::PickSlot, intent::OpenUnits, intent::ChooseUnit, intent::PrintSlip,
                            intent::ChooseUnitKind, intent::OpenBooking, intent::TouchCell, intent::BeginMove,
                            intent::PlaceBooking, intent::StartBooking, intent::FinishBooking, intent::EditOutcome,
                            intent::CancelBooking, intent::BookHere, intent::BlockSlot, intent::PrintPlan,
                            intent::OpenSession, intent::ShowSessionPart, intent::ActOnSession, intent::RevokeInvitation,
                            intent::InviteScanned, intent::NewSession, intent::FindGuest, intent::AddSeats,
                            intent::StepSeats, intent::RemoveSeats>;

// ---- live preview: the one thing that does not travel in the View ----

struct PreviewFrame {
    int width = 0;
    int height = 0;
    std::vector<std::uint8_t> rgb; // width × height × 3, not mirrored; the window mirrors
    std::vector<std::array<Point, 4>> codes; // outlines found in this very frame
    std::uint64_t number = 0;
};

// Threads: `newest` is called by the render thread and never blocks; it answers the newest frame or null.
class PreviewSource {
public:
    virtual ~PreviewSource() = default;
    virtual std::shared_ptr<const PreviewFrame> newest() = 0;
};

} // namespace kiosk::app
