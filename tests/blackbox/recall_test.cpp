// SPDX-License-Identifier: Apache-2.0
// What the scanner reads today it reads tomorrow: floors by folder (recall_floors.tsv) that may only rise.
#include "scanning/decoder.hpp"
#include "scanning/picture.hpp"
#include "support/catch.hpp"
#include "support/code_photos.hpp"
#include "support/rendered_codes.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <map>
#include <sstream>

using namespace kiosk::scanning;

namespace {

// So that the floors are the same on a slow machine and under sanitizers; what time allows is the benchmark's matter.
constexpr std::int64_t plenty_us = 5'000'000;

std::map<std::string, int> floors() {
    std::ifstream file(XIANGDAO_SOURCE_DIR "/tests/blackbox/recall_floors.tsv");
    std::map<std::string, int> result;
    std::string line;
    while (std::getline(file, line)) {
        const auto tab = line.find('\t');
        if (!line.starts_with('#') && tab != std::string::npos)
            result[line.substr(0, tab)] = std::stoi(line.substr(tab + 1));
    }
    REQUIRE_FALSE(result.empty());
    return result;
}

void check(const std::map<std::string, int>& read) {
    const auto wanted = floors();
    for (const auto& [name, count] : read) {
        std::cout << name << '\t' << count << '\n';
        REQUIRE(wanted.contains(name));
        INFO(name);
        CHECK(count >= wanted.at(name));
    }
}

} // namespace

TEST_CASE("recall: photographs are read as often as before, and never wrongly", "[recall]") {
    const auto set = photos::load();
    if (!set) {
        std::cout << "no photographs here (XIANGDAO_QR names their folder); only rendered cases are checked\n";
        CHECK(std::getenv("XIANGDAO_QR") == nullptr); // whoever names a folder wants it read
        return;
    }
    Decoder decoder;
    decoder.allow_us(plenty_us);
    std::map<std::string, int> read;
    for (const auto& photo : *set) {
        INFO(photo.file.string());
        const auto picture = load_picture(photo.file);
        REQUIRE(picture);
        auto& count = read[photo.folder];
        const auto codes = decoder.decode_thorough(picture->view());
        bool right = codes.empty();
        for (const auto& code : codes)
            if (std::ranges::find(photo.texts, photos::comparable(code.text)) != photo.texts.end()) {
                ++count;
                right = true;
            }
        CHECK(right); // what is read is what is there
    }
    check(read);
}

TEST_CASE("recall: rendered hard cases are read as often as before, and never wrongly", "[recall]") {
    Decoder decoder;
    decoder.allow_us(plenty_us);
    std::map<std::string, int> read;
    GreyImage frame;
    for (const auto& hard : rendered::hard_cases(20, 1)) {
        INFO(hard.kind << ' ' << hard.text);
        draw(hard.scene, &hard.code, frame);
        auto& count = read["rendered/" + hard.kind];
        for (const auto& code : decoder.decode_thorough(frame.view())) {
            CHECK(code.text == hard.text);
            ++count;
            // The outline is where the code is.
            double x = 0, y = 0;
            for (const auto& corner : code.corners) {
                x += corner.x / 4;
                y += corner.y / 4;
            }
            CHECK(std::abs(x - hard.scene.centre_x) < 30 + hard.code.side);
            CHECK(std::abs(y - hard.scene.centre_y) < 30 + hard.code.side);
        }
    }
    check(read);
}

TEST_CASE("recall: several codes in one picture are all read", "[recall]") {
    const auto one = encode_modules("XD1:LEFT-CODE"), two = encode_modules("XD1:RIGHT-CODE");
    REQUIRE((one && two));
    GreyImage left, right;
    Scene scene;
    scene.light = 220;
    scene.centre_x = 350;
    draw(scene, &*one, left);
    scene.centre_x = 900;
    draw(scene, &*two, right);
    for (int y = 0; y < left.height; ++y)
        std::copy(right.row(y) + 640, right.row(y) + 1280, left.row(y) + 640);
    Decoder decoder;
    std::vector<std::string> texts;
    for (const auto& code : decoder.decode_thorough(left.view()))
        texts.push_back(code.text);
    std::ranges::sort(texts);
    CHECK(texts == std::vector<std::string>{"XD1:LEFT-CODE", "XD1:RIGHT-CODE"});
}
