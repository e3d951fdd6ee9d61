// SPDX-License-Identifier: Apache-2.0
#include "scanning/clip_writer.hpp"

#include "scanning/gstreamer.hpp"
#include "scanning/scene.hpp"

#include <gst/app/gstappsrc.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <optional>

namespace kiosk::scanning {
namespace {

// How the hand moves: a little, and never the same way twice.
Scene posed(const ClipItem& item, const Modules& code, const ClipOptions& options, double at, std::uint32_t seed) {
    Scene scene;
    scene.width = options.width;
    scene.height = options.height;
    const double phase = seed % 97 * 0.7;
    const double height_px = options.height * 0.55;
    scene.module_px = height_px / (code.side + 8) * (1.0 + 0.04 * std::sin(at * 1.3 + phase));
    // It comes in from below within the first third of a second.
    const double entering = std::max(0.0, 0.35 - at) * 1.2;
    scene.centre_x = options.width * (0.5 + 0.03 * std::sin(at * 1.1 + phase));
    scene.centre_y = options.height * (0.5 + entering + 0.02 * std::sin(at * 1.7 + phase));
    scene.turn = 0.06 * std::sin(at * 0.9 + phase);
    scene.blur_px = 0.7;
    scene.noise = 3;
    scene.seed = seed;
    switch (item.style) {
    case ClipStyle::Plain:
        break;
    case ClipStyle::Phone:
        scene.phone = true;
        scene.light = 240;
        scene.moire = 8;
        break;
    case ClipStyle::Tilted:
        scene.turn += 0.35;
        scene.tilt_x = 0.2;
        scene.tilt_y = 0.12;
        break;
    case ClipStyle::Inverted:
        scene.phone = true;
        scene.inverted = true;
        break;
    case ClipStyle::LowContrast:
        scene.dark = 100;
        scene.light = 165;
        break;
    case ClipStyle::Unreadable:
        scene.blur_px = scene.module_px * 1.6;
        break;
    }
    return scene;
}

class Writer {
  public:
    static core::Result<Writer> open(const std::filesystem::path& path, const ClipOptions& options) {
        const auto caps = "video/x-raw,format=I420,width=" + std::to_string(options.width) +
                          ",height=" + std::to_string(options.height) +
                          ",framerate=" + std::to_string(options.frames_per_second) + "/1";
        KIOSK_TRY(auto pipeline, parse_pipeline("appsrc name=src format=time block=true max-bytes=8000000 caps=\"" +
                                                caps + "\" ! jpegenc quality=85 ! matroskamux ! filesink name=sink"));
        set_property(pipeline.get(), "sink", "location", path.string());
        if (gst_element_set_state(pipeline.get(), GST_STATE_PLAYING) == GST_STATE_CHANGE_FAILURE)
            return core::fail(core::ErrorCode::Io, "error.clip_write", path.string());
        return Writer(std::move(pipeline), path, options);
    }

    core::Status add(const GreyImage& picture) {
        const auto light = picture.pixels.size();
        const auto colour =
            static_cast<std::size_t>((picture.width + 1) / 2) * static_cast<std::size_t>((picture.height + 1) / 2);
        GstBuffer* buffer = gst_buffer_new_allocate(nullptr, light + 2 * colour, nullptr);
        GstMapInfo map;
        if (buffer == nullptr || gst_buffer_map(buffer, &map, GST_MAP_WRITE) == 0)
            return core::fail(core::ErrorCode::Unavailable, "error.clip_write", m_path.string());
        std::memcpy(map.data, picture.pixels.data(), light);
        std::memset(map.data + light, 124, colour); // a warm room
        std::memset(map.data + light + colour, 131, colour);
        gst_buffer_unmap(buffer, &map);
        const auto rate = static_cast<guint64>(m_options.frames_per_second);
        GST_BUFFER_PTS(buffer) = m_frames * GST_SECOND / rate;
        GST_BUFFER_DURATION(buffer) = GST_SECOND / rate;
        ++m_frames;
        if (gst_app_src_push_buffer(GST_APP_SRC(m_source.get()), buffer) != GST_FLOW_OK)
            return failure();
        return {};
    }

    core::Status finish() {
        gst_app_src_end_of_stream(GST_APP_SRC(m_source.get()));
        const Held<GstBus> bus(gst_element_get_bus(m_pipeline.get()));
        const Held<GstMessage> message(gst_bus_timed_pop_filtered(
            bus.get(), 60 * GST_SECOND, static_cast<GstMessageType>(GST_MESSAGE_EOS | GST_MESSAGE_ERROR)));
        if (!message || GST_MESSAGE_TYPE(message.get()) == GST_MESSAGE_ERROR)
            return core::fail(core::ErrorCode::Io, "error.clip_write",
                              m_path.string() + (message ? ": " + words_of(message.get()) : ""));
        return {};
    }

  private:
    Writer(Pipeline pipeline, std::filesystem::path path, const ClipOptions& options)
        : m_pipeline(std::move(pipeline)), m_source(gst_bin_get_by_name(GST_BIN(m_pipeline.get()), "src")),
          m_path(std::move(path)), m_options(options) {}

    core::Status failure() {
        const Held<GstBus> bus(gst_element_get_bus(m_pipeline.get()));
        const Held<GstMessage> message(gst_bus_timed_pop_filtered(bus.get(), GST_SECOND, GST_MESSAGE_ERROR));
        return core::fail(core::ErrorCode::Io, "error.clip_write",
                          m_path.string() + (message ? ": " + words_of(message.get()) : ""));
    }

    Pipeline m_pipeline;
    std::unique_ptr<GstElement, decltype([](GstElement* element) { gst_object_unref(element); })> m_source;
    std::filesystem::path m_path;
    ClipOptions m_options;
    guint64 m_frames = 0;
};

} // namespace

core::Status write_clip(const std::filesystem::path& path, const std::vector<ClipItem>& items,
                        const ClipOptions& options) {
    if (options.width < 64 || options.height < 64 || options.width > 4'096 || options.height > 4'096 ||
        options.width % 8 != 0 || options.height % 2 != 0 || options.frames_per_second < 1 ||
        options.frames_per_second > 120 || options.gap_seconds < 0 || options.gap_seconds > 60)
        return core::fail(core::ErrorCode::Invalid, "error.clip_options", path.string());
    KIOSK_TRY(auto writer, Writer::open(path, options));
    GreyImage picture;
    std::uint32_t seed = options.seed;
    const auto frames = [&](double seconds) {
        return static_cast<int>(std::lround(std::clamp(seconds, 0.0, 600.0) * options.frames_per_second));
    };
    const auto gap = [&]() -> core::Status {
        Scene scene;
        scene.width = options.width;
        scene.height = options.height;
        scene.noise = 3;
        for (int i = 0; i < frames(options.gap_seconds); ++i) {
            scene.seed = ++seed;
            draw(scene, nullptr, picture);
            KIOSK_CHECK(writer.add(picture));
        }
        return {};
    };
    for (const auto& item : items) {
        KIOSK_CHECK(gap());
        KIOSK_TRY(const auto code, encode_modules(item.text));
        const auto pose = seed;
        for (int i = 0; i < frames(item.seconds); ++i) {
            auto scene = posed(item, code, options, static_cast<double>(i) / options.frames_per_second, pose);
            scene.seed = ++seed;
            draw(scene, &code, picture);
            KIOSK_CHECK(writer.add(picture));
        }
    }
    KIOSK_CHECK(gap());
    return writer.finish();
}

} // namespace kiosk::scanning
