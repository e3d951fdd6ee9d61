// SPDX-License-Identifier: Apache-2.0
// SyncClient::push(): one request, and what follows from its answer.
#include "client/sync_client_impl.hpp"

#include "protocol/operation_json.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace kiosk::sync::client {
namespace {

const OwnChain* present_chain(const Standing& standing) {
    const auto found = std::ranges::find(standing.chains, true, &OwnChain::present);
    return found == standing.chains.end() ? nullptr : &*found;
}

std::optional<std::size_t> first_conflict(const protocol::PushReply& reply) {
    std::optional<std::size_t> first;
    for (const auto& verdict : reply.verdicts)
        if (verdict.verdict == "conflict" && (!first || verdict.index < *first))
            first = verdict.index;
    return first;
}

bool is_whole(const protocol::PushReply& reply, std::size_t operations) {
    return !reply.epoch.empty() && reply.statuses.size() == operations &&
           std::ranges::all_of(reply.verdicts, [&](const auto& verdict) { return verdict.index < operations; });
}

// How often a device that has nothing to bring asks how it stands.
constexpr std::int64_t greeting_ms = 5 * 60'000;

// Bytes of a request beside its operations.
constexpr std::size_t envelope_bytes = 2048;

} // namespace

StepResult SyncClient::Impl::push() {
    push_wanted = false;
    auto standing = replica.standing();
    if (!standing)
        return store_failed(true, standing.error());
    tell_pending(*standing);
    if (token().empty())
        return not_enrolled(true);
    const auto* chain = present_chain(*standing);
    if (chain == nullptr)
        return {false, options.idle_ms, 0};
    if (present != chain->incarnation) {
        present = chain->incarnation;
        search.reset();
        chains.clear();
        handshake_due = true;
    }

    Batch batch;
    auto planned = plan(*standing, batch);
    if (!planned)
        return store_failed(true, planned.error());
    if (!*planned)
        return idle(*standing);
    auto& request = **planned;
    request.device = standing->device;
    request.incarnation = chain->incarnation;
    request.event = standing->event;
    {
        const std::lock_guard lock(shared);
        if (request.event.empty())
            request.event = hub.event;
    }
    request.head = {chain->last_seq, chain->last_hash};

    WireRequest post;
    post.method = "POST";
    post.path = "/v1/ops";
    post.token = token();
    post.body = encode_bounded(request, batch);
    const auto sent_boot_ms = clock.boot_ms();
    const auto answer = push_wire.exchange(post);
    const auto outcome = judge(answer);
    if (!outcome.answered)
        return outcome.too_much && !request.operations.empty() ? refused(batch, request, outcome)
                                                              : answered_badly(true, outcome);
    const auto reply = protocol::decode_push_reply(answer->body);
    // Anybody may answer 200 with anything; only the hub's own words move something.
    if (!reply || !is_whole(*reply, request.operations.size()))
        return failed(true, Trouble::Portal, "an answer that is not a hub's");
    if (!is_our_hub(reply->hub))
        return failed(true, Trouble::Portal, "another hub: " + printable(reply->hub));
    clock_sample(reply->time_ms, sent_boot_ms);
    take_pins(reply->pins);
    return take_reply(*standing, batch, request, *reply);
}

// ---- what to send ----

Result<std::optional<protocol::PushRequest>> SyncClient::Impl::plan(const Standing& standing, Batch& batch) {
    const bool new_epoch = standing.mark.epoch.empty() || standing.mark.relay_due;
    if (handshake_due) {
        // The hub's memory may have changed: what it has of older incarnations is asked for with one operation each.
        for (const auto& chain : standing.chains)
            if (new_epoch && !chain.present && chain.acknowledged > 0)
                chains[chain.incarnation].probe = std::min(chain.acknowledged, chain.last_seq);
        batch.kind = Batch::Kind::Handshake;
        return protocol::PushRequest{};
    }
    KIOSK_TRY(auto own, plan_own(standing, batch));
    if (own || !standing.mark.relay_due)
        return own;

    batch.kind = Batch::Kind::Relay;
    KIOSK_TRY(auto page, replica.others_after(standing.mark.relayed, relay_limit));
    if (page.operations.empty() || page.next <= standing.mark.relayed) {
        KIOSK_CHECK(relayed(standing.mark.relayed, true, standing.mark.epoch));
        return std::optional<protocol::PushRequest>{};
    }
    protocol::PushRequest request;
    request.relay = true;
    request.operations = std::move(page.operations);
    batch.next = page.next;
    return request;
}

