// SPDX-License-Identifier: Apache-2.0
#pragma once
// What a connection holds while it has a request, and what its files share: connection.cpp waits and decides,
// connection_read.cpp reads requests, connection_write.cpp writes answers; nobody else includes it. Ownership: the
// connection's. Threads: its strand. Failure: none here.
#include "hub/connection.hpp"
#include "hub/network.hpp"

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <optional>
#include <unistd.h>

namespace kiosk::sync::hub {

struct OpenFile {
    int descriptor = -1;
    OpenFile() = default;
    OpenFile(const OpenFile&) = delete;
    OpenFile& operator=(const OpenFile&) = delete;
    ~OpenFile() {
        if (descriptor >= 0)
            ::close(descriptor);
    }
};

struct Connection::Exchange {
    using Parser = boost::beast::http::request_parser<boost::beast::http::string_body>;
    boost::beast::flat_buffer buffer;
    std::optional<Parser> parser;
    ApiRequest request;
    std::string event; // of the feed that it waits for
    Service::Push push;
    std::size_t reserved = 0; // of the bodies in flight
    bool header_only = false; // HEAD
    bool keep_alive = false;
    bool zstd_welcome = false;
    bool unread = false; // refused before all of it was read
    bool compressed = false;
    std::string out;
    std::size_t out_done = 0;
    OpenFile file;
    std::uint64_t file_at = 0;
    std::uint64_t file_left = 0;
};

} // namespace kiosk::sync::hub
