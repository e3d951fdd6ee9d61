// SPDX-License-Identifier: Apache-2.0
#include "core/letters.hpp"

#include "core/result.hpp"

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/uscript.h>
#include <unicode/ustring.h>

namespace kiosk::core {

namespace {

UChar32 code(char32_t letter) {
    return static_cast<UChar32>(letter);
}

UScriptCode script_of(char32_t letter) {
    UErrorCode status = U_ZERO_ERROR;
    return uscript_getScript(code(letter), &status);
}

Letters normalised(const icu::Normalizer2* normalizer, std::string_view text) {
    KIOSK_ASSERT(normalizer != nullptr);
    const auto source = icu::UnicodeString::fromUTF8({text.data(), static_cast<std::int32_t>(text.size())});
    UErrorCode status = U_ZERO_ERROR;
    const auto result = normalizer->normalize(source, status);
    if (U_FAILURE(status))
        return {}; // only where memory ran out
    std::string utf8;
    result.toUTF8String(utf8);
    return to_letters(utf8);
}

} // namespace

bool is_utf8(std::string_view text) {
    UErrorCode status = U_ZERO_ERROR;
    u_strFromUTF8(nullptr, 0, nullptr, text.data(), static_cast<std::int32_t>(text.size()), &status);
    return status != U_INVALID_CHAR_FOUND; // an overflow of the empty buffer is expected
}

Letters to_letters(std::string_view utf8) {
    const auto text = icu::UnicodeString::fromUTF8({utf8.data(), static_cast<std::int32_t>(utf8.size())});
    Letters letters;
    letters.reserve(utf8.size());
    for (std::int32_t at = 0; at < text.length();) {
        const UChar32 letter = text.char32At(at);
        at += U16_LENGTH(letter);
        letters.push_back(U_IS_SURROGATE(letter) ? U'\uFFFD' : static_cast<char32_t>(letter));
    }
    return letters;
}

std::string to_utf8(const Letters& letters) {
    const auto text = icu::UnicodeString::fromUTF32(reinterpret_cast<const UChar32*>(letters.data()),
                                                    static_cast<std::int32_t>(letters.size()));
    std::string utf8;
    text.toUTF8String(utf8);
    return utf8;
}

bool is_space(char32_t letter) {
    return u_isUWhiteSpace(code(letter)) != 0;
}

bool is_mark(char32_t letter) {
    constexpr char32_t zero_width_joiner = 0x200D;
    return (U_GET_GC_MASK(code(letter)) & U_GC_M_MASK) != 0 || letter == zero_width_joiner;
}

bool is_word_part(char32_t letter) {
    return (U_GET_GC_MASK(code(letter)) & (U_GC_L_MASK | U_GC_M_MASK | U_GC_N_MASK)) != 0;
}

bool is_han(char32_t letter) {
    return script_of(letter) == USCRIPT_HAN;
}

bool is_east_asian(char32_t letter) {
    switch (script_of(letter)) {
    case USCRIPT_HAN:
    case USCRIPT_HIRAGANA:
    case USCRIPT_KATAKANA:
    case USCRIPT_HANGUL:
    case USCRIPT_BOPOMOFO:
    case USCRIPT_YI:
        return true;
    default:
        return false;
    }
}

bool is_control(char32_t letter) {
    return u_charType(code(letter)) == U_CONTROL_CHAR;
}

bool is_invisible(char32_t letter) {
    return u_charType(code(letter)) == U_FORMAT_CHAR ||
           u_hasBinaryProperty(code(letter), UCHAR_DEFAULT_IGNORABLE_CODE_POINT) != 0;
}

int digit_value(char32_t letter) {
    return u_charDigitValue(code(letter));
}

Letters compatible_letters(std::string_view text) {
    UErrorCode status = U_ZERO_ERROR;
    return normalised(icu::Normalizer2::getNFKCInstance(status), text);
}

Letters folded_letters(std::string_view text) {
    UErrorCode status = U_ZERO_ERROR;
    Letters result;
    for (const char32_t letter : normalised(icu::Normalizer2::getNFKCCasefoldInstance(status), text)) {
        if (!is_space(letter))
            result.push_back(letter);
        else if (!result.empty() && result.back() != U' ')
            result.push_back(U' ');
    }
    if (!result.empty() && result.back() == U' ')
        result.pop_back();
    return result;
}

std::string shortened(std::string_view text, std::size_t characters) {
    constexpr std::size_t longest_character = 4;
    auto letters = to_letters(text.substr(0, (characters + 1) * longest_character));
    if (letters.size() <= characters)
        return to_utf8(letters);
    return to_utf8(letters.substr(0, characters)) + "…";
}

std::vector<Letters> words_of(const Letters& text) {
    std::vector<Letters> words;
    bool inside = false;
    for (const char32_t letter : text) {
        if (is_space(letter)) {
            inside = false;
            continue;
        }
        if (!inside)
            words.emplace_back();
        inside = true;
        words.back().push_back(letter);
    }
    return words;
}

} // namespace kiosk::core
