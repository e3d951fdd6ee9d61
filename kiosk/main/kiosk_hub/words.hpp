// SPDX-License-Identifier: Apache-2.0
#pragma once
// What kiosk-hub says, in the language of whoever asked. Purpose: every sentence comes from the catalogue; a hub that
// speaks one language answers a command in the caller's own. Ownership: borrows the catalogue, which outlives it.
// Threads: any. Failure: a key that is not there shows as itself (a test fails on it).
#include "core/catalogue.hpp"
#include "core/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kiosk_hub {

namespace core = kiosk::core;

class Words {
public:
    using Args = std::vector<std::pair<std::string, std::string>>;

    Words(const core::Catalogue& texts, core::Language language) : m_texts(&texts), m_language(language) {}

    std::string text(std::string_view key, Args args = {}) const;
    bool has(std::string_view key) const { return m_texts->has(key); }
    // The same as a line.
    std::string line(std::string_view key, Args args = {}) const { return text(key, std::move(args)) + "\n"; }
    // What went wrong, and in parentheses where.
    std::string of(const core::Error& error) const;
    // A word of the protocol; itself where it has no translation.
    std::string term(std::string_view kind, const std::string& word) const;

    // "zh" and "en", as a command carries it; anything else is this one's own.
    std::string_view code() const { return m_language == core::Language::Chinese ? "zh" : "en"; }
    Words in(std::string_view code) const;

private:
    const core::Catalogue* m_texts;
    core::Language m_language;
};

// "2026-11-20 13:05", by this machine's time zone.
std::string local_time(std::int64_t unix_ms);

// A sentence on standard error; answers the exit code that goes with it.
int complain(const Words& words, const core::Error& error);
int exit_code_of(const core::Error& error);

} // namespace kiosk_hub
