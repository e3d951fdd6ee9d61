// SPDX-License-Identifier: Apache-2.0
#include "main/kioskctl/hub_words.hpp"

#include "client/curl_wire.hpp"
#include "client/step_parts.hpp"

namespace kioskctl {

using kiosk::sync::client::Trouble;

std::string_view trouble_word(Trouble trouble) {
    switch (trouble) {
    case Trouble::None: return "none";
    case Trouble::NotEnrolled: return "not_enrolled";
    case Trouble::Unreachable: return "unreachable";
    case Trouble::Portal: return "portal";
    case Trouble::WrongPin: return "wrong_pin";
    case Trouble::Revoked: return "revoked";
    case Trouble::Cloned: return "cloned";
    case Trouble::HubTrouble: return "hub_trouble";
    case Trouble::Refused: return "refused";
    case Trouble::StoreTrouble: return "store_trouble";
    }
    return "unknown";
}

std::string trouble_key(Trouble trouble) { return "cli.trouble." + std::string(trouble_word(trouble)); }

HubAnswer knock(const kiosk::sync::client::HubAddress& hub) {
    const auto wire = kiosk::sync::client::CurlWire::create(hub.url, hub.pins);
    if (!wire)
        return {Trouble::Unreachable, wire.error().context};
    kiosk::sync::client::WireRequest request;
    request.path = "/v1/feed?after=0&wait=0&limit=1";
    request.token = hub.token;
    request.timeout_ms = 5'000;
    const auto answer = (*wire)->exchange(request);
    const auto outcome = kiosk::sync::client::judge(answer);
    if (!outcome.answered)
        return {outcome.trouble, outcome.detail};
    return {};
}

} // namespace kioskctl
