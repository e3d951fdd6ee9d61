// SPDX-License-Identifier: Apache-2.0
#include "app/session_desk.hpp"

#include "core/names.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace kiosk::app {

namespace {

using namespace core;
using Json = nlohmann::json;

constexpr std::int64_t clock_tolerance_ms = 5 * minute_ms; // as far as operations' clocks follow each other

bool is_expected(InvitationStatus status) {
    return status != InvitationStatus::Declined && status != InvitationStatus::Revoked;
}

std::size_t rank_of(std::string_view role) {
    constexpr std::array<std::string_view, 4> order{"host", "note_taker", "guest", "observer"};
    return static_cast<std::size_t>(std::ranges::find(order, role) - order.begin());
}

// One document as the configuration's own writer makes it; `order` is where it stands among the others.
Result<OperationDraft> document_of(const EventConfig& config, std::string_view entity, std::string_view id,
                                   std::int64_t order) {
    for (auto& document : config_documents(config)) {
        if (document.entity != entity || document.id != id)
            continue;
        auto json = Json::parse(document.doc, nullptr, false);
        json["order"] = order;
        document.doc = json.dump(-1, ' ', false, Json::error_handler_t::replace);
        return make_config(document);
    }
    return fail(ErrorCode::Internal, "error.field", std::string(entity) + "/" + std::string(id));
}

Status check_shape(const Session& session) {
    constexpr std::size_t longest_id = 64;
    const auto odd = [](char c) { return static_cast<unsigned char>(c) <= 0x20 || c == 0x7f || c == '/'; };
    if (session.id.empty() || session.id.size() > longest_id || std::ranges::any_of(session.id, odd))
        return fail(ErrorCode::Invalid, "error.session_id", session.id);
    if (session.starts && session.ends && *session.ends <= *session.starts)
        return fail(ErrorCode::Invalid, "error.session_times", session.id);
    if ((session.minimum && *session.minimum < 0) || (session.capacity && *session.capacity < 0) ||
        (session.minimum && session.capacity && *session.minimum > *session.capacity))
        return fail(ErrorCode::Invalid, "error.session_size", session.id);
    return {};
}

SessionResult refused(SessionReason reason, const SessionStanding& standing,
                      std::optional<InvitationStatus> invitation = std::nullopt) {
    return {reason, standing.state, invitation};
}

// What stands of one session, and what it comes from.
struct Known {
    SessionStanding standing;
    std::vector<StoredSessionAct> acts;
};

Result<Known> known_of(Store& store, const EventConfig& config, const std::string& session) {
    Known known;
    KIOSK_TRY(known.acts, store.session_acts(session));
    known.standing = fold_session(config, known.acts);
    // Nobody did anything yet: it is what its document says.
    if (const auto* document = config.session(session); known.acts.empty() && document)
        known.standing.state = document->state;
    return known;
}

// Acts stand in the order of their clocks. One from a machine whose clock is far ahead would come after this one, and
// this one would count for nothing: better said than found out.
Status clock_is_right(Store& store, const std::vector<StoredSessionAct>& acts, Instant now) {
    KIOSK_TRY(const auto own, store.status());
    for (const auto& act : acts)
        if (act.id.device != own.device && act.hlc.physical() > now + clock_tolerance_ms)
            return fail(ErrorCode::Conflict, "error.session_clock", act.id.device);
    return {};
}

Result<std::optional<Registration>> person_with(Store& store, const std::string& ticket) {
    KIOSK_TRY(auto found, store.registrations_by_ticket(ticket));
    std::erase_if(found, [](const Registration& r) { return r.status == RegistrationStatus::Cancelled; });
    if (found.size() != 1) // of two with the same ticket the door lets in neither
        return std::optional<Registration>{};
    return std::optional(std::move(found.front()));
}

} // namespace

Result<SessionDesk> SessionDesk::create(SessionServices services) {
    KIOSK_ASSERT(services.store && services.clock && services.random);
    SessionDesk desk(services);
    KIOSK_CHECK(desk.reload());
    return desk;
}

Status SessionDesk::reload() {
    KIOSK_TRY(auto config, load_config(*m_services.store));
    m_config = std::make_shared<const EventConfig>(std::move(config));
    return {};
}

