// SPDX-License-Identifier: Apache-2.0
// Questionnaires in staff mode: a draft that is saved with every page left, made final once, to be read ever after.
#include "app/agenda.hpp"
#include "app/kiosk_app.hpp"
#include "app/result_text.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace kiosk::app {

namespace {

constexpr std::string_view cover_step = "interview";
constexpr std::string_view organisation_field = "interview.organisation";
constexpr std::string_view respondent_field = "interview.respondent";

std::string when_text(const core::TimeZone& zone, core::Instant at, core::Instant now) {
    const auto day = zone.civil(at), today = zone.civil(now);
    const auto clock = clock_text(zone, at);
    if (day.year == today.year && day.month == today.month && day.day == today.day)
        return clock;
    return fmt::format("{:02}-{:02} {}", day.month, day.day, clock);
}

core::QuestionnaireInfo info_of(const core::Response& response, const std::vector<core::QuestionnaireInfo>& offered) {
    for (const auto& info : offered)
        if (info.plugin == response.plugin && info.id == response.questionnaire)
            return {response.plugin, response.questionnaire, response.version, info.name};
    // The plugin is gone; its own word is better than none.
    return {response.plugin, response.questionnaire, response.version, {response.questionnaire, response.questionnaire}};
}

void fill_in(FormState& form, const core::Response& response) {
    form.set(organisation_field, response.organisation);
    form.set(respondent_field, response.respondent);
    for (const auto& [id, answer] : response.answers)
        form.set(id, answer);
}

} // namespace

// ---- the list ----

core::Status KioskApp::load_interviews(StaffView& data) {
    const auto offered = m_ports.plugins == nullptr ? std::vector<core::QuestionnaireInfo>{} : m_ports.plugins->questionnaires();
    for (const auto& info : offered)
        data.offers.push_back({core::pinned_form_id(info), info.name});
    KIOSK_TRY(const auto responses, m_ports.store->responses());
    std::map<std::string, core::Result<core::Form>> forms; // each is read once
    for (const auto& response : responses) {
        const auto info = info_of(response, offered);
        ResponseRow row;
        row.id = response.uid;
        row.name = info.name;
        row.organisation = response.organisation;
        row.respondent = response.respondent;
        row.interviewer = staff_name(response.interviewer);
        row.when = when_text(config().event.timezone, response.at, m_ports.clock->now());
        row.final = response.status == core::ResponseStatus::Final;
        const auto key = core::pinned_form_id(info);
        auto form = forms.find(key);
        if (form == forms.end()) {
            bool pinned = false;
            form = forms.emplace(key, form_of(info, &pinned)).first;
        }
        if (form->second) {
            auto filled = interview_form(*form->second);
            fill_in(filled, response);
            std::tie(row.answered, row.asked) = filled.progress();
        }
        data.responses.push_back(std::move(row));
    }
    std::ranges::stable_partition(data.responses, [](const auto& row) { return !row.final; });
    return {};
}

// As it was pinned, whatever the plugin says now.
core::Result<core::Form> KioskApp::form_of(const core::QuestionnaireInfo& questionnaire, bool* pinned) {
    *pinned = false;
    KIOSK_TRY(const auto document, m_ports.store->config_document("form", core::pinned_form_id(questionnaire)));
    if (document) {
        *pinned = true;
        return core::parse_form(document->doc);
    }
    if (m_ports.plugins == nullptr)
        return core::fail(core::ErrorCode::Unavailable, "error.plugin_missing", questionnaire.plugin);
    return m_ports.plugins->questionnaire(config(), questionnaire);
}

FormState KioskApp::interview_form(const core::Form& declared) const {
    FormState form;
    const auto field = [&](std::string_view id, bool required) {
        FormField made;
        made.question.id = std::string(id);
        made.question.required = required;
        made.question.text = local_text(*m_ports.catalogue, id);
        made.max_characters = 80;
        return made;
    };
    form.add_page({field(organisation_field, true), field(respondent_field, false)}, std::string(cover_step),
                  local_text(*m_ports.catalogue, "interview.cover"));
    for (const auto& step : declared) {
        std::vector<FormField> fields;
        for (const auto& declared_field : step.fields) {
            auto made = field_of(declared_field);
            made.question.id = declared_field.question.id; // nothing here is the registrant's own
            fields.push_back(std::move(made));
        }
        for (auto& page : paged(std::move(fields), Crowding::Staff))
            form.add_page(std::move(page), step.id, step.title);
    }
    return form;
}

