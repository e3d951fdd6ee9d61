// SPDX-License-Identifier: Apache-2.0
#pragma once
// What the tests of the checker share: the faulty plugins as they were built, and copies of them that can be spoilt.
// Ownership: a copy is removed with its object. Threads: one.
#include "crypto/crypto.hpp"
#include "run.hpp"
#include "support/catch.hpp"

#include <filesystem>
#include <set>
#include <string>
#include <system_error>

#include <unistd.h>

namespace kiosk::test {

namespace fs = std::filesystem;

inline fs::path faulty(const std::string& id) {
    return fs::path(FAULTY_PLUGIN_DIR) / id;
}

// A plugin's folder to be spoilt.
class Copy {
  public:
    explicit Copy(const std::string& id, const std::string& as = {}) {
        static int number = 0;
        m_root = fs::temp_directory_path() /
                 ("xiangdao-checker-" + std::to_string(getpid()) + "-" + std::to_string(++number));
        path = m_root / (as.empty() ? id : as);
        fs::create_directories(m_root);
        fs::copy(faulty(id), path, fs::copy_options::recursive);
    }
    ~Copy() {
        std::error_code ignored;
        fs::remove_all(m_root, ignored);
    }
    Copy(const Copy&) = delete;
    Copy& operator=(const Copy&) = delete;
    fs::path path;

  private:
    fs::path m_root;
};

inline checker::PluginResult check(const fs::path& folder, const std::vector<std::string>& only = {},
                                   const fs::path& fixtures = {}, bool quickly = true) {
    REQUIRE(crypto::initialise());
    return checker::run_checks(checker::Subject::read(folder, fixtures, quickly), only, [](const auto&) {});
}

inline std::set<std::string> failed(const checker::PluginResult& result) {
    std::set<std::string> names;
    for (const auto& one : result.checks)
        if (one.state == checker::State::Failed)
            names.insert(one.name);
    return names;
}

// Is there such a finding, failure or warning?
inline bool says(const checker::PluginResult& result, const std::string& key, const std::string& value = {}) {
    for (const auto& one : result.checks)
        for (const auto& finding : one.findings)
            if (finding.key == key) {
                bool found = value.empty();
                for (const auto& arg : finding.args)
                    found |= arg.second.find(value) != std::string::npos;
                if (found)
                    return true;
            }
    return false;
}

} // namespace kiosk::test
