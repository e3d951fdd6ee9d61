// SPDX-License-Identifier: Apache-2.0
#include "plugin_host/helper_process.hpp"

#include "plugin_host/sandbox.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <utility>
#include <vector>

namespace kiosk::plugin_host {

namespace {

class Descriptor {
  public:
    explicit Descriptor(int number) : m_number(number) {}
    ~Descriptor() {
        if (m_number >= 0)
            ::close(m_number);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    int get() const { return m_number; }
    int release() { return std::exchange(m_number, -1); }

  private:
    int m_number;
};

// What posix_spawn is told; both structures own memory.
struct SpawnPlan {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    SpawnPlan() {
        ::posix_spawn_file_actions_init(&actions);
        ::posix_spawnattr_init(&attributes);
    }
    ~SpawnPlan() {
        ::posix_spawnattr_destroy(&attributes);
        ::posix_spawn_file_actions_destroy(&actions);
    }
    SpawnPlan(const SpawnPlan&) = delete;
    SpawnPlan& operator=(const SpawnPlan&) = delete;
};

// Nothing of the kiosk's environment reaches a plugin: it computes alike everywhere. Sanitizers are told what the test
// command says.
std::vector<std::string> environment() {
    std::vector<std::string> values{"LC_ALL=C.UTF-8", "TZ=UTC0"};
    if constexpr (!sandboxed)
        for (const char* name : {"ASAN_OPTIONS", "TSAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS"})
            if (const char* value = std::getenv(name))
                values.push_back(std::string(name) + "=" + value);
    return values;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> result;
    for (auto& text : texts)
        result.push_back(text.data());
    result.push_back(nullptr);
    return result;
}

std::string death(int status) {
    if (WIFSIGNALED(status)) {
        const int number = WTERMSIG(status);
        const char* name = ::sigabbrev_np(number);
        return "killed by signal " + std::to_string(number) + (name != nullptr ? std::string(" (SIG") + name + ")" : "");
    }
    return "ended by itself with code " + std::to_string(WEXITSTATUS(status));
}

} // namespace

std::filesystem::path default_helper() {
    std::error_code error;
    const auto self = std::filesystem::read_symlink("/proc/self/exe", error);
    return self.parent_path() / "kiosk-plugin-host";
}

core::Result<HelperProcess> HelperProcess::start(const std::filesystem::path& program, const std::string& plugin,
                                                 int library) {
    const auto refused = [&](int error_number) {
        return core::fail(core::ErrorCode::Unavailable, "error.plugin_helper",
                          plugin + ": " + program.string() + ": " + std::strerror(error_number));
    };
    std::array<int, 2> pair{};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.data()) != 0)
        return refused(errno);
    Descriptor ours(pair[0]);
    const Descriptor low(pair[1]);
    // Above those that the child gets, so that one dup2 does not overwrite the other's source.
    const Descriptor theirs(::fcntl(low.get(), F_DUPFD_CLOEXEC, 10));
    const Descriptor bytes(::fcntl(library, F_DUPFD_CLOEXEC, 10));
    if (theirs.get() < 0 || bytes.get() < 0)
        return refused(errno);

    SpawnPlan plan;
    ::posix_spawn_file_actions_addopen(&plan.actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_addopen(&plan.actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    if constexpr (sandboxed) // a sanitizer's report should be read by somebody
        ::posix_spawn_file_actions_addopen(&plan.actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    ::posix_spawn_file_actions_adddup2(&plan.actions, theirs.get(), wire::socket_descriptor);
    ::posix_spawn_file_actions_adddup2(&plan.actions, bytes.get(), wire::library_descriptor);
    ::posix_spawn_file_actions_addclosefrom_np(&plan.actions, wire::library_descriptor + 1);

    // A group of its own: Ctrl-C in the kiosk's terminal is the kiosk's to handle. All signals as they are by default.
    sigset_t none, all;
    ::sigemptyset(&none);
    ::sigfillset(&all);
    ::posix_spawnattr_setsigmask(&plan.attributes, &none);
    ::posix_spawnattr_setsigdefault(&plan.attributes, &all);
    ::posix_spawnattr_setpgroup(&plan.attributes, 0);
    ::posix_spawnattr_setflags(&plan.attributes,
                               POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);

    std::vector<std::string> arguments{program.string(), plugin, std::to_string(::getpid())};
    std::vector<std::string> variables = environment();
    HelperProcess process;
    // Shares our memory until it executes the program: no copy of a large address space, whatever the kiosk has mapped.
    const int failed = ::posix_spawn(&process.m_pid, program.c_str(), &plan.actions, &plan.attributes,
                                     pointers(arguments).data(), pointers(variables).data());
    if (failed != 0) {
        process.m_pid = 0;
        return refused(failed);
    }
    process.m_socket = ours.release();
    return process;
}

HelperProcess::HelperProcess(HelperProcess&& other) noexcept
    : m_pid(std::exchange(other.m_pid, 0)), m_socket(std::exchange(other.m_socket, -1)) {}

HelperProcess& HelperProcess::operator=(HelperProcess&& other) noexcept {
    if (this != &other) {
        end();
        m_pid = std::exchange(other.m_pid, 0);
        m_socket = std::exchange(other.m_socket, -1);
    }
    return *this;
}

std::string HelperProcess::end() {
    if (m_socket >= 0)
        ::close(std::exchange(m_socket, -1));
    const pid_t pid = std::exchange(m_pid, 0);
    if (pid <= 0)
        return "not running";
    // A process that is dying already keeps its own cause of death. Nothing of a plugin is worth waiting for: it has no
    // state but what the kiosk gave it.
    ::kill(pid, SIGKILL);
    int status = 0;
    pid_t reaped = 0;
    do
        reaped = ::waitpid(pid, &status, 0);
    while (reaped < 0 && errno == EINTR);
    return reaped == pid ? death(status) : "gone";
}

} // namespace kiosk::plugin_host
