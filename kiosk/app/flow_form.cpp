// SPDX-License-Identifier: Apache-2.0
// Open questions and walk-ins: both are forms, and both end in a commit that may ask for more.
#include "app/kiosk_app.hpp"
#include "app/result_text.hpp"

#include <algorithm>

namespace kiosk::app {

namespace {

constexpr std::string_view person_prefix = "person.";
constexpr std::string_view individual_organisation = "个人"; // as rosters write it; figures leave it out

std::size_t most_characters(core::QuestionType type) {
    switch (type) {
    case core::QuestionType::TextArea:
        return 1000;
    case core::QuestionType::Text:
    case core::QuestionType::Email:
        return 200;
    default:
        return 32;
    }
}

std::string help_key(core::QuestionType type) {
    switch (type) {
    case core::QuestionType::Date:
        return "form.help.date";
    case core::QuestionType::Time:
        return "form.help.time";
    case core::QuestionType::DateTime:
        return "form.help.datetime";
    case core::QuestionType::Multiple:
        return "form.help.multiple";
    default:
        return {};
    }
}

TextEntry::Layout layout_of(FieldKind kind, TextEntry::Layout writing) {
    if (takes_digits_only(kind))
        return TextEntry::Layout::Digits;
    if (kind == FieldKind::Email || kind == FieldKind::Country)
        return TextEntry::Layout::Latin;
    return writing;
}

} // namespace

// ---- fields ----

std::optional<FormField> KioskApp::field_for_question(std::string_view id) const {
    const auto* question = config().question(id);
    std::vector<core::Question> of_plugin;
    if (question == nullptr && m_ports.plugins != nullptr) {
        of_plugin = core::own_questions(m_ports.plugins->registration_form(config()));
        const auto found = std::ranges::find(of_plugin, id, &core::Question::id);
        question = found == of_plugin.end() ? nullptr : &*found;
    }
    if (question == nullptr)
        return std::nullopt;
    FormField field;
    field.question = *question;
    field.question.required = true; // it holds this person up, so it can't be left out
    field.max_characters = most_characters(question->type);
    if (const auto key = help_key(question->type); !key.empty())
        field.help = local_text(*m_ports.catalogue, key);
    return field;
}

FormField KioskApp::field_for_consent(std::string_view id, bool required) const {
    FormField field;
    field.is_consent = true;
    field.question.id = std::string(id);
    field.question.type = core::QuestionType::YesNo;
    field.question.required = required;
    auto key = "consent." + std::string(id);
    if (!m_ports.catalogue->has(key))
        key = "consent.other";
    field.question.text = local_text(*m_ports.catalogue, key);
    if (m_ports.catalogue->has(key + ".help"))
        field.help = local_text(*m_ports.catalogue, key + ".help");
    return field;
}

FormState KioskApp::walk_in_form() const {
    const auto field = [this](std::string_view name, core::QuestionType type, bool required, std::size_t characters) {
        FormField made;
        made.question.id = std::string(person_prefix) + std::string(name);
        made.question.type = type;
        made.question.required = required;
        made.max_characters = characters;
        const auto key = name == "title" ? std::string("walk_in.title_of_person") : "walk_in." + std::string(name);
        made.question.text = local_text(*m_ports.catalogue, key);
        if (m_ports.catalogue->has(key + ".help"))
            made.help = local_text(*m_ports.catalogue, key + ".help");
        return made;
    };
    using core::QuestionType;
    auto organisation = field("organisation", QuestionType::Text, true, 80);
    organisation.unless = "person.individual";
    FormState form;
    form.add_page({field("name", QuestionType::Text, true, 40), field("phone", QuestionType::Phone, true, 24)});
    form.add_page({std::move(organisation), field("individual", QuestionType::YesNo, false, 0)});
    std::vector<FormField> last{field("title", QuestionType::Text, false, 40), field_for_consent("privacy", true)};
    for (const auto& name : config().event.required_consents)
        if (name != "privacy" && name != "share")
            last.push_back(field_for_consent(name, true));
    const bool must_share = std::ranges::find(config().event.required_consents, "share") !=
                            config().event.required_consents.end();
    last.push_back(field_for_consent("share", must_share));
    form.add_page(std::move(last));

    // The event's own questions, so that the pages can be counted from the start. What depends on an answer, and what
    // the plugin wants, is asked when the commit says so.
    std::vector<FormField> asked;
    const std::string ticket_type = config().ticket_types.empty() ? "" : config().ticket_types.front().id;
    for (const auto& id : core::open_questions(config(), ticket_type, {}, {}))
        if (auto question = field_for_question(id))
            asked.push_back(std::move(*question));
    for (auto& page : paged(std::move(asked)))
        form.add_page(std::move(page));
    return form;
}

// ---- screens ----

void KioskApp::on(const intent::OpenWalkIn&) {
    const bool from_here = on_screen<screen::Idle>() != nullptr || on_screen<screen::Search>() != nullptr ||
                           on_screen<screen::SecondFactor>() != nullptr || on_screen<screen::Result>() != nullptr ||
                           on_screen<screen::Staff>() != nullptr;
    if (!from_here || (!m_settings.allow_walk_in && !m_staff))
        return;
    WalkInRequest request;
    request.checkpoint = m_checkpoint;
    request.key = core::make_uid(m_ports.clock->now(), *m_ports.random);
    show_form(std::move(request), walk_in_form());
}

void KioskApp::show_form(Pending pending, FormState form) {
    show(screen::Form{std::move(pending), std::move(form), {}});
    focus_field(on_screen<screen::Form>()->form.wants_focus());
}

void KioskApp::focus_field(std::string id) {
    auto* screen = on_screen<screen::Form>();
    if (screen == nullptr)
        return;
    m_entry.close();
    screen->focus.clear();
    changed();
    const auto shown = screen->form.fields();
    const bool on_page = std::ranges::any_of(shown, [&](const auto& field) { return field.id == id; });
    const auto* field = on_page ? screen->form.find(id) : nullptr;
    if (field == nullptr || !takes_text(field_kind(*field)))
        return;
    const auto kind = field_kind(*field);
    m_entry.open(screen->form.text(id), layout_of(kind, writing_layout()), field->max_characters,
                 takes_digits_only(kind));
    screen->focus = std::move(id);
}

void KioskApp::on(const intent::FocusField& focus) {
    take_entry();
    focus_field(focus.id);
}

void KioskApp::on(const intent::SetAnswer& answer) {
    auto* screen = on_screen<screen::Form>();
    if (screen == nullptr)
        return;
    const auto shown = screen->form.fields();
    if (std::ranges::none_of(shown, [&](const auto& field) { return field.id == answer.id; }))
        return; // of another page or another person's form
    if (!screen->form.set(answer.id, answer.value))
        return;
    changed();
    if (screen->focus == answer.id)
        focus_field(answer.id);
    else if (const auto now = screen->form.fields();
             std::ranges::none_of(now, [&](const auto& field) { return field.id == screen->focus; }))
        focus_field({}); // the answer took the focused field away
}

void KioskApp::next_in_form() {
    take_entry();
    auto* screen = on_screen<screen::Form>();
    changed();
    if (!screen->form.check_page())
        return focus_field(screen->form.wants_focus());
    if (screen->form.on_last_page())
        return finish_form();
    screen->form.next_page();
    focus_field(screen->form.wants_focus());
}

void KioskApp::finish_form() {
    auto pending = on_screen<screen::Form>()->pending;
    const auto form = on_screen<screen::Form>()->form;
    auto answers = form.answers();
    if (auto* attempt = std::get_if<Attempt>(&pending)) {
        attempt->request.answers = core::merged(attempt->request.answers, answers);
        for (const auto& [id, given] : form.consents())
            attempt->request.consents[id] = given;
    } else {
        auto& request = std::get<WalkInRequest>(pending);
        const auto typed = [&](std::string_view name) {
            const auto found = answers.find(std::string(person_prefix) + std::string(name));
            const auto* text = found == answers.end() ? nullptr : std::get_if<std::string>(&found->second);
            return text == nullptr ? std::string{} : *text;
        };
        request.person.name = typed("name");
        request.person.phone = typed("phone");
        request.person.organisation =
            form.yes("person.individual") ? std::string(individual_organisation) : typed("organisation");
        request.person.title = typed("title");
        std::erase_if(answers, [](const auto& answer) { return answer.first.starts_with(person_prefix); });
        request.answers = std::move(answers);
        request.consents = form.consents();
    }
    commit(std::move(pending), form);
}

// The decision wants more: new questions get pages of their own; what was answered already was not good enough.
void KioskApp::ask(Pending pending, FormState form, const core::Decision& decision) {
    if (m_out_of_order)
        return show(*m_out_of_order); // nothing shows yet that it could be saved: don't let anybody fill in a form
    std::vector<FormField> fresh;
    std::string go_to;
    for (auto id : decision.questions) {
        if (std::holds_alternative<WalkInRequest>(pending) && form.has(std::string(person_prefix) + id))
            id.insert(0, person_prefix); // the service found the name or the phone wanting
        if (form.has(id)) {
            form.set_problem(id, {"form.problem.again", {}});
            go_to = go_to.empty() ? id : go_to;
        } else if (auto field = field_for_question(id)) {
            fresh.push_back(std::move(*field));
        }
    }
    for (const auto& id : decision.consents) {
        if (form.has(id)) {
            form.set_problem(id, {"form.problem.must_accept", {}});
            go_to = go_to.empty() ? id : go_to;
        } else {
            fresh.push_back(field_for_consent(id, true));
        }
    }
    if (fresh.empty() && go_to.empty()) // wants an answer to something that nobody can put into words
        return show_result(ask_staff_view("result.staff_check.title", "result.staff_check.detail",
                                          m_settings.can_call_staff));
    if (go_to.empty())
        go_to = fresh.front().question.id;
    for (auto& page : paged(std::move(fresh)))
        form.add_page(std::move(page));
    form.go_to_page_of(go_to);
    show_form(std::move(pending), std::move(form));
}

} // namespace kiosk::app
