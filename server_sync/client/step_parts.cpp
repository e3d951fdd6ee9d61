// SPDX-License-Identifier: Apache-2.0
#include "client/step_parts.hpp"

#include "protocol/messages.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

namespace kiosk::sync::client {
namespace {

using kiosk::core::ErrorCode;

constexpr std::int64_t longest_retry_after_ms = 5 * 60'000;
// A slower exchange says little about a clock; a long poll's answer says nothing about when it was asked.
constexpr std::int64_t longest_round_trip_ms = 10'000;

std::int64_t retry_after_ms(const WireAnswer& answer, const std::optional<protocol::ErrorReply>& error) {
    std::int64_t seconds = 0;
    if (const auto found = answer.headers.find("retry-after"); found != answer.headers.end()) {
        // The other form, a date, would need the hub's clock; the ordinary back-off serves as well.
        const auto& text = found->second;
        if (std::from_chars(text.data(), text.data() + text.size(), seconds).ec != std::errc{})
            seconds = 0;
    }
    if (error && error->retry_after_s)
        seconds = std::max(seconds, *error->retry_after_s);
    return std::clamp<std::int64_t>(seconds, 0, longest_retry_after_ms / 1000) * 1000;
}

} // namespace

std::string printable(std::string_view text) {
    std::string short_text;
    for (const char c : text.substr(0, 120))
        short_text += c >= ' ' && c <= '~' ? c : '?';
    return short_text;
}

Outcome judge(const kiosk::core::Result<WireAnswer>& answer) {
    Outcome outcome;
    if (!answer) {
        const auto& error = answer.error();
        outcome.interrupted = error.message_key == "error.sync.interrupted";
        outcome.trouble = error.code == ErrorCode::Denied                                    ? Trouble::WrongPin
                          : error.code == ErrorCode::TooLarge || error.code == ErrorCode::Invalid ? Trouble::Portal
                                                                                                  : Trouble::Unreachable;
        outcome.detail = printable(error.context.empty() ? error.message_key : error.context);
        return outcome;
    }
    if (answer->status == 200) {
        outcome.answered = true;
        return outcome;
    }
    std::optional<protocol::ErrorReply> error;
    if (auto decoded = protocol::decode_error_reply(answer->body))
        error = std::move(*decoded);
    outcome.retry_after_ms = retry_after_ms(*answer, error);
    outcome.detail = fmt::format("{}{}{}", answer->status, error ? " " : "", error ? printable(error->error) : "");
    outcome.too_much = answer->status == 400 || answer->status == 413 || answer->status == 422;
    if (answer->status == 429 || (answer->status >= 500 && answer->status != 511))
        outcome.trouble = Trouble::HubTrouble;
    else if (answer->status == 413)
        outcome.trouble = Trouble::Refused; // proxies before the hub say so in words of their own
    else if (!error || answer->status < 400 || answer->status == 407 || answer->status == 511)
        outcome.trouble = Trouble::Portal;
    else if ((answer->status == 401 || answer->status == 403) && error->error.find("revoked") != std::string::npos)
        outcome.trouble = Trouble::Revoked;
    else if (answer->status == 401)
        outcome.trouble = Trouble::NotEnrolled;
    else
        outcome.trouble = Trouble::Refused;
    return outcome;
}

std::int64_t Backoff::failed(kiosk::core::Random& random, std::int64_t at_least_ms) {
    const auto doublings = std::min(m_failures, 20U);
    ++m_failures;
    const auto most = std::max<std::int64_t>(1, std::min(m_longest_ms, m_first_ms << doublings));
    std::array<std::uint8_t, 8> bytes{};
    random.fill(bytes);
    std::uint64_t drawn = 0;
    for (const auto byte : bytes)
        drawn = drawn << 8 | byte;
    return at_least_ms + 1 + static_cast<std::int64_t>(drawn % static_cast<std::uint64_t>(most));
}

void ClockEstimate::sample(std::int64_t hub_ms, std::int64_t sent_boot_ms, std::int64_t received_boot_ms) {
    const auto round_trip = received_boot_ms - sent_boot_ms;
    constexpr std::int64_t year_9999_ms = 253'402'300'800'000;
    if (hub_ms <= 0 || hub_ms >= year_9999_ms || round_trip < 0 || round_trip > longest_round_trip_ms)
        return;
    m_samples[m_count++ % m_samples.size()] = {round_trip, hub_ms - (sent_boot_ms + round_trip / 2)};
}

std::optional<std::int64_t> ClockEstimate::hub_minus_boot_ms() const {
    if (m_count == 0)
        return std::nullopt;
    const auto end = m_samples.begin() + static_cast<std::ptrdiff_t>(std::min(m_count, m_samples.size()));
    return std::ranges::min_element(m_samples.begin(), end, {}, &Sample::round_trip_ms)->hub_minus_boot_ms;
}

std::optional<std::int64_t> ClockEstimate::offset_ms(const kiosk::core::Clock& clock) const {
    const auto ahead_ms = hub_minus_boot_ms();
    return ahead_ms ? std::optional(*ahead_ms - (clock.now().unix_ms - clock.boot_ms())) : std::nullopt;
}

} // namespace kiosk::sync::client
