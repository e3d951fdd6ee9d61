// SPDX-License-Identifier: Apache-2.0
// The booking service over real journals, with a hub that deals out leases by the core's rules.
#include "app/booking_desk.hpp"

#include "support/storage_fixture.hpp"

#include <map>

using namespace kiosk;
using namespace kiosk::test;
using app::BookingResult;
using core::BookingReason;
using core::BookingStatus;
using core::minute_ms;

namespace {

struct Hub {
    std::vector<core::HeldLease> rows;
    std::uint64_t generation = 1;
    std::vector<core::Operation> feed;
    std::map<std::string, std::uint64_t> has; // incarnation → journal
    std::vector<core::LeaseWanted> waited_for;
    core::Clock* clock = nullptr;
};

class Line final : public app::LeaseOffice {
public:
    Line(Hub& hub, storage::Database& database, std::string device) : m_hub(hub), m_database(database), m_device(std::move(device)) {}
    bool up = true;
    int exchanges = 0;

    core::Result<app::LeaseReply> exchange(const app::LeaseAsk& ask) override {
        if (!up)
            return core::fail(core::ErrorCode::Unavailable, "error.sync.unreachable");
        ++exchanges;
        const auto status = need(m_database.status());
        const core::Asker asker{m_device, status.incarnation, m_hub.clock->now().unix_ms};
        core::expire(m_hub.rows, asker.now_ms);
        app::LeaseReply reply;
        for (const auto& [resource, seq] : ask.give_back)
            core::give_back(m_hub.rows, resource, asker, seq, m_hub.has[status.incarnation]);
        auto grants = core::grant(m_hub.rows, ask.want, ask.all_or_nothing, asker, m_hub.generation);
        for (const auto& [resource, seq] : ask.give_back)
            if (std::ranges::none_of(m_hub.rows, [&](const core::HeldLease& row) {
                    return row.holder == m_device && core::resource_text(row.resource) == core::resource_text(resource);
                }))
                reply.given_back.push_back(resource);
        for (std::size_t i = 0; i < grants.size(); ++i)
            if (!grants[i].held && ask.all_or_nothing)
                m_hub.waited_for.push_back(ask.want[i]);
        for (const auto& row : m_hub.rows)
            if (row.holder == m_device && row.closing_seq == 0 &&
                std::ranges::any_of(m_hub.waited_for, [&](const core::LeaseWanted& want) { return core::overlap(want.resource, row.resource); }))
                reply.recalled.push_back(row.resource);
        reply.grants = std::move(grants);
        reply.feed = m_hub.feed.size();
        reply.hub_time_ms = asker.now_ms;
        return reply;
    }
    bool read_feed(std::uint64_t up_to) override {
        if (!up)
            return false;
        auto mark = need(m_database.sync_mark());
        if (mark.after >= up_to)
            return true;
        const std::vector<core::Operation> page(m_hub.feed.begin() + static_cast<std::ptrdiff_t>(mark.after),
                                                m_hub.feed.begin() + static_cast<std::ptrdiff_t>(up_to));
        mark.after = up_to;
        need(m_database.ingest(page, mark));
        return true;
    }
    void push() {
        const auto status = need(m_database.status());
        auto& has = m_hub.has[status.incarnation];
        for (const auto& operation : need(m_database.own_after(status.incarnation, has, 1000, 1 << 20))) {
            m_hub.feed.push_back(operation);
            has = operation.id.seq;
        }
        need(m_database.acknowledge(has));
    }
    void pull() { REQUIRE(read_feed(m_hub.feed.size())); }
    void sync() {
        push();
        pull();
    }

private:
    Hub& m_hub;
    storage::Database& m_database;
    std::string m_device;
};

struct Kiosk {
    std::unique_ptr<storage::Database> database;
    std::optional<app::BookingDesk> desk;
    std::unique_ptr<Line> line;

    core::Booking booking(const std::string& uid) { return *need(database->booking(uid)); }
    std::size_t written() { return static_cast<std::size_t>(need(database->status()).last_seq); }
    BookingResult book(const core::BookingWish& wish) { return need(app::book_now(*desk, *line, wish)); }
    std::vector<std::string> held() {
        std::vector<std::string> texts;
        for (const auto& lease : need(database->leases()))
            texts.push_back(core::resource_text(lease.resource) + (lease.closing ? " closing" : ""));
        std::ranges::sort(texts);
        return texts;
    }
};

// Two tables with two slots of twenty minutes, five people, one session of two seats; k1 and k2 on one hub.
struct Area {
    TempFolder folder;
    Ports ports;
    Hub hub;
    Kiosk k1, k2;
    core::Instant slot1 = ports.clock.at + 30 * minute_ms, slot2 = slot1 + 25 * minute_ms;

