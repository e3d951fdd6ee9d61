// SPDX-License-Identifier: Apache-2.0
#pragma once
// JsonLogic with the operators that pretix's check-in rules use (scenario.md, "Rules"). Purpose: a door's rules,
// evaluated alike on every device. Pure and bounded (depth 64, 10,000 steps, 64 KiB of source). Threads: a Rule is
// immutable. Failure: a rule that can't be parsed or evaluated is an Error, which the caller turns into a refusal.
#include "core/model.hpp"
#include "core/result.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace kiosk::core {

// What a rule may ask about.
struct RuleFacts {
    Instant now;
    const Event* event = nullptr; // its zone, start, end, admission
    std::string product;          // the ticket type
    std::string variation;        // may be empty
    std::string gate;             // may be empty
    std::vector<Instant> entries; // entries that stand at this checkpoint, oldest first
    bool present = false;         // the latest scan that stands is an entry
};

class Rule {
public:
    // Empty text, "null" and "{}" give a rule that always holds.
    static Result<Rule> parse(std::string_view json);

    bool always() const { return m_root == nullptr; }
    Result<bool> evaluate(const RuleFacts& facts) const;
    // For staff: the first part of a failed top-level "and" as readable text, or empty.
    std::string explain(const RuleFacts& facts) const;

private:
    struct Node;
    std::shared_ptr<const Node> m_root;
};

} // namespace kiosk::core
