// SPDX-License-Identifier: Apache-2.0
#include "core/suggestions.hpp"

#include "core/names.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>

namespace kiosk::core {

namespace {

// Points. What one's own answers say counts twice as much as what only colleagues said; a pair of both therefore comes
// in quarters. A complement of whatever kind outweighs all tracks together, and any track all aims.
constexpr std::int64_t own = 2, colleagues = 1;
constexpr std::int64_t first_complement = 150'000; // channel and content: what these two sides come for
constexpr std::int64_t other_complement = 100'000;
constexpr std::int64_t track_points = 1'000;
constexpr std::int64_t aim_points = 10;
constexpr std::int64_t present_factor = 2;

// Imported answers may be anything: what no form could have asked is not looked at.
constexpr std::size_t most_options = 16;
constexpr std::size_t longest_option = 64;
constexpr std::size_t most_reasons = 3;
constexpr std::size_t most_of_one_organisation = 2;

constexpr std::uint32_t no_organisation = UINT32_MAX;

enum class List : std::uint8_t { Offers = 0, Needs, Tracks, Aims };
constexpr std::array<const char*, 4> questions{"offers", "needs", "tracks", "looking_for"};
using Topic = std::uint32_t;
using Topics = std::vector<Topic>; // sorted, each once

struct Entry { // of a topic: somebody who gave it, or whose colleagues did
    std::uint32_t person = 0;
    std::int64_t weight = own;
};

// "Something else" is no meeting of minds.
bool says_something(const std::string& option) {
    return !option.empty() && option.size() <= longest_option && option != "other" && option != "none";
}

std::vector<std::string> options_of(const Registration& registration, List list) {
    const auto found = registration.answers.find(questions[static_cast<std::size_t>(list)]);
    std::vector<std::string> options;
    if (found == registration.answers.end())
        return options;
    if (const auto* one = std::get_if<std::string>(&found->second))
        options.push_back(*one);
    else if (const auto* several = std::get_if<std::vector<std::string>>(&found->second))
        options.assign(several->begin(), several->begin() + static_cast<std::ptrdiff_t>(
                                                                std::min(several->size(), most_options)));
    std::erase_if(options, [](const std::string& option) { return !says_something(option); });
    return options;
}

bool takes_part(const Registration& registration) {
    return !registration.ticket.empty() && !registration.blocked && registration.approved &&
           (registration.status == RegistrationStatus::Confirmed || registration.status == RegistrationStatus::Unpaid);
}

bool shares(const Registration& registration) {
    const auto share = registration.consents.find("share");
    return share != registration.consents.end() && share->second;
}

// Spelled alike is the same organisation; people who write that they have none are each their own.
std::string organisation_key(const std::string& organisation) {
    auto key = fold(organisation);
    std::erase_if(key, [](char c) { return c == ' ' || c == '.' || c == ',' || c == '(' || c == ')'; });
    constexpr std::array<std::string_view, 10> nobody{"",         "-",          "无",         "个人",      "个人参会",
                                                      "自由职业", "自由职业者", "独立开发者", "individual", "freelance"};
    return std::ranges::find(nobody, key) == nobody.end() ? key : std::string();
}

bool contains(const Topics& topics, Topic topic) { return std::ranges::binary_search(topics, topic); }

} // namespace

struct SuggestionIndex::Impl {
    struct Profile {
        std::array<Topics, 4> lists; // by List
    };
    struct Person {
        std::string ticket;
        std::uint32_t organisation = no_organisation;
        bool suggested = false; // to others; without consent one may ask but is never named
        Profile profile;
    };

    std::vector<Person> people;          // by ticket
    std::vector<Profile> organisations;  // of those who share, together
    std::vector<std::string> topics;     // sorted: ids are the same wherever the people are
    std::array<std::vector<std::vector<Entry>>, 4> posted; // by List and topic: who may be suggested for it
    std::size_t suggestable = 0;

    const Person* find(std::string_view ticket) const {
        const auto at = std::ranges::lower_bound(people, ticket, {}, [](const Person& p) -> std::string_view { return p.ticket; });
        return at != people.end() && at->ticket == ticket ? &*at : nullptr;
    }

