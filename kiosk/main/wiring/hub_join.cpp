// SPDX-License-Identifier: Apache-2.0
#include "main/wiring/hub_join.hpp"

#include "client/curl_wire.hpp"
#include "client/sync_client.hpp"
#include "core/records.hpp"
#include "main/wiring/venue.hpp"
#include "protocol/messages.hpp"
#include "storage/database.hpp"

#include <algorithm>
#include <chrono>
#include <thread>

namespace kiosk::wiring {

namespace fs = std::filesystem;
using core::ErrorCode;
using core::fail;
using core::Result;
using sync::client::HubAddress;

namespace {

// As it stands in a code, for an address: base64 with padding.
std::string plain_base64(std::string pin) {
    std::ranges::replace(pin, '-', '+');
    std::ranges::replace(pin, '_', '/');
    while (!pin.empty() && pin.size() % 4 != 0)
        pin += '=';
    return pin;
}

// A name for numbers that are not given yet.
std::string new_incarnation(core::Random& random) {
    std::array<std::uint8_t, 8> bytes{};
    random.fill(bytes);
    constexpr char digits[] = "0123456789abcdef";
    std::string text;
    for (const auto byte : bytes) {
        text += digits[byte >> 4];
        text += digits[byte & 15];
    }
    return text;
}

Result<std::string> event_of(storage::Database& database) {
    KIOSK_TRY(const auto documents, database.config());
    auto config = core::assemble_config(documents);
    if (!config && config.error().message_key == "error.no_event")
        return std::string();
    if (!config)
        return std::unexpected(std::move(config).error());
    return config->event.code;
}

} // namespace

Result<LocalStanding> HubJoin::look() const {
    LocalStanding here;
    std::error_code error;
    here.exists = fs::exists(m_ports.database, error);
    if (!here.exists) {
        here.device = m_ports.device.empty() ? machine_name() : m_ports.device;
        here.incarnation = new_incarnation(*m_ports.random);
        return here;
    }
    storage::Options options;
    options.clock = m_ports.clock;
    options.random = m_ports.random;
    options.hasher = m_ports.hasher;
    KIOSK_TRY(const auto database, storage::Database::open_read_only(m_ports.database.string(), options));
    KIOSK_TRY(const auto status, database->status());
    here.device = status.device;
    here.incarnation = status.incarnation;
    KIOSK_TRY(here.event, event_of(*database));
    return here;
}

Result<std::shared_ptr<sync::client::Wire>> HubJoin::wire_to(const std::string& url, std::vector<std::string> pins) {
    KIOSK_TRY(auto made, sync::client::CurlWire::create(url, std::move(pins)));
    const std::scoped_lock lock(m_mutex);
    m_wire = std::move(made);
    if (m_interrupted)
        return fail(ErrorCode::Unavailable, "error.sync.interrupted");
    return m_wire;
}

void HubJoin::interrupt() {
    m_interrupted = true;
    std::shared_ptr<sync::client::Wire> wire;
    {
        const std::scoped_lock lock(m_mutex);
        wire = m_wire;
    }
    if (wire)
        wire->interrupt();
}

Result<HubAddress> HubJoin::enrol(std::string_view code_text, const LocalStanding& here) {
    KIOSK_TRY(const auto code, sync::protocol::decode_enrolment_code(code_text));
    const auto pin = plain_base64(code.pin);
    KIOSK_TRY(const auto wire, wire_to(code.url, pin.empty() ? std::vector<std::string>{} : std::vector{pin}));
    KIOSK_TRY(auto address, sync::client::enroll(*wire, code.url, pin, code.code, here.device, here.incarnation,
                                                 here.event, m_ports.software));
    // Scans of one event must never reach another's list.
    if (!here.event.empty() && address.event != here.event)
        return fail(ErrorCode::Conflict, "error.sync.other_event", address.event);
    KIOSK_CHECK(sync::client::save_hub_address(m_ports.database, address));
    return address;
}

Result<std::string> HubJoin::fetch(const HubAddress& hub,
                                   const std::function<void(std::uint64_t, std::uint64_t)>& progress) {
    KIOSK_TRY(const auto wire, wire_to(hub.url, hub.pins));
    auto download = m_ports.database;
    download += ".snapshot";
    sync::client::SnapshotOptions options;
    options.progress = progress;
    options.again = [this](unsigned attempt, const core::Error&) {
        constexpr unsigned step_ms = 50, first_steps = 5; // a moment longer after each failure
        for (unsigned i = 0; i < attempt * first_steps && !m_interrupted; ++i)
            std::this_thread::sleep_for(std::chrono::milliseconds(step_ms));
        return !m_interrupted.load();
    };
    KIOSK_TRY(const auto snapshot, sync::client::fetch_snapshot(*wire, hub, download, *m_ports.hasher, options));

    // It gets this machine's name and its place in the feed before it is put in place: whatever ends us in between, what
    // lies under the database's name is whole.
    std::string event;
    {
        storage::Options storage;
        storage.device = hub.device;
        storage.clock = m_ports.clock;
        storage.random = m_ports.random;
        storage.hasher = m_ports.hasher;
        KIOSK_TRY(const auto database, storage::Database::open(download.string(), storage));
        storage::SyncMark mark;
        mark.hub = hub.hub;
        mark.epoch = snapshot.epoch;
        mark.after = snapshot.feed_number;
        mark.scope = snapshot.scope;
        KIOSK_CHECK(database->set_sync_mark(mark));
        KIOSK_TRY(event, event_of(*database));
    }
    if (event.empty())
        return fail(ErrorCode::NotFound, "error.sync.no_event_yet", hub.event);
    std::error_code error;
    if (m_ports.database.has_parent_path())
        fs::create_directories(m_ports.database.parent_path(), error);
    KIOSK_CHECK(storage::restore_database(download.string(), m_ports.database.string()));
    for (const auto* suffix : {"", "-wal", "-shm", "-mark", "-lock"})
        fs::remove(download.string() + suffix, error);
    return event;
}

} // namespace kiosk::wiring
