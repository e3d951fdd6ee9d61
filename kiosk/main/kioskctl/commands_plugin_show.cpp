// SPDX-License-Identifier: Apache-2.0
// plugins show: what a plugin says of itself, and with --describe what it declares when asked
#include "core/forms.hpp"
#include "main/kioskctl/commands_plugins.hpp"
#include "plugin_host/broker.hpp"
#include "plugin_host/method_table.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace kioskctl {

using namespace kiosk;
using core::ErrorCode;
using core::fail;

namespace {

// The event in the database where it uses this plugin, else a plain one of the plugin's first type.
core::EventConfig event_for(const Context& context, const plugin_host::Manifest& manifest) {
    std::error_code error;
    if (std::filesystem::exists(context.database, error)) {
        const auto venue = context.open_event(true);
        if (venue) {
            const auto& event = (*venue)->config().event;
            if (manifest.serves(event.type) || std::ranges::find(event.addons, manifest.id) != event.addons.end())
                return (*venue)->config();
        }
    }
    core::EventConfig config;
    config.event.code = "SHOW";
    config.event.type = manifest.event_types.empty() ? "" : manifest.event_types.front();
    config.event.timezone = core::TimeZone::create("Asia/Shanghai").value_or(core::TimeZone::utc());
    config.event.starts = core::parse_rfc3339("2026-11-20T13:00:00+08:00").value_or(core::Instant{});
    config.event.ends = config.event.starts + 5 * core::hour_ms;
    if (manifest.type == plugin_host::PluginType::AddOn)
        config.event.addons = {manifest.id};
    return config;
}

void show_form(const Context& context, const std::string& id, const core::LocalText& name, const core::Form& form) {
    context.emit({{"form", id}, {"name", context.in(name)}, {"steps", Json::parse(core::form_json(form), nullptr, false)}});
    context.line(fmt::format("\n[{}] {}", id, context.in(name)));
    for (const auto& step : form) {
        context.line("  " + context.in(step.title));
        for (const auto& field : step.fields)
            context.line(fmt::format("    {}{:<24} {}", field.question.required ? "*" : " ", field.question.id,
                                     context.in(field.question.text)));
    }
}

Outcome describe(Context& context, const plugin_host::Manifest& manifest) {
    const auto config = event_for(context, manifest);
    KIOSK_TRY(auto plugin, plugin_host::Plugin::load(manifest, plugin_options(context)));
    std::unique_ptr<plugin_host::Plugin> type;
    std::vector<std::unique_ptr<plugin_host::Plugin>> addons;
    if (manifest.type == plugin_host::PluginType::EventType)
        type = std::move(plugin);
    else
        addons.push_back(std::move(plugin));
    plugin_host::Broker broker(std::move(type), std::move(addons));

    if (const auto form = broker.registration_form(config); !form.empty())
        show_form(context, "registration", manifest.name, form);
    for (const auto& info : broker.questionnaires()) {
        KIOSK_TRY(const auto form, broker.questionnaire(config, info));
        show_form(context, core::pinned_form_id(info), info.name, form);
    }
    Json sections = Json::array();
    const auto report = broker.report_sections(config);
    if (!report.empty())
        context.say("cli.plugins.report");
    for (const auto& section : report) {
        sections.push_back({{"id", section.id},
                            {"title", context.in(section.title)},
                            {"figures", section.figures},
                            {"confidential", section.confidential}});
        context.line(fmt::format("  {:<24} {}{}", section.id, context.in(section.title),
                                 section.confidential ? context.text("cli.plugins.confidential") : ""));
    }
    context.emit({{"report", sections}});
    Json groups = Json::array();
    const auto resources = broker.booking_resources(config);
    if (!resources.groups.empty())
        context.say("cli.plugins.bookable");
    for (const auto& group : resources.groups) {
        groups.push_back({{"id", group.id}, {"kind", group.kind}, {"count", group.count}, {"seats", group.seats},
                          {"slots", group.slots}});
        context.line(fmt::format("  {:<24} {} × {}  {}", group.id, group.count, group.seats, context.in(group.text)));
    }
    context.emit({{"bookable", groups}});
    return exit_done;
}

Outcome show(Context& context, const std::string& plugin, bool describes) {
    if (!crypto::initialise())
        return fail(ErrorCode::Internal, "error.crypto");
    KIOSK_TRY(const auto manifest, find_plugin(plugin));
    KIOSK_TRY(const auto trust, plugin_host::load_trust(context.database));
    const auto methods = plugin_host::fit(manifest);
    const auto files = plugin_host::check_files(manifest);
    const auto signature = plugin_host::signature_state(manifest, trust);
    plugin_host::QuarantineList quarantine(plugin_host::QuarantineList::file_for(context.database));
    KIOSK_CHECK(quarantine.load());
    const auto* off = quarantine.find(manifest.id, manifest.hashes.at(manifest.library));
    const bool is_type = manifest.type == plugin_host::PluginType::EventType;

    Json json{{"id", manifest.id},
              {"version", manifest.version},
              {"name_zh", manifest.name.zh},
              {"name_en", manifest.name.en},
              {"type", is_type ? "event_type" : "add_on"},
              {"event_types", manifest.event_types},
              {"contract", fmt::format("{}.{}", manifest.abi_major, manifest.abi_minor)},
              {"methods", manifest.methods},
              {"used", methods ? Json(methods->used) : Json::array()},
              {"ignored", methods ? Json(methods->ignored) : Json::array()},
              {"state", manifest.state_version},
              {"reads", manifest.reads_answers},
              {"folder", manifest.folder.string()},
              {"library", library_hash(manifest)},
              {"hashes_ok", files.has_value()},
              {"signature", word_of(signature)},
              {"signed_by", manifest.signature ? Json(manifest.signature->key) : Json()},
              {"quarantine", off ? Json(off->reason) : Json()},
              {"error", methods ? Json() : Json(methods.error().message_key)}};
    json["questionnaires"] = Json::array();
    for (const auto& info : manifest.questionnaires)
        json["questionnaires"].push_back({{"id", info.id}, {"version", info.version}, {"name", context.in(info.name)}});
    context.emit(json);

    const auto row = [&](const char* what, const std::string& value) {
        if (!value.empty())
            context.line(fmt::format("  {:<14} {}", context.text("cli.plugins.row_" + std::string(what)), value));
    };
    context.line(fmt::format("{} {}  {}", manifest.id, manifest.version, context.in(manifest.name)));
    row("type", context.text(is_type ? "cli.plugins.event_type" : "cli.plugins.add_on"));
    row("serves", fmt::format("{}", fmt::join(manifest.event_types, " ")));
    row("contract", fmt::format("{}.{}", manifest.abi_major, manifest.abi_minor));
    row("methods", methods ? fmt::format("{}", fmt::join(methods->used, " ")) : sentence(context, methods.error()));
    row("ignored", methods ? fmt::format("{}", fmt::join(methods->ignored, " ")) : "");
    row("state", std::to_string(manifest.state_version));
    row("reads", fmt::format("{}", fmt::join(manifest.reads_answers, " ")));
    for (const auto& info : manifest.questionnaires)
        row("questionnaire", fmt::format("{} {}  {}", info.id, info.version, context.in(info.name)));
    row("folder", manifest.folder.string());
    row("library", library_hash(manifest));
    row("files", files ? context.text("cli.plugins.files_good") : sentence(context, files.error()));
    row("signature", context.text("cli.plugins.signature_" + std::string(word_of(signature))) +
                         (manifest.signature ? "  " + manifest.signature->key : ""));
    if (off)
        row("quarantine", off->reason + "  " + core::to_rfc3339_utc(off->at));
    if (describes && methods)
        return describe(context, manifest);
    return methods && files && off == nullptr && plugin_host::check_signature(manifest, trust) ? exit_done : exit_no;
}

} // namespace

void add_plugin_show_command(CLI::App& plugins, Context& context) {
    auto plugin = std::make_shared<std::string>();
    auto describes = std::make_shared<bool>(false);
    auto* command = add_command(plugins, context, "show");
    command->add_option("plugin", *plugin, about(context, "plugin_or_folder"))->required();
    command->add_flag("--describe", *describes, about(context, "describe"));
    run_on_call(command, context, [&context, plugin, describes] { return show(context, *plugin, *describes); });
}

} // namespace kioskctl
