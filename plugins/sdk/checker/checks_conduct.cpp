// SPDX-License-Identifier: Apache-2.0
// What a plugin does beside answering: memory, time, threads, files, output, the process around it, the log.
#include "check.hpp"
#include "instance.hpp"
#include "situations.hpp"
#include "watch.hpp"

#include <fcntl.h>
#include <malloc.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cfenv>
#include <chrono>
#include <clocale>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>
#include <locale>
#include <map>

extern char** environ;
// Of a sanitizer's own allocator, which mallinfo knows nothing of; null in an ordinary build.
extern "C" std::size_t __sanitizer_get_current_allocated_bytes() __attribute__((weak));

namespace kiosk::checker {

namespace {

constexpr std::int64_t soft_us = 20'000;
constexpr std::int64_t hard_us = 100'000;

// One life of an instance: open, every method, close.
void live_once(Bench& bench, const std::vector<Request>& requests) {
    Instance instance(bench.table(), bench.manifest().id);
    for (const Request& request : requests) {
        doing(request.method, request.label);
        instance.call(request.method, request.json);
    }
}

int open_files() {
    int count = 0;
    for (int descriptor = 0; descriptor < 1024; ++descriptor) // not /proc: that would open one
        count += fcntl(descriptor, F_GETFD) >= 0 ? 1 : 0;
    return count;
}

std::int64_t resident_bytes() {
    std::ifstream file("/proc/self/statm");
    std::int64_t size = 0, resident = 0;
    file >> size >> resident;
    return resident * sysconf(_SC_PAGESIZE);
}

bool is_sanitized() {
    return &__sanitizer_get_current_allocated_bytes != nullptr;
}

std::int64_t used_bytes() {
    if (is_sanitized())
        return static_cast<std::int64_t>(__sanitizer_get_current_allocated_bytes());
    const auto info = mallinfo2();
    return static_cast<std::int64_t>(info.uordblks + info.hblkhd);
}

std::int64_t threads() {
    namespace fs = std::filesystem;
    return std::distance(fs::directory_iterator("/proc/self/task"), fs::directory_iterator());
}

std::int64_t now_us() {
    return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

struct Timing {
    std::int64_t p99 = 0;
    std::int64_t slowest_request = 0; // of the quickest answers to each: what no machine's mood explains
    std::int64_t worst() const { return std::max(p99, slowest_request); }
};

Timing timed_calls(Instance& instance, const std::vector<Request>& requests, std::size_t calls) {
    std::vector<std::int64_t> took;
    std::vector<std::int64_t> quickest(requests.size(), std::numeric_limits<std::int64_t>::max());
    for (std::size_t i = 0; i < calls; ++i) {
        const Request& request = requests[i % requests.size()];
        doing(request.method, request.label);
        const auto began = now_us();
        instance.call(request.method, request.json);
        took.push_back(now_us() - began);
        quickest[i % requests.size()] = std::min(quickest[i % requests.size()], took.back());
    }
    std::sort(took.begin(), took.end());
    quickest.resize(std::min(requests.size(), calls));
    return {took[took.size() * 99 / 100], *std::max_element(quickest.begin(), quickest.end())};
}

std::string milliseconds(std::int64_t us) {
    char text[32];
    std::snprintf(text, sizeof text, "%d.%02d", static_cast<int>(us / 1000), static_cast<int>(us / 10 % 100));
    return text;
}

void report_seen(Bench& bench, const char* key) {
    for (const auto& name : seen_by_watch())
        bench.findings.fail(key, {{"call", name}});
}

} // namespace

void check_leaks(Bench& bench) {
    const auto requests = plain_requests(bench.subject);
    const int lives = bench.subject.fast ? 250 : 1000;
    // What is made once (the first exception, the first allocation of each size) is no leak.
    for (int i = 0; i < 50; ++i)
        live_once(bench, requests);
    const auto used = used_bytes(), resident = resident_bytes();
    const int files = open_files();
    for (int i = 0; i < lives; ++i)
        live_once(bench, requests);
    const auto grown = used_bytes() - used;
    if (grown > std::int64_t{16} * lives)
        bench.findings.fail("leaks.memory", {{"opens", std::to_string(lives)}, {"bytes", std::to_string(grown / lives)}});
    else if (const auto more = resident_bytes() - resident; more > (8 << 20) && !is_sanitized()) // not malloc's
        bench.findings.fail("leaks.resident", {{"opens", std::to_string(lives)}, {"kib", std::to_string(more / 1024)}});
    if (const int more = open_files() - files; more > 0)
        bench.findings.fail("leaks.files", {{"count", std::to_string(more)}});

    // An instance that lives as long as an event, with tens of thousands of calls, must not grow either.
    Instance instance(bench.table(), bench.manifest().id);
    for (int round = 0; round < 50; ++round)
        for (const Request& request : requests)
            instance.call(request.method, request.json);
    const auto before = used_bytes();
    const int rounds = bench.subject.fast ? 200 : 1000;
    for (int round = 0; round < rounds; ++round)
        for (const Request& request : requests) {
            doing(request.method, "again and again");
            instance.call(request.method, request.json);
        }
    if (const auto more = used_bytes() - before; more > std::int64_t{16} * rounds)
        bench.findings.fail("leaks.calls", {{"calls", std::to_string(rounds * static_cast<int>(requests.size()))},
                                            {"bytes", std::to_string(more)}});
}

void check_budget(Bench& bench) {
    std::map<std::string, std::vector<Request>> methods;
    for (auto& request : all_requests(bench.subject))
        methods[request.method].push_back(std::move(request));
    for (const auto& [method, list] : methods) {
        const std::size_t calls = method == "admission.decide/1" ? 500 : 50;
        Instance instance(bench.table(), bench.manifest().id);
        Timing best = timed_calls(instance, list, calls);
        // A machine that has other things to do is not the plugin's fault: the best of three counts.
        for (int round = 0; round < 2 && best.worst() > soft_us; ++round) {
            const auto again = timed_calls(instance, list, calls);
            best = {std::min(best.p99, again.p99), std::min(best.slowest_request, again.slowest_request)};
        }
        const Args args{{"method", method}, {"ms", milliseconds(best.worst())}};
        if (best.worst() > hard_us)
            bench.findings.fail("budget.hard", args);
        else if (best.worst() > soft_us)
            bench.findings.warn("budget.soft", args);
    }
}

void check_threads(Bench& bench) {
    const auto requests = all_requests(bench.subject);
    static_cast<void>(bench.table());
    const auto before = threads();
    if (!start_watch({"clone", "clone3", "fork", "vfork", "execve", "execveat", "kill", "tkill", "ptrace"}))
        bench.findings.warn("no_watch", {});
    live_once(bench, requests);
    if (threads() > before)
        bench.findings.fail("threads.left", {{"count", std::to_string(threads() - before)}});
    int status = 0;
    if (waitpid(-1, &status, WNOHANG) >= 0 || errno != ECHILD)
        bench.findings.fail("left_processes", {});
    report_seen(bench, "threads.call");
}

void check_files(Bench& bench) {
    const auto requests = all_requests(bench.subject);
    static_cast<void>(bench.table());
    const int before = open_files();
    if (!start_watch({"open", "openat", "openat2", "creat", "socket", "socketpair", "connect", "bind", "unlink", "unlinkat",
                      "rename", "renameat", "renameat2", "mkdir", "mkdirat", "memfd_create", "dup", "dup2", "dup3", "getrandom",
                      "sendto", "sendmsg", "stat", "newfstatat", "statx", "access", "faccessat", "faccessat2", "readlink", "readlinkat", "getdents64", "chdir", "inotify_init1", "epoll_create1",
                      "eventfd2", "timerfd_create", "shmget", "mq_open"}))
        bench.findings.warn("no_watch", {});
    // A sanitizer tries out an address by writing from it into a pipe of its own.
    if (!is_sanitized() && !start_watch({"pipe", "pipe2"}))
        bench.findings.warn("no_watch", {});
    live_once(bench, requests);
    if (open_files() != before)
        bench.findings.fail("leaks.files", {{"count", std::to_string(open_files() - before)}});
    report_seen(bench, "files.call");
}

void check_output(Bench& bench) {
    const auto requests = all_requests(bench.subject);
    static_cast<void>(bench.table());
    const int caught = memfd_create("output", MFD_CLOEXEC);
    if (caught < 0 || dup2(caught, 1) < 0 || dup2(caught, 2) < 0)
        return bench.findings.fail("checker_failed", {{"what", std::strerror(errno)}});
    live_once(bench, requests);
    std::fflush(nullptr);
    struct stat info {};
    if (fstat(caught, &info) == 0 && info.st_size > 0) {
        char text[80] = {};
        const auto count = pread(caught, text, sizeof text - 1, 0);
        bench.findings.fail("output.printed", {{"bytes", std::to_string(info.st_size)},
                                               {"text", std::string(text, static_cast<std::size_t>(std::max<ssize_t>(count, 0)))}});
    }
}

void check_surroundings(Bench& bench) {
    const auto requests = all_requests(bench.subject);
    static_cast<void>(bench.table());
    const auto state = [] {
        std::map<std::string, std::string> now;
        std::string& variables = now["environment"];
        for (char** one = environ; one != nullptr && *one != nullptr; ++one)
            variables += std::string(*one) + '\n';
        now["locale"] = std::setlocale(LC_ALL, nullptr);
        now["C++ locale"] = std::locale().name();
        std::error_code error;
        now["working directory"] = std::filesystem::current_path(error).string();
        const mode_t mask = umask(022);
        umask(mask);
        now["umask"] = std::to_string(mask);
        now["rounding mode"] = std::to_string(std::fegetround());
        std::string& handlers = now["signal handlers"];
        for (int number = 1; number < 32; ++number) {
            struct sigaction action {};
            sigaction(number, nullptr, &action);
            handlers += std::to_string(reinterpret_cast<std::uintptr_t>(action.sa_handler)) + ' ';
        }
        sigset_t mask_of_signals;
        sigprocmask(SIG_BLOCK, nullptr, &mask_of_signals);
        for (int number = 1; number < 32; ++number)
            now["signal mask"] += sigismember(&mask_of_signals, number) == 1 ? '1' : '0';
        return now;
    };
    const auto before = state();
    live_once(bench, requests);
    for (const auto& [what, value] : state())
        if (value != before.at(what))
            bench.findings.fail("surroundings.changed", {{"what", what}});
}

void check_log(Bench& bench) {
    const auto requests = all_requests(bench.subject);
    constexpr std::uint64_t most_lines = 20, most_bytes = 8192; // a call
    Instance instance(bench.table(), bench.manifest().id);
    std::uint64_t lines = 0, bytes = 0; // so far
    const auto look = [&](const std::string& what) {
        const Host& host = instance.host();
        if (host.wrong_line)
            bench.findings.fail("log.wrong", {{"what", what}});
        if (host.lines - lines > most_lines || host.bytes - bytes > most_bytes)
            bench.findings.fail("log.floods", {{"what", what},
                                               {"lines", std::to_string(host.lines - lines)},
                                               {"bytes", std::to_string(host.bytes - bytes)}});
        lines = host.lines;
        bytes = host.bytes;
    };
    look("open");
    for (const Request& request : requests) {
        doing(request.method, request.label);
        instance.call(request.method, request.json);
        look(request.method);
    }
}

} // namespace kiosk::checker