    // Own topics, then those that only colleagues gave.
    std::vector<std::pair<Topic, std::int64_t>> weighed(const Person& person, List list) const {
        const auto at = static_cast<std::size_t>(list);
        std::vector<std::pair<Topic, std::int64_t>> result;
        for (const auto topic : person.profile.lists[at])
            result.emplace_back(topic, own);
        if (person.organisation != no_organisation)
            for (const auto topic : organisations[person.organisation].lists[at])
                if (!contains(person.profile.lists[at], topic))
                    result.emplace_back(topic, colleagues);
        return result;
    }

    std::int64_t weight_of(const Person& person, List list, Topic topic) const {
        const auto at = static_cast<std::size_t>(list);
        if (contains(person.profile.lists[at], topic))
            return own;
        return person.organisation != no_organisation && contains(organisations[person.organisation].lists[at], topic)
                   ? colleagues
                   : 0;
    }

    std::int64_t complement(Topic topic) const {
        return topics[topic] == "channel" || topics[topic] == "content" ? first_complement : other_complement;
    }

    struct Question { // what is compared with what, and what a pair of own answers is worth
        List mine, theirs;
        Match kind;
    };
    static constexpr std::array<Question, 4> all{{{List::Needs, List::Offers, Match::TheyOffer},
                                                  {List::Offers, List::Needs, Match::TheyNeed},
                                                  {List::Tracks, List::Tracks, Match::SameTrack},
                                                  {List::Aims, List::Aims, Match::SameAim}}};
    std::int64_t points(const Question& question, Topic topic) const {
        return question.kind == Match::SameTrack ? track_points
               : question.kind == Match::SameAim ? aim_points
                                                 : complement(topic);
    }

