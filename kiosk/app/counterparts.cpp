// SPDX-License-Identifier: Apache-2.0
#include "app/counterparts.hpp"

#include <algorithm>
#include <map>

namespace kiosk::app {

using core::LocalText;
using core::Result;

namespace {

struct Doors {
    std::vector<std::string> inside; // sorted
    std::map<std::string, std::map<std::string, bool>> consents; // by ticket; the latest word
};

Result<Doors> read_doors(core::Store& store, const core::EventConfig& config) {
    KIOSK_TRY(const auto scans, store.recent_scans(scans_looked_at)); // newest first
    std::map<std::string, bool> inside;
    Doors doors;
    for (const auto& scan : scans) {
        if (scan.record.outcome != core::Outcome::Admitted || scan.undone || scan.record.ticket.empty())
            continue;
        if (!scan.record.consents.empty()) {
            auto& known = doors.consents[scan.record.ticket];
            for (const auto& [name, given] : scan.record.consents)
                known.try_emplace(name, given);
        }
        // Who goes into a room of the event has not left it, and who leaves one neither.
        if (const auto* door = config.checkpoint(scan.record.checkpoint); door != nullptr && door->scope != core::Scope::Session)
            inside.try_emplace(scan.record.ticket, scan.record.direction == core::Direction::Entry);
    }
    for (const auto& [ticket, is_in] : inside)
        if (is_in)
            doors.inside.push_back(ticket);
    return doors;
}

std::string_view question_of(core::Match kind) {
    switch (kind) {
    case core::Match::TheyOffer: return "offers";
    case core::Match::TheyNeed: return "needs";
    case core::Match::SameTrack: return "tracks";
    case core::Match::SameAim: return "looking_for";
    }
    return "looking_for";
}

// An option as the form calls it; its id where nothing does.
LocalText topic_text(const core::EventConfig& config, const core::Form& declared, const core::MatchReason& reason) {
    const auto field = question_of(reason.kind);
    const core::Question* question = config.question(field);
    if (const auto* of_plugin = core::find_field(declared, field); question == nullptr && of_plugin != nullptr)
        question = &of_plugin->question;
    if (question != nullptr)
        if (const auto at = std::ranges::find(question->options, reason.topic, &core::QuestionOption::id); at != question->options.end())
            return at->text;
    return {reason.topic, reason.topic};
}

} // namespace

std::string_view match_name(core::Match kind) {
    switch (kind) {
    case core::Match::TheyOffer: return "offer";
    case core::Match::TheyNeed: return "need";
    case core::Match::SameTrack: return "track";
    case core::Match::SameAim: return "aim";
    }
    return "aim";
}

Result<std::vector<std::string>> people_inside(core::Store& store, const core::EventConfig& config) {
    KIOSK_TRY(auto doors, read_doors(store, config));
    return std::move(doors.inside);
}

Result<bool> lets_share(core::Store& store, const core::Registration& registration) {
    auto consents = registration.consents;
    KIOSK_TRY(const auto scans, store.standing_scans(registration.ticket));
    for (const auto& scan : scans)
        for (const auto& [name, given] : scan.record.consents)
            consents[name] = given;
    const auto share = consents.find("share");
    return share != consents.end() && share->second;
}

Result<std::vector<Counterpart>> suggest_counterparts(core::Store& store, const core::EventConfig& config,
                                                      const core::Catalogue& catalogue, const core::Form& declared,
                                                      const std::string& ticket, std::size_t limit) {
    KIOSK_TRY(const auto doors, read_doors(store, config));
    std::vector<core::Registration> everybody;
    KIOSK_CHECK(store.for_each_registration([&](const core::Registration& registration) {
        everybody.push_back(registration);
        if (const auto said = doors.consents.find(registration.ticket); said != doors.consents.end())
            for (const auto& [name, given] : said->second)
                everybody.back().consents[name] = given;
        return true;
    }));
    std::vector<std::string> met; // there is a meeting with them already
    KIOSK_TRY(const auto bookings, store.bookings_of(ticket));
    for (const auto& booking : bookings)
        if (!core::is_released(booking.stage) && booking.stage != core::BookingStage::Displaced)
            for (const auto& participant : booking.request.participants)
                met.push_back(participant.ticket);

    const auto index = core::SuggestionIndex::build(everybody);
    std::vector<Counterpart> found;
    for (auto& suggestion : index.suggest(ticket, doors.inside, met, limit)) {
        const auto person = std::ranges::find(everybody, suggestion.ticket, &core::Registration::ticket);
        if (person == everybody.end())
            continue;
        Counterpart other{*person, std::ranges::binary_search(doors.inside, suggestion.ticket), suggestion.score,
                          std::move(suggestion.reasons), {}};
        for (const auto& reason : other.reasons) {
            const auto topic = topic_text(config, declared, reason);
            const auto say = [&](core::Language language) {
                return catalogue.text(language, core::Message{"meeting.why." + std::string(match_name(reason.kind)),
                                                              {{"topic", topic.in(language)}}});
            };
            other.why.push_back({say(core::Language::Chinese), say(core::Language::English)});
        }
        found.push_back(std::move(other));
    }
    return found;
}

} // namespace kiosk::app
