// SPDX-License-Identifier: Apache-2.0
#include "core/records.hpp"

#include "core/json_fields.hpp"
#include "core/json_words.hpp"

namespace kiosk::core {

namespace {

void put_time(Json& json, const char* name, const std::optional<Instant>& at) {
    if (at)
        json[name] = at->unix_ms;
}

std::optional<Instant> take_time(JsonFields& fields, const char* name) {
    const auto ms = fields.optional_integer(name);
    return ms ? std::optional(Instant{*ms}) : std::nullopt;
}

std::string dump(const Json& json) { return dump_json(json); }

Json person_to_json(const Person& person) {
    Json json = Json::object();
    const auto put = [&](const char* name, const std::string& value) {
        if (!value.empty())
            json[name] = value;
    };
    put("name", person.name);
    put("phone", person.phone);
    put("email", person.email);
    put("organisation", person.organisation);
    put("title", person.title);
    return json;
}

Result<Person> person_from(const Json& json) {
    JsonFields fields(json, "person");
    Person person{fields.text("name"), fields.text("phone"), fields.text("email"), fields.text("organisation"),
                  fields.text("title")};
    KIOSK_CHECK(fields.status());
    return person;
}

constexpr Words<Direction, 2> directions{{{Direction::Entry, "entry"}, {Direction::Exit, "exit"}}};
constexpr Words<RegistrationStatus, 5> statuses{{{RegistrationStatus::Confirmed, "confirmed"},
                                                 {RegistrationStatus::Unpaid, "unpaid"},
                                                 {RegistrationStatus::Pending, "pending"},
                                                 {RegistrationStatus::Waitlist, "waitlist"},
                                                 {RegistrationStatus::Cancelled, "cancelled"}}};
constexpr Words<RegistrationSource, 4> sources{{{RegistrationSource::Import, "import"},
                                                {RegistrationSource::WalkIn, "walk_in"},
                                                {RegistrationSource::Invite, "invite"},
                                                {RegistrationSource::Staff, "staff"}}};

std::optional<Direction> parse_direction(std::string_view text) { return value_of(directions, text); }

} // namespace

Result<Json> parse_object(std::string_view text, std::string_view what) {
    auto json = parse_json(text);
    if (!json.is_object())
        return fail(ErrorCode::Invalid, "error.field", std::string(what) + " is not a JSON object");
    return json;
}

// An invalid byte in a name must not stop a check-in: it is replaced, never thrown about.
std::string dump_json(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

Result<Json> body_of(const Operation& operation, std::string_view kind) {
    if (operation.kind != kind)
        return fail(ErrorCode::Invalid, "error.operation_kind", operation.kind);
    return parse_object(operation.body, kind);
}

void put_text(Json& json, const char* name, const std::string& value) {
    if (!value.empty())
        json[name] = value;
}

Json answers_to_json(const Answers& answers) {
    Json json = Json::object();
    for (const auto& [id, answer] : answers)
        json[id] = to_json(answer);
    return json;
}

std::string_view to_string(RegistrationStatus status) { return word_of(statuses, status); }
std::optional<RegistrationStatus> parse_registration_status(std::string_view text) { return value_of(statuses, text); }
std::string_view to_string(RegistrationSource source) { return word_of(sources, source); }
std::optional<RegistrationSource> parse_registration_source(std::string_view text) { return value_of(sources, text); }

Json to_json(const Answer& answer) {
    return std::visit([](const auto& value) { return Json(value); }, answer);
}

namespace {

// Option ids, or the rows of a table. An empty list is no choice and no row alike.
Result<Answer> list_from(const Json& list, const std::string& id) {
    const auto wrong = [&] {
        return fail(ErrorCode::Invalid, "error.field", "answers." + id + " must be a list of texts or of rows");
    };
    std::vector<std::string> chosen;
    AnswerRows rows;
    for (const auto& item : list) {
        if (item.is_string()) {
            chosen.push_back(item.get<std::string>());
        } else if (item.is_object()) {
            auto& row = rows.emplace_back();
            for (const auto& [column, cell] : item.items()) {
                if (!cell.is_string() && !cell.is_number())
                    return wrong();
                row[column] = cell.is_string() ? cell.get<std::string>() : cell.dump();
            }
        } else {
            return wrong();
        }
    }
    if (rows.empty())
        return chosen;
    if (!chosen.empty())
        return wrong();
    return rows;
}

} // namespace

Result<Answers> answers_from(const Json& object) {
    if (object.is_null())
        return Answers{};
    if (!object.is_object())
        return fail(ErrorCode::Invalid, "error.field", "answers is not an object");
    Answers answers;
    for (const auto& [id, value] : object.items()) {
        if (value.is_string())
            answers[id] = value.get<std::string>();
        else if (value.is_boolean())
            answers[id] = value.get<bool>();
        else if (value.is_number())
            answers[id] = value.dump();
        else if (value.is_array()) {
            KIOSK_TRY(answers[id], list_from(value, id));
        } else if (!value.is_null())
            return fail(ErrorCode::Invalid, "error.field", "answers." + id + " must be a text, a list or yes/no");
    }
    return answers;
}

Result<Consents> consents_from(const Json& object) {
    if (object.is_null())
        return Consents{};
    if (!object.is_object())
        return fail(ErrorCode::Invalid, "error.field", "consents is not an object");
    Consents consents;
    for (const auto& [id, value] : object.items()) {
        if (!value.is_boolean())
            return fail(ErrorCode::Invalid, "error.field", "consents." + id + " must be true or false");
        consents[id] = value.get<bool>();
    }
    return consents;
}

std::string person_json(const Person& person) { return dump(person_to_json(person)); }
std::string answers_json(const Answers& answers) { return dump(answers_to_json(answers)); }
std::string consents_json(const Consents& consents) { return dump(Json(consents)); }

Result<Person> parse_person(std::string_view json) {
    KIOSK_TRY(const auto object, parse_object(json, "person"));
    return person_from(object);
}

Result<Answers> parse_answers(std::string_view json) {
    KIOSK_TRY(const auto object, parse_object(json, "answers"));
    return answers_from(object);
}

Result<Consents> parse_consents(std::string_view json) {
    KIOSK_TRY(const auto object, parse_object(json, "consents"));
    return consents_from(object);
}

OperationDraft make_scan(const ScanRecord& record) {
    Json body{{"at", record.at.unix_ms},
              {"checkpoint", record.checkpoint},
              {"direction", word_of(directions, record.direction)},
              {"method", record.method},
              {"outcome", to_string(record.outcome)},
              {"ticket", record.ticket}};
    const auto put = [&](const char* name, std::string_view value) {
        if (!value.empty())
            body[name] = value;
    };
    put("key", record.key);
    put("reason", to_string(record.reason));
    put("registration", record.registration);
    put("session", record.session);
    if (!record.override_staff.empty()) {
        body["override"] = {{"staff", record.override_staff}, {"reason", record.override_reason}};
        auto& lifted = body["override"]["lifted"] = Json::array();
        for (const auto reason : record.overridden)
            lifted.push_back(to_string(reason));
    }
    if (!record.consents.empty())
        body["consents"] = record.consents;
    put("confidential", record.confidential);
    put("nda_version", record.nda_version);
    std::string personal;
    if (!record.answers.empty())
        personal = dump(Json{{"answers", answers_to_json(record.answers)}});
    return {std::string(operation_kind::scan), record.ticket, dump(body), std::move(personal)};
}

Result<ScanRecord> decode_scan(const Operation& operation) {
    KIOSK_TRY(const auto body, body_of(operation, operation_kind::scan));
    JsonFields fields(body, "scan");
    ScanRecord record;
    record.checkpoint = fields.required_text("checkpoint");
    record.ticket = fields.text("ticket");
    record.registration = fields.text("registration");
    record.session = fields.text("session");
    record.direction = fields.word("direction", Direction::Entry, &parse_direction);
    record.outcome = fields.word("outcome", Outcome::Refused, &parse_outcome);
    record.reason = fields.word("reason", Reason::None, &parse_reason);
    record.at = take_time(fields, "at").value_or(operation.wall);
    record.key = fields.text("key");
    record.method = fields.text("method", "qr");
    record.confidential = fields.text("confidential");
    record.nda_version = fields.text("nda_version");
    if (fields.has("override")) {
        JsonFields lifted(fields.raw("override"), "scan.override");
        record.override_staff = lifted.required_text("staff");
        record.override_reason = lifted.text("reason");
        for (const auto& reason : lifted.texts("lifted"))
            record.overridden.push_back(parse_reason(reason).value_or(Reason::None));
        KIOSK_CHECK(lifted.status());
    }
    KIOSK_CHECK(fields.status());
    KIOSK_TRY(record.consents, consents_from(fields.raw("consents")));
    if (!operation.personal.empty()) {
        KIOSK_TRY(const auto personal, parse_object(operation.personal, "scan.personal"));
        KIOSK_TRY(record.answers, answers_from(personal.value("answers", Json::object())));
    }
    return record;
}

OperationDraft make_undo(const UndoRecord& record, std::string_view ticket) {
    return {std::string(operation_kind::undo), std::string(ticket),
            dump(Json{{"at", record.at.unix_ms}, {"staff", record.staff}, {"target", record.target}}), {}};
}

Result<UndoRecord> decode_undo(const Operation& operation) {
    KIOSK_TRY(const auto body, body_of(operation, operation_kind::undo));
    JsonFields fields(body, "undo");
    UndoRecord record{fields.required_text("target"), fields.text("staff"),
                      take_time(fields, "at").value_or(operation.wall)};
    KIOSK_CHECK(fields.status());
    return record;
}

OperationDraft make_registration(const Registration& registration) {
    Json body{{"uid", registration.uid},
              {"ticket", registration.ticket},
              {"ticket_type", registration.ticket_type},
              {"status", to_string(registration.status)},
              {"source", to_string(registration.source)},
              {"role", registration.event_role}};
    if (registration.variation)
        body["variation"] = *registration.variation;
    if (registration.blocked)
        body["blocked"] = true;
    if (!registration.approved)
        body["approved"] = false;
    put_time(body, "valid_from", registration.valid_from);
    put_time(body, "valid_until", registration.valid_until);
    if (!registration.consents.empty())
        body["consents"] = registration.consents;
    Json personal{{"person", person_to_json(registration.person)}};
    if (!registration.answers.empty())
        personal["answers"] = answers_to_json(registration.answers);
    return {std::string(operation_kind::registration_set), registration.uid, dump(body), dump(personal)};
}

Result<Registration> decode_registration(const Operation& operation) {
    KIOSK_TRY(const auto body, body_of(operation, operation_kind::registration_set));
    JsonFields fields(body, "registration");
    Registration registration;
    registration.uid = fields.required_text("uid");
    registration.ticket = fields.text("ticket");
    registration.ticket_type = fields.text("ticket_type");
    registration.variation = fields.optional_text("variation");
    registration.status = fields.word("status", RegistrationStatus::Confirmed, &parse_registration_status);
    registration.source = fields.word("source", RegistrationSource::Import, &parse_registration_source);
    registration.event_role = fields.text("role", "attendee");
    registration.blocked = fields.boolean("blocked", false);
    registration.approved = fields.boolean("approved", true);
    registration.valid_from = take_time(fields, "valid_from");
    registration.valid_until = take_time(fields, "valid_until");
    KIOSK_CHECK(fields.status());
    KIOSK_TRY(registration.consents, consents_from(fields.raw("consents")));
    if (!operation.personal.empty()) {
        KIOSK_TRY(const auto personal, parse_object(operation.personal, "registration.personal"));
        KIOSK_TRY(registration.person, person_from(personal.value("person", Json::object())));
        KIOSK_TRY(registration.answers, answers_from(personal.value("answers", Json::object())));
    }
    return registration;
}

OperationDraft make_config(const ConfigDocument& document) {
    auto doc = parse_json(document.doc);
    // Documents reach every kiosk. What a session behind closed doors is about goes where session.set goes.
    if (document.entity == "session" && doc.is_object() && doc.value("kind", Json()) == "closed_door")
        for (const auto* secret : {"title_zh", "title_en"})
            doc.erase(secret);
    return {std::string(operation_kind::config_set), document.entity + "/" + document.id,
            dump(Json{{"entity", document.entity}, {"id", document.id}, {"doc", doc.is_discarded() ? Json() : doc}}),
            {}};
}

Result<ConfigDocument> decode_config(const Operation& operation) {
    KIOSK_TRY(const auto body, body_of(operation, operation_kind::config_set));
    JsonFields fields(body, "config");
    ConfigDocument document{fields.required_text("entity"), fields.text("id"), {}};
    if (!fields.raw("doc").is_object())
        fields.problem("doc", "must be an object");
    KIOSK_CHECK(fields.status());
    document.doc = dump(fields.raw("doc"));
    return document;
}

OperationDraft make_revocation(std::string_view ticket) {
    return {std::string(operation_kind::revocation_add), std::string(ticket), dump(Json{{"ticket", ticket}}), {}};
}

Result<std::string> decode_revocation(const Operation& operation) {
    KIOSK_TRY(const auto body, body_of(operation, operation_kind::revocation_add));
    JsonFields fields(body, "revocation");
    auto ticket = fields.required_text("ticket");
    KIOSK_CHECK(fields.status());
    return ticket;
}

OperationDraft make_invitation(const Invitation& invitation) {
    return {std::string(operation_kind::invitation_set), invitation.session + "/" + invitation.ticket,
            dump(Json{{"session", invitation.session},
                      {"ticket", invitation.ticket},
                      {"role", invitation.role},
                      {"status", to_string(invitation.status)},
                      {"nda", invitation.nda_signed}}),
            {}};
}

Result<Invitation> decode_invitation(const Operation& operation) {
    KIOSK_TRY(const auto body, body_of(operation, operation_kind::invitation_set));
    JsonFields fields(body, "invitation");
    Invitation invitation{fields.required_text("session"), fields.required_text("ticket"), fields.text("role"),
                          fields.word("status", InvitationStatus::Draft, &parse_invitation_status),
                          fields.boolean("nda", false)};
    KIOSK_CHECK(fields.status());
    return invitation;
}

OperationDraft make_erasure(std::string_view registration_uid) {
    return {std::string(operation_kind::personal_erase), std::string(registration_uid),
            dump(Json{{"uid", registration_uid}}), {}};
}

Result<std::string> decode_erasure(const Operation& operation) {
    KIOSK_TRY(const auto body, body_of(operation, operation_kind::personal_erase));
    JsonFields fields(body, "erasure");
    auto uid = fields.required_text("uid");
    KIOSK_CHECK(fields.status());
    return uid;
}

} // namespace kiosk::core
