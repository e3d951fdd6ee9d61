// SPDX-License-Identifier: Apache-2.0
#include "exchange/cell_values.hpp"

#include "core/names.hpp"
#include "exchange/sheet_rows.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <span>
#include <utility>
#include <vector>

namespace kiosk::exchange {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool all_digits(std::string_view text) { return !text.empty() && std::all_of(text.begin(), text.end(), is_digit); }

// Folded and without spaces: how words are compared here.
std::string squeezed(std::string_view text) {
    auto folded = core::fold(text);
    std::erase(folded, ' ');
    return folded;
}

bool is_one_of(std::string_view word, std::span<const std::string_view> words) {
    return std::find(words.begin(), words.end(), word) != words.end();
}

void replace_all(std::string& text, std::string_view from, std::string_view to) {
    for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
        text.replace(at, from.size(), to);
}

} // namespace

std::string tidy(std::string_view text) {
    std::string out;
    bool space = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        std::size_t skip = 0;
        if (byte <= 0x20 || byte == 0x7F)
            skip = 1;
        else if (text.substr(i).starts_with("\u3000")) // full-width space
            skip = 3;
        else if (text.substr(i).starts_with("\u00A0"))
            skip = 2;
        else if (text.substr(i).starts_with("\u200B") || text.substr(i).starts_with("\uFEFF")) {
            i += 2; // nothing to see there, not even a space
            continue;
        }
        if (skip > 0) {
            space = !out.empty();
            i += skip - 1;
            continue;
        }
        if (std::exchange(space, false))
            out += ' ';
        out += text[i];
    }
    return out;
}

std::string_view without_guard(std::string_view text) {
    if (text.size() < 2 || text[0] != '\'')
        return text;
    const auto rest = text.substr(1);
    for (const std::string_view start : {"=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"})
        if (rest.starts_with(start))
            return rest;
    return text;
}

bool means_nothing(std::string_view text) {
    constexpr std::array<std::string_view, 14> words{"", "-", "--", "---", "/", "无", "没有", "暂无", "n/a", "na",
                                                     "none", "null", "nil", "#n/a"};
    return is_one_of(squeezed(text), words);
}

bool is_individual(std::string_view organisation) {
    constexpr std::array<std::string_view, 15> words{
        "个人",        "个体",       "个人参会",  "个人开发者", "自由职业", "自由职业者", "独立开发者",   "待业",
        "individual", "individuals", "freelance", "freelancer", "self",     "personal",   "self-employed"};
    return means_nothing(organisation) || is_one_of(squeezed(organisation), words);
}

PhoneNumber read_phone(std::string_view text) {
    auto folded = core::fold(without_guard(tidy(text)));
    if (means_nothing(folded))
        return {};
    // 1.38E+10: the last digits are gone, and no one can tell which they were.
    if (const auto e = folded.find('e'); e != std::string::npos && e > 0) {
        const auto mantissa = std::string_view(folded).substr(0, e);
        auto exponent = std::string_view(folded).substr(e + 1);
        if (exponent.starts_with('+'))
            exponent.remove_prefix(1);
        if (all_digits(exponent) && mantissa.find_first_not_of("0123456789.") == std::string_view::npos)
            return {folded, PhoneNumber::Problem::Mangled};
    }
    if (folded.ends_with(".0") && all_digits(std::string_view(folded).substr(0, folded.size() - 2)))
        folded.resize(folded.size() - 2); // a number that went through a table of decimals
    for (const std::string_view label : {"tel", "phone", "mobile", "mob", "手机", "电话", ":"})
        if (folded.starts_with(label))
            folded.erase(0, label.size());
    // Of two numbers the first, and no extension.
    for (const std::string_view stop : {"/", "、", ",", ";", "|", "或", "转", "ext", "x", "#"})
        if (const auto at = folded.find(stop); at != std::string::npos && at > 0)
            folded.resize(at);

    for (const std::string_view dash : {"‐", "‑", "‒", "–", "—", "−", "·"})
        replace_all(folded, dash, "-");

    std::string digits;
    bool abroad = false;
    for (const char c : folded) {
        if (is_digit(c))
            digits += c;
        else if (c == '+' && digits.empty())
            abroad = true;
        else if (std::string_view(" -().").find(c) == std::string_view::npos)
            return {tidy(text), PhoneNumber::Problem::Odd};
    }
    if (!abroad && digits.starts_with("00") && digits.size() > 9) {
        abroad = true;
        digits.erase(0, 2);
    }
    const bool chinese_mobile = digits.size() == 13 && digits.starts_with("861");
    if (chinese_mobile || (abroad && digits.starts_with("86"))) {
        digits.erase(0, 2);
        abroad = false;
        if (!digits.starts_with('1') && !digits.starts_with('0'))
            digits.insert(0, 1, '0'); // +86 21 … is 021 … at home
    }
    if (digits.size() < 5 || digits.size() > 20)
        return {tidy(text), PhoneNumber::Problem::Odd};
    return {(abroad ? "+" : "") + digits, PhoneNumber::Problem::None};
}

