// SPDX-License-Identifier: Apache-2.0
#include "hub/relay.hpp"

#include "client/hub_address.hpp"
#include "protocol/messages.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace kiosk::sync::hub {

using kiosk::core::ErrorCode;
using kiosk::core::fail;

namespace {

// The head of a push, up to the first operation: what encode() writes for none, without its end.
Result<std::string> push_head(const std::string& device, const std::string& incarnation, const std::string& event) {
    protocol::PushRequest request;
    request.device = device;
    request.incarnation = incarnation;
    request.event = event;
    request.relay = true;
    auto text = protocol::encode(request);
    if (!text.ends_with("]}"))
        return fail(ErrorCode::Internal, "error.internal", "a push does not end as expected");
    text.resize(text.size() - 2);
    return text;
}

std::string words_of(const client::WireAnswer& answer) {
    const auto error = protocol::decode_error_reply(answer.body);
    return fmt::format("{} {}", answer.status, error ? error->error : "not a hub's answer");
}

} // namespace

Relay::Relay(RelayPorts ports, RelayOptions options) : m_ports(std::move(ports)), m_options(std::move(options)) {}

std::string Relay::key(std::string_view name, const std::string& epoch) const {
    return fmt::format("relay/{}/{}/{}/{}", name, m_options.central.event, m_options.central.hub, epoch);
}

Status Relay::load(Direction& direction, std::string_view name, const std::string& epoch) {
    KIOSK_TRY(const auto stored, m_ports.store->fact(key(name, epoch)));
    direction.epoch = epoch;
    direction.done = 0;
    if (stored)
        std::from_chars(stored->data(), stored->data() + stored->size(), direction.done);
    direction.loaded = true;
    return {};
}

Result<bool> Relay::was_restored_there(const std::string& epoch) {
    const auto fact = fmt::format("relay/first/{}/{}", m_options.central.event, m_options.central.hub);
    KIOSK_TRY(const auto first, m_ports.store->fact(fact));
    if (first)
        return *first != epoch;
    KIOSK_CHECK(m_ports.store->set_fact(fact, epoch));
    return false;
}

Status Relay::keep(const Direction& direction, std::string_view name) {
    return m_ports.store->set_fact(key(name, direction.epoch), std::to_string(direction.done));
}

// As a kiosk does. They are used once they are kept: what was not is announced again with the next answer.
void Relay::take_pins(const std::vector<std::string>& announced) {
    auto& known = m_options.central.pins;
    auto next = client::pins_after(known, announced);
    if (next == known || !m_ports.keep_pins)
        return;
    const auto kept = m_ports.keep_pins(next);
    if (m_ports.log)
        m_ports.log("relay.pins", kept ? fmt::format("the central hub is known by {} keys", next.size()) : kept.error().context);
    if (kept)
        known = std::move(next);
}

Relay::Step Relay::retry(Direction& direction, std::string_view what, std::string_view detail) {
    std::array<std::uint8_t, 4> bytes{};
    m_ports.random->fill(bytes);
    const auto most = std::min(m_options.longest_retry_ms,
                               m_options.first_retry_ms << std::min(direction.failures, 10));
    // Between half and all of it, so that hubs of many halls don't come back together.
    const auto jitter = (bytes[0] | bytes[1] << 8) % 1000;
    ++direction.failures;
    if (m_ports.log && direction.failures <= 3)
        m_ports.log(what, detail);
    return {false, most / 2 + most * jitter / 2000, 0};
}

// The central hub's word on who holds the event. `holds`: this one does, as far as it knows. `generation`: what it was
// granted under.
Result<bool> Relay::ask_for_event(bool give_back, bool holds, const std::string& epoch, std::uint64_t& generation) {
    const auto& central = m_options.central;
    protocol::LeaseRequest ask;
    ask.device = central.device;
    // A store that was restored is another holder: what this hub granted since its backup, it does not know.
    ask.incarnation = epoch;
    (give_back ? ask.give_back : ask.want).push_back({"event", 1, 1, {}, 0, holds});
    ask.holds_seq = 0; // this hub's own name has no journal there
    client::WireRequest request;
    request.method = "POST";
    request.path = "/v1/leases";
    request.token = central.token;
    request.body = protocol::encode(ask);
    request.timeout_ms = 10'000;
    KIOSK_TRY(const auto answer, m_ports.push_wire->exchange(request));
    if (answer.status != 200)
        return fail(ErrorCode::Denied, "error.sync.not_taken", words_of(answer));
    const auto reply = protocol::decode_lease_reply(answer.body);
    if (!reply || reply->hub != central.hub)
        return fail(ErrorCode::Unavailable, "error.sync.not_a_hub", "an answer that is none of a hub");
    if (give_back)
        return std::ranges::find(reply->given_back, "event") != reply->given_back.end();
    for (const auto& grant : reply->grants)
        if (grant.resource == "event" && grant.granted > 0) {
            generation = grant.generation;
            return true;
        }
    return false;
}

