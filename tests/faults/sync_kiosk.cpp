// SPDX-License-Identifier: Apache-2.0
// A kiosk without a screen, as a process that tests may kill, cut off and look at. Purpose: append and synchronise with
// the real database, client and wire. It prints one fact a line, at once:
//   durable INCARNATION SEQ    every operation up to that one is saved here
//   trouble WORD               the state of sync changed
//   settled PENDING AFTER      nothing is left to bring or to read
// Usage: sync_kiosk enroll DATABASE DEVICE URL PIN CODE
//        sync_kiosk live DATABASE DEVICE SEED [PACE_MS] until it is killed, or its input ends
//        sync_kiosk settle DATABASE DEVICE SECONDS      3 where the time did not suffice
//        sync_kiosk ids DATABASE DEVICE                 every operation, sorted, and the projections
#include "client/hub_address.hpp"
#include "support/hub_process.hpp"
#include "support/kiosk_end.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include <poll.h>
#include <unistd.h>

using namespace kiosk;
using namespace kiosk::test;
using sync::client::Trouble;

namespace {

const char* word(Trouble trouble) {
    constexpr const char* all[] = {"?",       "none",         "not-enrolled", "unreachable", "portal",       "wrong-pin",
                                   "revoked", "cloned",       "hub-trouble",  "refused",     "store-trouble"};
    return all[static_cast<std::size_t>(trouble)];
}

int complain(const core::Error& error) {
    std::fprintf(stderr, "sync_kiosk: %s: %s\n", error.message_key.c_str(), error.context.c_str());
    return 1;
}

void say(const std::string& line) {
    std::fputs((line + "\n").c_str(), stdout);
    std::fflush(stdout);
}

bool input_ended() {
    pollfd asked{STDIN_FILENO, POLLIN, 0};
    char ignored[64];
    return ::poll(&asked, 1, 0) > 0 && ::read(STDIN_FILENO, ignored, sizeof ignored) <= 0;
}

void say_trouble(KioskEnd& kiosk, Trouble& told) {
    if (const auto now = kiosk.status().trouble; now != told) {
        told = now;
        say(std::string("trouble ") + word(now));
    }
}

int live(KioskEnd& kiosk, std::uint64_t seed, std::uint64_t pace_ms) {
    std::mt19937_64 random(seed);
    Trouble told = Trouble::None;
    while (!input_ended()) {
        const auto receipt = kiosk.append(1 + random() % 8);
        if (!receipt)
            return complain(receipt.error());
        say("durable " + receipt->last.incarnation + " " + std::to_string(receipt->last.seq));
        kiosk.step();
        say_trouble(kiosk, told);
        std::this_thread::sleep_for(std::chrono::milliseconds(random() % pace_ms));
    }
    return 0;
}

int settle(KioskEnd& kiosk, double seconds) {
    Trouble told = Trouble::None;
    const auto deadline = in_seconds(seconds);
    bool done = false;
    while (!done && std::chrono::steady_clock::now() < deadline) {
        done = kiosk.settle(std::min(deadline, in_seconds(0.2)));
        say_trouble(kiosk, told);
    }
    const auto standing = kiosk.standing();
    if (!standing)
        return complain(standing.error());
    say((done ? "settled " : "waits ") + std::to_string(standing->pending()) + " " + std::to_string(standing->mark.after));
    return done ? 0 : 3;
}

int show(KioskEnd& kiosk) {
    std::vector<std::string> ids;
    storage::JournalCursor cursor;
    for (;;) {
        const auto page = kiosk.database().operations_after(cursor, 500);
        if (!page)
            return complain(page.error());
        if (page->operations.empty())
            break;
        cursor = page->next;
        for (const auto& operation : page->operations)
            ids.push_back(core::to_string(operation.id));
    }
    std::ranges::sort(ids);
    for (const auto& id : ids)
        say(id);
    const auto told = kiosk.database().dump_projections();
    if (!told)
        return complain(told.error());
    say(*told);
    return 0;
}

} // namespace

int main(int count, char** words) {
    const std::vector<std::string> given(words, words + count);
    if (given.size() < 4)
        return 2;
    ::setenv("no_proxy", "*", 1);
    const auto& command = given[1];
    const auto& path = given[2];
    // Numbers of chance differ between runs: what a killed run began must not be begun again under the same name.
    const auto seed = (given.size() > 4 ? std::strtoull(given[4].c_str(), nullptr, 10) : 0) ^
                      (static_cast<std::uint64_t>(::getpid()) << 32);
    const auto kiosk = KioskEnd::open(path, given[3], seed);
    if (!kiosk)
        return complain(kiosk.error());
    if (command == "ids")
        return show(**kiosk);
    if (command == "enroll" && given.size() == 7) {
        if (const auto done = (*kiosk)->enroll(given[4], given[5], given[6]); !done)
            return complain(done.error());
        if (const auto kept = sync::client::save_hub_address(path, (*kiosk)->address()); !kept)
            return complain(kept.error());
        return 0;
    }
    const auto address = sync::client::load_hub_address(path);
    if (!address)
        return complain(address.error());
    if (const auto done = (*kiosk)->use(*address); !done)
        return complain(done.error());
    if (command == "live" && (given.size() == 5 || given.size() == 6))
        return live(**kiosk, seed, given.size() == 6 ? std::max(1UL, std::strtoul(given[5].c_str(), nullptr, 10)) : 10);
    if (command == "settle" && given.size() == 5)
        return settle(**kiosk, std::strtod(given[4].c_str(), nullptr));
    return 2;
}
