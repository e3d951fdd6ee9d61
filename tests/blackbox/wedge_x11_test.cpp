// SPDX-License-Identifier: Apache-2.0
// Keyboard-wedge scanners with real X events: an own X server, a real window, keys sent by xdotool at a scanner's
// pace and at a person's.
#include "support/catch.hpp"

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

void pause_ms(int ms) {
    std::this_thread::sleep_for(std::chrono::milliseconds(ms));
}

class Program {
  public:
    Program(std::vector<std::string> arguments, int report) {
        m_pid = ::fork();
        if (m_pid == 0) {
            ::dup2(report, 3);
            ::dup2(report, 1);
            std::vector<char*> raw;
            for (auto& argument : arguments)
                raw.push_back(argument.data());
            raw.push_back(nullptr);
            ::execvp(raw[0], raw.data());
            ::_exit(127);
        }
    }
    ~Program() {
        ::kill(m_pid, SIGTERM);
        ::waitpid(m_pid, nullptr, 0);
    }

  private:
    pid_t m_pid = -1;
};

class Pipe {
  public:
    Pipe() { REQUIRE(::pipe(m_ends) == 0); }
    ~Pipe() {
        ::close(m_ends[0]);
        ::close(m_ends[1]);
    }
    int writer() const { return m_ends[1]; }
    // The next line, or "" after `ms`.
    std::string line(int ms) {
        std::string text;
        for (;;) {
            pollfd wait{m_ends[0], POLLIN, 0};
            char c = 0;
            if (::poll(&wait, 1, ms) <= 0 || ::read(m_ends[0], &c, 1) != 1 || c == '\n')
                return text;
            text.push_back(c);
        }
    }

  private:
    int m_ends[2] = {-1, -1};
};

bool installed(const char* program) {
    return std::system((std::string("command -v ") + program + " >/dev/null").c_str()) == 0;
}

void run(const std::string& command) {
    REQUIRE(std::system(command.c_str()) == 0);
}

} // namespace

TEST_CASE("wedge: real X events of a scanner are a code, those of a person are typing", "[wedge][x11]") {
    REQUIRE(installed("Xvfb"));
    REQUIRE(installed("xdotool"));
    Pipe server;
    // The server picks a free display and says which.
    const Program xvfb({"Xvfb", "-displayfd", "3", "-screen", "0", "640x480x24", "-nolisten", "tcp"}, server.writer());
    const auto display = server.line(10'000);
    REQUIRE_FALSE(display.empty());
    ::setenv("DISPLAY", (":" + display).c_str(), 1);
    ::setenv("SDL_VIDEODRIVER", "x11", 1);

    Pipe events;
    const Program window({XIANGDAO_BINARY_DIR "/bin/wedge_window"}, events.writer());
    run("xdotool search --sync --onlyvisible --name '^wedge$' windowfocus --sync");
    REQUIRE(events.line(10'000) == "ready");

    const auto expect = [&](const std::string& wanted) { CHECK(events.line(5'000) == wanted); };

    run("xdotool type --delay 130 'wang'");
    pause_ms(300);

    // Scanners of different pace, with shifted characters, Enter, Tab and nothing at the end.
    run("xdotool type --delay 5 'XD1:HZ2026/7K3M-9QRT'; xdotool key Return");
    expect("code XD1:HZ2026/7K3M-9QRT");
    pause_ms(200);
    run("xdotool type --delay 20 'ABCDEF123456$%*+'; xdotool key Tab");
    expect("code ABCDEF123456$%*+");
    pause_ms(200);
    run("xdotool type --delay 10 'nothing-at-the-end-1'");
    expect("code nothing-at-the-end-1");
    pause_ms(200);

    // A Chinese input method swallows text events, not keys: what counts is the key. Caps lock is on by mistake.
    run("xdotool key Caps_Lock");
    run("xdotool key --delay 8 x d 1 7 k 3 m 9 q r t Return");
    expect("code XD17K3M9QRT");
    run("xdotool key Caps_Lock");
    pause_ms(300);

    run("xdotool type --delay 130 'guyu'");
    pause_ms(300);
    run("xdotool key Return");
    expect("enter");
    run("xdotool key F10");
    expect("field wangguyu");
}
