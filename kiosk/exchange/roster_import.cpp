// SPDX-License-Identifier: Apache-2.0
#include "exchange/roster_import.hpp"

#include "core/names.hpp"
#include "core/phone.hpp"
#include "core/questions.hpp"
#include "exchange/cell_values.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace kiosk::exchange {
namespace {

constexpr std::size_t max_text_bytes = 1000;
constexpr std::size_t max_ticket_bytes = 64;
constexpr std::size_t same_name_limit = 50;

// Key → the row in which it was first seen. Open addressing, 12 bytes a place, so that finding doubles in a million rows
// stays small beside the batch.
class SeenRows {
public:
    // The earlier row with this key, or nothing and the key is remembered.
    std::optional<std::uint64_t> meet(std::uint64_t key, std::uint64_t row) {
        if ((m_used + 1) * 4 > m_rows.size() * 3)
            grow();
        const auto at = find(key);
        if (m_rows[at] != 0)
            return m_rows[at];
        m_keys[at] = key;
        m_rows[at] = static_cast<std::uint32_t>(row);
        ++m_used;
        return std::nullopt;
    }

private:
    static_assert(max_rows <= UINT32_MAX);

    std::size_t find(std::uint64_t key) const {
        auto at = static_cast<std::size_t>(key) & (m_rows.size() - 1);
        while (m_rows[at] != 0 && m_keys[at] != key)
            at = (at + 1) & (m_rows.size() - 1);
        return at;
    }
    void grow() {
        const auto keys = std::exchange(m_keys, std::vector<std::uint64_t>(m_keys.size() * 2));
        const auto rows = std::exchange(m_rows, std::vector<std::uint32_t>(m_rows.size() * 2));
        for (std::size_t i = 0; i < rows.size(); ++i)
            if (rows[i] != 0) {
                const auto at = find(keys[i]);
                m_keys[at] = keys[i];
                m_rows[at] = rows[i];
            }
    }

    std::vector<std::uint64_t> m_keys = std::vector<std::uint64_t>(1024);
    std::vector<std::uint32_t> m_rows = std::vector<std::uint32_t>(1024); // 0: free
    std::size_t m_used = 0;
};

// FNV-1a with a final mix; the seed keeps a hostile file from choosing its collisions.
std::uint64_t hash_of(std::uint64_t seed, std::string_view text) {
    std::uint64_t hash = seed ^ 0xcbf29ce484222325ULL;
    for (const char c : text) {
        hash ^= static_cast<unsigned char>(c);
        hash *= 0x100000001b3ULL;
    }
    hash ^= hash >> 31;
    hash *= 0x94d049bb133111ebULL;
    return hash ^ (hash >> 29);
}

std::string same_person_key(const core::Person& person) {
    return core::fold(person.name) + '\n' +
           (person.phone.empty() ? core::fold(person.email) + '\n' + core::fold(person.organisation) : core::phone_key(person.phone));
}

// A family name before a Chinese given name, behind a Latin one.
std::string joined_name(const std::string& family, const std::string& given) {
    if (family.empty() || given.empty())
        return family + given;
    const bool latin = static_cast<unsigned char>(family.front()) < 0x80 || static_cast<unsigned char>(given.front()) < 0x80;
    return latin ? given + " " + family : family + given;
}

bool is_sum_row(std::string_view name) {
    constexpr std::array<std::string_view, 5> words{"合计", "总计", "小计", "total", "sum"};
    return std::find(words.begin(), words.end(), core::fold(name)) != words.end();
}

class Importer {
public:
    Importer(const Mapping& mapping, const core::EventConfig& config, const ImportPorts& ports, ImportReport& report,
             const ImportOptions& options)
        : m_mapping(mapping), m_config(config), m_ports(ports), m_report(report), m_options(options) {
        std::array<std::uint8_t, 8> bytes{};
        m_ports.random->fill(bytes);
        for (const auto byte : bytes)
            m_seed = m_seed << 8 | byte;
    }

    core::Status take(const Row& row);
    core::Status flush();
    std::size_t waiting() const { return m_drafts.size(); }

private:
    void problem(Severity severity, std::string_view key, const ColumnMapping* column, std::string_view value,
                 std::vector<std::pair<std::string, std::string>> args = {});
    bool refuse(std::string_view key, Field field, std::string_view value,
                std::vector<std::pair<std::string, std::string>> args = {}) {
        problem(Severity::Refused, key, m_mapping.find(field), value, std::move(args));
        return false;
    }