    std::vector<MatchReason> reasons(const Person& person, const Person& other) const {
        struct Weighed {
            std::int64_t points;
            MatchReason reason;
        };
        std::vector<Weighed> found;
        for (const auto& question : all)
            for (const auto& [topic, weight] : weighed(person, question.mine))
                if (const auto theirs = weight_of(other, question.theirs, topic); theirs > 0)
                    found.push_back({points(question, topic) * weight * theirs / (own * own), {question.kind, topics[topic]}});
        // Stable: equal ones in the order of the questions, then of the topics.
        std::ranges::stable_sort(found, std::greater<>(), &Weighed::points);
        if (found.size() > most_reasons)
            found.resize(most_reasons);
        std::vector<MatchReason> result;
        for (auto& one : found)
            result.push_back(std::move(one.reason));
        return result;
    }
};

SuggestionIndex::SuggestionIndex() : m_impl(std::make_unique<Impl>()) {}
SuggestionIndex::SuggestionIndex(SuggestionIndex&&) noexcept = default;
SuggestionIndex& SuggestionIndex::operator=(SuggestionIndex&&) noexcept = default;
SuggestionIndex::~SuggestionIndex() = default;

SuggestionIndex SuggestionIndex::build(std::span<const Registration> registrations) {
    SuggestionIndex index;
    auto& impl = *index.m_impl;

    std::vector<const Registration*> active;
    for (const auto& registration : registrations)
        if (takes_part(registration))
            active.push_back(&registration);
    std::ranges::sort(active, {}, [](const Registration* r) { return std::pair<std::string_view, std::string_view>(r->ticket, r->uid); });

    std::map<std::string, Topic> topics;
    for (const auto* registration : active)
        for (const auto list : {List::Offers, List::Needs, List::Tracks, List::Aims})
            for (const auto& option : options_of(*registration, list))
                topics.emplace(option, 0);
    for (auto& [text, id] : topics) {
        id = static_cast<Topic>(impl.topics.size());
        impl.topics.push_back(text);
    }

    std::map<std::string, std::uint32_t> organisations;
    for (std::size_t i = 0; i < active.size(); ++i) {
        const auto& registration = *active[i];
        // Two people with one ticket can't be told apart at a door, so neither can be booked.
        if ((i > 0 && active[i - 1]->ticket == registration.ticket) ||
            (i + 1 < active.size() && active[i + 1]->ticket == registration.ticket))
            continue;
        auto& person = impl.people.emplace_back();
        person.ticket = registration.ticket;
        person.suggested = shares(registration);
        impl.suggestable += person.suggested;
        if (const auto key = organisation_key(registration.person.organisation); !key.empty())
            person.organisation = organisations.emplace(key, static_cast<std::uint32_t>(organisations.size())).first->second;
        for (const auto list : {List::Offers, List::Needs, List::Tracks, List::Aims}) {
            auto& chosen = person.profile.lists[static_cast<std::size_t>(list)];
            for (const auto& option : options_of(registration, list))
                chosen.push_back(topics.at(option));
            std::ranges::sort(chosen);
            chosen.erase(std::ranges::unique(chosen).begin(), chosen.end());
        }
    }

    // What brings one person here says little about a colleague; what the house offers and needs does.
    impl.organisations.resize(organisations.size());
    for (const auto& person : impl.people) {
        if (!person.suggested || person.organisation == no_organisation)
            continue;
        for (const auto list : {List::Offers, List::Needs}) {
            const auto at = static_cast<std::size_t>(list);
            auto& together = impl.organisations[person.organisation].lists[at];
            together.insert(together.end(), person.profile.lists[at].begin(), person.profile.lists[at].end());
        }
    }
    for (auto& organisation : impl.organisations)
        for (auto& list : organisation.lists) {
            std::ranges::sort(list);
            list.erase(std::ranges::unique(list).begin(), list.end());
        }

    for (auto& by_topic : impl.posted)
        by_topic.resize(impl.topics.size());
    for (std::uint32_t i = 0; i < impl.people.size(); ++i)
        if (impl.people[i].suggested)
            for (const auto list : {List::Offers, List::Needs, List::Tracks, List::Aims})
                for (const auto& [topic, weight] : impl.weighed(impl.people[i], list))
                    impl.posted[static_cast<std::size_t>(list)][topic].push_back({i, weight});
    return index;
}

std::vector<Suggestion> SuggestionIndex::suggest(std::string_view ticket, std::span<const std::string> present,
                                                 std::span<const std::string> not_these, std::size_t limit) const {
    const auto& impl = *m_impl;
    const auto* asking = impl.find(ticket);
    if (asking == nullptr || limit == 0)
        return {};

    std::vector<std::int64_t> scores(impl.people.size(), 0);
    for (const auto& question : Impl::all)
        for (const auto& [topic, weight] : impl.weighed(*asking, question.mine)) {
            const auto worth = impl.points(question, topic);
            for (const auto& entry : impl.posted[static_cast<std::size_t>(question.theirs)][topic])
                scores[entry.person] += worth * weight * entry.weight / (own * own);
        }
    for (const auto& other : not_these)
        if (const auto* person = impl.find(other))
            scores[static_cast<std::size_t>(person - impl.people.data())] = 0;

    struct Candidate {
        std::int64_t score;
        std::uint32_t person;
        bool here;
    };
    std::vector<Candidate> candidates;
    auto next = present.begin(); // both are in order of ticket
    for (std::uint32_t i = 0; i < impl.people.size(); ++i) {
        const auto& person = impl.people[i];
        if (scores[i] == 0 || &person == asking ||
            (person.organisation != no_organisation && person.organisation == asking->organisation))
            continue;
        while (next != present.end() && *next < person.ticket)
            ++next;
        const bool here = next != present.end() && *next == person.ticket;
        candidates.push_back({here ? scores[i] * present_factor : scores[i], i, here});
    }
    std::ranges::sort(candidates, [](const Candidate& a, const Candidate& b) {
        if (a.score != b.score)
            return a.score > b.score;
        return a.here != b.here ? a.here : a.person < b.person; // people are in order of ticket
    });

    std::vector<Suggestion> result;
    std::map<std::uint32_t, std::size_t> of_organisation;
    for (const auto& candidate : candidates) {
        if (result.size() == limit)
            break;
        const auto& person = impl.people[candidate.person];
        if (person.organisation != no_organisation && ++of_organisation[person.organisation] > most_of_one_organisation)
            continue;
        result.push_back({person.ticket, candidate.score, impl.reasons(*asking, person)});
    }
    return result;
}

std::size_t SuggestionIndex::size() const { return m_impl->suggestable; }

} // namespace kiosk::core
