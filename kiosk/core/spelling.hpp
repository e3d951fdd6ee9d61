// SPDX-License-Identifier: Apache-2.0
#pragma once
// How a name is spelt in Latin letters, for this folder's own use. Purpose: pinyin with the readings on which people
// differ. Ownership: values. Threads: any; each keeps the readings that it has seen. Failure: what can't be read is
// left out.
#include "core/letters.hpp"

#include <string>
#include <vector>

namespace kiosk::core {

// One way to read a whole name. Without a Chinese surname, everything is `given`.
struct Spelling {
    std::string full, surname, given, initials, given_initials;
};

// At most four, never none; the first is the one to show.
std::vector<Spelling> spellings_of(const Letters& folded_name);

// "müller" → "muller"; what isn't Latin stays as it is.
std::string without_accents(const std::string& text);

} // namespace kiosk::core
