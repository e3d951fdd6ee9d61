// SPDX-License-Identifier: Apache-2.0
// enroll, sync, hub
#include "app/booking_desk.hpp"
#include "client/curl_wire.hpp"
#include "client/hub_address.hpp"
#include "client/sync_client.hpp"
#include "main/kioskctl/commands.hpp"
#include "main/kioskctl/hub_words.hpp"
#include "main/wiring/hub_join.hpp"
#include "main/wiring/store_replica.hpp"
#include "main/wiring/wire_lease_office.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <thread>

namespace kioskctl {

namespace {

using namespace kiosk;
using core::ErrorCode;
using core::fail;
using sync::client::HubAddress;
using sync::client::Trouble;

struct Ports {
    wiring::SystemClock clock;
    crypto::SystemRandom random;
    crypto::Sodium sodium;
};

wiring::HubJoin make_join(const Context& context, Ports& ports) {
    return wiring::HubJoin({context.database, context.device, "kioskctl/" XIANGDAO_VERSION, &ports.clock, &ports.random,
                            &ports.sodium});
}

core::Result<std::string> fetch(const Context& context, wiring::HubJoin& join, const HubAddress& hub) {
    const auto what = context.text("cli.enroll.fetching");
    auto event = join.fetch(hub, [&](std::uint64_t have, std::uint64_t of) {
        context.progress(what, of == 0 ? 0 : static_cast<double>(have) / static_cast<double>(of));
    });
    context.progress_done();
    return event;
}

Outcome enroll(Context& context, const std::string& code) {
    if (!crypto::initialise())
        return fail(ErrorCode::Internal, "error.crypto");
    Ports ports;
    auto join = make_join(context, ports);
    KIOSK_TRY(const auto here, join.look());
    KIOSK_TRY(const auto hub, join.enrol(code, here));
    auto event = here.event;
    if (event.empty()) {
        KIOSK_TRY(event, fetch(context, join, hub));
    }
    context.say(here.event.empty() ? "cli.enroll.fetched" : "cli.enroll.joined",
                {{"event", event}, {"device", hub.device}, {"url", hub.url}});
    if (!context.device.empty() && context.device != hub.device)
        context.warn("cli.enroll.named", {{"device", hub.device}, {"wanted", context.device}});
    context.emit({{"hub", hub.hub}, {"url", hub.url}, {"device", hub.device}, {"event", event}, {"fetched", here.event.empty()}});
    return exit_done;
}

// ---- sync ----

struct SyncCall {
    bool once = false;
    bool watch = false;
};

class SyncRun {
public:
    SyncRun(Context& context, wiring::Venue& venue, std::unique_ptr<sync::client::CurlWire> push,
            std::unique_ptr<sync::client::CurlWire> feed, const HubAddress& hub, const SyncCall& call)
        : m_context(context), m_call(call), m_venue(venue), m_push(std::move(push)), m_feed(std::move(feed)),
          m_replica(venue.database(), venue.has_event() ? venue.config().event.code : ""),
          m_client(m_replica, *m_push, *m_feed, venue.clock(), venue.random(), venue.sodium(), hub, options(call)),
          m_pins(hub.pins), m_hub_clock(venue.clock()) {}

    Outcome run() {
        // Refusals are met once; what passes by itself is waited for a moment.
        constexpr int most_failures = 5;
        constexpr std::int64_t longest_wait_ms = 2'000;
        for (int failures = 0;;) {
            const auto push = m_client.push();
            const auto pull = m_client.pull();
            keep_pins();
            const auto status = m_client.status();
            if (m_call.watch)
                watch(status);
            if (status.trouble == Trouble::None && (push.progress || pull.progress || m_client.push_wanted())) {
                failures = 0;
                continue;
            }
            if (m_call.watch) {
                if (status.trouble == Trouble::None)
                    tell_leases();
                const auto wait_ms = status.trouble == Trouble::None ? 0 : std::min(push.wait_ms, longest_wait_ms);
                std::this_thread::sleep_for(std::chrono::milliseconds(wait_ms));
                continue;
            }
            const bool passes = status.trouble == Trouble::Unreachable || status.trouble == Trouble::HubTrouble;
            if (status.trouble == Trouble::None || m_call.once || !passes || ++failures >= most_failures)
                return end(status);
            std::this_thread::sleep_for(std::chrono::milliseconds(std::clamp<std::int64_t>(
                std::max(push.wait_ms, pull.wait_ms), 50, longest_wait_ms)));
            m_client.changed();
        }
    }

private:
    static sync::client::ClientOptions options(const SyncCall& call) {
        sync::client::ClientOptions options;
        constexpr std::int64_t watch_poll_s = 5; // nothing is written here meanwhile: the kiosk has no such wait
        options.poll_s = call.watch ? watch_poll_s : 0;
        return options;
    }

