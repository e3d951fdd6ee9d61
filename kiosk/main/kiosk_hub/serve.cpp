// SPDX-License-Identifier: Apache-2.0
#include "main/kiosk_hub/serve.hpp"

#include "client/curl_wire.hpp"
#include "client/hub_address.hpp"
#include "hub/relay.hpp"
#include "hub/server.hpp"
#include "main/kiosk_hub/commands.hpp"
#include "main/kiosk_hub/open_hub.hpp"
#include "main/kiosk_hub/terminal_code.hpp"
#include "protocol/messages.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <arpa/inet.h>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <ifaddrs.h>
#include <mutex>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <unistd.h>

namespace kiosk_hub {

namespace protocol = kiosk::sync::protocol;
namespace client = kiosk::sync::client;
using core::ErrorCode;
using core::fail;

namespace {

constexpr std::int64_t code_lifetime_ms = 10 * 60'000;

// The Api, and the commands of this machine's administrator.
class ProgramService final : public hub::Service {
public:
    ProgramService(OpenHub& opened, const Words& words, std::string token)
        : m_opened(opened), m_words(words), m_api(opened.api()), m_token(std::move(token)) {}

    Prepared prepare(const hub::ApiRequest& request) override {
        if (request.target != command_path)
            return m_api.prepare(request);
        Prepared prepared;
        prepared.answer = command(request);
        return prepared;
    }
    hub::Status commit(const std::vector<Push>& pushes) override { return m_api.commit(pushes); }
    hub::ApiAnswer finish(const Push& push) override { return m_api.finish(push); }
    hub::ApiAnswer answer_feed(const hub::ApiRequest& request) override { return m_api.answer_feed(request); }
    std::uint64_t latest(const std::string& event) const override { return m_api.latest(event); }
    void foreign_commit() override { m_api.foreign_commit(); }
    bool fold(std::int64_t budget_ms) override { return m_api.fold(budget_ms); }
    void on_news(std::function<void(const std::string&)> hook) override {
        m_api.on_news(hook ? std::function<void(const std::string&)>([this, hook](const std::string& event) {
            hook(event);
            const std::lock_guard lock(m_relay_mutex);
            if (m_relay)
                m_relay->changed();
        })
                           : std::move(hook));
    }
    void set_waiting(std::size_t feeds) override { m_api.set_waiting(feeds); }
    void set_relay(hub::RelayThreads* relay) {
        const std::lock_guard lock(m_relay_mutex);
        m_relay = relay;
    }

private:
    hub::ApiAnswer command(const hub::ApiRequest& request) {
        hub::ApiAnswer answer;
        const auto given = request.headers.find("authorization");
        // Compared by their hashes, so that the time it takes tells nothing.
        const bool known = given != request.headers.end() &&
                           m_opened.sodium().blake2b_256(given->second) == m_opened.sodium().blake2b_256("Bearer " + m_token);
        const auto json = nlohmann::json::parse(request.body.size() < 4096 ? request.body : "", nullptr, false);
        if (request.method != "POST" || !known || !json.is_object() || !json.contains("command") ||
            !json["command"].is_array()) {
            answer.status = known ? 400 : 401;
            answer.body = protocol::encode(protocol::ErrorReply{known ? "malformed" : "token", "Not a command.", std::nullopt});
            return answer;
        }
        std::vector<std::string> command;
        for (const auto& word : json["command"])
            command.push_back(word.is_string() ? word.get<std::string>() : std::string());
        const auto language = json.find("language");
        const auto words = m_words.in(language != json.end() && language->is_string() ? language->get<std::string>() : "");
        answer.body = encode(run_command(m_opened, words, command));
        answer.headers["Cache-Control"] = "no-store";
        return answer;
    }

