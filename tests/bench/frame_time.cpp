// SPDX-License-Identifier: Apache-2.0
// How long a frame takes on the software renderer: the real window at 1280 × 800, every frame drawn whole. Also the
// first frame after the start of the program, fonts and shaders included. Without a display it starts a virtual one.
#include "resources/resources.hpp"
#include "samples.hpp"
#include "ui/window.hpp"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <string>
#include <vector>

using namespace kiosk;

namespace {

using Clock = std::chrono::steady_clock;

constexpr int frames_measured = 200;
constexpr int frames_before = 10;
constexpr ui::PixelSize size{1280, 800};

double ms_since(Clock::time_point begin) { return std::chrono::duration<double, std::milli>(Clock::now() - begin).count(); }

void report(const std::string& metric, double value) {
    fmt::print("{{\"bench\":\"frame_time\",\"metric\":\"{}\",\"value\":{:.2f},\"unit\":\"ms\",\"baseline\":null,\"ratio\":null}}\n", metric, value);
    std::fflush(stdout);
}

app::View sample(std::string_view name) {
    for (auto& one : golden::samples())
        if (one.name == name)
            return one.view;
    return {};
}

// A camera that has a new picture for every frame.
struct Moving final : app::PreviewSource {
    golden::StillPreview still{true};
    std::uint64_t number = 0;
    std::shared_ptr<const app::PreviewFrame> newest() override {
        auto frame = std::make_shared<app::PreviewFrame>(*still.newest());
        frame->number = ++number;
        return frame;
    }
};

} // namespace

int main(int, char** words) {
    if (!std::getenv("DISPLAY") && !std::getenv("XIANGDAO_BENCH_DISPLAY")) {
        ::setenv("XIANGDAO_BENCH_DISPLAY", "1", 1);
        const std::string run = XIANGDAO_SOURCE_DIR "/packaging/virtual-display.sh";
        ::execl(run.c_str(), run.c_str(), words[0], static_cast<char*>(nullptr));
        fmt::print(stderr, "frame_time: no display, and {} can't be run\n", run);
        return 1;
    }
    const auto begin = Clock::now();
    const auto themes = ui::load_themes(resources::assets_folder());
    const auto texts = resources::load_catalogue();
    if (!themes || !texts) {
        fmt::print(stderr, "frame_time: {}\n", (themes ? texts.error() : themes.error()).context);
        return 1;
    }
    ui::WindowOptions options;
    options.full_screen = false;
    options.size = size;
    options.sound = false;
    auto window = ui::Window::create(options, *themes, *texts);
    if (!window) {
        fmt::print(stderr, "frame_time: {}\n", window.error().context);
        return 1;
    }
    auto first = sample("idle");
    while (!(*window)->turn(first, nullptr, 10).drawn) {
    }
    report("first_frame_after_start", ms_since(begin));

    struct Case {
        const char* metric;
        const char* sample;
        bool camera;
    };
    for (const auto& one : {Case{"idle", "idle", false}, Case{"idle_with_camera", "idle", true}, Case{"result", "result_admitted", false},
                            Case{"search_with_keyboard", "search_many", false}, Case{"staff_recent", "staff_recent", false}}) {
        auto view = sample(one.sample);
        Moving camera;
        std::vector<double> times, cpu_times;
        for (int i = 0; i < frames_before + frames_measured; ++i) {
            ++view.revision;
            const auto frame = Clock::now();
            const auto cpu = std::clock();
            (*window)->turn(view, one.camera ? &camera : nullptr, 0);
            const double took = ms_since(frame);
            if (i == 0)
                report(std::string(one.metric) + "_first", took); // its texts are drawn for the first time
            if (i >= frames_before) {
                times.push_back(took);
                cpu_times.push_back(static_cast<double>(std::clock() - cpu) * 1000 / CLOCKS_PER_SEC);
            }
        }
        std::sort(times.begin(), times.end());
        std::sort(cpu_times.begin(), cpu_times.end());
        report(std::string(one.metric) + "_cpu_p50", cpu_times[cpu_times.size() / 2]); // of all threads of the renderer
        report(std::string(one.metric) + "_p50", times[times.size() / 2]);
        report(std::string(one.metric) + "_p99", times[times.size() * 99 / 100]);
    }
    return 0;
}
