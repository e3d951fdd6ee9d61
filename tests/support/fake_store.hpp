// SPDX-License-Identifier: Apache-2.0
#pragma once
// A core::Store in memory. Purpose: the tests of app/ and exchange/ run without SQLite. Every operation is projected as
// storage does it, by decoding the draft; queries are plain loops. Ownership: holds its rows. Threads: one.
// Failure: `fail_next_append` makes the next append fail and write nothing.
#include "core/names.hpp"
#include "core/phone.hpp"
#include "core/ports.hpp"
#include "support/fakes.hpp"
#include "support/operations.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <ranges>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace kiosk::test {

class FakeStore final : public core::Store {
public:
    explicit FakeStore(std::string device = "k1") : m_device(std::move(device)) {}

    // What tests look at and set.
    core::Instant now{1'795'000'000'000};
    std::optional<core::Error> fail_next_append;
    std::vector<core::Operation> operations; // everything that was appended, in order
    std::vector<std::size_t> batch_sizes;    // drafts of each append
    bool has_hub = false;                    // then nothing is confirmed without leases
    std::uint64_t feed_read = 0;             // how far its feed was read
    const std::map<std::string, core::Registration>& registrations() const { return m_registrations; }
    const std::vector<core::StoredScan>& scans() const { return m_scans; }

    // From here on it is another device's; what was written stays the first one's.
    void rename(std::string device) { m_device = std::move(device); }

    // Shorthands for set-up; they go through append like everything else.
    core::Status add(const core::OperationDraft& draft) {
        KIOSK_CHECK(append({&draft, 1}));
        return {};
    }
    core::Status add(const core::EventConfig& config) {
        std::vector<core::OperationDraft> drafts;
        for (const auto& document : core::config_documents(config))
            drafts.push_back(core::make_config(document));
        KIOSK_CHECK(append(drafts));
        return {};
    }

    core::Result<core::Receipt> append(std::span<const core::OperationDraft> drafts) override {
        if (fail_next_append) {
            auto error = std::move(*fail_next_append);
            fail_next_append.reset();
            return std::unexpected(std::move(error));
        }
        // Tried on an empty store first: what fails there is a draft that can't be decoded, and then nothing is kept.
        FakeStore trial;
        std::vector<core::Operation> made;
        auto hlc = m_hlc;
        for (const auto& draft : drafts) {
            auto operation = unsealed(draft);
            operation.id = {m_device, "1", operations.size() + made.size() + 1};
            operation.hlc = hlc = core::next_hlc(hlc, now);
            operation.wall = now;
            KIOSK_CHECK(trial.project(operation));
            made.push_back(std::move(operation));
        }
        KIOSK_CHECK(check_confirmations(made));
        m_hlc = hlc;
        for (auto& operation : made) {
            KIOSK_CHECK(project(operation));
            operations.push_back(std::move(operation));
        }
        batch_sizes.push_back(drafts.size());
        return core::Receipt{{m_device, "1", operations.size()}, m_hlc};
    }

    core::Result<std::vector<core::ConfigDocument>> config() override {
        std::vector<core::ConfigDocument> documents;
        for (const auto& [key, document] : m_config)
            documents.push_back(document);
        return documents;
    }

    core::Result<std::optional<core::ConfigDocument>> config_document(std::string_view entity,
                                                                      std::string_view id) override {
        return found_in(m_config, std::pair(std::string(entity), std::string(id)));
    }

    core::Result<std::vector<core::Registration>> registrations_by_ticket(std::string_view ticket) override {
        return registrations_where([&](const core::Registration& r) { return r.ticket == ticket; });
    }
    core::Result<std::vector<core::Registration>> registrations_by_phone(std::string_view phone) override {
        return registrations_where([&](const core::Registration& r) { return !phone.empty() && core::phone_key(r.person.phone) == core::phone_key(phone); });
    }
    core::Result<std::optional<core::Registration>> registration(std::string_view uid) override {
        const auto found = m_registrations.find(std::string(uid));
        if (found == m_registrations.end())
            return std::optional<core::Registration>{};
        return std::optional{found->second};
    }

    core::Result<bool> is_revoked(std::string_view ticket) override { return m_revoked.contains(std::string(ticket)); }

    core::Result<std::optional<core::Invitation>> invitation(std::string_view session, std::string_view ticket) override {
        const auto found = m_invitations.find({std::string(session), std::string(ticket)});
        if (found == m_invitations.end())
            return std::optional<core::Invitation>{};
        return std::optional{as_answered(found->second)};
    }

