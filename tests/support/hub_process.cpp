// SPDX-License-Identifier: Apache-2.0
#include "support/hub_process.hpp"

#include "client/curl_wire.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

namespace kiosk::test {

using sync::client::CurlWire;
using sync::client::WireAnswer;
using sync::client::WireRequest;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace {

constexpr int start_s = 60;
constexpr int stop_s = 40;

std::string text_of(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

} // namespace

std::uint16_t free_port() {
    const int made = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    const bool bound = ::bind(made, reinterpret_cast<const sockaddr*>(&address), size) == 0 &&
                       ::getsockname(made, reinterpret_cast<sockaddr*>(&address), &size) == 0;
    ::close(made);
    if (!bound)
        throw std::runtime_error("no free port");
    return ntohs(address.sin_port);
}

HubProcess::HubProcess(Options options) : m_options(std::move(options)), m_log(m_options.data + ".out") {
    std::filesystem::create_directories(m_options.data);
    // Proxies of the machine that the tests run on are none of theirs.
    ::setenv("no_proxy", "*", 1);
}

HubProcess::~HubProcess() {
    if (running())
        kill();
}

void HubProcess::give_up(const std::string& what) {
    auto words = output();
    words.erase(0, words.size() - std::min<std::size_t>(words.size(), 3000));
    throw std::runtime_error(what + ":\n" + words);
}

void HubProcess::start() {
    // Somebody else may have taken the free port meanwhile: only at the first start another one will do.
    const bool first = m_port == 0;
    for (int attempt = 1;; ++attempt) {
        if (first)
            m_port = free_port();
        const auto listen = "127.0.0.1:" + std::to_string(m_port);
        std::vector<std::string> words{m_options.program, "serve", "--data", m_options.data, "--listen", listen};
        if (!m_options.database.empty())
            words.insert(words.end(), {"--database", m_options.database});
        std::vector<char*> arguments;
        for (auto& word : words)
            arguments.push_back(word.data());
        arguments.push_back(nullptr);
        const int log = ::open(m_log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
        const pid_t parent = ::getpid();
        const pid_t child = ::fork();
        if (child < 0)
            throw std::runtime_error("fork");
        if (child == 0) {
            ::prctl(PR_SET_PDEATHSIG, SIGKILL);
            if (::getppid() != parent)
                ::_exit(126);
            ::dup2(log, STDOUT_FILENO);
            ::dup2(log, STDERR_FILENO);
            const int nothing = ::open("/dev/null", O_RDONLY);
            ::dup2(nothing, STDIN_FILENO);
            if (m_options.before_run)
                m_options.before_run();
            ::execv(arguments[0], arguments.data());
            ::_exit(127);
        }
        ::close(log);
        m_process = child;
        const auto until = steady_clock::now() + std::chrono::seconds(start_s * slowness);
        while (!answers()) {
            if (has_died()) {
                if (!first || attempt == 5)
                    give_up("the hub ended at its start");
                break;
            }
            if (steady_clock::now() > until) {
                kill();
                give_up("the hub did not answer in time");
            }
            std::this_thread::sleep_for(milliseconds(10));
        }
        if (running())
            return;
    }
}

// What the program leaves in its data folder for its own commands.
void HubProcess::read_folder() {
    std::ifstream token(m_options.data + "/admin.token");
    std::ifstream running(m_options.data + "/running");
    std::string url;
    if (!std::getline(token, m_token) || !std::getline(running, url) || !std::getline(running, m_pin))
        m_pin.clear();
}

bool HubProcess::answers() {
    if (m_pin.empty() || m_token.empty()) {
        read_folder();
        if (m_pin.empty() || m_token.empty())
            return false;
    }
    WireRequest request;
    request.path = "/healthz";
    request.timeout_ms = 1000 * slowness;
    // Any answer will do: one that says that its disk is full also comes from a hub that runs.
    return wire()->exchange(request).has_value() && !has_died();
}

bool HubProcess::has_died() {
    if (m_process > 0 && ::waitpid(m_process, nullptr, WNOHANG) == m_process)
        m_process = -1;
    return m_process <= 0;
}

void HubProcess::kill() {
    if (!running())
        return;
    ::kill(m_process, SIGKILL);
    ::waitpid(m_process, nullptr, 0);
    m_process = -1;
}

int HubProcess::stop() {
    if (!running())
        throw std::runtime_error("the hub does not run");
    ::kill(m_process, SIGTERM);
    const auto until = steady_clock::now() + std::chrono::seconds(stop_s * slowness);
    int status = 0;
    while (::waitpid(m_process, &status, WNOHANG) != m_process) {
        if (steady_clock::now() > until) {
            kill();
            give_up("the hub did not stop");
        }
        std::this_thread::sleep_for(milliseconds(5));
    }
    m_process = -1;
    return status;
}

std::string HubProcess::url() const { return "https://127.0.0.1:" + std::to_string(m_port); }

std::unique_ptr<sync::client::Wire> HubProcess::wire() const {
    auto made = CurlWire::create(url(), {m_pin});
    if (!made)
        throw std::runtime_error("no wire: " + made.error().context);
    return std::move(*made);
}

WireAnswer HubProcess::ask(const std::string& method, const std::string& path, const std::string& body) {
    WireRequest request;
    request.method = method;
    request.path = path;
    request.token = m_token;
    request.body = body;
    request.timeout_ms *= slowness;
    auto answer = wire()->exchange(request);
    if (!answer)
        give_up("no answer to " + path + " (" + answer.error().context + ")");
    return std::move(*answer);
}

std::string HubProcess::enrolment_code(const std::string& event) {
    const auto answer = ask("POST", "/v1/enrolment-codes", nlohmann::json{{"event", event}}.dump());
    const auto read = nlohmann::json::parse(answer.body, nullptr, false);
    if (answer.status != 200 || !read.contains("code"))
        give_up("no enrolment code: " + std::to_string(answer.status) + " " + answer.body);
    return read["code"].get<std::string>();
}

std::string HubProcess::output() const { return text_of(m_log); }

} // namespace kiosk::test
