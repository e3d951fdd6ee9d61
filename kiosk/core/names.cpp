// SPDX-License-Identifier: Apache-2.0
// Names in three steps: text is folded (NFKC, case), cut into Chinese characters and words of other scripts, and each
// character is read through ICU. ICU reads about 60,000 names a second, too slow for a roster that is indexed at once,
// so every thread keeps the readings that it has seen: one for each character, one for each surname.
#include "core/names.hpp"

#include <unicode/normalizer2.h>
#include <unicode/translit.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/uscript.h>

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <unordered_map>

namespace kiosk::core {

namespace {

using Letters = std::u32string;

constexpr std::size_t max_name_characters = 64;
constexpr std::size_t max_terms = 24;
constexpr std::size_t max_readings = 4;

// What cannot be read as UTF-8 becomes U+FFFD, which counts as a symbol: it is never searched for.
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

UChar32 code(char32_t letter) { return static_cast<UChar32>(letter); }
bool is_space(char32_t letter) { return u_isUWhiteSpace(code(letter)) != 0; }
bool is_mark(char32_t letter) {
    constexpr char32_t zero_width_joiner = 0x200D;
    return (U_GET_GC_MASK(code(letter)) & U_GC_M_MASK) != 0 || letter == zero_width_joiner;
}
bool is_word_part(char32_t letter) {
    return (U_GET_GC_MASK(code(letter)) & (U_GC_L_MASK | U_GC_M_MASK | U_GC_N_MASK)) != 0;
}

UScriptCode script_of(char32_t letter) {
    UErrorCode status = U_ZERO_ERROR;
    return uscript_getScript(code(letter), &status);
}
bool is_han(char32_t letter) { return script_of(letter) == USCRIPT_HAN; }

// Scripts written without spaces, where every character tells: masked and searched character by character.
bool is_east_asian(char32_t letter) {
    switch (script_of(letter)) {
    case USCRIPT_HAN:
    case USCRIPT_HIRAGANA:
    case USCRIPT_KATAKANA:
    case USCRIPT_HANGUL:
    case USCRIPT_BOPOMOFO:
    case USCRIPT_YI: return true;
    default: return false;
    }
}

Letters folded_letters(std::string_view text) {
    UErrorCode status = U_ZERO_ERROR;
    const auto* normalizer = icu::Normalizer2::getNFKCCasefoldInstance(status);
    KIOSK_ASSERT(U_SUCCESS(status));
    const auto source = icu::UnicodeString::fromUTF8({text.data(), static_cast<std::int32_t>(text.size())});
    const auto folded = normalizer->normalize(source, status);
    if (U_FAILURE(status))
        return {}; // only where memory ran out
    std::string utf8;
    folded.toUTF8String(utf8);
    Letters result;
    for (const char32_t letter : to_letters(utf8)) {
        if (!is_space(letter))
            result.push_back(letter);
        else if (!result.empty() && result.back() != U' ')
            result.push_back(U' ');
    }
    if (!result.empty() && result.back() == U' ')
        result.pop_back();
    return result;
}

// --- reading -------------------------------------------------------------------------------------------------------

// Readings where people differ from ICU's table, or from one another: the first is the one that is shown.
struct Reading {
    char32_t letter;
    std::array<std::string_view, 3> surname; // all empty: as ICU says
    std::array<std::string_view, 3> given;
};
constexpr Reading special_readings[] = {
    {U'单', {"shan", "dan"}, {}},       {U'曾', {"zeng"}, {"zeng", "ceng"}}, {U'解', {"xie", "jie"}, {}},
    {U'仇', {"qiu", "chou"}, {}},       {U'区', {"ou", "qu"}, {}},           {U'查', {"zha", "cha"}, {}},
    {U'盖', {"ge", "gai"}, {}},         {U'朴', {"piao", "pu"}, {}},         {U'缪', {"miao", "mou"}, {}},
    {U'都', {"du"}, {"dou", "du"}},     {U'乜', {"nie", "mie"}, {}},         {U'隗', {"wei", "kui"}, {}},
    {U'覃', {"qin", "tan"}, {}},        {U'乐', {"yue", "le"}, {"le", "yue"}}, {U'翟', {"zhai", "di"}, {}},
    {U'牟', {"mou", "mu"}, {}},         {U'种', {"chong", "zhong"}, {"zhong"}}, {U'洗', {"xian", "xi"}, {}},
    {U'尉', {"wei", "yu"}, {}},         {U'员', {"yun", "yuan"}, {}},        {U'郇', {"xun", "huan"}, {}},
    {U'柏', {"bai", "bo"}, {"bai", "bo"}}, {U'贾', {"jia"}, {}},             {U'盛', {"sheng"}, {"sheng", "cheng"}},
    {U'晟', {}, {"sheng", "cheng"}},    {U'长', {}, {"chang", "zhang"}},     {U'行', {}, {"xing", "hang"}},
    {U'重', {}, {"chong", "zhong"}},    {U'朝', {}, {"chao", "zhao"}},       {U'茜', {}, {"xi", "qian"}},
    {U'娜', {}, {"na", "nuo"}},         {U'卜', {"bu"}, {"bu", "bo"}},       {U'召', {"shao", "zhao"}, {}},
    {U'调', {}, {"tiao", "diao"}},      {U'参', {}, {"shen", "can"}},        {U'藏', {}, {"zang", "cang"}},
    {U'降', {}, {"jiang", "xiang"}},    {U'露', {}, {"lu", "lou"}},          {U'呵', {}, {"he", "a"}},
    {U'莘', {"shen", "xin"}, {"xin", "shen"}}, {U'佘', {"she"}, {}},         {U'纪', {"ji"}, {}},
};

const Reading* special_reading(char32_t letter) {
    const auto* found = std::ranges::find(special_readings, letter, &Reading::letter);
    return found == std::end(special_readings) ? nullptr : found;
}

constexpr std::u32string_view compound_surnames[] = {
    U"欧阳", U"司马", U"上官", U"诸葛", U"皇甫", U"令狐", U"尉迟", U"公孙", U"慕容", U"长孙", U"宇文", U"司徒",
    U"轩辕", U"东方", U"夏侯", U"端木", U"独孤", U"南宫", U"西门", U"百里", U"东郭", U"司空", U"呼延", U"闻人",
    U"公羊", U"澹台", U"濮阳", U"淳于", U"单于", U"太史", U"申屠", U"仲孙", U"钟离", U"万俟", U"赫连", U"公冶",
    U"宗政", U"鲜于", U"闾丘", U"拓跋", U"第五", U"歐陽", U"司馬", U"諸葛", U"長孫", U"東方",
};

bool is_compound_surname(std::u32string_view letters) {
    return std::ranges::find(compound_surnames, letters) != std::end(compound_surnames);
}

// One thread's transliterators and what they have said so far; ICU's own are not safe to share between threads.
class Reader {
public:
    static Reader& of_this_thread() {
        thread_local Reader reader;
        return reader;
    }

