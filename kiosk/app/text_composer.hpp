// SPDX-License-Identifier: Apache-2.0
#pragma once
// The input method behind the on-screen keyboard. Purpose: turns letters into Chinese text; implemented over librime in
// input_method/, by a table in the tests. Ownership: the application borrows it. Threads: the application thread only;
// no call may take longer than a key press is felt (about 20 ms). Failure: one that can't work says `available()` is
// false and is not called further; a call that goes wrong inside commits nothing and keeps what was composed.
#include <cstddef>
#include <string>
#include <vector>

namespace kiosk::app {

// What is being composed right now. Empty preedit: nothing.
struct Composition {
    std::string preedit;                 // as shown above the keys: "wang'gu"
    std::vector<std::string> candidates; // of this page, at most nine, best first
    bool has_previous_page = false;
    bool has_next_page = false;
    bool empty() const { return preedit.empty(); }
};

class TextComposer {
public:
    virtual ~TextComposer() = default;

    virtual bool available() const = 0;
    virtual const Composition& composition() const = 0; // valid until the next call that is not const

    // One key: 'a' to 'z' or '\''. Answers the text that this key committed (UTF-8), usually none.
    virtual std::string press(char key) = 0;
    // Takes the last letter back. False where nothing is being composed: then the key belongs to the field.
    virtual bool backspace() = 0;
    // Chooses a candidate of the page. Answers what was committed: empty where letters are left to be chosen for, or
    // where there is no such candidate.
    virtual std::string pick(std::size_t index) = 0;
    // By one page forward (1) or back (-1); stays where it is at the ends.
    virtual void turn_page(int by) = 0;
    // Gives the letters up as they were typed ("wanggu"), and composes nothing afterwards. The key is "enter".
    virtual std::string take_letters() = 0;
    virtual void clear() = 0;
};

} // namespace kiosk::app
