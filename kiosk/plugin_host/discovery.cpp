// SPDX-License-Identifier: Apache-2.0
#include "plugin_host/discovery.hpp"

#include <algorithm>
#include <cstdlib>
#include <string_view>
#include <system_error>

namespace kiosk::plugin_host {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t max_plugins_a_folder = 256;

std::vector<fs::path> subfolders(const fs::path& folder) {
    std::vector<fs::path> found;
    std::error_code error;
    // The error-code forms throughout: a folder that vanishes meanwhile is no exception.
    for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
        std::error_code ignored;
        if (fs::is_regular_file(entry->path() / "manifest.json", ignored))
            found.push_back(entry->path());
        if (found.size() == max_plugins_a_folder)
            break;
    }
    std::sort(found.begin(), found.end());
    return found;
}

} // namespace

std::vector<fs::path> default_folders() {
    std::vector<fs::path> folders;
    if (const char* listed = std::getenv("XIANGDAO_PLUGINS")) {
        std::string_view rest = listed;
        while (!rest.empty()) {
            const auto colon = std::min(rest.find(':'), rest.size());
            if (colon > 0)
                folders.emplace_back(rest.substr(0, colon));
            rest.remove_prefix(std::min(colon + 1, rest.size()));
        }
    }
    std::error_code error;
    const auto program = fs::read_symlink("/proc/self/exe", error);
    if (!error)
        folders.push_back((program.parent_path() / "../lib/xiangdao/plugins").lexically_normal());
    return folders;
}

Discovery discover(std::span<const fs::path> folders) {
    Discovery discovery;
    for (const fs::path& folder : folders) {
        for (const fs::path& plugin : subfolders(folder)) {
            auto manifest = read_manifest(plugin);
            if (!manifest) {
                discovery.refused.push_back({plugin, std::move(manifest).error()});
                continue;
            }
            const bool known = std::any_of(discovery.plugins.begin(), discovery.plugins.end(),
                                           [&](const Manifest& other) { return other.id == manifest->id; });
            if (!known)
                discovery.plugins.push_back(std::move(*manifest));
        }
    }
    std::sort(discovery.plugins.begin(), discovery.plugins.end(),
              [](const Manifest& a, const Manifest& b) { return a.id < b.id; });
    return discovery;
}

} // namespace kiosk::plugin_host
