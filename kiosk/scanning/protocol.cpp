// SPDX-License-Identifier: Apache-2.0
#include "scanning/protocol.hpp"

#include <cmath>
#include <cstring>

namespace kiosk::scanning::protocol {
namespace {

constexpr std::uint32_t magic = 0x4e43'5358; // both ends are one build; this tells packets from garbage

template <typename T> void put(std::string& out, T value) {
    char bytes[sizeof value];
    std::memcpy(bytes, &value, sizeof value);
    out.append(bytes, sizeof value);
}

template <typename T> bool take(std::string_view& in, T& value) {
    if (in.size() < sizeof value)
        return false;
    std::memcpy(&value, in.data(), sizeof value);
    in.remove_prefix(sizeof value);
    return true;
}

} // namespace

std::string encode(const Message& message) {
    std::string out;
    put(out, magic);
    put(out, static_cast<std::uint8_t>(message.kind));
    put(out, message.frame);
    put(out, message.slot);
    put(out, message.width);
    put(out, message.height);
    const std::size_t count = std::min(message.codes.size(), most_codes);
    put(out, static_cast<std::uint8_t>(count));
    for (std::size_t i = 0; i < count; ++i) {
        const auto& code = message.codes[i];
        const auto length = std::min(code.text.size(), largest_text);
        put(out, static_cast<std::uint16_t>(length));
        for (const float value : code.corners)
            put(out, value);
        out.append(code.text, 0, length);
    }
    return out;
}

std::optional<Message> parse(std::string_view packet) {
    Message message;
    std::uint32_t seen = 0;
    std::uint8_t kind = 0, count = 0;
    if (packet.size() > largest_packet || !take(packet, seen) || seen != magic || !take(packet, kind) ||
        !take(packet, message.frame) || !take(packet, message.slot) || !take(packet, message.width) ||
        !take(packet, message.height) || !take(packet, count))
        return std::nullopt;
    if (kind < static_cast<std::uint8_t>(Kind::Opening) || kind > static_cast<std::uint8_t>(Kind::SetSource) ||
        count > most_codes || message.slot >= slots || message.width > largest_side || message.height > largest_side)
        return std::nullopt;
    message.kind = static_cast<Kind>(kind);
    for (std::uint8_t i = 0; i < count; ++i) {
        Code code;
        std::uint16_t length = 0;
        if (!take(packet, length) || length > largest_text)
            return std::nullopt;
        for (float& value : code.corners)
            if (!take(packet, value) || !std::isfinite(value) || value < -4.0F || value > 5.0F)
                return std::nullopt;
        if (packet.size() < length)
            return std::nullopt;
        code.text = packet.substr(0, length);
        packet.remove_prefix(length);
        message.codes.push_back(std::move(code));
    }
    if (!packet.empty())
        return std::nullopt;
    return message;
}

void write_slot(Slot& slot, std::span<const std::uint8_t> rgb) {
    const auto version = slot.version.load(std::memory_order_relaxed);
    slot.version.store(version | 1U, std::memory_order_relaxed);
    std::atomic_thread_fence(std::memory_order_release);
    std::memcpy(slot.pixels.data(), rgb.data(), std::min(rgb.size(), slot.pixels.size()));
    slot.version.store((version | 1U) + 1U, std::memory_order_release);
}

bool read_slot(const Slot& slot, std::uint32_t width, std::uint32_t height, std::vector<std::uint8_t>& rgb) {
    if (width == 0 || height == 0 || width > largest_side || height > largest_side)
        return false;
    const auto before = slot.version.load(std::memory_order_acquire);
    if ((before & 1U) != 0)
        return false;
    const auto length = static_cast<std::size_t>(width) * height * 3;
    rgb.assign(slot.pixels.begin(), slot.pixels.begin() + static_cast<std::ptrdiff_t>(length));
    std::atomic_thread_fence(std::memory_order_acquire);
    return slot.version.load(std::memory_order_relaxed) == before;
}

} // namespace kiosk::scanning::protocol
