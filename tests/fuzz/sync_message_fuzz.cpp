// SPDX-License-Identifier: Apache-2.0
// What comes over the wire, at either end: every message of protocol/messages.hpp, lists of operations, compressed
// bodies and the enrolment code. What decodes is encoded and must decode alike; what claims to be sound must be.
#include "core/sealing.hpp"
#include "protocol/compression.hpp"
#include "protocol/messages.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

using namespace kiosk::sync;
namespace core = kiosk::core;

namespace {

// Not a real hash: one that a fuzzer can hit, so that it gets beyond the check.
class WeakHasher final : public core::Hasher {
public:
    core::Digest blake2b_256(std::string_view) const override { return {}; }
};

template <typename Decode> void round_trip(std::string_view text, Decode decode) {
    const auto message = decode(text);
    if (!message)
        return;
    const auto written = protocol::encode(*message);
    const auto again = decode(written);
    KIOSK_ASSERT(again.has_value());
    KIOSK_ASSERT(protocol::encode(*again) == written);
}

void check_operations(const std::vector<protocol::ReadOperation>& operations, const core::Hasher& hasher) {
    for (const auto& read : operations) {
        if (!read.problem.empty()) {
            KIOSK_ASSERT(read.raw.size() <= protocol::max_operation_bytes);
            continue;
        }
        std::string text, joined, line;
        protocol::append_operation(text, read.operation);
        protocol::append_line(line, read.operation);
        protocol::append_joined(joined, line, protocol::personal_fragment(read.operation));
        KIOSK_ASSERT(joined == text);
        const auto again = protocol::read_operation(text, hasher);
        KIOSK_ASSERT(again.has_value());
        KIOSK_ASSERT(core::canonical_bytes(*again) == core::canonical_bytes(read.operation));
        KIOSK_ASSERT(again->personal == read.operation.personal);
        std::string second;
        protocol::append_operation(second, *again);
        KIOSK_ASSERT(second == text);
    }
}

// Brackets by the thousand are more than the fuzzer would write down: an input of two bytes is their count.
std::string nested(std::string_view input) {
    const auto depth = input.size() != 2 ? 0U : static_cast<std::uint8_t>(input[0]) * 400U + static_cast<std::uint8_t>(input[1]);
    return "[{\"id\":" + std::string(depth, '[') + std::string(depth, ']') + "}]";
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const WeakHasher hasher;
    const std::string_view input(reinterpret_cast<const char*>(data), size);

    round_trip(input, protocol::decode_enroll_request);
    round_trip(input, protocol::decode_enroll_reply);
    round_trip(input, protocol::decode_push_reply);
    round_trip(input, protocol::decode_lease_request);
    round_trip(input, protocol::decode_lease_reply);
    round_trip(input, protocol::decode_error_reply);
    if (const auto push = protocol::decode_push_request(input, hasher)) {
        KIOSK_ASSERT(push->operations.size() <= protocol::max_batch_operations);
        check_operations(push->operations, hasher);
    }
    if (const auto feed = protocol::decode_feed_reply(input, hasher))
        check_operations(feed->operations, hasher);
    for (const auto& text : std::array<std::string, 2>{std::string(input), nested(input)})
        if (const auto operations = protocol::read_operations(text, hasher, 100)) {
            KIOSK_ASSERT(operations->size() <= 100);
            check_operations(*operations, hasher);
        }
    round_trip(nested(input), protocol::decode_lease_request);

    if (const auto code = protocol::decode_enrolment_code(input)) {
        const auto again = protocol::decode_enrolment_code(protocol::encode(*code));
        // Very long ones grow beyond the bound by being written out.
        if (again)
            KIOSK_ASSERT(again->url == code->url && again->pin == code->pin && again->code == code->code);
    }

    constexpr std::size_t limit = 1 << 16;
    if (const auto inflated = protocol::inflate(input, limit))
        KIOSK_ASSERT(inflated->size() <= limit);
    const auto back = protocol::inflate(protocol::deflate(input, 1), size);
    KIOSK_ASSERT(back && *back == input);
    return 0;
}