    core::Result<std::vector<core::StoredScan>> standing_scans(std::string_view ticket) override {
        std::vector<core::StoredScan> found;
        for (const auto& scan : standing())
            if (scan.record.ticket == ticket)
                found.push_back(scan);
        return found;
    }

    core::Result<std::optional<core::StoredScan>> admitted_scan_by_key(std::string_view key) override {
        for (const auto& scan : m_scans)
            if (!key.empty() && scan.record.key == key && scan.record.outcome == core::Outcome::Admitted)
                return std::optional{scan};
        return std::optional<core::StoredScan>{};
    }

    core::Result<std::int64_t> occupancy(std::string_view checkpoint, std::optional<core::TimeRange> range) override {
        std::map<std::string, bool> inside;
        for (const auto& scan : standing(checkpoint))
            if (!range || (scan.record.at >= range->from && scan.record.at < range->until))
                inside[scan.record.ticket] = scan.record.direction == core::Direction::Entry;
        return std::count_if(inside.begin(), inside.end(), [](const auto& entry) { return entry.second; });
    }

    core::Result<std::vector<core::StoredScan>> recent_scans(std::size_t limit) override {
        std::vector<core::StoredScan> newest(m_scans.rbegin(), m_scans.rend());
        if (newest.size() > limit)
            newest.resize(limit);
        return newest;
    }

    core::Result<std::vector<core::CheckpointCounts>> counts() override {
        std::map<std::string, core::CheckpointCounts> by_checkpoint;
        for (const auto& [key, document] : m_config)
            if (document.entity == "checkpoint")
                by_checkpoint[document.id].checkpoint = document.id;
        for (const auto& scan : m_scans) {
            auto& counts = by_checkpoint[scan.record.checkpoint];
            counts.checkpoint = scan.record.checkpoint;
            counts.repeats += scan.record.outcome == core::Outcome::Repeat;
            counts.refused += scan.record.outcome == core::Outcome::Refused;
        }
        for (auto& [id, counts] : by_checkpoint) {
            std::set<std::string> admitted;
            for (const auto& scan : standing(id))
                if (scan.record.direction == core::Direction::Entry) {
                    admitted.insert(scan.record.ticket);
                    ++counts.entries;
                }
            counts.admitted = static_cast<std::int64_t>(admitted.size());
            KIOSK_TRY(counts.inside, occupancy(id, std::nullopt));
        }
        std::vector<core::CheckpointCounts> rows;
        for (auto& [id, counts] : by_checkpoint)
            rows.push_back(std::move(counts));
        return rows;
    }

