// SPDX-License-Identifier: Apache-2.0
#include "scanning/debounce.hpp"

#include "support/catch.hpp"

using kiosk::scanning::Debounce;
using Texts = std::vector<std::string>;

TEST_CASE("scanning: same code held is one scan", "[scanning]") {
    Debounce debounce;
    int scans = 0;
    for (std::int64_t now = 0; now < 20'000; now += 66)
        scans += static_cast<int>(debounce.frame(Texts{"A"}, now).size());
    CHECK(scans == 1);
}

TEST_CASE("scanning: a code that is read only now and then is still one scan", "[scanning]") {
    Debounce debounce;
    int scans = 0;
    for (int frame = 0; frame < 300; ++frame)
        scans += static_cast<int>(debounce.frame(frame % 20 == 0 ? Texts{"A"} : Texts{}, frame * 66).size());
    CHECK(scans == 1);
}

TEST_CASE("scanning: a code counts again after it has been away", "[scanning]") {
    Debounce debounce(2'500);
    REQUIRE(debounce.frame(Texts{"A"}, 0) == Texts{"A"});
    for (std::int64_t now = 100; now < 2'400; now += 100)
        REQUIRE(debounce.frame(Texts{}, now).empty());
    CHECK(debounce.frame(Texts{"A"}, 2'400).empty());
    for (std::int64_t now = 2'500; now < 5'000; now += 100)
        REQUIRE(debounce.frame(Texts{}, now).empty());
    CHECK(debounce.frame(Texts{"A"}, 5'000) == Texts{"A"});
}

TEST_CASE("scanning: another code lets the first one count again", "[scanning]") {
    Debounce debounce;
    REQUIRE(debounce.frame(Texts{"A"}, 0) == Texts{"A"});
    REQUIRE(debounce.frame(Texts{"B"}, 800) == Texts{"B"});
    CHECK(debounce.frame(Texts{"A"}, 1'600) == Texts{"A"});
}

TEST_CASE("scanning: two codes in view that are read in turn are two scans", "[scanning]") {
    Debounce debounce;
    int scans = 0;
    for (int frame = 0; frame < 200; ++frame)
        scans += static_cast<int>(debounce.frame(frame % 2 == 0 ? Texts{"A"} : Texts{"B"}, frame * 66).size());
    CHECK(scans == 2);
    CHECK(debounce.frame(Texts{"A", "B"}, 200 * 66).empty());
}

TEST_CASE("scanning: a camera that stood still says nothing about the code before it", "[scanning]") {
    Debounce debounce;
    REQUIRE(debounce.frame(Texts{"A"}, 0) == Texts{"A"});
    CHECK(debounce.frame(Texts{"A"}, 8'000).empty()); // the scanner was restarted meanwhile
}

TEST_CASE("scanning: rearmed, the code before the camera is new", "[scanning]") {
    Debounce debounce;
    REQUIRE(debounce.frame(Texts{"A"}, 0) == Texts{"A"});
    debounce.rearm();
    CHECK(debounce.frame(Texts{"A"}, 66) == Texts{"A"});
}

TEST_CASE("scanning: what is remembered stays bounded", "[scanning]") {
    Debounce debounce;
    for (int i = 0; i < 10'000; ++i)
        REQUIRE(debounce.frame(Texts{"code " + std::to_string(i)}, i).size() == 1);
}
