// SPDX-License-Identifier: Apache-2.0
#pragma once
// The one setting that says where frames come from, taken apart. Ownership: values. Threads: any. Failure: none; what
// has no scheme and is a path counts as file://.
#include <map>
#include <string>
#include <string_view>

namespace kiosk::scanning {

struct SourceUri {
    std::string scheme; // "v4l2", "file", "folder", "rtsp", "test", …
    std::string path;   // percent-decoded, without the query
    std::map<std::string, std::string, std::less<>> query;
    std::string whole; // as it was given

    double number(std::string_view key, double otherwise) const;
    bool flag(std::string_view key, bool otherwise) const;
};

SourceUri parse_source_uri(std::string_view text);

} // namespace kiosk::scanning
