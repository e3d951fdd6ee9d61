// SPDX-License-Identifier: Apache-2.0
#include "plugin_host/manifest.hpp"

#include "plugin_host/trust.hpp"
#include "resources/resources.hpp"
#include "support/catch.hpp"
#include "unit/plugin_host/fixture.hpp"
#include "unit/plugin_host/schema_check.hpp"

#include <nlohmann/json.hpp>

using kiosk::core::ErrorCode;
using kiosk::plugin_host::parse_manifest;
using Json = nlohmann::json;

namespace {

Json good() {
    return Json::parse(R"({
        "format": 1, "id": "demo", "version": "1.2.3", "type": "event_type", "name": {"zh": "示例", "en": "Demo"},
        "abi": {"major": 1, "minor": 0}, "methods": ["admission.decide/1"], "library": "demo.so",
        "hashes": {"demo.so": "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"}})");
}

std::string problem(const Json& json) {
    const auto manifest = parse_manifest(json.dump(), "/plugins/demo");
    REQUIRE_FALSE(manifest);
    CHECK(manifest.error().message_key == "error.plugin_manifest");
    return manifest.error().context;
}

} // namespace

TEST_CASE("plugin_host: a manifest is read", "[plugin_host][manifest]") {
    auto json = good();
    json["event_types"] = {"visit.customer", "visit.isv"};
    json["reads"] = {{"answers", {"tracks"}}};
    const auto manifest = parse_manifest(json.dump(), "/plugins/demo");
    REQUIRE(manifest);
    CHECK(manifest->id == "demo");
    CHECK(manifest->name.zh == "示例");
    CHECK(manifest->serves("visit.isv"));
    CHECK_FALSE(manifest->serves("demo"));
    CHECK(manifest->reads_answer("tracks"));
    CHECK_FALSE(manifest->reads_answer("phone"));
    CHECK(manifest->has_method("admission.decide/1"));
    CHECK_FALSE(manifest->has_method("admission.decide/2"));
    CHECK(manifest->hashes.at("demo.so")[1] == 0x11);
}

TEST_CASE("plugin_host: an event type serves its id where it names no types", "[plugin_host][manifest]") {
    CHECK(parse_manifest(good().dump(), "/plugins/demo")->serves("demo"));
    auto addon = good();
    addon["type"] = "add_on";
    CHECK_FALSE(parse_manifest(addon.dump(), "/plugins/demo")->serves("demo"));
}

TEST_CASE("plugin_host: a wrong manifest says what is wrong and where", "[plugin_host][manifest]") {
    struct Case {
        const char* pointer;
        Json value;
        const char* says;
    };
    const auto c = GENERATE(
        Case{"/format", 2, "format is newer"}, Case{"/id", "../etc", "id must be"}, Case{"/id", "", "id is empty"},
        Case{"/id", 7, "id must be a text"}, Case{"/version", "1.2", "version must be three numbers"},
        Case{"/version", "1..2", "version must be three numbers"}, Case{"/type", "theme", "type must be"},
        Case{"/event_types", Json::array({"Visit"}), "event_types must be names"},
        Case{"/name/zh", "", "name.zh is empty"}, Case{"/name/de", "x", "name.de is not known"},
        Case{"/abi/major", 0, "abi.major must be a whole number"},
        Case{"/abi/major", 18446744073709551615u, "abi.major must be a whole number"},
        Case{"/methods", Json::array(), "methods is empty"}, Case{"/methods", "x", "methods must be a list"},
        Case{"/methods", Json::array({"decide"}), "methods must be names"},
        Case{"/methods", Json::array({"a.b/0"}), "methods must be names"},
        Case{"/library", "../../lib/libc.so", "library must be"},
        Case{"/library", "other.so", "no entry for the library"},
        Case{"/hashes/demo.so", "zz", "hashes.demo.so must be 64"},
        Case{"/hashes", Json{{"../../etc/passwd", "00"}}, "names a file that a plugin can't have"},
        Case{"/typo", 1, "typo is not known here"},
        Case{"/signature", Json{{"key", "k"}, {"ed25519", "AAAA"}}, "signature.ed25519 must be a signature"});
    auto json = good();
    json[Json::json_pointer(c.pointer)] = c.value;
    INFO(c.pointer);
    const auto text = problem(json);
    CHECK(text.find(c.says) != std::string::npos);
    CHECK(text.find("/plugins/demo/manifest.json") != std::string::npos);
    INFO(text);
}

TEST_CASE("plugin_host: every needed key of a manifest is needed", "[plugin_host][manifest]") {
    const auto key = GENERATE("format", "id", "version", "type", "name", "abi", "methods", "library", "hashes");
    auto json = good();
    json.erase(key);
    CHECK(problem(json).find(std::string(key) + " is missing") != std::string::npos);
}

TEST_CASE("plugin_host: a manifest is bounded and must be JSON", "[plugin_host][manifest]") {
    CHECK_FALSE(parse_manifest("", "x"));
    CHECK_FALSE(parse_manifest("[]", "x"));
    CHECK_FALSE(parse_manifest("{\"id\":", "x"));
    CHECK_FALSE(parse_manifest(std::string(60000, '['), "x"));
    const auto huge = parse_manifest(std::string(70000, ' '), "x");
    REQUIRE_FALSE(huge);
    CHECK(huge.error().code == ErrorCode::TooLarge);
    for (const std::string text = good().dump(); const std::size_t length : {1u, 50u, 100u, 200u})
        CHECK_FALSE(parse_manifest(text.substr(0, length), "x"));
}

TEST_CASE("plugin_host: the built salon manifest keeps the published schema", "[plugin_host][manifest]") {
    const auto text = kiosk::resources::read_file(kiosk::test::salon_folders() / "salon" / "manifest.json");
    REQUIRE(text);
    CHECK(kiosk::test::schema_problem("manifest.json", *text) == "");
    auto wrong = Json::parse(*text);
    wrong["library"] = "../salon.so";
    CHECK(kiosk::test::schema_problem("manifest.json", wrong.dump()) != "");
}

TEST_CASE("plugin_host: signatures are checked, and needed where the policy says so", "[plugin_host][trust]") {
    using namespace kiosk;
    REQUIRE(crypto::initialise());
    const auto keys = crypto::make_key_pair();
    auto json = good();
    const auto signature = crypto::Sodium().sign_ed25519(keys.seed, json.dump());
    REQUIRE(signature);

    plugin_host::TrustPolicy open;
    plugin_host::TrustPolicy strict{{{"community", keys.public_key}}, true};
    const auto unsigned_manifest = parse_manifest(json.dump(), "x").value();
    CHECK(check_signature(unsigned_manifest, open));
    CHECK(check_signature(unsigned_manifest, strict).error().code == ErrorCode::Denied);

    json["signature"] = {{"key", "community"}, {"ed25519", crypto::base64_encode(*signature)}};
    CHECK(check_signature(parse_manifest(json.dump(2), "x").value(), strict)); // white space is not signed

    auto altered = json;
    altered["hashes"]["demo.so"] = std::string(64, '0');
    CHECK(check_signature(parse_manifest(altered.dump(), "x").value(), strict).error().code == ErrorCode::Denied);
    // A known key's signature must fit even where none is asked for.
    CHECK_FALSE(check_signature(parse_manifest(altered.dump(), "x").value(), {strict.keys, false}));

    json["signature"]["key"] = "stranger";
    CHECK_FALSE(check_signature(parse_manifest(json.dump(), "x").value(), strict));
    CHECK(check_signature(parse_manifest(json.dump(), "x").value(), open));
}
