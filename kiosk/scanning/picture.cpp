// SPDX-License-Identifier: Apache-2.0
#include "scanning/picture.hpp"

#include <csetjmp>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <limits>

#include <jpeglib.h>
#include <webp/decode.h>

#define STBI_FAILURE_USERMSG
#include <stb/stb_image.h>

namespace kiosk::scanning {
namespace {

using core::ErrorCode;
using core::fail;
using Bytes = std::span<const std::uint8_t>;

constexpr std::size_t largest_file = 64u << 20;
constexpr std::int64_t largest_pixels = 100'000'000;

bool too_large(std::int64_t width, std::int64_t height) {
    return width <= 0 || height <= 0 || width > 65'535 || height > 65'535 || width * height > largest_pixels;
}

core::Result<GreyImage> fitted(GreyImage image, Size fit) {
    const Size size = fit_into({image.width, image.height}, fit);
    if (size.width == image.width && size.height == image.height)
        return image;
    GreyImage smaller;
    shrink(image.view(), smaller, size);
    return smaller;
}

// libjpeg reports errors by calling back, and the callback must not return. Nothing with a destructor is alive between
// setjmp and longjmp but `image`, which belongs to the caller.
struct JpegErrors {
    jpeg_error_mgr manager;
    std::jmp_buf jump;
};

bool read_jpeg(Bytes bytes, Size fit, GreyImage& image, bool& large) {
    jpeg_decompress_struct decoder;
    JpegErrors errors;
    decoder.err = jpeg_std_error(&errors.manager);
    errors.manager.error_exit = [](j_common_ptr common) {
        std::longjmp(reinterpret_cast<JpegErrors*>(common->err)->jump, 1);
    };
    errors.manager.emit_message = [](j_common_ptr, int) {};
    errors.manager.output_message = [](j_common_ptr) {};
    if (setjmp(errors.jump) != 0) {
        jpeg_destroy_decompress(&decoder);
        return false;
    }
    jpeg_create_decompress(&decoder);
    jpeg_mem_src(&decoder, bytes.data(), static_cast<unsigned long>(bytes.size()));
    jpeg_read_header(&decoder, TRUE);
    if (too_large(decoder.image_width, decoder.image_height)) {
        large = true;
        jpeg_destroy_decompress(&decoder);
        return false;
    }
    decoder.out_color_space = JCS_GRAYSCALE;
    if (decoder.jpeg_color_space == JCS_CMYK || decoder.jpeg_color_space == JCS_YCCK) {
        jpeg_destroy_decompress(&decoder); // stb_image reads those
        return false;
    }
    // The decoder can leave out halves for free; it must not fall under what fits.
    const Size wanted = fit_into({static_cast<int>(decoder.image_width), static_cast<int>(decoder.image_height)}, fit);
    decoder.scale_num = 1;
    decoder.scale_denom = 1;
    while (decoder.scale_denom < 8 &&
           decoder.image_width / (decoder.scale_denom * 2) >= static_cast<unsigned>(wanted.width) &&
           decoder.image_height / (decoder.scale_denom * 2) >= static_cast<unsigned>(wanted.height))
        decoder.scale_denom *= 2;
    jpeg_start_decompress(&decoder);
    image.resize(static_cast<int>(decoder.output_width), static_cast<int>(decoder.output_height));
    while (decoder.output_scanline < decoder.output_height) {
        JSAMPROW row = image.row(static_cast<int>(decoder.output_scanline));
        jpeg_read_scanlines(&decoder, &row, 1);
    }
    jpeg_finish_decompress(&decoder);
    jpeg_destroy_decompress(&decoder);
    return true;
}

bool read_webp(Bytes bytes, GreyImage& image, bool& large) {
    int width = 0, height = 0;
    if (WebPGetInfo(bytes.data(), bytes.size(), &width, &height) == 0)
        return false;
    if (too_large(width, height)) {
        large = true;
        return false;
    }
    WebPBitstreamFeatures features;
    if (WebPGetFeatures(bytes.data(), bytes.size(), &features) != VP8_STATUS_OK)
        return false;
    image.resize(width, height);
    if (features.has_alpha == 0 && features.format == 1) { // lossy: brightness is a plane of its own
        std::uint8_t *u = nullptr, *v = nullptr;
        int stride = 0, uv_stride = 0;
        std::uint8_t* y = WebPDecodeYUV(bytes.data(), bytes.size(), &width, &height, &u, &v, &stride, &uv_stride);
        if (y == nullptr)
            return false;
        // Studio range (16…235) to full range.
        std::uint8_t table[256];
        for (int i = 0; i < 256; ++i)
            table[i] = static_cast<std::uint8_t>(std::min(255, std::max(0, (i - 16) * 255 / 219)));
        for (int row = 0; row < height; ++row)
            for (int x = 0; x < width; ++x)
                image.row(row)[x] = table[y[static_cast<std::ptrdiff_t>(row) * stride + x]];
        WebPFree(y);
        return true;
    }
    std::uint8_t* rgba = WebPDecodeRGBA(bytes.data(), bytes.size(), &width, &height);
    if (rgba == nullptr)
        return false;
    for (std::size_t i = 0; i < image.pixels.size(); ++i) {
        const auto* p = rgba + i * 4;
        const int grey = (p[0] * 77 + p[1] * 150 + p[2] * 29 + 128) >> 8;
        image.pixels[i] = static_cast<std::uint8_t>((grey * p[3] + 255 * (255 - p[3])) / 255); // on white paper
    }
    WebPFree(rgba);
    return true;
}

bool read_with_stb(Bytes bytes, GreyImage& image, bool& large) {
    int width = 0, height = 0, channels = 0;
    const int length = static_cast<int>(bytes.size());
    if (stbi_info_from_memory(bytes.data(), length, &width, &height, &channels) == 0)
        return false;
    if (too_large(width, height)) {
        large = true;
        return false;
    }
    const bool alpha = channels == 2 || channels == 4;
    std::uint8_t* pixels = stbi_load_from_memory(bytes.data(), length, &width, &height, &channels, alpha ? 2 : 1);
    if (pixels == nullptr)
        return false;
    image.resize(width, height);
    if (alpha)
        for (std::size_t i = 0; i < image.pixels.size(); ++i)
            image.pixels[i] =
                static_cast<std::uint8_t>((pixels[i * 2] * pixels[i * 2 + 1] + 255 * (255 - pixels[i * 2 + 1])) / 255);
    else
        std::memcpy(image.pixels.data(), pixels, image.pixels.size());
    stbi_image_free(pixels);
    return true;
}

} // namespace

core::Result<GreyImage> load_picture(Bytes bytes, const std::string& name, Size fit) {
    if (bytes.size() > largest_file)
        return fail(ErrorCode::TooLarge, "error.picture_too_large", name);
    GreyImage image;
    bool large = false;
    const bool jpeg = bytes.size() > 3 && bytes[0] == 0xff && bytes[1] == 0xd8 && bytes[2] == 0xff;
    const bool webp =
        bytes.size() > 12 && std::memcmp(bytes.data(), "RIFF", 4) == 0 && std::memcmp(bytes.data() + 8, "WEBP", 4) == 0;
    bool read = false;
    if (jpeg)
        read = read_jpeg(bytes, fit, image, large);
    else if (webp)
        read = read_webp(bytes, image, large);
    if (!read && !large && !webp)
        read = read_with_stb(bytes, image, large);
    if (large)
        return fail(ErrorCode::TooLarge, "error.picture_too_large", name);
    if (!read)
        return fail(ErrorCode::Invalid, "error.picture_unreadable", name);
    return fitted(std::move(image), fit);
}

core::Result<GreyImage> load_picture(const std::filesystem::path& path, Size fit) {
    std::error_code error;
    std::ifstream file(path, std::ios::binary | std::ios::ate);
    if (!file || !std::filesystem::is_regular_file(path, error))
        return fail(ErrorCode::NotFound, "error.picture_missing", path.string());
    const auto length = static_cast<std::streamoff>(file.tellg());
    if (length < 0 || static_cast<std::uint64_t>(length) > largest_file)
        return fail(length < 0 ? ErrorCode::Io : ErrorCode::TooLarge,
                    length < 0 ? "error.picture_missing" : "error.picture_too_large", path.string());
    std::vector<std::uint8_t> bytes(static_cast<std::size_t>(length));
    file.seekg(0);
    if (length > 0 && !file.read(reinterpret_cast<char*>(bytes.data()), length))
        return fail(ErrorCode::Io, "error.picture_missing", path.string());
    return load_picture(Bytes(bytes), path.string(), fit);
}

} // namespace kiosk::scanning