std::optional<core::RegistrationStatus> read_status(std::string_view text) {
    using core::RegistrationStatus;
    const auto word = squeezed(text);
    constexpr std::array<std::string_view, 20> confirmed{
        "confirmed", "paid", "approved", "accepted", "valid", "active", "ok",   "registered", "已确认", "确认",
        "已支付",    "已付款", "已付",   "有效",     "正常",  "已通过", "通过", "审核通过",   "已报名", "报名成功"};
    constexpr std::array<std::string_view, 8> unpaid{"unpaid",   "notpaid", "awaitingpayment", "未支付",
                                                     "待支付",   "未付款",  "待付款",          "未付"};
    constexpr std::array<std::string_view, 7> pending{"pending", "inreview", "待审核", "审核中", "待确认", "未审核", "未确认"};
    constexpr std::array<std::string_view, 6> waitlist{"waitlist", "waiting", "waitinglist", "候补", "等候", "排队"};
    constexpr std::array<std::string_view, 12> cancelled{"cancelled", "canceled", "refunded", "void",   "已取消", "取消",
                                                         "已退票",    "退票",     "已退款",   "退款",   "作废",   "无效"};
    if (is_one_of(word, confirmed))
        return RegistrationStatus::Confirmed;
    if (is_one_of(word, unpaid))
        return RegistrationStatus::Unpaid;
    if (is_one_of(word, pending))
        return RegistrationStatus::Pending;
    if (is_one_of(word, waitlist))
        return RegistrationStatus::Waitlist;
    if (is_one_of(word, cancelled))
        return RegistrationStatus::Cancelled;
    return std::nullopt;
}

std::optional<std::string> read_event_role(std::string_view text) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 31> words{{
        {"attendee", "attendee"},   {"guest", "attendee"},      {"participant", "attendee"}, {"参会者", "attendee"},
        {"参会人", "attendee"},     {"参会", "attendee"},       {"观众", "attendee"},        {"嘉宾", "attendee"},
        {"speaker", "speaker"},     {"讲师", "speaker"},        {"讲者", "speaker"},         {"演讲嘉宾", "speaker"},
        {"演讲者", "speaker"},      {"分享嘉宾", "speaker"},    {"moderator", "moderator"},  {"host", "moderator"},
        {"主持人", "moderator"},    {"主持", "moderator"},      {"vip", "vip"},              {"贵宾", "vip"},
        {"重要嘉宾", "vip"},        {"volunteer", "volunteer"}, {"志愿者", "volunteer"},     {"media", "media"},
        {"press", "media"},         {"媒体", "media"},          {"记者", "media"},           {"staff", "staff"},
        {"工作人员", "staff"},      {"员工", "staff"},          {"会务", "staff"},
    }};
    const auto word = squeezed(text);
    for (const auto& [written, role] : words)
        if (word == written)
            return std::string(role);
    return std::nullopt;
}

std::optional<bool> read_yes_no(std::string_view text) {
    constexpr std::array<std::string_view, 9> yes{"yes", "y", "true", "1", "是", "对", "有", "同意", "√"};
    constexpr std::array<std::string_view, 9> no{"no", "n", "false", "0", "否", "不", "没有", "不同意", "×"};
    const auto word = squeezed(text);
    if (is_one_of(word, yes))
        return true;
    if (is_one_of(word, no))
        return false;
    return std::nullopt;
}

std::optional<std::string> read_ticket_type(const core::EventConfig& config, std::string_view text) {
    const auto word = squeezed(text);
    for (const auto& type : config.ticket_types)
        for (const auto& name : {type.id, type.name.zh, type.name.en})
            if (!name.empty() && squeezed(name) == word)
                return type.id;
    return std::nullopt;
}