    void keep_pins() {
        const auto hub = m_client.hub();
        if (hub.pins == m_pins)
            return;
        m_pins = hub.pins;
        m_push->set_pins(m_pins);
        m_feed->set_pins(m_pins);
        if (const auto saved = sync::client::save_hub_address(m_context.database, hub); !saved)
            m_context.report(saved.error());
    }

    Json json(const sync::client::SyncStatus& status) const {
        return {{"pushed", status.pushed},
                {"pulled", status.pulled},
                {"waiting", status.pending},
                {"trouble", status.trouble == Trouble::None ? Json() : Json(trouble_word(status.trouble))},
                {"detail", status.detail},
                {"clock_offset_ms", status.clock_offset_ms ? Json(*status.clock_offset_ms) : Json()}};
    }

    void say(const sync::client::SyncStatus& status) const {
        m_context.say("cli.sync.done", {{"pushed", std::to_string(status.pushed)},
                                        {"pulled", std::to_string(status.pulled)},
                                        {"waiting", std::to_string(status.pending)}});
        m_context.emit(json(status));
        if (status.trouble != Trouble::None)
            m_context.warn(trouble_key(status.trouble), {{"detail", status.detail}});
    }

    void watch(const sync::client::SyncStatus& status) {
        if (m_told && m_told->pushed == status.pushed && m_told->pulled == status.pulled &&
            m_told->pending == status.pending && m_told->trouble == status.trouble)
            return;
        m_told = status;
        say(status);
    }

    // What this device holds of tables and people: a hub that was put back from a backup waits until it has heard it.
    void tell_leases() {
        if (!m_desk) {
            app::BookingServices services;
            services.store = &m_venue.database();
            services.clock = &m_hub_clock;
            services.random = &m_venue.random();
            services.deals = false;
            auto desk = app::BookingDesk::create(services);
            if (!desk)
                return; // there is no event in it yet
            m_desk = std::move(*desk);
        }
        wiring::WireLeaseOffice office({m_push.get(), m_client.hub(), [this] { return wiring::lease_asker(m_venue.database()); },
                                        &m_hub_clock, {}});
        if (const auto told = app::keep_leases(*m_desk, office); !told)
            m_context.report(told.error());
    }

    Outcome end(const sync::client::SyncStatus& status) {
        if (status.trouble == Trouble::None && status.pending == 0)
            tell_leases();
        say(status);
        return status.trouble == Trouble::None && status.pending == 0 ? exit_done : exit_no;
    }

