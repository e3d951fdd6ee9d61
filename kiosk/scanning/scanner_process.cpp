// SPDX-License-Identifier: Apache-2.0
#include "scanning/scanner_process.hpp"

#include "scanning/debounce.hpp"
#include "scanning/descriptor.hpp"
#include "scanning/protocol.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <mutex>
#include <thread>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace kiosk::scanning {
namespace {

constexpr std::int64_t first_pause_ms = 100;
constexpr std::int64_t longest_pause_ms = 5'000;
constexpr std::int64_t steady_ms = 10'000;  // a child that lived so long was a good one: the next pause is short again
constexpr std::int64_t opening_ms = 12'000; // a camera's driver may take so long before the child counts as hanging
constexpr std::size_t most_waiting = 256;

std::filesystem::path beside_this_program() {
    std::error_code error;
    const auto self = std::filesystem::read_symlink("/proc/self/exe", error);
    return self.parent_path() / "kiosk-scanner";
}

// Moves a descriptor above those that the child gets, so that one dup2 does not overwrite the other's source.
Descriptor lifted(Descriptor low) {
    return Descriptor(::fcntl(low.get(), F_DUPFD_CLOEXEC, 10));
}

} // namespace

struct ScannerProcess::Impl {
    ScannerOptions options;
    Descriptor stop; // eventfd: the watching thread has something to do
    Descriptor memory;
    const protocol::PreviewRing* ring = nullptr;
    std::atomic<std::shared_ptr<const app::PreviewFrame>> preview;
    std::atomic<app::ScannerState> state = app::ScannerState::Starting;
    std::atomic<int> child = 0;
    std::atomic<std::uint64_t> restarts = 0;
    std::atomic<bool> stopping = false;

    mutable std::mutex mutex; // of what follows
    std::vector<Scan> scans;
    std::string trouble;
    std::string uri;
    bool source_changed = false;
    bool rearm = false;

    std::thread thread; // the watching thread; all that follows is its own
    Descriptor socket;
    Debounce debounce;
    std::int64_t started_ms = 0;
    std::int64_t quiet_until_ms = 0; // by then the child must have said something
    std::int64_t pause_ms = first_pause_ms;

    ~Impl() {
        if (ring != nullptr)
            ::munmap(const_cast<protocol::PreviewRing*>(ring), sizeof *ring);
    }

    void wake() const {
        if (options.wake)
            options.wake();
    }

    void set_state(app::ScannerState next, std::string why = {}) {
        bool changed = state.exchange(next) != next;
        {
            const std::lock_guard lock(mutex);
            changed = changed || trouble != why;
            trouble = std::move(why);
        }
        if (next != app::ScannerState::Live)
            preview.store(nullptr); // an old picture must not look like a live one
        if (changed)
            wake();
    }

    void poke() const {
        const std::uint64_t one = 1;
        static_cast<void>(!::write(stop.get(), &one, sizeof one));
    }

    bool spawn() {
        int pair[2];
        if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
            return false;
        socket = Descriptor(pair[0]);
        const auto theirs = lifted(Descriptor(pair[1]));
        const auto shared = Descriptor(::fcntl(memory.get(), F_DUPFD_CLOEXEC, 10));
        if (!theirs.valid() || !shared.valid())
            return false;
        std::string source;
        {
            const std::lock_guard lock(mutex);
            source = uri;
            source_changed = false;
        }
        posix_spawn_file_actions_t actions;
        posix_spawnattr_t attributes;
        ::posix_spawn_file_actions_init(&actions);
        ::posix_spawn_file_actions_adddup2(&actions, theirs.get(), protocol::socket_descriptor);
        ::posix_spawn_file_actions_adddup2(&actions, shared.get(), protocol::memory_descriptor);
        ::posix_spawnattr_init(&attributes);
        sigset_t none, defaults;
        ::sigemptyset(&none);
        ::sigemptyset(&defaults);
        ::sigaddset(&defaults, SIGPIPE);
        ::posix_spawnattr_setsigmask(&attributes, &none);
        ::posix_spawnattr_setsigdefault(&attributes, &defaults);
        ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
        std::string program = options.program.string();
        char* arguments[] = {program.data(), source.data(), nullptr};
        pid_t pid = 0;
        const int failed = ::posix_spawn(&pid, program.c_str(), &actions, &attributes, arguments, environ);
        ::posix_spawn_file_actions_destroy(&actions);
        ::posix_spawnattr_destroy(&attributes);
        if (failed != 0) {
            socket = {};
            set_state(app::ScannerState::Lost, program + ": " + std::strerror(failed));
            return false;
        }
        child = pid;
        started_ms = monotonic_ms();
        quiet_until_ms = started_ms + opening_ms;
        return true;
    }

