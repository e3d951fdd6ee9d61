// SPDX-License-Identifier: Apache-2.0
#pragma once
// One question as JSON, as documents of the configuration, scenario files and pinned forms write it. Internal to core's
// .cpp files (it pulls in the JSON library). Ownership: values. Threads: any. Failure: Invalid and the field at fault.
#include "core/json_fields.hpp"

namespace kiosk::core {

Result<Question> read_question(const Json& json);
Json write_question(const Question& question);

} // namespace kiosk::core
