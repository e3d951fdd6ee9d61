// SPDX-License-Identifier: Apache-2.0
#include "main/kiosk/session.hpp"

#include "app/app_thread.hpp"
#include "input_method/rime_composer.hpp"
#include "main/kiosk/local_deck.hpp"
#include "main/kiosk/pin_store.hpp"
#include "main/kiosk/tour.hpp"
#include "main/wiring/venue.hpp"
#include "resources/resources.hpp"
#include "scanning/scanner_process.hpp"
#include "scanning/serial.hpp"
#include "scanning/wedge.hpp"
#include "storage/backup_keeper.hpp"

#include <SDL.h>
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <utility>

namespace kiosk::program {

namespace {

namespace fs = std::filesystem;
namespace intent = app::intent;

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

// What a USB scanner types goes to the scan, what a person types to the field.
class WedgeFeed {
public:
    WedgeFeed(ui::Window& window, app::AppThread& app) : m_window(window), m_app(app) {
        window.on_key([this](const ui::KeyEvent& key) {
            if (!key.down)
                return false;
            if (key.repeated)
                return m_wedge.bursting();
            return apply(m_wedge.key(key.scancode, key.shift, key.caps_lock, static_cast<std::int64_t>(key.at_ms)));
        });
        window.on_text([this](std::string_view, std::uint64_t) { return m_wedge.bursting(); });
    }
    ~WedgeFeed() {
        m_window.on_key({});
        m_window.on_text({});
    }
    WedgeFeed(const WedgeFeed&) = delete;
    WedgeFeed& operator=(const WedgeFeed&) = delete;

    void tick() { apply(m_wedge.tick(static_cast<std::int64_t>(SDL_GetTicks64()))); }
    std::optional<std::int64_t> wait_ms() const {
        const auto deadline = m_wedge.deadline_ms();
        if (!deadline)
            return std::nullopt;
        return std::max<std::int64_t>(0, *deadline - static_cast<std::int64_t>(SDL_GetTicks64()));
    }

private:
    bool apply(const scanning::WedgeVerdict& verdict) {
        for (std::size_t i = 0; i < verdict.take_back; ++i)
            m_app.post(intent::PressKey{"backspace"});
        if (!verdict.give_back.empty())
            m_app.post(intent::TypeText{verdict.give_back});
        // An input method may have begun to compose the scanner's first keys.
        if (verdict.take_back > 0 || verdict.code)
            m_window.reset_composition();
        if (verdict.code)
            m_app.post(intent::ScannedText{*verdict.code, "wedge"});
        return verdict.swallow;
    }

    ui::Window& m_window;
    app::AppThread& m_app;
    scanning::Wedge m_wedge;
};

// Camera and serial scanner; all calls from the render thread but request_source().
class Scanners {
public:
    Scanners(const Options& options, app::AppThread& app, std::function<void()> wake)
        : m_app(app), m_wake(std::move(wake)) {
        change_source(options.scanner);
        if (!options.serial.empty()) {
            scanning::SerialOptions serial;
            serial.device = options.serial;
            serial.wake = m_wake;
            if (auto started = scanning::SerialScanner::start(std::move(serial)))
                m_serial = std::move(*started);
            else
                spdlog::error("serial scanner: {}", started.error().context);
        }
    }

    app::PreviewSource* preview() { return m_camera.get(); }

    // From the application thread, when staff choose another camera.
    void request_source(std::string uri) {
        {
            const std::lock_guard lock(m_mutex);
            m_requested = std::move(uri);
        }
        m_wake();
    }

    void collect() {
        std::optional<std::string> requested;
        {
            const std::lock_guard lock(m_mutex);
            requested = std::exchange(m_requested, std::nullopt);
        }
        if (requested)
            change_source(*requested);
        if (m_camera)
            for (auto& scan : m_camera->poll())
                m_app.post(intent::ScannedText{std::move(scan.text), "camera"});
        if (m_serial)
            for (auto& line : m_serial->poll())
                m_app.post(intent::ScannedText{std::move(line), "serial"});
        const auto state = m_camera ? m_camera->state() : app::ScannerState::Off;
        if (state != m_told) {
            m_told = state;
            m_app.post(app::Notice{app::notice::ScannerChanged{state}});
        }
        const auto trouble = m_camera ? m_camera->trouble() : std::string();
        const std::lock_guard lock(m_mutex);
        m_trouble = trouble;
    }

    std::string trouble() const {
        const std::lock_guard lock(m_mutex);
        return m_trouble;
    }

private:
    void change_source(const std::string& uri) {
        if (uri.empty()) {
            m_camera.reset();
        } else if (m_camera) {
            m_camera->change_source(uri);
        } else {
            scanning::ScannerOptions options;
            options.uri = uri;
            options.wake = m_wake;
            options.on_preview = m_wake;
            if (auto started = scanning::ScannerProcess::start(std::move(options)))
                m_camera = std::move(*started);
            else
                spdlog::error("camera: {} {}", started.error().message_key, started.error().context);
        }
    }

    app::AppThread& m_app;
    std::function<void()> m_wake;
    std::unique_ptr<scanning::ScannerProcess> m_camera;
    std::unique_ptr<scanning::SerialScanner> m_serial;
    app::ScannerState m_told = app::ScannerState::Off;
    mutable std::mutex m_mutex;
    std::optional<std::string> m_requested; // guarded by m_mutex
    std::string m_trouble;                  // guarded by m_mutex
};

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
    if (!opened)
        return show_out_of_order(window, opened.error());
    auto& venue = **opened;
    if (!venue.has_event())
        return show_out_of_order(window, {core::ErrorCode::NotFound, "error.no_event", options.database.string(), {}});

    storage::BackupOptions backup_options;
    backup_options.folder = options.backups.empty() ? options.database.string() + ".backups" : options.backups.string();
    storage::BackupKeeper backups(options.database.string(), backup_options, venue.clock());

    Scanners* scanners_seen = nullptr; // by the deck's hooks, once they exist
    DeckHooks hooks;
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
        return lines;
    };
    LocalDeck deck(options, hooks);
    PinStore pins(options.database);
    const auto composer = make_composer();

    app::Ports ports;
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
    app::AppThread thread(kiosk_app, venue.clock(), [&window] { window.wake(); });

    SessionEnd end;
    {
        Scanners scanners(options, thread, [&window] { window.wake(); });
        scanners_seen = &scanners;
        WedgeFeed wedge(window, thread);
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
        thread.stop();
        scanners_seen = nullptr;
    }
    if (const auto saved = backups.backup_now(); !saved)
        spdlog::error("last backup: {} {}", saved.error().message_key, saved.error().context);
    return end;
}

} // namespace kiosk::program
