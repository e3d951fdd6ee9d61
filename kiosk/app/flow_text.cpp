// SPDX-License-Identifier: Apache-2.0
// Keys: from the on-screen keyboard and from a real one, to whatever field has the focus.
#include "app/kiosk_app.hpp"

namespace kiosk::app {

TextEntry::Layout KioskApp::writing_layout() const {
    return m_language == core::Language::Chinese ? TextEntry::Layout::Pinyin : TextEntry::Layout::Latin;
}

void KioskApp::on(const intent::PressKey& pressed) {
    if (on_screen<screen::StaffPin>() != nullptr)
        return press_pin(pressed.key);
    after_key(m_entry.press(pressed.key));
}

void KioskApp::on(const intent::TypeText& typed) {
    if (on_screen<screen::StaffPin>() != nullptr) {
        for (const char digit : typed.utf8)
            press_pin(std::string_view(&digit, 1));
        return;
    }
    after_key(m_entry.type(typed.utf8));
}

void KioskApp::on(const intent::SetLayout& wanted) { after_key(m_entry.set_layout(wanted.layout)); }
void KioskApp::on(const intent::PickCandidate& picked) { after_key(m_entry.pick(picked.index)); }
void KioskApp::on(const intent::TurnPage& turned) { after_key(m_entry.turn_page(turned.by)); }

void KioskApp::after_key(TextEntry::Effect effect) {
    if (effect == TextEntry::Effect::None)
        return;
    changed();
    if (auto* part = form_part()) {
        store_entry(*part);
        if (effect == TextEntry::Effect::Entered)
            enter_in_form();
    } else if (on_screen<screen::Search>() != nullptr) {
        update_search();
    } else if (auto* factor = on_screen<screen::SecondFactor>()) {
        factor->problem = {};
        if (effect == TextEntry::Effect::Entered)
            submit_factor();
    }
}

void KioskApp::take_entry() {
    m_entry.settle();
    if (auto* part = form_part())
        store_entry(*part);
}

void KioskApp::store_entry(FormPart& part) {
    const auto& focus = part.focus;
    if (!m_entry.is_open() || focus.empty())
        return;
    const auto before = focus.column.empty() ? part.form.text(focus.id) : part.form.cell(focus.id, focus.row, focus.column);
    if (before == m_entry.text())
        return; // looking at a field changes nothing
    after_answer(focus.column.empty() ? part.form.set(focus.id, m_entry.text())
                                      : part.form.set_cell(focus.id, focus.row, focus.column, m_entry.text()));
}

} // namespace kiosk::app