    // The row as a registration's changes; false where it was refused.
    bool read_cells(const Row& row);
    bool read_cell(const ColumnMapping& column, std::string_view value);
    bool check_row();
    core::Result<std::optional<core::Registration>> find_known(bool& refused);
    void apply(core::Registration& registration) const;

    const Mapping& m_mapping;
    const core::EventConfig& m_config;
    const ImportPorts& m_ports;
    ImportReport& m_report;
    const ImportOptions& m_options;
    std::uint64_t m_seed = 0;
    SeenRows m_seen_tickets, m_seen_people;
    std::vector<core::OperationDraft> m_drafts;

    // Of the row at hand. Empty and unset mean: the cell says nothing.
    std::uint64_t m_row = 0;
    core::Person m_person;
    std::string m_family, m_given;
    std::string m_ticket, m_ticket_type;
    std::optional<core::RegistrationStatus> m_status;
    std::optional<std::string> m_role;
    std::optional<core::Instant> m_from, m_until;
    core::Answers m_answers;
    core::Consents m_consents;
};

void Importer::problem(Severity severity, std::string_view key, const ColumnMapping* column, std::string_view value,
                       std::vector<std::pair<std::string, std::string>> args) {
    RowProblem problem;
    problem.severity = severity;
    problem.row = m_row;
    if (column != nullptr) {
        problem.column = column->column + 1;
        problem.heading = column->heading;
        problem.value = masked_value(column->field, tidy(value));
    }
    args.emplace_back("row", std::to_string(m_row));
    problem.message = {std::string(key), std::move(args)};
    ++(severity == Severity::Refused ? m_report.refused : m_report.noted);
    if (m_options.on_problem)
        m_options.on_problem(problem);
    if (m_report.problems.size() < max_kept_problems)
        m_report.problems.push_back(std::move(problem));
}

bool Importer::read_cell(const ColumnMapping& column, std::string_view raw) {
    const auto value = tidy(without_guard(raw));
    if (value.empty())
        return true;
    if (value.size() > max_text_bytes && column.field != Field::Answer && column.field != Field::Note) {
        problem(Severity::Refused, "import.refused.too_long", &column, value);
        return false;
    }
    const auto refused = [&](std::string_view key) {
        problem(Severity::Refused, key, &column, value);
        return false;
    };
    switch (column.field) {
    case Field::Ignored: break;
    case Field::Name: m_person.name = value; break;
    case Field::FamilyName: m_family = value; break;
    case Field::GivenName: m_given = value; break;
    case Field::Phone: {
        auto phone = read_phone(value);
        if (phone.problem == PhoneNumber::Problem::Mangled)
            return refused("import.refused.phone_mangled");
        if (phone.problem == PhoneNumber::Problem::Odd) // better without a number than turned away at the door
            problem(Severity::Noted, "import.noted.phone", &column, value);
        else
            m_person.phone = std::move(phone.text);
        break;
    }
    case Field::Email:
        if (!means_nothing(value))
            m_person.email = value;
        break;
    case Field::Organisation:
        if (!means_nothing(value))
            m_person.organisation = value;
        break;
    case Field::Title:
        if (!means_nothing(value))
            m_person.title = value;
        break;
    case Field::TicketType:
        if (m_config.ticket_types.empty())
            m_ticket_type = value;
        else if (auto type = read_ticket_type(m_config, value))
            m_ticket_type = std::move(*type);
        else
            return refused("import.refused.ticket_type");
        break;
    case Field::Ticket: {
        m_ticket = core::normalise_code(value);
        if (const auto in_url = core::code_in_url(m_ticket))
            m_ticket = *in_url;
        if (core::has_ticket_prefix(m_ticket)) {
            const auto parsed = core::parse_ticket(m_ticket);
            m_ticket = parsed ? parsed->ticket.ticket : std::string();
        }
        if (m_ticket.empty() || m_ticket.size() > max_ticket_bytes)
            return refused("import.refused.ticket");
        break;
    }
    case Field::Status:
        m_status = read_status(value);
        if (!m_status)
            return refused("import.refused.status");
        break;
    case Field::EventRole:
        m_role = read_event_role(value);
        if (!m_role)
            problem(Severity::Noted, "import.noted.role", &column, value);
        break;
    case Field::ValidFrom:
        m_from = read_moment(m_config.event.timezone, value, DayEdge::Start);
        if (!m_from)
            return refused("import.refused.date");
        break;
    case Field::ValidUntil:
        m_until = read_moment(m_config.event.timezone, value, DayEdge::End);
        if (!m_until)
            return refused("import.refused.date");
        break;
    case Field::Validity: {
        const auto validity = read_validity(m_config.event.timezone, value);
        if (!validity)
            return refused("import.refused.date");
        m_from = validity->from;
        m_until = validity->until;
        break;
    }
    case Field::Note:
        if (value.size() > core::max_answer_bytes)
            return refused("import.refused.too_long");
        m_answers["note"] = value;
        break;
    case Field::Consent:
        if (const auto given = read_yes_no(value))
            m_consents[column.question] = *given;
        break;
    case Field::Answer:
        if (const auto* question = m_config.question(column.question)) {
            auto answer = read_answer(*question, raw);
            if (core::check_answer(*question, &answer) != core::AnswerProblem::None)
                problem(Severity::Noted, "import.noted.answer", &column, value);
            m_answers[question->id] = std::move(answer);
        }
        break;
    }
    return true;
}

bool Importer::read_cells(const Row& row) {
    m_row = row.number;
    m_person = {};
    m_family.clear();
    m_given.clear();
    m_ticket.clear();
    m_ticket_type.clear();
    m_status.reset();
    m_role.reset();
    m_from.reset();
    m_until.reset();
    m_answers.clear();
    m_consents.clear();
    for (const auto& column : m_mapping.columns)
        if (column.field != Field::Ignored && !read_cell(column, row.cell(column.column)))
            return false;
    if (m_person.name.empty())
        m_person.name = joined_name(m_family, m_given);
    return true;
}

// What can be said without the store.
bool Importer::check_row() {
    if (m_ticket.empty() && m_person.name.empty())
        return refuse("import.refused.name", Field::Name, "");
    if (m_ticket.empty() && m_person.phone.empty() && is_sum_row(m_person.name))
        return refuse("import.refused.sum", Field::Name, "");
    if (m_from && m_until && *m_until < *m_from)
        return refuse("import.refused.date_order", Field::ValidUntil, "");
    if (!m_ticket.empty()) {
        if (const auto first = m_seen_tickets.meet(hash_of(m_seed, m_ticket), m_row))
            return refuse("import.refused.same_ticket", Field::Ticket, m_ticket, {{"first", std::to_string(*first)}});
    }
    // Several tickets may be in one person's name; but of two rows without a code nothing tells the tickets apart.
    const auto earlier = m_person.name.empty() ? std::nullopt
                                               : m_seen_people.meet(hash_of(m_seed, same_person_key(m_person)), m_row);
    if (earlier && m_ticket.empty())
        return refuse("import.refused.same_person", Field::Name, m_person.name, {{"first", std::to_string(*earlier)}});
    return true;
}

core::Result<std::optional<core::Registration>> Importer::find_known(bool& refused) {
    std::optional<core::Registration> known;
    if (!m_ticket.empty()) {
        KIOSK_TRY(auto rows, m_ports.store->registrations_by_ticket(m_ticket));
        if (rows.size() > 1)
            refused = !refuse("import.refused.ambiguous", Field::Ticket, m_ticket);
        else if (rows.size() == 1)
            known = std::move(rows.front());
        return known;
    }
    std::vector<core::Registration> rows;
    const auto wanted = same_person_key(m_person);
    if (!m_person.phone.empty()) {
        KIOSK_TRY(rows, m_ports.store->registrations_by_phone(m_person.phone));
    } else if (const auto query = core::search_query(m_person.name); !query.empty()) {
        KIOSK_TRY(const auto hits, m_ports.store->search(query, same_name_limit));
        for (const auto& hit : hits) {
            KIOSK_TRY(auto registration, m_ports.store->registration(hit.registration));
            if (registration)
                rows.push_back(std::move(*registration));
        }
    }
    for (auto& row : rows) {
        if (same_person_key(row.person) != wanted)
            continue;
        if (known) { // two tickets in one name: which of them the row means can't be told
            refused = !refuse("import.refused.ambiguous", Field::Name, m_person.name);
            return std::optional<core::Registration>{};
        }
        known = std::move(row);
    }
    return known;
}

void Importer::apply(core::Registration& registration) const {
    const auto set = [](std::string& to, const std::string& from) {
        if (!from.empty())
            to = from;
    };
    set(registration.person.name, m_person.name);
    set(registration.person.phone, m_person.phone);
    set(registration.person.email, m_person.email);
    set(registration.person.organisation, m_person.organisation);
    set(registration.person.title, m_person.title);
    set(registration.ticket, m_ticket);
    set(registration.ticket_type, m_ticket_type);
    if (m_status)
        registration.status = *m_status;
    if (m_role)
        registration.event_role = *m_role;
    if (m_from)
        registration.valid_from = m_from;
    if (m_until)
        registration.valid_until = m_until;
    for (const auto& [id, answer] : m_answers)
        registration.answers[id] = answer;
    for (const auto& [id, given] : m_consents)
        registration.consents[id] = given;
}

core::Status Importer::take(const Row& row) {
    ++m_report.rows;
    if (!read_cells(row) || !check_row())
        return {};
    bool refused = false;
    KIOSK_TRY(auto known, find_known(refused));
    if (refused)
        return {};
    core::Registration registration;
    if (known) {
        registration = *known;
        apply(registration);
        auto draft = core::make_registration(registration);
        const auto before = core::make_registration(*known);
        if (draft.body == before.body && draft.personal == before.personal) {
            ++m_report.unchanged;
            return {};
        }
        ++m_report.updated;
        m_drafts.push_back(std::move(draft));
        return {};
    }
    if (m_person.name.empty()) {
        refuse("import.refused.name", Field::Name, "");
        return {};
    }
    if (m_ticket_type.empty() && !m_config.ticket_types.empty())
        m_ticket_type = m_config.ticket_types.front().id;
    if (m_ticket.empty()) {
        m_ticket = core::make_ticket_code(*m_ports.random);
        ++m_report.codes_made;
    }
    registration.uid = core::make_uid(m_ports.clock->now(), *m_ports.random);
    apply(registration);
    ++m_report.added;
    m_drafts.push_back(core::make_registration(registration));
    return {};
}

core::Status Importer::flush() {
    if (!m_drafts.empty() && !m_options.dry_run)
        KIOSK_CHECK(m_ports.store->append(m_drafts));
    m_drafts.clear();
    return {};
}

} // namespace