Result<SessionResult> SessionDesk::act(SessionActRecord record) {
    auto& store = *m_services.store;
    record.at = m_services.clock->now();
    KIOSK_TRY(const auto known, known_of(store, *m_config, record.session));
    if (const auto reason = may_act(*m_config, record.session, known.standing, record); reason != SessionReason::None)
        return refused(reason, known.standing);
    KIOSK_CHECK(clock_is_right(store, known.acts, record.at));
    std::vector drafts{make_session_act(record)};
    if (record.act == SessionAct::Approve) {
        KIOSK_TRY(const auto invitations, store.invitations(record.session));
        for (auto invitation : invitations)
            if (invitation.status == InvitationStatus::Draft) {
                invitation.status = InvitationStatus::Approved;
                drafts.push_back(make_invitation(invitation));
            }
    }
    KIOSK_CHECK(store.append(drafts));
    KIOSK_CHECK(reload());
    KIOSK_TRY(const auto after, known_of(store, *m_config, record.session));
    return SessionResult{SessionReason::None, after.standing.state, {}};
}

Result<SessionResult> SessionDesk::set(const Session& wanted, PrivateSession details, const std::string& staff) {
    auto& store = *m_services.store;
    auto session = wanted;
    KIOSK_CHECK(check_shape(session));
    if (!session.is_closed_door())
        return refused(SessionReason::NotClosedDoor, {});
    if (details.title.zh.empty() && details.title.en.empty())
        details.title = session.title;
    session.title = {};
    session.state = SessionState::Draft;
    details.session = session.id;
    details.by = staff;
    details.at = m_services.clock->now();

    KIOSK_TRY(const auto known, known_of(store, *m_config, session.id));
    const SessionActRecord change{session.id, SessionAct::Change, staff, details.at, {}};
    EventConfig made; // what is written down: this session, and a door where it has none
    made.event = m_config->event;
    made.sessions = {session};
    auto judged = *m_config;
    if (!judged.session(session.id))
        judged.sessions.push_back(session);
    if (const auto reason = may_act(judged, session.id, known.standing, change); reason != SessionReason::None)
        return refused(reason, known.standing);
    KIOSK_CHECK(clock_is_right(store, known.acts, details.at));

    KIOSK_TRY(const auto documents, store.config());
    auto order = static_cast<std::int64_t>(documents.size());
    auto session_order = order++;
    for (const auto& document : documents)
        if (document.entity == "session" && document.id == session.id)
            if (const auto json = Json::parse(document.doc, nullptr, false); json.is_object() && json.contains("order"))
                session_order =
                    json.at("order").is_number_integer() ? json.at("order").get<std::int64_t>() : session_order;
    KIOSK_TRY(auto document, document_of(made, "session", session.id, session_order));
    std::vector drafts{std::move(document)};
    const bool has_door =
        std::ranges::any_of(m_config->checkpoints, [&](const Checkpoint& door) { return door.session == session.id; });
    if (!has_door && !m_config->checkpoint(session.id)) {
        Checkpoint door;
        door.id = session.id;
        door.name = session.public_title;
        door.scope = Scope::Session;
        door.session = session.id;
        door.allow_reentry = true;
        made.checkpoints = {door};
        KIOSK_TRY(auto door_document, document_of(made, "checkpoint", door.id, order));
        drafts.push_back(std::move(door_document));
    }
    drafts.push_back(make_private_session(details));
    drafts.push_back(make_session_act(change));
    KIOSK_CHECK(store.append(drafts));
    KIOSK_CHECK(reload());
    return SessionResult{SessionReason::None, m_config->session(session.id)->state, {}};
}

Result<SessionResult> SessionDesk::submit(const std::string& session, const std::string& staff) {
    return act({session, SessionAct::Submit, staff, {}, {}});
}
Result<SessionResult> SessionDesk::approve(const std::string& session, const std::string& staff) {
    return act({session, SessionAct::Approve, staff, {}, {}});
}
Result<SessionResult> SessionDesk::reject(const std::string& session, const std::string& staff,
                                          const std::string& why) {
    return act({session, SessionAct::Reject, staff, {}, why});
}
Result<SessionResult> SessionDesk::cancel(const std::string& session, const std::string& staff,
                                          const std::string& why) {
    return act({session, SessionAct::Cancel, staff, {}, why});
}
Result<SessionResult> SessionDesk::minutes(const std::string& session, const std::string& text,
                                           const std::string& staff) {
    return act({session, SessionAct::Minutes, staff, {}, text});
}
Result<SessionResult> SessionDesk::point(const std::string& session, const std::string& text,
                                         const std::string& staff) {
    return act({session, SessionAct::Point, staff, {}, text});
}
Result<SessionResult> SessionDesk::lock(const std::string& session, const std::string& staff) {
    return act({session, SessionAct::Lock, staff, {}, {}});
}

