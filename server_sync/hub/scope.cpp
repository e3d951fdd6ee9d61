// SPDX-License-Identifier: Apache-2.0
#include "hub/scope.hpp"

#include <algorithm>

namespace kiosk::sync::hub {

namespace {
constexpr std::size_t max_sessions = 100;
constexpr std::size_t max_session_bytes = 64;
} // namespace

core::Result<std::string> parse_scope(std::string_view text) {
    std::vector<std::string> sessions;
    for (std::size_t from = 0; from <= text.size();) {
        const auto end = std::min(text.find(',', from), text.size());
        auto part = text.substr(from, end - from);
        while (part.starts_with(' '))
            part.remove_prefix(1);
        while (part.ends_with(' '))
            part.remove_suffix(1);
        if (part == scope_all)
            return std::string(scope_all);
        const bool plain = std::ranges::none_of(part, [](char c) { return static_cast<unsigned char>(c) <= 0x20 || c == 0x7f; });
        if (!plain || part.size() > max_session_bytes)
            return core::fail(core::ErrorCode::Invalid, "error.field", "ids of sessions with commas, or *");
        if (!part.empty())
            sessions.emplace_back(part);
        from = end + 1;
    }
    std::ranges::sort(sessions);
    const auto rest = std::ranges::unique(sessions);
    sessions.erase(rest.begin(), rest.end());
    if (sessions.size() > max_sessions)
        return core::fail(core::ErrorCode::Invalid, "error.field", "at most 100 sessions; * is all of them");
    std::string scope;
    for (const auto& session : sessions)
        scope += (scope.empty() ? "" : ",") + session;
    return scope;
}

std::vector<std::string> sessions_of_scope(std::string_view scope) {
    std::vector<std::string> sessions;
    while (!scope.empty()) {
        const auto end = std::min(scope.find(','), scope.size());
        sessions.emplace_back(scope.substr(0, end));
        scope.remove_prefix(std::min(end + 1, scope.size()));
    }
    return sessions;
}

bool scope_has(std::string_view scope, std::string_view session) {
    if (session.empty() || scope == scope_all)
        return true;
    while (!scope.empty()) {
        const auto end = std::min(scope.find(','), scope.size());
        if (scope.substr(0, end) == session)
            return true;
        scope.remove_prefix(std::min(end + 1, scope.size()));
    }
    return false;
}

} // namespace kiosk::sync::hub
