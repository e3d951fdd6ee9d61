// SPDX-License-Identifier: Apache-2.0
#include "plugin_host/broker.hpp"

#include "core/questions.hpp"
#include "crypto/crypto.hpp"

#include <algorithm>

namespace kiosk::plugin_host {

using core::ErrorCode;
using core::Outcome;
using core::PluginVerdict;
using core::Reason;

namespace {

constexpr std::string_view decide_method = "admission.decide/1";
constexpr std::string_view form_method = "form.describe/1";
constexpr std::string_view validate_method = "form.validate/1";
constexpr std::string_view welcome_method = "welcome.describe/1";
constexpr std::string_view agenda_method = "agenda.describe/1";
constexpr std::string_view report_method = "report.sections/1";
constexpr std::string_view registration_form_id = "registration";
constexpr std::size_t max_welcome_lines = 6;

PluginVerdict unavailable() {
    return {Outcome::StaffCheck, Reason::PluginUnavailable, {}, {}};
}

int strictness(Outcome outcome) {
    switch (outcome) {
    case Outcome::Admitted:
    case Outcome::Repeat:
        return 0;
    case Outcome::Incomplete:
        return 1;
    case Outcome::StaffCheck:
        return 2;
    case Outcome::Refused:
        return 3;
    }
    return 3;
}

// The stricter of two; of equal ones the first, and questions of both.
PluginVerdict stricter(PluginVerdict a, PluginVerdict b) {
    if (strictness(b.outcome) > strictness(a.outcome))
        return b;
    if (a.outcome == Outcome::Incomplete && b.outcome == Outcome::Incomplete)
        for (auto& id : b.questions)
            if (std::find(a.questions.begin(), a.questions.end(), id) == a.questions.end())
                a.questions.push_back(std::move(id));
    return a;
}

const core::Question* find(const std::vector<core::Question>& questions, std::string_view id) {
    const auto found =
        std::find_if(questions.begin(), questions.end(), [&](const core::Question& q) { return q.id == id; });
    return found == questions.end() ? nullptr : &*found;
}

core::Answers answers_of(const core::PluginQuery& query) {
    static const core::Answers none;
    return core::merged(query.registration != nullptr ? query.registration->answers : none, query.request->answers);
}

template <typename Wanted>
core::Result<std::unique_ptr<Plugin>> load_wanted(const Discovery& discovery, std::string_view id,
                                                  const Options& options, Wanted&& wanted) {
    const auto found = std::find_if(discovery.plugins.begin(), discovery.plugins.end(), wanted);
    if (found != discovery.plugins.end())
        return Plugin::load(*found, options);
    // A folder of that name with a broken manifest says more than "not there".
    for (const Refusal& refusal : discovery.refused)
        if (refusal.folder.filename() == id)
            return std::unexpected(refusal.error);
    return core::fail(ErrorCode::NotFound, "error.plugin_missing", std::string(id));
}

} // namespace

std::unique_ptr<Broker> Broker::create(std::string_view event_type, std::span<const std::string> addons,
                                       std::span<const std::filesystem::path> folders, const Options& options) {
    KIOSK_ASSERT(crypto::initialise()); // without it no hash can be checked
    const Discovery discovery = discover(folders);
    std::vector<MissingPlugin> missing;

    std::unique_ptr<Plugin> type;
    if (auto loaded = load_wanted(discovery, event_type, options,
                                  [&](const Manifest& manifest) { return manifest.serves(event_type); }))
        type = std::move(*loaded);
    else
        missing.push_back({std::string(event_type), true, std::move(loaded).error()});

    std::vector<std::unique_ptr<Plugin>> others;
    for (const std::string& addon : addons) {
        if (auto loaded = load_wanted(discovery, addon, options, [&](const Manifest& manifest) {
                return manifest.type == PluginType::AddOn && manifest.id == addon;
            }))
            others.push_back(std::move(*loaded));
        else
            missing.push_back({addon, false, std::move(loaded).error()});
    }
    return std::make_unique<Broker>(std::move(type), std::move(others), std::move(missing));
}

Broker::Broker(std::unique_ptr<Plugin> event_type, std::vector<std::unique_ptr<Plugin>> addons,
               std::vector<MissingPlugin> missing)
    : m_event_type(std::move(event_type)), m_addons(std::move(addons)), m_missing(std::move(missing)) {}

std::vector<Plugin*> Broker::plugins() const {
    std::vector<Plugin*> all;
    if (m_event_type)
        all.push_back(m_event_type.get());
    for (const auto& addon : m_addons)
        all.push_back(addon.get());
    return all;
}

std::vector<PluginStatus> Broker::status() const {
    std::vector<PluginStatus> rows;
    for (const Plugin* plugin : plugins()) {
        const Manifest& manifest = plugin->manifest();
        rows.push_back({manifest.id, manifest.version, manifest.name, manifest.type, plugin->in_quarantine(),
                        plugin->statistics()});
    }
    return rows;
}

void Broker::release_quarantine() {
    for (Plugin* plugin : plugins())
        plugin->release();
    m_forms.clear();
}

PluginVerdict Broker::decide(const core::PluginQuery& query) {
    KIOSK_ASSERT(query.config != nullptr && query.checkpoint != nullptr && query.request != nullptr);
    if (query.request->direction == core::Direction::Exit)
        return {};
    if (!m_event_type)
        return unavailable();
    PluginVerdict verdict;
    for (Plugin* plugin : plugins()) {
        if (plugin->manifest().has_method(decide_method))
            verdict = stricter(std::move(verdict), decide_one(*plugin, query));
        if (verdict.outcome == Outcome::Refused)
            break; // nothing is stricter
    }
    return verdict;
}

PluginVerdict Broker::decide_one(Plugin& plugin, const core::PluginQuery& query) {
    const core::Answers answers = answers_of(query);
    const auto& own = form_of(plugin, *query.config).own;
    const auto is_question = [&](std::string_view id) {
        return query.config->question(id) != nullptr || find(own, id);
    };

    const auto fits = [](const core::Question& question, const core::Answer& answer) {
        return core::check_answer(question, &answer) == core::AnswerProblem::None;
    };
    // The answers that the plugin reads; of its own questions only those that fit, so that it need not check types.
    core::Answers visible = visible_answers(plugin.manifest(), answers);
    std::erase_if(visible, [&](const auto& entry) {
        const core::Question* question = find(own, entry.first);
        return question != nullptr && !fits(*question, entry.second);
    });

    const auto& event = m_encoder.encode(query.config->event);
    const auto request = event ? core::Result<std::string>(decide_request(*event, query, visible)) : event;
    auto verdict = plugin.ask(decide_method, request, [&](const ReplyReader& reader, std::string_view reply) {
        return reader.decision(reply, is_question);
    });
    if (!verdict)
        return unavailable();

    // What is answered well already is not asked again: or the guest would go round in circles before a plugin that
    // asks for what it may not read.
    if (verdict->outcome == Outcome::Incomplete) {
        std::erase_if(verdict->questions, [&](const std::string& id) {
            const core::Question* question = find(own, id);
            if (question == nullptr)
                question = query.config->question(id);
            const auto answer = answers.find(id);
            return answer != answers.end() && fits(*question, answer->second);
        });
        if (verdict->questions.empty())
            return unavailable();
    }
    return std::move(*verdict);
}

// Described once an event: it depends on nothing else.
const Broker::KnownForm& Broker::form_of(Plugin& plugin, const core::EventConfig& config) {
    static const KnownForm none;
    const auto& event = m_encoder.encode(config.event);
    if (!event || !plugin.manifest().has_method(form_method))
        return none;
    KnownForm& known = m_forms[&plugin];
    if (known.event == *event)
        return known;
    auto form = plugin.ask(form_method, form_request(*event, registration_form_id),
                           [](const ReplyReader& reader, std::string_view reply) { return reader.form(reply); });
    known.event = *event;
    known.form = form ? std::move(*form) : Form{};
    known.own = core::own_questions(known.form);
    return known;
}

Form Broker::registration_form(const core::EventConfig& config) {
    std::vector<Form> forms;
    for (Plugin* plugin : plugins())
        forms.push_back(form_of(*plugin, config).form);
    return core::merge_forms(forms);
}

std::vector<core::LocalText> Broker::welcome(const core::EventConfig& config, const core::Registration* registration,
                                             core::Instant now) {
    static const core::Answers none;
    std::vector<core::LocalText> lines;
    for (Plugin* plugin : plugins()) {
        if (!plugin->manifest().has_method(welcome_method))
            continue;
        const auto& event = m_encoder.encode(config.event);
        const core::Answers visible =
            visible_answers(plugin->manifest(), registration != nullptr ? registration->answers : none);
        const auto request =
            event ? core::Result<std::string>(welcome_request(*event, config.event, registration, now, visible))
                  : event;
        auto described = plugin->ask(welcome_method, request, [](const ReplyReader& reader, std::string_view reply) {
            return reader.welcome(reply);
        });
        if (described)
            std::move(described->begin(), described->end(), std::back_inserter(lines));
    }
    if (lines.size() > max_welcome_lines)
        lines.resize(max_welcome_lines);
    return lines;
}

std::vector<core::QuestionnaireInfo> Broker::questionnaires() {
    std::vector<core::QuestionnaireInfo> all;
    for (const Plugin* plugin : plugins())
        all.insert(all.end(), plugin->manifest().questionnaires.begin(), plugin->manifest().questionnaires.end());
    return all;
}

Plugin* Broker::plugin_of(std::string_view id) const {
    for (Plugin* plugin : plugins())
        if (plugin->manifest().id == id)
            return plugin;
    return nullptr;
}

core::Result<Form> Broker::questionnaire(const core::EventConfig& config, const core::QuestionnaireInfo& which) {
    Plugin* plugin = plugin_of(which.plugin);
    if (plugin == nullptr)
        return core::fail(ErrorCode::NotFound, "error.plugin_missing", which.plugin);
    const auto& event = m_encoder.encode(config.event);
    const auto request = event ? core::Result<std::string>(form_request(*event, which.id)) : event;
    return plugin->ask(form_method, request,
                       [](const ReplyReader& reader, std::string_view reply) { return reader.form(reply); });
}

core::Validation Broker::validate(const core::EventConfig& config, const core::QuestionnaireInfo* which,
                                  const core::Answers& answers) {
    core::Validation all;
    for (Plugin* plugin : plugins()) {
        const Manifest& manifest = plugin->manifest();
        if (!manifest.has_method(validate_method) || (which != nullptr && which->plugin != manifest.id))
            continue;
        // Of a registration it sees what its manifest reads; a questionnaire is all its own.
        const auto form = which == nullptr ? core::Result<Form>(form_of(*plugin, config).form)
                                           : questionnaire(config, *which);
        const auto& event = m_encoder.encode(config.event);
        if (!form || !event)
            continue;
        const auto request = validate_request(*event, which == nullptr ? registration_form_id : which->id,
                                              which == nullptr ? visible_answers(manifest, answers) : answers);
        auto found = plugin->ask(validate_method, request, [&](const ReplyReader& reader, std::string_view reply) {
            return reader.validation(reply, *form);
        });
        if (!found)
            continue;
        std::move(found->problems.begin(), found->problems.end(), std::back_inserter(all.problems));
        all.values.merge(found->values);
    }
    return all;
}

std::vector<core::LocalText> Broker::in_quarantine() {
    std::vector<core::LocalText> names;
    for (const Plugin* plugin : plugins())
        if (plugin->in_quarantine())
            names.push_back(plugin->manifest().name);
    return names;
}

std::vector<core::AgendaItem> Broker::agenda_template(const core::EventConfig& config, bool full_day) {
    std::vector<core::AgendaItem> items;
    const auto& event = m_encoder.encode(config.event);
    if (!event || !m_event_type || !m_event_type->manifest().has_method(agenda_method))
        return items;
    const auto blocks =
        m_event_type->ask(agenda_method, agenda_request(*event, full_day),
                          [](const ReplyReader& reader, std::string_view reply) { return reader.agenda(reply); });
    if (!blocks)
        return items;
    for (const AgendaBlock& block : *blocks) {
        const core::Instant starts = config.event.starts + block.start_min * core::minute_ms;
        items.push_back({block.kind, block.title, {}, starts, starts + block.length_min * core::minute_ms});
    }
    return items;
}

std::vector<ReportSection> Broker::report_sections(const core::EventConfig& config) {
    std::vector<ReportSection> sections;
    const auto& event = m_encoder.encode(config.event);
    for (Plugin* plugin : plugins()) {
        if (!event || !plugin->manifest().has_method(report_method))
            continue;
        auto declared =
            plugin->ask(report_method, report_request(*event),
                        [](const ReplyReader& reader, std::string_view reply) { return reader.report(reply); });
        if (declared)
            std::move(declared->begin(), declared->end(), std::back_inserter(sections));
    }
    return sections;
}

} // namespace kiosk::plugin_host
