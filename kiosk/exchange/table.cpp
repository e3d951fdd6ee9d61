// SPDX-License-Identifier: Apache-2.0
#include "exchange/table.hpp"

#include <algorithm>
#include <array>

namespace kiosk::exchange {

bool Row::blank() const {
    return std::all_of(cells.begin(), cells.end(), [](const std::string& cell) {
        return cell.find_first_not_of(" \t\r\n") == std::string::npos;
    });
}

core::Result<std::unique_ptr<RowReader>> open_table(const std::filesystem::path& path) {
    KIOSK_TRY(auto source, open_file_source(path));
    std::array<char, 8> head{};
    KIOSK_TRY(const auto size, source->read(head.data(), head.size()));
    KIOSK_CHECK(source->rewind());
    const std::string_view start(head.data(), size);
    if (start.starts_with("PK\x03\x04") || start.starts_with("PK\x05\x06"))
        return open_workbook(path);
    // The container of old .xls files and of workbooks with a password.
    if (start.starts_with("\xD0\xCF\x11\xE0"))
        return core::fail(core::ErrorCode::Invalid, "error.exchange.old_excel", source->name());
    return open_csv(std::move(source));
}

} // namespace kiosk::exchange
