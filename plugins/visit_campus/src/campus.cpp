// SPDX-License-Identifier: Apache-2.0
#include "campus.hpp"

#include <charconv>

namespace visit_campus {

using namespace kiosk::sdk;

namespace {

constexpr std::array<std::string_view, 4> door_questions{"campus_role", "school", "intention", "graduation_year"};

// Doctoral students may have eight years before them, alumni come back; beyond that it is a slip of the finger.
constexpr std::int64_t years_ahead = 8;
constexpr std::int64_t years_back = 30;

std::optional<std::int64_t> year_of(const Moment& moment) {
    std::int64_t year = 0;
    const std::string& text = moment.local;
    const auto end = text.data() + std::min<std::size_t>(text.size(), 4);
    if (text.size() < 4 || std::from_chars(text.data(), end, year).ptr != end)
        return std::nullopt;
    return year;
}

namespace block = kit::block;

constexpr std::array programme{
    block::checkin,
    kit::Block{"talk", "demands", 15},
    kit::Block{"talk", "teaching_cases", 15},
    block::community.lasting(15),
    block::situation.lasting(15),
    block::pg_position.lasting(10),
    block::architecture,
    block::learning.lasting(15),
    block::recruit.lasting(20),
};

// Where the recruiting begins: the minutes of all that comes before.
constexpr std::int64_t recruiting_starts_min() {
    std::int64_t minutes = 0;
    for (const kit::Block& each : programme)
        if (std::string_view(each.kind) == "recruit")
            break;
        else
            minutes += each.length_min;
    return minutes;
}

bool wants(const Holder& holder, std::initializer_list<const char*> intentions) {
    const auto chosen = choices_of(holder.answers, "intention");
    return std::any_of(intentions.begin(), intentions.end(),
                       [&](const char* intention) { return kit::contains(chosen, intention); });
}

// settings.learning_path and settings.recruiting {"zh", "en"}: where the codes hang; without them the line says what to
// look for and not where.
std::optional<Text> pointer(const Event& event, const char* setting, const std::string& key) {
    if (auto place = kit::place_in(event.setting(), setting))
        return Text::of(key + "_at", {{"place", std::move(*place)}});
    return Text::of(key);
}

} // namespace

// Open: whoever studies or teaches may come.
Decision Campus::decide(const DecideRequest& request) const {
    return kit::decide(request, std::nullopt, door_questions);
}

Form Campus::form(const FormRequest& request) const {
    const auto of = [](Field field, const char* role) { return kit::when(std::move(field), "campus_role", {role}); };
    const auto line = [](const char* id) { return kit::limited(kit::field(id, "text"), std::nullopt, 80); };
    Form form;
    // Position and kind of work are for those who have one: the role below asks it in the words of a university.
    form.steps.push_back(
        kit::step("person", {kit::name_field(), kit::phone_field(), kit::organisation_field(), kit::title_field()}));
    form.steps.push_back(kit::step(
        "campus",
        {kit::required(kit::choice("campus_role", "single", {"student", "teacher", "recruiter", "other"})),
         line("school"), of(line("major"), "student"),
         of(kit::choice("degree", "single", {"college", "bachelor", "master", "doctor", "other"}), "student"),
         of(kit::helped(kit::limited(kit::field("graduation_year", "number"), 1950, 2100)), "student"),
         of(kit::helped(kit::leading_to(
                kit::leading_to(kit::choice("intention", "multiple", {"course", "exam", "internship", "job", "none"}),
                                "recruit", {"internship", "job"}),
                "training", {"course", "exam"})),
            "student"),
         of(line("course"), "teacher"), of(line("textbook"), "teacher"),
         of(kit::leading_to(kit::leading_to(kit::choice("teaching_wish", "multiple",
                                                        {"teaching_material", "guest_lecture", "joint_course",
                                                         "exam_site", "internship_base", "other"}),
                                            "training", {"joint_course", "exam_site"}),
                            "recruit", {"internship_base"}),
            "teacher"),
         kit::limited(kit::helped(kit::field("demand", "textarea")), std::nullopt, 300)}));
    form.steps.push_back(kit::consent_step());
    kit::ask_at_door(form, kit::asked_at_door(request.event.setting(), door_questions));
    return form;
}

Validation Campus::validate(const ValidateRequest& request) const {
    Validation validation;
    kit::none_and_some(validation, request.answers, "intention");
    const auto graduation = kit::integer_of(request.answers, "graduation_year");
    const auto year = year_of(request.event.starts);
    if (graduation && year && (*graduation > *year + years_ahead || *graduation < *year - years_back))
        kit::complain(validation, "graduation_year", "graduation_year");
    return validation;
}

Welcome Campus::welcome(const WelcomeRequest& request) const {
    std::optional<Text> learning, recruiting;
    if (wants(request.holder, {"course", "exam"}))
        learning = pointer(request.event, "learning_path", "welcome.learning");
    if (wants(request.holder, {"internship", "job"}))
        recruiting = pointer(request.event, "recruiting", "welcome.recruiting");
    return kit::lines({kit::greeting(request.holder), std::move(recruiting), std::move(learning), kit::zone(request),
                       kit::agenda_hint(request)});
}

Agenda Campus::agenda(const AgendaRequest& request) const {
    return kit::agenda(request, programme, programme);
}

Report Campus::report(const ReportRequest&) const {
    return kit::report({
        kit::section("roles", {"answers_campus_role", "answers_school", "answers_major", "answers_degree"}),
        kit::section("demands", {"answers_intention", "answers_teaching_wish", "answers_demand"}),
        kit::section("textbooks", {"answers_course", "answers_textbook"}),
        kit::section("graduation_years", {"answers_graduation_year"}),
        kit::section("booking_use", {"bookings_by_slot", "bookings_by_status"}),
    });
}

// Desks where companies talk to one student at a time, once recruiting has begun.
BookingResources Campus::resources(const ResourcesRequest& request) const {
    BookingResources resources;
    resources.purposes = {"recruit", "training"};
    kit::offer(resources,
               kit::in_slots(kit::bookable("recruiter_desk", "booth", 6, 2), recruiting_starts_min(), 10, 0, 6),
               request.event.setting());
    return resources;
}

} // namespace visit_campus
