// SPDX-License-Identifier: Apache-2.0
#pragma once
// Reads foreign JSON by shape. Purpose: manifests and plugin replies are read with the same strictness: every key is
// known, every size bounded, every error names its place. Included by .cpp files only, because of nlohmann-json.
// Ownership: a Reader borrows its document. Threads: any. Failure: readers throw Malformed, which never leaves
// read_document(); that answers with a Result.
#include "core/result.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdint>
#include <exception>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kiosk::plugin_host {

using Json = nlohmann::json;

struct Malformed {
    std::string where;
    std::string what;
};

class Reader {
  public:
    // `keys`: all that may be there.
    Reader(const Json& json, std::string path, std::initializer_list<std::string_view> keys)
        : m_json(&json), m_path(std::move(path)) {
        if (!json.is_object())
            wrong("", "must be an object");
        for (const auto& [key, value] : json.items())
            if (std::find(keys.begin(), keys.end(), key) == keys.end())
                wrong(key.substr(0, 64), "is not known here");
    }

    bool has(const char* key) const {
        const auto found = m_json->find(key);
        return found != m_json->end() && !found->is_null();
    }
    const Json& at(const char* key) const {
        const auto found = m_json->find(key);
        if (found == m_json->end())
            wrong(key, "is missing");
        return *found;
    }
    std::string text(const char* key, std::size_t max_bytes) const {
        const Json& value = at(key);
        if (!value.is_string())
            wrong(key, "must be a text");
        auto text = value.get<std::string>();
        if (text.empty() || text.size() > max_bytes)
            wrong(key, text.empty() ? "is empty" : "is too long");
        return text;
    }
    std::int64_t integer(const char* key, std::int64_t min, std::int64_t max) const {
        const Json& value = at(key);
        // An unsigned number beyond int64 would wrap: ask for the sign first.
        const bool fits = value.is_number_integer() && (!value.is_number_unsigned() ||
                                                        value.get<std::uint64_t>() <= static_cast<std::uint64_t>(max));
        if (!fits || value.get<std::int64_t>() < min || value.get<std::int64_t>() > max)
            wrong(key, "must be a whole number from " + std::to_string(min) + " to " + std::to_string(max));
        return value.get<std::int64_t>();
    }
    bool flag(const char* key) const {
        const Json& value = at(key);
        if (!value.is_boolean())
            wrong(key, "must be true or false");
        return value.get<bool>();
    }
    const Json& list(const char* key, std::size_t max_items) const {
        const Json& value = at(key);
        if (!value.is_array())
            wrong(key, "must be a list");
        if (value.size() > max_items)
            wrong(key, "has too many entries");
        return value;
    }
    std::vector<std::string> texts(const char* key, std::size_t max_items, std::size_t max_bytes) const {
        std::vector<std::string> result;
        for (const Json& item : list(key, max_items)) {
            if (!item.is_string() || item.get_ref<const std::string&>().empty() ||
                item.get_ref<const std::string&>().size() > max_bytes)
                wrong(key, "must hold texts only");
            result.push_back(item.get<std::string>());
        }
        return result;
    }
    std::string path(const char* key) const { return m_path.empty() ? key : m_path + "." + key; }

    [[noreturn]] void wrong(std::string_view key, std::string what) const {
        std::string where = m_path;
        if (!key.empty())
            where += (where.empty() ? "" : ".") + std::string(key);
        throw Malformed{std::move(where), std::move(what)};
    }

  private:
    const Json* m_json;
    std::string m_path;
};

// `read` makes the value of the parsed document. `subject` is what the error is about: a path, a plugin and method.
template <typename Read>
auto read_document(std::string_view bytes, std::size_t limit_bytes, std::string_view message_key,
                   const std::string& subject, Read&& read)
    -> core::Result<decltype(read(std::declval<const Json&>()))> {
    using core::ErrorCode;
    if (bytes.size() > limit_bytes)
        return core::fail(ErrorCode::TooLarge, message_key,
                          subject + ": longer than " + std::to_string(limit_bytes) + " bytes");
    try {
        const Json document = Json::parse(bytes, nullptr, false);
        if (document.is_discarded())
            return core::fail(ErrorCode::Invalid, message_key, subject + ": not JSON");
        return read(document);
    } catch (const Malformed& malformed) {
        return core::fail(ErrorCode::Invalid, message_key, subject + ": " + malformed.where + " " + malformed.what);
    } catch (const std::exception& error) { // of the JSON library, or no memory
        return core::fail(ErrorCode::Invalid, message_key, subject + ": " + error.what());
    }
}

} // namespace kiosk::plugin_host
