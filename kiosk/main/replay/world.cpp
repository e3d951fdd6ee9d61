// SPDX-License-Identifier: Apache-2.0
#include "main/replay/world.hpp"

#include <algorithm>
#include <cstdlib>

namespace kiosk::replay {

namespace {

namespace fs = std::filesystem;
using core::Result;
using core::Status;

constexpr std::size_t page_size = 500;

// Every operation after the cursor, page by page.
Result<storage::JournalCursor> for_each_page(storage::Database& from, storage::JournalCursor cursor,
                                             const std::function<Status(std::span<const core::Operation>)>& visit) {
    for (;;) {
        KIOSK_TRY(auto page, from.operations_after(cursor, page_size));
        if (page.operations.empty())
            return page.next;
        KIOSK_CHECK(visit(page.operations));
        cursor = page.next;
    }
}

std::vector<core::OperationDraft> seed_drafts(const Scenario& scenario, core::Random& random, core::Instant at) {
    std::vector<core::OperationDraft> drafts;
    for (const auto& document : core::config_documents(scenario.seed.config))
        drafts.push_back(core::make_config(document));
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

SeededRandom::SeededRandom(std::string_view name) : m_state(0x9e3779b97f4a7c15ULL) {
    for (const char c : name)
        m_state = (m_state ^ static_cast<std::uint8_t>(c)) * 0x100000001b3ULL;
}

void SeededRandom::fill(std::span<std::uint8_t> bytes) {
    for (auto& byte : bytes) {
        // splitmix64: good enough to tell machines apart, the same in every run
        m_state += 0x9e3779b97f4a7c15ULL;
        auto z = m_state;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
        byte = static_cast<std::uint8_t>(z >> 56);
    }
}

Machine::Machine(std::string name, fs::path folder, const core::Instant* true_time, core::Instant start)
    : clock(true_time, start), m_name(std::move(name)), m_folder(std::move(folder)),
      m_file(m_folder / "journal.db"), m_random(m_name) {
    fs::create_directories(m_folder);
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
    return {};
}

void Machine::close() {
    check_in.reset();
    m_database.reset();
}

Status Machine::crash() {
    // What lies in the files while the database is open is what a dead process leaves behind: no tidy closing.
    const auto image = m_folder / "image";
    std::error_code error;
    fs::remove_all(image, error);
    fs::create_directories(image, error);
    for (const auto& entry : fs::directory_iterator(m_folder, error))
        if (entry.is_regular_file() && entry.path().filename().string().starts_with("journal.db"))
            fs::copy_file(entry.path(), image / entry.path().filename(), error);
    close();
    for (const auto* suffix : {"", "-wal", "-shm"})
        fs::remove(m_file.string() + suffix, error);
    for (const auto& entry : fs::directory_iterator(image, error))
        // The shared-memory file does not survive a power cut.
        if (!entry.path().filename().string().ends_with("-shm"))
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
    KIOSK_CHECK(open());
    pushed_to = {};
    pulled_to = {};
    return {};
}

Result<std::unique_ptr<World>> World::create(const Scenario& scenario, const PluginFactory& plugins) {
    std::string pattern = (fs::temp_directory_path() / "xiangdao-replay-XXXXXX").string();
    if (!::mkdtemp(pattern.data()))
        return core::fail(core::ErrorCode::Io, "error.file_write", pattern);
    std::unique_ptr<World> world(new World);
    world->m_folder = pattern;
    world->m_plugins = plugins;
    world->now = scenario.seed.config.event.starts;
    for (const auto& step : scenario.steps)
        if (step.at) {
            world->now = std::min(world->now, *step.at);
            break;
        }
    const auto start = world->now;

    // The seed is written by a machine of its own, so that it is nobody's pending operation.
    auto& hub = world->m_hub;
    hub = std::make_unique<Machine>("hub", world->m_folder / "hub", &world->now, start);
    KIOSK_CHECK(hub->open());
    const auto drafts = seed_drafts(scenario, hub->m_random, start);
    for (std::size_t at = 0; at < drafts.size(); at += page_size)
        if (auto written = hub->database().append(std::span(drafts).subspan(at, std::min(page_size, drafts.size() - at)));
            !written)
            return std::unexpected(std::move(written).error());

    for (const auto& name : scenario.devices) {
        auto machine = std::make_unique<Machine>(name, world->m_folder / ("device-" + name), &world->now, start);
        KIOSK_CHECK(machine->open());
        const auto found = scenario.keys_only.find(name);
        const bool keys_only = found != scenario.keys_only.end() && found->second;
        KIOSK_TRY(const auto seeded,
                  for_each_page(hub->database(), {}, [&](std::span<const core::Operation> page) -> Status {
                      std::vector<core::Operation> wanted(page.begin(), page.end());
                      if (keys_only)
                          std::erase_if(wanted, [](const core::Operation& operation) {
                              return operation.kind == core::operation_kind::registration_set;
                          });
                      KIOSK_TRY(const auto report, machine->database().ingest(wanted));
                      static_cast<void>(report);
                      return {};
                  }));
        // A device that has only the keys has the roster still before it in the feed.
        if (!keys_only)
            machine->pulled_to = seeded;
        machine->known_epoch = world->m_hub_epoch;
        KIOSK_CHECK(world->refresh(*machine));
        world->m_devices.emplace(name, std::move(machine));
    }
    if (!scenario.hub)
        hub->link = Link::Down;
    return world;
}

World::~World() {
    m_devices.clear();
    m_hub.reset();
    std::error_code error;
    fs::remove_all(m_folder, error);
}

Status World::refresh(Machine& machine) {
    machine.check_in.reset();
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
    machine.check_in = std::make_unique<app::CheckIn>(std::move(made));
    return {};
}

Result<std::int64_t> World::push(Machine& machine) {
    std::int64_t pushed = 0;
    std::map<std::string, std::uint64_t> acknowledged; // incarnation → seq
    KIOSK_TRY(const auto end,
              for_each_page(machine.database(), machine.pushed_to,
                            [&](std::span<const core::Operation> page) -> Status {
                                KIOSK_TRY(const auto report, m_hub->database().ingest(page));
                                pushed += static_cast<std::int64_t>(report.added);
                                for (const auto& operation : page)
                                    if (operation.id.device == machine.name())
                                        acknowledged[operation.id.incarnation] =
                                            std::max(acknowledged[operation.id.incarnation], operation.id.seq);
                                return {};
                            }));
    // The hub has them, but the answer never arrives: the device goes on as if nothing had happened.
    if (machine.link == Link::NoAnswer)
        return 0;
    machine.pushed_to = end;
    for (const auto& [incarnation, seq] : acknowledged)
        KIOSK_CHECK(machine.database().acknowledge(incarnation, seq));
    return pushed;
}

Result<Traffic> World::exchange(Machine& machine) {
    Traffic traffic;
    // A captive portal answers every request, but never with what a hub would say.
    if (machine.link == Link::Down || machine.link == Link::Captive || m_hub->link == Link::Down)
        return traffic;
    if (machine.link != Link::NoAnswer && machine.known_epoch != m_hub_epoch) {
        machine.known_epoch = m_hub_epoch;
        machine.pushed_to = {};
        machine.pulled_to = {};
    }
    KIOSK_TRY(traffic.pushed, push(machine));
    if (machine.link == Link::NoAnswer)
        return traffic;
    KIOSK_TRY(machine.pulled_to,
              for_each_page(m_hub->database(), machine.pulled_to,
                            [&](std::span<const core::Operation> page) -> Status {
                                KIOSK_TRY(const auto report, machine.database().ingest(page));
                                traffic.pulled += static_cast<std::int64_t>(report.added);
                                return {};
                            }));
    // What came from the hub need not go back to it.
    KIOSK_TRY(machine.pushed_to, for_each_page(machine.database(), machine.pushed_to,
                                               [](std::span<const core::Operation>) -> Status { return {}; }));
    KIOSK_CHECK(refresh(machine));
    return traffic;
}

Status World::restore_hub(std::size_t step) {
    KIOSK_CHECK(m_hub->restore(step));
    ++m_hub_epoch;
    return {};
}

Result<std::vector<core::StoredScan>> World::all_scans() {
    std::map<core::OperationId, core::StoredScan> scans;
    const auto gather = [&](Machine& machine) {
        return machine.database().for_each_scan([&](const core::StoredScan& scan) {
            const auto [place, added] = scans.emplace(scan.id, scan);
            place->second.undone = place->second.undone || scan.undone;
            return true;
        });
    };
    KIOSK_CHECK(gather(*m_hub));
    for (auto& [name, machine] : m_devices)
        KIOSK_CHECK(gather(*machine));
    std::vector<core::StoredScan> list;
    for (auto& [id, scan] : scans)
        list.push_back(std::move(scan));
    return list;
}

} // namespace kiosk::replay
