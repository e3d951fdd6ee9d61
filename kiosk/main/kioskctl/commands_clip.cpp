// SPDX-License-Identifier: Apache-2.0
// clip: what a camera would have seen
#include "main/kioskctl/code_maker.hpp"
#include "main/kioskctl/commands.hpp"
#include "main/wiring/event_setup.hpp"
#include "resources/resources.hpp"
#include "scanning/clip_writer.hpp"

#include "core/names.hpp"
#include "core/questions.hpp"

#include <fmt/format.h>

#include <set>

namespace kioskctl {

namespace {

using namespace kiosk;
using scanning::ClipItem;
using scanning::ClipStyle;

// The demonstration's queue: good tickets in all the ways in which people hold them, and everything that goes wrong.
core::Result<std::vector<ClipItem>> tour_queue(Context& context, wiring::Venue& venue, Json& plan) {
    KIOSK_TRY(const auto codes, CodeMaker::create(context, venue, false));
    KIOSK_TRY(const auto demo, wiring::load_demo(venue.clock().now()));
    const std::set<std::string> revoked(demo.file.revoked.begin(), demo.file.revoked.end());

    std::vector<core::Registration> coming; // answered everything beforehand
    std::optional<core::Registration> asked, searcher, spare;
    KIOSK_CHECK(venue.database().for_each_registration([&](const core::Registration& registration) {
        if (registration.status != core::RegistrationStatus::Confirmed || revoked.contains(registration.ticket))
            return true;
        const bool complete = core::open_questions(venue.config(), registration.ticket_type, registration.answers, {}).empty();
        // Somebody whose name is three Chinese characters and whose phone is known looks for it by pinyin.
        if (complete && coming.size() >= 22 && !searcher && registration.person.name.size() == 9 &&
            core::phone_tail(registration.person.phone).size() == 4)
            searcher = registration;
        else if (complete && coming.size() < 22)
            coming.push_back(registration);
        else if (!complete && !asked)
            asked = registration;
        else if (complete && searcher && !spare)
            spare = registration;
        return coming.size() < 22 || !asked || !searcher || !spare;
    }));
    if (coming.size() < 22 || !asked || !searcher || !spare || revoked.empty() || demo.wrong_event_codes.empty())
        return core::fail(core::ErrorCode::Conflict, "error.clip_plan", "the demonstration's roster is needed");

    std::vector<ClipItem> items;
    constexpr ClipStyle styles[]{ClipStyle::Phone, ClipStyle::Plain, ClipStyle::Tilted, ClipStyle::LowContrast,
                                 ClipStyle::Inverted};
    for (std::size_t i = 0; i < coming.size(); ++i) {
        KIOSK_TRY(auto code, codes.code_of(coming[i]));
        items.push_back({code, 1.6, styles[i % std::size(styles)]});
        if (i == 3) { // comes back for a friend
            items.push_back({items.front().text, 1.6, ClipStyle::Phone});
        } else if (i == 6) {
            items.push_back({*revoked.begin(), 1.6, ClipStyle::Plain});
        } else if (i == 9) {
            items.push_back({demo.wrong_event_codes.front(), 1.6, ClipStyle::Phone});
        } else if (i == 12) { // a ticket that was cut off when it was copied
            items.push_back({code.substr(0, code.size() / 2), 1.6, ClipStyle::Plain});
        } else if (i == 15) { // too blurred to be read at all: nothing must happen
            items.push_back({code, 1.6, ClipStyle::Unreadable});
        } else if (i == 18) {
            KIOSK_TRY(auto unanswered, codes.code_of(*asked));
            items.push_back({std::move(unanswered), 1.6, ClipStyle::Phone});
        }
    }
    const auto blurred = std::ranges::count(items, ClipStyle::Unreadable, &ClipItem::style);
    plan = {{"codes", items.size() - static_cast<std::size_t>(blurred)},
            {"search_pinyin", core::pinyin(searcher->person.name).full},
            {"search_name", searcher->person.name},
            {"search_phone_tail", core::phone_tail(searcher->person.phone)},
            {"spare_ticket", spare->ticket},
            {"returning_ticket", coming.front().ticket},
            {"staff_pin", demo.file.pins.empty() ? "" : demo.file.pins.rbegin()->second}};
    return items;
}

Outcome clip(Context& context, const std::string& plan_name, const std::string& file) {
    if (plan_name != "tour")
        return core::fail(core::ErrorCode::Invalid, "error.clip_plan", plan_name);
    KIOSK_TRY(const auto venue, context.open_event(true));
    Json plan;
    KIOSK_TRY(const auto items, tour_queue(context, *venue, plan));
    scanning::ClipOptions options;
    options.gap_seconds = 1.2;
    KIOSK_CHECK(scanning::write_clip(file, items, options));
    KIOSK_CHECK(resources::write_file_atomically(file + ".plan.json", plan.dump(1) + "\n"));
    double seconds = options.gap_seconds;
    for (const auto& item : items)
        seconds += item.seconds + options.gap_seconds;
    context.say("cli.clip.done", {{"codes", std::to_string(items.size())},
                                  {"seconds", fmt::format("{:.0f}", seconds)},
                                  {"file", file}});
    context.emit({{"codes", items.size()}, {"seconds", seconds}, {"file", file}});
    return exit_done;
}

} // namespace

void add_clip_command(CLI::App& app, Context& context) {
    auto plan = std::make_shared<std::string>("tour");
    auto file = std::make_shared<std::string>();
    auto* command = add_command(app, context, "clip");
    command->add_option("--plan", *plan, about(context, "plan"));
    command->add_option("--out", *file, about(context, "clip_out"))->required();
    run_on_call(command, context, [&context, plan, file] { return clip(context, *plan, *file); });
}

} // namespace kioskctl
