// SPDX-License-Identifier: Apache-2.0
#pragma once
// What people write into the cells of a roster, read kindly. Purpose: phones, states, roles, dates, choices, in Chinese
// and English. Pure. Threads: any. Failure: nothing, where a value can't be understood; the import says so.
#include "core/model.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace kiosk::exchange {

// Trimmed, line breaks and control characters made spaces, runs of white space folded to one. Letters stay as they are.
std::string tidy(std::string_view text);
// Removes the apostrophe that keeps spreadsheets from reading a text as a formula ("'=x", "'+49…").
std::string_view without_guard(std::string_view text);
// "无", "N/A", "-", "个人"…: somebody filled in the cell to say that there is nothing to fill in.
bool means_nothing(std::string_view text);
// "个人", "自由职业", "individual": no organisation to be counted. Empty counts too.
bool is_individual(std::string_view organisation);

struct PhoneNumber {
    enum class Problem : std::uint8_t { None = 0, Mangled, Odd };
    std::string text; // digits; "+" and country code for numbers abroad; empty where there is none
    Problem problem = Problem::None;
};
// Takes "+86 138-0013-8000", full-width digits, "(021) 5555 6666 转 12", "0049 170 …". Mainland numbers lose the country
// code, so that the same person is the same person however it was typed. Mangled: a spreadsheet has cut the number.
PhoneNumber read_phone(std::string_view text);

std::optional<core::RegistrationStatus> read_status(std::string_view text);
std::optional<std::string> read_event_role(std::string_view text); // "speaker", …
std::optional<bool> read_yes_no(std::string_view text);
// Id of a ticket type by id or name in either language.
std::optional<std::string> read_ticket_type(const core::EventConfig& config, std::string_view text);

enum class DayEdge : std::uint8_t { Start = 1, End };
// "2026-11-20", "2026/11/20 13:00", "2026年11月20日", RFC 3339, a spreadsheet's day number. A day alone means its
// first or its last moment.
std::optional<core::Instant> read_moment(const core::TimeZone& zone, std::string_view text, DayEdge edge);

struct Validity {
    std::optional<core::Instant> from, until;
};
// "2026-11-20 至 2026-11-21"; a single day is the last.
std::optional<Validity> read_validity(const core::TimeZone& zone, std::string_view text);

// Options of a choice by id or text; several split at ; 、 | and commas. What is no option stays as typed, so that the
// door asks again.
core::Answer read_answer(const core::Question& question, std::string_view text);

} // namespace kiosk::exchange
