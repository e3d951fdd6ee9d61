// SPDX-License-Identifier: Apache-2.0
// POST /v1/ops: adjudicate, commit together, answer each.
#include "core/sealing.hpp"
#include "hub/api_impl.hpp"

#include <algorithm>

namespace kiosk::sync::hub {

namespace {

using kiosk::core::ErrorCode;
using protocol::HeadStanding;

bool is_own(const Api::Prepared::Push& push, const OperationId& id) { return id.device == push.device.device; }

// The whole operation as it came, as far as there is room: nothing is dropped, personal parts included.
std::string raw_of(const protocol::ReadOperation& read) {
    if (!read.problem.empty())
        return read.raw;
    std::string raw;
    protocol::append_operation(raw, read.operation);
    if (raw.size() > protocol::max_operation_bytes)
        raw.resize(protocol::max_operation_bytes);
    return raw;
}

// Where a chain stands while the operations of one push are looked at.
struct Link {
    std::uint64_t seq = 0;
    Digest hash{};
    bool broken = false;
};

} // namespace

Api::Prepared Api::Impl::post_operations(Context& context) {
    auto incoming = protocol::decode_push_request(context.request.body, hasher);
    if (!incoming) {
        const bool large = incoming.error().code == ErrorCode::TooLarge;
        return ready(error(large ? 413 : 400, large ? "too_large" : "malformed", incoming.error().context));
    }
    auto& request = incoming->request;
    if (request.device != context.device->device)
        return ready(error(403, "foreign_device", "This token is another device's."));
    if (request.incarnation.size() > protocol::max_id_bytes || request.incarnation.find('/') != std::string::npos)
        return ready(error(400, "malformed", "The incarnation can't be a name."));
    auto push = std::make_shared<Prepared::Push>();
    push->device = *context.device;
    push->request = std::move(request);
    push->job.event = push->device.event;
    push->job.via = push->device.device;
    push->job.at_ms = clock.now().unix_ms;
    adjudicate(*push, incoming->operations);
    Prepared prepared;
    prepared.push = std::move(push);
    return prepared;
}

// A device speaks for itself. For others where it is a hub, or where this hub was restored and asks for what it lost: then
// for devices that it knows. For the name that it had before it was given another one (see choose_name).
bool Api::Impl::may_speak_for(const Prepared::Push& push, const OperationId& id, bool recovering) {
    if (is_own(push, id) || push.device.is_hub)
        return true;
    const auto& event = push.device.event;
    // Where hubs stand behind one another, a device may be enrolled at the other one.
    if (push.request.relay && recovering)
        return directory.knows(event, id.device) || id.device == OwnJournal::device_of(directory.identity().hub) ||
               directory.has_hub(event);
    return is_alias(event, push.device.device, id).value_or(false);
}

void Api::Impl::adjudicate(Prepared::Push& push, std::vector<protocol::ReadOperation>& operations) {
    const auto& event = push.device.event;
    const bool foreign_event = !push.request.event.empty() && push.request.event != event;
    const bool recovering = push.request.relay && directory.identity().recovering;
    using Chain = std::pair<std::string, std::string>;
    std::map<Chain, Link> links;
    Link* link = nullptr;
    const Chain* chain = nullptr;
    push.job.items.reserve(operations.size());
    for (auto& read : operations) {
        auto& operation = read.operation;
        const auto& id = operation.id;
        auto& item = push.job.items.emplace_back();
        const bool named = !id.device.empty() && !id.incarnation.empty() && id.seq > 0;
        const bool permitted = named && may_speak_for(push, id, recovering);
        std::string verdict;
        if (!read.problem.empty())
            verdict = read.problem;
        else if (push.device.revoked)
            verdict = "revoked";
        else if (foreign_event)
            verdict = "foreign_event";
        else if (!named)
            verdict = "malformed";
        else if (!permitted)
            verdict = "foreign_device";
        if (permitted) {
            if (!chain || chain->first != id.device || chain->second != id.incarnation) {
                const auto at = links.try_emplace({id.device, id.incarnation}).first;
                chain = &at->first;
                link = &at->second;
            }
            // What follows another operation than the one that the hub has was written by a second machine under the same
            // numbers (an old image, or a copy): its numbers are worth nothing, the device will write it anew.
            if (verdict.empty() && id.seq > 1) {
                if (link->seq != id.seq - 1) {
                    *link = {};
                    const auto stored = heads.highest(event, id.device, id.incarnation);
                    if (stored && stored->seq == id.seq - 1) {
                        *link = {stored->seq, stored->hash, false};
                    } else if (stored && stored->seq >= id.seq) {
                        if (const auto before = store.operation_head(event, id.device, id.incarnation, id.seq - 1);
                            before && *before)
                            *link = {id.seq - 1, (*before)->hash, false};
                    }
                }
                if (link->seq == id.seq - 1 && (link->broken || link->hash != operation.previous)) {
                    verdict = "conflict";
                    push.links_broken = push.links_broken || is_own(push, id);
                }
            }
            *link = verdict == "malformed" ? Link{} : Link{id.seq, operation.hash, verdict == "conflict"};
        }
        if (verdict.empty()) {
            push.clock = std::max(push.clock, operation.hlc);
            if (is_own(push, id) && operation.offset_ms)
                push.offset_ms = operation.offset_ms;
            item.operation = to_keep(operation);
        } else {
            item.quarantine.event = event;
            item.quarantine.via = push.device.device;
            // Only who may speak for a chain can take up its numbers: a number in quarantine counts as received.
            if (permitted)
                item.quarantine.claimed = core::to_string(id);
            item.quarantine.verdict = std::move(verdict);
            item.quarantine.raw = raw_of(read);
            item.quarantine.at_ms = push.job.at_ms;
        }
    }
    links.try_emplace({push.device.device, push.request.incarnation});
    for (const auto& [name, unused] : links)
        push.job.chains.push_back(name);
}

// Whoever comes under another incarnation than the newest one is either new, or was there before the newest: then there
// are two machines with one name.
Result<Api::Impl::Speaker> Api::Impl::speaker_of(const DeviceRow& device, const std::string& incarnation) {
    Speaker speaker{directory.device(device.event, device.device).value_or(device), false};
    auto& row = speaker.row;
    if (row.incarnation == incarnation)
        return speaker;
    bool spoke_before = directory.has_seen(row.event, row.device, incarnation);
    if (!spoke_before && !row.incarnation.empty()) {
        KIOSK_TRY(const auto head, heads.highest(row.event, row.device, incarnation));
        spoke_before = head.seq > 0;
    }
    if (!row.incarnation.empty() && spoke_before) {
        speaker.changed = row.cloned_by != incarnation;
        row.cloned_by = incarnation;
    } else {
        speaker.changed = true;
        row.incarnation = incarnation;
    }
    return speaker;
}

Result<bool> Api::Impl::note_speaker(const DeviceRow& device, const std::string& incarnation) {
    if (device.is_hub)
        return false; // it speaks under the epoch of its store here, and under its own name with what it passes on
    KIOSK_TRY(const auto speaker, speaker_of(device, incarnation));
    if (speaker.changed) {
        KIOSK_CHECK(store.put_device(speaker.row));
        directory.put(speaker.row);
        log(speaker.row.cloned_by.empty() ? "device.incarnation" : "device.cloned",
            {{"event", device.event}, {"device", device.device}});
    }
    directory.note_incarnation(device.event, device.device, incarnation);
    return !speaker.row.cloned_by.empty();
}

Status Api::Impl::commit(std::vector<std::shared_ptr<Prepared::Push>>& pushes) {
    if (pushes.empty())
        return {};
    std::vector<PushJob> jobs;
    std::vector<std::string> events;
    std::size_t operations = 0;
    jobs.reserve(pushes.size());
    Status outcome;
    {
        const std::lock_guard lock(writer);
        std::vector<Speaker> speakers;
        for (const auto& push : pushes) {
            auto speaker = speaker_of(push->device, push->request.incarnation);
            speakers.push_back(speaker ? std::move(*speaker) : Speaker{push->device, false});
            // The second of two pushes in one batch must see what the first one said.
            const auto& row = speakers.back().row;
            if (speakers.back().changed)
                directory.put(row);
            directory.note_incarnation(row.event, row.device, push->request.incarnation);
            push->cloned = !row.cloned_by.empty();
            // Asked for before, so that what is stored now moves it on.
            static_cast<void>(heads.highest(row.event, row.device, push->request.incarnation));
            operations += push->job.items.size();
            jobs.push_back(std::move(push->job));
        }
        auto done = store.commit(jobs);
        for (std::size_t i = 0; i < pushes.size(); ++i)
            pushes[i]->job = std::move(jobs[i]);
        if (done && done->size() != pushes.size())
            done = core::fail(ErrorCode::Internal, "error.database_internal", "answers of the store");
        metrics.commit(pushes.size(), operations, !done);
        if (!done) {
            for (const auto& push : pushes)
                push->error = done.error();
            outcome = std::unexpected(done.error());
        }
        for (std::size_t i = 0; i < pushes.size(); ++i) {
            auto& push = *pushes[i];
            if (speakers[i].changed) {
                log(speakers[i].row.cloned_by.empty() ? "device.incarnation" : "device.cloned",
                    {{"event", push.device.event}, {"device", push.device.device}});
                if (!store.put_device(speakers[i].row))
                    log("store.error", {{"device", push.device.device}});
            }
            if (!done)
                continue;
            push.done = std::move((*done)[i]);
            if (push.clock.value > 0)
                own.observe(push.device.event, push.clock);
            for (std::size_t k = 0; k < push.job.items.size() && k < push.done->taken.size(); ++k)
                if (push.done->taken[k] == Taken::Stored || push.done->taken[k] == Taken::Duplicate)
                    heads.stored(push.device.event, push.job.items[k].operation.id, push.job.items[k].operation.hash);
            Directory::Spoken spoken{push.job.at_ms, push.offset_ms, std::nullopt};
            if (const auto chain = push.done->contiguous.find({push.device.device, push.request.incarnation});
                chain != push.done->contiguous.end())
                spoken.pending = push.request.head.seq - std::min(push.request.head.seq, chain->second);
            directory.spoke(push.device.event, push.device.device, spoken);
        }
    }
    for (const auto& push : pushes)
        if (push->done)
            committed(push->device.event, push->done->latest);
    return outcome;
}

HeadStanding Api::Impl::standing_of(const Prepared::Push& push) {
    const auto& request = push.request;
    const auto& done = *push.done;
    const OperationId self{push.device.device, request.incarnation, 0};
    bool diverged = push.links_broken;
    for (std::size_t i = 0; i < done.taken.size() && i < push.job.items.size() && !diverged; ++i) {
        const auto& id = push.job.items[i].operation.id;
        diverged = done.taken[i] == Taken::Conflict && id.device == self.device && id.incarnation == self.incarnation;
    }
    if (diverged)
        return HeadStanding::Diverged;
    const auto known = heads.highest(push.device.event, self.device, self.incarnation);
    if (!known || known->seq < request.head.seq || known->seq == 0)
        return HeadStanding::Fits; // the hub has nothing to compare it with
    if (request.head.seq == 0)
        return HeadStanding::Behind;
    auto at = *known;
    if (known->seq > request.head.seq) {
        const auto stored = store.operation_head(push.device.event, self.device, self.incarnation, request.head.seq);
        if (!stored || !*stored)
            return HeadStanding::Behind;
        at = **stored;
    }
    if (core::to_hex(at.hash) != request.head.hash)
        return HeadStanding::Diverged;
    return known->seq > request.head.seq ? HeadStanding::Behind : HeadStanding::Fits;
}

ApiAnswer Api::Impl::finish(Prepared::Push& push) {
    ApiAnswer answer;
    if (!push.done) {
        answer = store_error(push.error.value_or(core::Error{ErrorCode::Unavailable, "error.database_io", {}, {}}));
    } else {
        const auto identity = directory.identity();
        protocol::PushReply reply;
        reply.hub = identity.hub;
        reply.epoch = identity.epoch;
        reply.time_ms = clock.now().unix_ms;
        reply.latest = push.done->latest;
        reply.cloned = push.cloned;
        reply.revoked = push.device.revoked;
        reply.pins = options.pins;
        reply.scope = scope_of(push.device);
        reply.head = standing_of(push);
        std::map<std::string, std::uint64_t, std::less<>> counts;
        for (std::size_t i = 0; i < push.job.items.size(); ++i) {
            const auto taken = i < push.done->taken.size() ? push.done->taken[i] : Taken::Quarantined;
            switch (taken) {
            case Taken::Stored:
                reply.statuses.push_back(protocol::OpStatus::Stored);
                ++counts["stored"];
                break;
            case Taken::Duplicate:
                reply.statuses.push_back(protocol::OpStatus::Duplicate);
                ++counts["duplicate"];
                break;
            case Taken::Conflict:
            case Taken::Quarantined: {
                const auto verdict = taken == Taken::Conflict ? "conflict" : push.job.items[i].quarantine.verdict;
                reply.statuses.push_back(protocol::OpStatus::Quarantined);
                reply.verdicts.push_back({i, verdict});
                ++counts[verdict];
                break;
            }
            }
        }
        for (const auto& [verdict, count] : counts)
            metrics.operations(verdict, count);
        if (!reply.verdicts.empty())
            log("push.quarantined", {{"event", push.device.event},
                                     {"device", push.device.device},
                                     {"count", reply.verdicts.size()},
                                     {"verdict", reply.verdicts.front().verdict}});
        for (const auto& [chain, contiguous] : push.done->contiguous) {
            if (push.request.relay)
                reply.acknowledged[chain.first + "/" + chain.second] = contiguous;
            else if (chain.first == push.device.device ||
                     is_alias(push.device.event, push.device.device, {chain.first, chain.second, 1}).value_or(false))
                reply.acknowledged[chain.second] = contiguous;
        }
        answer.body = protocol::encode(reply);
    }
    const std::chrono::duration<double> took = Prepared::Push::Clock::now() - push.begun;
    metrics.request("POST", "/v1/ops", answer.status, took.count());
    return answer;
}

} // namespace kiosk::sync::hub
