// SPDX-License-Identifier: Apache-2.0
// Whom somebody might meet, out of a real store.
#include "app/counterparts.hpp"
#include "booking_area.hpp"
#include "resources/resources.hpp"

using namespace kiosk;
using namespace kiosk::test;
using namespace kiosk::test::booking;

namespace {

// T1 needs what T2, T3 and T4 of another organisation each offer; nobody said at registration that they share but T2.
struct Crowd : Area {
    core::Catalogue catalogue = need(resources::load_catalogue(std::string(XIANGDAO_SOURCE_DIR) + "/assets"));
    Crowd() : Area(true) {
        change("T1", [](core::Registration& person) { person.answers["needs"] = std::vector<std::string>{"channel"}; });
        for (const auto* ticket : {"T2", "T3", "T4"})
            change(ticket, [&](core::Registration& person) {
                person.answers["offers"] = std::vector<std::string>{"channel"};
                person.person.organisation = std::string("示例") + ticket;
                person.consents["share"] = ticket == std::string_view("T2");
            });
    }
    void change(const std::string& ticket, const auto& how) {
        auto person = need(k1.database->registrations_by_ticket(ticket)).front();
        how(person);
        append(*k1.database, core::make_registration(person));
    }
    void at_the_door(const std::string& ticket, std::optional<bool> share, core::Direction direction = core::Direction::Entry,
                     const std::string& checkpoint = "main") {
        ports.clock.at = ports.clock.at + core::minute_ms;
        auto record = entry(ticket, ports.clock.at, checkpoint);
        record.direction = direction;
        if (share)
            record.consents["share"] = *share;
        append(*k1.database, core::make_scan(record));
    }
    std::vector<app::Counterpart> ask(const core::Form& form = {}) {
        return need(app::suggest_counterparts(*k1.database, k1.desk->config(), catalogue, form, "T1", 10));
    }
    std::vector<std::string> tickets() {
        std::vector<std::string> found;
        for (const auto& each : ask())
            found.push_back(each.registration.ticket);
        std::ranges::sort(found);
        return found;
    }
};

using Tickets = std::vector<std::string>;

} // namespace

TEST_CASE("counterparts: what was said of sharing at the door counts, and the latest word", "[app][meetings]") {
    Crowd k;
    CHECK(k.tickets() == Tickets{"T2"});
    k.at_the_door("T3", true);
    CHECK(k.tickets() == Tickets{"T2", "T3"});
    k.at_the_door("T2", false);
    CHECK(k.tickets() == Tickets{"T3"});
    k.at_the_door("T3", std::nullopt, core::Direction::Exit); // says nothing new
    CHECK(k.tickets() == Tickets{"T3"});
    CHECK(need(app::lets_share(*k.k1.database, need(k.k1.database->registrations_by_ticket("T3")).front())));
    CHECK_FALSE(need(app::lets_share(*k.k1.database, need(k.k1.database->registrations_by_ticket("T2")).front())));
}

TEST_CASE("counterparts: inside is who came in at the event's doors and has not left", "[app][meetings]") {
    Crowd k;
    const auto inside = [&] { return need(app::people_inside(*k.k1.database, k.k1.desk->config())); };
    CHECK(inside().empty());
    CHECK_FALSE(k.ask().front().inside);
    k.at_the_door("T2", std::nullopt);
    k.at_the_door("T2", std::nullopt, core::Direction::Entry, "room");
    k.at_the_door("T2", std::nullopt, core::Direction::Exit, "room"); // out of the room, not out of the house
    k.at_the_door("T1", std::nullopt);
    CHECK(inside() == Tickets{"T1", "T2"});
    CHECK(k.ask().front().inside);
    k.at_the_door("T2", std::nullopt, core::Direction::Exit);
    CHECK(inside() == Tickets{"T1"});
}

TEST_CASE("counterparts: the reason is said in the form's words; who is met already is left out", "[app][meetings]") {
    Crowd k;
    auto found = k.ask();
    REQUIRE(found.size() == 1);
    REQUIRE(found[0].why.size() == 1);
    CHECK(found[0].why[0].zh.find("channel") != std::string::npos); // no form has a name for it
    CHECK(app::match_name(found[0].reasons[0].kind) == "offer");

    core::FormField offers;
    offers.question.id = "offers";
    offers.question.options = {{"channel", {"客户与渠道", "Customers and channels"}}};
    core::FormStep step;
    step.fields.push_back(offers);
    const core::Form form{step};
    found = k.ask(form);
    CHECK(found[0].why[0].zh.find("客户与渠道") != std::string::npos);
    CHECK(found[0].why[0].en.find("Customers and channels") != std::string::npos);

    require(k.k1.book(k.wish("T1", "s1", {"T1", "T2"})), core::BookingStatus::Confirmed);
    CHECK(k.ask().empty());
}
