// SPDX-License-Identifier: Apache-2.0
// Follow-ups in staff mode: what is to be done, for whom, by when; every change is a new version under a name.
#include "app/agenda.hpp"
#include "app/kiosk_app.hpp"
#include "app/result_text.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>

namespace kiosk::app {

namespace {

using core::LeadStatus;

constexpr std::array statuses{LeadStatus::New,  LeadStatus::Assigned, LeadStatus::Contacted, LeadStatus::Qualified,
                              LeadStatus::Won,  LeadStatus::Lost,     LeadStatus::Parked};
constexpr std::string_view nobody = "-"; // as an option: no owner

Message type_text(std::string_view type) {
    if (core::is_lead_type(type))
        return {"lead.type." + std::string(type), {}};
    return {"lead.type_other", {{"type", std::string(type)}}}; // of a newer version
}

Message status_text(LeadStatus status) { return {"lead.status." + std::string(core::to_string(status)), {}}; }

std::string day_text(const core::TimeZone& zone, core::Instant at) {
    const auto day = zone.civil(at);
    return fmt::format("{:04}-{:02}-{:02}", day.year, day.month, day.day);
}

std::string short_day(const std::string& due) { return due.size() == 10 ? due.substr(5) : due; }

bool wanted(const core::Lead& lead, std::string_view state, std::string_view type) {
    if (type != "all" && lead.type != type)
        return false;
    return state == "all" || (state == "open" ? core::is_open(lead.status) : core::to_string(lead.status) == state);
}

Message source_text(const core::Lead& lead) {
    return {lead.source.starts_with("answer/") ? "lead.source.answer" : "lead.source.staff", {}};
}

} // namespace

std::string KioskApp::today() const { return day_text(config().event.timezone, m_ports.clock->now()); }

std::string KioskApp::staff_name(std::string_view id) const {
    const auto* member = config().staff_member(id);
    return member == nullptr || member->name.empty() ? std::string(id) : member->name; // a station's name is its own
}

LeadRow KioskApp::row_of(const core::Lead& lead) const {
    LeadRow row;
    row.id = lead.uid;
    row.type = type_text(lead.type);
    row.organisation = lead.organisation;
    row.person = lead.person;
    row.owner = staff_name(lead.owner);
    row.due = short_day(lead.due);
    row.status = status_text(lead.status);
    row.open = core::is_open(lead.status);
    row.overdue = row.open && !lead.due.empty() && lead.due < today();
    row.priority = lead.priority;
    return row;
}

core::Status KioskApp::load_leads(StaffView& data) {
    const auto choice = [&](std::string id, std::string key, const std::string& chosen) {
        return ChoiceRow{id, local_text(*m_ports.catalogue, key), id == chosen};
    };
    data.lead_states.push_back(choice("open", "lead.filter.open", m_staff->lead_state));
    data.lead_states.push_back(choice("all", "lead.filter.all_states", m_staff->lead_state));
    for (const auto status : statuses) {
        const std::string id(core::to_string(status));
        data.lead_states.push_back(choice(id, "lead.status." + id, m_staff->lead_state));
    }
    data.lead_types.push_back(choice("all", "lead.filter.all_types", m_staff->lead_type));
    for (const auto type : core::lead_types)
        data.lead_types.push_back(choice(std::string(type), "lead.type." + std::string(type), m_staff->lead_type));

    KIOSK_TRY(const auto leads, m_ports.store->leads());
    for (const auto& lead : leads) {
        if (!lead.confidential.empty())
            continue; // this screen stands in the hall: a closed session's leads are on its organizers' list
        if (wanted(lead, m_staff->lead_state, m_staff->lead_type))
            data.leads.push_back(row_of(lead));
        if (lead.uid != m_staff->lead)
            continue;
        data.lead = LeadDetail{row_of(lead), source_text(lead), lead.note, {}};
        KIOSK_TRY(const auto history, m_ports.store->lead_history(lead.uid));
        for (auto version = history.rbegin(); version != history.rend(); ++version)
            data.lead->history.push_back({short_day(day_text(config().event.timezone, version->at)) + " " +
                                              clock_text(config().event.timezone, version->at),
                                          staff_name(version->changed_by), status_text(version->status),
                                          staff_name(version->owner), short_day(version->due), version->note});
    }
    return {};
}

void KioskApp::on(const intent::ChooseLeadState& chosen) {
    if (!m_staff || on_screen<screen::Staff>() == nullptr)
        return;
    m_staff->lead_state = chosen.id;
    tell_staff({});
}

void KioskApp::on(const intent::ChooseLeadType& chosen) {
    if (!m_staff || on_screen<screen::Staff>() == nullptr)
        return;
    m_staff->lead_type = chosen.id;
    tell_staff({});
}

void KioskApp::on(const intent::OpenLead& open) {
    if (!m_staff || on_screen<screen::Staff>() == nullptr)
        return;
    m_staff->lead = open.id; // empty: back to the list
    tell_staff({});
}

void KioskApp::on(const intent::ChangeLead&) {
    if (!m_staff || on_screen<screen::Staff>() == nullptr || m_staff->lead.empty())
        return;
    const auto stored = m_ports.store->lead(m_staff->lead);
    if (!stored || !*stored)
        return tell_staff({"staff.notice.unreadable", {{"why", stored ? m_staff->lead : stored.error().message_key}}});
    show_lead_form(**stored, false);
}

void KioskApp::on(const intent::AddLead&) {
    if (!m_staff || on_screen<screen::Staff>() == nullptr)
        return;
    core::Lead lead;
    lead.uid = core::make_uid(m_ports.clock->now(), *m_ports.random);
    lead.source = "staff";
    show_lead_form(std::move(lead), true);
}

void KioskApp::show_lead_form(core::Lead lead, bool is_new) {
    using core::QuestionType;
    const auto field = [&](std::string id, QuestionType type, bool required) {
        FormField made;
        made.question.type = type;
        made.question.required = required;
        made.question.text = local_text(*m_ports.catalogue, "lead.field." + id);
        made.question.id = std::move(id);
        made.max_characters = type == QuestionType::TextArea ? 400 : 80;
        return made;
    };
    const auto option = [&](FormField& made, std::string id, std::string_view key) {
        made.question.options.push_back({std::move(id), local_text(*m_ports.catalogue, key)});
    };
    auto type = field("type", QuestionType::Single, true);
    for (const auto each : core::lead_types)
        option(type, std::string(each), "lead.type." + std::string(each));
    auto status = field("status", QuestionType::Single, true);
    for (const auto each : statuses)
        option(status, std::string(core::to_string(each)), "lead.status." + std::string(core::to_string(each)));
    auto owner = field("owner", QuestionType::Single, true);
    option(owner, std::string(nobody), "lead.owner.nobody");
    bool known = lead.owner.empty();
    for (const auto& member : config().staff) {
        const auto name = member.name.empty() ? member.id : member.name;
        owner.question.options.push_back({member.id, {name, name}});
        known = known || member.id == lead.owner;
    }
    if (!known) // a station, or somebody who has left
        owner.question.options.push_back({lead.owner, {lead.owner, lead.owner}});
    auto due = field("due", QuestionType::Date, false);
    due.max_characters = 10;
    due.help = local_text(*m_ports.catalogue, "lead.field.due.help");
    auto priority = field("priority", QuestionType::Single, true);
    for (const auto* each : {"1", "2", "3"})
        option(priority, each, std::string("lead.priority.") + each);

    FormState form;
    if (is_new) {
        form.add_page({std::move(type)});
        form.add_page({field("organisation", QuestionType::Text, false), field("person", QuestionType::Text, false)});
    }
    form.add_page({std::move(status), std::move(owner)});
    form.add_page({std::move(due), std::move(priority), field("note", QuestionType::TextArea, false)});
    form.set("status", std::string(core::to_string(lead.status)));
    form.set("owner", lead.owner.empty() ? std::string(nobody) : lead.owner);
    form.set("priority", std::to_string(lead.priority));
    if (!lead.due.empty())
        form.set("due", lead.due);
    if (!lead.note.empty())
        form.set("note", lead.note);
    show(screen::LeadForm{{std::move(form), {}}, std::move(lead), is_new});
    focus_on(form_part()->form.wants_focus());
}

void KioskApp::next_in_lead() {
    auto* screen = on_screen<screen::LeadForm>();
    auto& form = screen->form;
    if (!form.check_page())
        return focus_on(form.wants_focus());
    if (!form.on_last_page()) {
        form.next_page();
        // On the last page the date is what most come for; the keyboard would hide the rest.
        return focus_on(form.wants_focus());
    }
    auto lead = screen->lead;
    if (screen->is_new) {
        lead.type = form.text("type");
        lead.organisation = form.text("organisation");
        lead.person = form.text("person");
    }
    lead.status = core::parse_lead_status(form.text("status")).value_or(lead.status);
    lead.owner = form.text("owner") == nobody ? std::string() : form.text("owner");
    lead.due = form.text("due");
    lead.priority = form.text("priority") == "1" ? 1 : form.text("priority") == "3" ? 3 : 2;
    lead.note = form.text("note");
    lead.changed_by = m_staff ? m_staff->id : std::string();
    lead.at = m_ports.clock->now();
    if (const auto problem = core::lead_problem(lead); !problem.empty()) {
        const std::string id = problem == "lead.problem.owner" ? "owner" : problem.starts_with("lead.problem.due") ? "due" : "type";
        form.set_problem(id, {problem, {}});
        form.go_to_page_of(id);
        return focus_on(form.wants_focus());
    }
    const auto draft = core::make_lead(lead);
    if (const auto saved = m_ports.store->append({&draft, 1}); !saved)
        return say({"staff.notice.not_saved", {{"why", saved.error().message_key}}});
    m_status_stale = true;
    m_staff->lead = lead.uid;
    go_idle();
    tell_staff({"staff.notice.lead_saved", {}});
}

} // namespace kiosk::app
