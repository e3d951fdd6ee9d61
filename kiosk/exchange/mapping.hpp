// SPDX-License-Identifier: Apache-2.0
#pragma once
// Which column of a roster means what. Purpose: guessed from Chinese and English headings and from what stands below
// them, shown to the organizer, corrected, and only then applied. Ownership: values. Threads: any.
// Failure: an Error says which column is missing and how to name it.
#include "core/model.hpp"
#include "exchange/table.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kiosk::exchange {

enum class Field : std::uint8_t {
    Ignored = 0, Name, FamilyName, GivenName, Phone, Email, Organisation, Title, TicketType, Ticket, Status, EventRole,
    ValidFrom, ValidUntil, Validity, Note, Answer, Consent,
};
std::string_view to_string(Field field); // "name", "ticket_type", …; empty for Ignored
std::optional<Field> parse_field(std::string_view text);

struct ColumnMapping {
    std::size_t column = 0; // 0 is the first
    std::string heading;
    Field field = Field::Ignored;
    std::string question;    // id, for Answer and Consent
    double confidence = 0;   // 0 to 1; 1 also where somebody said so
    std::vector<std::string> samples; // masked, up to three
};

struct Mapping {
    std::uint64_t heading_row = 1; // rosters often begin with a title
    std::vector<ColumnMapping> columns;

    const ColumnMapping* find(Field field) const;
};

// Looks at the first rows and rewinds the reader. NotFound where the table is empty or has headings alone.
core::Result<Mapping> guess_mapping(RowReader& reader, const core::EventConfig& config);

// "phone=手机号" by heading, "phone=3" by the column's number, "phone=" for none; an answer is "answer:<id>=…" or the
// question's id alone, a consent "consent:<id>=…" (privacy, share, media).
core::Status override_mapping(Mapping& mapping, const core::EventConfig& config, std::string_view assignment);

// Can rows be imported like this? A name or a ticket code is needed.
core::Status check_mapping(const Mapping& mapping);

// A value as it may be shown in a report or a log.
std::string masked_value(Field field, std::string_view value);

} // namespace kiosk::exchange
