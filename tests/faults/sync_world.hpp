// SPDX-License-Identifier: Apache-2.0
#pragma once
// What the fault tests of sync share: a folder with a hub's data and kiosks' databases, and the question that all of
// them end with: is everything on the hub exactly once, and is it the same everywhere? Ownership: owns all of it.
// Threads: the main one; kiosks may be run on threads of their own between calls. Failure: REQUIRE.
#include "support/catch.hpp"
#include "support/hub_process.hpp"
#include "support/kiosk_end.hpp"
#include "support/storage_fixture.hpp"

#include <cstdio>
#include <fstream>
#include <map>
#include <set>
#include <thread>

namespace kiosk::test {

// Printed before anything is done with it, so that a run that hangs names it too. XIANGDAO_FAULT_SEED repeats a run.
inline std::uint64_t fault_seed(std::uint64_t usual) {
    const char* given = std::getenv("XIANGDAO_FAULT_SEED");
    const auto seed = given != nullptr ? std::strtoull(given, nullptr, 10) : usual;
    std::printf("seed %llu\n", static_cast<unsigned long long>(seed));
    std::fflush(stdout);
    return seed;
}

inline const char* word(sync::client::Trouble trouble) {
    using enum sync::client::Trouble;
    switch (trouble) {
    case None: return "none";
    case NotEnrolled: return "not enrolled";
    case Unreachable: return "unreachable";
    case Portal: return "portal";
    case WrongPin: return "wrong pin";
    case Revoked: return "revoked";
    case Cloned: return "cloned";
    case HubTrouble: return "hub trouble";
    case Refused: return "refused";
    case StoreTrouble: return "store trouble";
    }
    return "?";
}
inline std::string words(const std::set<sync::client::Trouble>& troubles) {
    std::string all;
    for (const auto trouble : troubles)
        all += (all.empty() ? "" : ", ") + std::string(word(trouble));
    return all;
}

// Runs each on a thread of its own and waits for all. They must not assert.
template <typename... Work> void together(Work... work) {
    std::vector<std::thread> threads;
    (threads.emplace_back(work), ...);
    for (auto& thread : threads)
        thread.join();
}

class SyncWorld {
public:
    explicit SyncWorld(HubProcess::Options options = {}) : hub(filled(std::move(options))) { hub.start(); }

    // `via`: a port of 127.0.0.1 that its wire goes to instead of the hub's.
    std::unique_ptr<KioskEnd> kiosk(const std::string& device, std::uint64_t seed, std::uint16_t via = 0,
                                    KioskEnd::Options options = {}) {
        auto made = need(KioskEnd::open(folder / (device + ".db"), device, seed, options));
        need(made->enroll(hub.url(), hub.pin(), hub.enrolment_code(options.event), through(via)));
        return made;
    }
    std::string through(std::uint16_t port) const {
        return port == 0 ? std::string() : "https://127.0.0.1:" + std::to_string(port);
    }

    // A device that has nothing and only looks.
    std::vector<core::Operation> feed() {
        if (!m_observer)
            m_observer = need(enroll_at(hub.url(), hub.pin(), hub.enrolment_code("fault-event"), "observer", "o1", "fault-event"));
        return need(whole_feed(*hub.wire(), m_observer->token));
    }

    // Everything drains within that time, and then it is the same everywhere.
    void require_one_truth(const std::vector<KioskEnd*>& kiosks, double seconds = 60) {
        const auto deadline = in_seconds(seconds);
        // Once for what is to be brought, once more for what the others brought last.
        for (int round = 0; round < 2; ++round)
            for (auto* kiosk : kiosks) {
                kiosk->hurry();
                const bool settled = kiosk->settle(deadline);
                INFO(kiosk->address().device << ": " << word(kiosk->status().trouble) << ", " << kiosk->last_detail()
                                             << ", pending " << kiosk->pending());
                REQUIRE(settled);
            }
        std::map<core::OperationId, int> on_hub;
        for (const auto& operation : feed())
            ++on_hub[operation.id];
        for (const auto& [id, times] : on_hub)
            if (times != 1)
                FAIL(core::to_string(id) << " is in the feed " << times << " times");
        std::set<core::OperationId> all;
        for (auto* kiosk : kiosks)
            for (const auto& operation : all_operations(kiosk->database()))
                all.insert(operation.id);
        for (const auto& id : all)
            if (!on_hub.contains(id))
                FAIL(core::to_string(id) << " is not on the hub");
        CHECK(all.size() == on_hub.size());
        std::string truth;
        for (auto* kiosk : kiosks) {
            const auto has = all_operations(kiosk->database());
            CHECK(has.size() == on_hub.size());
            require_sound(kiosk->database());
            const auto told = need(kiosk->database().dump_projections());
            if (kiosk == kiosks.front())
                truth = told;
            CHECK((told == truth)); // not printed: it is long
        }
        CHECK(!truth.empty());
        const auto aside = hub.ask("GET", "/v1/quarantine?after=0&limit=10");
        CHECK(aside.status == 200);
        CHECK(aside.body.find("\"verdict\"") == std::string::npos);
    }

    TempFolder folder;
    HubProcess hub;

private:
    HubProcess::Options filled(HubProcess::Options options) {
        if (options.program.empty())
            options.program = KIOSK_HUB;
        if (options.data.empty())
            options.data = folder / "hub";
        return options;
    }
    std::optional<sync::client::HubAddress> m_observer;
};

} // namespace kiosk::test
