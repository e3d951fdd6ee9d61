// SPDX-License-Identifier: Apache-2.0
#include "hub/server.hpp"

#include "hub/connection.hpp"
#include "hub/network.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <csignal>
#include <future>
#include <thread>
#include <vector>

namespace kiosk::sync::hub {

namespace asio = boost::asio;
using asio::ip::tcp;
using kiosk::core::ErrorCode;
using kiosk::core::fail;

namespace {
// How often deadlines are looked at: ten thousand atomic reads, some tens of microseconds.
constexpr std::chrono::milliseconds sweep_every{50};
constexpr std::chrono::milliseconds accept_pause{100};
} // namespace

std::int64_t steady_ms() {
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

bool Network::admit(const std::shared_ptr<Connection>& connection) {
    const std::lock_guard lock(mutex);
    auto& of_address = by_address[connection->peer()];
    if (stopping || connections.size() >= limits.connections || of_address >= limits.connections_per_address) {
        if (of_address == 0)
            by_address.erase(connection->peer());
        return false;
    }
    ++of_address;
    connections.emplace(connection.get(), connection);
    return true;
}

void Network::remove(Connection* connection) {
    std::shared_ptr<Connection> kept; // its end comes after the lock's
    const std::lock_guard lock(mutex);
    const auto found = connections.find(connection);
    if (found == connections.end())
        return;
    kept = std::move(found->second);
    connections.erase(found);
    if (const auto count = by_address.find(kept->peer()); count != by_address.end() && --count->second == 0)
        by_address.erase(count);
    if (connections.empty())
        emptied.notify_all();
}

ServerStats Network::stats() const {
    ServerStats stats;
    {
        const std::lock_guard lock(mutex);
        stats.connections = connections.size();
    }
    stats.waiting = room.size();
    stats.accepted = accepted;
    stats.turned_away = turned_away;
    stats.timed_out = timed_out;
    stats.requests = requests;
    stats.commits = writer->commits();
    stats.pushes = writer->pushes();
    return stats;
}

struct Server::Core {
    Core(Service& service, StructuredLog& log, const ServerOptions& options, unsigned thread_count)
        : io(static_cast<int>(thread_count)), network(service, log, options.limits), own_strand(asio::make_strand(io)),
          acceptor(own_strand), pause(own_strand), sweep(own_strand) {}

    void accept() {
        // Each connection's socket lives on a strand of its own.
        acceptor.async_accept(asio::make_strand(io), [this](boost::system::error_code error, Connection::Socket socket) {
            if (error == asio::error::operation_aborted || !acceptor.is_open())
                return;
            if (error) {
                // No descriptors or no memory: asking again at once would only spin.
                if (error != asio::error::connection_aborted)
                    network.log.write(LogLevel::Warning, "accept_failed", {{"why", error.message()}});
                pause.expires_after(accept_pause);
                pause.async_wait([this](boost::system::error_code cancelled) {
                    if (!cancelled)
                        accept();
                });
                return;
            }
            boost::system::error_code gone;
            const auto peer = socket.remote_endpoint(gone);
            if (!gone) {
                ++network.accepted;
                auto connection = std::make_shared<Connection>(network, std::move(socket), peer.address().to_string());
                if (network.admit(connection))
                    connection->start();
                else
                    ++network.turned_away;
            }
            accept();
        });
    }

    void look_at_deadlines() {
        sweep.expires_after(sweep_every);
        sweep.async_wait([this](boost::system::error_code cancelled) {
            if (cancelled)
                return;
            const auto now = steady_ms();
            std::vector<std::shared_ptr<Connection>> due;
            {
                const std::lock_guard lock(network.mutex);
                for (const auto& [key, connection] : network.connections)
                    if (connection->due_at() != 0 && connection->due_at() <= now)
                        due.push_back(connection);
            }
            for (const auto& connection : due)
                connection->expire();
            network.room.tick();
            network.service.set_waiting(network.room.size());
            look_at_deadlines();
        });
    }

    std::vector<std::shared_ptr<Connection>> all() const {
        std::vector<std::shared_ptr<Connection>> list;
        const std::lock_guard lock(network.mutex);
        list.reserve(network.connections.size());
        for (const auto& [key, connection] : network.connections)
            list.push_back(connection);
        return list;
    }

    asio::io_context io;
    Network network;
    Connection::Strand own_strand;
    asio::basic_socket_acceptor<tcp, Connection::Strand> acceptor;
    asio::basic_waitable_timer<std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>, Connection::Strand>
        pause, sweep;
    std::unique_ptr<Folder> folder;
    std::vector<std::thread> threads;
    std::uint16_t port = 0;
    std::mutex stop_mutex;
    bool stopped = false;
};

Server::Server(std::unique_ptr<Core> core) : m_core(std::move(core)) {}
Server::~Server() { stop(); }

Result<std::unique_ptr<Server>> Server::start(Service& service, StructuredLog& log, ServerOptions options) {
    // OpenSSL writes to sockets by write(): a client that left must not end the program.
    struct sigaction pipe {};
    if (::sigaction(SIGPIPE, nullptr, &pipe) == 0 && pipe.sa_handler == SIG_DFL) {
        pipe.sa_handler = SIG_IGN;
        ::sigaction(SIGPIPE, &pipe, nullptr);
    }
    const auto threads = options.threads > 0 ? options.threads : std::max(2U, std::thread::hardware_concurrency());
    auto core = std::make_unique<Core>(service, log, options, threads);
    if (options.certificate) {
        KIOSK_TRY(core->network.tls, TlsContext::create(*options.certificate));
    }
    boost::system::error_code error;
    const auto address = asio::ip::make_address(options.address, error);
    if (error)
        return fail(ErrorCode::Invalid, "error.listen", options.address + ": " + error.message());
    const tcp::endpoint endpoint(address, options.port);
    core->acceptor.open(endpoint.protocol(), error);
    if (!error)
        core->acceptor.set_option(asio::socket_base::reuse_address(true), error);
    if (!error && address.is_v6()) {
        boost::system::error_code ignored; // "::" takes IPv4 as well
        core->acceptor.set_option(asio::ip::v6_only(false), ignored);
    }
    if (!error)
        core->acceptor.bind(endpoint, error);
    if (!error)
        core->acceptor.listen(4096, error); // after a power cut a whole hall comes at once
    if (!error)
        core->port = core->acceptor.local_endpoint(error).port();
    if (error)
        return fail(error == asio::error::address_in_use ? ErrorCode::Conflict : ErrorCode::Unavailable, "error.listen",
                    options.address + ":" + std::to_string(options.port) + ": " + error.message());

    auto* raw = core.get();
    // The folder looks at the writer, the writer tells the folder: the pointer is read only after both are there, since
    // nothing is committed before the network starts.
    core->network.writer = std::make_unique<Writer>(service, [raw] {
        raw->network.room.committed();
        raw->folder->committed();
    });
    core->folder = std::make_unique<Folder>(service, *core->network.writer, options.fold_pace);
    // Not only pushes bring news: organizers' changes do as well.
    service.on_news([raw](const std::string&) {
        raw->network.room.committed();
        raw->folder->committed();
    });
    asio::post(core->own_strand, [raw] {
        raw->accept();
        raw->look_at_deadlines();
    });
    for (unsigned index = 0; index < threads; ++index)
        core->threads.emplace_back([raw] {
            while (true) {
                try {
                    raw->io.run();
                    return;
                } catch (const std::exception& thrown) {
                    raw->network.log.write(LogLevel::Error, "network_thread", {{"why", std::string(thrown.what())}});
                }
            }
        });
    return std::unique_ptr<Server>(new Server(std::move(core)));
}

std::uint16_t Server::port() const { return m_core->port; }

void Server::stop() {
    const std::lock_guard once(m_core->stop_mutex);
    if (m_core->stopped)
        return;
    m_core->stopped = true;
    auto& network = m_core->network;
    {
        const std::lock_guard lock(network.mutex);
        network.stopping = true; // nobody is admitted after this
    }
    asio::post(m_core->own_strand, [core = m_core.get()] {
        boost::system::error_code ignored;
        core->acceptor.close(ignored);
        core->pause.cancel();
    });
    for (const auto& connection : m_core->all())
        connection->stop();
    const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(network.limits.stop_ms);
    {
        std::unique_lock lock(network.mutex);
        network.emptied.wait_until(lock, until, [&] { return network.connections.empty(); });
    }
    network.writer->stop();
    m_core->folder->stop();
    network.service.on_news({});
    m_core->io.stop();
    for (auto& thread : m_core->threads)
        thread.join();
    m_core->threads.clear();
    // Whoever took longer than that is closed, whatever was under way.
    for (const auto& connection : m_core->all())
        connection->close();
}

void Server::foreign_commit() {
    m_core->network.writer->run([core = m_core.get()] {
        core->network.service.foreign_commit();
        core->network.room.committed();
        core->folder->committed();
    });
}

ApiAnswer Server::call(const ApiRequest& request) {
    auto& service = m_core->network.service;
    auto prepared = service.prepare(request);
    if (prepared.push) {
        auto done = std::make_shared<std::promise<void>>();
        auto future = done->get_future();
        if (!m_core->network.writer->submit(prepared.push, [done] { done->set_value(); })) {
            ApiAnswer busy;
            busy.status = 503;
            return busy;
        }
        future.wait();
        return service.finish(prepared.push);
    }
    return prepared.answer ? std::move(*prepared.answer) : service.answer_feed(request);
}

Status Server::on_writer(const std::function<Status()>& task) {
    auto done = std::make_shared<std::promise<Status>>();
    auto future = done->get_future();
    m_core->network.writer->run([done, task] { done->set_value(task()); });
    done.reset(); // where the writer has stopped, the promise is broken by now
    try {
        return future.get();
    } catch (const std::future_error&) {
        return fail(ErrorCode::Unavailable, "error.stopping", "the hub is stopping");
    }
}

ServerStats Server::stats() const { return m_core->network.stats(); }

} // namespace kiosk::sync::hub
