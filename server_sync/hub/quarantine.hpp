// SPDX-License-Identifier: Apache-2.0
#pragma once
// What is personal of operations that were kept aside. Purpose: the one rule, for every store, whom an entry is about and
// what is left of it when that person is erased or it has become old. Ownership: values in and out. Threads: any. Failure:
// none; bytes that are no operation are a case of their own.
#include <set>
#include <string>
#include <string_view>

namespace kiosk::sync::hub {

// Uids that were erased, to be looked for in bytes that may be anything.
class ErasedUids {
public:
    void add(const std::string& uid);
    bool empty() const { return m_words.empty() && m_others.empty(); }
    bool contains(std::string_view uid) const { return m_words.contains(uid) || m_others.contains(uid); }
    // As a word of its own: "uid-1" is not mentioned by "uid-17".
    bool mentioned_in(std::string_view raw) const;

private:
    std::set<std::string, std::less<>> m_words;  // of letters, digits, '-' and '_': found by cutting the bytes into words
    std::set<std::string, std::less<>> m_others; // searched for one by one
};

// Is the operation in `raw` one of theirs, or does anything in its bytes name them?
bool is_about(const std::string& raw, const ErasedUids& uids);
// An operation, right or forged, as its line in the log would be: without salt and personal part, and without what
// belongs to no operation. Of anything else only that it was there: a note with its size and hash.
std::string without_personal(const std::string& raw);

} // namespace kiosk::sync::hub
