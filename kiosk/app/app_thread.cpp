// SPDX-License-Identifier: Apache-2.0
#include "app/app_thread.hpp"

#include <algorithm>
#include <chrono>

namespace kiosk::app {

namespace {

// A sleep is never longer than this: the boot clock goes on while the machine is suspended, the wait does not.
constexpr std::int64_t longest_sleep_ms = 60'000;

} // namespace

AppThread::AppThread(KioskApp& app, const core::Clock& clock, std::function<void()> on_view_changed,
                     std::function<void()> after_item)
    : m_app(&app), m_clock(&clock), m_on_view_changed(std::move(on_view_changed)), m_after_item(std::move(after_item)),
      m_view(app.view()), m_thread([this] { run(); }) {}

AppThread::~AppThread() { stop(); }

void AppThread::post(Intent intent) { push(std::move(intent)); }
void AppThread::post(Notice notice) { push(std::move(notice)); }
void AppThread::post(Task task) { push(std::move(task)); }

void AppThread::push(Item item) {
    {
        const std::scoped_lock lock(m_mutex);
        if (m_stopping)
            return;
        // Many touches say no more than one: the queue can't grow while a slow disk holds the thread up.
        const auto is_touch = [](const Item& which) {
            const auto* intent = std::get_if<Intent>(&which);
            return intent != nullptr && std::holds_alternative<intent::Touched>(*intent);
        };
        if (!m_queue.empty() && is_touch(item) && is_touch(m_queue.back()))
            return;
        m_queue.push_back(std::move(item));
    }
    m_arrived.notify_one();
}

void AppThread::wake() {
    {
        const std::scoped_lock lock(m_mutex);
        m_awake = true;
    }
    m_arrived.notify_one();
}

std::shared_ptr<const View> AppThread::view() const {
    const std::scoped_lock lock(m_mutex);
    return m_view;
}

void AppThread::stop() {
    {
        const std::scoped_lock lock(m_mutex);
        m_stopping = true;
    }
    m_arrived.notify_one();
    if (m_thread.joinable())
        m_thread.join();
}

void AppThread::do_item(Item& item) {
    if (const auto* intent = std::get_if<Intent>(&item))
        m_app->handle(*intent);
    else if (const auto* notice = std::get_if<Notice>(&item))
        m_app->hear(*notice);
    else if (const auto& task = std::get<Task>(item))
        task(*m_app);
}

void AppThread::publish() {
    auto view = m_app->view();
    {
        const std::scoped_lock lock(m_mutex);
        if (view == m_view)
            return;
        m_view = std::move(view);
    }
    if (m_on_view_changed)
        m_on_view_changed();
}

void AppThread::run() {
    for (;;) {
        m_app->tick();
        publish();
        std::deque<Item> arrived;
        const auto sleep_ms =
            std::clamp<std::int64_t>(m_app->next_deadline_ms() - m_clock->boot_ms(), 0, longest_sleep_ms);
        {
            std::unique_lock lock(m_mutex);
            m_arrived.wait_for(lock, std::chrono::milliseconds(sleep_ms),
                               [this] { return !m_queue.empty() || m_stopping || m_awake; });
            m_awake = false;
            if (m_stopping && m_queue.empty())
                return;
            arrived.swap(m_queue);
        }
        for (auto& item : arrived) {
            do_item(item);
            publish(); // each step can be seen, not only the last one
            if (m_after_item)
                m_after_item();
        }
    }
}

} // namespace kiosk::app
