// SPDX-License-Identifier: Apache-2.0
// kill -9 of the hub, of kiosks and of both in the middle of their work, and a database server that goes away: nothing
// that was told to be saved or copied is missing, nothing is there twice, and everybody ends up with the same.
#include "client/hub_address.hpp"
#include "faults/sync_world.hpp"
#include "support/postgres.hpp"

#include <algorithm>
#include <atomic>
#include <csignal>
#include <mutex>
#include <sstream>
#include <random>

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace kiosk;
using namespace kiosk::test;
using sync::client::Trouble;

namespace {

using Ids = std::map<std::pair<std::string, std::string>, std::uint64_t>; // device, incarnation → number

std::set<core::OperationId> ids_of(const std::vector<core::Operation>& operations) {
    std::set<core::OperationId> ids;
    for (const auto& operation : operations)
        ids.insert(operation.id);
    return ids;
}

void require_all(const std::set<core::OperationId>& there, const Ids& told, const char* whom) {
    for (const auto& [chain, last] : told)
        for (std::uint64_t seq = 1; seq <= last; ++seq)
            if (!there.contains({chain.first, chain.second, seq}))
                FAIL(chain.first << "/" << chain.second << "/" << seq << " is not there, but " << whom << " of " << last);
}

// A kiosk at work on a thread of its own, that can be held between two steps.
class Working {
public:
    Working(KioskEnd& kiosk, std::uint64_t seed, std::uint64_t most) : m_kiosk(kiosk), m_most(most) {
        m_thread = std::thread([this, seed] { work(seed); });
    }
    ~Working() { end(); }
    Working(const Working&) = delete;
    Working& operator=(const Working&) = delete;
    void end() {
        m_ending = true;
        if (m_thread.joinable())
            m_thread.join();
    }
    // Between two steps, and until the lock is gone.
    std::unique_lock<std::mutex> hold() {
        m_wanted = true;
        std::unique_lock lock(m_mutex);
        m_wanted = false;
        return lock;
    }
    std::uint64_t written() const { return m_written; }
    std::uint64_t pushed() const { return m_pushed; }
    core::Status problem; // to be looked at after end()

private:
    void work(std::uint64_t seed) {
        std::mt19937_64 random(seed);
        while (!m_ending && problem) {
            while (m_wanted && !m_ending)
                std::this_thread::sleep_for(std::chrono::milliseconds(1));
            {
                const std::scoped_lock lock(m_mutex);
                if (m_written < m_most) {
                    const auto count = 1 + random() % 12;
                    if (const auto written = m_kiosk.append(count); !written)
                        problem = std::unexpected(written.error());
                    m_written += count;
                }
                m_kiosk.step();
                m_pushed = m_kiosk.status().pushed;
            }
            std::this_thread::sleep_for(std::chrono::milliseconds(random() % 4));
        }
    }

