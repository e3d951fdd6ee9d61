// SPDX-License-Identifier: Apache-2.0
// Waits on the thread's own answers, never for a time.
#include "app/app_thread.hpp"
#include "kiosk_fixture.hpp"

#include <atomic>
#include <future>
#include <thread>

using namespace kiosk;
using namespace kiosk::app;

namespace {

// Everything posted before has been done when this returns.
void settle(AppThread& thread) {
    std::promise<void> done;
    thread.post([&](KioskApp&) { done.set_value(); });
    done.get_future().wait();
}

} // namespace

TEST_CASE("app thread: intents in, views out, and the window is woken", "[app][thread]") {
    test::Kiosk k;
    k.open();
    std::atomic<int> woken{0};
    AppThread thread(*k.app, k.clock, [&] { ++woken; });
    REQUIRE(thread.view());
    CHECK(std::holds_alternative<IdleView>(thread.view()->body));
    thread.post(intent::ScannedText{"A1", "camera"});
    settle(thread);
    const auto view = thread.view();
    REQUIRE(std::holds_alternative<ResultView>(view->body));
    CHECK(std::get<ResultView>(view->body).name == "王谷雨");
    CHECK(woken > 0);
    const auto before = woken.load();
    thread.post(intent::PickRow{9}); // changes nothing
    settle(thread);
    CHECK(woken == before);
    thread.post(notice::ScannerChanged{ScannerState::Live});
    settle(thread);
    CHECK(thread.view()->scanner == ScannerState::Live);
    thread.stop();
    thread.stop();
}

TEST_CASE("app thread: many senders and readers, and nothing read is lost at the end", "[app][thread]") {
    test::Kiosk k;
    for (int i = 0; i < 40; ++i)
        k.person("T" + std::to_string(i), "示例" + std::to_string(i), "", "");
    k.settings.result_minimum_ms = 0; // the clock stands still here
    k.open();
    {
        AppThread thread(*k.app, k.clock, {});
        std::atomic<int> empty_views{0};
        std::vector<std::jthread> senders;
        for (int sender = 0; sender < 4; ++sender)
            senders.emplace_back([&, sender] {
                for (int i = 0; i < 10; ++i) {
                    thread.post(intent::Touched{});
                    thread.post(intent::ScannedText{"T" + std::to_string(sender * 10 + i), "serial"});
                    empty_views += thread.view()->header.clock.empty();
                }
            });
        senders.clear();
        CHECK(empty_views == 0);
        thread.stop();
        thread.post(intent::ScannedText{"A1", "late"}); // after the end: not done
    }
    CHECK(k.scans_saved() == 40);
}

TEST_CASE("app thread: a timer that is due is done after a wake-up", "[app][thread]") {
    // A clock of its own: the fixture's is not made for two threads.
    class SharedClock final : public core::Clock {
    public:
        std::atomic<std::int64_t> passed{0};
        core::Instant now() const override { return core::Instant{1'795'151'100'000} + passed; }
        std::int64_t boot_ms() const override { return 1000 + passed; }
    };
    test::Kiosk k;
    k.open();
    SharedClock clock;
    KioskApp app(Ports{&*k.check_in, &k.store, &clock, &k.random, &*k.catalogue, &k.deck, &k.pins, nullptr, nullptr}, k.settings);
    AppThread thread(app, clock, {});
    thread.post(intent::ScannedText{"A1", "camera"});
    settle(thread);
    REQUIRE(std::holds_alternative<ResultView>(thread.view()->body));
    clock.passed = 12'000;
    thread.wake();
    settle(thread); // the wake-up may be answered together with this; the tick comes before the next sleep
    settle(thread);
    CHECK(std::holds_alternative<IdleView>(thread.view()->body));
}
