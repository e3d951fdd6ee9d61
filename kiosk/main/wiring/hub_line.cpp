// SPDX-License-Identifier: Apache-2.0
#include "main/wiring/hub_line.hpp"

#include "client/curl_wire.hpp"
#include "client/sync_client.hpp"
#include "main/wiring/store_replica.hpp"
#include "storage/database.hpp"

#include <algorithm>

namespace kiosk::wiring {

using core::Result;
using sync::client::Trouble;
using sync::client::WireAnswer;
using sync::client::WireRequest;

namespace {

// Somebody sits before it: what takes longer than a moment is not waited for.
class HastyWire final : public sync::client::Wire {
public:
    explicit HastyWire(std::unique_ptr<sync::client::CurlWire> wire) : m_wire(std::move(wire)) {}
    Result<WireAnswer> exchange(const WireRequest& request) override {
        constexpr std::int64_t longest_ms = 5'000;
        auto hasty = request;
        hasty.timeout_ms = std::min(request.timeout_ms, longest_ms);
        return m_wire->exchange(hasty);
    }
    Result<WireAnswer> download(const WireRequest& request, const std::function<bool(std::string_view)>& take) override {
        return m_wire->download(request, take);
    }
    void interrupt() override { m_wire->interrupt(); }

private:
    std::unique_ptr<sync::client::CurlWire> m_wire;
};

sync::client::ClientOptions without_waiting() {
    sync::client::ClientOptions options;
    options.poll_s = 0;
    return options;
}

} // namespace

struct HubLine::Impl {
    storage::Database& database;
    HastyWire wire;
    StoreReplica replica;
    sync::client::SyncClient client;
    HubClock clock;
    WireLeaseOffice office;

    Impl(storage::Database& database_, const core::Clock& machine, core::Random& random, const core::Hasher& hasher,
         const sync::client::HubAddress& hub, const std::string& event, std::unique_ptr<sync::client::CurlWire> line)
        : database(database_), wire(std::move(line)), replica(database_, event),
          client(replica, wire, wire, machine, random, hasher, hub, without_waiting()), clock(machine),
          office({&wire, hub, [this] { return lease_asker(database); }, &clock,
                  [this](std::uint64_t up_to) { return read_feed(up_to); }}) {}

    bool is_well() {
        if (const auto now = client.hub_now())
            clock.learned(now->unix_ms, clock.boot_ms());
        return client.status().trouble == Trouble::None;
    }

    bool read_feed(std::uint64_t up_to) {
        for (;;) {
            const auto read = database.feed_after();
            if (!read || *read >= up_to)
                return read.has_value();
            if (!client.pull().progress || !is_well())
                return false;
        }
    }
};

HubLine::HubLine(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}
HubLine::~HubLine() = default;

Result<std::unique_ptr<HubLine>> HubLine::open(storage::Database& database, const core::Clock& machine,
                                               core::Random& random, const core::Hasher& hasher,
                                               const sync::client::HubAddress& hub, const std::string& event) {
    KIOSK_TRY(auto wire, sync::client::CurlWire::create(hub.url, hub.pins));
    return std::unique_ptr<HubLine>(
        new HubLine(std::make_unique<Impl>(database, machine, random, hasher, hub, event, std::move(wire))));
}

bool HubLine::exchange() {
    m_impl->client.changed();
    for (;;) {
        const bool pushed = m_impl->client.push().progress;
        if (!m_impl->is_well())
            return false;
        const bool pulled = m_impl->client.pull().progress;
        if (!m_impl->is_well())
            return false;
        if (!pushed && !pulled && !m_impl->client.push_wanted())
            return m_impl->client.status().pending == 0;
    }
}

app::LeaseOffice& HubLine::office() { return m_impl->office; }
const HubClock& HubLine::clock() const { return m_impl->clock; }

} // namespace kiosk::wiring
