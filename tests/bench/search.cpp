// SPDX-License-Identifier: Apache-2.0
// Search as it is typed, among 100,000 people: every prefix of a query from its second letter on is one key press,
// measured from the typed text to the rows that the screen shows. Also while an import has not been tidied up.
#include "storage_bench.hpp"

#include "core/names.hpp"

#include <map>

using namespace kiosk;
using namespace kiosk::bench;

namespace {

// Prefixes of a text by characters, from the second (of digits, the fourth) on.
std::vector<std::string> key_presses(const std::string& text) {
    std::vector<std::string> typed;
    std::size_t characters = 0;
    for (std::size_t i = 0; i < text.size();) {
        ++i;
        while (i < text.size() && (static_cast<unsigned char>(text[i]) & 0xc0) == 0x80)
            ++i;
        if (++characters >= 2)
            typed.push_back(text.substr(0, i));
    }
    return typed;
}

std::map<std::string, std::vector<std::string>> queries() {
    std::map<std::string, std::vector<std::string>> kinds;
    for (std::uint64_t number = 0; number < 1500; ++number) {
        const auto person = test::roster_person(number * 6007 % people).person;
        const auto pinyin = core::pinyin(person.name);
        const bool latin = static_cast<unsigned char>(person.name[0]) < 0x80;
        const auto add = [&](const std::string& kind, const std::string& text) {
            for (auto& typed : key_presses(text))
                kinds[kind].push_back(std::move(typed));
        };
        if (latin) {
            add("latin_name", person.name);
            add("latin_last_name", person.name.substr(person.name.find(' ') + 1));
        } else {
            add("chinese_name", person.name);
            add("chinese_given_name", person.name.substr(3));
            add("pinyin", pinyin.full);
            add("pinyin_given_name", pinyin.given);
            add("initials", pinyin.initials);
        }
        kinds["phone_tail"].push_back(core::phone_tail(person.phone));
        kinds["phone"].push_back(person.phone);
        add("organisation", person.organisation);
        kinds["nobody"].push_back("zq" + std::to_string(number));
    }
    // Two letters that match tens of thousands.
    for (int i = 0; i < 2000; ++i)
        for (const auto* two : {"wa", "li", "zh", "示例", "de", "ch", "gu"})
            kinds["two_letters"].push_back(two);
    return kinds;
}

void measure(Bench& bench, const std::string& suffix) {
    auto check_in = bench.check_in();
    std::vector<double> all;
    for (const auto& [kind, typed] : queries()) {
        std::vector<double> times;
        std::size_t rows = 0;
        for (std::size_t i = 0; i < typed.size(); i += std::max<std::size_t>(1, typed.size() / 4000)) {
            const auto start = now_us();
            const auto page = need(check_in.search(typed[i]));
            times.push_back(now_us() - start);
            rows += page.rows.size();
        }
        if (kind != "nobody" && rows == 0) {
            fmt::print(stderr, "bench: {} finds nobody\n", kind);
            std::exit(1);
        }
        print("search", "p99_" + kind + suffix, percentile(times, 0.99) / 1000, "ms");
        all.insert(all.end(), times.begin(), times.end());
    }
    print("search", "p50" + suffix, percentile(all, 0.5) / 1000, "ms");
    print("search", "p99" + suffix, percentile(all, 0.99) / 1000, "ms");
}

} // namespace

int main() {
    Bench bench(test::roster_event());
    measure(bench, "");
    // The worst moment: as many people wait outside the table as may.
    std::vector<core::OperationDraft> drafts;
    for (std::uint64_t number = 0; number < 16'000; ++number)
        drafts.push_back(core::make_registration(test::roster_person(people + number)));
    for (std::size_t from = 0; from < drafts.size(); from += 500)
        need(bench.database->append(std::span(drafts).subspan(from, 500)));
    measure(bench, "_during_import");
    print("search", "people_written", bench.append_rows_per_second, "1/s");
    print("search", "people_written_by_cpu_time", bench.append_rows_per_cpu_second, "1/s");
}
