// SPDX-License-Identifier: Apache-2.0
#pragma once
// A PostgreSQL server of the tests' own. Purpose: the hub's PostgreSQL store against the real thing: one server a test
// program, in a temporary folder, reached by a socket in it alone, with fsync on; a database for each test. Ownership:
// shared() lives until the program ends; the server and its folder go with the program, also when that is killed.
// Threads: one, and start it from the main thread. Failure: throws std::runtime_error with a sentence (a test fails, it
// does not skip): PostgreSQL is among what packaging/install-deps.sh installs.
#include <string>

#include <sys/types.h>

namespace kiosk::test {

class Postgres {
public:
    static Postgres& shared(); // started when first asked for, and again where it is stopped
    Postgres();
    ~Postgres();
    Postgres(const Postgres&) = delete;
    Postgres& operator=(const Postgres&) = delete;

    // A new, empty database; its address for PostgresStore::open.
    std::string make_database();
    // The address of a database of this server.
    std::string url(const std::string& database) const;
    // Runs SQL and answers what psql prints, unaligned.
    std::string sql(const std::string& database, const std::string& text) const;
    void start();
    void stop(bool kill = false); // kill: as a crash of the machine would, but for the disk
    void restart(bool kill = false) {
        stop(kill);
        start();
    }
    const std::string& programs() const { return m_programs; } // the folder of psql, pg_dump, …

private:
    void run(const std::string& program, std::initializer_list<std::string> arguments) const;
    bool answers() const;

    std::string m_programs;
    std::string m_folder;
    unsigned m_user = 0;  // whom the server runs as; it refuses root
    unsigned m_group = 0;
    pid_t m_server = -1;
    int m_alive = -1;     // its other end is held by the one that clears the folder away
    pid_t m_cleaner = -1;
    int m_databases = 0;
};

} // namespace kiosk::test
