// SPDX-License-Identifier: Apache-2.0
// Folders that lie: other bytes than the manifest says, other names, links, and files that nobody vouches for.
#include "resources/resources.hpp"
#include "unit/checker/fixture.hpp"

#include <nlohmann/json.hpp>

using namespace kiosk;
using test::failed;
using Json = nlohmann::json;
using Names = std::set<std::string>;

namespace {

void change_manifest(const test::fs::path& folder, const std::function<void(Json&)>& change) {
    const auto path = folder / "manifest.json";
    auto document = Json::parse(resources::read_file(path).value());
    change(document);
    REQUIRE(resources::write_file_atomically(path, document.dump()));
}

void append(const test::fs::path& path, const char* text) {
    REQUIRE(resources::write_file_atomically(path, resources::read_file(path).value() + text));
}

} // namespace

TEST_CASE("checker: a library that is another one than its manifest's", "[checker][manifest]") {
    const test::Copy copy("flawless");
    append(copy.path / "flawless.so", "x");
    const auto result = test::check(copy.path);
    CHECK(test::says(result, "manifest.file", "flawless.so"));
    CHECK(failed(result) == Names{"manifest"});
}

TEST_CASE("checker: a locale file that was changed afterwards", "[checker][manifest]") {
    const test::Copy copy("flawless");
    append(copy.path / "locale" / "en.json", " ");
    CHECK(test::says(test::check(copy.path), "manifest.file", "locale/en.json"));
}

TEST_CASE("checker: a manifest that does not fit", "[checker][manifest]") {
    struct Case {
        std::function<void(Json&)> change;
        const char* finding;
    };
    const auto c = GENERATE(
        Case{[](Json& m) { m["id"] = "another"; m["library"] = "flawless.so"; }, "manifest.folder"},
        Case{[](Json& m) { m["abi"]["major"] = 9; }, "manifest.abi"},
        Case{[](Json& m) { m["methods"] = Json::array({"admission.decide/7"}); }, "manifest.fit"},
        Case{[](Json& m) { m["methods"].push_back("admission.decide/1"); }, "manifest.twice"},
        Case{[](Json& m) { m["state"] = 3; }, "manifest.needs_migrate"},
        Case{[](Json& m) { m["hashes"].erase("flawless.so"); }, "manifest.wrong"},
        Case{[](Json& m) { m["shoe_size"] = 43; }, "manifest.schema"},
        Case{[](Json& m) { m["name"]["zh"] = ""; }, "manifest.schema"},
        Case{[](Json& m) { m.erase("version"); }, "manifest.wrong"});
    const test::Copy copy("flawless");
    change_manifest(copy.path, c.change);
    const auto result = test::check(copy.path, {"manifest"});
    INFO(c.finding);
    CHECK(test::says(result, c.finding));
    CHECK(failed(result) == Names{"manifest"});
}

TEST_CASE("checker: a link is no file, and a stray file is noted", "[checker][manifest]") {
    const test::Copy copy("flawless");
    REQUIRE(resources::write_file_atomically(copy.path / "notes.txt", "hello"));
    auto result = test::check(copy.path, {"manifest"});
    CHECK(test::says(result, "manifest.stray", "notes.txt"));
    CHECK(failed(result).empty());
    test::fs::create_symlink("/etc/passwd", copy.path / "link");
    result = test::check(copy.path, {"manifest"});
    CHECK(test::says(result, "manifest.link", "link"));
    CHECK(failed(result) == Names{"manifest"});
}

TEST_CASE("checker: a folder without a manifest", "[checker][manifest]") {
    const test::Copy copy("flawless");
    test::fs::remove(copy.path / "manifest.json");
    CHECK(test::says(test::check(copy.path), "manifest.missing"));
    CHECK(test::says(test::check(copy.path / "nowhere"), "manifest.missing"));
}

TEST_CASE("checker: fixtures are compared byte for byte", "[checker][fixtures]") {
    const test::Copy copy("flawless");
    const auto folder = copy.path.parent_path() / "fixtures";
    test::fs::create_directories(folder);
    const auto said = [&](const std::string& document) {
        REQUIRE(resources::write_file_atomically(folder / "one.json", document));
        return test::check(copy.path, {"fixtures"}, folder);
    };
    Json request = Json::parse(R"({"event": {"code": "D1", "type": "salon", "addons": [], "title": {"zh": "a", "en": "a"},
        "venue": {"zh": "a", "en": "a"}, "starts": {"unix_ms": 0, "local": "1970-01-01T00:00:00Z"}, "ends": null,
        "admission": null, "settings": {}}, "now": {"unix_ms": 0, "local": "1970-01-01T00:00:00Z"}, "agenda": [],
        "holder": {"role": "vip", "ticket_type": "std", "source": "import", "in_roster": true, "has_organisation": true,
        "answers": {}}})");
    Json fixture{{"method", "welcome.describe/1"},
                 {"request", request},
                 {"reply", Json::parse(R"({"lines": [{"args": {"role": {"en": "vip", "zh": "vip"}}, "key": "welcome.hello"}]})")}};
    const auto good = said(fixture.dump());
    CHECK(failed(good).empty());
    CHECK(test::says(good, "fixtures.lacks", "admission.decide/1"));
    fixture["reply"]["lines"][0]["args"]["role"]["zh"] = "VIP";
    CHECK(test::says(said(fixture.dump()), "fixtures.differs", "/lines/0/args/role/zh"));
    fixture["request"]["now"] = 7;
    CHECK(test::says(said(fixture.dump()), "fixtures.request"));
    CHECK(test::says(said("{"), "fixtures.unreadable"));
    test::fs::remove(folder / "one.json");
    CHECK(test::says(test::check(copy.path, {"fixtures"}, folder), "fixtures.none"));
}
