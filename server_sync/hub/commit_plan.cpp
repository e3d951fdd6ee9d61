// SPDX-License-Identifier: Apache-2.0
#include "hub/commit_plan.hpp"

#include "crypto/crypto.hpp"

#include <algorithm>
#include <array>

namespace kiosk::sync::hub {

namespace {

// Numbers that somebody else claims for a device say nothing about what the device has still to send.
bool counts_as_received(const PushJob& job, const QuarantineEntry& entry, const OperationId& claimed) {
    return claimed.seq <= max_seq && (claimed.device == job.via || entry.verdict != "foreign_device");
}

class Planner {
public:
    Planner(std::map<std::string, EventState>& events, LogSource& source) : m_events(events), m_source(source) {}

    Plan run(std::span<const PushJob> jobs) {
        std::size_t items = 0;
        for (const auto& job : jobs)
            items += job.items.size();
        m_plan.rows.reserve(items);
        m_plan.done.resize(jobs.size());
        for (std::size_t i = 0; i < jobs.size(); ++i)
            take(jobs[i], m_plan.done[i]);
        for (auto* chain : m_plan.chains)
            finish(*chain);
        decide_personal();
        decide_quarantine();
        for (std::size_t i = 0; i < jobs.size(); ++i) {
            auto& event = m_events.at(jobs[i].event);
            m_plan.done[i].latest = event.latest;
            for (auto& [key, contiguous] : m_plan.done[i].contiguous)
                if (const auto* state = find(event, key, false))
                    contiguous = state->contiguous;
        }
        return std::move(m_plan);
    }

private:
    ChainState* find(EventState& event, const ChainKey& key, bool create) {
        auto known = event.chains.find(key);
        if (known == event.chains.end()) {
            auto loaded = m_source.chain(event, key, create);
            if (!loaded)
                return nullptr;
            known = event.chains.emplace(key, std::move(*loaded)).first;
        }
        return &known->second;
    }

    void touch(ChainState& chain) {
        if (chain.touched)
            return;
        chain.touched = true;
        chain.contiguous_before = chain.contiguous;
        chain.highest_before = chain.highest;
        m_plan.chains.push_back(&chain);
    }

    void take(const PushJob& job, PushDone& done) {
        auto& event = m_events.at(job.event);
        if (std::find(m_plan.events.begin(), m_plan.events.end(), &event) == m_plan.events.end()) {
            m_plan.events.push_back(&event);
            event.latest_before = event.latest;
        }
        for (const auto& key : job.chains)
            done.contiguous.emplace(key, 0);
        done.taken.reserve(job.items.size());
        m_broken.clear();
        ChainState* chain = nullptr;
        const OperationId* chain_id = nullptr; // of the item before: mostly the same chain
        for (const auto& item : job.items) {
            if (!item.quarantine.verdict.empty()) {
                set_aside(job, event, item.quarantine, done);
                continue;
            }
            const auto& operation = item.operation;
            const auto& id = operation.id;
            if (id.seq == 0 || id.seq > max_seq || id.device.empty() || id.incarnation.empty() || !m_source.fits(operation)) {
                keep_raw(job, event, operation, "malformed");
                done.taken.push_back(Taken::Quarantined);
                continue;
            }
            if (!chain || chain_id->device != id.device || chain_id->incarnation != id.incarnation) {
                ChainKey key{id.device, id.incarnation};
                chain = find(event, key, true);
                touch(*chain);
                done.contiguous.emplace(std::move(key), 0);
            }
            chain_id = &id;
            done.taken.push_back(take(job, event, *chain, operation));
        }
    }

    Taken take(const PushJob& job, EventState& event, ChainState& chain, const NewOperation& operation) {
        if (const auto known = lookup(chain, operation.id.seq)) {
            if (hash_at(event, *known, operation.id.seq) == operation.hash) {
                if (!operation.personal.empty())
                    m_plan.known.push_back(
                        {&event, number_of(*known, operation.id.seq), &chain, &operation, &job.via, false});
                return Taken::Duplicate;
            }
            keep_raw(job, event, operation, "conflict");
            m_broken.insert(&chain);
            return Taken::Conflict;
        }
        // What stands behind a twin follows the twin and nothing that is in the log, though its own number may be free.
        if (!m_broken.empty() && m_broken.contains(&chain)) {
            keep_raw(job, event, operation, "conflict");
            return Taken::Conflict;
        }
        const auto number = ++event.latest;
        event.last_ms = std::max(event.last_ms, job.at_ms);
        add(chain, operation.id.seq, number);
        m_plan.rows.push_back({&event, number, &chain, &operation, &job.via, false});
        m_new_rows[&event].push_back(m_plan.rows.size() - 1);
        if (!operation.erases.empty())
            m_plan.erasures.emplace_back(&event, operation.erases);
        return Taken::Stored;
    }

