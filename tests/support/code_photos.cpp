// SPDX-License-Identifier: Apache-2.0
#include "support/code_photos.hpp"

#include <cstdlib>
#include <fstream>
#include <map>

namespace photos {
namespace {

namespace fs = std::filesystem;

std::string unescaped(const std::string& text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '\\' || i + 1 == text.size()) {
            out.push_back(text[i]);
            continue;
        }
        switch (text[++i]) {
        case 'n':
            out.push_back('\n');
            break;
        case 'r':
            out.push_back('\r');
            break;
        case 't':
            out.push_back('\t');
            break;
        default:
            out.push_back(text[i]);
        }
    }
    return out;
}

} // namespace

std::string comparable(const std::string& text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i)
        if (text[i] != '\r')
            out.push_back(text[i]);
        else if (i + 1 == text.size() || text[i + 1] != '\n')
            out.push_back('\n');
    const auto first = out.find_first_not_of(" \t\n");
    return first == std::string::npos ? "" : out.substr(first, out.find_last_not_of(" \t\n") - first + 1);
}

std::optional<std::vector<Photo>> load() {
    const char* set = std::getenv("XIANGDAO_QR");
    const fs::path root =
        set != nullptr && *set != '\0' ? fs::path(set) : fs::path(XIANGDAO_SOURCE_DIR) / "../shared/qr";
    std::ifstream truth(root / "truth.tsv");
    if (!truth)
        return std::nullopt;
    std::map<std::string, Photo> by_path;
    std::string line;
    while (std::getline(truth, line)) {
        const auto tab = line.find('\t');
        if (tab == std::string::npos)
            continue;
        const auto path = line.substr(0, tab);
        auto& photo = by_path[path];
        photo.folder = fs::path(path).parent_path().string();
        photo.file = root / "images" / path;
        photo.texts.push_back(comparable(unescaped(line.substr(tab + 1, line.find('\t', tab + 1) - tab - 1))));
    }
    std::vector<Photo> photos;
    for (auto& [path, photo] : by_path)
        photos.push_back(std::move(photo));
    return photos;
}

} // namespace photos
