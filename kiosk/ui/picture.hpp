// SPDX-License-Identifier: Apache-2.0
#pragma once
// A picture in memory, and as a PNG file. Ownership: values. Threads: any. Failure: an Error that names the path.
#include "core/result.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

namespace kiosk::ui {

struct Picture {
    int width = 0, height = 0;
    std::vector<std::uint8_t> rgb; // top row first

    Picture half() const;   // each 2 × 2 pixels averaged
    Picture coarse() const; // 32 steps a channel: a smaller file, the same to the eye
};

core::Status write_png(const Picture& picture, const std::filesystem::path& path);
core::Result<Picture> read_png(const std::filesystem::path& path);

struct PictureDifference {
    double mean = 0;          // mean absolute difference of the channels, 0…255
    double changed_share = 0; // of pixels that differ visibly
};
// Nothing where the sizes differ.
std::optional<PictureDifference> compare(const Picture& one, const Picture& other);

} // namespace kiosk::ui
