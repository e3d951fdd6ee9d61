// SPDX-License-Identifier: Apache-2.0
// A folded name is cut into Chinese characters and words of other scripts, and each character is read through ICU. ICU
// reads about 60,000 names a second, too slow for a roster that is indexed at once, so every thread keeps the readings
// that it has seen: one for each character, one for each surname.
#include "core/spelling.hpp"

#include "core/result.hpp"

#include <unicode/normalizer2.h>
#include <unicode/translit.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <unordered_map>

namespace kiosk::core {

namespace {

constexpr std::size_t max_name_characters = 64;
constexpr std::size_t max_spellings = 4;

// Readings where people differ from ICU's table, or from one another: the first is the one that is shown.
struct Reading {
    char32_t letter;
    std::array<std::string_view, 3> surname; // all empty: as ICU says
    std::array<std::string_view, 3> given;
};
constexpr Reading special_readings[] = {
    {U'单', {"shan", "dan"}, {}},
    {U'曾', {"zeng"}, {"zeng", "ceng"}},
    {U'解', {"xie", "jie"}, {}},
    {U'仇', {"qiu", "chou"}, {}},
    {U'区', {"ou", "qu"}, {}},
    {U'查', {"zha", "cha"}, {}},
    {U'盖', {"ge", "gai"}, {}},
    {U'朴', {"piao", "pu"}, {}},
    {U'缪', {"miao", "mou"}, {}},
    {U'都', {"du"}, {"dou", "du"}},
    {U'乜', {"nie", "mie"}, {}},
    {U'隗', {"wei", "kui"}, {}},
    {U'覃', {"qin", "tan"}, {}},
    {U'乐', {"yue", "le"}, {"le", "yue"}},
    {U'翟', {"zhai", "di"}, {}},
    {U'牟', {"mou", "mu"}, {}},
    {U'种', {"chong", "zhong"}, {"zhong"}},
    {U'洗', {"xian", "xi"}, {}},
    {U'尉', {"wei", "yu"}, {}},
    {U'员', {"yun", "yuan"}, {}},
    {U'郇', {"xun", "huan"}, {}},
    {U'柏', {"bai", "bo"}, {"bai", "bo"}},
    {U'贾', {"jia"}, {}},
    {U'盛', {"sheng"}, {"sheng", "cheng"}},
    {U'晟', {}, {"sheng", "cheng"}},
    {U'长', {}, {"chang", "zhang"}},
    {U'行', {}, {"xing", "hang"}},
    {U'重', {}, {"chong", "zhong"}},
    {U'朝', {}, {"chao", "zhao"}},
    {U'茜', {}, {"xi", "qian"}},
    {U'娜', {}, {"na", "nuo"}},
    {U'卜', {"bu"}, {"bu", "bo"}},
    {U'召', {"shao", "zhao"}, {}},
    {U'调', {}, {"tiao", "diao"}},
    {U'参', {}, {"shen", "can"}},
    {U'藏', {}, {"zang", "cang"}},
    {U'降', {}, {"jiang", "xiang"}},
    {U'露', {}, {"lu", "lou"}},
    {U'呵', {}, {"he", "a"}},
    {U'莘', {"shen", "xin"}, {"xin", "shen"}},
    {U'佘', {"she"}, {}},
    {U'纪', {"ji"}, {}},
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
        : m_plain(clone("Han-Latin; Lower")), m_names(clone("Han-Latin/Names; Lower")),
          m_ascii(clone("Latin-ASCII; Lower")) {}

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
        const bool latin = std::ranges::all_of(ascii, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
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

void add(Spelling& spelling, const Piece& piece, const std::string& reading) {
    spelling.full += reading;
    spelling.initials += reading.front();
    (piece.surname ? spelling.surname : spelling.given) += reading;
    if (!piece.surname)
        spelling.given_initials += reading.front();
}

} // namespace

std::vector<Spelling> spellings_of(const Letters& folded_name) {
    std::vector<Spelling> spellings(1);
    for (const auto& piece : pieces_of(folded_name)) {
        if (piece.readings.empty())
            continue;
        std::vector<Spelling> next;
        for (const auto& reading : piece.readings) {
            for (const auto& spelling : spellings) {
                if (next.size() == max_spellings && &reading != &piece.readings.front())
                    break;
                next.push_back(spelling);
                add(next.back(), piece, reading);
            }
        }
        spellings = std::move(next);
    }
    return spellings;
}

std::string without_accents(const std::string& text) {
    return Reader::of_this_thread().without_accents(text);
}

} // namespace kiosk::core
