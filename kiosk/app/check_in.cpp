// SPDX-License-Identifier: Apache-2.0
#include "app/check_in.hpp"

#include "core/load_config.hpp"
#include "core/names.hpp"
#include "core/phone.hpp"
#include "core/questions.hpp"

#include <algorithm>
#include <array>

namespace kiosk::app {

namespace {

using namespace core;

constexpr std::int64_t undo_window_ms = 15 * minute_ms;
constexpr std::size_t max_rows = 8;

constexpr std::string_view question_name = "name";
constexpr std::string_view question_phone = "phone";

bool may_undo_anything(const EventConfig& config, std::string_view staff) {
    const auto* member = config.staff_member(staff);
    constexpr std::array<std::string_view, 4> organizers{"organizer", "station_lead", "central", "admin"};
    return member && std::ranges::any_of(member->roles, [&](const std::string& role) {
               return std::ranges::find(organizers, role) != organizers.end();
           });
}

// What was answered and agreed to at any door of this event counts at every other one.
void remember_what_was_given(AdmissionFacts& facts, const std::vector<StoredScan>& scans) {
    if (facts.registrations.size() != 1)
        return;
    auto& registration = facts.registrations.front();
    for (const auto& scan : scans) {
        registration.answers = merged(registration.answers, scan.record.answers);
        for (const auto& [name, given] : scan.record.consents)
            registration.consents[name] = given;
    }
}

std::string ascii_upper(std::string_view text) {
    std::string upper(text);
    for (auto& c : upper)
        if (c >= 'a' && c <= 'z')
            c = static_cast<char>(c - 'a' + 'A');
    return upper;
}

// Of the text that is to be signed at its door; empty where this device does not have it.
Result<std::string> nda_version_of(Store& store, std::string_view session) {
    KIOSK_TRY(const auto sessions, store.private_sessions());
    const auto found = std::ranges::find(sessions, session, &PrivateSession::session);
    return found == sessions.end() ? std::string() : found->nda_version;
}

} // namespace

Result<CheckIn> CheckIn::create(Services services) {
    KIOSK_ASSERT(services.store && services.clock && services.random && services.verifier);
    CheckIn check_in(services);
    KIOSK_CHECK(check_in.reload());
    return check_in;
}

Status CheckIn::reload() {
    KIOSK_TRY(auto config, load_config(*m_services.store));
    KIOSK_TRY(const auto status, m_services.store->status());
    m_config = std::make_shared<const EventConfig>(std::move(config));
    m_device = status.device;
    return {};
}

Result<RecognisedCode> CheckIn::recognise(std::string_view raw_code) {
    auto code = recognise_for_event(*m_config, raw_code, *m_services.verifier);
    if (code.kind != CodeKind::Plain)
        return code;
    // Codes read aloud or typed by hand arrive in lower case.
    if (const auto upper = ascii_upper(code.ticket); upper != code.ticket) {
        KIOSK_TRY(const auto exact, m_services.store->registrations_by_ticket(code.ticket));
        if (exact.empty()) {
            KIOSK_TRY(const auto folded, m_services.store->registrations_by_ticket(upper));
            KIOSK_TRY(const auto revoked, m_services.store->is_revoked(upper));
            if (!folded.empty() || revoked)
                code.ticket = upper;
        }
    }
    return code;
}

Result<AdmissionFacts> CheckIn::facts_for(const ScanRequest& request, const RecognisedCode& code) {
    AdmissionFacts facts;
    if (code.kind != CodeKind::Plain && code.kind != CodeKind::Signed)
        return facts;
    auto& store = *m_services.store;
    const auto& checkpoint = *m_config->checkpoint(request.checkpoint);
    KIOSK_TRY(facts.registrations, store.registrations_by_ticket(code.ticket));
    KIOSK_TRY(facts.revoked, store.is_revoked(code.ticket));
    KIOSK_TRY(const auto scans, store.standing_scans(code.ticket));
    // What is signed is a text: whoever signed an older one reads the new one. Where this device does not know the text,
    // any signature is one.
    std::string nda_version;
    if (const auto* session = checkpoint.session ? m_config->session(*checkpoint.session) : nullptr; session && session->nda) {
        KIOSK_TRY(nda_version, nda_version_of(store, session->id));
    }
    for (const auto& scan : scans) {
        if (scan.record.checkpoint != checkpoint.id)
            continue;
        facts.history.push_back({scan.record.direction, scan.record.at});
        if (const auto nda = scan.record.consents.find("nda"); nda != scan.record.consents.end() && nda->second)
            facts.nda_signed = facts.nda_signed || nda_version.empty() || scan.record.nda_version == nda_version;
    }
    remember_what_was_given(facts, scans);
    if (checkpoint.session) {
        KIOSK_TRY(facts.invitation, store.invitation(*checkpoint.session, code.ticket));
    }
    if (capacity_of(*m_config, checkpoint)) {
        std::optional<TimeRange> range;
        if (checkpoint.scope == Scope::Day) {
            const auto& zone = m_config->event.timezone;
            const auto today = zone.day_number(request.at);
            range = TimeRange{zone.start_of_day(today), zone.start_of_day(today + 1)};
        }
        KIOSK_TRY(facts.occupancy, store.occupancy(checkpoint.id, range));
    }
    return facts;
}

Result<ScanRequest> CheckIn::completed(const ScanRequest& request) const {
    if (!m_config->checkpoint(request.checkpoint))
        return fail(ErrorCode::NotFound, "error.no_checkpoint", request.checkpoint);
    auto complete = request;
    if (complete.at == Instant{})
        complete.at = m_services.clock->now();
    return complete;
}

Result<Decision> CheckIn::preview(const ScanRequest& request) {
    KIOSK_TRY(const auto complete, completed(request));
    KIOSK_TRY(const auto code, recognise(complete.code));
    KIOSK_TRY(const auto facts, facts_for(complete, code));
    return decide(*m_config, complete, code, facts, m_services.plugin);
}

Result<std::optional<ScanResult>> CheckIn::answered_before(const std::string& key) {
    if (key.empty())
        return std::optional<ScanResult>{};
    KIOSK_TRY(const auto earlier, m_services.store->admitted_scan_by_key(key));
    if (!earlier)
        return std::optional<ScanResult>{};
    ScanResult result;
    result.replayed = true;
    result.decision.outcome = Outcome::Admitted;
    result.decision.reason = Reason::None;
    result.decision.ticket = earlier->record.ticket;
    result.decision.overridden = earlier->record.overridden;
    if (!earlier->record.registration.empty()) {
        KIOSK_TRY(result.decision.registration, m_services.store->registration(earlier->record.registration));
    }
    return std::optional(std::move(result));
}

Result<ScanResult> CheckIn::scan(const ScanRequest& request, std::string_view method) {
    KIOSK_TRY(const auto complete, completed(request));
    KIOSK_TRY(auto earlier, answered_before(complete.key));
    if (earlier)
        return std::move(*earlier);
    KIOSK_TRY(const auto code, recognise(complete.code));
    KIOSK_TRY(const auto facts, facts_for(complete, code));
    ScanResult result;
    result.decision = decide(*m_config, complete, code, facts, m_services.plugin);
    KIOSK_TRY(result.saved, commit(complete, method, result.decision, nullptr));
    return result;
}

Result<std::optional<OperationId>> CheckIn::commit(const ScanRequest& request, std::string_view method,
                                                   const Decision& decision, const Registration* new_registration) {
    if (decision.outcome == Outcome::Incomplete)
        return std::optional<OperationId>{};
    ScanRecord record;
    record.checkpoint = request.checkpoint;
    record.ticket = decision.ticket;
    if (decision.registration)
        record.registration = decision.registration->uid;
    if (const auto* checkpoint = m_config->checkpoint(request.checkpoint); checkpoint->session)
        record.session = *checkpoint->session;
    if (const auto* session = m_config->session(record.session); session && session->is_closed_door())
        record.confidential = session->id;
    record.direction = request.direction;
    record.outcome = decision.outcome;
    record.reason = decision.reason;
    record.at = request.at;
    record.key = request.key;
    record.method = method;
    if (request.override_by && !decision.overridden.empty()) {
        record.override_staff = request.override_by->staff;
        record.override_reason = request.override_by->reason;
        record.overridden = decision.overridden;
    }
    if (decision.outcome == Outcome::Admitted) {
        record.consents = request.consents;
        record.answers = request.answers;
        if (const auto nda = request.consents.find("nda"); nda != request.consents.end() && nda->second && !record.session.empty()) {
            KIOSK_TRY(record.nda_version, nda_version_of(*m_services.store, record.session));
        }
    }
    std::vector<OperationDraft> drafts;
    if (new_registration)
        drafts.push_back(make_registration(*new_registration));
    drafts.push_back(make_scan(record));
    KIOSK_TRY(const auto receipt, m_services.store->append(drafts));
    return std::optional(receipt.last);
}

Result<UndoResult> CheckIn::undo(std::string_view checkpoint, std::string_view code, std::string_view staff) {
    KIOSK_TRY(const auto recognised, recognise(code));
    KIOSK_TRY(const auto scans, m_services.store->standing_scans(recognised.ticket));
    const auto newest = std::ranges::find(scans.rbegin(), scans.rend(), checkpoint,
                                          [](const StoredScan& scan) { return scan.record.checkpoint; });
    if (recognised.ticket.empty() || newest == scans.rend())
        return UndoResult{false, Reason::Unknown};
    return take_back(*newest, staff);
}

Result<UndoResult> CheckIn::undo_scan(std::string_view ticket, std::string_view operation_id, std::string_view staff) {
    KIOSK_TRY(const auto scans, m_services.store->standing_scans(ticket));
    const auto found = std::ranges::find(scans, operation_id, [](const StoredScan& scan) { return to_string(scan.id); });
    if (found == scans.end())
        return UndoResult{false, Reason::Unknown};
    return take_back(*found, staff);
}

Result<UndoResult> CheckIn::take_back(const StoredScan& scan, std::string_view staff) {
    const auto now = m_services.clock->now();
    if (!may_undo_anything(*m_config, staff)) {
        if (scan.id.device != m_device)
            return UndoResult{false, Reason::Rules};
        // A clock that was set back since makes the scan lie ahead; that is no reason to forbid a correction.
        if (now - scan.record.at > undo_window_ms)
            return UndoResult{false, Reason::Expired};
    }
    const std::array drafts{make_undo({to_string(scan.id), std::string(staff), now}, scan.record.ticket)};
    KIOSK_CHECK(m_services.store->append(drafts));
    return UndoResult{true, Reason::None};
}

Result<WalkInResult> CheckIn::walk_in(const WalkInRequest& walk_in) {
    ScanRequest request;
    request.checkpoint = walk_in.checkpoint;
    request.answers = walk_in.answers;
    request.consents = walk_in.consents;
    request.override_by = walk_in.override_by;
    request.key = walk_in.key;
    KIOSK_TRY(request, completed(request));

    WalkInResult result;
    KIOSK_TRY(auto earlier, answered_before(walk_in.key));
    if (earlier) {
        result.decision = std::move(earlier->decision);
        result.ticket = result.decision.ticket;
        return result;
    }

    const auto& person = walk_in.person;
    if (fold(person.name).empty())
        result.decision.questions.emplace_back(question_name);
    if (phone_key(person.phone).size() < 4)
        result.decision.questions.emplace_back(question_phone);
    if (!result.decision.questions.empty()) {
        result.decision.outcome = Outcome::Incomplete;
        result.decision.reason = Reason::None;
        return result;
    }

    // Somebody who registered before and forgot is checked in, not entered twice.
    KIOSK_TRY(auto same_phone, m_services.store->registrations_by_phone(person.phone));
    std::erase_if(same_phone, [](const Registration& r) { return r.status == RegistrationStatus::Cancelled; });
    if (const auto same = std::ranges::find(same_phone, fold(person.name),
                                            [](const Registration& r) { return fold(r.person.name); });
        same != same_phone.end()) {
        request.code = same->ticket;
        KIOSK_TRY(auto scanned, scan(request, "walk_in"));
        result.decision = std::move(scanned.decision);
        result.ticket = same->ticket;
        result.saved = scanned.saved;
        return result;
    }
    if (!same_phone.empty()) {
        result.decision.outcome = Outcome::StaffCheck;
        result.decision.reason = Reason::Ambiguous;
        KIOSK_TRY(result.saved, commit(request, "walk_in", result.decision, nullptr));
        return result;
    }

    Registration registration;
    registration.uid = make_uid(request.at, *m_services.random);
    registration.ticket = make_ticket_code(*m_services.random);
    registration.ticket_type = walk_in.ticket_type.empty() ? walk_in_ticket_type(request.checkpoint)
                                                           : walk_in.ticket_type;
    registration.source = RegistrationSource::WalkIn;
    registration.person = person;
    registration.answers = walk_in.answers;
    registration.consents = walk_in.consents;

    RecognisedCode code;
    code.kind = CodeKind::Plain;
    code.ticket = registration.ticket;
    KIOSK_TRY(auto facts, facts_for(request, code));
    facts.registrations = {registration};
    result.decision = decide(*m_config, request, code, facts, m_services.plugin);
    if (result.decision.outcome == Outcome::Incomplete)
        return result;
    // The door is full: the person keeps a place in the queue. Refused for anything else: nothing of them is kept.
    const bool waits = result.decision.outcome == Outcome::Refused && result.decision.reason == Reason::Full;
    const bool kept = waits || result.decision.outcome == Outcome::Admitted;
    if (waits)
        registration.status = RegistrationStatus::Waitlist;
    if (!kept)
        result.decision.registration.reset();
    KIOSK_TRY(result.saved, commit(request, "walk_in", result.decision, kept ? &registration : nullptr));
    if (kept) {
        result.ticket = registration.ticket;
        result.decision.registration = registration;
    }
    return result;
}

std::string CheckIn::walk_in_ticket_type(std::string_view checkpoint) const {
    const auto& allowed = m_config->checkpoint(checkpoint)->ticket_types;
    for (const auto& type : m_config->ticket_types)
        if (!allowed || std::ranges::find(*allowed, type.id) != allowed->end())
            return type.id;
    return {};
}

Result<SearchPage> CheckIn::search(std::string_view typed) {
    SearchPage page;
    const auto query = search_query(typed);
    if (query.empty()) {
        page.refused = true;
        return page;
    }
    KIOSK_TRY(auto hits, m_services.store->search(query, max_rows + 1));
    page.more = hits.size() > max_rows;
    if (page.more)
        hits.resize(max_rows);
    for (const auto& hit : hits)
        page.rows.push_back({hit.registration, hit.ticket, mask_name(hit.name), mask_organisation(hit.organisation),
                             phone_tail(hit.phone)});
    return page;
}

Result<bool> CheckIn::second_factor(std::string_view registration, Factor factor, std::string_view typed) {
    KIOSK_TRY(const auto found, m_services.store->registration(registration));
    if (!found)
        return false;
    if (factor == Factor::FullName)
        return !found->person.name.empty() && fold(found->person.name) == fold(typed);
    const auto tail = phone_tail(found->person.phone);
    return tail.size() == 4 && tail == fold(typed);
}

} // namespace kiosk::app
