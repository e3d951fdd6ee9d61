// SPDX-License-Identifier: Apache-2.0
#include "plugin_host/sandbox.hpp"

#include "plugin_host/helper_wire.hpp"

#include <fcntl.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <cstring>
#include <initializer_list>
#include <memory>

namespace kiosk::plugin_host {

using core::ErrorCode;
using core::Status;

namespace {

constexpr rlim_t memory_bytes = 256u << 20;      // what a plugin may allocate
constexpr rlim_t address_space_bytes = 2u << 30; // libraries included
constexpr rlim_t cpu_s = 3600; // a guard for a process that nobody watches any more; a decision takes 20 µs of it
constexpr rlim_t stack_bytes = 8u << 20;

std::unexpected<core::Error> broken(const char* what, int error_number) {
    return core::fail(ErrorCode::Internal, "error.plugin_open",
                      std::string("sandbox: ") + what + ": " + std::strerror(error_number));
}

Status limit(int resource, const char* name, rlim_t value) {
    rlimit current{};
    if (::getrlimit(static_cast<__rlimit_resource>(resource), &current) == 0 && current.rlim_max < value)
        value = current.rlim_max;
    const rlimit wanted{value, value};
    if (::setrlimit(static_cast<__rlimit_resource>(resource), &wanted) != 0)
        return broken(name, errno);
    return {};
}

// Async-signal-safe. The call was not made; what remains is to say which it was.
void on_barred(int, siginfo_t* info, void*) {
    struct {
        wire::Header header;
        std::int32_t number;
    } message{};
    message.header.size = sizeof message.number;
    message.header.kind = wire::Kind::Barred;
    message.number = info->si_syscall;
    static_cast<void>(!::send(wire::socket_descriptor, &message, sizeof message, MSG_NOSIGNAL | MSG_DONTWAIT));
    ::_exit(SIGSYS);
}

class Filter {
  public:
    Filter() : m_context(::seccomp_init(SCMP_ACT_TRAP)) {
        if (!m_context)
            m_failed = ENOMEM;
        else
            keep(::seccomp_attr_set(m_context.get(), SCMP_FLTATR_CTL_OPTIMIZE, 2)); // a tree, not a list
    }

    void allow(std::initializer_list<int> calls) {
        for (const int call : calls)
            if (m_context)
                keep(::seccomp_rule_add_array(m_context.get(), SCMP_ACT_ALLOW, call, 0, nullptr));
    }
    void allow_if(int call, std::initializer_list<scmp_arg_cmp> conditions) {
        if (m_context)
            keep(::seccomp_rule_add_array(m_context.get(), SCMP_ACT_ALLOW, call,
                                          static_cast<unsigned>(conditions.size()), conditions.begin()));
    }
    // The library asks in passing and can live with a no.
    void answer(int error_number, std::initializer_list<int> calls) {
        for (const int call : calls)
            if (m_context)
                keep(::seccomp_rule_add_array(m_context.get(), SCMP_ACT_ERRNO(static_cast<unsigned>(error_number)), call,
                                              0, nullptr));
    }
    Status load() {
        if (m_failed == 0)
            keep(::seccomp_load(m_context.get()));
        if (m_failed != 0)
            return broken("the filter can't be set", m_failed);
        return {};
    }

  private:
    void keep(int result) {
        // Where an architecture has no such call libseccomp adds no rule and answers 0.
        if (result < 0 && m_failed == 0)
            m_failed = -result;
    }
    struct Release {
        void operator()(scmp_filter_ctx context) const { ::seccomp_release(context); }
    };
    std::unique_ptr<void, Release> m_context;
    int m_failed = 0;
};

// What computing needs: memory, the socket that is open already, locks, clocks, and ending. Nothing that reaches
// another process, opens, or starts anything.
void allow_computing(Filter& filter) {
    filter.allow({SCMP_SYS(read), SCMP_SYS(write), SCMP_SYS(readv), SCMP_SYS(writev), SCMP_SYS(recvfrom),
                  SCMP_SYS(recvmsg), SCMP_SYS(sendto), SCMP_SYS(sendmsg), SCMP_SYS(close)});
    filter.allow({SCMP_SYS(brk), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise)});
    filter.allow({SCMP_SYS(futex), SCMP_SYS(clock_gettime), SCMP_SYS(clock_getres), SCMP_SYS(gettimeofday),
                  SCMP_SYS(time), SCMP_SYS(nanosleep), SCMP_SYS(clock_nanosleep), SCMP_SYS(sched_yield),
                  SCMP_SYS(getpid), SCMP_SYS(gettid), SCMP_SYS(restart_syscall)});
    // sysinfo: glibc's qsort asks how much memory there is. getrandom: its malloc does, once.
    filter.allow({SCMP_SYS(sysinfo), SCMP_SYS(getrandom)});
    filter.allow({SCMP_SYS(exit), SCMP_SYS(exit_group), SCMP_SYS(rt_sigreturn), SCMP_SYS(rt_sigprocmask)});
    // Whoever could take SIGSYS for himself could go on after a call that is barred. (Blocked, it ends the process.)
    filter.allow_if(SCMP_SYS(rt_sigaction), {SCMP_A0(SCMP_CMP_NE, SIGSYS, 0)});
    // abort() and raise(), of this process alone.
    const auto self = static_cast<scmp_datum_t>(::getpid());
    filter.allow_if(SCMP_SYS(tgkill), {SCMP_A0(SCMP_CMP_EQ, self, 0)});
    // stdio asks what kind of file stdout is before it prints to it.
    filter.answer(ENOTTY, {SCMP_SYS(ioctl)});
    filter.answer(ESPIPE, {SCMP_SYS(lseek)});
}

} // namespace

