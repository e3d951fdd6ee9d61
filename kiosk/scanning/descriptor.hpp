// SPDX-License-Identifier: Apache-2.0
#pragma once
// A file descriptor that closes itself, and the clock that scanning measures pauses with. Ownership: Descriptor owns.
// Threads: plain values. Failure: none.
#include <cstdint>
#include <ctime>
#include <unistd.h>
#include <utility>

namespace kiosk::scanning {

class Descriptor {
  public:
    Descriptor() = default;
    explicit Descriptor(int descriptor) : m_descriptor(descriptor) {}
    Descriptor(Descriptor&& other) noexcept : m_descriptor(std::exchange(other.m_descriptor, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        if (this != &other) {
            close();
            m_descriptor = std::exchange(other.m_descriptor, -1);
        }
        return *this;
    }
    ~Descriptor() { close(); }
    int get() const { return m_descriptor; }
    bool valid() const { return m_descriptor >= 0; }

  private:
    void close() {
        if (m_descriptor >= 0)
            ::close(m_descriptor);
        m_descriptor = -1;
    }
    int m_descriptor = -1;
};

inline std::int64_t monotonic_ms() {
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<std::int64_t>(now.tv_sec) * 1'000 + now.tv_nsec / 1'000'000;
}

} // namespace kiosk::scanning
