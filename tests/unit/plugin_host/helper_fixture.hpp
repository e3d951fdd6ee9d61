// SPDX-License-Identifier: Apache-2.0
#pragma once
// Plugins in helper processes, for tests. Ownership: a HelperBench owns its log. Threads: one; the log is that of calls.
#include "plugin_host/helper_transport.hpp"
#include "plugin_host/sandbox.hpp"
#include "plugin_host/trust.hpp"
#include "support/catch.hpp"
#include "unit/plugin_host/fixture.hpp"

#include <csignal>
#include <filesystem>
#include <string>

namespace kiosk::test {

inline const std::filesystem::path& breaking_folders() {
    static const std::filesystem::path folder = BREAKING_PLUGIN_DIR;
    return folder;
}

inline const std::string fine = R"({"outcome":"admitted"})";

// On a machine that is busy with other tests a process may wait long for its turn: only those that hang wait so long.
constexpr std::int64_t patient_us = 20'000'000;

struct HelperBench {
    Log log;
    plugin_host::HelperOptions options;

    HelperBench() {
        REQUIRE(crypto::initialise());
        options.hard_us = patient_us;
        options.start_us = patient_us;
        options.log = [this](plugin_host::LogLevel, std::string_view plugin, std::string_view text) {
            log.lines.push_back(std::string(plugin) + ": " + std::string(text));
        };
    }

    std::unique_ptr<plugin_host::HelperTransport> transport(const char* id) {
        const auto manifest = plugin_host::read_manifest(breaking_folders() / id);
        REQUIRE(manifest);
        const auto bytes = plugin_host::read_verified(*manifest, manifest->library, 64u << 20);
        REQUIRE(bytes);
        auto transport = plugin_host::HelperTransport::create(*manifest, *bytes, options);
        REQUIRE(transport);
        return std::move(*transport);
    }
};

inline core::Result<std::string> ask(plugin_host::Transport& transport, const std::string& gate) {
    return transport.call("admission.decide/1", R"({"gate":")" + gate + R"("})");
}

} // namespace kiosk::test
