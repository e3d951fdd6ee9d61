// SPDX-License-Identifier: Apache-2.0
#include "subject.hpp"

#include "resources/resources.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <exception>
#include <system_error>

namespace kiosk::checker {

namespace fs = std::filesystem;
using Json = nlohmann::json;

namespace {

constexpr std::size_t max_fixture_bytes = 1u << 20;
constexpr std::size_t max_manifest_bytes = 64u << 10;

Fixture read_fixture(const fs::path& path) {
    Fixture fixture;
    fixture.name = path.filename().string();
    fixture.path = path;
    const auto text = resources::read_file(path, max_fixture_bytes);
    if (!text) {
        fixture.problem = text.error().context;
        return fixture;
    }
    try {
        const Json document = Json::parse(*text);
        fixture.method = document.at("method").get<std::string>();
        const Json& request = document.at("request");
        fixture.reply = document.value("reply", Json()).dump(); // a new one may have none yet
        fixture.request = request.dump();
        if (request.contains("event") && request.at("event").contains("settings"))
            fixture.settings = request.at("event").at("settings").dump();
    } catch (const std::exception& error) {
        fixture = Fixture{path.filename().string(), path, {}, {}, {}, {}, error.what()};
    }
    return fixture;
}

} // namespace

Subject Subject::read(const fs::path& folder, const fs::path& fixtures, bool fast) {
    Subject subject;
    std::error_code error;
    subject.folder = fs::weakly_canonical(folder, error);
    if (error)
        subject.folder = folder;
    subject.fast = fast;
    subject.manifest_text = resources::read_file(subject.folder / "manifest.json", max_manifest_bytes);
    subject.manifest = plugin_host::read_manifest(subject.folder);
    subject.wants_fixtures = !fixtures.empty();
    std::vector<fs::path> files;
    if (subject.wants_fixtures)
        for (fs::directory_iterator entry(fixtures, error), end; !error && entry != end; entry.increment(error))
            if (entry->path().extension() == ".json")
                files.push_back(entry->path());
    std::sort(files.begin(), files.end());
    for (const fs::path& file : files)
        subject.fixtures.push_back(read_fixture(file));
    return subject;
}

std::string Subject::name() const {
    return folder.filename().string();
}

} // namespace kiosk::checker
