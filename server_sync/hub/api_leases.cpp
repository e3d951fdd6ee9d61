// SPDX-License-Identifier: Apache-2.0
// POST /v1/leases: who holds what. Giving back comes first, and gives back everything that the device holds of the
// resource; `want` then says how much it wants to hold in all, and takes nothing away that it holds already. So a request
// that comes twice changes nothing the second time. A lease never ends by time: it ends when it is given back, or when an
// organizer says that its holder is lost.
#include "hub/api_impl.hpp"

#include <algorithm>

namespace kiosk::sync::hub {

namespace {

using Rows = std::map<std::string, std::vector<LeaseRow>>;

// How much of `row`'s resource this device may hold after it asked for `wish`; and who stands in the way.
protocol::LeaseGrant grant(Rows& rows, const protocol::LeaseWish& wish, const LeaseRow& asker) {
    auto& holders = rows[wish.resource];
    std::int64_t held_by_others = 0;
    protocol::LeaseGrant granted{wish.resource, 0, {}};
    auto own = holders.end();
    for (auto row = holders.begin(); row != holders.end(); ++row) {
        if (row->holder == asker.holder) {
            own = row;
        } else if (!row->lost) {
            held_by_others += row->count;
            granted.holder = row->holder;
        }
    }
    const auto has = own == holders.end() || own->lost ? 0 : own->count;
    const auto free = std::max<std::int64_t>(0, wish.capacity - held_by_others);
    granted.granted = std::max(has, std::min(wish.count, free));
    if (granted.granted >= wish.count)
        granted.holder.clear();
    if (granted.granted > has) {
        if (own == holders.end())
            own = holders.insert(holders.end(), asker);
        *own = asker;
        own->resource = wish.resource;
        own->count = granted.granted;
    } else if (own != holders.end() && own->lost) {
        holders.erase(own); // it was told
    }
    if (holders.empty())
        rows.erase(wish.resource);
    return granted;
}

void give_back(Rows& rows, const std::string& resource, const std::string& holder) {
    const auto found = rows.find(resource);
    if (found == rows.end())
        return;
    std::erase_if(found->second, [&](const LeaseRow& row) { return row.holder == holder; });
    if (found->second.empty())
        rows.erase(found);
}

bool is_resource(std::string_view text) {
    return !text.empty() && text.size() <= protocol::max_id_bytes && text.find('\n') == std::string_view::npos;
}

} // namespace

Api::Prepared Api::Impl::post_leases(Context& context) {
    const auto request = protocol::decode_lease_request(context.request.body);
    if (!request)
        return ready(error(400, "malformed", request.error().context));
    const auto& device = *context.device;
    if (request->device != device.device)
        return ready(error(403, "foreign_device", "This token is another device's."));
    for (const auto* list : {&request->want, &request->give_back})
        for (const auto& wish : *list)
            if (!is_resource(wish.resource))
                return ready(error(400, "malformed", "A resource is a text of at most 200 bytes."));
    // Two machines under one name would both believe that they hold it.
    if (!device.cloned_by.empty() && !request->want.empty())
        return ready(error(409, "cloned", "Another machine uses this name; it must be enrolled anew."));

    LeaseRow asker;
    asker.event = device.event;
    asker.holder = device.device;
    asker.incarnation = request->incarnation;
    asker.granted_ms = clock.now().unix_ms;
    protocol::LeaseReply reply;
    {
        const std::lock_guard lock(writer);
        const auto changed = store.change_leases(device.event, [&](Rows& rows) {
            reply.grants.clear(); // a store may begin again
            for (const auto& wish : request->give_back)
                give_back(rows, wish.resource, asker.holder);
            for (const auto& wish : request->want)
                reply.grants.push_back(grant(rows, wish, asker));
            for (const auto& wish : request->give_back)
                if (std::ranges::none_of(request->want, [&](const auto& want) { return want.resource == wish.resource; }))
                    reply.grants.push_back({wish.resource, 0, {}});
        });
        if (!changed)
            return ready(store_error(changed.error()));
    }
    const auto identity = directory.identity();
    reply.hub = identity.hub;
    reply.epoch = identity.epoch;
    reply.time_ms = clock.now().unix_ms;
    ApiAnswer answer;
    answer.body = protocol::encode(reply);
    return ready(std::move(answer));
}

} // namespace kiosk::sync::hub
