// SPDX-License-Identifier: Apache-2.0
#pragma once
// Who waits for the feed of which event. Purpose: wakes them when there is something new, a few at a time: thousands of
// answers in one go would stand in the way of whoever comes meanwhile. Somebody woken gets everything that is new then,
// so where many wait, changes close together are told together. Ownership: keeps those who wait alive. Threads: any; no
// lock is held while somebody is woken. Failure: none.
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

namespace kiosk::sync::hub {

class Waiter {
public:
    virtual ~Waiter() = default;
    virtual void wake() = 0; // must not block; WaitingRoom::answered() follows when it has been dealt with
};

class WaitingRoom {
public:
    using Latest = std::function<std::uint64_t(const std::string& event)>;
    using Clock = std::chrono::steady_clock;
    static constexpr std::size_t at_once = 32;

    explicit WaitingRoom(Latest latest) : m_latest(std::move(latest)) {}

    void park(const std::string& event, std::uint64_t after, std::shared_ptr<Waiter> waiter);
    // Whether it was still here: false where it is being woken already.
    bool leave(const std::string& event, const Waiter* waiter);
    // Something may be new.
    void committed();
    // One that was woken is done with; from now on the next one may be.
    void answered();
    void wake_all(); // at the end
    // From a timer: what was put off by committed().
    void tick() { look(false); }
    std::size_t size() const;

private:
    struct Seat {
        std::shared_ptr<Waiter> waiter;
        std::uint64_t after = 0;
    };
    struct Event {
        std::unordered_map<const Waiter*, Seat> seats;
        bool put_off = false;
        Clock::time_point next{};
    };
    void look(bool news);
    void pump();

    Latest m_latest;
    mutable std::mutex m_mutex;
    std::map<std::string, Event, std::less<>> m_events;
    std::deque<std::shared_ptr<Waiter>> m_woken;
    std::size_t m_under_way = 0;
};

} // namespace kiosk::sync::hub
