// SPDX-License-Identifier: Apache-2.0
#pragma once
// What the window shows and what it may say back. Purpose: the whole contract between the application thread and the
// render thread: an immutable View out, Intents in. No ImGui here, no logic in ui/. Ownership: a View is handed over as
// shared_ptr<const View> and never changes. Threads: made on the application thread, read on the render thread.
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

using core::LocalText;
using core::Message;

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
    enum class State : std::uint8_t { LocalOnly = 1, Replicated, Behind, Offline } state = State::LocalOnly;
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

struct FieldView {
    std::string id;
    FieldKind kind = FieldKind::Text;
    LocalText label;
    LocalText help;
    bool required = false;
    std::vector<core::QuestionOption> options;
    std::vector<core::QuestionColumn> columns; // of a list or contact
    core::Answer value;   // text as typed, chosen ids, yes/no, rows
    bool answered = false;
    Message problem;      // empty where there is none; says what to do
};

struct IdleView {
    bool can_search = true;
    bool can_walk_in = true;
    std::size_t slide = 0; // 0 is the invitation; others take turns (assets/themes and event data)
    std::vector<LocalText> slide_lines;
};

struct ConfirmView {
    std::string masked_name; // 王*雨
    std::string phone_tail;  // 5678, may be empty
    std::string masked_organisation;
};

// A page of questions, consents or the walk-in form: all are drawn alike.
struct FormView {
    Message title;
    Message hint;
    std::size_t page = 1;
    std::size_t pages = 1;
    std::vector<FieldView> fields;
    std::string focus; // id of the field that receives keys, or empty
    bool can_go_back = false;
    Message next_label; // the main action's word
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
    std::optional<AgendaLine> now;
    std::optional<AgendaLine> next;
    bool can_print_badge = false;
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
    std::string checkpoint;
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

enum class StaffTab : std::uint8_t { Counts = 1, Recent, Override, Setup, System };

struct CountRow {
    LocalText checkpoint;
    std::int64_t admitted = 0, inside = 0, repeats = 0, refused = 0;
    std::optional<std::int64_t> capacity;
};

struct StaffView {
    StaffTab tab = StaffTab::Counts;
    std::string staff_name;
    std::int64_t registered = 0;
    std::vector<CountRow> counts;
    std::vector<ScanRow> recent;
    std::optional<ScanRow> override_target; // the last scan that was not admitted
    std::vector<ChoiceRow> override_reasons;
    std::vector<ChoiceRow> events;
    std::vector<ChoiceRow> checkpoints;
    std::vector<ChoiceRow> cameras;
    std::vector<std::pair<LocalText, std::string>> system; // device, journal, backup, plugin, storage
    Message notice; // what just happened: "undone"
    std::optional<std::string> asks_undo; // id of the row that waits for a second touch
};

struct OutOfOrderView {
    Message what;  // what happened
    Message told;  // who has been told
    Message next;  // where to go now
    std::string technical; // for staff, small
};

using Body = std::variant<IdleView, ConfirmView, FormView, ResultView, SearchView, SecondFactorView, StaffPinView,
                          StaffView, OutOfOrderView>;

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
struct FocusField { std::string id; };
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
struct ScannedText { std::string text; std::string source; }; // keyboard-wedge, serial, camera: the raw code
} // namespace intent

using Intent = std::variant<intent::ToggleLanguage, intent::Back, intent::Touched, intent::OpenSearch,
                            intent::OpenWalkIn, intent::OpenStaff, intent::Confirm, intent::NotMe, intent::CallStaff,
                            intent::PrintBadge, intent::PickRow, intent::FocusField, intent::SetAnswer,
                            intent::TypeText, intent::PressKey, intent::SetLayout, intent::PickCandidate,
                            intent::TurnPage, intent::ChooseTab, intent::AskUndo, intent::ConfirmUndo,
                            intent::DoOverride, intent::ChooseEvent, intent::ChooseCheckpoint, intent::ChooseCamera,
                            intent::LeaveStaff, intent::ScannedText>;

// ---- live preview: the one thing that does not travel in the View ----

struct Point {
    float x = 0, y = 0; // 0…1 of the frame
};

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