    // Tone marks are gone, ü is kept as "ü"; empty for a character that ICU can't read.
    const std::string& syllable(char32_t letter) {
        const auto found = m_syllables.find(letter);
        if (found != m_syllables.end())
            return found->second;
        return m_syllables.emplace(letter, read(*m_plain, Letters(1, letter))).first->second;
    }

    // One syllable for each character of the surname.
    const std::vector<std::string>& surname(const Letters& letters) {
        const auto found = m_surnames.find(letters);
        if (found != m_surnames.end())
            return found->second;
        std::vector<std::string> syllables;
        std::string word;
        for (const char letter : read(*m_names, letters) + " ") {
            if (letter != ' ') {
                word += letter;
            } else if (!word.empty()) {
                syllables.push_back(std::move(word));
                word.clear();
            }
        }
        if (syllables.size() != letters.size()) { // a character that can't be read; each for itself then
            syllables.clear();
            for (const char32_t letter : letters)
                syllables.push_back(syllable(letter));
        }
        if (m_surnames.size() >= max_surnames)
            m_surnames.clear(); // an import of noise must not grow this without bound
        return m_surnames.emplace(letters, std::move(syllables)).first->second;
    }

    // "müller" → "muller"; what isn't Latin stays as it is.
    std::string without_accents(const std::string& text) {
        if (std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; }))
            return text;
        auto ascii = icu::UnicodeString::fromUTF8(text);
        m_ascii->transliterate(ascii);
        std::string result;
        ascii.toUTF8String(result);
        return result;
    }

private:
    static constexpr std::size_t max_surnames = 4096;

