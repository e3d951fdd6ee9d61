// SPDX-License-Identifier: Apache-2.0
// A roster of 100,000 rows from CSV and XLSX into the real database: into an empty one, and once more where nothing has
// changed. The baseline is the same registrations appended without reading a table, in batches of the same size, in the
// same run. Peak memory is measured at 50,000 and at 100,000 rows: it must not grow with the file.
// (The database's own page cache of 32 MiB is in both.)
#include "exchange/roster_import.hpp"
#include "roster_bench.hpp"

#include <xlsxwriter.h>

using namespace kiosk;

namespace {

constexpr const char* bench_name = "import_rows_per_second";
constexpr std::uint32_t many = 100'000, few = 50'000;

std::vector<std::string> cells_of(const core::Registration& registration) {
    const auto& person = registration.person;
    return {registration.ticket, person.name, person.phone, person.email, person.organisation, person.title, "标准票"};
}
const std::vector<std::string> headings{"票号", "姓名", "手机", "邮箱", "单位", "职务", "票种"};

void write_csv(const std::filesystem::path& path, std::uint32_t rows) {
    std::ofstream out(path, std::ios::binary);
    const auto line = [&](const std::vector<std::string>& cells) {
        for (std::size_t i = 0; i < cells.size(); ++i)
            out << (i == 0 ? "" : ",") << cells[i];
        out << "\r\n";
    };
    line(headings);
    for (std::uint32_t i = 0; i < rows; ++i)
        line(cells_of(bench::person(i)));
}

// As a spreadsheet program writes it: every text in the shared strings.
void write_xlsx(const std::filesystem::path& path, std::uint32_t rows) {
    auto* book = workbook_new(path.c_str());
    auto* sheet = workbook_add_worksheet(book, nullptr);
    const auto line = [&](lxw_row_t row, const std::vector<std::string>& cells) {
        for (std::size_t i = 0; i < cells.size(); ++i)
            worksheet_write_string(sheet, row, static_cast<lxw_col_t>(i), cells[i].c_str(), nullptr);
    };
    line(0, headings);
    for (std::uint32_t i = 0; i < rows; ++i)
        line(i + 1, cells_of(bench::person(i)));
    if (workbook_close(book) != LXW_NO_ERROR)
        std::abort();
}

bench::Result import_once(const std::filesystem::path& table, const std::filesystem::path& database, std::uint32_t rows) {
    return bench::measure([&] {
        bench::Ports ports;
        const auto store = ports.open(database);
        const auto config = bench::event();
        const bench::MemoryWatch memory;
        const auto start = std::chrono::steady_clock::now();
        const auto reader = bench::need(exchange::open_table(table));
        const auto mapping = bench::need(exchange::guess_mapping(*reader, config));
        exchange::ImportReport report;
        bench::need(exchange::import_roster(*reader, mapping, config, {store.get(), &ports.random, &ports.clock}, report));
        const auto seconds = bench::seconds_since(start);
        if (report.added + report.unchanged != rows)
            std::_Exit(1);
        return bench::Result{rows / seconds, 0, memory.growth_kb()};
    });
}

// The store alone: what an import could reach at best.
double append_alone(const std::filesystem::path& database) {
    return bench::measure([&] {
               bench::Ports ports;
               const auto store = ports.open(database);
               const auto start = std::chrono::steady_clock::now();
               std::vector<core::OperationDraft> drafts;
               for (std::uint32_t i = 0; i < many; ++i) {
                   auto registration = bench::person(i);
                   registration.uid = core::make_uid(ports.clock.now(), ports.random);
                   drafts.push_back(core::make_registration(registration));
                   if (drafts.size() == exchange::import_batch || i + 1 == many) {
                       bench::need(store->append(drafts));
                       drafts.clear();
                   }
               }
               return bench::Result{many / bench::seconds_since(start), 0, 0};
           })
        .value;
}

} // namespace

int main() {
    if (!crypto::initialise())
        return 1;
    const bench::Folder folder;
    write_csv(folder / "few.csv", few);
    write_csv(folder / "many.csv", many);
    // In a process of its own: the library holds the whole workbook, and that is not what is measured here.
    bench::measure([&] {
        write_xlsx(folder / "few.xlsx", few);
        write_xlsx(folder / "many.xlsx", many);
        return bench::Result{};
    });
    const auto alone = append_alone(folder / "alone.db");
    for (const std::string format : {"csv", "xlsx"}) {
        const auto small = import_once(folder / ("few." + format), folder / (format + "-few.db"), few);
        const auto large = import_once(folder / ("many." + format), folder / (format + ".db"), many);
        const auto again = import_once(folder / ("many." + format), folder / (format + ".db"), many);
        bench::print(bench_name, format + "_new", large.value, "rows/s", alone);
        bench::print(bench_name, format + "_unchanged", again.value, "rows/s");
        bench::print(bench_name, format + "_peak_memory_at_100000", large.memory_kb, "KiB", small.memory_kb);
    }
    return 0;
}
