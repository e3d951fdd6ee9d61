// SPDX-License-Identifier: Apache-2.0
// Operations and documents from another device or an older database: what decodes is written back alike. Pinned forms,
// and the leads that answers make by their rules, too.
#include "core/closed_sessions.hpp"
#include "core/bookings.hpp"
#include "core/leads.hpp"
#include "core/records.hpp"
#include "core/responses.hpp"
#include "support/operations.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

using namespace kiosk::core;

namespace {

// What was decoded is encoded and must decode to the same bytes again.
template <typename Decode, typename Make>
void round_trip(const Operation& operation, Decode decode, Make make) {
    const auto decoded = decode(operation);
    if (!decoded)
        return;
    const auto draft = make(*decoded);
    const auto redecoded = decode(kiosk::test::unsealed(draft));
    KIOSK_ASSERT(redecoded.has_value());
    const auto redraft = make(*redecoded);
    KIOSK_ASSERT(redraft.body == draft.body && redraft.personal == draft.personal);
}

void decode_all(const std::string& body, const std::string& personal) {
    Operation operation;
    operation.body = body;
    operation.personal = personal;
    operation.kind = operation_kind::scan;
    round_trip(operation, decode_scan, make_scan);
    operation.kind = operation_kind::registration_set;
    round_trip(operation, decode_registration, make_registration);
    operation.kind = operation_kind::config_set;
    round_trip(operation, decode_config, make_config);
    operation.kind = operation_kind::invitation_set;
    round_trip(operation, decode_invitation, make_invitation);
    operation.kind = operation_kind::response_set;
    round_trip(operation, decode_response, make_response);
    operation.kind = operation_kind::lead_set;
    round_trip(operation, decode_lead, make_lead);
    operation.kind = operation_kind::session_set;
    round_trip(operation, decode_private_session, make_private_session);
    operation.kind = operation_kind::session_act;
    round_trip(operation, decode_session_act, make_session_act);
    operation.kind = operation_kind::quota_set;
    round_trip(operation, decode_quota, make_quota);
    for (const auto kind : {operation_kind::session_set, operation_kind::booking_request, operation_kind::note}) {
        operation.kind = kind;
        (void)confidential_session(operation);
    }
    operation.kind = operation_kind::booking_request;
    round_trip(operation, decode_booking_request, make_booking_request);
    operation.kind = operation_kind::booking_act;
    round_trip(operation, decode_booking_act, [](const BookingActRecord& act) { return make_booking_act(act, {}); });
    operation.kind = operation_kind::undo;
    (void)decode_undo(operation);
    operation.kind = operation_kind::revocation_add;
    (void)decode_revocation(operation);
    operation.kind = operation_kind::personal_erase;
    (void)decode_erasure(operation);
}

// The first line is a form, the second answers to it.
void fill_in(const std::string& form_text, const std::string& answers_text) {
    const auto form = parse_form(form_text);
    if (!form)
        return;
    const auto written = form_json(*form);
    const auto again = parse_form(written);
    KIOSK_ASSERT(again.has_value());
    KIOSK_ASSERT(form_json(*again) == written);
    auto answers = parse_answers(answers_text);
    if (!answers)
        return;
    Response response;
    response.uid = "r";
    response.status = ResponseStatus::Final;
    response.answers = std::move(*answers);
    for (const auto& lead : leads_of(response, *form)) {
        (void)decode_lead(kiosk::test::unsealed(make_lead(lead))); // a rule may name a type that no lead can have
    }
}

void assemble(std::string_view entity, const std::string& json) {
    const ConfigDocument event{"event", "", R"({"code":"DEMO","type":"salon","starts":"2026-11-20T13:00:00+08:00","timezone":"Asia/Shanghai"})"};
    const std::array documents{event, ConfigDocument{std::string(entity), "x", json}};
    const auto config = entity == "event" ? assemble_config(std::span(documents).last(1)) : assemble_config(documents);
    if (!config)
        return;
    const auto again = assemble_config(config_documents(*config));
    KIOSK_ASSERT(again.has_value());
    (void)booking_policy(*config);
}

// One name for each resource: what is read is written alike.
void name_resource(std::string_view text) {
    const auto resource = parse_resource(text);
    KIOSK_ASSERT(!resource || resource_text(*resource) == text);
}

// Brackets by the thousand are more than the fuzzer would write down: the count is in the first bytes.
std::string nested(const std::string& input) {
    constexpr std::size_t deepest = 100'000;
    const auto depth = input.size() < 2 ? 0 : static_cast<std::uint8_t>(input[0]) * 400U + static_cast<std::uint8_t>(input[1]);
    const auto brackets = std::min<std::size_t>(depth, deepest);
    return R"({"id":"main","rules":)" + std::string(brackets, '[') + std::string(brackets, ']') + "}";
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string input(reinterpret_cast<const char*>(data), size);
    const auto newline = input.find('\n');
    decode_all(input.substr(0, newline), newline == std::string::npos ? std::string() : input.substr(newline + 1));
    fill_in(input.substr(0, newline), newline == std::string::npos ? "{}" : input.substr(newline + 1));
    (void)parse_person(input);
    (void)parse_answers(input);
    (void)parse_consents(input);
    (void)parse_operation_id(input);
    name_resource(input);
    assemble("checkpoint", nested(input));
    for (const char* entity : {"event", "ticket_type", "session", "checkpoint", "question", "key", "staff", "unit"})
        assemble(entity, input);
    return 0;
}
