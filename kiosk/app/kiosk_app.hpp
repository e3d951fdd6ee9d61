// SPDX-License-Identifier: Apache-2.0
#pragma once
// The application without its window: what the person at the door meets, as a state machine. Purpose: intents and
// codes in, an immutable View out; every decision is the check-in service's, every moment is the clock port's.
// Ownership: borrows its ports, which must outlive it; owns its screens. Threads: one (app_thread.hpp gives it one);
// a View may be read anywhere. Failure: what can't be saved leads to the out-of-order screen and keeps its key for the
// next try. Nothing is shown as admitted before the commit has returned.
#include "app/booking_desk.hpp"
#include "app/check_in.hpp"
#include "app/deck.hpp"
#include "app/event_settings.hpp"
#include "app/pin_gate.hpp"
#include "app/screens.hpp"
#include "app/session_desk.hpp"
#include "app/settings.hpp"
#include "app/text_entry.hpp"
#include "app/view.hpp"

#include <cstdint>
#include <deque>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace kiosk::app {

struct Ports {
    CheckIn* check_in = nullptr;
    core::Store* store = nullptr;
    const core::Clock* clock = nullptr;
    core::Random* random = nullptr;
    const core::Catalogue* catalogue = nullptr;
    Deck* deck = nullptr;
    PinVerifier* pins = nullptr;
    TextComposer* composer = nullptr; // may be null: no pinyin
    EventPlugins* plugins = nullptr; // may be null: no plugin
    BookingDesk* bookings = nullptr; // may be null: nothing can be booked here
    SessionDesk* sessions = nullptr; // may be null: staff see nothing of sessions behind closed doors
};

class KioskApp {
public:
    KioskApp(Ports ports, Settings settings);

    void handle(const Intent& intent);
    void hear(const Notice& notice);
    void tick(); // does what is due; call it at next_deadline_ms() at the latest

    std::shared_ptr<const View> view(); // the same object as long as nothing changed
    static constexpr std::int64_t never = std::numeric_limits<std::int64_t>::max();
    std::int64_t next_deadline_ms() const; // on the boot clock

private:
    struct WaitingScan {
        std::string code;
        std::int64_t arrived_ms = 0;
    };

    // kiosk_app.cpp: screens, timers, plain intents
    void show(Screen screen);
    void go_idle(); // or where one goes instead: back to staff, or out of order
    void time_out();
    void touched();
    void say(Message notice);
    void play(Cue cue);
    void changed() { m_changed = true; }
    std::int64_t screen_timeout_ms() const;
    // What a view shows of the time; when one of them is another, it is time for another view.
    std::optional<std::int64_t> countdown_s() const;
    std::int64_t pin_lock_s() const;
    std::int64_t minute_number() const;
    std::int64_t now_ms() const { return m_ports.clock->boot_ms(); }
    template <typename T> T* on_screen() { return std::get_if<T>(&m_screen); }
    template <typename T> const T* on_screen() const { return std::get_if<T>(&m_screen); }
    const core::EventConfig& config() const { return *m_config; }
    void read_config();
    void refresh_status();
    void tick_idle();
    void tick_staff();

    void on(const intent::ToggleLanguage&);
    void on(const intent::Back&);
    void on(const intent::Touched&) {}
    void on(const intent::Confirm&);
    void on(const intent::NotMe&);
    void on(const intent::CallStaff&);
    void on(const intent::PrintBadge&);

    // flow_scan.cpp
    void on(const intent::ScannedText& scanned);
    bool ready_for(const WaitingScan& scan) const;
    std::int64_t ready_at_ms(const WaitingScan& scan) const;
    bool busy_with_somebody() const;
    bool is_of_this_person(const std::string& code) const;
    void start_waiting();
    void start_scan(const std::string& code);
    Attempt new_attempt(std::string code, std::string method);
    void run(Attempt attempt, bool may_confirm);
    bool door_wants_nda() const;
    void commit(Pending pending, FormState form = {});
    void commit_attempt(Attempt attempt, FormState form);
    void commit_walk_in(WalkInRequest request, FormState form);
    void show_decision(const core::Decision& decision, Pending pending);
    void show_result(ResultView view, BadgeRequest badge = {});
    void out_of_order(core::Error error, std::optional<Pending> unsaved);
    void retry();

