// SPDX-License-Identifier: Apache-2.0
#include "main/kiosk/setup_session.hpp"

#include "client/hub_address.hpp"
#include "crypto/crypto.hpp"
#include "main/kiosk/hub_link.hpp"
#include "main/kiosk/inputs.hpp"
#include "main/wiring/hub_join.hpp"
#include "main/wiring/system_clock.hpp"

#include <spdlog/spdlog.h>

#include <mutex>
#include <thread>
#include <tuple>

namespace kiosk::program {

namespace {

using sync::client::HubAddress;

// What the worker has come to; read by the render thread.
struct Progress {
    enum class Step : std::uint8_t { Waiting = 1, Enrolling, Fetching, Failed, Done } step = Step::Waiting;
    core::Error error;
    double share = 0;
    bool tries_again = false;
};

class Joining {
public:
    Joining(const Options& options, std::function<void()> wake) : m_wake(std::move(wake)) {
        wiring::HubJoin::Ports ports;
        ports.database = options.database;
        ports.device = options.device;
        ports.software = "kiosk/" XIANGDAO_VERSION;
        ports.clock = &m_clock;
        ports.random = &m_random;
        ports.hasher = &m_sodium;
        m_join = std::make_unique<wiring::HubJoin>(std::move(ports));
    }
    ~Joining() {
        m_join->interrupt();
        if (m_worker.joinable())
            m_worker.join();
    }
    Joining(const Joining&) = delete;
    Joining& operator=(const Joining&) = delete;

    bool busy() const {
        const auto step = progress().step;
        return step == Progress::Step::Enrolling || step == Progress::Step::Fetching;
    }
    Progress progress() const {
        const std::scoped_lock lock(m_mutex);
        return m_progress;
    }
    void enrol(std::string code) {
        start(Progress::Step::Enrolling, [this, code = std::move(code)]() -> core::Status {
            KIOSK_TRY(const auto here, m_join->look());
            KIOSK_TRY(const auto hub, m_join->enrol(code, here));
            return here.event.empty() ? fetch(hub) : core::Status{};
        });
    }
    void go_on(HubAddress hub) {
        start(Progress::Step::Fetching, [this, hub = std::move(hub)] { return fetch(hub); });
    }

private:
    void set(Progress progress) {
        {
            const std::scoped_lock lock(m_mutex);
            m_progress = std::move(progress);
        }
        m_wake();
    }
    void start(Progress::Step step, std::function<core::Status()> work) {
        if (m_worker.joinable())
            m_worker.join();
        set({step, {}, 0, false});
        m_worker = std::thread([this, work = std::move(work)] {
            const auto done = work();
            if (!done)
                spdlog::error("set-up: {} {}", done.error().message_key, done.error().context);
            set(done ? Progress{Progress::Step::Done, {}, 1, false}
                     : Progress{Progress::Step::Failed, done.error(), 0, progress().step == Progress::Step::Fetching});
        });
    }
    core::Status fetch(const HubAddress& hub) {
        set({Progress::Step::Fetching, {}, 0, false});
        KIOSK_TRY(const auto event, m_join->fetch(hub, [this](std::uint64_t have, std::uint64_t of) {
            const auto share = of == 0 ? 0.0 : static_cast<double>(have) / static_cast<double>(of);
            const auto shown = progress().share;
            if (share - shown >= 0.01) // a frame for each packet would be too many
                set({Progress::Step::Fetching, {}, share, false});
        }));
        spdlog::info("set-up: event {}", event);
        return {};
    }