void KioskApp::on(const intent::StartInterview& start) {
    if (!m_staff || on_screen<screen::Staff>() == nullptr || m_ports.plugins == nullptr)
        return;
    for (const auto& info : m_ports.plugins->questionnaires()) {
        if (core::pinned_form_id(info) != start.offer)
            continue;
        screen::Interview interview;
        interview.questionnaire = info;
        auto declared = form_of(info, &interview.pinned);
        if (!declared)
            return tell_staff({"staff.notice.not_possible", {{"why", declared.error().message_key}}});
        interview.declared = std::move(*declared);
        interview.form = interview_form(interview.declared);
        auto& response = interview.response;
        response.uid = core::make_uid(m_ports.clock->now(), *m_ports.random);
        response.plugin = info.plugin;
        response.questionnaire = info.id;
        response.version = info.version;
        response.interviewer = m_staff->id;
        return show_interview(std::move(interview));
    }
}

void KioskApp::on(const intent::OpenResponse& open) {
    if (!m_staff || on_screen<screen::Staff>() == nullptr)
        return;
    const auto stored = m_ports.store->response(open.id);
    if (!stored || !*stored)
        return tell_staff({"staff.notice.unreadable", {{"why", stored ? open.id : stored.error().message_key}}});
    screen::Interview interview;
    interview.response = **stored;
    interview.questionnaire = info_of(interview.response, m_ports.plugins == nullptr ? std::vector<core::QuestionnaireInfo>{}
                                                                                     : m_ports.plugins->questionnaires());
    auto declared = form_of(interview.questionnaire, &interview.pinned);
    if (!declared)
        return tell_staff({"staff.notice.not_possible", {{"why", declared.error().message_key}}});
    interview.declared = std::move(*declared);
    interview.form = interview_form(interview.declared);
    fill_in(interview.form, interview.response);
    if (interview.response.status == core::ResponseStatus::Draft)
        interview.form.go_to_step(interview.response.step); // where it was left
    show_interview(std::move(interview));
}

void KioskApp::show_interview(screen::Interview interview) {
    show(std::move(interview));
    if (const auto* part = form_part())
        focus_on(part->form.wants_focus());
}

// ---- from page to page ----

void KioskApp::next_in_interview() {
    auto* interview = on_screen<screen::Interview>();
    if (interview->ending)
        return finish_interview();
    if (interview->response.status == core::ResponseStatus::Final) {
        if (interview->form.on_last_page())
            return go_idle();
        interview->form.next_page();
        return;
    }
    // A draft may have gaps; what is wrong in itself is said while the person who knows better is still there.
    if (!interview->form.check_page(true) || !passes_plugin(interview->form, &interview->questionnaire))
        return focus_on(interview->form.wants_focus());
    keep_draft();
    if (interview->form.on_last_page()) {
        focus_on({});
        interview->ending = true;
        return;
    }
    interview->form.next_page();
    focus_on(interview->form.wants_focus());
}

void KioskApp::back_in_interview() {
    auto* interview = on_screen<screen::Interview>();
    changed();
    if (interview->ending) {
        interview->ending = false;
        return;
    }
    take_entry();
    const bool saved = keep_draft();
    if (interview->form.previous_page())
        return focus_on({});
    if (saved) // else it stays here, with what went wrong said
        go_idle();
}

void KioskApp::on(const intent::JumpToStep& jump) {
    if (auto* session = on_screen<screen::SessionForm>(); session != nullptr && session->act == core::SessionAct::Change) {
        take_entry();
        session->form.go_to_step(jump.id);
        changed();
        return focus_on({});
    }
    auto* interview = on_screen<screen::Interview>();
    if (interview == nullptr)
        return;
    take_entry();
    keep_draft();
    interview->ending = false;
    interview->form.go_to_step(jump.id);
    changed();
    focus_on({});
}

void KioskApp::on(const intent::JumpToField& jump) {
    auto* interview = on_screen<screen::Interview>();
    if (interview == nullptr || !interview->form.has(jump.id))
        return;
    interview->ending = false;
    interview->form.go_to_page_of(jump.id);
    interview->form.check_page();
    changed();
    focus_on(interview->form.wants_focus());
}

// Whoever is asked shows their ticket: the cover page, or a new lead, takes name and organisation from it.
void KioskApp::take_respondent(const std::string& code) {
    auto* part = form_part();
    auto* interview = on_screen<screen::Interview>();
    auto* lead = on_screen<screen::LeadForm>();
    const bool wanted = part != nullptr && ((interview != nullptr && part->form.step() == cover_step) || (lead != nullptr && lead->is_new));
    if (!wanted)
        return say({"notice.interview_first", {}});
    const auto seen = m_ports.check_in->preview(new_attempt(code, "qr").request);
    if (!seen || !seen->registration)
        return say({"notice.interview_unknown", {}});
    const auto& registration = *seen->registration;
    take_entry();
    if (interview != nullptr) {
        interview->response.registration = registration.uid;
        part->form.set(organisation_field, registration.person.organisation);
        part->form.set(respondent_field, registration.person.name);
    } else {
        lead->lead.registration = registration.uid;
        part->form.set("organisation", registration.person.organisation);
        part->form.set("person", registration.person.name);
    }
    after_answer(true);
    focus_on({});
    say({"notice.interview_taken", {{"name", registration.person.name}}});
}

