// SPDX-License-Identifier: Apache-2.0
#pragma once
// What the application asks of the machine around it, and what it hears from there. Purpose: the ports that main/
// wires up: devices, staff PINs, the event type's plugin. Ownership: the application borrows all of them. Threads: all
// calls come from the application thread and must not block it for longer than a second (the PIN hash is the longest).
// Failure: an answer says no; the application tells the person what to do instead.
#include "app/lease_office.hpp"
#include "app/view.hpp"
#include "core/forms.hpp"
#include "core/ports.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace kiosk::app {

struct DeckChoice {
    std::string id;
    LocalText label;
    bool chosen = false;
};

struct BadgeRequest {
    std::string registration; // uid, empty for a ticket that the roster does not hold
    std::string ticket;
    std::string name;
    std::string organisation;
};

// What a slip of the business area says; texts are as they are shown.
struct SlipRequest {
    std::string booking; // uid
    LocalText event, table, date;
    std::string time, until;
    std::string who, with;
    LocalText purpose;
    std::string topic;
    LocalText rule; // what happens when one is late
    core::Language language = core::Language::Chinese;
};

enum class StaffCall : std::uint8_t { Attendee = 1, OutOfOrder };

// The machine around the application.
class Deck {
public:
    virtual ~Deck() = default;

    virtual std::vector<DeckChoice> cameras() = 0;
    virtual core::Status choose_camera(std::string_view id) = 0;
    virtual std::vector<DeckChoice> events() = 0;
    // Another event is another database: main/ closes this application and opens one for that event. The answer only
    // says whether that has begun.
    virtual core::Status choose_event(std::string_view id) = 0;
    virtual void checkpoint_chosen(std::string_view id) = 0; // to be remembered for the next start

    virtual core::Status print_badge(const BadgeRequest& badge) = 0; // queued, not printed, when it returns
    // Slips of the business area and the day's plan of its tables; queued, not printed, when they return. What came of it
    // is told as notice::Printed. A plan may be kept as a file where nothing prints.
    virtual bool can_print_slips() { return false; }
    virtual bool can_print_plan() { return can_print_slips(); }
    virtual core::Status print_slip(const SlipRequest&) { return core::fail(core::ErrorCode::Unavailable, "error.no_printer"); }
    virtual core::Status print_plan() { return core::fail(core::ErrorCode::Unavailable, "error.no_printer"); }

    // Asks the hub for leases; what it answered comes as notice::LeasesAnswered. Unavailable: this kiosk has no hub.
    virtual core::Status ask_leases(LeaseAsk) { return core::fail(core::ErrorCode::Unavailable, "error.no_hub"); }

    // Has somebody been told? False where nothing can be reached: then the screen asks people to walk over.
    virtual bool call_staff(StaffCall why) = 0;

    // Is this text a hub's enrolment code? A person's code never is.
    virtual bool is_hub_code(std::string_view text) = 0;
    // Begins to enrol this kiosk there; what comes of it is told as notice::Enrolment.
    virtual core::Status enrol(std::string_view code) = 0;

    // Lines for the staff's system page beside the journal's own: backup, plugin, storage, scanner.
    virtual std::vector<std::pair<LocalText, std::string>> system_info() = 0;
    // The same for what is said in sentences.
    virtual std::vector<std::pair<LocalText, LocalText>> system_sentences() { return {}; }
};

// Checks PINs and keeps the count of wrong ones outside, so that switching off and on does not give five new attempts.
class PinVerifier {
public:
    virtual ~PinVerifier() = default;
    virtual bool matches(std::string_view pin_hash, std::string_view pin) = 0;
    virtual int failures() = 0;
    virtual void set_failures(int count) = 0;
};

// The event type's plugin and its add-ons, as far as screens are concerned. A plugin that can't answer answers nothing.
class EventPlugins {
public:
    virtual ~EventPlugins() = default;
    // `registration` is null for a signed ticket that the roster does not hold.
    virtual std::vector<LocalText> welcome(const core::EventConfig& config, const core::Registration* registration,
                                           core::Instant now) = 0;
    // What all of them ask of a registrant, as one form (core::merge_forms). Own fields that are asked at check-in are
    // asked where a verdict names them.
    virtual core::Form registration_form(const core::EventConfig& config) = 0;
    // For staff: what can be filled in, and each as a form. Unavailable where the plugin can't say it now.
    virtual std::vector<core::QuestionnaireInfo> questionnaires() = 0;
    virtual core::Result<core::Form> questionnaire(const core::EventConfig& config,
                                                   const core::QuestionnaireInfo& which) = 0;
    // What types alone can't say. `which` is null for the registration form.
    virtual core::Validation validate(const core::EventConfig& config, const core::QuestionnaireInfo* which,
                                      const core::Answers& answers) = 0;
    // Names of plugins that are not asked any more because they failed; staff may try them again.
    virtual std::vector<LocalText> in_quarantine() = 0;
    virtual void release_quarantine() = 0;
};

// What the machine tells the application.
namespace notice {
struct ScannerChanged {
    ScannerState state = ScannerState::Off;
};
// What stands between this kiosk and its hub.
enum class HubTrouble : std::uint8_t {
    None = 1,
    NotEnrolled,
    Unreachable,   // nobody answers
    Portal,        // a log-in page answers in its place
    OtherKey,      // whoever answers has another certificate than the hub
    Revoked,       // the hub does not take this kiosk any more
    Cloned,        // two machines use this name
    HubFails,      // the hub says that it can't
    OtherVersion,  // the hub does not understand this kiosk
    StoreFails,    // this kiosk's own journal can't be read for it
};
struct HubChanged {
    bool reachable = false;
    bool configured = true; // this kiosk has a hub
    HubTrouble trouble = HubTrouble::None;
    std::optional<core::Instant> since{}; // when the trouble began
};
struct Enrolment {
    enum class Step : std::uint8_t { Done = 1, Failed } step = Step::Failed;
    Message text;
    std::string hub; // id, where it is done
};
// All duplicate entries that are known and open now.
struct DuplicatesFound {
    struct Entry {
        core::Instant at;
        std::string device;
    };
    struct Item {
        std::string ticket;
        std::string registration; // uid, or empty
        std::string checkpoint;
        std::vector<Entry> entries;
    };
    std::vector<Item> items;
};
// What came of Deck::ask_leases; an error where the hub did not answer.
struct LeasesAnswered {
    LeaseAsk ask;
    core::Result<LeaseReply> reply;
};
// What became of a slip or of the day's plan; a later one about the same thing goes before an earlier one.
struct Printed {
    enum class What : std::uint8_t { Slip = 1, Plan } what = What::Slip;
    enum class Outcome : std::uint8_t {
        Sent = 1, // the printer has taken it
        Done,     // it is on paper
        Waits,    // the printer has taken it and can't go on: `why`
        Kept,     // nothing prints here: it is the file `where`
        Failed,   // `why`; what should have been printed is kept as the file `where`, unless that is empty
    } outcome = Outcome::Failed;
    std::string why; // a key of the text catalogue
    std::string where{};
};
struct ConfigChanged {}; // the event's documents are others now: read them again
struct DataChanged {};   // people or scans arrived from elsewhere
struct DevicesChanged {}; // cameras, events or system lines are others now
} // namespace notice

using Notice = std::variant<notice::ScannerChanged, notice::HubChanged, notice::ConfigChanged, notice::DataChanged,
                            notice::DevicesChanged, notice::Enrolment, notice::DuplicatesFound, notice::LeasesAnswered,
                            notice::Printed>;

} // namespace kiosk::app