core::Status import_roster(RowReader& reader, const Mapping& mapping, const core::EventConfig& config,
                           const ImportPorts& ports, ImportReport& report, const ImportOptions& options) {
    KIOSK_CHECK(check_mapping(mapping));
    KIOSK_CHECK(reader.rewind());
    report = {};
    ImportReport saved = report; // counts what is written: a batch that fails did not happen
    Importer importer(mapping, config, ports, report, options);
    const auto flush = [&]() -> core::Status {
        if (auto flushed = importer.flush(); !flushed) {
            report.added = saved.added;
            report.updated = saved.updated;
            return flushed;
        }
        saved.added = report.added;
        saved.updated = report.updated;
        if (options.on_progress)
            options.on_progress(report, reader.progress());
        return {};
    };
    Row row;
    std::uint64_t since_progress = 0;
    while (true) {
        auto more = reader.next(row);
        if (!more) { // what was read before the damage is whole; it is kept and reported
            KIOSK_CHECK(flush());
            return std::unexpected(std::move(more).error());
        }
        if (!*more)
            break;
        if (row.number <= mapping.heading_row || row.blank())
            continue;
        KIOSK_CHECK(importer.take(row));
        if (importer.waiting() >= import_batch || ++since_progress >= import_batch) {
            since_progress = 0;
            KIOSK_CHECK(flush());
        }
    }
    KIOSK_CHECK(flush());
    if (report.rows == 0)
        return core::fail(core::ErrorCode::NotFound, "error.exchange.headings_only", reader.info().file);
    return {};
}

core::OperationDraft make_import_note(const ImportReport& report, const TableInfo& table) {
    // The file's name is left out: names of files are often names of people.
    const nlohmann::json body = {
        {"what", "import"},           {"format", table.format == TableFormat::Csv ? "csv" : table.format == TableFormat::Xlsx ? "xlsx" : "ods"},
        {"rows", report.rows},        {"added", report.added},
        {"updated", report.updated},  {"unchanged", report.unchanged},
        {"refused", report.refused},
    };
    core::OperationDraft draft;
    draft.kind = core::operation_kind::note;
    draft.subject = "import";
    draft.body = body.dump();
    return draft;
}

} // namespace kiosk::exchange
