// SPDX-License-Identifier: Apache-2.0
#pragma once
// The bank of questions that an interview at a company draws on. Purpose: which questions there are, in which group,
// with which choices, columns, skip rules and follow-ups; words are in the locale files under "field.<id>",
// "help.<id>", "option.<id>.<choice>", "column.<id>.<column>" and "step.<group>". Pure tables: what is asked in
// `quick` keeps the id that it has in `deep`. Threads: any. Failure: none.
#include <kiosk_plugin.hpp>

#include <span>
#include <string_view>

namespace visit_enterprise {

enum class Depth : std::uint8_t { Deep = 1, Quick };

// Who is visited decides what comes first and which question is added; the groups stay whole.
enum class Host : std::uint8_t { Customer = 1, Isv, Integrator, Middleware };
Host host_of(std::string_view event_type);

using Words = std::span<const std::string_view>;

struct BankColumn {
    std::string_view id;
    std::string_view type = "text";
    bool required = false;
    Words choices = {};
    std::string_view words_of = {}; // choices share their words with other columns: "option.<words_of>.<choice>"
};

struct BankLead {
    std::string_view type;
    Words choices;
};

struct Question {
    std::string_view id;
    std::string_view type; // as in form.describe
    bool quick = false;    // also in the short interview
    bool required = false; // for the final version only; a draft may be left anywhere
    bool helped = false;   // has a help text
    Words choices = {};
    std::span<const BankColumn> columns = {};
    std::string_view after = {}; // asked only if that one …
    Words after_choices = {};    // … has one of these answers
    std::int64_t max = 0;        // of a number; 0: none
    std::span<const BankLead> leads = {};
};

struct Group {
    std::string_view id;
    std::span<const Question> questions;
};

// The seven groups in the order of the bank.
std::span<const Group> groups();

// The questionnaire as the host draws it: one step a group, what matters most at this host first.
kiosk::sdk::Form questionnaire(Depth depth, Host host);

} // namespace visit_enterprise
