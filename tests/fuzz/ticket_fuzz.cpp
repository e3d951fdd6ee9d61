// SPDX-License-Identifier: Apache-2.0
// Whatever stands in a QR code that begins like a ticket of ours: parsed within its bounds, and never taken for genuine
// unless it is the one ticket that was signed.
#include "core/ticket.hpp"
#include "crypto/crypto.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

using namespace kiosk;

namespace {

void check(const std::string& text) {
    const auto parsed = core::parse_ticket(text);
    if (!parsed)
        return;
    KIOSK_ASSERT(parsed->signature.size() == 64);
    KIOSK_ASSERT(!parsed->ticket.event.empty() && parsed->ticket.event.size() <= 64);
    KIOSK_ASSERT(!parsed->ticket.ticket.empty() && parsed->ticket.ticket.size() <= 64);
    KIOSK_ASSERT(core::normalise_code(parsed->ticket.ticket) == parsed->ticket.ticket);
    // What was read can be issued, and reads back the same: there is one form of every ticket.
    const crypto::Sodium sodium;
    const auto again = core::encode_ticket(parsed->ticket, std::string(32, 's'), sodium);
    KIOSK_ASSERT(again);
    const auto reread = core::parse_ticket(*again);
    KIOSK_ASSERT(reread && reread->signed_bytes == parsed->signed_bytes);
    static const auto public_key = crypto::public_key_of(std::string(32, 'k')).value();
    KIOSK_ASSERT(!sodium.verify_ed25519(public_key, parsed->signed_bytes, parsed->signature));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const bool ready = crypto::initialise();
    KIOSK_ASSERT(ready);
    const std::string input(reinterpret_cast<const char*>(data), size);
    check(input);
    check("XD1:" + core::base45_encode(input) + "/"); // past the text, straight at the bytes
    return 0;
}
