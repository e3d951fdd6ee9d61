// SPDX-License-Identifier: Apache-2.0
#pragma once
// Photographs of codes with their true texts: a folder with truth.tsv (path, text with backslash escapes, …) and
// images/. $XIANGDAO_QR names it, else shared/qr beside the source tree. Ownership: values. Threads: any.
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace photos {

struct Photo {
    std::string folder; // "zxing-java/qrcode-1"
    std::filesystem::path file;
    std::vector<std::string> texts; // as comparable() makes them
};

// nullopt where the folder is not there.
std::optional<std::vector<Photo>> load();
// CRLF folded, outer white space trimmed.
std::string comparable(const std::string& text);

} // namespace photos
