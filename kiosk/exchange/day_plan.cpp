// SPDX-License-Identifier: Apache-2.0
#include "exchange/day_plan.hpp"

#include "exchange/drawing.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <vector>

namespace kiosk::exchange {
namespace {

using namespace drawing;

constexpr double long_side = 297, short_side = 210, edge = 14; // A4, in millimetres
constexpr std::size_t lines_a_page = 10;
constexpr std::size_t units_a_page = 10, times_a_page = 14;
constexpr Colour grey_fill{0.93, 0.93, 0.92};
constexpr Colour rule_colour{0.6, 0.6, 0.6}; // a printer leaves out paler ones

TextStyle style(double size, double least, Weight weight, int lines, Colour colour = ink,
                PangoAlignment align = PANGO_ALIGN_LEFT) {
    return {size, least, weight, colour, lines, align, false};
}

struct Line { // of a unit: a slot, or a booking whose slot is not there any more
    core::Instant starts, ends;
    bool blocked = false;
    const BookingRow* booking = nullptr;
    std::size_t others = 0; // that ask for it as well
};

struct Table {
    const core::BookableUnit* unit = nullptr;
    std::string label;
    std::map<std::int32_t, std::vector<Line>> days; // by day number, in order of time
};

bool holds(const BookingRow& row) {
    using enum core::BookingStatus;
    const auto status = row.standing.status;
    return status == Confirmed || status == CheckedIn || status == Done;
}

class Plan {
public:
    Plan(const BookingExport& request, const BookingRows& bookings) : m_base(request.base), m_bookings(bookings) {}

    core::Result<PlanReport> write(const std::filesystem::path& path, const std::string& only_unit);

private:
    std::string text(const std::string& key, const std::string& name = {}, const std::string& value = {}) const {
        return m_base.texts->text(m_base.language, name.empty() ? core::Message{key, {}} : core::Message{key, {{name, value}}});
    }
    std::string clock(core::Instant at) const { return clock_text(*m_base.config, at); }
    std::int32_t day_of(core::Instant at) const {
        return static_cast<std::int32_t>(m_base.config->event.timezone.day_number(at));
    }
    Table table_of(const core::BookableUnit& unit) const;
    void place(Table& table, const BookingRow& row) const;
    std::string state_of(const Line& line) const;
    std::vector<std::string> people_of(const BookingRow& row, bool with_organisation) const;
    std::string day_line(std::int32_t day) const;
    void begin_page(PdfFile& pdf, double page_width, double page_height, const std::string& title, const std::string& right);
    void draw_overview(PdfFile& pdf, std::int32_t day, std::span<const Table> tables,
                       std::span<const std::pair<core::Instant, core::Instant>> times);
    void draw_overviews(PdfFile& pdf, std::int32_t day, const std::vector<Table>& tables);
    void draw_cell(cairo_t* to, const Line& line, double x, double y, double cell_width, double cell_height) const;
    void draw_table(PdfFile& pdf, const Table& table, std::int32_t day, const std::vector<Line>& lines);
    void draw_line(cairo_t* to, const Line& line, double y, double height) const;

