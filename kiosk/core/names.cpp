// SPDX-License-Identifier: Apache-2.0
#include "core/names.hpp"

#include "core/letters.hpp"
#include "core/phone.hpp"
#include "core/spelling.hpp"

#include <algorithm>

namespace kiosk::core {

namespace {

constexpr std::size_t max_term_characters = 64;
constexpr std::size_t max_terms = 24;

// --- searching -----------------------------------------------------------------------------------------------------

// How terms and queries are compared: letters and digits alone, so that spaces, dots and hyphens need not agree.
Letters compact(const Letters& folded) {
    Letters result;
    for (const char32_t letter : folded) {
        if (!is_word_part(letter))
            continue;
        const auto digit = digit_value(letter);
        result.push_back(digit >= 0 ? U'0' + static_cast<char32_t>(digit) : letter);
        if (result.size() == max_term_characters)
            break;
    }
    return result;
}

bool all_digits(const Letters& letters) {
    return !letters.empty() && std::ranges::all_of(letters, [](char32_t c) { return c >= U'0' && c <= U'9'; });
}

std::string digits_of(std::string_view phone) {
    std::string digits;
    for (const char32_t letter : to_letters(phone)) {
        const auto digit = digit_value(letter);
        if (digit >= 0)
            digits += static_cast<char>('0' + digit);
        if (digits.size() == max_term_characters)
            break;
    }
    return digits;
}

// Whole phone numbers are terms of their own kind: with the last four digits among them, "1380" would find everybody
// whose number begins so.
constexpr std::size_t tail_digits = 4;
std::string phone_term(const std::string& digits) {
    return "+" + digits.substr(0, max_term_characters - 1);
}

struct Terms {
    std::vector<std::string> list;

