// SPDX-License-Identifier: Apache-2.0
#include "exchange/report_figures.hpp"

#include "core/names.hpp"
#include "exchange/report_bookings.hpp"
#include "exchange/summary_lines.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace kiosk::exchange {

namespace {

using State = ReportFigure::State;
constexpr double eligible_share = 0.8;
constexpr std::size_t most_rows = 500; // of people or words in one table

// What other parts of the product will record one day, and what only people know. Named so that a report says "not
// recorded" of them and "unknown" of a mistyped id.
constexpr std::array<std::string_view, 13> unrecorded_prefixes{
    "feedback_", "channels_", "gifts_", "online_",      "live_",   "replay_",    "hosts_",
    "sponsors_", "exam_",     "pairs_", "certificates", "questions_", "captions_"};
constexpr std::array<std::string_view, 11> unrecorded{
    "first_time", "returning", "gifts",        "sponsors",         "album_link", "captions", "panel_topics",
    "exam_results", "certificate_list", "draw", "media_links"};

bool is_unrecorded(std::string_view id) {
    return std::ranges::find(unrecorded, id) != unrecorded.end() ||
           std::ranges::any_of(unrecorded_prefixes, [&](std::string_view prefix) { return id.starts_with(prefix); });
}

ReportCell cell(std::string text) { return {std::move(text), std::nullopt}; }
ReportCell cell(std::int64_t count) { return {std::to_string(count), count}; }

std::string decimal(double value) {
    auto text = fmt::format("{:.1f}", value);
    if (text.ends_with(".0"))
        text.resize(text.size() - 2);
    return text;
}

class FigureMaker {
public:
    FigureMaker(const ReportRequest& request, const ReportData& data, const Figures& figures, bool confidential)
        : m_request(request), m_data(data), m_figures(figures), m_confidential(confidential) {}

    ReportFigure make(const std::string& id);

private:
    std::string text(std::string_view key) const { return m_request.texts->text(m_request.language, key); }
    std::string text(std::string_view key, const std::string& name, std::string value) const {
        return m_request.texts->text(m_request.language, core::Message{std::string(key), {{name, std::move(value)}}});
    }
    const std::string& in(const core::LocalText& local) const { return local.in(m_request.language); }
    std::string word(const std::string& prefix, const std::string& id) const {
        return m_request.texts->has(prefix + id) ? text(prefix + id) : id;
    }
    ReportFigure named(const std::string& id) const {
        ReportFigure figure;
        figure.id = id;
        const auto key = "report.figure." + id;
        figure.label = m_request.texts->has(key) ? text(key) : id;
        return figure;
    }
    // A headline: whole people or organisations, rounded where that is asked for.
    void set(ReportFigure& figure, std::int64_t count) const {
        figure.count = count;
        figure.text = m_request.rounded ? rounded_count(count) : std::to_string(count);
    }
    std::string clock(core::Instant at) const {
        const auto civil = m_request.config->event.timezone.civil(at);
        return fmt::format("{:02}:{:02}", civil.hour, civil.minute);
    }

    bool single(ReportFigure& figure) const;
    bool table(ReportFigure& figure) const;
    bool people(ReportFigure& figure) const;
    bool closed_notes(ReportFigure& figure) const;
    void organisations_by(ReportFigure& figure) const;
    void arrivals(ReportFigure& figure) const;
    void agenda(ReportFigure& figure, std::span<const std::string_view> kinds) const;
    void tickets(ReportFigure& figure) const;
    void days(ReportFigure& figure) const;
    void sessions(ReportFigure& figure) const;
    void matrix(ReportFigure& figure) const;
    void eligibility(ReportFigure& figure) const;
    void leads(ReportFigure& figure) const;
    void roster(ReportFigure& figure, const std::vector<RosterMember>& members, const core::Question* roles) const;
    void closed_roster(ReportFigure& figure) const;
    void answers(ReportFigure& figure, const std::string& question) const;
    std::string option_name(const core::QuestionColumn& column, const std::string& id) const {
        const auto option = std::ranges::find(column.options, id, &core::QuestionOption::id);
        return option == column.options.end() || in(option->text).empty() ? id : in(option->text);
    }
    bool column_of_list(ReportFigure& figure, const std::string& id) const;
    ReportTable answer_table(const core::Question* asked, const AnswerTally& tally, bool with_presence) const;
    void questionnaire(ReportFigure& figure, const std::string& questionnaire) const;

