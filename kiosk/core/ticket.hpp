// SPDX-License-Identifier: Apache-2.0
#pragma once
// What a scanned code is. Purpose: our own signed ticket format, and the recognition of the others (plain codes, URLs
// that carry a code). Pure; the signature itself is checked through a port. Bounded: a code over 4096 bytes is
// unreadable. The format is described in kiosk/docs/ticket-format.md. Threads: any.
#include "core/result.hpp"
#include "core/time.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace kiosk::core {

constexpr std::size_t max_code_bytes = 4096;

class SignatureVerifier {
public:
    virtual ~SignatureVerifier() = default;
    // `public_key` 32 raw bytes, `signature` 64 raw bytes.
    virtual bool verify_ed25519(std::string_view public_key, std::string_view message, std::string_view signature) const = 0;
};

class Signer {
public:
    virtual ~Signer() = default;
    virtual Result<std::string> sign_ed25519(std::string_view seed, std::string_view message) const = 0; // 64 raw bytes
};

// The signed content of a ticket of our own format.
struct SignedTicket {
    int key_id = 0;
    std::string event;
    std::string ticket;
    std::string ticket_type; // may be empty
    std::optional<Instant> valid_from;  // seconds precision
    std::optional<Instant> valid_until;
};

// The text of the QR code: "XD1:" + Base45 + "/" so that the code stays in alphanumeric mode.
Result<std::string> encode_ticket(const SignedTicket& ticket, std::string_view seed, const Signer& signer);

struct ParsedTicket {
    SignedTicket ticket;
    std::string signed_bytes; // what the signature is over
    std::string signature;
};
bool has_ticket_prefix(std::string_view text);
Result<ParsedTicket> parse_ticket(std::string_view text);

enum class CodeKind : std::uint8_t { Unreadable = 1, BadSignature, WrongEvent, Signed, Plain };

struct RecognisedCode {
    CodeKind kind = CodeKind::Unreadable;
    std::string ticket;                 // Signed, Plain: the code to look up
    std::optional<SignedTicket> signed_ticket;
};

// Trims, folds full-width forms, strips ECI prefixes and CR/LF. Empty where nothing readable is left.
std::string normalise_code(std::string_view raw);
// The code that a URL carries (query ticket, code, t, c; else the last path segment), or nothing if it is no URL.
std::optional<std::string> code_in_url(std::string_view text);

std::string base45_encode(std::string_view bytes);
Result<std::string> base45_decode(std::string_view text);

} // namespace kiosk::core