bool Relay::settle_rights() {
    const auto now = std::chrono::steady_clock::now();
    if (m_rights_asked && now - *m_rights_asked < std::chrono::milliseconds(m_options.rights_every_ms))
        return m_rights_settled;
    m_rights_asked = now;
    auto& store = *m_ports.store;
    const auto& event = m_options.central.event;
    const auto settled = [&]() -> Result<bool> {
        const auto key = "rights/" + event;
        KIOSK_TRY(const auto kept, store.fact(key));
        const auto state = kept.value_or(std::string(rights_wanted));
        const auto become = [&](std::string_view next) -> Result<bool> {
            if (next != state && m_ports.log)
                m_ports.log("relay.rights", next);
            if (!kept || next != state)
                KIOSK_CHECK(store.set_fact(key, std::string(next)));
            return next == rights_held || next == rights_released;
        };
        if (state == rights_released)
            return true;
        KIOSK_TRY(const auto identity, store.identity());
        std::uint64_t generation = 0;
        if (state == rights_releasing) {
            KIOSK_TRY(const auto rows, store.leases(event));
            if (!rows.empty())
                return false; // kiosks are asked for them, and give back what no booking needs
            KIOSK_TRY(const auto gone, ask_for_event(true, false, identity.epoch, generation));
            return gone ? become(rights_released) : Result<bool>(false);
        }
        KIOSK_TRY(const auto held, ask_for_event(false, state == rights_held, identity.epoch, generation));
        if (!held)
            return become(rights_wanted);
        // What this hub grants must not be older than what it was given.
        KIOSK_CHECK(store.change_leases(event, {std::vector<std::string>{}, {}, {}}, [&](LeaseTable& table) {
            table.generation = std::max(table.generation, generation);
        }));
        return become(rights_held);
    }();
    if (!settled && m_ports.log)
        m_ports.log("relay.rights", settled.error().context);
    m_rights_settled = settled.value_or(false);
    return m_rights_settled;
}