    void end_child() {
        if (const int pid = child.exchange(0); pid > 0) {
            ::kill(pid, SIGKILL);
            ::waitpid(pid, nullptr, 0);
        }
        socket = {};
    }

    void on_frame(const protocol::Message& message) {
        auto frame = std::make_shared<app::PreviewFrame>();
        frame->number = message.frame;
        frame->width = static_cast<int>(message.width);
        frame->height = static_cast<int>(message.height);
        if (message.width > 0 &&
            protocol::read_slot(ring->slot[message.slot], message.width, message.height, frame->rgb)) {
            for (const auto& code : message.codes) {
                auto& outline = frame->codes.emplace_back();
                for (std::size_t i = 0; i < 4; ++i)
                    outline[i] = {code.corners[i * 2], code.corners[i * 2 + 1]};
            }
            preview.store(std::move(frame));
            if (options.on_preview)
                options.on_preview();
        }
        std::vector<std::string> texts;
        for (const auto& code : message.codes)
            if (!code.text.empty() && std::ranges::find(texts, code.text) == texts.end())
                texts.push_back(code.text);
        bool news = false;
        {
            const std::lock_guard lock(mutex);
            if (std::exchange(rearm, false))
                debounce.rearm();
            for (auto& text : debounce.frame(texts, monotonic_ms()))
                if (scans.size() < most_waiting) {
                    scans.push_back({std::move(text), message.frame});
                    news = true;
                }
        }
        if (news)
            wake();
    }

    // false: this child is of no use any more.
    bool receive() {
        char packet[protocol::largest_packet + 1];
        const auto got = ::recv(socket.get(), packet, sizeof packet, MSG_DONTWAIT);
        if (got < 0)
            return errno == EAGAIN || errno == EINTR;
        if (got == 0)
            return false;
        const auto message = protocol::parse({packet, static_cast<std::size_t>(got)});
        if (!message)
            return false;
        const auto now = monotonic_ms();
        quiet_until_ms = now + (message->kind == protocol::Kind::Opening ? opening_ms : options.silence_ms);
        switch (message->kind) {
        case protocol::Kind::Frame:
            set_state(app::ScannerState::Live);
            on_frame(*message);
            return true;
        case protocol::Kind::Lost:
            set_state(app::ScannerState::Lost, message->codes.empty() ? "" : message->codes.front().text);
            return true;
        case protocol::Kind::Opening:
        case protocol::Kind::Alive:
            return true;
        case protocol::Kind::SetSource:
            return false;
        }
        return false;
    }

    bool tell_source() {
        std::string source;
        {
            const std::lock_guard lock(mutex);
            if (!std::exchange(source_changed, false))
                return true;
            source = uri;
            debounce.rearm();
        }
        set_state(app::ScannerState::Starting);
        protocol::Message message;
        message.kind = protocol::Kind::SetSource;
        message.codes.push_back({source, {}});
        const auto packet = protocol::encode(message);
        return ::send(socket.get(), packet.data(), packet.size(), MSG_NOSIGNAL | MSG_DONTWAIT) >= 0;
    }

    // Waits for the child to speak, for its time to run out, or for work from outside. false: replace the child.
    bool watch() {
        const auto left = std::max<std::int64_t>(0, quiet_until_ms - monotonic_ms());
        pollfd waits[2] = {{stop.get(), POLLIN, 0}, {socket.get(), POLLIN, 0}};
        const int ready = ::poll(waits, 2, static_cast<int>(left));
        if ((waits[0].revents & POLLIN) != 0) {
            std::uint64_t count = 0;
            static_cast<void>(!::read(stop.get(), &count, sizeof count));
            if (stopping)
                return true;
            if (!tell_source())
                return false;
        }
        if (ready == 0)
            return monotonic_ms() < quiet_until_ms;
        if (waits[1].revents != 0)
            return receive();
        return true;
    }

