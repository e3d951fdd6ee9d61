// SPDX-License-Identifier: Apache-2.0
// conflicts
#include "core/names.hpp"
#include "main/kioskctl/commands.hpp"
#include "main/wiring/conflict_list.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace kioskctl {

namespace {

using namespace kiosk;
using core::ErrorCode;
using core::fail;

constexpr std::size_t id_shown = 8; // as long as it names one

std::string exact_time(const core::EventConfig& config, core::Instant at) {
    const auto civil = config.event.timezone.civil(at);
    return fmt::format("{:02}-{:02} {:02}:{:02}:{:02}", civil.month, civil.day, civil.hour, civil.minute, civil.second);
}

core::Result<std::string> name_of(storage::Database& database, const core::Conflict& conflict, bool full) {
    for (const auto& scan : conflict.entry.entries) {
        if (scan.record.registration.empty())
            continue;
        KIOSK_TRY(const auto registration, database.registration(scan.record.registration));
        if (registration)
            return full ? registration->person.name : core::mask_name(registration->person.name);
    }
    return std::string();
}

core::Result<Json> show(const Context& context, wiring::Venue& venue, const core::Conflict& conflict, bool names) {
    const auto& config = venue.config();
    KIOSK_TRY(const auto name, name_of(venue.database(), conflict, names));
    const auto* door = config.checkpoint(conflict.entry.checkpoint);
    context.line(fmt::format("{}  {}  {}  {}{}", conflict.id.substr(0, id_shown), conflict.entry.ticket, name,
                             door ? context.in(door->name) : conflict.entry.checkpoint,
                             conflict.resolved ? "  " + context.text("cli.conflicts.resolved", {{"by", conflict.resolved_by}}) : ""));
    Json scans = Json::array();
    for (const auto& scan : conflict.entry.entries) {
        KIOSK_TRY(const auto operation, venue.database().operation(scan.id));
        // How far that device's clock was ahead of the hub's, where it knew.
        const bool known = operation && operation->offset_ms.has_value();
        const std::int64_t ahead_ms = known ? -operation->offset_ms.value() : 0;
        const auto error = known ? fmt::format("{:+.1f} s", static_cast<double>(ahead_ms) / 1000)
                                 : context.text("cli.conflicts.clock_unknown");
        std::string forced;
        if (!scan.record.override_staff.empty())
            forced = "  " + context.text("cli.conflicts.override", {{"staff", scan.record.override_staff},
                                                                     {"reason", scan.record.override_reason}});
        context.line(fmt::format("    {}  {}  {}{}", exact_time(config, scan.record.at), scan.id.device,
                                 context.text("cli.conflicts.clock", {{"error", error}}), forced));
        scans.push_back({{"operation", core::to_string(scan.id)},
                         {"device", scan.id.device},
                         {"checkpoint", scan.record.checkpoint},
                         {"at", config.event.timezone.rfc3339(scan.record.at)},
                         {"clock_error_ms", known ? Json(ahead_ms) : Json()},
                         {"method", scan.record.method},
                         {"override", scan.record.override_staff.empty()
                                          ? Json()
                                          : Json{{"staff", scan.record.override_staff}, {"reason", scan.record.override_reason}}}});
    }
    return Json{{"id", conflict.id},
                {"checkpoint", conflict.entry.checkpoint},
                {"ticket", conflict.entry.ticket},
                {"name", name},
                {"day", conflict.day},
                {"too_many", conflict.entry.too_many},
                {"resolved", conflict.resolved},
                {"resolved_by", conflict.resolved_by},
                {"scans", scans}};
}

Outcome list(Context& context, bool all, bool names) {
    KIOSK_TRY(const auto venue, context.open_event(true));
    KIOSK_TRY(const auto conflicts, wiring::load_conflicts(venue->database(), venue->config(), venue->sodium()));
    std::int64_t open = 0, settled = 0;
    for (const auto& conflict : conflicts) {
        ++(conflict.resolved ? settled : open);
        if (conflict.resolved && !all)
            continue;
        KIOSK_TRY(const auto json, show(context, *venue, conflict, names));
        context.emit(json);
    }
    context.say("cli.conflicts.count", {{"open", std::to_string(open)}, {"settled", std::to_string(settled)}});
    return open == 0 ? exit_done : exit_no;
}

Outcome resolve(Context& context, const std::string& id, const std::string& by, const std::string& note) {
    constexpr std::size_t longest_note = 500;
    if (note.size() > longest_note)
        return fail(ErrorCode::TooLarge, "error.note_too_long", std::to_string(longest_note));
    KIOSK_TRY(const auto venue, context.open_event());
    KIOSK_TRY(const auto conflicts, wiring::load_conflicts(venue->database(), venue->config(), venue->sodium()));
    const auto named = [&](const core::Conflict& conflict) { return conflict.id.starts_with(id); };
    const auto found = std::ranges::find_if(conflicts, named);
    if (id.size() < id_shown || found == conflicts.end() || std::ranges::count_if(conflicts, named) > 1)
        return fail(ErrorCode::NotFound, "error.no_conflict", id);
    if (!venue->config().staff_member(by))
        return fail(ErrorCode::NotFound, "error.no_staff_member", by);
    if (!found->resolved) {
        const auto draft = core::make_conflict_resolution(*found, by, note);
        KIOSK_CHECK(venue->database().append({&draft, 1}));
    }
    context.say("cli.conflicts.settled", {{"ticket", found->entry.ticket}});
    context.emit({{"id", found->id}, {"resolved", true}});
    return exit_done;
}

} // namespace

void add_conflict_commands(CLI::App& app, Context& context) {
    auto all = std::make_shared<bool>(false), names = std::make_shared<bool>(false);
    auto* command = add_command(app, context, "conflicts");
    command->add_flag("--all", *all, about(context, "conflicts_all"));
    command->add_flag("--names", *names, about(context, "names"));
    struct Values {
        std::string id, by, note;
    };
    auto values = std::make_shared<Values>();
    auto* settle = add_command(*command, context, "resolve");
    settle->add_option("id", values->id, about(context, "conflict_id"))->required();
    settle->add_option("--by", values->by, about(context, "conflict_by"))->required();
    settle->add_option("--note", values->note, about(context, "conflict_note"));
    run_on_call(settle, context, [&context, values] { return resolve(context, values->id, values->by, values->note); });
    command->require_subcommand(0, 1);
    run_on_call(command, context, [&context, command, all, names]() -> Outcome {
        if (!command->get_subcommands().empty())
            return static_cast<ExitCode>(context.exit_code); // its subcommand has spoken
        return list(context, *all, *names);
    });
}

} // namespace kioskctl