    Context& m_context;
    SyncCall m_call;
    wiring::Venue& m_venue;
    std::unique_ptr<sync::client::CurlWire> m_push, m_feed;
    wiring::StoreReplica m_replica;
    sync::client::SyncClient m_client;
    std::vector<std::string> m_pins;
    wiring::HubClock m_hub_clock;
    std::optional<app::BookingDesk> m_desk;
    std::optional<sync::client::SyncStatus> m_told;
};

core::Result<HubAddress> hub_of(const Context& context) {
    auto hub = sync::client::load_hub_address(context.database);
    if (!hub && hub.error().code == ErrorCode::NotFound)
        return fail(ErrorCode::NotFound, "error.sync.not_enrolled", context.database.string());
    return hub;
}

Outcome synchronise(Context& context, const SyncCall& call) {
    if (!crypto::initialise())
        return fail(ErrorCode::Internal, "error.crypto");
    KIOSK_TRY(const auto hub, hub_of(context));
    {
        // A fetch that was cut off goes on here, without another code.
        Ports ports;
        auto join = make_join(context, ports);
        KIOSK_TRY(const auto here, join.look());
        if (here.event.empty()) {
            KIOSK_TRY(const auto event, fetch(context, join, hub));
            context.say("cli.enroll.fetched", {{"event", event}, {"device", hub.device}, {"url", hub.url}});
        }
    }
    KIOSK_TRY(auto push, sync::client::CurlWire::create(hub.url, hub.pins));
    KIOSK_TRY(auto feed, sync::client::CurlWire::create(hub.url, hub.pins));
    KIOSK_TRY(const auto venue, context.open());
    return SyncRun(context, *venue, std::move(push), std::move(feed), hub, call).run();
}

// ---- hub ----

Outcome hub_status(Context& context) {
    if (!crypto::initialise())
        return fail(ErrorCode::Internal, "error.crypto");
    const auto hub = hub_of(context);
    if (!hub && hub.error().code == ErrorCode::NotFound) {
        context.say("cli.hub.none");
        context.emit({{"enrolled", false}});
        return exit_no;
    }
    if (!hub)
        return std::unexpected(hub.error());
    std::uint64_t waiting = 0;
    std::uint64_t after = 0;
    if (const auto venue = context.open(false, true)) {
        KIOSK_TRY(const auto status, (*venue)->database().status());
        KIOSK_TRY(const auto mark, (*venue)->database().sync_mark());
        waiting = status.pending;
        after = mark.after;
    }
    const auto answer = knock(*hub);
    context.say("cli.hub.enrolled", {{"url", hub->url}, {"device", hub->device}, {"event", hub->event}});
    context.say("cli.hub.waiting", {{"waiting", std::to_string(waiting)}});
    if (answer.trouble == Trouble::None)
        context.say("cli.hub.answers");
    else
        context.say(trouble_key(answer.trouble), {{"detail", answer.detail}});
    context.emit({{"enrolled", true},
                  {"url", hub->url},
                  {"hub", hub->hub},
                  {"device", hub->device},
                  {"event", hub->event},
                  {"pins", hub->pins},
                  {"waiting", waiting},
                  {"feed_after", after},
                  {"answers", answer.trouble == Trouble::None},
                  {"trouble", answer.trouble == Trouble::None ? Json() : Json(trouble_word(answer.trouble))}});
    return answer.trouble == Trouble::None ? exit_done : exit_no;
}

Outcome hub_forget(Context& context) {
    const auto hub = hub_of(context);
    if (!hub && hub.error().code == ErrorCode::NotFound) {
        context.say("cli.hub.none");
        context.emit({{"forgotten", false}});
        return exit_no;
    }
    KIOSK_CHECK(sync::client::remove_hub_address(context.database));
    context.say("cli.hub.forgotten");
    context.emit({{"forgotten", true}});
    return exit_done;
}

} // namespace

void add_hub_commands(CLI::App& app, Context& context) {
    {
        auto code = std::make_shared<std::string>();
        auto* command = add_command(app, context, "enroll");
        command->add_option("code", *code, about(context, "hub_code"))->required();
        run_on_call(command, context, [&context, code] { return enroll(context, *code); });
    }
    {
        auto call = std::make_shared<SyncCall>();
        auto* command = add_command(app, context, "sync");
        auto* once = command->add_flag("--once", call->once, about(context, "sync_once"));
        command->add_flag("--watch", call->watch, about(context, "sync_watch"))->excludes(once);
        run_on_call(command, context, [&context, call] { return synchronise(context, *call); });
    }
    {
        auto* command = add_command(app, context, "hub");
        command->require_subcommand(1);
        run_on_call(add_command(*command, context, "status"), context, [&context] { return hub_status(context); });
        run_on_call(add_command(*command, context, "forget"), context, [&context] { return hub_forget(context); });
    }
}

} // namespace kioskctl
