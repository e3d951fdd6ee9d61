// SPDX-License-Identifier: Apache-2.0
// plugins replay-calls: the recorded calls asked again of what is installed now
#include "crypto/crypto.hpp"
#include "main/kioskctl/commands_plugins.hpp"
#include "plugin_host/call_journal.hpp"
#include "plugin_host/plugin.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace kioskctl {

namespace fs = std::filesystem;
using namespace kiosk;
using core::ErrorCode;
using core::fail;

namespace {

struct Loaded {
    std::unique_ptr<plugin_host::Plugin> plugin; // null where it can't be used
    std::string hash;
    core::Error why;
};

// Where the two first differ, with a little before it.
std::string excerpt(const std::string& text, std::size_t at) {
    constexpr std::size_t before = 20, most = 60;
    auto from = at > before ? at - before : 0;
    const auto is_inside = [&](std::size_t i) {
        return i < text.size() && (static_cast<unsigned char>(text[i]) & 0xc0) == 0x80;
    };
    while (from > 0 && is_inside(from))
        --from;
    auto to = std::min(text.size(), from + most);
    while (to > from && is_inside(to))
        --to;
    return (from > 0 ? "…" : "") + text.substr(from, to - from) + (to < text.size() ? "…" : "");
}

class Replay {
public:
    explicit Replay(Context& context) : m_context(context) {}

    void ask(const plugin_host::RecordedCall& call, std::size_t number) {
        Loaded& loaded = find(call.plugin);
        if (!loaded.plugin) {
            ++m_unavailable;
            return;
        }
        if (loaded.hash != call.library)
            ++m_other_build;
        const core::Result<std::string> request = call.request;
        auto reply = loaded.plugin->ask(
            call.method, request,
            [](const plugin_host::ReplyReader&, std::string_view text) -> core::Result<std::string> {
                return std::string(text);
            });
        if (!reply)
            loaded.plugin->release(); // each call by itself: one that fails must not silence the next
        const std::string now = reply ? *reply : std::string();
        const std::string now_error = reply ? std::string() : reply.error().message_key;
        if (now == call.reply && now_error == call.error) {
            ++m_same;
            return;
        }
        ++m_different;
        const std::string was = call.error.empty() ? call.reply : call.error;
        const std::string is = reply ? now : now_error;
        const auto limit = std::min(was.size(), is.size());
        std::size_t at = 0;
        while (at < limit && was[at] == is[at])
            ++at;
        m_context.emit({{"call", number},
                        {"at", call.at},
                        {"plugin", call.plugin},
                        {"method", call.method},
                        {"recorded", was},
                        {"now", is},
                        {"same_build", loaded.hash == call.library}});
        m_context.line(fmt::format("#{} {} {} {}", number, call.at, call.plugin, call.method));
        m_context.line("  - " + excerpt(was, at));
        m_context.line("  + " + excerpt(is, at));
    }

    Outcome finish(std::uint64_t unreadable) {
        m_context.progress_done();
        for (const auto& [id, loaded] : m_plugins)
            if (!loaded.plugin)
                m_context.warn("cli.plugins.replay_missing", {{"id", id}, {"why", sentence(m_context, loaded.why)}});
        m_context.say("cli.plugins.replayed", {{"same", std::to_string(m_same)},
                                               {"different", std::to_string(m_different)},
                                               {"other_build", std::to_string(m_other_build)},
                                               {"missing", std::to_string(m_unavailable)}});
        if (unreadable > 0)
            m_context.warn("cli.plugins.replay_unreadable", {{"count", std::to_string(unreadable)}});
        m_context.emit({{"same", m_same},
                        {"different", m_different},
                        {"other_build", m_other_build},
                        {"missing", m_unavailable},
                        {"unreadable", unreadable}});
        return m_different == 0 && m_unavailable == 0 && unreadable == 0 ? exit_done : exit_no;
    }

private:
    Loaded& find(const std::string& id) {
        const auto known = m_plugins.find(id);
        if (known != m_plugins.end())
            return known->second;
        Loaded& loaded = m_plugins[id];
        auto manifest = find_installed(id);
        if (!manifest) {
            loaded.why = manifest.error();
            return loaded;
        }
        loaded.hash = library_hash(*manifest);
        auto plugin = plugin_host::Plugin::load(std::move(*manifest), plugin_options(m_context));
        if (plugin)
            loaded.plugin = std::move(*plugin);
        else
            loaded.why = plugin.error();
        return loaded;
    }

    Context& m_context;
    std::map<std::string, Loaded> m_plugins;
    std::uint64_t m_same = 0, m_different = 0, m_other_build = 0, m_unavailable = 0;
};

Outcome replay_calls(Context& context, const std::string& file) {
    if (!crypto::initialise())
        return fail(ErrorCode::Internal, "error.crypto");
    const fs::path path = file.empty() ? plugin_host::CallJournal::file_for(context.database) : fs::path(file);
    std::error_code error;
    if (file.empty() && !fs::exists(path, error) && !fs::exists(path.string() + ".1", error)) {
        context.say("cli.plugins.no_calls", {{"file", path.string()}});
        context.emit({{"same", 0}, {"different", 0}});
        return exit_done;
    }
    KIOSK_TRY(const auto recorded, plugin_host::read_recorded_calls(path));
    Replay replay(context);
    for (std::size_t i = 0; i < recorded.calls.size(); ++i) {
        replay.ask(recorded.calls[i], i + 1);
        context.progress(context.text("cli.plugins.replay_progress"),
                         static_cast<double>(i + 1) / static_cast<double>(recorded.calls.size()));
    }
    return replay.finish(recorded.unreadable);
}

} // namespace

void add_replay_calls_command(CLI::App& plugins, Context& context) {
    auto file = std::make_shared<std::string>();
    auto* command = add_command(plugins, context, "replay-calls");
    command->add_option("file", *file, about(context, "calls_file"));
    run_on_call(command, context, [&context, file] { return replay_calls(context, *file); });
}

} // namespace kioskctl
