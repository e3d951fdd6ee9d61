// SPDX-License-Identifier: Apache-2.0
#pragma once
// A printer of CUPS. Purpose: the one file that knows libcups (2.4 of Debian 12 and 13). It speaks IPP with the print
// service itself, with a time limit for each step; the library's own look-ups search the network for printers and may take
// their time. Which service: CUPS_SERVER, else client.conf, else the local one. Ownership: a connection for each call.
// Threads: one; interrupt() from any. Failure: see printer.hpp; nothing asks for a password.
#include "printing/printer.hpp"

#include <atomic>
#include <cstdint>
#include <string>

namespace kiosk::printing {

class CupsPrinter final : public Printer {
public:
    // `patience_ms`: for the print service to do one step.
    explicit CupsPrinter(std::string name, std::int64_t patience_ms = 8'000)
        : m_name(std::move(name)), m_patience_ms(patience_ms) {}

    PrinterStatus status() override;
    std::expected<int, Refusal> submit(const std::filesystem::path& file, Format format, const std::string& title) override;
    std::expected<JobStatus, Refusal> job(int number, const std::string& title) override;
    void interrupt() override { m_interrupted = true; }

private:
    std::string m_name;
    std::int64_t m_patience_ms;
    std::atomic<bool> m_interrupted{false};
};

// A word of printer-state-reasons, such as "media-empty-error". `stopped`: the printer does not go on by itself, so that
// also a mere warning is what hinders it.
Trouble trouble_of_reason(std::string_view reason, bool stopped);

} // namespace kiosk::printing
