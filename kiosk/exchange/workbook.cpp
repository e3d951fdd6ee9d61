// SPDX-License-Identifier: Apache-2.0
#include "exchange/workbook.hpp"

#include "core/letters.hpp"
#include "exchange/spreadsheet_text.hpp"
#include "exchange/zip_archive.hpp"

#include <xlsxwriter.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <set>
#include <sys/statvfs.h>

namespace kiosk::exchange {

namespace {

constexpr std::size_t longest_name = 31;

struct CloseWorkbook { // only where something failed before
    void operator()(lxw_workbook* book) const { workbook_close(book); }
};

struct SheetState {
    lxw_worksheet* sheet = nullptr;
    std::string name;
    std::uint64_t rows = 0; // with something in them
    std::int64_t last = -1;
};

core::Error write_error(const std::filesystem::path& path, std::uint64_t rows, std::string context) {
    struct statvfs space{};
    // The library does not say why it failed, and its temporary files are gone by now: less room than they need is why.
    if (::statvfs(path.parent_path().empty() ? "." : path.parent_path().c_str(), &space) == 0 &&
        static_cast<std::uint64_t>(space.f_bavail) * space.f_frsize < (2u << 20) + rows * 2048)
        return {core::ErrorCode::DiskFull, "error.disk_full", path.string(), std::source_location::current()};
    return {core::ErrorCode::Io, "error.exchange.write", std::move(context), std::source_location::current()};
}

// Are all rows in that sheet of the finished file?
core::Status check_rows(const ZipArchive& archive, std::size_t number, std::uint64_t rows) {
    KIOSK_TRY(auto stream, archive.stream("xl/worksheets/sheet" + std::to_string(number) + ".xml"));
    constexpr std::string_view mark = "<row ";
    std::string block(256 * 1024, '\0');
    std::size_t kept = 0;
    std::uint64_t found = 0;
    while (true) {
        KIOSK_TRY(const auto count, stream.read(block.data() + kept, block.size() - kept));
        if (count == 0)
            break;
        const std::string_view part(block.data(), kept + count);
        for (auto at = part.find(mark); at != std::string_view::npos; at = part.find(mark, at + mark.size()))
            ++found;
        // What may be the beginning of a mark goes before the next block.
        kept = std::min(mark.size() - 1, part.size());
        std::memmove(block.data(), part.data() + part.size() - kept, kept);
    }
    if (found != rows)
        return core::fail(core::ErrorCode::Io, "error.exchange.write",
                          "sheet " + std::to_string(number) + ": rows are missing");
    return {};
}

std::string fit_name(std::string_view wanted, std::size_t longest) {
    auto letters = core::to_letters(clean_text(wanted));
    for (auto& letter : letters)
        if (letter < 0x80 && std::strchr("[]:*?/\\'", static_cast<int>(letter)) != nullptr)
            letter = U' ';
    while (!letters.empty() && letters.front() == U' ')
        letters.erase(letters.begin());
    while (!letters.empty() && letters.back() == U' ')
        letters.pop_back();
    // A character beyond the basic plane counts as two there.
    std::size_t units = 0, kept = 0;
    while (kept < letters.size() && units + (letters[kept] > 0xFFFF ? 2 : 1) <= longest)
        units += letters[kept++] > 0xFFFF ? 2 : 1;
    letters.resize(kept);
    return letters.empty() ? "-" : core::to_utf8(letters);
}

} // namespace

struct Workbook::Impl {
    explicit Impl(AtomicFile made) : file(std::move(made)) {}

    AtomicFile file;
    std::filesystem::path target;
    std::string folder; // the library keeps a pointer to it
    std::unique_ptr<lxw_workbook, CloseWorkbook> book;
    std::array<lxw_format*, 9> formats{}; // by CellStyle
    std::vector<SheetState> sheets;
    std::set<std::string> names; // folded
    bool too_many = false;

