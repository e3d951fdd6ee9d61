// SPDX-License-Identifier: Apache-2.0
#pragma once
// A folder of pictures as a camera: each picture is a frame, in order of names, again and again. Ownership, threads and
// failure as in frame_source.hpp; a folder that vanishes is a lost source.
#include "scanning/frame_source.hpp"

#include <filesystem>

namespace kiosk::scanning {

core::Result<std::unique_ptr<FrameSource>> open_folder(const std::filesystem::path& folder, double frames_per_second);

} // namespace kiosk::scanning
