// SPDX-License-Identifier: Apache-2.0
#include "support/cups_server.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <stdexcept>
#include <thread>

namespace kiosk::test {

namespace fs = std::filesystem;

namespace {

// $1 job, $2 user, $3 title, $4 copies, $5 options, $6 file (else standard input).
constexpr const char* backend = R"(#!/bin/sh
[ $# = 0 ] && { echo 'direct paper "test" "test"'; exit 0; }
out=${DEVICE_URI#paper:}
[ -e "$out/broken" ] && { echo "ERROR: the head is stuck" >&2; exit 1; }
if [ -e "$out/no-paper" ]; then
    echo "STATE: +media-empty-error" >&2
    while [ -e "$out/no-paper" ]; do sleep 0.1; done
    echo "STATE: -media-empty-error" >&2
fi
if [ $# = 6 ]; then cat "$6"; else cat; fi >"$out/.$1" && mv "$out/.$1" "$out/job-$1"
)";

constexpr const char* pdf_driver = R"ppd(*PPD-Adobe: "4.3"
*FormatVersion: "4.3"
*FileVersion: "1.0"
*LanguageVersion: English
*LanguageEncoding: ISOLatin1
*PCFileName: "PAPER.PPD"
*Product: "(Paper)"
*Manufacturer: "Test"
*ModelName: "Paper"
*ShortNickName: "Paper"
*NickName: "Paper"
*PSVersion: "(3010.000) 0"
*LanguageLevel: "3"
*ColorDevice: False
*DefaultColorSpace: Gray
*cupsVersion: 2.4
*cupsFilter: "application/vnd.cups-pdf 0 -"
*OpenUI *PageSize/Page Size: PickOne
*OrderDependency: 10 AnySetup *PageSize
*DefaultPageSize: A4
*PageSize A4/A4: ""
*CloseUI: *PageSize
*OpenUI *PageRegion: PickOne
*OrderDependency: 10 AnySetup *PageRegion
*DefaultPageRegion: A4
*PageRegion A4/A4: ""
*CloseUI: *PageRegion
*DefaultImageableArea: A4
*ImageableArea A4/A4: "10 10 585 832"
*DefaultPaperDimension: A4
*PaperDimension A4/A4: "595 842"
)ppd";

void put_file(const fs::path& path, const std::string& text, fs::perms mode) {
    std::ofstream(path) << text;
    fs::permissions(path, mode);
}

} // namespace

CupsServer::CupsServer() {
    const fs::path installed = "/usr/sbin/cupsd", parts = "/usr/lib/cups";
    std::error_code error;
    if (!fs::exists(installed, error))
        throw std::runtime_error("CUPS's server is not installed; packaging/install-deps.sh --test installs it");
    auto pattern = (fs::temp_directory_path() / "xiangdao-cups-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr)
        throw std::runtime_error("no temporary folder for CUPS: " + pattern);
    m_folder = pattern;
    ::chmod(m_folder.c_str(), 0755); // as root, its backends run as another user
    for (const auto* name : {"root", "state", "cache", "spool/tmp", "bin/backend", "out"})
        fs::create_directories(m_folder / name);
    ::chmod(out().c_str(), 0777);
    // A copy of the program: where the system's own is confined, it may not use other folders than its own.
    fs::copy_file(installed, m_folder / "cupsd");
    for (const auto& entry : fs::directory_iterator(parts))
        if (entry.path().filename() != "backend")
            fs::create_symlink(entry.path(), m_folder / "bin" / entry.path().filename());
    using enum fs::perms;
    put_file(m_folder / "bin/backend/paper", backend, owner_all | group_read | group_exec | others_read | others_exec);
    const auto mode = owner_read | owner_write | group_read;
    put_file(m_folder / "paper.ppd", pdf_driver, mode | others_read);
    const auto at = m_folder.string();
    put_file(m_folder / "root/cupsd.conf",
          "LogLevel warn\nListen " + socket() +
              "\nBrowsing Off\nWebInterface No\nDefaultAuthType None\nErrorPolicy stop-printer\n"
              "<Location />\nOrder allow,deny\nAllow all\n</Location>\n"
              "<Policy default>\nJobPrivateAccess default\nJobPrivateValues default\nSubscriptionPrivateAccess default\n"
              "SubscriptionPrivateValues default\n<Limit All>\nOrder deny,allow\nAllow all\n</Limit>\n</Policy>\n",
          mode);
    // Each log gets a file: without one, this release ends with the first page that it should have noted.
    put_file(m_folder / "root/cups-files.conf",
          "ServerRoot " + at + "/root\nStateDir " + at + "/state\nServerBin " + at + "/bin\nCacheDir " + at +
              "/cache\nRequestRoot " + at + "/spool\nTempDir " + at + "/spool/tmp\nPrintcap " + at + "/printcap\nAccessLog " + at +
              "/access_log\nErrorLog " + at + "/error_log\nPageLog " + at + "/page_log\n",
          mode);
    start();
}

CupsServer::~CupsServer() {
    stop(true);
    std::error_code ignored;
    fs::remove_all(m_folder, ignored);
}

void CupsServer::start() {
    if (m_server >= 0)
        return;
    fs::remove(socket());
    const auto program = (m_folder / "cupsd").string(), first = (m_folder / "root/cupsd.conf").string(),
               second = (m_folder / "root/cups-files.conf").string();
    const pid_t parent = ::getpid();
    m_server = ::fork();
    if (m_server == 0) {
        // Nothing here may allocate.
        const int nothing = ::open("/dev/null", O_RDWR);
        for (const int stream : {0, 1, 2})
            ::dup2(nothing, stream);
        ::setsid();
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (::getppid() != parent)
            ::_exit(1);
        ::execl(program.c_str(), "cupsd", "-f", "-c", first.c_str(), "-s", second.c_str(), nullptr);
        ::_exit(127);
    }
    for (int i = 0; i < 200; ++i) {
        if (answers())
            return;
        int status = 0;
        if (::waitpid(m_server, &status, WNOHANG) == m_server) {
            m_server = -1;
            break;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    throw std::runtime_error("cupsd does not start; its words are in " + (m_folder / "error_log").string());
}

void CupsServer::stop(bool kill) {
    if (m_server < 0)
        return;
    ::kill(m_server, SIGCONT);
    // Backends are of its group: with a kill they go too, as when the machine crashes.
    ::kill(m_server, kill ? SIGKILL : SIGTERM);
    while (::waitpid(m_server, nullptr, 0) < 0 && errno == EINTR) {
    }
    m_server = -1;
}

void CupsServer::freeze(bool still) const { ::kill(m_server, still ? SIGSTOP : SIGCONT); }

bool CupsServer::answers() const {
    const int end = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, socket().c_str(), sizeof(address.sun_path) - 1);
    const bool there = ::connect(end, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
    ::close(end);
    return there;
}

std::vector<fs::path> CupsServer::printed() const {
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(out()))
        if (entry.path().filename().string().starts_with("job-"))
            files.push_back(entry.path());
    std::ranges::sort(files);
    return files;
}

void CupsServer::run(const std::string& command) const {
    const auto line = "PATH=\"$PATH:/usr/sbin:/sbin\" CUPS_SERVER='" + socket() + "' " + command + " >'" +
                      (m_folder / "command").string() + "' 2>&1";
    if (std::system(line.c_str()) != 0) {
        std::ifstream words(m_folder / "command");
        throw std::runtime_error(command + " failed: " + std::string(std::istreambuf_iterator<char>(words), {}));
    }
}

void CupsServer::add_printer(const std::string& name) const {
    run("lpadmin -p " + name + " -E -v paper:" + out().string() + " -m raw");
}

void CupsServer::add_pdf_printer(const std::string& name) const {
    run("lpadmin -p " + name + " -E -v paper:" + out().string() + " -P '" + (m_folder / "paper.ppd").string() + "'");
}

} // namespace kiosk::test
