// SPDX-License-Identifier: Apache-2.0
// What a plugin answers, and it may answer anything.
#include "plugin_host/call_journal.hpp"
#include "plugin_host/replies.hpp"
#include "plugin_host/schemas.hpp"

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
    if (const auto resources = reader.resources(reply))
        for (const auto& group : resources->groups) {
            KIOSK_ASSERT(!group.id.empty() && group.count >= 1 && group.seats >= 1);
            KIOSK_ASSERT(group.slots == 0 || group.length_min > 0);
        }
    (void)reader.migration(reply);

    // What goes into a log in a plugin's words stays short and on its line.
    const auto problem =
        plugin_host::SchemaSet::published().problem("form.describe/1", plugin_host::SchemaPart::Reply, reply);
    KIOSK_ASSERT(problem.size() < 400 && problem.find('\n') == std::string::npos);
    // Recorded calls are read back from a file that anybody may have touched.
    (void)plugin_host::parse_recorded_call(reply);
    return 0;
}
