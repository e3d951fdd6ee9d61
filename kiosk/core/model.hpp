// SPDX-License-Identifier: Apache-2.0
#pragma once
// The things the software is about, as plain values: event, people, tickets, doors, questions. Shapes only; what may
// be done with them is in admission.hpp and questions.hpp. Ownership: values. Threads: any (immutable once shared).
#include "core/time.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace kiosk::core {

enum class Language : std::uint8_t { Chinese = 1, English };

struct LocalText {
    std::string zh;
    std::string en;
    // The text in that language; the other one where it is missing.
    const std::string& in(Language language) const {
        const auto& wanted = language == Language::Chinese ? zh : en;
        return wanted.empty() ? (language == Language::Chinese ? en : zh) : wanted;
    }
};

struct AgendaItem {
    std::string kind; // domain.md §2: checkin, opening, talk, break, …
    LocalText title;
    LocalText room;
    Instant starts;
    Instant ends;
};

struct Event {
    std::string code;
    std::string type;
    std::vector<std::string> addons;
    LocalText title;
    LocalText venue;
    Instant starts;
    std::optional<Instant> ends;
    std::optional<Instant> admission;
    TimeZone timezone = TimeZone::utc();
    std::optional<std::int64_t> capacity; // people inside; of every door without a capacity of its own
    bool closed = false;
    std::vector<AgendaItem> agenda;
    std::vector<std::string> required_consents; // of settings: consents without which nobody is admitted
    std::string settings; // JSON object, for the event type's plugin
};

struct TicketType {
    std::string id;
    LocalText name;
};

enum class SessionState : std::uint8_t { Draft = 1, Submitted, Approved, Rejected, Locked };

enum class Confidentiality : std::uint8_t { Internal = 1, Confidential, Strict };

// Whether a session is behind closed doors decides what may be said of it: of one that is, the configuration document
// holds the public part only, and the rest comes with closed_sessions.hpp to the devices that need it.
struct Session {
    std::string id;
    std::string kind; // plenary, track, closed_door, class, exam, panel, ceremony
    LocalText title;  // of a closed one: private
    LocalText public_title;
    LocalText room;
    std::optional<Instant> starts;
    std::optional<Instant> ends;
    std::optional<std::int64_t> capacity; // the maximum
    std::optional<std::int64_t> minimum;  // fewer people and the quorum light stays amber
    bool nda = false;
    SessionState state = SessionState::Draft; // of a closed one: what its acts make (closed_sessions.hpp)
    bool cancelled = false;                   // of a closed one: by its acts
    bool is_closed_door() const { return kind == "closed_door"; }
    const LocalText& shown_title() const { return is_closed_door() ? public_title : title; }
};

// A time at which a unit can be had. Slots of one unit do not overlap.
struct Slot {
    std::string id;
    Instant starts;
    Instant ends;
    bool blocked = false; // a break, or kept free by staff
};

// Something of the business area that can be booked for a slot: a table, a room, an expert's desk, a booth.
struct BookableUnit {
    std::string id;
    std::string kind = "table"; // table, room, expert_desk, exam_seat, booth
    LocalText label;            // empty: the id
    std::int64_t seats = 2;
    std::string owner_org; // an exhibitor's table: named as its people write it; empty: anybody's
    std::string host;      // ticket of whoever sits there all day; may be empty
    std::string kiosk;     // device next to it, which gets the most of its slots; empty: any
    std::vector<Slot> slots;

    const Slot* slot(std::string_view id) const;
};

enum class Scope : std::uint8_t { Event = 1, Day, Session };

struct Checkpoint {
    std::string id;
    LocalText name;
    Scope scope = Scope::Event;
    std::optional<std::string> session;
    std::optional<std::vector<std::string>> ticket_types; // nullopt allows all, empty allows none
    bool allow_reentry = false;
    bool allow_multiple = false;
    bool include_unpaid = false;
    std::optional<std::int64_t> capacity; // people inside at the same time
    bool closed = false;
    std::string rules; // JsonLogic as JSON; empty, "null" and "{}" are no rule
};

enum class RegistrationStatus : std::uint8_t { Confirmed = 1, Unpaid, Pending, Waitlist, Cancelled };
enum class RegistrationSource : std::uint8_t { Import = 1, WalkIn, Invite, Staff };