    lxw_format* format(CellStyle style) const { return formats[static_cast<std::size_t>(style)]; }
    void make_formats();
    // Whether the row may be written; counts it.
    bool enter(SheetState& sheet, std::uint32_t row) {
        if (row >= max_rows) {
            too_many = true;
            return false;
        }
        if (static_cast<std::int64_t>(row) > sheet.last) {
            sheet.last = row;
            ++sheet.rows;
        }
        return true;
    }
    std::uint64_t rows() const {
        std::uint64_t all = 0;
        for (const auto& sheet : sheets)
            all += sheet.rows;
        return all;
    }
};

void Workbook::Impl::make_formats() {
    const auto make = [&](CellStyle style) {
        auto* made = workbook_add_format(book.get());
        format_set_font_name(made, "Noto Sans CJK SC"); // programs without it take their own sans serif
        format_set_align(made, LXW_ALIGN_VERTICAL_CENTER);
        return formats[static_cast<std::size_t>(style)] = made;
    };
    auto* title = make(CellStyle::Title);
    format_set_bold(title);
    format_set_font_size(title, 16);
    auto* heading = make(CellStyle::Heading);
    format_set_bold(heading);
    format_set_bg_color(heading, 0xE8EEF4);
    format_set_bottom(heading, LXW_BORDER_THIN);
    format_set_num_format(heading, "@");
    make(CellStyle::Label);
    auto* number = make(CellStyle::Number);
    format_set_align(number, LXW_ALIGN_RIGHT);
    auto* text = make(CellStyle::Text);
    format_set_num_format(text, "@"); // stays text when somebody edits the cell
    auto* wrapped = make(CellStyle::Wrapped);
    format_set_num_format(wrapped, "@");
    format_set_text_wrap(wrapped);
    format_set_align(wrapped, LXW_ALIGN_VERTICAL_TOP);
    auto* moment = make(CellStyle::Moment);
    format_set_num_format(moment, "yyyy-mm-dd hh:mm:ss");
    format_set_align(moment, LXW_ALIGN_LEFT);
    auto* hint = make(CellStyle::Hint);
    format_set_font_color(hint, 0x667788);
}

Workbook::Workbook(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}
Workbook::Workbook(Workbook&& other) noexcept = default;
Workbook::~Workbook() = default;

core::Result<Workbook> Workbook::create(const std::filesystem::path& target) {
    KIOSK_TRY(auto file, AtomicFile::create(target));
    auto impl = std::make_unique<Impl>(std::move(file));
    impl->target = target;
    impl->folder = impl->file.partial_path().parent_path().string();
    lxw_workbook_options options{};
    options.constant_memory = LXW_TRUE;
    options.tmpdir = impl->folder.data(); // a full disk shows in one place
    impl->book.reset(workbook_new_opt(impl->file.partial_path().c_str(), &options));
    if (impl->book == nullptr)
        return std::unexpected(write_error(target, 0, target.string()));
    impl->make_formats();
    return Workbook(std::move(impl));
}

core::Result<Workbook::Sheet> Workbook::add_sheet(std::string_view name) {
    auto& impl = *m_impl;
    const auto folded = [](const std::string& text) { return core::to_utf8(core::folded_letters(text)); };
    auto fitting = fit_name(name, longest_name);
    for (int number = 2; impl.names.contains(folded(fitting)); ++number) {
        const auto tail = " " + std::to_string(number);
        fitting = fit_name(name, longest_name - tail.size()) + tail;
    }
    auto* sheet = workbook_add_worksheet(impl.book.get(), fitting.c_str());
    if (sheet == nullptr)
        return std::unexpected(write_error(impl.target, impl.rows(), "sheet " + fitting));
    impl.names.insert(folded(fitting));
    impl.sheets.push_back({sheet, fitting, 0, -1});
    return impl.sheets.size() - 1;
}

void Workbook::width(Sheet sheet, std::uint32_t first_column, std::uint32_t last_column, double letters) {
    worksheet_set_column(m_impl->sheets[sheet].sheet, static_cast<lxw_col_t>(first_column),
                         static_cast<lxw_col_t>(last_column), letters, nullptr);
}

void Workbook::height(Sheet sheet, std::uint32_t row, double points) {
    worksheet_set_row(m_impl->sheets[sheet].sheet, row, points, nullptr);
}

void Workbook::text(Sheet sheet, std::uint32_t row, std::uint32_t column, std::string_view value, CellStyle style) {
    auto& state = m_impl->sheets[sheet];
    if (!m_impl->enter(state, row))
        return;
    const auto clean = clean_text(value);
    worksheet_write_string(state.sheet, row, static_cast<lxw_col_t>(column), clean.c_str(), m_impl->format(style));
}

void Workbook::number(Sheet sheet, std::uint32_t row, std::uint32_t column, double value) {
    auto& state = m_impl->sheets[sheet];
    if (m_impl->enter(state, row))
        worksheet_write_number(state.sheet, row, static_cast<lxw_col_t>(column), value,
                               m_impl->format(CellStyle::Number));
}

void Workbook::moment(Sheet sheet, std::uint32_t row, std::uint32_t column, const core::CivilTime& at) {
    auto& state = m_impl->sheets[sheet];
    if (!m_impl->enter(state, row))
        return;
    lxw_datetime value{at.year, at.month, at.day, at.hour, at.minute, static_cast<double>(at.second)};
    worksheet_write_datetime(state.sheet, row, static_cast<lxw_col_t>(column), &value,
                             m_impl->format(CellStyle::Moment));
}

void Workbook::headings(Sheet sheet, const std::vector<std::string>& texts) {
    for (std::size_t i = 0; i < texts.size(); ++i)
        text(sheet, 0, static_cast<std::uint32_t>(i), texts[i], CellStyle::Heading);
    worksheet_freeze_panes(m_impl->sheets[sheet].sheet, 1, 0);
}

void Workbook::chart(Sheet sheet, std::string_view title, std::uint32_t first, std::uint32_t last) {
    auto& state = m_impl->sheets[sheet];
    auto* chart = workbook_add_chart(m_impl->book.get(), LXW_CHART_COLUMN);
    auto* series = chart_add_series(chart, nullptr, nullptr);
    chart_series_set_categories(series, state.name.c_str(), first, 0, last, 0);
    chart_series_set_values(series, state.name.c_str(), first, 1, last, 1);
    chart_title_set_name(chart, std::string(title).c_str());
    chart_legend_set_position(chart, LXW_CHART_LEGEND_NONE);
    worksheet_insert_chart(state.sheet, 1, 3, chart);
}

core::Status Workbook::finish() {
    auto& impl = *m_impl;
    if (impl.too_many)
        return core::fail(core::ErrorCode::TooLarge, "error.exchange.too_many_for_xlsx");
    const auto rows = impl.rows();
    if (const auto error = workbook_close(impl.book.release()); error != LXW_NO_ERROR)
        return std::unexpected(write_error(impl.target, rows, impl.target.string() + ": " + lxw_strerror(error)));
    const auto complete = [&]() -> core::Status {
        KIOSK_TRY(const auto archive, ZipArchive::open(impl.file.partial_path()));
        for (std::size_t i = 0; i < impl.sheets.size(); ++i) {
            KIOSK_CHECK(check_rows(archive, i + 1, impl.sheets[i].rows));
        }
        return {};
    }();
    if (!complete)
        return std::unexpected(write_error(impl.target, rows, complete.error().context));
    return impl.file.commit();
}

} // namespace kiosk::exchange
