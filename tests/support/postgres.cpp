// SPDX-License-Identifier: Apache-2.0
#include "support/postgres.hpp"

#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <thread>
#include <vector>

namespace kiosk::test {

namespace fs = std::filesystem;

namespace {

constexpr int port = 5432; // only names the socket's file: nothing listens on a network

std::string newest_programs() {
    std::vector<fs::path> found;
    std::error_code ignored;
    for (const auto* root : {"/usr/lib/postgresql", "/usr/local/pgsql", "/usr/pgsql"})
        for (const auto& entry : fs::directory_iterator(root, ignored))
            for (const auto& folder : {entry.path() / "bin", entry.path()})
                if (fs::exists(folder / "initdb", ignored) && fs::exists(folder / "postgres", ignored))
                    found.push_back(folder);
    if (found.empty())
        throw std::runtime_error("PostgreSQL's server is not installed; packaging/install-deps.sh --test installs it");
    return std::ranges::max(found, {}, [](const fs::path& path) {
               return std::atoi(path.parent_path().filename().c_str());
           }).string();
}

// What follows runs in a child between fork and exec: nothing that allocates.
void become(unsigned user, unsigned group) {
    if (::geteuid() != 0)
        return;
    if (::setgroups(1, &group) != 0 || ::setgid(group) != 0 || ::setuid(user) != 0)
        ::_exit(126);
}

void silence(int output) {
    const int nothing = ::open("/dev/null", O_RDWR);
    ::dup2(nothing, 0);
    ::dup2(output >= 0 ? output : nothing, 1);
    ::dup2(output >= 0 ? output : nothing, 2);
}

int wait_for(pid_t child) {
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

struct Ran {
    int code = 0;
    std::string output;
};

Ran run_program(const std::string& path, std::vector<std::string> arguments, unsigned user, unsigned group) {
    arguments.insert(arguments.begin(), path);
    std::vector<char*> pointers;
    for (auto& argument : arguments)
        pointers.push_back(argument.data());
    pointers.push_back(nullptr);
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0)
        throw std::runtime_error("no pipe for " + path);
    const pid_t child = ::fork();
    if (child == 0) {
        silence(ends[1]);
        become(user, group);
        static_cast<void>(!::chdir("/"));
        ::execv(path.c_str(), pointers.data());
        ::_exit(127);
    }
    ::close(ends[1]);
    Ran ran;
    std::array<char, 4096> buffer{};
    for (ssize_t got = 0; (got = ::read(ends[0], buffer.data(), buffer.size())) != 0;)
        if (got > 0)
            ran.output.append(buffer.data(), static_cast<std::size_t>(got));
        else if (errno != EINTR)
            break;
    ::close(ends[0]);
    ran.code = wait_for(child);
    return ran;
}

} // namespace

Postgres& Postgres::shared() {
    static Postgres server;
    if (server.m_server < 0)
        server.start();
    return server;
}

Postgres::Postgres() : m_programs(newest_programs()), m_user(::geteuid()), m_group(::getegid()) {
    if (m_user == 0) {
        const auto* account = ::getpwnam("postgres");
        if (!account)
            account = ::getpwnam("nobody");
        if (!account)
            throw std::runtime_error("PostgreSQL does not run as root, and there is neither a user postgres nor nobody");
        m_user = account->pw_uid;
        m_group = account->pw_gid;
    }
    auto pattern = (fs::temp_directory_path() / "xiangdao-pg-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr)
        throw std::runtime_error("no temporary folder for PostgreSQL: " + pattern);
    m_folder = pattern;
    // Clears the folder away when the other end of the pipe is closed, which the kernel does also for a killed program.
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0)
        throw std::runtime_error("no pipe for PostgreSQL");
    const char* script = "read -r _; n=0; while [ -e \"$0/data/postmaster.pid\" ] && [ $n -lt 100 ]; do"
                         " kill -QUIT \"$(head -n1 \"$0/data/postmaster.pid\")\" 2>/dev/null; sleep 0.1; n=$((n+1)); done;"
                         " rm -rf \"$0\"";
    m_cleaner = ::fork();
    if (m_cleaner == 0) {
        ::setsid(); // an interrupt from the keyboard is not for it
        const int nothing = ::open("/dev/null", O_RDWR);
        ::dup2(ends[0], 0);
        ::dup2(nothing, 1);
        ::dup2(nothing, 2);
        ::execl("/bin/sh", "sh", "-c", script, m_folder.c_str(), nullptr);
        ::_exit(127);
    }
    ::close(ends[0]);
    m_alive = ends[1];
    if (::geteuid() == 0 && ::chown(m_folder.c_str(), m_user, m_group) != 0)
        throw std::runtime_error("PostgreSQL's folder can't be given to its user");
    ::chmod(m_folder.c_str(), 0755);
    run("initdb", {"-D", m_folder + "/data", "-U", "xiangdao", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync",
                   "--no-instructions"});
    std::ofstream(m_folder + "/data/postgresql.auto.conf", std::ios::app)
        << "listen_addresses = ''\nunix_socket_directories = '" << m_folder << "'\nunix_socket_permissions = 0777\nport = "
        << port << "\nfsync = on\nsynchronous_commit = on\nfull_page_writes = on\nshared_buffers = 32MB\n"
        << "max_connections = 60\nlogging_collector = off\nlog_min_messages = error\nautovacuum_naptime = 10min\n";
    start();
}

Postgres::~Postgres() {
    stop();
    ::close(m_alive);
    wait_for(m_cleaner);
}

void Postgres::run(const std::string& program, std::initializer_list<std::string> arguments) const {
    const auto ran = run_program(m_programs + "/" + program, arguments, m_user, m_group);
    if (ran.code != 0)
        throw std::runtime_error(program + " failed: " + ran.output);
}

void Postgres::start() {
    if (m_server >= 0)
        return;
    const auto program = m_programs + "/postgres";
    const auto data = m_folder + "/data";
    const auto log = m_folder + "/log";
    const pid_t parent = ::getpid();
    m_server = ::fork();
    if (m_server == 0) {
        ::setsid();
        const int output = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
        silence(output);
        become(m_user, m_group);
        ::prctl(PR_SET_PDEATHSIG, SIGQUIT); // after the change of user, which takes it away
        if (::getppid() != parent)
            ::_exit(125);
        static_cast<void>(!::chdir("/"));
        ::execl(program.c_str(), "postgres", "-D", data.c_str(), nullptr);
        ::_exit(127);
    }
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(90);
    while (!answers()) {
        int status = 0;
        const bool ended = ::waitpid(m_server, &status, WNOHANG) == m_server;
        if (ended)
            m_server = -1;
        if (ended || std::chrono::steady_clock::now() > deadline) {
            std::ifstream file(log);
            throw std::runtime_error("PostgreSQL does not start: " +
                                     std::string(std::istreambuf_iterator<char>(file), {}));
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
}

bool Postgres::answers() const {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::snprintf(address.sun_path, sizeof address.sun_path, "%s/.s.PGSQL.%d", m_folder.c_str(), port);
    const int probe = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const bool there = ::connect(probe, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    ::close(probe);
    return there && run_program(m_programs + "/pg_isready", {"-q", "-h", m_folder, "-p", std::to_string(port)}, m_user,
                                m_group)
                            .code == 0;
}

void Postgres::stop(bool kill) {
    if (m_server < 0)
        return;
    ::kill(m_server, kill ? SIGQUIT : SIGINT); // QUIT: no checkpoint, recovery at the next start; INT: cuts connections
    wait_for(m_server);
    m_server = -1;
}

std::string Postgres::url(const std::string& database) const {
    return "host=" + m_folder + " port=" + std::to_string(port) + " user=xiangdao dbname=" + database;
}

std::string Postgres::make_database() {
    const auto name = "t" + std::to_string(++m_databases);
    sql("postgres", "CREATE DATABASE " + name);
    return url(name);
}

std::string Postgres::sql(const std::string& database, const std::string& text) const {
    const auto ran = run_program(m_programs + "/psql",
                                 {"-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", url(database), "-c", text}, m_user,
                                 m_group);
    if (ran.code != 0)
        throw std::runtime_error("psql failed: " + ran.output);
    return ran.output;
}

} // namespace kiosk::test
