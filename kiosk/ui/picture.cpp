// SPDX-License-Identifier: Apache-2.0
#include "ui/picture.hpp"

#include <cairo.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <memory>

namespace kiosk::ui {

namespace {

constexpr int visible_difference = 24; // of a channel

struct Destroy {
    void operator()(cairo_surface_t* surface) const { cairo_surface_destroy(surface); }
};
using SurfacePointer = std::unique_ptr<cairo_surface_t, Destroy>;

core::ErrorCode code_of(cairo_status_t status) {
    return status == CAIRO_STATUS_FILE_NOT_FOUND ? core::ErrorCode::NotFound : core::ErrorCode::Io;
}

} // namespace

Picture Picture::half() const {
    Picture out{width / 2, height / 2, {}};
    out.rgb.resize(static_cast<std::size_t>(out.width) * static_cast<std::size_t>(out.height) * 3);
    const auto at = [this](int x, int y, int channel) {
        return static_cast<int>(rgb[(static_cast<std::size_t>(y) * static_cast<std::size_t>(width) + static_cast<std::size_t>(x)) * 3 + static_cast<std::size_t>(channel)]);
    };
    auto* to = out.rgb.data();
    for (int y = 0; y < out.height; ++y)
        for (int x = 0; x < out.width; ++x)
            for (int c = 0; c < 3; ++c)
                *to++ = static_cast<std::uint8_t>((at(2 * x, 2 * y, c) + at(2 * x + 1, 2 * y, c) + at(2 * x, 2 * y + 1, c) + at(2 * x + 1, 2 * y + 1, c) + 2) / 4);
    return out;
}

Picture Picture::coarse() const {
    constexpr int step = 8;
    auto out = *this;
    for (auto& channel : out.rgb)
        channel = static_cast<std::uint8_t>(std::min(255, (channel + step / 2) / step * step));
    return out;
}

core::Status write_png(const Picture& picture, const std::filesystem::path& path) {
    const SurfacePointer surface(cairo_image_surface_create(CAIRO_FORMAT_RGB24, picture.width, picture.height));
    auto* pixels = cairo_image_surface_get_data(surface.get());
    if (!pixels)
        return core::fail(core::ErrorCode::Io, "ui.error.picture", path.string());
    cairo_surface_flush(surface.get());
    const int stride = cairo_image_surface_get_stride(surface.get());
    const auto* from = picture.rgb.data();
    for (int y = 0; y < picture.height; ++y)
        for (int x = 0; x < picture.width; ++x, from += 3) {
            const std::uint32_t pixel = static_cast<std::uint32_t>(from[0]) << 16 | static_cast<std::uint32_t>(from[1]) << 8 | from[2];
            std::memcpy(pixels + static_cast<std::ptrdiff_t>(y) * stride + static_cast<std::ptrdiff_t>(x) * 4, &pixel, sizeof pixel);
        }
    cairo_surface_mark_dirty(surface.get());
    if (const auto status = cairo_surface_write_to_png(surface.get(), path.c_str()); status != CAIRO_STATUS_SUCCESS)
        return core::fail(code_of(status), "ui.error.picture", path.string() + ": " + cairo_status_to_string(status));
    return {};
}

core::Result<Picture> read_png(const std::filesystem::path& path) {
    const SurfacePointer surface(cairo_image_surface_create_from_png(path.c_str()));
    if (const auto status = cairo_surface_status(surface.get()); status != CAIRO_STATUS_SUCCESS)
        return core::fail(code_of(status), "ui.error.picture", path.string() + ": " + cairo_status_to_string(status));
    Picture picture{cairo_image_surface_get_width(surface.get()), cairo_image_surface_get_height(surface.get()), {}};
    picture.rgb.resize(static_cast<std::size_t>(picture.width) * static_cast<std::size_t>(picture.height) * 3);
    const auto* pixels = cairo_image_surface_get_data(surface.get());
    const int stride = cairo_image_surface_get_stride(surface.get());
    auto* to = picture.rgb.data();
    for (int y = 0; y < picture.height; ++y)
        for (int x = 0; x < picture.width; ++x, to += 3) {
            std::uint32_t pixel = 0;
            std::memcpy(&pixel, pixels + static_cast<std::ptrdiff_t>(y) * stride + static_cast<std::ptrdiff_t>(x) * 4, sizeof pixel);
            to[0] = static_cast<std::uint8_t>(pixel >> 16);
            to[1] = static_cast<std::uint8_t>(pixel >> 8);
            to[2] = static_cast<std::uint8_t>(pixel);
        }
    return picture;
}

std::optional<PictureDifference> compare(const Picture& one, const Picture& other) {
    if (one.width != other.width || one.height != other.height || one.rgb.size() != other.rgb.size() || one.rgb.empty())
        return std::nullopt;
    std::uint64_t sum = 0, changed = 0;
    for (std::size_t i = 0; i < one.rgb.size(); i += 3) {
        int worst = 0;
        for (std::size_t c = 0; c < 3; ++c) {
            const int off = std::abs(one.rgb[i + c] - other.rgb[i + c]);
            sum += static_cast<std::uint64_t>(off);
            worst = std::max(worst, off);
        }
        changed += worst > visible_difference ? 1 : 0;
    }
    const auto values = static_cast<double>(one.rgb.size());
    return PictureDifference{static_cast<double>(sum) / values, static_cast<double>(changed) * 3 / values};
}

} // namespace kiosk::ui
