// SPDX-License-Identifier: Apache-2.0
#pragma once
// Enumerators and the words that stand for them in JSON, as tables. Internal to core's .cpp files. Ownership: values.
// Threads: any. Failure: value_of answers nothing for a word that is not in the table.
#include <array>
#include <optional>
#include <string_view>
#include <utility>

namespace kiosk::core {

template <typename T, std::size_t N>
using Words = std::array<std::pair<T, std::string_view>, N>;

template <typename T, std::size_t N>
constexpr std::string_view word_of(const Words<T, N>& words, T value) {
    for (const auto& [candidate, word] : words)
        if (candidate == value)
            return word;
    return words.front().second;
}

template <typename T, std::size_t N>
constexpr std::optional<T> value_of(const Words<T, N>& words, std::string_view text) {
    for (const auto& [value, word] : words)
        if (word == text)
            return value;
    return std::nullopt;
}

} // namespace kiosk::core
