// SPDX-License-Identifier: Apache-2.0
#pragma once
// Errors as values. Purpose: every fallible call of the project returns Result<T>; exceptions exist only inside
// adapters of libraries that throw and end at that file's edge. Ownership: plain values. Threads: any.
#include <cstdint>
#include <expected>
#include <source_location>
#include <string>
#include <string_view>
#include <utility>

namespace kiosk::core {

enum class ErrorCode : std::uint8_t {
    Invalid = 1,  // the input is wrong; the message says what to correct
    NotFound,     // nothing of that name is here
    Conflict,     // it is there already, or something else holds it
    Io,           // reading or writing failed
    DiskFull,     // no room left; nothing was written
    Corrupt,      // stored bytes are not what was written
    NewerVersion, // made by a newer version of this software
    Unavailable,  // a device, a process or the network does not answer; trying again may help
    Denied,       // not allowed
    TooLarge,     // over a stated bound
    Internal,     // a bug of ours
};

// `message_key` names a sentence of the text catalogue ("error.disk_full"), `context` is what it is about (a path,
// a line, a library's own words), not translated and never personal data.
struct Error {
    ErrorCode code = ErrorCode::Internal;
    std::string message_key;
    std::string context;
    std::source_location where;
};

template <typename T>
using Result = std::expected<T, Error>;
using Status = Result<void>;

[[nodiscard]] inline std::unexpected<Error> fail(ErrorCode code, std::string_view message_key, std::string context = {},
                                                 std::source_location where = std::source_location::current()) {
    return std::unexpected(Error{code, std::string(message_key), std::move(context), where});
}

[[noreturn]] void assertion_failed(const char* expression, const std::source_location& where);

} // namespace kiosk::core

#define KIOSK_CONCAT_INNER(a, b) a##b
#define KIOSK_CONCAT(a, b) KIOSK_CONCAT_INNER(a, b)

// KIOSK_TRY(auto row, load(id)); returns the error to the caller, or binds the value.
#define KIOSK_TRY(declaration, ...)                                                                                    \
    auto KIOSK_CONCAT(kiosk_try_, __LINE__) = (__VA_ARGS__);                                                           \
    if (!KIOSK_CONCAT(kiosk_try_, __LINE__))                                                                           \
        return std::unexpected(std::move(KIOSK_CONCAT(kiosk_try_, __LINE__)).error());                                 \
    declaration = std::move(*KIOSK_CONCAT(kiosk_try_, __LINE__))

// KIOSK_CHECK(store.close()); the same for calls without a value.
#define KIOSK_CHECK(...)                                                                                               \
    do {                                                                                                               \
        if (auto kiosk_checked = (__VA_ARGS__); !kiosk_checked)                                                        \
            return std::unexpected(std::move(kiosk_checked).error());                                                  \
    } while (false)

// Stays on in release builds: a broken invariant must not become a wrong admission.
#define KIOSK_ASSERT(expression)                                                                                       \
    ((expression) ? static_cast<void>(0)                                                                               \
                  : ::kiosk::core::assertion_failed(#expression, std::source_location::current()))
