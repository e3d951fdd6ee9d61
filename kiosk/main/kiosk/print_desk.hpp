// SPDX-License-Identifier: Apache-2.0
#pragma once
// Slips and day plans of this kiosk on paper. Purpose: between the application's words and the print queue: what is drawn,
// where it is kept, what is told of it. Ownership: owns the queue; the ports outlive it. Threads: all functions from any
// and none of them waits for a printer or a file; the ports are called on the queue's worker. Failure: a Status whose key is
// a whole sentence; later ones come as notice::Printed and stand on the system page.
#include "app/deck.hpp"
#include "core/catalogue.hpp"
#include "main/kiosk/options.hpp"
#include "printing/print_queue.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace kiosk::program {

class PrintDesk {
public:
    struct Ports {
        const core::Catalogue* catalogue = nullptr;
        const core::Clock* clock = nullptr;
        core::TimeZone zone = core::TimeZone::utc();
        std::function<void(app::Notice)> tell;
        std::function<void(std::uint64_t bookings)> note_plan; // who took a list out is part of the record; may be empty
        std::unique_ptr<printing::Printer> printer;            // empty: the one that the options name
    };
    PrintDesk(const Options& options, Ports ports);

    bool can_print_slips() const { return m_queue->state().can_print(); }
    core::Status print_slip(const app::SlipRequest& slip);
    core::Status print_plan();
    std::vector<std::pair<app::LocalText, app::LocalText>> sentences();

private:
    struct Problem {
        core::Instant at;
        std::string why, detail;
    };
    void hear(const printing::JobReport& report);
    app::LocalText both(const core::Message& message) const;
    app::LocalText say(std::string_view key, std::string_view why, const std::vector<std::pair<std::string, std::string>>& args) const;

    const Options& m_options;
    Ports m_ports;
    mutable std::mutex m_mutex;
    std::optional<Problem> m_problem;                // guarded by m_mutex
    std::unique_ptr<printing::PrintQueue> m_queue; // last: its worker uses what stands above
};

// "<database>.print" unless the options name another folder.
std::filesystem::path print_folder(const Options& options);

} // namespace kiosk::program
