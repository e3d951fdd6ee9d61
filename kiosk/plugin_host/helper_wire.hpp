// SPDX-License-Identifier: Apache-2.0
#pragma once
// What the kiosk and a plugin's helper process say to each other. Purpose: frames over a stream socket, each a header of
// eight bytes (native byte order: both ends are on one machine, installed together) and a payload of bounded size. The
// kiosk trusts nothing that it reads: kind, size and order are checked before a byte is used. Ownership: a FrameReader
// borrows the socket. Threads: one per end. Failure: as a ReadState or `false`; whoever gets one gives up the connection.
//
//   kiosk → helper   Open   u32 wire version, u32 ABI of the manifest, plugin id       once, first
//                    Call   code: length of the method; method, request
//   helper → kiosk   Ready                                                             answers Open
//                    Refused  code: ErrorCode, key: sentence; what is wrong            answers Open, then it ends
//                    Reply  code: 0 or ErrorCode, key: sentence; the reply or what is wrong
//                    Log    code: LogLevel; one line                                   before Ready or Reply
//                    Barred i32 system call that the sandbox forbids; then it ends
#include "core/result.hpp"

#include <sys/types.h>
#include <sys/uio.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kiosk::plugin_host::wire {

constexpr std::uint32_t version = 1;
constexpr int socket_descriptor = 3;  // where the helper finds its socket
constexpr int library_descriptor = 4; // and the sealed bytes of the library

constexpr std::size_t max_request_bytes = 8u << 20;
constexpr std::size_t max_text_bytes = 4096; // of every frame from the helper but a reply
constexpr std::size_t max_log_line_bytes = 1000;
constexpr int max_log_lines = 64; // of one call; what a plugin logs beyond is counted, not sent

enum class Kind : std::uint8_t { Open = 1, Call, Ready, Refused, Reply, Log, Barred };

struct Header {
    std::uint32_t size = 0; // of the payload
    Kind kind = Kind::Open;
    std::uint8_t code = 0;
    std::uint8_t key = 0;
    std::uint8_t zero = 0;
};
static_assert(sizeof(Header) == 8);

struct Frame {
    Header header;
    std::string_view payload; // valid until the next read
};

enum class ReadState : std::uint8_t { Complete = 1, Closed, TimedOut, Malformed };

// CLOCK_MONOTONIC; no deadline means to wait for ever.
using Deadline = std::optional<std::int64_t>;
std::int64_t now_us();

// The payload is the pieces one after the other. Never raises SIGPIPE. False: the other end is gone, or the time is up.
bool send_frame(int socket, Header header, std::span<const std::string_view> pieces, Deadline deadline = {});

class FrameReader {
  public:
    // `max_payload`: anything longer is Malformed.
    FrameReader(int socket, std::size_t max_payload);
    ReadState next(Frame& frame, Deadline deadline = {});
    bool empty() const { return m_begin == m_end; } // nothing received that has not been handed out

  private:
    ReadState fill(std::size_t wanted, Deadline deadline);

    int m_socket;
    std::size_t m_max_payload;
    std::vector<char> m_buffer;
    std::size_t m_begin = 0, m_end = 0; // what has been received and not yet been handed out
};

// Errors cross as a code and the number of a sentence; a helper can't make the kiosk show anything else.
std::uint8_t key_number(std::string_view message_key);
core::Error error_of(std::uint8_t code, std::uint8_t key, std::string_view context);
// Foreign text for a log: bounded, one line, no control characters.
std::string one_line(std::string_view text, std::size_t max_bytes);

} // namespace kiosk::plugin_host::wire
