// SPDX-License-Identifier: Apache-2.0
// The venue's keys, and manifests that are signed, unsigned, or lie.
#include "plugin_host/trust.hpp"

#include "crypto/crypto.hpp"
#include "plugin_host/discovery.hpp"
#include "resources/resources.hpp"
#include "support/catch.hpp"
#include "support/storage_fixture.hpp"
#include "unit/plugin_host/fixture.hpp"

#include <nlohmann/json.hpp>

#include <fstream>

using namespace kiosk;
using core::ErrorCode;
using plugin_host::SignatureState;
using plugin_host::TrustPolicy;
namespace fs = std::filesystem;
using Json = nlohmann::json;

namespace {

// A copy of an installed plugin, to be spoilt.
struct Copy {
    test::TempFolder folder;
    fs::path plugin = folder / "salon";
    Copy() {
        REQUIRE(crypto::initialise());
        fs::copy(test::salon_folders() / "salon", plugin, fs::copy_options::recursive);
    }
    void spoil(const std::string& file, const std::string& bytes) {
        std::ofstream(plugin / file, std::ios::binary | std::ios::trunc) << bytes;
    }
    void edit(const std::function<void(Json&)>& change) {
        auto json = Json::parse(resources::read_file(plugin / "manifest.json").value());
        change(json);
        spoil("manifest.json", json.dump());
    }
    core::Error loading(const TrustPolicy& trust = {}) {
        auto options = bench.options();
        options.trust = trust;
        const std::vector<fs::path> folders{folder / ""};
        const auto broker = plugin_host::Broker::create("salon", {}, folders, options);
        REQUIRE(broker->missing().size() == 1);
        CHECK(broker->decide(test::Door().query()).outcome == core::Outcome::StaffCheck);
        return broker->missing()[0].error;
    }
    test::Bench bench;
};

} // namespace

TEST_CASE("trust: no list asks for nothing; what is saved is read", "[plugin_host][trust]") {
    REQUIRE(crypto::initialise());
    const test::TempFolder folder;
    const fs::path database = folder / "a.db";
    const auto none = plugin_host::load_trust(database);
    REQUIRE(none);
    CHECK_FALSE(none->require_signature);
    CHECK(none->keys.empty());

    TrustPolicy policy;
    policy.require_signature = true;
    policy.keys["community"] = std::string(32, 'k');
    REQUIRE(plugin_host::save_trust(database, policy));
    const auto read = plugin_host::load_trust(database);
    REQUIRE(read);
    CHECK(read->require_signature);
    CHECK(read->keys == policy.keys);
}

TEST_CASE("trust: a list that can't be read trusts nobody", "[plugin_host][trust]") {
    REQUIRE(crypto::initialise());
    const test::TempFolder folder;
    const fs::path database = folder / "a.db";
    const auto text = GENERATE(as<std::string>(), "", "{", "[]", "\xff\xfe", R"({"require":1,"keys":[]})", R"({"keys":[]})",
                               R"({"require":false,"keys":[{"name":"a","ed25519":"c2hvcnQ="}]})",
                               R"({"require":false,"keys":[{"name":"../a","ed25519":""}]})",
                               R"({"require":false,"keys":[],"requires":true})");
    std::ofstream(plugin_host::trust_file(database)) << text;
    INFO(text);
    const auto read = plugin_host::load_trust(database);
    REQUIRE_FALSE(read);
    CHECK(read.error().message_key == "error.plugin_trust_file");
    CHECK(plugin_host::nothing_trusted().require_signature);
}

