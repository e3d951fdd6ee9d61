// SPDX-License-Identifier: Apache-2.0
#include "main/replay/world.hpp"

#include "protocol/messages.hpp"

#include <algorithm>
#include <atomic>
#include <cstdlib>

namespace kiosk::replay {

namespace {

namespace fs = std::filesystem;
using core::Result;
using core::Status;

constexpr std::size_t page_size = 500;
constexpr std::size_t page_bytes = 4u << 20;
constexpr int most_steps = 2000; // of one exchange; a million operations
constexpr std::size_t most_notes = 100'000;
constexpr std::uint64_t dice_seed = 1;

// Names that a hub refuses are a scenario's good right: it then knows the device under another one.
std::string enrolled_name(const Scenario& scenario, const std::string& name) {
    const bool fine = name.size() <= 64 && !name.starts_with("hub-") && std::ranges::none_of(name, [](char c) {
        return static_cast<unsigned char>(c) <= 0x20 || c == 0x7f || c == '/';
    });
    if (fine)
        return name;
    auto made = "device-" + std::to_string(std::ranges::find(scenario.devices, name) - scenario.devices.begin());
    while (std::ranges::find(scenario.devices, made) != scenario.devices.end())
        made += '-';
    return made;
}

// Disks are registered with SQLite under a name, of which there may be one at a time.
std::string next_disk() {
    static std::atomic<std::uint64_t> number = 0;
    return "replay" + std::to_string(++number);
}

std::vector<core::OperationDraft> seed_drafts(const Scenario& scenario, core::Random& random, core::Instant at) {
    std::vector<core::OperationDraft> drafts;
    for (const auto& document : core::config_documents(scenario.seed.config))
        drafts.push_back(core::make_config(document));
    for (auto session : scenario.seed.private_sessions) {
        session.at = at;
        drafts.push_back(core::make_private_session(session));
    }
    for (const auto& code : scenario.seed.revoked)
        drafts.push_back(core::make_revocation(code));
    for (const auto& invitation : scenario.seed.invitations)
        drafts.push_back(core::make_invitation(invitation));
    for (auto registration : scenario.seed.registrations) {
        registration.uid = core::make_uid(at, random);
        drafts.push_back(core::make_registration(registration));
    }
    return drafts;
}

} // namespace

// ---- a device ----

Machine::Machine(std::string name, std::string event, fs::path folder, simulate::VirtualTime& time,
                 simulate::HubEntrance hub)
    : clock(time, 0), m_name(std::move(name)), m_event(std::move(event)), m_folder(std::move(folder)),
      m_file(m_folder / "journal.db"), m_hub(std::move(hub)), m_time(time),
      m_random(simulate::Dice(dice_seed).branch(m_name)) {
    fs::create_directories(m_folder);
    link.shortest_ms = link.longest_ms = 0; // an exchange takes no time here
}

Status Machine::open() {
    storage::Options options;
    options.device = m_name;
    options.clock = &clock;
    options.random = &m_random;
    options.hasher = &m_sodium;
    // The same machine all along: moving its file about is the scenario's doing, not a copy.
    options.fingerprint = [name = m_name](const std::string&) { return name; };
    KIOSK_TRY(m_database, storage::Database::open(m_file.string(), std::move(options)));
    m_office.reset(); // it knows the clock that goes
    m_hub_clock = std::make_unique<wiring::HubClock>(clock);
    connect();
    return {};
}

void Machine::connect() {
    m_client.reset();
    m_office.reset();
    m_replica = std::make_unique<wiring::StoreReplica>(*m_database, m_event);
    const auto wire = [&](std::string_view purpose) {
        return std::make_unique<simulate::SimWire>(m_time, m_random.branch(purpose), clock, link, m_hub, m_name);
    };
    m_push_wire = wire("push");
    m_feed_wire = wire("feed");
    m_lease_wire = wire("leases");
    sync::client::ClientOptions options;
    options.poll_s = 0;
    m_client = std::make_unique<sync::client::SyncClient>(*m_replica, *m_push_wire, *m_feed_wire, clock, m_random,
                                                          m_sodium, m_address, options);
    m_office = std::make_unique<wiring::WireLeaseOffice>(wiring::WireLeaseOffice::Ports{
        m_lease_wire.get(), m_address, [this] { return wiring::lease_asker(*m_database); }, m_hub_clock.get(), {}});
}

void Machine::close() {
    check_in.reset();
    bookings.reset();
    sessions.reset();
    arrived.clear();
    m_office.reset();
    m_client.reset();
    m_lease_wire.reset();
    m_push_wire.reset();
    m_feed_wire.reset();
    m_replica.reset();
    m_database.reset();
}

Status Machine::crash() {
    // What lies in the files while the database is open is what a dead process leaves behind: no tidy closing.
    const auto image = m_folder / "image";
    std::error_code error;
    fs::remove_all(image, error);
    fs::create_directories(image, error);
    for (const auto* suffix : {"", "-wal"}) // the shared-memory file does not survive a power cut
        if (const auto part = fs::path(m_file.string() + suffix); fs::exists(part, error))
            fs::copy_file(part, image / part.filename(), error);
    close();
    for (const auto* suffix : {"", "-wal", "-shm"})
        fs::remove(m_file.string() + suffix, error);
    for (const auto& entry : fs::directory_iterator(image, error))
        fs::copy_file(entry.path(), m_folder / entry.path().filename(), error);
    if (error)
        return core::fail(core::ErrorCode::Io, "error.file_write", error.message());
    return open();
}

Status Machine::back_up(std::size_t step) {
    return m_database->backup((m_folder / ("step-" + std::to_string(step) + ".db")).string());
}

Status Machine::restore(std::size_t step) {
    close();
    KIOSK_TRY(const auto replaced, storage::restore_database(
                                       (m_folder / ("step-" + std::to_string(step) + ".db")).string(), m_file.string()));
    static_cast<void>(replaced);
    return open();
}

Status Machine::enrol(const std::string& text) {
    KIOSK_TRY(const auto code, sync::protocol::decode_enrolment_code(text));
    KIOSK_TRY(const auto status, m_database->status());
    KIOSK_TRY(m_address, sync::client::enroll(*m_push_wire, code.url, code.pin, code.code, m_name, status.incarnation,
                                              m_event, "replay"));
    connect();
    return {};
}

Status Machine::step(bool pushing, bool& moved) {
    const auto result = pushing ? m_client->push() : m_client->pull();
    moved = result.progress;
    const auto status = m_client->status();
    if (status.trouble == sync::client::Trouble::StoreTrouble)
        return core::fail(core::ErrorCode::Io, "error.file_write", status.detail);
    return {};
}

Status Machine::greet() {
    bool moved = true;
    for (int steps = 0; moved && steps < most_steps; ++steps)
        KIOSK_CHECK(step(true, moved));
    learn_the_time();
    return {};
}

Status Machine::flush() {
    m_client->changed(); // a back-off ends here
    return greet();
}

void Machine::learn_the_time() {
    if (const auto hub_now = m_client->hub_now())
        m_hub_clock->learned(hub_now->unix_ms, clock.boot_ms());
    clock.in_call_ms = 0;
}

void Machine::hear_the_time() {
    app::LeaseAsk nothing;
    nothing.all_or_nothing = false;
    static_cast<void>(m_leases.exchange(nothing));
}

Result<std::int64_t> Machine::exchange() {
    std::int64_t pulled = 0;
    m_client->changed();
    int steps = 0;
    // A pull may find that the hub was restored, and then there is more to push.
    while (m_client->push_wanted() && steps < most_steps) {
        bool moved = true;
        for (; moved && steps < most_steps; ++steps)
            KIOSK_CHECK(step(true, moved));
        moved = true;
        KIOSK_TRY(const auto before, m_database->status());
        for (; moved && steps < most_steps; ++steps)
            KIOSK_CHECK(step(false, moved));
        KIOSK_TRY(const auto after, m_database->status());
        pulled += static_cast<std::int64_t>(after.operations - before.operations);
    }
    learn_the_time();
    return pulled;
}

Status Machine::reload() {
    KIOSK_CHECK(check_in->reload());
    KIOSK_CHECK(bookings->reload());
    return sessions->reload();
}

Result<app::LeaseReply> Machine::LeaseLine::exchange(const app::LeaseAsk& ask) {
    auto reply = machine.m_office->exchange(ask);
    machine.clock.in_call_ms = 0;
    return reply;
}

bool Machine::LeaseLine::read_feed(std::uint64_t up_to) {
    const auto has_read = [&] {
        const auto after = machine.m_database->feed_after();
        return after && *after >= up_to;
    };
    bool moved = !has_read();
    if (!moved)
        return true;
    machine.m_client->changed(); // a back-off ends here
    for (int steps = 0; moved && !has_read() && steps < most_steps; ++steps)
        if (!machine.step(false, moved))
            return false;
    machine.learn_the_time();
    return has_read() && machine.reload();
}

// ---- all of them ----

Result<std::unique_ptr<World>> World::create(const Scenario& scenario, const PluginFactory& plugins) {
    std::string pattern = (fs::temp_directory_path() / "xiangdao-replay-XXXXXX").string();
    if (!::mkdtemp(pattern.data()))
        return core::fail(core::ErrorCode::Io, "error.file_write", pattern);
    auto start = scenario.seed.config.event.starts;
    for (const auto& step : scenario.steps)
        if (step.at) {
            start = std::min(start, *step.at);
            break;
        }
    std::unique_ptr<World> world(new World(start));
    world->m_folder = pattern;
    world->m_plugins = plugins;
    world->m_event = scenario.seed.config.event.code;
    world->m_config = scenario.seed.config;
    world->m_hub = std::make_unique<simulate::HubMachine>(world->m_time, simulate::Dice(dice_seed).branch("hub"),
                                                          world->m_sodium, next_disk(), world->m_event);
    KIOSK_CHECK(world->m_hub->start());
    KIOSK_CHECK(world->m_hub->make_organizer());
    world->m_alone = !scenario.hub && scenario.devices.size() == 1;
    world->m_deals = !scenario.leases;
    KIOSK_CHECK(world->seed(scenario));
    world->m_has_hub = scenario.hub;
    return world;
}

Result<std::unique_ptr<Machine>> World::make_machine(const std::string& name) {
    auto machine = std::make_unique<Machine>(name, m_event, m_folder / ("device-" + name), m_time,
                                             [this](const sync::hub::ApiRequest& request) {
                                                 return m_has_hub ? m_hub->handle(request) : std::nullopt;
                                             });
    KIOSK_CHECK(machine->open());
    KIOSK_TRY(const auto code, m_hub->enrolment_code());
    KIOSK_CHECK(machine->enrol(code));
    return machine;
}

// The seed is written by a machine of its own, so that it is nobody's pending operation.
Status World::seed(const Scenario& scenario) {
    std::string name = "seed";
    while (std::ranges::find(scenario.devices, name) != scenario.devices.end())
        name += '-';
    KIOSK_TRY(const auto writer, make_machine(name));
    auto& written = writer->database();
    const auto drafts = seed_drafts(scenario, writer->m_random, m_start);
    for (std::size_t at = 0; at < drafts.size(); at += page_size)
        KIOSK_CHECK(written.append(std::span(drafts).subspan(at, std::min(page_size, drafts.size() - at))));
    KIOSK_CHECK(writer->exchange());
    KIOSK_TRY(const auto standing, written.status());
    if (standing.pending != 0)
        return core::fail(core::ErrorCode::Invalid, "error.scenario", "the hub does not take the seed");
    KIOSK_TRY(const auto mark, written.sync_mark());
    if (!m_hub->declare_lost(name)) // or tables would be dealt out to it
        return core::fail(core::ErrorCode::Invalid, "error.scenario", "the hub does not let the seed's writer go");

    for (const auto& device : scenario.devices) {
        KIOSK_TRY(auto machine, make_machine(enrolled_name(scenario, device)));
        const auto found = scenario.keys_only.find(device);
        const bool keys_only = found != scenario.keys_only.end() && found->second;
        for (std::uint64_t after = 0;;) {
            KIOSK_TRY(auto page, written.own_after(standing.incarnation, after, page_size, page_bytes));
            if (page.empty())
                break;
            after = page.back().id.seq;
            if (keys_only)
                std::erase_if(page, [](const core::Operation& operation) {
                    return operation.kind == core::operation_kind::registration_set;
                });
            KIOSK_CHECK(machine->database().ingest(page));
        }
        auto read_to = mark;
        if (keys_only) // it has the roster still before it in the feed
            read_to.after = 0;
        if (!m_alone) { // one that never had a hub knows of none
            KIOSK_CHECK(machine->database().set_sync_mark(read_to));
            KIOSK_CHECK(machine->greet());
        }
        KIOSK_CHECK(refresh(*machine));
        m_devices.emplace(device, std::move(machine));
    }
    return seed_leases(scenario);
}

// Asked for like any others, before the first step.
Status World::seed_leases(const Scenario& scenario) {
    if (!scenario.leases || m_alone)
        return {};
    for (const auto& [device, given] : *scenario.leases) {
        auto& machine = *m_devices.at(device);
        app::LeaseAsk ask;
        for (const auto& id : given.units)
            for (const auto& slot : scenario.seed.config.unit(id)->slots)
                ask.want.push_back({core::unit_resource(id, slot.starts, slot.ends), 1, {}});
        for (const auto& ticket : given.people)
            ask.want.push_back({core::person_resource(ticket), 1, {}});
        for (const auto& [session, seats] : given.seats)
            ask.want.push_back({core::seats_resource(session, seats),
                                scenario.seed.config.session(session)->capacity.value_or(seats), {}});
        KIOSK_TRY(const auto reply, machine.leases().exchange(ask));
        for (const auto& grant : reply.grants)
            if (!grant.held)
                return core::fail(core::ErrorCode::Invalid, "error.scenario",
                                  "seed.leases: " + core::resource_text(grant.resource) + " is given to two devices");
        KIOSK_CHECK(machine.bookings->take(ask, reply));
    }
    return {};
}

World::~World() {
    m_devices.clear();
    m_hub.reset();
    std::error_code error;
    fs::remove_all(m_folder, error);
}

Status World::refresh(Machine& machine) {
    if (machine.check_in)
        return machine.reload();
    app::Services services;
    services.store = &machine.database();
    services.clock = &machine.clock;
    services.random = &machine.m_random;
    services.verifier = &m_sodium;
    if (!machine.plugin && m_plugins) {
        KIOSK_TRY(const auto documents, machine.database().config());
        KIOSK_TRY(const auto config, core::assemble_config(documents));
        machine.plugin = m_plugins(config.event);
    }
    services.plugin = machine.plugin.get();
    KIOSK_TRY(auto made, app::CheckIn::create(services));
    KIOSK_TRY(auto desk, app::BookingDesk::create({services.store, machine.m_hub_clock.get(), services.random, m_alone, m_deals}));
    KIOSK_TRY(auto sessions, app::SessionDesk::create({services.store, &machine.clock, services.random}));
    machine.check_in = std::make_unique<app::CheckIn>(std::move(made));
    machine.bookings = std::make_unique<app::BookingDesk>(std::move(desk));
    machine.sessions = std::make_unique<app::SessionDesk>(std::move(sessions));
    return {};
}

// ---- bookings ----

// Whoever holds what others wait for: hears of it, gives it back, and tells the hub what became of it before.
Status World::yield(const std::string& holder, bool reading) {
    for (auto& [name, machine] : m_devices) {
        if (machine->name() != holder || machine->link.state != simulate::LinkState::Up)
            continue;
        if (reading) {
            KIOSK_TRY(const auto reply, machine->leases().exchange({}));
            static_cast<void>(machine->leases().read_feed(reply.feed));
        }
        KIOSK_CHECK(app::keep_leases(*machine->bookings, machine->leases()));
        KIOSK_CHECK(machine->flush());
        KIOSK_CHECK(app::keep_leases(*machine->bookings, machine->leases()));
    }
    return {};
}

Result<bool> World::recover(Machine& machine) {
    constexpr int most_rounds = 4; // the first ones hear of the new epoch and bring what the hub lost
    bool some = false;
    for (int round = 0; m_has_hub && round < most_rounds && machine.link.state == simulate::LinkState::Up; ++round) {
        const auto reply = machine.leases().exchange({});
        if (reply ? reply->awaited.empty() : reply.error().message_key != "error.sync.other_epoch")
            break;
        some = true;
        for (auto& [name, other] : m_devices) {
            if (other->link.state != simulate::LinkState::Up)
                continue;
            KIOSK_TRY(const auto traffic, exchange(*other));
            static_cast<void>(traffic);
            KIOSK_CHECK(app::keep_leases(*other->bookings, other->leases()));
        }
    }
    return some;
}

class World::Office final : public app::LeaseOffice {
public:
    Office(World& world, Machine& machine) : m_world(world), m_machine(machine) {}

