// SPDX-License-Identifier: Apache-2.0
#pragma once
// One request and its answer. Purpose: the port between the client's logic and the network: libcurl in a kiosk
// (curl_wire.hpp), the hub's own Api in the simulation. Ownership: values. Threads: one wire, one thread at a time;
// interrupt() from any. Failure: Unavailable where no whole answer came (Error.context says why in words), Denied where
// the other end is not who it should be (pin). Any HTTP status is an answer, not an error.
#include "core/result.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace kiosk::sync::client {

struct WireRequest {
    std::string method = "GET";
    std::string path;         // "/v1/feed?after=7&wait=25"
    std::string token;        // bearer; empty: none
    std::string body;         // JSON as it is; the wire compresses
    std::int64_t timeout_ms = 15'000; // for the whole exchange
    std::map<std::string, std::string> headers; // Range, If-Range
    // download() only, called before the first byte; false stops. Status and headers as in WireAnswer.
    std::function<bool(int status, const std::map<std::string, std::string>& headers)> on_head;
};

struct WireAnswer {
    int status = 0;
    std::map<std::string, std::string> headers; // names in lower case
    std::string body;                           // inflated, at most protocol::max_answer_bytes
};

class Wire {
public:
    virtual ~Wire() = default;
    virtual kiosk::core::Result<WireAnswer> exchange(const WireRequest& request) = 0;
    // The body goes to `take` as it comes (false stops); for snapshots. The answer's body is empty.
    virtual kiosk::core::Result<WireAnswer> download(const WireRequest& request,
                                                     const std::function<bool(std::string_view)>& take) = 0;
    // Ends an exchange that is under way (a long poll) with Unavailable, message key "error.sync.interrupted"; the next
    // one works again.
    virtual void interrupt() = 0;
};

// Where the hub is and how it is known; kept beside the database ("<database>.hub", readable by its owner alone).
struct HubAddress {
    std::string url;               // https://host:port
    std::vector<std::string> pins; // base64 SHA-256 of the SPKI; any of them
    std::string token;
    std::string device;
    std::string event;
    std::string hub;
};

} // namespace kiosk::sync::client
