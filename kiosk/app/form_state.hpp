// SPDX-License-Identifier: Apache-2.0
#pragma once
// A form of one or more pages. Purpose: fields, answers, what is wrong with them, and which page is on; used for open
// questions and for walk-ins alike. What is asked is decided by the core (Decision) or by the walk-in flow, never here.
// Ownership: values. Threads: the application thread. Failure: an answer that doesn't fit its field is not taken.
#include "app/view.hpp"
#include "core/questions.hpp"

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace kiosk::app {

struct FormField {
    core::Question question; // its id is the field's id
    bool is_consent = false; // then the id is the consent's
    LocalText help;
    std::size_t max_characters = 200;
    std::string unless; // id of a yes/no field; a yes there takes this field away
};

FieldKind field_kind(const FormField& field);
bool takes_text(FieldKind kind);
bool takes_digits_only(FieldKind kind);

class FormState {
public:
    void add_page(std::vector<FormField> fields);
    bool has(std::string_view id) const { return find(id) != nullptr; }
    const FormField* find(std::string_view id) const;

    std::size_t page() const { return m_page; }
    std::size_t pages() const { return m_pages.size(); }
    bool on_last_page() const { return m_page + 1 >= m_pages.size(); }
    void go_to_page_of(std::string_view id);
    void next_page() { m_page += on_last_page() ? 0 : 1; }
    bool previous_page(); // false on the first one

    bool set(std::string_view id, const core::Answer& answer); // false: no such field, or no such answer
    void set_problem(std::string_view id, Message problem);
    std::string text(std::string_view id) const; // what was typed, or empty
    bool yes(std::string_view id) const;
    bool empty() const { return m_values.empty(); }

    // Marks what is wrong on this page; true if nothing is.
    bool check_page();
    // The field that should get the keys on this page: a wrong one, else the first required text that is empty.
    std::string wants_focus() const;

    std::vector<FieldView> fields() const; // of this page
    core::Answers answers() const;         // without consents; only fields that are asked
    core::Consents consents() const;

private:
    bool is_shown(const FormField& field) const;
    const core::Answer* value(std::string_view id) const;

    std::vector<std::vector<FormField>> m_pages;
    std::map<std::string, core::Answer, std::less<>> m_values;
    std::map<std::string, Message, std::less<>> m_problems;
    std::size_t m_page = 0;
};

// One group of questions a page: a long list of choices alone, two short fields together, and what depends on an
// answer never on the page of that answer.
std::vector<std::vector<FormField>> paged(std::vector<FormField> fields);

} // namespace kiosk::app
