// SPDX-License-Identifier: Apache-2.0
// Plugins that crash, hang, flood or are taken over, each in a process of its own: every call is answered, and the next
// one works.
#include "unit/plugin_host/helper_fixture.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <thread>

using namespace kiosk;
using core::ErrorCode;
using test::ask;
using test::HelperBench;

namespace {

bool contains(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

// Also while it is a zombie that nobody has reaped.
bool dead(pid_t pid) {
    std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
    std::string text;
    std::getline(file, text);
    const auto name_end = text.rfind(')');
    return name_end == std::string::npos || text[name_end + 2] == 'Z' || text[name_end + 2] == 'X';
}

void expect_it_goes_on(plugin_host::Transport& transport) {
    const auto reply = ask(transport, "main");
    INFO((reply ? "" : reply.error().context));
    REQUIRE(reply);
    CHECK(*reply == test::fine);
}

} // namespace

TEST_CASE("helper: answers come back, whatever their size", "[plugin_host][helper]") {
    HelperBench bench;
    const auto transport = bench.transport("breaks");
    for (const std::size_t size : {0u, 1u, 4096u, 65'535u, 65'536u, 300'000u, 5'000'000u}) {
        const auto reply = transport->call("admission.decide/1", std::string(size, ' '));
        INFO(size);
        REQUIRE(reply);
        CHECK(*reply == test::fine);
    }
    CHECK(transport->crashes() == 0);
    const auto too_long = transport->call("admission.decide/1", std::string(9u << 20, ' '));
    REQUIRE_FALSE(too_long);
    CHECK(too_long.error().code == ErrorCode::Invalid);
    expect_it_goes_on(*transport);
}

TEST_CASE("helper: a crash is noticed and told, and the next call is served", "[plugin_host][helper]") {
    struct Case {
        const char* gate;
        const char* says;
    };
    const auto c = GENERATE(Case{"crash", "SIGSEGV"}, Case{"abort", "SIGABRT"}, Case{"ends", "with code 7"});
    INFO(c.gate);
    HelperBench bench;
    const auto transport = bench.transport("breaks");
    const auto reply = ask(*transport, c.gate);
    REQUIRE_FALSE(reply);
    CHECK(reply.error().code == ErrorCode::Unavailable);
    CHECK(reply.error().message_key == "error.plugin_crash");
    INFO(reply.error().context);
    if (plugin_host::sandboxed) // a sanitizer makes an end of its own of it
        CHECK(contains(reply.error().context, c.says));
    CHECK(transport->crashes() == 1); // the second try belongs to the same call
    CHECK(bench.log.holds("asked once more"));
    expect_it_goes_on(*transport);
    CHECK(transport->crashes() == 1);
}

TEST_CASE("helper: a crash that a fresh process does not repeat costs nobody anything", "[plugin_host][helper]") {
    HelperBench bench;
    const auto transport = bench.transport("breaks"); // crashes in the third call of each process
    for (int i = 0; i < 12; ++i) {
        const auto reply = ask(*transport, "third_call");
        REQUIRE(reply);
        CHECK(*reply == test::fine);
    }
    CHECK(transport->crashes() == 5); // in calls 3, 5, 7, 9, 11: each time asked again as the first of the next process
}

TEST_CASE("helper: a call that hangs ends with its time", "[plugin_host][helper]") {
    HelperBench bench;
    bench.options.hard_us = 150'000;
    const auto transport = bench.transport("breaks");
    REQUIRE(transport->start());
    const pid_t before = transport->process();
    const auto began = plugin_host::wire::now_us();
    const auto reply = ask(*transport, "hang");
    const auto took_us = plugin_host::wire::now_us() - began;
    REQUIRE_FALSE(reply);
    CHECK(reply.error().code == ErrorCode::Unavailable);
    CHECK(reply.error().message_key == "error.plugin_slow");
    CHECK(contains(reply.error().context, "no answer within 150 ms"));
    CHECK(took_us >= 150'000);
    CHECK(transport->crashes() == 1); // not tried again: there is no time left
    CHECK(dead(before));
    CHECK(transport->process() != 0); // started already, for the next guest
    CHECK(transport->process() != before);
}

TEST_CASE("helper: what no plugin may do ends it, and says what it was", "[plugin_host][helper][sandbox]") {
    if (!plugin_host::sandboxed)
        return; // sanitizers need threads, files and memory of their own
    struct Case {
        const char* gate;
        const char* call;
    };
    const auto c = GENERATE(Case{"fork", "clone"}, Case{"thread", ""}, Case{"execute", "execve"},
                            Case{"read_file", "openat"}, Case{"socket", "socket"}, Case{"kill_parent", "getppid"},
                            Case{"trace_parent", "getppid"}, Case{"run_memory", "mmap"},
                            Case{"take_signal", "rt_sigaction"});
    INFO(c.gate);
    HelperBench bench;
    const auto transport = bench.transport("breaks");
    const auto reply = ask(*transport, c.gate);
    REQUIRE_FALSE(reply);
    CHECK(reply.error().code == ErrorCode::Unavailable);
    INFO(reply.error().context);
    CHECK(contains(reply.error().context, *c.call ? std::string("it called ") + c.call : "no plugin may make"));
    expect_it_goes_on(*transport);
}

TEST_CASE("helper: what an ordinary C++ library does is allowed", "[plugin_host][helper][sandbox]") {
    HelperBench bench;
    const auto transport = bench.transport("ordinary");
    for (int i = 0; i < 3; ++i)
        expect_it_goes_on(*transport);
    CHECK(transport->crashes() == 0);
}

TEST_CASE("helper: what a plugin prints goes nowhere", "[plugin_host][helper][sandbox]") {
    HelperBench bench;
    const auto transport = bench.transport("breaks");
    const auto reply = ask(*transport, "print");
    REQUIRE(reply);
    CHECK(*reply == test::fine);
    CHECK(transport->crashes() == 0);
}

TEST_CASE("helper: a plugin that takes all memory ends itself alone", "[plugin_host][helper][sandbox]") {
    if (!plugin_host::sandboxed)
        return;
    const auto gate = GENERATE("eat_memory", "deep_stack");
    HelperBench bench;
    const auto transport = bench.transport("breaks");
    const auto reply = ask(*transport, gate);
    REQUIRE_FALSE(reply);
    CHECK(reply.error().code == ErrorCode::Unavailable);
    expect_it_goes_on(*transport);
}

TEST_CASE("helper: ten megabytes of reply are cut off without a crash", "[plugin_host][helper]") {
    HelperBench bench;
    const auto transport = bench.transport("breaks");
    const auto reply = ask(*transport, "reply_flood");
    REQUIRE_FALSE(reply);
    CHECK(reply.error().code == ErrorCode::TooLarge);
    CHECK(transport->crashes() == 0);
    expect_it_goes_on(*transport);
}

TEST_CASE("helper: a flood of log lines is cut off", "[plugin_host][helper]") {
    HelperBench bench;
    const auto transport = bench.transport("breaks");
    const auto reply = ask(*transport, "log_flood"); // a hundred thousand lines of a hundred thousand letters
    REQUIRE(reply);
    REQUIRE(bench.log.lines.size() == plugin_host::wire::max_log_lines + 1);
    CHECK(bench.log.lines.front().size() <= plugin_host::wire::max_log_line_bytes + std::string("breaks: ").size());
    CHECK(contains(bench.log.lines.back(), "and 99936 lines more"));
    expect_it_goes_on(*transport);
}

TEST_CASE("helper: the last words before a crash arrive", "[plugin_host][helper]") {
    HelperBench bench;
    const auto transport = bench.transport("breaks");
    CHECK_FALSE(ask(*transport, "last_words"));
    CHECK(bench.log.holds("these are my last words"));
}

TEST_CASE("helper: a process that breaks the protocol is ended", "[plugin_host][helper]") {
    const auto gate = GENERATE("send_garbage", "send_huge", "send_part", "send_ready", "send_many_lines",
                               "close_socket");
    INFO(gate);
    HelperBench bench;
    bench.options.hard_us = std::string_view(gate) == "send_part" ? 200'000 : test::patient_us;
    const auto transport = bench.transport("breaks");
    REQUIRE(transport->start());
    const auto reply = ask(*transport, gate);
    REQUIRE_FALSE(reply);
    CHECK(reply.error().code == ErrorCode::Unavailable);
    CHECK(transport->crashes() == 1);
    expect_it_goes_on(*transport);
}

TEST_CASE("helper: an answer that nobody asked for is not given to the next guest", "[plugin_host][helper]") {
    HelperBench bench;
    const auto transport = bench.transport("breaks");
    CHECK(ask(*transport, "send_twice")); // forged, but a plugin may say what it likes of this guest
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    const pid_t before = transport->process();
    expect_it_goes_on(*transport);
    CHECK(transport->process() != before);
    CHECK(transport->crashes() == 1);
    CHECK(contains(transport->last_crash(), "without being asked"));
}

TEST_CASE("helper: killed from outside between two calls, it is simply started again", "[plugin_host][helper]") {
    HelperBench bench;
    const auto transport = bench.transport("breaks");
    for (int i = 0; i < 3; ++i) {
        expect_it_goes_on(*transport);
        const pid_t before = transport->process();
        REQUIRE(::kill(before, SIGKILL) == 0);
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
        expect_it_goes_on(*transport);
        CHECK(transport->process() != before);
        CHECK(dead(before));
    }
    CHECK(transport->crashes() == 0); // none of its code ran
    CHECK(bench.log.holds("gone between two calls"));
}

TEST_CASE("helper: killed from outside during a call, the call is answered", "[plugin_host][helper]") {
    HelperBench bench;
    bench.options.hard_us = 6'000'000;
    const auto transport = bench.transport("breaks");
    REQUIRE(transport->start());
    const pid_t before = transport->process();
    std::thread killer([before] {
        std::this_thread::sleep_for(std::chrono::milliseconds(3500)); // more than half of the time: no second try
        ::kill(before, SIGKILL);
    });
    const auto reply = ask(*transport, "hang");
    killer.join();
    REQUIRE_FALSE(reply);
    CHECK(contains(reply.error().context, "SIGKILL"));
    CHECK(transport->crashes() == 1);
    expect_it_goes_on(*transport);
}

TEST_CASE("helper: what goes wrong at the start is told", "[plugin_host][helper]") {
    struct Case {
        const char* id;
        const char* says;
        const char* says_unboxed;
    };
    const auto c = GENERATE(Case{"breaks_when_opened", "died while it was opened", "died while it was opened"},
                            Case{"hangs_when_opened", "not open in time", "not open in time"},
                            Case{"reads_when_opened", "it called openat", nullptr},
                            Case{"breaks_when_loaded", "it called socket", nullptr});
    INFO(c.id);
    const char* says = plugin_host::sandboxed ? c.says : c.says_unboxed;
    if (says == nullptr)
        return;
    HelperBench bench;
    if (std::string_view(c.id) == "hangs_when_opened")
        bench.options.start_us = bench.options.hard_us = 400'000;
    const auto transport = bench.transport(c.id);
    const auto started = transport->start();
    REQUIRE_FALSE(started);
    CHECK(started.error().code == ErrorCode::Unavailable);
    CHECK(started.error().message_key == "error.plugin_open");
    INFO(started.error().context);
    CHECK(contains(started.error().context, says));
    CHECK(transport->process() == 0);
}

TEST_CASE("helper: a program that is missing, no program or another one is a clear error", "[plugin_host][helper]") {
    struct Case {
        const char* program;
        const char* key;
        const char* says;
    };
    const auto c = GENERATE(Case{"/nonexistent/kiosk-plugin-host", "error.plugin_helper", "No such file"},
                            Case{XIANGDAO_SOURCE_DIR "/README.md", "error.plugin_helper", "Permission denied"},
                            Case{"/bin/true", "error.plugin_open", "with code 0"});
    HelperBench bench;
    bench.options.program = c.program;
    const auto transport = bench.transport("breaks");
    for (int i = 0; i < 2; ++i) {
        const auto reply = ask(*transport, "main");
        REQUIRE_FALSE(reply);
        CHECK(reply.error().code == ErrorCode::Unavailable);
        CHECK(reply.error().message_key == c.key);
        INFO(reply.error().context);
        CHECK(contains(reply.error().context, c.says));
    }
}

TEST_CASE("helper: it inherits nothing", "[plugin_host][helper][sandbox]") {
    std::vector<int> many;
    for (int i = 0; i < 400; ++i)
        many.push_back(::dup(STDERR_FILENO)); // without close-on-exec
    HelperBench bench;
    const auto transport = bench.transport("breaks");
    REQUIRE(transport->start());
    const auto folder = std::filesystem::path("/proc") / std::to_string(transport->process());
    std::error_code error;
    int open_there = 0;
    for (auto it = std::filesystem::directory_iterator(folder / "fd", error); !error && it != decltype(it)();
         it.increment(error))
        ++open_there;
    if (!error && plugin_host::sandboxed) // only root may look into a process that must not be dumped
        CHECK(open_there == 5);           // three times nothing, the socket, the library
    if (std::ifstream variables(folder / "environ"); variables && plugin_host::sandboxed) {
        const std::string text((std::istreambuf_iterator<char>(variables)), std::istreambuf_iterator<char>());
        CHECK(text == std::string("LC_ALL=C.UTF-8\0TZ=UTC0\0", 23));
    }
    CHECK(::getpgid(transport->process()) == transport->process());
    expect_it_goes_on(*transport);
    for (const int descriptor : many)
        ::close(descriptor);
}

TEST_CASE("helper: it is gone and reaped when its transport is", "[plugin_host][helper]") {
    HelperBench bench;
    auto transport = bench.transport("breaks");
    expect_it_goes_on(*transport);
    const pid_t pid = transport->process();
    transport->stop();
    CHECK(transport->process() == 0);
    CHECK(::kill(pid, 0) != 0);
    expect_it_goes_on(*transport);
    const pid_t second = transport->process();
    transport.reset();
    CHECK(::kill(second, 0) != 0);
    CHECK(::waitpid(-1, nullptr, WNOHANG) < 0); // no child of any kind is left
}

TEST_CASE("helper: a plugin in an endless loop does not outlive the kiosk", "[plugin_host][helper]") {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    const pid_t kiosk = ::fork();
    REQUIRE(kiosk >= 0);
    if (kiosk == 0) {
        HelperBench bench;
        const auto transport = bench.transport("breaks");
        if (!transport->start())
            ::_exit(1);
        const pid_t helper = transport->process();
        static_cast<void>(!::write(ends[1], &helper, sizeof helper));
        static_cast<void>(ask(*transport, "hang"));
        ::_exit(0);
    }
    pid_t helper = 0;
    REQUIRE(::read(ends[0], &helper, sizeof helper) == sizeof helper);
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    CHECK_FALSE(dead(helper));
    ::kill(kiosk, SIGKILL);
    ::waitpid(kiosk, nullptr, 0);
    for (int i = 0; i < 500 && !dead(helper); ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    CHECK(dead(helper));
    ::close(ends[0]);
    ::close(ends[1]);
}
