// SPDX-License-Identifier: Apache-2.0
#include "main/kiosk/session.hpp"

#include "app/app_thread.hpp"
#include "exchange/attendance_export.hpp"
#include "input_method/rime_composer.hpp"
#include "main/kiosk/hub_link.hpp"
#include "main/kiosk/inputs.hpp"
#include "main/kiosk/local_deck.hpp"
#include "main/kiosk/pin_store.hpp"
#include "main/kiosk/print_desk.hpp"
#include "main/kiosk/setup_session.hpp"
#include "main/kiosk/tour.hpp"
#include "main/wiring/venue.hpp"
#include "main/wiring/wire_lease_office.hpp"
#include "resources/resources.hpp"
#include "storage/backup_keeper.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <array>
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <functional>
#include <mutex>
#include <utility>
#include <vector>

namespace kiosk::program {

namespace {

namespace fs = std::filesystem;

std::atomic<bool> g_stop{false};

fs::path user_folder() {
    if (const char* set = std::getenv("XDG_CACHE_HOME"); set && *set)
        return fs::path(set) / "xiangdao";
    if (const char* home = std::getenv("HOME"); home && *home)
        return fs::path(home) / ".cache" / "xiangdao";
    return fs::temp_directory_path() / "xiangdao";
}

std::unique_ptr<input_method::RimeComposer> make_composer() {
    input_method::RimeFolders folders;
    folders.user = user_folder() / "rime";
    folders.schemas = resources::assets_folder() / "input_method";
    auto made = input_method::RimeComposer::create(folders);
    if (made)
        return std::move(*made);
    spdlog::warn("no pinyin on the screen keyboard: {} {}", made.error().message_key, made.error().context);
    return nullptr;
}

// An event that can't be opened: the window says so, and waits for somebody who can help.
SessionEnd show_out_of_order(ui::Window& window, const core::Error& error) {
    spdlog::critical("{}: {}", error.message_key, error.context);
    app::View view;
    view.revision = 1;
    app::OutOfOrderView body;
    body.what = {error.code == core::ErrorCode::DiskFull ? "out_of_order.full" : "out_of_order.what", {}};
    body.told = {"out_of_order.not_told", {}};
    body.next = {"out_of_order.next", {}};
    body.technical = error.message_key + " · " + error.context;
    view.body = std::move(body);
    while (!g_stop)
        if (window.turn(view, nullptr, 250).quit)
            break;
    return {};
}

} // namespace

void catch_signals() {
    struct sigaction action {};
    action.sa_handler = [](int) { g_stop = true; };
    sigaction(SIGINT, &action, nullptr);
    sigaction(SIGTERM, &action, nullptr);
}

SessionEnd run_session(const Options& options, const core::Catalogue& catalogue, ui::Window& window) {
    wiring::VenueOptions venue_options;
    venue_options.database = options.database;
    venue_options.device = options.device;
    venue_options.plugin_transport = options.plugins;
    venue_options.log = [](std::string_view line) { spdlog::info("plugin {}", line); };
    auto opened = wiring::Venue::open(std::move(venue_options));
    // Nothing here yet, or no event in it: a hub's code before the camera brings one.
    const bool no_file = !opened && opened.error().message_key == "error.no_database";
    if (options.tour.empty() && (no_file || (opened && !(*opened)->has_event()))) {
        opened = core::fail(core::ErrorCode::NotFound, "error.no_event"); // closed: it is about to be replaced
        return set_up(options, catalogue, window, g_stop);
    }
    if (!opened)
        return show_out_of_order(window, opened.error());
    auto& venue = **opened;
    if (!venue.has_event())
        return show_out_of_order(window, {core::ErrorCode::NotFound, "error.no_event", options.database.string(), {}});

    storage::BackupOptions backup_options;
    backup_options.folder = options.backups.empty() ? options.database.string() + ".backups" : options.backups.string();
    storage::BackupKeeper backups(options.database.string(), backup_options, venue.clock());

    Scanners* scanners_seen = nullptr; // by the deck's hooks, once they exist
    std::atomic<HubLink*> hub_seen{nullptr};
    std::atomic<PrintDesk*> printing_seen{nullptr};
    DeckHooks hooks;
    hooks.printing = [&printing_seen] { return printing_seen.load(); };
    hooks.wake = [&window] { window.wake(); };
    hooks.change_scanner = [&scanners_seen](const std::string& uri) {
        if (scanners_seen)
            scanners_seen->request_source(uri);
    };
    hooks.more_system_info = [&] {
        std::vector<std::pair<app::LocalText, std::string>> lines;
        if (const auto last = backups.last()) {
            const auto civil = venue.config().event.timezone.civil(*last);
            lines.emplace_back(app::LocalText{"最近备份", "Last backup"}, fmt::format("{:02}:{:02}", civil.hour, civil.minute));
        }
        for (const auto& plugin : venue.broker()->status())
            lines.emplace_back(app::LocalText{"插件", "Plugin"}, plugin.id + " " + plugin.version +
                                                                     (plugin.in_quarantine ? " !" : ""));
        for (const auto& missing : venue.broker()->missing())
            lines.emplace_back(app::LocalText{"缺少插件", "Missing plugin"}, missing.id);
        if (scanners_seen && !scanners_seen->trouble().empty())
            lines.emplace_back(app::LocalText{"摄像头", "Camera"}, scanners_seen->trouble());
        if (auto* link = hub_seen.load())
            for (auto& line : link->system_lines())
                lines.push_back(std::move(line));
        return lines;
    };
    hooks.is_hub_code = &HubLink::is_code;
    hooks.enrol = [&hub_seen](const std::string& code) -> core::Status {
        auto* link = hub_seen.load();
        return link ? link->enrol(code) : core::fail(core::ErrorCode::Unavailable, "error.store_closing");
    };
    // The application asks for its share of the tables before there is a line; it would not ask again for half a minute.
    std::mutex early_mutex;
    std::vector<app::LeaseAsk> early_asks; // guarded by early_mutex
    hooks.ask_leases = [&](app::LeaseAsk ask) -> core::Status {
        const std::scoped_lock lock(early_mutex);
        if (auto* link = hub_seen.load())
            return link->ask_leases(std::move(ask));
        constexpr std::size_t most = 4;
        if (early_asks.size() >= most)
            return core::fail(core::ErrorCode::Unavailable, "error.no_hub");
        early_asks.push_back(std::move(ask));
        return {};
    };
    LocalDeck deck(options, hooks);
    PinStore pins(options.database);
    const auto composer = make_composer();

    wiring::HubClock hub_clock(venue.clock());
    app::BookingServices booking_services;
    booking_services.store = &venue.database();
    booking_services.clock = &hub_clock;
    booking_services.random = &venue.random();
    booking_services.alone = wiring::never_had_a_hub(venue.database());
    auto bookings = app::BookingDesk::create(booking_services);
    if (!bookings)
        spdlog::error("bookings: {} {}", bookings.error().message_key, bookings.error().context);

    auto sessions = app::SessionDesk::create({&venue.database(), &hub_clock, &venue.random()});
    if (!sessions)
        spdlog::error("sessions: {} {}", sessions.error().message_key, sessions.error().context);

    app::Ports ports;
    ports.bookings = bookings ? &*bookings : nullptr;
    ports.sessions = sessions ? &*sessions : nullptr;
    ports.check_in = &venue.check_in();
    ports.store = &venue.database();
    ports.clock = &venue.clock();
    ports.random = &venue.random();
    ports.catalogue = &catalogue;
    ports.deck = &deck;
    ports.pins = &pins;
    ports.composer = composer.get();
    ports.plugins = venue.broker();
    auto settings = options.settings;
    if (settings.checkpoint.empty())
        settings.checkpoint = remembered_checkpoint(options.database);
    settings.can_call_staff = true;
    app::KioskApp kiosk_app(ports, settings);
    app::AppThread thread(
        kiosk_app, venue.clock(), [&window] { window.wake(); },
        [&hub_seen] {
            if (auto* link = hub_seen.load())
                link->after_item();
        });

    SessionEnd end;
    {
        const Post post = [&thread](app::Intent wanted) { thread.post(std::move(wanted)); };
        Scanners scanners(
            options, post, [&thread](app::ScannerState state) { thread.post(app::Notice{app::notice::ScannerChanged{state}}); },
            [&window] { window.wake(); });
        scanners_seen = &scanners;
        WedgeFeed wedge(window, post);
        HubLink::Ports hub_ports;
        hub_ports.database_file = options.database;
        hub_ports.database = &venue.database();
        hub_ports.app = &thread;
        hub_ports.clock = &venue.clock();
        hub_ports.hub_clock = &hub_clock;
        hub_ports.random = &venue.random();
        hub_ports.hasher = &venue.sodium();
        hub_ports.event = venue.config().event.code;
        hub_ports.zone = venue.config().event.timezone;
        if (bookings)
            hub_ports.on_enrolled = [&bookings](app::KioskApp&) { bookings->met_a_hub(); };
        HubLink link(std::move(hub_ports));
        {
            const std::scoped_lock lock(early_mutex);
            hub_seen = &link;
            for (auto& ask : early_asks)
                static_cast<void>(link.ask_leases(std::move(ask))); // no hub: it is asked again in a while, in vain as well
            early_asks.clear();
        }
        PrintDesk::Ports print_ports;
        print_ports.catalogue = &catalogue;
        print_ports.clock = &venue.clock();
        print_ports.zone = venue.config().event.timezone;
        print_ports.tell = [&thread](app::Notice notice) { thread.post(std::move(notice)); };
        print_ports.note_plan = [&thread, &venue](std::uint64_t rows) {
            thread.post(app::AppThread::Task([&venue, rows](app::KioskApp&) {
                const std::array note{exchange::make_export_note("bookings", exchange::Disclosure::Full, rows)};
                if (const auto written = venue.database().append(note); !written)
                    spdlog::error("the plan's note: {} {}", written.error().message_key, written.error().context);
            }));
        };
        PrintDesk printing(options, std::move(print_ports));
        printing_seen = &printing;
        std::optional<Tour> tour;
        if (!options.tour.empty()) {
            const auto clip = options.scanner.starts_with("file://") ? options.scanner.substr(7) : options.scanner;
            auto plan = load_plan(clip.substr(0, clip.find('?')));
            if (!plan) {
                spdlog::error("tour: {} {}", plan.error().message_key, plan.error().context);
                end.tour_failed = true;
                g_stop = true;
            } else {
                tour.emplace(thread, std::move(*plan), options.tour,
                             TourHooks{[&window] { window.wake(); }, [&scanners] { scanners.request_source(""); }});
            }
        }

        std::int64_t backup_due_ms = 0;
        bool shown = false;
        while (!g_stop) {
            if (const auto now_ms = venue.clock().boot_ms(); now_ms >= backup_due_ms) {
                backup_due_ms = now_ms + 30'000;
                thread.post(app::AppThread::Task([&backups, &venue](app::KioskApp& application) {
                    if (const auto done = backups.tick()) {
                        if (!done->status)
                            spdlog::error("backup: {} {}", done->status.error().message_key, done->status.error().context);
                        application.hear(app::notice::DevicesChanged{});
                    }
                    // Upkeep that a scan would pay for otherwise, while nobody is there.
                    if (std::holds_alternative<app::IdleView>(application.view()->body))
                        if (const auto tidied = venue.database().tidy(); !tidied)
                            spdlog::warn("upkeep: {} {}", tidied.error().message_key, tidied.error().context);
                }));
            }
            const auto view = thread.view();
            const auto wait_ms = std::min<std::int64_t>(wedge.wait_ms().value_or(1000), 1000);
            auto turn = window.turn(*view, scanners.preview(), static_cast<int>(wait_ms));
            if (turn.drawn && !std::exchange(shown, true))
                spdlog::info("first frame shown");
            for (auto& wanted : turn.intents)
                thread.post(std::move(wanted));
            wedge.tick();
            scanners.collect();
            if (tour) {
                tour->serve_pictures(
                    [&](const app::View& wanted) { return window.screenshot(wanted, scanners.preview()); });
                if (tour->done())
                    break;
            }
            if (turn.quit)
                break;
            if ((end.next_event = deck.next_event()))
                break;
        }
        if (tour && tour->done()) {
            for (const auto& problem : tour->problems())
                fmt::print(stderr, "tour: {}\n", problem);
            fmt::print("tour: {} people admitted, {} problems\n", tour->admitted(), tour->problems().size());
            end.tour_failed = !tour->problems().empty();
        }
        link.stop(); // first, while the application thread still does what it waits for
        thread.stop();
        hub_seen = nullptr;
        printing_seen = nullptr;
        scanners_seen = nullptr;
    }
    if (const auto saved = backups.backup_now(); !saved)
        spdlog::error("last backup: {} {}", saved.error().message_key, saved.error().context);
    return end;
}

} // namespace kiosk::program