    // flow_form.cpp: fields of whatever form is on the screen
    void on(const intent::FocusField& focus);
    void on(const intent::FocusCell& focus);
    void on(const intent::SetAnswer& answer);
    void on(const intent::SetCell& cell);
    void on(const intent::StepCell& step);
    void on(const intent::AddRow& row);
    void on(const intent::RemoveRow& row);
    void on(const intent::RestoreRow& row);
    void on(const intent::AddStroke& stroke);
    void on(const intent::ClearSignature& field);
    FormPart* form_part(); // null where no form is on, or none that may be changed
    const FormPart* form_part() const;
    bool is_on_page(std::string_view id);
    void after_answer(bool taken);
    void focus_on(Focus focus);
    void enter_in_form();
    void next_in_form();
    // Asks the event type's plugin; marks what it finds wrong up to this page and fills in what it offers ahead.
    bool passes_plugin(FormState& form, const core::QuestionnaireInfo* which) const;

    // flow_questions.cpp: open questions, walk-in
    void on(const intent::OpenWalkIn&);
    void ask(Pending pending, FormState form, const core::Decision& decision);
    FormField field_of(const core::FormField& declared) const;
    std::optional<FormField> field_for_question(std::string_view id) const;
    FormField field_for_consent(std::string_view id, bool required) const;
    FormField field_for_person(std::string_view name, core::QuestionType type, bool required, std::size_t characters) const;
    FormState walk_in_form() const;
    void add_person_pages(FormState& form) const;
    void add_declared_pages(FormState& form, const core::Form& declared, bool with_person) const;
    void add_event_questions(FormState& form) const;
    void show_form(Pending pending, FormState form);
    void next_question();
    void finish_form();

    // flow_interview.cpp: questionnaires
    void on(const intent::StartInterview& start);
    void on(const intent::OpenResponse& open);
    void on(const intent::JumpToStep& jump);
    void on(const intent::JumpToField& jump);
    core::Status load_interviews(StaffView& data);
    core::Result<core::Form> form_of(const core::QuestionnaireInfo& questionnaire, bool* pinned);
    FormState interview_form(const core::Form& declared) const;
    void show_interview(screen::Interview interview);
    void next_in_interview();
    void back_in_interview();
    void finish_interview();
    core::Response response_now(const screen::Interview& interview, core::ResponseStatus status) const;
    core::Status save_interview(core::ResponseStatus status);
    bool keep_draft(); // says what went wrong where it couldn't be saved
    void take_respondent(const std::string& code);
    FormView interview_view(const screen::Interview& interview) const;
    InterviewEndView interview_end_view(const screen::Interview& interview) const;

    // flow_leads.cpp
    void on(const intent::ChooseLeadState& chosen);
    void on(const intent::ChooseLeadType& chosen);
    void on(const intent::OpenLead& open);
    void on(const intent::ChangeLead&);
    void on(const intent::AddLead&);
    core::Status load_leads(StaffView& data);
    LeadRow row_of(const core::Lead& lead) const;
    std::string staff_name(std::string_view id) const;
    std::string today() const; // "2026-11-20", where the event is
    void show_lead_form(core::Lead lead, bool is_new);
    void next_in_lead();

    // flow_booking.cpp: the business area, for whoever scanned
    void on(const intent::OpenMeetings&);
    void on(const intent::Meet&);
    void on(const intent::PickPerson& picked);
    void on(const intent::SearchPeople&);
    void on(const intent::LetThemScan&);
    void on(const intent::AnswerMeeting& answer);
    void on(const intent::ArriveAtMeeting& arrive);
    void on(const intent::MoveMeeting& move);
    void on(const intent::CancelMeeting& cancel);
    void on(const intent::KeepMeeting&);
    void on(const intent::PickSlot& picked);
    void on(const intent::OpenUnits&);
    void on(const intent::ChooseUnit& chosen);
    void on(const intent::PrintSlip&);
    bool has_meetings() const; // something can be booked at this event, on this kiosk
    bool lets_share(const core::Registration& registration);
    std::vector<std::string> people_inside();
    std::optional<core::Registration> known_by(const std::string& code, Message& problem);
    void take_meeting_code(const std::string& code);
    void begin_visit(const core::Registration& registration, std::string code = {});
    void show_meeting_home(std::string asks_cancel = {});
    void show_invitations(Message said);
    // flow_booking_wish.cpp
    void show_people();
    void choose_other(const std::string& ticket, bool here);
    void show_slots(bool choosing_unit = false);
    void show_meeting_form();
    void next_in_meeting();
    void back_in_meeting();
    bool meeting_is_awaited() const; // an answer is due any moment: touches mean nothing
    FormView meeting_form_view(const screen::MeetingForm& state) const;
    void add_meetings_to(ResultView& view, const std::string& ticket);

