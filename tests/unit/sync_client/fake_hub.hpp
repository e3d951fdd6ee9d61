// SPDX-License-Identifier: Apache-2.0
#pragma once
// A hub and a journal in memory, and a wire between them on which everything goes wrong that the test says. Purpose: the
// client's steps without a network, a clock or a database. Ownership: values and borrowed references. Threads: the hub
// has a lock, so that SyncThreads can be tested with it; a FakeReplica too. Failure: as the test says.
#include "client/sync_client.hpp"
#include "core/sealing.hpp"
#include "crypto/crypto.hpp"
#include "protocol/messages.hpp"
#include "support/catch.hpp"
#include "support/fakes.hpp"

#include <algorithm>
#include <deque>
#include <map>
#include <mutex>
#include <set>

namespace kiosk::test {

using namespace kiosk::sync;
using client::Trouble;
using core::ErrorCode;
using core::Operation;
using core::OperationId;

inline std::string hex_of(const core::Digest& digest) {
    return crypto::hex({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

struct FakeHub {
    std::string id = "hub-1", epoch = "e1";
    std::vector<Operation> log; // in the order of feed numbers
    std::map<OperationId, core::Digest> known;
    std::vector<std::pair<OperationId, std::string>> quarantine;
    std::set<OperationId> kept_aside; // numbers that count as received
    bool revoked = false, cloned = false, may_relay = true;
    std::optional<std::uint64_t> lies_acknowledged;
    std::vector<std::string> pins;
    std::string scope = "*";
    std::set<OperationId> confidential; // for scope "*" only
    std::int64_t time_ms = 1'795'151'100'000;
    std::set<OperationId> refuses; // a batch with one of these is answered 400
    std::size_t refuses_more_than = 1000;
    // What was asked.
    std::vector<std::size_t> push_sizes;
    std::size_t relays = 0;
    std::vector<std::string> feed_paths;
    std::mutex mutex;

    void restore(const FakeHub& backup, std::string new_epoch) {
        log = backup.log;
        known = backup.known;
        kept_aside = backup.kept_aside;
        epoch = std::move(new_epoch);
    }
    FakeHub() = default;
    FakeHub(const FakeHub& other)
        : id(other.id), epoch(other.epoch), log(other.log), known(other.known), kept_aside(other.kept_aside) {}

    bool has(const Operation& operation) const {
        const auto found = known.find(operation.id);
        return found != known.end() && found->second == operation.hash;
    }
    void store(const Operation& operation) {
        known[operation.id] = operation.hash;
        log.push_back(operation);
    }
    std::uint64_t contiguous(const std::string& device, const std::string& incarnation) const {
        std::uint64_t seq = 0;
        while (known.contains({device, incarnation, seq + 1}) || kept_aside.contains({device, incarnation, seq + 1}))
            ++seq;
        return seq;
    }

    static client::WireAnswer error(int status, std::string word) {
        return {status, {}, protocol::encode(protocol::ErrorReply{std::move(word), "a sentence", std::nullopt})};
    }

    client::WireAnswer answer(const client::WireRequest& request) {
        const std::lock_guard lock(mutex);
        if (request.token != "token-1" && request.token != "token-2")
            return error(401, "unauthorized");
        return request.method == "POST" ? push(request.body) : feed(request.path);
    }

    client::WireAnswer push(const std::string& body) {
        const crypto::Sodium hasher;
        const auto incoming = protocol::decode_push_request(body, hasher);
        KIOSK_ASSERT(incoming.has_value()); // from any thread, unlike REQUIRE
        const auto& request = incoming->request;
        push_sizes.push_back(incoming->operations.size());
        if (incoming->operations.size() > refuses_more_than)
            return error(413, "too_large");
        for (const auto& read : incoming->operations)
            if (refuses.contains(read.operation.id))
                return error(400, "bad_request");
        relays += request.relay ? 1 : 0;
        protocol::PushReply reply;
        reply.hub = id;
        reply.epoch = epoch;
        reply.time_ms = time_ms;
        reply.revoked = revoked;
        reply.cloned = cloned;
        reply.pins = pins;
        std::set<std::pair<std::string, std::string>> chains{{request.device, request.incarnation}};
        std::size_t index = 0;
        for (const auto& read : incoming->operations) {
            const auto& operation = read.operation;
            const auto found = known.find(operation.id);
            std::string verdict = read.problem;
            const bool foreign = operation.id.device != request.device;
            if (verdict.empty() && foreign && !(request.relay && may_relay))
                verdict = "foreign_device";
            if (verdict.empty() && found != known.end() && found->second != operation.hash)
                verdict = "conflict";
            if (verdict.empty() && revoked)
                verdict = "revoked";
            chains.insert({operation.id.device, operation.id.incarnation});
            if (!verdict.empty()) {
                quarantine.emplace_back(operation.id, verdict);
                if (!foreign)
                    kept_aside.insert(operation.id);
                reply.statuses.push_back(protocol::OpStatus::Quarantined);
                reply.verdicts.push_back({index, verdict});
            } else if (found != known.end()) {
                reply.statuses.push_back(protocol::OpStatus::Duplicate);
            } else {
                store(operation);
                reply.statuses.push_back(protocol::OpStatus::Stored);
            }
            ++index;
        }
        const auto head = known.find({request.device, request.incarnation, request.head.seq});
        const bool more = std::ranges::any_of(known, [&](const auto& entry) {
            return entry.first.device == request.device && entry.first.incarnation == request.incarnation &&
                   entry.first.seq > request.head.seq;
        });
        if (head != known.end() && hex_of(head->second) != request.head.hash)
            reply.head = protocol::HeadStanding::Diverged;
        else if (more)
            reply.head = protocol::HeadStanding::Behind;
        for (const auto& [device, incarnation] : chains)
            reply.acknowledged[request.relay ? device + "/" + incarnation : incarnation] =
                lies_acknowledged.value_or(contiguous(device, incarnation));
        reply.latest = log.size();
        return {200, {}, protocol::encode(reply)};
    }

    static std::string query(const std::string& path, const std::string& name) {
        const auto at = path.find(name + "=");
        return at == std::string::npos ? "" : path.substr(at + name.size() + 1, path.find('&', at) - at - name.size() - 1);
    }

    client::WireAnswer feed(const std::string& path) {
        feed_paths.push_back(path);
        const std::uint64_t after = std::stoull(query(path, "after"));
        const auto limit = std::stoul(query(path, "limit"));
        const auto skip = query(path, "skip");
        protocol::FeedReply reply;
        reply.hub = id;
        reply.epoch = epoch;
        reply.time_ms = time_ms;
        reply.latest = log.size();
        reply.scope = scope;
        reply.next = std::min<std::uint64_t>(after, log.size());
        std::string operations;
        for (std::size_t taken = 0; reply.next < log.size() && taken < limit; ++reply.next) {
            const auto& operation = log[reply.next];
            if (operation.id.incarnation == skip || (scope != "*" && confidential.contains(operation.id)))
                continue;
            operations += operations.empty() ? "" : ",";
            protocol::append_operation(operations, operation);
            ++taken;
        }
        return {200, {}, protocol::encode_feed_reply(reply, operations)};
    }
};

enum class Fault : std::uint8_t { None = 1, Unreachable, LostAnswer, Html, Garbage, WrongPin, Cut };

class FakeWire final : public client::Wire {
public:
    explicit FakeWire(FakeHub& hub) : m_hub(hub) {}
    std::function<Fault(const client::WireRequest&)> fault = [](const auto&) { return Fault::None; };
    std::function<std::optional<client::WireAnswer>(const client::WireRequest&)> instead;
    std::size_t asked = 0;
    std::vector<client::WireRequest> requests;

    core::Result<client::WireAnswer> exchange(const client::WireRequest& request) override {
        ++asked;
        if (keep)
            requests.push_back(request);
        if (instead)
            if (auto other = instead(request))
                return std::move(*other);
        switch (fault(request)) {
        case Fault::None:
            return m_hub.answer(request);
        case Fault::Unreachable:
            return core::fail(ErrorCode::Unavailable, "error.sync.unreachable", "nobody");
        case Fault::LostAnswer:
            (void)m_hub.answer(request);
            return core::fail(ErrorCode::Unavailable, "error.sync.unreachable", "cut");
        case Fault::Html:
            return client::WireAnswer{200, {{"content-type", "text/html"}}, "<html><body>Please log in</body></html>"};
        case Fault::Garbage:
            return client::WireAnswer{200, {}, std::string("\x28\xb5\x2f\xfd garbage \x00\xff", 14)};
        case Fault::WrongPin:
            return core::fail(ErrorCode::Denied, "error.sync.wrong_pin", "another key");
        case Fault::Cut: {
            auto whole = m_hub.answer(request);
            whole.body.resize(whole.body.size() / 2);
            return whole;
        }
        }
        return core::fail(ErrorCode::Internal, "error.internal");
    }
    core::Result<client::WireAnswer> download(const client::WireRequest&,
                                              const std::function<bool(std::string_view)>&) override {
        return core::fail(ErrorCode::Internal, "error.internal");
    }
    void interrupt() override {}
    bool keep = false;

private:
    FakeHub& m_hub;
};

class FakeReplica final : public client::Replica {
public:
    struct Chain {
        std::string incarnation;
        std::vector<Operation> operations;
        std::uint64_t acknowledged = 0;
        std::uint64_t last_seq() const { return operations.empty() ? 0 : operations.back().id.seq; }
    };
    struct State { // an image of the disk
        std::vector<Chain> chains;
        std::vector<Operation> others;
        std::map<OperationId, core::Digest> known;
        client::FeedMark mark;
        int incarnations = 0;
    };

    explicit FakeReplica(std::string device, std::uint8_t salt = 1) : m_device(std::move(device)), m_salt(salt) {
        REQUIRE(begin_incarnation());
    }

    void write(std::size_t count, const std::string& what = "n") {
        const std::lock_guard lock(m_mutex);
        for (std::size_t i = 0; i < count; ++i)
            append(what + std::to_string(++m_written));
    }
    State image() const { return m_state; }
    void put_back(const State& image) {
        const int used = m_state.incarnations; // names of incarnations are random, never used twice
        m_state = image;
        m_state.incarnations = used;
    }
    const State& state() const { return m_state; }
    Chain& present() { return m_state.chains.back(); }
    bool has(const Operation& operation) const {
        const auto found = m_state.known.find(operation.id);
        return found != m_state.known.end() && found->second == operation.hash;
    }

    std::optional<core::Error> fail_with; // every call, while set
    std::set<OperationId> cannot_keep;
    std::optional<std::int64_t> offset_ms;
    std::size_t forks = 0, begun = 0;
    std::optional<std::uint64_t> forked_after;

    core::Result<client::Standing> standing() override {
        const std::lock_guard lock(m_mutex);
        if (fail_with)
            return std::unexpected(*fail_with);
        client::Standing standing;
        standing.device = m_device;
        standing.event = "ev";
        standing.mark = m_state.mark;
        for (const auto& chain : m_state.chains)
            standing.chains.push_back({chain.incarnation, chain.last_seq(),
                                       chain.operations.empty() ? "" : hex_of(chain.operations.back().hash),
                                       chain.acknowledged, &chain == &m_state.chains.back()});
        return standing;
    }
    core::Result<std::vector<Operation>> own_after(const std::string& incarnation, std::uint64_t after, std::size_t limit,
                                                   std::size_t limit_bytes) override {
        const std::lock_guard lock(m_mutex);
        if (fail_with)
            return std::unexpected(*fail_with);
        std::vector<Operation> found;
        std::size_t bytes = 0;
        for (const auto& chain : m_state.chains)
            if (chain.incarnation == incarnation)
                for (const auto& operation : chain.operations) {
                    if (operation.id.seq <= after)
                        continue;
                    bytes += operation.body.size() + operation.subject.size();
                    if (found.size() == limit || (bytes > limit_bytes && !found.empty()))
                        break;
                    found.push_back(operation);
                }
        return found;
    }
    core::Result<client::Page> others_after(std::int64_t cursor, std::size_t limit) override {
        const std::lock_guard lock(m_mutex);
        client::Page page;
        page.next = cursor;
        while (page.next < static_cast<std::int64_t>(m_state.others.size()) && page.operations.size() < limit)
            page.operations.push_back(m_state.others[static_cast<std::size_t>(page.next++)]);
        return page;
    }
    core::Status acknowledge(const std::string& incarnation, std::uint64_t seq) override {
        const std::lock_guard lock(m_mutex);
        if (fail_with)
            return std::unexpected(*fail_with);
        for (auto& chain : m_state.chains)
            if (chain.incarnation == incarnation) {
                KIOSK_ASSERT(seq <= chain.last_seq());
                chain.acknowledged = seq;
            }
        return {};
    }
    core::Status ingest(std::span<const Operation> operations, const client::FeedMark& mark) override {
        const std::lock_guard lock(m_mutex);
        if (fail_with)
            return std::unexpected(*fail_with);
        for (const auto& operation : operations)
            if (cannot_keep.contains(operation.id))
                return core::fail(ErrorCode::Invalid, "error.invalid", "can't keep it");
        for (const auto& operation : operations)
            if (m_state.known.try_emplace(operation.id, operation.hash).second) {
                m_state.others.push_back(operation);
                // Of an older name of ours, coming back: it stands where it was written, gaps before it or not.
                for (auto& chain : m_state.chains)
                    if (&chain != &m_state.chains.back() && chain.incarnation == operation.id.incarnation)
                        chain.operations.insert(std::ranges::upper_bound(chain.operations, operation.id.seq, {},
                                                                         [](const Operation& one) { return one.id.seq; }),
                                                operation);
            }
        m_state.mark = mark;
        return {};
    }
    core::Status set_mark(const client::FeedMark& mark) override {
        const std::lock_guard lock(m_mutex);
        if (fail_with)
            return std::unexpected(*fail_with);
        m_state.mark = mark;
        return {};
    }
    core::Status begin_incarnation() override {
        const std::lock_guard lock(m_mutex);
        ++begun;
        begin();
        return {};
    }
    core::Status fork_after(std::uint64_t common) override {
        const std::lock_guard lock(m_mutex);
        auto& chain = m_state.chains.back();
        if (common >= chain.operations.size()) { // nothing to write anew
            ++begun;
            begin();
            return {};
        }
        ++forks;
        forked_after = common;
        const std::vector<Operation> twins(chain.operations.begin() + static_cast<std::ptrdiff_t>(common),
                                           chain.operations.end());
        chain.operations.resize(common);
        chain.acknowledged = std::min(chain.acknowledged, common);
        for (const auto& twin : twins)
            m_state.known.erase(twin.id);
        begin();
        for (const auto& twin : twins)
            append(twin.body);
        return {};
    }
    void set_clock_offset(std::optional<std::int64_t> offset) override { offset_ms = offset; }

private:
    void begin() { m_state.chains.push_back({m_device + "i" + std::to_string(++m_state.incarnations), {}, 0}); }
    void append(const std::string& what) {
        auto& chain = m_state.chains.back();
        core::OperationDraft draft{"note", "s", what.starts_with('{') ? what : R"({"what":")" + what + "\"}", ""};
        const auto previous = chain.operations.empty() ? core::Digest{} : chain.operations.back().hash;
        const auto seq = chain.operations.size() + 1;
        auto operation = core::seal(draft,
                                    {{m_device, chain.incarnation, seq},
                                     core::Hlc{(1'795'151'100'000ULL << 16) + ++m_written},
                                     core::Instant{1'795'151'100'000},
                                     m_salt,
                                     std::nullopt,
                                     previous},
                                    m_hasher, m_random);
        m_state.known[operation.id] = operation.hash;
        chain.operations.push_back(std::move(operation));
    }

    const std::string m_device;
    const std::uint8_t m_salt;
    std::uint64_t m_written = 0;
    State m_state;
    crypto::Sodium m_hasher;
    CountingRandom m_random;
    mutable std::mutex m_mutex;
};

// A kiosk: its journal, its wires, its client; on a clock that moves by what the client asks to wait.
struct FakeKiosk {
    FakeHub& hub;
    FakeClock clock;
    CountingRandom random;
    crypto::Sodium hasher;
    FakeReplica replica;
    FakeWire push_wire{hub}, feed_wire{hub};
    client::HubAddress address;
    client::ClientOptions options;
    std::unique_ptr<client::SyncClient> client;

    explicit FakeKiosk(FakeHub& hub_, const std::string& device = "k1", std::string token = "token-1")
        : hub(hub_), replica(device) {
        address.url = "http://hub";
        address.token = std::move(token);
        address.device = device;
        address.event = "ev";
        address.hub = "hub-1";
        options.poll_s = 0;
        options.batch_operations = 50;
        options.feed_limit = 40;
        start();
    }
    void start() {
        client = std::make_unique<client::SyncClient>(replica, push_wire, feed_wire, clock, random, hasher, address,
                                                      options);
    }
    client::StepResult push() {
        auto step = client->push();
        clock.at.unix_ms += step.progress ? 1 : step.wait_ms;
        hub.time_ms = clock.at.unix_ms;
        return step;
    }
    client::StepResult pull() {
        auto step = client->pull();
        clock.at.unix_ms += step.progress ? 1 : step.wait_ms;
        return step;
    }
    bool is_drained() const {
        for (const auto& chain : replica.state().chains)
            if (chain.acknowledged != chain.last_seq())
                return false;
        const auto& mark = replica.state().mark;
        return mark.epoch == hub.epoch && mark.after == hub.log.size() && !mark.relay_due;
    }
    // Both directions until nothing is left to do; answers false after `steps`.
    bool drain(std::size_t steps = 500) {
        for (std::size_t i = 0; i < steps; ++i) {
            const bool pushed = push().progress;
            const bool pulled = pull().progress;
            if (!pushed && !pulled && is_drained())
                return true;
        }
        return false;
    }
    void push_until_quiet(std::size_t steps = 200) {
        for (std::size_t i = 0; i < steps; ++i)
            if (!push().progress)
                return;
        FAIL("push never becomes quiet");
    }
};

inline void require_all_at_hub(const FakeReplica& replica, const FakeHub& hub) {
    for (const auto& chain : replica.state().chains)
        for (const auto& operation : chain.operations)
            REQUIRE(hub.has(operation));
}
inline void require_all_here(const FakeReplica& replica, const FakeHub& hub) {
    for (const auto& operation : hub.log)
        REQUIRE(replica.has(operation));
}

} // namespace kiosk::test
