// SPDX-License-Identifier: Apache-2.0
#pragma once
// What the import and export benchmarks share: a made-up roster of any size, a database in a folder that goes away, and
// measuring in a process of its own, so that one measurement's memory is not the next one's. Threads: one.
#include "core/names.hpp"
#include "core/ports.hpp"
#include "core/records.hpp"
#include "crypto/crypto.hpp"
#include "storage/database.hpp"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace kiosk::bench {

class SystemClock final : public core::Clock {
public:
    core::Instant now() const override {
        const auto since = std::chrono::system_clock::now().time_since_epoch();
        return {std::chrono::duration_cast<std::chrono::milliseconds>(since).count()};
    }
    std::int64_t boot_ms() const override {
        return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
    }
};

class Folder {
public:
    Folder() {
        auto name = (std::filesystem::temp_directory_path() / "xiangdao-bench-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr)
            std::abort();
        m_path = name;
    }
    ~Folder() {
        std::error_code error;
        std::filesystem::remove_all(m_path, error);
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    std::filesystem::path operator/(const std::string& name) const { return m_path / name; }

private:
    std::filesystem::path m_path;
};

inline core::EventConfig event() {
    core::EventConfig config;
    config.event.code = "BENCH";
    config.event.type = "salon";
    config.event.title = {"十万人", "A Hundred Thousand"};
    config.event.starts = {1'795'150'800'000};
    config.ticket_types = {{"std", {"标准票", "Standard"}}};
    core::Checkpoint main;
    main.id = "main";
    main.name = {"主入口", "Main door"};
    config.checkpoints = {main};
    return config;
}

// Clearly invented people: surname × solar term, phones 1000NNNNNNN, organisations with 示例.
inline core::Registration person(std::uint32_t number) {
    static const std::vector<std::string> families{"王", "李", "张", "单", "解", "曾", "欧阳", "区", "查", "陈"};
    static const std::vector<std::string> terms{"立春", "雨水", "惊蛰", "清明", "谷雨", "小满", "芒种", "夏至", "白露", "霜降"};
    static const std::vector<std::string> prefixes{"青屿", "松果", "白鹭", "海棠", "云雀", "木棉", "星砂", "竹里", "半山", "拾光"};
    core::Registration registration;
    char text[32];
    std::snprintf(text, sizeof text, "B%09u", number);
    registration.ticket = text;
    registration.ticket_type = "std";
    registration.person.name = families[number % 10] + terms[number / 10 % 10] + terms[number / 100 % 10];
    std::snprintf(text, sizeof text, "1000%07u", number);
    registration.person.phone = text;
    registration.person.email = "guest" + std::to_string(number) + "@example.com";
    registration.person.organisation = prefixes[number % 10] + "示例软件" + std::to_string(number % 997);
    registration.person.title = "架构师";
    return registration;
}

struct Result {
    double value = 0;    // the metric
    double baseline = 0; // 0: none
    double memory_kb = 0;
};

inline long status_kb(const char* field) {
    std::ifstream in("/proc/self/status");
    std::string line;
    while (std::getline(in, line))
        if (line.starts_with(field))
            return std::atol(line.c_str() + std::string(field).size() + 1);
    return 0;
}

// Begins to watch this process's memory; asked again it says by how many kilobytes the peak stood above the beginning.
class MemoryWatch {
public:
    MemoryWatch() {
        std::ofstream("/proc/self/clear_refs") << "5"; // the peak starts anew
        m_start = status_kb("VmRSS");
    }
    double growth_kb() const { return static_cast<double>(status_kb("VmHWM") - m_start); }

private:
    long m_start = 0;
};

// Runs the measurement in a child process. Whatever goes wrong there ends the benchmark.
inline Result measure(const std::function<Result()>& body) {
    int ends[2];
    if (::pipe(ends) != 0)
        std::abort();
    const auto child = ::fork();
    if (child == 0) {
        ::close(ends[0]);
        const auto result = body();
        if (::write(ends[1], &result, sizeof result) != sizeof result)
            std::_Exit(1);
        std::_Exit(0);
    }
    ::close(ends[1]);
    Result result;
    const auto got = ::read(ends[0], &result, sizeof result);
    ::close(ends[0]);
    int status = 0;
    ::waitpid(child, &status, 0);
    if (got != sizeof result || status != 0) {
        std::fprintf(stderr, "bench: a measurement failed\n");
        std::exit(1);
    }
    return result;
}

inline void print(const char* bench, const std::string& metric, double value, const char* unit, double baseline = 0) {
    if (baseline > 0)
        std::printf("{\"bench\": \"%s\", \"metric\": \"%s\", \"value\": %.0f, \"unit\": \"%s\", \"baseline\": %.0f, \"ratio\": %.3f}\n",
                    bench, metric.c_str(), value, unit, baseline, value / baseline);
    else
        std::printf("{\"bench\": \"%s\", \"metric\": \"%s\", \"value\": %.0f, \"unit\": \"%s\", \"baseline\": null, \"ratio\": null}\n",
                    bench, metric.c_str(), value, unit);
    std::fflush(stdout);
}

template <typename T> T need(core::Result<T> result) {
    if (!result) {
        std::fprintf(stderr, "bench: %s (%s)\n", result.error().message_key.c_str(), result.error().context.c_str());
        std::_Exit(1);
    }
    if constexpr (!std::is_void_v<T>)
        return std::move(*result);
}

struct Ports {
    SystemClock clock;
    crypto::SystemRandom random;
    crypto::Sodium hasher;
    std::unique_ptr<storage::Database> open(const std::filesystem::path& path) {
        storage::Options options;
        options.device = "bench";
        options.clock = &clock;
        options.random = &random;
        options.hasher = &hasher;
        return need(storage::Database::open(path.string(), options));
    }
};

inline double seconds_since(std::chrono::steady_clock::time_point start) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

} // namespace kiosk::bench
