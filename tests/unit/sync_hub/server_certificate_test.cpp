// SPDX-License-Identifier: Apache-2.0
// The key is made once, and the log is lines.
#include "hub/structured_log.hpp"
#include "unit/sync_hub/server_fixture.hpp"

#include <nlohmann/json.hpp>

#include <fstream>
#include <sys/stat.h>

using namespace kiosk::test;

namespace {
unsigned mode_of(const std::filesystem::path& path) {
    struct stat info {};
    REQUIRE(::stat(path.c_str(), &info) == 0);
    return info.st_mode & 0777U;
}
} // namespace

TEST_CASE("hub certificate: made once, the key is for its owner alone", "[hub][certificate]") {
    Folder folder;
    const auto first = hub::load_or_make_certificate(folder.path);
    REQUIRE(first);
    CHECK(first->pin.size() == 44);
    CHECK(mode_of(folder.path / "hub.key") == 0600);
    const auto second = hub::load_or_make_certificate(folder.path);
    REQUIRE(second);
    CHECK(second->pin == first->pin);
    CHECK(second->chain_pem == first->chain_pem);
    // Without its certificate the key gets a new one, kiosks see no difference.
    std::filesystem::remove(folder.path / "hub.crt");
    const auto third = hub::load_or_make_certificate(folder.path);
    REQUIRE(third);
    CHECK(third->pin == first->pin);
    CHECK(third->chain_pem != first->chain_pem);
    // A spoilt key is never replaced: that would lock every kiosk out.
    std::ofstream(folder.path / "hub.key") << "spoilt";
    CHECK_FALSE(hub::load_or_make_certificate(folder.path));
}

TEST_CASE("hub certificate: given files are used, and must fit each other", "[hub][certificate]") {
    Folder one;
    Folder other;
    REQUIRE(hub::load_or_make_certificate(one.path));
    REQUIRE(hub::load_or_make_certificate(other.path));
    const auto given = hub::load_certificate(one.path / "hub.crt", one.path / "hub.key");
    REQUIRE(given);
    const auto mixed = hub::load_certificate(one.path / "hub.crt", other.path / "hub.key");
    REQUIRE_FALSE(mixed);
    CHECK(mixed.error().code == kiosk::core::ErrorCode::Invalid);
    CHECK_FALSE(hub::load_certificate(one.path / "none.crt", one.path / "hub.key"));

    SmallService service;
    hub::StructuredLog log([] { return std::int64_t{0}; });
    hub::ServerOptions options;
    options.address = "127.0.0.1";
    options.port = 0;
    options.certificate = *given;
    const auto server = hub::Server::start(service, log, options);
    REQUIRE(server);
    RawClient client((*server)->port(), RawClient::Speak::Tls);
    CHECK(client.pin() == given->pin);
}

TEST_CASE("hub certificate: the next key is announced before it is used", "[hub][certificate]") {
    Folder folder;
    const auto before = hub::load_or_make_certificate(folder.path);
    REQUIRE(before);
    CHECK(hub::next_pin(folder.path) == "");
    CHECK_FALSE(hub::switch_to_next_key(folder.path));
    const auto planned = hub::plan_next_key(folder.path);
    REQUIRE(planned);
    CHECK(hub::plan_next_key(folder.path) == *planned); // planned once
    CHECK(hub::next_pin(folder.path) == *planned);
    CHECK(mode_of(folder.path / "next.key") == 0600);
    REQUIRE(hub::switch_to_next_key(folder.path));
    const auto after = hub::load_or_make_certificate(folder.path);
    REQUIRE(after);
    CHECK(after->pin == *planned);
    CHECK(after->pin != before->pin);
    CHECK(hub::next_pin(folder.path) == "");
}

TEST_CASE("hub log: one JSON object a line, whatever is said", "[hub][log]") {
    std::vector<std::string> lines;
    hub::StructuredLog log([] { return std::int64_t{1'795'151'100'123}; }, hub::LogLevel::Info,
                           [&](std::string_view line) { lines.emplace_back(line); });
    log.write(hub::LogLevel::Debug, "not_said");
    log.write(hub::LogLevel::Warning, "accept_failed",
              {{"why", std::string("broken \xff\n\"text\"")}, {"count", std::int64_t{3}}, {"again", true}});
    REQUIRE(lines.size() == 1);
    CHECK(lines[0].find('\n') == std::string::npos);
    const auto line = nlohmann::json::parse(lines[0]);
    CHECK(line["at"] == "2026-11-20T05:05:00.123Z");
    CHECK(line["level"] == "warning");
    CHECK(line["what"] == "accept_failed");
    CHECK(line["count"] == 3);
    CHECK(line["again"] == true);
}
