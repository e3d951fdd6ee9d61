// SPDX-License-Identifier: Apache-2.0
#pragma once
// A session behind closed doors as a form: what staff are asked, what they may choose from, and what it says once it is
// filled in. Purpose: whatever can be chosen is chosen, and nobody types an agreement. Pure. Ownership: values. Threads:
// any. Failure: none; what is wrong is said by the field that it is wrong in.
#include "app/form_state.hpp"
#include "app/session_desk.hpp"
#include "core/catalogue.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace kiosk::app {

constexpr std::string_view look_up_option = "?"; // of a person or an organisation: opens the search; never an answer

struct SetupSource {
    const core::EventConfig& config;
    const core::Catalogue& catalogue;
    core::Language language = core::Language::Chinese;
    const SessionDetails& known; // of a new one empty
    bool is_new = true;
    core::Instant now;
    std::function<std::string(const std::string& ticket)> name_of;
};
FormState setup_form(const SetupSource& source);
// The times at which it may begin on the day that is chosen: none that are over by now.
void offer_starts(FormState& form, const core::EventConfig& config, const core::Catalogue& catalogue, const core::Session& session, core::Instant now);

// Which field is wrong beyond types, and what to do. `usual` is the agreement that may be chosen instead of a text of one's own.
std::optional<std::pair<std::string, Message>> setup_problem(const FormState& form, const core::PrivateSession& before, const LocalText& usual);
// Another text needs another version: one is offered, where the page of it comes yet.
void propose_version(FormState& form, const core::PrivateSession& before, const LocalText& usual);

LocalText chosen_agreement(const FormState& form, const core::PrivateSession& before, const LocalText& usual);
// Puts what the form says into both parts; everything else stays as it is.
void apply_setup(const FormState& form, const core::EventConfig& config, const LocalText& usual, core::Session& session, core::PrivateSession& details);

} // namespace kiosk::app
