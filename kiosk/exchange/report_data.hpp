// SPDX-License-Identifier: Apache-2.0
#pragma once
// The rows of an event, counted once for all figures of a report. Internal to the report's files. Purpose: one pass over
// the scans, one over the registrations, one over the questionnaires. Ownership: borrows the request. Threads: the
// store's. Failure: the store's errors.
#include "exchange/report.hpp"

#include <map>
#include <set>

namespace kiosk::exchange {

// How an answer was given: registrations and, of those, people who came; of a questionnaire its final responses.
struct AnswerCount {
    std::int64_t all = 0;
    std::int64_t present = 0;
};

// Lines of lists with the same value in one column, and what they amount to in the list's first column of numbers.
struct CellCount {
    std::int64_t rows = 0;
    double amount = 0;
};

struct AnswerTally {
    std::map<std::string, AnswerCount> options; // option id, or "yes" and "no"
    AnswerCount given;                          // answered at all
    std::int64_t rows = 0;                      // of lists
    std::map<std::string, std::map<std::string, CellCount>> cells; // of lists: column → value → lines
    std::map<std::string, double> cell_sums;                       // of lists: column of numbers → sum
    std::vector<std::pair<std::string, std::string>> texts; // organisation, words; only where confidential
    std::int64_t numbers = 0;                   // that could be read
    double sum = 0;
};

// Somebody whom a recap names: with their consent, or not at all.
struct RosterMember {
    std::string name;
    std::string organisation;
    std::string title;
    std::string role; // option id, or event role
    bool may_be_named = false;
};

// A half-day or a lesson that attendance is taken of: a session, or where the event has none a day.
struct Unit {
    std::string session; // id, or empty
    std::int64_t day = 0;
    std::string label;
};

struct Attendee {
    std::string name;
    std::vector<bool> units;
};

class ReportData {
public:
    explicit ReportData(const ReportRequest& request, std::set<std::string> wanted)
        : m_request(request), m_wanted(std::move(wanted)), m_tally(*request.config) {}
    core::Status gather();

    Figures figures() const { return m_tally.figures(); }

    struct TicketCount {
        std::int64_t registered = 0, present = 0;
    };
    std::map<std::string, TicketCount> tickets; // by type id
    std::map<std::string, std::int64_t> people_by_role; // present, by event role
    std::map<std::int64_t, std::int64_t> admitted_by_day; // day number → people
    std::map<std::string, std::int64_t> admitted_by_session;
    std::map<std::string, AnswerTally> answers;           // of registrations, by question id
    std::map<std::string, AnswerTally> interview_answers; // of final responses
    std::map<std::string, core::Question> interview_questions;
    std::map<std::string, std::pair<std::int64_t, std::int64_t>> responses; // questionnaire id → final, drafts
    std::map<std::string, std::set<std::string>> organisations_by_answer;   // "question/option" → canonical names
    std::vector<RosterMember> founders;
    std::int64_t founding_organisations = 0;
    std::vector<RosterMember> invited; // to closed doors, and who came without; role: "1" where they came
    std::vector<RosterMember> guests; // speakers, moderators and guests of honour who came
    std::vector<Unit> units;
    std::vector<Attendee> attendees; // registrations that are valid, by name
    std::vector<core::Lead> leads;
    struct ClosedNote {
        std::string title, minutes;
        std::vector<std::string> points;
    };
    std::vector<ClosedNote> closed_notes; // only where the report is confidential; never of strict sessions
    std::vector<core::Booking> bookings;
    // What somebody who takes part in bookings said of themselves and their organisation.
    struct Party {
        std::string kind; // option id
        std::set<std::string> offers, needs;
    };
    const Party& party(const core::Participant& participant) const; // empty where nothing is known

    const core::Question* question(std::string_view id) const; // of registrants
    // The question that says what kind or sector an organisation is of, where the event asks it.
    const core::Question* organisation_question(std::string_view figure) const;

private:
    bool wants(std::string_view id) const { return m_wanted.contains(std::string(id)); }
    bool wants_units() const;
    bool wants_parties() const { return wants("pair_matrix") || wants("bookings_pairs_by_kind"); }
    void find_units();
    void take_scan(const core::StoredScan& scan);
    core::Status take_registration(const core::Registration& registration);
    Party party_of(const core::Answers& given) const;
    core::Status take_invited(const core::Registration& registration, const RosterMember& member);
    void count_answers(const core::Answers& given, bool present, std::map<std::string, AnswerTally>& into) const;
    void take_interview(const core::Response& response);
    core::Status gather_interviews();
    core::Status gather_closed_notes();

    const ReportRequest& m_request;
    std::set<std::string> m_wanted;
    AttendanceTally m_tally;
    // By registration uid, or "ticket:…" where a scan came before its registration.
    std::map<std::string, std::set<std::int64_t>> m_days;
    std::map<std::string, std::set<std::string>> m_sessions;
    std::map<std::string, core::Answers> m_door_answers;
    std::set<std::string> m_founding_organisations; // canonical
    std::map<std::string, Party> m_parties;         // by ticket
};

} // namespace kiosk::exchange