    wiring::SystemClock m_clock;
    crypto::SystemRandom m_random;
    crypto::Sodium m_sodium;
    std::function<void()> m_wake;
    std::unique_ptr<wiring::HubJoin> m_join;
    mutable std::mutex m_mutex;
    Progress m_progress; // guarded by m_mutex
    std::thread m_worker;
};

app::SetupView view_of(const Progress& progress, bool wrong_code, const core::Catalogue& catalogue, core::Language language) {
    app::SetupView view;
    view.title = {"setup.title", {}};
    view.hint = {"setup.hint", {}};
    const auto why = [&] {
        return std::vector<std::pair<std::string, std::string>>{{"why", catalogue.text(language, progress.error.message_key)}};
    };
    switch (progress.step) {
    case Progress::Step::Waiting:
        break;
    case Progress::Step::Enrolling:
        view.status = {"setup.enrolling", {}};
        view.busy = true;
        break;
    case Progress::Step::Fetching:
    case Progress::Step::Done:
        view.status = {"setup.fetching", {}};
        view.busy = true;
        view.share = progress.share;
        break;
    case Progress::Step::Failed:
        view.status = {progress.tries_again ? "setup.again" : "setup.failed", why()};
        view.problem = true;
        break;
    }
    if (wrong_code && !view.busy) {
        view.status = {"setup.no_code", {}};
        view.problem = true;
    }
    return view;
}

} // namespace

SessionEnd set_up(const Options& options, const core::Catalogue& catalogue, ui::Window& window, const std::atomic<bool>& stop) {
    constexpr std::int64_t again_ms = 10'000, same_code_ms = 3'000;
    Joining joining(options, [&window] { window.wake(); });
    std::optional<std::string> code;
    auto scanner_state = app::ScannerState::Off;
    const Post post = [&](app::Intent wanted) {
        if (auto* scanned = std::get_if<intent::ScannedText>(&wanted))
            code = std::move(scanned->text);
    };
    Scanners scanners(options, post, [&](app::ScannerState state) { scanner_state = state; }, [&window] { window.wake(); });
    WedgeFeed wedge(window, post);

    app::View view;
    view.language = options.settings.language;
    view.dark = options.settings.dark;
    view.motion = options.settings.motion;
    bool wrong_code = false;
    std::string used; // held before the camera a code is read again and again
    wiring::SystemClock clock;
    std::int64_t retry_at_ms = 0, used_at_ms = 0;
    std::optional<std::tuple<Progress::Step, std::string, double, bool, core::Language, app::ScannerState>> drawn;
    while (!stop) {
        const auto progress = joining.progress();
        if (progress.step == Progress::Step::Done) {
            SessionEnd end;
            end.next_event = options.database;
            return end;
        }
        // Enrolled before, and cut off before the event was here.
        if (!joining.busy() && clock.boot_ms() >= retry_at_ms) {
            retry_at_ms = clock.boot_ms() + again_ms;
            if (auto hub = sync::client::load_hub_address(options.database))
                joining.go_on(std::move(*hub));
        }
        // The hub took it or will not; but whoever plugged in the cable, or prepared the event, shows the same code again.
        if (joining.busy())
            used_at_ms = clock.boot_ms();
        const bool still_good = progress.step == Progress::Step::Failed && progress.error.code != core::ErrorCode::Denied &&
                                clock.boot_ms() - used_at_ms >= same_code_ms;
        if (code && !joining.busy() && (*code != used || still_good)) {
            wrong_code = !HubLink::is_code(*code);
            if (!wrong_code) {
                used = *code;
                joining.enrol(*code);
                used_at_ms = clock.boot_ms();
                retry_at_ms = used_at_ms + again_ms;
            }
        }
        code.reset();
        const auto now = joining.progress();
        const auto shown = std::tuple(now.step, now.error.message_key, now.share, wrong_code, view.language, scanner_state);
        if (!drawn || *drawn != shown) { // nothing moves: nothing is drawn
            drawn = shown;
            view.scanner = scanner_state;
            view.body = view_of(now, wrong_code, catalogue, view.language);
            ++view.revision;
        }
        constexpr int look_every_ms = 250;
        auto turn = window.turn(view, scanners.preview(), look_every_ms);
        for (const auto& wanted : turn.intents)
            if (std::holds_alternative<intent::ToggleLanguage>(wanted))
                view.language = view.language == core::Language::Chinese ? core::Language::English : core::Language::Chinese;
        wedge.tick();
        scanners.collect();
        if (turn.quit)
            break;
    }
    return {};
}

} // namespace kiosk::program
