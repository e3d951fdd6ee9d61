// SPDX-License-Identifier: Apache-2.0
#include "main/kioskctl/context.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

namespace kioskctl {

std::string Context::text(std::string_view key, Args args) const {
    return texts.text(language, core::Message{std::string(key), std::move(args)});
}

void Context::say(std::string_view key, Args args) const {
    if (!json && !quiet)
        line(text(key, std::move(args)));
}

void Context::line(std::string_view text) const {
    if (!json)
        fmt::print(stdout, "{}\n", text);
}

void Context::emit(const Json& object) const {
    if (!json)
        return;
    // Flushed: a reader of a pipe sees a step when it is done.
    fmt::print(stdout, "{}\n", object.dump(-1, ' ', false, Json::error_handler_t::replace));
    std::fflush(stdout);
}

void Context::warn(std::string_view key, Args args) const {
    progress_done();
    fmt::print(stderr, "kioskctl: {}\n", text(key, std::move(args)));
}

void Context::progress(std::string_view what, double share) const {
    if (!json && !quiet && ::isatty(STDERR_FILENO))
        fmt::print(stderr, "\r{} {:3.0f} % ", what, share * 100);
}

void Context::progress_done() const {
    if (!json && !quiet && ::isatty(STDERR_FILENO))
        fmt::print(stderr, "\r\033[K");
}

int Context::report(const core::Error& error) const {
    progress_done();
    const auto sentence = text(error.message_key);
    if (json)
        emit({{"error", error.message_key}, {"message", sentence}, {"context", error.context}});
    fmt::print(stderr, "kioskctl: {}{}\n", sentence, error.context.empty() ? "" : " (" + error.context + ")");
    switch (error.code) {
    case core::ErrorCode::Invalid:
    case core::ErrorCode::NotFound:
    case core::ErrorCode::Conflict:
    case core::ErrorCode::TooLarge: return exit_wrong;
    default: return exit_failed;
    }
}

core::Result<std::unique_ptr<kiosk::wiring::Venue>> Context::open(bool create, bool read_only) const {
    kiosk::wiring::VenueOptions options;
    options.database = database;
    options.device = device;
    options.create = create;
    options.read_only = read_only;
    return kiosk::wiring::Venue::open(std::move(options));
}

core::Result<std::unique_ptr<kiosk::wiring::Venue>> Context::open_event(bool read_only) const {
    KIOSK_TRY(auto venue, open(false, read_only));
    if (!venue->has_event())
        return core::fail(core::ErrorCode::NotFound, "error.no_event", database.string());
    return venue;
}

std::string Context::time(const core::EventConfig& config, core::Instant at) const {
    const auto civil = config.event.timezone.civil(at);
    return fmt::format("{:02}-{:02} {:02}:{:02}", civil.month, civil.day, civil.hour, civil.minute);
}

} // namespace kioskctl
