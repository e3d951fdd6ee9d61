// SPDX-License-Identifier: Apache-2.0
#include "core/result.hpp"

#include <cstdio>
#include <cstdlib>

namespace kiosk::core {

void assertion_failed(const char* expression, const std::source_location& where) {
    std::fprintf(stderr, "xiangdao: broken invariant: %s at %s:%u in %s\n", expression, where.file_name(),
                 static_cast<unsigned>(where.line()), where.function_name());
    std::abort();
}

} // namespace kiosk::core
