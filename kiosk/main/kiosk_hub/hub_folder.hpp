// SPDX-License-Identifier: Apache-2.0
#pragma once
// Where a hub keeps its things. Purpose: names of the files in the data folder, and what is in the small ones. Ownership:
// values. Threads: any. Failure: Result.
//
//   hub.db            the store, where no PostgreSQL is given        hub.crt hub.key   certificate, see hub/certificate.hpp
//   admin.token       of this machine's administrator, mode 0600     running           address of the hub that runs here
//   central.hub relay.hub   the central hub, and its token here      mirrors/          what the events' mirrors need
//   hub-lock          see claim()
#include "core/result.hpp"
#include "storage/identity.hpp"

#include <filesystem>
#include <optional>
#include <string>

namespace kiosk_hub {

namespace core = kiosk::core;

class HubFolder {
public:
    // $XIANGDAO_HUB_DATA, else xiangdao-hub in $XDG_DATA_HOME or in the present folder.
    static std::filesystem::path usual();
    static core::Result<HubFolder> create(std::filesystem::path path); // made where it is not there, for its owner alone
    static core::Result<HubFolder> existing(std::filesystem::path path);

    const std::filesystem::path& path() const { return m_path; }
    std::filesystem::path store() const { return m_path / "hub.db"; }
    std::filesystem::path mirrors() const { return m_path / "mirrors"; }
    std::filesystem::path central() const { return m_path / "central"; } // + ".hub"
    std::filesystem::path relay() const { return m_path / "relay"; }

    std::optional<std::string> admin_token() const;
    core::Status set_admin_token(const std::string& token) const;

    // Held by the hub that runs here, and by what must not be done while one runs. Unavailable where somebody has it; the
    // system gives it back when a program ends, however it ends.
    core::Result<kiosk::storage::WriterLock> claim() const;

    struct Running {
        std::string url; // to be reached from this machine
        std::string pin; // empty: plain
    };
    std::optional<Running> running() const;
    core::Status set_running(const Running& running) const;
    void clear_running() const;

private:
    explicit HubFolder(std::filesystem::path path) : m_path(std::move(path)) {}
    std::filesystem::path m_path;
};

} // namespace kiosk_hub
