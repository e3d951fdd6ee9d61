// SPDX-License-Identifier: Apache-2.0
#include "protocol/messages.hpp"

#include "core/json_fields.hpp"
#include "protocol/json_text.hpp"
#include "protocol/operation_reader.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace kiosk::sync::protocol {

namespace {

using kiosk::core::ErrorCode;
using kiosk::core::fail;
using kiosk::core::Json;
using kiosk::core::JsonFields;
namespace dom = simdjson::dom;

constexpr std::size_t max_list = 1000;
constexpr std::size_t max_text_bytes = 1000;

Result<Json> object_of(std::string_view text, std::string_view what) {
    if (text.size() > max_answer_bytes)
        return fail(ErrorCode::TooLarge, "error.field", std::string(what) + " is too large");
    return kiosk::core::parse_object(text, what);
}

Json::array_t texts(const std::vector<std::string>& list) { return {list.begin(), list.end()}; }

std::string short_text(JsonFields& fields, const char* name, bool required = true) {
    auto value = required ? fields.required_text(name) : fields.text(name);
    if (value.size() > max_text_bytes)
        fields.problem(name, "is too long");
    return value;
}

std::uint64_t natural(JsonFields& fields, const char* name) {
    const auto value = fields.optional_integer(name).value_or(-1);
    if (value < 0)
        fields.problem(name, "must be a number, not below 0");
    return static_cast<std::uint64_t>(std::max<std::int64_t>(value, 0));
}

std::vector<std::string> short_texts(JsonFields& fields, const char* name, std::size_t most = max_list) {
    auto list = fields.texts(name);
    if (list.size() > most || std::ranges::any_of(list, [](const auto& text) { return text.size() > max_text_bytes; }))
        fields.problem(name, "is too long");
    return list;
}

// Longer than other texts: ids of sessions.
constexpr std::size_t max_scope_bytes = 8000;

std::string scope_from(JsonFields& fields) {
    if (!fields.has("scope"))
        return "*"; // of a hub that knows no closed sessions
    auto scope = fields.text("scope");
    if (scope.size() > max_scope_bytes)
        fields.problem("scope", "is too long");
    return scope;
}

constexpr std::string_view status_words[] = {"", "stored", "duplicate", "quarantined"};
constexpr std::string_view standing_words[] = {"", "fits", "behind", "diverged"};

template <typename Word, std::size_t N>
std::optional<Word> parse_word(const std::string_view (&words)[N], std::string_view text) {
    for (std::size_t i = 1; i < N; ++i)
        if (words[i] == text)
            return static_cast<Word>(i);
    return std::nullopt;
}

std::optional<HeadStanding> parse_standing(std::string_view text) { return parse_word<HeadStanding>(standing_words, text); }

// What says nothing is left out: a deal's answer and a full give_back are long lists of short things.
Json wishes_json(const std::vector<LeaseWish>& wishes) {
    Json list = Json::array();
    for (const auto& wish : wishes) {
        Json item{{"resource", wish.resource}};
        if (wish.count != 1 || wish.capacity != 1) {
            item["count"] = wish.count;
            item["capacity"] = wish.capacity;
        }
        if (!wish.booking.empty())
            item["booking"] = wish.booking;
        if (wish.closing_seq > 0)
            item["closing_seq"] = wish.closing_seq;
        if (wish.holds)
            item["holds"] = true;
        list.push_back(std::move(item));
    }
    return list;
}

Result<std::vector<LeaseWish>> wishes_from(const JsonFields& fields, const char* name) {
    std::vector<LeaseWish> wishes;
    if (!fields.has(name))
        return wishes;
    const auto& list = fields.raw(name);
    if (!list.is_array() || list.size() > max_leases)
        return fail(ErrorCode::Invalid, "error.field", fmt::format("{} must be a list of at most {}", name, max_leases));
    for (const auto& item : list) {
        JsonFields wish(item, name);
        LeaseWish read{short_text(wish, "resource"), wish.optional_integer("count").value_or(1),
                       wish.optional_integer("capacity").value_or(1), short_text(wish, "booking", false),
                       wish.has("closing_seq") ? natural(wish, "closing_seq") : 0, wish.boolean("holds", false)};
        KIOSK_CHECK(wish.status());
        if (read.count < 0 || read.capacity < 1 || read.count > 1'000'000 || read.capacity > 1'000'000)
            return fail(ErrorCode::Invalid, "error.field", std::string(name) + ": count or capacity out of range");
        wishes.push_back(std::move(read));
    }
    return wishes;
}

// Texts of a push and a feed answer, by simdjson: these are the long ones.
std::string text_of(dom::object object, const char* name, bool& ok, bool required = true) {
    std::string_view value;
    const auto error = object[name].get(value);
    ok = ok && (!error || (!required && error == simdjson::NO_SUCH_FIELD)) && value.size() <= max_text_bytes;
    return error ? std::string() : std::string(value);
}

template <typename Number> Number number_of(dom::object object, const char* name, bool& ok) {
    Number value{};
    ok = ok && !object[name].get(value);
    return value;
}

} // namespace

