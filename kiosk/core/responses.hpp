// SPDX-License-Identifier: Apache-2.0
#pragma once
// Answered questionnaires. Purpose: a draft that can be left and taken up again, and a final version that never
// changes. Each saving is one operation with all the answers; the first final one (clock, then operation id) stands for
// good, before it the latest draft does. Answers are in the personal part: `uid` is its owner and can be erased.
// Ownership: values. Threads: any. Failure: decoding answers Invalid and what is wrong.
#include "core/model.hpp"
#include "core/operation.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace kiosk::core {

enum class ResponseStatus : std::uint8_t { Draft = 1, Final };
std::string_view to_string(ResponseStatus status); // "draft", "final"
std::optional<ResponseStatus> parse_response_status(std::string_view text);

struct Response {
    std::string uid;
    std::string plugin;
    std::string questionnaire;  // "deep"
    std::int64_t version = 1;   // of the questionnaire, pinned with the first draft
    ResponseStatus status = ResponseStatus::Draft;
    std::string registration;   // uid of the respondent, or empty
    std::string interviewer;    // staff id
    std::string step;           // id of the step where the interview was left
    Instant at;                 // of this saving
    // the personal part
    std::string organisation;
    std::string respondent;
    Answers answers;
};

OperationDraft make_response(const Response& response);
Result<Response> decode_response(const Operation& operation);

} // namespace kiosk::core
