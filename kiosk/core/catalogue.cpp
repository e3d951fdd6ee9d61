// SPDX-License-Identifier: Apache-2.0
#include "core/catalogue.hpp"

#include <nlohmann/json.hpp>

#include <set>

namespace kiosk::core {

namespace {

// The {names} in a text.
std::set<std::string, std::less<>> arguments_of(std::string_view text) {
    std::set<std::string, std::less<>> names;
    for (std::size_t open = text.find('{'); open != std::string_view::npos; open = text.find('{', open + 1)) {
        const auto close = text.find('}', open);
        if (close == std::string_view::npos)
            break;
        names.emplace(text.substr(open + 1, close - open - 1));
    }
    return names;
}

} // namespace

Result<Catalogue> Catalogue::create(std::span<const Source> sources) {
    Catalogue catalogue;
    for (const auto& source : sources) {
        const auto json = nlohmann::json::parse(source.json, nullptr, false);
        if (!json.is_object())
            return fail(ErrorCode::Invalid, "error.catalogue_file", source.name + ": not a JSON object");
        for (const auto& [key, value] : json.items()) {
            if (!value.is_string())
                return fail(ErrorCode::Invalid, "error.catalogue_file", source.name + ": " + key + " is not a text");
            auto& entry = catalogue.m_texts[key];
            auto& text = source.language == Language::Chinese ? entry.zh : entry.en;
            if (!text.empty())
                return fail(ErrorCode::Invalid, "error.catalogue_file", source.name + ": " + key + " is there twice");
            text = value.get<std::string>();
        }
    }
    for (const auto& [key, text] : catalogue.m_texts) {
        if (text.zh.empty() || text.en.empty())
            return fail(ErrorCode::Invalid, "error.catalogue_file",
                        key + " is missing in " + (text.zh.empty() ? "zh" : "en"));
        if (arguments_of(text.zh) != arguments_of(text.en))
            return fail(ErrorCode::Invalid, "error.catalogue_file", key + " has other arguments in zh than in en");
    }
    return catalogue;
}

std::string Catalogue::text(Language language, std::string_view key) const {
    const auto found = m_texts.find(key);
    return found == m_texts.end() ? std::string(key) : found->second.in(language);
}

std::string Catalogue::text(Language language, const Message& message) const {
    const auto pattern = text(language, message.key);
    std::string out;
    for (std::size_t at = 0; at < pattern.size();) {
        const auto open = pattern.find('{', at);
        const auto close = open == std::string::npos ? open : pattern.find('}', open);
        if (close == std::string::npos) {
            out.append(pattern, at);
            break;
        }
        out.append(pattern, at, open - at);
        const auto name = std::string_view(pattern).substr(open + 1, close - open - 1);
        for (const auto& [argument, value] : message.args)
            if (argument == name)
                out += value;
        at = close + 1;
    }
    return out;
}

bool Catalogue::has(std::string_view key) const { return m_texts.contains(key); }

std::vector<std::string> Catalogue::keys() const {
    std::vector<std::string> keys;
    for (const auto& [key, text] : m_texts)
        keys.push_back(key);
    return keys;
}

} // namespace kiosk::core
