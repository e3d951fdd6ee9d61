// SPDX-License-Identifier: Apache-2.0
#pragma once
// What both users of GStreamer (the frame source and the clip writer) need of it: holders and starting up. Included by
// those two .cpp files only. Ownership: holders own one reference. Threads: as GStreamer says. Failure: none.
#include "core/result.hpp"

#include <gst/gst.h>

#include <memory>
#include <string>

namespace kiosk::scanning {

struct Unref {
    void operator()(GstElement* element) const {
        gst_element_set_state(element, GST_STATE_NULL);
        gst_object_unref(element);
    }
    void operator()(GstBus* bus) const { gst_object_unref(bus); }
    void operator()(GstMessage* message) const { gst_message_unref(message); }
    void operator()(GstSample* sample) const { gst_sample_unref(sample); }
    void operator()(GstCaps* caps) const { gst_caps_unref(caps); }
    void operator()(GError* error) const { g_error_free(error); }
};
using Pipeline = std::unique_ptr<GstElement, Unref>;
template <typename T> using Held = std::unique_ptr<T, Unref>;

inline core::Status start_gstreamer() {
    GError* error = nullptr;
    if (gst_init_check(nullptr, nullptr, &error) == 0) {
        const Held<GError> held(error);
        return core::fail(core::ErrorCode::Unavailable, "error.gstreamer", held ? held->message : "");
    }
    return {};
}

inline core::Result<Pipeline> parse_pipeline(const std::string& description) {
    KIOSK_CHECK(start_gstreamer());
    GError* error = nullptr;
    Pipeline pipeline(gst_parse_launch(description.c_str(), &error));
    if (error != nullptr) {
        const Held<GError> held(error);
        return core::fail(core::ErrorCode::Unavailable, "error.gstreamer", held->message);
    }
    return pipeline;
}

inline std::string words_of(GstMessage* message) {
    GError* error = nullptr;
    gst_message_parse_error(message, &error, nullptr);
    const Held<GError> held(error);
    return held ? held->message : "unknown";
}

// Sets a text property of a named element: never part of a description, so that no path can add elements.
inline void set_property(GstElement* pipeline, const char* element, const char* property, const std::string& value) {
    if (GstElement* found = gst_bin_get_by_name(GST_BIN(pipeline), element); found != nullptr) {
        g_object_set(found, property, value.c_str(), nullptr);
        gst_object_unref(found);
    }
}

} // namespace kiosk::scanning
