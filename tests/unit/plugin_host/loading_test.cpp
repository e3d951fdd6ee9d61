// SPDX-License-Identifier: Apache-2.0
#include "plugin_host/discovery.hpp"
#include "plugin_host/plugin.hpp"
#include "resources/resources.hpp"
#include "support/catch.hpp"
#include "unit/plugin_host/fixture.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>

namespace fs = std::filesystem;
using namespace kiosk;
using core::ErrorCode;

namespace {

// A folder that is gone after the test.
class TemporaryFolder {
  public:
    TemporaryFolder() {
        std::string name = (fs::temp_directory_path() / "plugin_host_test_XXXXXX").string();
        REQUIRE(mkdtemp(name.data()) != nullptr);
        m_path = name;
    }
    ~TemporaryFolder() {
        std::error_code ignored;
        fs::remove_all(m_path, ignored);
    }
    const fs::path& path() const { return m_path; }

  private:
    fs::path m_path;
};

fs::path copy_of_salon(const TemporaryFolder& folder) {
    fs::copy(test::salon_folders() / "salon", folder.path() / "salon", fs::copy_options::recursive);
    return folder.path() / "salon";
}

void append(const fs::path& file, std::string_view bytes) {
    std::ofstream(file, std::ios::app) << bytes;
}

core::Error load_error(const fs::path& folder) {
    test::Bench bench;
    auto manifest = plugin_host::read_manifest(folder);
    REQUIRE(manifest);
    auto plugin = plugin_host::Plugin::load(*manifest, bench.options());
    REQUIRE_FALSE(plugin);
    return plugin.error();
}

} // namespace

TEST_CASE("plugin_host: the built salon loads", "[plugin_host][loading]") {
    test::Bench bench;
    const auto broker = bench.broker("salon", test::salon_folders());
    CHECK(broker->has_event_type());
    CHECK(broker->missing().empty());
    REQUIRE(broker->status().size() == 1);
    CHECK(broker->status()[0].name.zh == "天天象上沙龙");
}

TEST_CASE("plugin_host: a changed library is not loaded", "[plugin_host][loading]") {
    REQUIRE(crypto::initialise());
    const TemporaryFolder folder;
    const auto salon = copy_of_salon(folder);
    append(salon / "salon.so", "x");
    const auto error = load_error(salon);
    CHECK(error.code == ErrorCode::Corrupt);
    CHECK(error.message_key == "error.plugin_hash");
    CHECK(error.context.find("salon.so") != std::string::npos);
}

TEST_CASE("plugin_host: a changed locale file is not used", "[plugin_host][loading]") {
    const TemporaryFolder folder;
    const auto salon = copy_of_salon(folder);
    append(salon / "locale/en.json", " ");
    CHECK(load_error(salon).message_key == "error.plugin_hash");
}

TEST_CASE("plugin_host: a library that is no library is refused with the loader's words", "[plugin_host][loading]") {
    const TemporaryFolder folder;
    const auto salon = copy_of_salon(folder);
    const std::string rubbish = "not an ELF file";
    std::ofstream(salon / "salon.so", std::ios::trunc) << rubbish;
    auto manifest = plugin_host::read_manifest(salon).value();
    manifest.hashes["salon.so"] = crypto::Sodium().blake2b_256(rubbish);
    test::Bench bench;
    const auto plugin = plugin_host::Plugin::load(manifest, bench.options());
    REQUIRE_FALSE(plugin);
    CHECK(plugin.error().message_key == "error.plugin_library");
}

TEST_CASE("plugin_host: a library that is gone is named", "[plugin_host][loading]") {
    const TemporaryFolder folder;
    const auto salon = copy_of_salon(folder);
    fs::remove(salon / "salon.so");
    CHECK(load_error(salon).context.find("salon.so") != std::string::npos);
}

