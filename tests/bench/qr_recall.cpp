// SPDX-License-Identifier: Apache-2.0
// How many codes the scanner reads, against the library alone, and what a frame costs at worst. On photographs (scaled
// to at most 1280×720 like a frame) and on rendered hard cases; costs also on frames without a code, which are the
// dearest. Times are of the thread's processor clock.
#include "scanning/decoder.hpp"
#include "scanning/grid_reader.hpp"
#include "scanning/picture.hpp"
#include "support/code_photos.hpp"
#include "support/rendered_codes.hpp"

#include <algorithm>
#include <cstdio>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace {

using namespace kiosk::scanning;

void print(const std::string& metric, double value, const char* unit, double baseline = -1) {
    std::printf("{\"bench\":\"qr_recall\",\"metric\":\"%s\",\"value\":%.3f,\"unit\":\"%s\",", metric.c_str(), value,
                unit);
    if (baseline > 0)
        std::printf("\"baseline\":%.3f,\"ratio\":%.3f}\n", baseline, value / baseline);
    else
        std::printf("\"baseline\":null,\"ratio\":null}\n");
}

struct Tally {
    std::size_t codes = 0, plain = 0, ours = 0, live = 0, misread = 0, plain_misread = 0;
    std::vector<double> plain_ms, ours_ms;
};

class Bench {
  public:
    // `texts` are the true ones; what else is read is a misread.
    void look(GreyView frame, const std::vector<std::string>& texts, Tally& tally) {
        const auto read = [&](auto decode, std::vector<double>& times, std::size_t& wrong) {
            const auto start = thread_cpu_us();
            const auto codes = decode();
            times.push_back(static_cast<double>(thread_cpu_us() - start) / 1'000.0);
            std::set<std::string> right;
            bool strange = false;
            for (const auto& code : codes) {
                const auto text = photos::comparable(code.text);
                if (std::ranges::find(texts, text) != texts.end())
                    right.insert(text);
                else
                    strange = true;
            }
            // A picture may hold more codes than its truth names: wrong is what is read instead of the true text.
            if (strange && right.empty())
                ++wrong;
            return right.size();
        };
        tally.codes += texts.size();
        tally.plain += read([&] { return m_decoder.decode_plain(frame); }, tally.plain_ms, tally.plain_misread);
        tally.ours += read([&] { return m_decoder.decode_thorough(frame); }, tally.ours_ms, tally.misread);
        // The same frame for as long as a camera would show it in half a second.
        std::vector<double> unused;
        std::size_t wrong = 0, most = 0;
        for (int i = 0; i < 8 && most < texts.size(); ++i)
            most = std::max(most, read([&] { return m_decoder.decode_live(frame); }, unused, wrong));
        tally.live += most;
    }

    static void report(const std::string& name, Tally& tally) {
        const auto percent = [&](std::size_t n) {
            return 100.0 * static_cast<double>(n) / static_cast<double>(std::max<std::size_t>(tally.codes, 1));
        };
        std::ranges::sort(tally.ours_ms);
        std::ranges::sort(tally.plain_ms);
        print(name + "_codes", static_cast<double>(tally.codes), "codes");
        print(name + "_recall_plain", percent(tally.plain), "%");
        print(name + "_recall", percent(tally.ours), "%", percent(tally.plain));
        print(name + "_recall_live_8_frames", percent(tally.live), "%", percent(tally.plain));
        print(name + "_points_gained", percent(tally.ours) - percent(tally.plain), "points");
        print(name + "_misreads", static_cast<double>(tally.misread), "pictures");
        print(name + "_misreads_plain", static_cast<double>(tally.plain_misread), "pictures");
        print(name + "_worst_ms", tally.ours_ms.back(), "ms", tally.plain_ms.back());
        print(name + "_median_ms", tally.ours_ms[tally.ours_ms.size() / 2], "ms",
              tally.plain_ms[tally.plain_ms.size() / 2]);
    }

  private:
    Decoder m_decoder;
};

} // namespace

int main() {
    Bench bench;
    if (const auto set = photos::load()) {
        Tally tally;
        for (const auto& photo : *set) {
            const auto picture = load_picture(photo.file);
            if (picture)
                bench.look(picture->view(), photo.texts, tally);
            else
                tally.codes += photo.texts.size();
        }
        Bench::report("photos", tally);
    } else {
        std::fputs("qr_recall: no photographs; XIANGDAO_QR names their folder\n", stderr);
        std::puts(
            "{\"bench\":\"qr_recall\",\"metric\":\"photos_recall\",\"value\":null,\"unit\":\"%\",\"baseline\":null,"
            "\"ratio\":null,\"message\":\"no photographs; XIANGDAO_QR names their folder\"}");
    }

    std::map<std::string, Tally> kinds;
    Tally all;
    GreyImage frame;
    for (const auto& hard : rendered::hard_cases(20, 1)) {
        draw(hard.scene, &hard.code, frame);
        bench.look(frame.view(), {hard.text}, all);
        auto& kind = kinds[hard.kind];
        bench.look(frame.view(), {hard.text}, kind);
    }
    Bench::report("rendered", all);
    for (auto& [name, tally] : kinds) {
        auto metric = "rendered_recall_" + name;
        std::ranges::replace(metric, ' ', '_');
        print(metric, 100.0 * static_cast<double>(tally.ours) / static_cast<double>(tally.codes), "%",
              100.0 * static_cast<double>(tally.plain) / static_cast<double>(tally.codes));
    }

    Decoder decoder;
    std::vector<double> thorough, live;
    std::size_t ghosts = 0;
    for (const auto& empty : rendered::empty_frames(60, 1)) {
        auto start = thread_cpu_us();
        ghosts += decoder.decode_thorough(empty.view()).empty() ? 0 : 1;
        thorough.push_back(static_cast<double>(thread_cpu_us() - start) / 1'000.0);
        for (int i = 0; i < 6; ++i) { // once for every extra pass
            start = thread_cpu_us();
            ghosts += decoder.decode_live(empty.view()).empty() ? 0 : 1;
            live.push_back(static_cast<double>(thread_cpu_us() - start) / 1'000.0);
        }
    }
    print("empty_frames_worst_ms", *std::ranges::max_element(thorough), "ms");
    print("empty_frames_live_worst_ms", *std::ranges::max_element(live), "ms");
    print("empty_frames_codes_read", static_cast<double>(ghosts), "codes");
    return 0;
}
