// SPDX-License-Identifier: Apache-2.0
#pragma once
// The plugins of one event as one: its event type and its add-ons. Purpose: takes part in admission, declares form and
// welcome; the strictest answer wins, and nothing that a plugin says can let somebody in whom the host keeps out.
// Ownership: owns its plugins. Threads: one, the application thread. Failure: never fails as a whole. An event type
// that is missing or can't answer yields staff_check with plugin_unavailable, an add-on that is missing only a line in
// missing(), and what can't be described is described as nothing.
#include "app/deck.hpp"
#include "core/admission.hpp"
#include "plugin_host/declarations.hpp"
#include "plugin_host/discovery.hpp"
#include "plugin_host/plugin.hpp"
#include "plugin_host/requests.hpp"

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kiosk::plugin_host {

struct MissingPlugin {
    std::string id; // of the event type or add-on
    bool is_event_type = false;
    core::Error error; // NotFound where it is not installed, else why it can't be used
};

struct PluginStatus {
    std::string id;
    std::string version;
    core::LocalText name;
    PluginType type = PluginType::EventType;
    bool in_quarantine = false;
    CallStatistics statistics;
};

class Broker final : public core::AdmissionPlugin, public app::EventPlugins {
  public:
    // `folders` as default_folders() gives them.
    static std::unique_ptr<Broker> create(std::string_view event_type, std::span<const std::string> addons,
                                          std::span<const std::filesystem::path> folders, const Options& options);
    // Of plugins that are loaded already; `event_type` may be null.
    Broker(std::unique_ptr<Plugin> event_type, std::vector<std::unique_ptr<Plugin>> addons,
           std::vector<MissingPlugin> missing = {});

    const std::vector<MissingPlugin>& missing() const { return m_missing; }
    // Takes a plugin out that is loaded and yet can't be used for this event; from now on it is missing.
    void set_aside(std::string_view id, core::Error why);
    bool has_event_type() const { return m_event_type != nullptr; }
    std::vector<PluginStatus> status() const;
    void release_quarantine() override;

    // Exits are never held up (design.md §4), so plugins are not asked about them.
    core::PluginVerdict decide(const core::PluginQuery& query) override;

    // At most six lines, the event type's first.
    std::vector<core::LocalText> welcome(const core::EventConfig& config, const core::Registration* registration,
                                         core::Instant now) override;
    Form registration_form(const core::EventConfig& config) override;
    std::vector<core::QuestionnaireInfo> questionnaires() override;
    core::Result<Form> questionnaire(const core::EventConfig& config, const core::QuestionnaireInfo& which) override;
    core::Validation validate(const core::EventConfig& config, const core::QuestionnaireInfo* which,
                              const core::Answers& answers) override;
    std::vector<core::LocalText> in_quarantine() override;

    std::vector<core::AgendaItem> agenda_template(const core::EventConfig& config, bool full_day);
    std::vector<ReportSection> report_sections(const core::EventConfig& config);
    // Of event type and add-ons together: a group that two of them declare is there once, and the narrower rules stand.
    BookingResources booking_resources(const core::EventConfig& config);

    // All the `answers`, with those that the plugin reads as its present state wants them. What it calls lost is kept
    // under its old id; an answer that it has not seen stays as it is. `form`: "registration", or a questionnaire's id.
    core::Result<core::Answers> migrate(const core::EventConfig& config, std::string_view plugin, std::int64_t from,
                                        std::string_view form, const core::Answers& answers);
    std::vector<const Manifest*> manifests() const; // of the loaded ones, event type first

  private:
    struct KnownForm {
        Form form;
        std::vector<core::Question> own;
        // Own id → id in the merged form, for questions whose id another plugin took first (core::merge_forms).
        std::map<std::string, std::string, std::less<>> renamed;
        bool described = false;

        const core::Question* question(std::string_view id) const;
        std::string merged_id(const std::string& id) const;
    };
    core::PluginVerdict decide_one(Plugin& plugin, const core::PluginQuery& query);
    void describe_forms(const core::EventConfig& config); // makes m_forms and m_merged fit the event
    const KnownForm& form_of(const Plugin& plugin, const core::EventConfig& config);
    std::vector<Plugin*> plugins() const;         // event type first
    Plugin* plugin_of(std::string_view id) const; // null where there is none

    std::unique_ptr<Plugin> m_event_type;
    std::vector<std::unique_ptr<Plugin>> m_addons;
    std::vector<MissingPlugin> m_missing;
    EventEncoder m_encoder;
    std::string m_forms_event; // the event's JSON for which they were described
    std::map<const Plugin*, KnownForm> m_forms;
    Form m_merged;
};

} // namespace kiosk::plugin_host
