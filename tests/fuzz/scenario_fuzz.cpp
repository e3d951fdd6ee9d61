// SPDX-License-Identifier: Apache-2.0
// Scenario and event files, as somebody may have written them.
#include "core/result.hpp"
#include "main/replay/scenario.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

using namespace kiosk;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    if (const auto scenario = replay::parse_scenario(text)) {
        // What is accepted can be acted on: every step is known, every device named, every door there.
        for (const auto& step : scenario->steps) {
            KIOSK_ASSERT(step.number > 0 && step.expect.is_object());
            if (step.fields.contains("checkpoint"))
                KIOSK_ASSERT(scenario->seed.config.checkpoint(step.fields.at("checkpoint").get<std::string>()));
        }
        KIOSK_ASSERT(!scenario->devices.empty());
        // The configuration survives its own documents.
        KIOSK_ASSERT(core::assemble_config(core::config_documents(scenario->seed.config)).has_value());
    }
    static_cast<void>(wiring::parse_event_file(text));
    return 0;
}
