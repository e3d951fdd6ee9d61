// SPDX-License-Identifier: Apache-2.0
// Reading a shared object that somebody sent: whatever its bytes, an answer.
#include "elf.hpp"
#include "resources/resources.hpp"
#include "unit/checker/fixture.hpp"

#include <algorithm>
#include <random>

using namespace kiosk;

namespace {

std::string library(const std::string& id) {
    return resources::read_file(test::faulty(id) / (id + ".so")).value();
}

bool contains(const std::vector<std::string>& names, const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

} // namespace

TEST_CASE("checker: exports, imports and libraries of a shared object", "[checker][elf]") {
    const auto one = checker::read_shared_object(library("bad_socket")).value();
    CHECK(one.for_this_machine);
    CHECK(one.exported == std::vector<std::string>{"kiosk_plugin_v1"});
    CHECK(contains(one.imported, "socket"));
    CHECK(contains(one.needed, "libc.so.6"));
    CHECK(contains(checker::read_shared_object(library("bad_second_export")).value().exported, "kiosk_plugin_extra"));
    CHECK_FALSE(contains(checker::read_shared_object(library("flawless")).value().imported, "socket"));
}

TEST_CASE("checker: what is no shared object", "[checker][elf]") {
    CHECK_FALSE(checker::read_shared_object(""));
    CHECK_FALSE(checker::read_shared_object("\x7f" "ELF"));
    CHECK_FALSE(checker::read_shared_object(std::string(4096, '\0')));
    auto other = library("flawless");
    other[18] = 0x08; // another machine
    CHECK_FALSE(checker::read_shared_object(other).value().for_this_machine);
}

TEST_CASE("checker: no bytes of a shared object do harm", "[checker][elf]") {
    const auto good = library("flawless");
    std::mt19937 random(3);
    int read = 0, refused = 0;
    for (int i = 0; i < 400; ++i) {
        auto bytes = good;
        // The headers at both ends are what leads a reader astray.
        for (int n = 0; n < 8; ++n) {
            const auto at = random() % 2048;
            bytes[random() % 2 == 0 ? at % 64 : bytes.size() - 1 - at] = static_cast<char>(random() % 256);
        }
        if (random() % 4 == 0)
            bytes.resize(random() % bytes.size());
        ++(checker::read_shared_object(bytes) ? read : refused);
    }
    CHECK(read > 20); // both ways were gone often enough to mean something
    CHECK(refused > 20);
}
