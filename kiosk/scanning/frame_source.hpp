// SPDX-License-Identifier: Apache-2.0
#pragma once
// Frames from anywhere through one GStreamer pipeline. Purpose: one URI names a camera, a file, a folder or a stream;
// out come grey frames of at most 1280×720, the newest one only. Ownership: owns its pipeline. Threads: all calls from
// one thread; GStreamer has its own inside. Failure: `next` says what happened and the caller opens anew after a pause.
//
//   camera:                       the first camera that there is
//   v4l2:///dev/video0            a device
//   file:///path/clip.mkv?loop=1  a recording, at its own pace; loops unless loop=0
//   folder:///path?fps=10         the pictures of a folder in order, again and again
//   rtsp://host/stream            a network camera
//   test:                         moving colour bars, for trying things out
//   anything else that GStreamer can play (https://…)
#include "core/result.hpp"
#include "scanning/image.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace kiosk::scanning {

struct Frame {
    GreyImage grey;        // for decoding
    int preview_width = 0; // at most 640
    int preview_height = 0;
    std::vector<std::uint8_t> rgb; // preview_width × preview_height × 3
    std::uint64_t number = 0;
};

class FrameSource {
  public:
    static core::Result<std::unique_ptr<FrameSource>> open(const std::string& uri);
    virtual ~FrameSource() = default;

    // Waits up to `timeout_ms` for a frame newer than the last one. true: `frame` holds it; false: none yet.
    // An error means that the source is gone (unplugged, end of file, network).
    virtual core::Result<bool> next(Frame& frame, int timeout_ms) = 0;
};

} // namespace kiosk::scanning