    static std::uint64_t number_of(const Run& run, std::uint64_t seq) { return run.number + (seq - run.first); }

    std::optional<Run> lookup(ChainState& chain, std::uint64_t seq) {
        if (seq > chain.highest)
            return std::nullopt;
        if (chain.tail.holds(seq))
            return chain.tail;
        if (auto after = chain.changed_runs.upper_bound(seq); after != chain.changed_runs.begin())
            if (const auto& before = std::prev(after)->second; before.holds(seq))
                return before;
        if (chain.near.holds(seq))
            return chain.near;
        const auto found = m_source.run_at(chain, seq);
        if (!found || !found->holds(seq))
            return std::nullopt;
        chain.near = *found;
        return found;
    }

    Digest hash_at(EventState& event, const Run& run, std::uint64_t seq) {
        const auto number = number_of(run, seq);
        if (number > event.latest_before)
            return m_plan.rows[m_new_rows.at(&event)[number - event.latest_before - 1]].operation->hash;
        if (m_window_event != &event || number < m_window_from || number - m_window_from >= m_window.size()) {
            const auto last = std::min(event.latest_before, run.number + run.count - 1);
            m_window = m_source.hashes(event, number, last);
            m_window_event = &event;
            m_window_from = number;
        }
        // A row that is not there though its run is: nothing is equal to it, so the newcomer is kept aside.
        return m_window.empty() ? Digest{} : m_window[number - m_window_from];
    }

    void add(ChainState& chain, std::uint64_t seq, std::uint64_t number) {
        const auto extends = [&](const Run& run) {
            return run.count > 0 && seq == run.first + run.count && number == run.number + run.count;
        };
        if (seq > chain.highest) {
            chain.highest = seq;
            if (!extends(chain.tail)) {
                if (chain.tail_changed)
                    chain.changed_runs[chain.tail.first] = chain.tail;
                chain.tail = {seq, 0, number};
            }
            ++chain.tail.count;
            chain.tail_changed = true;
            return;
        }
        if (auto after = chain.changed_runs.upper_bound(seq); after != chain.changed_runs.begin())
            if (auto& before = std::prev(after)->second; extends(before)) {
                ++before.count;
                return;
            }
        chain.changed_runs[seq] = {seq, 1, number};
    }

    void set_aside(const PushJob& job, EventState& event, const QuarantineEntry& given, PushDone& done) {
        m_plan.quarantine.push_back({given, &event, {}, false});
        auto& entry = m_plan.quarantine.back().entry;
        if (entry.event.empty())
            entry.event = job.event;
        if (entry.via.empty())
            entry.via = job.via;
        if (entry.at_ms == 0)
            entry.at_ms = job.at_ms;
        done.taken.push_back(Taken::Quarantined);
        const auto claimed = kiosk::core::parse_operation_id(entry.claimed);
        if (!claimed || !counts_as_received(job, entry, *claimed))
            return;
        NewOperation named;
        named.id = *claimed;
        if (!m_source.fits(named))
            return;
        ChainKey key{claimed->device, claimed->incarnation};
        auto& chain = *find(event, key, true);
        touch(chain);
        done.contiguous.emplace(std::move(key), 0);
        if (claimed->seq > chain.contiguous) {
            chain.new_aside.insert(claimed->seq);
            chain.aside_highest = std::max(chain.aside_highest, claimed->seq);
        }
    }

    void keep_raw(const PushJob& job, EventState& event, const NewOperation& operation, std::string verdict) {
        // Without its personal part: what must be erasable is not kept where nobody looks.
        m_plan.quarantine.push_back({{job.event, job.via, kiosk::core::to_string(operation.id), std::move(verdict),
                                      operation.line, job.at_ms, 0},
                                     &event,
                                     {},
                                     true});
    }

