// SPDX-License-Identifier: Apache-2.0
// POST /v1/changes: what organizers change at the central office, written into the hub's own journal so that it reaches
// every kiosk by the feed. All of it or nothing.
//
//   {"event":"HZ26",
//    "registrations":[{"ticket":"T1","uid":"…","ticket_type":"…","variation":"…","status":"confirmed","name":"…",
//                      "phone":"…","email":"…","organisation":"…","title":"…","valid_from":"RFC 3339","valid_until":"…",
//                      "blocked":false,"approved":true,"event_role":"attendee","answers":{},"consents":{}}],
//    "revoked":["T2"],
//    "invitations":[{"session":"s1","ticket":"T1","role":"guest","status":"approved","nda_signed":false}],
//    "config":[{"entity":"checkpoint","id":"main","doc":{…}}],
//    "erase":["uid"]}
//
// Each part may be missing; parts and fields are those of a scenario file's seed. A registration is one whole row: fields
// that are left out are empty. Without a uid it is the one that holds the ticket, or a new one.
#include "core/json_fields.hpp"
#include "hub/api_impl.hpp"

#include <set>

namespace kiosk::sync::hub {

namespace {

using kiosk::core::ErrorCode;
using kiosk::core::fail;
using kiosk::core::JsonFields;

constexpr std::size_t max_changes = 500;
constexpr std::size_t max_text_bytes = 2000;

using Names = std::set<std::string, std::less<>>;

Status only_keys(const Json& object, const Names& allowed, const std::string& where) {
    if (!object.is_object())
        return fail(ErrorCode::Invalid, "error.field", where + " must be an object");
    for (const auto& [key, value] : object.items()) {
        if (!allowed.contains(key))
            return fail(ErrorCode::Invalid, "error.field", where + " has an unknown key \"" + key + "\"");
        if (value.is_string() && value.get_ref<const std::string&>().size() > max_text_bytes)
            return fail(ErrorCode::Invalid, "error.field", where + "." + key + " is too long");
    }
    return {};
}

Result<core::Registration> read_registration(const Json& json, const std::string& where) {
    KIOSK_CHECK(only_keys(json,
                          {"uid", "ticket", "ticket_type", "variation", "status", "name", "phone", "email", "organisation",
                           "title", "valid_from", "valid_until", "blocked", "approved", "event_role", "answers", "consents"},
                          where));
    JsonFields fields(json, where);
    core::Registration made;
    made.uid = fields.text("uid");
    made.ticket = fields.required_text("ticket");
    made.ticket_type = fields.text("ticket_type");
    made.variation = fields.optional_text("variation");
    made.status = fields.word("status", core::RegistrationStatus::Confirmed, &core::parse_registration_status);
    made.source = core::RegistrationSource::Staff;
    made.event_role = fields.text("event_role", "attendee");
    made.blocked = fields.boolean("blocked", false);
    made.approved = fields.boolean("approved", true);
    made.valid_from = fields.optional_instant("valid_from");
    made.valid_until = fields.optional_instant("valid_until");
    made.person = {fields.text("name"), fields.text("phone"), fields.text("email"), fields.text("organisation"),
                   fields.text("title")};
    if (made.uid.size() > core::max_uid_bytes || made.ticket.size() > core::max_uid_bytes)
        fields.problem("", "has too long a uid or ticket");
    KIOSK_CHECK(fields.status());
    KIOSK_TRY(made.answers, core::answers_from(fields.raw("answers")));
    KIOSK_TRY(made.consents, core::consents_from(fields.raw("consents")));
    return made;
}

Result<core::Invitation> read_invitation(const Json& json, const std::string& where) {
    KIOSK_CHECK(only_keys(json, {"session", "ticket", "role", "status", "nda_signed"}, where));
    JsonFields fields(json, where);
    core::Invitation made{fields.required_text("session"), fields.required_text("ticket"), fields.text("role", "guest"),
                          fields.word("status", core::InvitationStatus::Draft, &core::parse_invitation_status),
                          fields.boolean("nda_signed", false)};
    KIOSK_CHECK(fields.status());
    return made;
}

Result<core::ConfigDocument> read_document(const Json& json, const std::string& where) {
    static const Names entities{"event", "ticket_type", "session", "checkpoint", "question", "key", "staff", "form", "unit"};
    if (!json.is_object())
        return fail(ErrorCode::Invalid, "error.field", where + " must be an object");
    KIOSK_CHECK(only_keys(json, {"entity", "id", "doc"}, where));
    JsonFields fields(json, where);
    core::ConfigDocument made{fields.required_text("entity"), fields.text("id"), {}};
    if (!entities.contains(made.entity))
        fields.problem("entity", "is unknown");
    if (made.id.empty() && made.entity != "event")
        fields.problem("id", "is missing");
    if (!fields.raw("doc").is_object())
        fields.problem("doc", "must be an object");
    KIOSK_CHECK(fields.status());
    made.doc = core::dump_json(fields.raw("doc"));
    if (made.entity == "event" && made.id.empty())
        made.id = "event";
    return made;
}

struct Changes {
    std::string event;
    std::vector<core::Registration> registrations;
    std::vector<std::string> revoked;
    std::vector<core::Invitation> invitations;
    std::vector<core::ConfigDocument> documents;
    std::vector<std::string> erased;
    std::size_t size() const {
        return registrations.size() + revoked.size() + invitations.size() + documents.size() + erased.size();
    }
};

template <typename T, typename Read>
Status read_list(const Json& body, const char* name, std::vector<T>& items, Read read) {
    const auto found = body.find(name);
    if (found == body.end() || found->is_null())
        return {};
    if (!found->is_array() || found->size() > max_changes)
        return fail(ErrorCode::Invalid, "error.field", std::string(name) + " must be a list of at most 500");
    for (const auto& item : *found) {
        KIOSK_TRY(auto value, read(item, std::string(name) + "[" + std::to_string(items.size()) + "]"));
        items.push_back(std::move(value));
    }
    return {};
}

Result<std::string> read_id(const Json& json, const std::string& where) {
    if (!json.is_string() || json.get_ref<const std::string&>().empty() ||
        json.get_ref<const std::string&>().size() > core::max_uid_bytes)
        return fail(ErrorCode::Invalid, "error.field", where + " must be a text of at most 200 bytes");
    return json.get<std::string>();
}

Result<Changes> read_changes(const std::string& text) {
    const auto body = core::parse_json(text);
    KIOSK_CHECK(only_keys(body, {"event", "registrations", "revoked", "invitations", "config", "erase"}, "changes"));
    JsonFields fields(body, "changes");
    Changes changes;
    changes.event = fields.required_text("event");
    KIOSK_CHECK(fields.status());
    KIOSK_CHECK(read_list(body, "registrations", changes.registrations, &read_registration));
    KIOSK_CHECK(read_list(body, "revoked", changes.revoked, &read_id));
    KIOSK_CHECK(read_list(body, "invitations", changes.invitations, &read_invitation));
    KIOSK_CHECK(read_list(body, "config", changes.documents, &read_document));
    KIOSK_CHECK(read_list(body, "erase", changes.erased, &read_id));
    if (changes.size() == 0 || changes.size() > max_changes)
        return fail(ErrorCode::Invalid, "error.field", "1 to 500 changes at once");
    return changes;
}

// What the event's configuration would be: a document that spoils it would stop every kiosk.
Status check_config(storage::Database& database, const Changes& changes) {
    if (changes.documents.empty())
        return {};
    KIOSK_TRY(auto documents, database.config());
    for (const auto& changed : changes.documents) {
        std::erase_if(documents, [&](const auto& known) { return known.entity == changed.entity && known.id == changed.id; });
        documents.push_back(changed);
    }
    KIOSK_CHECK(core::assemble_config(documents));
    return {};
}

} // namespace

Api::Prepared Api::Impl::post_changes(Context& context) {
    auto changes = read_changes(context.request.body);
    if (!changes)
        return ready(error(422, "changes", changes.error().context));
    if (!is_event_code(changes->event))
        return ready(error(422, "event", "An event's code is at most 64 bytes without spaces."));
    const auto mirror = mirrors.of(changes->event);
    if (const auto folded = mirror->catch_up(-1); !folded)
        return ready(store_error(folded.error()));
    Json uids = Json::array();
    const auto checked = mirror->use([&](storage::Database& database) -> Status {
        KIOSK_CHECK(check_config(database, *changes));
        std::map<std::string, std::string> given; // a ticket twice in one request is one person
        for (auto& registration : changes->registrations) {
            if (registration.uid.empty() && given.contains(registration.ticket))
                registration.uid = given.at(registration.ticket);
            if (registration.uid.empty()) {
                KIOSK_TRY(const auto known, database.registrations_by_ticket(registration.ticket));
                if (known.size() > 1)
                    return fail(ErrorCode::Invalid, "error.field",
                                "ticket " + registration.ticket + " has several registrations: give a uid");
                registration.uid = known.empty() ? core::make_uid(clock.now(), random) : known.front().uid;
            }
            given[registration.ticket] = registration.uid;
            uids.push_back(registration.uid);
        }
        return {};
    });
    if (!checked)
        return ready(checked.error().code == ErrorCode::Invalid ? error(422, "changes", checked.error().context)
                                                                : store_error(checked.error()));
    std::vector<core::OperationDraft> drafts;
    for (const auto& document : changes->documents)
        drafts.push_back(core::make_config(document));
    for (const auto& registration : changes->registrations)
        drafts.push_back(core::make_registration(registration));
    for (const auto& ticket : changes->revoked)
        drafts.push_back(core::make_revocation(ticket));
    for (const auto& invitation : changes->invitations)
        drafts.push_back(core::make_invitation(invitation));
    for (const auto& uid : changes->erased)
        drafts.push_back(core::make_erasure(uid));
    const auto ids = append_own(changes->event, drafts);
    if (!ids)
        return ready(store_error(ids.error()));
    {
        const std::lock_guard lock(writer);
        if (const auto told = audit(context.user->name, "changes " + changes->event + " " + std::to_string(drafts.size()));
            !told)
            return ready(store_error(told.error()));
    }
    Json operations = Json::array();
    for (const auto& id : *ids)
        operations.push_back(core::to_string(id));
    return ready(json({{"operations", std::move(operations)}, {"registrations", std::move(uids)}}));
}

} // namespace kiosk::sync::hub
