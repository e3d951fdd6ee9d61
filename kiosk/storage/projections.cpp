// SPDX-License-Identifier: Apache-2.0
#include "storage/projections.hpp"

#include "core/names.hpp"
#include "core/phone.hpp"

#include <algorithm>

namespace kiosk::storage {

namespace {

template <typename To, typename From> core::Result<Decoded> wrapped(core::Result<From> value) {
    if (!value)
        return std::unexpected(std::move(value).error());
    return Decoded(To{std::move(*value)});
}

std::string joined_reasons(const std::vector<core::Reason>& reasons) {
    std::string joined;
    for (const auto reason : reasons) {
        if (!joined.empty())
            joined += ',';
        joined += core::to_string(reason);
    }
    return joined;
}

std::vector<core::Reason> split_reasons(std::string_view joined) {
    std::vector<core::Reason> reasons;
    while (!joined.empty()) {
        const auto end = std::min(joined.find(','), joined.size());
        if (const auto reason = core::parse_reason(joined.substr(0, end)))
            reasons.push_back(*reason);
        joined.remove_prefix(std::min(end + 1, joined.size()));
    }
    return reasons;
}

std::int64_t number_of(auto enumerator) { return static_cast<std::int64_t>(enumerator); }

} // namespace

core::Result<Decoded> decode(const core::Operation& operation) {
    namespace kind = core::operation_kind;
    if (operation.kind == kind::scan)
        return wrapped<core::ScanRecord>(core::decode_scan(operation));
    if (operation.kind == kind::registration_set)
        return wrapped<core::Registration>(core::decode_registration(operation));
    if (operation.kind == kind::undo)
        return wrapped<core::UndoRecord>(core::decode_undo(operation));
    if (operation.kind == kind::config_set)
        return wrapped<core::ConfigDocument>(core::decode_config(operation));
    if (operation.kind == kind::revocation_add)
        return wrapped<Revocation>(core::decode_revocation(operation));
    if (operation.kind == kind::invitation_set)
        return wrapped<core::Invitation>(core::decode_invitation(operation));
    if (operation.kind == kind::personal_erase)
        return wrapped<Erasure>(core::decode_erasure(operation));
    if (operation.kind == kind::response_set)
        return wrapped<core::Response>(core::decode_response(operation));
    if (operation.kind == kind::lead_set)
        return wrapped<core::Lead>(core::decode_lead(operation));
    if (operation.kind == kind::booking_act)
        return wrapped<core::BookingActRecord>(core::decode_booking_act(operation));
    if (operation.kind == kind::booking_request)
        return wrapped<core::BookingRequest>(core::decode_booking_request(operation));
    if (operation.kind == kind::session_set)
        return wrapped<core::PrivateSession>(core::decode_private_session(operation));
    if (operation.kind == kind::session_act)
        return wrapped<core::SessionActRecord>(core::decode_session_act(operation));
    if (operation.kind == kind::quota_set)
        return wrapped<core::OrganisationQuota>(core::decode_quota(operation));
    if (operation.kind == kind::note)
        return Decoded(Note{});
    return Decoded{};
}

std::vector<std::string> owners_of(const core::Operation& operation, const Decoded& decoded) {
    if (const auto* registration = std::get_if<core::Registration>(&decoded))
        return {registration->uid};
    if (const auto* scan = std::get_if<core::ScanRecord>(&decoded))
        return {scan->registration};
    if (const auto* response = std::get_if<core::Response>(&decoded))
        return {response->uid};
    if (const auto* lead = std::get_if<core::Lead>(&decoded)) {
        std::vector<std::string> owners{lead->registration, lead->response, lead->uid};
        std::erase_if(owners, [](const std::string& owner) { return owner.empty(); });
        return owners;
    }
    if (const auto* request = std::get_if<core::BookingRequest>(&decoded)) {
        std::vector<std::string> owners;
        for (const auto& participant : request->participants)
            if (!participant.registration.empty())
                owners.push_back(participant.registration);
        owners.push_back(request->uid);
        return owners;
    }
    if (const auto* act = std::get_if<core::BookingActRecord>(&decoded))
        return {act->booking};
    if (const auto* session = std::get_if<core::PrivateSession>(&decoded))
        return {session->session};
    if (const auto* act = std::get_if<core::SessionActRecord>(&decoded))
        return {act->session};
    if (const auto* quota = std::get_if<core::OrganisationQuota>(&decoded))
        return {quota->session};
    return {operation.subject};
}

void Projections::load() {
    m_bookings.forget();
    const auto single = [&](Query query) {
        return query.next() ? query.integer(0) : 0;
    };
    m_last_number = single(Query(m_connection, "SELECT max(number) FROM registrations"));
    m_registrations = static_cast<std::uint64_t>(single(Query(m_connection, "SELECT count(*) FROM registrations")));
    m_erasures = static_cast<std::uint64_t>(single(Query(m_connection, "SELECT count(*) FROM erasures")));
}

bool Projections::is_erased(std::string_view uid) {
    return m_erasures > 0 && !uid.empty() && Query(m_connection, "SELECT 1 FROM erasures WHERE uid = ?", uid).next();
}

bool Projections::is_erased(const core::Operation& operation, const Decoded& decoded) {
    if (m_erasures == 0)
        return false;
    auto owners = owners_of(operation, decoded);
    if (const auto* act = std::get_if<core::BookingActRecord>(&decoded))
        for (auto& registration : m_bookings.registrations_of(act->booking))
            owners.push_back(std::move(registration));
    return std::ranges::any_of(owners, [&](const std::string& owner) { return is_erased(owner); });
}

void Projections::apply(std::int64_t id, const core::Operation& operation, const Decoded& decoded) {
    if (const auto* scan = std::get_if<core::ScanRecord>(&decoded))
        apply_scan(id, *scan);
    else if (const auto* registration = std::get_if<core::Registration>(&decoded))
        apply_registration(id, operation, *registration);
    else if (const auto* undo = std::get_if<core::UndoRecord>(&decoded))
        apply_undo(id, operation, *undo);
    else if (const auto* document = std::get_if<core::ConfigDocument>(&decoded))
        apply_document(id, operation, *document);
    else if (const auto* invitation = std::get_if<core::Invitation>(&decoded))
        apply_invitation(id, operation, *invitation);
    else if (const auto* response = std::get_if<core::Response>(&decoded))
        apply_response(id, operation, *response);
    else if (const auto* lead = std::get_if<core::Lead>(&decoded))
        apply_lead(id, operation, *lead);
    else if (const auto* booking_act = std::get_if<core::BookingActRecord>(&decoded))
        apply_booking_act(id, operation, *booking_act);
    else if (const auto* request = std::get_if<core::BookingRequest>(&decoded))
        apply_booking_request(id, operation, *request);
    else if (const auto* session = std::get_if<core::PrivateSession>(&decoded))
        apply_session_record(id, session->session, SessionRecord::Private);
    else if (const auto* session_act = std::get_if<core::SessionActRecord>(&decoded))
        apply_session_record(id, session_act->session, SessionRecord::Act);
    else if (const auto* quota = std::get_if<core::OrganisationQuota>(&decoded))
        apply_session_record(id, quota->session, SessionRecord::Quota);
    else if (const auto* revocation = std::get_if<Revocation>(&decoded))
        Query(m_connection, "INSERT OR IGNORE INTO revocations VALUES (?)", revocation->ticket).run();
    else if (const auto* erasure = std::get_if<Erasure>(&decoded))
        apply_erasure(erasure->uid);
    else if (std::holds_alternative<Note>(decoded))
        Query(m_connection, "INSERT OR IGNORE INTO notes VALUES (?)", id).run();
}

void Projections::apply_scan(std::int64_t id, const core::ScanRecord& scan) {
    Query(m_connection, "INSERT INTO scans VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", id, scan.checkpoint,
          scan.ticket, scan.registration, scan.session, number_of(scan.direction), number_of(scan.outcome),
          number_of(scan.reason), scan.at.unix_ms, scan.key, scan.method, scan.override_staff, scan.override_reason,
          joined_reasons(scan.overridden), scan.consents.empty() ? std::string() : core::consents_json(scan.consents))
        .run();
}

void Projections::apply_undo(std::int64_t id, const core::Operation& operation, const core::UndoRecord& undo) {
    const auto target_id = core::parse_operation_id(undo.target);
    if (!target_id)
        return;
    const auto target = m_journal.intern(*target_id); // the scan may still be on its way
    if (!target)
        return;
    {
        Query stored(m_connection, "SELECT hlc, operation FROM undos WHERE target = ?", *target);
        if (stored.next() && is_later(operation, stored.integer(0), stored.integer(1)))
            return;
    }
    Query(m_connection, "INSERT OR REPLACE INTO undos VALUES (?, ?, ?)", *target, operation.hlc.value, id).run();
}

void Projections::apply_document(std::int64_t id, const core::Operation& operation,
                                 const core::ConfigDocument& document) {
    {
        Query stored(m_connection, "SELECT hlc, operation FROM documents WHERE entity = ? AND id = ?", document.entity,
                     document.id);
        if (stored.next() && !is_later(operation, stored.integer(0), stored.integer(1)))
            return;
    }
    Query(m_connection, "INSERT OR REPLACE INTO documents VALUES (?, ?, ?, ?, ?)", document.entity, document.id,
          document.doc, operation.hlc.value, id)
        .run();
    if (document.entity == "session")
        m_bookings.capacity_changed(document.id);
}

void Projections::apply_invitation(std::int64_t id, const core::Operation& operation,
                                   const core::Invitation& invitation) {
    {
        Query stored(m_connection, "SELECT hlc, operation FROM invitations WHERE session = ? AND ticket = ?",
                     invitation.session, invitation.ticket);
        if (stored.next() && !is_later(operation, stored.integer(0), stored.integer(1)))
            return;
    }
    Query(m_connection, "INSERT OR REPLACE INTO invitations VALUES (?, ?, ?, ?, ?, ?, ?)", invitation.session,
          invitation.ticket, invitation.role, number_of(invitation.status), invitation.nda_signed, operation.hlc.value, id)
        .run();
}

void Projections::apply_registration(std::int64_t id, const core::Operation& operation,
                                     const core::Registration& registration) {
    const auto& person = registration.person;
    const bool has_person = !operation.personal.empty();
    const auto terms = has_person ? joined_terms(core::search_terms(person)) : std::string();

    std::optional<std::int64_t> number;
    {
        Query stored(m_connection, "SELECT number, hlc, operation FROM registrations WHERE uid = ?", registration.uid);
        if (stored.next()) {
            // The same operation again: its personal part has come after it.
            if (stored.integer(2) != id && !is_later(operation, stored.integer(1), stored.integer(2)))
                return;
            number = stored.integer(0);
        }
    }
    if (number) {
        std::optional<std::string> old_terms;
        {
            Query stored(m_connection, "SELECT terms FROM people WHERE number = ?", *number);
            if (stored.next())
                old_terms = stored.text(0);
        }
        if (old_terms && has_person && *old_terms == terms) {
            Query(m_connection, "UPDATE people SET name = ?, organisation = ?, phone = ?, phone_key = ? WHERE number = ?",
                  person.name, person.organisation, person.phone, core::phone_key(person.phone), *number)
                .run();
            Query(m_connection, "UPDATE registrations SET ticket = ?, status = ?, hlc = ?, operation = ? WHERE number = ?",
                  registration.ticket, number_of(registration.status), operation.hlc.value, id, *number)
                .run();
            return;
        }
        // Other terms: the person gets a new number, at the end, where the index is added to.
        if (old_terms) {
            m_search.remove(*number, *old_terms);
            Query(m_connection, "DELETE FROM people WHERE number = ?", *number).run();
        }
        Query(m_connection, "DELETE FROM registrations WHERE number = ?", *number).run();
    } else {
        ++m_registrations;
    }
    const auto fresh = ++m_last_number;
    Query(m_connection, "INSERT INTO registrations VALUES (?, ?, ?, ?, ?, ?)", fresh, registration.uid,
          registration.ticket, number_of(registration.status), operation.hlc.value, id)
        .run();
    if (has_person) {
        Query(m_connection, "INSERT INTO people VALUES (?, ?, ?, ?, ?, ?)", fresh, person.name, person.organisation,
              person.phone, core::phone_key(person.phone), terms)
            .run();
        m_search.add(fresh, terms);
    }
}

void Projections::apply_erasure(const std::string& uid) {
    if (is_erased(uid))
        return;
    Query(m_connection, "INSERT OR IGNORE INTO erasures VALUES (?)", uid).run();
    ++m_erasures;
    m_bookings.forget();
    Query(m_connection, "DELETE FROM personal WHERE owner = ?", uid).run();
    Query(m_connection,
          "DELETE FROM personal WHERE operation IN (SELECT operation FROM lead_versions WHERE registration = ?1 AND "
          "registration <> '' UNION ALL SELECT operation FROM lead_versions WHERE response = ?1 AND response <> '' "
          "UNION ALL SELECT operation FROM lead_versions WHERE lead = ?1 "
          "UNION ALL SELECT operation FROM session_records WHERE kind IN (1, 2, 3) AND session = ?1)",
          uid)
        .run();
    Query(m_connection,
          "DELETE FROM personal WHERE operation IN (WITH theirs(booking) AS (SELECT ?1 UNION ALL SELECT booking FROM "
          "booking_people WHERE registration = ?1 AND registration <> '') "
          "SELECT operation FROM booking_requests JOIN theirs USING (booking) "
          "UNION ALL SELECT operation FROM booking_acts JOIN theirs USING (booking))",
          uid)
        .run();
    std::optional<std::pair<std::int64_t, std::string>> person;
    {
        Query stored(m_connection,
                     "SELECT p.number, p.terms FROM registrations r JOIN people p ON p.number = r.number WHERE r.uid = ?",
                     uid);
        if (stored.next())
            person.emplace(stored.integer(0), stored.text(1));
    }
    if (person) {
        m_search.remove(person->first, person->second);
        Query(m_connection, "DELETE FROM people WHERE number = ?", person->first).run();
    }
}

void Projections::apply_response(std::int64_t id, const core::Operation& operation, const core::Response& response) {
    {
        Query stored(m_connection, "SELECT status, hlc, operation FROM responses WHERE uid = ?", response.uid);
        if (stored.next()) {
            const bool later = is_later(operation, stored.integer(1), stored.integer(2));
            const bool was_final = stored.integer(0) == number_of(core::ResponseStatus::Final);
            const bool is_final = response.status == core::ResponseStatus::Final;
            // The first final one stands for good, before it the latest draft does.
            if (was_final ? !is_final || later : !is_final && !later)
                return;
        }
    }
    Query(m_connection, "INSERT OR REPLACE INTO responses VALUES (?, ?, ?, ?, ?)", response.uid,
          number_of(response.status), response.at.unix_ms, operation.hlc.value, id)
        .run();
}

void Projections::apply_lead(std::int64_t id, const core::Operation& operation, const core::Lead& lead) {
    Query(m_connection, "INSERT OR REPLACE INTO lead_versions VALUES (?, ?, ?, ?)", id, lead.uid, lead.registration,
          lead.response)
        .run();
    // Where it came before its kind was known, an erasure did not find it.
    if (is_erased(operation, Decoded(lead)))
        Query(m_connection, "DELETE FROM personal WHERE operation = ?", id).run();
    {
        Query stored(m_connection, "SELECT hlc, operation FROM leads WHERE uid = ?", lead.uid);
        if (stored.next() && !is_later(operation, stored.integer(0), stored.integer(1)))
            return;
    }
    Query(m_connection, "INSERT OR REPLACE INTO leads VALUES (?, ?, ?, ?, ?, ?)", lead.uid, number_of(lead.status),
          lead.due, lead.priority, operation.hlc.value, id)
        .run();
}

void Projections::apply_booking_request(std::int64_t id, const core::Operation& operation,
                                        const core::BookingRequest& request) {
    m_bookings.apply_request(id, operation, request);
    // Who takes part is known from here on: also notes that came before it are theirs.
    if (is_erased(operation, Decoded(request)))
        Query(m_connection,
              "DELETE FROM personal WHERE operation = ?1 OR operation IN (SELECT operation FROM booking_acts WHERE booking = "
              "?2)",
              id, request.uid)
            .run();
}

void Projections::apply_booking_act(std::int64_t id, const core::Operation& operation,
                                    const core::BookingActRecord& act) {
    m_bookings.apply_act(id, operation, act);
    if (is_erased(operation, Decoded(act)))
        Query(m_connection, "DELETE FROM personal WHERE operation = ?", id).run();
}

void Projections::apply_session_record(std::int64_t id, const std::string& session, SessionRecord kind) {
    Query(m_connection, "INSERT OR REPLACE INTO session_records VALUES (?, ?, ?)", id, session, number_of(kind)).run();
    if (is_erased(session)) // where it came before its kind was known
        Query(m_connection, "DELETE FROM personal WHERE operation = ?", id).run();
}

void Projections::clear() {
    m_bookings.clear();
    m_connection.exec("DELETE FROM people; DELETE FROM registrations; DELETE FROM documents; DELETE FROM erasures;"
                      "DELETE FROM revocations; DELETE FROM invitations; DELETE FROM scans; DELETE FROM undos;"
                      "DELETE FROM notes; DELETE FROM responses; DELETE FROM leads; DELETE FROM lead_versions;"
                      "DELETE FROM session_records");
    m_search.clear();
    load();
}

core::StoredScan Projections::scan_row(Query& query) const {
    core::StoredScan scan;
    scan.id = m_journal.operation_id(query.integer(0));
    auto& record = scan.record;
    record.checkpoint = query.text(1);
    record.ticket = query.text(2);
    record.registration = query.text(3);
    record.session = query.text(4);
    record.direction = static_cast<core::Direction>(query.integer(5));
    record.outcome = static_cast<core::Outcome>(query.integer(6));
    record.reason = static_cast<core::Reason>(query.integer(7));
    record.at = {query.integer(8)};
    record.key = query.text(9);
    record.method = query.text(10);
    record.override_staff = query.text(11);
    record.override_reason = query.text(12);
    record.overridden = split_reasons(query.text(13));
    if (const auto consents = query.text(14); !consents.empty())
        if (auto parsed = core::parse_consents(consents))
            record.consents = std::move(*parsed);
    if (const auto nda = record.consents.find("nda"); nda != record.consents.end() && nda->second) {
        Query body(m_connection, "SELECT body FROM operations WHERE id = ?", query.integer(0)); // which text it was
        core::Operation operation;
        operation.kind = core::operation_kind::scan;
        operation.body = body.next() ? body.text(0) : std::string();
        if (auto decoded = core::decode_scan(operation))
            record.nda_version = std::move(decoded->nda_version);
    }
    scan.undone = !query.is_null(15);
    if (!query.is_null(16)) {
        core::Operation operation; // the answers are in the personal part, which decode_scan reads
        operation.kind = core::operation_kind::scan;
        operation.body = R"({"checkpoint":"-"})";
        operation.personal = query.text(16);
        if (auto decoded = core::decode_scan(operation))
            record.answers = std::move(decoded->answers);
    }
    return scan;
}

void Projections::for_each_line(const VisitLine& visit) {
    const auto id_text = [&](std::int64_t id) { return core::to_string(m_journal.operation_id(id)); };
    const auto lines = [&](const char* table, Query query, auto&& fill) {
        const std::string name = table;
        while (query.next()) {
            DumpLine line;
            fill(line, query);
            visit(name, line.text());
        }
    };
    lines("documents", Query(m_connection, "SELECT entity, id, doc, hlc, operation FROM documents ORDER BY entity, id"),
          [&](DumpLine& line, Query& row) {
              line << row.text(0) << row.text(1) << row.text(2) << row.integer(3) << id_text(row.integer(4));
          });
    lines("registrations",
          Query(m_connection, "SELECT uid, ticket, status, hlc, operation, name, organisation, phone, phone_key, terms "
                              "FROM registrations r LEFT JOIN people p ON p.number = r.number ORDER BY uid"),
          [&](DumpLine& line, Query& row) {
              line << row.text(0) << row.text(1) << row.integer(2) << row.integer(3) << id_text(row.integer(4));
              if (!row.is_null(5))
                  line << row.text(5) << row.text(6) << row.text(7) << row.text(8) << row.text(9);
          });
    lines("erasures", Query(m_connection, "SELECT uid FROM erasures ORDER BY uid"),
          [&](DumpLine& line, Query& row) { line << row.text(0); });
    lines("revocations", Query(m_connection, "SELECT ticket FROM revocations ORDER BY ticket"),
          [&](DumpLine& line, Query& row) { line << row.text(0); });
    lines("invitations",
          Query(m_connection, "SELECT session, ticket, role, status, nda, hlc, operation FROM invitations "
                              "ORDER BY session, ticket"),
          [&](DumpLine& line, Query& row) {
              line << row.text(0) << row.text(1) << row.text(2) << row.integer(3) << row.integer(4) << row.integer(5)
                   << id_text(row.integer(6));
          });
    lines("responses", Query(m_connection, "SELECT uid, status, at_ms, hlc, operation FROM responses ORDER BY uid"),
          [&](DumpLine& line, Query& row) {
              line << row.text(0) << row.integer(1) << row.integer(2) << row.integer(3) << id_text(row.integer(4));
          });
    lines("leads", Query(m_connection, "SELECT uid, status, due, priority, hlc, operation FROM leads ORDER BY uid"),
          [&](DumpLine& line, Query& row) {
              line << row.text(0) << row.integer(1) << row.text(2) << row.integer(3) << row.integer(4)
                   << id_text(row.integer(5));
          });
    m_bookings.for_each_line(visit);

    // Rows with local ids: by origin in the order of its names, then by seq.
    auto origins = m_journal.origins();
    std::ranges::sort(origins, {}, [](const Origin& origin) { return std::pair(origin.device, origin.incarnation); });
    for (const auto& origin : origins) {
        const auto first = row_id(origin.number, 1);
        const auto last = row_id(origin.number, max_seq);
        lines("scans",
              Query(m_connection,
                    "SELECT id, checkpoint, ticket, registration, session, direction, outcome, reason, at_ms, key, method, "
                    "override_staff, override_reason, overridden, consents FROM scans WHERE id BETWEEN ? AND ? ORDER BY id",
                    first, last),
              [&](DumpLine& line, Query& row) {
                  line << id_text(row.integer(0));
                  for (int column = 1; column < 15; ++column)
                      line << row.text(column);
              });
        lines("undos",
              Query(m_connection, "SELECT target, hlc, operation FROM undos WHERE target BETWEEN ? AND ? ORDER BY target",
                    first, last),
              [&](DumpLine& line, Query& row) {
                  line << id_text(row.integer(0)) << row.integer(1) << id_text(row.integer(2));
              });
        lines("lead_versions",
              Query(m_connection,
                    "SELECT operation, lead, registration, response FROM lead_versions WHERE operation BETWEEN ? AND ? "
                    "ORDER BY operation",
                    first, last),
              [&](DumpLine& line, Query& row) {
                  line << id_text(row.integer(0)) << row.text(1) << row.text(2) << row.text(3);
              });
        lines("notes", Query(m_connection, "SELECT operation FROM notes WHERE operation BETWEEN ? AND ? ORDER BY operation",
                             first, last),
              [&](DumpLine& line, Query& row) { line << id_text(row.integer(0)); });
        lines("session_records",
              Query(m_connection,
                    "SELECT operation, session, kind FROM session_records WHERE operation BETWEEN ? AND ? ORDER BY operation",
                    first, last),
              [&](DumpLine& line, Query& row) { line << id_text(row.integer(0)) << row.text(1) << row.integer(2); });
        m_bookings.for_each_line_of(origin.number, visit);
    }
}

} // namespace kiosk::storage
