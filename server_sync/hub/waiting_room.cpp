// SPDX-License-Identifier: Apache-2.0
#include "hub/waiting_room.hpp"

#include <vector>

namespace kiosk::sync::hub {

namespace {
// What an answer costs, roughly, with the question that follows it: the pause after waking n of them is n times this, so
// that telling everybody about every single scan never takes all of the processor.
constexpr auto pause_for_each = std::chrono::microseconds(100);
} // namespace

void WaitingRoom::park(const std::string& event, std::uint64_t after, std::shared_ptr<Waiter> waiter) {
    {
        const std::lock_guard lock(m_mutex);
        const auto* key = waiter.get();
        m_events[event].seats[key] = {std::move(waiter), after};
    }
    // A commit between the look at the feed and this moment woke nobody: look again.
    if (m_latest(event) > after)
        look(true);
}

bool WaitingRoom::leave(const std::string& event, const Waiter* waiter) {
    std::shared_ptr<Waiter> kept; // its end, if this is it, comes after the lock's
    const std::lock_guard lock(m_mutex);
    const auto found = m_events.find(event);
    if (found == m_events.end())
        return false;
    const auto seat = found->second.seats.find(waiter);
    if (seat == found->second.seats.end())
        return false;
    kept = std::move(seat->second.waiter);
    found->second.seats.erase(seat);
    return true;
}

void WaitingRoom::committed() { look(true); }

void WaitingRoom::look(bool news) {
    // The service is asked without the lock.
    std::vector<std::pair<std::string, std::uint64_t>> latest;
    {
        const std::lock_guard lock(m_mutex);
        for (const auto& [name, event] : m_events)
            if (!event.seats.empty() && (news || event.put_off))
                latest.emplace_back(name, 0);
    }
    if (latest.empty())
        return;
    for (auto& [name, number] : latest)
        number = m_latest(name);
    const auto now = Clock::now();
    {
        const std::lock_guard lock(m_mutex);
        for (const auto& [name, number] : latest) {
            auto& event = m_events[name];
            if (now < event.next) {
                event.put_off = true;
                continue;
            }
            event.put_off = false;
            std::size_t count = 0;
            for (auto seat = event.seats.begin(); seat != event.seats.end();) {
                if (seat->second.after >= number) {
                    ++seat;
                    continue;
                }
                m_woken.push_back(std::move(seat->second.waiter));
                seat = event.seats.erase(seat);
                ++count;
            }
            event.next = now + pause_for_each * count;
        }
    }
    pump();
}

void WaitingRoom::pump() {
    std::vector<std::shared_ptr<Waiter>> now;
    {
        const std::lock_guard lock(m_mutex);
        while (m_under_way < at_once && !m_woken.empty()) {
            now.push_back(std::move(m_woken.front()));
            m_woken.pop_front();
            ++m_under_way;
        }
    }
    for (const auto& waiter : now)
        waiter->wake();
}

void WaitingRoom::answered() {
    {
        const std::lock_guard lock(m_mutex);
        if (m_under_way > 0)
            --m_under_way;
    }
    pump();
}

void WaitingRoom::wake_all() {
    {
        const std::lock_guard lock(m_mutex);
        for (auto& [name, event] : m_events) {
            for (auto& [key, seat] : event.seats)
                m_woken.push_back(std::move(seat.waiter));
            event.seats.clear();
        }
    }
    pump();
}

std::size_t WaitingRoom::size() const {
    const std::lock_guard lock(m_mutex);
    std::size_t count = 0;
    for (const auto& [name, event] : m_events)
        count += event.seats.size();
    return count;
}

} // namespace kiosk::sync::hub
