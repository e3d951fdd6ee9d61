// SPDX-License-Identifier: Apache-2.0
#include "protocol/operation_json.hpp"

#include "core/sealing.hpp"
#include "protocol/json_text.hpp"
#include "protocol/operation_reader.hpp"

#include <fmt/compile.h>
#include <fmt/format.h>

#include <iterator>

namespace kiosk::sync::protocol {

namespace {

using kiosk::core::Digest;
using kiosk::core::ErrorCode;
using kiosk::core::fail;
using kiosk::core::Operation;
using kiosk::core::Result;
namespace json = simdjson::dom;

void append_digest(std::string& out, const Digest& digest) {
    out += '"';
    append_base64(out, kiosk::core::bytes_of(digest));
    out += '"';
}

constexpr std::size_t max_kind_bytes = 64;

// The fields of one object; false with the first that is missing, of another type or out of bounds.
class Fields {
public:
    explicit Fields(json::object object) : m_object(object) {}

    std::string_view text(const char* name, bool required = true) {
        std::string_view value;
        const auto error = m_object[name].get(value);
        if (error && (required || error != simdjson::NO_SUCH_FIELD))
            m_ok = false;
        return error ? std::string_view{} : value;
    }
    template <typename Number> Number number(const char* name) {
        Number value{};
        if (m_object[name].get(value))
            m_ok = false;
        return value;
    }
    std::optional<std::int64_t> optional_number(const char* name) {
        std::int64_t value = 0;
        const auto error = m_object[name].get(value);
        if (error && error != simdjson::NO_SUCH_FIELD)
            m_ok = false;
        return error ? std::nullopt : std::optional(value);
    }
    void digest(const char* name, Digest& digest, bool required = true) {
        const auto value = text(name, required);
        if (value.empty() && !required)
            return;
        if (!read_base64(value, reinterpret_cast<char*>(digest.data()), digest.size()))
            m_ok = false;
    }
    void fail() { m_ok = false; }
    bool ok() const { return m_ok; }

private:
    json::object m_object;
    bool m_ok = true;
};

bool read_fields(json::object object, Operation& operation) {
    Fields fields(object);
    auto id = kiosk::core::parse_operation_id(fields.text("id"));
    if (!id || id->device.size() > max_id_bytes || id->incarnation.size() > max_id_bytes)
        return false;
    operation.id = std::move(*id);
    operation.kind = fields.text("kind");
    operation.version = 0;
    if (const auto version = fields.number<std::uint64_t>("version"); version <= UINT32_MAX)
        operation.version = static_cast<std::uint32_t>(version);
    else
        fields.fail();
    operation.hlc = {fields.number<std::uint64_t>("hlc")};
    operation.wall = {fields.number<std::int64_t>("wall_ms")};
    operation.boot_ms = fields.number<std::int64_t>("boot_ms");
    operation.offset_ms = fields.optional_number("offset_ms");
    operation.subject = fields.text("subject");
    operation.body = fields.text("body");
    fields.digest("previous", operation.previous);
    fields.digest("hash", operation.hash);
    fields.digest("personal_digest", operation.personal_digest, false);
    const auto salt = fields.text("salt", false);
    if (!salt.empty()) {
        operation.personal_salt.resize(kiosk::core::personal_salt_bytes);
        if (!read_base64(salt, operation.personal_salt.data(), operation.personal_salt.size()))
            fields.fail();
        operation.personal = fields.text("personal", false);
    }
    return fields.ok() && !operation.kind.empty() && operation.kind.size() <= max_kind_bytes;
}

// The clock of a database is a signed number; anything beyond is nobody's.
bool within_bounds(const Operation& operation) {
    return operation.hlc.value <= static_cast<std::uint64_t>(INT64_MAX) &&
           operation.id.seq <= static_cast<std::uint64_t>(INT64_MAX);
}

} // namespace

void append_line(std::string& out, const Operation& operation) {
    auto to = std::back_inserter(out);
    out += "{\"id\":";
    append_quoted(out, kiosk::core::to_string(operation.id));
    out += ",\"kind\":";
    append_quoted(out, operation.kind);
    fmt::format_to(to, FMT_COMPILE(R"(,"version":{},"hlc":{},"wall_ms":{},"boot_ms":{})"), operation.version,
                   operation.hlc.value, operation.wall.unix_ms, operation.boot_ms);
    if (operation.offset_ms)
        fmt::format_to(to, FMT_COMPILE(R"(,"offset_ms":{})"), *operation.offset_ms);
    out += ",\"subject\":";
    append_quoted(out, operation.subject);
    out += ",\"body\":";
    append_quoted(out, operation.body);
    out += ",\"previous\":";
    append_digest(out, operation.previous);
    out += ",\"hash\":";
    append_digest(out, operation.hash);
    if (operation.personal_digest != Digest{}) {
        out += ",\"personal_digest\":";
        append_digest(out, operation.personal_digest);
    }
    out += '}';
}

std::string personal_fragment(const Operation& operation) {
    if (operation.personal.empty())
        return {};
    std::string out = "\"salt\":\"";
    append_base64(out, operation.personal_salt);
    out += "\",\"personal\":";
    append_quoted(out, operation.personal);
    return out;
}

void append_joined(std::string& out, std::string_view line, std::string_view personal_fragment) {
    if (personal_fragment.empty() || line.empty()) {
        out += line;
        return;
    }
    out.append(line.substr(0, line.size() - 1)); // its closing brace
    out += ',';
    out += personal_fragment;
    out += '}';
}

void append_operation(std::string& out, const Operation& operation) {
    append_line(out, operation);
    if (operation.personal.empty())
        return;
    out.pop_back();
    out += ',';
    out += personal_fragment(operation);
    out += '}';
}

ReadOperation read_element(json::element element, const kiosk::core::Hasher& hasher) {
    ReadOperation read;
    const auto refuse = [&](const char* problem) {
        read.problem = problem;
        read.raw = simdjson::minify(element);
        // What is too large to keep is kept as far as it goes: enough to see where it came from.
        if (read.raw.size() > max_operation_bytes) {
            auto end = max_operation_bytes;
            while (end > 0 && (static_cast<unsigned char>(read.raw[end]) & 0xC0) == 0x80)
                --end; // whole characters: databases refuse half ones
            read.raw.resize(end);
            read.problem = "too_large";
        }
    };
    json::object object;
    if (element.get(object) || !read_fields(object, read.operation) || !within_bounds(read.operation)) {
        refuse("malformed");
        return read;
    }
    auto& operation = read.operation;
    if (operation.subject.size() + operation.body.size() + operation.personal.size() > max_operation_bytes / 2) {
        refuse("too_large");
        return read;
    }
    if (kiosk::core::chain_hash(hasher, operation) != operation.hash) {
        refuse("hash");
        return read;
    }
    if (!operation.personal.empty() && kiosk::core::personal_digest(hasher, operation.personal_salt,
                                                                    operation.personal) != operation.personal_digest) {
        operation.personal.clear();
        operation.personal_salt.clear();
    }
    return read;
}

Result<std::vector<ReadOperation>> read_array(json::array array, const kiosk::core::Hasher& hasher, std::size_t limit) {
    std::vector<ReadOperation> read;
    read.reserve(std::min(limit, array.size()));
    for (const auto element : array) {
        if (read.size() >= limit)
            return fail(ErrorCode::TooLarge, "error.field", fmt::format("operations: more than {} at once", limit));
        read.push_back(read_element(element, hasher));
    }
    return read;
}

simdjson::dom::parser& operation_parser() {
    thread_local simdjson::dom::parser parser;
    return parser;
}

Result<json::element> parse_document(std::string_view text, std::size_t limit) {
    if (text.size() > limit)
        return fail(ErrorCode::TooLarge, "error.field", "the message is too large");
    json::element element;
    if (const auto error = operation_parser().parse(text.data(), text.size(), true).get(element))
        return fail(ErrorCode::Invalid, "error.field", std::string("no JSON: ") + simdjson::error_message(error));
    return element;
}

Result<std::vector<ReadOperation>> read_operations(std::string_view array_json, const kiosk::core::Hasher& hasher,
                                                   std::size_t limit) {
    KIOSK_TRY(const auto element, parse_document(array_json, max_answer_bytes));
    json::array array;
    if (element.get(array))
        return fail(ErrorCode::Invalid, "error.field", "operations must be a list");
    return read_array(array, hasher, limit);
}

Result<Operation> read_operation(std::string_view text, const kiosk::core::Hasher& hasher) {
    KIOSK_TRY(const auto element, parse_document(text, max_answer_bytes));
    auto read = read_element(element, hasher);
    if (!read.problem.empty())
        return fail(ErrorCode::Invalid, "error.field", "operation: " + read.problem);
    return std::move(read.operation);
}

} // namespace kiosk::sync::protocol