    explicit Area(bool alone = false, bool deals = false) {
        hub.clock = &ports.clock;
        for (auto* kiosk : {&k1, &k2}) {
            const std::string name = kiosk == &k1 ? "k1" : "k2";
            kiosk->database = open(folder / (name + ".db"), ports, name);
            kiosk->line = std::make_unique<Line>(hub, *kiosk->database, name);
            kiosk->line->up = !alone;
        }
        seed();
        if (!alone) {
            for (auto* kiosk : {&k1, &k2})
                need(kiosk->database->set_sync_mark({"hub", "epoch", 0, 0, false, "*"}));
            k1.line->sync();
            k2.line->sync();
        }
        for (auto* kiosk : {&k1, &k2})
            if (kiosk == &k1 || !alone)
                kiosk->desk = need(app::BookingDesk::create({kiosk->database.get(), &ports.clock, &ports.random, alone, deals}));
    }
    void seed() {
        core::EventConfig config;
        config.event.code = "DEMO";
        config.event.type = "salon";
        config.event.starts = ports.clock.at;
        core::Checkpoint door, room;
        door.id = "main";
        room.id = "room";
        room.scope = core::Scope::Session;
        room.session = "talk";
        config.checkpoints = {door, room};
        core::Session talk;
        talk.id = "talk";
        talk.kind = "track";
        talk.capacity = 2;
        talk.starts = slot1 + 180 * minute_ms;
        talk.ends = slot1 + 240 * minute_ms;
        config.sessions = {talk};
        for (const auto* id : {"T1", "T2"}) {
            core::BookableUnit unit;
            unit.id = id;
            unit.slots = {{"s1", slot1, slot1 + 20 * minute_ms, false}, {"s2", slot2, slot2 + 20 * minute_ms, false}};
            config.units.push_back(unit);
        }
        std::vector<core::OperationDraft> drafts;
        for (const auto& document : core::config_documents(config))
            drafts.push_back(core::make_config(document));
        for (const auto* number : {"1", "2", "3", "4", "5"}) {
            auto made = person(number);
            made.consents["share"] = true;
            drafts.push_back(core::make_registration(made));
        }
        need(k1.database->append(drafts));
    }
    core::BookingWish wish(std::string unit, std::string slot, std::vector<std::string> people) const {
        core::BookingWish made;
        made.unit = std::move(unit);
        made.slot = std::move(slot);
        made.participants = std::move(people);
        return made;
    }
    core::BookingWish seat(std::string ticket) const {
        core::BookingWish made;
        made.session = "talk";
        made.participants = {std::move(ticket)};
        return made;
    }
    void give(Kiosk& kiosk, std::vector<core::Resource> resources) {
        app::LeaseAsk ask;
        for (auto& resource : resources)
            ask.want.push_back({std::move(resource), 2, {}});
        const auto reply = need(kiosk.line->exchange(ask));
        for (const auto& grant : reply.grants)
            REQUIRE(grant.held);
        need(kiosk.desk->take(ask, reply));
    }
    void check_in(Kiosk& kiosk, const std::string& ticket, core::Direction direction = core::Direction::Entry,
                  const std::string& checkpoint = "main") {
        auto record = entry(ticket, ports.clock.at, checkpoint);
        record.direction = direction;
        append(*kiosk.database, core::make_scan(record));
    }
    core::Resource table(const std::string& unit, core::Instant starts) const {
        return core::unit_resource(unit, starts, starts + 20 * minute_ms);
    }
};

void require(const BookingResult& result, BookingStatus status, BookingReason reason = BookingReason::None) {
    INFO(core::to_string(result.status) << " " << core::to_string(result.reason) << " " << result.about);
    REQUIRE(result.status == status);
    REQUIRE(result.reason == reason);
}

} // namespace

TEST_CASE("booking_desk: a kiosk without a hub confirms at once, and refuses what is taken", "[app][bookings]") {
    Area area(true);
    auto& desk = *area.k1.desk;
    const auto first = need(desk.book(area.wish("T1", "s1", {"T1", "T2"})));
    require(first, BookingStatus::Confirmed);
    REQUIRE(area.k1.booking(first.booking).stage == core::BookingStage::Confirmed);

    const auto written = area.k1.written();
    require(need(desk.book(area.wish("T1", "s1", {"T3", "T4"}))), BookingStatus::Refused, BookingReason::UnitTaken);
    const auto busy = need(desk.book(area.wish("T2", "s1", {"T3", "T2"})));
    require(busy, BookingStatus::Refused, BookingReason::PersonTaken);
    REQUIRE(busy.about == "T2");
    REQUIRE(busy.booking.empty());
    require(need(desk.book(area.wish("T2", "s1", {"T3", "NOBODY"}))), BookingStatus::Refused, BookingReason::Unknown);
    REQUIRE(area.k1.written() == written); // what is refused leaves nothing behind
    REQUIRE_FALSE(need(desk.upkeep({})));
}

