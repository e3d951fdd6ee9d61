// SPDX-License-Identifier: Apache-2.0
// Who may come to the visit, what is asked of them, and what they are told.
#include "visit.hpp"

#include "bank.hpp"

namespace visit_enterprise {

using namespace kiosk::sdk;

namespace {

constexpr std::array<std::string_view, 3> door_questions{"department", "decision_level", "question"};

// A company lets in whom it expects: its own people and the delegation, who have tickets (one that this device's roster
// does not hold yet was signed by the organizer). Others wait until somebody of the company has said yes, unless
// settings.open lifts that.
std::optional<Decision> unlisted(const DecideRequest& request) {
    const bool listed = request.holder.source != "walk_in";
    if (listed || request.event.setting().flag("open", false))
        return std::nullopt;
    return Decision::to_staff("unapproved", Text::of("explain.unlisted"));
}

namespace block = kit::block;

constexpr std::array programme{
    block::company_intro.lasting(15),
    kit::Block{"talk", "interview", 40},
    block::community.lasting(15),
    block::deo.lasting(20),
    block::qa.lasting(25),
    kit::Block{"talk", "next_steps", 5},
};

// settings.confidential false opens what tells nothing of the company itself; interview, pains and leads stay closed.
kit::Audience audience_of(const Event& event) {
    return event.setting().flag("confidential", true) ? kit::Audience::Organizers : kit::Audience::Everybody;
}

// What the four types are called; the manifest has room for the name of all of them only.
const char* type_name(Host host) {
    switch (host) {
    case Host::Isv:
        return "type.isv";
    case Host::Integrator:
        return "type.integrator";
    case Host::Middleware:
        return "type.middleware";
    case Host::Customer:
        break;
    }
    return "type.customer";
}

// What this kind of company was visited for.
std::optional<ReportSection> emphasis_section(Host host) {
    switch (host) {
    case Host::Isv:
        return kit::section("emphasis", {"answers_delivery_model", "answers_Q31", "answers_Q33"},
                            kit::Audience::Organizers);
    case Host::Middleware:
        return kit::section("emphasis", {"answers_Q31", "answers_compatibility_product", "answers_compatibility_state"},
                            kit::Audience::Organizers);
    case Host::Integrator:
        return kit::section("suppliers",
                            {"answers_Q47_supplier", "answers_Q47_kind", "answers_Q47_qualifications",
                             "answers_Q16_kind", "answers_Q16_model"},
                            kit::Audience::Organizers);
    case Host::Customer:
        break;
    }
    return std::nullopt;
}

} // namespace

Decision Visit::decide(const DecideRequest& request) const {
    return kit::decide(request, unlisted(request), door_questions);
}

Form Visit::form(const FormRequest& request) const {
    if (request.form == "deep")
        return questionnaire(Depth::Deep, host_of(request.event.type));
    if (request.form == "quick")
        return questionnaire(Depth::Quick, host_of(request.event.type));
    if (request.form != "registration")
        throw Problem(KIOSK_E_REQUEST, "request.form must be registration, deep or quick");

    Form form;
    form.steps.push_back(kit::person_step());
    form.steps.push_back({"visit",
                          Text::of(type_name(host_of(request.event.type))),
                          {kit::limited(kit::field("department", "text"), std::nullopt, 60),
                           kit::choice("decision_level", "single", {"user", "recommender", "decider"}),
                           kit::limited(kit::helped(kit::field("question", "textarea")), std::nullopt, 300)}});
    form.steps.push_back(kit::consent_step());
    kit::ask_at_door(form, kit::asked_at_door(request.event.setting(), door_questions));
    return form;
}

Welcome Visit::welcome(const WelcomeRequest& request) const {
    std::optional<Text> noted;
    if (kit::has_answer(request.holder.answers, "question"))
        noted = Text::of("welcome.question_noted");
    return kit::lines({kit::greeting(request.holder), kit::zone(request), kit::agenda_hint(request), std::move(noted)});
}

// Two hours, whatever else the day holds.
Agenda Visit::agenda(const AgendaRequest& request) const {
    return kit::agenda(request, programme, programme);
}

Report Visit::report(const ReportRequest& request) const {
    const auto audience = audience_of(request.event);
    Report report;
    report.sections = {
        kit::section("attendance", {"registered", "present", "walk_in", "absent", "attendance_rate"}, audience),
        kit::section("visitors", {"organisations", "answers_department", "answers_decision_level"}, audience),
        kit::section("agenda", {"agenda_items"}, audience),
        kit::section("hosts", {"hosts_by_role"}, audience),
        kit::section("questionnaire",
                     {"questionnaire_deep_responses", "questionnaire_quick_responses", "answers_Q02", "answers_Q06"},
                     kit::Audience::Organizers),
        kit::section("estate",
                     {"answers_Q11_database", "answers_Q11_licence", "answers_Q11_tier", "answers_Q18", "answers_Q28",
                      "answers_uses_pg", "answers_Q29_version", "answers_Q37"},
                     kit::Audience::Organizers),
    };
    if (auto emphasis = emphasis_section(host_of(request.event.type)))
        report.sections.push_back(std::move(*emphasis));
    report.sections.push_back(kit::section(
        "pains", {"answers_Q41", "answers_Q35", "answers_Q23_problems", "answers_Q50_topic", "answers_question"},
        kit::Audience::Organizers));
    report.sections.push_back(kit::section(
        "plans", {"answers_Q40_next", "answers_Q48", "answers_Q49", "answers_qa_track"}, kit::Audience::Organizers));
    report.sections.push_back(
        kit::section("leads", {"leads_by_type", "answers_follow_ups"}, kit::Audience::Organizers));
    report.sections.push_back(kit::section("satisfaction", {"feedback_count", "feedback_mean"}, audience));
    return report;
}

// One room, where the interview goes on for those who could not be asked in the round.
BookingResources Visit::resources(const ResourcesRequest& request) const {
    BookingResources resources;
    resources.purposes = {"business", "pr", "trial", "opportunity", "town", "recruit", "training"};
    kit::offer(resources, kit::in_slots(kit::bookable("interview_room", "room", 1, 8), 15, 40, 5, 2),
               request.event.setting());
    return resources;
}

} // namespace visit_enterprise
