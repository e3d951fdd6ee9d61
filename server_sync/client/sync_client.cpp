// SPDX-License-Identifier: Apache-2.0
#include "client/sync_client_impl.hpp"

#include "client/hub_address.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace kiosk::sync::client {

using kiosk::core::ErrorCode;
using kiosk::core::fail;

SyncClient::Impl::Impl(Replica& replica_, Wire& push_wire_, Wire& feed_wire_, const kiosk::core::Clock& clock_,
                       kiosk::core::Random& random_, const kiosk::core::Hasher& hasher_, HubAddress hub_,
                       ClientOptions options_)
    : replica(replica_), push_wire(push_wire_), feed_wire(feed_wire_), clock(clock_), random(random_), hasher(hasher_),
      options(options_), hub(std::move(hub_)), push_backoff(options.first_retry_ms, options.longest_retry_ms),
      most_at_once(std::clamp<std::size_t>(options.batch_operations, 1, protocol::max_batch_operations)),
      batch_limit(most_at_once), relay_limit(most_at_once), pull_backoff(options.first_retry_ms, options.longest_retry_ms) {
    status.enrolled = !hub.token.empty();
}

StepResult SyncClient::Impl::failed(bool pushing, Trouble trouble, std::string detail, std::int64_t at_least_ms) {
    const std::lock_guard lock(shared); // over the random source too, which may be used by both threads
    (pushing ? push_trouble : pull_trouble) = trouble;
    (pushing ? push_detail : pull_detail) = std::move(detail);
    if (trouble != Trouble::StoreTrouble)
        status.reachable = trouble != Trouble::Unreachable && trouble != Trouble::Portal && trouble != Trouble::WrongPin;
    return {false, (pushing ? push_backoff : pull_backoff).failed(random, at_least_ms), 0};
}

StepResult SyncClient::Impl::store_failed(bool pushing, const kiosk::core::Error& error) {
    return failed(pushing, Trouble::StoreTrouble, error.message_key + " " + printable(error.context));
}

StepResult SyncClient::Impl::not_enrolled(bool pushing) {
    const std::lock_guard lock(shared);
    (pushing ? push_trouble : pull_trouble) = Trouble::NotEnrolled;
    return {false, options.longest_retry_ms, 0};
}

StepResult SyncClient::Impl::answered_badly(bool pushing, const Outcome& outcome) {
    if (outcome.interrupted)
        return {false, 0, 0};
    return failed(pushing, outcome.trouble, outcome.detail, outcome.retry_after_ms);
}

void SyncClient::Impl::answered_well(bool pushing, Trouble trouble, std::string detail) {
    const std::lock_guard lock(shared);
    (pushing ? push_trouble : pull_trouble) = trouble;
    (pushing ? push_detail : pull_detail) = std::move(detail);
    status.reachable = true;
    status.last_exchange = clock.now();
    // What one direction has proved is no longer in the way of the other one's wording.
    auto& other = pushing ? pull_trouble : push_trouble;
    if (other == Trouble::Unreachable || other == Trouble::Portal || other == Trouble::WrongPin)
        other = Trouble::None;
}

bool SyncClient::Impl::is_our_hub(const std::string& id) {
    const std::lock_guard lock(shared);
    if (hub.hub.empty())
        hub.hub = id;
    return !id.empty() && id == hub.hub;
}

void SyncClient::Impl::clock_sample(std::int64_t hub_ms, std::int64_t sent_boot_ms) {
    std::optional<std::int64_t> offset;
    {
        const std::lock_guard lock(shared);
        estimate.sample(hub_ms, sent_boot_ms, clock.boot_ms());
        offset = estimate.offset_ms(clock);
        status.clock_offset_ms = offset;
        constexpr std::int64_t worth_telling_ms = 20;
        if (!offset || (told_offset_ms && std::abs(*told_offset_ms - *offset) < worth_telling_ms))
            return;
        told_offset_ms = offset;
    }
    replica.set_clock_offset(offset);
}

void SyncClient::Impl::take_pins(const std::vector<std::string>& pins) {
    const std::lock_guard lock(shared);
    hub.pins = pins_after(hub.pins, pins);
}

std::string SyncClient::Impl::token() const {
    const std::lock_guard lock(shared);
    return hub.token;
}

void SyncClient::Impl::tell_pending(const Standing& standing) {
    const std::lock_guard lock(shared);
    status.pending = standing.pending();
}

