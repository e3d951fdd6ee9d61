// SPDX-License-Identifier: Apache-2.0
#include "run.hpp"

#include "plugin_host/library.hpp"
#include "plugin_host/trust.hpp"

#include <kiosk_plugin.h>
#include <nlohmann/json.hpp>

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <exception>
#include <new>
#include <stdexcept>

namespace kiosk::checker {

using Json = nlohmann::json;
using Clock = std::chrono::steady_clock;

namespace {

// Shared with the check's process: what it is at. Written without locks; a torn line costs nothing.
struct Place {
    char text[240];
};
Place* place = nullptr;

Place* shared_place() {
    void* memory = mmap(nullptr, sizeof(Place), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return memory == MAP_FAILED ? nullptr : new (memory) Place{};
}

constexpr std::size_t max_report_bytes = 1u << 20;

Json to_json(const Finding& finding) {
    Json args = Json::array();
    for (const auto& [name, value] : finding.args)
        args.push_back({name, value});
    return {{"failure", finding.severity == Severity::Failure}, {"key", finding.key}, {"args", std::move(args)}};
}

std::string encode(const Findings& findings) {
    Json list = Json::array();
    for (const Finding& finding : findings.all())
        list.push_back(to_json(finding));
    return list.dump(-1, ' ', false, Json::error_handler_t::replace);
}

// False where the report is not whole: the process did not come to its end.
bool decode(const std::string& text, std::vector<Finding>& findings) {
    try {
        const Json list = Json::parse(text);
        for (const Json& item : list) {
            Finding finding;
            finding.severity = item.at("failure").get<bool>() ? Severity::Failure : Severity::Warning;
            finding.key = item.at("key").get<std::string>();
            for (const Json& arg : item.at("args"))
                finding.args.emplace_back(arg.at(0).get<std::string>(), arg.at(1).get<std::string>());
            findings.push_back(std::move(finding));
        }
        return true;
    } catch (const std::exception&) {
        return false;
    }
}

[[noreturn]] void be_the_check(const Check& check, const Subject& subject, int report) {
    setpgid(0, 0);
    // A core file of somebody's plugin is no use to anybody here, and what it prints must not get into our report.
    const rlimit none{0, 0};
    setrlimit(RLIMIT_CORE, &none);
    const int nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);
    dup2(nowhere, 0);
    dup2(nowhere, 1);
    dup2(nowhere, 2);
    close(nowhere);
    // A crash has to end the process as a crash, also where a sanitizer would rather write a report about it.
    for (const int number : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT})
        std::signal(number, SIG_DFL);
    Findings findings;
    Bench bench(subject, findings);
    try {
        check.run(bench);
    } catch (const std::exception& error) {
        findings.fail("checker_failed", {{"what", error.what()}});
    }
    const std::string text = encode(findings);
    for (std::size_t written = 0; written < text.size();) {
        const ssize_t count = write(report, text.data() + written, text.size() - written);
        if (count <= 0 && errno != EINTR)
            _exit(3);
        written += count > 0 ? static_cast<std::size_t>(count) : 0;
    }
    _exit(0); // not exit(): a plugin's own endings are no matter here
}

bool has_ended(pid_t child) {
    siginfo_t info{};
    return waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == child;
}

// Reads until the check's process has ended or time is up; true where it has ended. Its end is what counts and not the
// end of the stream, which a process that the plugin left behind holds open.
bool read_report(int from, pid_t child, Clock::time_point until, std::string& text) {
    constexpr int slice_ms = 20;
    bool open = true;
    while (Clock::now() < until) {
        const bool ended = has_ended(child);
        pollfd waiting{from, POLLIN, 0};
        const int ready = open ? poll(&waiting, 1, ended ? 0 : slice_ms) : 0;
        if (ready > 0) {
            char buffer[4096];
            const ssize_t count = read(from, buffer, sizeof buffer);
            open = count > 0;
            if (open && text.size() < max_report_bytes)
                text.append(buffer, static_cast<std::size_t>(count));
        } else if (ended) {
            return true;
        } else if (!open) {
            usleep(1000); // it has said all and is about to end
        }
    }
    return has_ended(child);
}

void judge_ending(CheckResult& result, int status, bool whole, bool in_time, int seconds) {
    const std::string where = place != nullptr ? std::string(place->text) : std::string();
    const Args at{{"place", where.empty() ? std::string("—") : where}};
    auto with = at;
    if (!in_time) {
        with.emplace_back("seconds", std::to_string(seconds));
        result.findings.push_back({Severity::Failure, "hung", with});
    } else if (WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS) {
        // Of a watched system call that was made with all signals blocked, as creating a thread is.
        result.findings.push_back({Severity::Failure, "forbidden_call", with});
    } else if (WIFSIGNALED(status)) {
        with.emplace_back("signal", strsignal(WTERMSIG(status)));
        result.findings.push_back({Severity::Failure, "crashed", with});
    } else if (!whole) {
        with.emplace_back("code", std::to_string(WEXITSTATUS(status)));
        result.findings.push_back({Severity::Failure, "exited", with});
    }
}

std::string_view needed_check(Needs needs) {
    switch (needs) {
    case Needs::Nothing:
        return {};
    case Needs::Manifest:
        return "manifest";
    case Needs::Library:
        return "library";
    case Needs::Answers:
        return "calls";
    }
    return {};
}

} // namespace

