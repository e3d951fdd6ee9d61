// SPDX-License-Identifier: Apache-2.0
#pragma once
// Requests as JSON (plugins/sdk/schemas). Purpose: the one place that decides what a plugin may learn: no name, no
// phone, no ticket code, and of the answers only those that its manifest reads. Ownership: an EventEncoder keeps the
// last event's JSON, since that is the same for every scan. Threads: one. Failure: Invalid where the event's settings
// are not a JSON object.
#include "core/admission.hpp"
#include "core/result.hpp"
#include "plugin_host/manifest.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace kiosk::plugin_host {

class EventEncoder {
  public:
    // The "event" object of every request. The reference is valid until the next call.
    const core::Result<std::string>& encode(const core::Event& event);

  private:
    core::Event m_event;
    core::Result<std::string> m_json = std::unexpected(core::Error{});
    bool m_filled = false;
};

// `event` is what EventEncoder made.
std::string decide_request(std::string_view event, const core::PluginQuery& query, const core::Answers& visible);
std::string form_request(std::string_view event, std::string_view form);
std::string validate_request(std::string_view event, std::string_view form, const core::Answers& visible);
std::string welcome_request(std::string_view event, const core::Event& source, const core::Registration* registration,
                            core::Instant now, const core::Answers& visible);
std::string agenda_request(std::string_view event, bool full_day);
std::string report_request(std::string_view event);
std::string resources_request(std::string_view event);
// `form` is "registration" or the id of a questionnaire.
std::string migrate_request(std::int64_t from, std::int64_t to, std::string_view form, const core::Answers& visible);

// Those of the answers that the plugin's manifest reads. `renamed`: the plugin's own ids of answers that are kept under
// another id, because another plugin has a question of that id.
core::Answers visible_answers(const Manifest& manifest, const core::Answers& answers,
                              const std::map<std::string, std::string, std::less<>>& renamed = {});

} // namespace kiosk::plugin_host
