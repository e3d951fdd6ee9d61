// SPDX-License-Identifier: Apache-2.0
// The level table of kiosk/README.md, enforced: reads the table and every #include of the tree, and fails on one that
// goes upward, or sideways between folders of L2.
#include "support/catch.hpp"

#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <string>
#include <vector>

namespace fs = std::filesystem;

namespace {

using Levels = std::map<std::string, int>;

const fs::path source = XIANGDAO_SOURCE_DIR;

// Rows such as "| `core/` | L0 | … |".
Levels read_table(std::istream& readme) {
    Levels levels;
    const std::regex row(R"(^\|\s*`([a-z_]+)/`\s*\|\s*L([0-9])\s*\|.*)");
    for (std::string line; std::getline(readme, line);)
        if (std::smatch match; std::regex_match(line, match, row))
            levels[match[1]] = std::stoi(match[2]);
    return levels;
}

// What is wrong with these includes of a file in `folder`; empty where nothing is.
std::vector<std::string> wrong_includes(const Levels& levels, const std::string& folder, std::istream& text) {
    std::vector<std::string> wrong;
    const std::regex include(R"re(^\s*#\s*include\s+"([^"]+)".*)re");
    const int own = levels.at(folder);
    for (std::string line; std::getline(text, line);) {
        std::smatch match;
        if (!std::regex_match(line, match, include))
            continue;
        const std::string path = match[1];
        const auto other = path.substr(0, path.find('/'));
        if (path.starts_with(".."))
            wrong.push_back(path + " climbs out of its folder");
        if (other == folder || !levels.contains(other))
            continue; // its own, or a library's or the SDK's header
        if (levels.at(other) > own)
            wrong.push_back(path + " is of a higher level");
        else if (levels.at(other) == own && own >= 2)
            wrong.push_back(path + " is a sibling of L" + std::to_string(own));
        else if (other == "main")
            wrong.push_back(path + " belongs to a program");
    }
    return wrong;
}

bool is_source(const fs::path& path) {
    const auto extension = path.extension();
    return extension == ".cpp" || extension == ".hpp" || extension == ".h";
}

} // namespace

TEST_CASE("levels: no include goes upward or sideways", "[levels]") {
    std::ifstream readme(source / "kiosk" / "README.md");
    const auto levels = read_table(readme);
    REQUIRE(levels.at("core") == 0);
    REQUIRE(levels.at("storage") == 2);
    REQUIRE(levels.at("main") == 4);

    REQUIRE(levels.at("protocol") == 1);
    REQUIRE(levels.at("hub") == 3);

    std::size_t files = 0;
    for (const auto* part : {"kiosk", "server_sync"})
        for (const auto& folder : fs::directory_iterator(source / part)) {
            if (!folder.is_directory() || folder.path().filename() == "docs")
                continue;
            const auto name = folder.path().filename().string();
            INFO(part << "/" << name << " must have a row in the table of kiosk/README.md");
            REQUIRE(levels.contains(name));
            for (const auto& entry : fs::recursive_directory_iterator(folder)) {
                if (!entry.is_regular_file() || !is_source(entry.path()))
                    continue;
                ++files;
                std::ifstream text(entry.path());
                for (const auto& wrong : wrong_includes(levels, name, text))
                    FAIL_CHECK(fs::relative(entry.path(), source).string() << ": " << wrong);
            }
        }
    CHECK(files > 100);
}

TEST_CASE("levels: the plugin checker is a program over plugin_host", "[levels]") {
    std::ifstream readme(source / "kiosk" / "README.md");
    const auto levels = read_table(readme);
    std::size_t files = 0;
    for (const auto& entry : fs::directory_iterator(source / "plugins" / "sdk" / "checker")) {
        if (!is_source(entry.path()))
            continue;
        ++files;
        std::ifstream text(entry.path());
        for (const auto& wrong : wrong_includes(levels, "plugin_host", text))
            FAIL_CHECK(entry.path().filename().string() << ": " << wrong);
    }
    CHECK(files > 10);
}

TEST_CASE("levels: the check finds what it looks for", "[levels]") {
    const Levels levels{{"core", 0}, {"app", 1}, {"crypto", 1}, {"storage", 2}, {"exchange", 2}, {"ui", 3}, {"main", 4}};
    const auto count = [&](const std::string& folder, const char* text) {
        std::istringstream stream(text);
        return wrong_includes(levels, folder, stream).size();
    };
    CHECK(count("core", "#include \"app/view.hpp\"\n") == 1);
    CHECK(count("storage", "#include \"exchange/table.hpp\"\n") == 1);
    CHECK(count("ui", "  #  include \"main/x.hpp\" // why not\n") == 1);
    CHECK(count("core", "#include \"../app/view.hpp\"\n") == 1);
    CHECK(count("app", "#include \"crypto/crypto.hpp\"\n") == 0); // L1 may see L1
    CHECK(count("ui", "#include \"core/model.hpp\"\n#include <vector>\n#include \"ui/text.hpp\"\n") == 0);
}

TEST_CASE("levels: core does no I/O and knows neither SQL nor the window", "[levels]") {
    const std::regex forbidden(
        R"re(#\s*include\s+[<"](fstream|iostream|filesystem|cstdio|thread|random|sqlite3\.h|SQLiteCpp/.*|imgui.*|SDL.*|unistd\.h|sys/.*)[>"].*)re");
    for (const auto& entry : fs::directory_iterator(source / "kiosk" / "core")) {
        if (!is_source(entry.path()))
            continue;
        std::ifstream text(entry.path());
        for (std::string line; std::getline(text, line);)
            // Its one word on standard error is that of a broken invariant.
            if (std::regex_search(line, forbidden) && entry.path().filename() != "result.cpp")
                FAIL_CHECK(entry.path().filename().string() << ": " << line);
    }
}

TEST_CASE("levels: SQL stays in storage", "[levels]") {
    const std::regex sql(R"re(#\s*include\s+[<"](sqlite3\.h|SQLiteCpp/.*)[>"])re");
    for (const auto& entry : fs::recursive_directory_iterator(source / "kiosk")) {
        if (!entry.is_regular_file() || !is_source(entry.path()))
            continue;
        const auto relative = fs::relative(entry.path(), source / "kiosk").string();
        std::ifstream text(entry.path());
        for (std::string line; std::getline(text, line);)
            if (std::regex_search(line, sql) && !relative.starts_with("storage/"))
                FAIL_CHECK(relative << ": " << line);
    }
}
