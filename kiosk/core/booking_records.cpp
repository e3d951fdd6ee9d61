// SPDX-License-Identifier: Apache-2.0
// What the operations about bookings carry, and their JSON. All input is bounded: it may come from a device that is not ours.
#include "core/bookings.hpp"
#include "core/json_fields.hpp"

#include <algorithm>

namespace kiosk::core {

namespace {

constexpr std::size_t max_participants = 64;
constexpr std::size_t max_leases = 256;
constexpr std::size_t max_topic_characters = 200; // read; what is made here has at most 60
constexpr std::size_t max_note_bytes = 8000;
constexpr std::int64_t max_unix_ms = 253'402'300'799'999; // the year 9999

std::size_t characters(std::string_view utf8) {
    return static_cast<std::size_t>(
        std::ranges::count_if(utf8, [](char byte) { return (static_cast<unsigned char>(byte) & 0xc0) != 0x80; }));
}

std::string short_text(JsonFields& fields, const char* name) {
    auto text = fields.text(name);
    if (text.size() > max_uid_bytes)
        fields.problem(name, "is too long");
    return text;
}

std::string required_short_text(JsonFields& fields, const char* name) {
    auto text = fields.required_text(name);
    if (text.size() > max_uid_bytes)
        fields.problem(name, "is too long");
    return text;
}

Instant moment(JsonFields& fields, const char* name, std::optional<Instant> fallback = std::nullopt) {
    const auto ms = fields.optional_integer(name);
    if (!ms) {
        if (!fallback)
            fields.problem(name, "is missing");
        return fallback.value_or(Instant{});
    }
    if (*ms < 0 || *ms > max_unix_ms)
        fields.problem(name, "is no time");
    return {*ms};
}

void read_participants(JsonFields& fields, std::vector<Participant>& participants) {
    const auto& list = fields.raw("participants");
    if (!list.is_array() || list.empty() || list.size() > max_participants) {
        fields.problem("participants", "must be a list of 1 to 64 people");
        return;
    }
    for (const auto& item : list) {
        JsonFields person(item, "participants");
        Participant participant{required_short_text(person, "ticket"), short_text(person, "registration")};
        if (!person.status())
            fields.problem("participants", "has one without a ticket, or too long a text");
        if (std::ranges::find(participants, participant.ticket, &Participant::ticket) != participants.end())
            fields.problem("participants", "names somebody twice");
        participants.push_back(std::move(participant));
    }
}

void read_must_accept(JsonFields& fields, BookingRequest& request) {
    request.must_accept = fields.texts("must_accept");
    if (request.must_accept.size() > max_participants)
        fields.problem("must_accept", "is too long");
    else
        for (const auto& ticket : request.must_accept)
            if (std::ranges::find(request.participants, ticket, &Participant::ticket) == request.participants.end())
                fields.problem("must_accept", "names somebody who does not take part");
}

void read_leases(JsonFields& fields, BookingActRecord& act) {
    if (!fields.has("leases"))
        return;
    const auto& leases = fields.raw("leases");
    if (!leases.is_object() || leases.size() > max_leases) {
        fields.problem("leases", "must be an object of at most 256");
        return;
    }
    for (const auto& [text, generation] : leases.items()) {
        if (!generation.is_number_unsigned() || !parse_resource(text)) {
            fields.problem("leases", "must give a number for each resource");
            return;
        }
        act.leases[text] = generation.get<std::uint64_t>();
    }
}

} // namespace

OperationDraft make_booking_request(const BookingRequest& request) {
    Json body{{"at", request.at.unix_ms},
              {"ends", request.ends.unix_ms},
              {"starts", request.starts.unix_ms},
              {"uid", request.uid}};
    auto& participants = body["participants"] = Json::array();
    for (const auto& participant : request.participants) {
        Json person{{"ticket", participant.ticket}};
        put_text(person, "registration", participant.registration);
        participants.push_back(std::move(person));
    }
    if (!request.must_accept.empty())
        body["must_accept"] = request.must_accept;
    put_text(body, "by", request.by);
    put_text(body, "confidential", request.confidential);
    put_text(body, "purpose", request.purpose);
    put_text(body, "replaces", request.replaces);
    put_text(body, "session", request.session);
    put_text(body, "slot", request.slot);
    put_text(body, "unit", request.unit);
    return {std::string(operation_kind::booking_request), request.uid, dump_json(body),
            request.topic.empty() ? std::string() : dump_json(Json{{"topic", request.topic}})};
}

Result<BookingRequest> decode_booking_request(const Operation& operation) {
    KIOSK_TRY(const auto body, body_of(operation, operation_kind::booking_request));
    JsonFields fields(body, "booking");
    BookingRequest request;
    request.uid = required_short_text(fields, "uid");
    request.unit = short_text(fields, "unit");
    request.slot = short_text(fields, "slot");
    request.session = short_text(fields, "session");
    if (request.session.empty() == (request.unit.empty() || request.slot.empty()) ||
        (!request.session.empty() && (!request.unit.empty() || !request.slot.empty())))
        fields.problem("unit", "and a slot, or a session, is what can be booked");
    request.starts = moment(fields, "starts");
    request.ends = moment(fields, "ends");
    // Only a session may have no times; both are 0 then.
    if (request.ends < request.starts || (request.session.empty() && request.ends == request.starts))
        fields.problem("ends", "must be after it starts");
    read_participants(fields, request.participants);
    read_must_accept(fields, request);
    request.purpose = short_text(fields, "purpose"); // one of a newer version is kept and shown as it is
    request.by = short_text(fields, "by");
    request.replaces = short_text(fields, "replaces");
    request.confidential = short_text(fields, "confidential");
    request.at = moment(fields, "at", operation.wall);
    KIOSK_CHECK(fields.status());
    if (operation.personal.empty())
        return request;
    KIOSK_TRY(const auto personal, parse_object(operation.personal, "booking.personal"));
    JsonFields own(personal, "booking.personal");
    request.topic = own.text("topic");
    if (characters(request.topic) > max_topic_characters)
        own.problem("topic", "is too long");
    KIOSK_CHECK(own.status());
    return request;
}

OperationDraft make_booking_act(const BookingActRecord& act, const BookingRequest& of) {
    Json body{{"act", to_string(act.act)}, {"at", act.at.unix_ms}, {"booking", act.booking}};
    put_text(body, "by", act.by);
    put_text(body, "confidential", of.confidential); // whoever must not have the request must not have its acts
    put_text(body, "lead", act.lead);
    put_text(body, "outcome", act.outcome);
    put_text(body, "reason", std::string(to_string(act.reason)));
    put_text(body, "ticket", act.ticket);
    if (!act.leases.empty())
        body["leases"] = act.leases;
    return {std::string(operation_kind::booking_act), act.booking, dump_json(body),
            act.note.empty() ? std::string() : dump_json(Json{{"note", act.note}})};
}

Result<BookingActRecord> decode_booking_act(const Operation& operation) {
    KIOSK_TRY(const auto body, body_of(operation, operation_kind::booking_act));
    JsonFields fields(body, "booking_act");
    BookingActRecord act;
    act.booking = required_short_text(fields, "booking");
    if (!fields.has("act"))
        fields.problem("act", "is missing");
    act.act = fields.word("act", BookingAct::Confirm, &parse_booking_act);
    act.ticket = short_text(fields, "ticket");
    if (act.ticket.empty() &&
        (act.act == BookingAct::Accept || act.act == BookingAct::Decline || act.act == BookingAct::Arrive))
        fields.problem("ticket", "is missing or empty");
    act.by = short_text(fields, "by");
    act.reason = fields.word("reason", BookingReason::None, &parse_booking_reason);
    act.at = moment(fields, "at", operation.wall);
    act.outcome = short_text(fields, "outcome");
    act.lead = short_text(fields, "lead");
    read_leases(fields, act);
    KIOSK_CHECK(fields.status());
    if (operation.personal.empty())
        return act;
    KIOSK_TRY(const auto personal, parse_object(operation.personal, "booking_act.personal"));
    JsonFields own(personal, "booking_act.personal");
    act.note = own.text("note");
    if (act.note.size() > max_note_bytes)
        own.problem("note", "is too long");
    KIOSK_CHECK(own.status());
    return act;
}

} // namespace kiosk::core
