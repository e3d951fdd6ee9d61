// SPDX-License-Identifier: Apache-2.0
#include "scanning/gstreamer_source.hpp"

#include "scanning/descriptor.hpp"
#include "scanning/gstreamer.hpp"
#include "scanning/preview.hpp"

#include <gst/app/gstappsink.h>
#include <gst/video/video.h>

#include <algorithm>
#include <filesystem>

namespace kiosk::scanning {
namespace {

// I420 is what cameras' JPEG and most recordings decode to: brightness is a plane that decoding takes as it is.
constexpr const char* tail =
    " ! videoconvert ! video/x-raw,format=I420 ! appsink name=sink max-buffers=1 drop=true emit-signals=false sync=";
constexpr std::int64_t first_frame_ms = 10'000;
constexpr std::int64_t stall_ms = 4'000; // a camera without a frame for so long is gone, whatever its driver says

class GstreamerSource final : public FrameSource {
  public:
    GstreamerSource(Pipeline pipeline, const SourceUri& uri, bool live)
        : m_pipeline(std::move(pipeline)), m_bus(gst_element_get_bus(m_pipeline.get())),
          m_sink(gst_bin_get_by_name(GST_BIN(m_pipeline.get()), "sink")), m_uri(uri), m_live(live),
          m_deadline_ms(monotonic_ms() + first_frame_ms) {}

    core::Result<bool> next(Frame& frame, int timeout_ms) override {
        const Held<GstSample> sample(gst_app_sink_try_pull_sample(GST_APP_SINK(m_sink.get()),
                                                                  static_cast<GstClockTime>(timeout_ms) * GST_MSECOND));
        if (sample) {
            m_deadline_ms = monotonic_ms() + stall_ms;
            return take(sample.get(), frame);
        }
        while (const Held<GstMessage> message{
            gst_bus_pop_filtered(m_bus.get(), static_cast<GstMessageType>(GST_MESSAGE_ERROR | GST_MESSAGE_EOS))}) {
            if (GST_MESSAGE_TYPE(message.get()) == GST_MESSAGE_ERROR)
                return core::fail(core::ErrorCode::Unavailable, "error.source_lost", words_of(message.get()));
            KIOSK_CHECK(at_end());
        }
        if (monotonic_ms() > m_deadline_ms)
            return core::fail(core::ErrorCode::Unavailable, "error.source_lost", "no picture: " + m_uri.whole);
        return false;
    }

  private:
    core::Status at_end() {
        std::error_code error;
        const bool again =
            m_uri.scheme == "file" && m_uri.flag("loop", true) && std::filesystem::exists(m_uri.path, error);
        if (!again || m_live)
            return core::fail(core::ErrorCode::Unavailable, "error.source_lost", "end of " + m_uri.whole);
        if (gst_element_seek_simple(m_pipeline.get(), GST_FORMAT_TIME,
                                    static_cast<GstSeekFlags>(GST_SEEK_FLAG_FLUSH | GST_SEEK_FLAG_KEY_UNIT), 0) == 0)
            return core::fail(core::ErrorCode::Unavailable, "error.source_lost", "cannot rewind " + m_uri.whole);
        m_deadline_ms = monotonic_ms() + first_frame_ms;
        return {};
    }

    core::Result<bool> take(GstSample* sample, Frame& frame) {
        GstVideoInfo info;
        GstVideoFrame mapped;
        if (gst_video_info_from_caps(&info, gst_sample_get_caps(sample)) == 0 ||
            gst_video_frame_map(&mapped, &info, gst_sample_get_buffer(sample), GST_MAP_READ) == 0)
            return core::fail(core::ErrorCode::Unavailable, "error.source_lost", "unreadable frame");
        const auto plane = [&](int index) {
            const auto i = static_cast<guint>(index);
            return GreyView{static_cast<const std::uint8_t*>(GST_VIDEO_FRAME_PLANE_DATA(&mapped, i)),
                            GST_VIDEO_FRAME_COMP_WIDTH(&mapped, index), GST_VIDEO_FRAME_COMP_HEIGHT(&mapped, index),
                            GST_VIDEO_FRAME_PLANE_STRIDE(&mapped, i)};
        };
        const Yuv picture{plane(0), plane(1), plane(2), info.colorimetry.range == GST_VIDEO_COLOR_RANGE_0_255};
        const bool sane =
            picture.y.width > 0 && picture.y.height > 0 && picture.y.width <= 16'384 && picture.y.height <= 16'384;
        if (sane) {
            fill_frame(picture, frame);
            frame.number = ++m_number;
        }
        gst_video_frame_unmap(&mapped);
        return sane;
    }

    Pipeline m_pipeline;
    Held<GstBus> m_bus;
    std::unique_ptr<GstElement, decltype([](GstElement* element) { gst_object_unref(element); })> m_sink;
    SourceUri m_uri;
    bool m_live;
    std::int64_t m_deadline_ms;
    std::uint64_t m_number = 0;
};

} // namespace

core::Result<std::unique_ptr<FrameSource>> open_gstreamer(const SourceUri& uri) {
    const bool device = uri.scheme == "v4l2";
    const bool live = device || uri.scheme == "rtsp" || uri.scheme == "rtsps" || uri.scheme == "test";
    std::string head;
    if (device)
        // 720p where the camera has it; uncompressed or JPEG, whatever it gives.
        head = "v4l2src name=src ! capsfilter caps=\"video/x-raw,width=1280,height=720;"
               "image/jpeg,width=1280,height=720;video/x-raw;image/jpeg\" ! decodebin";
    else if (uri.scheme == "test")
        head = "videotestsrc is-live=true pattern=smpte ! video/x-raw,width=1280,height=720,framerate=15/1";
    else
        head = "uridecodebin name=src";
    KIOSK_TRY(auto pipeline, parse_pipeline(head + tail + (live ? "false" : "true")));
    if (device) {
        set_property(pipeline.get(), "src", "device", uri.path);
    } else if (uri.scheme == "file") {
        std::error_code error;
        if (!std::filesystem::exists(uri.path, error))
            return core::fail(core::ErrorCode::Unavailable, "error.source_lost", uri.path);
        GError* failed = nullptr;
        gchar* encoded = gst_filename_to_uri(uri.path.c_str(), &failed);
        if (encoded == nullptr) {
            const Held<GError> held(failed);
            return core::fail(core::ErrorCode::Invalid, "error.source_lost", uri.path);
        }
        set_property(pipeline.get(), "src", "uri", encoded);
        g_free(encoded);
    } else if (uri.scheme != "test") {
        if (gst_uri_is_valid(uri.whole.c_str()) == 0)
            return core::fail(core::ErrorCode::Invalid, "error.source_uri", uri.whole);
        set_property(pipeline.get(), "src", "uri", uri.whole);
    }
    if (gst_element_set_state(pipeline.get(), GST_STATE_PLAYING) == GST_STATE_CHANGE_FAILURE) {
        const Held<GstBus> bus(gst_element_get_bus(pipeline.get()));
        const Held<GstMessage> message(gst_bus_pop_filtered(bus.get(), GST_MESSAGE_ERROR));
        return core::fail(core::ErrorCode::Unavailable, "error.source_lost",
                          message ? words_of(message.get()) : uri.whole);
    }
    return std::make_unique<GstreamerSource>(std::move(pipeline), uri, live);
}

} // namespace kiosk::scanning
