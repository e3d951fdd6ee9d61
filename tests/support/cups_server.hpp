// SPDX-License-Identifier: Apache-2.0
#pragma once
// A print service of the tests' own: cupsd with its configuration, spool and printers in a temporary folder, reached by a
// socket in it alone. A printer's backend is a script that puts each job as a file into out/, and waits while out/no-paper
// or fails while out/broken is there. Purpose: libcups against the real thing, with every fault that a printer has. Runs as
// whoever the tests run as, root or not. Ownership: the server goes with this object and with the program; the folder with
// this object. Threads: one. Failure: throws std::runtime_error with a sentence (a test fails, it does not skip): cups is
// among what packaging/install-deps.sh installs.
#include <filesystem>
#include <string>
#include <vector>

#include <sys/types.h>

namespace kiosk::test {

class CupsServer {
public:
    CupsServer();
    ~CupsServer();
    CupsServer(const CupsServer&) = delete;
    CupsServer& operator=(const CupsServer&) = delete;

    std::string socket() const { return (m_folder / "sock").string(); } // for CUPS_SERVER
    const std::filesystem::path& folder() const { return m_folder; }
    std::filesystem::path out() const { return m_folder / "out"; }
    std::vector<std::filesystem::path> printed() const;
    // Runs one of CUPS's commands (lpadmin, cupsdisable, …) against this server.
    void run(const std::string& command) const;
    void add_printer(const std::string& name) const;
    // One that prints PDF only, by the filters that are installed, as a queue with a driver does.
    void add_pdf_printer(const std::string& name) const;

    void start();
    void stop(bool kill = false);
    void freeze(bool still) const; // it is there and does not answer

private:
    bool answers() const;

    std::filesystem::path m_folder;
    pid_t m_server = -1;
};

} // namespace kiosk::test
