// SPDX-License-Identifier: Apache-2.0
// Open questions and walk-ins: both are forms, and both end in a commit that may ask for more.
#include "app/kiosk_app.hpp"
#include "app/result_text.hpp"

#include <algorithm>

namespace kiosk::app {

namespace {

constexpr std::string_view person_prefix = "person.";
constexpr std::string_view individual_organisation = "个人"; // as rosters write it; figures leave it out

std::size_t most_characters(const core::Question& question) {
    std::size_t most = 32;
    if (question.type == core::QuestionType::TextArea)
        most = 1000;
    else if (question.type == core::QuestionType::Text || question.type == core::QuestionType::Email)
        most = 200;
    const bool counted = question.type == core::QuestionType::TextArea || question.type == core::QuestionType::Text;
    if (counted && question.max && *question.max > 0)
        most = std::min(most, static_cast<std::size_t>(*question.max));
    return most;
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

std::string_view person_part(core::Binding binding) {
    switch (binding) {
    case core::Binding::Name:
        return "name";
    case core::Binding::Phone:
        return "phone";
    case core::Binding::Email:
        return "email";
    case core::Binding::Organisation:
        return "organisation";
    case core::Binding::Title:
        return "title";
    case core::Binding::Own:
    case core::Binding::Consent:
        break;
    }
    return {};
}

// Asked of somebody who registers at the door: what registration asks, and what the door can't do without.
bool is_for_walk_in(const core::Form& form, const core::FormField& field, std::string_view ticket_type) {
    const auto& question = field.question;
    if (question.ticket_types && std::ranges::find(*question.ticket_types, ticket_type) == question.ticket_types->end())
        return false;
    if (field.binding == core::Binding::Own && question.ask_at == core::AskAt::CheckIn && !question.required)
        return false;
    const auto* parent = question.depends_on ? core::find_field(form, question.depends_on->question) : nullptr;
    return parent == nullptr || parent == &field || is_for_walk_in(form, *parent, ticket_type);
}

} // namespace

// ---- fields ----

FormField KioskApp::field_of(const core::FormField& declared) const {
    FormField field;
    field.question = declared.question;
    field.declared_as = declared.question.id;
    field.help = declared.help;
    if (const auto key = help_key(field.question.type); field.help.zh.empty() && field.help.en.empty() && !key.empty())
        field.help = local_text(*m_ports.catalogue, key);
    if (declared.binding == core::Binding::Consent) {
        field.is_consent = true;
        field.question.type = core::QuestionType::YesNo;
    } else if (const auto part = person_part(declared.binding); !part.empty()) {
        field.question.id = std::string(person_prefix) + std::string(part);
    }
    field.max_characters = most_characters(field.question);
    return field;
}

std::optional<FormField> KioskApp::field_for_question(std::string_view id) const {
    core::FormField asked;
    if (const auto* question = config().question(id)) {
        asked.question = *question;
    } else {
        const auto declared = m_ports.plugins == nullptr ? core::Form{} : m_ports.plugins->registration_form(config());
        const auto* found = core::find_field(declared, id);
        if (found == nullptr || found->binding != core::Binding::Own)
            return std::nullopt;
        asked = *found;
    }
    asked.question.required = true; // it holds this person up, so it can't be left out
    return field_of(asked);
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

FormField KioskApp::field_for_person(std::string_view name, core::QuestionType type, bool required,
                                     std::size_t characters) const {
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
}

// ---- the walk-in form ----

FormState KioskApp::walk_in_form() const {
    const auto declared = m_ports.plugins == nullptr ? core::Form{} : m_ports.plugins->registration_form(config());
    const bool knows_person = std::ranges::any_of(declared, [](const auto& step) {
        return std::ranges::any_of(step.fields, [](const auto& field) { return field.binding == core::Binding::Name; });
    });
    FormState form;
    form.set_ticket_type(config().ticket_types.empty() ? "" : config().ticket_types.front().id);
    if (!knows_person)
        add_person_pages(form);
    add_declared_pages(form, declared, knows_person);
    add_event_questions(form);
    form.put_optional_steps_last();
    return form;
}

// Of an event type that asks nothing about the person itself.
void KioskApp::add_person_pages(FormState& form) const {
    using core::QuestionType;
    auto organisation = field_for_person("organisation", QuestionType::Text, true, 80);
    organisation.unless = "person.individual";
    form.add_page({field_for_person("name", QuestionType::Text, true, 40), field_for_person("phone", QuestionType::Phone, true, 24)});
    form.add_page({std::move(organisation), field_for_person("individual", QuestionType::YesNo, false, 0)});
    std::vector<FormField> last{field_for_person("title", QuestionType::Text, false, 40), field_for_consent("privacy", true)};
    for (const auto& name : config().event.required_consents)
        if (name != "privacy" && name != "share")
            last.push_back(field_for_consent(name, true));
    const bool must_share = std::ranges::find(config().event.required_consents, "share") !=
                            config().event.required_consents.end();
    last.push_back(field_for_consent("share", must_share));
    form.add_page(std::move(last));
}

void KioskApp::add_declared_pages(FormState& form, const core::Form& declared, bool with_person) const {
    const auto ticket_type = config().ticket_types.empty() ? std::string() : config().ticket_types.front().id;
    const auto& must = config().event.required_consents;
    const auto is_must = [&](std::string_view id) { return id == "privacy" || std::ranges::find(must, id) != must.end(); };
    struct Step {
        std::string id;
        LocalText title;
        std::vector<FormField> fields;
    };
    std::vector<Step> steps;
    for (const auto& declared_step : declared) {
        Step step{declared_step.id, declared_step.title, {}};
        for (const auto& declared_field : declared_step.fields) {
            if (!is_for_walk_in(declared, declared_field, ticket_type))
                continue;
            auto field = field_of(declared_field);
            // What the event asks itself under this id is asked as the event words it: the door checks it by that.
            if (const auto* own = config().question(field.question.id); own != nullptr && !field.is_consent)
                field.question = *own;
            if (form.has(field.question.id))
                continue; // the host's own page asks it
            if (field.is_consent)
                field.question.required = field.question.required || is_must(field.question.id);
            const bool organisation = declared_field.binding == core::Binding::Organisation;
            if (organisation)
                field.unless = "person.individual";
            if (declared_field.binding == core::Binding::Name || declared_field.binding == core::Binding::Phone)
                field.question.required = true; // nobody is entered without
            step.fields.push_back(std::move(field));
            if (organisation) // beside the field that it takes away
                step.fields.push_back(field_for_person("individual", core::QuestionType::YesNo, false, 0));
        }
        steps.push_back(std::move(step));
    }
    const auto asks = [&](std::string_view id) {
        return std::ranges::any_of(steps, [&](const auto& step) {
            return std::ranges::any_of(step.fields, [&](const auto& field) { return field.question.id == id; });
        });
    };
    if (with_person && !asks("person.phone")) {
        for (auto& step : steps) {
            const auto name = std::ranges::find(step.fields, "person.name", [](const auto& field) { return field.question.id; });
            if (name == step.fields.end())
                continue;
            step.fields.insert(name + 1, field_for_person("phone", core::QuestionType::Phone, true, 24));
            break;
        }
    }
    if (with_person) {
        std::vector<FormField> consents;
        if (!asks("privacy"))
            consents.push_back(field_for_consent("privacy", true));
        for (const auto& id : must)
            if (id != "privacy" && !asks(id))
                consents.push_back(field_for_consent(id, true));
        if (!consents.empty())
            steps.push_back({"consents", {}, std::move(consents)});
    }
    for (auto& step : steps) {
        // What is required comes first; what depends on an answer stays behind it, and the switch beside its field.
        const bool needs_organisation = std::ranges::any_of(
            step.fields, [](const FormField& field) { return !field.unless.empty() && field.question.required; });
        std::ranges::stable_partition(step.fields, [&](const FormField& field) {
            return (field.question.required && !field.question.depends_on) ||
                   (needs_organisation && field.question.id == "person.individual");
        });
        for (auto& page : paged(std::move(step.fields), Crowding::WalkIn))
            form.add_page(std::move(page), step.id, step.title);
    }
}

// The event's own questions, so that the pages can be counted from the start. What depends on an answer, and what the
// plugin wants besides, is asked when the commit says so.
void KioskApp::add_event_questions(FormState& form) const {
    std::vector<FormField> asked;
    const std::string ticket_type = config().ticket_types.empty() ? "" : config().ticket_types.front().id;
    for (const auto& id : core::open_questions(config(), ticket_type, {}, {})) {
        if (form.has(id))
            continue; // the event type asks it already
        if (auto question = field_for_question(id))
            asked.push_back(std::move(*question));
    }
    for (auto& page : paged(std::move(asked)))
        form.add_page(std::move(page), "event");
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
    screen::Form shown;
    shown.form = std::move(form);
    shown.pending = std::move(pending);
    if (shown.form.has("nda"))
        read_nda(shown);
    show(std::move(shown));
    focus_on(form_part()->form.wants_focus());
}

void KioskApp::next_question() {
    auto* screen = on_screen<screen::Form>();
    if (!screen->form.check_page())
        return focus_on(screen->form.wants_focus());
    if (screen->is_walk_in() && screen->form.ends_step() && !passes_plugin(screen->form, nullptr))
        return focus_on(screen->form.wants_focus());
    if (screen->form.on_last_page())
        return finish_form();
    screen->form.next_page();
    focus_on(screen->form.wants_focus());
}

void KioskApp::on(const intent::FinishForm&) {
    if (const auto* session = on_screen<screen::SessionForm>(); session != nullptr && session->act == core::SessionAct::Change && !session->session.empty() && m_staff) {
        take_entry();
        return save_setup();
    }
    auto* screen = on_screen<screen::Form>();
    if (screen == nullptr || !screen->is_walk_in() || !screen->form.rest_is_optional())
        return;
    take_entry();
    changed();
    if (!screen->form.check_page() || !passes_plugin(screen->form, nullptr))
        return focus_on(screen->form.wants_focus());
    finish_form();
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
        request.person.email = typed("email");
        request.person.organisation =
            form.yes("person.individual") ? std::string(individual_organisation) : typed("organisation");
        request.person.title = typed("title");
        std::erase_if(answers, [](const auto& answer) { return answer.first.starts_with(person_prefix); });
        request.answers = std::move(answers);
        request.consents = form.consents();
        // A consent that the event asks for as a question, too, has been asked once and answers both.
        for (const auto& [id, given] : request.consents)
            if (const auto* own = config().question(id); own != nullptr && own->type == core::QuestionType::YesNo)
                request.answers.try_emplace(id, given);
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
            if (id == "nda" && session_of_door() != nullptr && session_of_door()->nda)
                fresh.push_back(nda_signature());
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
