// SPDX-License-Identifier: Apache-2.0
#include "scanning/serial.hpp"

#include "scanning/descriptor.hpp"

#include <atomic>
#include <chrono>
#include <mutex>
#include <thread>

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <termios.h>
#include <unistd.h>

namespace kiosk::scanning {
namespace {

std::optional<speed_t> speed_of(int baud) {
    switch (baud) {
    case 1'200:
        return B1200;
    case 2'400:
        return B2400;
    case 4'800:
        return B4800;
    case 9'600:
        return B9600;
    case 19'200:
        return B19200;
    case 38'400:
        return B38400;
    case 57'600:
        return B57600;
    case 115'200:
        return B115200;
    default:
        return std::nullopt;
    }
}

Descriptor open_line(const std::string& device, speed_t speed) {
    Descriptor line(::open(device.c_str(), O_RDONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC));
    if (!line.valid())
        return line;
    termios settings{};
    if (::tcgetattr(line.get(), &settings) != 0)
        return {};
    ::cfmakeraw(&settings);
    settings.c_cflag |= CLOCAL | CREAD;
    settings.c_cc[VMIN] = 1;
    settings.c_cc[VTIME] = 0;
    ::cfsetispeed(&settings, speed);
    ::cfsetospeed(&settings, speed);
    if (::tcsetattr(line.get(), TCSANOW, &settings) != 0)
        return {};
    ::tcflush(line.get(), TCIFLUSH);
    return line;
}

} // namespace

std::vector<std::string> LineAssembler::bytes(std::span<const char> bytes, std::int64_t now_ms) {
    std::vector<std::string> lines;
    if (auto line = tick(now_ms))
        lines.push_back(std::move(*line));
    m_last_ms = now_ms;
    for (const char byte : bytes) {
        if (byte == '\r' || byte == '\n') {
            if (!m_line.empty() && !m_overflow)
                lines.push_back(m_line);
            m_line.clear();
            m_overflow = false;
        } else if (!m_overflow && byte != '\0') {
            m_line.push_back(byte);
            if (m_line.size() > m_longest) {
                m_line.clear();
                m_overflow = true; // until the line ends
            }
        }
    }
    return lines;
}

std::optional<std::string> LineAssembler::tick(std::int64_t now_ms) {
    if (!waiting() || now_ms - m_last_ms < m_idle_ms)
        return std::nullopt;
    m_overflow = false;
    if (m_line.empty())
        return std::nullopt;
    return std::exchange(m_line, {});
}

struct SerialScanner::Impl {
    SerialOptions options;
    speed_t speed = B9600;
    Descriptor stop;
    std::atomic<bool> connected = false;
    std::mutex mutex;
    std::vector<std::string> lines;
    std::thread thread;

    void deliver(std::vector<std::string> fresh) {
        if (fresh.empty())
            return;
        {
            const std::lock_guard lock(mutex);
            for (auto& line : fresh)
                if (lines.size() < 256) // nobody collects them: don't grow for ever
                    lines.push_back(std::move(line));
        }
        if (options.wake)
            options.wake();
    }

    void run() {
        LineAssembler assembler(options.idle_ms);
        Descriptor line;
        for (;;) {
            if (!line.valid()) {
                line = open_line(options.device, speed);
                if (connected.exchange(line.valid()) != line.valid() && options.wake)
                    options.wake();
            }
            pollfd waits[2] = {{stop.get(), POLLIN, 0}, {line.get(), POLLIN, 0}};
            const int timeout = !line.valid()         ? static_cast<int>(options.retry_ms)
                                : assembler.waiting() ? static_cast<int>(options.idle_ms)
                                                      : -1;
            const int ready = ::poll(waits, line.valid() ? 2 : 1, timeout);
            if ((waits[0].revents & POLLIN) != 0)
                return;
            if (ready <= 0) {
                if (auto rest = assembler.tick(monotonic_ms()))
                    deliver({std::move(*rest)});
                continue;
            }
            char buffer[512];
            const auto got = ::read(line.get(), buffer, sizeof buffer);
            if (got > 0)
                deliver(assembler.bytes({buffer, static_cast<std::size_t>(got)}, monotonic_ms()));
            else if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
                line = {}; // unplugged
                assembler = LineAssembler(options.idle_ms);
                connected = false;
                if (options.wake)
                    options.wake();
                pollfd pause{stop.get(), POLLIN, 0};
                if (::poll(&pause, 1, static_cast<int>(options.retry_ms)) > 0)
                    return;
            }
        }
    }
};

SerialScanner::SerialScanner(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}

SerialScanner::~SerialScanner() {
    const std::uint64_t one = 1;
    static_cast<void>(!::write(m_impl->stop.get(), &one, sizeof one));
    if (m_impl->thread.joinable())
        m_impl->thread.join();
}

core::Result<std::unique_ptr<SerialScanner>> SerialScanner::start(SerialOptions options) {
    const auto speed = speed_of(options.baud);
    if (!speed || options.device.empty())
        return core::fail(core::ErrorCode::Invalid, "error.serial_settings",
                          options.device + " " + std::to_string(options.baud));
    auto impl = std::make_unique<Impl>();
    impl->options = std::move(options);
    impl->speed = *speed;
    impl->stop = Descriptor(::eventfd(0, EFD_CLOEXEC));
    if (!impl->stop.valid())
        return core::fail(core::ErrorCode::Unavailable, "error.scanner_start", "eventfd");
    auto* running = impl.get();
    impl->thread = std::thread([running] { running->run(); });
    return std::unique_ptr<SerialScanner>(new SerialScanner(std::move(impl)));
}

std::vector<std::string> SerialScanner::poll() {
    const std::lock_guard lock(m_impl->mutex);
    return std::exchange(m_impl->lines, {});
}

bool SerialScanner::connected() const {
    return m_impl->connected;
}

} // namespace kiosk::scanning