    Reader()
        : m_plain(clone("Han-Latin; Lower")), m_names(clone("Han-Latin/Names; Lower")), m_ascii(clone("Latin-ASCII; Lower")) {}

    // Compiling the rules takes 0.1 s, cloning them does not: they are compiled once for the process.
    static std::unique_ptr<icu::Transliterator> clone(const char* id) {
        struct Compiled {
            std::map<std::string, std::unique_ptr<icu::Transliterator>, std::less<>> by_id;
            Compiled() {
                for (const char* each : {"Han-Latin; Lower", "Han-Latin/Names; Lower", "Latin-ASCII; Lower"}) {
                    UErrorCode status = U_ZERO_ERROR;
                    UParseError where;
                    by_id[each].reset(icu::Transliterator::createInstance(each, UTRANS_FORWARD, where, status));
                    // ICU's data is part of the installation; without it no name can be searched.
                    KIOSK_ASSERT(U_SUCCESS(status));
                }
            }
        };
        static const Compiled compiled;
        return std::unique_ptr<icu::Transliterator>(compiled.by_id.find(id)->second->clone());
    }

    static std::string read(icu::Transliterator& transliterator, const Letters& letters) {
        auto text = icu::UnicodeString::fromUTF32(reinterpret_cast<const UChar32*>(letters.data()),
                                                  static_cast<std::int32_t>(letters.size()));
        transliterator.transliterate(text);
        UErrorCode status = U_ZERO_ERROR;
        const auto* decompose = icu::Normalizer2::getNFDInstance(status);
        if (U_FAILURE(status))
            return {};
        const auto decomposed = decompose->normalize(text, status);
        std::string result;
        for (std::int32_t at = 0; U_SUCCESS(status) && at < decomposed.length(); ++at) {
            constexpr char16_t diaeresis = 0x0308;
            const char16_t unit = decomposed[at];
            if ((unit >= 'a' && unit <= 'z') || unit == ' ')
                result += static_cast<char>(unit);
            else if (unit == diaeresis && !result.empty() && result.back() == 'u')
                result.replace(result.size() - 1, 1, "ü");
        }
        return result;
    }

    std::unique_ptr<icu::Transliterator> m_plain;
    std::unique_ptr<icu::Transliterator> m_names;
    std::unique_ptr<icu::Transliterator> m_ascii;
    std::unordered_map<char32_t, std::string> m_syllables;
    std::map<Letters, std::vector<std::string>> m_surnames;
};

// A word of the name: one Chinese character with its readings, or a run of other letters.
struct Piece {
    std::vector<std::string> readings; // the first one is shown; empty where it can't be read in Latin
    bool surname = false;
};

void add_unique(std::vector<std::string>& list, std::string text) {
    if (!text.empty() && std::ranges::find(list, text) == list.end())
        list.push_back(std::move(text));
}

// ü is typed as "u" on a foreign keyboard, as "v" in a Chinese input method.
void add_syllable(std::vector<std::string>& readings, std::string syllable) {
    const auto at = syllable.find("ü");
    if (at == std::string::npos) {
        add_unique(readings, std::move(syllable));
        return;
    }
    for (const char* typed : {"u", "v"})
        add_unique(readings, std::string(syllable).replace(at, std::string_view("ü").size(), typed));
}

