// SPDX-License-Identifier: Apache-2.0
#pragma once
// Codes in picture files, through the kiosk's own decoder. Ownership: values. Threads: one. Failure: an Error names
// the file; a picture without a readable code is no error.
#include "core/result.hpp"

#include <string>
#include <vector>

namespace kioskctl {

struct ReadPicture {
    std::vector<std::string> texts;
    double milliseconds = 0; // of decoding alone
};

kiosk::core::Result<ReadPicture> read_picture(const std::string& file);
kiosk::core::Result<std::vector<std::string>> texts_in_picture(const std::string& file);

} // namespace kioskctl
