// SPDX-License-Identifier: Apache-2.0
// kiosk-scanner: the process in which camera drivers and decoders run. Started by the kiosk (scanner_process.hpp) with
// the source's URI, a socket on descriptor 3 and shared memory on descriptor 4; useless by hand. Opens the source
// again and again when it is lost; ends when its parent does.
#include "scanning/decoder.hpp"
#include "scanning/descriptor.hpp"
#include "scanning/frame_source.hpp"
#include "scanning/protocol.hpp"

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <string>

#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>

namespace {

using namespace kiosk::scanning;

constexpr std::int64_t alive_every_ms = 300;
constexpr int longest_wait_ms = 200;
constexpr std::int64_t first_pause_ms = 250;
constexpr std::int64_t longest_pause_ms = 2'000;

class Child {
  public:
    Child(std::string uri, protocol::PreviewRing& ring) : m_uri(std::move(uri)), m_ring(ring) {}

    int run() {
        std::int64_t pause_ms = first_pause_ms;
        while (m_parent_lives) {
            send({.kind = protocol::Kind::Opening, .codes = {}});
            auto source = FrameSource::open(m_uri);
            m_source_changed = false;
            const auto frames_before = m_frames;
            std::string why = source ? look(**source) : source.error().context;
            source = kiosk::core::fail(kiosk::core::ErrorCode::Unavailable, "");
            if (m_source_changed) {
                pause_ms = first_pause_ms;
                continue;
            }
            if (m_frames != frames_before)
                pause_ms = first_pause_ms;
            lost(why, pause_ms);
            pause_ms = std::min(pause_ms * 2, longest_pause_ms);
        }
        return 0;
    }

  private:
    // Frames until the source is lost or another one is wanted; returns why it was lost.
    std::string look(FrameSource& source) {
        Frame frame;
        while (m_parent_lives && !m_source_changed) {
            auto got = source.next(frame, longest_wait_ms);
            if (!got)
                return got.error().context;
            if (*got)
                decode(frame);
            else if (monotonic_ms() - m_spoke_ms >= alive_every_ms)
                send({.kind = protocol::Kind::Alive, .codes = {}});
            listen(0);
        }
        return {};
    }

    void decode(Frame& frame) {
        protocol::Message message;
        message.kind = protocol::Kind::Frame;
        message.frame = ++m_frames;
        message.width = static_cast<std::uint32_t>(frame.preview_width);
        message.height = static_cast<std::uint32_t>(frame.preview_height);
        message.slot = static_cast<std::uint32_t>(m_frames % protocol::slots);
        for (auto& code : m_decoder.decode_live(frame.grey.view())) {
            if (code.text.size() > protocol::largest_text)
                continue; // no ticket is that long
            protocol::Code sent;
            sent.text = std::move(code.text);
            for (std::size_t i = 0; i < 4; ++i) {
                sent.corners[i * 2] = std::clamp(code.corners[i].x / static_cast<float>(frame.grey.width), -1.0F, 2.0F);
                sent.corners[i * 2 + 1] =
                    std::clamp(code.corners[i].y / static_cast<float>(frame.grey.height), -1.0F, 2.0F);
            }
            message.codes.push_back(std::move(sent));
        }
        protocol::write_slot(m_ring.slot[message.slot], frame.rgb);
        send(message);
    }

    void lost(const std::string& why, std::int64_t pause_ms) {
        const auto until = monotonic_ms() + pause_ms;
        protocol::Message message;
        message.kind = protocol::Kind::Lost;
        message.codes.push_back({why.substr(0, 400), {}});
        send(message);
        while (m_parent_lives && !m_source_changed && monotonic_ms() < until) {
            listen(static_cast<int>(std::min(until - monotonic_ms(), alive_every_ms)));
            send({.kind = protocol::Kind::Alive, .codes = {}});
        }
    }

    void send(const protocol::Message& message) {
        const auto packet = protocol::encode(message);
        m_spoke_ms = monotonic_ms();
        // A parent that does not listen just now misses a frame, not the scanner.
        if (::send(protocol::socket_descriptor, packet.data(), packet.size(), MSG_NOSIGNAL | MSG_DONTWAIT) < 0 &&
            errno != EAGAIN && errno != EINTR)
            m_parent_lives = false;
    }

    void listen(int wait_ms) {
        pollfd wait{protocol::socket_descriptor, POLLIN, 0};
        if (::poll(&wait, 1, std::max(wait_ms, 0)) <= 0)
            return;
        char packet[protocol::largest_packet];
        const auto got = ::recv(protocol::socket_descriptor, packet, sizeof packet, MSG_DONTWAIT);
        if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) {
            m_parent_lives = false;
            return;
        }
        if (got < 0)
            return;
        const auto message = protocol::parse({packet, static_cast<std::size_t>(got)});
        if (message && message->kind == protocol::Kind::SetSource && message->codes.size() == 1) {
            m_uri = message->codes.front().text;
            m_source_changed = true;
        }
    }

    std::string m_uri;
    protocol::PreviewRing& m_ring;
    Decoder m_decoder;
    std::uint64_t m_frames = 0;
    std::int64_t m_spoke_ms = 0;
    bool m_parent_lives = true;
    bool m_source_changed = false;
};

} // namespace

int main(int argc, char** argv) {
    struct stat socket{};
    struct stat memory{};
    if (argc != 2 || ::fstat(protocol::socket_descriptor, &socket) != 0 || !S_ISSOCK(socket.st_mode) ||
        ::fstat(protocol::memory_descriptor, &memory) != 0 ||
        memory.st_size != static_cast<off_t>(sizeof(protocol::PreviewRing))) {
        std::fputs("kiosk-scanner is started by the kiosk; to read a picture use: kioskctl decode FILE\n", stderr);
        return 2;
    }
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::prctl(PR_SET_NAME, "kiosk-scanner");
    void* mapping = ::mmap(nullptr, sizeof(protocol::PreviewRing), PROT_READ | PROT_WRITE, MAP_SHARED,
                           protocol::memory_descriptor, 0);
    if (mapping == MAP_FAILED)
        return 1;
    return Child(argv[1], *static_cast<protocol::PreviewRing*>(mapping)).run();
}