TEST_CASE("trust: a signed plugin is loaded by its key alone", "[plugin_host][trust]") {
    Copy copy;
    const auto pair = crypto::make_key_pair();
    REQUIRE(plugin_host::sign_plugin(copy.plugin, "community", pair.seed));
    const auto manifest = plugin_host::read_manifest(copy.plugin).value();
    TrustPolicy policy;
    policy.require_signature = true;
    CHECK(plugin_host::signature_state(manifest, policy) == SignatureState::UnknownKey);
    CHECK_FALSE(plugin_host::check_signature(manifest, policy));
    policy.keys["community"] = pair.public_key;
    CHECK(plugin_host::signature_state(manifest, policy) == SignatureState::Good);
    CHECK(plugin_host::check_signature(manifest, policy));
    policy.keys["community"] = crypto::make_key_pair().public_key;
    policy.require_signature = false;
    CHECK(plugin_host::signature_state(manifest, policy) == SignatureState::Wrong);
    CHECK_FALSE(plugin_host::check_signature(manifest, policy)); // a wrong one is wrong, required or not

    SECTION("and signing again replaces the signature") {
        REQUIRE(plugin_host::sign_plugin(copy.plugin, "other", pair.seed));
        CHECK(plugin_host::read_manifest(copy.plugin)->signature->key == "other");
    }
    SECTION("a manifest changed after signing is refused") {
        copy.edit([](Json& json) { json["reads"]["answers"].push_back("secret"); });
        policy.keys["community"] = pair.public_key;
        CHECK(copy.loading(policy).message_key == "error.plugin_signature");
    }
    SECTION("an unsigned one where signatures are required") {
        copy.edit([](Json& json) { json.erase("signature"); });
        policy.require_signature = true;
        CHECK(copy.loading(policy).code == ErrorCode::Denied);
    }
}

TEST_CASE("trust: what lies about its files is not signed", "[plugin_host][trust]") {
    Copy copy;
    const auto pair = crypto::make_key_pair();
    CHECK(plugin_host::sign_plugin(copy.plugin, "a key", pair.seed).error().message_key == "error.plugin_key_name");
    copy.spoil("locale/zh.json", "{}");
    const auto before = resources::read_file(copy.plugin / "manifest.json").value();
    CHECK(plugin_host::sign_plugin(copy.plugin, "community", pair.seed).error().message_key == "error.plugin_hash");
    CHECK(resources::read_file(copy.plugin / "manifest.json").value() == before);
}

TEST_CASE("trust: a manifest that lies, each in its own words", "[plugin_host][trust]") {
    Copy copy;
    SECTION("the library was swapped") {
        copy.spoil("salon.so", "not the one");
        CHECK(copy.loading().message_key == "error.plugin_hash");
    }
    SECTION("a hash is wrong") {
        copy.edit([](Json& json) { json["hashes"]["locale/zh.json"] = std::string(64, '0'); });
        CHECK(copy.loading().message_key == "error.plugin_hash");
    }
    SECTION("a path leads outside") {
        copy.edit([](Json& json) { json["library"] = "../evil.so"; });
        CHECK(copy.loading().message_key == "error.plugin_manifest");
    }
    SECTION("a listed file leads outside") {
        copy.edit([](Json& json) { json["hashes"]["locale/../../evil.json"] = std::string(64, '0'); });
        CHECK(copy.loading().message_key == "error.plugin_manifest");
    }
    SECTION("it is huge") {
        copy.spoil("manifest.json", std::string(5u << 20, ' '));
        CHECK(copy.loading().code == ErrorCode::TooLarge);
    }
    SECTION("it is not UTF-8") {
        copy.edit([](Json& json) { json["name"]["zh"] = "X"; });
        auto text = resources::read_file(copy.plugin / "manifest.json").value();
        text.replace(text.find("\"X\""), 3, "\"\xff\"");
        copy.spoil("manifest.json", text);
        CHECK(copy.loading().message_key == "error.plugin_manifest");
    }
    SECTION("it is for a newer kiosk") {
        copy.edit([](Json& json) { json["abi"]["major"] = 2; });
        CHECK(copy.loading().message_key == "error.plugin_needs_newer_kiosk");
    }
    SECTION("it lacks a method that every event type has") {
        copy.edit([](Json& json) { json["methods"] = {"admission.decide/1"}; });
        CHECK(copy.loading().message_key == "error.plugin_incomplete");
    }
    SECTION("its only admission.decide is too new") {
        copy.edit([](Json& json) { json["methods"][0] = "admission.decide/9"; });
        CHECK(copy.loading().code == ErrorCode::NewerVersion);
    }
}
