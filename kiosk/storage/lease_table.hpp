// SPDX-License-Identifier: Apache-2.0
#pragma once
// What this device may confirm, as the hub said. Purpose: the rows of `leases`, which live beside the journal and count for
// one incarnation alone: a copy of the file, or an old image of it, holds nothing. Ownership: borrows the connection.
// Threads: those of the connection. Failure: throws SQLite::Exception.
#include "core/leases.hpp"
#include "storage/connection.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kiosk::storage {

class LeaseTable {
public:
    explicit LeaseTable(Connection& connection) : m_connection(connection) {}

    std::vector<core::Lease> all(std::string_view incarnation);
    std::vector<core::Lease> of_subject(std::string_view incarnation, std::string_view subject);
    void put(std::string_view incarnation, const core::Lease& lease);
    void drop(std::string_view incarnation, std::string_view resource);
    void forget_others(std::string_view incarnation);

private:
    Connection& m_connection;
};

} // namespace kiosk::storage