    core::Result<std::vector<core::SearchHit>> search(std::string_view folded_query, std::size_t limit) override {
        std::vector<std::pair<bool, core::SearchHit>> hits; // not exact, hit
        for (const auto& [uid, registration] : m_registrations) {
            bool exact = false;
            bool matches = false;
            for (const auto& term : core::search_terms(registration.person)) {
                exact = exact || term == folded_query;
                matches = matches || (!folded_query.empty() && term.starts_with(folded_query));
            }
            if (matches)
                hits.push_back({!exact,
                                {uid, registration.ticket, registration.person.name, registration.person.organisation,
                                 registration.person.phone, registration.status}});
        }
        std::stable_sort(hits.begin(), hits.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
        std::vector<core::SearchHit> rows;
        for (auto& hit : hits)
            if (rows.size() < limit)
                rows.push_back(std::move(hit.second));
        return rows;
    }

    core::Status for_each_registration(const std::function<bool(const core::Registration&)>& visit) override {
        for (const auto& [uid, registration] : m_registrations)
            if (!visit(registration))
                break;
        return {};
    }
    core::Status for_each_scan(const std::function<bool(const core::StoredScan&)>& visit) override {
        for (const auto& scan : m_scans)
            if (!visit(scan))
                break;
        return {};
    }

    core::Result<std::vector<core::Response>> responses() override {
        std::vector<core::Response> rows;
        for (const auto& [uid, response] : m_responses)
            rows.push_back(response);
        std::sort(rows.begin(), rows.end(), [](const core::Response& a, const core::Response& b) {
            return std::tie(a.at, a.uid) > std::tie(b.at, b.uid);
        });
        return rows;
    }
    core::Result<std::optional<core::Response>> response(std::string_view uid) override {
        return found_in(m_responses, std::string(uid));
    }
    core::Status for_each_response(const std::function<bool(const core::Response&)>& visit) override {
        for (const auto& [uid, response] : m_responses)
            if (!visit(response))
                break;
        return {};
    }

    core::Result<std::vector<core::Lead>> leads() override {
        std::vector<core::Lead> rows;
        for (const auto& [uid, versions] : m_leads)
            rows.push_back(versions.back());
        const auto key = [](const core::Lead& lead) {
            return std::tuple(!core::is_open(lead.status), lead.due.empty(), lead.due, lead.priority, lead.uid);
        };
        std::sort(rows.begin(), rows.end(), [&](const core::Lead& a, const core::Lead& b) { return key(a) < key(b); });
        return rows;
    }
    core::Result<std::optional<core::Lead>> lead(std::string_view uid) override {
        const auto found = m_leads.find(std::string(uid));
        return found == m_leads.end() ? std::optional<core::Lead>{} : std::optional(found->second.back());
    }
    core::Result<std::vector<core::Lead>> lead_history(std::string_view uid) override {
        return found_in(m_leads, std::string(uid)).value_or(std::vector<core::Lead>{});
    }

    // As the database's: folded by the core, displaced ones told.
    core::Result<std::vector<core::Booking>> bookings() override {
        return bookings_where([](const core::Booking&) { return true; });
    }
    core::Result<std::optional<core::Booking>> booking(std::string_view uid) override {
        auto found = bookings_where([&](const core::Booking& booking) { return booking.request.uid == uid; });
        return found.empty() ? std::optional<core::Booking>{} : std::optional(std::move(found.front()));
    }
    core::Result<std::vector<core::Booking>> bookings_of(std::string_view ticket) override {
        return bookings_where([&](const core::Booking& booking) {
            return std::ranges::find(booking.request.participants, ticket, &core::Participant::ticket) !=
                   booking.request.participants.end();
        });
    }
    core::Result<std::vector<core::Booking>> bookings_at(std::string_view unit) override {
        return bookings_where([&](const core::Booking& booking) {
            return !unit.empty() && (booking.request.unit == unit || booking.request.session == unit);
        });
    }
    core::Result<std::vector<core::Booking>> pending_bookings() override {
        return bookings_where([](const core::Booking& booking) { return booking.stage == core::BookingStage::Requested; });
    }

    core::Result<std::vector<core::Lease>> leases() override {
        const auto rows = m_leases | std::views::values;
        return std::vector<core::Lease>(rows.begin(), rows.end());
    }
    core::Result<std::vector<core::Lease>> leases_on(std::span<const core::Resource> resources) override {
        std::vector<core::Lease> rows;
        for (const auto& [text, lease] : m_leases)
            if (std::ranges::find(resources, lease.resource.subject, &core::Resource::subject) != resources.end())
                rows.push_back(lease);
        return rows;
    }
    core::Status change_leases(std::span<const core::Lease> put, std::span<const std::string> drop) override {
        for (const auto& resource : drop)
            m_leases.erase(resource);
        for (const auto& lease : put)
            m_leases[core::resource_text(lease.resource)] = lease;
        return {};
    }
    core::Result<std::uint64_t> last_booking_seq() override {
        std::uint64_t last = 0;
        for (const auto& operation : operations)
            if (operation.id.device == m_device && (operation.kind == core::operation_kind::booking_request ||
                                                    operation.kind == core::operation_kind::booking_act))
                last = std::max(last, operation.id.seq);
        return last;
    }
    core::Result<std::uint64_t> feed_after() override { return feed_read; }
    core::Result<std::vector<core::PrivateSession>> private_sessions() override {
        std::vector<core::PrivateSession> rows;
        for (const auto& [id, session] : m_private_sessions)
            rows.push_back(session);
        return rows;
    }
    core::Result<std::vector<core::StoredSessionAct>> session_acts(std::string_view session) override {
        return found_in(m_session_acts, std::string(session)).value_or(std::vector<core::StoredSessionAct>{});
    }
    core::Result<std::vector<core::Invitation>> invitations(std::string_view session) override {
        return invitations_where([&](const core::Invitation& invitation) { return invitation.session == session; });
    }
    core::Result<std::vector<core::Invitation>> invitations_of(std::string_view ticket) override {
        return invitations_where([&](const core::Invitation& invitation) { return invitation.ticket == ticket; });
    }
    core::Result<std::vector<core::OrganisationQuota>> quotas(std::string_view session) override {
        std::vector<core::OrganisationQuota> rows;
        for (const auto& [key, quota] : m_quotas)
            if (key.first == session)
                rows.push_back(quota);
        return rows;
    }
    core::Result<core::JournalStatus> status() override {
        core::JournalStatus status;
        status.device = m_device;
        status.incarnation = "1";
        status.last_seq = status.pending = status.operations = operations.size();
        status.registrations = m_registrations.size();
        return status;
    }

private:
    template <typename Map> static std::optional<typename Map::mapped_type> found_in(const Map& map, const typename Map::key_type& key) {
        const auto found = map.find(key);
        return found == map.end() ? std::nullopt : std::optional(found->second);
    }

    template <typename Predicate> std::vector<core::Registration> registrations_where(Predicate predicate) const {
        std::vector<core::Registration> found;
        for (const auto& [uid, registration] : m_registrations)
            if (predicate(registration))
                found.push_back(registration);
        return found;
    }

    template <typename Predicate> std::vector<core::Invitation> invitations_where(Predicate predicate) const {
        std::vector<core::Invitation> found;
        for (const auto& [key, invitation] : m_invitations)
            if (predicate(invitation))
                found.push_back(as_answered(invitation));
        return found;
    }

    core::Invitation as_answered(core::Invitation invitation) const {
        if (const auto acts = m_session_acts.find(invitation.session); acts != m_session_acts.end())
            invitation.status = core::answered(invitation, m_invited_at.at({invitation.session, invitation.ticket}), acts->second);
        return invitation;
    }

    // ---- bookings ----

    struct StoredBooking {
        std::optional<core::BookingRequest> request;
        core::OperationId id;
        core::Hlc hlc;
        std::vector<core::StoredAct> acts;
    };
    using StoredBookings = std::map<std::string, StoredBooking>;

    static void project_booking(const core::Operation& operation, StoredBookings& bookings) {
        if (operation.kind == core::operation_kind::booking_request) {
            if (auto request = core::decode_booking_request(operation)) {
                auto& stored = bookings[request->uid];
                if (!stored.request || std::tie(operation.hlc, operation.id) < std::tie(stored.hlc, stored.id)) {
                    stored.id = operation.id;
                    stored.hlc = operation.hlc;
                    stored.request = std::move(*request);
                }
            }
        } else if (operation.kind == core::operation_kind::booking_act) {
            if (auto act = core::decode_booking_act(operation)) {
                auto& acts = bookings[act->booking].acts;
                acts.push_back({operation.id, operation.hlc, std::move(*act)});
            }
        }
    }

    std::vector<core::Booking> standing_bookings(const StoredBookings& stored) const {
        std::vector<core::Booking> folded;
        for (const auto& [uid, booking] : stored)
            if (booking.request)
                folded.push_back(core::fold_booking(*booking.request, booking.id, booking.acts));
        auto shown = folded;
        for (auto& booking : shown)
            if (core::is_displaced(booking, folded, capacity_of(booking.request.session))) {
                booking.stage = core::BookingStage::Displaced;
                booking.reason = core::BookingReason::Displaced;
            }
        std::ranges::sort(shown, [](const core::Booking& a, const core::Booking& b) {
            return std::tie(a.request.starts, a.request.unit, a.request.uid) <
                   std::tie(b.request.starts, b.request.unit, b.request.uid);
        });
        return shown;
    }

    template <typename Predicate> std::vector<core::Booking> bookings_where(Predicate predicate) const {
        auto rows = standing_bookings(m_bookings);
        std::erase_if(rows, [&](const core::Booking& booking) { return !predicate(booking); });
        return rows;
    }

    std::optional<std::int64_t> capacity_of(const std::string& session) const {
        std::vector<core::ConfigDocument> documents;
        for (const auto& [key, document] : m_config)
            documents.push_back(document);
        const auto config = session.empty() ? core::fail(core::ErrorCode::NotFound, "")
                                            : core::assemble_config(documents);
        const auto* found = config ? config->session(session) : nullptr;
        return found ? found->capacity : std::nullopt;
    }

    // What the database asks of confirmations, before anything is kept.
    core::Status check_confirmations(const std::vector<core::Operation>& made) const {
        std::vector<core::BookingActRecord> confirmations;
        auto then = m_bookings;
        for (const auto& operation : made) {
            project_booking(operation, then);
            if (operation.kind != core::operation_kind::booking_act)
                continue;
            if (auto act = core::decode_booking_act(operation); act && act->act == core::BookingAct::Confirm)
                confirmations.push_back(std::move(*act));
        }
        if (confirmations.empty())
            return {};
        const auto refused = [](const std::string& why) {
            return core::fail(core::ErrorCode::Conflict, "error.booking_conflict", why);
        };
        const auto standing = standing_bookings(then);
        for (const auto& confirmation : confirmations) {
            if (confirmation.leases.empty() && has_hub)
                return refused(confirmation.booking + ": without a lease");
            for (const auto& [text, generation] : confirmation.leases) {
                KIOSK_TRY(const auto needed, core::parse_resource(text));
                if (std::ranges::none_of(m_leases, [&, wanted = generation](const auto& entry) {
                        const auto& lease = entry.second;
                        return core::covers(lease.resource, needed) && lease.generation == wanted && !lease.closing &&
                               lease.known_from <= feed_read;
                    }))
                    return refused(confirmation.booking + ": " + text + " is not held here");
            }
            const auto confirmed = std::ranges::find(standing, confirmation.booking,
                                                     [](const core::Booking& booking) { return booking.request.uid; });
            if (confirmed == standing.end() || !core::stands(confirmed->stage))
                return refused(confirmation.booking + ": does not stand");
        }
        // Nothing that stood may have fallen.
        for (const auto& before : standing_bookings(m_bookings)) {
            const auto after = std::ranges::find(standing, before.request.uid,
                                                 [](const core::Booking& booking) { return booking.request.uid; });
            if (core::stands(before.stage) && after->stage == core::BookingStage::Displaced)
                return refused(before.request.uid + ": would be displaced");
        }
        return check_seats(confirmations, standing);
    }

    core::Status check_seats(const std::vector<core::BookingActRecord>& confirmations,
                             const std::vector<core::Booking>& standing) const {
        for (const auto& confirmation : confirmations)
            for (const auto& [text, generation] : confirmation.leases) {
                const auto held = m_leases.find(text);
                if (held == m_leases.end() || !held->second.resource.is_counted())
                    continue;
                std::int64_t used = 0;
                for (const auto& booking : standing)
                    if (core::stands(booking.stage) && booking.confirmed_by.device == m_device &&
                        "seats:" + booking.request.session == held->second.resource.subject)
                        used += static_cast<std::int64_t>(booking.request.participants.size());
                if (used > held->second.resource.count)
                    return core::fail(core::ErrorCode::Conflict, "error.booking_conflict", text + ": no seat is left");
            }
        return {};
    }

    // Admitted and not undone, by (time, operation id).
    // At one checkpoint, or at all where it is empty.
    std::vector<core::StoredScan> standing(std::string_view checkpoint = {}) const {
        std::vector<core::StoredScan> found;
        for (const auto& scan : m_scans)
            if ((checkpoint.empty() || scan.record.checkpoint == checkpoint) &&
                scan.record.outcome == core::Outcome::Admitted && !scan.undone)
                found.push_back(scan);
        std::stable_sort(found.begin(), found.end(), [](const core::StoredScan& a, const core::StoredScan& b) {
            return std::tie(a.record.at, a.id) < std::tie(b.record.at, b.id);
        });
        return found;
    }

    core::Status project(const core::Operation& operation) {
        namespace kind = core::operation_kind;
        if (operation.kind == kind::config_set) {
            KIOSK_TRY(auto document, core::decode_config(operation));
            m_config[{document.entity, document.id}] = document;
        } else if (operation.kind == kind::registration_set) {
            KIOSK_TRY(auto registration, core::decode_registration(operation));
            m_registrations[registration.uid] = registration;
        } else if (operation.kind == kind::revocation_add) {
            KIOSK_TRY(auto ticket, core::decode_revocation(operation));
            m_revoked.insert(ticket);
        } else if (operation.kind == kind::invitation_set) {
            KIOSK_TRY(auto invitation, core::decode_invitation(operation));
            m_invitations[{invitation.session, invitation.ticket}] = invitation;
            m_invited_at[{invitation.session, invitation.ticket}] = operation.hlc;
        } else if (operation.kind == kind::session_set) {
            KIOSK_TRY(auto session, core::decode_private_session(operation));
            m_private_sessions[session.session] = session;
        } else if (operation.kind == kind::session_act) {
            KIOSK_TRY(auto act, core::decode_session_act(operation));
            m_session_acts[act.session].push_back({operation.id, operation.hlc, act});
        } else if (operation.kind == kind::quota_set) {
            KIOSK_TRY(auto quota, core::decode_quota(operation));
            m_quotas[{quota.session, quota.organisation + "/" + quota.role}] = quota;
        } else if (operation.kind == kind::booking_request) {
            KIOSK_CHECK(core::decode_booking_request(operation));
            project_booking(operation, m_bookings);
        } else if (operation.kind == kind::booking_act) {
            KIOSK_CHECK(core::decode_booking_act(operation));
            project_booking(operation, m_bookings);
        } else if (operation.kind == kind::scan) {
            KIOSK_TRY(auto record, core::decode_scan(operation));
            m_scans.push_back({operation.id, record, m_undone.contains(core::to_string(operation.id))});
        } else if (operation.kind == kind::undo) {
            KIOSK_TRY(auto undo, core::decode_undo(operation));
            m_undone.insert(undo.target);
            for (auto& scan : m_scans)
                if (core::to_string(scan.id) == undo.target)
                    scan.undone = true;
        } else if (operation.kind == kind::response_set) {
            KIOSK_TRY(auto response, core::decode_response(operation));
            auto& stored = m_responses[response.uid]; // appended in order: only a final one stops what follows
            if (stored.uid.empty() || stored.status != core::ResponseStatus::Final)
                stored = response;
        } else if (operation.kind == kind::lead_set) {
            KIOSK_TRY(auto lead, core::decode_lead(operation));
            m_leads[lead.uid].push_back(lead);
        } else if (operation.kind == kind::personal_erase) {
            KIOSK_TRY(auto uid, core::decode_erasure(operation));
            for (auto& [response_uid, response] : m_responses)
                if (response_uid == uid) {
                    response.organisation.clear();
                    response.respondent.clear();
                    response.answers.clear();
                }
            for (auto& [lead_uid, versions] : m_leads)
                for (auto& lead : versions)
                    if (lead_uid == uid || lead.registration == uid || lead.response == uid) {
                        lead.organisation.clear();
                        lead.person.clear();
                        lead.note.clear();
                    }
            if (const auto found = m_registrations.find(uid); found != m_registrations.end()) {
                found->second.person = {};
                found->second.answers.clear();
            }
            for (auto& scan : m_scans)
                if (scan.record.registration == uid)
                    scan.record.answers.clear();
            for (auto& [booking_uid, booking] : m_bookings) {
                const bool theirs = booking.request && std::ranges::find(booking.request->participants, uid,
                                                                         &core::Participant::registration) !=
                                                           booking.request->participants.end();
                if (booking_uid != uid && !theirs)
                    continue;
                if (booking.request)
                    booking.request->topic.clear();
                for (auto& act : booking.acts)
                    act.record.note.clear();
            }
            if (const auto found = m_private_sessions.find(uid); found != m_private_sessions.end()) {
                found->second.title = found->second.nda_text = {};
                found->second.host_org.clear();
                found->second.rivals.clear();
            }
            if (const auto found = m_session_acts.find(uid); found != m_session_acts.end())
                for (auto& act : found->second)
                    act.record.text.clear();
            std::erase_if(m_quotas, [&](const auto& entry) { return entry.first.first == uid; });
        }
        return {};
    }

    std::string m_device;
    core::Hlc m_hlc;
    std::map<std::pair<std::string, std::string>, core::ConfigDocument> m_config;
    std::map<std::string, core::Registration> m_registrations;
    std::map<std::pair<std::string, std::string>, core::Invitation> m_invitations;
    std::map<std::pair<std::string, std::string>, core::Hlc> m_invited_at;
    std::map<std::string, core::PrivateSession> m_private_sessions;
    std::map<std::string, std::vector<core::StoredSessionAct>> m_session_acts;
    std::map<std::pair<std::string, std::string>, core::OrganisationQuota> m_quotas; // session, organisation and role
    std::set<std::string> m_revoked;
    std::set<std::string> m_undone;
    std::vector<core::StoredScan> m_scans;
    std::map<std::string, core::Response> m_responses;
    std::map<std::string, std::vector<core::Lead>> m_leads; // every version, oldest first
    StoredBookings m_bookings;
    std::map<std::string, core::Lease> m_leases; // by resource_text
};

} // namespace kiosk::test
