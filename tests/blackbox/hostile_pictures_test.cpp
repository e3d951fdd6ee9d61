// SPDX-License-Identifier: Apache-2.0
// Pictures that are no pictures of codes: nothing is read, nothing breaks, nothing takes for ever.
#include "scanning/decoder.hpp"
#include "scanning/grid_reader.hpp"
#include "support/catch.hpp"
#include "support/rendered_codes.hpp"

#include <filesystem>
#include <fstream>
#include <random>

#include <stdlib.h>

using namespace kiosk::scanning;

TEST_CASE("hostile: frames without a code read nothing", "[hostile]") {
    Decoder decoder;
    for (const auto& frame : rendered::empty_frames(50, 99)) {
        CHECK(decoder.decode_thorough(frame.view()).empty());
        for (int i = 0; i < 6; ++i)
            CHECK(decoder.decode_live(frame.view()).empty());
    }
}

TEST_CASE("hostile: odd sizes are looked at without harm", "[hostile]") {
    Decoder decoder;
    std::mt19937 random(5);
    for (const auto& [width, height] :
         {std::pair{1, 1}, std::pair{1, 720}, std::pair{1280, 1}, std::pair{2, 2}, std::pair{3, 5}, std::pair{17, 17},
          std::pair{21, 21}, std::pair{40, 1280}, std::pair{4'000, 60}}) {
        GreyImage frame(width, height);
        for (auto& pixel : frame.pixels)
            pixel = random() % 2 == 0 ? 0 : 255;
        CHECK(decoder.decode_thorough(frame.view()).empty());
        for (int i = 0; i < 6; ++i)
            CHECK(decoder.decode_live(frame.view()).empty());
    }
}

TEST_CASE("hostile: a code with most of it torn away is not guessed", "[hostile]") {
    Decoder decoder;
    GreyImage frame;
    std::mt19937 random(11);
    for (const auto& hard : rendered::hard_cases(3, 42)) {
        draw(hard.scene, &hard.code, frame);
        const int x = static_cast<int>(hard.scene.centre_x), y = static_cast<int>(hard.scene.centre_y);
        const int half = static_cast<int>(hard.scene.module_px * hard.code.side * 0.3);
        for (int row = y - half; row < y + half; ++row)
            for (int column = x - half; column < x + half; ++column)
                frame.row(row)[column] = random() % 2 == 0 ? 30 : 220;
        for (const auto& code : decoder.decode_thorough(frame.view()))
            CHECK(code.text == hard.text);
    }
}

TEST_CASE("hostile: the worst frame is bounded", "[hostile]") {
    Decoder decoder;
    std::int64_t worst = 0;
    for (const auto& frame : rendered::empty_frames(20, 7)) {
        const auto start = thread_cpu_us();
        static_cast<void>(decoder.decode_thorough(frame.view()));
        worst = std::max(worst, thread_cpu_us() - start);
    }
    CHECK(worst < 400'000); // debug and sanitizer builds are slow; the benchmark holds the real bound
}

TEST_CASE("hostile: picture files that lie about themselves are refused", "[hostile]") {
    char folder[] = "/tmp/hostile-XXXXXX";
    REQUIRE(::mkdtemp(folder) != nullptr);
    const auto write = [&](const char* name, const std::string& bytes) {
        const auto path = std::filesystem::path(folder) / name;
        std::ofstream(path, std::ios::binary) << bytes;
        return path;
    };
    // A PNG that claims 20,000 × 20,000 pixels in 57 bytes.
    const std::string huge("\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\x4e\x20\0\0\x4e\x20\x08\0\0\0\0\0\0\0\0\0\0\0\x0aIDATx",
                           45);
    CHECK(decode_picture(write("huge.png", huge)).error().message_key == "error.picture_too_large");
    CHECK(decode_picture(write("empty.png", "")).error().message_key == "error.picture_unreadable");
    CHECK(decode_picture(write("text.jpg", "not a picture")).error().message_key == "error.picture_unreadable");
    CHECK(decode_picture(folder).error().message_key == "error.picture_missing");
    // One pixel is a picture, and holds no code.
    const auto pixel = decode_picture(write("pixel.pgm", "P5 1 1 255\n\x80"));
    REQUIRE(pixel);
    CHECK(pixel->texts.empty());
    std::filesystem::remove_all(folder);
}