TEST_CASE("booking_desk: what is held here is confirmed in one go, under the generations of its leases", "[app][bookings]") {
    Area area;
    area.give(area.k1, {area.table("T1", area.slot1), core::person_resource("T1"), core::person_resource("T2")});
    area.k1.line->up = false;
    const auto before = area.k1.written();
    const auto result = area.k1.book(area.wish("T1", "s1", {"T1", "T2"}));
    require(result, BookingStatus::Confirmed);
    REQUIRE(area.k1.written() == before + 2);
    const auto leases = area.k1.booking(result.booking).leases;
    REQUIRE(leases.size() == 3);
    REQUIRE(leases.at("person:T1") == 1);
}

TEST_CASE("booking_desk: what is not held is written first, asked for, and then confirmed", "[app][bookings]") {
    Area area;
    const auto asked = need(area.k1.desk->book(area.wish("T1", "s1", {"T1", "T2"})));
    require(asked, BookingStatus::Pending, BookingReason::HeldElsewhere);
    REQUIRE(asked.ask);
    REQUIRE(asked.ask->want.size() == 3);
    REQUIRE(asked.ask->all_or_nothing);
    REQUIRE(asked.ask->booking == asked.booking);
    REQUIRE(area.k1.booking(asked.booking).stage == core::BookingStage::Requested);
    require(need(app::pursue(*area.k1.desk, *area.k1.line, asked)), BookingStatus::Confirmed);
    REQUIRE(area.hub.rows.size() == 3);
}

TEST_CASE("booking_desk: without the hub it stays pending, and is confirmed when the hub is back", "[app][bookings]") {
    Area area;
    area.k1.line->up = false;
    const auto result = area.k1.book(area.wish("T1", "s1", {"T1", "T2"}));
    require(result, BookingStatus::Pending, BookingReason::HeldElsewhere);
    REQUIRE_FALSE(result.ask);
    REQUIRE(need(area.k1.desk->waiting()) == std::vector{result.booking});
    REQUIRE(need(app::settle(*area.k1.desk, *area.k1.line)) == 0);
    area.k1.line->up = true;
    REQUIRE(need(app::settle(*area.k1.desk, *area.k1.line)) > 0);
    REQUIRE(area.k1.booking(result.booking).stage == core::BookingStage::Confirmed);
    REQUIRE(need(area.k1.desk->waiting()).empty());
}

TEST_CASE("booking_desk: a lease is of use only when the feed was read up to its number", "[app][bookings]") {
    Area area;
    append(*area.k2.database, note("something"));
    area.k2.line->push();
    area.give(area.k1, {area.table("T1", area.slot1), core::person_resource("T1")});
    const auto result = need(area.k1.desk->book(area.wish("T1", "s1", {"T1"})));
    require(result, BookingStatus::Pending, BookingReason::HeldElsewhere);
    REQUIRE(result.ask);
    REQUIRE(result.ask->want.empty());
    area.k1.line->pull();
    require(need(area.k1.desk->try_again(result.booking)), BookingStatus::Confirmed);
}

TEST_CASE("booking_desk: the holder gives back what others wait for and it does not use", "[app][bookings]") {
    Area area;
    area.give(area.k1, {area.table("T1", area.slot1), area.table("T1", area.slot2), core::person_resource("T1")});
    const auto result = area.k2.book(area.wish("T1", "s1", {"T1", "T2"}));
    require(result, BookingStatus::Pending, BookingReason::HeldElsewhere);
    // The request arrives through the feed; the hub recalls nothing here.
    area.hub.waited_for.clear();
    area.k2.line->push();
    area.k1.line->pull();
    const auto ask = need(area.k1.desk->upkeep({}));
    REQUIRE(ask);
    REQUIRE(ask->give_back.size() == 2);
    REQUIRE(ask->give_back[0].second == 0); // nothing was confirmed in it: free at once
    REQUIRE(area.k1.held().front() == "person:T1 closing");
    const auto reply = need(area.k1.line->exchange(*ask));
    REQUIRE(need(area.k1.desk->take(*ask, reply)) == 2);
    REQUIRE(area.k1.held() == std::vector{core::resource_text(area.table("T1", area.slot2))});
    REQUIRE(need(app::settle(*area.k2.desk, *area.k2.line)) > 0);
    REQUIRE(area.k2.booking(result.booking).stage == core::BookingStage::Confirmed);
}