void doing(std::string_view what, std::string_view detail) {
    if (place == nullptr)
        return;
    std::size_t at = 0;
    const auto put = [&](std::string_view text) {
        const std::size_t count = std::min(text.size(), sizeof place->text - 1 - at);
        std::memcpy(place->text + at, text.data(), count);
        at += count;
        place->text[at] = '\0';
    };
    put(what);
    if (!detail.empty()) {
        put(", ");
        put(detail);
    }
}

bool Findings::failed() const {
    return std::any_of(m_all.begin(), m_all.end(),
                       [](const Finding& finding) { return finding.severity == Severity::Failure; });
}

void Findings::add(Finding finding) {
    const auto same = [&](const Finding& other) { return other.key == finding.key && other.args == finding.args; };
    if (!full() && std::none_of(m_all.begin(), m_all.end(), same))
        m_all.push_back(std::move(finding));
}

const kiosk_plugin& Bench::table() {
    if (m_table == nullptr) {
        const auto bytes = plugin_host::read_verified(manifest(), manifest().library, max_library_bytes);
        const auto table = bytes ? plugin_host::load_library(manifest(), *bytes)
                                 : core::Result<const kiosk_plugin*>(std::unexpected(bytes.error()));
        if (!table)
            throw std::runtime_error(table.error().context);
        m_table = *table;
    }
    return *m_table;
}

bool PluginResult::passed() const {
    return std::none_of(checks.begin(), checks.end(),
                        [](const CheckResult& check) { return check.state == State::Failed; });
}

CheckResult run_check(const Check& check, const Subject& subject) {
    CheckResult result;
    result.name = check.name;
    if (place == nullptr)
        place = shared_place();
    if (place != nullptr)
        place->text[0] = '\0';
    const auto began = Clock::now();
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) {
        result.state = State::Failed;
        result.findings.push_back({Severity::Failure, "checker_failed", {{"what", std::strerror(errno)}}});
        return result;
    }
    std::fflush(nullptr); // what is still to be printed is ours; the check's process must not take it for the plugin's
    const pid_t child = fork();
    if (child == 0) {
        close(ends[0]);
        be_the_check(check, subject, ends[1]);
    }
    close(ends[1]);
    if (child < 0) {
        close(ends[0]);
        result.state = State::Failed;
        result.findings.push_back({Severity::Failure, "checker_failed", {{"what", std::strerror(errno)}}});
        return result;
    }
    setpgid(child, child); // on both sides, whoever comes first
    std::string text;
    const int seconds = subject.fast ? std::max(5, check.seconds / 3) : check.seconds;
    const auto until = began + std::chrono::seconds(seconds);
    const bool in_time = read_report(ends[0], child, until, text);
    if (!in_time)
        kill(child, SIGKILL);
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    close(ends[0]);
    const bool left_behind = kill(-child, SIGKILL) == 0;
    const bool whole = decode(text, result.findings);
    judge_ending(result, status, whole, in_time, seconds);
    if (left_behind)
        result.findings.push_back({Severity::Failure, "left_processes", {}});
    const bool failed = std::any_of(result.findings.begin(), result.findings.end(),
                                    [](const Finding& finding) { return finding.severity == Severity::Failure; });
    result.state = failed ? State::Failed : State::Passed;
    result.took_ms = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - began).count();
    return result;
}

PluginResult run_checks(const Subject& subject, const std::vector<std::string>& only,
                        const std::function<void(const CheckResult&)>& done) {
    PluginResult all{subject.name(), subject.folder, {}};
    std::vector<std::string> failed;
    const auto is_failed = [&](std::string_view name) {
        return std::find(failed.begin(), failed.end(), name) != failed.end();
    };
    const auto blocked_by = [&](Needs needs) -> std::string_view {
        for (const Needs step : {Needs::Manifest, Needs::Library, Needs::Answers})
            if (step <= needs && is_failed(needed_check(step)))
                return needed_check(step);
        return {};
    };
    for (const Check& check : all_checks()) {
        const bool wanted = only.empty() || std::find(only.begin(), only.end(), check.name) != only.end();
        const bool is_gate = check.name == "manifest" || check.name == "library" || check.name == "calls";
        if (!wanted && !is_gate)
            continue;
        CheckResult result;
        if (const auto gate = blocked_by(check.needs); !gate.empty()) {
            result.name = check.name;
            result.state = State::Skipped;
            result.findings.push_back({Severity::Warning, "skipped", {{"check", std::string(gate)}}});
            if (is_gate)
                failed.emplace_back(check.name);
        } else {
            result = run_check(check, subject);
        }
        if (result.state == State::Failed)
            failed.push_back(result.name);
        if (wanted || result.state == State::Failed) {
            done(result);
            all.checks.push_back(std::move(result));
        }
    }
    return all;
}

} // namespace kiosk::checker
