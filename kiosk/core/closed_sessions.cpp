// SPDX-License-Identifier: Apache-2.0
// The operations of closed sessions, and their fold. What may be done is in session_rules.cpp.
#include "core/closed_sessions.hpp"

#include "core/json_fields.hpp"
#include "core/json_words.hpp"
#include "core/records.hpp"

#include <algorithm>
#include <array>
#include <tuple>

namespace kiosk::core {

namespace {

constexpr Words<SessionAct, 10> acts{{{SessionAct::Submit, "submit"},
                                     {SessionAct::Approve, "approve"},
                                     {SessionAct::Reject, "reject"},
                                     {SessionAct::Minutes, "minutes"},
                                     {SessionAct::Point, "point"},
                                     {SessionAct::Lock, "lock"},
                                     {SessionAct::Cancel, "cancel"},
                                     {SessionAct::Change, "change"},
                                      {SessionAct::Accept, "accept"},
                                      {SessionAct::Decline, "decline"}}};
constexpr Words<Confidentiality, 3> levels{{{Confidentiality::Internal, "internal"},
                                            {Confidentiality::Confidential, "confidential"},
                                            {Confidentiality::Strict, "strict"}}};

constexpr std::size_t longest_title = 1000;   // bytes, of anything that names something
constexpr std::size_t longest_nda = 100'000;  // bytes
constexpr std::size_t most_rivals = 200;
constexpr std::int64_t most_seats = 10'000;

std::size_t characters(std::string_view text) {
    return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) { return (c & 0xC0) != 0x80; }));
}

Instant time_of(JsonFields& fields, const Operation& operation) {
    return Instant{fields.optional_integer("at").value_or(operation.wall.unix_ms)};
}

void bounded(JsonFields& fields, const char* name, const std::string& value, std::size_t most = max_uid_bytes) {
    if (value.size() > most)
        fields.problem(name, "is too long");
}

std::string session_of(JsonFields& fields) {
    auto session = fields.required_text("session");
    bounded(fields, "session", session);
    return session;
}

// Everything that was said of it in words is gone where it was erased; then there is no personal part.
Result<Json> personal_of(const Operation& operation) {
    if (operation.personal.empty())
        return Json::object();
    return parse_object(operation.personal, operation.kind);
}

} // namespace

std::string_view to_string(SessionAct act) { return word_of(acts, act); }
std::optional<SessionAct> parse_session_act(std::string_view text) { return value_of(acts, text); }
std::string_view to_string(Confidentiality level) { return word_of(levels, level); }
std::optional<Confidentiality> parse_confidentiality(std::string_view text) { return value_of(levels, text); }

OperationDraft make_private_session(const PrivateSession& session) {
    Json body{{"at", session.at.unix_ms}, {"level", to_string(session.level)}, {"session", session.session}};
    put_text(body, "by", session.by);
    put_text(body, "host", session.host);
    put_text(body, "nda_version", session.nda_version);
    put_text(body, "note_taker", session.note_taker);
    auto personal = Json::object();
    put_text(personal, "host_org", session.host_org);
    put_text(personal, "nda_text_en", session.nda_text.en);
    put_text(personal, "nda_text_zh", session.nda_text.zh);
    put_text(personal, "title_en", session.title.en);
    put_text(personal, "title_zh", session.title.zh);
    if (!session.rivals.empty())
        personal["rivals"] = session.rivals;
    return {std::string(operation_kind::session_set), session.session, dump_json(body),
            personal.empty() ? std::string() : dump_json(personal)};
}

Result<PrivateSession> decode_private_session(const Operation& operation) {
    KIOSK_TRY(const auto body, body_of(operation, operation_kind::session_set));
    JsonFields fields(body, "session");
    PrivateSession session;
    session.session = session_of(fields);
    session.level = fields.word("level", Confidentiality::Confidential, &parse_confidentiality);
    session.by = fields.text("by");
    session.host = fields.text("host");
    session.note_taker = fields.text("note_taker");
    session.nda_version = fields.text("nda_version");
    session.at = time_of(fields, operation);
    bounded(fields, "by", session.by);
    bounded(fields, "host", session.host);
    bounded(fields, "note_taker", session.note_taker);
    bounded(fields, "nda_version", session.nda_version);
    KIOSK_CHECK(fields.status());

    KIOSK_TRY(const auto personal, personal_of(operation));
    JsonFields own(personal, "session.personal");
    session.title = own.local_text("title");
    session.host_org = own.text("host_org");
    session.nda_text = own.local_text("nda_text");
    session.rivals = own.texts("rivals");
    bounded(own, "title", session.title.zh, longest_title);
    bounded(own, "title", session.title.en, longest_title);
    bounded(own, "host_org", session.host_org, longest_title);
    bounded(own, "nda_text", session.nda_text.zh, longest_nda);
    bounded(own, "nda_text", session.nda_text.en, longest_nda);
    if (session.rivals.size() > most_rivals)
        own.problem("rivals", "are too many");
    for (const auto& rival : session.rivals)
        bounded(own, "rivals", rival, longest_title);
    KIOSK_CHECK(own.status());
    return session;
}

OperationDraft make_session_act(const SessionActRecord& act) {
    Json body{{"act", to_string(act.act)}, {"at", act.at.unix_ms}, {"session", act.session}, {"staff", act.staff}};
    put_text(body, "ticket", act.ticket);
    return {std::string(operation_kind::session_act), act.session, dump_json(body),
            act.text.empty() ? std::string() : dump_json(Json{{"text", act.text}})};
}

