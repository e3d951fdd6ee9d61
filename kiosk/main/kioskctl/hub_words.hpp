// SPDX-License-Identifier: Apache-2.0
#pragma once
// The hub's troubles as words, and a short question whether it answers. Purpose: `sync`, `hub` and `doctor` say the same.
// Ownership: values. Threads: one; knock() blocks for some seconds at most. Failure: every one is a Trouble.
#include "client/sync_client.hpp"

#include <string>
#include <string_view>

namespace kioskctl {

std::string_view trouble_word(kiosk::sync::client::Trouble trouble); // "unreachable"
std::string trouble_key(kiosk::sync::client::Trouble trouble);       // of the catalogue, with {detail}

struct HubAnswer {
    kiosk::sync::client::Trouble trouble = kiosk::sync::client::Trouble::None;
    std::string detail;
};
// Does it answer, is it the hub, and does it take this device?
HubAnswer knock(const kiosk::sync::client::HubAddress& hub);

} // namespace kioskctl
