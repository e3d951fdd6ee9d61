// SPDX-License-Identifier: Apache-2.0
#pragma once
// What a plugin is asked in earnest: every method, over roles, doors, times, histories, settings and forms. Purpose: one
// table for all checks, made by the host's own encoders, so that it is what plugins really see. Ownership: values.
// Threads: any. Failure: none; fixtures with settings that nobody can read only add requests that are refused.
#include "subject.hpp"

#include "core/admission.hpp"

#include <string>
#include <vector>

namespace kiosk::checker {

struct Request {
    std::string method;
    std::string json;
    std::string label; // "speaker at backstage, no settings"
    bool plain = false; // without settings of the event: every plugin has to answer
};

// An event of the plugin's type with a main door, one of the crew, one of a closed session and one of a day.
core::EventConfig example_event(const plugin_host::Manifest& manifest, const std::string& settings = {});
core::Registration example_guest(const std::string& role = "attendee");
core::ScanRequest example_scan(const core::EventConfig& config, const std::string& door = "main");

// Of the manifest's methods; in a fixed order.
std::vector<Request> all_requests(const Subject& subject);
std::vector<Request> requests_of(const Subject& subject, std::string_view method);
// One plain request of each method.
std::vector<Request> plain_requests(const Subject& subject);

// Answers of right and wrong types to the questions that the plugin may know, as JSON objects; the same every time.
std::vector<std::string> random_answers(const std::vector<std::string>& questions, std::size_t count);
// Ids of questions that the plugin reads or asks for; `form_replies` are its own form.describe replies.
std::vector<std::string> question_ids(const plugin_host::Manifest& manifest,
                                      const std::vector<std::string>& form_replies);
std::vector<std::string> form_ids(const plugin_host::Manifest& manifest); // registration and the questionnaires

} // namespace kiosk::checker
