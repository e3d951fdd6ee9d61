// SPDX-License-Identifier: Apache-2.0
#pragma once
// The hub's store and Api, wired. Purpose: what `serve` puts on the network and what the other commands use where no hub
// runs. Ownership: owns everything it hands out. Threads: as Store and Api say. Failure: create() answers Result;
// Unavailable where another process has the store.
#include "crypto/crypto.hpp"
#include "hub/api.hpp"
#include "hub/structured_log.hpp"
#include "main/kiosk_hub/hub_folder.hpp"
#include "main/wiring/system_clock.hpp"

#include <memory>
#include <string>
#include <vector>

namespace kiosk_hub {

namespace hub = kiosk::sync::hub;

struct HubOptions {
    std::string database; // PostgreSQL's address; empty: SQLite in the folder
    std::string hub_url;
    std::vector<std::string> pins;
    bool quiet = false;   // of the log: a command says itself what it has to say
};

class OpenHub {
public:
    static core::Result<std::unique_ptr<OpenHub>> create(HubFolder folder, HubOptions options);

    const HubFolder& folder() const { return m_folder; }
    const HubOptions& options() const { return m_options; }
    hub::Store& store() { return *m_store; }
    hub::Api& api() { return *m_api; }
    hub::StructuredLog& log() { return m_log; }
    const kiosk::wiring::SystemClock& clock() const { return m_clock; }
    kiosk::crypto::SystemRandom& random() { return m_random; }
    const kiosk::crypto::Sodium& sodium() const { return m_sodium; }

    // Of the folder's file; made where there is none. `made`: it is new.
    core::Result<std::string> admin_token(bool& made);

private:
    OpenHub(HubFolder folder, HubOptions options);
    HubFolder m_folder;
    HubOptions m_options;
    kiosk::wiring::SystemClock m_clock;
    kiosk::crypto::SystemRandom m_random;
    kiosk::crypto::Sodium m_sodium;
    hub::StructuredLog m_log;
    std::unique_ptr<hub::Store> m_store;
    std::unique_ptr<hub::Api> m_api;
};

} // namespace kiosk_hub
