// SPDX-License-Identifier: Apache-2.0
#pragma once
// Reading JSON objects of outside input field by field. Purpose: one way to say "this field, of this type, or a clear
// error that names it". Internal to core's .cpp files (it pulls in the JSON library). Ownership: borrows the object.
// Threads: any. Failure: the first problem is kept; ask for it with status() at the end.
#include "core/json_depth.hpp"
#include "core/model.hpp"
#include "core/operation.hpp"
#include "core/result.hpp"

#include <nlohmann/json.hpp>

#include <string>

namespace kiosk::core {

using Json = nlohmann::json;

// Discarded where it is no JSON, or nested deeper than anything of ours.
inline Json parse_json(std::string_view text) {
    return json_nests_within(text) ? Json::parse(text, nullptr, false) : Json(Json::value_t::discarded);
}

class JsonFields {
public:
    JsonFields(const Json& object, std::string what) : m_object(object), m_what(std::move(what)) {
        if (!object.is_object())
            problem("", "is not an object");
    }

    bool has(const char* name) const {
        return m_object.is_object() && m_object.contains(name) && !m_object.at(name).is_null();
    }
    const Json& raw(const char* name) const {
        static const Json null;
        return has(name) ? m_object.at(name) : null;
    }

    std::string text(const char* name, std::string fallback = {}) {
        if (!has(name))
            return fallback;
        if (raw(name).is_string())
            return raw(name).get<std::string>();
        problem(name, "must be a text");
        return fallback;
    }
    std::string required_text(const char* name) {
        auto value = text(name);
        if (value.empty())
            problem(name, "is missing or empty");
        return value;
    }
    std::optional<std::string> optional_text(const char* name) {
        return has(name) ? std::optional(text(name)) : std::nullopt;
    }
    bool boolean(const char* name, bool fallback) {
        if (!has(name))
            return fallback;
        if (raw(name).is_boolean())
            return raw(name).get<bool>();
        problem(name, "must be true or false");
        return fallback;
    }
    std::optional<std::int64_t> optional_integer(const char* name) {
        if (!has(name))
            return std::nullopt;
        if (raw(name).is_number_integer())
            return raw(name).get<std::int64_t>();
        problem(name, "must be a whole number");
        return std::nullopt;
    }
    std::optional<Instant> optional_instant(const char* name) {
        if (!has(name))
            return std::nullopt;
        const auto parsed = parse_rfc3339(text(name));
        if (parsed)
            return *parsed;
        problem(name, "must be a time such as 2026-11-20T13:05:00+08:00");
        return std::nullopt;
    }
    LocalText local_text(const char* stem) {
        const auto name = std::string(stem);
        return {text((name + "_zh").c_str()), text((name + "_en").c_str())};
    }
    std::vector<std::string> texts(const char* name) { return optional_texts(name).value_or(std::vector<std::string>{}); }
    std::optional<std::vector<std::string>> optional_texts(const char* name) {
        if (!has(name))
            return std::nullopt;
        std::vector<std::string> values;
        if (!raw(name).is_array())
            problem(name, "must be a list");
        else
            for (const auto& item : raw(name)) {
                if (!item.is_string())
                    problem(name, "must be a list of texts");
                else
                    values.push_back(item.get<std::string>());
            }
        return values;
    }
    // A word out of a fixed set, through its parse function.
    template <typename T>
    T word(const char* name, T fallback, std::optional<T> (*parse)(std::string_view)) {
        if (!has(name))
            return fallback;
        if (const auto value = parse(text(name)))
            return *value;
        problem(name, "has an unknown value");
        return fallback;
    }

    void problem(std::string_view name, std::string_view what) {
        if (m_problem.empty())
            m_problem = m_what + (name.empty() ? "" : "." + std::string(name)) + " " + std::string(what);
    }
    Status status() const {
        if (m_problem.empty())
            return {};
        return fail(ErrorCode::Invalid, "error.field", m_problem);
    }

private:
    const Json& m_object;
    std::string m_what;
    std::string m_problem;
};

constexpr std::size_t max_uid_bytes = 200; // of anything that names a row

Result<Json> parse_object(std::string_view text, std::string_view what);
std::string dump_json(const Json& json); // canonical: keys sorted, no white space, broken UTF-8 replaced
// The body of an operation of that kind.
Result<Json> body_of(const Operation& operation, std::string_view kind);
void put_text(Json& json, const char* name, const std::string& value); // left out where it is empty

Json to_json(const Answer& answer);
Json answers_to_json(const Answers& answers);
Result<Answers> answers_from(const Json& object);
Result<Consents> consents_from(const Json& object);

} // namespace kiosk::core
