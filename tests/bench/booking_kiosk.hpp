// SPDX-License-Identifier: Apache-2.0
#pragma once
// A kiosk as the program wires it, without its window: application thread, booking desk, the hub's clock, and the line to
// the hub with its own threads (main/kiosk/hub_link.hpp); touches and scans go in as intents, what comes of them is read
// from the view that the window would draw. Ownership: borrows the hub and the kiosk's database. Threads: the caller's is
// the window's. Failure: says what is wrong on stderr and ends the program.
#include "sync_bench.hpp"

#include "app/app_thread.hpp"
#include "app/booking_desk.hpp"
#include "app/check_in.hpp"
#include "client/hub_address.hpp"
#include "main/kiosk/hub_link.hpp"
#include "main/wiring/hub_clock.hpp"
#include "resources/resources.hpp"

#include <atomic>
#include <condition_variable>
#include <mutex>

namespace kiosk::bench {

class BookingKiosk {
public:
    using State = app::MeetingSlipPage::State;

    BookingKiosk(HubEnd& hub, KioskEnd& end, const core::EventConfig& config)
        : m_end(end), m_hub_clock(hub.clock), m_catalogue(need(resources::load_catalogue(XIANGDAO_SOURCE_DIR "/assets"))),
          m_deck(*this), m_check_in(make_check_in(hub)), m_desk(make_desk(hub)),
          m_app(ports(hub), settings()),
          m_thread(m_app, hub.clock, [this] { seen(); },
                   [this] {
                       if (auto* link = m_link_seen.load())
                           link->after_item();
                   }) {
        need(sync::client::save_hub_address(end.folder / "kiosk.db", end.address));
        program::HubLink::Ports link;
        link.database_file = end.folder / "kiosk.db";
        link.database = end.database.get();
        link.app = &m_thread;
        link.clock = &hub.clock;
        link.hub_clock = &m_hub_clock;
        link.random = &hub.random;
        link.hasher = &hub.sodium;
        link.event = config.event.code;
        m_link = std::make_unique<program::HubLink>(std::move(link));
        m_link_seen = m_link.get();
    }
    ~BookingKiosk() {
        m_link_seen = nullptr;
        m_link->stop();
        m_thread.stop();
    }
    BookingKiosk(const BookingKiosk&) = delete;
    BookingKiosk& operator=(const BookingKiosk&) = delete;

    // The two stand here, want that table (empty: any) at the first time that is free, and have only to say yes.
    void walk_to_the_last_touch(const std::string& one, const std::string& other, const std::string& unit) {
        go_idle();
        send(app::intent::OpenMeetings{});
        send(app::intent::ScannedText{one, "camera"});
        send(app::intent::Meet{});
        send(app::intent::LetThemScan{});
        send(app::intent::ScannedText{other, "camera"});
        if (!unit.empty())
            send(app::intent::ChooseUnit{unit});
        const auto& slots = page_of<app::MeetingSlotsPage>("no times are offered");
        const auto free = std::ranges::find_if(slots.slots, &app::SlotTile::free);
        if (free == slots.slots.end())
            wrong("nothing is free");
        send(app::intent::PickSlot{static_cast<std::size_t>(free - slots.slots.begin())});
        send(app::intent::SetAnswer{"purpose", std::string("business")});
    }
    void say_yes() {
        m_asked_in_vain = m_asks;
        m_thread.post(app::Intent{app::intent::Confirm{}});
    }
    // Until the screen says what came of it; when that was, by now_us().
    std::pair<State, double> outcome() {
        std::unique_lock lock(m_mutex);
        const auto said = [this] {
            const auto view = m_thread.view();
            const auto* meeting = std::get_if<app::MeetingView>(&view->body);
            const auto* slip = meeting ? std::get_if<app::MeetingSlipPage>(&meeting->page) : nullptr;
            return slip && slip->state != State::Asking && slip->state != State::Pending ? std::optional(slip->state) : std::nullopt;
        };
        std::optional<State> state;
        if (!m_changed.wait_for(lock, std::chrono::seconds(30), [&] { return (state = said()).has_value(); }))
            wrong("no answer within 30 s");
        return {*state, m_changed_us};
    }
    // Did the latest yes need the hub?
    bool asked_the_hub() const { return m_asks > m_asked_in_vain; }
    std::vector<core::Booking> bookings() {
        std::vector<core::Booking> list;
        on_its_thread([&] { list = need(m_end.database->bookings()); });
        return list;
    }

private:
    // The deck of the program as far as bookings go; nobody prints here and no camera is chosen.
    class Deck final : public app::Deck {
    public:
        explicit Deck(BookingKiosk& kiosk) : m_kiosk(kiosk) {}
        std::vector<app::DeckChoice> cameras() override { return {}; }
        core::Status choose_camera(std::string_view) override { return {}; }
        std::vector<app::DeckChoice> events() override { return {}; }
        core::Status choose_event(std::string_view) override { return {}; }
        void checkpoint_chosen(std::string_view) override {}
        core::Status print_badge(const app::BadgeRequest&) override { return {}; }
        bool call_staff(app::StaffCall) override { return true; }
        bool is_hub_code(std::string_view) override { return false; }
        core::Status enrol(std::string_view) override { return {}; }
        std::vector<std::pair<app::LocalText, std::string>> system_info() override { return {}; }
        core::Status ask_leases(app::LeaseAsk ask) override {
            auto* link = m_kiosk.m_link_seen.load();
            if (!link)
                return core::fail(core::ErrorCode::Unavailable, "error.no_hub");
            m_kiosk.m_asks += ask.booking.empty() || ask.want.empty() ? 0 : 1;
            return link->ask_leases(std::move(ask));
        }