std::string encode(const EnrollRequest& message) {
    return Json{{"code", message.code},         {"device", message.device},     {"incarnation", message.incarnation},
                {"event", message.event},       {"software", message.software}, {"as_hub", message.as_hub}}
        .dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<EnrollRequest> decode_enroll_request(std::string_view text) {
    KIOSK_TRY(const auto json, object_of(text, "enroll"));
    JsonFields fields(json, "enroll");
    EnrollRequest message{short_text(fields, "code"),         short_text(fields, "device"),
                          short_text(fields, "incarnation"),  short_text(fields, "event", false),
                          short_text(fields, "software", false), fields.boolean("as_hub", false)};
    KIOSK_CHECK(fields.status());
    return message;
}

std::string encode(const EnrollReply& message) {
    return Json{{"token", message.token}, {"device", message.device}, {"event", message.event},
                {"hub", message.hub},     {"epoch", message.epoch},   {"pins", texts(message.pins)}}
        .dump();
}

Result<EnrollReply> decode_enroll_reply(std::string_view text) {
    KIOSK_TRY(const auto json, object_of(text, "enroll"));
    JsonFields fields(json, "enroll");
    EnrollReply message{short_text(fields, "token"), short_text(fields, "device"), short_text(fields, "event", false),
                        short_text(fields, "hub"),   short_text(fields, "epoch"),  short_texts(fields, "pins")};
    KIOSK_CHECK(fields.status());
    return message;
}

std::string encode(const PushRequest& message) {
    std::string out = "{\"device\":";
    out.reserve(512 + message.operations.size() * 640);
    append_quoted(out, message.device);
    out += ",\"incarnation\":";
    append_quoted(out, message.incarnation);
    out += ",\"event\":";
    append_quoted(out, message.event);
    fmt::format_to(std::back_inserter(out), R"(,"head":{{"seq":{},"hash":"{}"}},"relay":{},"operations":[)",
                   message.head.seq, message.head.hash, message.relay);
    for (std::size_t i = 0; i < message.operations.size(); ++i) {
        if (i > 0)
            out += ',';
        append_operation(out, message.operations[i]);
    }
    out += "]}";
    return out;
}

Result<IncomingPush> decode_push_request(std::string_view text, const kiosk::core::Hasher& hasher) {
    KIOSK_TRY(const auto element, parse_document(text, max_body_bytes));
    dom::object object;
    if (element.get(object))
        return fail(ErrorCode::Invalid, "error.field", "push is not an object");
    IncomingPush push;
    bool ok = true;
    push.request.device = text_of(object, "device", ok);
    push.request.incarnation = text_of(object, "incarnation", ok);
    push.request.event = text_of(object, "event", ok);
    dom::object head;
    ok = ok && !object["head"].get(head);
    if (ok) {
        push.request.head.seq = number_of<std::uint64_t>(head, "seq", ok);
        push.request.head.hash = text_of(head, "hash", ok);
    }
    bool relay = false;
    if (const auto error = object["relay"].get(relay); error && error != simdjson::NO_SUCH_FIELD)
        ok = false;
    push.request.relay = relay;
    dom::array operations;
    if (!ok || object["operations"].get(operations) || push.request.device.empty() || push.request.incarnation.empty())
        return fail(ErrorCode::Invalid, "error.field",
                    "push needs device, incarnation, event, head {seq, hash} and operations");
    KIOSK_TRY(push.operations, read_array(operations, hasher, max_batch_operations));
    return push;
}

std::string encode(const PushReply& message) {
    std::string out = "{\"hub\":";
    append_quoted(out, message.hub);
    out += ",\"epoch\":";
    append_quoted(out, message.epoch);
    fmt::format_to(std::back_inserter(out), R"(,"time_ms":{},"statuses":[)", message.time_ms);
    for (std::size_t i = 0; i < message.statuses.size(); ++i) {
        if (i > 0)
            out += ',';
        append_quoted(out, status_words[static_cast<std::size_t>(message.statuses[i])]);
    }
    out += "],\"verdicts\":[";
    for (std::size_t i = 0; i < message.verdicts.size(); ++i) {
        fmt::format_to(std::back_inserter(out), R"({}{{"index":{},"verdict":)", i > 0 ? "," : "", message.verdicts[i].index);
        append_quoted(out, message.verdicts[i].verdict);
        out += '}';
    }
    out += "],\"acknowledged\":{";
    bool first = true;
    for (const auto& [chain, seq] : message.acknowledged) {
        if (!first)
            out += ',';
        first = false;
        append_quoted(out, chain);
        fmt::format_to(std::back_inserter(out), ":{}", seq);
    }
    fmt::format_to(std::back_inserter(out), R"(}},"head":"{}","latest":{},"cloned":{},"revoked":{},"pins":)",
                   standing_words[static_cast<std::size_t>(message.head)], message.latest, message.cloned, message.revoked);
    out += Json(texts(message.pins)).dump();
    out += ",\"scope\":";
    append_quoted(out, message.scope);
    out += '}';
    return out;
}

Result<PushReply> decode_push_reply(std::string_view text) {
    KIOSK_TRY(const auto json, object_of(text, "push"));
    JsonFields fields(json, "push");
    PushReply message;
    message.hub = short_text(fields, "hub");
    message.epoch = short_text(fields, "epoch");
    message.time_ms = static_cast<std::int64_t>(natural(fields, "time_ms"));
    message.latest = natural(fields, "latest");
    message.head = fields.word<HeadStanding>("head", HeadStanding::Fits, parse_standing);
    message.cloned = fields.boolean("cloned", false);
    message.revoked = fields.boolean("revoked", false);
    message.pins = short_texts(fields, "pins");
    message.scope = scope_from(fields);
    const auto& statuses = fields.raw("statuses");
    const auto& verdicts = fields.raw("verdicts");
    const auto& acknowledged = fields.raw("acknowledged");
    if (!statuses.is_array() || statuses.size() > max_batch_operations)
        fields.problem("statuses", "must be a list of at most 500");
    else
        for (const auto& word : statuses) {
            const auto status = word.is_string() ? parse_word<OpStatus>(status_words, word.get_ref<const std::string&>())
                                                 : std::nullopt;
            if (!status)
                fields.problem("statuses", "has an unknown word");
            message.statuses.push_back(status.value_or(OpStatus::Quarantined));
        }
    if (fields.has("verdicts") && (!verdicts.is_array() || verdicts.size() > max_batch_operations))
        fields.problem("verdicts", "must be a list of at most 500");
    else if (verdicts.is_array())
        for (const auto& item : verdicts) {
            JsonFields verdict(item, "verdicts");
            message.verdicts.push_back({natural(verdict, "index"), short_text(verdict, "verdict")});
            KIOSK_CHECK(verdict.status());
        }
    if (!acknowledged.is_object() || acknowledged.size() > max_list)
        fields.problem("acknowledged", "must be an object");
    else
        for (const auto& [chain, seq] : acknowledged.items()) {
            if (!seq.is_number_unsigned())
                fields.problem("acknowledged", "must hold numbers");
            else
                message.acknowledged[chain] = seq.get<std::uint64_t>();
        }
    KIOSK_CHECK(fields.status());
    return message;
}

std::string encode_feed_reply(const FeedReply& head, std::string_view operations_json) {
    std::string out = "{\"hub\":";
    out.reserve(operations_json.size() + 256);
    append_quoted(out, head.hub);
    out += ",\"epoch\":";
    append_quoted(out, head.epoch);
    fmt::format_to(std::back_inserter(out), R"(,"time_ms":{},"next":{},"latest":{},"scope":)", head.time_ms, head.next,
                   head.latest);
    append_quoted(out, head.scope);
    out += ",\"operations\":[";
    out += operations_json;
    out += "]}";
    return out;
}

Result<FeedReply> decode_feed_reply(std::string_view text, const kiosk::core::Hasher& hasher) {
    KIOSK_TRY(const auto element, parse_document(text, max_answer_bytes));
    dom::object object;
    if (element.get(object))
        return fail(ErrorCode::Invalid, "error.field", "feed is not an object");
    FeedReply reply;
    bool ok = true;
    reply.hub = text_of(object, "hub", ok);
    reply.epoch = text_of(object, "epoch", ok);
    reply.time_ms = number_of<std::int64_t>(object, "time_ms", ok);
    reply.next = number_of<std::uint64_t>(object, "next", ok);
    reply.latest = number_of<std::uint64_t>(object, "latest", ok);
    std::string_view scope = "*"; // absent: of a hub that knows no closed sessions
    if (const auto error = object["scope"].get(scope); error && error != simdjson::NO_SUCH_FIELD)
        ok = false;
    ok = ok && scope.size() <= max_scope_bytes;
    reply.scope = ok ? std::string(scope) : std::string();
    dom::array operations;
    if (!ok || object["operations"].get(operations) || reply.hub.empty() || reply.epoch.empty())
        return fail(ErrorCode::Invalid, "error.field", "feed needs hub, epoch, time_ms, next, latest and operations");
    KIOSK_TRY(reply.operations, read_array(operations, hasher, 10 * max_batch_operations));
    return reply;
}

std::string encode(const LeaseRequest& message) {
    Json json{{"device", message.device}, {"incarnation", message.incarnation}, {"want", wishes_json(message.want)},
              {"give_back", wishes_json(message.give_back)}};
    if (message.all_or_nothing)
        json["all_or_nothing"] = true;
    if (message.deal)
        json["deal"] = true;
    if (message.as_of_ms > 0)
        json["as_of_ms"] = message.as_of_ms;
    if (message.holds_seq)
        json["holds_seq"] = *message.holds_seq;
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<LeaseRequest> decode_lease_request(std::string_view text) {
    KIOSK_TRY(const auto json, object_of(text, "leases"));
    JsonFields fields(json, "leases");
    LeaseRequest message;
    message.device = short_text(fields, "device");
    message.incarnation = short_text(fields, "incarnation");
    message.all_or_nothing = fields.boolean("all_or_nothing", false);
    message.deal = fields.boolean("deal", false);
    message.as_of_ms = fields.optional_integer("as_of_ms").value_or(0);
    if (fields.has("holds_seq"))
        message.holds_seq = natural(fields, "holds_seq");
    KIOSK_CHECK(fields.status());
    KIOSK_TRY(message.want, wishes_from(fields, "want"));
    KIOSK_TRY(message.give_back, wishes_from(fields, "give_back"));
    return message;
}

std::string encode(const LeaseReply& message) {
    Json grants = Json::array();
    for (const auto& grant : message.grants) {
        Json item{{"resource", grant.resource}, {"granted", grant.granted}};
        if (grant.taken)
            item["taken"] = true;
        if (!grant.holder.empty())
            item["holder"] = grant.holder;
        if (grant.generation > 0)
            item["generation"] = grant.generation;
        grants.push_back(std::move(item));
    }
    Json json{{"hub", message.hub}, {"epoch", message.epoch}, {"time_ms", message.time_ms}, {"feed", message.feed},
              {"grants", std::move(grants)}};
    if (!message.given_back.empty())
        json["given_back"] = texts(message.given_back);
    if (!message.recalled.empty())
        json["recalled"] = texts(message.recalled);
    if (!message.awaited.empty())
        json["awaited"] = texts(message.awaited);
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<LeaseReply> decode_lease_reply(std::string_view text) {
    KIOSK_TRY(const auto json, object_of(text, "leases"));
    JsonFields fields(json, "leases");
    LeaseReply message;
    message.hub = short_text(fields, "hub");
    message.epoch = short_text(fields, "epoch");
    message.time_ms = static_cast<std::int64_t>(natural(fields, "time_ms"));
    // Without it nobody could know from when on a lease may be used.
    message.feed = natural(fields, "feed");
    message.given_back = short_texts(fields, "given_back", max_leases);
    message.recalled = short_texts(fields, "recalled", max_leases);
    message.awaited = short_texts(fields, "awaited", max_awaited);
    const auto& grants = fields.raw("grants");
    if (!grants.is_array() || grants.size() > 2 * max_leases) // wanted and dealt
        fields.problem("grants", "must be a list of at most 4000");
    KIOSK_CHECK(fields.status());
    for (const auto& item : grants) {
        JsonFields grant(item, "grants");
        LeaseGrant read;
        read.resource = short_text(grant, "resource");
        read.granted = static_cast<std::int64_t>(natural(grant, "granted"));
        read.taken = grant.boolean("taken", false);
        read.holder = short_text(grant, "holder", false);
        read.generation = grant.has("generation") ? natural(grant, "generation") : 0;
        KIOSK_CHECK(grant.status());
        if (read.granted > 1'000'000)
            return fail(ErrorCode::Invalid, "error.field", "grants: granted out of range");
        message.grants.push_back(std::move(read));
    }
    return message;
}

std::string encode(const ErrorReply& message) {
    Json json{{"error", message.error}, {"message", message.message}};
    if (message.retry_after_s)
        json["retry_after_s"] = *message.retry_after_s;
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<ErrorReply> decode_error_reply(std::string_view text) {
    KIOSK_TRY(const auto json, object_of(text, "error"));
    JsonFields fields(json, "error");
    ErrorReply message{short_text(fields, "error"), short_text(fields, "message", false),
                       fields.optional_integer("retry_after_s")};
    KIOSK_CHECK(fields.status());
    return message;
}

} // namespace kiosk::sync::protocol
