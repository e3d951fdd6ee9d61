// SPDX-License-Identifier: Apache-2.0
#pragma once
// What this kiosk and a plugin have in common. Purpose: before any code of a plugin runs, its manifest says whether the
// two can work together: the version of the contract, the methods that a plugin of its type must have, and in which
// revision each is used. The host answers its newest revision of a method and the one before. Ownership: values.
// Threads: any. Failure: NewerVersion where the kiosk is too old, Invalid where the plugin is, each in plain words.
#include "plugin_host/manifest.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kiosk::plugin_host {

struct KnownMethod {
    std::string_view name; // without its revision
    int newest = 1;        // revision; newest − 1 is used as well
    bool of_every_event_type = false;
};
std::span<const KnownMethod> known_methods();

struct MethodFit {
    std::vector<std::string> used;    // with the revision that the host calls, in the order of the table
    std::vector<std::string> ignored; // optional ones that this host does not know, or not in these revisions
};

// An event type needs all of `of_every_event_type`, an add-on at least one that is known.
core::Result<MethodFit> fit(const Manifest& manifest, std::span<const KnownMethod> known = known_methods());

} // namespace kiosk::plugin_host