TEST_CASE("booking_desk: what is being given back is of no use, and is offered until the hub has taken it", "[app][bookings]") {
    Area area;
    area.give(area.k1, {area.table("T1", area.slot1), core::person_resource("T3")});
    const auto result = area.k2.book(area.wish("T1", "s1", {"T1", "T2"}));
    area.k2.line->push();
    area.k1.line->pull();
    area.k1.line->up = false;
    REQUIRE(need(app::keep_leases(*area.k1.desk, *area.k1.line)) == 0);
    REQUIRE(area.k1.held().back() == core::resource_text(area.table("T1", area.slot1)) + " closing");
    require(area.k1.book(area.wish("T1", "s1", {"T3"})), BookingStatus::Pending, BookingReason::HeldElsewhere);
    const auto again = need(area.k1.desk->upkeep({}));
    REQUIRE(again);
    REQUIRE(again->give_back.size() == 1);
    area.k1.line->up = true;
    REQUIRE(need(app::keep_leases(*area.k1.desk, *area.k1.line)) > 0);
    REQUIRE(area.k1.held() == std::vector<std::string>{"person:T3"});
    require(need(area.k2.desk->try_again(result.booking)), BookingStatus::Pending, BookingReason::HeldElsewhere);
    REQUIRE(need(app::settle(*area.k2.desk, *area.k2.line)) > 0);
    REQUIRE(area.k2.booking(result.booking).stage == core::BookingStage::Confirmed);
}

TEST_CASE("booking_desk: a table in use is not given back; who asked reads of it and is refused", "[app][bookings]") {
    Area area;
    require(area.k1.book(area.wish("T1", "s1", {"T1", "T2"})), BookingStatus::Confirmed);
    const auto late = area.k2.book(area.wish("T1", "s1", {"T3", "T4"}));
    require(late, BookingStatus::Pending, BookingReason::HeldElsewhere);
    area.k1.line->sync();
    REQUIRE(need(app::keep_leases(*area.k1.desk, *area.k1.line)) == 0);
    REQUIRE(area.k1.held().size() == 3);
    area.k2.line->sync();
    require(need(area.k2.desk->try_again(late.booking)), BookingStatus::Refused, BookingReason::UnitTaken);
    REQUIRE(area.k2.booking(late.booking).stage == core::BookingStage::Refused);
    require(need(area.k2.desk->try_again(late.booking)), BookingStatus::Refused, BookingReason::UnitTaken);
}

TEST_CASE("booking_desk: a person with a meeting is given back whole once the hub has the journal", "[app][bookings]") {
    Area area;
    require(area.k1.book(area.wish("T1", "s1", {"T1", "T2"})), BookingStatus::Confirmed);
    const auto later = area.k2.book(area.wish("T2", "s2", {"T1", "T3"}));
    require(later, BookingStatus::Pending, BookingReason::HeldElsewhere);
    REQUIRE(need(app::keep_leases(*area.k1.desk, *area.k1.line)) == 0); // recalled, closing
    REQUIRE(area.k1.held()[0] == "person:T1 closing");
    REQUIRE(need(app::settle(*area.k2.desk, *area.k2.line)) == 0); // the hub does not know yet what happened to T1
    area.k1.line->push();
    REQUIRE(need(app::keep_leases(*area.k1.desk, *area.k1.line)) == 1);
    REQUIRE(need(app::settle(*area.k2.desk, *area.k2.line)) > 0);
    REQUIRE(area.k2.booking(later.booking).stage == core::BookingStage::Confirmed);
    // And it has read of the first meeting before.
    require(area.k2.book(area.wish("T2", "s1", {"T1", "T4"})), BookingStatus::Refused, BookingReason::PersonTaken);
}

TEST_CASE("booking_desk: of two that want the same the older one is served first", "[app][bookings]") {
    Area area;
    area.give(area.k2, {core::person_resource("T1")});
    area.give(area.k1, {area.table("T1", area.slot1)});
    area.k1.line->up = area.k2.line->up = false;
    const auto older = area.k1.book(area.wish("T1", "s1", {"T1", "T2"}));
    area.ports.clock.forward(1000);
    const auto younger = area.k2.book(area.wish("T1", "s1", {"T1", "T3"}));
    area.k1.line->up = area.k2.line->up = true;
    area.k1.line->push();
    area.k2.line->sync();
    area.k1.line->sync();
    REQUIRE_FALSE(need(area.k1.desk->upkeep({}))->give_back.size()); // keeps the table for itself
    REQUIRE(need(app::keep_leases(*area.k2.desk, *area.k2.line)) == 1); // and gets the person
    REQUIRE(need(app::settle(*area.k1.desk, *area.k1.line)) > 0);
    REQUIRE(area.k1.booking(older.booking).stage == core::BookingStage::Confirmed);
    area.k1.line->push();
    area.k2.line->pull();
    require(need(area.k2.desk->try_again(younger.booking)), BookingStatus::Refused, BookingReason::UnitTaken);
}

