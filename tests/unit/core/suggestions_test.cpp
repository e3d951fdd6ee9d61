// SPDX-License-Identifier: Apache-2.0
#include "core/suggestions.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <random>
#include <string>
#include <vector>

using namespace kiosk::core;

namespace {

using Options = std::vector<std::string>;

struct Wants {
    Options offers, needs, tracks, aims;
};

Registration guest(const std::string& ticket, const std::string& organisation, const Wants& wants) {
    Registration made;
    made.uid = "uid-" + ticket;
    made.ticket = ticket;
    made.person.name = "示例" + ticket;
    made.person.organisation = organisation;
    made.consents["share"] = true;
    const auto answer = [&](const char* question, const Options& options) {
        if (!options.empty())
            made.answers[question] = options;
    };
    answer("offers", wants.offers);
    answer("needs", wants.needs);
    answer("tracks", wants.tracks);
    answer("looking_for", wants.aims);
    return made;
}

Options tickets(const std::vector<Suggestion>& suggestions) {
    Options found;
    for (const auto& suggestion : suggestions)
        found.push_back(suggestion.ticket);
    return found;
}

Options suggested(const std::vector<Registration>& people, const std::string& to, const Options& present = {},
                  const Options& not_these = {}, std::size_t limit = 10) {
    return tickets(SuggestionIndex::build(people).suggest(to, present, not_these, limit));
}

} // namespace

TEST_CASE("suggestions: channel and content first, then other complements, tracks, aims", "[core][suggestions]") {
    const std::vector<Registration> people{
        guest("ME", "青屿示例银行", {{"content", "product"}, {"channel", "talent"}, {"mysql"}, {"market"}}),
        guest("AIM", "a", {{}, {}, {}, {"market"}}),
        guest("TRACK", "b", {{}, {}, {"mysql"}, {}}),
        guest("TALENT", "c", {{"talent"}, {}, {}, {}}),
        guest("CHANNEL", "d", {{"channel"}, {}, {}, {}}),
        guest("BOTH", "e", {{"channel"}, {"content"}, {}, {}}),
        guest("NOTHING", "f", {{"service"}, {"training"}, {"oracle"}, {"talent"}}),
    };
    const auto found = SuggestionIndex::build(people).suggest("ME", {}, {}, 10);
    CHECK(tickets(found) == Options{"BOTH", "CHANNEL", "TALENT", "TRACK", "AIM"});
    REQUIRE(found.size() == 5);
    REQUIRE(found[0].reasons.size() == 2);
    CHECK(found[0].reasons[0].kind == Match::TheyOffer);
    CHECK(found[0].reasons[0].topic == "channel");
    CHECK(found[0].reasons[1].kind == Match::TheyNeed);
    CHECK(found[0].reasons[1].topic == "content");
    REQUIRE(found[3].reasons.size() == 1);
    CHECK(found[3].reasons[0].kind == Match::SameTrack);
    CHECK(found[3].reasons[0].topic == "mysql");
    CHECK(found[4].reasons.at(0).kind == Match::SameAim);
}

TEST_CASE("suggestions: one complement outweighs every track and aim there is", "[core][suggestions]") {
    Options tracks, aims;
    for (int i = 0; i < 16; ++i) {
        tracks.push_back("track" + std::to_string(i));
        aims.push_back("aim" + std::to_string(i));
    }
    const std::vector<Registration> people{guest("ME", "a", {{}, {"talent"}, tracks, aims}),
                                           guest("LIKE-ME", "c", {{}, {}, tracks, aims}),
                                           guest("OFFERS", "d", {{"talent"}, {}, {}, {}})};
    CHECK(suggested(people, "ME") == Options{"OFFERS", "LIKE-ME"});
}

TEST_CASE("suggestions: what only colleagues said counts half", "[core][suggestions]") {
    const std::vector<Registration> people{
        guest("ME", "a", {{}, {"training"}, {}, {}}), guest("A-QUIET", "松果示例软件", {{}, {}, {}, {}}),
        guest("B-SAYS-SO", "松果 示例软件", {{"training"}, {}, {}, {}}), guest("C-SAYS-SO", "c", {{"training"}, {}, {}, {}})};
    const auto found = SuggestionIndex::build(people).suggest("ME", {}, {}, 10);
    CHECK(tickets(found) == Options{"B-SAYS-SO", "C-SAYS-SO", "A-QUIET"});
    REQUIRE(found.size() == 3);
    CHECK(found[2].score * 2 == found[0].score);
    CHECK(found[2].reasons.at(0).topic == "training");

    SECTION("but not what somebody said who does not share") {
        auto silent = people;
        silent[2].consents.clear();
        CHECK(suggested(silent, "ME") == Options{"C-SAYS-SO"});
    }
}

