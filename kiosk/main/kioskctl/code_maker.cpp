// SPDX-License-Identifier: Apache-2.0
#include "main/kioskctl/code_maker.hpp"

#include "main/wiring/event_setup.hpp"

namespace kioskctl {

namespace wiring = kiosk::wiring;
using core::ErrorCode;
using core::fail;

core::Result<CodeMaker> CodeMaker::create(const Context& context, wiring::Venue& venue, bool plain) {
    CodeMaker maker(venue);
    if (plain)
        return maker;
    auto seed = wiring::load_seed(context.database);
    if (!seed)
        return fail(ErrorCode::NotFound, "error.no_seed", wiring::seed_file(context.database).string());
    maker.m_seed = *seed;
    KIOSK_TRY(const auto public_key, kiosk::crypto::public_key_of(maker.m_seed));
    for (const auto& key : venue.config().keys)
        if (key.ed25519_public == public_key)
            maker.m_key_id = key.id;
    if (maker.m_key_id < 0)
        return fail(ErrorCode::Conflict, "error.seed_of_another_event", wiring::seed_file(context.database).string());
    return maker;
}

core::Result<std::string> CodeMaker::code_of(const core::Registration& registration) const {
    if (m_seed.empty())
        return registration.ticket;
    core::SignedTicket ticket;
    ticket.key_id = m_key_id;
    ticket.event = m_venue->config().event.code;
    ticket.ticket = registration.ticket;
    ticket.ticket_type = registration.ticket_type;
    ticket.valid_from = registration.valid_from;
    ticket.valid_until = registration.valid_until;
    return core::encode_ticket(ticket, m_seed, m_venue->sodium());
}

} // namespace kioskctl
