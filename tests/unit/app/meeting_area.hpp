// SPDX-License-Identifier: Apache-2.0
#pragma once
// A kiosk at an event with a business area, for the tests of what attendees and staff do there. Ownership: its own.
// Threads: one.
#include "kiosk_fixture.hpp"

namespace kiosk::test {

// Two tables with three slots from 13:30 on; it is 13:12.
struct MeetingArea : Kiosk {
    MeetingArea() {
        const auto at = [](const std::string& time) { return *core::parse_rfc3339("2026-11-20T" + time + ":00+08:00"); };
        for (const auto* id : {"T1", "T2"}) {
            core::BookableUnit unit;
            unit.id = id;
            unit.label = {std::string(id) + "号桌", std::string("Table ") + id};
            unit.slots = {{"s1", at("13:30"), at("13:50")}, {"s2", at("13:55"), at("14:15")}, {"s3", at("14:20"), at("14:40")}};
            config.units.push_back(std::move(unit));
        }
        people[0].consents["share"] = people[3].consents["share"] = true; // 王谷雨 and Grace Hopper
        people[0].answers["needs"] = std::vector<std::string>{"channel"};
        people[3].answers["offers"] = std::vector<std::string>{"channel"};
    }
    template <typename Page> const Page& page() {
        const auto& view_of = body<app::MeetingView>();
        INFO("page " << view_of.page.index());
        REQUIRE(std::holds_alternative<Page>(view_of.page));
        return std::get<Page>(view_of.page);
    }
    void check_in_all() {
        for (const auto& person : people) {
            scan(person.ticket);
            pass(4000);
        }
        pass(20'000);
    }
    void enter(const std::string& ticket) {
        pass(4000);
        if (!shows<app::IdleView>())
            pass(70'000);
        send(app::intent::OpenMeetings{});
        scan(ticket);
    }
    // 王谷雨 and Grace Hopper, both here, at the first free time.
    void book_both() {
        enter("A1");
        send(app::intent::Meet{});
        send(app::intent::LetThemScan{});
        scan("D4");
        send(app::intent::PickSlot{0});
        send(app::intent::SetAnswer{"purpose", std::string("trial")});
        send(app::intent::Confirm{});
    }
    std::vector<core::Booking> stored() { return *store.bookings(); }
};

} // namespace kiosk::test
