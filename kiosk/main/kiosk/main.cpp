// SPDX-License-Identifier: Apache-2.0
// kiosk: the full-screen application at the door.
#include "crypto/crypto.hpp"
#include "main/kiosk/session.hpp"
#include "main/wiring/venue.hpp"
#include "resources/resources.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <cstdio>

namespace {

using namespace kiosk;
using program::Options;

int complain(const core::Catalogue& texts, const core::Error& error) {
    fmt::print(stderr, "kiosk: {}\n       {}\n       {}\n", texts.text(core::Language::Chinese, error.message_key),
               texts.text(core::Language::English, error.message_key), error.context);
    return 3;
}

int run(int argc, char** argv) {
    auto catalogue = resources::load_catalogue();
    if (!catalogue) {
        fmt::print(stderr, "kiosk: the text catalogue cannot be read: {}\n", catalogue.error().context);
        return 3;
    }

    Options options;
    std::string config, window_size;
    CLI::App app("Xiangdao 象到: the check-in kiosk\n"
                 "F12 or a long press on the clock opens the staff screens, Alt+F4 ends.",
                 "kiosk");
    app.set_version_flag("--version", XIANGDAO_VERSION);
    app.add_option("--config", config, "A TOML file with any of the settings below; what stands here goes before it");
    auto* database = app.add_option("--db", options.database, "The event's database (made by kioskctl init)");
    auto* scanner = app.add_option("--scanner", options.scanner,
                                   "Where pictures come from: camera:, v4l2:///dev/video0, file:///clip.mkv, "
                                   "folder:///pictures, rtsp://…; \"\" for none");
    auto* serial = app.add_option("--serial", options.serial, "A serial scanner's device, such as /dev/ttyACM0");
    auto* checkpoint = app.add_option("--checkpoint", options.settings.checkpoint, "The door at which this kiosk stands");
    auto* gate = app.add_option("--gate", options.settings.gate, "Its gate, for rules");
    auto* printer = app.add_option("--printer", options.printer,
                                   "The printer for meeting slips and the day's plan, as lpstat -p names it");
    auto* print_folder = app.add_option("--print-folder", options.print_folder,
                                        "Where plans without a printer, and what was not printed, are kept; FILE.print "
                                        "beside the database unless set");
    app.add_option("--device", options.device, "This machine's name in the journal");
    bool exit = false, confirm = false, dark = false, silent = false;
    app.add_flag("--exit", exit, "People leave here");
    app.add_flag("--confirm", confirm, "Ask “is this you?” before checking in");
    app.add_flag("--dark", dark, "Dark colours");
    app.add_flag("--silent", silent, "No sounds");
    app.add_option("--windowed", window_size, "A window instead of the full screen, such as 1280x800");
    app.add_option("--tour", options.tour, "Run the demonstration and leave its pictures in this folder");
    try {
        app.parse(argc, argv);
    } catch (const CLI::Success& done) {
        return app.exit(done);
    } catch (const CLI::ParseError& error) {
        app.exit(error);
        return 2;
    }

    if (!config.empty()) {
        // The file first, then once more what was said on the command line.
        const auto said = options;
        if (const auto read = program::read_config(config, options); !read)
            return complain(*catalogue, read.error());
        if (database->count() > 0)
            options.database = said.database;
        if (scanner->count() > 0)
            options.scanner = said.scanner;
        if (serial->count() > 0)
            options.serial = said.serial;
        if (checkpoint->count() > 0)
            options.settings.checkpoint = said.settings.checkpoint;
        if (gate->count() > 0)
            options.settings.gate = said.settings.gate;
        if (printer->count() > 0)
            options.printer = said.printer;
        if (print_folder->count() > 0)
            options.print_folder = said.print_folder;
    }
    if (options.database.empty())
        options.database = wiring::default_database();
    if (exit)
        options.settings.direction = core::Direction::Exit;
    options.settings.confirm_before_check_in |= confirm;
    options.settings.dark |= dark;
    options.sound = options.sound && !silent;
    if (!options.tour.empty() && window_size.empty())
        window_size = "1280x800"; // pictures of one size, whatever display there is
    if (!window_size.empty()) {
        if (std::sscanf(window_size.c_str(), "%dx%d", &options.width, &options.height) != 2 || options.width < 320 ||
            options.height < 320 || options.width > 16384 || options.height > 16384) {
            fmt::print(stderr, "kiosk: write the window's size like 1280x800\n");
            return 2;
        }
        options.full_screen = false;
    }

    if (!crypto::initialise())
        return complain(*catalogue, {core::ErrorCode::Internal, "error.crypto", "", {}});
    const auto themes = ui::load_themes(resources::assets_folder());
    if (!themes)
        return complain(*catalogue, themes.error());
    ui::WindowOptions window_options;
    window_options.full_screen = options.full_screen;
    window_options.size = {options.width, options.height};
    window_options.title = "Xiangdao 象到";
    window_options.sound = options.sound;
    window_options.show_pointer = options.show_pointer || !options.full_screen;
    const auto window = ui::Window::create(window_options, *themes, *catalogue);
    if (!window)
        return complain(*catalogue, window.error());

    program::catch_signals();
    for (;;) {
        auto end = program::run_session(options, *catalogue, **window);
        if (!end.next_event)
            return end.tour_failed ? 1 : 0;
        options.database = *end.next_event;
        options.settings.checkpoint.clear();
    }
}

} // namespace

int main(int argc, char** argv) {
    spdlog::set_default_logger(spdlog::stderr_color_mt("kiosk"));
    try {
        return run(argc, argv);
    } catch (const std::exception& error) {
        spdlog::critical("unexpected: {}", error.what());
        return 3;
    }
}
