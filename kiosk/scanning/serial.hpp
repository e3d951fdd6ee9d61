// SPDX-License-Identifier: Apache-2.0
#pragma once
// Scanners on a serial line (USB CDC or RS-232). Purpose: lines of text from a device, raw, ended by CR, LF or a pause.
// Ownership: owns the descriptor and a thread. Threads: poll() from one thread, the line is read on its own. Failure:
// an unplugged device is opened again when it is back; lines over 4096 bytes are dropped whole.
#include "core/result.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace kiosk::scanning {

// Bytes to lines; pure.
class LineAssembler {
  public:
    explicit LineAssembler(std::int64_t idle_ms = 150, std::size_t longest = 4'096)
        : m_idle_ms(idle_ms), m_longest(longest) {}
    std::vector<std::string> bytes(std::span<const char> bytes, std::int64_t now_ms);
    // Ends a line that has no terminator.
    std::optional<std::string> tick(std::int64_t now_ms);
    bool waiting() const { return !m_line.empty() || m_overflow; }

  private:
    std::int64_t m_idle_ms;
    std::size_t m_longest;
    std::string m_line;
    bool m_overflow = false;
    std::int64_t m_last_ms = 0;
};

struct SerialOptions {
    std::string device; // /dev/ttyACM0, or a stable name under /dev/serial/by-id
    int baud = 9'600;
    std::int64_t idle_ms = 150;
    std::int64_t retry_ms = 1'000; // between attempts to open
    std::function<void()> wake;    // called from the reading thread when poll() has news; must not block
};

class SerialScanner {
  public:
    static core::Result<std::unique_ptr<SerialScanner>> start(SerialOptions options);
    ~SerialScanner();
    std::vector<std::string> poll(); // lines since the last call
    bool connected() const;

  private:
    struct Impl;
    explicit SerialScanner(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> m_impl;
};

} // namespace kiosk::scanning
