// SPDX-License-Identifier: Apache-2.0
#pragma once
// Who is found under what was typed. Purpose: prefix search over every person's terms. Two levels: a sorted table, and
// the people added since it was last merged, held in memory as one text; so an import writes its terms in order, in
// large pieces, instead of touching every page of the table with every batch. Ownership: borrows the connection.
// Threads: those of the connection. Failure: throws SQLite::Exception. load() after a rollback.
#include "storage/connection.hpp"

#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kiosk::storage {

// "\nwang\nwangguyu\n": as stored in people.terms.
std::string joined_terms(std::span<const std::string> terms);
std::set<std::string> distinct_terms(std::string_view joined);

class SearchIndex {
public:
    explicit SearchIndex(Connection& connection) : m_connection(connection) {}

    void load();
    std::int64_t indexed_until() const { return m_indexed_until; }
    std::size_t waiting() const { return m_waiting.size(); }

    // The number must be greater than every number before it.
    void add(std::int64_t number, std::string_view terms);
    void remove(std::int64_t number, std::string_view terms);
    // Moves the waiting people into the table; in a transaction.
    void merge();
    void clear();
    void forget(); // the waiting ones, where nobody is going to search

    // Numbers of people, each once: exact matches first, then by term.
    std::vector<std::int64_t> find(std::string_view query, std::size_t limit);

private:
    struct Waiting {
        std::int64_t number = 0;
        std::size_t begin = 0;
        std::size_t length = 0;
    };
    struct Hits {
        std::vector<std::int64_t> exact, prefix;
    };
    Hits find_waiting(std::string_view query, std::size_t limit) const;

    Connection& m_connection;
    std::int64_t m_indexed_until = 0;
    std::string m_text;             // terms of the waiting ones, one after the other
    std::vector<Waiting> m_waiting; // by number, and so by begin
};

} // namespace kiosk::storage
