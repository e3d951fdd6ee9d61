// SPDX-License-Identifier: Apache-2.0
#pragma once
// Staff PINs. Purpose: app::PinVerifier over Argon2id, with the count of wrong attempts in a small file beside the
// database, so that switching the kiosk off and on gives no new attempts. Ownership: holds a path. Threads: the
// application thread. Failure: a count that can't be read is taken as none, one that can't be written as written.
#include "app/deck.hpp"

#include <filesystem>

namespace kiosk::program {

class PinStore final : public app::PinVerifier {
public:
    explicit PinStore(const std::filesystem::path& database);
    bool matches(std::string_view pin_hash, std::string_view pin) override;
    int failures() override { return m_failures; }
    void set_failures(int count) override;

private:
    std::filesystem::path m_file;
    int m_failures = 0;
};

} // namespace kiosk::program