Result<std::optional<protocol::PushRequest>> SyncClient::Impl::plan_own(const Standing& standing, Batch& batch) {
    protocol::PushRequest request;
    const auto ready = [&](const OwnChain& chain, Batch::Kind kind, std::uint64_t after) {
        batch.kind = kind;
        batch.incarnation = chain.incarnation;
        batch.after = after;
    };
    if (search) {
        const auto& chain = *present_chain(standing);
        const auto up_to = std::min(search->limit, chain.last_seq);
        if (search->cursor < up_to) {
            KIOSK_CHECK(read_own(chain, search->cursor, up_to, batch_limit, request));
            if (!request.operations.empty()) {
                ready(chain, Batch::Kind::Search, search->cursor);
                return request;
            }
        }
        search.reset();
    }
    for (const auto& chain : standing.chains) {
        auto& state = chains[chain.incarnation];
        if (state.probe == 0)
            continue;
        const auto number = std::min(state.probe, chain.last_seq);
        if (number > 0)
            KIOSK_CHECK(read_own(chain, number - 1, number, 1, request));
        if (!request.operations.empty()) {
            ready(chain, Batch::Kind::Probe, number - 1);
            return request;
        }
        state.probe = 0; // not here (any more): nothing to compare with
    }
    for (const auto& chain : standing.chains) {
        auto& state = chains[chain.incarnation];
        if (state.is_stuck && state.stuck_at != chain.acknowledged)
            state = {};
        const auto after = state.is_stuck ? std::max(state.offered, chain.acknowledged) : chain.acknowledged;
        if (after >= chain.last_seq)
            continue;
        // One that was refused goes alone when it is tried again, not in front of everything behind it.
        const auto limit = state.refused == after + 1 ? 1 : batch_limit;
        KIOSK_CHECK(read_own(chain, after, chain.last_seq, limit, request));
        if (request.operations.empty())
            continue;
        ready(chain, Batch::Kind::Own, after);
        return request;
    }
    return std::optional<protocol::PushRequest>{};
}

Status SyncClient::Impl::read_own(const OwnChain& chain, std::uint64_t after, std::uint64_t up_to, std::size_t limit,
                                  protocol::PushRequest& request) {
    const auto raw_bytes = static_cast<std::size_t>(static_cast<double>(protocol::max_batch_bytes) / json_per_raw);
    KIOSK_TRY(request.operations, replica.own_after(chain.incarnation, after, limit, raw_bytes));
    auto& operations = request.operations;
    // Only what the request's head covers: what was written since would look as if the hub knew more than we do.
    // Nothing but ascending numbers of that chain may ever be counted as acknowledged.
    std::size_t good = 0;
    for (auto last = after; good < operations.size() && good < limit; ++good) {
        const auto& id = operations[good].id;
        if (id.seq <= last || id.seq > up_to || id.incarnation != chain.incarnation)
            break;
        last = id.seq;
    }
    operations.resize(good);
    return {};
}

std::string SyncClient::Impl::encode_bounded(protocol::PushRequest& request, Batch& batch) {
    for (;;) {
        auto body = protocol::encode(request);
        if (request.operations.empty())
            return body;
        if (batch.kind != Batch::Kind::Relay) {
            std::size_t raw = 1;
            for (const auto& operation : request.operations)
                raw += operation.subject.size() + operation.body.size() + operation.personal.size();
            const auto ratio = static_cast<double>(body.size()) / static_cast<double>(raw);
            json_per_raw = std::clamp(ratio, 1.0, 64.0);
        }
        if (body.size() <= protocol::max_batch_bytes + envelope_bytes || request.operations.size() == 1)
            return body;
        // A page of others has one cursor for the whole: it is read again, smaller.
        const auto fits = request.operations.size() * protocol::max_batch_bytes / body.size();
        request.operations.resize(std::clamp<std::size_t>(fits, 1, request.operations.size() - 1));
        if (batch.kind == Batch::Kind::Relay) {
            relay_limit = request.operations.size();
            batch.whole = false;
        }
    }
}

