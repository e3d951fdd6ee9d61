// SPDX-License-Identifier: Apache-2.0
#pragma once
// What a helper process takes from itself before a plugin's code runs. Purpose: the only file that knows libseccomp and
// resource limits. Two steps: before the library is loaded everything but reading files goes; before the plugin's
// open() files go as well, and what is left is memory, the socket and the clock. Ownership: none; nothing can be given
// back. Threads: the only one of the helper. Failure: an Error; the helper must not go on then. A process that asks for
// more ends at once, with the number of the system call sent as a Barred frame.
//
// Address and thread sanitizers need memory, threads and files of their own: in such a build there is no sandbox.
#include "core/result.hpp"

#include <string>

namespace kiosk::plugin_host {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool sandboxed = false;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
inline constexpr bool sandboxed = false;
#else
inline constexpr bool sandboxed = true;
#endif
#else
inline constexpr bool sandboxed = true;
#endif

core::Status close_doors_before_loading();
core::Status close_doors_before_opening();

std::string system_call_name(int number); // "openat"; the number where it has no name

} // namespace kiosk::plugin_host
