// SPDX-License-Identifier: Apache-2.0
// Throws where it can; the C++ wrapper must not let any of it out.
#include <kiosk_plugin.hpp>

#include <new>
#include <stdexcept>

namespace {

class Throws {
  public:
    explicit Throws(const kiosk::sdk::Config&) {
#ifdef FAIL_TO_OPEN
        throw std::runtime_error("no mood");
#endif
    }

    kiosk::sdk::Decision decide(const kiosk::sdk::DecideRequest& request) const {
        if (request.gate == "int")
            throw 42;
        if (request.gate == "memory")
            throw std::bad_alloc();
        if (request.gate == "utf8")
            throw std::runtime_error("\xff\xfe");
        throw std::runtime_error("thrown on purpose");
    }
};

} // namespace

KIOSK_PLUGIN(Throws, &Throws::decide)
