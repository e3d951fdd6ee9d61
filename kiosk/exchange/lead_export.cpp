// SPDX-License-Identifier: Apache-2.0
#include "exchange/lead_export.hpp"

#include "core/names.hpp"
#include "exchange/spreadsheet_text.hpp"

#include <fmt/format.h>

#include <array>

namespace kiosk::exchange {

namespace {

struct Column {
    const char* key;
    double width;
};
constexpr std::array<Column, 10> columns{{{"export.column.lead_type", 14},
                                          {"export.column.organisation", 26},
                                          {"export.column.name", 14},
                                          {"export.column.owner", 16},
                                          {"export.column.status", 12},
                                          {"export.column.priority", 10},
                                          {"export.column.due", 12},
                                          {"export.column.note", 40},
                                          {"export.column.lead_source", 16},
                                          {"export.column.changed", 20}}};
constexpr std::size_t changed_column = 9;

struct Row {
    std::array<std::string, columns.size()> cells;
    core::CivilTime changed; // the last cell, as a moment
};

class Rows {
public:
    explicit Rows(const ExportRequest& request) : m_request(request) {}

    core::Result<std::uint64_t> for_each(const std::function<void(const Row&)>& visit) {
        KIOSK_TRY(const auto leads, m_request.store->leads());
        std::uint64_t count = 0;
        for (const auto& lead : leads) {
            if (!lead.confidential.empty())
                continue; // came out of a session behind closed doors: in no general list
            if (m_request.disclosure == Disclosure::Partner) {
                KIOSK_TRY(const auto shared, may_share(lead));
                if (!shared)
                    continue;
            }
            visit(row_of(lead));
            ++count;
        }
        return count;
    }
    std::string text(const std::string& key) const { return m_request.texts->text(m_request.language, key); }

private:
    // What is not known here (a type of a newer version) is shown as it is.
    std::string word(const std::string& prefix, std::string_view id) const {
        const auto key = prefix + std::string(id);
        return m_request.texts->has(key) ? text(key) : std::string(id);
    }
    core::Result<bool> may_share(const core::Lead& lead) const {
        if (lead.registration.empty())
            return false; // nobody knows whether they agreed
        KIOSK_TRY(const auto registration, m_request.store->registration(lead.registration));
        if (!registration)
            return false;
        const auto share = registration->consents.find("share");
        return share != registration->consents.end() && share->second;
    }
    Row row_of(const core::Lead& lead) const {
        const bool masked = m_request.disclosure == Disclosure::Masked;
        Row row;
        row.changed = m_request.config->event.timezone.civil(lead.at);
        const auto& c = row.changed;
        row.cells = {word("lead.type.", lead.type),
                     lead.organisation,
                     masked ? core::mask_name(lead.person) : lead.person,
                     owner_name(lead.owner),
                     text("lead.status." + std::string(core::to_string(lead.status))),
                     text("lead.priority." + std::to_string(lead.priority)),
                     lead.due,
                     masked ? std::string() : lead.note,
                     lead.source == "staff" || lead.source.empty() ? text("lead.source.staff") : text("lead.source.answer"),
                     fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}", c.year, c.month, c.day, c.hour, c.minute, c.second)};
        return row;
    }
    std::string owner_name(const std::string& owner) const {
        const auto* member = m_request.config->staff_member(owner);
        return member != nullptr && !member->name.empty() ? member->name : owner;
    }

    const ExportRequest& m_request;
};

} // namespace

core::Result<std::uint64_t> write_leads(const ExportRequest& request, Workbook& book, Workbook::Sheet sheet) {
    Rows rows(request);
    std::vector<std::string> headings;
    for (std::size_t i = 0; i < columns.size(); ++i) {
        book.width(sheet, static_cast<std::uint32_t>(i), static_cast<std::uint32_t>(i), columns[i].width);
        headings.push_back(rows.text(columns[i].key));
    }
    book.headings(sheet, headings);
    std::uint32_t at = 0;
    KIOSK_TRY(const auto count, rows.for_each([&](const Row& row) {
        ++at;
        for (std::size_t i = 0; i < changed_column; ++i)
            if (!row.cells[i].empty())
                book.text(sheet, at, static_cast<std::uint32_t>(i), row.cells[i]);
        book.moment(sheet, at, changed_column, row.changed);
    }));
    if (count == 0)
        book.text(sheet, 2, 0, rows.text("export.hint.leads"), CellStyle::Hint);
    return count;
}

core::Result<std::uint64_t> export_leads_xlsx(const ExportRequest& request, const std::filesystem::path& path) {
    KIOSK_TRY(auto book, Workbook::create(path));
    KIOSK_TRY(const auto sheet, book.add_sheet(request.texts->text(request.language, "export.sheet.leads")));
    KIOSK_TRY(const auto count, write_leads(request, book, sheet));
    KIOSK_CHECK(book.finish());
    return count;
}

core::Result<std::uint64_t> export_leads_csv(const ExportRequest& request, const std::filesystem::path& path) {
    KIOSK_TRY(auto file, AtomicFile::create(path));
    Rows rows(request);
    std::string line = "\xEF\xBB\xBF";
    for (std::size_t i = 0; i < columns.size(); ++i)
        line += (i == 0 ? "" : ",") + csv_cell(rows.text(columns[i].key));
    KIOSK_CHECK(file.write(line + "\r\n"));
    core::Status written;
    KIOSK_TRY(const auto count, rows.for_each([&](const Row& row) {
        line.clear();
        for (std::size_t i = 0; i < row.cells.size(); ++i)
            line += (i == 0 ? "" : ",") +
                    (i == changed_column ? row.cells[i] : csv_cell(row.cells[i])); // a moment is none of somebody's text
        if (written)
            written = file.write(line + "\r\n");
    }));
    KIOSK_CHECK(written);
    KIOSK_CHECK(file.commit());
    return count;
}

} // namespace kiosk::exchange
