// SPDX-License-Identifier: Apache-2.0
// The real librime with the distribution's dictionary: what a visitor types at the door, and what must stay behind
// (nothing).
#include "input_method/rime_composer.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <set>

#include <sys/wait.h>
#include <unistd.h>

namespace fs = std::filesystem;
using kiosk::input_method::RimeComposer;
using kiosk::input_method::RimeFolders;

namespace {

class Folder {
public:
    Folder() {
        std::string pattern = (fs::temp_directory_path() / "xiangdao-rime-XXXXXX").string();
        REQUIRE(mkdtemp(pattern.data()) != nullptr);
        m_path = pattern;
    }
    ~Folder() {
        std::error_code ignored;
        fs::remove_all(m_path, ignored);
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    const fs::path& path() const { return m_path; }

private:
    fs::path m_path;
};

RimeFolders folders(const fs::path& user) {
    return {user, fs::path(XIANGDAO_SOURCE_DIR) / "assets" / "input_method"};
}

std::unique_ptr<RimeComposer> ready_composer(const fs::path& user) {
    auto composer = RimeComposer::create(folders(user));
    REQUIRE(composer);
    REQUIRE((*composer)->wait_until_ready(std::chrono::seconds(60)));
    REQUIRE((*composer)->available());
    return std::move(*composer);
}

std::string type(RimeComposer& composer, std::string_view letters) {
    std::string committed;
    for (const char letter : letters)
        committed += composer.press(letter);
    return committed;
}

// Where this text is among the candidates, turning pages if need be; -1 after `pages`.
int find(RimeComposer& composer, std::string_view text, int pages = 1) {
    for (int page = 0; page < pages; ++page) {
        const auto& candidates = composer.composition().candidates;
        const auto at = std::find(candidates.begin(), candidates.end(), text);
        if (at != candidates.end())
            return static_cast<int>(at - candidates.begin());
        if (!composer.composition().has_next_page)
            return -1;
        composer.turn_page(1);
    }
    return -1;
}

// Types the letters and picks these words one after the other; answers what was committed in the end.
std::string compose(RimeComposer& composer, std::string_view letters, std::initializer_list<std::string_view> words) {
    std::string committed = type(composer, letters);
    for (const auto word : words) {
        const int index = find(composer, word, 3);
        INFO("looking for " << word << " in " << letters);
        REQUIRE(index >= 0);
        committed += composer.pick(static_cast<std::size_t>(index));
    }
    return committed;
}

} // namespace

TEST_CASE("input_method: a name is composed by picking its words", "[input_method]") {
    const Folder folder;
    const auto composer = ready_composer(folder.path());

    CHECK(type(*composer, "wangguyu").empty());
    CHECK(composer->composition().preedit == "wang gu yu");
    CHECK(composer->composition().candidates.size() <= 9);
    const int surname = find(*composer, "王");
    REQUIRE(surname >= 0); // on the first page
    CHECK(composer->pick(static_cast<std::size_t>(surname)).empty()); // letters are left
    CHECK(composer->composition().preedit == "王gu yu");
    REQUIRE_FALSE(composer->composition().candidates.empty());
    CHECK(composer->composition().candidates.front() == "谷雨");
    CHECK(composer->pick(0) == "王谷雨");
    CHECK(composer->composition().empty());
    CHECK(composer->composition().candidates.empty());

    CHECK(compose(*composer, "libailu", {"李", "白露"}) == "李白露");
    CHECK(compose(*composer, "ouyangshuangjiang", {"欧阳霜降"}) == "欧阳霜降");
    CHECK(compose(*composer, "nvhai", {"女孩"}) == "女孩");
}

TEST_CASE("input_method: surnames come first under the reading that they have as surnames", "[input_method]") {
    const Folder folder;
    const auto composer = ready_composer(folder.path());
    CHECK(compose(*composer, "xiejingzhe", {"解", "惊蛰"}) == "解惊蛰");
    CHECK(compose(*composer, "shanmangzhong", {"单", "芒种"}) == "单芒种");
    for (const auto& [letters, surname] : {std::pair{"qiu", "仇"}, {"ou", "区"}, {"zha", "查"}, {"zeng", "曾"},
                                          {"ge", "盖"}, {"wang", "王"}, {"lv", "吕"}}) {
        type(*composer, letters);
        INFO(letters << " " << surname);
        CHECK(find(*composer, surname) >= 0);
        composer->clear();
    }
    // Beyond 16 bits and otherwise rare: within the first page too.
    for (const auto& [letters, rare] : {std::pair{"ji", "𠮷"}, {"wei", "𬱖"}, {"zhe", "喆"}, {"yu", "彧"}}) {
        type(*composer, letters);
        INFO(letters << " " << rare);
        CHECK(find(*composer, rare) >= 0);
        composer->clear();
    }
}

TEST_CASE("input_method: results are simplified characters", "[input_method]") {
    const Folder folder;
    const auto composer = ready_composer(folder.path());
    type(*composer, "long");
    CHECK(find(*composer, "龙") >= 0);
    composer->clear();
    type(*composer, "long");
    CHECK(find(*composer, "龍", 5) < 0);
}

TEST_CASE("input_method: pages turn and stay at the ends", "[input_method]") {
    const Folder folder;
    const auto composer = ready_composer(folder.path());
    type(*composer, "yi");
    const auto first = composer->composition().candidates;
    REQUIRE(first.size() == 9);
    CHECK_FALSE(composer->composition().has_previous_page);
    REQUIRE(composer->composition().has_next_page);

    composer->turn_page(-1);
    CHECK(composer->composition().candidates == first);
    composer->turn_page(1);
    const auto second = composer->composition().candidates;
    CHECK(second != first);
    CHECK(composer->composition().has_previous_page);
    CHECK(composer->composition().preedit == "yi");
    composer->turn_page(-1);
    CHECK(composer->composition().candidates == first);
    composer->turn_page(1);
    CHECK(composer->pick(2) == second[2]);

    type(*composer, "yi");
    int pages = 1;
    while (composer->composition().has_next_page && pages < 500) {
        composer->turn_page(1);
        ++pages;
    }
    CHECK(pages < 500);
    const auto last = composer->composition().candidates;
    CHECK_FALSE(last.empty());
    composer->turn_page(1);
    CHECK(composer->composition().candidates == last);
}

TEST_CASE("input_method: backspace, clear and giving up the letters", "[input_method]") {
    const Folder folder;
    const auto composer = ready_composer(folder.path());
    CHECK_FALSE(composer->backspace()); // nothing to take back: the key is the field's
    type(*composer, "guyu");
    CHECK(composer->backspace());
    CHECK(composer->composition().preedit == "gu y");
    CHECK(composer->backspace());
    CHECK(composer->backspace());
    CHECK(composer->backspace());
    CHECK(composer->composition().empty());
    CHECK_FALSE(composer->backspace());

    type(*composer, "guyu");
    composer->clear();
    CHECK(composer->composition().empty());
    CHECK(composer->composition().candidates.empty());
    CHECK(composer->take_letters().empty());

    type(*composer, "grace");
    CHECK(composer->take_letters() == "grace");
    CHECK(composer->composition().empty());
    CHECK(compose(*composer, "guyu", {"谷雨"}) == "谷雨"); // and the next word starts afresh
}

TEST_CASE("input_method: other keys and wrong picks change nothing", "[input_method]") {
    const Folder folder;
    const auto composer = ready_composer(folder.path());
    for (int key = -128; key < 128; ++key) {
        if (key >= 'a' && key <= 'z')
            continue;
        CHECK(composer->press(static_cast<char>(key)).empty());
        CHECK(composer->composition().empty());
    }
    CHECK(composer->pick(0).empty());
    composer->turn_page(1);
    CHECK(composer->composition().empty());

    type(*composer, "gu");
    const auto before = composer->composition().candidates;
    for (const char key : {'A', '1', ' ', '\n', '\0', '\x7f', '/', '`', ','})
        CHECK(composer->press(key).empty());
    CHECK(composer->pick(9).empty());
    CHECK(composer->pick(static_cast<std::size_t>(-1)).empty());
    CHECK(composer->composition().candidates == before);

    // The apostrophe parts syllables: xi'an is two, xian may be one.
    composer->clear();
    type(*composer, "xi'an");
    CHECK(find(*composer, "西安") >= 0);
}

TEST_CASE("input_method: however much is typed, no more than a line of it is kept", "[input_method]") {
    const Folder folder;
    const auto composer = ready_composer(folder.path());
    for (const std::string_view pattern : {"zhuangshuangchuang", "xxxxqqqqzzzz", "bpmfdtnlgkhjqx", "aeiou", "'''"}) {
        for (std::size_t i = 0; i < 300; ++i)
            composer->press(pattern[i % pattern.size()]);
        CHECK(composer->take_letters().size() <= RimeComposer::max_letters);
    }
}

TEST_CASE("input_method: two composers don't see each other", "[input_method]") {
    const Folder folder;
    const auto one = ready_composer(folder.path());
    const auto two = ready_composer(folder.path());
    type(*one, "wang");
    type(*two, "guyu");
    CHECK(one->composition().preedit == "wang");
    CHECK(two->composition().preedit == "gu yu");
    one->clear();
    CHECK(two->composition().preedit == "gu yu");
    CHECK(two->pick(static_cast<std::size_t>(find(*two, "谷雨"))) == "谷雨");

    const Folder other;
    const auto third = RimeComposer::create(folders(other.path()));
    REQUIRE_FALSE(third);
    CHECK(third.error().code == kiosk::core::ErrorCode::Conflict);
}

TEST_CASE("input_method: nothing that was typed is remembered", "[input_method]") {
    const Folder folder;
    const auto listing = [&] {
        std::set<std::string> files;
        for (const auto& entry : fs::recursive_directory_iterator(folder.path()))
            files.insert(fs::relative(entry.path(), folder.path()).string());
        return files;
    };
    std::set<std::string> before;
    std::vector<std::string> first_candidates;
    {
        const auto composer = ready_composer(folder.path());
        before = listing();
        type(*composer, "guyu");
        first_candidates = composer->composition().candidates;
        composer->clear();
        for (int i = 0; i < 20; ++i)
            compose(*composer, "guyu", {"古玉"}); // would move up if it were learned
        for (int i = 0; i < 5; ++i)
            compose(*composer, "wangguyu", {"王", "谷雨"});
        type(*composer, "guyu");
        CHECK(composer->composition().candidates == first_candidates);
    }
    CHECK(listing() == before);
    for (const auto& file : before) {
        INFO(file);
        CHECK(file.find("userdb") == std::string::npos);
    }
    // Only the owner may look in.
    CHECK((fs::status(folder.path()).permissions() & fs::perms::all) == fs::perms::owner_all);
    const auto composer = ready_composer(folder.path());
    type(*composer, "guyu");
    CHECK(composer->composition().candidates == first_candidates);
}

TEST_CASE("input_method: starts again over what a power cut left", "[input_method]") {
    const Folder folder;
    { ready_composer(folder.path()); }
    for (const auto& entry : fs::directory_iterator(folder.path() / "build")) {
        const auto size = fs::file_size(entry.path());
        fs::resize_file(entry.path(), size / 3);
    }
    std::ofstream(folder.path() / "default.yaml") << "\0\0[[[";
    const auto composer = ready_composer(folder.path());
    CHECK(compose(*composer, "wangguyu", {"王", "谷雨"}) == "王谷雨");
}

TEST_CASE("input_method: kiosks that start at the same time don't get into each other's way", "[input_method]") {
    const Folder folder;
    // librime is one a process, so the others are processes. They say by their exit code whether they could write.
    std::vector<pid_t> others;
    for (int i = 0; i < 4; ++i) {
        const pid_t pid = fork();
        REQUIRE(pid >= 0);
        if (pid == 0) {
            bool good = false;
            if (const auto composer = RimeComposer::create(folders(folder.path()));
                composer && (*composer)->wait_until_ready(std::chrono::seconds(60))) {
                type(**composer, "guyu");
                good = find(**composer, "谷雨") == 0;
            }
            _exit(good ? 0 : 1);
        }
        others.push_back(pid);
    }
    for (const pid_t pid : others) {
        int status = -1;
        REQUIRE(waitpid(pid, &status, 0) == pid);
        CHECK(status == 0);
    }
}

TEST_CASE("input_method: what is missing is said, and nothing is called", "[input_method]") {
    const Folder folder;
    auto wrong = folders(folder.path());
    wrong.shared = folder.path() / "nowhere";
    const auto missing = RimeComposer::create(wrong);
    REQUIRE_FALSE(missing);
    CHECK(missing.error().code == kiosk::core::ErrorCode::NotFound);
    CHECK(missing.error().message_key == "error.input_method_data");

    std::ofstream(folder.path() / "file") << "in the way";
    const auto blocked = RimeComposer::create(folders(folder.path() / "file" / "user"));
    REQUIRE_FALSE(blocked);
    CHECK(blocked.error().code == kiosk::core::ErrorCode::Io);

    // Dictionaries that are there by name only: created, never available, harmless to call.
    const auto shared = folder.path() / "shared";
    fs::create_directories(shared);
    std::ofstream(shared / "luna_pinyin.dict.yaml") << "---\nname: luna_pinyin\nversion: \"1\"\nsort: by_weight\n...\n";
    auto empty = folders(folder.path() / "user");
    empty.shared = shared;
    const auto hollow = RimeComposer::create(empty);
    REQUIRE(hollow);
    CHECK_FALSE((*hollow)->wait_until_ready(std::chrono::seconds(60)));
    CHECK_FALSE((*hollow)->available());
    CHECK((*hollow)->press('a').empty());
    CHECK((*hollow)->pick(0).empty());
    CHECK_FALSE((*hollow)->backspace());
    CHECK((*hollow)->composition().empty());
}