Relay::Step Relay::push() {
    auto& side = m_push;
    const auto& central = m_options.central;
    auto text = push_head(central.device, m_options.incarnation, central.event);
    if (!text)
        return retry(side, "relay.push", text.error().context);
    {
        const std::lock_guard lock(m_epoch_mutex);
        if (side.loaded && !m_epoch_of_central.empty() && m_epoch_of_central != side.epoch)
            side.loaded = false;
    }
    Store::FeedPage page;
    if (side.loaded) {
        // What came from there is known there, unless it lost it.
        const auto skip = side.done < side.whole_to ? std::nullopt : std::optional(Store::Skip{m_options.own_device, {}});
        auto read = m_ports.store->feed(central.event, side.done, protocol::max_batch_operations,
                                        protocol::max_batch_bytes - 16 * 1024, skip);
        if (!read)
            return retry(side, "relay.push", read.error().context);
        page = std::move(*read);
        if (page.items.empty()) {
            side.failures = 0;
            const bool settled = page.scanned_to < page.latest || settle_rights();
            const auto wait_ms = settled ? m_options.longest_retry_ms : m_options.rights_every_ms;
            if (page.scanned_to > side.done) {
                side.done = page.scanned_to;
                if (const auto kept = keep(side, "push"); !kept)
                    return retry(side, "relay.push", kept.error().context);
                return {page.scanned_to < page.latest, wait_ms, 0};
            }
            if (std::chrono::steady_clock::now() - m_greeted < std::chrono::milliseconds(m_options.greet_every_ms))
                return {false, wait_ms, 0};
        }
        for (std::size_t index = 0; index < page.items.size(); ++index) {
            if (index > 0)
                *text += ',';
            protocol::append_joined(*text, page.items[index].line, page.items[index].personal);
        }
    } // else a handshake: which epoch is it there
    *text += "]}";

    client::WireRequest request;
    request.method = "POST";
    request.path = "/v1/ops";
    request.token = central.token;
    request.body = std::move(*text);
    request.timeout_ms = 60'000;
    m_greeted = std::chrono::steady_clock::now();
    const auto answer = m_ports.push_wire->exchange(request);
    if (!answer)
        return retry(side, "relay.unreachable", answer.error().context);
    if (answer->status != 200)
        return retry(side, "relay.refused", words_of(*answer));
    // Only the hub that this one was enrolled at moves the cursor; a portal answers 200 as well.
    const auto reply = protocol::decode_push_reply(answer->body);
    if (!reply || reply->hub != central.hub || reply->statuses.size() != page.items.size())
        return retry(side, "relay.not_the_hub", "an answer that is none of a hub");
    take_pins(reply->pins);
    if (reply->revoked)
        return retry(side, "relay.revoked", "the central hub no longer takes this one");
    side.failures = 0;
    if (!side.loaded || reply->epoch != side.epoch) {
        // New here, or restored there: it may lack what an earlier one had.
        {
            const std::lock_guard lock(m_epoch_mutex);
            m_epoch_of_central = reply->epoch;
        }
        if (const auto loaded = load(side, "push", reply->epoch); !loaded)
            return retry(side, "relay.push", loaded.error().context);
        const auto restored = was_restored_there(reply->epoch);
        const auto latest = m_ports.store->latest(central.event);
        if (!restored || !latest) {
            side.loaded = false;
            return retry(side, "relay.push", (restored ? latest.error() : restored.error()).context);
        }
        side.whole_to = *restored ? *latest : 0;
        return {true, 0, 0};
    }
    side.done = page.scanned_to;
    if (const auto kept = keep(side, "push"); !kept)
        return retry(side, "relay.push", kept.error().context);
    return {true, 0, page.items.size()};
}

Relay::Step Relay::pull() {
    auto& side = m_pull;
    const auto& central = m_options.central;
    client::WireRequest request;
    // The first question only asks for the epoch.
    request.path = side.loaded ? fmt::format("/v1/feed?after={}&wait={}&limit={}{}", side.done, m_options.poll_s,
                                             protocol::max_batch_operations, side.done < side.whole_to ? "&all=1" : "")
                               : std::string("/v1/feed?after=0&limit=1");
    request.token = central.token;
    request.timeout_ms = (m_options.poll_s + 30) * 1000;
    const auto answer = m_ports.pull_wire->exchange(request);
    if (!answer)
        return answer.error().message_key == "error.sync.interrupted" ? Step{true, 0, 0}
                                                                      : retry(side, "relay.unreachable", answer.error().context);
    if (answer->status != 200)
        return retry(side, "relay.refused", words_of(*answer));
    const auto reply = protocol::decode_feed_reply(answer->body, *m_ports.hasher);
    if (!reply || reply->hub != central.hub)
        return retry(side, "relay.not_the_hub", "an answer that is none of a hub");
    side.failures = 0;
    {
        const std::lock_guard lock(m_epoch_mutex);
        m_epoch_of_central = reply->epoch;
    }
    if (!side.loaded || reply->epoch != side.epoch) {
        if (const auto loaded = load(side, "pull", reply->epoch); !loaded)
            return retry(side, "relay.pull", loaded.error().context);
        // Restored from a backup, this hub may have sent there what it does not have itself any more.
        const auto identity = m_ports.store->identity();
        if (!identity) {
            side.loaded = false;
            return retry(side, "relay.pull", identity.error().context);
        }
        side.whole_to = identity->recovering ? reply->latest : 0;
        return {true, 0, 0};
    }
    if (!reply->operations.empty()) {
        auto text = push_head(m_options.own_device, m_options.incarnation, central.event);
        if (!text)
            return retry(side, "relay.pull", text.error().context);
        bool first = true;
        for (const auto& read : reply->operations) {
            if (!first)
                *text += ',';
            first = false;
            // What can't be read is handed on as it came: this hub's own quarantine decides.
            if (read.problem.empty())
                protocol::append_operation(*text, read.operation);
            else
                *text += read.raw;
        }
        *text += "]}";
        ApiRequest own;
        own.method = "POST";
        own.target = "/v1/ops";
        own.headers["authorization"] = "Bearer " + m_options.own_token;
        own.body = std::move(*text);
        own.peer = "relay";
        const auto stored = m_ports.own(own);
        const auto taken = protocol::decode_push_reply(stored.body);
        if (stored.status != 200 || !taken || taken->statuses.size() != reply->operations.size())
            return retry(side, "relay.pull", fmt::format("this hub answered {}", stored.status));
    }
    if (reply->next == side.done)
        return {true, 0, 0}; // the wait is over, nothing came
    side.done = reply->next;
    if (const auto kept = keep(side, "pull"); !kept)
        return retry(side, "relay.pull", kept.error().context);
    return {true, 0, reply->operations.size()};
}

