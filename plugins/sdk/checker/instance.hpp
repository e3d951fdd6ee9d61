// SPDX-License-Identifier: Apache-2.0
#pragma once
// A plugin as the checks hold it: raw, through its table, so that they can hand it what no host would. Purpose: one
// place that calls plugin code; what it throws, writes and logs is recorded. Ownership: an Instance is closed when it
// goes. Threads: one. Failure: recorded in the Answer; a crash is the runner's matter.
#include <kiosk_plugin.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace kiosk::checker {

struct Answer {
    std::int32_t code = KIOSK_OK;
    std::string bytes;
    bool too_large = false;
    bool null_piece = false; // wrote a null pointer with a size
    bool threw = false;      // an exception came across the border
    std::uint64_t refused_writes = 0;
    bool operator==(const Answer& other) const { return code == other.code && bytes == other.bytes; }
};

// Takes a reply; refuses beyond `limit` bytes.
class Recorder {
  public:
    explicit Recorder(std::uint64_t limit = KIOSK_MAX_REPLY_BYTES) : m_limit(limit) {}
    kiosk_sink sink() { return {this, &Recorder::write}; }
    Answer answer;

  private:
    static std::int32_t write(void* ctx, kiosk_bytes piece) noexcept;
    std::uint64_t m_limit;
};

// The host's side. May be made older or newer than it is.
struct Host {
    std::uint64_t lines = 0;
    std::uint64_t bytes = 0;
    bool wrong_line = false; // a null text, or a level that there is not
    kiosk_host table{sizeof(kiosk_host), KIOSK_ABI_MINOR, this, &Host::write};
    Host() = default;
    Host(const Host&) = delete;
    Host& operator=(const Host&) = delete;

  private:
    static void write(void* ctx, std::int32_t level, kiosk_bytes text) noexcept;
};

inline kiosk_bytes bytes_of(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

std::string config_of(std::string_view id); // {"format":1,"id":"…"}

class Instance {
  public:
    Instance(const kiosk_plugin& table, std::string_view id) : Instance(table, config_of(id), nullptr) {}
    // `host` may be another one than the ordinary; it must outlive the instance.
    Instance(const kiosk_plugin& table, std::string_view config, const kiosk_host* host);
    ~Instance();
    Instance(const Instance&) = delete;
    Instance& operator=(const Instance&) = delete;

    bool is_open() const { return m_open; }
    const Answer& opened() const { return m_opened; }
    Answer call(std::string_view method, std::string_view request);
    Answer call(kiosk_bytes method, kiosk_bytes request, kiosk_sink* sink, Recorder& recorder);
    const Host& host() const { return *m_host; }

  private:
    const kiosk_plugin& m_table;
    std::unique_ptr<Host> m_host = std::make_unique<Host>();
    void* m_self = nullptr;
    bool m_open = false;
    Answer m_opened;
};

// The message of a problem document; empty where the bytes are none.
std::string problem_of(std::string_view bytes);
std::string code_name(std::int32_t code);

} // namespace kiosk::checker
