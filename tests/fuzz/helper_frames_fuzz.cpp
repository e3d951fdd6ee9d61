// SPDX-License-Identifier: Apache-2.0
// What a plugin's helper process may write to its socket: anything, in any pieces.
#include "plugin_host/helper_wire.hpp"

#include <kiosk_plugin.h>

#include <sys/socket.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>

using namespace kiosk::plugin_host;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    int pair[2];
    if (size > 100'000 || ::socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0)
        return 0;
    // Small enough for the socket's buffer: nobody has to read while it is written.
    if (size > 0 && ::send(pair[1], data, size, MSG_DONTWAIT) != static_cast<ssize_t>(size))
        size = 0;
    ::close(pair[1]);

    wire::FrameReader reader(pair[0], KIOSK_MAX_REPLY_BYTES);
    wire::Frame frame;
    std::size_t taken = 0;
    while (reader.next(frame, wire::now_us() + 1'000'000) == wire::ReadState::Complete) {
        KIOSK_ASSERT(frame.payload.size() <= KIOSK_MAX_REPLY_BYTES);
        taken += sizeof(wire::Header) + frame.payload.size();
        KIOSK_ASSERT(taken <= size);
        const auto error = wire::error_of(frame.header.code, frame.header.key, frame.payload);
        KIOSK_ASSERT(error.message_key.starts_with("error.plugin_"));
        KIOSK_ASSERT(error.context.size() <= wire::max_text_bytes && error.context.find('\n') == std::string::npos);
    }
    ::close(pair[0]);
    return 0;
}