TEST_CASE("plugin_host: a table that breaks the contract is refused", "[plugin_host][loading]") {
    struct Case {
        const char* id;
        ErrorCode code;
        const char* says;
    };
    const auto c = GENERATE(Case{"wrong_abi", ErrorCode::NewerVersion, "built for ABI 2"},
                            Case{"short_table", ErrorCode::Invalid, "too short"},
                            Case{"no_call", ErrorCode::Invalid, "lacks a function"},
                            Case{"null_table", ErrorCode::Invalid, "answers null"},
                            Case{"no_export", ErrorCode::Invalid, "exports no kiosk_plugin_v1"},
                            Case{"fails_to_open", ErrorCode::Unavailable, "internal: no mood"});
    INFO(c.id);
    const auto error = load_error(test::bad_folders() / c.id);
    CHECK(error.code == c.code);
    CHECK(error.context.find(c.says) != std::string::npos);
}

TEST_CASE("plugin_host: an event whose plugin is missing goes to staff and says why", "[plugin_host][loading]") {
    test::Bench bench;
    const auto broker = bench.broker("flower_show", test::salon_folders(), {"fireworks"});
    REQUIRE(broker->missing().size() == 2);
    CHECK(broker->missing()[0].id == "flower_show");
    CHECK(broker->missing()[0].is_event_type);
    CHECK(broker->missing()[0].error.code == ErrorCode::NotFound);
    CHECK(broker->missing()[1].id == "fireworks");
    CHECK_FALSE(broker->missing()[1].is_event_type);

    test::Door door;
    const auto verdict = broker->decide(door.query());
    CHECK(verdict.outcome == core::Outcome::StaffCheck);
    CHECK(verdict.reason == core::Reason::PluginUnavailable);
    CHECK(broker->welcome(door.config, &door.guest, door.request.at).empty());
    CHECK(broker->registration_form(door.config).empty());
}

TEST_CASE("plugin_host: a missing add-on does not hold anybody up", "[plugin_host][loading]") {
    test::Bench bench;
    const auto broker = bench.broker("salon", test::salon_folders(), {"fireworks"});
    REQUIRE(broker->missing().size() == 1);
    CHECK(broker->decide(test::Door().query()).outcome == core::Outcome::Admitted);
}

TEST_CASE("plugin_host: an event type is no add-on", "[plugin_host][loading]") {
    test::Bench bench;
    const auto broker = bench.broker("salon", test::salon_folders(), {"salon"});
    REQUIRE(broker->missing().size() == 1);
    CHECK_FALSE(broker->missing()[0].is_event_type);
}

TEST_CASE("plugin_host: discovery lists what is broken beside what is good", "[plugin_host][discovery]") {
    const TemporaryFolder folder;
    copy_of_salon(folder);
    fs::create_directories(folder.path() / "broken");
    std::ofstream(folder.path() / "broken/manifest.json") << "{";
    fs::create_directories(folder.path() / "no_plugin");
    const std::vector<fs::path> folders{"/nonexistent", folder.path(), test::salon_folders()};
    const auto found = plugin_host::discover(folders);
    std::vector<fs::path> salons;
    for (const auto& plugin : found.plugins)
        if (plugin.id == "salon")
            salons.push_back(plugin.folder);
    CHECK(salons == std::vector<fs::path>{folder.path() / "salon"}); // the earlier folder wins
    CHECK(found.plugins.size() > 1);                                 // and the others are there as well
    REQUIRE(found.refused.size() == 1);
    CHECK(found.refused[0].folder.filename() == "broken");

    // And an event of that type says what is wrong with it rather than that it is not there.
    test::Bench bench;
    CHECK(bench.broker("broken", folder.path())->missing()[0].error.message_key == "error.plugin_manifest");
}

TEST_CASE("plugin_host: the folders of the environment come first", "[plugin_host][discovery]") {
    REQUIRE(setenv("XIANGDAO_PLUGINS", "/first::/second:", 1) == 0);
    const auto folders = plugin_host::default_folders();
    unsetenv("XIANGDAO_PLUGINS");
    REQUIRE(folders.size() == 3);
    CHECK(folders[0] == "/first");
    CHECK(folders[1] == "/second");
    // Beside the test program is where the build puts the plugins too.
    CHECK(fs::exists(folders[2] / "salon" / "manifest.json"));
    CHECK(plugin_host::default_folders().size() == 1);
}
