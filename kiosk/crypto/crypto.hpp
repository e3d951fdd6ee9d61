// SPDX-License-Identifier: Apache-2.0
#pragma once
// The libsodium adapter: BLAKE2b, Ed25519, Argon2id, random bytes. Purpose: the only file that includes sodium.h.
// Ownership: stateless values. Threads: any. Failure: where a call can fail it returns Result.
#include "core/ports.hpp"

#include <string>
#include <string_view>

namespace kiosk::crypto {

// Must have returned true once before anything else here is used; safe to call again.
bool initialise();

class Sodium final : public core::Hasher, public core::SignatureVerifier, public core::Signer {
public:
    core::Digest blake2b_256(std::string_view bytes) const override;
    bool verify_ed25519(std::string_view public_key, std::string_view message, std::string_view signature) const override;
    core::Result<std::string> sign_ed25519(std::string_view seed, std::string_view message) const override;
};

class SystemRandom final : public core::Random {
public:
    void fill(std::span<std::uint8_t> bytes) override;
};

struct KeyPair {
    std::string public_key; // 32 raw bytes
    std::string seed;       // 32 raw bytes
};
KeyPair make_key_pair();
core::Result<std::string> public_key_of(std::string_view seed);

// Argon2id with interactive limits; takes about 0.1 s, never call it on the render thread.
core::Result<std::string> hash_pin(std::string_view pin);
bool verify_pin(std::string_view hash, std::string_view pin);

std::string base64_encode(std::string_view bytes);
core::Result<std::string> base64_decode(std::string_view text);
std::string hex(std::string_view bytes);

} // namespace kiosk::crypto
