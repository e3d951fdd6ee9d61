// SPDX-License-Identifier: Apache-2.0
#include "exchange/report_data.hpp"

#include "core/names.hpp"
#include "core/questions.hpp"
#include "exchange/cell_values.hpp"
#include "exchange/report_bookings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace kiosk::exchange {

namespace {

constexpr std::string_view role_question = "role_wanted"; // of founding members

std::string person_key(const core::ScanRecord& record) {
    return record.registration.empty() ? "ticket:" + record.ticket : record.registration;
}

std::string session_of(const core::EventConfig& config, const core::ScanRecord& record) {
    const auto* door = config.checkpoint(record.checkpoint);
    return door != nullptr && door->session ? *door->session : record.session;
}

std::optional<double> read_number(std::string text) {
    std::erase(text, ',');
    double value = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || read.ec != std::errc{} || read.ptr != text.data() + text.size())
        return std::nullopt;
    return value;
}

void add(AnswerCount& count, bool present) {
    ++count.all;
    count.present += present;
}

void tally_rows(AnswerTally& tally, const core::Question& question, const core::AnswerRows& rows, bool with_texts) {
    const auto amount_column = std::ranges::find(question.columns, core::QuestionType::Number, &core::QuestionColumn::type);
    for (const auto& row : rows) {
        const auto value_of = [&](const core::QuestionColumn& column) {
            const auto cell = row.find(column.id);
            return cell == row.end() ? std::string() : cell->second;
        };
        const auto amount =
            amount_column == question.columns.end() ? std::nullopt : read_number(value_of(*amount_column));
        for (const auto& column : question.columns) {
            const auto value = value_of(column);
            if (value.empty())
                continue;
            if (column.type == core::QuestionType::Number) {
                if (const auto number = read_number(value))
                    tally.cell_sums[column.id] += *number;
            } else if (column.type == core::QuestionType::Single || with_texts) {
                auto& count = tally.cells[column.id][value];
                ++count.rows;
                count.amount += amount.value_or(0);
            }
        }
    }
}

void tally_answer(AnswerTally& tally, const core::Question* question, const core::Answer& answer, bool present,
                  bool with_texts) {
    const auto* typed = std::get_if<std::string>(&answer);
    const auto* chosen = std::get_if<std::vector<std::string>>(&answer);
    const auto* rows = std::get_if<core::AnswerRows>(&answer);
    if ((typed != nullptr && typed->empty()) || (chosen != nullptr && chosen->empty()) || (rows != nullptr && rows->empty()))
        return;
    add(tally.given, present);
    if (const auto* yes = std::get_if<bool>(&answer))
        add(tally.options[*yes ? "yes" : "no"], present);
    if (chosen != nullptr)
        for (const auto& id : std::set<std::string>(chosen->begin(), chosen->end()))
            add(tally.options[id], present);
    if (rows != nullptr) {
        tally.rows += static_cast<std::int64_t>(rows->size());
        if (question != nullptr)
            tally_rows(tally, *question, *rows, with_texts);
    }
    if (typed == nullptr || question == nullptr)
        return;
    if (question->type == core::QuestionType::Single)
        add(tally.options[*typed], present);
    if (question->type == core::QuestionType::Number)
        if (const auto number = read_number(*typed)) {
            ++tally.numbers;
            tally.sum += *number;
        }
}

bool has_consent(const core::Consents& consents, const char* id) {
    const auto found = consents.find(id);
    return found != consents.end() && found->second;
}

} // namespace

const ReportData::Party& ReportData::party(const core::Participant& participant) const {
    static const Party nobody;
    const auto found = m_parties.find(participant.ticket);
    return found == m_parties.end() ? nobody : found->second;
}

const core::Question* ReportData::question(std::string_view id) const {
    if (const auto* configured = m_request.config->question(id))
        return configured;
    const auto own = std::ranges::find(m_request.questions, id, &core::Question::id);
    return own == m_request.questions.end() ? nullptr : &*own;
}

const core::Question* ReportData::organisation_question(std::string_view figure) const {
    constexpr std::array<std::string_view, 2> kinds{"org_kind", "organisation_kind"};
    constexpr std::array<std::string_view, 3> sectors{"org_sector", "sector", "industry"};
    const auto first = [&](const auto& ids) {
        const core::Question* found = nullptr;
        for (const auto id : ids)
            if (found == nullptr)
                found = question(id);
        return found;
    };
    return figure == "organisations_by_kind" ? first(kinds) : first(sectors);
}

bool ReportData::wants_units() const { return wants("attendance_matrix") || wants("eligibility"); }

