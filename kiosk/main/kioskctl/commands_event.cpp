// SPDX-License-Identifier: Apache-2.0
// init, event, search, stats, erase
#include "core/names.hpp"
#include "exchange/attendance_export.hpp"
#include "exchange/roster_import.hpp"
#include "main/kioskctl/commands_leads.hpp"
#include "main/wiring/demo_day.hpp"
#include "main/wiring/event_setup.hpp"
#include "plugin_host/call_journal.hpp"
#include "resources/resources.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace kioskctl {

namespace {

using namespace kiosk;
using core::ErrorCode;
using core::fail;

core::Status import_demo_roster(wiring::Venue& venue, const std::filesystem::path& roster) {
    KIOSK_TRY(const auto reader, exchange::open_table(roster));
    KIOSK_TRY(const auto mapping, exchange::guess_mapping(*reader, venue.config()));
    exchange::ImportReport report;
    return exchange::import_roster(*reader, mapping, venue.config(),
                                   {&venue.database(), &venue.random(), &venue.clock()}, report);
}

enum class DemoKind : std::uint8_t { None = 0, Event, WholeDay };

Outcome init(Context& context, const std::string& event_file, DemoKind demo, bool force) {
    KIOSK_TRY(const auto venue, context.open(true));
    if (venue->has_event() && !force)
        return fail(ErrorCode::Conflict, "error.event_exists", venue->config().event.code);
    wiring::EventFile file;
    wiring::Demo example;
    if (demo != DemoKind::None) {
        // A day that is over was yesterday, so that everything in it lies in the past.
        const auto day = demo == DemoKind::WholeDay ? venue->clock().now() + -core::day_ms : venue->clock().now();
        KIOSK_TRY(example, wiring::load_demo(day));
        file = std::move(example.file);
    } else {
        KIOSK_TRY(const auto text, resources::read_file(event_file, 16u << 20));
        KIOSK_TRY(file, wiring::parse_event_file(text));
    }
    KIOSK_CHECK(wiring::set_up_event(*venue, std::move(file)));
    if (demo != DemoKind::None) {
        KIOSK_CHECK(import_demo_roster(*venue, example.roster));
        KIOSK_CHECK(wiring::add_demo_profiles(*venue, example));
    }
    if (demo == DemoKind::WholeDay)
        KIOSK_CHECK(wiring::play_demo_day(*venue, example));
    KIOSK_TRY(const auto status, venue->database().status());
    const auto& event = venue->config().event;
    context.say("cli.init.done", {{"event", context.in(event.title).empty() ? event.code : context.in(event.title)},
                                  {"people", std::to_string(status.registrations)},
                                  {"database", context.database.string()}});
    context.emit({{"event", event.code},
                  {"database", context.database.string()},
                  {"device", status.device},
                  {"registrations", status.registrations}});
    return exit_done;
}

Json event_json(const core::EventConfig& config) {
    Json json = Json::object();
    for (const auto& document : core::config_documents(config)) {
        auto doc = Json::parse(document.doc);
        doc.erase("order");
        doc.erase("pin_hash");
        if (document.entity == "event")
            json["event"] = doc;
        else
            json[document.entity + "s"].push_back(doc);
    }
    return json;
}

Outcome show_event(Context& context) {
    KIOSK_TRY(const auto venue, context.open_event(true));
    const auto& config = venue->config();
    const auto& event = config.event;
    context.emit(event_json(config));
    context.line(fmt::format("{}  {}", event.code, context.in(event.title)));
    context.line(fmt::format("  {} – {}  {}  {}", context.time(config, event.starts),
                             event.ends ? context.time(config, *event.ends) : "", event.timezone.name(),
                             context.in(event.venue)));
    context.say("cli.event.type", {{"type", event.type}, {"addons", fmt::format("{}", fmt::join(event.addons, ", "))}});
    if (event.closed)
        context.say("cli.event.is_closed");
    for (const auto& door : config.checkpoints) {
        const auto capacity = core::capacity_of(config, door);
        context.line(fmt::format("  {:<12} {}{}{}", door.id, context.in(door.name),
                                 capacity ? fmt::format("  ≤ {}", *capacity) : "",
                                 door.closed ? "  " + context.text("cli.event.door_closed") : ""));
    }
    if (venue->broker() && !venue->broker()->has_event_type())
        context.warn("cli.event.plugin_missing", {{"type", event.type}});
    return exit_done;
}

// Opens or closes the event or one of its doors.
Outcome set_closed(Context& context, const std::string& checkpoint, bool closed) {
    KIOSK_TRY(auto venue, context.open_event());
    auto config = venue->config();
    if (checkpoint.empty()) {
        config.event.closed = closed;
    } else {
        const auto door = std::ranges::find(config.checkpoints, checkpoint, &core::Checkpoint::id);
        if (door == config.checkpoints.end())
            return fail(ErrorCode::NotFound, "error.no_checkpoint", checkpoint);
        door->closed = closed;
    }
    std::vector<core::OperationDraft> drafts;
    for (const auto& document : core::config_documents(config))
        if (checkpoint.empty() ? document.entity == "event"
                               : document.entity == "checkpoint" && document.id == checkpoint)
            drafts.push_back(core::make_config(document));
    KIOSK_TRY(const auto receipt, venue->database().append(drafts));
    static_cast<void>(receipt);
    if (checkpoint.empty() && closed) {
        KIOSK_CHECK(warn_of_loose_ends(context, venue->database()));
    }
    venue.reset(); // it may still have calls to record
    if (checkpoint.empty() && closed)
        plugin_host::CallJournal::forget(context.database);
    const auto what = checkpoint.empty() ? config.event.code : checkpoint;
    context.say(closed ? "cli.event.closed_now" : "cli.event.open_now", {{"what", what}});
    context.emit({{"what", what}, {"closed", closed}});
    return exit_done;
}

Outcome search(Context& context, const std::string& query, bool full) {
    KIOSK_TRY(const auto venue, context.open_event(true));
    KIOSK_TRY(const auto page, venue->check_in().search(query));
    if (page.refused) {
        context.say("cli.search.too_short");
        context.emit({{"refused", true}, {"count", 0}});
        return exit_no;
    }
    for (const auto& row : page.rows) {
        KIOSK_TRY(const auto person, venue->database().registration(row.registration));
        if (!person)
            continue;
        const auto json = to_json(*person, !full);
        context.emit(json);
        context.line(fmt::format("{}  {}  {}{}", json["name"].get<std::string>(),
                                 json["organisation"].get<std::string>(), json["phone"].get<std::string>(),
                                 full ? "  " + row.ticket : ""));
    }
    if (page.rows.empty())
        context.say("cli.search.nobody");
    if (page.more)
        context.say("cli.search.more");
    return page.rows.empty() ? exit_no : exit_done;
}

Outcome stats(Context& context) {
    KIOSK_TRY(const auto venue, context.open_event(true));
    const auto& config = venue->config();
    KIOSK_TRY(const auto counts, venue->database().counts());
    KIOSK_TRY(const auto status, venue->database().status());
    exchange::ExportRequest request;
    request.store = &venue->database();
    request.config = &config;
    request.texts = &context.texts;
    request.language = context.language;
    request.now = venue->clock().now();
    KIOSK_TRY(const auto figures, exchange::compute_figures(request));
    auto json = Json::parse(exchange::figures_json(figures));
    context.line(exchange::figures_text(request, figures));
    for (const auto& row : counts) {
        const auto* door = config.checkpoint(row.checkpoint);
        context.say("cli.stats.door", {{"door", door ? context.in(door->name) : row.checkpoint},
                                       {"admitted", std::to_string(row.admitted)},
                                       {"inside", std::to_string(row.inside)},
                                       {"repeats", std::to_string(row.repeats)},
                                       {"refused", std::to_string(row.refused)}});
        json["checkpoints"][row.checkpoint] = {{"admitted", row.admitted},
                                               {"inside", row.inside},
                                               {"entries", row.entries},
                                               {"repeats", row.repeats},
                                               {"refused", row.refused}};
    }
    context.say("cli.stats.journal", {{"operations", std::to_string(status.operations)},
                                      {"pending", std::to_string(status.pending)}});
    json["operations"] = status.operations;
    json["pending_ops"] = status.pending;
    context.emit(json);
    return exit_done;
}

Outcome erase(Context& context, const std::string& ticket, bool everybody, int older_than_days, bool yes) {
    KIOSK_TRY(auto venue, context.open_event());
    auto& database = venue->database();
    std::vector<std::string> uids;
    if (everybody) {
        const auto& event = venue->config().event;
        const auto over = event.ends.value_or(event.starts);
        if (venue->clock().now() - over < older_than_days * core::day_ms)
            return fail(ErrorCode::Invalid, "error.erase_too_early", std::to_string(older_than_days));
        KIOSK_CHECK(database.for_each_registration([&](const core::Registration& registration) {
            if (!registration.person.name.empty() || !registration.person.phone.empty())
                uids.push_back(registration.uid);
            return true;
        }));
        KIOSK_TRY(const auto follow_ups, erasable_follow_ups(database, {}));
        uids.insert(uids.end(), follow_ups.begin(), follow_ups.end());
    } else {
        KIOSK_TRY(const auto found, database.registrations_by_ticket(ticket));
        for (const auto& registration : found)
            uids.push_back(registration.uid);
        if (uids.empty()) {
            KIOSK_TRY(uids, erasable_follow_ups(database, ticket));
        } else {
            // An interview speaks for the organisation: it goes when it is named itself.
            std::int64_t interviews = 0;
            KIOSK_CHECK(database.for_each_response([&](const core::Response& response) {
                interviews += std::ranges::find(uids, response.registration) != uids.end();
                return true;
            }));
            if (interviews > 0)
                context.warn("cli.erase.interviews", {{"count", std::to_string(interviews)}});
        }
        if (uids.empty())
            return fail(ErrorCode::NotFound, "error.no_ticket", ticket);
    }
    if (!yes) {
        context.say("cli.erase.ask", {{"people", std::to_string(uids.size())}});
        context.emit({{"would_erase", uids.size()}});
        return exit_no;
    }
    for (std::size_t i = 0; i < uids.size(); ++i) {
        KIOSK_CHECK(database.erase(uids[i]));
        context.progress(context.text("cli.erase.progress"), static_cast<double>(i + 1) / static_cast<double>(uids.size()));
    }
    // Recorded calls hold answers, though no names; the venue may still have some to write.
    venue.reset();
    plugin_host::CallJournal::forget(context.database);
    context.progress_done();
    context.say("cli.erase.done", {{"people", std::to_string(uids.size())}});
    context.emit({{"erased", uids.size()}});
    return exit_done;
}

} // namespace

