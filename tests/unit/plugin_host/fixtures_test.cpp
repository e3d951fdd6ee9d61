// SPDX-License-Identifier: Apache-2.0
// The contract, on the salon: golden requests and replies byte for byte, schemas, purity, and what it says to nonsense.
// With XIANGDAO_UPDATE_GOLDEN=1 the replies in plugins/salon/fixtures are written anew; look at the difference.
#include "plugin_host/in_process.hpp"
#include "plugin_host/library.hpp"
#include "plugin_host/plugin.hpp"
#include "resources/resources.hpp"
#include "support/catch.hpp"
#include "unit/plugin_host/fixture.hpp"
#include "unit/plugin_host/schema_check.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <clocale>
#include <cstdlib>
#include <locale>

namespace fs = std::filesystem;
using namespace kiosk;
using core::ErrorCode;
using Json = nlohmann::ordered_json; // a fixture keeps its order when it is written anew

namespace {

std::unique_ptr<plugin_host::Transport> open_salon() {
    REQUIRE(crypto::initialise());
    static const auto manifest = plugin_host::read_manifest(test::salon_folders() / "salon").value();
    static const auto bytes = plugin_host::read_verified(manifest, manifest.library, 64u << 20).value();
    static const auto* table = plugin_host::load_library(manifest, bytes).value();
    return plugin_host::InProcessTransport::open(manifest, *table, {}).value();
}

std::vector<fs::path> fixture_files() {
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(XIANGDAO_SOURCE_DIR "/plugins/salon/fixtures"))
        if (entry.path().extension() == ".json")
            files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    return files;
}

std::string schema_file(const std::string& method) {
    auto name = method;
    std::replace(name.begin(), name.end(), '/', '.');
    return name + ".json";
}

Json fixture(const char* name) {
    const auto path = fs::path(XIANGDAO_SOURCE_DIR "/plugins/salon/fixtures") / name;
    return Json::parse(resources::read_file(path).value());
}

// Writes numbers as no JSON may hold them: 1.234.567,8
struct OtherNumbers : std::numpunct<char> {
    char do_decimal_point() const override { return ','; }
    char do_thousands_sep() const override { return '.'; }
    std::string do_grouping() const override { return "\3"; }
};

} // namespace

TEST_CASE("salon: its replies are those of the fixtures, and keep the schemas", "[salon][golden]") {
    const auto salon = open_salon();
    const auto files = fixture_files();
    REQUIRE(files.size() >= 8);
    for (const auto& path : files) {
        INFO(path);
        auto document = Json::parse(resources::read_file(path).value());
        const auto method = document.at("method").get<std::string>();
        const auto request = document.at("request").dump();
        CHECK(test::schema_problem(schema_file(method) + "#/definitions/request", request) == "");
        const auto reply = salon->call(method, request);
        REQUIRE(reply);
        CHECK(test::schema_problem(schema_file(method) + "#/definitions/reply", *reply) == "");
        if (std::getenv("XIANGDAO_UPDATE_GOLDEN") != nullptr) {
            document["reply"] = Json::parse(*reply);
            REQUIRE(resources::write_file_atomically(path, document.dump(2) + "\n"));
        }
        CHECK(*reply == document.at("reply").dump());
    }
}

TEST_CASE("salon: every method has a fixture", "[salon][golden]") {
    const auto manifest = plugin_host::read_manifest(test::salon_folders() / "salon").value();
    std::vector<std::string> seen;
    for (const auto& path : fixture_files())
        seen.push_back(Json::parse(resources::read_file(path).value()).at("method").get<std::string>());
    for (const auto& method : manifest.methods) {
        INFO(method);
        CHECK(std::find(seen.begin(), seen.end(), method) != seen.end());
    }
}

TEST_CASE("salon: the same request gives the same bytes, in any locale and any instance", "[salon][purity]") {
    const auto first = open_salon();
    const auto second = open_salon();
    for (const auto& path : fixture_files()) {
        const auto document = Json::parse(resources::read_file(path).value());
        const auto method = document.at("method").get<std::string>();
        const auto request = document.at("request").dump();
        const auto before = first->call(method, request).value();
        const auto old = std::locale::global(std::locale(std::locale::classic(), new OtherNumbers));
        setlocale(LC_ALL, "C.UTF-8");
        const auto elsewhere = second->call(method, request).value();
        std::locale::global(old);
        setlocale(LC_ALL, "C");
        CHECK(first->call(method, request).value() == before);
        CHECK(elsewhere == before);
    }
}

TEST_CASE("salon: it has no methods but its own", "[salon][contract]") {
    const auto salon = open_salon();
    for (const char* method : {"", "admission.decide", "admission.decide/2", "booking.resources/1", "\xff"}) {
        const auto reply = salon->call(method, "{}");
        REQUIRE_FALSE(reply);
        CHECK(reply.error().code == ErrorCode::NotFound);
    }
}

TEST_CASE("salon: a request that is none is refused with its place", "[salon][contract]") {
    const auto salon = open_salon();
    const auto context = [&](const std::string& request) {
        const auto reply = salon->call("admission.decide/1", request);
        REQUIRE_FALSE(reply);
        CHECK(reply.error().code == ErrorCode::Invalid);
        return reply.error().context;
    };
    CHECK(context("").find("not JSON") != std::string::npos);
    CHECK(context("[]").find("not a JSON object") != std::string::npos);
    CHECK(context("\xff\xfe").find("not JSON") != std::string::npos);
    CHECK(context("{}").find("request.now must be present") != std::string::npos);
    CHECK(context(std::string(100000, '[')).find("not JSON") != std::string::npos);

    // Every value of a good request replaced by one of another type: an answer or an error, never anything else.
    const auto good = fixture("decide_open.json").at("request");
    const auto flat = good.flatten();
    for (const auto& [pointer, value] : flat.items())
        for (const Json& other : {Json(nullptr), Json(7), Json("x"), Json::array(), Json::object(), Json(1e300)}) {
            auto changed = good;
            changed[Json::json_pointer(pointer)] = other;
            const auto reply = salon->call("admission.decide/1", changed.dump());
            if (!reply)
                CHECK(reply.error().code == ErrorCode::Invalid);
            else
                CHECK(test::schema_problem("admission.decide.1.json#/definitions/reply", *reply) == "");
        }
}

TEST_CASE("salon: cut anywhere, a request is refused", "[salon][contract]") {
    const auto salon = open_salon();
    const auto request = fixture("decide_open.json").at("request").dump();
    for (std::size_t length = 0; length < request.size(); ++length)
        CHECK_FALSE(salon->call("admission.decide/1", std::string_view(request).substr(0, length)));
}

TEST_CASE("salon: opened and closed a thousand times", "[salon][contract]") {
    const auto request = fixture("decide_open.json").at("request").dump();
    for (int i = 0; i < 1000; ++i) {
        const auto salon = open_salon();
        REQUIRE(salon->call("admission.decide/1", request));
    }
}
