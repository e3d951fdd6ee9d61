// SPDX-License-Identifier: Apache-2.0
#pragma once
// The thread that owns the application's state. Purpose: intents and notices in from any thread, the latest View out;
// sleeps until something arrives or is due. Ownership: borrows the application and the clock, which must outlive it;
// between start and stop only this thread touches the application and its store. Threads: post, view and stop from any;
// `on_view_changed` is called on the application thread, holds no lock, and must only wake the window up.
// Failure: none; what is posted after stop() is not done.
#include "app/kiosk_app.hpp"

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <variant>

namespace kiosk::app {

class AppThread {
public:
    // Work that needs the application thread's store: an import, a backup on a timer.
    using Task = std::function<void(KioskApp&)>;

    // `after_item`, where given: on the application thread, after the view that a step led to has been handed over.
    AppThread(KioskApp& app, const core::Clock& clock, std::function<void()> on_view_changed,
              std::function<void()> after_item = {});
    ~AppThread(); // stops
    AppThread(const AppThread&) = delete;
    AppThread& operator=(const AppThread&) = delete;

    void post(Intent intent);
    void post(Notice notice);
    void post(Task task);
    void wake(); // after a change of the clock that the thread can't see coming

    std::shared_ptr<const View> view() const; // never null
    // What was posted before is done first: a code that was read is not lost because somebody quits.
    void stop();

private:
    using Item = std::variant<Intent, Notice, Task>;

    void push(Item item);
    void run();
    void do_item(Item& item);
    void publish();

    KioskApp* m_app;
    const core::Clock* m_clock;
    std::function<void()> m_on_view_changed;
    std::function<void()> m_after_item;

    mutable std::mutex m_mutex;
    std::condition_variable m_arrived;
    std::deque<Item> m_queue;             // guarded by m_mutex
    std::shared_ptr<const View> m_view;   // guarded by m_mutex
    bool m_stopping = false;              // guarded by m_mutex
    bool m_awake = false;                 // guarded by m_mutex
    std::thread m_thread;                 // last: starts when everything above is there
};

} // namespace kiosk::app
