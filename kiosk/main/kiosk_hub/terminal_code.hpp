// SPDX-License-Identifier: Apache-2.0
#pragma once
// A QR code as text, two rows of modules a line, for a terminal. Ownership: values. Threads: any. Failure: empty where
// the text is too long for a code.
#include <string>

namespace kiosk_hub {

// `colours`: dark on light whatever the terminal's own colours are.
std::string terminal_code(const std::string& text, bool colours);

} // namespace kiosk_hub
