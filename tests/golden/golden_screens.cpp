// SPDX-License-Identifier: Apache-2.0
// Draws every screen and state and compares it with its picture. Usage: golden_screens [--update] [--out FOLDER]
// [--only PART-OF-NAME] [--full]. Prints a line for each picture that differs and each fault of the layout; answers 1
// where there is one. New pictures are written by --update and then looked at by a person. --full keeps every pixel
// in what --out gets; the stored pictures are at half size.
#include "resources/resources.hpp"
#include "samples.hpp"
#include "ui/window.hpp"

#include <fmt/core.h>

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace {

using namespace kiosk;
namespace fs = std::filesystem;

// Text is drawn a little differently by other versions of the font libraries; a moved button is far beyond this.
constexpr double mean_allowed = 1.2;
constexpr double changed_allowed = 0.02;

struct Options {
    bool update = false;
    bool full = false;
    std::optional<fs::path> out;
    std::string only;
};

std::optional<Options> parse(int count, char** words) {
    Options options;
    for (int i = 1; i < count; ++i) {
        const std::string word = words[i];
        if (word == "--update")
            options.update = true;
        else if (word == "--full")
            options.full = true;
        else if (word == "--out" && i + 1 < count)
            options.out = words[++i];
        else if (word == "--only" && i + 1 < count)
            options.only = words[++i];
        else
            return std::nullopt;
    }
    return options;
}

struct Variant {
    ui::PixelSize size;
    core::Language language;
    bool dark;
    bool kept; // has a picture; the others are only checked for faults of the layout
    std::string name;
};

std::vector<Variant> variants_of(const golden::Sample& sample) {
    std::vector<Variant> all;
    for (const auto size : {ui::PixelSize{1280, 800}, ui::PixelSize{1920, 1080}, ui::PixelSize{1080, 1920}})
        for (const auto language : {core::Language::Chinese, core::Language::English}) {
            // The wide screen repeats the first one's layout: it is drawn in one language only.
            if (size.width == 1920 && language == core::Language::English)
                continue;
            all.push_back({size, language, false, !sample.minor || size.width == 1280, fmt::format("{}_{}x{}_{}", sample.name, size.width, size.height, language == core::Language::Chinese ? "zh" : "en")});
        }
    if (sample.dark_too)
        all.push_back({{1280, 800}, core::Language::Chinese, true, true, sample.name + "_1280x800_zh_dark"});
    return all;
}

int run(const Options& options) {
    const auto themes = ui::load_themes(resources::assets_folder());
    const auto texts = resources::load_catalogue();
    if (!themes || !texts) {
        const auto& error = themes ? texts.error() : themes.error();
        fmt::print(stderr, "golden_screens: {} {}\n", error.message_key, error.context);
        return 2;
    }
    auto painter = ui::Painter::create(*themes, *texts);
    if (!painter) {
        fmt::print(stderr, "golden_screens: no display to draw on ({}); start it through packaging/virtual-display.sh\n", painter.error().context);
        return 2;
    }
    const fs::path stored = fs::path(XIANGDAO_SOURCE_DIR) / "tests" / "golden" / "screens";
    if (options.update)
        fs::create_directories(stored);
    if (options.out)
        fs::create_directories(*options.out);

    int pictures = 0, failures = 0;
    const auto complain = [&failures](const std::string& what) {
        fmt::print("{}\n", what);
        ++failures;
    };
    for (const auto& sample : golden::samples())
        for (const auto& variant : variants_of(sample)) {
            if (variant.name.find(options.only) == std::string::npos)
                continue;
            auto view = sample.view;
            view.language = variant.language;
            view.dark = variant.dark;
            golden::StillPreview preview(sample.name == "idle");
            const auto painted = (*painter)->paint(view, &preview, variant.size);
            if (!painted) {
                fmt::print(stderr, "golden_screens: {} {}\n", painted.error().message_key, painted.error().context);
                return 2;
            }
            ++pictures;
            for (const auto& fault : (*painter)->faults())
                complain(fmt::format("{}: {}: \"{}\" at {:.0f},{:.0f} {:.0f}×{:.0f}", variant.name, ui::to_string(fault.fault), fault.text,
                                     fault.box.x, fault.box.y, fault.box.w, fault.box.h));
            const auto small = painted->half().coarse();
            const auto file = variant.name + ".png";
            if (options.out)
                if (const auto written = ui::write_png(options.full ? *painted : small, *options.out / file); !written)
                    complain(written.error().context);
            if (!variant.kept)
                continue;
            if (options.update) {
                if (const auto written = ui::write_png(small, stored / file); !written)
                    complain(written.error().context);
                continue;
            }
            const auto before = ui::read_png(stored / file);
            if (!before) {
                complain(fmt::format("{}: there is no picture yet; look at it and run with --update", variant.name));
                continue;
            }
            const auto difference = ui::compare(*before, small);
            if (!difference)
                complain(fmt::format("{}: another size", variant.name));
            else if (difference->mean > mean_allowed || difference->changed_share > changed_allowed)
                complain(fmt::format("{}: looks different (mean {:.2f}, {:.1f} % of the pixels)", variant.name, difference->mean, difference->changed_share * 100));
        }
    fmt::print("{} pictures, {} complaints\n", pictures, failures);
    return pictures == 0 ? 2 : failures == 0 ? 0 : 1;
}

} // namespace

int main(int count, char** words) {
    const auto options = parse(count, words);
    if (!options) {
        fmt::print(stderr, "usage: golden_screens [--update] [--out FOLDER] [--only PART-OF-NAME] [--full]\n");
        return 2;
    }
    return run(*options);
}