// ---- what came of it ----

StepResult SyncClient::Impl::take_reply(Standing& standing, const Batch& batch, const protocol::PushRequest& request,
                                        const protocol::PushReply& reply) {
    if (reply.epoch != standing.mark.epoch || reply.hub != standing.mark.hub) {
        const std::lock_guard lock(store);
        auto now = replica.standing();
        if (!now)
            return store_failed(true, now.error());
        if (reply.epoch != now->mark.epoch || reply.hub != now->mark.hub) {
            const bool first = now->mark.epoch.empty();
            if (auto set = begin_epoch(now->mark, reply.hub, reply.epoch); !set)
                return store_failed(true, set.error());
            if (!first) { // ask again what it has, now that it has to be asked about everything
                search.reset();
                chains.clear();
                push_backoff.succeeded();
                return {true, 0, 0};
            }
        }
    }
    handshake_due = false;
    greet_again_boot_ms = clock.boot_ms() + greeting_ms;

    const auto conflict = first_conflict(reply);
    const bool own = batch.kind != Batch::Kind::Relay;
    const bool of_present = own && batch.incarnation == request.incarnation;
    if (reply.head == protocol::HeadStanding::Behind)
        // What was written while the request was under way stands where the hub has something else.
        return new_incarnation(request.incarnation, request.head.seq);
    if (batch.kind == Batch::Kind::Search)
        return go_on_searching(request, reply);
    if (reply.head == protocol::HeadStanding::Diverged || (of_present && conflict)) {
        const auto& chain = *present_chain(standing);
        // From the last operation that is known to be at the hub, itself included.
        const auto limit = conflict && of_present ? request.operations[*conflict].id.seq : chain.last_seq;
        const auto from = std::min(chain.acknowledged, limit);
        search = Search{from > 0 ? from - 1 : 0, limit, false};
        chains[chain.incarnation] = {};
        answered_well(true, Trouble::None, "numbers were used twice: looking for the first");
        return {true, 0, 0};
    }
    if (own && conflict)
        others_twice += static_cast<std::uint64_t>(
            std::ranges::count(reply.verdicts, "conflict", &protocol::OpVerdict::verdict));

    auto moved = take_acknowledged(standing, batch, request, reply);
    if (!moved)
        return store_failed(true, moved.error());
    if (batch.kind == Batch::Kind::Relay) {
        if (batch.whole)
            if (auto kept = relayed(batch.next, false, reply.epoch); !kept)
                return store_failed(true, kept.error());
        relay_limit = batch.whole ? std::min(relay_limit + relay_limit / 4 + 1, most_at_once) : relay_limit;
        *moved = true;
    } else if (batch.kind == Batch::Kind::Own) {
        batch_limit = std::min(batch_limit * 2, most_at_once);
    }
    tell_pending(standing);
    push_backoff.succeeded();
    std::string detail;
    if (others_twice > 0)
        detail = fmt::format("{} of older incarnations kept aside by the hub", others_twice);
    const bool any_refused = std::ranges::any_of(chains, [](const auto& entry) { return entry.second.refused != 0; });
    answered_well(true,
                  reply.cloned    ? Trouble::Cloned
                  : reply.revoked ? Trouble::Revoked
                  : any_refused   ? Trouble::Refused
                                  : Trouble::None,
                  std::move(detail));
    if (!*moved)
        return failed(true, Trouble::HubTrouble, "the hub answers and takes nothing");
    {
        const std::lock_guard lock(shared);
        status.pushed += request.operations.size();
    }
    return {true, 0, request.operations.size()};
}

