// SPDX-License-Identifier: Apache-2.0
#pragma once
// The application without its window: what the person at the door meets, as a state machine. Purpose: intents and
// codes in, an immutable View out; every decision is the check-in service's, every moment is the clock port's.
// Ownership: borrows its ports, which must outlive it; owns its screens. Threads: one (app_thread.hpp gives it one);
// a View may be read anywhere. Failure: what can't be saved leads to the out-of-order screen and keeps its key for the
// next try. Nothing is shown as admitted before the commit has returned.
#include "app/check_in.hpp"
#include "app/deck.hpp"
#include "app/event_settings.hpp"
#include "app/pin_gate.hpp"
#include "app/screens.hpp"
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

    // flow_form.cpp: open questions, walk-in
    void on(const intent::OpenWalkIn&);
    void on(const intent::FocusField& focus);
    void on(const intent::SetAnswer& answer);
    void ask(Pending pending, FormState form, const core::Decision& decision);
    std::optional<FormField> field_for_question(std::string_view id) const;
    FormField field_for_consent(std::string_view id, bool required) const;
    FormState walk_in_form() const;
    void show_form(Pending pending, FormState form);
    void focus_field(std::string id);
    void next_in_form();
    void finish_form();

    // flow_text.cpp: keys
    void on(const intent::TypeText& typed);
    void on(const intent::PressKey& pressed);
    void on(const intent::SetLayout& wanted);
    void on(const intent::PickCandidate& picked);
    void on(const intent::TurnPage& turned);
    void after_key(TextEntry::Effect effect);
    void take_entry(); // what was typed goes where it belongs
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
    void press_pin(std::string_view key);
    void submit_pin();
    void load_staff();
    core::Status load_counts(StaffView& data);
    core::Status load_recent(StaffView& data);
    void load_override(StaffView& data);
    void load_setup(StaffView& data);
    void load_system(StaffView& data);
    ScanRow row_of(const core::StoredScan& scan);
    void tell_staff(Message notice);

    // build_view.cpp
    Header header() const;
    SyncView sync() const;
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
    bool m_hub_reachable = false;
    std::optional<core::JournalStatus> m_status;
    bool m_status_stale = true;
    std::int64_t m_status_read_ms = 0;

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
