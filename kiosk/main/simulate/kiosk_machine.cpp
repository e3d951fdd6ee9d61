// SPDX-License-Identifier: Apache-2.0
#include "main/simulate/kiosk_machine.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace kiosk::simulate {

namespace {

constexpr std::string_view file = "journal.db";
constexpr std::size_t page = 500;
constexpr const char* doors[] = {"main", "main", "main", "daily", "many", "swing"};

} // namespace

// The port as the kiosk has it, and the places where a wrong client can be tried.
class KioskMachine::Replica final : public sync::client::Replica {
public:
    Replica(KioskMachine& machine, sync::client::Replica& inner, Sabotage sabotage)
        : m_machine(machine), m_inner(inner), m_sabotage(sabotage) {}

    core::Result<sync::client::Standing> standing() override { return m_inner.standing(); }
    core::Result<std::vector<core::Operation>> own_after(const std::string& incarnation, std::uint64_t after,
                                                         std::size_t limit, std::size_t limit_bytes) override {
        return m_inner.own_after(incarnation, after, limit, limit_bytes);
    }
    core::Result<sync::client::Page> others_after(std::int64_t cursor, std::size_t limit) override {
        return m_inner.others_after(cursor, limit);
    }
    core::Status acknowledge(const std::string& incarnation, std::uint64_t seq) override {
        return m_inner.acknowledge(incarnation, m_sabotage == Sabotage::AcknowledgesTooMuch ? seq + 2 : seq);
    }
    core::Status ingest(std::span<const core::Operation> operations, const sync::client::FeedMark& mark) override {
        auto noted = mark;
        if (m_sabotage == Sabotage::SkipsFeed && !operations.empty())
            operations = operations.first(operations.size() - 1);
        return m_inner.ingest(operations, noted);
    }
    core::Status set_mark(const sync::client::FeedMark& mark) override { return m_inner.set_mark(mark); }
    core::Status begin_incarnation() override { return m_inner.begin_incarnation(); }
    core::Status fork_after(std::uint64_t common) override {
        ++m_machine.forks;
        m_machine.m_world.trace(fmt::format("{} writes anew after {}", m_machine.m_label, common));
        return m_sabotage == Sabotage::KeepsTwins ? m_inner.begin_incarnation() : m_inner.fork_after(common);
    }
    void set_clock_offset(std::optional<std::int64_t> offset_ms) override { m_inner.set_clock_offset(offset_ms); }

private:
    KioskMachine& m_machine;
    sync::client::Replica& m_inner;
    Sabotage m_sabotage;
};

KioskMachine::KioskMachine(const Surroundings& world, std::string name, std::string label, Dice dice, std::string disk)
    : clock(world.time, dice.branch("drift").between(-100, 100)), m_world(world), m_name(std::move(name)),
      m_label(std::move(label)), m_dice(dice.branch("machine")), m_luck(dice.branch("luck")), m_disk(disk),
      m_hub_clock(clock) {}

KioskMachine::~KioskMachine() {
    ++m_life;
    stop();
}