std::vector<std::string> typed_readings(const std::string& syllable) {
    std::vector<std::string> readings;
    add_syllable(readings, syllable);
    return readings;
}

std::vector<std::string> readings_of(char32_t letter, bool surname, const std::string& icu_reading) {
    std::vector<std::string> readings;
    if (const auto* special = special_reading(letter))
        for (const auto reading : surname ? special->surname : special->given)
            add_unique(readings, std::string(reading));
    return readings.empty() ? typed_readings(icu_reading) : readings;
}

// Pieces of a folded name. The surname is taken apart where the name is Chinese as a whole.
std::vector<Piece> pieces_of(const Letters& folded) {
    auto& reader = Reader::of_this_thread();
    Letters name;
    bool all_han = true;
    bool has_separator = false; // 阿依古丽·买买提 has no Chinese surname
    for (const char32_t letter : folded) {
        if (is_word_part(letter))
            all_han = all_han && is_han(letter);
        else
            has_separator = has_separator || !is_space(letter);
        if (name.size() < max_name_characters)
            name.push_back(letter);
    }
    if (all_han)
        std::erase_if(name, [](char32_t letter) { return !is_word_part(letter); });

    std::vector<Piece> pieces;
    std::size_t surname_length = 0;
    if (!name.empty() && is_han(name.front()) && !has_separator) {
        const bool compound = name.size() > 2 && is_compound_surname(std::u32string_view(name).substr(0, 2));
        surname_length = compound ? 2 : 1;
        const Letters surname = name.substr(0, surname_length);
        const auto syllables = reader.surname(surname);
        for (std::size_t i = 0; i < surname_length; ++i) // a compound surname is read in one way
            pieces.push_back(
                {compound ? typed_readings(syllables[i]) : readings_of(name[i], true, syllables[i]), true});
    }
    Letters word;
    const auto end_word = [&] {
        if (word.empty())
            return;
        const auto text = to_utf8(word);
        const auto ascii = reader.without_accents(text);
        const bool latin =
            std::ranges::all_of(ascii, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
        Piece piece;
        if (latin)
            piece.readings = {ascii};
        pieces.push_back(std::move(piece));
        word.clear();
    };
    for (std::size_t i = surname_length; i < name.size(); ++i) {
        const char32_t letter = name[i];
        if (is_han(letter)) {
            end_word();
            pieces.push_back({readings_of(letter, false, reader.syllable(letter)), false});
        } else if (is_word_part(letter)) {
            word.push_back(letter);
        } else if (is_space(letter)) {
            end_word(); // other punctuation belongs to the word: O'Brien, Jean-Luc
        }
    }
    end_word();
    return pieces;
}

// One way to read a whole name.
struct Spelling {
    std::string full, surname, given, initials, given_initials;

    void add(const Piece& piece, const std::string& reading) {
        full += reading;
        initials += reading.front();
        (piece.surname ? surname : given) += reading;
        if (!piece.surname)
            given_initials += reading.front();
    }
};

// All spellings, up to max_readings; the first is made of every piece's first reading.
std::vector<Spelling> spellings_of(const std::vector<Piece>& pieces) {
    std::vector<Spelling> spellings(1);
    for (const auto& piece : pieces) {
        if (piece.readings.empty())
            continue;
        std::vector<Spelling> next;
        for (const auto& reading : piece.readings) {
            for (const auto& spelling : spellings) {
                if (next.size() == max_readings && &reading != &piece.readings.front())
                    break;
                next.push_back(spelling);
                next.back().add(piece, reading);
            }
        }
        spellings = std::move(next);
    }
    return spellings;
}

// --- searching -----------------------------------------------------------------------------------------------------

// How terms and queries are compared: letters and digits alone, so that spaces, dots and hyphens need not agree.
Letters compact(const Letters& folded) {
    Letters result;
    for (const char32_t letter : folded) {
        if (!is_word_part(letter))
            continue;
        const auto digit = u_charDigitValue(code(letter));
        result.push_back(digit >= 0 ? U'0' + static_cast<char32_t>(digit) : letter);
        if (result.size() == max_name_characters)
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
        const auto digit = u_charDigitValue(code(letter));
        if (digit >= 0)
            digits += static_cast<char>('0' + digit);
        if (digits.size() == max_name_characters)
            break;
    }
    return digits;
}

// Whole phone numbers are terms of their own kind: with the last four digits among them, "1380" would find everybody
// whose number begins so.
constexpr std::string_view phone_marker = "+";
constexpr std::size_t tail_digits = 4;

std::string national_number(std::string digits) {
    for (const std::string_view prefix : {"0086", "86"})
        if (digits.starts_with(prefix) && digits.size() == prefix.size() + 11)
            return digits.substr(prefix.size());
    return digits;
}

struct Terms {
    std::vector<std::string> list;

    void add(const std::string& term) {
        constexpr std::size_t shortest_bytes = 2; // a query has two characters at least
        if (term.size() >= shortest_bytes && list.size() < max_terms)
            add_unique(list, term);
    }
    void add(const Letters& folded) { add(to_utf8(compact(folded))); }
};

std::vector<Letters> words_of(const Letters& folded) {
    std::vector<Letters> words;
    bool inside = false;
    for (const char32_t letter : folded) {
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

void add_name_terms(Terms& terms, const Letters& folded) {
    auto& reader = Reader::of_this_thread();
    terms.add(folded);
    const auto spellings = spellings_of(pieces_of(folded));
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
        const auto plain = reader.without_accents(to_utf8(compact(rest)));
        terms.add(plain);
        if (i + 1 == words.size()) { // and the last name first, and both without the middle name
            terms.add(reader.without_accents(to_utf8(compact(words.front()))) + plain);
            Letters first;
            for (std::size_t j = 0; j < i; ++j)
                first += words[j];
            terms.add(plain + reader.without_accents(to_utf8(compact(first))));
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
            U"中国", U"北京", U"上海", U"天津", U"重庆", U"广东", U"广州", U"深圳", U"浙江", U"杭州", U"江苏",
            U"南京", U"苏州", U"湖北", U"武汉", U"湖南", U"长沙", U"四川", U"成都", U"陕西", U"西安", U"山东",
            U"济南", U"青岛", U"福建", U"福州", U"厦门", U"河南", U"郑州", U"河北", U"安徽", U"合肥", U"辽宁",
            U"沈阳", U"大连", U"香港", U"澳门", U"台湾",
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
    terms.add(Reader::of_this_thread().without_accents(to_utf8(whole)));
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

bool has_east_asian(const Letters& word) { return std::ranges::any_of(word, is_east_asian); }

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
    const auto spelling = spellings_of(pieces_of(folded_letters(name))).front();
    return {spelling.full, spelling.surname.empty() ? std::string() : spelling.given, spelling.initials};
}

std::string fold(std::string_view text) { return to_utf8(folded_letters(text)); }

std::vector<std::string> search_terms(const Person& person) {
    Terms terms;
    const auto phone = national_number(digits_of(person.phone));
    terms.add(phone_tail(phone));
    if (phone.size() > tail_digits)
        terms.add(std::string(phone_marker) + phone);
    if (const auto organisation = folded_letters(person.organisation); !organisation.empty())
        add_organisation_terms(terms, organisation);
    if (const auto name = folded_letters(person.name); !name.empty())
        add_name_terms(terms, name);
    return terms.list;
}

std::string search_query(std::string_view typed) {
    constexpr std::size_t longest_bytes = 1024; // nobody types more; what is pasted is cut
    const auto query = compact(folded_letters(typed.substr(0, longest_bytes)));
    if (all_digits(query)) {
        if (query.size() < tail_digits)
            return {};
        const auto digits = to_utf8(query);
        return query.size() == tail_digits ? digits : std::string(phone_marker) + national_number(digits);
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