RelayThreads::RelayThreads(Relay& relay, client::Wire& push_wire, client::Wire& pull_wire)
    : m_relay(relay), m_push_wire(push_wire), m_pull_wire(pull_wire),
      m_push_thread([this] { run([this] { return m_relay.push(); }, true); }),
      m_pull_thread([this] { run([this] { return m_relay.pull(); }, false); }) {}

RelayThreads::~RelayThreads() {
    {
        const std::lock_guard lock(m_mutex);
        m_stopping = true;
    }
    m_wake.notify_all();
    m_push_wire.interrupt();
    m_pull_wire.interrupt();
    m_push_thread.join();
    m_pull_thread.join();
}

void RelayThreads::changed() {
    {
        const std::lock_guard lock(m_mutex);
        m_changed = true;
    }
    m_wake.notify_all();
}

template <typename Call>
void RelayThreads::run(Call&& call, bool wakes) {
    std::unique_lock lock(m_mutex);
    while (!m_stopping) {
        if (wakes)
            m_changed = false;
        lock.unlock();
        const auto step = call();
        lock.lock();
        if (!step.progress)
            m_wake.wait_for(lock, std::chrono::milliseconds(step.wait_ms),
                            [&] { return m_stopping || (wakes && m_changed); });
    }
}

Result<RelayEnrolment> enroll_at_central(client::Wire& wire, const std::string& url, const std::string& pin,
                                         const std::string& code, const std::string& hub_id, const std::string& version,
                                         const std::function<ApiAnswer(const ApiRequest&)>& own,
                                         const std::function<Result<std::string>(const std::string& event)>& own_code) {
    protocol::EnrollRequest ask;
    ask.code = code;
    ask.device = "hub-" + hub_id.substr(0, 8);
    ask.incarnation = hub_id;
    ask.software = "kiosk-hub " + version;
    ask.as_hub = true;
    client::WireRequest request;
    request.method = "POST";
    request.path = "/v1/enroll";
    request.body = protocol::encode(ask);
    KIOSK_TRY(const auto answer, wire.exchange(request));
    if (answer.status != 200)
        return fail(answer.status == 403 ? ErrorCode::Denied : ErrorCode::Invalid, "error.enroll", words_of(answer));
    KIOSK_TRY(const auto reply, protocol::decode_enroll_reply(answer.body));

    RelayEnrolment done;
    done.central = {url, {}, reply.token, reply.device, reply.event, reply.hub};
    if (!pin.empty()) // a hub without TLS has none
        done.central.pins.push_back(pin);
    for (const auto& other : reply.pins)
        if (other != pin)
            done.central.pins.push_back(other);

    KIOSK_TRY(const auto own_text, own_code(reply.event));
    KIOSK_TRY(const auto decoded, protocol::decode_enrolment_code(own_text));
    ask.code = decoded.code;
    ask.device = "hub-central";
    ask.incarnation = reply.hub;
    ask.event = reply.event;
    ApiRequest here;
    here.method = "POST";
    here.target = "/v1/enroll";
    here.body = protocol::encode(ask);
    here.peer = "relay";
    const auto own_answer = own(here);
    if (own_answer.status != 200)
        return fail(ErrorCode::Internal, "error.enroll", fmt::format("this hub answered {}", own_answer.status));
    KIOSK_TRY(const auto own_reply, protocol::decode_enroll_reply(own_answer.body));
    done.own_token = own_reply.token;
    done.own_device = own_reply.device;
    return done;
}

} // namespace kiosk::sync::hub
