// SPDX-License-Identifier: Apache-2.0
#pragma once
// What people hold before this machine: camera, serial scanner, a scanner that types. Purpose: turns it into intents for
// whoever is on the screen, the application or the set-up of a new kiosk. Ownership: borrows the window; owns devices and
// helper processes. Threads: the render thread, unless said otherwise. Failure: a device that can't be opened is logged.
#include "app/view.hpp"
#include "main/kiosk/options.hpp"
#include "scanning/scanner_process.hpp"
#include "scanning/serial.hpp"
#include "scanning/wedge.hpp"
#include "ui/window.hpp"

#include <SDL.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

namespace kiosk::program {

namespace intent = app::intent;

using Post = std::function<void(app::Intent)>;

// What a USB scanner types goes to the scan, what a person types to the field.
class WedgeFeed {
public:
    WedgeFeed(ui::Window& window, Post post) : m_window(window), m_post(std::move(post)) {
        window.on_key([this](const ui::KeyEvent& key) {
            if (!key.down)
                return false;
            if (key.repeated)
                return m_wedge.bursting();
            return apply(m_wedge.key(key.scancode, key.shift, key.caps_lock, static_cast<std::int64_t>(key.at_ms)));
        });
        window.on_text([this](std::string_view, std::uint64_t) { return m_wedge.bursting(); });
    }
    ~WedgeFeed() {
        m_window.on_key({});
        m_window.on_text({});
    }
    WedgeFeed(const WedgeFeed&) = delete;
    WedgeFeed& operator=(const WedgeFeed&) = delete;

    void tick() { apply(m_wedge.tick(static_cast<std::int64_t>(SDL_GetTicks64()))); }
    std::optional<std::int64_t> wait_ms() const {
        const auto deadline = m_wedge.deadline_ms();
        if (!deadline)
            return std::nullopt;
        return std::max<std::int64_t>(0, *deadline - static_cast<std::int64_t>(SDL_GetTicks64()));
    }

private:
    bool apply(const scanning::WedgeVerdict& verdict) {
        for (std::size_t i = 0; i < verdict.take_back; ++i)
            m_post(intent::PressKey{"backspace"});
        if (!verdict.give_back.empty())
            m_post(intent::TypeText{verdict.give_back});
        // An input method may have begun to compose the scanner's first keys.
        if (verdict.take_back > 0 || verdict.code)
            m_window.reset_composition();
        if (verdict.code)
            m_post(intent::ScannedText{*verdict.code, "wedge"});
        return verdict.swallow;
    }

    ui::Window& m_window;
    Post m_post;
    scanning::Wedge m_wedge;
};

// Camera and serial scanner; all calls from the render thread but request_source() and trouble().
class Scanners {
public:
    using Tell = std::function<void(app::ScannerState)>;
    Scanners(const Options& options, Post post, Tell tell, std::function<void()> wake)
        : m_post(std::move(post)), m_tell(std::move(tell)), m_wake(std::move(wake)) {
        change_source(options.scanner);
        if (!options.serial.empty()) {
            scanning::SerialOptions serial;
            serial.device = options.serial;
            serial.wake = m_wake;
            if (auto started = scanning::SerialScanner::start(std::move(serial)))
                m_serial = std::move(*started);
            else
                spdlog::error("serial scanner: {}", started.error().context);
        }
    }

    app::PreviewSource* preview() { return m_camera.get(); }

    // From the application thread, when staff choose another camera.
    void request_source(std::string uri) {
        {
            const std::lock_guard lock(m_mutex);
            m_requested = std::move(uri);
        }
        m_wake();
    }

    void collect() {
        std::optional<std::string> requested;
        {
            const std::lock_guard lock(m_mutex);
            requested = std::exchange(m_requested, std::nullopt);
        }
        if (requested)
            change_source(*requested);
        if (m_camera)
            for (auto& scan : m_camera->poll())
                m_post(intent::ScannedText{std::move(scan.text), "camera"});
        if (m_serial)
            for (auto& line : m_serial->poll())
                m_post(intent::ScannedText{std::move(line), "serial"});
        const auto state = m_camera ? m_camera->state() : app::ScannerState::Off;
        if (state != m_told) {
            m_told = state;
            m_tell(state);
        }
        const auto trouble = m_camera ? m_camera->trouble() : std::string();
        const std::lock_guard lock(m_mutex);
        m_trouble = trouble;
    }

    std::string trouble() const {
        const std::lock_guard lock(m_mutex);
        return m_trouble;
    }

private:
    void change_source(const std::string& uri) {
        if (uri.empty()) {
            m_camera.reset();
        } else if (m_camera) {
            m_camera->change_source(uri);
        } else {
            scanning::ScannerOptions options;
            options.uri = uri;
            options.wake = m_wake;
            options.on_preview = m_wake;
            if (auto started = scanning::ScannerProcess::start(std::move(options)))
                m_camera = std::move(*started);
            else
                spdlog::error("camera: {} {}", started.error().message_key, started.error().context);
        }
    }

    Post m_post;
    Tell m_tell;
    std::function<void()> m_wake;
    std::unique_ptr<scanning::ScannerProcess> m_camera;
    std::unique_ptr<scanning::SerialScanner> m_serial;
    app::ScannerState m_told = app::ScannerState::Off;
    mutable std::mutex m_mutex;
    std::optional<std::string> m_requested; // guarded by m_mutex
    std::string m_trouble;                  // guarded by m_mutex
};

} // namespace kiosk::program