    private:
        BookingKiosk& m_kiosk;
    };
    class NoPins final : public app::PinVerifier {
    public:
        bool matches(std::string_view, std::string_view) override { return false; }
        int failures() override { return 0; }
        void set_failures(int) override {}
    };

    app::CheckIn make_check_in(HubEnd& hub) {
        app::Services services;
        services.store = m_end.database.get();
        services.clock = &hub.clock;
        services.random = &hub.random;
        services.verifier = &hub.sodium;
        return need(app::CheckIn::create(services));
    }
    app::BookingDesk make_desk(HubEnd& hub) {
        app::BookingServices services;
        services.store = m_end.database.get();
        services.clock = &m_hub_clock;
        services.random = &hub.random;
        services.deals = false; // holds nothing that it did not ask for
        return need(app::BookingDesk::create(services));
    }
    app::Ports ports(HubEnd& hub) {
        app::Ports ports;
        ports.check_in = &m_check_in;
        ports.store = m_end.database.get();
        ports.clock = &hub.clock;
        ports.random = &hub.random;
        ports.catalogue = &m_catalogue;
        ports.deck = &m_deck;
        ports.pins = &m_pins;
        ports.bookings = &m_desk;
        return ports;
    }
    static app::Settings settings() {
        app::Settings settings;
        settings.checkpoint = "main";
        settings.hub_configured = true;
        return settings;
    }

    void seen() { // on the application thread, after what is shown was committed
        const auto at = now_us();
        {
            const std::lock_guard lock(m_mutex);
            m_changed_us = at;
        }
        m_changed.notify_all();
    }
    void on_its_thread(const std::function<void()>& work) {
        bool done = false;
        m_thread.post(app::AppThread::Task([&](app::KioskApp&) {
            work();
            const std::lock_guard lock(m_mutex);
            done = true;
            m_changed.notify_all();
        }));
        std::unique_lock lock(m_mutex);
        if (!m_changed.wait_for(lock, std::chrono::seconds(30), [&] { return done; }))
            wrong("its thread stands still");
    }
    // Waits until it was done, as somebody does who looks before the next touch.
    void send(app::Intent intent) {
        m_thread.post(std::move(intent));
        on_its_thread([] {});
    }
    void go_idle() {
        for (int steps = 0; !std::holds_alternative<app::IdleView>(m_thread.view()->body); ++steps) {
            if (steps > 10)
                wrong("no way back to the first screen");
            send(app::intent::Back{});
        }
    }
    template <typename Page> const Page& page_of(const char* otherwise) {
        m_view = m_thread.view();
        const auto* meeting = std::get_if<app::MeetingView>(&m_view->body);
        const auto* page = meeting ? std::get_if<Page>(&meeting->page) : nullptr;
        if (!page)
            wrong(otherwise);
        return *page;
    }
    [[noreturn]] void wrong(const char* what) const {
        const auto view = m_thread.view();
        fmt::print(stderr, "bench: {}: {} (screen {})\n", m_end.address.device, what, view->body.index());
        std::exit(1);
    }

    KioskEnd& m_end;
    wiring::HubClock m_hub_clock;
    core::Catalogue m_catalogue;
    Deck m_deck;
    NoPins m_pins;
    app::CheckIn m_check_in;
    app::BookingDesk m_desk;
    app::KioskApp m_app;
    std::mutex m_mutex;
    std::condition_variable m_changed;
    double m_changed_us = 0; // guarded by m_mutex
    std::atomic<int> m_asks{0};
    int m_asked_in_vain = 0;
    std::atomic<program::HubLink*> m_link_seen{nullptr};
    std::shared_ptr<const app::View> m_view;
    app::AppThread m_thread;
    std::unique_ptr<program::HubLink> m_link;
};

} // namespace kiosk::bench
