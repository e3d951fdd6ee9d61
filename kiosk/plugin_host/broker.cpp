// SPDX-License-Identifier: Apache-2.0
#include "plugin_host/broker.hpp"

#include "core/questions.hpp"
#include "crypto/crypto.hpp"
#include "plugin_host/method_table.hpp"

#include <algorithm>
#include <iterator>

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
constexpr std::string_view resources_method = "booking.resources/1";
constexpr std::string_view migrate_method = "state.migrate/1";
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

bool fits(const core::Question& question, const core::Answer& answer) {
    return core::check_answer(question, &answer) == core::AnswerProblem::None;
}

core::Answers answers_of(const core::PluginQuery& query) {
    static const core::Answers none;
    return core::merged(query.registration != nullptr ? query.registration->answers : none, query.request->answers);
}

template <typename Wanted>
core::Result<std::unique_ptr<Plugin>> load_wanted(const Discovery& discovery, std::string_view id,
                                                  const Options& options, Wanted&& wanted) {
    const auto found = std::find_if(discovery.plugins.begin(), discovery.plugins.end(), wanted);
    if (found != discovery.plugins.end()) {
        KIOSK_TRY(const MethodFit methods, fit(*found));
        if (options.log)
            for (const std::string& method : methods.ignored)
                options.log(LogLevel::Info, found->id, method + " is not known to this kiosk and not used");
        return Plugin::load(*found, options);
    }
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
    m_forms_event.clear();
}

void Broker::set_aside(std::string_view id, core::Error why) {
    const auto is_it = [&](const std::unique_ptr<Plugin>& plugin) { return plugin && plugin->manifest().id == id; };
    if (is_it(m_event_type)) {
        m_event_type.reset();
        m_missing.push_back({std::string(id), true, std::move(why)});
    } else if (std::erase_if(m_addons, is_it) > 0) {
        m_missing.push_back({std::string(id), false, std::move(why)});
    }
    m_forms.clear();
    m_forms_event.clear();
}

