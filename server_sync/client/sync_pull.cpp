// SPDX-License-Identifier: Apache-2.0
// SyncClient::pull(): one page of the feed, and what follows from it.
#include "client/sync_client_impl.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace kiosk::sync::client {
namespace {

using kiosk::core::ErrorCode;

// An answer without news that comes sooner than this was not a long poll's.
constexpr std::int64_t shortest_poll_ms = 1000;
// Several hub processes may lag behind one another; a feed that really lost its end stays shorter.
constexpr unsigned fewer_times_needed = 4;
constexpr std::int64_t fewer_for_ms = 60'000;

std::string present_incarnation(const Standing& standing) {
    const auto found = std::ranges::find(standing.chains, true, &OwnChain::present);
    return found == standing.chains.end() ? std::string() : found->incarnation;
}

std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text)
        if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_' || c == '.')
            out += c;
        else
            out += fmt::format("%{:02X}", static_cast<unsigned>(static_cast<unsigned char>(c)));
    return out;
}

bool is_of_the_operation(ErrorCode code) {
    return code == ErrorCode::Invalid || code == ErrorCode::Conflict || code == ErrorCode::TooLarge ||
           code == ErrorCode::NewerVersion;
}

// Would a feed of the scope `now` have brought what one of the scope `before` left out?
bool gives_more(std::string_view now, std::string_view before) {
    if (before == "*" || now == before)
        return false;
    if (now == "*")
        return true;
    const auto next_of = [](std::string_view& list) {
        const auto one = list.substr(0, list.find(','));
        list.remove_prefix(std::min(list.size(), one.size() + 1));
        return one;
    };
    while (!now.empty()) {
        const auto session = next_of(now);
        bool known = session.empty();
        for (auto list = before; !known && !list.empty();)
            known = next_of(list) == session;
        if (!known)
            return true;
    }
    return false;
}

} // namespace

StepResult SyncClient::Impl::pull() {
    auto standing = replica.standing();
    if (!standing)
        return store_failed(false, standing.error());
    WireRequest get;
    get.token = token();
    if (get.token.empty())
        return not_enrolled(false);
    const auto asked = standing->mark;
    const auto skipped = present_incarnation(*standing);
    const bool waits = caught_up && options.poll_s > 0;
    get.path = fmt::format("/v1/feed?after={}&wait={}&limit={}{}{}", asked.after, waits ? options.poll_s : 0,
                           options.feed_limit, skipped.empty() ? "" : "&skip=", escaped(skipped));
    if (waits)
        get.timeout_ms += options.poll_s * 1000;
    const auto sent_boot_ms = clock.boot_ms();
    const auto answer = feed_wire.exchange(get);
    const auto outcome = judge(answer);
    if (!outcome.answered) {
        caught_up = caught_up && outcome.interrupted; // after trouble the first question does not wait
        return answered_badly(false, outcome);
    }
    auto reply = protocol::decode_feed_reply(answer->body, hasher);
    if (!reply || reply->epoch.empty()) {
        caught_up = false;
        return failed(false, Trouble::Portal, "an answer that is not a hub's");
    }
    if (!is_our_hub(reply->hub)) {
        caught_up = false;
        return failed(false, Trouble::Portal, "another hub: " + printable(reply->hub));
    }
    return take_feed(asked, skipped, *reply, waits, sent_boot_ms);
}

StepResult SyncClient::Impl::take_feed(const FeedMark& asked, const std::string& skipped, protocol::FeedReply& reply,
                                       bool waited, std::int64_t sent_boot_ms) {
    const auto took_ms = clock.boot_ms() - sent_boot_ms;
    if (!waited)
        clock_sample(reply.time_ms, sent_boot_ms);

    const std::lock_guard lock(store);
    auto standing = replica.standing();
    if (!standing)
        return store_failed(false, standing.error());
    auto mark = standing->mark;
    // While we waited, push() may have sent us back to the start, or gone on under a new incarnation; what was left out
    // of this answer for the old one's sake must not be lost.
    if (mark.hub != asked.hub || mark.epoch != asked.epoch || mark.after != asked.after ||
        present_incarnation(*standing) != skipped) {
        caught_up = false;
        return {true, 0, 0};
    }
    if (reply.epoch != mark.epoch || reply.hub != mark.hub) {
        const bool first = mark.epoch.empty();
        if (auto set = begin_epoch(mark, reply.hub, reply.epoch); !set)
            return store_failed(false, set.error());
        push_wanted = true;
        caught_up = false;
        fewer_times = 0;
        if (!first)
            return {true, 0, 0}; // these numbers belong to another past
    }
    if (reply.next < asked.after || reply.latest < asked.after) {
        // Either another process of the hub that has not heard the news, or a hub that was put back without saying so.
        if (fewer_times++ == 0)
            fewer_since_ms = clock.boot_ms();
        if (fewer_times >= fewer_times_needed && clock.boot_ms() - fewer_since_ms >= fewer_for_ms) {
            fewer_times = 0;
            if (auto set = begin_epoch(mark, reply.hub, reply.epoch); !set)
                return store_failed(false, set.error());
            push_wanted = true;
            return {true, 0, 0};
        }
        return failed(false, Trouble::HubTrouble, "the feed is shorter than what was read");
    }
    fewer_times = 0;
    if (mark.after > 0 && gives_more(reply.scope, mark.scope)) {
        // What was left out lies before; what is here already comes once more and changes nothing.
        mark.after = 0;
        mark.scope = reply.scope;
        caught_up = false;
        if (auto set = replica.set_mark(mark); !set)
            return store_failed(false, set.error());
        return {true, 0, 0};
    }

    std::vector<Operation> operations;
    operations.reserve(reply.operations.size());
    for (auto& read : reply.operations) {
        if (read.problem.empty())
            operations.push_back(std::move(read.operation));
        else
            ++left_out;
    }
    const bool moved = reply.next > asked.after || !operations.empty() || reply.scope != mark.scope;
    const auto before = mark;
    mark.after = reply.next;
    mark.scope = reply.scope;
    if (moved)
        if (auto kept = ingest(operations, before, mark); !kept) {
            caught_up = false;
            return store_failed(false, kept.error());
        }
    pull_backoff.succeeded();
    answered_well(false, Trouble::None, left_out == 0 ? "" : fmt::format("{} of the feed left out", left_out));
    caught_up = reply.next >= reply.latest;
    {
        const std::lock_guard guard(shared);
        status.feed_behind = reply.latest - std::min(reply.latest, reply.next);
        status.pulled += operations.size();
    }
    if (moved)
        return {true, 0, operations.size()};
    if (!caught_up) // nothing new, and yet there should be
        return {false, shortest_poll_ms, 0};
    return {!waited && options.poll_s > 0, waited && took_ms >= shortest_poll_ms ? 0 : shortest_poll_ms, 0};
}

Status SyncClient::Impl::ingest(const std::vector<Operation>& operations, const FeedMark& before, const FeedMark& mark) {
    auto kept = replica.ingest(operations, mark);
    if (kept || !is_of_the_operation(kept.error().code))
        return kept;
    // One of them can't be kept. The others must not wait for it: each on its own, and then on.
    for (const auto& operation : operations) {
        auto one = replica.ingest({&operation, 1}, before);
        if (!one && !is_of_the_operation(one.error().code))
            return one;
        if (!one)
            ++left_out;
    }
    return replica.set_mark(mark);
}

} // namespace kiosk::sync::client
