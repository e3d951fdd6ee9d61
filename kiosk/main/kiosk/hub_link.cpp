// SPDX-License-Identifier: Apache-2.0
#include "main/kiosk/hub_link.hpp"

#include "client/hub_address.hpp"
#include "core/load_config.hpp"
#include "main/wiring/conflict_list.hpp"
#include "main/wiring/wire_lease_office.hpp"
#include "protocol/messages.hpp"
#include "storage/journal_reader.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <chrono>

namespace kiosk::program {

using app::LocalText;
using app::notice::HubTrouble;
using core::ErrorCode;
using core::fail;
using core::Status;
using sync::client::HubAddress;
using sync::client::Trouble;

namespace {

HubTrouble in_words_of_the_app(Trouble trouble) {
    switch (trouble) {
    case Trouble::None: return HubTrouble::None;
    case Trouble::NotEnrolled: return HubTrouble::NotEnrolled;
    case Trouble::Unreachable: return HubTrouble::Unreachable;
    case Trouble::Portal: return HubTrouble::Portal;
    case Trouble::WrongPin: return HubTrouble::OtherKey;
    case Trouble::Revoked: return HubTrouble::Revoked;
    case Trouble::Cloned: return HubTrouble::Cloned;
    case Trouble::HubTrouble: return HubTrouble::HubFails;
    case Trouble::Refused: return HubTrouble::OtherVersion;
    case Trouble::StoreTrouble: return HubTrouble::StoreFails;
    }
    return HubTrouble::HubFails;
}

} // namespace

struct HubLink::Line {
    std::unique_ptr<sync::client::CurlWire> push_wire, feed_wire, lease_wire;
    std::unique_ptr<wiring::StoreReplica> replica;
    std::unique_ptr<sync::client::SyncClient> client;
    std::unique_ptr<sync::client::SyncThreads> threads; // last: ends first
};

HubLink::HubLink(Ports ports)
    : m_ports(std::move(ports)), m_gate(*m_ports.database, [app = m_ports.app](std::function<void()> task) {
          app->post(app::AppThread::Task([task = std::move(task)](app::KioskApp&) { task(); }));
      }) {
    m_posted.configured = false;
    m_conflicts = std::thread([this] { run_conflicts(); });
    m_leases = std::thread([this] { run_leases(); });
    const auto hub = sync::client::load_hub_address(m_ports.database_file);
    if (hub)
        start_line(*hub);
    else if (hub.error().code != ErrorCode::NotFound)
        spdlog::error("hub: {} {}", hub.error().message_key, hub.error().context);
}

HubLink::~HubLink() { stop(); }

bool HubLink::is_code(std::string_view text) { return sync::protocol::is_enrolment_code(text); }

void HubLink::stop() {
    std::shared_ptr<wiring::HubJoin> join;
    std::thread enrolment;
    {
        const std::scoped_lock lock(m_mutex);
        m_stopping = true;
        join = m_join;
        enrolment = std::move(m_enrolment);
    }
    m_wake.notify_all();
    m_gate.close(); // who waits for the application thread comes back
    if (join)
        join->interrupt();
    if (enrolment.joinable())
        enrolment.join();
    stop_line();
    for (auto* thread : {&m_conflicts, &m_leases})
        if (thread->joinable())
            thread->join();
}

// ---- the line ----

void HubLink::start_line(const HubAddress& hub) {
    auto line = std::make_shared<Line>();
    auto reader = storage::JournalReader::open(m_ports.database_file.string(), *m_ports.hasher);
    auto push = sync::client::CurlWire::create(hub.url, hub.pins);
    auto feed = sync::client::CurlWire::create(hub.url, hub.pins);
    auto leases = sync::client::CurlWire::create(hub.url, hub.pins);
    if (!reader || !push || !feed || !leases) {
        const auto& error = !reader ? reader.error() : !push ? push.error() : !feed ? feed.error() : leases.error();
        spdlog::error("hub: {} {}", error.message_key, error.context);
        app::notice::HubChanged told;
        told.trouble = reader ? HubTrouble::NotEnrolled : HubTrouble::StoreFails;
        return post_hub(told);
    }
    line->push_wire = std::move(*push);
    line->feed_wire = std::move(*feed);
    line->lease_wire = std::move(*leases);
    line->replica = std::make_unique<wiring::StoreReplica>(std::move(*reader), m_gate, m_ports.event);
    line->replica->on_arrival([this](const auto& what) { arrived(what); });
    line->client = std::make_unique<sync::client::SyncClient>(*line->replica, *line->push_wire, *line->feed_wire,
                                                              *m_ports.clock, *m_ports.random, *m_ports.hasher, hub);
    {
        const std::scoped_lock lock(m_mutex);
        m_hub = hub;
        m_status.reset();
        m_conflicts_due = true;
    }
    m_wake.notify_all();
    post_hub({});
    sync::client::SyncThreads::Options options;
    options.on_status = [this, client = line->client.get()](const sync::client::SyncStatus& status) {
        if (const auto now = client->hub_now(); now && m_ports.hub_clock)
            m_ports.hub_clock->learned(now->unix_ms, m_ports.clock->boot_ms());
        told(status);
    };
    options.on_hub = [this, wires = line.get()](const HubAddress& address) {
        wires->push_wire->set_pins(address.pins);
        wires->feed_wire->set_pins(address.pins);
        wires->lease_wire->set_pins(address.pins);
        if (const auto saved = sync::client::save_hub_address(m_ports.database_file, address); !saved)
            spdlog::error("hub: {} {}", saved.error().message_key, saved.error().context);
        const std::scoped_lock lock(m_mutex);
        m_hub = address;
    };
    line->threads = std::make_unique<sync::client::SyncThreads>(*line->client, *line->push_wire, *line->feed_wire,
                                                                std::move(options));
    {
        const std::scoped_lock lock(m_mutex);
        m_line = line;
    }
    line->threads->changed(); // what was written while nobody could say so
}

void HubLink::stop_line() {
    std::shared_ptr<Line> line;
    {
        const std::scoped_lock lock(m_mutex);
        line = std::exchange(m_line, nullptr);
    }
    if (!line)
        return;
    line->lease_wire->interrupt();
    line->threads->stop();
}

void HubLink::told(const sync::client::SyncStatus& status) {
    app::notice::HubChanged hub;
    bool news = false;
    {
        const std::scoped_lock lock(m_mutex);
        if (m_stopping)
            return;
        const bool counts = !m_status || m_status->pending != status.pending;
        m_status = status;
        hub.reachable = status.reachable;
        hub.trouble = in_words_of_the_app(status.trouble);
        // It has lasted since it was first met, or since the hub last answered.
        if (hub.trouble != HubTrouble::None)
            hub.since = m_posted.trouble == hub.trouble && m_posted.since ? m_posted.since
                        : status.last_exchange                           ? status.last_exchange
                                                                         : std::optional(m_ports.clock->now());
        news = counts || m_posted.reachable != hub.reachable || m_posted.trouble != hub.trouble || !m_posted.configured;
    }
    if (news)
        post_hub(hub);
}

void HubLink::post_hub(const app::notice::HubChanged& hub) {
    {
        const std::scoped_lock lock(m_mutex);
        m_posted = hub;
    }
    m_ports.app->post(app::Notice{hub});
}

void HubLink::arrived(const wiring::StoreReplica::Arrived& what) {
    bool awaited = false;
    {
        const std::scoped_lock lock(m_mutex);
        awaited = m_feed_awaited != 0 && what.feed >= m_feed_awaited;
        if (awaited)
            m_feed_awaited = 0;
        m_conflicts_due = m_conflicts_due || what.operations > 0;
    }
    if (what.operations > 0 || awaited)
        m_ports.app->post(app::Notice{app::notice::DataChanged{}});
    if (what.config)
        m_ports.app->post(app::Notice{app::notice::ConfigChanged{}});
    m_wake.notify_all();
}

void HubLink::after_item() {
    // What the writer holds in memory: no reading, and after the screen has been handed over.
    const auto status = m_ports.database->status();
    if (!status || (status->last_seq == m_last_seq && status->incarnation == m_last_incarnation))
        return;
    m_last_seq = status->last_seq;
    m_last_incarnation = status->incarnation;
    std::shared_ptr<Line> line;
    bool look = false;
    {
        const std::scoped_lock lock(m_mutex);
        line = m_line;
        look = m_has_duplicates; // one of them may have been settled or taken back
        m_conflicts_due = m_conflicts_due || look;
    }
    if (look)
        m_wake.notify_all();
    if (line)
        line->threads->changed();
}

std::vector<std::pair<LocalText, std::string>> HubLink::system_lines() {
    std::vector<std::pair<LocalText, std::string>> lines;
    const std::scoped_lock lock(m_mutex);
    if (m_hub.url.empty())
        return lines;
    lines.emplace_back(LocalText{"会务中心", "Hub"}, m_hub.url);
    if (!m_hub.device.empty())
        lines.emplace_back(LocalText{"在会务中心的名称", "Name at the hub"}, m_hub.device);
    if (!m_status)
        return lines;
    if (m_status->last_exchange) {
        const auto civil = m_ports.zone.civil(*m_status->last_exchange);
        lines.emplace_back(LocalText{"最近一次联系", "Last exchange"},
                           fmt::format("{:02}:{:02}:{:02}", civil.hour, civil.minute, civil.second));
    }
    lines.emplace_back(LocalText{"待收 / 待传", "To receive / to send"},
                       fmt::format("{} / {}", m_status->feed_behind, m_status->pending));
    if (m_status->clock_offset_ms)
        lines.emplace_back(LocalText{"会务中心时钟减本机", "Hub's clock minus ours"},
                           fmt::format("{:+.1f} s", static_cast<double>(*m_status->clock_offset_ms) / 1000));
    if (!m_status->detail.empty())
        lines.emplace_back(LocalText{"联系情况", "Line"}, m_status->detail);
    return lines;
}

// ---- enrolment ----

Status HubLink::enrol(std::string code) {
    if (auto decoded = sync::protocol::decode_enrolment_code(code); !decoded)
        return std::unexpected(std::move(decoded).error());
    std::thread before;
    {
        const std::scoped_lock lock(m_mutex);
        if (m_stopping || m_enrolling)
            return fail(ErrorCode::Unavailable, "error.sync.enrolling");
        m_enrolling = true;
        before = std::move(m_enrolment);
    }
    if (before.joinable())
        before.join(); // has said its result already
    wiring::HubJoin::Ports ports;
    ports.database = m_ports.database_file;
    ports.software = "kiosk/" XIANGDAO_VERSION;
    ports.clock = m_ports.clock;
    ports.random = m_ports.random;
    ports.hasher = m_ports.hasher;
    const std::scoped_lock lock(m_mutex);
    if (m_stopping)
        return fail(ErrorCode::Unavailable, "error.store_closing");
    m_join = std::make_shared<wiring::HubJoin>(std::move(ports));
    m_enrolment = std::thread([this, join = m_join, code = std::move(code)] { run_enrolment(*join, code); });
    return {};
}

void HubLink::run_enrolment(wiring::HubJoin& join, const std::string& code) {
    const auto done = [&]() -> core::Result<HubAddress> {
        KIOSK_TRY(const auto here, join.look());
        return join.enrol(code, here);
    }();
    app::notice::Enrolment told;
    if (done) {
        stop_line();
        if (m_ports.on_enrolled)
            m_ports.app->post(app::AppThread::Task([hook = m_ports.on_enrolled](app::KioskApp& app) { hook(app); }));
        start_line(*done);
        told = {app::notice::Enrolment::Step::Done, {"staff.notice.enrolled", {{"device", done->device}}}, done->hub};
    } else {
        spdlog::error("enrolment: {} {}", done.error().message_key, done.error().context);
        told = {app::notice::Enrolment::Step::Failed, {done.error().message_key, {}}, {}};
    }
    {
        const std::scoped_lock lock(m_mutex);
        m_enrolling = false;
    }
    m_ports.app->post(app::Notice{std::move(told)});
}

// ---- leases ----

Status HubLink::ask_leases(app::LeaseAsk ask) {
    constexpr std::size_t most = 16;
    {
        const std::scoped_lock lock(m_mutex);
        if (m_stopping || !m_line)
            return fail(ErrorCode::Unavailable, "error.no_hub");
        if (m_asks.size() >= most)
            return fail(ErrorCode::Unavailable, "error.sync.unreachable", "too many wait for an answer");
        m_asks.push_back(std::move(ask));
    }
    m_wake.notify_all();
    return {};
}

void HubLink::run_leases() {
    std::unique_lock lock(m_mutex);
    for (;;) {
        m_wake.wait(lock, [this] { return m_stopping || !m_asks.empty(); });
        if (m_stopping)
            return;
        auto ask = std::move(m_asks.front());
        m_asks.pop_front();
        const auto line = m_line;
        lock.unlock();
        auto reply = line ? exchange_leases(*line, ask)
                          : core::Result<app::LeaseReply>(fail(ErrorCode::Unavailable, "error.no_hub"));
        if (!reply)
            spdlog::info("leases: {} {}", reply.error().message_key, reply.error().context);
        m_ports.app->post(app::Notice{app::notice::LeasesAnswered{std::move(ask), std::move(reply)}});
        lock.lock();
    }
}

core::Result<app::LeaseReply> HubLink::exchange_leases(Line& line, const app::LeaseAsk& ask) {
    std::uint64_t read = 0;
    wiring::WireLeaseOffice::Ports ports;
    ports.wire = line.lease_wire.get();
    ports.hub = line.client->hub();
    ports.clock = m_ports.hub_clock;
    ports.asker = [&]() -> core::Result<wiring::LeaseAsker> {
        KIOSK_TRY(const auto standing, line.replica->standing());
        read = standing.mark.after;
        for (const auto& chain : standing.chains)
            if (chain.present)
                return wiring::LeaseAsker{standing.device, chain.incarnation, standing.mark.epoch, standing.mark.relay_due};
        return fail(ErrorCode::NotFound, "error.database_internal", "no incarnation");
    };
    wiring::WireLeaseOffice office(std::move(ports));
    KIOSK_TRY(auto reply, office.exchange(ask));
    const std::scoped_lock lock(m_mutex);
    // The feed may hold nothing for this kiosk up to there, and then nothing else would say that it was read.
    if (reply.feed > read)
        m_feed_awaited = std::max(m_feed_awaited, reply.feed);
    return reply;
}

// ---- duplicate entries ----

void HubLink::run_conflicts() {
    // Beside the store, on a connection of its own, and seldom: nobody waits for this.
    constexpr std::chrono::seconds pause(5);
    std::unique_lock lock(m_mutex);
    for (;;) {
        m_wake.wait(lock, [this] { return m_stopping || m_conflicts_due; });
        if (m_stopping)
            return;
        m_conflicts_due = false;
        lock.unlock();
        look_for_conflicts();
        lock.lock();
        m_wake.wait_for(lock, pause, [this] { return m_stopping; });
    }
}

void HubLink::look_for_conflicts() {
    const auto found = [&]() -> core::Result<app::notice::DuplicatesFound> {
        storage::Options options;
        options.clock = m_ports.clock;
        options.random = m_ports.random;
        options.hasher = m_ports.hasher;
        KIOSK_TRY(const auto database, storage::Database::open_read_only(m_ports.database_file.string(), options));
        KIOSK_TRY(const auto config, core::load_config(*database));
        KIOSK_TRY(const auto conflicts, wiring::load_conflicts(*database, config, *m_ports.hasher));
        constexpr std::size_t most = 200;
        app::notice::DuplicatesFound made;
        for (const auto& conflict : conflicts) {
            if (conflict.resolved || made.items.size() >= most)
                continue;
            app::notice::DuplicatesFound::Item item;
            item.ticket = conflict.entry.ticket;
            item.checkpoint = conflict.entry.checkpoint;
            for (const auto& scan : conflict.entry.entries) {
                if (!scan.record.registration.empty())
                    item.registration = scan.record.registration;
                item.entries.push_back({scan.record.at, scan.id.device});
            }
            made.items.push_back(std::move(item));
        }
        return made;
    }();
    if (!found)
        return spdlog::warn("duplicates: {} {}", found.error().message_key, found.error().context);
    {
        const std::scoped_lock lock(m_mutex);
        m_has_duplicates = !found->items.empty();
    }
    m_ports.app->post(app::Notice{*found});
}

} // namespace kiosk::program