    Result<app::LeaseReply> exchange(const app::LeaseAsk& ask) override {
        KIOSK_TRY(auto reply, m_machine.leases().exchange(ask));
        std::set<std::string> holders;
        for (const auto& grant : reply.grants)
            if (!grant.holder.empty()) // of seats some may be held, and too few
                holders.insert(grant.holder);
        if (!ask.all_or_nothing || holders.empty())
            return reply;
        // The second time the holder has to know what is known here: that the table was called off, say.
        const bool reading = std::exchange(m_asked, true);
        if (reading)
            KIOSK_CHECK(m_machine.flush());
        for (const auto& holder : holders)
            KIOSK_CHECK(m_world.yield(holder, reading));
        return m_machine.leases().exchange(ask);
    }
    bool read_feed(std::uint64_t up_to) override { return m_machine.leases().read_feed(up_to); }

private:
    World& m_world;
    Machine& m_machine;
    bool m_asked = false;
};

std::unique_ptr<app::LeaseOffice> World::office(Machine& machine) { return std::make_unique<Office>(*this, machine); }

Result<std::size_t> World::settle(Machine& machine) {
    const auto arrived = std::exchange(machine.arrived, {});
    const auto line = office(machine);
    return app::settle(*machine.bookings, *line, m_deals ? arrived : std::vector<std::string>{});
}

Result<Traffic> World::exchange(Machine& machine) {
    Traffic traffic;
    if (!m_has_hub)
        return traffic;
    KIOSK_TRY(const auto before, m_hub->operation_count());
    KIOSK_TRY(traffic.pulled, machine.exchange());
    // What arrived without an answer is nothing that the device brought, as far as anybody there knows.
    if (machine.link.state != simulate::LinkState::Up)
        return traffic;
    KIOSK_TRY(const auto after, m_hub->operation_count());
    traffic.pushed = static_cast<std::int64_t>(after - before);
    KIOSK_CHECK(refresh(machine));
    return traffic;
}

Status World::back_up(std::size_t step) {
    m_hub_images[step] = m_hub->disk().files();
    for (auto& [name, device] : m_devices)
        KIOSK_CHECK(device->back_up(step));
    return {};
}

Status World::restore_hub(std::size_t step) {
    const auto image = m_hub_images.find(step);
    if (image == m_hub_images.end())
        return core::fail(core::ErrorCode::NotFound, "error.scenario", "no such step to go back to");
    return m_hub->restore(image->second);
}

Status World::for_each_store(const std::function<Status(storage::Database&)>& visit) {
    for (auto& [name, machine] : m_devices)
        KIOSK_CHECK(visit(machine->database()));
    return m_has_hub ? m_hub->read_mirror(visit) : Status{};
}

Result<std::vector<core::StoredScan>> World::all_scans() {
    std::map<core::OperationId, core::StoredScan> scans;
    KIOSK_CHECK(for_each_store([&](storage::Database& database) {
        return database.for_each_scan([&](const core::StoredScan& scan) {
            const auto [place, added] = scans.emplace(scan.id, scan);
            place->second.undone = place->second.undone || scan.undone;
            return true;
        });
    }));
    std::vector<core::StoredScan> list;
    for (auto& [id, scan] : scans)
        list.push_back(std::move(scan));
    return list;
}

Result<std::vector<core::Booking>> World::all_bookings() {
    std::map<std::string, std::pair<core::OperationId, core::BookingRequest>> requests;
    std::map<core::OperationId, core::StoredAct> acts;
    KIOSK_CHECK(for_each_store([&](storage::Database& database) -> Status {
        for (storage::JournalCursor cursor;;) {
            KIOSK_TRY(const auto page, database.operations_after(cursor, page_size));
            if (page.operations.empty())
                return {};
            cursor = page.next;
            for (const auto& operation : page.operations) {
                if (operation.kind == core::operation_kind::booking_request) {
                    KIOSK_TRY(auto request, core::decode_booking_request(operation));
                    const auto uid = request.uid;
                    requests.try_emplace(uid, operation.id, std::move(request));
                } else if (operation.kind == core::operation_kind::booking_act) {
                    KIOSK_TRY(auto act, core::decode_booking_act(operation));
                    acts.try_emplace(operation.id, core::StoredAct{operation.id, operation.hlc, std::move(act)});
                }
            }
        }
    }));
    std::map<std::string, std::vector<core::StoredAct>> acts_of;
    for (const auto& [id, act] : acts)
        acts_of[act.record.booking].push_back(act);
    std::vector<core::Booking> bookings;
    for (const auto& [uid, request] : requests)
        bookings.push_back(core::fold_booking(request.second, request.first, acts_of[uid]));
    auto told = bookings;
    for (auto& booking : told) {
        const auto* session = m_config.session(booking.request.session);
        if (core::is_displaced(booking, bookings, session ? session->capacity : std::nullopt))
            booking.stage = core::BookingStage::Displaced;
    }
    return told;
}

Result<std::vector<core::Operation>> World::all_notes() {
    std::map<core::OperationId, core::Operation> notes;
    KIOSK_CHECK(for_each_store([&](storage::Database& database) -> Status {
        KIOSK_TRY(auto found, database.notes(most_notes));
        for (auto& note : found)
            notes.try_emplace(note.id, std::move(note));
        return {};
    }));
    std::vector<core::Operation> list;
    for (auto& [id, note] : notes)
        list.push_back(std::move(note));
    return list;
}

} // namespace kiosk::replay
