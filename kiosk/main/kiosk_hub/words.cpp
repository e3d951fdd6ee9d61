// SPDX-License-Identifier: Apache-2.0
#include "main/kiosk_hub/words.hpp"

#include "main/kiosk_hub/commands.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <ctime>

namespace kiosk_hub {

std::string Words::text(std::string_view key, Args args) const {
    return m_texts->text(m_language, core::Message{std::string(key), std::move(args)});
}

std::string Words::of(const core::Error& error) const {
    // What has no sentence of its own came from deep inside.
    auto sentence = text(m_texts->has(error.message_key) ? std::string_view(error.message_key) : "error.internal");
    return error.context.empty() ? sentence : fmt::format("{} ({})", sentence, error.context);
}

std::string Words::term(std::string_view kind, const std::string& word) const {
    const auto key = fmt::format("hub.{}.{}", kind, word);
    return m_texts->has(key) ? text(key) : word;
}

Words Words::in(std::string_view code) const {
    return {*m_texts, code == "zh" ? core::Language::Chinese : code == "en" ? core::Language::English : m_language};
}

std::string local_time(std::int64_t unix_ms) {
    const auto seconds = static_cast<std::time_t>(unix_ms / 1000);
    std::tm parts{};
    char text[32] = {};
    if (!::localtime_r(&seconds, &parts) || std::strftime(text, sizeof(text), "%Y-%m-%d %H:%M", &parts) == 0)
        return "?";
    return text;
}

int exit_code_of(const core::Error& error) {
    return error.code == core::ErrorCode::Invalid || error.code == core::ErrorCode::NotFound ? exit_wrong : exit_failed;
}

int complain(const Words& words, const core::Error& error) {
    fmt::print(stderr, "kiosk-hub: {}\n", words.of(error));
    return exit_code_of(error);
}

} // namespace kiosk_hub
