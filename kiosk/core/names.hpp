// SPDX-License-Identifier: Apache-2.0
#pragma once
// Names of people as they are written, read and searched. Purpose: pinyin and initials (ICU Han-Latin/Names, which
// knows how surnames are read), search terms, masking. Ownership: values. Threads: any. Failure: none; what can't be
// read in Latin is left out.
#include "core/model.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace kiosk::core {

struct Pinyin {
    std::string full;     // "wangguyu"
    std::string given;    // "guyu"; "" where there is no given name apart
    std::string initials; // "wgy"
};
Pinyin pinyin(std::string_view name);

// NFKC, lower case, inner white space folded to one space, trimmed.
std::string fold(std::string_view text);

// Every term under which a person can be found: a query matches where it is a prefix of a term. Letters and digits
// alone (folded, without spaces and hyphens); the name and the ends of a Chinese name, pinyin, initials, the words of a
// Latin name, the phone's last four digits, "+" and the whole number, and the organisation with and without its place.
// At most 24 terms.
std::vector<std::string> search_terms(const Person& person);

// What to compare with the terms, or an empty string where it is too short: two characters, or four digits where it is
// all digits. Exactly four digits are the end of a phone number; more begin with "+", as whole numbers do in the terms,
// so that the many who share the start of their numbers don't hide the one whose number ends so.
std::string search_query(std::string_view typed);

std::string mask_name(std::string_view name);   // 王谷雨 → 王*雨, 李白 → 李*, Grace Hopper → G*** H***
std::string phone_tail(std::string_view phone); // last four digits, or fewer
std::string mask_phone(std::string_view phone); // ****5678
std::string mask_organisation(std::string_view organisation);

} // namespace kiosk::core
