// SPDX-License-Identifier: Apache-2.0
// kill -9 in the middle of appends: what was acknowledged is there, the chain goes on, and nobody else is locked out.
#include "support/storage_fixture.hpp"

#include <csignal>
#include <sys/wait.h>
#include <unistd.h>

#include <random>

using namespace kiosk;
using namespace kiosk::test;

namespace {

// Appends for ever, and tells each number that is durable.
[[noreturn]] void append_for_ever(const std::string& path, int out) {
    Ports ports;
    ports.random = SeededRandom(static_cast<std::uint64_t>(::getpid()));
    auto database = storage::Database::open(path, ports.options());
    if (!database)
        ::_exit(1);
    for (int i = 0;; ++i) {
        ports.clock.forward(10);
        std::vector<core::OperationDraft> drafts{core::make_scan(entry("T" + std::to_string(i), ports.clock.at))};
        if (i % 5 == 0)
            drafts.push_back(core::make_registration(person(std::to_string(i))));
        if (i % 50 == 49)
            static_cast<void>((*database)->tidy());
        const auto receipt = (*database)->append(drafts);
        if (!receipt || ::write(out, &receipt->last.seq, sizeof receipt->last.seq) != sizeof receipt->last.seq)
            ::_exit(2);
    }
}

} // namespace

TEST_CASE("killed process: nothing acknowledged is missing", "[faults][kill]") {
    TempFolder folder;
    std::mt19937_64 random(11);
    std::uint64_t last = 0;
    std::string incarnation;
    for (int round = 0; round < 8; ++round) {
        int ends[2];
        REQUIRE(::pipe(ends) == 0);
        const auto child = ::fork();
        REQUIRE(child >= 0);
        if (child == 0) {
            ::close(ends[0]);
            append_for_ever(folder / "k.db", ends[1]);
        }
        ::close(ends[1]);
        std::uint64_t acknowledged = 0;
        std::uint64_t seq = 0;
        const auto wanted = 3 + random() % 60;
        for (std::uint64_t n = 0; n < wanted && ::read(ends[0], &seq, sizeof seq) == sizeof seq; ++n)
            acknowledged = seq;
        ::usleep(static_cast<useconds_t>(random() % 3000));
        ::kill(child, SIGKILL);
        while (::read(ends[0], &seq, sizeof seq) == sizeof seq) // told before it died
            acknowledged = seq;
        ::close(ends[0]);
        int status = 0;
        REQUIRE(::waitpid(child, &status, 0) == child);
        REQUIRE(WIFSIGNALED(status));
        REQUIRE(acknowledged > last);

        Ports ports;
        ports.random = SeededRandom(static_cast<std::uint64_t>(round) + 500);
        auto database = open(folder / "k.db", ports);
        CHECK(database->opened() == (storage::Opened::Same));
        const auto now = need(database->status());
        CHECK(now.last_seq >= acknowledged);
        if (round > 0)
            CHECK(now.incarnation == incarnation);
        incarnation = now.incarnation;
        last = append(*database, note("after")).last.seq;
        require_sound(*database);
    }
}
