// SPDX-License-Identifier: Apache-2.0
#pragma once
// Loading of still pictures as grey frames. Purpose: `kioskctl decode` and scan-from-file see what the kiosk would see:
// a grey picture of at most 1280×720. The one file that knows libjpeg, libwebp and stb_image; JPEG and WebP are
// decoded straight to brightness and, when large, at a reduced size. Threads: any. Failure: an Error that names the
// path; files over 64 MiB or 100 megapixels are refused.
#include "core/result.hpp"
#include "scanning/image.hpp"

#include <filesystem>
#include <span>

namespace kiosk::scanning {

inline constexpr Size live_frame_size{1280, 720};

core::Result<GreyImage> load_picture(const std::filesystem::path& path, Size fit = live_frame_size);
// The same from memory; `name` is for the error.
core::Result<GreyImage> load_picture(std::span<const std::uint8_t> bytes, const std::string& name,
                                     Size fit = live_frame_size);

} // namespace kiosk::scanning
