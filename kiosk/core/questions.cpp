// SPDX-License-Identifier: Apache-2.0
#include "core/questions.hpp"

#include "core/letters.hpp"
#include "core/signature.hpp"

#include <unicode/locid.h>
#include <unicode/uloc.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <optional>
#include <charconv>
#include <set>

namespace kiosk::core {

namespace {

// Full-width digits and signs are what a Chinese input method types; they count as the plain ones.
std::string tidy(std::string_view text) {
    auto letters = compatible_letters(text);
    std::erase_if(letters, is_invisible);
    const auto begin = std::ranges::find_if_not(letters, is_space);
    letters.erase(letters.begin(), begin);
    while (!letters.empty() && is_space(letters.back()))
        letters.pop_back();
    return to_utf8(letters);
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_letter(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}
bool is_beyond_ascii(char c) {
    return static_cast<unsigned char>(c) >= 0x80;
}

// Moves over a text from its start; every step says whether it fitted.
class Cursor {
public:
    explicit Cursor(std::string_view text) : m_left(text) {}

    bool at_end() const { return m_left.empty(); }
    bool one_of(std::string_view wanted) {
        if (m_left.empty() || wanted.find(m_left.front()) == std::string_view::npos)
            return false;
        m_left.remove_prefix(1);
        return true;
    }
    bool literal(std::string_view wanted) {
        if (!m_left.starts_with(wanted))
            return false;
        m_left.remove_prefix(wanted.size());
        return true;
    }
    std::optional<int> digits(std::size_t fewest, std::size_t most) {
        std::size_t count = 0;
        int value = 0;
        while (count < most && count < m_left.size() && is_digit(m_left[count]))
            value = value * 10 + (m_left[count++] - '0');
        if (count < fewest)
            return std::nullopt;
        m_left.remove_prefix(count);
        return value;
    }
    std::size_t skip_digits() {
        const auto end = std::ranges::find_if_not(m_left, is_digit);
        const auto count = static_cast<std::size_t>(end - m_left.begin());
        m_left.remove_prefix(count);
        return count;
    }

private:
    std::string_view m_left;
};

// 12, -3.5, 1,000 and 3,5 alike: where people come from decides which comma they mean.
bool is_number(std::string_view text) {
    Cursor in(text);
    (void)in.one_of("+-");
    std::size_t count = in.skip_digits();
    std::size_t group = 0;
    bool grouped = false;
    while (in.one_of(",")) {
        group = in.skip_digits();
        if (count == 0 || group == 0 || (grouped && group != 3))
            return false;
        grouped = true;
    }
    if (grouped && in.at_end())
        return true;
    if (in.one_of(".")) {
        const auto decimals = in.skip_digits();
        if (decimals == 0 || (grouped && group != 3))
            return false;
        count += decimals;
    }
    return count > 0 && in.at_end();
}

// 2026-11-20, 2026/11/20, 2026年11月20日.
bool read_date(Cursor& in) {
    const auto year = in.digits(4, 4);
    if (!year)
        return false;
    const bool written = in.literal("年");
    const bool slashes = !written && in.literal("/");
    if (!written && !slashes && !in.literal("-"))
        return false;
    const auto month = in.digits(1, 2);
    if (!month || !in.literal(written ? "月" : slashes ? "/" : "-"))
        return false;
    const auto day = in.digits(1, 2);
    if (!day || (written && !in.literal("日")))
        return false;
    using namespace std::chrono;
    return *year > 0 && year_month_day(std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                                       std::chrono::day(static_cast<unsigned>(*day)))
                            .ok();
}

bool read_time(Cursor& in) {
    const auto hour = in.digits(1, 2);
    if (!hour || *hour > 23 || !in.literal(":"))
        return false;
    const auto minute = in.digits(2, 2);
    if (!minute || *minute > 59)
        return false;
    if (!in.literal(":"))
        return true;
    const auto second = in.digits(2, 2);
    if (!second || *second > 59)
        return false;
    return !in.literal(".") || in.skip_digits() > 0;
}

bool is_date(std::string_view text) {
    Cursor in(text);
    return read_date(in) && in.at_end();
}

bool is_time(std::string_view text) {
    Cursor in(text);
    return read_time(in) && in.at_end();
}

bool is_date_and_time(std::string_view text) {
    Cursor in(text);
    if (!read_date(in) || !in.one_of("Tt "))
        return false;
    while (in.literal(" "))
        continue;
    if (!read_time(in))
        return false;
    if (in.at_end() || (in.one_of("Zz") && in.at_end()))
        return true;
    if (!in.one_of("+-"))
        return false;
    const auto hour = in.digits(2, 2);
    (void)in.literal(":");
    const auto minute = in.digits(2, 2);
    return hour && minute && *hour <= 23 && *minute <= 59 && in.at_end();
}

bool is_domain(std::string_view domain) {
    if (domain.size() > 253 || domain.find('.') == std::string_view::npos)
        return false;
    std::string_view label;
    do {
        const auto dot = domain.find('.');
        label = domain.substr(0, dot);
        domain = dot == std::string_view::npos ? std::string_view() : domain.substr(dot + 1);
        const bool letters = std::ranges::all_of(
            label, [](char c) { return is_letter(c) || is_digit(c) || c == '-' || is_beyond_ascii(c); });
        if (label.empty() || label.size() > 63 || !letters || label.front() == '-' || label.back() == '-')
            return false;
        if (dot == std::string_view::npos)
            break;
    } while (true);
    return !std::ranges::all_of(label, is_digit); // 10.0.0.1 is no place for mail
}

// Whether mail could go there, not whether it will: who mistypes is told at the desk, who has an unusual address isn't.
bool is_email(std::string_view text) {
    const auto at = text.rfind('@');
    if (at == std::string_view::npos || at == 0 || at > 64 || text.size() > 254)
        return false;
    const auto local = text.substr(0, at);
    const bool fits = std::ranges::all_of(local, [](char c) {
        constexpr std::string_view signs = "!#$%&'*+-/=?^_`{|}~.";
        return is_letter(c) || is_digit(c) || is_beyond_ascii(c) || signs.find(c) != std::string_view::npos;
    });
    return fits && local.front() != '.' && local.back() != '.' && local.find("..") == std::string_view::npos &&
           is_domain(text.substr(at + 1));
}

// Any country's number, with or without its prefix, written as people write it.
bool is_phone(std::string_view text) {
    constexpr std::size_t fewest = 6;
    constexpr std::size_t most = 17; // 15 and the "00" before them
    Cursor in(text);
    (void)in.literal("+");
    std::size_t count = 0;
    while (!in.at_end()) {
        if (in.one_of("0123456789"))
            ++count;
        else if (!in.one_of(" -.()/"))
            return false;
    }
    return count >= fewest && count <= most;
}

// ISO codes of two or three letters, and the names in Chinese and English, folded.
const std::set<std::string, std::less<>>& countries() {
    static const auto known = [] {
        std::set<std::string, std::less<>> names;
        const auto add = [&](const icu::UnicodeString& name) {
            std::string utf8;
            name.toUTF8String(utf8);
            names.insert(to_utf8(folded_letters(utf8)));
        };
        for (const char* const* code = uloc_getISOCountries(); *code != nullptr; ++code) {
            const icu::Locale country("", *code);
            add(icu::UnicodeString::fromUTF8(*code));
            if (std::strlen(country.getISO3Country()) == 3)
                add(icu::UnicodeString::fromUTF8(country.getISO3Country()));
            icu::UnicodeString name;
            add(country.getDisplayCountry(icu::Locale::getEnglish(), name));
            add(country.getDisplayCountry(icu::Locale::getSimplifiedChinese(), name));
        }
        return names;
    }();
    return known;
}

std::optional<bool> yes_or_no(std::string_view text) {
    const auto word = to_utf8(folded_letters(text));
    if (word == "true" || word == "yes" || word == "是")
        return true;
    if (word == "false" || word == "no" || word == "否")
        return false;
    return std::nullopt;
}

bool is_option(const Question& question, std::string_view id) {
    return std::ranges::find(question.options, id, &QuestionOption::id) != question.options.end();
}

// Line breaks and tabs are text, other control characters come from a broken file.
bool is_text(std::string_view text) {
    return is_utf8(text) && std::ranges::none_of(to_letters(text), [](char32_t letter) {
               return is_control(letter) && letter != U'\n' && letter != U'\r' && letter != U'\t';
           });
}

bool within(const Question& question, std::int64_t amount) {
    return (!question.min || amount >= *question.min) && (!question.max || amount <= *question.max);
}

// `text` is a number already. Fractions are compared as such: 0.5 is not within 1 and 5.
bool number_within(const Question& question, const std::string& text) {
    if (!question.min && !question.max)
        return true;
    auto plain = text;
    std::ranges::replace(plain, ',', '.');
    const char* begin = plain.c_str() + (plain.starts_with('+') ? 1 : 0);
    double value = 0;
    if (std::from_chars(begin, plain.c_str() + plain.size(), value).ec != std::errc{})
        return false;
    return (!question.min || value >= static_cast<double>(*question.min)) &&
           (!question.max || value <= static_cast<double>(*question.max));
}

AnswerProblem check_choices(const Question& question, const std::vector<std::string>& chosen) {
    if (question.type != QuestionType::Multiple)
        return AnswerProblem::Format;
    std::size_t size = 0;
    for (const auto& id : chosen)
        size += id.size();
    if (size > max_answer_bytes)
        return AnswerProblem::TooLong;
    const bool known = std::ranges::all_of(chosen, [&](const std::string& id) { return is_option(question, id); });
    if (!known)
        return AnswerProblem::NotAnOption;
    return within(question, static_cast<std::int64_t>(chosen.size())) ? AnswerProblem::None : AnswerProblem::Format;
}

AnswerProblem check_yes_no(const Question& question, bool yes) {
    return question.required && !yes ? AnswerProblem::MustAccept : AnswerProblem::None;
}

AnswerProblem check_cell(const QuestionColumn& column, QuestionType type, const AnswerRow& row) {
    const auto cell = row.find(column.id);
    if (cell != row.end() && cell->second.size() > max_cell_bytes)
        return AnswerProblem::TooLong;
    if (cell == row.end() || tidy(cell->second).empty())
        return column.required ? AnswerProblem::Missing : AnswerProblem::None;
    Question question;
    question.type = type;
    question.options = column.options;
    const Answer answer = cell->second;
    return check_answer(question, &answer);
}

AnswerProblem check_rows(const Question& question, const AnswerRows& rows) {
    const bool contact = question.type == QuestionType::Contact;
    if (!contact && question.type != QuestionType::List)
        return AnswerProblem::Format;
    if (rows.size() > (contact ? 1 : max_answer_rows))
        return AnswerProblem::TooLong;
    const auto& columns = columns_of(question);
    for (const auto& row : rows) {
        for (const auto& [id, cell] : row)
            if (std::ranges::find(columns, id, &QuestionColumn::id) == columns.end())
                return AnswerProblem::Format;
        for (const auto& column : columns)
            if (const auto problem = check_cell(column, column.type, row); problem != AnswerProblem::None)
                return problem;
    }
    return contact || within(question, static_cast<std::int64_t>(rows.size())) ? AnswerProblem::None
                                                                               : AnswerProblem::Format;
}

AnswerProblem check_text(const Question& question, const std::string& typed) {
    if (typed.size() > max_answer_bytes_of(question.type))
        return AnswerProblem::TooLong;
    if (!is_text(typed))
        return AnswerProblem::Format;
    if (question.type == QuestionType::Signature)
        return is_signature(typed) ? AnswerProblem::None : AnswerProblem::Format;
    const auto text = tidy(typed);
    const auto fits = [](bool good) { return good ? AnswerProblem::None : AnswerProblem::Format; };
    switch (question.type) {
    case QuestionType::Text:
    case QuestionType::TextArea:
        return fits(within(question, static_cast<std::int64_t>(to_letters(text).size())));
    case QuestionType::Number:
        return fits(is_number(text) && number_within(question, text));
    case QuestionType::YesNo: {
        const auto answer = yes_or_no(text);
        return answer ? check_yes_no(question, *answer) : AnswerProblem::Format;
    }
    case QuestionType::Single:
        return is_option(question, typed) || is_option(question, text) ? AnswerProblem::None
                                                                       : AnswerProblem::NotAnOption;
    case QuestionType::Multiple:
    case QuestionType::Contact:
    case QuestionType::List:
    case QuestionType::Signature: // looked at above
        return AnswerProblem::Format;
    case QuestionType::Date:
        return fits(is_date(text));
    case QuestionType::Time:
        return fits(is_time(text));
    case QuestionType::DateTime:
        return fits(is_date_and_time(text));
    case QuestionType::Email:
        return fits(is_email(text));
    case QuestionType::Phone:
        return fits(is_phone(text));
    case QuestionType::Country:
        return fits(countries().contains(to_utf8(folded_letters(text))));
    }
    return AnswerProblem::Format;
}

bool is_blank(const Answer& answer) {
    if (const auto* text = std::get_if<std::string>(&answer))
        return text->size() <= max_answer_bytes && is_utf8(*text) && tidy(*text).empty();
    if (const auto* chosen = std::get_if<std::vector<std::string>>(&answer))
        return chosen->empty();
    if (const auto* rows = std::get_if<AnswerRows>(&answer))
        return rows->empty();
    return false;
}

bool matches(const Answer& answer, const std::string& wanted) {
    const auto same = [&](const std::string& text) {
        if (text == wanted || tidy(text) == wanted)
            return true;
        const auto yes = yes_or_no(wanted);
        return yes && yes_or_no(text) == yes;
    };
    if (const auto* text = std::get_if<std::string>(&answer))
        return text->size() <= max_answer_bytes && same(*text);
    if (const auto* chosen = std::get_if<std::vector<std::string>>(&answer))
        return std::ranges::any_of(*chosen, same);
    if (const auto* yes = std::get_if<bool>(&answer))
        return yes_or_no(wanted) == *yes;
    return false; // nothing depends on what stands in a table
}

// The same for the questions on which this one depends; `steps` ends a circle of them, which nobody can be asked.
bool is_chain_asked(const EventConfig& config, const Question& question, std::string_view ticket_type,
                    const Answers& answers, std::size_t steps) {
    if (steps > config.questions.size() || !is_asked(question, ticket_type, answers))
        return false;
    if (!question.depends_on)
        return true;
    const auto* parent = config.question(question.depends_on->question);
    return parent && is_chain_asked(config, *parent, ticket_type, answers, steps + 1);
}

} // namespace

std::size_t max_answer_bytes_of(QuestionType type) {
    return type == QuestionType::Signature ? max_signature_bytes : max_answer_bytes;
}

const std::vector<QuestionColumn>& columns_of(const Question& question) {
    static const std::vector<QuestionColumn> contact{{"name", QuestionType::Text, true, {}, {}},
                                                     {"title", QuestionType::Text, false, {}, {}},
                                                     {"phone", QuestionType::Phone, false, {}, {}},
                                                     {"email", QuestionType::Email, false, {}, {}}};
    return question.type == QuestionType::Contact ? contact : question.columns;
}

AnswerProblem check_answer(const Question& question, const Answer* answer) {
    if (!answer || is_blank(*answer))
        return AnswerProblem::Missing;
    if (const auto* chosen = std::get_if<std::vector<std::string>>(answer))
        return check_choices(question, *chosen);
    if (const auto* yes = std::get_if<bool>(answer))
        return question.type == QuestionType::YesNo ? check_yes_no(question, *yes) : AnswerProblem::Format;
    if (const auto* rows = std::get_if<AnswerRows>(answer))
        return check_rows(question, *rows);
    return check_text(question, std::get<std::string>(*answer));
}

bool is_asked(const Question& question, std::string_view ticket_type, const Answers& answers) {
    if (question.ticket_types && std::ranges::find(*question.ticket_types, ticket_type) == question.ticket_types->end())
        return false;
    if (!question.depends_on)
        return true;
    const auto answer = answers.find(question.depends_on->question);
    return answer != answers.end() && std::ranges::any_of(question.depends_on->values, [&](const std::string& wanted) {
               return matches(answer->second, wanted);
           });
}

std::vector<std::string> open_questions(const EventConfig& config, std::string_view ticket_type, const Answers& known,
                                        const Answers& given) {
    const auto answers = merged(known, given);
    std::vector<std::string> open;
    for (const auto& question : config.questions) {
        if (question.ask_at != AskAt::CheckIn || !is_chain_asked(config, question, ticket_type, answers, 0))
            continue;
        const auto answer = answers.find(question.id);
        const auto problem = check_answer(question, answer == answers.end() ? nullptr : &answer->second);
        if (problem != AnswerProblem::None && (problem != AnswerProblem::Missing || question.required))
            open.push_back(question.id);
    }
    return open;
}

Answers merged(const Answers& known, const Answers& given) {
    auto answers = known;
    for (const auto& [id, answer] : given) {
        const auto stored = answers.find(id);
        if (stored == answers.end() || !is_blank(answer)) // a field left empty takes nothing back
            answers.insert_or_assign(id, answer);
    }
    return answers;
}

} // namespace kiosk::core
