// SPDX-License-Identifier: Apache-2.0
// What a plugin answers, and it may answer anything.
#include "plugin_host/replies.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

using namespace kiosk;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const core::Catalogue texts;
    const std::string_view reply(reinterpret_cast<const char*>(data), size);
    const plugin_host::ReplyReader reader(texts, "fuzz");

    const auto verdict = reader.decision(reply, [](std::string_view id) { return id == "q1"; });
    if (verdict)
        for (const auto& id : verdict->questions)
            KIOSK_ASSERT(id == "q1");
    if (const auto form = reader.form(reply))
        (void)reader.validation(reply, *form);
    (void)reader.welcome(reply);
    (void)reader.agenda(reply);
    (void)reader.report(reply);
    return 0;
}
