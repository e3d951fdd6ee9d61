// SPDX-License-Identifier: Apache-2.0
// Attendance of 100,000 people, 85,000 of them present, out of the real database as CSV, XLSX and JSON. The baseline is
// reading the same people and scans without writing anything, in the same run. Peak memory is measured at 50,000 and at
// 100,000 people: it may grow by some tens of bytes a person, not with the file.
// (The database's own page cache of 32 MiB is in both.)
#include "exchange/attendance_export.hpp"
#include "resources/resources.hpp"
#include "roster_bench.hpp"

using namespace kiosk;

namespace {

constexpr const char* bench_name = "export_rows_per_second";
constexpr std::uint32_t many = 100'000, few = 50'000;

void fill(const std::filesystem::path& database, std::uint32_t rows) {
    bench::measure([&] {
        bench::Ports ports;
        const auto store = ports.open(database);
        std::vector<core::OperationDraft> drafts;
        for (std::uint32_t i = 0; i < rows; ++i) {
            auto registration = bench::person(i);
            registration.uid = core::make_uid(ports.clock.now(), ports.random);
            drafts.push_back(core::make_registration(registration));
            if (i % 20 < 17) {
                core::ScanRecord scan;
                scan.checkpoint = "main";
                scan.ticket = registration.ticket;
                scan.registration = registration.uid;
                scan.outcome = core::Outcome::Admitted;
                scan.at = bench::event().event.starts + i * 50;
                drafts.push_back(core::make_scan(scan));
            }
            if (drafts.size() >= 500 || i + 1 == rows) {
                bench::need(store->append(drafts));
                drafts.clear();
            }
        }
        return bench::Result{};
    });
}

using Export = core::Result<exchange::ExportReport> (*)(const exchange::ExportRequest&, const std::filesystem::path&);

bench::Result export_once(const std::filesystem::path& database, const std::filesystem::path& target, Export write,
                          std::uint32_t rows) {
    return bench::measure([&] {
        bench::Ports ports;
        const auto store = ports.open(database);
        const auto config = bench::event();
        const auto texts = bench::need(resources::load_catalogue());
        exchange::ExportRequest request;
        request.store = store.get();
        request.config = &config;
        request.texts = &texts;
        request.now = ports.clock.now();
        const bench::MemoryWatch memory;
        const auto start = std::chrono::steady_clock::now();
        const auto report = bench::need(write(request, target));
        const auto seconds = bench::seconds_since(start);
        if (report.rows != rows || report.figures.present != rows / 20 * 17)
            std::_Exit(1);
        return bench::Result{rows / seconds, 0, memory.growth_kb()};
    });
}

double read_alone(const std::filesystem::path& database) {
    return bench::measure([&] {
               bench::Ports ports;
               const auto store = ports.open(database);
               const auto start = std::chrono::steady_clock::now();
               std::uint64_t seen = 0;
               bench::need(store->for_each_registration([&](const core::Registration&) { return ++seen > 0; }));
               bench::need(store->for_each_scan([&](const core::StoredScan&) { return ++seen > 0; }));
               return bench::Result{many / bench::seconds_since(start), 0, 0};
           })
        .value;
}

} // namespace

int main() {
    if (!crypto::initialise())
        return 1;
    const bench::Folder folder;
    fill(folder / "few.db", few);
    fill(folder / "many.db", many);
    const auto alone = read_alone(folder / "many.db");
    const std::vector<std::pair<std::string, Export>> formats{
        {"csv", &exchange::export_csv}, {"xlsx", &exchange::export_xlsx}, {"json", &exchange::export_json}};
    for (const auto& [format, write] : formats) {
        const auto small = export_once(folder / "few.db", folder / ("few." + format), write, few);
        const auto large = export_once(folder / "many.db", folder / ("many." + format), write, many);
        bench::print(bench_name, format, large.value, "rows/s", alone);
        bench::print(bench_name, format + "_peak_memory_at_100000", large.memory_kb, "KiB", small.memory_kb);
    }
    return 0;
}
