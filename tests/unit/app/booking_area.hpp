// SPDX-License-Identifier: Apache-2.0
#pragma once
// What the tests of the booking service share: two kiosks with real journals on one hub that deals out leases by the core's
// rules. Ownership: an Area owns all of it, folder included. Threads: one. Failure: REQUIRE.
#include "app/booking_desk.hpp"

#include "support/storage_fixture.hpp"

#include <map>

namespace kiosk::test::booking {

using app::BookingResult;
using core::BookingReason;
using core::BookingStatus;
using core::minute_ms;

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

inline void require(const BookingResult& result, BookingStatus status, BookingReason reason = BookingReason::None) {
    INFO(core::to_string(result.status) << " " << core::to_string(result.reason) << " " << result.about);
    REQUIRE(result.status == status);
    REQUIRE(result.reason == reason);
}

} // namespace kiosk::test::booking