std::optional<core::Instant> read_moment(const core::TimeZone& zone, std::string_view text, DayEdge edge) {
    if (const auto exact = core::parse_rfc3339(tidy(text)))
        return *exact;
    auto folded = core::fold(text);
    double serial = 0;
    if (const auto [end, error] = std::from_chars(folded.data(), folded.data() + folded.size(), serial);
        error == std::errc() && end == folded.data() + folded.size()) {
        if (serial < 20'000 || serial > 80'000) // 1954 to 2119: other numbers are no days
            return std::nullopt;
        folded = serial_date_text(serial, false);
    }
    for (const auto& [from, to] : {std::pair<std::string_view, std::string_view>{"年", "-"}, {"月", "-"}, {"日", " "},
                                   {"号", " "}, {"/", "-"}, {".", "-"}, {"t", " "}, {"时", ":"}, {"点", ":"}, {"分", ""}})
        replace_all(folded, from, to);
    // Six numbers at most: year-month-day hour:minute:second.
    std::array<int, 6> numbers{};
    std::size_t count = 0;
    for (std::size_t i = 0; i < folded.size();) {
        if (is_digit(folded[i])) {
            if (count == numbers.size())
                return std::nullopt;
            const auto [end, error] =
                std::from_chars(folded.data() + i, folded.data() + folded.size(), numbers[count++]);
            if (error != std::errc())
                return std::nullopt;
            i = static_cast<std::size_t>(end - folded.data());
        } else if (std::string_view("- :").find(folded[i]) != std::string_view::npos) {
            ++i;
        } else {
            return std::nullopt;
        }
    }
    const auto [year, month, day, hour, minute, second] = numbers;
    if (count < 3 || count == 4 || year < 1970 || year > 9999 || month < 1 || month > 12 || day < 1 || day > 31 ||
        hour > 24 || minute > 59 || second > 59)
        return std::nullopt;
    const auto at = zone.from_civil({year, month, day, hour, minute, second, 1});
    if (const auto back = zone.civil(at); hour < 24 && (back.day != day || back.month != month)) // 31 November
        return std::nullopt;
    if (count == 3 && edge == DayEdge::End)
        return core::Instant{zone.start_of_day(zone.day_number(at) + 1).unix_ms - 1};
    return at;
}

std::optional<Validity> read_validity(const core::TimeZone& zone, std::string_view text) {
    for (const std::string_view between : {"至", "到", "~", "～", "—", "–", " - ", " to "}) {
        const auto at = text.find(between);
        if (at == std::string_view::npos)
            continue;
        auto rest = text.substr(at + between.size());
        while (rest.starts_with(between)) // "——"
            rest.remove_prefix(between.size());
        const auto from = read_moment(zone, text.substr(0, at), DayEdge::Start);
        const auto until = read_moment(zone, rest, DayEdge::End);
        if (!from || !until)
            return std::nullopt;
        return Validity{from, until};
    }
    const auto until = read_moment(zone, text, DayEdge::End);
    return until ? std::optional(Validity{std::nullopt, until}) : std::nullopt;
}

core::Answer read_answer(const core::Question& question, std::string_view text) {
    const auto option_of = [&](std::string_view typed) {
        const auto word = squeezed(typed);
        for (const auto& option : question.options)
            for (const auto& name : {option.id, option.text.zh, option.text.en})
                if (!name.empty() && squeezed(name) == word)
                    return option.id;
        return tidy(typed);
    };
    switch (question.type) {
    case core::QuestionType::YesNo:
        if (const auto value = read_yes_no(text))
            return *value;
        return tidy(text);
    case core::QuestionType::Single: return option_of(text);
    case core::QuestionType::Multiple: {
        std::string parts(text);
        for (const std::string_view separator : {"；", "、", "，", "|", ",", "┋", "\n"})
            replace_all(parts, separator, ";");
        std::vector<std::string> ids;
        for (std::size_t at = 0; at <= parts.size();) {
            const auto end = std::min(parts.find(';', at), parts.size());
            if (auto part = tidy(std::string_view(parts).substr(at, end - at)); !part.empty())
                ids.push_back(option_of(part));
            at = end + 1;
        }
        return ids;
    }
    default: return tidy(without_guard(text));
    }
}

} // namespace kiosk::exchange
