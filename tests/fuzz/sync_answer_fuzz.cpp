// SPDX-License-Identifier: Apache-2.0
// Whoever answers in the hub's place, with anything: what was written here is neither lost nor taken for acknowledged
// beyond what exists, and the client always says when it wants to go on.
#include "client/sync_client.hpp"
#include "core/sealing.hpp"
#include "crypto/crypto.hpp"
#include "protocol/messages.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

using namespace kiosk;
using namespace kiosk::sync;

namespace {

class Clock final : public core::Clock {
public:
    core::Instant now() const override { return {1'795'151'100'000 + m_ms}; }
    std::int64_t boot_ms() const override { return m_ms += 7; }

private:
    mutable std::int64_t m_ms = 0;
};

class Random final : public core::Random {
public:
    void fill(std::span<std::uint8_t> bytes) override {
        for (auto& byte : bytes)
            byte = ++m_next;
    }

private:
    std::uint8_t m_next = 0;
};

// One chain of a few operations "k1/i1/1…" and whatever the feed brings.
class Replica final : public client::Replica {
public:
    Replica() { begin(); }
    core::Result<client::Standing> standing() override {
        client::Standing standing;
        standing.device = "k1";
        standing.event = "ev";
        standing.mark = m_mark;
        for (const auto& chain : m_chains)
            standing.chains.push_back({chain.incarnation, chain.operations.size(),
                                       chain.operations.empty() ? "" : core::to_hex(chain.operations.back().hash),
                                       chain.acknowledged, &chain == &m_chains.back()});
        return standing;
    }
    core::Result<std::vector<core::Operation>> own_after(const std::string& incarnation, std::uint64_t after,
                                                         std::size_t limit, std::size_t) override {
        std::vector<core::Operation> found;
        for (const auto& chain : m_chains)
            for (const auto& operation : chain.operations)
                if (chain.incarnation == incarnation && operation.id.seq > after && found.size() < limit)
                    found.push_back(operation);
        return found;
    }
    core::Result<client::Page> others_after(std::int64_t cursor, std::size_t limit) override {
        client::Page page;
        KIOSK_ASSERT(cursor >= 0);
        page.next = cursor;
        while (page.next < static_cast<std::int64_t>(m_others.size()) && page.operations.size() < limit)
            page.operations.push_back(m_others[static_cast<std::size_t>(page.next++)]);
        return page;
    }
    core::Status acknowledge(const std::string& incarnation, std::uint64_t seq) override {
        for (auto& chain : m_chains)
            if (chain.incarnation == incarnation) {
                KIOSK_ASSERT(seq <= chain.operations.size());
                chain.acknowledged = seq;
            }
        return {};
    }
    core::Status ingest(std::span<const core::Operation> operations, const client::FeedMark& mark) override {
        m_others.insert(m_others.end(), operations.begin(), operations.end());
        m_mark = mark;
        return {};
    }
    core::Status set_mark(const client::FeedMark& mark) override {
        m_mark = mark;
        return {};
    }
    core::Status begin_incarnation() override {
        begin();
        return {};
    }
    core::Status fork_after(std::uint64_t common) override {
        KIOSK_ASSERT(common <= m_chains.back().operations.size()); // at its end: only the name changes
        m_chains.back().operations.resize(common);
        m_chains.back().acknowledged = std::min(m_chains.back().acknowledged, common);
        begin();
        return {};
    }
    void set_clock_offset(std::optional<std::int64_t>) override {}

private:
    struct Chain {
        std::string incarnation;
        std::vector<core::Operation> operations;
        std::uint64_t acknowledged = 0;
    };
    void begin() {
        m_chains.push_back({"i" + std::to_string(m_chains.size() + 1), {}, 0});
        auto& chain = m_chains.back();
        core::Digest previous{};
        for (std::uint64_t seq = 1; seq <= 6; ++seq) {
            chain.operations.push_back(core::seal({"note", "s", R"({"what":"n"})", ""},
                                                  {{"k1", chain.incarnation, seq},
                                                   core::Hlc{(1'795'151'100'000ULL << 16) + seq},
                                                   core::Instant{1'795'151'100'000},
                                                   1,
                                                   std::nullopt,
                                                   previous},
                                                  m_hasher, m_random));
            previous = chain.operations.back().hash;
        }
    }
    std::vector<Chain> m_chains;
    std::vector<core::Operation> m_others;
    client::FeedMark m_mark;
    crypto::Sodium m_hasher;
    Random m_random;
};

// Answers with the input's lines, in their order: the first byte of a line is the status, the rest the body.
class Wire final : public client::Wire {
public:
    explicit Wire(std::string_view input) : m_input(input) {}
    bool ended() const { return m_input.empty(); }
    core::Result<client::WireAnswer> exchange(const client::WireRequest& request) override {
        static const crypto::Sodium hasher;
        if (request.path == "/v1/ops")
            KIOSK_ASSERT(protocol::decode_push_request(request.body, hasher).has_value());
        const auto end = std::min(m_input.find('\n'), m_input.size());
        const auto line = m_input.substr(0, end);
        m_input.remove_prefix(std::min(end + 1, m_input.size()));
        static constexpr int statuses[] = {200, 200, 200, 200, 302, 400, 401, 403, 404, 413, 422, 429, 500, 503, 511};
        if (line.empty() || line[0] == '!')
            return core::fail(core::ErrorCode::Unavailable, "error.sync.unreachable", std::string(line));
        const auto status = statuses[static_cast<unsigned char>(line[0]) % std::size(statuses)];
        return client::WireAnswer{status, {{"retry-after", std::string(line.substr(0, 5))}}, std::string(line.substr(1))};
    }
    core::Result<client::WireAnswer> download(const client::WireRequest&,
                                              const std::function<bool(std::string_view)>&) override {
        return core::fail(core::ErrorCode::Internal, "error.internal");
    }
    void interrupt() override {}

private:
    std::string_view m_input;
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    static const crypto::Sodium hasher;
    const Clock clock;
    Random random;
    Replica replica;
    Wire wire(input);
    client::ClientOptions options;
    options.poll_s = 0;
    options.batch_operations = 4;
    client::SyncClient sync(replica, wire, wire, clock, random, hasher, {"http://hub", {"A"}, "token", "k1", "ev", "h"},
                            options);
    for (int step = 0; step < 60 && !wire.ended(); ++step) {
        const auto result = step % 3 == 2 ? sync.pull() : sync.push();
        KIOSK_ASSERT(result.wait_ms >= 0 && result.wait_ms <= 6 * 60'000);
        const auto status = sync.status();
        KIOSK_ASSERT(status.detail.size() < 400 && status.detail.find('\n') == std::string::npos);
        KIOSK_ASSERT(sync.hub().token == "token" && sync.hub().pins.size() <= 16);
    }

    // What else a hub, or somebody in its place, may say.
    (void)protocol::decode_error_reply(input);
    (void)protocol::decode_lease_reply(input);
    if (const auto code = protocol::decode_enrolment_code(input))
        KIOSK_ASSERT(!code->url.empty() && !code->code.empty());
    Wire once(input);
    if (const auto address = client::enroll(once, "https://h:1", "A", "c", "k1", "i1", "ev", "1"))
        KIOSK_ASSERT(!address->token.empty() && address->pins.front() != "");
    return 0;
}