    // flow_booking_result.cpp: what came of it, and the leases behind
    void after_booking(const core::Result<BookingResult>& result);
    void show_slip(MeetingSlipPage::State state, core::BookingReason reason, const std::string& booking);
    void await_answer(const std::string& booking);
    void settle(const std::string& booking, const BookingResult& result);
    void tick_bookings();
    std::int64_t bookings_due_ms() const;
    bool is_asked(const std::string& booking) const;
    void look_at_watched();
    void ask_hub(const LeaseAsk& ask);
    void hear_of(const notice::LeasesAnswered& answered);
    void hear_of(const notice::Printed& printed);
    MeetingLine meeting_line(const core::Booking& booking, const std::string& ticket);
    core::Person shown_person(const core::Registration& other, bool both_share) const;
    std::optional<core::Registration> registration_of(const std::string& ticket);

    // flow_board.cpp, flow_board_acts.cpp: the staff's board
    void on(const intent::ChooseUnitKind& chosen);
    void on(const intent::OpenBooking& open);
    void on(const intent::TouchCell& cell);
    void on(const intent::BeginMove& begin);
    void on(const intent::PlaceBooking& place);
    void on(const intent::StartBooking& start);
    void on(const intent::FinishBooking& finish);
    void on(const intent::EditOutcome& edit);
    void on(const intent::CancelBooking& cancel);
    void on(const intent::BookHere&);
    void on(const intent::BlockSlot& block);
    void on(const intent::PrintPlan&);
    bool on_board() const;
    core::Status load_board(StaffView& data);
    bool take_board_code(const std::string& code);
    void tell_board(const core::Result<BookingResult>& result, std::string_view done);
    void settle_notice(const std::vector<core::Booking>& bookings);
    Message board_refusal(core::BookingReason reason) const;
    void next_in_outcome();

    // flow_sessions.cpp: sessions behind closed doors
    void on(const intent::OpenSession& open);
    void on(const intent::ShowSessionPart& part);
    void on(const intent::ActOnSession& wanted);
    void on(const intent::RevokeInvitation& revoke);
    void on(const intent::InviteScanned& answer);
    void on(const intent::StepSeats& step);
    void on(const intent::RemoveSeats& remove);
    const core::Session* session_of_door() const; // null: the door is no closed session's
    std::optional<DoorSession> door_session() const;
    bool has_sessions() const;
    bool sees_sessions() const; // whoever is logged in may know what they are about
    bool on_session() const;    // one is open
    core::Status load_sessions(StaffView& data);
    SessionRow row_of(const core::Session& session) const;
    SessionDetail detail_of(const SessionDetails& known);
    void take_session_code(const std::string& code);
    void tell_session(const core::Result<SessionResult>& result, std::string_view done);
    bool asks_first(core::SessionAct act); // the first touch only asks
    void ask_to_invite(const core::Registration& registration);
    std::vector<MeetingLine> invitations_for(const std::string& ticket); // that wait for an answer
    void answer_invitation(const std::string& session, bool accept);
    void read_nda(screen::Form& form) const;
    FormField nda_signature() const;
    // flow_session_forms.cpp: words about one
    void show_session_form(core::SessionAct act);
    void next_in_session_form();
    FormView session_form_view(const screen::SessionForm& state, FormView view) const;
    // flow_session_setup.cpp: the form of a session itself
    void on(const intent::NewSession&);
    void show_setup_form(const std::string& session);
    void next_in_setup();
    void save_setup();
    FormView setup_view(const screen::SessionForm& state, FormView view) const;
    core::PrivateSession details_before(const std::string& session) const; // as they stand; of a new one empty
    LocalText usual_agreement() const;
    // flow_session_pick.cpp: people and organisations that are looked up for it
    void on(const intent::FindGuest&);
    void on(const intent::AddSeats&);
    void look_up(const std::string& field);
    void show_pick(screen::SessionPick pick);
    void update_pick(screen::Search& search, const std::string& typed);
    void pick_row(std::size_t row);
    void picked(screen::SessionPick pick, const std::string& id);
    void take_picked_code(const std::string& code);
    void back_from_pick();
    SearchView pick_view(const screen::Search& search, SearchView view) const;

