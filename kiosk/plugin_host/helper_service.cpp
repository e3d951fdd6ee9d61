// SPDX-License-Identifier: Apache-2.0
#include "plugin_host/helper_service.hpp"

#include "plugin_host/helper_wire.hpp"
#include "plugin_host/in_process.hpp"
#include "plugin_host/library.hpp"
#include "plugin_host/sandbox.hpp"

#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <utility>

namespace kiosk::plugin_host {

namespace {

using wire::Frame;
using wire::Header;
using wire::Kind;
using wire::ReadState;

constexpr int exit_done = 0;
constexpr int exit_by_hand = 2;
constexpr int exit_wire = 3; // the kiosk spoke a language of its own
constexpr int exit_refused = 4;

void send(Header header, std::initializer_list<std::string_view> pieces) {
    if (!wire::send_frame(wire::socket_descriptor, header, {pieces.begin(), pieces.size()}))
        ::_exit(exit_done); // nobody listens any more
}

void send_error(Kind kind, const core::Error& error) {
    Header header;
    header.kind = kind;
    header.code = static_cast<std::uint8_t>(error.code);
    header.key = wire::key_number(error.message_key);
    send(header, {std::string_view(error.context).substr(0, wire::max_text_bytes)});
}

// Lines of one call go out at once, so that the last words before a crash arrive; a flood of them is cut off here.
class LineSender {
  public:
    void begin_call() {
        m_sent = 0;
        m_dropped = 0;
    }
    void operator()(LogLevel level, std::string_view text) {
        if (m_sent >= wire::max_log_lines) {
            ++m_dropped;
            return;
        }
        ++m_sent;
        line(level, text.substr(0, wire::max_log_line_bytes));
    }
    void end_call() {
        if (m_dropped > 0)
            line(LogLevel::Warning, "… and " + std::to_string(m_dropped) + " lines more in this call");
    }

  private:
    static void line(LogLevel level, std::string_view text) {
        Header header;
        header.kind = Kind::Log;
        header.code = static_cast<std::uint8_t>(level);
        send(header, {text});
    }
    int m_sent = 0;
    std::int64_t m_dropped = 0;
};

core::Result<Manifest> manifest_of(const Frame& frame) {
    std::array<std::uint32_t, 2> numbers{}; // version of the wire, ABI of the manifest
    if (frame.header.kind != Kind::Open || frame.payload.size() <= sizeof numbers)
        return core::fail(core::ErrorCode::Internal, "error.plugin_open", "helper: no opening");
    std::memcpy(numbers.data(), frame.payload.data(), sizeof numbers);
    if (numbers[0] != wire::version)
        return core::fail(core::ErrorCode::NewerVersion, "error.plugin_open",
                          "helper: kiosk-plugin-host is of another version than this program");
    Manifest manifest;
    manifest.abi_major = numbers[1];
    manifest.id = frame.payload.substr(sizeof numbers);
    return manifest;
}

core::Result<std::unique_ptr<Transport>> open_plugin(const Frame& frame, LineSender& lines) {
    KIOSK_TRY(const Manifest manifest, manifest_of(frame));
    KIOSK_CHECK(close_doors_before_loading());
    KIOSK_TRY(const auto* table, load_sealed_library(manifest, wire::library_descriptor));
    // glibc looks for the time zone's file once, also for UTC; gmtime() would do it when files are out of reach.
    ::tzset();
    KIOSK_CHECK(close_doors_before_opening());
    return InProcessTransport::open(
        manifest, *table, [&lines](LogLevel level, std::string_view, std::string_view text) { lines(level, text); });
}

void answer(Transport& plugin, const Frame& frame, LineSender& lines) {
    const std::size_t method_bytes = frame.header.code;
    if (frame.header.kind != Kind::Call || method_bytes > frame.payload.size())
        ::_exit(exit_wire);
    lines.begin_call();
    const auto reply = plugin.call(frame.payload.substr(0, method_bytes), frame.payload.substr(method_bytes));
    lines.end_call();
    if (!reply)
        return send_error(Kind::Reply, reply.error());
    Header header;
    header.kind = Kind::Reply;
    send(header, {*reply});
}

} // namespace

int run_helper(int argument_count, char** arguments) {
    struct stat socket {};
    struct stat library {};
    if (argument_count != 3 || ::fstat(wire::socket_descriptor, &socket) != 0 || !S_ISSOCK(socket.st_mode) ||
        ::fstat(wire::library_descriptor, &library) != 0) {
        std::fputs("kiosk-plugin-host is started by the kiosk; to try a plugin use: kioskctl plugins check FOLDER\n",
                   stderr);
        return exit_by_hand;
    }
    // Never outlives the kiosk, not even in an endless loop. It may have died before the line above the comparison.
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != std::atoi(arguments[2]))
        return exit_done;
    ::prctl(PR_SET_NAME, "kiosk-plugin");

    LineSender lines;
    wire::FrameReader reader(wire::socket_descriptor, wire::max_request_bytes);
    Frame frame;
    if (reader.next(frame) != ReadState::Complete)
        return exit_wire;
    auto plugin = open_plugin(frame, lines);
    if (!plugin) {
        send_error(Kind::Refused, plugin.error());
        ::_exit(exit_refused);
    }
    lines.end_call();
    Header ready;
    ready.kind = Kind::Ready;
    send(ready, {});
    for (;;) {
        const auto state = reader.next(frame);
        if (state == ReadState::Closed)
            break;
        if (state != ReadState::Complete)
            ::_exit(exit_wire);
        answer(**plugin, frame, lines);
    }
    plugin->reset();
    // Not return: what libraries do at the end of a program (and a plugin's own destructors) is not worth a system call
    // that the sandbox forbids.
    ::_exit(exit_done);
}

} // namespace kiosk::plugin_host