bool KioskMachine::start() {
    storage::Options options;
    options.device = m_name;
    options.clock = &clock;
    options.random = &m_dice;
    options.hasher = &m_world.sodium;
    options.vfs = m_disk.name();
    // The same machine, as far as anything in it could tell.
    options.fingerprint = [name = m_name](const std::string&) { return name; };
    clock.booted_at_ms = m_world.time.elapsed_ms();
    auto opened = storage::Database::open(std::string(file), std::move(options));
    if (!opened) {
        m_world.trace(fmt::format("{} does not start: {}", m_label, opened.error().message_key));
        m_world.time.after(30'000, [this, life = m_life] {
            if (life == m_life && !is_up())
                start();
        });
        return false;
    }
    m_database = std::move(*opened);
    m_world.trace(fmt::format("{} starts", m_label));
    // What was said to be saved must be there, whatever happened to the power.
    std::set<std::string> found;
    storage::JournalCursor cursor;
    for (;;) {
        const auto some = m_database->operations_after(cursor, page);
        if (!some) {
            m_world.wrong(m_label + ": the journal can't be read: " + some.error().context);
            break;
        }
        if (some->operations.empty())
            break;
        cursor = some->next;
        for (const auto& operation : some->operations)
            if (operation.id.device == m_name)
                found.insert(content_key(operation));
    }
    for (const auto& key : m_kept)
        if (!found.contains(key))
            m_world.wrong(m_label + ": a saved operation is gone after a restart: " + key);
    m_incarnation.clear();
    collect();
    m_store_replica = std::make_unique<wiring::StoreReplica>(*m_database, std::string(event_code));
    m_store_replica->on_arrival([this](const auto& arrived) { m_config_changed = m_config_changed || arrived.config; });
    m_replica = std::make_unique<Replica>(*this, *m_store_replica, m_world.sabotage);
    m_push_wire = std::make_unique<SimWire>(m_world.time, m_luck.branch("push" + std::to_string(m_life)), clock, link,
                                            m_world.hub, m_label);
    m_feed_wire = std::make_unique<SimWire>(m_world.time, m_luck.branch("feed" + std::to_string(m_life)), clock, link,
                                            m_world.hub, m_label);
    m_lease_wire = std::make_unique<SimWire>(m_world.time, m_luck.branch("lease" + std::to_string(m_life)), clock, link,
                                             m_world.hub, m_label);
    m_push_wire->meanwhile = m_feed_wire->meanwhile = m_lease_wire->meanwhile = [this] {
        if (lively && is_ready() && m_luck.chance(60))
            work();
    };
    sync::client::ClientOptions client;
    client.poll_s = 0;
    client.idle_ms = 60'000;
    client.batch_operations = 1 + m_luck.pick(60);
    client.feed_limit = 1 + m_luck.pick(200);
    m_client = std::make_unique<sync::client::SyncClient>(*m_replica, *m_push_wire, *m_feed_wire, clock, m_dice,
                                                          m_world.sodium, m_address, client);
    open_desk();
    refresh();
    line_is_back();
    m_world.time.after(m_luck.between(100, 5'000), [this, life = m_life] {
        if (life == m_life)
            pull();
    });
    return true;
}

void KioskMachine::stop() {
    ++m_life;
    m_desk.reset();
    m_office.reset();
    m_check_in.reset();
    m_client.reset();
    m_push_wire.reset();
    m_feed_wire.reset();
    m_lease_wire.reset();
    m_replica.reset();
    m_store_replica.reset();
    m_database.reset();
}

void KioskMachine::crash() {
    if (!is_up())
        return;
    ++crashes;
    m_world.trace(fmt::format("{} loses power", m_label));
    m_disk.power_loss(m_luck.next());
    stop();
    m_disk.fail_from({});
    m_world.time.after(m_luck.between(5'000, 90'000), [this, life = m_life] {
        if (life == m_life && !is_up())
            start();
    });
}

bool KioskMachine::restore(const Image& image) {
    stop();
    m_disk.load(image.files);
    m_disk.set_capacity({});
    m_kept = image.kept;
    return start();
}

bool KioskMachine::enrol(const std::string& text) {
    const auto code = sync::protocol::decode_enrolment_code(text);
    const auto status = m_database->status();
    if (!code || !status)
        return false;
    auto address = sync::client::enroll(*m_push_wire, code->url, code->pin, code->code, m_name, status->incarnation, "",
                                        "simulation");
    clock.in_call_ms = 0;
    if (!address)
        return false;
    m_address = std::move(*address);
    stop();
    return start();
}

// Everything of our own that is new since the last time.
void KioskMachine::collect() {
    const auto status = m_database->status();
    if (!status)
        return;
    if (status->incarnation != m_incarnation) {
        m_incarnation = status->incarnation;
        m_collected = 0;
    }
    while (m_collected < status->last_seq) {
        const auto some = m_database->own_after(m_incarnation, m_collected, page, 1 << 20);
        if (!some || some->empty())
            return;
        for (const auto& operation : *some) {
            m_world.ledger.wrote(operation);
            m_kept.insert(content_key(operation));
            m_collected = operation.id.seq;
        }
    }
}

void KioskMachine::refresh() {
    m_config_changed = false;
    if (!m_desk || !m_desk->reload()) {
        app::BookingServices services;
        services.store = m_database.get();
        services.clock = &m_hub_clock;
        services.random = &m_dice;
        if (auto made = app::BookingDesk::create(services))
            m_desk = std::make_unique<app::BookingDesk>(std::move(*made));
    }
    if (m_check_in) {
        if (const auto reloaded = m_check_in->reload(); !reloaded)
            m_check_in.reset();
        return;
    }
    app::Services services;
    services.store = m_database.get();
    services.clock = &clock;
    services.random = &m_dice;
    services.verifier = &m_world.sodium;
    if (auto made = app::CheckIn::create(services))
        m_check_in = std::make_unique<app::CheckIn>(std::move(*made));
}

