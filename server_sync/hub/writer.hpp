// SPDX-License-Identifier: Apache-2.0
#pragma once
// The threads behind the network's: one that writes, one that folds. Purpose: Writer takes all pushes that have come
// meanwhile and commits them in one transaction (group commit); whatever else has to write to the store is run between
// two commits. Folder calls Service::fold when the hub is quiet, and every few seconds when it is not. Ownership: borrow
// the service. Threads: submit(), run(), committed() from any; callbacks come from the writer's thread and must be short.
// Failure: a commit that fails is the service's to explain in finish(); submit() answers false where the queue is full.
#include "hub/service.hpp"

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace kiosk::sync::hub {

class Writer {
public:
    using Done = std::function<void()>;
    // `after_commit` is called after every commit, before the pushes' own callbacks.
    Writer(Service& service, std::function<void()> after_commit);
    ~Writer();
    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;

    bool submit(Service::Push push, Done done);
    void run(std::function<void()> task); // on the writer's thread, before the next commit
    void stop();                          // what was submitted is still committed
    bool busy() const;
    std::uint64_t commits() const;
    std::uint64_t pushes() const;

private:
    struct Item {
        Service::Push push;
        Done done;
    };
    void loop();

    Service& m_service;
    std::function<void()> m_after_commit;
    mutable std::mutex m_mutex;
    std::condition_variable m_wake;
    std::deque<Item> m_queue;
    std::deque<std::function<void()>> m_tasks;
    bool m_stopping = false;
    bool m_writing = false;
    std::uint64_t m_commits = 0;
    std::uint64_t m_pushes = 0;
    std::thread m_thread;
};

class Folder {
public:
    struct Pace {
        std::chrono::milliseconds quiet{100};  // nothing was committed for so long: fold
        std::chrono::milliseconds longest{3000}; // under load: fold at least that often
        std::chrono::milliseconds idle{1000};    // nothing came: still look, images and what devices told come due by time
        std::int64_t budget_ms = 20;             // at a time, so that a push never waits long for the processor
    };
    Folder(Service& service, const Writer& writer, Pace pace);
    ~Folder();
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    void committed();
    void stop();

private:
    using Time = std::chrono::steady_clock::time_point;
    void loop();

    Service& m_service;
    const Writer& m_writer;
    Pace m_pace;
    std::mutex m_mutex;
    std::condition_variable m_wake;
    bool m_stopping = false;
    bool m_due = true; // what was there before the start
    Time m_last_commit{};
    std::thread m_thread;
};

} // namespace kiosk::sync::hub
