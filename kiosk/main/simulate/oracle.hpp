// SPDX-License-Identifier: Apache-2.0
#pragma once
// What must be true at the end, kept apart from the code that is tried. Purpose: a ledger of every operation that a
// machine said it had saved, by content, and duplicates counted a second time by looking at every pair. Ownership:
// values. Threads: one. Failure: none.
#include "core/duplicates.hpp"
#include "core/operation.hpp"

#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace kiosk::simulate {

// The same for an operation and for what a fork wrote anew of it.
std::string content_key(const core::Operation& operation);

struct Written {
    core::OperationId id; // as it was first written
    bool lost = false;    // no disk held it at some moment, so nobody can be asked for it
};

class Ledger {
public:
    void wrote(const core::Operation& operation) { m_written.try_emplace(content_key(operation), Written{operation.id}); }
    // Disks were put back: what none of them holds any more is nobody's to bring.
    void only_these_are_left(const std::set<std::string>& contents) {
        for (auto& [key, written] : m_written)
            written.lost = written.lost || !contents.contains(key);
    }
    const std::map<std::string, Written>& all() const { return m_written; }
    bool knows(const std::string& key) const { return m_written.contains(key); }

private:
    std::map<std::string, Written> m_written;
};

struct OracleDuplicate {
    std::string checkpoint, ticket;
    std::int64_t too_many = 0;
    friend auto operator<=>(const OracleDuplicate&, const OracleDuplicate&) = default;
};
// Straight from the operations' own text, every pair compared.
std::multiset<OracleDuplicate> count_duplicates(const core::EventConfig& config,
                                                std::span<const core::Operation> operations);

} // namespace kiosk::simulate
