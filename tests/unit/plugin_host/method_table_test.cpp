// SPDX-License-Identifier: Apache-2.0
// Whether a plugin and this kiosk can work together: found out from the manifest, and said so that staff know what to do.
#include "plugin_host/method_table.hpp"

#include "support/catch.hpp"

using namespace kiosk;
using core::ErrorCode;
using plugin_host::fit;
using plugin_host::KnownMethod;
using plugin_host::Manifest;
using plugin_host::PluginType;
using Names = std::vector<std::string>;

namespace {

constexpr KnownMethod table[]{{"a.must", 3, true}, {"b.may", 1, false}, {"c.may", 2, false}};

Manifest plugin(Names methods, PluginType type = PluginType::EventType) {
    Manifest manifest;
    manifest.id = "demo";
    manifest.type = type;
    manifest.abi_major = 1;
    manifest.methods = std::move(methods);
    return manifest;
}

} // namespace

TEST_CASE("methods: the newest revision that both have is used", "[plugin_host][methods]") {
    CHECK(fit(plugin({"a.must/3"}), table)->used == Names{"a.must/3"});
    CHECK(fit(plugin({"a.must/2"}), table)->used == Names{"a.must/2"}); // the one before
    CHECK(fit(plugin({"a.must/2", "a.must/3", "c.may/1"}), table)->used == Names{"a.must/3", "c.may/1"});
    CHECK(fit(plugin({"a.must/3", "a.must/4"}), table)->used == Names{"a.must/3"});
}

TEST_CASE("methods: optional ones that are not known are ignored and listed", "[plugin_host][methods]") {
    const auto found = fit(plugin({"a.must/3", "b.may/2", "z.unheard/1", "a.must/4"}), table);
    REQUIRE(found);
    CHECK(found->used == Names{"a.must/3"});
    CHECK(found->ignored == Names{"b.may/2", "z.unheard/1", "a.must/4"});
}

TEST_CASE("methods: a required one that is missing or does not fit is refused, with what to do",
          "[plugin_host][methods]") {
    const auto missing = fit(plugin({"b.may/1"}), table);
    REQUIRE_FALSE(missing);
    CHECK(missing.error().message_key == "error.plugin_incomplete");
    CHECK(missing.error().context == "demo: a.must");

    const auto newer = fit(plugin({"a.must/4"}), table);
    REQUIRE_FALSE(newer);
    CHECK(newer.error().code == ErrorCode::NewerVersion);
    CHECK(newer.error().message_key == "error.plugin_needs_newer_kiosk");

    const auto older = fit(plugin({"a.must/1"}), table);
    REQUIRE_FALSE(older);
    CHECK(older.error().message_key == "error.plugin_too_old");
}

TEST_CASE("methods: an add-on needs one that is known, whichever", "[plugin_host][methods]") {
    CHECK(fit(plugin({"c.may/1"}, PluginType::AddOn), table));
    const auto none = fit(plugin({"z.unheard/1"}, PluginType::AddOn), table);
    REQUIRE_FALSE(none);
    CHECK(none.error().message_key == "error.plugin_nothing_known");
}

TEST_CASE("methods: another major version of the contract is refused, another minor one is not",
          "[plugin_host][methods]") {
    auto manifest = plugin({"a.must/3"});
    manifest.abi_minor = 7;
    CHECK(fit(manifest, table));
    manifest.abi_major = 2;
    CHECK(fit(manifest, table).error().message_key == "error.plugin_needs_newer_kiosk");
    manifest.abi_major = 0;
    CHECK(fit(manifest, table).error().message_key == "error.plugin_too_old");
}

TEST_CASE("methods: the four that every event type has", "[plugin_host][methods]") {
    const Names all{"admission.decide/1", "form.describe/1", "welcome.describe/1", "report.sections/1"};
    CHECK(fit(plugin(all))->used == all);
    for (const auto& left_out : all) {
        INFO(left_out);
        auto methods = all;
        std::erase(methods, left_out);
        CHECK_FALSE(fit(plugin(methods)));
        CHECK(fit(plugin(methods, PluginType::AddOn)));
    }
}
