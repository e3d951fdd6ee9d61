// SPDX-License-Identifier: Apache-2.0
#include "hub/quarantine.hpp"

#include "crypto/crypto.hpp"
#include "protocol/operation_json.hpp"
#include "storage/projections.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace kiosk::sync::hub {

namespace {

bool in_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

bool stands_alone(std::string_view raw, std::size_t at, std::size_t size) {
    return (at == 0 || !in_word(raw[at - 1]) || !in_word(raw[at])) &&
           (at + size == raw.size() || !in_word(raw[at + size]) || !in_word(raw[at + size - 1]));
}

kiosk::crypto::Sodium sodium() {
    static const bool ready = kiosk::crypto::initialise();
    KIOSK_ASSERT(ready);
    return {};
}

// Where the form is an operation's. Its hash may be wrong: that changes nothing about whose it is.
std::optional<kiosk::core::Operation> operation_in(const std::string& raw) {
    auto read = protocol::read_operations("[" + raw + "]", sodium(), 1);
    if (!read || read->size() != 1)
        return std::nullopt;
    auto& only = read->front();
    if (!only.problem.empty() && only.problem != "hash")
        return std::nullopt;
    return std::move(only.operation);
}

} // namespace

void ErasedUids::add(const std::string& uid) {
    if (!uid.empty())
        (std::ranges::all_of(uid, in_word) ? m_words : m_others).insert(uid);
}

bool ErasedUids::mentioned_in(std::string_view raw) const {
    for (const auto& uid : m_others)
        for (auto at = raw.find(uid); at != std::string_view::npos; at = raw.find(uid, at + 1))
            if (stands_alone(raw, at, uid.size()))
                return true;
    if (m_words.empty())
        return false;
    for (std::size_t from = 0; from < raw.size();) {
        if (!in_word(raw[from])) {
            ++from;
            continue;
        }
        auto to = from;
        while (to < raw.size() && in_word(raw[to]))
            ++to;
        if (m_words.contains(raw.substr(from, to - from)))
            return true;
        from = to;
    }
    return false;
}

bool is_about(const std::string& raw, const ErasedUids& uids) {
    if (uids.empty())
        return false;
    if (uids.mentioned_in(raw))
        return true;
    // Written otherwise, as \u0031 for 1, it is still theirs.
    const auto operation = operation_in(raw);
    if (!operation)
        return false;
    const auto decoded = kiosk::storage::decode(*operation);
    return std::ranges::any_of(kiosk::storage::owners_of(*operation, decoded.value_or(kiosk::storage::Decoded{})),
                               [&](const std::string& owner) { return uids.contains(owner); });
}

std::string without_personal(const std::string& raw) {
    std::string left;
    if (const auto operation = operation_in(raw)) {
        protocol::append_line(left, *operation);
        return left;
    }
    return fmt::format(R"({{"erased":true,"bytes":{},"blake2b":"{}"}})", raw.size(),
                       kiosk::core::to_hex(sodium().blake2b_256(raw)));
}

} // namespace kiosk::sync::hub
