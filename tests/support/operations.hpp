// SPDX-License-Identifier: Apache-2.0
#pragma once
// A draft as the operation that it becomes, without what the journal adds: for tests of what is written and read back.
// Ownership: values. Threads: any.
#include "core/operation.hpp"

namespace kiosk::test {

inline core::Operation unsealed(const core::OperationDraft& draft) {
    core::Operation operation;
    operation.kind = draft.kind;
    operation.subject = draft.subject;
    operation.body = draft.body;
    operation.personal = draft.personal;
    return operation;
}

} // namespace kiosk::test
