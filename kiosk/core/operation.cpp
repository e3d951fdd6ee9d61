// SPDX-License-Identifier: Apache-2.0
#include "core/operation.hpp"

#include <fmt/format.h>

#include <charconv>

namespace kiosk::core {

namespace {

constexpr std::int64_t max_ahead_ms = 5 * minute_ms;
constexpr std::uint64_t counter_mask = 0xffff;

std::uint64_t at_physical(Instant now) {
    return static_cast<std::uint64_t>(now.unix_ms < 0 ? 0 : now.unix_ms) << 16;
}

// Length-prefixed, so that no two different operations share their bytes.
void put_u64(std::string& out, std::uint64_t value) {
    for (int shift = 56; shift >= 0; shift -= 8)
        out += static_cast<char>(static_cast<std::uint8_t>(value >> shift));
}

void put_text(std::string& out, std::string_view text) {
    put_u64(out, text.size());
    out += text;
}

} // namespace

Hlc next_hlc(Hlc last, Instant now) {
    const auto physical = at_physical(now);
    // The counter overflowing into the physical part is fine: the clock only has to grow.
    return {physical > (last.value | counter_mask) ? physical : last.value + 1};
}

Hlc observe_hlc(Hlc last, Hlc seen, Instant now) {
    if (seen.physical() - now > max_ahead_ms)
        return next_hlc(last, now);
    return next_hlc(std::max(last, seen), now);
}

std::string canonical_bytes(const Operation& operation) {
    std::string out;
    out.reserve(160 + operation.body.size() + operation.subject.size());
    out += "XDOP1";
    put_text(out, operation.id.device);
    put_text(out, operation.id.incarnation);
    put_u64(out, operation.id.seq);
    put_text(out, operation.kind);
    put_u64(out, operation.version);
    put_u64(out, operation.hlc.value);
    put_u64(out, static_cast<std::uint64_t>(operation.wall.unix_ms));
    put_u64(out, static_cast<std::uint64_t>(operation.boot_ms));
    put_u64(out, operation.offset_ms ? 1 : 0);
    put_u64(out, static_cast<std::uint64_t>(operation.offset_ms.value_or(0)));
    put_text(out, operation.subject);
    put_text(out, operation.body);
    out.append(reinterpret_cast<const char*>(operation.personal_digest.data()), operation.personal_digest.size());
    return out;
}

std::string to_string(const OperationId& id) { return fmt::format("{}/{}/{}", id.device, id.incarnation, id.seq); }

Result<OperationId> parse_operation_id(std::string_view text) {
    const auto last = text.rfind('/');
    const auto first = last == std::string_view::npos || last == 0 ? std::string_view::npos : text.rfind('/', last - 1);
    if (first == std::string_view::npos || first == 0 || text.size() > 512)
        return fail(ErrorCode::Invalid, "error.operation_id", std::string(text.substr(0, 64)));
    OperationId id{std::string(text.substr(0, first)), std::string(text.substr(first + 1, last - first - 1)), 0};
    const auto digits = text.substr(last + 1);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), id.seq);
    if (error != std::errc{} || end != digits.data() + digits.size() || id.seq == 0 || id.incarnation.empty())
        return fail(ErrorCode::Invalid, "error.operation_id", std::string(text.substr(0, 64)));
    return id;
}

} // namespace kiosk::core
