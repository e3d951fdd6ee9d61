// SPDX-License-Identifier: Apache-2.0
#pragma once
// A core::Store in memory. Purpose: the tests of app/ and exchange/ run without SQLite. Every operation is projected as
// storage does it, by decoding the draft; queries are plain loops. Ownership: holds its rows. Threads: one.
// Failure: `fail_next_append` makes the next append fail and write nothing.
#include "core/names.hpp"
#include "core/phone.hpp"
#include "core/ports.hpp"
#include "support/fakes.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
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
    const std::map<std::string, core::Registration>& registrations() const { return m_registrations; }
    const std::vector<core::StoredScan>& scans() const { return m_scans; }

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
            core::Operation operation;
            operation.id = {m_device, "1", operations.size() + made.size() + 1};
            operation.kind = draft.kind;
            operation.hlc = hlc = core::next_hlc(hlc, now);
            operation.wall = now;
            operation.subject = draft.subject;
            operation.body = draft.body;
            operation.personal = draft.personal;
            KIOSK_CHECK(trial.project(operation));
            made.push_back(std::move(operation));
        }
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
        return std::optional{found->second};
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

    // As they stand but for displaced ones, which need leases.
    core::Result<std::vector<core::Booking>> bookings() override {
        return bookings_where([](const core::Booking&) { return true; });
    }
    core::Result<std::optional<core::Booking>> booking(std::string_view uid) override {
        KIOSK_TRY(auto found, bookings_where([&](const core::Booking& booking) { return booking.request.uid == uid; }));
        return found.empty() ? std::optional<core::Booking>{} : std::optional(std::move(found.front()));
    }
    core::Result<std::vector<core::Booking>> bookings_of(std::string_view ticket) override {
        return bookings_where([&](const core::Booking& booking) {
            const auto& people = booking.request.participants;
            return std::ranges::find(people, ticket, &core::Participant::ticket) != people.end();
        });
    }
    core::Result<std::vector<core::Booking>> bookings_at(std::string_view unit) override {
        return bookings_where([&](const core::Booking& booking) {
            return booking.request.unit == unit || booking.request.session == unit;
        });
    }
    core::Result<std::vector<core::Booking>> pending_bookings() override {
        return bookings_where([](const core::Booking& booking) { return booking.stage == core::BookingStage::Requested; });
    }
    core::Result<std::vector<core::Lease>> leases() override { return std::remove_cvref_t<decltype(*std::declval<core::Result<std::vector<core::Lease>>>())>{}; }
    core::Status change_leases(std::span<const core::Lease> , std::span<const std::string> ) override { return core::Status{}; }
    core::Result<std::uint64_t> last_booking_seq() override { return std::uint64_t{0}; }
    core::Result<std::uint64_t> feed_after() override { return std::uint64_t{0}; }
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
                found.push_back(invitation);
        return found;
    }

    template <typename Predicate> core::Result<std::vector<core::Booking>> bookings_where(Predicate predicate) const {
        std::vector<core::Booking> found;
        for (const auto& [uid, stored] : m_booking_requests) {
            const auto acts = found_in(m_booking_acts, uid).value_or(std::vector<core::StoredAct>{});
            if (auto booking = core::fold_booking(stored.second, stored.first, acts); predicate(booking))
                found.push_back(std::move(booking));
        }
        std::sort(found.begin(), found.end(), [](const core::Booking& a, const core::Booking& b) {
            return std::tie(a.request.starts, a.request.unit, a.request.uid) < std::tie(b.request.starts, b.request.unit, b.request.uid);
        });
        return found;
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
            KIOSK_TRY(auto request, core::decode_booking_request(operation));
            m_booking_requests.emplace(request.uid, std::pair(operation.id, request));
        } else if (operation.kind == kind::booking_act) {
            KIOSK_TRY(auto act, core::decode_booking_act(operation));
            m_booking_acts[act.booking].push_back({operation.id, operation.hlc, act});
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
        }
        return {};
    }

    std::string m_device;
    core::Hlc m_hlc;
    std::map<std::pair<std::string, std::string>, core::ConfigDocument> m_config;
    std::map<std::string, core::Registration> m_registrations;
    std::map<std::pair<std::string, std::string>, core::Invitation> m_invitations;
    std::map<std::string, core::PrivateSession> m_private_sessions;
    std::map<std::string, std::vector<core::StoredSessionAct>> m_session_acts;
    std::map<std::pair<std::string, std::string>, core::OrganisationQuota> m_quotas; // session, organisation and role
    std::map<std::string, std::pair<core::OperationId, core::BookingRequest>> m_booking_requests;
    std::map<std::string, std::vector<core::StoredAct>> m_booking_acts;
    std::set<std::string> m_revoked;
    std::set<std::string> m_undone;
    std::vector<core::StoredScan> m_scans;
    std::map<std::string, core::Response> m_responses;
    std::map<std::string, std::vector<core::Lead>> m_leads; // every version, oldest first
};

} // namespace kiosk::test
