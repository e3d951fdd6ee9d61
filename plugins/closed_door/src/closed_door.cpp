// SPDX-License-Identifier: Apache-2.0
#include "closed_door.hpp"

namespace closed_door {

using namespace kiosk::sdk;

namespace {

constexpr std::string_view closed_kind = "closed_door";

// A ticket that this device's roster does not hold (yet) was signed by the organizer: to them it was given.
bool was_invited(const Holder& holder) {
    return holder.source != "walk_in";
}

// settings.contact {"zh", "en"}: who looks after the guests.
Decision not_invited(const Object& settings) {
    auto contact = kit::place_in(settings, "contact");
    if (!contact)
        return Decision::refuse("not_invited", Text::of("explain.not_invited"));
    return Decision::refuse("not_invited", Text::of("explain.not_invited_contact", {{"contact", std::move(*contact)}}));
}

// settings.nda true: the promise, the name under it, and what happens with phones.
bool asks_for_nda(const Object& settings) {
    return settings.flag("nda", false);
}

// "No" is an answer: who gives it talks to the host and is not asked a second time.
bool declined(const Answers& answers, const char* id) {
    return answers.contains(id) && !kit::is_yes(answers, id);
}

std::vector<std::string> unsigned_parts(const Answers& answers) {
    std::vector<std::string> open;
    for (const char* id : {"nda", "device_ban"})
        if (!kit::is_yes(answers, id))
            open.emplace_back(id);
    if (!kit::has_answer(answers, "nda_signature"))
        open.emplace_back("nda_signature");
    return open;
}

// Without a word of what is talked about.
constexpr std::array programme{
    kit::block::checkin.lasting(20),  kit::block::opening,
    kit::Block{"talk", "talks", 60},  kit::block::tea.lasting(10),
    kit::Block{"talk", "points", 30}, kit::Block{"talk", "minutes", 10},
};

constexpr auto restricted = kit::Audience::Organizers;

} // namespace

// The event type has the event's settings to itself; the add-on those under its id.
Object ClosedDoor::settings(const Event& event) const {
    return m_is_whole_event ? event.setting() : kit::settings_of(event, "closed_door");
}

Decision ClosedDoor::decide(const DecideRequest& request) const {
    if (!m_is_whole_event && request.door.session_kind != closed_kind)
        return Decision::admit();
    const Object own = settings(request.event);
    if (!was_invited(request.holder))
        return not_invited(own);
    if (m_is_whole_event)
        if (auto no = kit::common_rules(request))
            return *no;
    if (!asks_for_nda(own))
        return Decision::admit();
    const Answers& answers = request.holder.answers;
    if (declined(answers, "nda") || declined(answers, "device_ban"))
        return Decision::refuse("nda_required", Text::of("explain.declined"));
    auto open = unsigned_parts(answers);
    return open.empty() ? Decision::admit() : Decision::ask(std::move(open));
}

// What is signed is asked at the door, in front of somebody; the add-on asks nothing else.
Form ClosedDoor::form(const FormRequest& request) const {
    Form form;
    if (m_is_whole_event)
        form.steps.push_back(kit::person_step());
    if (asks_for_nda(settings(request.event))) {
        Step step = kit::step("nda", {kit::helped(kit::field("nda", "yes_no")),
                                      kit::helped(kit::field("nda_signature", "signature")),
                                      kit::helped(kit::field("device_ban", "yes_no"))});
        for (Field& field : step.fields) {
            field.ask_at = "checkin";
            field.required = m_is_whole_event; // of an add-on not everybody goes through the closed door
        }
        form.steps.push_back(std::move(step));
    }
    if (m_is_whole_event)
        form.steps.push_back(kit::consent_step());
    return form;
}

// No title, no names, no room: whoever stands behind the guest reads along. The add-on has no welcome of its own: the
// same screen greets the guests of the open event.
Welcome ClosedDoor::welcome(const WelcomeRequest&) const {
    return {{Text::of("welcome.quiet")}};
}

Agenda ClosedDoor::agenda(const AgendaRequest& request) const {
    return kit::agenda(request, programme, programme);
}

// In the open stands only how many there were: a closed session's title is the host's to hide.
Report ClosedDoor::report(const ReportRequest&) const {
    Report report;
    report.sections = {
        kit::section("closed_count", {m_is_whole_event ? "present" : "admitted_by_session"}),
        kit::section("closed_roster",
                     m_is_whole_event
                         ? std::vector<std::string>{"registered", "present", "organisations", "guests_with_titles"}
                         : std::vector<std::string>{"admitted_by_session"},
                     restricted),
        kit::section("closed_minutes", {"minutes"}, restricted),
        kit::section("closed_points", {"discussion_points"}, restricted),
    };
    if (m_is_whole_event)
        report.sections.push_back(kit::section("leads", {"leads_by_type"}, restricted));
    return report;
}

// A room for the whole event, and who is in it is nobody's choice at a kiosk: one booking holds it.
BookingResources ClosedDoor::resources(const ResourcesRequest& request) const {
    BookingResources resources;
    resources.purposes = {"business", "opportunity", "trial"};
    kit::offer(resources, kit::bookable("closed_room", "room", 1, 12), settings(request.event));
    return resources;
}

} // namespace closed_door
