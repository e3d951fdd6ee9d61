// SPDX-License-Identifier: Apache-2.0
// Any request to the hub, by anybody: it has an answer with a known status and, where it is JSON, one that can be read;
// whatever was pushed, everybody else's feed stays sound. The first byte says who asks, the rest is "METHOD TARGET", a
// line with a Range, and the body. With the last kind of asker the body is lines that are sealed into operations first.
#include "core/sealing.hpp"
#include "crypto/crypto.hpp"
#include "hub/api.hpp"
#include "hub/directory.hpp"
#include "protocol/messages.hpp"
#include "unit/sync_hub/memory_store.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

#include <unistd.h>

using namespace kiosk;
using namespace kiosk::sync;

namespace {

class FixedClock final : public core::Clock {
public:
    core::Instant now() const override { return {1'795'000'000'000}; }
    std::int64_t boot_ms() const override { return 1'000'000; }
};

class Counting final : public core::Random {
public:
    void fill(std::span<std::uint8_t> bytes) override {
        for (auto& byte : bytes)
            byte = static_cast<std::uint8_t>((m_state = m_state * 6364136223846793005ULL + 1) >> 56);
    }

private:
    std::uint64_t m_state = 1;
};

struct Hub {
    test::MemoryStore store;
    FixedClock clock;
    Counting random;
    crypto::Sodium hasher;
    std::unique_ptr<hub::Api> api;

    Hub() {
        for (const auto* name : {"k1", "k2", "gone", "hub-v"}) {
            hub::DeviceRow row;
            row.event = "E";
            row.device = name;
            row.token_hash = hub::secret_hash(hasher, name);
            row.revoked = row.device == "gone";
            row.is_hub = row.device == "hub-v";
            KIOSK_ASSERT(store.put_device(row).has_value());
        }
        for (const auto* role : {"viewer", "organizer"})
            KIOSK_ASSERT(store.put_user({role, role, hub::secret_hash(hasher, role), false, 0}).has_value());
        KIOSK_ASSERT(store.put_code({hub::secret_hash(hasher, "CODE"), "E", true, INT64_MAX, false, ""}).has_value());
        static const auto folder = std::filesystem::temp_directory_path() / ("hub-fuzz-" + std::to_string(::getpid()));
        std::error_code ignored;
        std::filesystem::remove_all(folder, ignored);
        static const bool removed_at_end = std::atexit([] {
            std::error_code unheard;
            std::filesystem::remove_all(folder, unheard);
        }) == 0;
        KIOSK_ASSERT(removed_at_end);
        hub::ApiOptions options;
        options.folder = folder;
        options.log = [](std::string_view line) { KIOSK_ASSERT(nlohmann::json::accept(line)); };
        auto made = hub::Api::create(store, clock, random, hasher, options);
        KIOSK_ASSERT(made.has_value());
        api = std::move(*made);
    }
};

std::string line_of(std::string& input) {
    const auto end = std::min(input.find('\n'), input.size());
    auto line = input.substr(0, end);
    input.erase(0, std::min(end + 1, input.size()));
    return line;
}

// "kind subject body|personal", a line each.
std::string sealed_push(Hub& hub, std::string input) {
    protocol::PushRequest request;
    request.device = "k1";
    request.incarnation = "i1";
    request.event = "E";
    core::Digest previous{};
    while (!input.empty() && request.operations.size() < 20) {
        auto line = line_of(input);
        core::OperationDraft draft;
        draft.kind = line.substr(0, std::min(line.find(' '), line.size()));
        line.erase(0, std::min(draft.kind.size() + 1, line.size()));
        draft.subject = line.substr(0, std::min(line.find(' '), line.size()));
        line.erase(0, std::min(draft.subject.size() + 1, line.size()));
        const auto bar = std::min(line.find('|'), line.size());
        draft.body = line.substr(0, bar);
        draft.personal = line.substr(std::min(bar + 1, line.size()));
        core::Seal seal;
        seal.id = {"k1", "i1", request.operations.size() + 1};
        seal.previous = previous;
        request.operations.push_back(core::seal(draft, seal, hub.hasher, hub.random));
        previous = request.operations.back().hash;
    }
    request.head = {request.operations.size(), core::to_hex(previous)};
    return protocol::encode(request);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const bool ready = crypto::initialise();
    KIOSK_ASSERT(ready);
    if (size == 0)
        return 0;
    constexpr std::array<const char*, 8> askers{"", "nonsense", "k1", "gone", "hub-v", "viewer", "organizer", "k1"};
    const auto asker = data[0] % askers.size();
    std::string input(reinterpret_cast<const char*>(data) + 1, size - 1);
    Hub hub;
    hub::ApiRequest request;
    auto first = line_of(input);
    const auto space = std::min(first.find(' '), first.size());
    request.method = first.substr(0, space);
    request.target = first.substr(std::min(space + 1, first.size()));
    if (const auto range = line_of(input); !range.empty())
        request.headers["range"] = range;
    if (*askers[asker] != '\0')
        request.headers["authorization"] = std::string("Bearer ") + askers[asker];
    request.body = input;
    request.peer = "p";
    const bool sealed = asker == askers.size() - 1;
    if (sealed) {
        request.method = "POST";
        request.target = "/v1/ops";
        request.body = sealed_push(hub, input);
    }
    for (int twice = 0; twice < 2; ++twice) {
        const auto answer = hub.api->handle(request);
        KIOSK_ASSERT(answer.status >= 200 && answer.status < 600);
        KIOSK_ASSERT(answer.status != 500);
        if (answer.content_type == "application/json" && !answer.body.empty())
            KIOSK_ASSERT(nlohmann::json::accept(answer.body));
        if (sealed && answer.status == 200)
            KIOSK_ASSERT(protocol::decode_push_reply(answer.body).has_value());
    }
    const auto feed = hub.api->handle({"GET", "/v1/feed", {{"authorization", "Bearer k2"}}, {}, {}});
    if (feed.status == 200) { // k2 may have been revoked
        const auto reply = protocol::decode_feed_reply(feed.body, hub.hasher);
        KIOSK_ASSERT(reply.has_value());
        for (const auto& read : reply->operations)
            KIOSK_ASSERT(read.problem.empty());
    }
    return 0;
}
