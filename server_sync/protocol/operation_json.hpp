// SPDX-License-Identifier: Apache-2.0
#pragma once
// An operation on the wire: one JSON object. Purpose: the only place that writes and reads it, for kiosk and hub.
// Ownership: values. Threads: any, an OperationReader is used by one at a time. Failure: what can't be read is answered
// item by item, with its raw text, so that one bad operation never spoils a batch.
//
//   {"id":"DEVICE/INCARNATION/SEQ","kind":"scan","version":1,"hlc":N,"wall_ms":N,"boot_ms":N,"offset_ms":N or absent,
//    "subject":"…","body":"{…}","previous":"base64","hash":"base64","personal_digest":"base64" or absent,
//    "salt":"base64" and "personal":"{…}" or both absent}
//
// `body` and `personal` are texts, byte for byte what is hashed.
#include "core/operation.hpp"
#include "core/ports.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace kiosk::sync::protocol {

constexpr std::size_t max_batch_operations = 500;
constexpr std::size_t max_batch_bytes = 256 * 1024;      // of the operations' JSON; a single larger one goes alone
constexpr std::size_t max_operation_bytes = 1024 * 1024; // of one operation's JSON
constexpr std::size_t max_body_bytes = 2 * 1024 * 1024;  // of any request, inflated
constexpr std::size_t max_answer_bytes = 8 * 1024 * 1024; // of any answer but a snapshot, inflated
constexpr std::size_t max_id_bytes = 200;

// Appends the object without salt and personal part; this is the line that the hub keeps.
void append_line(std::string& out, const kiosk::core::Operation& operation);
// `"salt":"…","personal":"…"`, or empty where there is none: what the hub keeps beside the line.
std::string personal_fragment(const kiosk::core::Operation& operation);
// The whole object out of the two.
void append_joined(std::string& out, std::string_view line, std::string_view personal_fragment);
void append_operation(std::string& out, const kiosk::core::Operation& operation);

// One element of an "operations" array.
struct ReadOperation {
    kiosk::core::Operation operation; // only `id` may be meaningful where `problem` is set
    std::string problem;              // empty: the object is well-formed and its hash is right
    std::string raw;                  // the object as it came, minified; only where `problem` is set
};
// Checks the form, the bounds and the hash (previous ‖ canonical bytes). A personal part that does not fit its digest is
// dropped, the operation itself is sound. `problem` is a word: malformed, too_large, hash.
// `array_json` is the text of the array. Invalid where it is no array of at most `limit` items.
kiosk::core::Result<std::vector<ReadOperation>> read_operations(std::string_view array_json, const kiosk::core::Hasher& hasher,
                                                                std::size_t limit);
// One object, as append_operation writes it.
kiosk::core::Result<kiosk::core::Operation> read_operation(std::string_view json, const kiosk::core::Hasher& hasher);

} // namespace kiosk::sync::protocol