    const ReportRequest& m_request;
    const ReportData& m_data;
    const Figures& m_figures;
    bool m_confidential;
};

bool FigureMaker::single(ReportFigure& figure) const {
    const auto& id = figure.id;
    if (id == "registered")
        set(figure, m_figures.registered);
    else if (id == "present")
        set(figure, m_figures.present);
    else if (id == "walk_in" || id == "walk_ins")
        set(figure, m_figures.walk_ins);
    else if (id == "absent")
        set(figure, m_figures.absent);
    else if (id == "cancelled")
        set(figure, m_figures.cancelled);
    else if (id == "organisations")
        set(figure, m_figures.organisations_present);
    else if (id == "organisations_registered")
        set(figure, m_figures.organisations_registered);
    else if (id == "entries")
        set(figure, m_figures.entries);
    else if (id == "attendance_rate")
        figure.text = m_figures.registered == 0 ? "–" : fmt::format("{:.1f}%", m_figures.rate * 100);
    else if (id == "leads")
        set(figure, static_cast<std::int64_t>(m_data.leads.size()));
    else if (id == "leads_per_100_present")
        figure.text = m_figures.present == 0 ? "–" : decimal(100.0 * static_cast<double>(m_data.leads.size()) /
                                                            static_cast<double>(m_figures.present));
    else
        return false;
    return true;
}

void FigureMaker::organisations_by(ReportFigure& figure) const {
    const auto* asked = m_data.organisation_question(figure.id);
    if (asked == nullptr) {
        figure.state = State::NotRecorded;
        return;
    }
    ReportTable made{{in(asked->text), text("report.head.organisations")}, {}};
    std::set<std::string> options;
    const auto prefix = asked->id + "/";
    for (const auto& option : asked->options)
        if (const auto found = m_data.organisations_by_answer.find(prefix + option.id);
            found != m_data.organisations_by_answer.end())
            made.rows.push_back({cell(in(option.text)), cell(static_cast<std::int64_t>(found->second.size()))});
    figure.table = std::move(made);
}

void FigureMaker::arrivals(ReportFigure& figure) const {
    ReportTable made{{text("report.head.time"), text("report.head.people")}, {}};
    ExportRequest words;
    words.config = m_request.config;
    for (const auto& slot : m_figures.arrivals)
        made.rows.push_back({cell(arrival_text(words, m_figures, slot)), cell(slot.people)});
    figure.table = std::move(made);
}

// Closed doors never reach a report that everybody may read.
void FigureMaker::agenda(ReportFigure& figure, std::span<const std::string_view> kinds) const {
    ReportTable made{{text("report.head.time"), text("report.head.item")}, {}};
    for (const auto& item : m_request.config->event.agenda) {
        const bool wanted = kinds.empty() ? item.kind != "checkin" && item.kind != "break"
                                          : std::ranges::find(kinds, item.kind) != kinds.end();
        if (wanted && (item.kind != "closed_door" || m_confidential))
            made.rows.push_back({cell(clock(item.starts)), cell(in(item.title))});
    }
    figure.table = std::move(made);
}

void FigureMaker::tickets(ReportFigure& figure) const {
    ReportTable made{{text("report.head.ticket"), text("report.figure.registered"), text("report.figure.present")}, {}};
    const auto add = [&](const std::string& name, const ReportData::TicketCount& count) {
        made.rows.push_back({cell(name), cell(count.registered), cell(count.present)});
    };
    for (const auto& type : m_request.config->ticket_types)
        if (const auto found = m_data.tickets.find(type.id); found != m_data.tickets.end())
            add(in(type.name).empty() ? type.id : in(type.name), found->second);
    for (const auto& [id, count] : m_data.tickets)
        if (m_request.config->ticket_type(id) == nullptr)
            add(id.empty() ? text("report.none") : id, count);
    figure.table = std::move(made);
}

void FigureMaker::days(ReportFigure& figure) const {
    ReportTable made{{text("report.head.day"), text("report.head.people")}, {}};
    const auto& zone = m_request.config->event.timezone;
    for (const auto& [day, count] : m_data.admitted_by_day) {
        const auto civil = zone.civil(zone.start_of_day(static_cast<std::int32_t>(day)));
        made.rows.push_back({cell(fmt::format("{:04}-{:02}-{:02}", civil.year, civil.month, civil.day)), cell(count)});
    }
    figure.table = std::move(made);
}

void FigureMaker::sessions(ReportFigure& figure) const {
    ReportTable made{{text("report.head.session"), text("report.head.people")}, {}};
    for (const auto& session : m_request.config->sessions) {
        const auto found = m_data.admitted_by_session.find(session.id);
        const bool closed = session.kind == "closed_door";
        auto name = in(session.title);
        if (closed && !m_confidential)
            name = in(session.public_title).empty() ? text("report.closed_session") : in(session.public_title);
        made.rows.push_back({cell(name.empty() ? session.id : name),
                             cell(found == m_data.admitted_by_session.end() ? 0 : found->second)});
    }
    figure.table = std::move(made);
}

void FigureMaker::matrix(ReportFigure& figure) const {
    ReportTable made{{text("report.head.name")}, {}};
    for (const auto& unit : m_data.units)
        made.head.push_back(unit.label);
    for (const auto& attendee : m_data.attendees) {
        if (made.rows.size() >= most_rows)
            break;
        std::vector<ReportCell> row{cell(m_confidential ? attendee.name : core::mask_name(attendee.name))};
        for (const bool there : attendee.units)
            row.push_back(cell(there ? "✓" : "–"));
        made.rows.push_back(std::move(row));
    }
    figure.table = std::move(made);
}

void FigureMaker::eligibility(ReportFigure& figure) const {
    std::int64_t eligible = 0;
    for (const auto& attendee : m_data.attendees) {
        const auto there = std::ranges::count(attendee.units, true);
        eligible += !attendee.units.empty() &&
                    static_cast<double>(there) >= eligible_share * static_cast<double>(attendee.units.size());
    }
    set(figure, eligible);
}

void FigureMaker::leads(ReportFigure& figure) const {
    ReportTable made{{text("report.head.lead"), text("report.head.count"), text("report.head.open"), text("report.head.won")}, {}};
    struct Count {
        std::int64_t all = 0, open = 0, won = 0;
    };
    std::map<std::string, Count> counts;
    for (const auto& lead : m_data.leads) {
        auto& count = counts[lead.type];
        ++count.all;
        count.open += core::is_open(lead.status);
        count.won += lead.status == core::LeadStatus::Won;
    }
    const auto add = [&](const std::string& type) {
        const auto& count = counts[type];
        made.rows.push_back({cell(word("lead.type.", type)), cell(count.all), cell(count.open), cell(count.won)});
    };
    for (const auto type : core::lead_types)
        if (counts.contains(std::string(type)))
            add(std::string(type));
    for (const auto& [type, count] : counts)
        if (!core::is_lead_type(type))
            add(type);
    figure.table = std::move(made);
}

// Who agreed to be named, by role; the others are a number.
void FigureMaker::roster(ReportFigure& figure, const std::vector<RosterMember>& members, const core::Question* roles) const {
    ReportTable made{{text("report.head.role"), text("report.head.name"), text("report.head.organisation"),
                      text("report.head.title")}, {}};
    std::int64_t unnamed = 0;
    const auto role_name = [&](const RosterMember& member) {
        if (roles == nullptr)
            return word("export.role.", member.role);
        const auto option = std::ranges::find(roles->options, member.role, &core::QuestionOption::id);
        return option == roles->options.end() ? member.role : in(option->text);
    };
    auto sorted = members;
    std::ranges::stable_sort(sorted, {}, &RosterMember::role);
    for (const auto& member : sorted) {
        if (!m_confidential && !member.may_be_named)
            ++unnamed;
        else if (made.rows.size() < most_rows)
            made.rows.push_back({cell(role_name(member)), cell(member.name), cell(member.organisation), cell(member.title)});
    }
    set(figure, static_cast<std::int64_t>(members.size()));
    if (unnamed > 0)
        made.rows.push_back({cell(text("report.unnamed", "count", std::to_string(unnamed))), cell(""), cell(""), cell("")});
    figure.table = std::move(made);
}

// Names of a closed door stand in confidential sections alone.
void FigureMaker::closed_roster(ReportFigure& figure) const {
    if (!m_confidential) {
        set(figure, static_cast<std::int64_t>(m_data.invited.size()));
        return;
    }
    ReportTable made{{text("report.head.name"), text("report.head.organisation"), text("report.head.title"),
                      text("report.figure.present")}, {}};
    for (const auto& member : m_data.invited)
        if (made.rows.size() < most_rows)
            made.rows.push_back({cell(member.name), cell(member.organisation), cell(member.title),
                                 cell(member.role.empty() ? "–" : "✓")});
    figure.table = std::move(made);
}

ReportTable FigureMaker::answer_table(const core::Question* asked, const AnswerTally& tally, bool with_presence) const {
    ReportTable made{{text("report.head.answer")}, {}};
    if (with_presence) {
        made.head.push_back(text("report.figure.registered"));
        made.head.push_back(text("report.figure.present"));
    } else {
        made.head.push_back(text("report.head.count"));
    }
    const auto add = [&](std::string name, const AnswerCount& count) {
        std::vector<ReportCell> row{cell(std::move(name)), cell(count.all)};
        if (with_presence)
            row.push_back(cell(count.present));
        made.rows.push_back(std::move(row));
    };
    const auto value = [&](std::string name, std::string shown) {
        made.rows.push_back({cell(std::move(name)), cell(std::move(shown))});
        if (with_presence)
            made.rows.back().push_back(cell(""));
    };
    std::set<std::string> shown;
    if (asked != nullptr)
        for (const auto& option : asked->options)
            if (const auto found = tally.options.find(option.id); found != tally.options.end()) {
                add(in(option.text).empty() ? option.id : in(option.text), found->second);
                shown.insert(option.id);
            }
    for (const auto& [id, count] : tally.options)
        if (!shown.contains(id))
            add(id == "yes" || id == "no" ? text("export." + id) : id, count);
    if (tally.given.all == 0)
        return made;
    if (tally.options.empty())
        add(text("report.answered"), tally.given);
    if (tally.numbers > 0) {
        value(text("report.sum"), decimal(tally.sum));
        value(text("report.mean"), decimal(tally.sum / static_cast<double>(tally.numbers)));
    }
    if (tally.rows > 0)
        value(text("report.rows"), std::to_string(tally.rows));
    if (asked != nullptr)
        for (const auto& column : asked->columns) {
            if (const auto values = tally.cells.find(column.id); values != tally.cells.end() && column.type == core::QuestionType::Single)
                for (const auto& [id, count] : values->second)
                    value(in(column.text) + " · " + option_name(column, id), std::to_string(count.rows));
            if (const auto sum = tally.cell_sums.find(column.id); sum != tally.cell_sums.end())
                value(in(column.text) + " · " + text("report.sum"), decimal(sum->second));
        }
    for (std::size_t i = 0; i < tally.texts.size() && i < most_rows; ++i) // only gathered where it is confidential
        if (m_confidential)
            value(tally.texts[i].first, tally.texts[i].second);
    return made;
}

// "Q11_database": one column of a list, by value, with the lines and what they amount to.
bool FigureMaker::column_of_list(ReportFigure& figure, const std::string& id) const {
    for (auto at = id.rfind('_'); at != std::string::npos && at > 0; at = id.rfind('_', at - 1)) {
        const auto question = id.substr(0, at);
        const auto known = m_data.interview_questions.find(question);
        const auto* asked = known != m_data.interview_questions.end() ? &known->second : m_data.question(question);
        if (asked == nullptr)
            continue;
        const auto column = std::ranges::find(asked->columns, id.substr(at + 1), &core::QuestionColumn::id);
        if (column == asked->columns.end())
            continue;
        figure.label = in(asked->text) + " · " + in(column->text);
        ReportTable made{{in(column->text), text("report.head.lines")}, {}};
        const auto amount = std::ranges::find(asked->columns, core::QuestionType::Number, &core::QuestionColumn::type);
        if (amount != asked->columns.end())
            made.head.push_back(in(amount->text));
        const auto& tallies = known != m_data.interview_questions.end() ? m_data.interview_answers : m_data.answers;
        if (const auto tally = tallies.find(question); tally != tallies.end())
            if (const auto values = tally->second.cells.find(column->id); values != tally->second.cells.end())
                for (const auto& [value, count] : values->second) {
                    if (made.rows.size() >= most_rows)
                        break;
                    made.rows.push_back({cell(option_name(*column, value)), cell(count.rows)});
                    if (amount != asked->columns.end())
                        made.rows.back().push_back(cell(decimal(count.amount)));
                }
        figure.table = std::move(made);
        return true;
    }
    return false;
}

void FigureMaker::answers(ReportFigure& figure, const std::string& question) const {
    const auto* asked = m_data.question(question);
    const bool of_registrants = asked != nullptr;
    if (asked == nullptr)
        if (const auto known = m_data.interview_questions.find(question); known != m_data.interview_questions.end())
            asked = &known->second;
    const auto registered = m_data.answers.find(question);
    const auto interview = m_data.interview_answers.find(question);
    const bool by_registrants = registered != m_data.answers.end() && registered->second.given.all > 0;
    const bool in_interviews = interview != m_data.interview_answers.end() && interview->second.given.all > 0;
    if (asked == nullptr && !by_registrants && !in_interviews) {
        // Nobody has asked it yet, as long as no interview was begun; then its words are not here either.
        if (!column_of_list(figure, question))
            figure.state = State::NotRecorded;
        return;
    }
    if (asked != nullptr && !in(asked->text).empty())
        figure.label = in(asked->text);
    if (by_registrants)
        figure.table = answer_table(asked, registered->second, true);
    else
        figure.table = answer_table(asked, in_interviews ? interview->second : AnswerTally{}, of_registrants);
}

void FigureMaker::questionnaire(ReportFigure& figure, const std::string& questionnaire) const {
    const auto found = m_data.responses.find(questionnaire);
    figure.label = text("report.figure.questionnaire_responses", "id", questionnaire);
    const auto [finals, drafts] = found == m_data.responses.end() ? std::pair<std::int64_t, std::int64_t>{} : found->second;
    figure.count = finals;
    figure.text = std::to_string(finals);
    if (drafts > 0)
        figure.text = text("report.with_drafts", "drafts", std::to_string(drafts)).insert(0, figure.text);
}

bool FigureMaker::people(ReportFigure& figure) const {
    if (figure.id == "founding_roster")
        roster(figure, m_data.founders, m_data.question("role_wanted"));
    else if (figure.id == "guests_with_titles")
        roster(figure, m_data.guests, nullptr);
    else if (figure.id == "founding_organisations")
        set(figure, m_data.founding_organisations);
    else if (figure.id == "founding_organizers")
        set(figure, std::ranges::count(m_data.founders, "organizer", &RosterMember::role));
    else if (figure.id == "closed_door_invited")
        set(figure, static_cast<std::int64_t>(m_data.invited.size()));
    else if (figure.id == "closed_door_present")
        set(figure, std::ranges::count(m_data.invited, "1", &RosterMember::role));
    else if (figure.id == "closed_door_roster")
        closed_roster(figure);
    else if (figure.id == "attendance_matrix")
        matrix(figure);
    else if (figure.id == "eligibility")
        eligibility(figure);
    else
        return false;
    return true;
}

// Minutes and points of closed sessions, in confidential sections alone; those of the strictest level in none.
bool FigureMaker::closed_notes(ReportFigure& figure) const {
    const bool minutes = figure.id == "minutes" || figure.id == "closed_door_minutes";
    if (!minutes && figure.id != "points" && figure.id != "discussion_points" && figure.id != "closed_door_points")
        return false;
    ReportTable made{{text("report.head.session"), figure.label}, {}};
    if (m_confidential)
        for (const auto& note : m_data.closed_notes) {
            if (minutes && !note.minutes.empty())
                made.rows.push_back({cell(note.title), cell(note.minutes)});
            for (const auto& point : note.points)
                if (!minutes && made.rows.size() < most_rows)
                    made.rows.push_back({cell(note.title), cell(point)});
        }
    if (made.rows.empty())
        figure.state = State::NotRecorded;
    else
        figure.table = std::move(made);
    return true;
}

bool FigureMaker::table(ReportFigure& figure) const {
    static constexpr std::array<std::string_view, 1> company{"company_intro"};
    static constexpr std::array<std::string_view, 5> talks{"talk", "case", "architecture", "deo", "pg_position"};
    static constexpr std::array<std::string_view, 1> cases{"case"};
    static constexpr std::array<std::string_view, 1> panels{"panel"};
    const auto& id = figure.id;
    if (id == "arrival_curve")
        arrivals(figure);
    else if (id == "organisations_by_kind" || id == "organisations_by_sector")
        organisations_by(figure);
    else if (id == "agenda_items")
        agenda(figure, {});
    else if (id == "company_introductions")
        agenda(figure, company);
    else if (id == "talks")
        agenda(figure, talks);
    else if (id == "cases")
        agenda(figure, cases);
    else if (id == "panels" || id == "panel")
        agenda(figure, panels);
    else if (id == "tickets_by_type")
        tickets(figure);
    else if (id == "admitted_by_day")
        days(figure);
    else if (id == "admitted_by_session")
        sessions(figure);
    else if (id == "leads_by_type")
        leads(figure);
    else
        return false;
    return true;
}

ReportFigure FigureMaker::make(const std::string& id) {
    auto figure = named(id);
    if (single(figure) || table(figure) || people(figure) || closed_notes(figure) ||
        make_booking_figure(m_request, m_data, m_confidential, figure))
        return figure;
    constexpr std::string_view answer_prefix = "answers_", interview_prefix = "questionnaire_", responses = "_responses";
    if (id.starts_with(answer_prefix) && id.size() > answer_prefix.size()) {
        answers(figure, id.substr(answer_prefix.size()));
    } else if (id.starts_with(interview_prefix) && id.ends_with(responses) &&
               id.size() > interview_prefix.size() + responses.size()) {
        questionnaire(figure, id.substr(interview_prefix.size(), id.size() - interview_prefix.size() - responses.size()));
    } else {
        figure.state = is_unrecorded(id) ? State::NotRecorded : State::Unknown;
    }
    return figure;
}

} // namespace

ReportFigure make_figure(const ReportRequest& request, const ReportData& data, const Figures& figures,
                         const std::string& id, bool confidential) {
    return FigureMaker(request, data, figures, confidential).make(id);
}

} // namespace kiosk::exchange
