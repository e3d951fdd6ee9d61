// SPDX-License-Identifier: Apache-2.0
#include "main/kiosk_hub/open_hub.hpp"

#include "hub/store_postgres.hpp"
#include "hub/store_sqlite.hpp"

#include <algorithm>

namespace kiosk_hub {

OpenHub::OpenHub(HubFolder folder, HubOptions options)
    : m_folder(std::move(folder)), m_options(std::move(options)),
      m_log([this] { return m_clock.now().unix_ms; }, m_options.quiet ? hub::LogLevel::Error : hub::LogLevel::Info) {}

core::Result<std::unique_ptr<OpenHub>> OpenHub::create(HubFolder folder, HubOptions options) {
    if (!kiosk::crypto::initialise())
        return core::fail(core::ErrorCode::Internal, "error.internal", "libsodium does not start");
    std::unique_ptr<OpenHub> opened(new OpenHub(std::move(folder), std::move(options)));
    if (opened->m_options.database.empty()) {
        KIOSK_TRY(opened->m_store,
                  hub::SqliteStore::open(opened->m_folder.store().string(), {.random = &opened->m_random, .vfs = {}}));
    } else {
        KIOSK_TRY(opened->m_store, hub::PostgresStore::open(opened->m_options.database, {.random = &opened->m_random}));
    }
    hub::ApiOptions api;
    api.folder = opened->m_folder.mirrors();
    api.hub_url = opened->m_options.hub_url;
    api.pins = opened->m_options.pins;
    api.version = XIANGDAO_VERSION;
    if (!opened->m_options.quiet)
        api.log = [log = &opened->m_log](std::string_view line) { log->raw(line); };
    KIOSK_TRY(opened->m_api, hub::Api::create(*opened->m_store, opened->m_clock, opened->m_random, opened->m_sodium, api));
    return opened;
}

core::Result<std::string> OpenHub::admin_token(bool& made) {
    made = false;
    if (auto token = m_folder.admin_token())
        return *token;
    // Another machine of the same database may have an administrator of that name: its token stays good.
    KIOSK_TRY(const auto users, m_store->users());
    std::string name = "admin";
    for (int number = 2; std::ranges::any_of(users, [&](const auto& row) { return row.name == name; }); ++number)
        name = "admin-" + std::to_string(number);
    KIOSK_TRY(auto token, m_api->make_user(name, "admin"));
    KIOSK_CHECK(m_folder.set_admin_token(token));
    made = true;
    return token;
}

} // namespace kiosk_hub
