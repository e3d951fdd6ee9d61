// SPDX-License-Identifier: Apache-2.0
#include "main/wiring/wire_lease_office.hpp"

#include "client/hub_address.hpp"
#include "client/lease_client.hpp"
#include "storage/database.hpp"

namespace kiosk::wiring {

namespace protocol = sync::protocol;
using core::ErrorCode;
using core::fail;
using core::Result;

namespace {

// What does not fit is said next time: it is closing here until the hub says that it has it.
constexpr std::size_t most_given_back = 1000;

protocol::LeaseRequest to_wire(const app::LeaseAsk& ask, const LeaseAsker& asker) {
    protocol::LeaseRequest request;
    request.device = asker.device;
    request.incarnation = asker.incarnation;
    request.all_or_nothing = ask.all_or_nothing;
    request.deal = ask.deal;
    request.as_of_ms = ask.as_of_ms;
    // What it has of others goes to a hub that was put back first: somebody's booking may be known here alone.
    if (!asker.relay_due)
        request.holds_seq = ask.holds_seq;
    for (const auto& wanted : ask.want) {
        protocol::LeaseWish wish;
        wish.resource = core::resource_text(wanted.resource);
        wish.count = wanted.resource.count;
        wish.capacity = wanted.capacity;
        wish.booking = wanted.booking.empty() ? ask.booking : wanted.booking;
        wish.holds = wanted.holds;
        request.want.push_back(std::move(wish));
    }
    for (const auto& [resource, closing_seq] : ask.give_back) {
        if (request.give_back.size() == most_given_back)
            break;
        protocol::LeaseWish wish;
        wish.resource = core::resource_text(resource);
        wish.count = resource.count;
        wish.closing_seq = closing_seq;
        request.give_back.push_back(std::move(wish));
    }
    return request;
}

// Resources of a kind that this version does not know are left out: nothing here could use them.
app::LeaseReply from_wire(const protocol::LeaseReply& reply) {
    app::LeaseReply answer;
    answer.feed = reply.feed;
    answer.hub_time_ms = reply.time_ms;
    for (const auto& grant : reply.grants) {
        auto resource = core::parse_resource(grant.resource);
        if (!resource)
            continue;
        core::LeaseGranted granted;
        granted.resource = std::move(*resource);
        granted.held = grant.granted > 0;
        if (granted.resource.is_counted())
            granted.resource.count = grant.granted;
        granted.taken = grant.taken;
        granted.holder = grant.holder;
        granted.generation = grant.generation;
        answer.grants.push_back(std::move(granted));
    }
    const auto take = [](const std::vector<std::string>& texts, std::vector<core::Resource>& into) {
        for (const auto& text : texts)
            if (auto resource = core::parse_resource(text))
                into.push_back(std::move(*resource));
    };
    take(reply.given_back, answer.given_back);
    take(reply.recalled, answer.recalled);
    answer.awaited = reply.awaited;
    return answer;
}

} // namespace

Result<LeaseAsker> lease_asker(storage::Database& database) {
    KIOSK_TRY(const auto status, database.status());
    KIOSK_TRY(const auto mark, database.sync_mark());
    return LeaseAsker{status.device, status.incarnation, mark.epoch, mark.relay_due};
}

bool never_had_a_hub(storage::Database& database) {
    const auto mark = database.sync_mark();
    const auto address = sync::client::load_hub_address(database.path());
    return mark && mark->hub.empty() && !address && address.error().code == ErrorCode::NotFound;
}

Result<app::LeaseReply> WireLeaseOffice::exchange(const app::LeaseAsk& ask) {
    KIOSK_TRY(const auto asker, m_ports.asker());
    const auto sent_boot_ms = m_ports.clock->boot_ms();
    KIOSK_TRY(const auto reply, sync::client::ask_leases(*m_ports.wire, m_ports.hub, to_wire(ask, asker)));
    m_ports.clock->learned(reply.time_ms, sent_boot_ms + (m_ports.clock->boot_ms() - sent_boot_ms) / 2);
    if (!asker.epoch.empty() && reply.epoch != asker.epoch)
        return fail(ErrorCode::Unavailable, "error.sync.other_epoch", reply.epoch);
    return from_wire(reply);
}

} // namespace kiosk::wiring
