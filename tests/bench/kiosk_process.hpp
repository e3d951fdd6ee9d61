// SPDX-License-Identifier: Apache-2.0
#pragma once
// The real kiosk as a process, with a roster of 100,000, for measuring from outside. Purpose: start, idle load, memory.
// Needs a display (tests/bench/run.sh starts one). Ownership: owns the process and its folder. Threads: one.
// Failure: says what is missing and ends the benchmark.
#include "storage_bench.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

extern char** environ;

namespace kiosk::bench {

// A database with so many people, closed again: the kiosk is its only user.
class RosterDatabase {
public:
    explicit RosterDatabase(std::uint64_t count) {
        auto pattern = (std::filesystem::temp_directory_path() / "xiangdao-bench-XXXXXX").string();
        if (::mkdtemp(pattern.data()) == nullptr || !crypto::initialise())
            std::exit(1);
        m_folder = pattern;
        SystemClock clock;
        crypto::SystemRandom random;
        crypto::Sodium sodium;
        storage::Options options;
        options.device = "bench";
        options.clock = &clock;
        options.random = &random;
        options.hasher = &sodium;
        const auto database = need(storage::Database::open(path(), options));
        need(test::write_roster(*database, test::roster_event(), count));
        need(database->tidy());
    }
    ~RosterDatabase() {
        std::error_code ignored;
        std::filesystem::remove_all(m_folder, ignored);
    }
    RosterDatabase(const RosterDatabase&) = delete;
    RosterDatabase& operator=(const RosterDatabase&) = delete;
    std::string path() const { return (m_folder / "bench.db").string(); }

private:
    std::filesystem::path m_folder;
};

class KioskProcess {
public:
    // Starts the kiosk beside this program on `database`; `scanner` may be empty.
    KioskProcess(const std::string& database, const std::string& scanner) {
        const auto program = std::filesystem::read_symlink("/proc/self/exe").parent_path() / "kiosk";
        int ends[2];
        if (::pipe2(ends, O_CLOEXEC) != 0)
            give_up("no pipe");
        posix_spawn_file_actions_t actions;
        posix_spawn_file_actions_init(&actions);
        for (const int stream : {STDOUT_FILENO, STDERR_FILENO})
            posix_spawn_file_actions_adddup2(&actions, ends[1], stream);
        std::vector<std::string> words{program.string(), "--db", database, "--windowed", "1280x800", "--silent",
                                       "--scanner", scanner};
        std::vector<char*> argv;
        for (auto& word : words)
            argv.push_back(word.data());
        argv.push_back(nullptr);
        m_started_us = now_us();
        if (::posix_spawn(&m_pid, program.c_str(), &actions, nullptr, argv.data(), environ) != 0)
            give_up("the kiosk does not start: " + program.string());
        posix_spawn_file_actions_destroy(&actions);
        ::close(ends[1]);
        m_output = ends[0];
    }
    ~KioskProcess() {
        ::kill(m_pid, SIGTERM);
        int status = 0;
        ::waitpid(m_pid, &status, 0);
        ::close(m_output);
    }
    KioskProcess(const KioskProcess&) = delete;
    KioskProcess& operator=(const KioskProcess&) = delete;

    // Milliseconds from the start of the process to the first frame on the screen, as the kiosk says it.
    double wait_for_first_frame_ms() {
        std::string said;
        pollfd ready{m_output, POLLIN, 0};
        while (said.find("first frame") == std::string::npos) {
            if (::poll(&ready, 1, 30'000) <= 0)
                give_up("the kiosk showed nothing within 30 s");
            char block[512];
            const auto count = ::read(m_output, block, sizeof block);
            if (count <= 0)
                give_up("the kiosk ended: " + said);
            said.append(block, static_cast<std::size_t>(count));
        }
        return (now_us() - m_started_us) / 1000;
    }

    // The kiosk and the processes that it started.
    std::vector<int> pids() const {
        std::vector<int> found{m_pid};
        for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
            const auto name = entry.path().filename().string();
            if (name.find_first_not_of("0123456789") != std::string::npos)
                continue;
            if (field_of(std::stoi(name), 4) == m_pid)
                found.push_back(std::stoi(name));
        }
        return found;
    }

    double cpu_seconds() const {
        double ticks = 0;
        for (const int pid : pids())
            ticks += static_cast<double>(field_of(pid, 14) + field_of(pid, 15));
        return ticks / static_cast<double>(::sysconf(_SC_CLK_TCK));
    }

    double resident_mb() const {
        double kb = 0;
        for (const int pid : pids()) {
            std::ifstream status("/proc/" + std::to_string(pid) + "/status");
            for (std::string line; std::getline(status, line);)
                if (line.starts_with("VmRSS:"))
                    kb += std::stod(line.substr(6));
        }
        return kb / 1024;
    }

private:
    [[noreturn]] static void give_up(const std::string& why) {
        fmt::print(stderr, "bench: {}\n", why);
        std::exit(1);
    }

    // Field `number` of /proc/PID/stat, counted from 1 as in proc(5); the name in parentheses may hold blanks.
    static long field_of(int pid, int number) {
        std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
        std::string text((std::istreambuf_iterator<char>(file)), {});
        const auto end = text.rfind(')');
        if (end == std::string::npos)
            return 0;
        std::istringstream rest(text.substr(end + 2));
        std::string field;
        for (int i = 3; i <= number; ++i)
            rest >> field;
        return field.empty() || field.find_first_not_of("-0123456789") != std::string::npos ? 0 : std::stol(field);
    }

    pid_t m_pid = 0;
    int m_output = -1;
    double m_started_us = 0;
};

} // namespace kiosk::bench