    KioskEnd& m_kiosk;
    const std::uint64_t m_most;
    std::mutex m_mutex;
    std::atomic<bool> m_ending = false, m_wanted = false;
    std::atomic<std::uint64_t> m_written = 0, m_pushed = 0;
    std::thread m_thread;
};

Ids acknowledged(const std::vector<KioskEnd*>& kiosks) {
    Ids told;
    for (auto* kiosk : kiosks) {
        const auto standing = need(kiosk->standing());
        for (const auto& chain : standing.chains)
            told[{standing.device, chain.incarnation}] = chain.acknowledged;
    }
    return told;
}

// Kills something in the middle of the work, many times. Each time, before a kiosk may speak again: what kiosks were
// told to be safe is there.
void kill_often(SyncWorld& world, std::uint64_t seed, int times, const std::function<void()>& kill,
                const std::function<void()>& revive) {
    std::mt19937_64 random(seed);
    KioskEnd::Options small;
    small.batch_operations = 40;
    auto first = world.kiosk("k1", seed + 1, 0, small);
    auto second = world.kiosk("k2", seed + 2, 0, small);
    const std::vector<KioskEnd*> kiosks{first.get(), second.get()};
    world.feed(); // enrols the one who looks
    int in_the_middle = 0;
    {
        Working a(*first, seed + 3, 1500), b(*second, seed + 4, 1500);
        for (int round = 0; round < times; ++round) {
            // Not before something came through again, so that every round has a middle.
            const auto before = a.pushed() + b.pushed();
            const auto until = in_seconds(30);
            while (a.pushed() + b.pushed() == before && std::chrono::steady_clock::now() < until &&
                   a.written() + b.written() < 3000)
                std::this_thread::sleep_for(std::chrono::milliseconds(1));
            std::this_thread::sleep_for(std::chrono::microseconds(random() % 30'000));
            kill();
            const auto held_a = a.hold(), held_b = b.hold();
            in_the_middle += first->pending() + second->pending() > 0;
            revive();
            require_all(ids_of(world.feed()), acknowledged(kiosks), "the hub acknowledged it as one");
            first->hurry();
            second->hurry();
        }
        a.end();
        b.end();
        need(a.problem);
        need(b.problem);
        CHECK(a.written() + b.written() > 100);
    }
    CHECK(in_the_middle > times / 3);
    CHECK((first->troubles().contains(Trouble::Unreachable) || first->troubles().contains(Trouble::HubTrouble)));
    world.require_one_truth(kiosks);
}

// sync_kiosk as a process.
class KioskProcess {
public:
    KioskProcess(const std::vector<std::string>& words) {
        int out[2], in[2];
        REQUIRE(::pipe2(out, O_CLOEXEC) == 0);
        REQUIRE(::pipe2(in, O_CLOEXEC) == 0);
        std::vector<std::string> all{SYNC_KIOSK};
        all.insert(all.end(), words.begin(), words.end());
        std::vector<char*> arguments;
        for (auto& given : all)
            arguments.push_back(given.data());
        arguments.push_back(nullptr);
        m_process = ::fork();
        REQUIRE(m_process >= 0);
        if (m_process == 0) {
            ::prctl(PR_SET_PDEATHSIG, SIGKILL);
            ::dup2(in[0], STDIN_FILENO);
            ::dup2(out[1], STDOUT_FILENO);
            ::execv(arguments[0], arguments.data());
            ::_exit(127);
        }
        ::close(out[1]);
        ::close(in[0]);
        m_out = out[0];
        m_in = in[1];
    }
    ~KioskProcess() {
        if (m_process > 0)
            kill();
        ::close(m_out);
        if (m_in >= 0)
            ::close(m_in);
    }
    KioskProcess(const KioskProcess&) = delete;
    KioskProcess& operator=(const KioskProcess&) = delete;

    // Takes in what it says, for so long or until it ended.
    void listen(std::chrono::microseconds time, Ids& durable, const std::string& device) {
        const auto until = std::chrono::steady_clock::now() + time;
        for (;;) {
            const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
            pollfd asked{m_out, POLLIN, 0};
            if (left.count() < 0 || ::poll(&asked, 1, static_cast<int>(left.count())) <= 0)
                return;
            char some[4096];
            const auto got = ::read(m_out, some, sizeof some);
            if (got <= 0)
                return;
            m_text.append(some, static_cast<std::size_t>(got));
            for (std::size_t end = 0; (end = m_text.find('\n')) != std::string::npos; m_text.erase(0, end + 1)) {
                std::istringstream line(m_text.substr(0, end));
                std::string what, incarnation;
                std::uint64_t seq = 0;
                if (line >> what >> incarnation >> seq && what == "durable")
                    durable[{device, incarnation}] = std::max(durable[{device, incarnation}], seq);
            }
        }
    }
    void kill() {
        ::kill(m_process, SIGKILL);
        ::waitpid(m_process, nullptr, 0);
        m_process = -1;
    }
    int wait() {
        int status = 0;
        ::waitpid(m_process, &status, 0);
        m_process = -1;
        return status;
    }

private:
    pid_t m_process = -1;
    int m_out = -1, m_in = -1;
    std::string m_text;
};

std::uint64_t sum(const Ids& told) {
    std::uint64_t all = 0;
    for (const auto& [chain, last] : told)
        all += last;
    return all;
}

void kill_kiosks(std::uint64_t usual_seed, int times, bool hub_too) {
    const auto seed = fault_seed(usual_seed);
    std::mt19937_64 random(seed);
    SyncWorld world;
    const std::vector<std::string> names{"k1", "k2"};
    for (const auto& name : names)
        REQUIRE(KioskProcess({"enroll", world.folder / (name + ".db"), name, world.hub.url(), world.hub.pin(),
                              world.hub.enrolment_code("fault-event")})
                    .wait() == 0);
    Ids durable;
    {
        std::vector<std::unique_ptr<KioskProcess>> kiosks(names.size());
        for (int round = 0; round < times; ++round)
            for (std::size_t i = 0; i < names.size(); ++i) {
                if (!kiosks[i])
                    kiosks[i] = std::make_unique<KioskProcess>(std::vector<std::string>{
                        "live", world.folder / (names[i] + ".db"), names[i], std::to_string(random() % 1'000'000)});
                // A start takes its time; then a random moment of its work.
                const auto before = sum(durable);
                const auto until = in_seconds(30);
                while (sum(durable) == before && std::chrono::steady_clock::now() < until)
                    kiosks[i]->listen(std::chrono::milliseconds(20), durable, names[i]);
                REQUIRE(sum(durable) > before);
                kiosks[i]->listen(std::chrono::microseconds(random() % 60'000), durable, names[i]);
                if (hub_too && random() % 2 == 0) {
                    world.hub.kill();
                    if (random() % 2 == 0) // some see the hub gone, some only its return
                        kiosks[i]->listen(std::chrono::milliseconds(50), durable, names[i]);
                    world.hub.start();
                    continue; // and this kiosk lives on
                }
                kiosks[i]->kill();
                kiosks[i]->listen(std::chrono::seconds(10), durable, names[i]); // told before it died
                kiosks[i].reset();
            }
        for (std::size_t i = 0; i < names.size(); ++i)
            if (kiosks[i]) {
                kiosks[i]->kill();
                kiosks[i]->listen(std::chrono::seconds(10), durable, names[i]);
            }
    }
    REQUIRE(sum(durable) > static_cast<std::uint64_t>(times));

    std::vector<std::unique_ptr<KioskEnd>> ends;
    std::vector<KioskEnd*> kiosks;
    for (const auto& name : names) {
        ends.push_back(need(KioskEnd::open(world.folder / (name + ".db"), name, seed + ends.size())));
        need(ends.back()->use(need(sync::client::load_hub_address(world.folder / (name + ".db")))));
        kiosks.push_back(ends.back().get());
    }
    for (auto* kiosk : kiosks)
        CHECK(kiosk->database().opened() == storage::Opened::Same);
    world.require_one_truth(kiosks);
    require_all(ids_of(world.feed()), durable, "the kiosk had told that it is saved, up to the number");
}

} // namespace

TEST_CASE("sync and kill -9: the hub, in the middle of batches", "[faults][sync][kill]") {
    const auto seed = fault_seed(201);
    SyncWorld world;
    kill_often(world, seed, 24, [&] { world.hub.kill(); }, [&] { world.hub.start(); });
}

TEST_CASE("sync and kill -9: kiosks, in the middle of appends and pushes", "[faults][sync][kill]") {
    kill_kiosks(202, 15, false);
}

TEST_CASE("sync and kill -9: kiosks and the hub", "[faults][sync][kill]") { kill_kiosks(203, 15, true); }

TEST_CASE("sync and kill -9: the hub on PostgreSQL", "[faults][sync][kill][postgres]") {
    const auto seed = fault_seed(204);
    HubProcess::Options options;
    options.database = Postgres::shared().make_database();
    SyncWorld world(options);
    kill_often(world, seed, 8, [&] { world.hub.kill(); }, [&] { world.hub.start(); });
}

TEST_CASE("sync and kill -9: the database server goes away and comes back", "[faults][sync][kill][postgres]") {
    const auto seed = fault_seed(205);
    auto& server = Postgres::shared();
    HubProcess::Options options;
    options.database = server.make_database();
    SyncWorld world(options);
    const auto hub = world.hub.process();
    kill_often(
        world, seed, 6, [&] { server.stop(true); },
        [&] {
            server.start();
            // The hub finds its way back by itself.
            const auto until = in_seconds(30);
            while (world.hub.ask("GET", "/healthz").status != 200 && std::chrono::steady_clock::now() < until)
                std::this_thread::sleep_for(std::chrono::milliseconds(20));
            REQUIRE(world.hub.ask("GET", "/healthz").status == 200);
        });
    CHECK(!world.hub.has_died());
    CHECK(world.hub.process() == hub);
    CHECK(world.hub.stop() == 0);
}
