// SPDX-License-Identifier: Apache-2.0
#pragma once
// Bytes at the very end of a page, behind which nothing is readable. Purpose: whoever writes into them, reads past
// their end, or looks at them after take_away() is caught at once by the processor. Ownership: owns its pages. Threads:
// one. Failure: throws bad_alloc without memory.
#include <kiosk_plugin.h>

#include <sys/mman.h>
#include <unistd.h>

#include <cstring>
#include <new>
#include <string_view>

namespace kiosk::checker {

class GuardedBytes {
  public:
    explicit GuardedBytes(std::string_view text) : m_used(text.size()) {
        const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
        m_pages = (text.size() + page - 1) / page * page;
        m_pages = m_pages == 0 ? page : m_pages;
        void* memory = mmap(nullptr, m_pages + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (memory == MAP_FAILED)
            throw std::bad_alloc();
        m_memory = static_cast<std::uint8_t*>(memory);
        m_whole = m_pages + page;
        std::memcpy(m_memory + m_pages - m_used, text.data(), m_used);
        mprotect(m_memory, m_pages, PROT_READ);
        mprotect(m_memory + m_pages, page, PROT_NONE);
    }
    ~GuardedBytes() { munmap(m_memory, m_whole); }
    GuardedBytes(const GuardedBytes&) = delete;
    GuardedBytes& operator=(const GuardedBytes&) = delete;

    kiosk_bytes bytes() const { return {m_memory + m_pages - m_used, m_used}; }
    void take_away() { mprotect(m_memory, m_whole, PROT_NONE); }

  private:
    std::uint8_t* m_memory = nullptr;
    std::size_t m_used;
    std::size_t m_pages = 0;
    std::size_t m_whole = 0;
};

} // namespace kiosk::checker
