// SPDX-License-Identifier: Apache-2.0
#include "crypto/crypto.hpp"

#include "support/catch.hpp"

using namespace kiosk;

namespace {

std::string from_hex(std::string_view text) {
    std::string bytes;
    for (std::size_t i = 0; i + 1 < text.size(); i += 2)
        bytes += static_cast<char>(std::stoi(std::string(text.substr(i, 2)), nullptr, 16));
    return bytes;
}

} // namespace

TEST_CASE("crypto: Ed25519 as in RFC 8032, test 2", "[crypto]") {
    REQUIRE(crypto::initialise());
    const crypto::Sodium sodium;
    const auto seed = from_hex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb");
    const auto key = crypto::public_key_of(seed);
    REQUIRE(key);
    CHECK(crypto::hex(*key) == "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
    const auto signature = sodium.sign_ed25519(seed, "\x72");
    REQUIRE(signature);
    CHECK(crypto::hex(*signature) == "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
                                     "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");
    CHECK(sodium.verify_ed25519(*key, "\x72", *signature));
    CHECK_FALSE(sodium.verify_ed25519(*key, "\x73", *signature));
    CHECK_FALSE(sodium.verify_ed25519(key->substr(1), "\x72", *signature));
    CHECK_FALSE(sodium.verify_ed25519(*key, "\x72", signature->substr(1)));
    CHECK_FALSE(sodium.sign_ed25519("short", "x"));
}

TEST_CASE("crypto: BLAKE2b-256 of nothing and of abc", "[crypto]") {
    REQUIRE(crypto::initialise());
    const crypto::Sodium sodium;
    const auto text = [&](std::string_view bytes) {
        const auto digest = sodium.blake2b_256(bytes);
        return crypto::hex({reinterpret_cast<const char*>(digest.data()), digest.size()});
    };
    CHECK(text("") == "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8");
    CHECK(text("abc") == "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319");
}

TEST_CASE("crypto: a PIN matches its hash alone", "[crypto]") {
    REQUIRE(crypto::initialise());
    const auto hash = crypto::hash_pin("246800");
    REQUIRE(hash);
    CHECK(hash->starts_with("$argon2id$"));
    CHECK(crypto::verify_pin(*hash, "246800"));
    CHECK_FALSE(crypto::verify_pin(*hash, "246801"));
    CHECK_FALSE(crypto::verify_pin("", "246800"));
    CHECK_FALSE(crypto::verify_pin("rubbish", "246800"));
    CHECK_FALSE(crypto::verify_pin(std::string(5000, 'x'), ""));
}

TEST_CASE("crypto: Base64 there and back, and rubbish refused", "[crypto]") {
    for (const std::string bytes : {"", "a", "ab", "abc", "\xff\x00\xfe"})
        CHECK(crypto::base64_decode(crypto::base64_encode(bytes)).value_or("?") == bytes);
    CHECK(crypto::base64_decode("_-8").has_value()); // URL-safe, without padding
    CHECK_FALSE(crypto::base64_decode("a"));
    CHECK_FALSE(crypto::base64_decode("ab!="));
}
