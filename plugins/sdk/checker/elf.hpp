// SPDX-License-Identifier: Apache-2.0
#pragma once
// What a shared object gives and takes, read from its dynamic symbols without loading it. Bounded: every offset is
// checked against the file. Ownership: values. Threads: any. Failure: Invalid with what is wrong with the file.
#include "core/result.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace kiosk::checker {

struct SharedObject {
    std::vector<std::string> exported; // defined and visible to others
    std::vector<std::string> imported;
    std::vector<std::string> needed; // libraries
    bool for_this_machine = false;
};

core::Result<SharedObject> read_shared_object(std::string_view bytes);

} // namespace kiosk::checker