void add_event_commands(CLI::App& app, Context& context) {
    {
        struct Values {
            std::string file;
            bool demo = false, day = false, force = false;
        };
        auto values = std::make_shared<Values>();
        auto* command = add_command(app, context, "init");
        auto* file = command->add_option("--event", values->file, about(context, "event_file"));
        auto* demo = command->add_flag("--demo", values->demo, about(context, "demo"));
        auto* day = command->add_flag("--demo-day", values->day, about(context, "demo_day"));
        command->add_flag("--force", values->force, about(context, "force_init"));
        file->excludes(demo)->excludes(day);
        demo->excludes(day);
        run_on_call(command, context, [&context, values]() -> Outcome {
            const auto kind = values->day ? DemoKind::WholeDay : values->demo ? DemoKind::Event : DemoKind::None;
            if (values->file.empty() && kind == DemoKind::None)
                return fail(ErrorCode::Invalid, "error.init_needs_event");
            return init(context, values->file, kind, values->force);
        });
    }
    {
        auto door = std::make_shared<std::string>();
        auto* command = add_command(app, context, "event");
        auto* close = add_command(*command, context, "close");
        close->add_option("checkpoint", *door, about(context, "checkpoint"));
        run_on_call(close, context, [&context, door] { return set_closed(context, *door, true); });
        auto* open = add_command(*command, context, "open");
        open->add_option("checkpoint", *door, about(context, "checkpoint"));
        run_on_call(open, context, [&context, door] { return set_closed(context, *door, false); });
        command->require_subcommand(0, 1);
        run_on_call(command, context, [&context, command]() -> Outcome {
            if (!command->get_subcommands().empty())
                return static_cast<ExitCode>(context.exit_code); // its subcommand has spoken
            return show_event(context);
        });
    }
    {
        auto query = std::make_shared<std::string>();
        auto full = std::make_shared<bool>(false);
        auto* command = add_command(app, context, "search");
        command->add_option("query", *query, about(context, "query"))->required();
        command->add_flag("--full", *full, about(context, "full"));
        run_on_call(command, context, [&context, query, full] { return search(context, *query, *full); });
    }
    run_on_call(add_command(app, context, "stats"), context, [&context] { return stats(context); });
    {
        struct Values {
            std::string ticket;
            bool everybody = false, yes = false;
            int days = 30;
        };
        auto values = std::make_shared<Values>();
        auto* command = add_command(app, context, "erase");
        auto* ticket = command->add_option("ticket", values->ticket, about(context, "ticket"));
        auto* everybody = command->add_flag("--everybody", values->everybody, about(context, "everybody"));
        command->add_option("--days", values->days, about(context, "erase_days"))->check(CLI::Range(0, 3650));
        command->add_flag("--yes", values->yes, about(context, "yes"));
        ticket->excludes(everybody);
        run_on_call(command, context, [&context, values]() -> Outcome {
            if (values->ticket.empty() && !values->everybody)
                return fail(ErrorCode::Invalid, "error.erase_needs_ticket");
            return erase(context, values->ticket, values->everybody, values->days, values->yes);
        });
    }
}

} // namespace kioskctl
