// SPDX-License-Identifier: Apache-2.0
#pragma once
// The demonstration without anybody there. Purpose: meets the running kiosk as people do (codes before the camera,
// keys, touches), and leaves a picture of every screen. Nothing is faked: codes come through the scanner, texts
// through the on-screen keyboard, the full disk is a real limit on this process's files. Ownership: borrows the
// application thread; owns its own. Threads: its own, blocking; pictures are taken by the window's thread in
// serve_pictures(). Failure: what it waited for and did not see is reported, and the program ends with an error.
#include "app/app_thread.hpp"
#include "core/result.hpp"
#include "ui/picture.hpp"

#include <condition_variable>
#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace kiosk::program {

// What the clip holds and whom to search for: written beside the clip by `kioskctl clip`.
struct TourPlan {
    std::size_t codes = 0;         // that come before the camera and can be decoded
    std::string search_pinyin;     // "libailu"
    std::string search_name;       // 李白露
    std::string search_phone_tail; // "1024"
    std::string spare_ticket;      // of somebody who has not come yet
    std::string returning_ticket;  // of somebody who is in already, whom staff let in once more
    std::string staff_pin;
};
core::Result<TourPlan> load_plan(const std::filesystem::path& clip);

struct TourHooks {
    std::function<void()> wake;       // the window's thread
    std::function<void()> camera_off; // from the tour's thread
};

class Tour {
public:
    Tour(app::AppThread& app, TourPlan plan, std::filesystem::path folder, TourHooks hooks);
    ~Tour();

    // Called by the window's thread in every turn: takes the pictures that are waited for.
    void serve_pictures(const std::function<core::Result<ui::Picture>(const app::View&)>& take);
    bool done() const;
    // After done(): what went wrong, and how many people were met.
    const std::vector<std::string>& problems() const { return m_problems; }
    std::size_t admitted() const { return m_admitted; }

private:
    using Condition = std::function<bool(const app::View&)>;

    void run();
    void idle_screens();
    void watch_the_clip();
    void search_for_somebody();
    void register_somebody();
    void visit_staff();
    void fill_the_disk();

    std::shared_ptr<const app::View> wait_for(const std::string& what, const Condition& condition, int timeout_ms = 8000);
    template <typename Body>
    std::shared_ptr<const app::View> wait_for_screen(const std::string& what, int timeout_ms = 8000);
    void back_to_idle();
    std::optional<ui::Picture> picture();
    void shoot(const std::string& name);
    void save(const std::string& name, const std::optional<ui::Picture>& picture);
    void press(const std::string& keys);
    void type_pinyin(const std::string& letters, const std::string& wanted);
    void answer(const app::FormView& form);
    void pause(int ms);

    app::AppThread& m_app;
    TourPlan m_plan;
    std::filesystem::path m_folder;
    TourHooks m_hooks;
    std::vector<std::string> m_problems;
    std::size_t m_admitted = 0;
    int m_number = 0;

    mutable std::mutex m_mutex;
    std::condition_variable m_taken;
    std::shared_ptr<const app::View> m_wanted; // guarded by m_mutex: a picture of this is waited for
    std::optional<ui::Picture> m_picture;      // guarded by m_mutex
    bool m_stop = false;                       // guarded by m_mutex
    bool m_done = false;                       // guarded by m_mutex
    std::thread m_thread;                      // last
};

} // namespace kiosk::program
