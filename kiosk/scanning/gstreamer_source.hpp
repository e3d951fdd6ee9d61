// SPDX-License-Identifier: Apache-2.0
#pragma once
// Frames through GStreamer: devices, recordings, streams. Ownership, threads and failure as in frame_source.hpp.
#include "scanning/frame_source.hpp"
#include "scanning/source_uri.hpp"

namespace kiosk::scanning {

core::Result<std::unique_ptr<FrameSource>> open_gstreamer(const SourceUri& uri);

} // namespace kiosk::scanning