    void run() {
        while (!stopping) {
            if (child == 0 && !spawn()) {
                sleep_until_poked(pause_ms);
                pause_ms = std::min(pause_ms * 2, longest_pause_ms);
                continue;
            }
            if (watch())
                continue;
            const bool steady = monotonic_ms() - started_ms > steady_ms;
            end_child();
            set_state(app::ScannerState::Lost, "restart");
            ++restarts;
            pause_ms = steady ? first_pause_ms : pause_ms;
            sleep_until_poked(pause_ms);
            pause_ms = std::min(pause_ms * 2, longest_pause_ms);
            if (!stopping)
                set_state(app::ScannerState::Starting);
        }
        end_child();
    }

    void sleep_until_poked(std::int64_t ms) const {
        pollfd wait{stop.get(), POLLIN, 0};
        ::poll(&wait, 1, static_cast<int>(ms));
    }
};

ScannerProcess::ScannerProcess(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}

ScannerProcess::~ScannerProcess() {
    m_impl->stopping = true;
    m_impl->poke();
    if (m_impl->thread.joinable())
        m_impl->thread.join();
}

core::Result<std::unique_ptr<ScannerProcess>> ScannerProcess::start(ScannerOptions options) {
    auto impl = std::make_unique<Impl>();
    impl->options = std::move(options);
    if (impl->options.program.empty())
        impl->options.program = beside_this_program();
    if (::access(impl->options.program.c_str(), X_OK) != 0)
        return core::fail(core::ErrorCode::NotFound, "error.scanner_program", impl->options.program.string());
    impl->uri = impl->options.uri;
    impl->debounce = Debounce(impl->options.away_ms);
    impl->stop = Descriptor(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    impl->memory = Descriptor(::memfd_create("kiosk-preview", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    if (!impl->stop.valid() || !impl->memory.valid() ||
        ::ftruncate(impl->memory.get(), sizeof(protocol::PreviewRing)) != 0 ||
        ::fcntl(impl->memory.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0)
        return core::fail(core::ErrorCode::Unavailable, "error.scanner_start", std::strerror(errno));
    void* mapping = ::mmap(nullptr, sizeof(protocol::PreviewRing), PROT_READ, MAP_SHARED, impl->memory.get(), 0);
    if (mapping == MAP_FAILED)
        return core::fail(core::ErrorCode::Unavailable, "error.scanner_start", std::strerror(errno));
    impl->ring = static_cast<const protocol::PreviewRing*>(mapping);
    auto* running = impl.get();
    // The child is started from this thread: PR_SET_PDEATHSIG follows the thread that made the child.
    impl->thread = std::thread([running] { running->run(); });
    return std::unique_ptr<ScannerProcess>(new ScannerProcess(std::move(impl)));
}

std::vector<Scan> ScannerProcess::poll() {
    const std::lock_guard lock(m_impl->mutex);
    return std::exchange(m_impl->scans, {});
}

app::ScannerState ScannerProcess::state() const {
    return m_impl->state;
}

std::string ScannerProcess::trouble() const {
    const std::lock_guard lock(m_impl->mutex);
    return m_impl->trouble;
}

void ScannerProcess::change_source(std::string uri) {
    {
        const std::lock_guard lock(m_impl->mutex);
        if (m_impl->uri == uri)
            return;
        m_impl->uri = std::move(uri);
        m_impl->source_changed = true;
    }
    m_impl->poke();
}

void ScannerProcess::rearm() {
    const std::lock_guard lock(m_impl->mutex);
    m_impl->rearm = true;
}

std::shared_ptr<const app::PreviewFrame> ScannerProcess::newest() {
    return m_impl->preview.load();
}
int ScannerProcess::child_pid() const {
    return m_impl->child;
}
std::uint64_t ScannerProcess::restarts() const {
    return m_impl->restarts;
}

} // namespace kiosk::scanning
