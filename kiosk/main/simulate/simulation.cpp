// SPDX-License-Identifier: Apache-2.0
// What happens: work, misfortune, and then peace.
#include "main/simulate/simulation.hpp"

#include "main/simulate/world.hpp"
#include "protocol/operation_json.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <atomic>
#include <cmath>

namespace kiosk::simulate {

namespace {

using nlohmann::json;

constexpr std::int64_t minute_ms = 60'000;
constexpr std::int64_t year_ms = 365LL * 24 * 60 * minute_ms;
constexpr core::Instant start{1'795'150'800'000}; // an afternoon in Hangzhou
constexpr int session_seats = 4;

// Disks are registered with SQLite under a name, of which there may be one at a time.
std::string next_disks() {
    static std::atomic<std::uint64_t> number = 0;
    return "sim" + std::to_string(++number) + "-";
}

} // namespace

World::World(const Plan& plan)
    : m_plan(plan), m_time(start), m_dice(plan.seed), m_organizer_dice(m_dice.branch("organizer")),
      m_hub_dice(m_dice.branch("hub misfortune")), m_disks(next_disks()) {
    m_work_ms = static_cast<std::int64_t>(std::llround(plan.hours * 60 * static_cast<double>(minute_ms)));
}

void World::trace(const std::string& line) {
    const auto whole = fmt::format("{:>9.3f} {}", static_cast<double>(m_time.elapsed_ms()) / 1000, line);
    for (const char c : whole)
        report.digest = (report.digest ^ static_cast<std::uint8_t>(c)) * 0x100000001b3ULL;
    if (m_plan.trace)
        m_plan.trace(whole);
}

void World::wrong(const std::string& sentence) {
    trace("WRONG " + sentence);
    constexpr std::size_t enough = 50;
    if (report.failures.size() < enough)
        report.failures.push_back(sentence);
}

std::string World::seed_changes() {
    json config = json::array(), people = json::array();
    config.push_back({{"entity", "event"},
                      {"id", "event"},
                      {"doc", {{"code", event_code}, {"type", "salon"}, {"starts", "2026-11-20T13:00:00+08:00"}, {"timezone", "Asia/Shanghai"}}}});
    config.push_back({{"entity", "ticket_type"}, {"id", "std"}, {"doc", {{"id", "std"}, {"name_zh", "标准票"}, {"name_en", "Standard"}}}});
    for (const auto& [id, more] : std::vector<std::pair<std::string, json>>{{"main", json::object()},
                                                                            {"daily", {{"scope", "day"}}},
                                                                            {"many", {{"allow_multiple", true}}},
                                                                            {"swing", {{"allow_reentry", true}}}}) {
        json doc = more;
        doc["id"] = id;
        config.push_back({{"entity", "checkpoint"}, {"id", id}, {"doc", doc}});
    }
    config.push_back({{"entity", "staff"}, {"id", "boss-1"}, {"doc", {{"id", "boss-1"}, {"roles", {"organizer"}}}}});
    config.push_back({{"entity", "session"},
                      {"id", "cd1"},
                      {"doc", {{"id", "cd1"}, {"kind", "closed_door"}, {"capacity", session_seats}}}});
    // Three tables, one of them with another grid: what overlaps is not what has the same name.
    const auto slots = static_cast<int>(m_work_ms / (10 * minute_ms)) + 6;
    const auto zone = core::TimeZone::utc();
    for (const auto& [unit, shift_min] : {std::pair{"T1", 0}, std::pair{"T2", 0}, std::pair{"T3", 5}}) {
        json list = json::array();
        for (int slot = 0; slot < slots; ++slot) {
            const auto begins = start + (5 + shift_min + slot * 10) * minute_ms;
            list.push_back({{"id", fmt::format("s{}", slot)},
                            {"starts", zone.rfc3339(begins)},
                            {"ends", zone.rfc3339(begins + 8 * minute_ms)}});
        }
        config.push_back({{"entity", "unit"}, {"id", unit}, {"doc", {{"id", unit}, {"seats", 2}, {"slots", list}}}});
    }
    for (int i = 0; i < 14; ++i) {
        m_tickets.push_back(fmt::format("TICKET{:02}", i));
        people.push_back({{"ticket", m_tickets.back()},
                          {"uid", fmt::format("uid-{:02}", i)},
                          {"ticket_type", "std"},
                          {"status", i % 9 == 8 ? "cancelled" : "confirmed"},
                          {"name", fmt::format("来宾{:02}", i)},
                          {"phone", fmt::format("139000000{:02}", i)}});
    }
    return json{{"event", event_code}, {"config", config}, {"registrations", people}}.dump();
}

bool World::set_up() {
    m_hub = std::make_unique<HubMachine>(m_time, m_dice.branch("hub"), m_sodium, m_disks + "hub");
    const auto fine = [&](const core::Status& status) {
        if (!status)
            wrong("set-up: " + status.error().message_key + " " + status.error().context);
        return status.has_value();
    };
    if (!fine(m_hub->start()) || !fine(m_hub->make_organizer()))
        return false;
    if (!change_at_hub(seed_changes())) {
        wrong("set-up: the hub does not take the event");
        return false;
    }
    if (m_plan.venue && !set_up_venue())
        return false;
    for (int i = 0; i < m_plan.devices; ++i) {
        const auto name = "k" + std::to_string(i + 1);
        // With a hall's hub, the last one stands in the office: the central hub has given the tables away.
        const bool in_office = m_venue && i + 1 == m_plan.devices && i > 0;
        auto& hub = m_venue && !in_office ? *m_venue : *m_hub;
        auto place = std::make_unique<Place>();
        place->hub = &hub;
        place->machine = std::make_unique<KioskMachine>(surroundings(hub), name, name, m_dice.branch(name), m_disks + name);
        place->machine->tickets = m_tickets;
        place->machine->books = !in_office;
        auto code = hub.enrolment_code();
        if (!code || !place->machine->start() || !place->machine->enrol(*code)) {
            wrong("set-up: " + name + " can't enrol");
            return false;
        }
        m_places.push_back(std::move(place));
    }
    m_hub_images.push_back(m_hub->disk().files());
    if (m_venue)
        m_venue_images.push_back(m_venue->disk().files());
    return true;
}

bool World::set_up_venue() {
    m_venue = std::make_unique<HubMachine>(m_time, m_dice.branch("venue"), m_sodium, m_disks + "venue");
    if (!m_venue->start() || !m_venue->make_organizer()) {
        wrong("set-up: the hall's hub does not start");
        return false;
    }
    m_line = std::make_unique<VenueLink>(m_time, m_dice.branch("line"), m_sodium, *m_hub, *m_venue);
    if (const auto enrolled = m_line->enrol(); !enrolled) {
        wrong("set-up: the hall's hub: " + enrolled.error().message_key + " " + enrolled.error().context);
        return false;
    }
    m_line->run();
    return true;
}

Surroundings World::surroundings(HubMachine& hub) {
    return {m_time,
            m_sodium,
            m_ledger,
            [&hub](const sync::hub::ApiRequest& request) { return hub.handle(request); },
            m_plan.sabotage,
            [this](const std::string& sentence) { wrong(sentence); },
            [this](const std::string& line) { trace(line); }};
}

bool World::change_at_hub(const std::string& body) {
    const auto ids = m_hub->change(body);
    note_hub_operations();
    return ids.has_value();
}

// What organizers were told is written, is written.
void World::note_hub_operations() {
    for (auto* hub : {m_hub.get(), m_venue.get()})
        if (hub != nullptr && hub->is_up())
            if (const auto operations = hub->operations())
                for (const auto& operation : *operations)
                    if (operation.id.device.starts_with("hub"))
                        m_ledger.wrote(operation);
}

void World::organizer_works() {
    auto& dice = m_organizer_dice;
    json body{{"event", event_code}};
    const auto number = dice.pick(14);
    switch (dice.pick(5)) {
    case 0: body["revoked"] = {m_tickets[number]}; break;
    case 1:
        body["registrations"] = {{{"ticket", fmt::format("LATE{:04}", dice.pick(10'000))},
                                  {"ticket_type", "std"},
                                  {"name", "临时来宾"},
                                  {"phone", "13700000000"}}};
        break;
    case 2:
        body["registrations"] = {{{"ticket", m_tickets[number]},
                                  {"uid", fmt::format("uid-{:02}", number)},
                                  {"ticket_type", "std"},
                                  {"status", dice.chance(500) ? "cancelled" : "confirmed"},
                                  {"name", fmt::format("来宾{:02}改", number)}}};
        break;
    case 3: {
        json doc{{"id", "daily"}, {"scope", "day"}, {"closed", dice.chance(200)}};
        body["config"] = {{{"entity", "checkpoint"}, {"id", "daily"}, {"doc", doc}}};
        break;
    }
    default: body["erase"] = {fmt::format("uid-{:02}", number)};
    }
    trace(change_at_hub(body.dump()) ? "the organizer changes something" : "the organizer is told to come again");
}

// ---- what goes wrong ----

void World::count_what_is_left() {
    std::set<std::string> left;
    for (const auto& place : m_places) {
        const auto& machine = *place->machine;
        left.insert(machine.kept().begin(), machine.kept().end());
        if (!place->machine->is_up())
            continue;
        storage::JournalCursor cursor;
        for (;;) {
            const auto some = place->machine->database().operations_after(cursor, 500);
            if (!some || some->operations.empty())
                break;
            cursor = some->next;
            for (const auto& operation : some->operations)
                left.insert(content_key(operation));
        }
    }
    for (auto* hub : {m_hub.get(), m_venue.get()})
        if (hub != nullptr && hub->is_up())
            if (const auto operations = hub->operations())
                for (const auto& operation : *operations)
                    left.insert(content_key(operation));
    m_ledger.only_these_are_left(left);
}

void World::restore_kiosk(Place& place) {
    if (place.images.empty() || !m_hub->is_up() || (m_venue && !m_venue->is_up()))
        return;
    auto& machine = *place.machine;
    const auto age = m_hub_dice.pick(place.images.size());
    trace(fmt::format("{} is put back to an old image", machine.label()));
    m_twins_expected.insert(machine.name());
    ++place.restores;
    ++report.restores;
    machine.restore(place.images[age]);
    count_what_is_left();
}

void World::restore_hub(HubMachine& hub, const storage::CrashVfs::Files& image) {
    trace(&hub == m_hub.get() ? "the hub is restored from a backup" : "the hall's hub is restored from a backup");
    ++report.hub_restores;
    m_hub_was_restored = true;
    if (const auto done = hub.restore(image); !done)
        return wrong("the hub does not start from a backup: " + done.error().context);
    count_what_is_left();
    if (&hub != m_venue.get())
        return;
    // What it granted since its backup it does not know, so the central one gives it the event only when an organizer
    // says that the hub of before is gone.
    const auto tell = [this](auto&& again) -> void {
        m_time.after(2 * minute_ms, [this, again] {
            if (!m_hub->is_up() || !m_hub->declare_lost(m_line->device()))
                return again(again);
            trace("the organizer says that the hall's hub of before is lost");
        });
    };
    tell(tell);
}

void World::clone(std::size_t index) {
    auto& original = *m_places[index]->machine;
    if (!original.is_up())
        return;
    const auto label = original.label() + "'";
    trace(fmt::format("{} is copied: {} starts under the same name", original.label(), label));
    ++report.clones;
    m_twins_expected.insert(original.name());
    const auto image = original.image();
    auto& hub = *m_places[index]->hub;
    auto place = std::make_unique<Place>();
    place->hub = &hub;
    place->machine = std::make_unique<KioskMachine>(surroundings(hub), original.name(), label, m_dice.branch(label), m_disks + label);
    place->machine->tickets = original.tickets;
    place->machine->books = original.books;
    place->machine->take_address_of(original);
    place->machine->restore(image);
    m_places.push_back(std::move(place));
    schedule_work(m_places.size() - 1);
    schedule_misfortune(m_places.size() - 1);
}

void World::lose(std::size_t index) {
    auto& machine = *m_places[index]->machine;
    auto& hub = *m_places[index]->hub;
    if (!hub.is_up() || !hub.declare_lost(machine.name()))
        return;
    trace(fmt::format("the organizer says that {} is lost", machine.label()));
    ++report.declared_lost;
    m_some_were_lost = true;
}

void World::strike(std::size_t index) {
    auto& place = *m_places[index];
    auto& machine = *place.machine;
    auto& dice = m_hub_dice;
    const auto for_a_while = dice.between(1, 20) * minute_ms;
    const auto later = [&](std::function<void(KioskMachine&)> mend) {
        m_time.after(for_a_while, [&machine, mend = std::move(mend)] { mend(machine); });
    };
    const auto line = [&](LinkState state, const char* how) {
        trace(fmt::format("{}: {} for {} min", machine.label(), how, for_a_while / minute_ms));
        machine.link.state = state;
        later([](KioskMachine& mended) {
            mended.link.state = LinkState::Up;
            mended.line_is_back();
        });
    };
    switch (dice.pick(15)) {
    case 0:
    case 1: return line(LinkState::Down, "no network");
    case 2: return line(LinkState::NoAnswer, "answers are lost");
    case 3: return line(LinkState::Captive, "a log-in page");
    case 4:
    case 5:
        trace(fmt::format("{}: a bad line", machine.label()));
        machine.link.faults = {static_cast<int>(dice.pick(400)), static_cast<int>(dice.pick(400)), static_cast<int>(dice.pick(1000)),
                               static_cast<int>(dice.pick(500)), static_cast<int>(dice.pick(300))};
        return later([](KioskMachine& mended) { mended.link.faults = {}; });
    case 6: return machine.crash();
    case 7:
    case 8: machine.power_fails_in_next_step = machine.is_up(); return;
    case 9: {
        std::uint64_t held = 0;
        for (const auto& [name, content] : machine.disk().files())
            held += content.size();
        trace(fmt::format("{}: the disk is full", machine.label()));
        machine.disk().set_capacity(held + dice.pick(20'000));
        return later([](KioskMachine& mended) { mended.disk().set_capacity({}); });
    }
    case 10:
        trace(fmt::format("{}: somebody sets the clock", machine.label()));
        machine.clock.shift_ms += dice.between(-90, 90) * minute_ms;
        return;
    case 11:
        trace(fmt::format("{}: the clock is a year ahead", machine.label()));
        machine.clock.shift_ms += year_ms;
        return later([](KioskMachine& mended) { mended.clock.shift_ms -= year_ms; });
    case 12:
        if (dice.chance(250))
            lose(index);
        return;
    case 13:
        if (place.restores < 2 && dice.chance(600))
            restore_kiosk(place);
        return;
    default:
        if (report.clones == 0 && dice.chance(400))
            clone(index);
    }
}

void World::start_hub_after(HubMachine& hub, std::int64_t delay_ms) {
    m_time.after(delay_ms, [this, &hub] {
        if (hub.is_up())
            return;
        if (const auto started = hub.start(); !started) {
            trace("the hub does not start: " + started.error().context);
            start_hub_after(hub, minute_ms);
        } else {
            trace("the hub is back");
            note_hub_operations();
        }
    });
}

void World::strike_hub() {
    if (!m_venue)
        return strike_hub(*m_hub, m_hub_images);
    switch (m_hub_dice.pick(4)) {
    case 0: return strike_hub(*m_hub, m_hub_images);
    case 1: return strike_hub(*m_venue, m_venue_images);
    default: return strike_line();
    }
}

void World::strike_line() {
    auto& dice = m_hub_dice;
    auto& line = m_line->link;
    constexpr std::array states{LinkState::Down, LinkState::Down, LinkState::NoAnswer, LinkState::Captive, LinkState::Up};
    line.state = states[dice.pick(states.size())];
    if (line.state == LinkState::Up)
        line.faults = {static_cast<int>(dice.pick(400)), static_cast<int>(dice.pick(400)), static_cast<int>(dice.pick(1000)),
                       static_cast<int>(dice.pick(500)), static_cast<int>(dice.pick(300))};
    trace(fmt::format("the line between the hubs is bad ({})", static_cast<int>(line.state)));
    m_time.after(dice.between(2, 25) * minute_ms, [this] { m_line->link = {}; });
}

void World::strike_hub(HubMachine& hub, std::deque<storage::CrashVfs::Files>& images) {
    auto& dice = m_hub_dice;
    switch (dice.pick(6)) {
    case 0:
    case 1:
        if (hub.is_up()) {
            trace("the hub loses power");
            ++report.hub_crashes;
            hub.crash(dice.next());
        }
        return start_hub_after(hub, dice.between(2'000, 5 * minute_ms));
    case 2:
    case 3:
        if (hub.is_up()) {
            trace("the hub will lose power in the middle of something");
            ++report.hub_crashes;
            hub.lose_power_after(1 + dice.pick(12));
            // If nobody calls meanwhile it just stays up.
        }
        return start_hub_after(hub, dice.between(2 * minute_ms, 5 * minute_ms));
    case 4: {
        std::uint64_t held = 0;
        for (const auto& [name, content] : hub.disk().files())
            held += content.size();
        trace("the hub's disk is full");
        hub.disk().set_capacity(held + dice.pick(50'000));
        m_time.after(dice.between(1, 10) * minute_ms, [&hub] { hub.disk().set_capacity({}); });
        return;
    }
    default:
        if (report.hub_restores < 2 && hub.is_up() && dice.chance(500))
            restore_hub(hub, images[dice.pick(images.size())]);
    }
}

// ---- when ----

void World::schedule_work(std::size_t index) {
    m_time.after(m_dice.between(20'000, 10 * minute_ms), [this, index] {
        if (is_over())
            return;
        auto& machine = *m_places[index]->machine;
        if (m_dice.chance(120)) // a queue at the door
            for (auto more = m_dice.pick(9); more > 0; --more)
                m_time.after(static_cast<std::int64_t>(more) * 700, [&machine] { machine.work(); });
        machine.work();
        schedule_work(index);
    });
}

void World::schedule_misfortune(std::size_t index) {
    m_time.after(m_dice.between(2, 25) * minute_ms, [this, index] {
        if (is_over())
            return;
        strike(index);
        schedule_misfortune(index);
    });
}

void World::schedule_hub_misfortune() {
    m_time.after(m_hub_dice.between(10, 50) * minute_ms, [this] {
        if (is_over())
            return;
        strike_hub();
        schedule_hub_misfortune();
    });
}

void World::schedule_organizer() {
    m_time.after(m_organizer_dice.between(1, 12) * minute_ms, [this] {
        if (is_over())
            return;
        organizer_works();
        schedule_organizer();
    });
}

void World::schedule_images() {
    m_time.after(m_dice.between(8, 20) * minute_ms, [this] {
        if (is_over())
            return;
        constexpr std::size_t kept = 3;
        for (auto& place : m_places)
            if (place->machine->is_up()) {
                place->images.push_back(place->machine->image());
                if (place->images.size() > kept)
                    place->images.pop_front();
            }
        for (auto [hub, images] : {std::pair{m_hub.get(), &m_hub_images}, std::pair{m_venue.get(), &m_venue_images}})
            if (hub != nullptr && hub->is_up()) {
                images->push_back(hub->disk().files());
                if (images->size() > kept)
                    images->pop_front();
            }
        schedule_images();
    });
}

void World::live() {
    for (std::size_t i = 0; i < m_places.size(); ++i) {
        schedule_work(i);
        schedule_misfortune(i);
    }
    schedule_organizer();
    schedule_hub_misfortune();
    schedule_images();
    m_time.run_until(m_work_ms);
}

void World::settle() {
    trace("everything is mended");
    for (auto* hub : {m_hub.get(), m_venue.get()})
        if (hub != nullptr) {
            hub->disk().set_capacity({});
            if (!hub->is_up())
                start_hub_after(*hub, 0);
        }
    if (m_line)
        m_line->link = {};
    for (auto& place : m_places) {
        auto& machine = *place->machine;
        machine.lively = false;
        machine.power_fails_in_next_step = false;
        machine.disk().set_capacity({});
        machine.link = {};
        if (!machine.is_up())
            m_time.after(0, [&machine] {
                if (!machine.is_up())
                    machine.start();
            });
        machine.line_is_back();
    }
    constexpr std::int64_t step_ms = 5'000;
    std::optional<std::int64_t> drained;
    for (std::int64_t passed = 0; passed < quiet_ms; passed += step_ms) {
        m_time.run_until(m_work_ms + passed + step_ms);
        const bool empty = std::ranges::all_of(m_places, [](const auto& place) { return place->machine->pending() == 0; });
        if (empty && !drained)
            drained = passed + step_ms;
        else if (!empty)
            drained.reset();
    }
    report.drained_ms = drained.value_or(quiet_ms);
    for (const auto& place : m_places) {
        report.crashes += place->machine->crashes;
        report.forks += place->machine->forks;
        report.booked_at_once += place->machine->booked_at_once;
    }
    report.requests = m_hub->requests + (m_venue ? m_venue->requests : 0);
}

Report simulate(const Plan& plan) {
    World world(plan);
    if (!crypto::initialise()) {
        world.report.failures.push_back("no cryptography here");
        return world.report;
    }
    if (world.set_up()) {
        world.live();
        world.settle();
        world.check();
    }
    return std::move(world.report);
}

} // namespace kiosk::simulate
