// SPDX-License-Identifier: Apache-2.0
#pragma once
// A form of one or more pages. Purpose: fields, answers, what is wrong with them, and which page is on; used for open
// questions, walk-ins, interviews and leads alike. Fields that another answer takes away are not shown, nor are pages
// without a field. What is asked is decided by the core (Decision, Form) or by a flow, never here.
// Ownership: values. Threads: the application thread. Failure: an answer that doesn't fit its field is not taken.
#include "app/view.hpp"
#include "core/questions.hpp"

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kiosk::app {

struct FormField {
    core::Question question; // its id is the field's id
    bool is_consent = false; // then the id is the consent's
    LocalText help;
    std::size_t max_characters = 200;
    bool latin = false;      // written in Latin letters, whatever language the screen speaks
    std::string unless;      // id of a yes/no field; a yes there takes this field away
    std::string declared_as; // its id in the plugin's form, where it has another one here
};

// Which field, or which cell of a list or contact, keys go to.
struct Focus {
    std::string id;
    std::size_t row = 0;
    std::string column;
    bool empty() const { return id.empty(); }
    friend bool operator==(const Focus&, const Focus&) = default;
};

// Who the questions are put to decides how much stands on a page.
enum class Crowding : std::uint8_t { Public = 1, WalkIn, Staff };

FieldKind field_kind(const FormField& field);
bool takes_text(FieldKind kind);
bool takes_digits_only(FieldKind kind);
bool has_cells(FieldKind kind);

class FormState {
public:
    // Pages of one step follow each other.
    void add_page(std::vector<FormField> fields, std::string step = {}, LocalText title = {});
    void set_ticket_type(std::string ticket_type) { m_ticket_type = std::move(ticket_type); }

    bool has(std::string_view id) const { return find(id) != nullptr; }
    const FormField* find(std::string_view id) const;
    const FormField* find_declared(std::string_view id) const; // by its id in the plugin's form
    bool is_shown(const FormField& field) const;

    // Counted among the pages that have something to show.
    std::size_t page() const;
    std::size_t pages() const;
    bool on_last_page() const { return next_shown() >= m_pages.size(); }
    bool ends_step() const; // nothing of this page's step comes after it
    // Steps that ask for nothing required go behind those that do, so that who is in a hurry can stop before them.
    void put_optional_steps_last();
    bool rest_is_optional() const; // there are pages after this one, and none of them has to be answered
    const std::string& step() const { return m_pages.at(m_page).step; }
    const LocalText& title() const { return m_pages.at(m_page).title; }
    std::vector<StepView> steps() const;
    bool is_ahead(std::string_view id) const; // on a page after this one
    void go_to_page_of(std::string_view id);
    void go_to_step(std::string_view step);
    void next_page();
    bool previous_page(); // false on the first one

    bool set(std::string_view id, const core::Answer& answer); // false: no such field, or no such answer
    void offer(std::string_view id, core::QuestionOption option); // one more to choose from, before the last one
    void set_options(std::string_view id, std::vector<core::QuestionOption> options); // an answer that is not among them goes
    void set_problem(std::string_view id, Message problem);
    void set_said(std::string_view id, LocalText said); // wrong, in the words of the plugin
    std::string text(std::string_view id) const; // what was typed, or empty
    bool yes(std::string_view id) const;
    bool answered(std::string_view id) const;
    bool empty() const { return m_values.empty(); }

    // Lists and contacts. A contact always has its one row.
    std::string cell(std::string_view id, std::size_t row, std::string_view column) const;
    bool set_cell(std::string_view id, std::size_t row, std::string_view column, std::string value);
    bool step_cell(std::string_view id, std::size_t row, std::string_view column, int by); // never under zero
    bool add_row(std::string_view id); // false: there are enough
    bool remove_row(std::string_view id, std::size_t row);
    bool restore_row(std::string_view id); // the one removed last, where it was
    std::size_t rows(std::string_view id) const;

    // Signatures.
    bool add_stroke(std::string_view id, const Stroke& stroke);
    bool clear(std::string_view id);

    // Marks what is wrong on this page; true if nothing is. With `drafting`, what is not there yet is not wrong.
    bool check_page(bool drafting = false);
    // Of all pages: fields that are shown and not as they should be.
    std::vector<MissingRow> missing() const;
    // The field that should get the keys on this page: a wrong one, else the first required text that is empty.
    Focus wants_focus() const;
    Focus text_after(const Focus& focus) const; // the next empty one of this page, required or not
    bool is_open() const;                       // something on this page that is no text waits for an answer
    Focus cell_after(const Focus& focus) const; // the next one to be typed in; empty at the end

    std::vector<FieldView> fields() const; // of this page
    core::Answers answers() const;         // without consents; only fields that are asked
    core::Consents consents() const;
    core::Answers declared_answers() const; // all of it under the ids of the plugin's form
    std::pair<std::size_t, std::size_t> progress() const; // how many are answered, of how many that are asked

private:
    struct Page {
        std::string step;
        LocalText title;
        std::vector<FormField> fields;
    };
    struct Removed {
        std::size_t row = 0;
        core::AnswerRow cells;
    };
    template <typename T> using ById = std::map<std::string, T, std::less<>>;

    bool is_shown(const FormField& field, std::size_t depth) const;
    bool is_shown(const Page& page) const;
    std::size_t next_shown() const;
    const core::Answer* value(std::string_view id) const;
    const core::AnswerRows* rows_of(std::string_view id) const;
    core::AnswerRows* rows_to_change(std::string_view id);
    const core::QuestionColumn* column(std::string_view id, std::string_view column) const;
    Message problem_of(const FormField& field, bool drafting, std::vector<CellProblem>* cells) const;
    FieldView field_view(const FormField& field) const;
    void forget_problem(std::string_view id);

    std::vector<Page> m_pages;
    std::string m_ticket_type;
    ById<core::Answer> m_values;
    ById<Message> m_problems;
    ById<LocalText> m_said;
    ById<std::vector<CellProblem>> m_cell_problems;
    ById<Removed> m_removed;
    std::size_t m_page = 0;
};

// One group of questions a page: a table, a signature or a long list of choices alone, short fields together, and what
// depends on an answer never on the page of that answer.
std::vector<std::vector<FormField>> paged(std::vector<FormField> fields, Crowding crowding = Crowding::Public);

} // namespace kiosk::app