TEST_CASE("booking_desk: requests that must be accepted ask for nothing until everybody has", "[app][bookings]") {
    Area area;
    auto wish = area.wish("T1", "s1", {"T1", "T2"});
    wish.must_accept = {"T2"};
    const auto asked = area.k1.book(wish);
    require(asked, BookingStatus::Pending, BookingReason::MustAccept);
    REQUIRE_FALSE(asked.ask);
    REQUIRE(area.hub.rows.empty());
    require(need(area.k1.desk->try_again(asked.booking)), BookingStatus::Pending, BookingReason::MustAccept);
    require(need(area.k1.desk->accept(asked.booking, "T3")), BookingStatus::Refused, BookingReason::NotParticipant);

    SECTION("agreed to at the same kiosk") {
        const auto agreed = need(area.k1.desk->accept(asked.booking, "T2"));
        require(agreed, BookingStatus::Pending, BookingReason::HeldElsewhere);
        require(need(app::pursue(*area.k1.desk, *area.k1.line, agreed)), BookingStatus::Confirmed);
    }
    SECTION("agreed to at another kiosk: the first one confirms it") {
        area.k1.line->push();
        area.k2.line->pull();
        require(need(area.k2.desk->accept(asked.booking, "T2")), BookingStatus::Pending, BookingReason::HeldElsewhere);
        REQUIRE(need(area.k2.desk->waiting()).empty());
        area.k2.line->push();
        area.k1.line->pull();
        REQUIRE(need(app::settle(*area.k1.desk, *area.k1.line)) > 0);
        REQUIRE(area.k1.booking(asked.booking).stage == core::BookingStage::Confirmed);
    }
    SECTION("declined") {
        require(need(area.k1.desk->decline(asked.booking, "T2")), BookingStatus::Refused, BookingReason::Declined);
        require(need(area.k1.desk->accept(asked.booking, "T2")), BookingStatus::Refused, BookingReason::Declined);
        require(area.k1.book(area.wish("T1", "s1", {"T3", "T4"})), BookingStatus::Confirmed);
    }
    SECTION("unanswered when the slot begins") {
        area.ports.clock.forward(30 * minute_ms);
        require(need(area.k1.desk->accept(asked.booking, "T2")), BookingStatus::Refused, BookingReason::Lapsed);
    }
}

TEST_CASE("booking_desk: moving frees the old place in the transaction that takes the new one", "[app][bookings]") {
    Area area;
    const auto old = area.k1.book(area.wish("T1", "s1", {"T1", "T2"}));
    require(old, BookingStatus::Confirmed);

    SECTION("everything is held here") {
        area.give(area.k1, {area.table("T2", area.slot1)});
        area.k1.line->up = false;
        const auto moved = need(area.k1.desk->move(old.booking, "T2", "s1", "boss-1"));
        require(moved, BookingStatus::Confirmed);
        REQUIRE(area.k1.booking(old.booking).stage == core::BookingStage::Cancelled);
        REQUIRE(area.k1.booking(moved.booking).request.replaces == old.booking);
        require(need(area.k1.desk->move(old.booking, "T2", "s2", "boss-1")), BookingStatus::Refused, BookingReason::Cancelled);
    }
    SECTION("the new place has to be asked for: the old one stays until then") {
        area.k1.line->up = false;
        const auto moved = need(area.k1.desk->move(old.booking, "T2", "s2", "boss-1"));
        require(moved, BookingStatus::Pending, BookingReason::HeldElsewhere);
        REQUIRE(area.k1.booking(old.booking).stage == core::BookingStage::Confirmed);
        area.k1.line->up = true;
        REQUIRE(need(app::settle(*area.k1.desk, *area.k1.line)) > 0);
        REQUIRE(area.k1.booking(old.booking).stage == core::BookingStage::Cancelled);
        REQUIRE(area.k1.booking(moved.booking).stage == core::BookingStage::Confirmed);
    }
    SECTION("called off meanwhile: there is nothing to move") {
        area.k1.line->up = false;
        const auto moved = need(area.k1.desk->move(old.booking, "T2", "s2", "boss-1"));
        require(need(area.k1.desk->cancel(old.booking, "T1", {})), BookingStatus::Cancelled);
        require(need(area.k1.desk->try_again(moved.booking)), BookingStatus::Refused, BookingReason::Cancelled);
    }
    SECTION("a taken place leaves everything as it was") {
        require(area.k1.book(area.wish("T2", "s1", {"T3", "T4"})), BookingStatus::Confirmed);
        require(need(area.k1.desk->move(old.booking, "T2", "s1", "boss-1")), BookingStatus::Refused, BookingReason::UnitTaken);
        REQUIRE(area.k1.booking(old.booking).stage == core::BookingStage::Confirmed);
    }
}

