// SPDX-License-Identifier: Apache-2.0
#include "plugin_host/helper_wire.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>

namespace kiosk::plugin_host::wire {

using core::ErrorCode;

namespace {

constexpr std::size_t first_buffer_bytes = 64u << 10; // nearly every request and reply fits: one system call each
constexpr std::array<std::string_view, 4> sentences{"error.plugin_reply", "error.plugin_library", "error.plugin_abi",
                                                    "error.plugin_open"};

// Whether the socket became ready in time.
bool wait_for(int socket, short events, std::int64_t deadline_us) {
    for (;;) {
        const std::int64_t left_us = std::max<std::int64_t>(deadline_us - now_us(), 0);
        const timespec left{static_cast<time_t>(left_us / 1'000'000), static_cast<long>(left_us % 1'000'000 * 1000)};
        pollfd waiting{socket, events, 0};
        const int ready = ::ppoll(&waiting, 1, &left, nullptr);
        if (ready > 0)
            return true;
        if (ready == 0 || errno != EINTR)
            return false;
    }
}

} // namespace

std::int64_t now_us() {
    timespec at{};
    ::clock_gettime(CLOCK_MONOTONIC, &at);
    return static_cast<std::int64_t>(at.tv_sec) * 1'000'000 + at.tv_nsec / 1000;
}

bool send_frame(int socket, Header header, std::span<const std::string_view> pieces, Deadline deadline) {
    constexpr std::size_t max_pieces = 3;
    std::array<iovec, max_pieces + 1> parts{};
    if (pieces.size() > max_pieces)
        return false;
    std::size_t size = 0;
    for (std::size_t i = 0; i < pieces.size(); ++i) {
        // iovec has no const; sendmsg does not write.
        parts[i + 1] = {const_cast<char*>(pieces[i].data()), pieces[i].size()};
        size += pieces[i].size();
    }
    if (size > UINT32_MAX)
        return false;
    header.size = static_cast<std::uint32_t>(size);
    parts[0] = {&header, sizeof header};

    // With a deadline no single call may block; without one (in the helper) poll() is not even allowed.
    const int flags = MSG_NOSIGNAL | (deadline ? MSG_DONTWAIT : 0);
    iovec* part = parts.data();
    std::size_t count = pieces.size() + 1;
    while (count > 0) {
        msghdr message{};
        message.msg_iov = part;
        message.msg_iovlen = count;
        ssize_t sent = ::sendmsg(socket, &message, flags);
        if (sent < 0) {
            if (errno == EINTR)
                continue;
            if (errno == EAGAIN && deadline && wait_for(socket, POLLOUT, *deadline))
                continue;
            return false;
        }
        for (; count > 0 && static_cast<std::size_t>(sent) >= part->iov_len; ++part, --count)
            sent -= static_cast<ssize_t>(part->iov_len);
        if (count > 0) {
            part->iov_base = static_cast<char*>(part->iov_base) + sent;
            part->iov_len -= static_cast<std::size_t>(sent);
        }
    }
    return true;
}

FrameReader::FrameReader(int socket, std::size_t max_payload)
    : m_socket(socket), m_max_payload(max_payload), m_buffer(first_buffer_bytes) {}

ReadState FrameReader::fill(std::size_t wanted, Deadline deadline) {
    if (m_begin == m_end)
        m_begin = m_end = 0;
    if (m_buffer.size() - m_begin < wanted) {
        std::memmove(m_buffer.data(), m_buffer.data() + m_begin, m_end - m_begin);
        m_end -= m_begin;
        m_begin = 0;
        if (m_buffer.size() < wanted)
            m_buffer.resize(wanted);
    }
    while (m_end - m_begin < wanted) {
        if (deadline && !wait_for(m_socket, POLLIN, *deadline))
            return ReadState::TimedOut;
        const ssize_t received =
            ::recv(m_socket, m_buffer.data() + m_end, m_buffer.size() - m_end, deadline ? MSG_DONTWAIT : 0);
        if (received == 0)
            return ReadState::Closed;
        if (received < 0) {
            if (errno == EINTR || (errno == EAGAIN && deadline))
                continue;
            return ReadState::Closed;
        }
        m_end += static_cast<std::size_t>(received);
    }
    return ReadState::Complete;
}

ReadState FrameReader::next(Frame& frame, Deadline deadline) {
    if (const auto state = fill(sizeof(Header), deadline); state != ReadState::Complete)
        return state;
    std::memcpy(&frame.header, m_buffer.data() + m_begin, sizeof(Header));
    if (frame.header.size > m_max_payload || frame.header.zero != 0 || frame.header.kind < Kind::Open ||
        frame.header.kind > Kind::Barred)
        return ReadState::Malformed;
    if (const auto state = fill(sizeof(Header) + frame.header.size, deadline); state != ReadState::Complete)
        return state;
    frame.payload = {m_buffer.data() + m_begin + sizeof(Header), frame.header.size};
    m_begin += sizeof(Header) + frame.header.size;
    return ReadState::Complete;
}

std::uint8_t key_number(std::string_view message_key) {
    const auto found = std::find(sentences.begin(), sentences.end(), message_key);
    return found == sentences.end() ? 0 : static_cast<std::uint8_t>(found - sentences.begin());
}

core::Error error_of(std::uint8_t code, std::uint8_t key, std::string_view context) {
    core::Error error;
    const bool known = code >= static_cast<std::uint8_t>(ErrorCode::Invalid) &&
                       code <= static_cast<std::uint8_t>(ErrorCode::Internal);
    error.code = known ? static_cast<ErrorCode>(code) : ErrorCode::Internal;
    error.message_key = sentences[key < sentences.size() ? key : 0];
    error.context = one_line(context, max_text_bytes);
    error.where = std::source_location::current();
    return error;
}

std::string one_line(std::string_view text, std::size_t max_bytes) {
    std::string line(text.substr(0, max_bytes));
    std::replace_if(
        line.begin(), line.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
    return line;
}

} // namespace kiosk::plugin_host::wire
