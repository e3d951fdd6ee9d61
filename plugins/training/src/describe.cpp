// SPDX-License-Identifier: Apache-2.0
#include "training.hpp"

namespace training {

using namespace kiosk::sdk;
namespace block = kit::block;

namespace {

constexpr std::int64_t early_min = 15; // before an exam

std::string day_of(const Moment& moment) {
    return moment.local.substr(0, 10);
}

bool is_exam(const AgendaItem& item) {
    return item.kind == "exam";
}
bool is_class(const AgendaItem& item) {
    return item.kind == "learning" || item.kind == "class" || item.kind == "talk";
}

// The first of them that begins later on this day.
const AgendaItem* next_today(const WelcomeRequest& request, bool (*wanted)(const AgendaItem&)) {
    for (const AgendaItem& item : request.agenda)
        if (wanted(item) && item.starts.unix_ms > request.now.unix_ms && day_of(item.starts) == day_of(request.now))
            return &item;
    return nullptr;
}

// "<key>" with title and time, or "<key>_in_room" where there is a room.
Text about(const std::string& key, const AgendaItem& item) {
    std::vector<std::pair<std::string, Text>> args{{"title", Text::data(item.title)},
                                                   {"time", Text::data(item.starts.clock())}};
    if (item.room.zh.empty() && item.room.en.empty())
        return Text::of(key, std::move(args));
    args.emplace_back("room", Text::data(item.room));
    return Text::of(key + "_in_room", std::move(args));
}

// Into a running class one goes quietly; else the class of this half day is named.
std::optional<Text> class_line(const WelcomeRequest& request) {
    if (auto hint = kit::agenda_hint(request); hint && hint->key == "welcome.running")
        return hint;
    const AgendaItem* next = next_today(request, is_class);
    return next != nullptr ? std::optional(about("welcome.class", *next)) : std::nullopt;
}

std::optional<Text> exam_line(const WelcomeRequest& request) {
    if (request.holder.role != "attendee" || text_of(request.holder.answers, "exam") == "no")
        return std::nullopt;
    const AgendaItem* exam = next_today(request, is_exam);
    return exam != nullptr ? std::optional(about("welcome.exam", *exam)) : std::nullopt;
}

// settings.laptops {"zh": …, "en": …}: where those without one borrow one.
std::optional<Text> laptop_line(const WelcomeRequest& request) {
    const auto brings = request.holder.answers.find("laptop");
    auto place = kit::place_in(request.event.setting(), "laptops");
    if (!place || brings == request.holder.answers.end() || kit::is_yes(request.holder.answers, "laptop"))
        return std::nullopt;
    return Text::of("welcome.laptop", {{"place", std::move(*place)}});
}

constexpr kit::Block lesson{"learning", "class", 90};
constexpr kit::Block lab{"learning", "lab", 75};

constexpr std::array half_day{
    block::checkin.lasting(20), block::opening, lesson, block::tea.lasting(15), lab, block::qa.lasting(15),
};

constexpr std::array full_day{
    block::checkin.lasting(20),
    block::opening,
    lesson,
    block::tea.lasting(15),
    lab,
    block::lunch,
    lesson.titled("class_second"),
    block::tea.lasting(15),
    kit::Block{"learning", "exam_guide", 30},
    kit::Block{"exam", "exam", 60},
};

} // namespace

Welcome Training::welcome(const WelcomeRequest& request) const {
    return kit::lines({kit::greeting(request.holder), class_line(request), exam_line(request), laptop_line(request),
                       kit::zone(request), kit::badge_line(request.event)});
}

Agenda Training::agenda(const AgendaRequest& request) const {
    return kit::agenda(request, half_day, full_day);
}

// Who sat where and who passed is between the trainer and the trainee; the others see numbers.
Report Training::report(const ReportRequest&) const {
    return kit::report({
        kit::section("levels", {"answers_level"}),
        kit::section("attendance_matrix", {"attendance_matrix"}, kit::Audience::Organizers),
        kit::section("eligibility", {"eligibility"}, kit::Audience::Organizers),
        kit::section("exam_seats", {"answers_exam", "bookings_by_status"}),
        kit::section("exam_results", {"exam_results"}, kit::Audience::Organizers),
        kit::section("certificates", {"certificates"}, kit::Audience::Organizers),
        kit::section("invoices", {"answers_invoice"}, kit::Audience::Organizers),
    });
}

// A seat is taken before the day, and one a person.
BookingResources Training::resources(const ResourcesRequest& request) const {
    BookingResources resources;
    resources.most_per_person = 1;
    resources.grace_min = early_min;
    resources.purposes = {"training"};
    resources.needs_check_in = false;
    kit::offer(resources, kit::bookable("exam_seat", "exam_seat", 32, 1), request.event.setting());
    return resources;
}

} // namespace training