TEST_CASE("booking_desk: two bookings change places, or neither does", "[app][bookings]") {
    Area area;
    const auto one = area.k1.book(area.wish("T1", "s1", {"T1", "T2"}));
    const auto other = area.k1.book(area.wish("T2", "s2", {"T3", "T4"}));
    const auto swapped = need(area.k1.desk->swap(one.booking, other.booking, "boss-1"));
    require(swapped, BookingStatus::Confirmed);
    REQUIRE(area.k1.booking(swapped.booking).request.unit == "T2");
    REQUIRE(area.k1.booking(swapped.booking).leases.size() == 3);
    REQUIRE(area.k1.booking(one.booking).stage == core::BookingStage::Cancelled);
    REQUIRE(area.k1.booking(other.booking).stage == core::BookingStage::Cancelled);
    const auto at_first = need(area.k1.database->bookings_at("T1"));
    REQUIRE(std::ranges::count_if(at_first, [](const core::Booking& booking) { return core::stands(booking.stage); }) == 1);
    require(need(area.k1.desk->swap(one.booking, swapped.booking, "boss-1")), BookingStatus::Refused, BookingReason::Cancelled);

    // Another kiosk holds none of it: it writes nothing until it does.
    area.k1.line->push();
    area.k2.line->pull();
    const auto before = area.k2.written();
    const auto second = std::ranges::find_if(at_first, [](const core::Booking& booking) { return core::stands(booking.stage); });
    const auto asks = need(area.k2.desk->swap(swapped.booking, second->request.uid, "boss-1"));
    require(asks, BookingStatus::Pending, BookingReason::HeldElsewhere);
    REQUIRE(asks.ask->want.size() == 6);
    REQUIRE(area.k2.written() == before);
}

TEST_CASE("booking_desk: a meeting starts when everybody is checked in, and ends", "[app][bookings]") {
    Area area;
    auto& desk = *area.k1.desk;
    const auto made = area.k1.book(area.wish("T1", "s1", {"T1", "T2"}));
    area.check_in(area.k1, "T1");
    area.ports.clock.forward(30 * minute_ms);
    const auto early = need(desk.start(made.booking, "boss-1"));
    require(early, BookingStatus::Refused, BookingReason::NotCheckedIn);
    REQUIRE(early.about == "T2");
    require(need(desk.arrive(made.booking, "T2")), BookingStatus::Refused, BookingReason::NotCheckedIn);
    require(need(desk.finish(made.booking, "boss-1")), BookingStatus::Refused, BookingReason::NotStarted);
    area.check_in(area.k1, "T2");
    // Leaving a session's room is not leaving the event; leaving the event is.
    area.check_in(area.k1, "T1", core::Direction::Exit, "room");
    require(need(desk.arrive(made.booking, "T1")), BookingStatus::Confirmed);
    area.check_in(area.k1, "T1", core::Direction::Exit);
    require(need(desk.start(made.booking, "boss-1")), BookingStatus::Refused, BookingReason::NotCheckedIn);
    area.check_in(area.k1, "T1");
    require(need(desk.arrive(made.booking, "T2")), BookingStatus::CheckedIn);
    require(need(desk.start(made.booking, "boss-1")), BookingStatus::Refused, BookingReason::AlreadyStarted);
    require(need(desk.cancel(made.booking, "T1", {})), BookingStatus::Refused, BookingReason::AlreadyStarted);
    require(need(desk.finish(made.booking, "boss-1")), BookingStatus::Done);
    require(need(desk.start("nothing", "boss-1")), BookingStatus::Refused, BookingReason::UnknownBooking);
}

