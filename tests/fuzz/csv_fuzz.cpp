// SPDX-License-Identifier: Apache-2.0
// A roster as somebody exported it: any bytes, any encoding, any quoting.
#include "exchange/mapping.hpp"
#include "exchange/table.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

using namespace kiosk;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const core::EventConfig config;
    const std::string input(reinterpret_cast<const char*>(data), size);
    auto reader = exchange::open_csv(exchange::make_memory_source(input));
    if (!reader)
        return 0;
    const auto count = [&] {
        exchange::Row row;
        std::uint64_t rows = 0;
        std::uint64_t last = 0;
        for (;;) {
            const auto more = (*reader)->next(row);
            if (!more || !*more)
                return rows;
            KIOSK_ASSERT(row.number > last && row.cells.size() <= exchange::max_columns);
            last = row.number;
            ++rows;
        }
    };
    const auto first = count();
    if ((*reader)->rewind())
        KIOSK_ASSERT(count() == first);
    if ((*reader)->rewind()) {
        const auto mapping = exchange::guess_mapping(**reader, config);
        if (mapping)
            (void)exchange::check_mapping(*mapping);
    }
    return 0;
}
