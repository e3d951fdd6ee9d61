// SPDX-License-Identifier: Apache-2.0
#include "plugin_host/helper_transport.hpp"

#include "plugin_host/library.hpp"
#include "plugin_host/sandbox.hpp"

#include <kiosk_plugin.h>

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace kiosk::plugin_host {

using core::ErrorCode;
using core::fail;
using core::Result;
using core::Status;
using wire::Frame;
using wire::Header;
using wire::Kind;
using wire::ReadState;

namespace {

constexpr std::size_t max_method_bytes = UINT8_MAX;

} // namespace

Result<std::unique_ptr<HelperTransport>> HelperTransport::create(const Manifest& manifest, std::string_view bytes,
                                                                 HelperOptions options) {
    KIOSK_TRY(const int library, seal_library(manifest, bytes));
    if (options.program.empty())
        options.program = default_helper();
    return std::unique_ptr<HelperTransport>(new HelperTransport(manifest, library, std::move(options)));
}

HelperTransport::HelperTransport(const Manifest& manifest, int library, HelperOptions options)
    : m_id(manifest.id), m_abi_major(manifest.abi_major), m_library(library), m_options(std::move(options)) {}

HelperTransport::~HelperTransport() {
    stop();
    ::close(m_library);
}

void HelperTransport::stop() {
    m_process.end();
    m_reader.reset();
    m_ready = false;
}

Status HelperTransport::launch() {
    stop();
    m_barred.reset();
    m_lines = 0;
    m_launched_us = wire::now_us();
    KIOSK_TRY(m_process, HelperProcess::start(m_options.program, m_id, m_library));
    m_reader.emplace(m_process.socket(), KIOSK_MAX_REPLY_BYTES);
    const std::array<std::uint32_t, 2> numbers{wire::version, m_abi_major};
    const std::array<std::string_view, 2> pieces{
        std::string_view(reinterpret_cast<const char*>(numbers.data()), sizeof numbers), m_id};
    Header header;
    header.kind = Kind::Open;
    // It fits into the socket's buffer; a process that is gone already shows when its answer is awaited.
    wire::send_frame(m_process.socket(), header, pieces, m_launched_us + m_options.start_us);
    return {};
}

Status HelperTransport::await_ready() {
    if (m_ready)
        return {};
    Frame frame;
    // One that was launched after a crash may have been waiting for hours.
    const auto state =
        next_answer(frame, std::max(m_launched_us + m_options.start_us, wire::now_us() + m_options.hard_us));
    if (state == ReadState::Complete && frame.header.kind == Kind::Ready) {
        m_ready = true;
        return {};
    }
    if (state == ReadState::Complete && frame.header.kind == Kind::Refused &&
        frame.payload.size() <= wire::max_text_bytes) {
        auto error = wire::error_of(frame.header.code, frame.header.key, frame.payload);
        stop();
        return std::unexpected(std::move(error));
    }
    const auto how = describe_death(state == ReadState::TimedOut ? "not open in time" : "died while it was opened");
    return fail(ErrorCode::Unavailable, "error.plugin_open", m_id + ": " + how);
}

Status HelperTransport::start() {
    if (!m_process.running())
        KIOSK_CHECK(launch());
    return await_ready();
}

// Before a call: a process that died in the meantime is not the call's fault, and what it says now answers nothing.
void HelperTransport::check_idle() {
    if (!m_ready)
        return;
    char byte = 0;
    const ssize_t peeked = ::recv(m_process.socket(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    if (peeked > 0 || !m_reader->empty()) {
        ++m_crashes;
        m_last_crash = m_id + ": " + describe_death("spoke without being asked");
    } else if (peeked == 0 || (errno != EAGAIN && errno != EINTR)) {
        log(LogLevel::Warning, describe_death("its process was gone between two calls"));
    }
}

Result<std::string> HelperTransport::call(std::string_view method, std::string_view request) {
    const std::string subject = m_id + " " + std::string(method);
    if (method.size() > max_method_bytes || request.size() + method.size() > wire::max_request_bytes)
        return fail(ErrorCode::Invalid, "error.plugin_reply", subject + ": the request is too long");
    check_idle();
    const std::int64_t began_us = wire::now_us();
    bool crashed = false;
    for (;;) {
        if (auto started = start(); !started) {
            // Not a crash where there is no process to crash: the program is missing, or the system has no room.
            if (started.error().message_key != "error.plugin_helper" && !crashed) {
                ++m_crashes;
                m_last_crash = started.error().context;
            }
            return std::unexpected(std::move(started).error());
        }
        // The time is the call's own: a guest rather waits a little than being sent to the desk because of a start.
        auto reply = exchange(method, request, wire::now_us() + m_options.hard_us);
        if (m_process.running() && m_ready)
            return reply;
        const bool hung = !reply && reply.error().message_key == "error.plugin_slow";
        m_crashes += crashed ? 0 : 1; // one call, one crash
        m_last_crash = reply.error().context;
        // The next call should find the process started, if not ready; a failure to start shows then.
        const bool launched = launch().has_value();
        // Once more, if half of the time is left: what crashes again will have the whole of it.
        if (crashed || hung || !launched || wire::now_us() - began_us > m_options.hard_us / 2)
            return reply;
        log(LogLevel::Warning, reply.error().context + "; asked once more");
        crashed = true;
    }
}

// Ends the process where anything is wrong with it: running() tells.
Result<std::string> HelperTransport::exchange(std::string_view method, std::string_view request,
                                              wire::Deadline deadline) {
    const std::string subject = m_id + " " + std::string(method);
    m_lines = 0;
    Header header;
    header.kind = Kind::Call;
    header.code = static_cast<std::uint8_t>(method.size());
    const std::array<std::string_view, 2> pieces{method, request};
    Frame frame;
    // Where sending fails, reading tells why: it is dead, or it does not take what it is sent.
    const bool sent = wire::send_frame(m_process.socket(), header, pieces, deadline);
    const auto state = next_answer(frame, sent ? deadline : wire::Deadline(wire::now_us() + 1000));
    if (state == ReadState::TimedOut) {
        const auto how = describe_death("no answer within " + std::to_string(m_options.hard_us / 1000) + " ms");
        return fail(ErrorCode::Unavailable, "error.plugin_slow", subject + ": " + how);
    }
    if (state == ReadState::Closed)
        return fail(ErrorCode::Unavailable, "error.plugin_crash", subject + ": " + describe_death("died"));
    const bool is_error = frame.header.code != 0;
    if (state != ReadState::Complete || frame.header.kind != Kind::Reply ||
        (is_error && frame.payload.size() > wire::max_text_bytes))
        return fail(ErrorCode::Unavailable, "error.plugin_crash",
                    subject + ": " + describe_death("its process broke the protocol"));
    if (!is_error)
        return std::string(frame.payload);
    return std::unexpected(wire::error_of(frame.header.code, frame.header.key, frame.payload));
}

// The next frame that is no log line.
ReadState HelperTransport::next_answer(Frame& frame, wire::Deadline deadline) {
    for (;;) {
        const auto state = m_reader->next(frame, deadline);
        if (state != ReadState::Complete)
            return state;
        switch (frame.header.kind) {
        case Kind::Log:
            // One more than it may send: the last says how many were left out.
            if (frame.payload.size() > wire::max_text_bytes || ++m_lines > wire::max_log_lines + 1)
                return ReadState::Malformed;
            log_line(frame);
            break;
        case Kind::Barred: {
            std::int32_t number = 0;
            if (frame.payload.size() != sizeof number)
                return ReadState::Malformed;
            std::memcpy(&number, frame.payload.data(), sizeof number);
            m_barred = number;
            return ReadState::Closed;
        }
        default:
            return state;
        }
    }
}

void HelperTransport::log_line(const Frame& frame) {
    const auto level = frame.header.code;
    if (level >= static_cast<std::uint8_t>(LogLevel::Debug) && level <= static_cast<std::uint8_t>(LogLevel::Error))
        log(static_cast<LogLevel>(level), wire::one_line(frame.payload, wire::max_log_line_bytes));
}

std::string HelperTransport::describe_death(const std::string& what) {
    const auto barred = std::exchange(m_barred, std::nullopt);
    const std::string how = m_process.end();
    m_reader.reset();
    m_ready = false;
    if (barred)
        return "ended because it called " + system_call_name(*barred) + ", which no plugin may";
    if (how.ends_with("(SIGSYS)")) // with signals blocked, as glibc does around a new thread, nobody can tell which
        return "ended because of a system call that no plugin may make";
    return what + " (" + how + ")";
}

void HelperTransport::log(LogLevel level, const std::string& text) const {
    if (m_options.log)
        m_options.log(level, m_id, text);
}

} // namespace kiosk::plugin_host
