// SPDX-License-Identifier: Apache-2.0
// The panel, an add-on: a moderator and panellists on stage, questions from the audience. Purpose: collects questions
// beforehand, tells moderator and speakers when to be where, and reports topics and questions. Seats are open, so it
// has nothing to say at the door. Its settings are in the event's under "roundtable". No state. Threads: any. Failure:
// settings of a wrong shape are a Problem; the form and the welcome then do without it.
#include <kiosk_plugin_kit.hpp>

namespace roundtable {

using namespace kiosk::sdk;

namespace {

constexpr std::int64_t max_topics = 3;
constexpr std::int64_t max_question = 120; // as much as a moderator reads aloud in one breath
constexpr std::int64_t ahead_min = 10;

struct Topic {
    std::string id;
    LocalText text;
};

// settings.roundtable.topics [{"id": "cloud", "zh": …, "en": …}]
std::vector<Topic> topics_of(const Object& settings) {
    std::vector<Topic> topics;
    for (const Json& item : settings.array("topics")) {
        const Object topic(item, "event.settings.roundtable.topics");
        topics.push_back({topic.text("id"), LocalText::read(topic)});
    }
    return topics;
}

const AgendaItem* coming_panel(const WelcomeRequest& request) {
    for (const AgendaItem& item : request.agenda)
        if (item.kind == "panel" && item.starts.unix_ms > request.now.unix_ms)
            return &item;
    return nullptr;
}

// Those on stage come a little before it starts. "<key>", or "<key>_in_room" where the agenda says where.
Text call_to_stage(const std::string& key, const AgendaItem& panel) {
    std::vector<std::pair<std::string, Text>> args{{"time", Text::data(kit::clock_before(panel.starts, ahead_min))}};
    if (panel.room.zh.empty() && panel.room.en.empty())
        return Text::of(key, std::move(args));
    args.emplace_back("room", Text::data(panel.room));
    return Text::of(key + "_in_room", std::move(args));
}

} // namespace

class Roundtable {
  public:
    explicit Roundtable(const Config&) {}

    Form form(const FormRequest& request) const {
        std::vector<Field> fields;
        if (const auto topics = topics_of(kit::settings_of(request.event, "roundtable")); !topics.empty()) {
            Field field = kit::helped(kit::field("panel_topics", "multiple"));
            for (const Topic& topic : topics)
                field.options.push_back({topic.id, Text::data(topic.text)});
            fields.push_back(kit::limited(std::move(field), std::nullopt, max_topics));
        }
        fields.push_back(
            kit::helped(kit::limited(kit::field("panel_question", "textarea"), std::nullopt, max_question)));
        return {{kit::step("panel", std::move(fields))}};
    }

    // What comes to the moderator must be a question that can be read out.
    Validation validate(const ValidateRequest& request) const {
        Validation validation;
        const std::string question = text_of(request.answers, "panel_question");
        if (question.find("://") != std::string::npos || question.find("www.") != std::string::npos)
            kit::complain(validation, "panel_question", "panel_question_link");
        return validation;
    }

    Welcome welcome(const WelcomeRequest& request) const {
        const AgendaItem* panel = coming_panel(request);
        const std::string& role = request.holder.role;
        if (panel == nullptr || role == "staff" || role == "volunteer")
            return {};
        if (role == "moderator" || role == "speaker")
            return {{call_to_stage("welcome.panel_" + role, *panel)}};
        if (kit::has_answer(request.holder.answers, "panel_question"))
            return {{Text::of("welcome.panel_asked", {{"time", Text::data(panel->starts.clock())}})}};
        auto desk = kit::place_in(kit::settings_of(request.event, "roundtable"), "question_desk");
        if (!desk)
            return {};
        return {{Text::of("welcome.panel_ask", {{"place", std::move(*desk)}})}};
    }

    // Questions are as people wrote them, so they are for the organizers; the others see what was talked about.
    Report report(const ReportRequest& request) const {
        Report report{{kit::section("panel", {"panel"})}};
        if (!topics_of(kit::settings_of(request.event, "roundtable")).empty())
            report.sections.push_back(kit::section("panel_topics", {"answers_panel_topics"}));
        report.sections.push_back(
            kit::section("panel_questions", {"answers_panel_question"}, kit::Audience::Organizers));
        return report;
    }
};

} // namespace roundtable

using roundtable::Roundtable;

KIOSK_PLUGIN(Roundtable, &Roundtable::form, &Roundtable::validate, &Roundtable::welcome, &Roundtable::report)
