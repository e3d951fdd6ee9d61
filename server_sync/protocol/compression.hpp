// SPDX-License-Identifier: Apache-2.0
#pragma once
// zstd for bodies. Purpose: the only file that includes zstd.h for the wire. Ownership: values. Threads: any (contexts
// are kept per thread). Failure: TooLarge before more than `limit` bytes exist, Invalid for what is no zstd.
#include "core/result.hpp"

#include <string>
#include <string_view>

namespace kiosk::sync::protocol {

std::string deflate(std::string_view bytes, int level = 1);
kiosk::core::Result<std::string> inflate(std::string_view bytes, std::size_t limit);

} // namespace kiosk::sync::protocol