    void finish(ChainState& chain) {
        if (chain.tail_changed)
            chain.changed_runs[chain.tail.first] = chain.tail;
        const auto end = std::max(chain.highest, chain.aside_highest);
        while (chain.contiguous < end) {
            const auto next = chain.contiguous + 1;
            if (const auto run = lookup(chain, next))
                chain.contiguous = run->first + run->count - 1;
            else if (chain.aside_highest >= next && (chain.new_aside.contains(next) || m_source.is_aside(chain, next)))
                chain.contiguous = next;
            else
                return;
        }
    }

    // An erasure takes the personal parts of its commit too, whatever the order.
    void decide_personal() {
        std::map<EventState*, std::set<std::string>> owners;
        const auto gather = [&](std::vector<Plan::Row>& rows) {
            for (auto& row : rows)
                if (!row.operation->personal.empty()) {
                    row.keep_personal = true;
                    owners[row.event].insert(row.operation->owners.begin(), row.operation->owners.end());
                }
        };
        gather(m_plan.rows);
        gather(m_plan.known);
        if (owners.empty())
            return;
        std::map<EventState*, std::set<std::string>> erased;
        for (const auto& [event, uids] : owners)
            erased[event] = m_source.erased(*event, uids);
        for (const auto& [event, uid] : m_plan.erasures)
            erased[event].insert(uid);
        const auto strip = [&](std::vector<Plan::Row>& rows) {
            for (auto& row : rows)
                if (row.keep_personal)
                    row.keep_personal = std::ranges::none_of(row.operation->owners, [&](const std::string& owner) {
                        return erased[row.event].contains(owner);
                    });
        };
        if (std::ranges::any_of(erased, [](const auto& pair) { return !pair.second.empty(); })) {
            strip(m_plan.rows);
            strip(m_plan.known);
        }
    }

    // What was kept aside before goes with an erasure of this commit, what is new with any.
    void decide_quarantine() {
        std::map<const EventState*, ErasedUids> fresh;
        for (const auto& [event, uid] : m_plan.erasures)
            fresh[event].add(uid);
        for (const auto& [name, event] : m_events)
            if (const auto uids = fresh.find(&event); uids != fresh.end())
                m_source.each_personal_aside(name, [&](std::uint64_t number, const std::string& raw) {
                    if (is_about(raw, uids->second))
                        m_plan.emptied.push_back({number, without_personal(raw)});
                });
        for (auto& aside : m_plan.quarantine)
            if (!aside.event->erased)
                aside.event->erased = m_source.all_erased(*aside.event);
        for (const auto& [event, uid] : m_plan.erasures)
            if (event->erased)
                event->erased->add(uid);
        for (auto& aside : m_plan.quarantine) {
            auto& raw = aside.entry.raw;
            aside.key = quarantine_key(aside.entry);
            if (aside.bare)
                continue;
            auto bare = without_personal(raw);
            aside.bare = bare == raw || is_about(raw, *aside.event->erased);
            if (aside.bare)
                raw = std::move(bare);
        }
    }

    std::map<std::string, EventState>& m_events;
    LogSource& m_source;
    Plan m_plan;
    std::map<EventState*, std::vector<std::size_t>> m_new_rows; // by feed number, from latest_before + 1 on
    std::set<const ChainState*> m_broken; // of the present job: a number of theirs was used twice
    EventState* m_window_event = nullptr;
    std::uint64_t m_window_from = 0;
    std::vector<Digest> m_window;
};

} // namespace

Plan make_plan(std::span<const PushJob> jobs, std::map<std::string, EventState>& events, LogSource& source) {
    return Planner(events, source).run(jobs);
}

void settle(Plan& plan) {
    for (auto* chain : plan.chains) {
        chain->touched = false;
        chain->tail_changed = false;
        chain->changed_runs.clear();
        chain->new_aside.clear();
        chain->near = {};
    }
}

std::string quarantine_key(const QuarantineEntry& entry) {
    static const bool ready = kiosk::crypto::initialise();
    KIOSK_ASSERT(ready);
    std::string bytes;
    for (const auto* part : {&entry.event, &entry.claimed, &entry.verdict}) {
        bytes += std::to_string(part->size()); // so that no two entries run together to the same bytes
        bytes += ':';
        bytes += *part;
    }
    bytes += entry.raw;
    const auto digest = kiosk::crypto::Sodium().blake2b_256(bytes);
    return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

std::string random_name(kiosk::core::Random& random) {
    std::array<std::uint8_t, 16> bytes{};
    random.fill(bytes);
    return kiosk::crypto::hex({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

} // namespace kiosk::sync::hub
