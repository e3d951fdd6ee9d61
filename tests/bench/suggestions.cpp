// SPDX-License-Identifier: Apache-2.0
// Whom to talk to, among 2,000 people of 500 organisations: from a scanned ticket to the eight names on the screen. The
// baseline does the same without an index, in the same run: everybody's answers are compared word by word.
#include "storage_bench.hpp"

#include "core/suggestions.hpp"

#include <algorithm>
#include <random>

using namespace kiosk;
using namespace kiosk::bench;

namespace {

constexpr std::size_t crowd = 2'000, organisations = 500, shown = 8;

std::vector<core::Registration> crowd_of_people() {
    const std::vector<std::string> topics{"content", "channel", "product", "service", "talent", "training"};
    const std::vector<std::string> tracks{"mysql", "oracle", "teradata", "sqlserver", "cloud", "other"};
    const std::vector<std::string> aims{"market", "new_field", "talent", "research", "students", "skills", "product", "other"};
    std::mt19937 random(2'000);
    const auto some = [&](const std::vector<std::string>& of, unsigned share) {
        std::vector<std::string> chosen;
        for (const auto& one : of)
            if (random() % 100 < share)
                chosen.push_back(one);
        return chosen;
    };
    std::vector<core::Registration> people;
    for (std::size_t i = 0; i < crowd; ++i) {
        auto person = test::roster_person(i);
        person.uid = fmt::format("uid{}", i);
        person.person.organisation = fmt::format("示例单位{}", random() % organisations);
        person.consents["share"] = random() % 10 != 0;
        person.answers["offers"] = some(topics, 30);
        person.answers["needs"] = some(topics, 30);
        person.answers["tracks"] = some(tracks, 25);
        person.answers["looking_for"] = some(aims, 25);
        people.push_back(std::move(person));
    }
    return people;
}

const std::vector<std::string>& answers(const core::Registration& person, const char* question) {
    return std::get<std::vector<std::string>>(person.answers.at(question));
}

std::int64_t common(const std::vector<std::string>& one, const std::vector<std::string>& other) {
    std::int64_t count = 0;
    for (const auto& mine : one)
        count += std::ranges::count(other, mine);
    return count;
}

// What a screen without an index would do. It knows nothing of colleagues.
std::vector<std::string> by_brute_force(const std::vector<core::Registration>& people, const core::Registration& asking) {
    std::vector<std::pair<std::int64_t, std::string>> found;
    for (const auto& other : people) {
        if (other.person.organisation == asking.person.organisation || !other.consents.at("share"))
            continue;
        const auto score = 100'000 * (common(answers(asking, "needs"), answers(other, "offers")) +
                                      common(answers(asking, "offers"), answers(other, "needs"))) +
                           1'000 * common(answers(asking, "tracks"), answers(other, "tracks")) +
                           10 * common(answers(asking, "looking_for"), answers(other, "looking_for"));
        if (score > 0)
            found.emplace_back(-score, other.ticket);
    }
    std::ranges::sort(found);
    std::vector<std::string> result;
    for (const auto& [score, ticket] : found)
        if (result.size() < shown)
            result.push_back(ticket);
    return result;
}

} // namespace

int main() {
    const auto people = crowd_of_people();
    std::vector<std::string> present;
    for (std::size_t i = 0; i < crowd; i += 2)
        present.push_back(people[i].ticket);
    std::ranges::sort(present);

    auto begun = now_us();
    const auto index = core::SuggestionIndex::build(people);
    const auto build_ms = (now_us() - begun) / 1000;

    std::vector<double> times, brute;
    std::size_t answered = 0;
    for (const auto& person : people) {
        begun = now_us();
        const auto found = index.suggest(person.ticket, present, {}, shown);
        times.push_back((now_us() - begun) / 1000);
        answered += !found.empty();
    }
    for (const auto& person : people) {
        begun = now_us();
        answered += !by_brute_force(people, person).empty();
        brute.push_back((now_us() - begun) / 1000);
    }
    if (answered < crowd * 19 / 10) {
        fmt::print(stderr, "bench: only {} answers\n", answered);
        return 1;
    }
    print("suggestions", "p99", percentile(times, 0.99), "ms", percentile(brute, 0.99));
    print("suggestions", "p50", percentile(times, 0.5), "ms", percentile(brute, 0.5));
    print("suggestions", "build", build_ms, "ms");
}
