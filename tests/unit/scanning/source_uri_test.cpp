// SPDX-License-Identifier: Apache-2.0
#include "scanning/source_uri.hpp"

#include "support/catch.hpp"

using namespace kiosk::scanning;

TEST_CASE("scanning: source URIs are taken apart", "[scanning]") {
    auto uri = parse_source_uri("v4l2:///dev/video2");
    CHECK(uri.scheme == "v4l2");
    CHECK(uri.path == "/dev/video2");

    uri = parse_source_uri("folder:///srv/%E7%85%A7%E7%89%87?fps=2.5&x");
    CHECK(uri.scheme == "folder");
    CHECK(uri.path == "/srv/照片");
    CHECK(uri.number("fps", 10) == 2.5);
    CHECK(uri.flag("x", false));
    CHECK(uri.number("none", 3) == 3);

    uri = parse_source_uri("file:///a%20b.mkv?loop=0");
    CHECK(uri.path == "/a b.mkv");
    CHECK_FALSE(uri.flag("loop", true));

    CHECK(parse_source_uri("camera:").scheme == "camera");
    CHECK(parse_source_uri("camera:").path.empty());
    CHECK(parse_source_uri("/plain/path.mkv").scheme == "file");
    CHECK(parse_source_uri("clip.mkv").path == "clip.mkv");
    CHECK(parse_source_uri("rtsp://u:p@host/s?x=1").whole == "rtsp://u:p@host/s?x=1");
}

TEST_CASE("scanning: odd source URIs do no harm", "[scanning]") {
    for (const auto* text :
         {"", ":", "://", "?", "a:?&&=&=", "x:%", "x:%4", "x:%zz", "folder:?fps=abc", "folder:?fps=nan"}) {
        const auto uri = parse_source_uri(text);
        CHECK(uri.number("fps", 7) == 7);
    }
}
