// SPDX-License-Identifier: Apache-2.0
#pragma once
// `kiosk-hub serve`. Purpose: makes what is not there yet, goes on the network, shows the enrolment code, and stops when
// it is asked to. Ownership: everything lives in the call. Threads: the calling thread waits for signals. Failure: the
// exit code, and a sentence on standard error.
#include "main/kiosk_hub/words.hpp"

#include <cstdint>
#include <filesystem>
#include <string>

namespace kiosk_hub {

struct ServeOptions {
    std::filesystem::path data;
    std::string database;
    std::string listen = "0.0.0.0:8443";
    std::string url;
    std::filesystem::path certificate;
    std::filesystem::path key;
    std::string event;
    std::string central_enroll;
    bool insecure_http = false;
    std::size_t connections = 10'000;
    std::size_t connections_per_address = 8'000;
    unsigned threads = 0;
};

int serve(const ServeOptions& options, const Words& words);

} // namespace kiosk_hub
