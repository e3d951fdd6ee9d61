// SPDX-License-Identifier: Apache-2.0
#pragma once
// One running helper process, from the kiosk's side. Purpose: starts it with nothing but a socket and the library's
// bytes, ends it, and tells how it died. Ownership: owns the process and the socket; the destructor ends and reaps it,
// so there is never a zombie. Threads: any, one at a time; the process ends when the thread that started it does
// (PR_SET_PDEATHSIG), which is what makes it end with the kiosk. Failure: Unavailable where it can't be started.
#include "core/result.hpp"
#include "plugin_host/helper_wire.hpp"

#include <filesystem>
#include <string>

namespace kiosk::plugin_host {

std::filesystem::path default_helper(); // kiosk-plugin-host beside this program

class HelperProcess {
  public:
    // `library` stays the caller's. The socket is one end of a stream pair; reads on it must not block.
    static core::Result<HelperProcess> start(const std::filesystem::path& program, const std::string& plugin,
                                             int library);
    HelperProcess() = default;
    ~HelperProcess() { end(); }
    HelperProcess(HelperProcess&& other) noexcept;
    HelperProcess& operator=(HelperProcess&& other) noexcept;
    HelperProcess(const HelperProcess&) = delete;
    HelperProcess& operator=(const HelperProcess&) = delete;

    bool running() const { return m_pid > 0; } // as far as is known
    int socket() const { return m_socket; }
    pid_t pid() const { return m_pid; }

    // Kills what is still alive, reaps it, and says what became of it: "killed by signal 11 (Segmentation fault)".
    std::string end();

  private:
    pid_t m_pid = 0;
    int m_socket = -1;
};

} // namespace kiosk::plugin_host
