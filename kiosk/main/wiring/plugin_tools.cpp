// SPDX-License-Identifier: Apache-2.0
#include "main/wiring/plugin_tools.hpp"

#include "main/wiring/system_clock.hpp"
#include "plugin_host/call_journal.hpp"
#include "plugin_host/trust.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <memory>
#include <string>

namespace kiosk::wiring {

using core::ErrorCode;
using core::fail;
using core::Result;
using core::Status;
using Drafts = std::vector<core::OperationDraft>;

namespace {

constexpr std::string_view state_entity = "plugin_state";

core::OperationDraft state_document(const plugin_host::Manifest& manifest) {
    return core::make_config(
        {std::string(state_entity), manifest.id, nlohmann::json{{"state", manifest.state_version}}.dump()});
}

// 0 where there is none. A document that can't be read is none: it is written anew, and nothing is migrated.
Result<std::int64_t> stored_state(core::Store& store, const std::string& plugin) {
    KIOSK_TRY(const auto document, store.config_document(state_entity, plugin));
    if (!document)
        return 0;
    const auto json = nlohmann::json::parse(document->doc, nullptr, false);
    const auto found = json.is_object() ? json.find("state") : json.end();
    return found != json.end() && found->is_number_integer() ? found->get<std::int64_t>() : 0;
}

struct Migration {
    core::Store& store;
    const core::EventConfig& config;
    plugin_host::Broker& broker;
    const plugin_host::Manifest& manifest;
    std::int64_t from;
};

Status add_registrations(const Migration& work, Drafts& drafts) {
    Status problem;
    KIOSK_CHECK(work.store.for_each_registration([&](const core::Registration& registration) {
        if (registration.answers.empty())
            return true;
        auto answers =
            work.broker.migrate(work.config, work.manifest.id, work.from, "registration", registration.answers);
        if (!answers) {
            problem = std::unexpected(std::move(answers).error());
            return false;
        }
        if (*answers != registration.answers) {
            core::Registration changed = registration;
            changed.answers = std::move(*answers);
            drafts.push_back(core::make_registration(changed));
        }
        return true;
    }));
    return problem;
}

// A draft goes on with the questionnaire as it is now, so that form is pinned as well; one whose questionnaire is gone
// stays as it is.
Status add_drafts(const Migration& work, Drafts& drafts) {
    std::vector<core::Response> open;
    KIOSK_CHECK(work.store.for_each_response([&](const core::Response& response) {
        if (response.plugin == work.manifest.id && response.status == core::ResponseStatus::Draft)
            open.push_back(response);
        return true;
    }));
    for (core::Response& response : open) {
        const auto info = std::ranges::find(work.manifest.questionnaires, response.questionnaire,
                                            &core::QuestionnaireInfo::id);
        if (info == work.manifest.questionnaires.end())
            continue;
        KIOSK_TRY(auto answers, work.broker.migrate(work.config, work.manifest.id, work.from, response.questionnaire,
                                                    response.answers));
        if (answers == response.answers && response.version == info->version)
            continue;
        if (response.version != info->version) {
            const auto pin = core::pinned_form_id(*info);
            KIOSK_TRY(const auto pinned, work.store.config_document("form", pin));
            if (!pinned) {
                KIOSK_TRY(const auto form, work.broker.questionnaire(work.config, *info));
                drafts.push_back(core::make_config({"form", pin, core::form_json(form)}));
            }
        }
        response.version = info->version;
        response.answers = std::move(answers);
        drafts.push_back(core::make_response(response));
    }
    return {};
}

// Everything is asked first and written at once: whatever goes wrong, nothing has changed.
Status migrate(const Migration& work) {
    if (!work.manifest.has_method("state.migrate/1"))
        return fail(ErrorCode::Invalid, "error.plugin_migration", work.manifest.id + " does not offer state.migrate/1");
    Drafts drafts;
    KIOSK_CHECK(add_registrations(work, drafts));
    KIOSK_CHECK(add_drafts(work, drafts));
    drafts.push_back(state_document(work.manifest));
    KIOSK_CHECK(work.store.append(drafts));
    return {};
}

} // namespace

void attach_trust(plugin_host::Options& options, const std::filesystem::path& database) {
    auto trust = plugin_host::load_trust(database);
    if (!trust && options.log)
        options.log(plugin_host::LogLevel::Error, "plugins",
                    "the list of trusted keys can't be read, so no plugin is loaded: " + trust.error().context);
    options.trust = trust ? std::move(*trust) : plugin_host::nothing_trusted();
}

void attach_call_journal(plugin_host::Options& options, const std::filesystem::path& database) {
    auto journal = std::make_shared<plugin_host::CallJournal>(
        plugin_host::CallJournal::file_for(database), [] { return SystemClock().now(); }, options.log);
    options.on_call = [journal = std::move(journal)](const plugin_host::CallRecord& call) { journal->note(call); };
}

void keep_answers_in_step(core::Store& store, const core::EventConfig& config, plugin_host::Broker& broker,
                          bool read_only, const std::function<void(std::string_view)>& log) {
    const auto say = [&](const std::string& line) {
        if (log)
            log(line);
    };
    for (const plugin_host::Manifest* loaded : broker.manifests()) {
        const plugin_host::Manifest manifest = *loaded; // set_aside() below destroys the original
        const auto stored = stored_state(store, manifest.id);
        if (!stored) {
            say(manifest.id + ": can't see for which version answers were stored: " + stored.error().context);
            continue;
        }
        const auto versions = "stored for " + std::to_string(*stored) + ", this plugin reads " +
                              std::to_string(manifest.state_version);
        if (*stored > manifest.state_version) {
            say(manifest.id + ": a newer version of this plugin stored answers here (" + versions +
                "); install that version again");
            broker.set_aside(manifest.id, core::Error{ErrorCode::NewerVersion, "error.plugin_older_state",
                                                      manifest.id + ": " + versions, {}});
        } else if (!read_only && *stored == 0) {
            const Drafts first{state_document(manifest)};
            if (const auto written = store.append(first); !written)
                say(manifest.id + ": its state version could not be noted: " + written.error().context);
        } else if (!read_only && *stored < manifest.state_version) {
            if (const auto done = migrate({store, config, broker, manifest, *stored}); done)
                say(manifest.id + ": stored answers were carried over (" + versions + ")");
            else
                say(manifest.id + ": stored answers were not carried over and stay as they are; what no longer fits is "
                                  "asked again (" +
                    versions + "): " + done.error().context);
        }
    }
}

} // namespace kiosk::wiring
