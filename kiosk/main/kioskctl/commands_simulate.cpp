// SPDX-License-Identifier: Apache-2.0
#include "main/kioskctl/commands.hpp"
#include "main/simulate/simulation.hpp"

#include <fmt/format.h>

#include <cstdio>

namespace kioskctl {

namespace {

using namespace kiosk;

struct Options {
    std::uint64_t seed = 1;
    std::string seeds; // FROM-TO
    int devices = 0;   // 0: three to six, by seed
    double hours = 2;
    bool venue = false;
    bool trace = false;
};

std::optional<std::pair<std::uint64_t, std::uint64_t>> parse_range(const std::string& text) {
    unsigned long long from = 0, to = 0;
    int used = 0;
    if (std::sscanf(text.c_str(), "%19llu-%19llu%n", &from, &to, &used) != 2 ||
        static_cast<std::size_t>(used) != text.size() || from > to)
        return std::nullopt;
    return std::pair{from, to};
}

// How the same run is asked for again.
std::string again(const simulate::Plan& plan) {
    return fmt::format("kioskctl simulate --seed {} --devices {} --hours {}{}", plan.seed, plan.devices, plan.hours,
                       plan.venue ? " --venue" : "");
}

Json to_json(const simulate::Plan& plan, const simulate::Report& report) {
    return {{"seed", plan.seed},
            {"ok", report.ok()},
            {"failures", report.failures},
            {"operations", report.operations},
            {"scans", report.scans},
            {"duplicates", report.duplicates},
            {"quarantined", report.quarantined},
            {"bookings", report.bookings},
            {"confirmed", report.confirmed},
            {"booked_at_once", report.booked_at_once},
            {"displaced", report.displaced},
            {"declared_lost", report.declared_lost},
            {"walk_ups", report.walk_ups},
            {"lost", report.lost},
            {"requests", report.requests},
            {"crashes", report.crashes},
            {"restores", report.restores},
            {"clones", report.clones},
            {"forks", report.forks},
            {"hub_crashes", report.hub_crashes},
            {"hub_restores", report.hub_restores},
            {"drained_ms", report.drained_ms},
            {"digest", fmt::format("{:016x}", report.digest)},
            {"again", again(plan)}};
}

Outcome run(const Context& context, const Options& options) {
    auto range = std::pair{options.seed, options.seed};
    if (!options.seeds.empty()) {
        const auto given = parse_range(options.seeds);
        if (!given)
            return core::fail(core::ErrorCode::Invalid, "error.field", "--seeds " + options.seeds);
        range = *given;
    }
    std::size_t passed = 0, failed = 0;
    for (auto seed = range.first;; ++seed) {
        simulate::Plan plan;
        plan.seed = seed;
        plan.devices = options.devices > 0 ? options.devices : 3 + static_cast<int>(seed % 4);
        plan.hours = options.hours;
        plan.venue = options.venue;
        if (options.trace)
            plan.trace = [](std::string_view line) { fmt::print(stdout, "{}\n", line); };
        const auto report = simulate::simulate(plan);
        (report.ok() ? passed : failed) += 1;
        if (context.json) {
            fmt::print(stdout, "{}\n", to_json(plan, report).dump(-1, ' ', false, Json::error_handler_t::replace));
        } else if (!report.ok() || range.first == range.second) {
            for (const auto& line : report.failures)
                fmt::print(stdout, "{}\n", line);
            fmt::print(stdout, "{}: {}\n", again(plan), report.ok() ? "ok" : "FAILED");
        }
        std::fflush(stdout);
        if (seed == range.second)
            break;
    }
    fmt::print(stdout, "{} passed, {} failed\n", passed, failed);
    return failed > 0 ? exit_no : exit_done;
}

} // namespace

void add_simulate_command(CLI::App& app, Context& context) {
    auto options = std::make_shared<Options>();
    auto* command = add_command(app, context, "simulate");
    command->add_option("--seed", options->seed, about(context, "seed"));
    command->add_option("--seeds", options->seeds, about(context, "seeds"));
    command->add_option("--devices", options->devices, about(context, "simulated_devices"))->check(CLI::Range(1, 50));
    command->add_option("--hours", options->hours, about(context, "simulated_hours"))->check(CLI::Range(0.1, 200.0));
    command->add_flag("--venue", options->venue, about(context, "simulated_venue"));
    command->add_flag("--trace", options->trace, about(context, "trace"));
    run_on_call(command, context, [&context, options] { return run(context, *options); });
}

} // namespace kioskctl
