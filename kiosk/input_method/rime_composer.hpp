// SPDX-License-Identifier: Apache-2.0
#pragma once
// Pinyin on the on-screen keyboard, through librime. Purpose: the adapter of app::TextComposer; the only file that sees
// librime. Nothing that visitors type is remembered: there is no user dictionary, and librime's log is off. Ownership:
// composers of one process share one librime, which ends with the last of them; all must use the same folders.
// Threads: create() starts a worker that prepares the dictionaries (about 50 ms); until it is done `available()` is
// false. After that everything runs on the calling thread, which must be the same one for all composers. Failure:
// create() says what is missing; one that fails later is simply not available.
#include "app/text_composer.hpp"
#include "core/result.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

namespace kiosk::input_method {

struct RimeFolders {
    std::filesystem::path user;    // made if need be, private to this user; rebuilt at every start
    std::filesystem::path schemas; // our own schema: assets/input_method
    std::filesystem::path shared = "/usr/share/rime-data"; // the distribution's dictionaries
};

class RimeComposer final : public app::TextComposer {
public:
    // Letters beyond these are ignored: nobody's name is longer, and the work grows with the length.
    static constexpr std::size_t max_letters = 64;

    static core::Result<std::unique_ptr<RimeComposer>> create(const RimeFolders& folders);
    ~RimeComposer() override;
    RimeComposer(const RimeComposer&) = delete;
    RimeComposer& operator=(const RimeComposer&) = delete;

    // Waits for the worker: Unavailable where it failed or is not ready in time. Not for the application thread.
    core::Status wait_until_ready(std::chrono::milliseconds timeout);

    bool available() const override;
    const app::Composition& composition() const override { return m_composition; }
    std::string press(char key) override;
    bool backspace() override;
    std::string pick(std::size_t index) override;
    void turn_page(int by) override;
    std::string take_letters() override;
    void clear() override;

private:
    class Engine;
    explicit RimeComposer(std::shared_ptr<Engine> engine);
    bool ready();
    std::string letters() const;
    std::string take_commit();
    void refresh();
    template <typename Call>
    void guarded(Call&& call);

    std::shared_ptr<Engine> m_engine;
    std::uintptr_t m_session = 0; // 0 until first used
    app::Composition m_composition;
};

} // namespace kiosk::input_method