    void add(const std::string& term) {
        constexpr std::size_t shortest_bytes = 2; // a query has two characters at least
        if (term.size() >= shortest_bytes && list.size() < max_terms && std::ranges::find(list, term) == list.end())
            list.push_back(term);
    }
    void add(const Letters& folded) { add(to_utf8(compact(folded))); }
};

void add_name_terms(Terms& terms, const Letters& folded) {
    terms.add(folded);
    const auto spellings = spellings_of(folded);
    for (const auto& spelling : spellings) {
        terms.add(spelling.full);
        terms.add(spelling.initials);
    }
    const auto whole = compact(folded);
    if (!whole.empty() && is_east_asian(whole.back())) {
        constexpr std::size_t max_suffixes = 6;
        for (std::size_t at = 1; at + 1 < whole.size() && at <= max_suffixes; ++at)
            if (is_east_asian(whole[at]))
                terms.add(whole.substr(at));
    }
    const auto words = words_of(folded);
    for (std::size_t i = 1; i < words.size() && i <= 3; ++i) { // "Maria del Carmen" is also found as "del carmen"
        Letters rest;
        for (std::size_t j = i; j < words.size(); ++j)
            rest += words[j];
        terms.add(rest);
        const auto plain = without_accents(to_utf8(compact(rest)));
        terms.add(plain);
        if (i + 1 == words.size()) { // and the last name first, and both without the middle name
            terms.add(without_accents(to_utf8(compact(words.front()))) + plain);
            Letters first;
            for (std::size_t j = 0; j < i; ++j)
                first += words[j];
            terms.add(plain + without_accents(to_utf8(compact(first))));
        }
    }
    for (const auto& spelling : spellings) {
        if (spelling.surname.empty())
            continue;
        terms.add(spelling.given);
        terms.add(spelling.given_initials);
        terms.add(spelling.given + spelling.surname); // as it stands on foreign badges: Guyu Wang
    }
}

// People leave the place away from a company's name: 深圳市松果示例软件 is searched as 松果.
void add_organisation_terms(Terms& terms, const Letters& folded) {
    terms.add(folded);
    const auto whole = compact(folded);
    if (!whole.empty() && is_han(whole.front())) {
        constexpr std::u32string_view places[] = {
            U"中国", U"北京", U"上海", U"天津", U"重庆", U"广东", U"广州", U"深圳", U"浙江", U"杭州",
            U"江苏", U"南京", U"苏州", U"湖北", U"武汉", U"湖南", U"长沙", U"四川", U"成都", U"陕西",
            U"西安", U"山东", U"济南", U"青岛", U"福建", U"福州", U"厦门", U"河南", U"郑州", U"河北",
            U"安徽", U"合肥", U"辽宁", U"沈阳", U"大连", U"香港", U"澳门", U"台湾",
        };
        std::size_t at = 0;
        for (int level = 0; level < 3; ++level) { // province, city, district
            const auto rest = std::u32string_view(whole).substr(at);
            const auto place = std::ranges::find_if(places, [&](auto each) { return rest.starts_with(each); });
            std::size_t length = place == std::end(places) ? 0 : place->size();
            constexpr std::size_t longest_place = 5;
            for (std::size_t i = std::max<std::size_t>(length, 2); i < rest.size() && i < longest_place; ++i) {
                if (rest[i] == U'省' || rest[i] == U'市' || rest[i] == U'县' || rest[i] == U'区') {
                    length = i + 1;
                    break;
                }
            }
            if (length == 0 || at + length + 2 > whole.size())
                break;
            at += length;
            terms.add(whole.substr(at));
        }
    }
    const auto words = words_of(folded);
    for (std::size_t i = 1; i < words.size() && i <= 3; ++i) {
        Letters rest;
        for (std::size_t j = i; j < words.size(); ++j)
            rest += words[j];
        terms.add(rest);
    }
    terms.add(without_accents(to_utf8(whole)));
}

// --- masking -------------------------------------------------------------------------------------------------------

// A character as a reader sees it: with the accents and variation selectors that follow.
std::vector<Letters> seen_characters(const Letters& letters) {
    std::vector<Letters> seen;
    for (const char32_t letter : letters) {
        if (!seen.empty() && is_mark(letter))
            seen.back().push_back(letter);
        else
            seen.emplace_back(1, letter);
    }
    return seen;
}

bool has_east_asian(const Letters& word) {
    return std::ranges::any_of(word, is_east_asian);
}

std::string mask_word(const Letters& word) {
    const auto seen = seen_characters(word);
    if (!has_east_asian(word)) {
        const auto first = std::ranges::find_if(seen, [](const Letters& each) { return is_word_part(each.front()); });
        return first == seen.end() ? "***" : to_utf8(*first) + "***"; // the length of a Latin name would tell
    }
    std::string masked = to_utf8(seen.front());
    if (seen.size() <= 2)
        return masked + "*";
    for (std::size_t i = 1; i + 1 < seen.size(); ++i)
        masked += is_word_part(seen[i].front()) ? "*" : to_utf8(seen[i]); // the dot in 阿依古丽·买买提 stays
    return masked + to_utf8(seen.back());
}

} // namespace

Pinyin pinyin(std::string_view name) {
    const auto spelling = spellings_of(folded_letters(name)).front();
    return {spelling.full, spelling.surname.empty() ? std::string() : spelling.given, spelling.initials};
}

std::string fold(std::string_view text) {
    return to_utf8(folded_letters(text));
}

std::vector<std::string> search_terms(const Person& person) {
    Terms terms;
    const auto phone = phone_key(person.phone);
    terms.add(phone_tail(phone));
    if (phone.size() > tail_digits)
        terms.add(phone_term(phone));
    if (const auto organisation = folded_letters(person.organisation); !organisation.empty())
        add_organisation_terms(terms, organisation);
    if (const auto name = folded_letters(person.name); !name.empty())
        add_name_terms(terms, name);
    return terms.list;
}

std::string search_query(std::string_view typed) {
    constexpr std::size_t longest_bytes = 1024; // nobody types more; what is pasted is cut
    typed = typed.substr(0, longest_bytes);
    const auto query = compact(folded_letters(typed));
    if (all_digits(query)) {
        auto digits = phone_key(typed);
        if (digits.empty())
            digits = to_utf8(query);
        if (digits.size() <= tail_digits)
            return digits.size() == tail_digits ? digits : std::string();
        return phone_term(digits);
    }
    return query.size() < 2 ? std::string() : to_utf8(query);
}

std::string mask_name(std::string_view name) {
    std::vector<Letters> words;
    bool joined_before = false;
    for (auto& word : words_of(to_letters(name))) {
        const bool east_asian = std::ranges::all_of(word, [](char32_t c) { return is_east_asian(c) || is_mark(c); });
        if (east_asian && joined_before) // 王 谷雨 is one name
            words.back() += word;
        else
            words.push_back(word);
        joined_before = east_asian;
    }
    std::string masked;
    for (const auto& word : words)
        masked += (masked.empty() ? "" : " ") + mask_word(word);
    return masked;
}

std::string phone_tail(std::string_view phone) {
    const auto digits = digits_of(phone);
    return digits.size() <= tail_digits ? digits : digits.substr(digits.size() - tail_digits);
}

std::string mask_phone(std::string_view phone) {
    const auto digits = digits_of(phone);
    if (digits.empty())
        return {};
    return digits.size() <= tail_digits ? "****" : "****" + phone_tail(digits); // a short number is hidden as a whole
}

std::string mask_organisation(std::string_view organisation) {
    const auto words = words_of(to_letters(organisation));
    if (words.empty())
        return {};
    const auto seen = seen_characters(words.front());
    const std::size_t shown = has_east_asian(words.front()) && seen.size() > 3 ? 2 : 1;
    std::string masked;
    for (std::size_t i = 0; i < shown; ++i)
        masked += to_utf8(seen[i]);
    return masked + "***";
}

} // namespace kiosk::core
