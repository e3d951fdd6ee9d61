// SPDX-License-Identifier: Apache-2.0
#include "storage/search_index.hpp"

#include "storage/journal.hpp"

#include <algorithm>
#include <cstring>

namespace kiosk::storage {

namespace {

constexpr char separator = '\n';
constexpr char removed = '\x01'; // never in a term, so what it covers is found by nobody

template <typename Visit> void for_each_term(std::string_view joined, Visit visit) {
    for (std::size_t begin = 1; begin < joined.size();) {
        const auto end = joined.find(separator, begin);
        if (end == std::string_view::npos)
            break;
        visit(joined.substr(begin, end - begin));
        begin = end + 1;
    }
}

bool push_once(std::vector<std::int64_t>& found, std::int64_t number) {
    if (std::find(found.begin(), found.end(), number) != found.end())
        return false;
    found.push_back(number);
    return true;
}

} // namespace

std::string joined_terms(std::span<const std::string> terms) {
    std::string joined;
    for (const auto& term : terms) {
        if (term.empty() || term.find_first_of("\n\x01") != std::string::npos)
            continue;
        if (joined.empty())
            joined += separator;
        joined += term;
        joined += separator;
    }
    return joined;
}

std::set<std::string> distinct_terms(std::string_view joined) {
    std::set<std::string> terms;
    for_each_term(joined, [&](std::string_view term) { terms.emplace(term); });
    return terms;
}

void SearchIndex::forget() {
    m_text.clear();
    m_waiting.clear();
}

void SearchIndex::load() {
    m_text.clear();
    m_waiting.clear();
    m_indexed_until = meta_integer(m_connection, "indexed_until").value_or(0);
    Query rows(m_connection, "SELECT number, terms FROM people WHERE number > ? ORDER BY number", m_indexed_until);
    while (rows.next())
        add(rows.integer(0), rows.text(1));
}

void SearchIndex::add(std::int64_t number, std::string_view terms) {
    m_waiting.push_back({number, m_text.size(), terms.size()});
    m_text += terms;
}

void SearchIndex::remove(std::int64_t number, std::string_view terms) {
    if (number <= m_indexed_until) {
        Query erase(m_connection, "DELETE FROM terms WHERE term = ? AND number = ?");
        for_each_term(terms, [&](std::string_view term) { erase.run_with(term, number); });
        return;
    }
    const auto found = std::ranges::lower_bound(m_waiting, number, {}, &Waiting::number);
    if (found == m_waiting.end() || found->number != number)
        return;
    std::fill_n(m_text.begin() + static_cast<std::ptrdiff_t>(found->begin), found->length, removed);
}

void SearchIndex::merge() {
    if (m_waiting.empty())
        return;
    std::vector<std::pair<std::string_view, std::int64_t>> sorted;
    sorted.reserve(m_waiting.size() * 10);
    for (const auto& entry : m_waiting) {
        const auto terms = std::string_view(m_text).substr(entry.begin, entry.length);
        if (terms.starts_with(separator))
            for_each_term(terms, [&](std::string_view term) { sorted.emplace_back(term, entry.number); });
    }
    std::ranges::sort(sorted);
    {
        Query insert(m_connection, "INSERT OR IGNORE INTO terms VALUES (?, ?)");
        for (const auto& [term, number] : sorted)
            insert.run_with(term, number);
    }
    m_indexed_until = m_waiting.back().number;
    set_meta(m_connection, "indexed_until", m_indexed_until);
    m_waiting.clear();
    m_text.clear();
    m_text.shrink_to_fit();
}

void SearchIndex::clear() {
    m_connection.exec("DELETE FROM terms");
    set_meta(m_connection, "indexed_until", std::int64_t{0});
    m_indexed_until = 0;
    m_waiting.clear();
    m_text.clear();
}

// In one pass: prefixes until there are enough of them, from there on exact matches alone.
SearchIndex::Hits SearchIndex::find_waiting(std::string_view query, std::size_t limit) const {
    Hits hits;
    std::string needle(1, separator);
    needle += query;
    const char* const end = m_text.data() + m_text.size();
    for (const char* at = m_text.data(); at < end && hits.exact.size() < limit;) {
        const auto* hit = static_cast<const char*>(
            memmem(at, static_cast<std::size_t>(end - at), needle.data(), needle.size()));
        if (!hit)
            break;
        // Each entry begins with a separator of its own, so a hit never spans two entries.
        const auto offset = static_cast<std::size_t>(hit - m_text.data());
        const auto number = std::prev(std::ranges::upper_bound(m_waiting, offset, {}, &Waiting::begin))->number;
        const auto* behind = hit + 1 + query.size(); // there is always a separator behind a term
        push_once(*behind == separator ? hits.exact : hits.prefix, number);
        if (hits.prefix.size() >= limit && needle.back() != separator)
            needle += separator;
        at = behind;
    }
    return hits;
}

std::vector<std::int64_t> SearchIndex::find(std::string_view query, std::size_t limit) {
    std::vector<std::int64_t> found;
    if (query.empty() || limit == 0)
        return found;
    {
        Query exact(m_connection, "SELECT number FROM terms WHERE term = ? ORDER BY number LIMIT ?", query, limit);
        while (exact.next())
            push_once(found, exact.integer(0));
    }
    const auto waiting = found.size() < limit ? find_waiting(query, limit) : Hits{};
    const auto take = [&](const std::vector<std::int64_t>& numbers) {
        for (const auto number : numbers)
            if (found.size() < limit)
                push_once(found, number);
    };
    take(waiting.exact);
    if (found.size() >= limit)
        return found;
    // All texts that begin with the query lie between it and the query with its last byte raised by one (UTF-8 never
    // holds 0xFF, and SQLite compares bytes).
    std::string end(query);
    end.back() = static_cast<char>(static_cast<unsigned char>(end.back()) + 1);
    {
        Query prefix(m_connection, "SELECT number FROM terms WHERE term > ? AND term < ? ORDER BY term, number", query, end);
        while (found.size() < limit && prefix.next())
            push_once(found, prefix.integer(0));
    }
    take(waiting.prefix);
    return found;
}

} // namespace kiosk::storage
