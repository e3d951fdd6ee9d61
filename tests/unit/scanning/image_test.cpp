// SPDX-License-Identifier: Apache-2.0
#include "scanning/image.hpp"
#include "scanning/picture.hpp"
#include "scanning/preview.hpp"

#include "support/catch.hpp"

#include <random>

using namespace kiosk::scanning;

namespace {

GreyImage noise(int width, int height, unsigned seed) {
    std::mt19937 random(seed);
    GreyImage image(width, height);
    for (auto& pixel : image.pixels)
        pixel = static_cast<std::uint8_t>(random());
    return image;
}

int slow_mean(const GreyImage& image, int x, int y, int radius) {
    int sum = 0;
    for (int dy = -radius; dy <= radius; ++dy)
        for (int dx = -radius; dx <= radius; ++dx)
            sum += image.row(std::clamp(y + dy, 0, image.height - 1))[std::clamp(x + dx, 0, image.width - 1)];
    return sum / ((2 * radius + 1) * (2 * radius + 1));
}

} // namespace

TEST_CASE("scanning: the fast mean is the mean", "[scanning][image]") {
    const auto [width, height] = GENERATE(std::pair{40, 30}, std::pair{3, 50}, std::pair{50, 3}, std::pair{1, 1});
    const int radius = GENERATE(1, 7, 15, 40);
    const auto image = noise(width, height, 5);
    GreyImage mean;
    box_mean(image.view(), mean, radius);
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x)
            REQUIRE(std::abs(mean.row(y)[x] - slow_mean(image, x, y, radius)) <= 1);
}

TEST_CASE("scanning: the adaptive threshold follows the light", "[scanning][image]") {
    GreyImage image(200, 60);
    for (int y = 0; y < 60; ++y)
        for (int x = 0; x < 200; ++x)
            image.row(y)[x] = static_cast<std::uint8_t>(40 + x + (x / 8 % 2 == 0 ? 0 : 14)); // stripes on a slope
    GreyImage black;
    adaptive_threshold(image.view(), black, 15, 2);
    int right = 0, all = 0;
    for (int x = 20; x < 180; ++x)
        if (x % 8 >= 2 && x % 8 <= 5) {
            ++all;
            right += (black.row(30)[x] == 0) == (x / 8 % 2 == 0) ? 1 : 0;
        }
    CHECK(right == all);
}

TEST_CASE("scanning: shrinking keeps the mean, growing keeps the ends", "[scanning][image]") {
    const auto image = noise(301, 173, 9);
    GreyImage small, large;
    shrink(image.view(), small, {100, 57});
    double before = 0, after = 0;
    for (const auto p : image.pixels)
        before += p;
    for (const auto p : small.pixels)
        after += p;
    CHECK(before / static_cast<double>(image.pixels.size()) ==
          Approx(after / static_cast<double>(small.pixels.size())).margin(1.0));
    enlarge(image.view(), large, {602, 346});
    CHECK(large.row(0)[0] == image.row(0)[0]);
    CHECK(large.row(345)[601] == image.row(172)[300]);
}

TEST_CASE("scanning: what fits stays as it is, what is larger fits", "[scanning][image]") {
    CHECK(fit_into({640, 480}, {1280, 720}).width == 640);
    CHECK(fit_into({4000, 3000}, {1280, 720}).width == 960);
    CHECK(fit_into({4000, 3000}, {1280, 720}).height == 720);
    CHECK(fit_into({100'000, 1}, {1280, 720}).height == 1);
}

TEST_CASE("scanning: previews are small and in colour", "[scanning][image]") {
    GreyImage y(1280, 720), u(640, 360), v(640, 360);
    std::fill(y.pixels.begin(), y.pixels.end(), static_cast<std::uint8_t>(81));
    std::fill(u.pixels.begin(), u.pixels.end(), static_cast<std::uint8_t>(90));
    std::fill(v.pixels.begin(), v.pixels.end(), static_cast<std::uint8_t>(240));
    Frame frame;
    fill_frame(Yuv{y.view(), u.view(), v.view(), false}, frame);
    CHECK(frame.preview_width == 640);
    CHECK(frame.preview_height == 360);
    REQUIRE(frame.rgb.size() == 640U * 360U * 3U);
    CHECK(frame.rgb[0] > 245); // BT.601 red
    CHECK(frame.rgb[1] < 10);
    CHECK(frame.rgb[2] < 10);
}

TEST_CASE("scanning: files that are no pictures are refused by name", "[scanning][picture]") {
    CHECK(load_picture("/nonexistent/x.png").error().message_key == "error.picture_missing");
    std::mt19937 random(1);
    for (const std::string_view head :
         {"", "\xff\xd8\xff", "\x89PNG\r\n\x1a\n", "BM", "GIF89a", "RIFF\x10\0\0\0WEBPVP8 "})
        for (int round = 0; round < 200; ++round) {
            std::vector<std::uint8_t> bytes(head.begin(), head.end());
            for (unsigned i = 0; i < random() % 300; ++i)
                bytes.push_back(static_cast<std::uint8_t>(random()));
            const auto picture = load_picture(std::span<const std::uint8_t>(bytes), "x");
            if (!picture) {
                REQUIRE_FALSE(picture.error().message_key.empty());
            }
        }
}
