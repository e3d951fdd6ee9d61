// SPDX-License-Identifier: Apache-2.0
// A checkpoint's rules, as somebody may have written or imported them.
#include "core/jsonlogic.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

using namespace kiosk::core;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const auto event = [] {
        Event made;
        made.starts = parse_rfc3339("2026-11-20T13:00:00+08:00").value();
        made.timezone = TimeZone::create("Asia/Shanghai").value();
        return made;
    }();
    RuleFacts facts;
    facts.now = event.starts + 300'000;
    facts.event = &event;
    facts.product = "std";
    facts.gate = "2";
    facts.entries = {event.starts - 86'400'000, event.starts};
    facts.present = true;

    const auto rule = Rule::parse(std::string_view(reinterpret_cast<const char*>(data), size));
    if (!rule)
        return 0;
    const auto holds = rule->evaluate(facts);
    const auto again = rule->evaluate(facts);
    KIOSK_ASSERT(holds.has_value() == again.has_value() && holds.value_or(false) == again.value_or(false));
    const auto explanation = rule->explain(facts);
    KIOSK_ASSERT(!holds.value_or(false) || explanation.empty());
    KIOSK_ASSERT(explanation.size() < 16'384);
    return 0;
}