Status SyncClient::Impl::begin_epoch(FeedMark& mark, const std::string& hub_id, const std::string& epoch) {
    FeedMark next;
    next.hub = hub_id;
    next.epoch = epoch;
    next.scope = mark.scope;
    // A device that never met a hub has nothing of others that a hub could have lost.
    next.relay_due = !mark.epoch.empty();
    // The first hub that this journal meets may go on where a snapshot ended.
    if (mark.epoch.empty())
        next.after = mark.after;
    KIOSK_CHECK(replica.set_mark(next));
    mark = next;
    handshake_due = true;
    return {};
}

SyncClient::SyncClient(Replica& replica, Wire& push_wire, Wire& feed_wire, const kiosk::core::Clock& clock,
                       kiosk::core::Random& random, const kiosk::core::Hasher& hasher, HubAddress hub,
                       ClientOptions options)
    : m_impl(std::make_unique<Impl>(replica, push_wire, feed_wire, clock, random, hasher, std::move(hub), options)) {}

SyncClient::~SyncClient() = default;

StepResult SyncClient::push() {
    return m_impl->push();
}

StepResult SyncClient::pull() {
    return m_impl->pull();
}

void SyncClient::changed() {
    m_impl->push_wanted = true;
}

bool SyncClient::push_wanted() const {
    return m_impl->push_wanted;
}

SyncStatus SyncClient::status() const {
    const std::lock_guard lock(m_impl->shared);
    auto status = m_impl->status;
    const bool of_push = m_impl->push_trouble != Trouble::None;
    status.trouble = of_push ? m_impl->push_trouble : m_impl->pull_trouble;
    status.detail = of_push || m_impl->pull_detail.empty() ? m_impl->push_detail : m_impl->pull_detail;
    return status;
}

HubAddress SyncClient::hub() const {
    const std::lock_guard lock(m_impl->shared);
    return m_impl->hub;
}

std::optional<kiosk::core::Instant> SyncClient::hub_now() const {
    const std::lock_guard lock(m_impl->shared);
    const auto ahead_ms = m_impl->estimate.hub_minus_boot_ms();
    return ahead_ms ? std::optional(kiosk::core::Instant{m_impl->clock.boot_ms() + *ahead_ms}) : std::nullopt;
}

namespace {

struct Refusal {
    std::string_view word; // the hub's
    ErrorCode code;
    std::string_view key;
};
// The code is good, and still is: only the event is another one, or there is none.
constexpr std::array<Refusal, 3> refusals_of_an_event{{
    {"no_event_yet", ErrorCode::NotFound, "error.sync.no_event_yet"},
    {"foreign_event", ErrorCode::Conflict, "error.sync.other_event"},
    {"event_needed", ErrorCode::Conflict, "error.sync.event_needed"},
}};

} // namespace

Result<HubAddress> enroll(Wire& wire, const std::string& url, const std::string& pin, const std::string& code,
                          const std::string& device, const std::string& incarnation, const std::string& event,
                          const std::string& software) {
    protocol::EnrollRequest enrolment;
    enrolment.code = code;
    enrolment.device = device;
    enrolment.incarnation = incarnation;
    enrolment.event = event;
    enrolment.software = software;
    WireRequest request;
    request.method = "POST";
    request.path = "/v1/enroll";
    request.body = protocol::encode(enrolment);
    const auto answer = wire.exchange(request);
    const auto outcome = judge(answer);
    if (!answer)
        return std::unexpected(answer.error());
    if (!outcome.answered) {
        if (const auto why = protocol::decode_error_reply(answer->body); why && answer->status == 409)
            for (const auto& [word, code_of, key] : refusals_of_an_event)
                if (why->error == word)
                    return fail(code_of, std::string(key));
        // What went wrong with the code is for the one who scanned it, in the hub's own word.
        const auto code_of = outcome.trouble == Trouble::Portal || outcome.trouble == Trouble::HubTrouble
                                 ? ErrorCode::Unavailable
                             : answer->status == 409 ? ErrorCode::Conflict
                                                     : ErrorCode::Denied;
        return fail(code_of, outcome.trouble == Trouble::Portal ? "error.sync.not_a_hub" : "error.sync.enroll_refused",
                    outcome.detail);
    }
    auto reply = protocol::decode_enroll_reply(answer->body);
    if (!reply || reply->token.empty() || reply->device.empty() || reply->hub.empty())
        return fail(ErrorCode::Unavailable, "error.sync.not_a_hub", url);
    HubAddress address;
    address.url = url;
    address.pins = reply->pins;
    if (!pin.empty() && std::ranges::find(address.pins, pin) == address.pins.end())
        address.pins.insert(address.pins.begin(), pin);
    if (pin.empty())
        address.pins.clear(); // spoken to without TLS: there is no key to know it by
    address.token = std::move(reply->token);
    address.device = std::move(reply->device);
    address.event = std::move(reply->event);
    address.hub = std::move(reply->hub);
    return address;
}

} // namespace kiosk::sync::client
