// SPDX-License-Identifier: Apache-2.0
#include "scanning/protocol.hpp"

#include "support/catch.hpp"

#include <limits>
#include <memory>
#include <random>

using namespace kiosk::scanning::protocol;

namespace {

Message sample() {
    Message message;
    message.kind = Kind::Frame;
    message.frame = 77;
    message.slot = 3;
    message.width = 640;
    message.height = 360;
    message.codes.push_back({"XD1:ABC", {0.1F, 0.2F, 0.3F, 0.4F, 0.5F, 0.6F, 0.7F, 0.8F}});
    message.codes.push_back({std::string(largest_text, 'x'), {}});
    return message;
}

} // namespace

TEST_CASE("scanning: a message survives its packet", "[scanning][protocol]") {
    const auto parsed = parse(encode(sample()));
    REQUIRE(parsed);
    CHECK(parsed->frame == 77);
    CHECK(parsed->slot == 3);
    REQUIRE(parsed->codes.size() == 2);
    CHECK(parsed->codes[0].text == "XD1:ABC");
    CHECK(parsed->codes[0].corners[7] == 0.8F);
    CHECK(parsed->codes[1].text.size() == largest_text);
}

TEST_CASE("scanning: a cut or longer packet is refused", "[scanning][protocol]") {
    auto message = sample();
    message.codes.pop_back();
    const auto packet = encode(message);
    for (std::size_t length = 0; length < packet.size(); ++length)
        CHECK_FALSE(parse(std::string_view(packet).substr(0, length)));
    CHECK_FALSE(parse(packet + "x"));
}

TEST_CASE("scanning: what is out of bounds is refused", "[scanning][protocol]") {
    auto message = sample();
    message.slot = slots;
    CHECK_FALSE(parse(encode(message)));
    message = sample();
    message.width = 641;
    CHECK_FALSE(parse(encode(message)));
    message = sample();
    message.codes[0].corners[2] = std::numeric_limits<float>::quiet_NaN();
    CHECK_FALSE(parse(encode(message)));
    message.codes[0].corners[2] = 1e30F;
    CHECK_FALSE(parse(encode(message)));
}

TEST_CASE("scanning: random bytes in a packet never break the parser", "[scanning][protocol]") {
    std::mt19937 random(3);
    const auto good = encode(sample());
    for (int round = 0; round < 20'000; ++round) {
        auto packet = good;
        for (int i = 0; i < 4; ++i)
            packet[random() % std::min<std::size_t>(packet.size(), 80)] = static_cast<char>(random());
        if (const auto parsed = parse(packet)) {
            CHECK(parsed->codes.size() <= most_codes);
            CHECK(parsed->slot < slots);
            CHECK(parsed->width <= largest_side);
        }
    }
}

TEST_CASE("scanning: a preview that is being written is not shown", "[scanning][protocol]") {
    auto ring = std::make_unique<PreviewRing>();
    std::vector<std::uint8_t> rgb(4 * 2 * 3, 9), out;
    write_slot(ring->slot[0], rgb);
    REQUIRE(read_slot(ring->slot[0], 4, 2, out));
    CHECK(out == rgb);
    ring->slot[0].version = ring->slot[0].version + 1; // a writer that died midway
    CHECK_FALSE(read_slot(ring->slot[0], 4, 2, out));
    write_slot(ring->slot[0], rgb); // the next one goes on
    CHECK(read_slot(ring->slot[0], 4, 2, out));
    CHECK_FALSE(read_slot(ring->slot[0], 0, 2, out));
    CHECK_FALSE(read_slot(ring->slot[0], 641, 2, out));
}
