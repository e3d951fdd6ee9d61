// SPDX-License-Identifier: Apache-2.0
#include "plugin_host/method_table.hpp"

#include <kiosk_plugin.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace kiosk::plugin_host {

using core::ErrorCode;
using core::fail;

namespace {

constexpr std::array<KnownMethod, 8> methods_of_this_version{{{"admission.decide", 1, true},
                                                              {"form.describe", 1, true},
                                                              {"welcome.describe", 1, true},
                                                              {"report.sections", 1, true},
                                                              {"form.validate", 1, false},
                                                              {"agenda.describe", 1, false},
                                                              {"booking.resources", 1, false},
                                                              {"state.migrate", 1, false}}};

struct Offered {
    std::string_view name;
    int revision = 0;
};

// The manifest has been read, so its methods have the form "area.verb/7".
Offered offered(std::string_view method) {
    const auto slash = method.find('/');
    Offered result{method.substr(0, slash), 0};
    if (slash != std::string_view::npos)
        std::from_chars(method.data() + slash + 1, method.data() + method.size(), result.revision);
    return result;
}

core::Status fit_contract(const Manifest& manifest) {
    const auto versions = manifest.id + ": contract " + std::to_string(manifest.abi_major) + ", this kiosk has " +
                          std::to_string(KIOSK_ABI_MAJOR);
    if (manifest.abi_major > KIOSK_ABI_MAJOR)
        return fail(ErrorCode::NewerVersion, "error.plugin_needs_newer_kiosk", versions);
    if (manifest.abi_major < KIOSK_ABI_MAJOR)
        return fail(ErrorCode::Invalid, "error.plugin_too_old", versions);
    return {}; // the minor one may differ either way
}

} // namespace

std::span<const KnownMethod> known_methods() {
    return methods_of_this_version;
}

core::Result<MethodFit> fit(const Manifest& manifest, std::span<const KnownMethod> known) {
    KIOSK_CHECK(fit_contract(manifest));
    MethodFit result;
    for (const std::string& method : manifest.methods) {
        const auto [name, revision] = offered(method);
        const auto entry = std::find_if(known.begin(), known.end(), [&, &wanted = name](const KnownMethod& one) {
            return one.name == wanted;
        });
        if (entry == known.end() || revision > entry->newest || revision < entry->newest - 1)
            result.ignored.push_back(method);
    }
    for (const KnownMethod& method : known) {
        int best = 0, newest_offered = 0;
        for (const std::string& one : manifest.methods) {
            const auto [name, revision] = offered(one);
            if (name != method.name)
                continue;
            newest_offered = std::max(newest_offered, revision);
            if (revision <= method.newest && revision >= method.newest - 1)
                best = std::max(best, revision);
        }
        if (best > 0) {
            result.used.push_back(std::string(method.name) + "/" + std::to_string(best));
            continue;
        }
        if (manifest.type != PluginType::EventType || !method.of_every_event_type)
            continue;
        const auto subject = manifest.id + ": " + std::string(method.name);
        if (newest_offered == 0)
            return fail(ErrorCode::Invalid, "error.plugin_incomplete", subject);
        if (newest_offered > method.newest)
            return fail(ErrorCode::NewerVersion, "error.plugin_needs_newer_kiosk",
                        subject + "/" + std::to_string(newest_offered));
        return fail(ErrorCode::Invalid, "error.plugin_too_old", subject + "/" + std::to_string(newest_offered));
    }
    if (result.used.empty()) // of an add-on
        return fail(ErrorCode::NewerVersion, "error.plugin_nothing_known", manifest.id);
    return result;
}

} // namespace kiosk::plugin_host
