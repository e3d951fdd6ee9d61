// SPDX-License-Identifier: Apache-2.0
// The contract, on every plugin of the tree: golden requests and replies byte for byte, schemas, purity, texts; and on
// the salon, what a plugin says to nonsense. With XIANGDAO_UPDATE_GOLDEN=1 the replies in plugins/*/fixtures are
// written anew; look at the difference.
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
#include <map>
#include <set>

namespace fs = std::filesystem;
using namespace kiosk;
using core::ErrorCode;
using Json = nlohmann::ordered_json; // a fixture keeps its order when it is written anew

namespace {

// The folders in plugins/ that are plugins.
std::vector<std::string> plugin_ids() {
    std::vector<std::string> ids;
    for (const auto& entry : fs::directory_iterator(XIANGDAO_SOURCE_DIR "/plugins"))
        if (fs::exists(entry.path() / "CMakeLists.txt") && fs::exists(entry.path() / "fixtures"))
            ids.push_back(entry.path().filename().string());
    std::sort(ids.begin(), ids.end());
    return ids;
}

plugin_host::Manifest built_manifest(const std::string& id) {
    REQUIRE(crypto::initialise());
    auto manifest = plugin_host::read_manifest(test::salon_folders() / id);
    INFO(id);
    REQUIRE(manifest);
    return std::move(*manifest);
}

std::unique_ptr<plugin_host::Transport> open_plugin(const std::string& id) {
    // A library is never unloaded: one copy a plugin is enough for a thousand instances.
    static std::map<std::string, const kiosk_plugin*> tables;
    const auto manifest = built_manifest(id);
    if (!tables.contains(id)) {
        const auto bytes = plugin_host::read_verified(manifest, manifest.library, 64u << 20).value();
        tables[id] = plugin_host::load_library(manifest, bytes).value();
    }
    return plugin_host::InProcessTransport::open(manifest, *tables.at(id), {}).value();
}

std::unique_ptr<plugin_host::Transport> open_salon() {
    return open_plugin("salon");
}

std::vector<fs::path> fixture_files(const std::string& id) {
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(fs::path(XIANGDAO_SOURCE_DIR "/plugins") / id / "fixtures"))
        if (entry.path().extension() == ".json")
            files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    return files;
}

Json read_json(const fs::path& path) {
    return Json::parse(resources::read_file(path).value());
}

std::string schema_file(const std::string& method) {
    auto name = method;
    std::replace(name.begin(), name.end(), '/', '.');
    return name + ".json";
}

Json fixture(const char* name) {
    const auto path = fs::path(XIANGDAO_SOURCE_DIR "/plugins/salon/fixtures") / name;
    return read_json(path);
}

// Calls `see(key, args)` for each text of a reply that is a key.
template <typename See> void each_key(const Json& json, See&& see) {
    if (json.is_object() && json.contains("key") && json.at("key").is_string())
        see(json.at("key").template get<std::string>(), json.contains("args") ? json.at("args") : Json::object());
    if (json.is_structured())
        for (const Json& part : json)
            each_key(part, see);
}

// The names in braces.
std::set<std::string> arguments_of(const std::string& text) {
    std::set<std::string> names;
    for (auto open = text.find('{'); open != std::string::npos; open = text.find('{', open + 1))
        names.insert(text.substr(open + 1, text.find('}', open) - open - 1));
    return names;
}

// Writes numbers as no JSON may hold them: 1.234.567,8
struct OtherNumbers : std::numpunct<char> {
    char do_decimal_point() const override { return ','; }
    char do_thousands_sep() const override { return '.'; }
    std::string do_grouping() const override { return "\3"; }
};

} // namespace

TEST_CASE("plugins: replies are those of the fixtures, and keep the schemas", "[plugins][golden]") {
    const auto ids = plugin_ids();
    REQUIRE(std::find(ids.begin(), ids.end(), "salon") != ids.end());
    for (const auto& id : ids) {
        const auto plugin = open_plugin(id);
        for (const auto& path : fixture_files(id)) {
            INFO(path);
            auto document = read_json(path);
            const auto method = document.at("method").get<std::string>();
            const auto request = document.at("request").dump();
            CHECK(test::schema_problem(schema_file(method) + "#/definitions/request", request) == "");
            const auto reply = plugin->call(method, request);
            INFO((reply ? std::string() : reply.error().context));
            REQUIRE(reply);
            CHECK(test::schema_problem(schema_file(method) + "#/definitions/reply", *reply) == "");
            const char* update = std::getenv("XIANGDAO_UPDATE_GOLDEN");
            if (update != nullptr && (update == std::string("1") || update == id)) {
                document["reply"] = Json::parse(*reply);
                REQUIRE(resources::write_file_atomically(path, document.dump(2) + "\n"));
            }
            CHECK(*reply == document.at("reply").dump());
        }
    }
}

TEST_CASE("plugins: every method has a fixture", "[plugins][golden]") {
    for (const auto& id : plugin_ids()) {
        std::set<std::string> seen;
        for (const auto& path : fixture_files(id))
            seen.insert(read_json(path).at("method").get<std::string>());
        const auto manifest = built_manifest(id);
        INFO(id);
        CHECK(seen == std::set<std::string>(manifest.methods.begin(), manifest.methods.end()));
    }
}

TEST_CASE("plugins: every text that a reply names is there in every language, with its arguments", "[plugins][texts]") {
    for (const auto& id : plugin_ids()) {
        std::map<std::string, Json> languages;
        for (const char* language : {"zh", "en"})
            languages[language] = read_json(test::salon_folders() / id / "locale" / (std::string(language) + ".json"));
        for (const auto& path : fixture_files(id)) {
            INFO(path);
            each_key(read_json(path).at("reply"), [&](const std::string& key, const Json& args) {
                std::set<std::string> given;
                for (const auto& [name, value] : args.items())
                    given.insert(name);
                for (const auto& [language, texts] : languages) {
                    INFO(language << ": " << key);
                    REQUIRE(texts.contains(key));
                    CHECK(arguments_of(texts.at(key).template get<std::string>()) == given);
                }
            });
        }
    }
}

TEST_CASE("plugins: both languages have the same texts, written as sentences are", "[plugins][texts]") {
    for (const auto& id : plugin_ids()) {
        const auto folder = test::salon_folders() / id / "locale";
        const auto zh = read_json(folder / "zh.json"), en = read_json(folder / "en.json");
        CHECK(zh.size() == en.size());
        for (const auto& [key, text] : zh.items()) {
            INFO(id << ": " << key);
            REQUIRE(en.contains(key));
            const auto chinese = text.get<std::string>(), english = en.at(key).get<std::string>();
            CHECK_FALSE(chinese.empty());
            CHECK_FALSE(english.empty());
            CHECK(arguments_of(chinese) == arguments_of(english));
            for (const char* shout : {"!", "\uff01"}) { // nobody is shouted at
                CHECK(chinese.find(shout) == std::string::npos);
                CHECK(english.find(shout) == std::string::npos);
            }
        }
    }
}

TEST_CASE("plugins: the same request gives the same bytes, in any locale and any instance", "[plugins][purity]") {
    for (const auto& id : plugin_ids()) {
        const auto first = open_plugin(id);
        const auto second = open_plugin(id);
        for (const auto& path : fixture_files(id)) {
            INFO(path);
            const auto document = read_json(path);
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
}

TEST_CASE("salon: it has no methods but its own", "[salon][contract]") {
    const auto salon = open_salon();
    for (const char* method : {"", "admission.decide", "admission.decide/2", "state.migrate/1", "\xff"}) {
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