TEST_CASE("booking_desk: a no-show frees its table, and says so for good when it is given to others", "[app][bookings]") {
    Area area;
    const auto made = area.k1.book(area.wish("T1", "s1", {"T1", "T2"}));
    area.ports.clock.forward(36 * minute_ms);
    require(area.k1.book(area.wish("T1", "s1", {"T3", "T4"})), BookingStatus::Refused, BookingReason::UnitTaken);
    area.ports.clock.forward(minute_ms);
    REQUIRE(area.k1.booking(made.booking).stage == core::BookingStage::Confirmed); // it follows from the time alone
    // One of those who did not come may sit down elsewhere, too.
    const auto walk_up = area.k1.book(area.wish("T1", "s1", {"T2", "T4"}));
    require(walk_up, BookingStatus::Confirmed);
    REQUIRE(area.k1.booking(made.booking).stage == core::BookingStage::NoShow);
    require(need(area.k1.desk->start(made.booking, "boss-1")), BookingStatus::Refused, BookingReason::NoShow);
    require_sound(*area.k1.database);
}

TEST_CASE("booking_desk: a slot that moved while somebody waits for it is another one; what is confirmed stays", "[app][bookings]") {
    Area area;
    const auto confirmed = area.k1.book(area.wish("T2", "s1", {"T3", "T4"}));
    area.k1.line->up = false;
    const auto waits = area.k1.book(area.wish("T1", "s1", {"T1", "T2"}));
    auto config = area.k1.desk->config();
    for (auto& unit : config.units)
        unit.slots.front() = {"s1", area.slot1 + 100 * minute_ms, area.slot1 + 120 * minute_ms, false};
    for (const auto& document : core::config_documents(config))
        if (document.entity == "unit")
            append(*area.k1.database, core::make_config(document));
    need(area.k1.desk->reload());
    require(need(area.k1.desk->try_again(waits.booking)), BookingStatus::Refused, BookingReason::UnknownSlot);
    REQUIRE(area.k1.booking(confirmed.booking).request.starts == area.slot1);
    // The same people can't be had at the old time, but at the new one.
    require(need(area.k1.desk->move(confirmed.booking, "T2", "s1", "boss-1")), BookingStatus::Pending, BookingReason::HeldElsewhere);
    area.k1.line->up = true;
    REQUIRE(need(app::settle(*area.k1.desk, *area.k1.line)) > 0);
    REQUIRE(area.k1.booking(confirmed.booking).stage == core::BookingStage::Cancelled);
}

TEST_CASE("booking_desk: cancelling frees at once; only those who take part may", "[app][bookings]") {
    Area area;
    const auto made = area.k1.book(area.wish("T1", "s1", {"T1", "T2"}));
    require(need(area.k1.desk->cancel(made.booking, "T3", {})), BookingStatus::Refused, BookingReason::NotParticipant);
    require(need(area.k1.desk->cancel(made.booking, "T2", {})), BookingStatus::Cancelled);
    require(area.k1.book(area.wish("T1", "s1", {"T3", "T2"})), BookingStatus::Confirmed);
    require(need(area.k1.desk->cancel(made.booking, {}, "boss-1")), BookingStatus::Refused, BookingReason::Cancelled);
}

TEST_CASE("booking_desk: an outcome makes one lead, where both let their contact be shared", "[app][bookings]") {
    Area area;
    auto wish = area.wish("T1", "s1", {"T1", "T2"});
    wish.purpose = "trial";
    const auto made = area.k1.book(wish);
    require(need(area.k1.desk->outcome(made.booking, "met", "", true, "boss-1")), BookingStatus::Refused, BookingReason::NotStarted);
    area.check_in(area.k1, "T1");
    area.check_in(area.k1, "T2");
    area.ports.clock.forward(30 * minute_ms);
    require(need(area.k1.desk->start(made.booking, "boss-1")), BookingStatus::CheckedIn);

    SECTION("both do") {
        require(need(area.k1.desk->outcome(made.booking, "follow_up", "试用版", true, "boss-1")), BookingStatus::CheckedIn);
        require(need(area.k1.desk->outcome(made.booking, "met", "更正", true, "boss-1")), BookingStatus::CheckedIn);
        const auto leads = need(area.k1.database->leads());
        REQUIRE(leads.size() == 1);
        REQUIRE(leads[0].type == "trial");
        REQUIRE(leads[0].registration == "uid-2");
        REQUIRE(leads[0].owner.empty());
        const auto booking = area.k1.booking(made.booking);
        REQUIRE(booking.lead == leads[0].uid);
        REQUIRE(booking.outcome == "met");
    }
    SECTION("one took it back at a door") {
        auto record = entry("T2", area.ports.clock.at);
        record.consents["share"] = false;
        append(*area.k1.database, core::make_scan(record));
        const auto kept = need(area.k1.desk->outcome(made.booking, "met", "", true, "boss-1"));
        require(kept, BookingStatus::CheckedIn, BookingReason::NoConsent);
        REQUIRE(kept.about == "T2");
        REQUIRE(need(area.k1.database->leads()).empty());
        REQUIRE(area.k1.booking(made.booking).outcome == "met");
    }
}

