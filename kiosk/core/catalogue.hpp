// SPDX-License-Identifier: Apache-2.0
#pragma once
// The text catalogue. Purpose: every user-visible sentence, by key, in zh and en, with {named} arguments.
// Ownership: holds its texts; immutable after loading. Threads: any. Failure: loading says which key or file is wrong;
// a missing key shows as the key itself (and a test fails on it).
#include "core/model.hpp"
#include "core/result.hpp"

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kiosk::core {

// A sentence to be shown: its key and arguments. The language is chosen where it is drawn.
struct Message {
    std::string key;
    std::vector<std::pair<std::string, std::string>> args;
    bool empty() const { return key.empty(); }
};

class Catalogue {
public:
    // Flat JSON objects of key → text, several a language (assets/locale/zh/*.json). Every key must be in both
    // languages once, with the same {arguments}.
    struct Source {
        Language language = Language::Chinese;
        std::string name; // file name, for the error
        std::string json;
    };
    static Result<Catalogue> create(std::span<const Source> sources);

    std::string text(Language language, std::string_view key) const;
    std::string text(Language language, const Message& message) const;
    bool has(std::string_view key) const;
    std::vector<std::string> keys() const;

private:
    std::map<std::string, LocalText, std::less<>> m_texts;
};

} // namespace kiosk::core
