// SPDX-License-Identifier: Apache-2.0
#include "main/kiosk/pin_store.hpp"

#include "crypto/crypto.hpp"
#include "resources/resources.hpp"

#include <algorithm>
#include <charconv>

namespace kiosk::program {

PinStore::PinStore(const std::filesystem::path& database) : m_file(database) {
    m_file += ".pin-failures";
    if (const auto text = resources::read_file(m_file, 64)) {
        std::from_chars(text->data(), text->data() + text->size(), m_failures);
        m_failures = std::clamp(m_failures, 0, 1000);
    }
}

bool PinStore::matches(std::string_view pin_hash, std::string_view pin) { return crypto::verify_pin(pin_hash, pin); }

void PinStore::set_failures(int count) {
    if (count == m_failures)
        return;
    m_failures = count;
    // Not worth an error: the journal is what must not be lost, and memory still counts.
    static_cast<void>(resources::write_file_atomically(m_file, std::to_string(count) + "\n"));
}

} // namespace kiosk::program
