// SPDX-License-Identifier: Apache-2.0
#pragma once
// POST /v1/leases. Purpose: one question about leases and the hub's own answer to it. Ownership: values. Threads: those of
// the wire; it blocks for up to three seconds. Failure: Unavailable where the hub did not answer (nobody did, somebody else
// did, or it said that it can't), Denied where it does not take this device (another key, revoked, not enrolled, a copy),
// Invalid where it does not understand the question. The hub may have granted what an unheard answer says; asking the same
// again is harmless.
#include "client/wire.hpp"
#include "protocol/messages.hpp"

namespace kiosk::sync::client {

constexpr std::int64_t lease_timeout_ms = 3'000;

kiosk::core::Result<protocol::LeaseReply> ask_leases(Wire& wire, const HubAddress& hub,
                                                     const protocol::LeaseRequest& request);

} // namespace kiosk::sync::client
