// SPDX-License-Identifier: Apache-2.0
#pragma once
// A printer as the queue sees it. Purpose: the port between the queue and CUPS, and the words for what can hinder a
// printer. Ownership: values. Threads: calls come from the queue's worker alone, interrupt() from any. Failure: a Trouble,
// for which the catalogue has a sentence that says what to do.
#include "core/result.hpp"

#include <cstdint>
#include <expected>
#include <filesystem>
#include <string>
#include <string_view>

namespace kiosk::printing {

enum class Format : std::uint8_t { Pdf = 1, Png };

enum class Trouble : std::uint8_t {
    None = 1,
    NoService,      // nobody answers where the print service should be
    NoAnswer,       // the print service takes too long; whether it has the job is not known
    UnknownPrinter, // it has no printer of this name; detail: those that it has
    Rejecting,      // the printer's queue takes no jobs
    Stopped,        // somebody stopped it, or an error did
    Offline,        // it is off or its cable is out
    PaperOut,
    PaperJam,
    CoverOpen,
    InkOut,
    WrongFormat,  // it can't print such files
    Refused,      // for another reason; detail: its own words
    JobFailed,    // it had the job and gave it up
    JobCancelled, // somebody cancelled it there
    JobLost,      // the print service does not know it any more
    NoRoom,       // on this machine's disk
    NotMade,      // the file could not be written
};
// "print.why.paper_out": a whole sentence.
std::string_view message_key(Trouble trouble);

struct PrinterStatus {
    Trouble trouble = Trouble::None;
    bool busy = false;
    std::string detail; // the printer's own words, one short line; may be empty

    bool operator==(const PrinterStatus&) const = default;
};

struct JobStatus {
    enum class State : std::uint8_t { Underway = 1, Done, Over } state = State::Underway;
    Trouble trouble = Trouble::None; // why it is over
    std::string detail;
};

struct Refusal {
    Trouble trouble = Trouble::Refused;
    std::string detail;
};

class Printer {
public:
    virtual ~Printer() = default;
    virtual PrinterStatus status() = 0;
    // Hands a file over; the number by which the job is known there. `title` is seen by others: no names in it.
    virtual std::expected<int, Refusal> submit(const std::filesystem::path& file, Format format, const std::string& title) = 0;
    // `title` as it was given: a number can be given again after the service lost its memory.
    virtual std::expected<JobStatus, Refusal> job(int number, const std::string& title) = 0;
    virtual void interrupt() = 0; // for good: what waits for an answer gives up soon
};

} // namespace kiosk::printing
