// SPDX-License-Identifier: Apache-2.0
#pragma once
// A plugin of fixed answers, for tests of what the host does with them. Ownership: the script outlives its plugin.
// Threads: one. Failure: a method without an answer is one that the plugin does not have.
#include "unit/plugin_host/fixture.hpp"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace kiosk::test {

// Answers each method with a fixed text and keeps what it was asked.
struct Script {
    std::map<std::string, core::Result<std::string>, std::less<>> replies;
    std::map<std::string, std::string, std::less<>> requests;
    std::map<std::string, int, std::less<>> calls;
    std::int64_t takes_us = 0;
    // Where the answer depends on the question; the method must be among the replies all the same.
    std::function<core::Result<std::string>(std::string_view method, std::string_view request)> thinks;
};

class ScriptedTransport final : public plugin_host::Transport {
  public:
    ScriptedTransport(Script& script, std::int64_t& clock) : m_script(script), m_clock(clock) {}
    core::Result<std::string> call(std::string_view method, std::string_view request) override {
        m_clock += m_script.takes_us;
        m_script.requests[std::string(method)] = request;
        ++m_script.calls[std::string(method)];
        const auto found = m_script.replies.find(method);
        if (found == m_script.replies.end())
            return core::fail(core::ErrorCode::NotFound, "error.plugin_reply");
        if (m_script.thinks)
            return m_script.thinks(method, request);
        return found->second;
    }

  private:
    Script& m_script;
    std::int64_t& m_clock;
};

inline std::unique_ptr<plugin_host::Plugin> scripted(const std::string& id, Script& script, Bench& bench,
                                                     std::vector<std::string> reads = {}, std::int64_t state = 1,
                                                     std::vector<core::QuestionnaireInfo> questionnaires = {}) {
    plugin_host::Manifest manifest;
    manifest.id = id;
    manifest.type = id == "type" ? plugin_host::PluginType::EventType : plugin_host::PluginType::AddOn;
    manifest.reads_answers = std::move(reads);
    manifest.state_version = state;
    manifest.questionnaires = std::move(questionnaires);
    for (const auto& [method, reply] : script.replies)
        manifest.methods.push_back(method);
    return std::make_unique<plugin_host::Plugin>(std::move(manifest), core::Catalogue::create({}).value(),
                                                 std::make_unique<ScriptedTransport>(script, bench.now_us), bench.options());
}

} // namespace kiosk::test
