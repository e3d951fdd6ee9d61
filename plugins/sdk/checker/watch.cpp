// SPDX-License-Identifier: Apache-2.0
#include "watch.hpp"

#include <seccomp.h>
#include <ucontext.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdlib>

namespace kiosk::checker {

namespace {

constexpr int most = 512;
std::atomic<bool> seen[most]; // by number; written by the handler, which may do no more than this

void note(int, siginfo_t* info, void* context) {
    const int number = info->si_syscall;
    if (number >= 0 && number < most)
        seen[number].store(true, std::memory_order_relaxed);
    auto* place = static_cast<ucontext_t*>(context);
#if defined(__x86_64__)
    place->uc_mcontext.gregs[REG_RAX] = -EPERM;
#elif defined(__aarch64__)
    place->uc_mcontext.regs[0] = static_cast<unsigned long long>(-EPERM);
#else
    static_cast<void>(place);
#endif
}

} // namespace

bool start_watch(std::initializer_list<const char*> system_calls) {
    struct sigaction action {};
    action.sa_sigaction = &note;
    action.sa_flags = SA_SIGINFO | SA_NODEFER;
    if (sigaction(SIGSYS, &action, nullptr) != 0)
        return false;
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    if (filter == nullptr)
        return false;
    bool done = true;
    for (const char* name : system_calls) {
        const int number = seccomp_syscall_resolve_name(name);
        if (number != __NR_SCMP_ERROR && number >= 0) // not every machine has every call
            done = seccomp_rule_add(filter, SCMP_ACT_TRAP, number, 0) == 0 && done;
    }
    done = seccomp_load(filter) == 0 && done;
    seccomp_release(filter);
    return done;
}

std::vector<std::string> seen_by_watch() {
    std::vector<std::string> names;
    for (int number = 0; number < most; ++number) {
        if (!seen[number].load(std::memory_order_relaxed))
            continue;
        char* name = seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, number);
        names.emplace_back(name != nullptr ? name : std::to_string(number).c_str());
        std::free(name);
    }
    return names;
}

} // namespace kiosk::checker
