// SPDX-License-Identifier: Apache-2.0
#include "exchange/questionnaire_export.hpp"

#include "exchange/answer_text.hpp"
#include "exchange/workbook.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <set>

namespace kiosk::exchange {

namespace {

std::string form_id(const core::Response& response) {
    return core::pinned_form_id({response.plugin, response.questionnaire, response.version, {}});
}

// A number that a spreadsheet may take as one.
std::optional<double> number_of(std::string_view text) {
    double value = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
    if (text.empty() || read.ec != std::errc{} || read.ptr != text.data() + text.size())
        return std::nullopt;
    return value;
}

struct ListSheet {
    Workbook::Sheet sheet = 0;
    std::uint32_t row = 0;
    std::vector<core::QuestionColumn> columns;
};

// The sheet of the steps of one id, whichever forms they are in: deep and quick versions stand side by side.
struct GroupSheet {
    std::string step;
    core::LocalText title;
    std::vector<core::Question> questions; // of all these forms, each id once, in the order first met
    Workbook::Sheet sheet = 0;
};

constexpr std::uint32_t lead_columns = 4; // number, organisation, respondent, state: before the questions, on each sheet

class QuestionnaireWorkbook {
public:
    QuestionnaireWorkbook(const ExportRequest& request, Workbook& book) : m_request(request), m_book(book) {}
    core::Result<QuestionnaireReport> write();

private:
    std::string text(std::string_view key) const { return m_request.texts->text(m_request.language, key); }
    core::Status find_forms();
    core::Status add_sheets();
    core::Status write_response(const core::Response& response);
    core::Status write_group(const GroupSheet& group, const core::Response& response);
    core::Status write_list(const core::Question& question, const core::AnswerRows& rows, const core::Response& response);
    void write_leading(Workbook::Sheet sheet, std::uint32_t row, const core::Response& response);
    std::vector<std::string> leading_headings() const;
    std::string state_text(const core::Response& response) const {
        return text("response.status." + std::string(core::to_string(response.status)));
    }

