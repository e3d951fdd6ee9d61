// SPDX-License-Identifier: Apache-2.0
#include "core/sealing.hpp"

namespace kiosk::core {

namespace {

int hex_value(char c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return -1;
}

} // namespace

std::string_view bytes_of(const Digest& digest) {
    return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

std::string to_hex(const Digest& digest) {
    constexpr char digits[] = "0123456789abcdef";
    std::string text;
    text.reserve(digest.size() * 2);
    for (const auto byte : digest) {
        text += digits[byte >> 4];
        text += digits[byte & 15];
    }
    return text;
}

Result<Digest> digest_from_hex(std::string_view hex) {
    Digest digest{};
    if (hex.size() != digest.size() * 2)
        return fail(ErrorCode::Invalid, "error.field", "a hash has 64 hexadecimal digits");
    for (std::size_t i = 0; i < digest.size(); ++i) {
        const int high = hex_value(hex[2 * i]), low = hex_value(hex[2 * i + 1]);
        if (high < 0 || low < 0)
            return fail(ErrorCode::Invalid, "error.field", "a hash has 64 hexadecimal digits");
        digest[i] = static_cast<std::uint8_t>(high * 16 + low);
    }
    return digest;
}

Digest personal_digest(const Hasher& hasher, std::string_view salt, std::string_view content) {
    return hasher.blake2b_256(std::string(salt) + std::string(content));
}

Digest chain_hash(const Hasher& hasher, const Operation& operation) {
    return hasher.blake2b_256(std::string(bytes_of(operation.previous)) + canonical_bytes(operation));
}

Operation seal(const OperationDraft& draft, Seal seal, const Hasher& hasher, Random& random) {
    Operation operation;
    operation.id = std::move(seal.id);
    operation.kind = draft.kind;
    operation.hlc = seal.hlc;
    operation.wall = seal.wall;
    operation.boot_ms = seal.boot_ms;
    operation.offset_ms = seal.offset_ms;
    operation.subject = draft.subject;
    operation.body = draft.body;
    if (!draft.personal.empty()) {
        operation.personal = draft.personal;
        operation.personal_salt.resize(personal_salt_bytes);
        random.fill({reinterpret_cast<std::uint8_t*>(operation.personal_salt.data()), personal_salt_bytes});
        operation.personal_digest = personal_digest(hasher, operation.personal_salt, operation.personal);
    }
    operation.previous = seal.previous;
    operation.hash = chain_hash(hasher, operation);
    return operation;
}

} // namespace kiosk::core
