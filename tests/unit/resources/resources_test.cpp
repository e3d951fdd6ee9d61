// SPDX-License-Identifier: Apache-2.0
#include "resources/resources.hpp"

#include "support/catch.hpp"

#include <cstdlib>
#include <filesystem>

using namespace kiosk;
namespace fs = std::filesystem;

namespace {

struct Folder {
    Folder() {
        auto pattern = (fs::temp_directory_path() / "xiangdao-resources-XXXXXX").string();
        REQUIRE(::mkdtemp(pattern.data()) != nullptr);
        path = pattern;
    }
    ~Folder() { fs::remove_all(path); }
    fs::path path;
};

} // namespace

TEST_CASE("resources: the catalogue of the tree is whole in both languages", "[resources]") {
    const auto catalogue = resources::load_catalogue();
    INFO((catalogue ? "" : catalogue.error().context));
    REQUIRE(catalogue);
    CHECK(catalogue->keys().size() > 300);
    for (const auto& key : catalogue->keys()) {
        INFO(key);
        const auto chinese = catalogue->text(core::Language::Chinese, key);
        // No exclamation marks anywhere, and no half-width comma between Chinese characters.
        CHECK(chinese.find("！") == std::string::npos);
        CHECK(catalogue->text(core::Language::English, key).find('!') == std::string::npos);
    }
}

TEST_CASE("resources: files are read whole, within a bound, or refused by name", "[resources]") {
    const Folder folder;
    const auto file = folder.path / "a";
    REQUIRE(resources::write_file_atomically(file, std::string(1000, 'x')));
    CHECK(resources::read_file(file).value_or("").size() == 1000);
    const auto large = resources::read_file(file, 999);
    REQUIRE_FALSE(large);
    CHECK(large.error().code == core::ErrorCode::TooLarge);
    const auto missing = resources::read_file(folder.path / "b");
    REQUIRE_FALSE(missing);
    CHECK(missing.error().code == core::ErrorCode::NotFound);
    CHECK(missing.error().context.find("/b") != std::string::npos);
}

TEST_CASE("resources: a file is replaced whole and nothing is left beside it", "[resources]") {
    const Folder folder;
    const auto file = folder.path / "a";
    REQUIRE(resources::write_file_atomically(file, "old"));
    REQUIRE(resources::write_file_atomically(file, "new"));
    CHECK(resources::read_file(file).value_or("") == "new");
    CHECK(std::distance(fs::directory_iterator(folder.path), fs::directory_iterator()) == 1);
    CHECK_FALSE(resources::write_file_atomically(folder.path / "no" / "such" / "folder", "x"));
}
