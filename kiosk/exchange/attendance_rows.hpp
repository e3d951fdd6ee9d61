// SPDX-License-Identifier: Apache-2.0
#pragma once
// The rows of the attendance list, one after the other. Purpose: what the three formats share: which people, in which
// order, what is masked. Ownership: borrows the request; a row is reused. Threads: the store's. Failure: the store's
// errors and the sink's.
#include "exchange/attendance_export.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace kiosk::exchange {

struct AttendanceRow {
    std::string ticket, name, phone, email, organisation, title, ticket_type, role, note;
    core::RegistrationStatus status = core::RegistrationStatus::Confirmed;
    core::RegistrationSource source = core::RegistrationSource::Import;
    bool listed = true; // false: a signed ticket that the roster does not hold
    Attendance attendance;
    std::vector<std::string> answers; // of the event's questions, in their order
};

class AttendanceList {
public:
    explicit AttendanceList(const ExportRequest& request);

    // Reads the scans; first.
    core::Status gather();
    // Calls the sink for each row; once. Figures are complete afterwards.
    core::Status write(const std::function<core::Status(const AttendanceRow&)>& sink);

    const AttendanceTally& tally() const { return m_tally; }
    std::uint64_t rows() const { return m_rows; }

    // How a row's values read in the request's language.
    std::string text(std::string_view key) const;
    std::string presence_text(const AttendanceRow& row) const;
    std::string status_text(const AttendanceRow& row) const;
    std::string source_text(const AttendanceRow& row) const;
    std::string role_text(const AttendanceRow& row) const;
    std::string checkpoints_text(const AttendanceRow& row) const;
    std::string time_text(const std::optional<core::Instant>& at) const; // "2026-11-20 13:05:09" in the event's zone

private:
    void fill(AttendanceRow& row, const core::Registration& registration, Attendance attendance) const;

    const ExportRequest& m_request;
    AttendanceTally m_tally;
    std::uint64_t m_rows = 0, m_expected = 0;
};

// One column of the list, for CSV and XLSX.
struct AttendanceColumn {
    enum class Kind : std::uint8_t { Text = 1, Count, Moment };
    std::string heading;
    Kind kind = Kind::Text;
    double width = 12; // of the sheet's column, in letters
    std::function<std::string(const AttendanceRow&)> text;                            // Text
    std::function<std::int64_t(const AttendanceRow&)> count;                          // Count
    std::function<const std::optional<core::Instant>&(const AttendanceRow&)> moment; // Moment
};
std::vector<AttendanceColumn> attendance_columns(const ExportRequest& request, const AttendanceList& list);

} // namespace kiosk::exchange
