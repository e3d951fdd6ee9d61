// SPDX-License-Identifier: Apache-2.0
#pragma once
// Whom to talk to. Purpose: ranks counterparts for somebody in the business area: what one side offers and the other needs
// (channel and content first), the same tracks, what brought them here; only people who let their contact be shared.
// Pure. Ownership: an index holds ids and small numbers only, never names. Threads: build on one, ask from any. The answer
// is the same on every device for the same people. Failure: none; who is not in the index gets nothing.
#include "core/model.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kiosk::core {

enum class Match : std::uint8_t { TheyOffer = 1 /* what you need */, TheyNeed /* what you offer */, SameTrack, SameAim };
struct MatchReason {
    Match kind = Match::TheyOffer;
    std::string topic; // option id of offers/needs ("channel", "content", …), tracks or looking_for
};
struct Suggestion {
    std::string ticket;
    std::int64_t score = 0;
    std::vector<MatchReason> reasons; // best first, at most three
};

class SuggestionIndex {
public:
    // Answers offers, needs, tracks, looking_for of each registration. What an organisation's people (who share) offer and
    // need counts half for their colleagues. Blocked, cancelled, pending ones and tickets that two people hold stay out.
    static SuggestionIndex build(std::span<const Registration> registrations);
    SuggestionIndex(SuggestionIndex&&) noexcept;
    SuggestionIndex& operator=(SuggestionIndex&&) noexcept;
    ~SuggestionIndex();

    // Best first; nobody of the same organisation, nobody in `not_these`, at most two of one organisation.
    // `present`: tickets to prefer (checked in), sorted.
    std::vector<Suggestion> suggest(std::string_view ticket, std::span<const std::string> present,
                                    std::span<const std::string> not_these, std::size_t limit) const;
    std::size_t size() const; // people who may be suggested; somebody without consent may ask but is not one of them

private:
    SuggestionIndex();
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

} // namespace kiosk::core
