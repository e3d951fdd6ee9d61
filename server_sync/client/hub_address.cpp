// SPDX-License-Identifier: Apache-2.0
#include "client/hub_address.hpp"

#include "client/files.hpp"

#include <algorithm>
#include <system_error>

#include <nlohmann/json.hpp>

namespace kiosk::sync::client {
namespace {

using kiosk::core::ErrorCode;
using kiosk::core::fail;
using kiosk::core::Result;
using kiosk::core::Status;

constexpr std::size_t max_file_bytes = 64 * 1024;

// False where it is no text.
bool take_text(const nlohmann::json& document, const char* name, std::string& into) {
    const auto found = document.find(name);
    if (found == document.end() || !found->is_string())
        return false;
    into = found->get<std::string>();
    return true;
}

} // namespace

std::filesystem::path hub_address_path(const std::filesystem::path& database) {
    auto path = database;
    path += ".hub";
    return path;
}

Result<HubAddress> load_hub_address(const std::filesystem::path& database) {
    const auto path = hub_address_path(database);
    KIOSK_TRY(const auto text, read_small(path, max_file_bytes));
    const auto document = nlohmann::json::parse(text, nullptr, false);
    HubAddress address;
    const auto pins = document.is_object() ? document.find("pins") : document.end();
    bool sound = document.is_object() && take_text(document, "url", address.url) &&
                 take_text(document, "token", address.token) && take_text(document, "device", address.device) &&
                 take_text(document, "event", address.event) && take_text(document, "hub", address.hub) &&
                 pins != document.end() && pins->is_array();
    if (sound)
        for (const auto& pin : *pins) {
            sound = sound && pin.is_string();
            if (sound)
                address.pins.push_back(pin.get<std::string>());
        }
    if (!sound || address.url.empty() || address.token.empty())
        return fail(ErrorCode::Corrupt, "error.sync.hub_file", path.string());
    return address;
}

Status save_hub_address(const std::filesystem::path& database, const HubAddress& address) {
    const nlohmann::json document{{"url", address.url},       {"pins", address.pins},   {"token", address.token},
                                  {"device", address.device}, {"event", address.event}, {"hub", address.hub}};
    return write_whole(hub_address_path(database),
                       document.dump(1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
}

std::vector<std::string> pins_after(const std::vector<std::string>& known, const std::vector<std::string>& announced) {
    constexpr std::size_t most_pins = 8;
    // A hub without TLS has nothing to pin.
    if (known.empty() || announced.empty() || announced.size() > most_pins)
        return known;
    auto next = announced;
    if (std::ranges::none_of(announced, [&](const auto& pin) { return std::ranges::find(known, pin) != known.end(); }))
        next.insert(next.begin(), known.begin(),
                    known.begin() + static_cast<std::ptrdiff_t>(std::min(known.size(), most_pins)));
    return next;
}

Status remove_hub_address(const std::filesystem::path& database) {
    std::error_code error;
    std::filesystem::remove(hub_address_path(database), error);
    return error ? Status(file_error(hub_address_path(database), error.value())) : Status{};
}

} // namespace kiosk::sync::client
