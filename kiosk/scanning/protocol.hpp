// SPDX-License-Identifier: Apache-2.0
#pragma once
// What kiosk-scanner and its parent say to each other. Purpose: one packet a message over a SOCK_SEQPACKET pair, and a
// ring of preview pictures in shared memory. Ownership: PreviewRing borrows its mapping. Threads: plain functions.
// Failure: the parent trusts nothing: a packet that does not parse to its last byte is nullopt, and the child that
// sent it is replaced. The memory is sealed against shrinking, so that a child can't make its parent's reads fault.
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kiosk::scanning::protocol {

inline constexpr std::size_t largest_packet = 48 * 1024;
inline constexpr std::size_t largest_text = 4'096;
inline constexpr std::size_t most_codes = 8;
inline constexpr int socket_descriptor = 3; // in the child
inline constexpr int memory_descriptor = 4;

enum class Kind : std::uint8_t {
    Opening = 1, // a camera is being opened: that may take its time
    Alive,       // nothing new
    Frame,       // a frame was looked at
    Lost,        // the source is gone; `texts[0]` says why
    SetSource,   // parent to child: `texts[0]` is the URI
};

struct Code {
    std::string text;
    std::array<float, 8> corners{}; // x, y of four points, 0…1 of the frame
};

struct Message {
    Kind kind = Kind::Alive;
    std::uint64_t frame = 0;
    std::uint32_t slot = 0; // where the preview of that frame is
    std::uint32_t width = 0, height = 0;
    std::vector<Code> codes; // for Lost and SetSource one with the text alone
};

std::string encode(const Message& message);
std::optional<Message> parse(std::string_view packet);

// ---- preview pictures ----

inline constexpr std::uint32_t slots = 4;
inline constexpr int largest_side = 640;

struct Slot {
    std::atomic<std::uint32_t> version; // odd while it is being written
    std::array<std::uint8_t, static_cast<std::size_t>(largest_side) * largest_side * 3> pixels;
};
struct PreviewRing {
    std::array<Slot, slots> slot;
};
static_assert(std::atomic<std::uint32_t>::is_always_lock_free);

void write_slot(Slot& slot, std::span<const std::uint8_t> rgb);
// false: it was overwritten meanwhile, or the size is no size.
bool read_slot(const Slot& slot, std::uint32_t width, std::uint32_t height, std::vector<std::uint8_t>& rgb);

} // namespace kiosk::scanning::protocol