    const ExportRequest& m_base;
    const BookingRows& m_bookings;
    PlanReport m_report;
};

// Puts a booking on the line of its time; what holds the table goes before what only asks for it.
void Plan::place(Table& table, const BookingRow& row) const {
    const auto& asked = row.booking.request;
    auto& lines = table.days[day_of(asked.starts)];
    auto line = std::ranges::find_if(lines, [&](const Line& one) {
        return one.starts < asked.ends && asked.starts < one.ends;
    });
    if (line == lines.end())
        line = lines.insert(lines.end(), {asked.starts, asked.ends, false, nullptr, 0});
    if (line->booking == nullptr) {
        line->booking = &row;
    } else if (!holds(*line->booking) && holds(row)) {
        line->booking = &row;
        ++line->others;
    } else if (holds(*line->booking) && holds(row)) {
        // Two that stand side by side within one slot: its grid was changed since. Both must be seen.
        lines.push_back({asked.starts, asked.ends, false, &row, 0});
    } else {
        ++line->others;
    }
}

Table Plan::table_of(const core::BookableUnit& unit) const {
    Table table{&unit, unit_label(unit, *m_base.texts, m_base.language), {}};
    for (const auto& slot : unit.slots)
        table.days[day_of(slot.starts)].push_back({slot.starts, slot.ends, slot.blocked, nullptr, 0});
    for (const auto& row : m_bookings.rows)
        if (row.booking.request.unit == unit.id &&
            (holds(row) || (row.standing.status == core::BookingStatus::Pending && !row.people.empty())))
            place(table, row);
    for (auto& [day, lines] : table.days)
        std::ranges::stable_sort(lines, {}, &Line::starts);
    return table;
}

std::vector<std::string> Plan::people_of(const BookingRow& row, bool with_organisation) const {
    std::vector<std::string> people;
    for (const auto& person : row.people) {
        auto one = person.name.empty() ? text("export.calendar.somebody") : person.name;
        if (with_organisation && !person.organisation.empty())
            one += "  " + person.organisation;
        people.push_back(std::move(one));
    }
    return people;
}

std::string Plan::state_of(const Line& line) const {
    if (line.blocked && line.booking == nullptr)
        return text("export.plan.blocked");
    if (line.booking == nullptr)
        return {};
    if (line.booking->confidential && line.booking->people.empty())
        return text("export.calendar.busy");
    return line.booking->standing.status == core::BookingStatus::Pending ? line.booking->status : std::string();
}

std::string Plan::day_line(std::int32_t day) const {
    const auto& zone = m_base.config->event.timezone;
    return m_base.config->event.title.in(m_base.language) + " · " +
           date_text(*m_base.config, zone.start_of_day(day) + core::day_ms / 2, m_base.language);
}

void Plan::begin_page(PdfFile& pdf, double page_width, double page_height, const std::string& title, const std::string& right) {
    if (m_report.pages++ > 0)
        cairo_show_page(pdf.context());
    pdf.page_size(page_width, page_height);
    auto* to = pdf.context();
    const double inner = page_width - 2 * edge;
    draw_text(to, edge, 10, inner * 0.7, title, style(4.4, 3, Weight::Regular, 1, ink_soft));
    draw_text(to, edge + inner * 0.7, 10, inner * 0.3, right, style(4.4, 3, Weight::Regular, 1, ink_soft, PANGO_ALIGN_RIGHT));
    // Paper does not change any more: since when it may be wrong stands on it.
    draw_text(to, edge, page_height - 11, inner, text("export.plan.printed", "time", clock(m_base.now)),
              style(3.2, 2.6, Weight::Regular, 1, ink_soft));
}

void Plan::draw_cell(cairo_t* to, const Line& line, double x, double y, double cell_width, double cell_height) const {
    const double pad = 1.2, inner = cell_width - 2 * pad;
    const auto state = state_of(line);
    if (line.blocked || (line.booking != nullptr && line.booking->people.empty())) {
        set_colour(to, grey_fill);
        cairo_rectangle(to, x + 0.2, y + 0.2, cell_width - 0.4, cell_height - 0.4);
        cairo_fill(to);
    }
    double at = y + 1;
    if (line.booking != nullptr)
        for (const auto& person : people_of(*line.booking, false))
            if (at + 3 < y + cell_height)
                at += draw_text(to, x + pad, at, inner, person, style(3.6, 2.4, Weight::Bold, 1)) + 0.2;
    if (!state.empty() && at + 2.5 < y + cell_height)
        draw_text(to, x + pad, at, inner, state, style(3, 2.2, Weight::Regular, 1, ink_soft));
}

void Plan::draw_overview(PdfFile& pdf, std::int32_t day, std::span<const Table> tables,
                         std::span<const std::pair<core::Instant, core::Instant>> times) {
    begin_page(pdf, long_side, short_side, day_line(day), text("export.plan.overview"));
    auto* to = pdf.context();
    const double left = edge, top = 20, time_width = 22, head = 9;
    const double cell_width = std::min(40.0, (long_side - 2 * edge - time_width) / static_cast<double>(tables.size()));
    const double cell_height = std::min(20.0, (short_side - top - head - 16) / static_cast<double>(times.size()));
    const double right = left + time_width + cell_width * static_cast<double>(tables.size());
    for (std::size_t i = 0; i < tables.size(); ++i)
        draw_text(to, left + time_width + static_cast<double>(i) * cell_width, top + 1.5, cell_width, tables[i].label,
                  style(4.2, 2.6, Weight::Bold, 1, accent, PANGO_ALIGN_CENTER));
    cairo_set_line_width(to, 0.2);
    for (std::size_t row = 0; row < times.size(); ++row) {
        const double y = top + head + static_cast<double>(row) * cell_height;
        draw_text(to, left, y + 1, time_width, clock(times[row].first), style(6, 4, Weight::Bold, 1));
        draw_text(to, left, y + 8, time_width, "– " + clock(times[row].second), style(3.2, 2.6, Weight::Regular, 1, ink_soft));
        for (std::size_t i = 0; i < tables.size(); ++i) {
            const auto lines = tables[i].days.find(day);
            if (lines == tables[i].days.end())
                continue;
            const double x = left + time_width + static_cast<double>(i) * cell_width;
            const auto line = std::ranges::find(lines->second, times[row], [](const Line& one) {
                return std::pair(one.starts, one.ends);
            });
            if (line != lines->second.end())
                draw_cell(to, *line, x, y, cell_width, cell_height);
        }
        set_colour(to, rule_colour);
        cairo_move_to(to, left, y);
        cairo_line_to(to, right, y);
        cairo_stroke(to);
    }
    const double bottom = top + head + static_cast<double>(times.size()) * cell_height;
    set_colour(to, rule_colour);
    for (std::size_t i = 0; i <= tables.size(); ++i) {
        const double x = left + time_width + static_cast<double>(i) * cell_width;
        cairo_move_to(to, x, top);
        cairo_line_to(to, x, bottom);
    }
    cairo_move_to(to, left, bottom);
    cairo_line_to(to, right, bottom);
    cairo_stroke(to);
}

void Plan::draw_overviews(PdfFile& pdf, std::int32_t day, const std::vector<Table>& tables) {
    std::set<std::pair<core::Instant, core::Instant>> found;
    for (const auto& table : tables)
        if (const auto lines = table.days.find(day); lines != table.days.end())
            for (const auto& line : lines->second)
                found.emplace(line.starts, line.ends);
    const std::vector<std::pair<core::Instant, core::Instant>> times(found.begin(), found.end());
    for (std::size_t row = 0; row < times.size(); row += times_a_page)
        for (std::size_t column = 0; column < tables.size(); column += units_a_page)
            draw_overview(pdf, day, std::span(tables).subspan(column, std::min(units_a_page, tables.size() - column)),
                          std::span(times).subspan(row, std::min(times_a_page, times.size() - row)));
}

void Plan::draw_line(cairo_t* to, const Line& line, double y, double height) const {
    const double right = short_side - edge, time_width = 40, x = edge + time_width, inner = right - x;
    set_colour(to, rule_colour);
    cairo_set_line_width(to, 0.3);
    cairo_move_to(to, edge, y);
    cairo_line_to(to, right, y);
    cairo_stroke(to);
    draw_text(to, edge, y + 2, time_width, clock(line.starts), style(11, 8, Weight::Bold, 1));
    draw_text(to, edge, y + 15, time_width, text("export.slip.until", "time", clock(line.ends)),
              style(4, 3, Weight::Regular, 1, ink_soft));
    double at = y + 2.5;
    const auto state = state_of(line);
    if (line.booking != nullptr) {
        // As large as leaves room for what it is about.
        const auto people = people_of(*line.booking, true);
        constexpr double about_height = 6.5, line_spacing = 1.6;
        const double size = std::clamp((height - 2.5 - about_height) / (line_spacing * static_cast<double>(std::max<std::size_t>(people.size(), 1))), 3.0, 6.0);
        for (const auto& person : people)
            if (at + size < y + height)
                at += draw_text(to, x, at, inner, person, style(size, std::min(size, 4.0), Weight::Bold, 1)) + 0.6;
        std::string about = line.booking->purpose;
        if (!line.booking->topic.empty())
            about += (about.empty() ? "" : " · ") + line.booking->topic;
        if (!state.empty())
            about = state + (about.empty() ? "" : " · " + about);
        if (line.others > 0)
            about += (about.empty() ? "" : " · ") + text("export.plan.others", "count", std::to_string(line.others));
        if (at + 4 < y + height)
            draw_text(to, x, at, inner, about, style(4, 3, Weight::Regular, 1, ink_soft));
        return;
    }
    if (line.blocked) {
        draw_text(to, x, at, inner, state, style(6, 4, Weight::Regular, 1, ink_soft));
        return;
    }
    // Free: two lines to write on.
    cairo_set_line_width(to, 0.15);
    set_colour(to, ink_soft);
    for (const double down : {0.48, 0.86}) {
        cairo_move_to(to, x, y + height * down);
        cairo_line_to(to, right, y + height * down);
    }
    cairo_stroke(to);
}

void Plan::draw_table(PdfFile& pdf, const Table& table, std::int32_t day, const std::vector<Line>& lines) {
    for (std::size_t from = 0; from < lines.size(); from += lines_a_page) {
        const auto count = std::min(lines_a_page, lines.size() - from);
        begin_page(pdf, short_side, long_side, day_line(day), text("export.plan.day"));
        auto* to = pdf.context();
        draw_text(to, edge, 18, short_side - 2 * edge, table.label, style(18, 9, Weight::Bold, 1, accent));
        const double top = 46, bottom = long_side - 26;
        const double height = std::min(26.0, (bottom - top) / static_cast<double>(count));
        for (std::size_t i = 0; i < count; ++i) {
            draw_line(to, lines[from + i], top + static_cast<double>(i) * height, height);
            m_report.bookings += lines[from + i].booking != nullptr;
        }
        draw_text(to, edge, long_side - 20, short_side - 2 * edge, text("export.plan.rule", "minutes",
                  std::to_string(core::booking_policy(*m_base.config).grace_ms / 60'000)),
                  style(4, 3, Weight::Regular, 1));
    }
}

core::Result<PlanReport> Plan::write(const std::filesystem::path& path, const std::string& only_unit) {
    std::vector<Table> tables;
    std::set<std::int32_t> days;
    for (const auto& unit : m_base.config->units) {
        if (!only_unit.empty() && unit.id != only_unit)
            continue;
        tables.push_back(table_of(unit));
        for (const auto& [day, lines] : tables.back().days)
            days.insert(day);
    }
    if (tables.empty() && !only_unit.empty())
        return core::fail(core::ErrorCode::NotFound, "error.exchange.no_unit", only_unit);
    if (days.empty())
        return core::fail(core::ErrorCode::NotFound, "error.exchange.no_tables");
    KIOSK_TRY(auto pdf, PdfFile::create(path, m_base.config->event.title.in(m_base.language), short_side, long_side));
    for (const auto day : days) {
        if (only_unit.empty())
            draw_overviews(pdf, day, tables);
        for (const auto& table : tables)
            if (const auto lines = table.days.find(day); lines != table.days.end())
                draw_table(pdf, table, day, lines->second);
        KIOSK_CHECK(pdf.written());
    }
    cairo_show_page(pdf.context());
    KIOSK_CHECK(pdf.finish());
    return m_report;
}

} // namespace

core::Result<PlanReport> export_day_plan(const BookingExport& request, const std::filesystem::path& path,
                                         const std::string& unit) {
    KIOSK_TRY(const auto bookings, booking_rows(request, true));
    return Plan(request, bookings).write(path, unit);
}

} // namespace kiosk::exchange
