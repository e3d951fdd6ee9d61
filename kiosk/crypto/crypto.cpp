// SPDX-License-Identifier: Apache-2.0
#include "crypto/crypto.hpp"

#include <sodium.h>

#include <vector>

namespace kiosk::crypto {

namespace {

const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

} // namespace

bool initialise() { return sodium_init() >= 0; }

core::Digest Sodium::blake2b_256(std::string_view bytes) const {
    core::Digest digest{};
    crypto_generichash(digest.data(), digest.size(), bytes_of(bytes), bytes.size(), nullptr, 0);
    return digest;
}

bool Sodium::verify_ed25519(std::string_view public_key, std::string_view message, std::string_view signature) const {
    return public_key.size() == crypto_sign_PUBLICKEYBYTES && signature.size() == crypto_sign_BYTES &&
           crypto_sign_verify_detached(bytes_of(signature), bytes_of(message), message.size(), bytes_of(public_key)) ==
               0;
}

core::Result<std::string> Sodium::sign_ed25519(std::string_view seed, std::string_view message) const {
    if (seed.size() != crypto_sign_SEEDBYTES)
        return core::fail(core::ErrorCode::Invalid, "error.signing_key");
    unsigned char public_key[crypto_sign_PUBLICKEYBYTES];
    unsigned char secret_key[crypto_sign_SECRETKEYBYTES];
    crypto_sign_seed_keypair(public_key, secret_key, bytes_of(seed));
    std::string signature(crypto_sign_BYTES, '\0');
    crypto_sign_detached(reinterpret_cast<unsigned char*>(signature.data()), nullptr, bytes_of(message),
                         message.size(), secret_key);
    sodium_memzero(secret_key, sizeof secret_key);
    return signature;
}

void SystemRandom::fill(std::span<std::uint8_t> bytes) { randombytes_buf(bytes.data(), bytes.size()); }

KeyPair make_key_pair() {
    KeyPair pair;
    pair.seed.resize(crypto_sign_SEEDBYTES);
    randombytes_buf(pair.seed.data(), pair.seed.size());
    pair.public_key = public_key_of(pair.seed).value_or("");
    return pair;
}

core::Result<std::string> public_key_of(std::string_view seed) {
    if (seed.size() != crypto_sign_SEEDBYTES)
        return core::fail(core::ErrorCode::Invalid, "error.signing_key");
    std::string public_key(crypto_sign_PUBLICKEYBYTES, '\0');
    unsigned char secret_key[crypto_sign_SECRETKEYBYTES];
    crypto_sign_seed_keypair(reinterpret_cast<unsigned char*>(public_key.data()), secret_key, bytes_of(seed));
    sodium_memzero(secret_key, sizeof secret_key);
    return public_key;
}

core::Result<std::string> hash_pin(std::string_view pin) {
    std::string hash(crypto_pwhash_STRBYTES, '\0');
    if (crypto_pwhash_str(hash.data(), pin.data(), pin.size(), crypto_pwhash_OPSLIMIT_INTERACTIVE,
                          crypto_pwhash_MEMLIMIT_INTERACTIVE) != 0)
        return core::fail(core::ErrorCode::Unavailable, "error.out_of_memory");
    hash.resize(hash.find('\0'));
    return hash;
}

bool verify_pin(std::string_view hash, std::string_view pin) {
    if (hash.empty() || hash.size() >= crypto_pwhash_STRBYTES)
        return false;
    return crypto_pwhash_str_verify(std::string(hash).c_str(), pin.data(), pin.size()) == 0;
}

std::string base64_encode(std::string_view bytes) {
    std::string text(sodium_base64_encoded_len(bytes.size(), sodium_base64_VARIANT_ORIGINAL), '\0');
    sodium_bin2base64(text.data(), text.size(), bytes_of(bytes), bytes.size(), sodium_base64_VARIANT_ORIGINAL);
    text.pop_back(); // the terminating NUL that libsodium counts
    return text;
}

core::Result<std::string> base64_decode(std::string_view text) {
    std::string bytes(text.size(), '\0');
    std::size_t length = 0;
    for (const int variant : {sodium_base64_VARIANT_ORIGINAL, sodium_base64_VARIANT_ORIGINAL_NO_PADDING,
                              sodium_base64_VARIANT_URLSAFE, sodium_base64_VARIANT_URLSAFE_NO_PADDING}) {
        const char* end = nullptr;
        if (sodium_base642bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(), text.data(), text.size(),
                              nullptr, &length, &end, variant) == 0 &&
            end == text.data() + text.size()) {
            bytes.resize(length);
            return bytes;
        }
    }
    return core::fail(core::ErrorCode::Invalid, "error.base64");
}

std::string hex(std::string_view bytes) {
    std::string text(bytes.size() * 2 + 1, '\0');
    sodium_bin2hex(text.data(), text.size(), bytes_of(bytes), bytes.size());
    text.pop_back();
    return text;
}

} // namespace kiosk::crypto
