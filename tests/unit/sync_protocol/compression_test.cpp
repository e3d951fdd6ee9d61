// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"

#include "protocol/compression.hpp"

#include <rapidcheck.h>

using namespace kiosk;
namespace protocol = kiosk::sync::protocol;

namespace {

// A frame that holds nothing and that readers must step over (RFC 8878, 3.1.2).
std::string skippable(std::uint32_t bytes) {
    std::string frame = "\x50\x2A\x4D\x18";
    for (int i = 0; i < 4; ++i)
        frame += static_cast<char>(bytes >> (8 * i) & 255);
    return frame + std::string(bytes, 'x');
}

} // namespace

TEST_CASE("compression: any bytes come back", "[sync][protocol]") {
    const bool holds = rc::check([](const std::string& bytes) {
        const auto back = protocol::inflate(protocol::deflate(bytes), bytes.size());
        RC_ASSERT(back.has_value());
        RC_ASSERT(*back == bytes);
    });
    CHECK(holds);
    CHECK(*protocol::inflate(protocol::deflate(""), 0) == "");
}

TEST_CASE("compression: the limit is exact", "[sync][protocol]") {
    const std::string bytes(10'000, 'a');
    CHECK(protocol::inflate(protocol::deflate(bytes), 10'000));
    const auto more = protocol::inflate(protocol::deflate(bytes), 9'999);
    REQUIRE(!more);
    CHECK(more.error().code == core::ErrorCode::TooLarge);
}

TEST_CASE("compression: a bomb is refused, told or untold, in one frame or many", "[sync][protocol]") {
    const std::size_t limit = 100'000;
    const auto bomb = protocol::deflate(std::string(200'000'000, '\0'), 1);
    CHECK(bomb.size() < 50'000);
    auto read = protocol::inflate(bomb, limit);
    REQUIRE(!read);
    CHECK(read.error().code == core::ErrorCode::TooLarge);
    // The first frame claims little; what follows is as much again and again.
    std::string many = skippable(10);
    for (int i = 0; i < 3; ++i)
        many += protocol::deflate(std::string(60'000, 'z'));
    read = protocol::inflate(many, limit);
    REQUIRE(!read);
    CHECK(read.error().code == core::ErrorCode::TooLarge);
    read = protocol::inflate(many, 180'000);
    REQUIRE(read);
    CHECK(read->size() == 180'000);
}

TEST_CASE("compression: what is cut off, spoilt or followed by rubbish is invalid", "[sync][protocol]") {
    std::string bytes;
    for (int i = 0; i < 2000; ++i)
        bytes += std::to_string(i * i);
    const auto whole = protocol::deflate(bytes);
    for (std::size_t length = 0; length < whole.size(); length += 7) {
        const auto read = protocol::inflate(whole.substr(0, length), bytes.size());
        REQUIRE(!read);
        CHECK(read.error().code == core::ErrorCode::Invalid);
    }
    CHECK(!protocol::inflate(whole + "rubbish", bytes.size()));
    CHECK(!protocol::inflate("", 100));
    CHECK(!protocol::inflate("<html>Log in</html>", 100));
    const bool holds = rc::check([&](std::size_t at, std::uint8_t bit) {
        auto spoilt = whole;
        spoilt[at % spoilt.size()] = static_cast<char>(spoilt[at % spoilt.size()] ^ (1 << (bit % 8)));
        const auto read = protocol::inflate(spoilt, bytes.size());
        RC_ASSERT(!read || read->size() <= bytes.size());
    });
    CHECK(holds);
}
