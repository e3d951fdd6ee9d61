// SPDX-License-Identifier: Apache-2.0
#pragma once
// Operations for the tests of the wire. Purpose: any operation that a store could have written, out of a seed, with the
// texts that break naive JSON. Ownership: values. Threads: one. Failure: none.
#include "core/sealing.hpp"
#include "crypto/crypto.hpp"

#include <random>
#include <string>
#include <vector>

namespace kiosk::test {

inline const crypto::Sodium& wire_hasher() {
    static const bool ready = crypto::initialise();
    static const crypto::Sodium sodium;
    KIOSK_ASSERT(ready);
    return sodium;
}

class WireRandom final : public core::Random {
public:
    explicit WireRandom(std::uint64_t seed) : m_engine(seed) {}
    void fill(std::span<std::uint8_t> bytes) override {
        for (auto& byte : bytes)
            byte = static_cast<std::uint8_t>(m_engine());
    }
    std::size_t pick(std::size_t n) { return static_cast<std::size_t>(m_engine() % n); }
    std::uint64_t number() { return m_engine(); }

private:
    std::mt19937_64 m_engine;
};

inline std::string any_text(WireRandom& random, std::size_t longest) {
    static const std::vector<std::string> pieces{
        "a", "Z", "0", " ", "\"", "\\", "/", "{", "}", "[", ",", ":", "\n", "\r", "\t", "\x01", "\x1f", "\x7f",
        std::string(1, '\0'), "王谷雨", "é", "\xF0\x9F\x8E\xAB", "\xE2\x80\xA8", "\\u0000", "</script>", "'", "\xEF\xBB\xBF"};
    std::string text;
    for (auto left = random.pick(longest + 1); left > 0; --left)
        text += pieces[random.pick(pieces.size())];
    return text;
}

inline core::Operation any_operation(std::uint64_t seed) {
    WireRandom random(seed);
    core::OperationDraft draft{random.pick(4) == 0 ? "kind." + std::to_string(random.pick(100)) : "scan",
                               any_text(random, 12), any_text(random, 60), {}};
    if (random.pick(2) == 0)
        draft.personal = any_text(random, 60);
    core::Seal seal{{"k" + std::to_string(random.pick(9)), "in-" + std::to_string(random.pick(9)), random.number() >> (1 + random.pick(60))},
                    {random.number() >> 1},
                    {static_cast<std::int64_t>(random.number())},
                    static_cast<std::int64_t>(random.number() >> random.pick(60)),
                    {},
                    {}};
    seal.id.seq += seal.id.seq == 0 ? 1 : 0;
    if (random.pick(2) == 0)
        seal.offset_ms = static_cast<std::int64_t>(random.number());
    random.fill(seal.previous);
    return core::seal(draft, seal, wire_hasher(), random);
}

inline bool same(const core::Operation& a, const core::Operation& b) {
    return a.id == b.id && a.kind == b.kind && a.version == b.version && a.hlc == b.hlc && a.wall == b.wall &&
           a.boot_ms == b.boot_ms && a.offset_ms == b.offset_ms && a.subject == b.subject && a.body == b.body &&
           a.personal == b.personal && a.personal_salt == b.personal_salt && a.personal_digest == b.personal_digest &&
           a.previous == b.previous && a.hash == b.hash;
}

} // namespace kiosk::test
