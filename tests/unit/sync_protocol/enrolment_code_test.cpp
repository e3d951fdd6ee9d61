// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"

#include "protocol/messages.hpp"

#include <rapidcheck.h>

using namespace kiosk;
namespace protocol = kiosk::sync::protocol;

TEST_CASE("enrolment code: comes back as it was", "[sync][protocol]") {
    const protocol::EnrolmentCode code{"https://192.0.2.1:8443", "q-_7AAAA", "ABCD-EFGH & more %"};
    const auto text = protocol::encode(code);
    CHECK(text.starts_with("xiangdao-hub:?u=https%3A%2F%2F192.0.2.1%3A8443&p="));
    const auto read = protocol::decode_enrolment_code(text);
    REQUIRE(read);
    CHECK(read->url == code.url);
    CHECK(read->pin == code.pin);
    CHECK(read->code == code.code);
    const bool holds = rc::check([](const std::string& secret) {
        std::string printable;
        for (const char c : secret)
            if (static_cast<unsigned char>(c) >= 0x20)
                printable += c;
        RC_PRE(!printable.empty() && printable.size() < 200);
        const auto back = protocol::decode_enrolment_code(protocol::encode(protocol::EnrolmentCode{"http://[::1]:1", "", printable}));
        RC_ASSERT(back.has_value());
        RC_ASSERT(back->code == printable);
        RC_ASSERT(back->pin.empty());
    });
    CHECK(holds);
}

TEST_CASE("enrolment code: scanners add line ends and capitals, later versions add fields", "[sync][protocol]") {
    const auto read = protocol::decode_enrolment_code("XIANGDAO-HUB:?v=2&new=1&u=https%3a%2F%2fhub.example%2f&c=K&p=\r\n");
    REQUIRE(read);
    CHECK(read->url == "https://hub.example");
    CHECK(read->code == "K");
    CHECK(protocol::is_enrolment_code("xiangdao-hub:?"));
    CHECK(!protocol::is_enrolment_code("xiangdao-hu"));
    CHECK(!protocol::is_enrolment_code(""));
    CHECK(!protocol::is_enrolment_code("https://hub.example"));
}

TEST_CASE("enrolment code: what is no hub's code is refused", "[sync][protocol]") {
    for (const auto* text :
         {"", "xiangdao-hub:", "xiangdao-hub:?u=https%3A%2F%2Fh", "xiangdao-hub:?c=K", "xiangdao-hub:?u=ftp%3A%2F%2Fh&c=K",
          "xiangdao-hub:?u=https%3A%2F%2F&c=K", "xiangdao-hub:?u=https%3A%2F%2Fuser%40h&c=K",
          "xiangdao-hub:?u=https%3A%2F%2Fh%2Fpath&c=K", "xiangdao-hub:?u=https%3A%2F%2Fh&c=K%", "xiangdao-hub:?u=https%3A%2F%2Fh&c=K%4",
          "xiangdao-hub:?u=https%3A%2F%2Fh&c=%0AK", "xiangdao-hub:?u=https%3A%2F%2Fh&c=%zz", "https://h/?u=https%3A%2F%2Fh&c=K"}) {
        INFO(text);
        CHECK(!protocol::decode_enrolment_code(text));
    }
    CHECK(!protocol::decode_enrolment_code("xiangdao-hub:?u=https%3A%2F%2Fh&c=" + std::string(2000, 'K')));
}
