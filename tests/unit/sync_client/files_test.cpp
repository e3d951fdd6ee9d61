// SPDX-License-Identifier: Apache-2.0
// What the client keeps on disk: the hub's address, and a snapshot on its way.
#include "client/hub_address.hpp"
#include "client/snapshot.hpp"
#include "crypto/crypto.hpp"
#include "protocol/compression.hpp"
#include "support/catch.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>

#include <sys/resource.h>
#include <csignal>

using namespace kiosk;
using namespace kiosk::sync;
using client::WireAnswer;
using client::WireRequest;
using core::ErrorCode;
namespace fs = std::filesystem;

namespace {

struct Folder {
    fs::path path;
    Folder() {
        auto name = (fs::temp_directory_path() / "xiangdao-client-XXXXXX").string();
        REQUIRE(::mkdtemp(name.data()) != nullptr);
        path = name;
    }
    ~Folder() {
        std::error_code ignored;
        fs::remove_all(path, ignored);
    }
    std::size_t files() const {
        return static_cast<std::size_t>(std::distance(fs::directory_iterator(path), fs::directory_iterator{}));
    }
};

std::string read(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

void write(const fs::path& path, std::string_view text) {
    std::ofstream(path, std::ios::binary) << text;
}

// A hub that has one snapshot and gives it in pieces.
class SnapshotWire final : public client::Wire {
public:
    explicit SnapshotWire(std::string content) { set(std::move(content)); }
    void set(std::string content) {
        m_content = std::move(content);
        frame = protocol::deflate(m_content);
        const crypto::Sodium hasher;
        const auto digest = hasher.blake2b_256(m_content);
        headers = {{"x-feed-number", "77"},
                   {"x-feed-epoch", "e1"},
                   {"x-content-bytes", std::to_string(m_content.size())},
                   {"x-content-blake2b", crypto::hex({reinterpret_cast<const char*>(digest.data()), digest.size()})},
                   {"etag", "\"" + std::to_string(++m_version) + "\""}};
    }
    std::string frame;
    std::map<std::string, std::string> headers;
    std::size_t cut_after = std::string::npos; // bytes of each answer
    std::optional<WireAnswer> instead;
    std::vector<WireRequest> requests;
    std::size_t sent = 0;
    bool ignores_ranges = false;

    core::Result<WireAnswer> exchange(const WireRequest&) override {
        return core::fail(ErrorCode::Internal, "error.internal");
    }
    core::Result<WireAnswer> download(const WireRequest& request,
                                      const std::function<bool(std::string_view)>& take) override {
        requests.push_back(request);
        if (instead) {
            if (request.on_head)
                request.on_head(instead->status, instead->headers);
            take(instead->body);
            return WireAnswer{instead->status, instead->headers, ""};
        }
        auto answer_headers = headers;
        std::size_t from = 0;
        const auto range = request.headers.find("Range");
        const auto tag = request.headers.find("If-Range");
        if (!ignores_ranges && range != request.headers.end() && tag != request.headers.end() &&
            tag->second == headers["etag"]) {
            from = std::stoul(range->second.substr(6));
            if (from >= frame.size()) {
                request.on_head(416, answer_headers);
                return WireAnswer{416, answer_headers, ""};
            }
            answer_headers["content-range"] =
                "bytes " + std::to_string(from) + "-" + std::to_string(frame.size() - 1) + "/" + std::to_string(frame.size());
        }
        const int status = answer_headers.contains("content-range") ? 206 : 200;
        answer_headers["content-length"] = std::to_string(frame.size() - from);
        if (!request.on_head(status, answer_headers))
            return core::fail(ErrorCode::Unavailable, "error.sync.stopped");
        const auto count = std::min(cut_after, frame.size() - from);
        for (std::size_t at = 0; at < count; at += 1000) {
            const auto part = std::string_view(frame).substr(from + at, std::min<std::size_t>(1000, count - at));
            sent += part.size();
            if (!take(part))
                return core::fail(ErrorCode::Unavailable, "error.sync.stopped");
        }
        if (count < frame.size() - from)
            return core::fail(ErrorCode::Unavailable, "error.sync.unreachable", "cut");
        return WireAnswer{status, answer_headers, ""};
    }
    void interrupt() override {}

private:
    std::string m_content;
    int m_version = 0;
};

std::string noise(std::size_t bytes, std::uint64_t seed = 1) {
    std::mt19937_64 dice(seed);
    std::string text;
    while (text.size() < bytes)
        text += static_cast<char>(dice());
    return text;
}

struct Fetch {
    Folder folder;
    fs::path destination = folder.path / "new.db";
    SnapshotWire wire{noise(20'000)};
    crypto::Sodium hasher;
    client::HubAddress hub;
    client::SnapshotOptions options;
    core::Result<client::SnapshotInfo> operator()() {
        return client::fetch_snapshot(wire, hub, destination, hasher, options);
    }
};

} // namespace

TEST_CASE("hub address: what is kept is read again, by its owner alone", "[sync_client][files]") {
    Folder folder;
    const auto database = folder.path / "事件.db";
    CHECK(client::load_hub_address(database).error().code == ErrorCode::NotFound);
    client::HubAddress address{"https://192.0.2.1:8443", {"A", "B"}, "secret", "k1", "ev", "hub-1"};
    REQUIRE(client::save_hub_address(database, address));
    address.token = "newer";
    REQUIRE(client::save_hub_address(database, address));
    const auto path = client::hub_address_path(database);
    CHECK(path.filename() == "事件.db.hub");
    CHECK((fs::status(path).permissions() & (fs::perms::group_all | fs::perms::others_all)) == fs::perms::none);
    const auto again = client::load_hub_address(database);
    REQUIRE(again);
    CHECK(again->url == address.url);
    CHECK(again->pins == address.pins);
    CHECK(again->token == "newer");
    CHECK(again->device == "k1");
    CHECK(again->event == "ev");
    CHECK(again->hub == "hub-1");
    CHECK(folder.files() == 1);
    REQUIRE(client::remove_hub_address(database));
    REQUIRE(client::remove_hub_address(database));
    CHECK(folder.files() == 0);
}

TEST_CASE("hub address: a damaged file is said to be one", "[sync_client][files]") {
    Folder folder;
    const auto database = folder.path / "k.db";
    for (const auto* text : {"", "{", "[]", "null", "{}", R"({"url":1,"pins":[],"token":"t","device":"d","event":"","hub":""})",
                             R"({"url":"u","pins":[1],"token":"t","device":"d","event":"","hub":""})",
                             R"({"url":"u","pins":"x","token":"t","device":"d","event":"","hub":""})",
                             R"({"url":"u","pins":[],"token":"","device":"d","event":"","hub":""})"}) {
        write(client::hub_address_path(database), text);
        const auto loaded = client::load_hub_address(database);
        REQUIRE_FALSE(loaded);
        CHECK(loaded.error().code == ErrorCode::Corrupt);
    }
    write(client::hub_address_path(database), std::string(100'000, ' '));
    CHECK(client::load_hub_address(database).error().code == ErrorCode::TooLarge);
}

TEST_CASE("snapshot: arrives whole, checked, and alone in its folder", "[sync_client][snapshot]") {
    Fetch fetch;
    fetch.hub.token = "secret";
    std::uint64_t last = 0, of = 0;
    fetch.options.progress = [&](std::uint64_t have, std::uint64_t all) {
        CHECK(have > last);
        last = have;
        of = all;
    };
    const auto info = fetch();
    REQUIRE(info);
    CHECK(info->path == fetch.destination);
    CHECK(info->feed_number == 77);
    CHECK(info->epoch == "e1");
    CHECK(info->scope == "*"); // not said: an older hub's, which has all in it
    CHECK(info->bytes == 20'000);
    CHECK(read(fetch.destination) == noise(20'000));
    CHECK(fetch.folder.files() == 1);
    CHECK(last == fetch.wire.frame.size());
    CHECK(of == fetch.wire.frame.size());
    CHECK(fetch.wire.requests.at(0).token == "secret");
    CHECK(fetch.wire.requests.at(0).path == "/v1/snapshot");
}

TEST_CASE("snapshot: goes on where it was cut, in the same run and in a later one", "[sync_client][snapshot]") {
    Fetch fetch;
    fetch.wire.cut_after = 4000;
    fetch.options.tries = 3;
    CHECK(fetch().error().code == ErrorCode::Unavailable);
    CHECK_FALSE(fs::exists(fetch.destination));
    CHECK(fetch.wire.sent == 12'000);
    REQUIRE(fetch());
    CHECK(read(fetch.destination) == noise(20'000));
    CHECK(fetch.wire.sent == fetch.wire.frame.size()); // nothing twice
    CHECK(fetch.wire.requests.at(1).headers.at("Range") == "bytes=4000-");
}

TEST_CASE("snapshot: the hub says what is confidential in it", "[sync_client][snapshot]") {
    Fetch fetch;
    fetch.wire.headers["x-feed-scope"] = "cd1,cd2";
    const auto info = fetch();
    REQUIRE(info);
    CHECK(info->scope == "cd1,cd2");
    fetch.wire.headers["x-feed-scope"] = ""; // nothing is
    const auto again = fetch();
    REQUIRE(again);
    CHECK(again->scope.empty());
}

TEST_CASE("snapshot: another one on the hub begins anew", "[sync_client][snapshot]") {
    Fetch fetch;
    fetch.wire.cut_after = 4000;
    fetch.options.tries = 1;
    CHECK_FALSE(fetch());
    fetch.wire.set(noise(15'000, 2));
    fetch.wire.cut_after = std::string::npos;
    REQUIRE(fetch());
    CHECK(read(fetch.destination) == noise(15'000, 2));
    CHECK(fetch.wire.requests.back().headers.contains("If-Range"));
}

TEST_CASE("snapshot: a hub that knows no ranges, or says that there is nothing left", "[sync_client][snapshot]") {
    Fetch fetch;
    fetch.wire.cut_after = 4000;
    fetch.options.tries = 1;
    CHECK_FALSE(fetch());
    fetch.wire.cut_after = std::string::npos;
    SECTION("whole again") {
        fetch.wire.ignores_ranges = true;
        REQUIRE(fetch());
    }
    SECTION("the part is longer than the file") {
        write(fetch.folder.path / "new.db.part", noise(30'000, 3));
        fetch.options.tries = 2;
        REQUIRE(fetch());
    }
    SECTION("the part has other bytes") {
        write(fetch.folder.path / "new.db.part", noise(4000, 3));
        CHECK(fetch().error().code == ErrorCode::Corrupt);
        CHECK(fetch.folder.files() == 0);
        REQUIRE(fetch());
    }
    CHECK(read(fetch.destination) == noise(20'000));
    CHECK(fetch.folder.files() == 1);
}

TEST_CASE("snapshot: bytes that are not what the hub says never get a name", "[sync_client][snapshot]") {
    Fetch fetch;
    fetch.options.tries = 2;
    auto expected = ErrorCode::Corrupt;
    SECTION("a byte changed on the way") {
        fetch.wire.frame[fetch.wire.frame.size() / 2] ^= 1;
    }
    SECTION("no frame at all") {
        fetch.wire.frame = noise(5000, 9);
    }
    SECTION("a frame that ends early") {
        fetch.wire.frame.resize(fetch.wire.frame.size() - 10);
    }
    SECTION("another digest") {
        fetch.wire.headers["x-content-blake2b"] = std::string(64, '0');
    }
    SECTION("longer than it says") {
        fetch.wire.headers["x-content-bytes"] = "19999";
    }
    SECTION("shorter than it says") {
        fetch.wire.headers["x-content-bytes"] = "20001";
    }
    SECTION("a bomb") {
        fetch.wire.frame = protocol::deflate(std::string(200'000'000, '\0'));
    }
    SECTION("more than a snapshot may be") {
        fetch.wire.headers["x-content-bytes"] = "18446744073709551615";
        expected = ErrorCode::TooLarge;
    }
    SECTION("no hub's headers") {
        fetch.wire.headers.erase("x-feed-number");
        expected = ErrorCode::Unavailable;
    }
    SECTION("a log-in page") {
        fetch.wire.instead = WireAnswer{200, {{"content-type", "text/html"}}, "<html>"};
        expected = ErrorCode::Unavailable;
    }
    SECTION("revoked") {
        fetch.wire.instead = WireAnswer{403, {}, "{}"};
        expected = ErrorCode::Denied;
    }
    const auto info = fetch();
    REQUIRE_FALSE(info);
    CHECK(info.error().code == expected);
    CHECK_FALSE(fs::exists(fetch.destination));
    CHECK_FALSE(fs::exists(fetch.folder.path / "new.db.inflating"));
}

TEST_CASE("snapshot: a hub that has nothing of the event yet is not asked again at once", "[sync_client][snapshot]") {
    Fetch fetch;
    fetch.wire.instead = WireAnswer{404, {}, R"({"error":"no_event_yet"})"};
    fetch.options.again = [](unsigned, const core::Error&) {
        FAIL("asked again");
        return true;
    };
    const auto early = fetch();
    REQUIRE_FALSE(early);
    CHECK(early.error().code == ErrorCode::NotFound);
    CHECK(early.error().message_key == "error.sync.no_event_yet");
}

TEST_CASE("snapshot: the caller decides about another attempt", "[sync_client][snapshot]") {
    Fetch fetch;
    fetch.wire.cut_after = 100;
    fetch.options.tries = 50;
    std::vector<unsigned> attempts;
    fetch.options.again = [&](unsigned attempt, const core::Error& why) {
        CHECK(why.code == ErrorCode::Unavailable);
        attempts.push_back(attempt);
        return attempt < 3;
    };
    CHECK_FALSE(fetch());
    CHECK(attempts == std::vector<unsigned>{1, 2, 3});
}

TEST_CASE("snapshot: a full disk is said and leaves nothing broken", "[sync_client][snapshot]") {
    Fetch fetch;
    rlimit before{};
    REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
    auto* const handler = std::signal(SIGXFSZ, SIG_IGN);
    auto limit = before;
    limit.rlim_cur = 8192; // as if no byte more went into any file
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &limit) == 0);
    const auto info = fetch();
    const bool put_back = ::setrlimit(RLIMIT_FSIZE, &before) == 0;
    std::signal(SIGXFSZ, handler);
    REQUIRE(put_back);
    REQUIRE_FALSE(info);
    CHECK(info.error().code == ErrorCode::DiskFull);
    CHECK_FALSE(fs::exists(fetch.destination));
    REQUIRE(fetch());
    CHECK(read(fetch.destination) == noise(20'000));
}
