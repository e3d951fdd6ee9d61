// SPDX-License-Identifier: Apache-2.0
// The fields of whatever form is on the screen: an attendee's, an interview's, a lead's.
#include "app/kiosk_app.hpp"
#include "app/session_setup.hpp"

#include <algorithm>

namespace kiosk::app {

namespace {

constexpr std::size_t cell_characters = 100;

TextEntry::Layout layout_of(const FormField& field, TextEntry::Layout writing) {
    const auto kind = field_kind(field);
    if (takes_digits_only(kind))
        return TextEntry::Layout::Digits;
    if (field.latin || kind == FieldKind::Email || kind == FieldKind::Country)
        return TextEntry::Layout::Latin;
    return writing;
}

} // namespace

FormPart* KioskApp::form_part() {
    if (auto* form = on_screen<screen::Form>())
        return form;
    if (auto* lead = on_screen<screen::LeadForm>())
        return lead;
    if (auto* meeting = on_screen<screen::MeetingForm>())
        return meeting;
    if (auto* outcome = on_screen<screen::OutcomeForm>())
        return outcome;
    if (auto* session = on_screen<screen::SessionForm>())
        return session;
    auto* interview = on_screen<screen::Interview>();
    const bool can_change = interview != nullptr && !interview->ending &&
                            interview->response.status == core::ResponseStatus::Draft;
    return can_change ? interview : nullptr;
}

const FormPart* KioskApp::form_part() const { return const_cast<KioskApp*>(this)->form_part(); }

bool KioskApp::is_on_page(std::string_view id) {
    const auto* part = form_part();
    if (part == nullptr)
        return false;
    const auto shown = part->form.fields();
    return std::ranges::any_of(shown, [&](const auto& field) { return field.id == id; });
}

// ---- the focus ----

void KioskApp::focus_on(Focus focus) {
    auto* part = form_part();
    if (part == nullptr)
        return;
    m_entry.close();
    part->focus = {};
    changed();
    const auto* field = is_on_page(focus.id) ? part->form.find(focus.id) : nullptr;
    if (field == nullptr)
        return;
    const auto kind = field_kind(*field);
    if (takes_text(kind)) {
        m_entry.open(part->form.text(focus.id), layout_of(*field, writing_layout()), field->max_characters,
                     takes_digits_only(kind));
        part->focus = {std::move(focus.id), 0, {}};
        return;
    }
    if (!has_cells(kind) || focus.row >= part->form.rows(focus.id))
        return;
    const auto& columns = core::columns_of(field->question);
    const auto column = std::ranges::find(columns, focus.column, &core::QuestionColumn::id);
    if (column == columns.end())
        return;
    FormField cell;
    cell.question.type = column->type;
    const auto cell_kind = field_kind(cell);
    if (takes_text(cell_kind)) // choices are shown by the window in the keyboard's place
        m_entry.open(part->form.cell(focus.id, focus.row, focus.column), layout_of(cell, writing_layout()),
                     cell_characters, takes_digits_only(cell_kind));
    part->focus = std::move(focus);
}

void KioskApp::on(const intent::FocusField& focus) {
    take_entry();
    focus_on({focus.id, 0, {}});
}

void KioskApp::on(const intent::FocusCell& focus) {
    take_entry();
    focus_on({focus.id, focus.row, focus.column});
}

// Enter goes to the next empty text of the page; where there is none, the keyboard makes room for what is not typed, and
// with nothing left it is the main action. In a table it goes to the next cell.
void KioskApp::enter_in_form() {
    auto& part = *form_part();
    if (!part.focus.column.empty())
        return focus_on(part.form.cell_after(part.focus));
    auto next = part.form.text_after(part.focus);
    if (next.empty())
        next = part.form.wants_focus();
    if (!next.empty() && next != part.focus)
        focus_on(std::move(next));
    else if (part.form.is_open())
        focus_on({});
    else
        next_in_form();
}

// ---- answers ----

void KioskApp::after_answer(bool taken) {
    if (!taken)
        return;
    changed();
    if (auto* interview = on_screen<screen::Interview>())
        interview->unsaved = true;
}

void KioskApp::on(const intent::SetAnswer& answer) {
    if (!is_on_page(answer.id)) // of another page or another person's form
        return;
    auto* part = form_part();
    if (const auto* chosen = std::get_if<std::string>(&answer.value); chosen != nullptr && *chosen == look_up_option && on_screen<screen::SessionForm>() != nullptr)
        return look_up(answer.id); // whoever is not among the choices
    if (!part->form.set(answer.id, answer.value))
        return;
    after_answer(true);
    if (part->focus.id == answer.id)
        focus_on({answer.id, 0, {}});
    else if (!part->focus.empty() && !is_on_page(part->focus.id))
        focus_on({}); // the answer took the focused field away
}

void KioskApp::on(const intent::SetCell& cell) {
    if (!is_on_page(cell.id))
        return;
    take_entry();
    auto& part = *form_part();
    if (!part.form.set_cell(cell.id, cell.row, cell.column, cell.value))
        return;
    after_answer(true);
    // A chosen cell leads on to the next one of its row that is empty; there the choosing ends.
    const auto next = part.form.cell_after({cell.id, cell.row, cell.column});
    const bool goes_on = next.row == cell.row && !next.empty() && part.form.cell(next.id, next.row, next.column).empty();
    focus_on(goes_on ? next : Focus{});
}

void KioskApp::on(const intent::StepCell& step) {
    if (!is_on_page(step.id))
        return;
    take_entry();
    auto& part = *form_part();
    const Focus here{step.id, step.row, step.column};
    after_answer(part.form.step_cell(step.id, step.row, step.column, step.by));
    if (part.focus == here)
        focus_on(here);
}

void KioskApp::on(const intent::AddRow& row) {
    if (!is_on_page(row.id))
        return;
    take_entry();
    auto& part = *form_part();
    if (!part.form.add_row(row.id))
        return;
    after_answer(true);
    focus_on({row.id, part.form.rows(row.id) - 1, core::columns_of(part.form.find(row.id)->question).front().id});
}

void KioskApp::on(const intent::RemoveRow& row) {
    if (!is_on_page(row.id))
        return;
    take_entry();
    focus_on({});
    after_answer(form_part()->form.remove_row(row.id, row.row));
}

void KioskApp::on(const intent::RestoreRow& row) {
    if (!is_on_page(row.id))
        return;
    take_entry();
    focus_on({});
    after_answer(form_part()->form.restore_row(row.id));
}

void KioskApp::on(const intent::AddStroke& stroke) {
    if (!is_on_page(stroke.id))
        return;
    focus_on({});
    after_answer(form_part()->form.add_stroke(stroke.id, stroke.stroke));
}

void KioskApp::on(const intent::ClearSignature& field) {
    if (is_on_page(field.id))
        after_answer(form_part()->form.clear(field.id));
}

// ---- on ----

void KioskApp::next_in_form() {
    take_entry();
    changed();
    if (on_screen<screen::Interview>() != nullptr)
        next_in_interview();
    else if (on_screen<screen::LeadForm>() != nullptr)
        next_in_lead();
    else if (on_screen<screen::MeetingForm>() != nullptr)
        next_in_meeting();
    else if (on_screen<screen::OutcomeForm>() != nullptr)
        next_in_outcome();
    else if (on_screen<screen::SessionForm>() != nullptr)
        next_in_session_form();
    else
        next_question();
}

bool KioskApp::passes_plugin(FormState& form, const core::QuestionnaireInfo* which) const {
    if (m_ports.plugins == nullptr)
        return true;
    const auto found = m_ports.plugins->validate(config(), which, form.declared_answers());
    for (const auto& [id, answer] : found.values)
        if (const auto* field = form.find_declared(id);
            field != nullptr && form.is_shown(*field) && form.is_ahead(field->question.id) && !form.answered(field->question.id))
            form.set(field->question.id, answer);
    bool good = true;
    for (const auto& problem : found.problems) {
        const auto* field = form.find_declared(problem.field);
        if (field == nullptr || !form.is_shown(*field) || form.is_ahead(field->question.id))
            continue; // its page comes yet
        form.set_said(field->question.id, problem.text);
        if (good && which == nullptr)
            form.go_to_page_of(field->question.id);
        good = false;
    }
    return good;
}

} // namespace kiosk::app
