// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"
#include "ui/picture.hpp"

#include <filesystem>
#include <unistd.h>

using namespace kiosk;
using namespace kiosk::ui;

namespace {

Picture plain(int width, int height, std::uint8_t value) {
    return {width, height, std::vector<std::uint8_t>(static_cast<std::size_t>(width * height * 3), value)};
}

} // namespace

TEST_CASE("ui: a picture survives being a PNG file", "[ui][picture]") {
    auto picture = plain(5, 3, 200);
    picture.rgb[0] = 1;
    picture.rgb[4] = 2;
    picture.rgb[44] = 3;
    const auto path = std::filesystem::temp_directory_path() / ("xiangdao-picture-" + std::to_string(::getpid()) + ".png");
    REQUIRE(write_png(picture, path));
    const auto again = read_png(path);
    std::filesystem::remove(path);
    REQUIRE(again);
    CHECK(again->width == 5);
    CHECK(again->height == 3);
    CHECK(again->rgb == picture.rgb);
    const auto missing = read_png(path);
    REQUIRE_FALSE(missing);
    CHECK(missing.error().code == core::ErrorCode::NotFound);
    CHECK_FALSE(write_png(picture, "/no/such/folder/picture.png"));
}

TEST_CASE("ui: pictures are compared by what an eye would notice", "[ui][picture]") {
    const auto before = plain(100, 100, 240);
    auto after = before;
    CHECK(compare(before, after)->mean == 0);
    for (auto& channel : after.rgb)
        channel = 242; // a shade
    CHECK(compare(before, after)->changed_share == 0);
    after = before;
    for (std::size_t i = 0; i < 100 * 5 * 3; ++i) // five rows of a hundred
        after.rgb[i] = 0;
    CHECK(compare(before, after)->changed_share == Approx(0.05));
    CHECK(compare(before, after)->mean == Approx(12));
    CHECK_FALSE(compare(before, plain(50, 200, 240)));
}

TEST_CASE("ui: half size averages, coarse rounds", "[ui][picture]") {
    auto picture = plain(2, 2, 0);
    picture.rgb[0] = picture.rgb[3] = 100; // red of the upper two
    const auto half = picture.half();
    CHECK(half.width == 1);
    CHECK(half.rgb == std::vector<std::uint8_t>{50, 0, 0});
    CHECK(half.coarse().rgb == std::vector<std::uint8_t>{48, 0, 0});
    CHECK(plain(1, 1, 255).coarse().rgb == std::vector<std::uint8_t>{255, 255, 255});
}
