// SPDX-License-Identifier: Apache-2.0
// What can be said of a plugin without running it: its manifest, its files, the symbols of its library. And the
// library's loading itself, which runs the first of its code.
#include "check.hpp"
#include "elf.hpp"

#include "crypto/crypto.hpp"
#include "plugin_host/library.hpp"
#include "plugin_host/method_table.hpp"
#include "plugin_host/schemas.hpp"
#include "plugin_host/trust.hpp"
#include "resources/resources.hpp"

#include <dlfcn.h>
#include <kiosk_plugin.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <exception>
#include <system_error>

namespace kiosk::checker {

namespace fs = std::filesystem;
using Json = nlohmann::json;

namespace {

constexpr std::size_t max_locale_bytes = 1u << 20;

void check_files_of(Bench& bench) {
    const auto& manifest = bench.manifest();
    auto& findings = bench.findings;
    if (manifest.library != manifest.id + ".so")
        findings.fail("manifest.library", {{"library", manifest.library}, {"wanted", manifest.id + ".so"}});
    for (const auto& entry : manifest.hashes) {
        const std::string& file = entry.first;
        const bool is_library = file == manifest.library;
        if (const auto read = plugin_host::read_verified(manifest, file, is_library ? max_library_bytes : max_locale_bytes);
            !read)
            findings.fail("manifest.file", {{"file", file}, {"why", read.error().context}});
    }
    std::error_code error;
    for (fs::recursive_directory_iterator entry(manifest.folder, error), end; !error && entry != end;
         entry.increment(error)) {
        const auto name = entry->path().lexically_relative(manifest.folder).generic_string(); // follows no links
        std::error_code ignored;
        if (entry->is_symlink(ignored))
            findings.fail("manifest.link", {{"file", name}});
        else if (entry->is_regular_file(ignored) && name != "manifest.json" && !manifest.hashes.contains(name))
            findings.warn("manifest.stray", {{"file", name}});
    }
}

void check_methods_of(Bench& bench) {
    const auto& manifest = bench.manifest();
    auto& findings = bench.findings;
    if (const auto fit = plugin_host::fit(manifest); !fit)
        findings.fail("manifest.fit", {{"why", fit.error().context}});
    else
        for (const auto& method : fit->ignored)
            findings.warn("manifest.ignored", {{"method", method}});
    for (const auto& method : manifest.methods)
        if (std::count(manifest.methods.begin(), manifest.methods.end(), method) > 1)
            findings.fail("manifest.twice", {{"method", method}});
    if (manifest.state_version > 1 && !manifest.has_method("state.migrate/1"))
        findings.fail("manifest.needs_migrate", {{"state", std::to_string(manifest.state_version)}});
    if (!manifest.questionnaires.empty() && !manifest.has_method("form.describe/1"))
        findings.fail("manifest.needs_form", {});
    if (manifest.abi_major == KIOSK_ABI_MAJOR && manifest.abi_minor > KIOSK_ABI_MINOR)
        findings.warn("manifest.newer_minor", {{"minor", std::to_string(manifest.abi_minor)}});
    if (manifest.abi_major != KIOSK_ABI_MAJOR)
        findings.fail("manifest.abi", {{"abi", std::to_string(manifest.abi_major)},
                                       {"own", std::to_string(KIOSK_ABI_MAJOR)}});
}

// Symbols that no pure function needs, and what they are for (a sentence "checker.use.<for>").
struct Use {
    std::string_view what;
    std::initializer_list<std::string_view> symbols;
};
const std::array<Use, 8> uses{{
    {"clock", {"time", "clock", "clock_gettime", "gettimeofday", "localtime", "localtime_r", "nanosleep", "usleep", "sleep",
               "clock_nanosleep", "ftime", "timespec_get", "_ZNSt6chrono3_V212system_clock3nowEv",
               "_ZNSt6chrono3_V212steady_clock3nowEv"}},
    {"randomness", {"rand", "rand_r", "srand", "random", "srandom", "drand48", "lrand48", "mrand48", "getrandom", "getentropy",
                    "arc4random", "arc4random_buf", "arc4random_uniform", "_ZNSt13random_device9_M_getvalEv"}},
    {"environment", {"getenv", "secure_getenv", "setenv", "unsetenv", "putenv", "clearenv", "environ", "__environ", "setlocale",
                     "newlocale", "uselocale", "tzset", "chdir", "umask", "signal", "sigaction", "fesetround",
                     "_ZNSt6locale6globalERKS_"}},
    {"files", {"fopen", "fopen64", "freopen", "open", "open64", "openat", "openat64", "__open_2", "__open64_2", "creat",
               "opendir", "readdir", "unlink", "remove", "rename", "mkdir", "tmpfile", "mkstemp", "shm_open", "memfd_create",
               "mkfifo", "pipe", "pipe2", "dlopen"}},
    {"network", {"socket", "socketpair", "connect", "bind", "listen", "accept", "accept4", "send", "sendto", "sendmsg", "recv",
                 "recvfrom", "recvmsg", "getaddrinfo", "gethostbyname"}},
    {"processes", {"fork", "vfork", "clone", "execl", "execle", "execlp", "execv", "execve", "execvp", "posix_spawn",
                   "posix_spawnp", "system", "popen", "kill", "ptrace", "exit", "_exit", "_Exit", "quick_exit"}},
    {"threads", {"pthread_create", "thrd_create", "timer_create",
                 "_ZNSt6thread15_M_start_threadESt10unique_ptrINS_6_StateESt14default_deleteIS1_EEPFvvE"}},
    {"output", {"printf", "puts", "putchar", "putc", "putchar_unlocked", "fputs", "fputc", "fprintf", "vprintf", "vfprintf", "fwrite",
                "perror", "dprintf", "write", "writev", "stdout", "stderr", "__printf_chk", "__fprintf_chk", "__vprintf_chk",
                "__vfprintf_chk", "syslog", "_ZSt4cout", "_ZSt4cerr", "_ZSt4clog"}},
}};

std::string_view use_of(std::string_view symbol) {
    for (const Use& use : uses)
        if (std::find(use.symbols.begin(), use.symbols.end(), symbol) != use.symbols.end())
            return use.what;
    return symbol == "syscall" ? std::string_view("processes") : std::string_view();
}

bool is_ordinary_library(std::string_view name) {
    constexpr std::array ordinary{"libc.so", "libm.so", "libstdc++.so", "libgcc_s.so", "libpthread.so", "ld-linux", "libdl.so",
                                  "libc++.so", "libc++abi.so", "libunwind.so", "libasan.so", "libubsan.so", "libtsan.so"};
    return std::any_of(ordinary.begin(), ordinary.end(), [&](const char* one) { return name.starts_with(one); });
}

core::Result<SharedObject> symbols_of(Bench& bench) {
    KIOSK_TRY(const auto bytes,
              resources::read_file(bench.manifest().folder / bench.manifest().library, max_library_bytes));
    return read_shared_object(bytes);
}

} // namespace

void check_manifest(Bench& bench) {
    auto& findings = bench.findings;
    const Subject& subject = bench.subject;
    if (!crypto::initialise())
        findings.fail("checker_failed", {{"what", "libsodium"}});
    if (!subject.manifest_text)
        return findings.fail("manifest.missing", {{"why", subject.manifest_text.error().context}});
    const std::string_view text = *subject.manifest_text;
    if (const auto problem = plugin_host::SchemaSet::published().manifest_problem(text); !problem.empty())
        findings.fail("manifest.schema", {{"why", problem}});
    if (!subject.manifest)
        return findings.fail("manifest.wrong", {{"why", subject.manifest.error().context}});
    if (bench.manifest().id != subject.name())
        findings.fail("manifest.folder", {{"id", bench.manifest().id}, {"folder", subject.name()}});
    check_files_of(bench);
    check_methods_of(bench);
}

void check_exports(Bench& bench) {
    const auto object = symbols_of(bench);
    if (!object)
        return bench.findings.fail("exports.unreadable", {{"why", object.error().context}});
    if (!object->for_this_machine)
        return bench.findings.fail("exports.machine", {});
    bool found = false;
    for (const std::string& name : object->exported) {
        if (name == "kiosk_plugin_v1")
            found = true;
        else
            bench.findings.fail("exports.more", {{"symbol", name}});
    }
    if (!found)
        bench.findings.fail("exports.none", {});
}

void check_imports(Bench& bench) {
    const auto object = symbols_of(bench);
    if (!object)
        return bench.findings.fail("exports.unreadable", {{"why", object.error().context}});
    for (const std::string& name : object->imported)
        if (const auto what = use_of(name); !what.empty())
            bench.findings.fail("imports." + std::string(what), {{"symbol", name}});
    for (const std::string& library : object->needed)
        if (!is_ordinary_library(library))
            bench.findings.warn("imports.library", {{"library", library}});
}

void check_library(Bench& bench) {
    const auto& manifest = bench.manifest();
    auto& findings = bench.findings;
    doing("loading " + manifest.library);
    const auto bytes = plugin_host::read_verified(manifest, manifest.library, max_library_bytes);
    if (!bytes)
        return findings.fail("manifest.file", {{"file", manifest.library}, {"why", bytes.error().context}});
    const auto table = plugin_host::load_library(manifest, *bytes);
    if (!table)
        return findings.fail("library.refused", {{"why", table.error().context}});
    const kiosk_plugin& plugin = **table;
    if (plugin.reserved != 0)
        findings.fail("library.reserved", {{"value", std::to_string(plugin.reserved)}});
    if (plugin.abi_minor != manifest.abi_minor)
        findings.fail("library.minor", {{"library", std::to_string(plugin.abi_minor)},
                                        {"manifest", std::to_string(manifest.abi_minor)}});
    // The functions must be the library's own, and the entry answer the same table for ever.
    Dl_info info{};
    const bool known = dladdr(reinterpret_cast<void*>(plugin.call), &info) != 0 && info.dli_fbase != nullptr;
    if (!known)
        return findings.fail("library.foreign", {});
    void* object = dlopen(info.dli_fname, RTLD_NOW | RTLD_NOLOAD);
    const auto entry = object == nullptr
                           ? nullptr
                           : reinterpret_cast<kiosk_plugin_v1_function>(dlsym(object, "kiosk_plugin_v1"));
    const kiosk_plugin before = plugin;
    for (int i = 0; entry != nullptr && i < 3; ++i)
        if (const auto* again = entry(); again != &plugin || again->open != before.open || again->call != before.call ||
                                         again->close != before.close)
            return findings.fail("library.changes", {});
}

} // namespace kiosk::checker
