// SPDX-License-Identifier: Apache-2.0
#include "scanning/frame_source.hpp"

#include "scanning/descriptor.hpp"
#include "scanning/folder_source.hpp"
#include "scanning/gstreamer_source.hpp"
#include "scanning/preview.hpp"
#include "scanning/source_uri.hpp"

#include <algorithm>

#include <fcntl.h>
#include <linux/videodev2.h>
#include <sys/ioctl.h>

namespace kiosk::scanning {
namespace {

// The first device that captures pictures: a webcam has a second node for its metadata.
std::string first_camera() {
    for (int i = 0; i < 16; ++i) {
        const std::string device = "/dev/video" + std::to_string(i);
        const Descriptor node(::open(device.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC));
        v4l2_capability capability{};
        if (!node.valid() || ::ioctl(node.get(), VIDIOC_QUERYCAP, &capability) != 0)
            continue;
        const auto can =
            (capability.capabilities & V4L2_CAP_DEVICE_CAPS) != 0 ? capability.device_caps : capability.capabilities;
        if ((can & (V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_VIDEO_CAPTURE_MPLANE)) != 0)
            return device;
    }
    return {};
}

} // namespace

core::Result<std::unique_ptr<FrameSource>> FrameSource::open(const std::string& text) {
    const auto uri = parse_source_uri(text);
    if (uri.scheme == "folder")
        return open_folder(uri.path, std::clamp(uri.number("fps", 10.0), 0.1, 60.0));
    if (uri.scheme == "camera" && uri.path.empty()) {
        const auto device = first_camera();
        if (device.empty())
            return core::fail(core::ErrorCode::Unavailable, "error.no_camera", "no camera is plugged in");
        return open_gstreamer({.scheme = "v4l2", .path = device, .query = {}, .whole = text});
    }
    return open_gstreamer(uri);
}

} // namespace kiosk::scanning
