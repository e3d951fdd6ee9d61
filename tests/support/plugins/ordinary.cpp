// SPDX-License-Identifier: Apache-2.0
// What a C++ library quietly does inside a plugin (memory, exceptions, streams, sorting, dates): none of it may meet
// the sandbox. Admits everybody.
#include <kiosk_plugin.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <iomanip>
#include <iostream>
#include <map>
#include <memory>
#include <mutex>
#include <regex>
#include <sstream>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <vector>

namespace {

void throw_through(int depth) {
    const std::string on_the_way(static_cast<std::size_t>(depth), 'x');
    if (depth > 0)
        throw_through(depth - 1);
    throw std::runtime_error(on_the_way);
}

std::size_t work() {
    std::size_t sum = 0;
    // Memory: many small pieces, some large ones, growing, giving back.
    std::vector<std::unique_ptr<std::string>> pieces;
    for (std::size_t i = 0; i < 20'000; ++i)
        pieces.push_back(std::make_unique<std::string>(i % 600, 'p'));
    for (std::size_t size = 1 << 10; size <= (16u << 20); size *= 4)
        sum += std::vector<char>(size, 'q').size();
    void* grown = std::malloc(1 << 20);
    grown = std::realloc(grown, 32 << 20);
    std::memset(grown, 1, 32 << 20);
    std::free(grown);
    pieces.clear();
    // qsort of a large array asks glibc how much memory the machine has.
    std::vector<std::array<int, 64>> rows(20'000);
    for (std::size_t i = 0; i < rows.size(); ++i)
        rows[i][0] = static_cast<int>(i * 7919 % 20'000);
    std::qsort(rows.data(), rows.size(), sizeof rows[0],
               [](const void* a, const void* b) { return *static_cast<const int*>(a) - *static_cast<const int*>(b); });
    std::stable_sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a[0] > b[0]; });
    sum += static_cast<std::size_t>(rows[0][0]);
    try {
        throw_through(5);
    } catch (const std::exception& error) {
        sum += std::strlen(error.what());
    }
    std::ostringstream text;
    text << 3.25 << ' ' << std::hex << 255 << std::put_money(1234) << std::endl;
    std::cout << text.str() << std::flush;
    std::cerr << "to nobody\n";
    std::istringstream numbers("1 2 3.5");
    double number = 0;
    while (numbers >> number)
        sum += static_cast<std::size_t>(number);
    sum += std::regex_match("2026-11-20", std::regex("[0-9]{4}-[0-9]{2}-[0-9]{2}")) ? 1u : 0u;
    const std::time_t moment = 1'795'000'000;
    std::tm parts{};
    gmtime_r(&moment, &parts);
    char date[64];
    sum += std::strftime(date, sizeof date, "%Y-%m-%d %H:%M:%S", &parts);
    sum += static_cast<std::size_t>(std::chrono::steady_clock::now().time_since_epoch().count() & 1);
    sum += static_cast<std::size_t>(std::time(nullptr) & 1);
    static std::once_flag once;
    std::call_once(once, [&] { ++sum; });
    std::mutex mutex;
    const std::lock_guard lock(mutex);
    std::unordered_map<std::string, int> counts;
    for (int i = 0; i < 1000; ++i)
        ++counts[std::to_string(i % 37)];
    return sum + counts.size();
}

int32_t put(kiosk_sink* sink, const char* text) {
    return sink->write(sink->ctx, {reinterpret_cast<const uint8_t*>(text), std::strlen(text)});
}

int32_t open_plugin(const kiosk_host*, kiosk_bytes, void** self, kiosk_sink*) {
    *self = nullptr;
    return KIOSK_OK;
}
int32_t call_plugin(void*, kiosk_bytes, kiosk_bytes, kiosk_sink* reply) {
    return work() > 0 ? put(reply, R"({"outcome":"admitted"})") : int32_t{KIOSK_E_INTERNAL};
}
void close_plugin(void*) {}

} // namespace

extern "C" const kiosk_plugin* kiosk_plugin_v1(void) {
    static const kiosk_plugin table{sizeof(kiosk_plugin), KIOSK_ABI_MAJOR, KIOSK_ABI_MINOR, 0,
                                    open_plugin,          call_plugin,     close_plugin};
    return &table;
}
