// SPDX-License-Identifier: Apache-2.0
#pragma once
// The slip that somebody takes along: table, time, with whom, what it is about, what happens to those who are late. Purpose:
// a picture for a receipt printer (80 mm at 203 dpi: 576 pixels, black on white) and a PDF of the same. Nothing on it can
// be scanned: who finds one can do nothing with it. Ownership: values. Threads: any. Failure: Internal, DiskFull, Io.
#include "exchange/booking_export.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace kiosk::exchange {

struct SlipArt {
    std::string event, date; // "11月20日"
    std::string table, time, until;
    std::string who; // whose slip it is; may be empty
    std::string with_label; // "with"; above the next
    std::vector<std::string> with;
    std::string purpose, topic;
    std::string state; // where it is not confirmed: said as large as the time
    std::vector<std::string> rules;
};
// `ticket`: whose slip; empty: everybody stands on it. `row` is one of booking_rows().
SlipArt make_slip_art(const BookingExport& request, const BookingRow& row, const std::string& ticket);

constexpr int slip_width_px = 576;
core::Result<std::string> slip_png(const SlipArt& art);
core::Status slip_pdf(const SlipArt& art, const std::filesystem::path& path);

} // namespace kiosk::exchange