Result<SessionResult> SessionDesk::invite(const std::string& session, const std::string& ticket,
                                          const std::string& role, const std::string& staff) {
    auto& store = *m_services.store;
    if (!role.empty() && rank_of(role) == 4)
        return fail(ErrorCode::Invalid, "error.session_role", role);
    KIOSK_TRY(const auto known, known_of(store, *m_config, session));
    const auto& standing = known.standing;
    if (const auto reason = may_invite(*m_config, session, standing, staff); reason != SessionReason::None)
        return refused(reason, standing);
    KIOSK_TRY(const auto person, person_with(store, ticket));
    if (!person)
        return refused(SessionReason::UnknownPerson, standing);

    KIOSK_TRY(const auto before, store.invitation(session, ticket));
    const bool stands = before && is_expected(before->status);
    Invitation invitation{session, ticket, role.empty() ? "guest" : role, invitation_status(*m_config, standing, staff),
                          before && before->nda_signed};
    if (stands) {
        // Nobody is put back: who said yes, or was approved, stays so whoever asks again.
        invitation.status = before->status == InvitationStatus::Draft ? invitation.status : before->status;
        if (role.empty())
            invitation.role = before->role;
        const bool same_role = invitation.role == before->role;
        if (before->status == InvitationStatus::Accepted && same_role)
            return SessionResult{SessionReason::None, standing.state, before->status};
        if (invitation.status == before->status &&
            (same_role || (before->status != InvitationStatus::Draft && !may_approve(*m_config, staff))))
            return refused(SessionReason::AlreadyInvited, standing, before->status);
    } else {
        const auto organisation = fold(person->person.organisation);
        KIOSK_TRY(const auto quotas, store.quotas(session));
        std::optional<std::int64_t> seats; // in all roles together
        for (const auto& quota : quotas)
            if (quota.seats > 0 && !organisation.empty() && fold(quota.organisation) == organisation)
                seats = seats.value_or(0) + quota.seats;
        if (seats) {
            std::int64_t used = 0;
            KIOSK_TRY(const auto invitations, store.invitations(session));
            for (const auto& other : invitations) {
                if (!is_expected(other.status) || other.ticket == ticket)
                    continue;
                KIOSK_TRY(const auto colleague, person_with(store, other.ticket));
                used += colleague && fold(colleague->person.organisation) == organisation;
            }
            if (used >= *seats)
                return refused(SessionReason::TooManySeats, standing);
        }
    }
    const std::array drafts{make_invitation(invitation)};
    KIOSK_CHECK(store.append(drafts));
    return SessionResult{SessionReason::None, standing.state, invitation.status};
}

Result<SessionResult> SessionDesk::revoke(const std::string& session, const std::string& ticket,
                                          const std::string& staff) {
    auto& store = *m_services.store;
    KIOSK_TRY(const auto known, known_of(store, *m_config, session));
    if (const auto reason = may_invite(*m_config, session, known.standing, staff); reason != SessionReason::None)
        return refused(reason, known.standing);
    KIOSK_TRY(auto invitation, store.invitation(session, ticket));
    if (!invitation)
        return refused(SessionReason::NotInvited, known.standing);
    if (invitation->status != InvitationStatus::Revoked) {
        invitation->status = InvitationStatus::Revoked;
        const std::array drafts{make_invitation(*invitation)};
        KIOSK_CHECK(store.append(drafts));
    }
    return SessionResult{SessionReason::None, known.standing.state, invitation->status};
}

Result<SessionResult> SessionDesk::answer(const std::string& session, const std::string& ticket, bool accept) {
    auto& store = *m_services.store;
    KIOSK_TRY(const auto known, known_of(store, *m_config, session));
    KIOSK_TRY(const auto invitation, store.invitation(session, ticket));
    if (!invitation || invitation->status == InvitationStatus::Draft || invitation->status == InvitationStatus::Revoked)
        return refused(SessionReason::NotInvited, known.standing);
    const auto wanted = accept ? InvitationStatus::Accepted : InvitationStatus::Declined;
    if (invitation->status == wanted)
        return SessionResult{SessionReason::None, known.standing.state, wanted};
    if (!may_answer(known.standing, *invitation))
        return refused(known.standing.cancelled ? SessionReason::CancelledSession : SessionReason::WrongState, known.standing, invitation->status);
    SessionActRecord record{session, accept ? SessionAct::Accept : SessionAct::Decline, {}, m_services.clock->now(), {}, ticket};
    KIOSK_CHECK(clock_is_right(store, known.acts, record.at));
    const std::array drafts{make_session_act(record)};
    KIOSK_CHECK(store.append(drafts));
    return SessionResult{SessionReason::None, known.standing.state, wanted};
}

