// SPDX-License-Identifier: Apache-2.0
#pragma once
// Text as a row of characters, for this folder's own use. Purpose: what ICU says about characters and folding, in the
// few forms that names and codes need. Ownership: values. Threads: any. Failure: what is not UTF-8 becomes U+FFFD,
// which counts as a symbol.
#include <string>
#include <string_view>
#include <vector>

namespace kiosk::core {

using Letters = std::u32string;

bool is_utf8(std::string_view text);
Letters to_letters(std::string_view utf8);
std::string to_utf8(const Letters& letters);

bool is_space(char32_t letter);
bool is_mark(char32_t letter);      // belongs to the character before it
bool is_word_part(char32_t letter); // a letter, a mark or a number
bool is_han(char32_t letter);
// Scripts written without spaces, where every character tells: masked and searched character by character.
bool is_east_asian(char32_t letter);
bool is_control(char32_t letter);   // C0 and C1
bool is_invisible(char32_t letter); // zero-width spaces and joiners, marks of direction, byte order marks
int digit_value(char32_t letter);   // of a decimal digit in any script, else -1

// NFKC, lower case, white space as one space, trimmed.
Letters folded_letters(std::string_view text);
// NFKC alone.
Letters compatible_letters(std::string_view text);
// The first characters and an ellipsis, for messages; never cut within a character.
std::string shortened(std::string_view text, std::size_t characters = 64);
std::vector<Letters> words_of(const Letters& text); // cut at white space

} // namespace kiosk::core