struct Person {
    std::string name;
    std::string phone;
    std::string email;
    std::string organisation;
    std::string title;
};

// A table as filled in: column id → what was typed. A contact is one row with the columns name, title, phone, email.
using AnswerRow = std::map<std::string, std::string>;
using AnswerRows = std::vector<AnswerRow>;

// As typed or chosen: a text, option ids (multiple), a yes/no, or rows (list, contact).
using Answer = std::variant<std::string, std::vector<std::string>, bool, AnswerRows>;
using Answers = std::map<std::string, Answer>;
using Consents = std::map<std::string, bool>; // privacy, share, media, nda, …

struct Registration {
    std::string uid; // UUIDv7; the opaque id under which the journal speaks of this person
    std::string ticket;
    std::string ticket_type;
    std::optional<std::string> variation;
    RegistrationStatus status = RegistrationStatus::Confirmed;
    RegistrationSource source = RegistrationSource::Import;
    std::string event_role = "attendee";
    bool blocked = false;
    bool approved = true;
    std::optional<Instant> valid_from;
    std::optional<Instant> valid_until;
    Person person; // empty after erasure
    Answers answers;
    Consents consents;
};

enum class QuestionType : std::uint8_t {
    Text = 1, TextArea, Number, YesNo, Single, Multiple, Date, Time, DateTime, Email, Phone, Country,
    Contact,   // one row: name, title, phone, email
    List,      // rows with the question's own columns
    Signature, // strokes as core/signature.hpp writes them
};
enum class AskAt : std::uint8_t { Registration = 1, CheckIn };

struct QuestionOption {
    std::string id;
    LocalText text;
};

// A column of a list. Its type is Text, Number or Single.
struct QuestionColumn {
    std::string id;
    QuestionType type = QuestionType::Text;
    bool required = false; // in every row
    LocalText text;
    std::vector<QuestionOption> options;
};

struct Question {
    std::string id;
    QuestionType type = QuestionType::Text;
    bool required = false;
    AskAt ask_at = AskAt::CheckIn;
    std::optional<std::vector<std::string>> ticket_types;
    LocalText text;
    std::vector<QuestionOption> options; // of Single and Multiple
    std::vector<QuestionColumn> columns; // of List
    // Of Number the value, of Text and TextArea the characters, of Multiple the choices, of List the rows.
    std::optional<std::int64_t> min;
    std::optional<std::int64_t> max;
    struct Dependency {
        std::string question;
        std::vector<std::string> values;
    };
    std::optional<Dependency> depends_on;
};

struct SigningKey {
    int id = 0;
    std::string ed25519_public; // 32 raw bytes
    std::string ed25519_seed;   // 32 raw bytes, or empty where this device may only verify
};

enum class InvitationStatus : std::uint8_t { Draft = 1, Approved, Accepted, Declined, Revoked };

struct Invitation {
    std::string session;
    std::string ticket;
    std::string role; // host, guest, observer, note_taker
    InvitationStatus status = InvitationStatus::Draft;
    bool nda_signed = false;
};

struct StaffMember {
    std::string id;
    std::string name;
    std::vector<std::string> roles; // volunteer, desk, zone_host, session_host, organizer, station_lead, central, admin
    std::string pin_hash;           // Argon2id, as crypto::hash_pin makes it; empty: cannot log in
};

// All the configuration of one event as a device holds it in memory. Shared as `shared_ptr<const EventConfig>`.
struct EventConfig {
    Event event;
    std::vector<TicketType> ticket_types;
    std::vector<Session> sessions;
    std::vector<Checkpoint> checkpoints;
    std::vector<Question> questions;
    std::vector<SigningKey> keys;
    std::vector<StaffMember> staff;
    std::vector<BookableUnit> units;

    const BookableUnit* unit(std::string_view id) const;
    bool is_host(std::string_view ticket) const; // of any unit
    const Checkpoint* checkpoint(std::string_view id) const;
    const Session* session(std::string_view id) const;
    const SigningKey* key(int id) const;
    const StaffMember* staff_member(std::string_view id) const;
    const Question* question(std::string_view id) const;
    const TicketType* ticket_type(std::string_view id) const;
};

} // namespace kiosk::core