Result<std::vector<Invitation>> SessionDesk::open_invitations(const std::string& ticket) {
    auto& store = *m_services.store;
    KIOSK_TRY(auto invitations, store.invitations_of(ticket));
    if (invitations.empty()) // as of most people: nothing else is read at a scan
        return invitations;
    KIOSK_CHECK(reload()); // another device's acts may have arrived
    const auto now = m_services.clock->now();
    std::erase_if(invitations, [&](const Invitation& invitation) {
        const auto* session = m_config->session(invitation.session);
        const bool over = session && session->ends && *session->ends <= now;
        SessionStanding standing;
        if (session) {
            standing.state = session->state;
            standing.cancelled = session->cancelled;
        }
        return !session || over || invitation.status != InvitationStatus::Approved || !may_answer(standing, invitation);
    });
    return invitations;
}

Result<SessionResult> SessionDesk::set_quota(const OrganisationQuota& wanted) {
    auto& store = *m_services.store;
    auto quota = wanted;
    KIOSK_TRY(const auto known, known_of(store, *m_config, quota.session));
    // Who may change the session deals out its seats.
    const SessionActRecord like{quota.session, SessionAct::Change, quota.by, m_services.clock->now(), {}};
    if (const auto reason = may_act(*m_config, quota.session, known.standing, like); reason != SessionReason::None)
        return refused(reason, known.standing);
    if (fold(quota.organisation).empty() || quota.seats < 0 || rank_of(quota.role) == 4)
        return fail(ErrorCode::Invalid, "error.session_quota");
    KIOSK_TRY(const auto quotas,
              store.quotas(quota.session)); // one organisation, however it is spelt, has one of a role
    if (const auto same = std::ranges::find(quotas, fold(quota.organisation),
                                            [](const OrganisationQuota& there) { return fold(there.organisation); });
        same != quotas.end())
        quota.organisation = same->organisation;
    const std::array drafts{make_quota(quota)};
    KIOSK_CHECK(store.append(drafts));
    return SessionResult{SessionReason::None, known.standing.state, {}};
}

Result<SessionDetails> SessionDesk::details(const std::string& session) {
    auto& store = *m_services.store;
    const auto* document = m_config->session(session);
    if (!document)
        return fail(ErrorCode::NotFound, "error.no_session", session);
    SessionDetails made;
    made.session = *document;
    made.details.session = session;
    KIOSK_TRY(const auto known, known_of(store, *m_config, session));
    made.standing = known.standing;
    KIOSK_TRY(const auto all, store.private_sessions());
    if (const auto found = std::ranges::find(all, session, &PrivateSession::session); found != all.end())
        made.details = *found;
    KIOSK_TRY(made.quotas, store.quotas(session));
    // Erased, or taken back: then its people are invited like anybody else's.
    std::erase_if(made.quotas, [](const OrganisationQuota& quota) { return quota.organisation.empty() || quota.seats == 0; });

    std::vector<Invitation> elsewhere;
    KIOSK_TRY(const auto invitations, store.invitations(session));
    for (const auto& invitation : invitations) {
        InvitedPerson person;
        person.invitation = invitation;
        KIOSK_TRY(const auto found, person_with(store, invitation.ticket));
        person.registration = found.value_or(Registration{});
        KIOSK_TRY(person.bookings, store.bookings_of(invitation.ticket));
        std::erase_if(person.bookings, [](const Booking& booking) { return !stands(booking.stage); });
        KIOSK_TRY(const auto others, store.invitations_of(invitation.ticket));
        std::ranges::copy_if(others, std::back_inserter(elsewhere),
                             [&](const Invitation& other) { return other.session != session; });
        made.people.push_back(std::move(person));
    }
    std::ranges::sort(made.people, {}, [](const InvitedPerson& person) {
        return std::tuple(rank_of(person.invitation.role), person.registration.person.name, person.invitation.ticket);
    });
    made.warnings = session_warnings(*m_config, made.session, made.details, made.people, elsewhere);
    for (const auto& door : m_config->checkpoints)
        if (door.session == session) {
            KIOSK_TRY(const auto inside, store.occupancy(door.id, std::nullopt));
            made.inside += inside;
        }
    made.quorum = quorum_of(made.session, made.inside);
    return made;
}

} // namespace kiosk::app