Result<SessionActRecord> decode_session_act(const Operation& operation) {
    KIOSK_TRY(const auto body, body_of(operation, operation_kind::session_act));
    JsonFields fields(body, "session act");
    SessionActRecord act;
    act.session = session_of(fields);
    static_cast<void>(fields.required_text("act"));
    act.act = fields.word("act", SessionAct::Submit, &parse_session_act);
    act.staff = fields.text("staff");
    act.ticket = fields.text("ticket");
    act.at = time_of(fields, operation);
    bounded(fields, "staff", act.staff);
    bounded(fields, "ticket", act.ticket);
    KIOSK_CHECK(fields.status());

    KIOSK_TRY(const auto personal, personal_of(operation));
    JsonFields own(personal, "session act.personal");
    act.text = own.text("text");
    if (characters(act.text) > max_session_text)
        own.problem("text", "is too long");
    KIOSK_CHECK(own.status());
    return act;
}

OperationDraft make_quota(const OrganisationQuota& quota) {
    Json body{{"role", quota.role}, {"seats", quota.seats}, {"session", quota.session}};
    put_text(body, "by", quota.by);
    auto personal = Json::object();
    put_text(personal, "organisation", quota.organisation);
    return {std::string(operation_kind::quota_set), quota.session, dump_json(body),
            personal.empty() ? std::string() : dump_json(personal)};
}

Result<OrganisationQuota> decode_quota(const Operation& operation) {
    KIOSK_TRY(const auto body, body_of(operation, operation_kind::quota_set));
    JsonFields fields(body, "quota");
    OrganisationQuota quota;
    quota.session = session_of(fields);
    quota.seats = fields.optional_integer("seats").value_or(0);
    quota.role = fields.text("role", "guest");
    quota.by = fields.text("by");
    if (quota.seats < 0 || quota.seats > most_seats)
        fields.problem("seats", "must be a number from 0 to 10000");
    bounded(fields, "role", quota.role);
    bounded(fields, "by", quota.by);
    KIOSK_CHECK(fields.status());

    KIOSK_TRY(const auto personal, personal_of(operation));
    JsonFields own(personal, "quota.personal");
    quota.organisation = own.text("organisation");
    bounded(own, "organisation", quota.organisation, longest_title);
    KIOSK_CHECK(own.status());
    return quota;
}

SessionStanding fold_session(const EventConfig& config, std::span<const StoredSessionAct> acts) {
    std::vector<const StoredSessionAct*> ordered;
    for (const auto& act : acts)
        ordered.push_back(&act);
    std::ranges::sort(ordered, [](const auto* a, const auto* b) { return std::tie(a->hlc, a->id) < std::tie(b->hlc, b->id); });

    SessionStanding standing;
    for (const auto* stored : ordered) {
        const auto& act = stored->record;
        if (may_act(config, act.session, standing, act) != SessionReason::None)
            continue;
        switch (act.act) {
        case SessionAct::Submit:
            standing.state = SessionState::Submitted;
            standing.creator = act.staff;
            standing.approver.clear();
            standing.rejected_because.clear();
            break;
        case SessionAct::Approve:
            standing.state = SessionState::Approved;
            standing.approver = act.staff;
            break;
        case SessionAct::Reject:
            standing.state = SessionState::Rejected;
            standing.rejected_because = act.text;
            break;
        case SessionAct::Minutes:
            standing.minutes = act.text;
            standing.minutes_by = act.staff;
            break;
        case SessionAct::Point: standing.points.push_back(act.text); break;
        case SessionAct::Lock: standing.state = SessionState::Locked; break;
        case SessionAct::Cancel:
            standing.cancelled = true;
            standing.cancelled_because = act.text;
            break;
        case SessionAct::Change:
            standing.state = SessionState::Draft;
            standing.editor = act.staff;
            standing.approver.clear();
            break;
        case SessionAct::Accept:
        case SessionAct::Decline: break; // of one person: see answered()
        }
    }
    return standing;
}

InvitationStatus answered(const Invitation& invitation, Hlc set_at, std::span<const StoredSessionAct> acts) {
    auto status = invitation.status;
    if (status != InvitationStatus::Approved && status != InvitationStatus::Accepted)
        return status;
    const StoredSessionAct* latest = nullptr;
    for (const auto& act : acts) {
        const bool is_answer = act.record.act == SessionAct::Accept || act.record.act == SessionAct::Decline;
        if (!is_answer || act.record.ticket != invitation.ticket || act.record.session != invitation.session || !(set_at < act.hlc))
            continue;
        if (latest == nullptr || std::tie(latest->hlc, latest->id) < std::tie(act.hlc, act.id))
            latest = &act;
    }
    if (latest != nullptr)
        status = latest->record.act == SessionAct::Accept ? InvitationStatus::Accepted : InvitationStatus::Declined;
    return status;
}

std::string confidential_session(const Operation& operation) {
    namespace kind = operation_kind;
    constexpr std::array named{kind::session_set, kind::session_act, kind::quota_set, kind::invitation_set};
    constexpr std::array marked{kind::booking_request, kind::booking_act, kind::lead_set, kind::note, kind::scan};
    const bool by_kind = std::ranges::find(named, operation.kind) != named.end();
    if (!by_kind && std::ranges::find(marked, operation.kind) == marked.end())
        return {};
    // Most bookings, leads, notes and scans are nobody's secret: they are not parsed for saying nothing of it.
    if (!by_kind && operation.body.find("\"confidential\"") == std::string::npos)
        return {};
    const auto body = parse_json(operation.body);
    if (!body.is_object())
        return {};
    const auto found = body.find(by_kind ? "session" : "confidential");
    return found != body.end() && found->is_string() ? found->get<std::string>() : std::string();
}

} // namespace kiosk::core