// Answers whether anything came of it: false only where asking the same again at once would be of no use.
Result<bool> SyncClient::Impl::take_acknowledged(Standing& standing, const Batch& batch,
                                                 const protocol::PushRequest& request,
                                                 const protocol::PushReply& reply) {
    bool moved = batch.kind == Batch::Kind::Handshake;
    if (batch.kind == Batch::Kind::Relay)
        return true; // its numbers are of other devices
    const auto last_sent = request.operations.empty() ? 0 : request.operations.back().id.seq;
    for (auto& chain : standing.chains) {
        const bool of_batch = !request.operations.empty() && chain.incarnation == batch.incarnation;
        auto& state = chains[chain.incarnation];
        if (of_batch && batch.kind == Batch::Kind::Probe) {
            state.probe = 0;
            moved = true;
        }
        const auto found = reply.acknowledged.find(chain.incarnation);
        const auto hub_has = found == reply.acknowledged.end()
                                 ? chain.acknowledged
                                 : std::min(found->second, chain.last_seq); // never beyond what we wrote
        // Up to where the hub's operations are known to be ours.
        auto ours = std::min(chain.acknowledged, chain.last_seq);
        if (chain.present && request.head.seq > 0 && found != reply.acknowledged.end() &&
            found->second >= request.head.seq)
            ours = std::max(ours, request.head.seq); // it knows the head, and the head stands for what is before it
        if (of_batch && (batch.kind == Batch::Kind::Probe || batch.after <= ours ||
                         (state.is_stuck && batch.after <= state.offered)))
            ours = std::max(ours, last_sent);
        const auto accepted = std::min(hub_has, ours);
        if (hub_has > accepted)
            state.probe = hub_has;
        if (state.settled != 0 && state.settled == chain.last_seq && state.settled == chain.acknowledged &&
            hub_has == state.gap_after)
            continue; // it counts up to the gap, as it did when everything behind it was taken
        const auto before = chain.acknowledged;
        if (accepted != before) {
            KIOSK_CHECK(replica.acknowledge(chain.incarnation, accepted));
            chain.acknowledged = accepted;
        }
        if (!of_batch || batch.kind != Batch::Kind::Own)
            continue;
        if (accepted > before) {
            state.is_stuck = state.gap_first = false;
            state.refused = state.refused > accepted ? state.refused : 0;
            moved = true;
        } else if (accepted < before) {
            state = {}; // it was restored without saying so: from there again
            moved = true;
        } else {
            // All of it was taken and something before it is missing, which we may not have either: what was taken is
            // not offered again at once.
            moved = !state.is_stuck || last_sent > state.offered;
            if (state.refused == last_sent && request.operations.size() == 1)
                state.refused = 0;
            state.offered = std::max({last_sent, state.offered, state.refused != 0 ? 0 : state.resume});
            if (!state.is_stuck)
                offer_again_boot_ms = clock.boot_ms() + options.longest_retry_ms;
            if (batch.after == accepted)
                state.gap_first = request.operations.front().id.seq > accepted + 1;
            state.is_stuck = true;
            state.stuck_at = accepted;
            // A chain of an older name may have holes where this machine was put back to an old image: what came later
            // returned through others. What we don't have is not ours to bring.
            if (!chain.present && state.gap_first && state.refused == 0 && state.offered >= chain.last_seq &&
                !reply.revoked) {
                KIOSK_CHECK(replica.acknowledge(chain.incarnation, chain.last_seq));
                chain.acknowledged = chain.last_seq;
                state = {};
                state.settled = chain.last_seq;
                state.gap_after = accepted;
                moved = true;
            }
        }
    }
    return moved;
}

StepResult SyncClient::Impl::go_on_searching(const protocol::PushRequest& request, const protocol::PushReply& reply) {
    const auto conflict = first_conflict(reply);
    answered_well(true, Trouble::None, "numbers were used twice: looking for the first");
    if (!conflict) {
        search->cursor = request.operations.back().id.seq;
        search->confirmed = true;
        if (search->cursor < search->limit)
            return {true, 0, 0};
        search.reset();
        handshake_due = true;
        return failed(true, Trouble::HubTrouble, "the hub sees two chains and no difference");
    }
    const auto first = request.operations[*conflict].id.seq;
    if (*conflict == 0 && search->cursor > 0 && !search->confirmed) {
        // Even what we took for acknowledged is another's: all of it has to be looked at.
        const auto step = std::min<std::uint64_t>(search->cursor, std::max<std::uint64_t>(options.batch_operations, 1));
        search->limit = first;
        search->cursor -= step;
        return {true, 0, 0};
    }
    search.reset();
    return new_incarnation(request.incarnation, first - 1);
}

