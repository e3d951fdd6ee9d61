// SPDX-License-Identifier: Apache-2.0
#pragma once
// The columns of one line of a projection dump. Purpose: a field never holds the separator, whatever a document holds.
// Ownership: a value. Threads: any. Failure: none.
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace kiosk::storage {

class DumpLine {
public:
    DumpLine& operator<<(std::string_view text) {
        if (!m_text.empty())
            m_text += '\t';
        m_text += '\'';
        for (const char c : text) {
            if (c == '\t' || c == '\n' || c == '\\')
                m_text += '\\';
            m_text += c == '\t' ? 't' : c == '\n' ? 'n' : c;
        }
        return *this;
    }
    DumpLine& operator<<(std::int64_t number) { return *this << std::string_view(std::to_string(number)); }
    const std::string& text() const { return m_text; }

private:
    std::string m_text;
};

using VisitLine = std::function<void(const std::string& table, const std::string& line)>;

} // namespace kiosk::storage
