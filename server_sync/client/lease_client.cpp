// SPDX-License-Identifier: Apache-2.0
#include "client/lease_client.hpp"

#include "client/step_parts.hpp"

namespace kiosk::sync::client {

using kiosk::core::ErrorCode;
using kiosk::core::fail;
using kiosk::core::Result;

namespace {

std::unexpected<kiosk::core::Error> not_answered(const Result<WireAnswer>& answer, const Outcome& outcome) {
    switch (outcome.trouble) {
    case Trouble::WrongPin:
        return fail(ErrorCode::Denied, "error.sync.wrong_pin", outcome.detail);
    case Trouble::Portal:
        return fail(ErrorCode::Unavailable, "error.sync.not_a_hub", outcome.detail);
    case Trouble::NotEnrolled:
    case Trouble::Revoked:
        return fail(ErrorCode::Denied, "error.sync.not_taken", outcome.detail);
    case Trouble::Refused: // of these, only a copy of a machine can do something about it
        return answer->status == 403 || answer->status == 409
                   ? fail(ErrorCode::Denied, "error.sync.not_taken", outcome.detail)
                   : fail(ErrorCode::Invalid, "error.sync.request", outcome.detail);
    default:
        return fail(ErrorCode::Unavailable, outcome.interrupted ? "error.sync.interrupted" : "error.sync.unreachable",
                    outcome.detail);
    }
}

} // namespace

Result<protocol::LeaseReply> ask_leases(Wire& wire, const HubAddress& hub, const protocol::LeaseRequest& request) {
    if (hub.token.empty())
        return fail(ErrorCode::Unavailable, "error.sync.not_enrolled", hub.url);
    WireRequest post;
    post.method = "POST";
    post.path = "/v1/leases";
    post.token = hub.token;
    post.timeout_ms = lease_timeout_ms;
    post.body = protocol::encode(request);
    const auto answer = wire.exchange(post);
    const auto outcome = judge(answer);
    if (!outcome.answered)
        return not_answered(answer, outcome);
    // Anybody may answer 200 with anything; a grant is only the hub's own word.
    auto reply = protocol::decode_lease_reply(answer->body);
    if (!reply || reply->hub.empty() || reply->epoch.empty() || (!hub.hub.empty() && reply->hub != hub.hub))
        return fail(ErrorCode::Unavailable, "error.sync.not_a_hub", reply ? printable(reply->hub) : "no answer of a hub");
    return reply;
}

} // namespace kiosk::sync::client
