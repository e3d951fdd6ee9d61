// SPDX-License-Identifier: Apache-2.0
#pragma once
// Tickets as pictures and as a printable sheet. Purpose: one ticket as PNG, to be sent to a phone; many as a PDF of A4
// pages with 2 × 5 tickets and cut marks. Adapter of libqrencode, Pango and Cairo. Ownership: values; a sheet owns its
// file. Threads: one for each object. Failure: Invalid where the text does not fit a code, DiskFull, Io.
#include "core/catalogue.hpp"
#include "core/model.hpp"
#include "core/result.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace kiosk::exchange {

struct TicketArt {
    std::string event_title;
    std::string event_line;   // "11月20日 13:00 · 西湖会议中心"
    std::string name;
    std::string organisation;
    std::string ticket_type;
    std::string code_text;    // what the QR code holds
    std::string ticket;       // printed below it, for when it can't be read
    std::string hint;         // what to do with it
};

// A registration's ticket. `code_text` is the signed code (core::encode_ticket) or the plain ticket code.
TicketArt make_ticket_art(const core::EventConfig& config, const core::Registration& registration,
                          std::string code_text, const core::Catalogue& texts, core::Language language);

// 900 × 1320 pixels. The QR code: error level M, quiet zone of four modules, whole pixels a module.
core::Result<std::string> ticket_png(const TicketArt& art);

class TicketSheet {
public:
    static core::Result<TicketSheet> create(const std::filesystem::path& path, std::string_view title);
    TicketSheet(TicketSheet&&) noexcept;
    TicketSheet& operator=(TicketSheet&&) = delete;
    ~TicketSheet();

    core::Status add(const TicketArt& art);
    // Ends the file and gives it its name; without it nothing is left behind. The number of pages.
    core::Result<std::uint64_t> finish();

private:
    struct Impl;
    explicit TicketSheet(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> m_impl;
};

} // namespace kiosk::exchange