    OpenHub& m_opened;
    const Words& m_words;
    hub::ApiService m_api;
    std::string m_token;
    std::mutex m_relay_mutex;
    hub::RelayThreads* m_relay = nullptr;
};

struct Listen {
    std::string address;
    std::uint16_t port = 0;
};

core::Result<Listen> parse_listen(const std::string& text) {
    const auto colon = text.rfind(':');
    Listen listen;
    const auto port = colon == std::string::npos ? text : text.substr(colon + 1);
    listen.address = colon == std::string::npos ? "0.0.0.0" : text.substr(0, colon);
    if (listen.address.starts_with('[') && listen.address.ends_with(']'))
        listen.address = listen.address.substr(1, listen.address.size() - 2);
    const auto [end, problem] = std::from_chars(port.data(), port.data() + port.size(), listen.port);
    if (problem != std::errc{} || end != port.data() + port.size() || listen.address.empty())
        return fail(ErrorCode::Invalid, "error.hub.listen_form", text);
    return listen;
}

// The address that kiosks of the hall reach this machine at: the first one that is not its own loop.
std::string own_address() {
    std::string found = "127.0.0.1";
    ifaddrs* list = nullptr;
    if (::getifaddrs(&list) != 0)
        return found;
    for (const auto* one = list; one; one = one->ifa_next) {
        if (!one->ifa_addr || one->ifa_addr->sa_family != AF_INET || (one->ifa_flags & IFF_LOOPBACK) != 0 ||
            (one->ifa_flags & IFF_UP) == 0)
            continue;
        char text[INET_ADDRSTRLEN] = {};
        const auto* address = reinterpret_cast<const sockaddr_in*>(one->ifa_addr);
        if (::inet_ntop(AF_INET, &address->sin_addr, text, sizeof(text))) {
            found = text;
            break;
        }
    }
    ::freeifaddrs(list);
    return found;
}

std::string url_of(const std::string& scheme, const std::string& address, std::uint16_t port) {
    return address.find(':') == std::string::npos ? fmt::format("{}://{}:{}", scheme, address, port)
                                                  : fmt::format("{}://[{}]:{}", scheme, address, port);
}

void raise_limits() {
    rlimit files{};
    if (::getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur < files.rlim_max) {
        files.rlim_cur = files.rlim_max;
        ::setrlimit(RLIMIT_NOFILE, &files);
    }
}

void show_code(OpenHub& opened, const Words& words, const std::string& event) {
    const auto code = opened.api().make_enrolment_code(event, false);
    if (!code) {
        complain(words, code.error());
        return;
    }
    fmt::print("\n{}{}{}", words.line("hub.serve.code", {{"code", *code}}), terminal_code(*code, ::isatty(STDOUT_FILENO) == 1),
               words.line("hub.serve.code_until", {{"time", local_time(opened.clock().now().unix_ms + code_lifetime_ms)}}));
    std::fflush(stdout); // it may be a file that somebody waits for
}

// Everything that a relay to a central hub needs; lives as long as the hub serves.
struct CentralLink {
    std::unique_ptr<client::CurlWire> push_wire;
    std::unique_ptr<client::CurlWire> pull_wire;
    std::unique_ptr<hub::Relay> relay;
    std::unique_ptr<hub::RelayThreads> threads;
};

core::Status enroll_central(OpenHub& opened, hub::Server& server, const std::string& text) {
    KIOSK_TRY(const auto code, protocol::decode_enrolment_code(text));
    std::string pin = code.pin; // base64url to base64
    for (auto& letter : pin)
        letter = letter == '-' ? '+' : letter == '_' ? '/' : letter;
    while (!pin.empty() && pin.size() % 4 != 0)
        pin += '=';
    KIOSK_TRY(const auto wire, client::CurlWire::create(code.url, pin.empty() ? std::vector<std::string>{} : std::vector{pin}));
    KIOSK_TRY(const auto identity, opened.store().identity());
    KIOSK_TRY(const auto enrolled,
              hub::enroll_at_central(
                  *wire, code.url, pin, code.code, identity.hub, XIANGDAO_VERSION,
                  [&](const hub::ApiRequest& request) { return server.call(request); },
                  [&](const std::string& event) { return opened.api().make_enrolment_code(event, true); }));
    client::HubAddress own;
    own.url = "local:";
    own.token = enrolled.own_token;
    own.device = enrolled.own_device;
    own.event = enrolled.central.event;
    own.hub = identity.hub;
    KIOSK_CHECK(client::save_hub_address(opened.folder().relay(), own));
    return client::save_hub_address(opened.folder().central(), enrolled.central);
}

core::Result<CentralLink> link_central(OpenHub& opened, hub::Server& server) {
    CentralLink link;
    const auto central = client::load_hub_address(opened.folder().central());
    if (!central) {
        if (central.error().code == ErrorCode::NotFound)
            return link; // this is no venue hub
        return std::unexpected(central.error());
    }
    KIOSK_TRY(const auto own, client::load_hub_address(opened.folder().relay()));
    // From the first moment on: until the central hub gave it the event, nothing of it is granted here.
    const auto rights = "rights/" + central->event;
    KIOSK_TRY(const auto kept, opened.store().fact(rights));
    if (!kept)
        KIOSK_CHECK(opened.store().set_fact(rights, std::string(hub::rights_wanted)));
    KIOSK_TRY(link.push_wire, client::CurlWire::create(central->url, central->pins));
    KIOSK_TRY(link.pull_wire, client::CurlWire::create(central->url, central->pins));
    KIOSK_TRY(const auto identity, opened.store().identity());
    hub::RelayPorts ports;
    ports.store = &opened.store();
    ports.push_wire = link.push_wire.get();
    ports.pull_wire = link.pull_wire.get();
    ports.random = &opened.random();
    ports.hasher = &opened.sodium();
    ports.own = [&server](const hub::ApiRequest& request) { return server.call(request); };
    ports.log = [&opened](std::string_view what, std::string_view detail) {
        opened.log().write(hub::LogLevel::Warning, what, {{"why", std::string(detail)}});
    };
    ports.keep_pins = [&opened, at = *central, push = link.push_wire.get(),
                       pull = link.pull_wire.get()](const std::vector<std::string>& pins) -> core::Status {
        auto changed = at;
        changed.pins = pins;
        KIOSK_CHECK(client::save_hub_address(opened.folder().central(), changed));
        push->set_pins(pins);
        pull->set_pins(pins);
        return {};
    };
    hub::RelayOptions options;
    options.central = *central;
    options.own_token = own.token;
    options.own_device = own.device;
    options.incarnation = identity.hub;
    link.relay = std::make_unique<hub::Relay>(ports, options);
    link.threads = std::make_unique<hub::RelayThreads>(*link.relay, *link.push_wire, *link.pull_wire);
    return link;
}

core::Status run(const ServeOptions& options, const Words& words, const sigset_t& signals) {
    raise_limits();
    KIOSK_TRY(const auto listen, parse_listen(options.listen));
    KIOSK_TRY(const auto folder, HubFolder::create(options.data));
    KIOSK_TRY(const auto claim, folder.claim()); // two of them on one PostgreSQL would not notice each other
    hub::ServerOptions server_options;
    server_options.address = listen.address;
    server_options.port = listen.port;
    server_options.threads = options.threads;
    server_options.limits.connections = options.connections;
    server_options.limits.connections_per_address = options.connections_per_address;
    HubOptions hub_options;
    hub_options.database = options.database;
    if (!options.insecure_http) {
        if (options.certificate.empty() != options.key.empty())
            return fail(ErrorCode::Invalid, "error.hub.certificate_and_key");
        KIOSK_TRY(server_options.certificate, options.certificate.empty()
                                                  ? hub::load_or_make_certificate(folder.path())
                                                  : hub::load_certificate(options.certificate, options.key));
        hub_options.pins = {server_options.certificate->pin};
        if (options.certificate.empty()) {
            KIOSK_TRY(const auto next, hub::next_pin(folder.path()));
            if (!next.empty())
                hub_options.pins.push_back(next);
        }
    }
    // The address is part of every code: with a port that the system chooses it is only known once there is one.
    const std::string scheme = options.insecure_http ? "http" : "https";
    const bool anywhere = listen.address == "0.0.0.0" || listen.address == "::";
    if (!options.url.empty())
        hub_options.hub_url = options.url;
    else if (listen.port != 0)
        hub_options.hub_url = url_of(scheme, anywhere ? own_address() : listen.address, listen.port);
    else
        return fail(ErrorCode::Invalid, "error.hub.port_zero");
    KIOSK_TRY(const auto opened, OpenHub::create(folder, hub_options));
    bool made = false;
    KIOSK_TRY(const auto token, opened->admin_token(made));

    ProgramService service(*opened, words, token);
    KIOSK_TRY(const auto server, hub::Server::start(service, opened->log(), server_options));
    opened->store().on_foreign_commit([raw = server.get()] { raw->foreign_commit(); });
    // Only the other commands need it: a hub whose disk is full still answers its kiosks.
    if (const auto told = folder.set_running({url_of(scheme, anywhere ? "127.0.0.1" : listen.address, server->port()),
                                              hub_options.pins.empty() ? "" : hub_options.pins.front()});
        !told)
        opened->log().write(hub::LogLevel::Warning, "not.announced", {{"error", told.error().message_key}});
    opened->log().write(hub::LogLevel::Info, "started",
                        {{"version", std::string(XIANGDAO_VERSION)},
                         {"address", listen.address},
                         {"port", static_cast<std::int64_t>(server->port())},
                         {"store", std::string(options.database.empty() ? "sqlite" : "postgresql")}});

    core::Status outcome;
    if (!options.central_enroll.empty())
        outcome = enroll_central(*opened, *server, options.central_enroll);
    CentralLink central;
    if (outcome) {
        auto linked = link_central(*opened, *server);
        if (linked)
            central = std::move(*linked);
        else
            outcome = std::unexpected(linked.error());
    }
    if (outcome) {
        service.set_relay(central.threads.get());
        fmt::print("{}", words.line("hub.serve.runs", {{"url", hub_options.hub_url}, {"folder", folder.path().string()}}));
        if (!hub_options.pins.empty())
            fmt::print("{}", words.line("hub.serve.pin", {{"pin", hub_options.pins.front()}}));
        if (made)
            fmt::print("{}", words.line("hub.serve.token",
                                        {{"file", (folder.path() / "admin.token").string()}, {"token", token}}));
        show_code(*opened, words, options.event);

        auto shown_ms = opened->clock().boot_ms();
        while (true) {
            const timespec moment{1, 0};
            const int signal = ::sigtimedwait(&signals, nullptr, &moment);
            if (signal == SIGTERM || signal == SIGINT) {
                opened->log().write(hub::LogLevel::Info, "stopping");
                break;
            }
            // Somebody may be looking at it: an expired code would only be a puzzle.
            if (::isatty(STDOUT_FILENO) == 1 && opened->clock().boot_ms() - shown_ms > code_lifetime_ms) {
                show_code(*opened, words, options.event);
                shown_ms = opened->clock().boot_ms();
            }
        }
    }
    service.set_relay(nullptr);
    central.threads.reset(); // before the wires that it uses
    server->stop();
    folder.clear_running();
    opened->store().on_foreign_commit({});
    if (outcome)
        opened->log().write(hub::LogLevel::Info, "stopped");
    return outcome;
}

} // namespace

int serve(const ServeOptions& options, const Words& words) {
    // Before any thread: they all inherit it, and this one alone waits for signals.
    sigset_t signals;
    ::sigemptyset(&signals);
    for (const int signal : {SIGTERM, SIGINT, SIGHUP})
        ::sigaddset(&signals, signal);
    ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    const auto outcome = run(options, words, signals);
    return outcome ? exit_done : complain(words, outcome.error());
}

} // namespace kiosk_hub
