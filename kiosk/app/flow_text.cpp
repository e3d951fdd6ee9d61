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
    if (auto* form = on_screen<screen::Form>()) {
        if (!form->focus.empty())
            form->form.set(form->focus, m_entry.text());
        if (effect == TextEntry::Effect::Entered) {
            // Enter goes to the next empty field of the page, and is the main action where there is none.
            const auto next = form->form.wants_focus();
            if (next.empty() || next == form->focus)
                next_in_form();
            else
                focus_field(next);
        }
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
    if (auto* form = on_screen<screen::Form>(); form != nullptr && !form->focus.empty())
        form->form.set(form->focus, m_entry.text());
}

} // namespace kiosk::app