    const ExportRequest& m_request;
    Workbook& m_book;
    std::map<std::string, core::Form> m_forms; // by pinned id
    std::vector<GroupSheet> m_groups;
    std::map<std::string, ListSheet> m_lists; // by question id
    Workbook::Sheet m_index = 0;
    std::uint32_t m_row = 0; // of index and groups: the same for one response, so that sheets can be put together
    QuestionnaireReport m_report;
};

core::Status QuestionnaireWorkbook::find_forms() {
    std::set<std::string> ids;
    std::map<std::string, std::set<std::string>> unplaced; // answers of responses without a form
    KIOSK_CHECK(m_request.store->for_each_response([&](const core::Response& response) {
        ids.insert(form_id(response));
        for (const auto& [id, answer] : response.answers)
            unplaced[form_id(response)].insert(id);
        return true;
    }));
    for (const auto& id : ids) {
        KIOSK_TRY(const auto document, m_request.store->config_document("form", id));
        auto form = document ? core::parse_form(document->doc) : core::Result<core::Form>(core::Form{});
        if (form && !form->empty()) {
            for (const auto& question : core::own_questions(*form))
                unplaced[id].erase(question.id);
            m_forms[id] = std::move(*form);
        }
    }
    for (const auto& [id, form] : m_forms)
        for (const auto& step : form) {
            auto group = std::ranges::find(m_groups, step.id, &GroupSheet::step);
            if (group == m_groups.end())
                group = m_groups.insert(m_groups.end(), {step.id, step.title, {}, 0});
            for (const auto& field : step.fields)
                if (field.binding == core::Binding::Own &&
                    std::ranges::find(group->questions, field.question.id, &core::Question::id) == group->questions.end())
                    group->questions.push_back(field.question);
        }
    // What no form places (it is gone, or the plugin has dropped the question) is kept under its id.
    GroupSheet rest{"", {}, {}, 0};
    for (const auto& [form, questions] : unplaced)
        for (const auto& id : questions)
            if (std::ranges::find(rest.questions, id, &core::Question::id) == rest.questions.end()) {
                rest.questions.emplace_back().id = id;
                rest.questions.back().text = {id, id};
            }
    if (!rest.questions.empty())
        m_groups.push_back(std::move(rest));
    return {};
}

std::vector<std::string> QuestionnaireWorkbook::leading_headings() const {
    return {text("export.column.number"), text("export.column.organisation"), text("export.column.respondent"),
            text("export.column.status")};
}

core::Status QuestionnaireWorkbook::add_sheets() {
    KIOSK_TRY(m_index, m_book.add_sheet(text("export.sheet.questionnaires")));
    auto headings = leading_headings();
    for (const auto* key : {"export.column.questionnaire", "export.column.interviewer", "export.column.saved",
                            "export.column.uid"})
        headings.push_back(text(key));
    m_book.headings(m_index, headings);
    for (const auto& [column, letters] : {std::pair{0u, 6.0}, {1u, 26.0}, {2u, 14.0}, {3u, 10.0}, {4u, 28.0}, {5u, 14.0},
                                          {6u, 20.0}, {7u, 38.0}})
        m_book.width(m_index, column, column, letters);
    for (auto& group : m_groups) {
        const auto& title = group.title.in(m_request.language);
        KIOSK_TRY(group.sheet, m_book.add_sheet(group.step.empty() ? text("export.sheet.unplaced")
                                                : title.empty()    ? group.step
                                                                   : title));
        auto names = leading_headings();
        for (const auto& question : group.questions) {
            const auto& asked = question.text.in(m_request.language);
            names.push_back(asked.empty() ? question.id : asked);
        }
        m_book.width(group.sheet, 0, 0, 6);
        m_book.width(group.sheet, 1, 1, 26);
        m_book.width(group.sheet, 2, 3, 12);
        m_book.width(group.sheet, lead_columns, static_cast<std::uint32_t>(names.size()), 28);
        m_book.headings(group.sheet, names);
    }
    return {};
}

void QuestionnaireWorkbook::write_leading(Workbook::Sheet sheet, std::uint32_t row, const core::Response& response) {
    m_book.number(sheet, row, 0, m_row);
    m_book.text(sheet, row, 1, response.organisation);
    m_book.text(sheet, row, 2, response.respondent);
    m_book.text(sheet, row, 3, state_text(response));
}

core::Status QuestionnaireWorkbook::write_list(const core::Question& question, const core::AnswerRows& rows,
                                               const core::Response& response) {
    auto found = m_lists.find(question.id);
    if (found == m_lists.end()) {
        found = m_lists.emplace(question.id, ListSheet{0, 0, question.columns}).first;
        auto& made = found->second;
        const auto& asked = question.text.in(m_request.language);
        KIOSK_TRY(made.sheet, m_book.add_sheet(asked.empty() ? question.id : asked));
        auto names = leading_headings();
        for (const auto& column : made.columns)
            names.push_back(column_text(column, {m_request.language, m_request.texts}));
        m_book.width(made.sheet, 0, 0, 6);
        m_book.width(made.sheet, 1, 1, 26);
        m_book.width(made.sheet, lead_columns, static_cast<std::uint32_t>(names.size()), 18);
        m_book.headings(made.sheet, names);
    }
    auto& list = found->second;
    for (const auto& row : rows) {
        write_leading(list.sheet, ++list.row, response);
        for (std::size_t i = 0; i < list.columns.size(); ++i) {
            const auto& column = list.columns[i];
            const auto at = static_cast<std::uint32_t>(lead_columns + i);
            const auto cell = cell_text(column, row, m_request.language);
            if (const auto number = number_of(cell); number && column.type == core::QuestionType::Number)
                m_book.number(list.sheet, list.row, at, *number);
            else if (!cell.empty())
                m_book.text(list.sheet, list.row, at, cell);
        }
    }
    return {};
}

core::Status QuestionnaireWorkbook::write_group(const GroupSheet& group, const core::Response& response) {
    write_leading(group.sheet, m_row, response);
    for (std::size_t i = 0; i < group.questions.size(); ++i) {
        const auto& question = group.questions[i];
        const auto answer = response.answers.find(question.id);
        if (answer == response.answers.end())
            continue;
        const auto column = static_cast<std::uint32_t>(lead_columns + i);
        const auto value =
            answer_text(question, answer->second, {m_request.language, m_request.texts, "\n"});
        if (const auto number = number_of(value); number && question.type == core::QuestionType::Number)
            m_book.number(group.sheet, m_row, column, *number);
        else if (!value.empty())
            m_book.text(group.sheet, m_row, column, value, CellStyle::Wrapped);
        const auto* rows = std::get_if<core::AnswerRows>(&answer->second);
        if (rows != nullptr && !rows->empty() && question.type == core::QuestionType::List) {
            KIOSK_CHECK(write_list(question, *rows, response));
        }
    }
    return {};
}

core::Status QuestionnaireWorkbook::write_response(const core::Response& response) {
    ++m_row;
    ++m_report.responses;
    m_report.drafts += response.status == core::ResponseStatus::Draft;
    m_report.without_form += !m_forms.contains(form_id(response));
    write_leading(m_index, m_row, response);
    m_book.text(m_index, m_row, 4, form_id(response));
    const auto* interviewer = m_request.config->staff_member(response.interviewer);
    m_book.text(m_index, m_row, 5,
                interviewer != nullptr && !interviewer->name.empty() ? interviewer->name : response.interviewer);
    m_book.moment(m_index, m_row, 6, m_request.config->event.timezone.civil(response.at));
    m_book.text(m_index, m_row, 7, response.uid);
    for (const auto& group : m_groups) {
        KIOSK_CHECK(write_group(group, response));
    }
    return {};
}

core::Result<QuestionnaireReport> QuestionnaireWorkbook::write() {
    KIOSK_CHECK(find_forms());
    KIOSK_CHECK(add_sheets());
    core::Status written;
    KIOSK_CHECK(m_request.store->for_each_response([&](const core::Response& response) {
        written = write_response(response);
        return written.has_value();
    }));
    KIOSK_CHECK(written);
    if (m_report.responses == 0)
        m_book.text(m_index, 2, 0, text("export.hint.questionnaires"), CellStyle::Hint);
    return m_report;
}

} // namespace

core::Result<QuestionnaireReport> export_questionnaires(const ExportRequest& request,
                                                        const std::filesystem::path& path) {
    KIOSK_TRY(auto book, Workbook::create(path));
    KIOSK_TRY(const auto report, QuestionnaireWorkbook(request, book).write());
    KIOSK_CHECK(book.finish());
    return report;
}

} // namespace kiosk::exchange
