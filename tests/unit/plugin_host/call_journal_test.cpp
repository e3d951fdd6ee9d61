// SPDX-License-Identifier: Apache-2.0
// Calls on record: exact, bounded, and never in anybody's way.
#include "plugin_host/call_journal.hpp"

#include "resources/resources.hpp"
#include "support/catch.hpp"
#include "support/storage_fixture.hpp"

#include <sys/stat.h>

#include <fstream>

using namespace kiosk;
using plugin_host::CallJournal;
using plugin_host::CallRecord;
namespace fs = std::filesystem;

namespace {

const core::Digest library{1, 2, 3};
const core::Error failure{core::ErrorCode::Unavailable, "error.plugin_gone", "x", {}};

CallRecord call(std::string_view request, std::string_view reply, const core::Error* error = nullptr) {
    return {"salon", "1.0.0", library, "admission.decide/1", request, reply, error, 42};
}

struct Fixture {
    test::TempFolder folder;
    fs::path database = folder / "a.db";
    fs::path file = CallJournal::file_for(database);
    std::vector<std::string> log;
    plugin_host::LogSink sink = [this](plugin_host::LogLevel, std::string_view, std::string_view text) {
        log.emplace_back(text);
    };
    std::function<core::Instant()> now = [] { return core::Instant{1'795'151'100'000}; };
};

} // namespace

TEST_CASE("call journal: what was said is read back byte for byte", "[plugin_host][calls]") {
    Fixture f;
    const std::string request = R"({"now":"十一月","n":1})", odd = "line\nbreak \"quoted\" 中文\t";
    {
        CallJournal journal(f.file, f.now, f.sink);
        journal.note(call(request, odd));
        journal.note(call(request, "", &failure));
        journal.flush();
        struct stat status {};
        REQUIRE(::stat(f.file.c_str(), &status) == 0);
        CHECK((status.st_mode & 0077) == 0); // answers may be in it
        journal.note(call(request, "last"));
    } // what was pending is written
    const auto read = plugin_host::read_recorded_calls(f.file).value();
    REQUIRE(read.calls.size() == 3);
    CHECK(read.unreadable == 0);
    CHECK(read.calls[0].request == request);
    CHECK(read.calls[0].reply == odd);
    CHECK(read.calls[0].plugin == "salon");
    CHECK(read.calls[0].library.starts_with("010203"));
    CHECK(read.calls[0].took_us == 42);
    CHECK(read.calls[0].at == "2026-11-20T05:05:00Z");
    CHECK(read.calls[1].error == "error.plugin_gone");
    CHECK(read.calls[1].reply.empty());
    CHECK(read.calls[2].reply == "last");
    CHECK(f.log.empty());
}

TEST_CASE("call journal: two files of bounded size, newest last", "[plugin_host][calls]") {
    Fixture f;
    CallJournal journal(f.file, f.now, f.sink, {.file_bytes = 2000, .pending_bytes = 1u << 20, .write_after_ms = 1});
    for (int i = 0; i < 100; ++i) {
        journal.note(call("{}", std::to_string(i)));
        journal.flush();
    }
    CHECK(fs::file_size(f.file) <= 2000);
    CHECK(fs::file_size(f.file.string() + ".1") <= 2000);
    const auto read = plugin_host::read_recorded_calls(f.file).value();
    REQUIRE(read.calls.size() >= 8);
    CHECK(read.calls.back().reply == "99");
    for (std::size_t i = 1; i < read.calls.size(); ++i)
        CHECK(std::stoi(read.calls[i].reply) == std::stoi(read.calls[i - 1].reply) + 1);
}

TEST_CASE("call journal: forgotten, and begun anew by a kiosk that still runs", "[plugin_host][calls]") {
    Fixture f;
    CallJournal journal(f.file, f.now, f.sink);
    journal.note(call("{}", "before"));
    journal.flush();
    std::ofstream(f.file.string() + ".1") << "old\n";
    CallJournal::forget(f.database);
    CHECK_FALSE(fs::exists(f.file));
    CHECK_FALSE(fs::exists(f.file.string() + ".1"));
    journal.note(call("{}", "after"));
    journal.flush();
    const auto read = plugin_host::read_recorded_calls(f.file).value();
    REQUIRE(read.calls.size() == 1);
    CHECK(read.calls[0].reply == "after");
}

TEST_CASE("call journal: what can't be written switches it off with one line", "[plugin_host][calls]") {
    Fixture f;
    // A full disk, as the kernel plays it, and a folder that is not there.
    const bool full = GENERATE(true, false);
    CallJournal journal(full ? "/dev/full" : f.folder / "gone/calls.jsonl", f.now, f.sink);
    journal.note(call("{}", "x"));
    journal.flush();
    CHECK_FALSE(journal.on());
    for (int i = 0; i < 5; ++i)
        journal.note(call("{}", "x"));
    journal.flush();
    REQUIRE(f.log.size() == 1);
    CHECK(f.log[0].find("no longer recorded") != std::string::npos);
}

TEST_CASE("call journal: more than can be kept is dropped and counted, nobody waits", "[plugin_host][calls]") {
    Fixture f;
    CallJournal journal(f.file, f.now, f.sink, {.file_bytes = 8u << 20, .pending_bytes = 1000, .write_after_ms = 60'000});
    for (int i = 0; i < 50; ++i)
        journal.note(call("{}", "x"));
    CHECK(journal.dropped() > 30);
    journal.flush();
    CHECK(plugin_host::read_recorded_calls(f.file)->calls.size() == 50 - journal.dropped());
}

TEST_CASE("call journal: lines that are none are counted", "[plugin_host][calls]") {
    Fixture f;
    {
        CallJournal journal(f.file, f.now, f.sink);
        journal.note(call("{}", "good"));
    }
    std::ofstream(f.file, std::ios::app) << "{\"at\":\n[]\n\xff\n{\"at\":1}\n{\"cut";
    const auto read = plugin_host::read_recorded_calls(f.file).value();
    CHECK(read.calls.size() == 1);
    CHECK(read.unreadable == 5);
    CHECK(plugin_host::read_recorded_calls(f.folder / "none.jsonl").error().code == core::ErrorCode::NotFound);
}