    // flow_text.cpp: keys
    void on(const intent::TypeText& typed);
    void on(const intent::PressKey& pressed);
    void on(const intent::SetLayout& wanted);
    void on(const intent::PickCandidate& picked);
    void on(const intent::TurnPage& turned);
    void after_key(TextEntry::Effect effect);
    void take_entry(); // what was typed goes where it belongs
    void store_entry(FormPart& part);
    TextEntry::Layout writing_layout() const;

    // flow_search.cpp
    void on(const intent::OpenSearch&);
    void on(const intent::PickRow& picked);
    void update_search();
    void submit_factor();
    bool too_many_factors(const std::string& registration);

    // flow_staff.cpp
    void on(const intent::OpenStaff&);
    void on(const intent::ChooseTab& chosen);
    void on(const intent::AskUndo& asked);
    void on(const intent::ConfirmUndo& confirmed);
    void on(const intent::DoOverride& wanted);
    void on(const intent::ChooseEvent& chosen);
    void on(const intent::ChooseCheckpoint& chosen);
    void on(const intent::ChooseCamera& chosen);
    void on(const intent::LeaveStaff&);
    void on(const intent::FinishForm&);
    void on(const intent::ReleaseQuarantine&);
    void press_pin(std::string_view key);
    void submit_pin();
    void load_staff();
    core::Status load_counts(StaffView& data);
    core::Status load_recent(StaffView& data);
    void load_override(StaffView& data);
    void load_setup(StaffView& data);
    void load_system(StaffView& data);
    ScanRow row_of(const core::StoredScan& scan);
    LocalText door_name(const std::string& id) const; // the id, where it has no name
    void tell_staff(Message notice);

    // flow_hub.cpp
    void hear_of(const notice::HubChanged& hub);
    void hear_of(const notice::Enrolment& enrolment);
    void take_hub_code(const std::string& text);
    void load_duplicates(StaffView& data);
    SyncView sync() const;
    Message hub_advice() const; // what staff can do; empty: nothing

    // build_view.cpp
    Header header() const;
    Body body() const;
    std::optional<KeyboardView> keyboard() const;

    Ports m_ports;
    Settings m_settings;
    PinGate m_pin_gate;
    TextEntry m_entry;
    std::shared_ptr<const core::EventConfig> m_config;
    EventSettings m_event_settings;
    std::string m_checkpoint;
    core::Language m_language;

    Screen m_screen = screen::Idle{};
    std::optional<StaffSession> m_staff;
    std::optional<MeetingVisit> m_visit;
    std::optional<screen::OutOfOrder> m_out_of_order; // a condition: it stays until a commit returns or staff end it
    std::optional<Pending> m_unsaved;                 // keeps its key for the next try
    std::int64_t m_unsaved_ms = 0;
    std::optional<NotAdmitted> m_not_admitted;

    std::deque<WaitingScan> m_waiting;
    std::string m_last_code;
    std::int64_t m_last_code_ms = 0;
    std::int64_t m_last_touch_ms = 0;

    struct Failures {
        int count = 0;
        std::int64_t last_ms = 0;
    };
    std::map<std::string, Failures> m_wrong_factors; // by registration

    std::int64_t m_reset_at_ms = never;
    Message m_notice;
    std::int64_t m_notice_until_ms = never;
    ScannerState m_scanner = ScannerState::Off;
    notice::HubChanged m_hub;
    std::vector<notice::DuplicatesFound::Item> m_duplicates;
    std::string m_enrolling_staff; // who showed the hub's code
    std::optional<core::JournalStatus> m_status;
    bool m_status_stale = true;
    std::int64_t m_status_read_ms = 0;

    std::vector<std::string> m_arrived;            // tickets that were scanned here since leases were asked for
    std::map<std::string, std::int64_t> m_asked;   // what the hub was asked for and has not answered, by booking; since when
    std::int64_t m_bookings_due_ms = 0;
    std::int64_t m_bookings_done_ms = 0;

    Cue m_cue = Cue::None;
    std::uint64_t m_cue_number = 0;
    bool m_changed = true;
    std::int64_t m_shown_minute = -1;
    std::optional<std::int64_t> m_shown_countdown_s;
    std::int64_t m_shown_lock_s = 0;
    std::vector<Slide> m_slides;
    std::uint64_t m_revision = 0;
    std::shared_ptr<const View> m_view;
};

} // namespace kiosk::app