StepResult SyncClient::Impl::new_incarnation(const std::string& of, std::optional<std::uint64_t> common) {
    const std::lock_guard lock(store);
    auto standing = replica.standing();
    if (!standing)
        return store_failed(true, standing.error());
    const auto* chain = present_chain(*standing);
    search.reset();
    chains.clear();
    handshake_due = true;
    if (chain == nullptr || chain->incarnation != of)
        return {true, 0, 0}; // somebody else did it meanwhile
    // First the mark: after a crash between the two the hub says the same again, whereas a mark left where it was would
    // skip what was lost here.
    standing->mark.after = 0;
    if (auto set = replica.set_mark(standing->mark); !set)
        return store_failed(true, set.error());
    auto begun = common ? replica.fork_after(*common) : replica.begin_incarnation();
    if (!begun)
        return store_failed(true, begun.error());
    push_backoff.succeeded();
    answered_well(true, Trouble::None, common ? "numbers were used twice: a new incarnation"
                                              : "the hub knew more of this device: a new incarnation");
    return {true, 0, 0};
}

StepResult SyncClient::Impl::refused(const Batch& batch, const protocol::PushRequest& request,
                                     const Outcome& outcome) {
    auto& limit = batch.kind == Batch::Kind::Relay ? relay_limit : batch_limit;
    if (request.operations.size() > 1) {
        limit = request.operations.size() / 2;
        return {true, 0, 0};
    }
    if (batch.kind == Batch::Kind::Relay) {
        // Of others, and somebody else may bring it too: this one is left.
        if (auto kept = relayed(batch.next, false, {}); !kept)
            return store_failed(true, kept.error());
    } else if (batch.kind == Batch::Kind::Own) {
        auto& state = chains[batch.incarnation];
        const auto number = request.operations.front().id.seq;
        if (!state.is_stuck) {
            state.is_stuck = true;
            state.stuck_at = batch.after;
        }
        // What follows need not wait for it. It is tried again, slowly, in idle().
        state.offered = std::max(number, state.resume);
        state.refused = state.refused == 0 ? number : std::min(state.refused, number);
        offer_again_boot_ms = clock.boot_ms() + options.longest_retry_ms;
    } else {
        chains[batch.incarnation].probe = 0;
        search.reset();
        handshake_due = true;
    }
    return failed(true, Trouble::Refused, outcome.detail, outcome.retry_after_ms);
}

Status SyncClient::Impl::relayed(std::int64_t next, bool done, const std::string& epoch) {
    const std::lock_guard lock(store);
    KIOSK_TRY(auto standing, replica.standing());
    auto mark = standing.mark;
    if (!epoch.empty() && mark.epoch != epoch)
        return {}; // restored once more meanwhile: from the start again
    mark.relayed = next;
    mark.relay_due = !done;
    return replica.set_mark(mark);
}

StepResult SyncClient::Impl::idle(const Standing& standing) {
    if (standing.mark.relay_due) // its end was just noted
        return {true, 0, 0};
    push_backoff.succeeded();
    const auto now = clock.boot_ms();
    // A copy that never writes would otherwise never hear that its chain goes on elsewhere, and the feed leaves out for
    // it what it takes for its own.
    if (now >= greet_again_boot_ms) {
        handshake_due = true;
        return {true, 0, 0};
    }
    bool waiting = false;
    for (const auto& chain : standing.chains) {
        auto& state = chains[chain.incarnation];
        if (!state.is_stuck || chain.acknowledged >= chain.last_seq)
            continue;
        waiting = true;
        if (now < offer_again_boot_ms)
            continue;
        // Offered once more from where the hub lacks something.
        state.resume = state.refused != 0 ? state.offered : 0;
        state.offered = state.refused != 0 ? state.refused - 1 : chain.acknowledged;
    }
    if (!waiting)
        return {false, options.idle_ms, 0};
    if (now >= offer_again_boot_ms) {
        offer_again_boot_ms = now + options.longest_retry_ms;
        return {true, 0, 0};
    }
    return {false, std::min(options.idle_ms, offer_again_boot_ms - now), 0};
}

} // namespace kiosk::sync::client
