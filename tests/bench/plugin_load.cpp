// SPDX-License-Identifier: Apache-2.0
// From a manifest to the first reply, for every plugin that is installed: hashes, process, loading, sandbox, open, and
// a description (of its form, or whatever it describes). Budget: at most 20 ms each.
#include "bench/plugin_bench.hpp"

#include "crypto/crypto.hpp"

using namespace kiosk;

namespace {

// A method of the plugin that needs nothing but the event; every plugin has one of them.
std::string first_method(const plugin_host::Manifest& manifest) {
    for (const char* method : {"form.describe/1", "agenda.describe/1", "report.sections/1", "admission.decide/1"})
        if (manifest.has_method(method))
            return method;
    return manifest.methods.front();
}

} // namespace

int main() {
    if (!crypto::initialise())
        return 1;
    const auto folders = plugin_host::default_folders();
    const auto found = plugin_host::discover(folders);
    if (found.plugins.empty()) {
        std::fprintf(stderr, "plugin_load: no plugin is installed\n");
        return 1;
    }
    const auto options = bench::options_of(plugin_host::TransportKind::HelperProcess);
    constexpr int rounds = 20;
    double worst = 0;
    for (const auto& known : found.plugins) {
        std::vector<std::int64_t> times;
        for (int i = 0; i < rounds; ++i) {
            const auto began = bench::steady_ns();
            const auto manifest = plugin_host::read_manifest(known.folder);
            if (!manifest)
                return 1;
            auto plugin = plugin_host::Plugin::load(*manifest, options);
            if (!plugin) {
                std::fprintf(stderr, "plugin_load: %s\n", plugin.error().context.c_str());
                return 1;
            }
            // An empty request: to be told that it is wrong is a reply as well.
            const core::Result<std::string> request = std::string("{}");
            static_cast<void>((*plugin)->ask(first_method(*manifest), request,
                                             [](const auto&, std::string_view) { return core::Result<int>(0); }));
            times.push_back(bench::steady_ns() - began);
            if ((*plugin)->statistics().crashes > 0) {
                std::fprintf(stderr, "plugin_load: %s crashed\n", manifest->id.c_str());
                return 1;
            }
        }
        const double median_ms = bench::percentile_us(times, 50) / 1e3;
        worst = std::max(worst, median_ms);
        bench::print("plugin_load", known.id + "_p50", median_ms, "ms", 20);
    }
    bench::print("plugin_load", "worst_p50", worst, "ms", 20);
    return 0;
}
