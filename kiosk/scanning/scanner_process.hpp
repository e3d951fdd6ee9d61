// SPDX-License-Identifier: Apache-2.0
#pragma once
// The scanner as a process of its own. Purpose: camera drivers and decoders are what crashes, so they run in the
// program `kiosk-scanner`; its death is a restarted scanner, never a dead kiosk. Ownership: owns the child (which dies
// with its parent), the socket and the shared preview memory. Threads: start/stop/poll on the application thread,
// newest() on the render thread, which it never blocks; a thread of its own watches the child. Failure: a child that
// dies or falls silent is started again with growing pauses; what it sends is bounded and checked.
#include "app/view.hpp"
#include "core/result.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace kiosk::scanning {

struct Scan {
    std::string text;
    std::uint64_t frame = 0; // number of the frame it was read in
};

struct ScannerOptions {
    std::filesystem::path program; // empty: kiosk-scanner beside the running program
    std::string uri = "camera:";
    std::int64_t away_ms = 2'500;     // a code is a new scan after it has been away for so long
    std::int64_t silence_ms = 1'500;  // a child that says nothing for so long hangs
    std::function<void()> wake;       // called from the watching thread when poll() or state() has news; must not block
    std::function<void()> on_preview; // likewise, for every frame that newest() can show
};

class ScannerProcess final : public app::PreviewSource {
  public:
    static core::Result<std::unique_ptr<ScannerProcess>> start(ScannerOptions options);
    ~ScannerProcess() override;

    // Scans since the last call, debounced, oldest first.
    std::vector<Scan> poll();
    app::ScannerState state() const;
    // For staff: what the scanner says about its trouble ("no camera"), or empty.
    std::string trouble() const;
    // Another source; the child is told, or started anew.
    void change_source(std::string uri);
    // The code before the camera counts as new again (after undo, or when the screen was left).
    void rearm();

    std::shared_ptr<const app::PreviewFrame> newest() override;

    int child_pid() const;          // 0 while there is none
    std::uint64_t restarts() const; // of the child, since start()

  private:
    struct Impl;
    explicit ScannerProcess(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> m_impl;
};

} // namespace kiosk::scanning