TEST_CASE("suggestions: only people who let their contact be shared, and who can be booked", "[core][suggestions]") {
    std::vector<Registration> people{guest("ME", "a", {{}, {"content"}, {}, {}}), guest("OTHER", "b", {{"content"}, {}, {}, {}})};
    auto& other = people[1];
    REQUIRE(suggested(people, "ME") == Options{"OTHER"});
    SECTION("no consent") { other.consents["share"] = false; }
    SECTION("nothing said about it") { other.consents.clear(); }
    SECTION("cancelled") { other.status = RegistrationStatus::Cancelled; }
    SECTION("on the waiting list") { other.status = RegistrationStatus::Waitlist; }
    SECTION("not approved") { other.approved = false; }
    SECTION("blocked") { other.blocked = true; }
    SECTION("the same organisation, spelled otherwise") {
        people[0].person.organisation = "Pinecone Demo Software";
        other.person.organisation = "PINECONE  demo software";
    }
    SECTION("two people with one ticket") {
        people.push_back(other);
        people.back().uid = "another";
    }
    SECTION("somebody's own choice") {
        CHECK(suggested(people, "ME", {}, {"OTHER"}).empty());
        return;
    }
    CHECK(suggested(people, "ME").empty());
}

TEST_CASE("suggestions: who has not paid yet and who has no organisation are suggested", "[core][suggestions]") {
    std::vector<Registration> people{guest("ME", "个人", {{}, {"content"}, {}, {}}), guest("OTHER", "个人", {{"content"}, {}, {}, {}})};
    people[1].status = RegistrationStatus::Unpaid;
    CHECK(suggested(people, "ME") == Options{"OTHER"});
}

TEST_CASE("suggestions: who does not share may ask and is not named", "[core][suggestions]") {
    std::vector<Registration> people{guest("ME", "a", {{"channel"}, {"content"}, {}, {}}),
                                     guest("OTHER", "b", {{"content"}, {"channel"}, {}, {}})};
    people[0].consents.clear();
    const auto index = SuggestionIndex::build(people);
    CHECK(index.size() == 1);
    CHECK(tickets(index.suggest("ME", {}, {}, 5)) == Options{"OTHER"});
    CHECK(index.suggest("OTHER", {}, {}, 5).empty());
    CHECK(index.suggest("STRANGER", {}, {}, 5).empty());
}

TEST_CASE("suggestions: at most two of one organisation; ties by presence, then ticket", "[core][suggestions]") {
    std::vector<Registration> people{guest("ME", "me", {{}, {"content"}, {}, {}})};
    for (const auto* ticket : {"B1", "B2", "B3", "B4"})
        people.push_back(guest(ticket, "b", {{"content"}, {}, {}, {}}));
    people.push_back(guest("C1", "c", {{"content"}, {}, {}, {}}));
    CHECK(suggested(people, "ME") == Options{"B1", "B2", "C1"});
    CHECK(suggested(people, "ME", {"B4", "C1"}) == Options{"B4", "C1", "B1"});
    CHECK(suggested(people, "ME", {}, {}, 1) == Options{"B1"});
    CHECK(suggested(people, "ME", {}, {}, 0).empty());
}

TEST_CASE("suggestions: the same answer whatever the order of the people", "[core][suggestions]") {
    const Options topics{"content", "channel", "product", "service", "talent", "training"};
    std::mt19937 random(20);
    std::vector<Registration> people;
    for (int i = 0; i < 120; ++i) {
        Wants wants;
        for (const auto& topic : topics)
            switch (random() % 5) {
            case 0: wants.offers.push_back(topic); break;
            case 1: wants.needs.push_back(topic); break;
            default: break;
            }
        wants.tracks = {"track" + std::to_string(random() % 4)};
        people.push_back(guest("T" + std::to_string(1000 + i), "org" + std::to_string(random() % 40), wants));
    }
    const auto index = SuggestionIndex::build(people);
    auto shuffled = people;
    std::ranges::shuffle(shuffled, random);
    const auto other = SuggestionIndex::build(shuffled);
    for (const auto& person : people) {
        const auto one = index.suggest(person.ticket, {}, {}, 8), two = other.suggest(person.ticket, {}, {}, 8);
        REQUIRE(tickets(one) == tickets(two));
        for (std::size_t i = 0; i < one.size(); ++i)
            CHECK(one[i].score == two[i].score);
    }
}

TEST_CASE("suggestions: answers that no form asked for do no harm", "[core][suggestions]") {
    Options many(1000, std::string(5000, 'x'));
    many.resize(2000, "content");
    auto odd = guest("ODD", "b", {many, {}, {}, {}});
    odd.answers["needs"] = true;
    odd.answers["tracks"] = AnswerRows{{{"a", "b"}}};
    odd.answers["looking_for"] = std::string("other");
    auto me = guest("ME", "a", {{}, {"content"}, {}, {"other"}});
    CHECK(suggested({me, odd}, "ME").empty()); // only the first options count, and those are none

    odd.answers["offers"] = std::string("content"); // a choice of one
    CHECK(suggested({me, odd}, "ME") == Options{"ODD"});
}
