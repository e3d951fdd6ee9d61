// SPDX-License-Identifier: Apache-2.0
#pragma once
// The text of a registration's code: signed with the event's key, or the bare ticket code. Ownership: borrows the venue.
// Threads: one. Failure: says which key file is missing or belongs to another event.
#include "main/kioskctl/context.hpp"

namespace kioskctl {

class CodeMaker {
public:
    static core::Result<CodeMaker> create(const Context& context, kiosk::wiring::Venue& venue, bool plain);
    core::Result<std::string> code_of(const core::Registration& registration) const;

private:
    explicit CodeMaker(kiosk::wiring::Venue& venue) : m_venue(&venue) {}
    kiosk::wiring::Venue* m_venue;
    std::string m_seed; // empty: plain codes
    int m_key_id = -1;
};

} // namespace kioskctl