Status close_doors_before_loading() {
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return broken("no_new_privs", errno);
    KIOSK_CHECK(limit(RLIMIT_CORE, "RLIMIT_CORE", 0));
    if constexpr (!sandboxed)
        return {};
    KIOSK_CHECK(limit(RLIMIT_FSIZE, "RLIMIT_FSIZE", 0));
    KIOSK_CHECK(limit(RLIMIT_NPROC, "RLIMIT_NPROC", 0));
    KIOSK_CHECK(limit(RLIMIT_NOFILE, "RLIMIT_NOFILE", 32));
    KIOSK_CHECK(limit(RLIMIT_MEMLOCK, "RLIMIT_MEMLOCK", 0));
    KIOSK_CHECK(limit(RLIMIT_CPU, "RLIMIT_CPU", cpu_s));
    KIOSK_CHECK(limit(RLIMIT_STACK, "RLIMIT_STACK", stack_bytes));
    KIOSK_CHECK(limit(RLIMIT_DATA, "RLIMIT_DATA", memory_bytes));
    KIOSK_CHECK(limit(RLIMIT_AS, "RLIMIT_AS", address_space_bytes));

    struct sigaction action {};
    action.sa_sigaction = &on_barred;
    action.sa_flags = SA_SIGINFO;
    if (::sigaction(SIGSYS, &action, nullptr) != 0)
        return broken("SIGSYS", errno);

    // The loader reads files and maps them executable; constructors of the library's globals run in this step.
    Filter filter;
    allow_computing(filter);
    constexpr scmp_datum_t writing = O_WRONLY | O_RDWR | O_CREAT | O_TRUNC | O_APPEND;
    filter.allow_if(SCMP_SYS(openat), {SCMP_A2(SCMP_CMP_MASKED_EQ, writing, O_RDONLY)});
    filter.allow_if(SCMP_SYS(open), {SCMP_A1(SCMP_CMP_MASKED_EQ, writing, O_RDONLY)});
    filter.allow({SCMP_SYS(mmap), SCMP_SYS(mprotect), SCMP_SYS(pread64), SCMP_SYS(fstat), SCMP_SYS(newfstatat),
                  SCMP_SYS(statx), SCMP_SYS(access), SCMP_SYS(faccessat), SCMP_SYS(faccessat2), SCMP_SYS(readlink),
                  SCMP_SYS(readlinkat), SCMP_SYS(getcwd), SCMP_SYS(uname)});
    // For the second step.
    filter.allow({SCMP_SYS(prctl), SCMP_SYS(seccomp), SCMP_SYS(getrlimit), SCMP_SYS(setrlimit), SCMP_SYS(prlimit64)});
    return filter.load();
}

Status close_doors_before_opening() {
    // Only now: a process that may not be dumped can't read its own /proc/self/fd, from which the library came.
    if (::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
        return broken("PR_SET_DUMPABLE", errno);
    if constexpr (!sandboxed)
        return {};
    KIOSK_CHECK(limit(RLIMIT_NOFILE, "RLIMIT_NOFILE", 0));
    Filter filter;
    allow_computing(filter);
    filter.allow_if(SCMP_SYS(mmap), {SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)});
    filter.allow_if(SCMP_SYS(mprotect), {SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)});
    filter.answer(EBADF, {SCMP_SYS(fstat), SCMP_SYS(newfstatat), SCMP_SYS(statx)});
    filter.answer(EINVAL, {SCMP_SYS(prctl)}); // newer ones of glibc name their memory with it
    return filter.load();
}

std::string system_call_name(int number) {
    char* name = ::seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, number);
    if (name == nullptr)
        return std::to_string(number);
    std::string text = name;
    std::free(name);
    return text;
}

} // namespace kiosk::plugin_host
