// SPDX-License-Identifier: Apache-2.0
#include "scanning/source_uri.hpp"

#include <cmath>
#include <cstdlib>

namespace kiosk::scanning {
namespace {

int digit(char c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

std::string percent_decoded(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%' && i + 2 < text.size() && digit(text[i + 1]) >= 0 && digit(text[i + 2]) >= 0) {
            out.push_back(static_cast<char>(digit(text[i + 1]) * 16 + digit(text[i + 2])));
            i += 2;
        } else {
            out.push_back(text[i]);
        }
    }
    return out;
}

} // namespace

double SourceUri::number(std::string_view key, double otherwise) const {
    const auto found = query.find(key);
    if (found == query.end())
        return otherwise;
    char* end = nullptr;
    const double value = std::strtod(found->second.c_str(), &end);
    return end == found->second.c_str() || !std::isfinite(value) ? otherwise : value;
}

bool SourceUri::flag(std::string_view key, bool otherwise) const {
    const auto found = query.find(key);
    return found == query.end() ? otherwise : found->second != "0" && found->second != "false";
}

SourceUri parse_source_uri(std::string_view text) {
    SourceUri uri;
    uri.whole = text;
    const auto colon = text.find(':');
    if (colon == std::string_view::npos || text.starts_with('/') || text.starts_with('.')) {
        uri.scheme = "file";
        uri.path = text;
        return uri;
    }
    uri.scheme = text.substr(0, colon);
    auto rest = text.substr(colon + 1);
    if (rest.starts_with("//"))
        rest.remove_prefix(2);
    if (const auto question = rest.find('?'); question != std::string_view::npos) {
        auto query = rest.substr(question + 1);
        rest = rest.substr(0, question);
        while (!query.empty()) {
            const auto end = query.find('&');
            const auto pair = query.substr(0, end);
            const auto equals = pair.find('=');
            uri.query[percent_decoded(pair.substr(0, equals))] =
                equals == std::string_view::npos ? "1" : percent_decoded(pair.substr(equals + 1));
            query = end == std::string_view::npos ? "" : query.substr(end + 1);
        }
    }
    uri.path = percent_decoded(rest);
    return uri;
}

} // namespace kiosk::scanning