void ReportData::find_units() {
    const auto& config = *m_request.config;
    const auto collect = [&](auto&& counts) {
        for (const auto& session : config.sessions)
            if (counts(session))
                units.push_back({session.id, 0,
                                 session.title.in(m_request.language).empty() ? session.id
                                                                              : session.title.in(m_request.language)});
    };
    collect([](const core::Session& session) { return session.kind == "class"; });
    if (units.empty())
        collect([](const core::Session& session) { return session.kind != "closed_door" && session.kind != "exam"; });
    if (!units.empty())
        return;
    const auto& zone = config.event.timezone;
    const auto first = zone.day_number(config.event.starts);
    const auto last = zone.day_number(config.event.ends.value_or(config.event.starts));
    for (auto day = first; day <= last && units.size() < 31; ++day) {
        const auto civil = zone.civil(config.event.starts + (day - first) * core::day_ms);
        units.push_back({"", day, fmt::format("{:02}-{:02}", civil.month, civil.day)});
    }
}

void ReportData::take_scan(const core::StoredScan& scan) {
    m_tally.add_scan(scan);
    const auto& record = scan.record;
    if (record.outcome != core::Outcome::Admitted || scan.undone || record.direction != core::Direction::Entry)
        return;
    if (record.registration.empty() && record.ticket.empty())
        return;
    const auto key = person_key(record);
    if (!record.answers.empty() && !record.registration.empty()) {
        auto& known = m_door_answers[record.registration];
        known = core::merged(known, record.answers);
    }
    if (wants("admitted_by_day") || wants_units())
        m_days[key].insert(m_request.config->event.timezone.day_number(record.at));
    if (wants("admitted_by_session") || wants("closed_door_present") || wants("closed_door_roster") || wants_units())
        if (const auto session = session_of(*m_request.config, record); !session.empty())
            m_sessions[key].insert(session);
}

void ReportData::count_answers(const core::Answers& given, bool present, std::map<std::string, AnswerTally>& into) const {
    for (const auto& [id, answer] : given) {
        tally_answer(into[id], question(id), answer, present, m_request.confidential);
    }
}

core::Status ReportData::take_registration(const core::Registration& registration) {
    const auto attendance = m_tally.take(registration);
    const bool present = attendance.presence == Presence::Present || attendance.presence == Presence::WalkIn;
    if (registration.status == core::RegistrationStatus::Cancelled && !present)
        return {};
    auto& ticket = tickets[registration.ticket_type];
    ++ticket.registered;
    ticket.present += present;
    if (present)
        ++people_by_role[registration.event_role];

    const auto door = m_door_answers.find(registration.uid);
    const auto given = door == m_door_answers.end() ? registration.answers : core::merged(registration.answers, door->second);
    count_answers(given, present, answers);
    for (const auto figure : {"organisations_by_kind", "organisations_by_sector"})
        if (const auto* asked = wants(figure) ? organisation_question(figure) : nullptr; asked != nullptr && present)
            if (const auto answer = given.find(asked->id); answer != given.end())
                if (const auto* option = std::get_if<std::string>(&answer->second);
                    option != nullptr && !option->empty() && !is_individual(registration.person.organisation))
                    organisations_by_answer[asked->id + "/" + *option].insert(
                        canonical_organisation(registration.person.organisation));
    if (wants_parties())
        m_parties[registration.ticket] = party_of(given);
    const auto member = [&](const std::string& role) -> RosterMember {
        const auto& person = registration.person;
        return {person.name, person.organisation, person.title, role,
                has_consent(registration.consents, "media") || has_consent(registration.consents, "share")};
    };
    if (present && (wants("founding_roster") || wants("founding_organisations") || wants("founding_organizers")))
        if (const auto answer = given.find(std::string(role_question)); answer != given.end())
            if (const auto* role = std::get_if<std::string>(&answer->second); role != nullptr && !role->empty()) {
                founders.push_back(member(*role));
                if (!is_individual(registration.person.organisation))
                    m_founding_organisations.insert(canonical_organisation(registration.person.organisation));
            }
    constexpr std::array<std::string_view, 3> guest_roles{"speaker", "moderator", "vip"};
    if (present && wants("guests_with_titles") && std::ranges::find(guest_roles, registration.event_role) != guest_roles.end())
        guests.push_back(member(registration.event_role));
    if (wants("closed_door_invited") || wants("closed_door_present") || wants("closed_door_roster")) {
        KIOSK_CHECK(take_invited(registration, member("")));
    }
    if (!wants_units())
        return {};
    Attendee attendee{registration.person.name, {}};
    std::set<std::int64_t> days;
    std::set<std::string> sessions;
    for (const auto& key : {registration.uid, "ticket:" + registration.ticket}) {
        if (const auto found = m_days.find(key); found != m_days.end())
            days.insert(found->second.begin(), found->second.end());
        if (const auto found = m_sessions.find(key); found != m_sessions.end())
            sessions.insert(found->second.begin(), found->second.end());
    }
    for (const auto& unit : units)
        attendee.units.push_back(unit.session.empty() ? days.contains(unit.day) : sessions.contains(unit.session));
    attendees.push_back(std::move(attendee));
    return {};
}

