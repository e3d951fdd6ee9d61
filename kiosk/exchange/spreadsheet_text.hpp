// SPDX-License-Identifier: Apache-2.0
#pragma once
// Texts that spreadsheets leave alone. Purpose: what somebody typed as a name must not run as a formula on the
// organizer's machine, and a phone number must not become 1.38E+10. Pure. Threads: any. Failure: none.
#include <string>
#include <string_view>

namespace kiosk::exchange {

// Does a spreadsheet take it for a formula? First character = + - @, tab, CR, or their full-width forms.
bool starts_formula(std::string_view text);
// Would a spreadsheet make a number or a date of it and lose what it was: long digits, leading zeros, 12E5, 3-4?
bool loses_itself(std::string_view text);

// One cell of a CSV file: formulas get a leading apostrophe, texts that lose themselves a trailing tab, which Excel
// doesn't show; quoted where needed.
std::string csv_cell(std::string_view text);

// Well-formed UTF-8 without control characters, at most `max_bytes`: what XML and JSON can carry.
std::string clean_text(std::string_view text, std::size_t max_bytes = 32'000);

} // namespace kiosk::exchange