TEST_CASE("booking_desk: seats are counted over all kiosks", "[app][bookings]") {
    Area area;
    require(area.k1.book(area.seat("T1")), BookingStatus::Confirmed);
    require(area.k1.book(area.seat("T1")), BookingStatus::Refused, BookingReason::PersonTaken);
    REQUIRE(area.hub.rows[0].resource.count == 1);
    require(area.k2.book(area.seat("T2")), BookingStatus::Confirmed);
    const auto third = area.k2.book(area.seat("T3"));
    require(third, BookingStatus::Pending, BookingReason::HeldElsewhere);
    // The first one's seat is free again, and given back when it hears that somebody waits.
    const auto seats = need(area.k1.database->bookings_at("talk"));
    require(need(area.k1.desk->cancel(seats[0].request.uid, "T1", {})), BookingStatus::Cancelled);
    area.k1.line->sync();
    REQUIRE(need(app::keep_leases(*area.k1.desk, *area.k1.line)) > 0);
    area.k2.line->sync();
    REQUIRE(need(app::settle(*area.k2.desk, *area.k2.line)) > 0);
    REQUIRE(area.k2.booking(third.booking).stage == core::BookingStage::Confirmed);
    area.k2.line->push();
    area.k1.line->pull();
    require(area.k1.book(area.seat("T4")), BookingStatus::Refused, BookingReason::Full);
}

TEST_CASE("booking_desk: seats that are not used go back, those that are stay", "[app][bookings]") {
    Area area;
    area.give(area.k1, {core::seats_resource("talk", 2)});
    require(area.k1.book(area.seat("T1")), BookingStatus::Confirmed);
    const auto second = area.k2.book(area.seat("T2"));
    require(second, BookingStatus::Pending, BookingReason::HeldElsewhere);
    REQUIRE(need(app::keep_leases(*area.k1.desk, *area.k1.line)) == 0);
    const auto held = need(area.k1.database->leases());
    const auto row = std::ranges::find_if(held, [](const core::Lease& lease) { return lease.resource.is_counted(); });
    REQUIRE(row->resource.count == 1);
    REQUIRE_FALSE(row->closing);
    REQUIRE(need(app::settle(*area.k2.desk, *area.k2.line)) > 0);
    REQUIRE(area.k2.booking(second.booking).stage == core::BookingStage::Confirmed);
}

TEST_CASE("booking_desk: leases past their time are dropped; the share is asked for every thirty seconds", "[app][bookings]") {
    Area area(false, true);
    auto& desk = *area.k1.desk;
    REQUIRE(need(desk.upkeep({}))->deal);
    REQUIRE_FALSE(need(desk.upkeep({})));
    area.ports.clock.forward(30'000);
    REQUIRE(need(desk.upkeep({}))->deal);
    area.give(area.k1, {area.table("T1", area.slot1), area.table("T1", area.slot2)});
    area.ports.clock.forward(30 * minute_ms);
    const auto ask = need(desk.upkeep({}));
    REQUIRE(ask->want.size() == 1); // says what it believes to hold
    REQUIRE(area.k1.held() == std::vector{core::resource_text(area.table("T1", area.slot2))});
    // Granted while it runs: until its end.
    area.give(area.k1, {area.table("T2", area.slot1)});
    REQUIRE(need(area.k1.database->leases()).back().until == area.slot1 + 20 * minute_ms);
}

TEST_CASE("booking_desk: who was said to be lost finds out what it does not hold any more", "[app][bookings]") {
    Area area;
    area.give(area.k1, {area.table("T1", area.slot1), area.table("T1", area.slot2)});
    REQUIRE(core::take_from_lost(area.hub.rows, "k1", area.hub.generation) == 2);
    area.give(area.k2, {area.table("T1", area.slot1)});
    REQUIRE(need(app::keep_leases(*area.k1.desk, *area.k1.line)) == 2); // one gone, one anew
    const auto held = need(area.k1.database->leases());
    REQUIRE(held.size() == 1);
    REQUIRE(held[0].resource == area.table("T1", area.slot2));
    REQUIRE(held[0].generation == area.hub.generation);
}

TEST_CASE("booking_desk: people who were scanned here are best booked here", "[app][bookings]") {
    Area area;
    area.give(area.k2, {core::person_resource("T2")});
    REQUIRE(need(app::keep_leases(*area.k1.desk, *area.k1.line, {"T1", "T2", "NOBODY"})) == 1);
    REQUIRE(area.k1.held() == std::vector<std::string>{"person:T1"});
    REQUIRE(area.hub.waited_for.empty()); // nobody is asked to give up T2 for that
}