// ---- saving ----

core::Response KioskApp::response_now(const screen::Interview& interview, core::ResponseStatus status) const {
    auto response = interview.response;
    response.status = status;
    response.step = interview.form.step();
    response.at = m_ports.clock->now();
    if (m_staff)
        response.interviewer = m_staff->id;
    response.organisation = interview.form.text(organisation_field);
    response.respondent = interview.form.text(respondent_field);
    // What this form doesn't know is kept as it was.
    std::erase_if(response.answers, [&](const auto& answer) { return interview.form.has(answer.first); });
    for (auto& [id, answer] : interview.form.answers())
        if (id != organisation_field && id != respondent_field)
            response.answers.insert_or_assign(id, answer);
    return response;
}

core::Status KioskApp::save_interview(core::ResponseStatus status) {
    auto* interview = on_screen<screen::Interview>();
    auto response = response_now(*interview, status);
    std::vector<core::OperationDraft> drafts;
    if (!interview->pinned)
        drafts.push_back(core::make_config({"form", core::pinned_form_id(interview->questionnaire), core::form_json(interview->declared)}));
    drafts.push_back(core::make_response(response));
    for (const auto& lead : core::leads_of(response, interview->declared)) {
        // One that is there already, made final on another kiosk and perhaps followed up, stays as it is.
        KIOSK_TRY(const auto known, m_ports.store->lead(lead.uid));
        if (!known)
            drafts.push_back(core::make_lead(lead));
    }
    KIOSK_CHECK(m_ports.store->append(drafts));
    interview->pinned = true;
    interview->unsaved = false;
    interview->response = std::move(response);
    interview->status = {"interview.saved", {{"time", clock_text(config().event.timezone, interview->response.at)}}};
    m_status_stale = true;
    changed();
    return {};
}

bool KioskApp::keep_draft() {
    auto* interview = on_screen<screen::Interview>();
    if (interview == nullptr || !interview->unsaved || interview->response.status == core::ResponseStatus::Final)
        return true;
    const auto saved = save_interview(core::ResponseStatus::Draft);
    if (!saved)
        say({"staff.notice.not_saved", {{"why", saved.error().message_key}}});
    return saved.has_value();
}

void KioskApp::finish_interview() {
    auto* interview = on_screen<screen::Interview>();
    if (!interview->form.missing().empty())
        return; // the screen says what, and leads there
    const auto saved = save_interview(core::ResponseStatus::Final);
    if (!saved)
        return say({"staff.notice.not_saved", {{"why", saved.error().message_key}}});
    const auto leads = core::leads_of(interview->response, interview->declared).size();
    go_idle();
    tell_staff(leads == 0 ? Message{"staff.notice.final", {}}
                          : Message{"staff.notice.final_leads", {{"count", std::to_string(leads)}}});
}

// ---- views ----

FormView KioskApp::interview_view(const screen::Interview& interview) const {
    const bool final = interview.response.status == core::ResponseStatus::Final;
    FormView view;
    view.title = {"interview.title", {{"name", interview.questionnaire.name.in(m_language)}}};
    view.heading = interview.form.title();
    view.page = interview.form.page() + 1;
    view.pages = interview.form.pages();
    view.fields = interview.form.fields();
    view.focus = interview.focus.id;
    view.focus_row = interview.focus.row;
    view.focus_column = interview.focus.column;
    view.can_go_back = true;
    view.steps = interview.form.steps();
    view.read_only = final;
    const bool last = interview.form.on_last_page();
    view.next_label = {final && last ? "interview.close" : last ? "interview.review" : "form.next", {}};
    view.status = final ? Message{"interview.final", {{"name", staff_name(interview.response.interviewer)},
                                                      {"time", when_text(config().event.timezone, interview.response.at, m_ports.clock->now())}}}
                        : interview.status;
    if (interview.form.step() == cover_step && !final)
        view.hint = {"interview.hint", {}};
    return view;
}

InterviewEndView KioskApp::interview_end_view(const screen::Interview& interview) const {
    InterviewEndView view;
    view.name = interview.questionnaire.name;
    view.organisation = interview.form.text(organisation_field);
    view.respondent = interview.form.text(respondent_field);
    std::tie(view.answered, view.asked) = interview.form.progress();
    view.missing = interview.form.missing();
    for (const auto& lead : core::leads_of(response_now(interview, core::ResponseStatus::Final), interview.declared))
        view.leads.push_back({"lead.type." + lead.type, {}});
    return view;
}

} // namespace kiosk::app
