// SPDX-License-Identifier: Apache-2.0
#pragma once
// An operation's content as rows hold it, decoded. Purpose: what queries and folds read alike. Ownership: values.
// Threads: those of the connection. Failure: as the decoding function.
#include "core/operation.hpp"
#include "storage/connection.hpp"

#include <string_view>

namespace kiosk::storage {

// Of two columns: body and personal content, which may be NULL.
inline core::Operation stored_operation(Query& query, int body_column, std::string_view kind, std::string_view subject) {
    core::Operation operation;
    operation.kind = kind;
    operation.subject = subject;
    operation.body = query.text(body_column);
    if (!query.is_null(body_column + 1))
        operation.personal = query.text(body_column + 1);
    return operation;
}

// A personal part that came later than its operation and can't be read takes nothing else away.
template <typename Decode> auto decode_stored(core::Operation operation, Decode decode) {
    auto decoded = decode(operation);
    if (!decoded && !operation.personal.empty()) {
        operation.personal.clear();
        decoded = decode(operation);
    }
    return decoded;
}

} // namespace kiosk::storage