std::vector<const Manifest*> Broker::manifests() const {
    std::vector<const Manifest*> all;
    for (const Plugin* plugin : plugins())
        all.push_back(&plugin->manifest());
    return all;
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
    const KnownForm& known = form_of(plugin, *query.config);
    const auto is_question = [&](std::string_view id) {
        return query.config->question(id) != nullptr || known.question(id) != nullptr;
    };

    // The answers that the plugin reads; of its own questions only those that fit, so that it need not check types.
    core::Answers visible = visible_answers(plugin.manifest(), answers, known.renamed);
    std::erase_if(visible, [&](const auto& entry) {
        const core::Question* question = known.question(entry.first);
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
    // asks for what it may not read, or whose question was widened by another plugin's.
    if (verdict->outcome == Outcome::Incomplete) {
        for (std::string& id : verdict->questions)
            if (known.question(id) != nullptr)
                id = known.merged_id(id);
        std::erase_if(verdict->questions, [&](const std::string& id) {
            const auto answer = answers.find(id);
            if (answer == answers.end())
                return false;
            const core::FormField* field = core::find_field(m_merged, id);
            const core::Question* question = field != nullptr ? &field->question : query.config->question(id);
            return question == nullptr || fits(*question, answer->second);
        });
        if (verdict->questions.empty())
            return unavailable();
    }
    return std::move(*verdict);
}

const core::Question* Broker::KnownForm::question(std::string_view id) const {
    const auto found = std::find_if(own.begin(), own.end(), [&](const core::Question& one) { return one.id == id; });
    return found == own.end() ? nullptr : &*found;
}

std::string Broker::KnownForm::merged_id(const std::string& id) const {
    const auto found = renamed.find(id);
    return found == renamed.end() ? id : found->second;
}

// Once an event: forms depend on nothing else. Where a plugin was just gone, it is asked again.
void Broker::describe_forms(const core::EventConfig& config) {
    const auto& event = m_encoder.encode(config.event);
    if (!event || m_forms_event != *event) {
        m_forms.clear();
        m_merged.clear();
        m_forms_event = event ? *event : "";
    }
    if (!event)
        return;
    bool changed = m_forms.empty();
    for (Plugin* plugin : plugins()) {
        KnownForm& known = m_forms[plugin];
        if (known.described || plugin->in_quarantine(form_method))
            continue;
        if (plugin->manifest().has_method(form_method)) {
            auto form =
                plugin->ask(form_method, form_request(*event, registration_form_id),
                            [](const ReplyReader& reader, std::string_view reply) { return reader.form(reply); });
            if (!form && form.error().code == ErrorCode::Unavailable)
                continue;
            known.form = form ? std::move(*form) : Form{}; // a plugin is pure: it would fail again
            known.own = core::own_questions(known.form);
        }
        known.described = changed = true;
    }
    if (!changed)
        return;

    std::vector<Form> forms;
    for (const Plugin* plugin : plugins())
        forms.push_back(m_forms[plugin].form);
    m_merged = core::merge_forms(forms);
    for (auto& [plugin, known] : m_forms) {
        known.renamed.clear();
        for (const core::FormStep& step : known.form)
            for (const core::FormField& field : step.fields) {
                const core::FormField* merged = core::find_field(m_merged, field.question.id);
                if (field.binding == core::Binding::Own && merged != nullptr &&
                    (merged->binding != field.binding || merged->question.type != field.question.type))
                    known.renamed.emplace(field.question.id, step.id + "." + field.question.id);
            }
    }
}

const Broker::KnownForm& Broker::form_of(const Plugin& plugin, const core::EventConfig& config) {
    static const KnownForm none;
    describe_forms(config);
    const auto found = m_forms.find(&plugin);
    return found == m_forms.end() ? none : found->second;
}

Form Broker::registration_form(const core::EventConfig& config) {
    describe_forms(config);
    return m_merged;
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
            visible_answers(plugin->manifest(), registration != nullptr ? registration->answers : none,
                            form_of(*plugin, config).renamed);
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
        const KnownForm& known = form_of(*plugin, config);
        const auto form = which == nullptr ? core::Result<Form>(known.form) : questionnaire(config, *which);
        const auto& event = m_encoder.encode(config.event);
        if (!form || !event)
            continue;
        const auto request =
            validate_request(*event, which == nullptr ? registration_form_id : which->id,
                             which == nullptr ? visible_answers(manifest, answers, known.renamed) : answers);
        auto found = plugin->ask(validate_method, request, [&](const ReplyReader& reader, std::string_view reply) {
            return reader.validation(reply, *form);
        });
        if (!found)
            continue;
        for (core::FieldProblem& problem : found->problems) {
            if (which == nullptr)
                problem.field = known.merged_id(problem.field);
            all.problems.push_back(std::move(problem));
        }
        for (auto& [id, value] : found->values)
            all.values.emplace(which == nullptr ? known.merged_id(id) : id, std::move(value));
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

BookingResources Broker::booking_resources(const core::EventConfig& config) {
    BookingResources all;
    const auto& event = m_encoder.encode(config.event);
    for (Plugin* plugin : plugins()) {
        if (!event || !plugin->manifest().has_method(resources_method))
            continue;
        auto declared =
            plugin->ask(resources_method, resources_request(*event),
                        [](const ReplyReader& reader, std::string_view reply) { return reader.resources(reply); });
        // Who declares nothing to book has no say in how it is booked.
        if (!declared || declared->groups.empty())
            continue;
        const bool first = all.groups.empty();
        for (BookableGroup& group : declared->groups)
            if (std::none_of(all.groups.begin(), all.groups.end(),
                             [&](const BookableGroup& other) { return other.id == group.id; }))
                all.groups.push_back(std::move(group));
        if (first) {
            all.rules = std::move(declared->rules);
            continue;
        }
        const BookingRules& other = declared->rules;
        all.rules.most_per_person = std::min(all.rules.most_per_person, other.most_per_person);
        all.rules.grace_min = std::min(all.rules.grace_min, other.grace_min);
        all.rules.needs_check_in = all.rules.needs_check_in || other.needs_check_in;
        for (const std::string& purpose : other.purposes)
            if (std::find(all.rules.purposes.begin(), all.rules.purposes.end(), purpose) == all.rules.purposes.end())
                all.rules.purposes.push_back(purpose);
    }
    return all;
}

core::Result<core::Answers> Broker::migrate(const core::EventConfig& config, std::string_view plugin, std::int64_t from,
                                            std::string_view form, const core::Answers& answers) {
    Plugin* asked = plugin_of(plugin);
    if (asked == nullptr)
        return core::fail(ErrorCode::NotFound, "error.plugin_missing", std::string(plugin));
    const Manifest& manifest = asked->manifest();
    static const KnownForm none;
    const bool is_registration = form == registration_form_id;
    const KnownForm& known = is_registration ? form_of(*asked, config) : none;
    const core::Answers visible =
        is_registration ? visible_answers(manifest, answers, known.renamed) : answers; // a questionnaire is all its own
    if (visible.empty())
        return answers;

    const core::Result<std::string> request = migrate_request(from, manifest.state_version, form, visible);
    KIOSK_TRY(auto migrated, asked->ask(migrate_method, request, [](const ReplyReader& reader, std::string_view reply) {
        return reader.migration(reply);
    }));
    core::Answers kept = answers;
    for (const auto& [id, answer] : visible)
        if (std::find(migrated.lost.begin(), migrated.lost.end(), id) == migrated.lost.end())
            kept.erase(known.merged_id(id));
    for (auto& [id, answer] : migrated.answers) {
        if (is_registration && !manifest.reads_answer(id) && known.question(id) == nullptr)
            return core::fail(ErrorCode::Invalid, "error.plugin_reply",
                              manifest.id + " " + std::string(migrate_method) + ": an answer that is not its own: " + id);
        if (visible.contains(id))
            kept.insert_or_assign(known.merged_id(id), std::move(answer));
        else
            kept.emplace(known.merged_id(id), std::move(answer)); // never over one that it has not seen
    }
    return kept;
}

} // namespace kiosk::plugin_host
