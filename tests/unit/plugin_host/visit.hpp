// SPDX-License-Identifier: Apache-2.0
#pragma once
// An event of a type and its add-ons, with a guest before its door: what the tests of visits, closed doors and the business
// area share. Ownership: owns its broker. Threads: one. Failure: REQUIRE.
#include "core/leads.hpp"
#include "core/questions.hpp"
#include "support/catch.hpp"
#include "unit/plugin_host/fixture.hpp"

#include <algorithm>
#include <set>

namespace kiosk::test {

using Ids = std::vector<std::string>;

struct Visit {
    explicit Visit(const char* event_type, const std::vector<std::string>& addons = {})
        : broker(bench.broker(event_type, salon_folders(), addons)) {
        door.config.event.type = event_type;
        door.config.event.addons = addons;
        REQUIRE(broker->missing().empty());
    }

    Bench bench;
    std::unique_ptr<plugin_host::Broker> broker;
    Door door;

    core::PluginVerdict decide() { return broker->decide(door.query()); }
    void settings(const char* json) { door.config.event.settings = json; }
    void walks_in() { door.guest.source = core::RegistrationSource::WalkIn; }
    void comes_to(const char* session, const char* kind) {
        core::Session room;
        room.id = session;
        room.kind = kind;
        core::Checkpoint entrance;
        entrance.id = session;
        entrance.scope = core::Scope::Session;
        entrance.session = session;
        door.config.sessions.push_back(room);
        door.config.checkpoints.push_back(entrance);
        door.request.checkpoint = session;
    }
    core::Form registration() { return broker->registration_form(door.config); }
    core::QuestionnaireInfo interview(std::string_view id) {
        for (auto& info : broker->questionnaires())
            if (info.id == id)
                return info;
        FAIL("no such questionnaire");
        return {};
    }
    core::Form form(std::string_view id) {
        auto described = broker->questionnaire(door.config, interview(id));
        INFO((described ? std::string() : described.error().context));
        REQUIRE(described);
        return std::move(*described);
    }
    core::Validation validate(std::string_view id, const core::Answers& answers) {
        const auto info = interview(id);
        return broker->validate(door.config, &info, answers);
    }
    std::vector<core::LocalText> welcome() {
        return broker->welcome(door.config, door.in_roster ? &door.guest : nullptr, door.request.at);
    }
};

inline constexpr const char* enterprise_types[]{"visit.customer", "visit.isv", "visit.integrator", "visit.middleware"};

inline std::string number_of(int question) {
    return (question < 10 ? "Q0" : "Q") + std::to_string(question);
}

// The numbered questions of a form, without their parts (Q13_note).
inline std::set<std::string> numbered(const core::Form& form) {
    std::set<std::string> ids;
    for (const auto& question : core::own_questions(form))
        if (question.id.front() == 'Q' && question.id.find('_') == std::string::npos)
            ids.insert(question.id);
    return ids;
}

inline const core::Question& question_of(const core::Form& form, std::string_view id) {
    const auto* field = core::find_field(form, id);
    INFO(id);
    REQUIRE(field != nullptr);
    return field->question;
}

inline Ids choices_of(const std::vector<core::QuestionOption>& options) {
    Ids ids;
    for (const auto& option : options)
        ids.push_back(option.id);
    return ids;
}

inline Ids steps_of(const core::Form& form) {
    Ids ids;
    for (const auto& step : form)
        ids.push_back(step.id);
    return ids;
}

inline bool asked(const core::Form& form, std::string_view id, const core::Answers& answers) {
    const auto* field = core::find_field(form, id);
    INFO(id);
    REQUIRE(field != nullptr);
    return core::is_asked(form, *field, answers);
}

inline std::set<std::string> leads_from(const core::Form& form, const core::Answers& answers) {
    core::Response response;
    response.uid = "0193-response";
    response.status = core::ResponseStatus::Final;
    response.answers = answers;
    std::set<std::string> types;
    for (const auto& lead : core::leads_of(response, form))
        types.insert(lead.type);
    return types;
}

inline bool complains_at(const core::Validation& validation, std::string_view field) {
    return std::any_of(validation.problems.begin(), validation.problems.end(),
                       [&](const auto& problem) { return problem.field == field && !problem.text.zh.empty(); });
}

} // namespace kiosk::test
