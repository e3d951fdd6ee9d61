// SPDX-License-Identifier: Apache-2.0
#include "plugin_host/library.hpp"

#include <SDL_error.h>
#include <SDL_loadso.h>
#include <kiosk_plugin.h>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <map>
#include <mutex>

namespace kiosk::plugin_host {

using core::ErrorCode;
using core::fail;

namespace {

core::Result<const kiosk_plugin*> checked_table(const Manifest& manifest, const kiosk_plugin* table) {
    const auto wrong = [&](ErrorCode code, const std::string& what) {
        return fail(code, "error.plugin_abi", manifest.id + ": " + what);
    };
    if (table == nullptr)
        return wrong(ErrorCode::Invalid, "kiosk_plugin_v1 answers null");
    // struct_size and abi_major may be read of any table; the rest only where they say so.
    if (table->abi_major != KIOSK_ABI_MAJOR)
        return wrong(ErrorCode::NewerVersion, "built for ABI " + std::to_string(table->abi_major) +
                                                  ", this kiosk has " + std::to_string(KIOSK_ABI_MAJOR));
    if (table->struct_size < sizeof(kiosk_plugin))
        return wrong(ErrorCode::Invalid, "the table is too short");
    if (table->abi_major != manifest.abi_major)
        return wrong(ErrorCode::Invalid, "the manifest states another ABI than the library");
    if (table->open == nullptr || table->call == nullptr || table->close == nullptr)
        return wrong(ErrorCode::Invalid, "the table lacks a function");
    return table;
}

// The kernel answers EBUSY while it holds one of the pages for a moment (to move it, on a machine short of memory).
bool seal(int descriptor) {
    constexpr int tries = 20;
    constexpr useconds_t pause_us = 5'000;
    for (int i = 0; i < tries; ++i) {
        if (fcntl(descriptor, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) == 0)
            return true;
        if (errno != EBUSY)
            return false;
        usleep(pause_us);
    }
    return false;
}

} // namespace

core::Result<int> seal_library(const Manifest& manifest, std::string_view bytes) {
    const auto broken = [&](const char* what) {
        return fail(ErrorCode::Io, "error.plugin_library", manifest.id + ": " + what + ": " + std::strerror(errno));
    };
    const int descriptor = memfd_create(manifest.library.c_str(), MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (descriptor < 0)
        return broken("memfd_create");
    for (std::size_t done = 0; done < bytes.size();) {
        const ssize_t wrote = write(descriptor, bytes.data() + done, bytes.size() - done);
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote <= 0) {
            auto error = broken("write");
            close(descriptor);
            return error;
        }
        done += static_cast<std::size_t>(wrote);
    }
    if (!seal(descriptor)) {
        auto error = broken("sealing");
        close(descriptor);
        return error;
    }
    return descriptor;
}

core::Result<const kiosk_plugin*> load_sealed_library(const Manifest& manifest, int descriptor) {
    // The descriptor stays open with the library: debuggers and sanitizers find the symbols through this path.
    const std::string path = "/proc/self/fd/" + std::to_string(descriptor);
    void* object = SDL_LoadObject(path.c_str());
    if (object == nullptr)
        return fail(ErrorCode::Unavailable, "error.plugin_library", manifest.id + ": " + SDL_GetError());
    const auto entry = reinterpret_cast<kiosk_plugin_v1_function>(SDL_LoadFunction(object, "kiosk_plugin_v1"));
    if (entry == nullptr)
        return fail(ErrorCode::Invalid, "error.plugin_library", manifest.id + ": exports no kiosk_plugin_v1");
    return checked_table(manifest, entry());
}

core::Result<const kiosk_plugin*> load_library(const Manifest& manifest, std::string_view bytes) {
    // Process-wide because mapped code is: unloading a C++ library is not possible, loading it twice would only double
    // it. Failures are remembered too, or each retry would leave another copy behind.
    static std::mutex mutex;
    static std::map<core::Digest, core::Result<const kiosk_plugin*>> loaded;

    const auto digest = manifest.hashes.find(manifest.library); // of these bytes: they have been verified
    KIOSK_ASSERT(digest != manifest.hashes.end());
    const std::lock_guard lock(mutex);
    if (const auto found = loaded.find(digest->second); found != loaded.end())
        return found->second;
    const auto load = [&]() -> core::Result<const kiosk_plugin*> {
        KIOSK_TRY(const int descriptor, seal_library(manifest, bytes));
        auto table = load_sealed_library(manifest, descriptor);
        // Only what could not be mapped lets go of its descriptor: the loader knows libraries by path, and the next one
        // under the same number would be taken for this one.
        if (!table && table.error().code == ErrorCode::Unavailable)
            close(descriptor);
        return table;
    };
    return loaded.emplace(digest->second, load()).first->second;
}

} // namespace kiosk::plugin_host
