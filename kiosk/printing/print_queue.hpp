// SPDX-License-Identifier: Apache-2.0
#pragma once
// What is to be printed, one after the other. Purpose: a caller leaves a job and goes on; a worker makes the file, hands it
// to the printer, watches until it is on paper, and keeps it where it isn't. Ownership: owns the worker, the printer and
// the folder's content; the destructor waits for the job in hand (a printer's patience at most), writes what still waits
// into the folder, and the next start finds it there. Threads: all functions from any; the callbacks come from the worker
// and no lock is held. Failure: print() answers Unavailable where too much waits already and TooLarge; everything after that is
// told by a report.
#include "core/result.hpp"
#include "printing/print_folder.hpp"
#include "printing/printer.hpp"

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace kiosk::printing {

struct PrintJob {
    std::string name; // of the file, and the job's title at the printer, where others see it: nobody's name in it
    Format format = Format::Pdf;
    // Makes the file, as a whole or not at all; on the worker, so it may take its time.
    std::function<core::Status(const std::filesystem::path& file)> write;
};

constexpr std::size_t most_bytes = 64u << 20;
core::Result<PrintJob> print_bytes(std::string name, Format format, std::string bytes); // TooLarge
PrintJob print_file(std::string name, Format format, std::filesystem::path file);       // copied when its turn comes

enum class Outcome : std::uint8_t {
    Sent = 1, // the printer has it
    Done,     // it is on paper; the file is gone
    Waits,    // the printer has it and does not go on
    Kept,     // no printer is set up: saved/
    Failed,   // not-printed/, or nowhere: `file` is empty
};

struct JobReport {
    std::string name;
    Outcome outcome = Outcome::Failed;
    Trouble trouble = Trouble::None;
    std::string why;    // a key of the catalogue: the trouble's, or that of whoever could not make the file
    std::string detail; // in the printer's own words; may be empty
    std::filesystem::path file;
};

struct QueueState {
    bool has_printer = false; // one is set up
    bool known = false;       // it was asked at least once
    PrinterStatus printer;
    std::size_t waiting = 0;     // here and at the printer
    std::size_t not_printed = 0; // files that somebody must look at
    bool can_print() const { return has_printer && known && printer.trouble == Trouble::None; }
    bool operator==(const QueueState&) const = default;
};

struct QueueOptions {
    std::filesystem::path folder;
    std::size_t most_waiting = 32;
    std::int64_t watch_ms = 1'000;    // between two looks at a job that the printer has, at first
    std::int64_t ask_ms = 60'000;     // at the printer, while nothing waits
    std::int64_t trouble_ms = 10'000; // the same while it can't print
    std::int64_t again_ms = 700;      // before a print service that is not there is asked once more
};

class PrintQueue {
public:
    // `printer` may be empty: then everything is kept. Callbacks may be empty.
    PrintQueue(QueueOptions options, std::unique_ptr<Printer> printer, std::function<void(const JobReport&)> on_report,
               std::function<void()> on_change);
    ~PrintQueue();
    PrintQueue(const PrintQueue&) = delete;
    PrintQueue& operator=(const PrintQueue&) = delete;

    core::Status print(PrintJob job);
    QueueState state() const;
    void look(); // the state is wanted now: asks the printer soon
    const std::filesystem::path& folder() const { return m_options.folder; }

private:
    struct Underway {
        std::string name;
        int number = 0;
        std::filesystem::path file;
        std::int64_t since_ms = 0;
        Trouble seen = Trouble::None, told = Trouble::None;
    };

    void work();
    void take_up();
    void do_job(const PrintJob& job);
    void hand_over(const std::string& name, Format format, const std::filesystem::path& file);
    void watch();
    bool watch_one(Underway& job);
    void ask_printer();
    void refresh_counts();
    void set_state(const std::function<void(QueueState&)>& change);
    void report(JobReport report);
    bool pause(std::int64_t wait_ms); // false: it is over
    std::int64_t due_ms() const;      // from now
    void leave_behind();

    const QueueOptions m_options;
    const std::unique_ptr<Printer> m_printer;
    const std::function<void(const JobReport&)> m_on_report;
    const std::function<void()> m_on_change;
    PrintFolder m_folder;

    mutable std::mutex m_mutex;
    std::condition_variable m_wake;
    std::deque<PrintJob> m_jobs; // guarded by m_mutex, as are the next three
    QueueState m_state;
    bool m_stop = false;
    bool m_look = false;

    std::vector<Underway> m_underway; // the worker's own, as what follows
    std::int64_t m_watched_ms = 0, m_asked_ms = 0;
    bool m_in_hand = false;
    std::thread m_worker;
};

} // namespace kiosk::printing
