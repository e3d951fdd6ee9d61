// SPDX-License-Identifier: Apache-2.0
#include "hub/own_journal.hpp"

#include "core/closed_sessions.hpp"
#include "core/records.hpp"
#include "core/sealing.hpp"
#include "hub/directory.hpp"
#include "protocol/operation_json.hpp"
#include "storage/projections.hpp"

#include <charconv>

namespace kiosk::sync::hub {

namespace {

std::string clock_fact(const std::string& event) { return "own-clock/" + event; }

// What is of a closed session and does not say of which is nobody's but theirs who get all.
std::string confidential_of(const kiosk::core::Operation& operation) {
    auto session = kiosk::core::confidential_session(operation);
    const std::string_view kind = operation.kind;
    if (session.empty() && (kind.starts_with("session.") || kind == kiosk::core::operation_kind::quota_set ||
                            kind == kiosk::core::operation_kind::invitation_set))
        session = "?";
    return session;
}

} // namespace

NewOperation to_keep(const kiosk::core::Operation& operation) {
    NewOperation kept;
    kept.id = operation.id;
    kept.kind = operation.kind;
    kept.hash = operation.hash;
    kept.confidential = confidential_of(operation);
    kept.line.reserve(384 + operation.subject.size() + operation.body.size() * 2);
    protocol::append_line(kept.line, operation);
    // Most operations hold nothing of a person: they are not looked into.
    if (operation.personal_digest != Digest{}) {
        // Also where the personal part itself is missing: who is erased now must stay so when it comes later.
        kept.personal = protocol::personal_fragment(operation);
        const auto decoded = kiosk::storage::decode(operation);
        kept.owners = kiosk::storage::owners_of(operation, decoded.value_or(kiosk::storage::Decoded{}));
        std::erase_if(kept.owners, [](const std::string& owner) { return owner.empty(); });
    } else if (operation.kind == kiosk::core::operation_kind::personal_erase) {
        kept.erases = kiosk::core::decode_erasure(operation).value_or(std::string());
    }
    return kept;
}

std::string OwnJournal::device_of(const std::string& hub) { return "hub-" + hub.substr(0, 32); }

Status OwnJournal::load_clock(const std::string& event) {
    if (m_clocks.contains(event) && m_kept_clocks.contains(event))
        return {};
    KIOSK_TRY(const auto kept, m_store.fact(clock_fact(event)));
    kiosk::core::Hlc clock;
    if (kept)
        std::from_chars(kept->data(), kept->data() + kept->size(), clock.value);
    m_kept_clocks[event] = clock;
    auto& now = m_clocks[event];
    now = std::max(now, clock);
    return {};
}

void OwnJournal::observe(const std::string& event, kiosk::core::Hlc seen) {
    auto& clock = m_clocks[event];
    clock = kiosk::core::observe_hlc(clock, seen, m_clock.now());
}

Status OwnJournal::keep_clocks() {
    for (const auto& [event, clock] : m_clocks) {
        auto& kept = m_kept_clocks[event];
        if (clock <= kept)
            continue;
        KIOSK_CHECK(m_store.set_fact(clock_fact(event), std::to_string(clock.value)));
        kept = clock;
    }
    return {};
}

Result<OwnJournal::Appended> OwnJournal::append(const std::string& hub, const std::string& event,
                                                std::span<const kiosk::core::OperationDraft> drafts) {
    KIOSK_CHECK(load_clock(event));
    auto chain = m_chains[event];
    if (chain.incarnation.empty())
        chain.incarnation = random_hex(m_random, 8);
    auto clock = m_clocks[event];
    const auto now = m_clock.now();
    const auto device = device_of(hub);
    std::vector<PushJob> jobs(1);
    auto& job = jobs.front();
    job.event = event;
    job.via = device;
    job.at_ms = now.unix_ms;
    Appended appended;
    for (const auto& draft : drafts) {
        clock = kiosk::core::next_hlc(clock, now);
        kiosk::core::Seal seal;
        seal.id = {device, chain.incarnation, chain.seq + 1};
        seal.hlc = clock;
        seal.wall = now;
        seal.boot_ms = m_clock.boot_ms();
        seal.offset_ms = 0; // the hub's clock is the one that others are compared with
        seal.previous = chain.hash;
        const auto operation = kiosk::core::seal(draft, seal, m_hasher, m_random);
        chain.seq = operation.id.seq;
        chain.hash = operation.hash;
        appended.ids.push_back(operation.id);
        PushJob::Item item;
        item.operation = to_keep(operation);
        job.items.push_back(std::move(item));
    }
    KIOSK_TRY(const auto done, m_store.commit(jobs));
    m_chains[event] = chain;
    m_clocks[event] = clock;
    static_cast<void>(keep_clocks()); // without it only a restart within the same moment could go wrong
    appended.latest = done.empty() ? 0 : done.front().latest;
    appended.head = {chain.seq, chain.hash};
    return appended;
}

} // namespace kiosk::sync::hub
