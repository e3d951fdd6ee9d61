// SPDX-License-Identifier: Apache-2.0
#pragma once
// Bytes of one connection, with or without TLS, never waiting. Purpose: OpenSSL straight on the socket: the stream of
// Asio keeps 68 KiB of buffers for every connection for ever, which 5,000 waiting kiosks can't afford; here an idle
// connection has none. Ownership: borrows the socket's descriptor, owns its SSL object. Threads: one at a time (the
// connection's strand). Failure: Io::Failed, and the connection is of no more use.
#include "core/result.hpp"
#include "hub/certificate.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

struct ssl_st;
struct ssl_ctx_st;

namespace kiosk::sync::hub {

class TlsContext {
public:
    static kiosk::core::Result<TlsContext> create(const Certificate& certificate);
    ssl_ctx_st* get() const { return m_context.get(); }

private:
    struct Free {
        void operator()(ssl_ctx_st* context) const;
    };
    std::unique_ptr<ssl_ctx_st, Free> m_context;
};

enum class Io : std::uint8_t {
    Done = 1,  // some bytes moved, or the handshake is complete
    WantRead,  // nothing more before the socket is readable
    WantWrite, // … writable
    End,       // the other end has finished
    Failed,
};
struct IoResult {
    Io io = Io::Failed;
    std::size_t bytes = 0;
};

class Channel {
public:
    // `context` absent: plain.
    Channel(int descriptor, ssl_ctx_st* context);

    IoResult handshake();
    IoResult read(std::span<char> into);
    IoResult write(std::span<const char> bytes);
    // Whether bytes are here that the socket would not announce any more.
    bool has_pending() const;
    // Reads nothing: Done where bytes of the other end are here, WantRead where none are, End or Failed where it has gone.
    Io peek();
    // Says goodbye and ends the sending direction.
    void finish();
    // Reads what still comes, without TLS and without keeping it.
    IoResult discard(std::span<char> scratch);

private:
    struct Free {
        void operator()(ssl_st* ssl) const;
    };
    IoResult result_of(int code);

    int m_descriptor;
    std::unique_ptr<ssl_st, Free> m_ssl;
    bool m_failed = false;
};

} // namespace kiosk::sync::hub