core::Status KioskMachine::one_action() {
    auto& dice = m_luck;
    const auto ticket = tickets.empty() || dice.chance(40) ? "NOBODY" + std::to_string(dice.pick(9)) : tickets[dice.pick(tickets.size())];
    if (m_desk && dice.chance(300) && books)
        return booking_action();
    const auto action = dice.pick(100);
    if (action < 80) {
        core::ScanRequest request;
        request.checkpoint = doors[dice.pick(std::size(doors))];
        request.code = ticket;
        request.direction = dice.chance(150) ? core::Direction::Exit : core::Direction::Entry;
        request.key = fmt::format("{}-{}", m_label, dice.next());
        if (dice.chance(80))
            request.override_by = core::Override{"anna", "knows them"};
        KIOSK_TRY(const auto done, m_check_in->scan(request));
        if (done.saved) {
            KIOSK_TRY(const auto stored, m_database->operation(*done.saved));
            if (!stored)
                m_world.wrong(m_label + ": a scan that was answered is not in the journal");
        }
    } else if (action < 88) {
        KIOSK_CHECK(m_check_in->undo(doors[dice.pick(std::size(doors))], ticket, "boss-1"));
    } else if (action < 97) {
        app::WalkInRequest request;
        request.checkpoint = "main";
        request.person.name = "来宾 " + std::to_string(dice.pick(1000));
        request.person.phone = "13" + std::to_string(100'000'000 + dice.pick(800'000'000));
        KIOSK_TRY(const auto done, m_check_in->walk_in(request));
        if (!done.ticket.empty())
            tickets.push_back(done.ticket);
    } else {
        KIOSK_TRY(const auto people, m_database->registrations_by_ticket(ticket));
        if (!people.empty())
            KIOSK_CHECK(m_database->erase(people.front().uid));
    }
    return {};
}

void KioskMachine::work() {
    if (!is_ready())
        return;
    const auto done = one_action();
    if (!done) {
        // A full or dead disk may refuse. Then nothing of it may have been written.
        const auto status = m_database->status();
        if (status && status->incarnation == m_incarnation && status->last_seq != m_collected &&
            done.error().code == core::ErrorCode::DiskFull)
            m_world.wrong(m_label + ": refused for a full disk, and yet written");
        return;
    }
    collect();
    m_client->changed();
    line_is_back();
}

void KioskMachine::line_is_back() {
    if (!is_up())
        return;
    m_world.time.after(m_luck.between(10, 400), [this, life = m_life, round = ++m_push_round] {
        if (life == m_life && round == m_push_round)
            push();
    });
}

sync::client::StepResult KioskMachine::step(bool pushing) {
    const bool dies = std::exchange(power_fails_in_next_step, false);
    if (dies)
        m_disk.fail_from(m_disk.changes() + 1 + m_luck.pick(20));
    const auto result = pushing ? m_client->push() : m_client->pull();
    if (dies) {
        crash();
        return result;
    }
    collect(); // a fork, or work that was done meanwhile
    if (m_config_changed || !is_ready())
        refresh();
    return result;
}

void KioskMachine::after_step(bool pushing, const sync::client::StepResult& result) {
    const auto took_ms = std::exchange(clock.in_call_ms, 0);
    if (!is_up())
        return;
    // A long poll would be answered when there is news; here the kiosk asks again after a while.
    const auto wait_ms = result.progress ? 0
                         : pushing       ? std::max<std::int64_t>(result.wait_ms, 1)
                                         : std::max<std::int64_t>(result.wait_ms, m_luck.between(15'000, 90'000));
    if (pushing) {
        m_world.time.after(took_ms + wait_ms, [this, life = m_life, round = ++m_push_round] {
            if (life == m_life && round == m_push_round)
                push();
        });
    } else {
        m_world.time.after(took_ms + wait_ms, [this, life = m_life] {
            if (life == m_life)
                pull();
        });
    }
}

void KioskMachine::push() { after_step(true, step(true)); }
void KioskMachine::pull() { after_step(false, step(false)); }

std::uint64_t KioskMachine::pending() const {
    if (!is_up())
        return 1;
    const auto status = m_database->status();
    return status ? status->pending : 1;
}

std::string KioskMachine::trouble() const {
    if (!m_client)
        return "down";
    const auto status = m_client->status();
    return fmt::format("trouble {} {}", static_cast<int>(status.trouble), status.detail);
}

} // namespace kiosk::simulate