ReportData::Party ReportData::party_of(const core::Answers& given) const {
    Party party;
    const auto options = [&](const std::string& question_id) -> std::vector<std::string> {
        const auto answer = given.find(question_id);
        if (answer == given.end())
            return {};
        if (const auto* chosen = std::get_if<std::vector<std::string>>(&answer->second))
            return *chosen;
        const auto* one = std::get_if<std::string>(&answer->second);
        return one == nullptr || one->empty() ? std::vector<std::string>{} : std::vector{*one};
    };
    for (auto& topic : options("offers"))
        party.offers.insert(std::move(topic));
    for (auto& topic : options("needs"))
        party.needs.insert(std::move(topic));
    if (const auto* asked = organisation_question("organisations_by_kind"))
        if (const auto kinds = options(asked->id); !kinds.empty())
            party.kind = kinds.front();
    return party;
}

// The roster of the closed doors: who was invited, and whom somebody let in all the same.
core::Status ReportData::take_invited(const core::Registration& registration, const RosterMember& member) {
    const auto came_to = [&](const std::string& session) {
        for (const auto& key : {registration.uid, "ticket:" + registration.ticket})
            if (const auto found = m_sessions.find(key); found != m_sessions.end() && found->second.contains(session))
                return true;
        return false;
    };
    bool invited_somewhere = false, came = false;
    for (const auto& session : m_request.config->sessions) {
        if (session.kind != "closed_door")
            continue;
        came = came || came_to(session.id);
        KIOSK_TRY(const auto invitation, m_request.store->invitation(session.id, registration.ticket));
        invited_somewhere = invited_somewhere ||
                            (invitation && (invitation->status == core::InvitationStatus::Approved ||
                                            invitation->status == core::InvitationStatus::Accepted));
    }
    if (invited_somewhere || came) {
        invited.push_back(member);
        invited.back().role = came ? "1" : "";
    }
    return {};
}

core::Status ReportData::gather_interviews() {
    std::set<std::string> forms;
    KIOSK_CHECK(m_request.store->for_each_response([&](const core::Response& response) {
        auto& [finals, drafts] = responses[response.questionnaire];
        ++(response.status == core::ResponseStatus::Final ? finals : drafts);
        forms.insert(core::pinned_form_id({response.plugin, response.questionnaire, response.version, {}}));
        return true;
    }));
    for (const auto& id : forms) {
        KIOSK_TRY(const auto document, m_request.store->config_document("form", id));
        const auto form = document ? core::parse_form(document->doc) : core::Result<core::Form>(core::Form{});
        if (form)
            for (const auto& asked : core::own_questions(*form))
                interview_questions.emplace(asked.id, asked);
    }
    return m_request.store->for_each_response([&](const core::Response& response) {
        if (response.status == core::ResponseStatus::Final)
            take_interview(response);
        return true;
    });
}

void ReportData::take_interview(const core::Response& response) {
    for (const auto& [id, answer] : response.answers) {
        const auto known = interview_questions.find(id);
        const auto* asked = known == interview_questions.end() ? nullptr : &known->second;
        auto& tally = interview_answers[id];
        tally_answer(tally, asked, answer, true, m_request.confidential);
        const auto* typed = std::get_if<std::string>(&answer);
        const bool words = asked != nullptr && (asked->type == core::QuestionType::Text || asked->type == core::QuestionType::TextArea);
        if (m_request.confidential && words && typed != nullptr && !typed->empty())
            tally.texts.emplace_back(response.organisation, *typed);
    }
}

core::Status ReportData::gather_closed_notes() {
    KIOSK_TRY(const auto sessions, m_request.store->private_sessions());
    for (const auto& session : sessions) {
        if (session.level == core::Confidentiality::Strict)
            continue;
        KIOSK_TRY(const auto acts, m_request.store->session_acts(session.session));
        auto standing = core::fold_session(*m_request.config, acts);
        const auto& title = session.title.in(m_request.language);
        closed_notes.push_back({title.empty() ? session.session : title, std::move(standing.minutes), std::move(standing.points)});
    }
    return {};
}

core::Status ReportData::gather() {
    if (wants_units())
        find_units();
    KIOSK_CHECK(m_request.store->for_each_scan([&](const core::StoredScan& scan) {
        take_scan(scan);
        return true;
    }));
    for (const auto& [person, days] : m_days)
        for (const auto day : days)
            ++admitted_by_day[day];
    for (const auto& [person, sessions] : m_sessions)
        for (const auto& session : sessions)
            ++admitted_by_session[session];
    core::Status taken;
    KIOSK_CHECK(m_request.store->for_each_registration([&](const core::Registration& registration) {
        taken = take_registration(registration);
        return taken.has_value();
    }));
    KIOSK_CHECK(taken);
    founding_organisations = static_cast<std::int64_t>(m_founding_organisations.size());
    std::ranges::stable_sort(attendees, {}, [](const Attendee& attendee) { return core::pinyin(attendee.name).full; });
    KIOSK_CHECK(gather_interviews());
    KIOSK_TRY(leads, m_request.store->leads());
    if (m_request.confidential) {
        KIOSK_CHECK(gather_closed_notes());
    }
    if (std::ranges::any_of(m_wanted, is_booking_figure)) {
        KIOSK_TRY(bookings, m_request.store->bookings());
    }
    return {};
}

} // namespace kiosk::exchange
