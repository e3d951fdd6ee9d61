// SPDX-License-Identifier: Apache-2.0
#include "main/simulate/hub_machine.hpp"

#include "protocol/operation_json.hpp"

#include <nlohmann/json.hpp>

namespace kiosk::simulate {

namespace {

constexpr std::string_view store_file = "hub.db";
constexpr std::string_view mirror_folder = "mirrors";
constexpr std::size_t page = 500;

} // namespace

HubMachine::HubMachine(VirtualTime& time, Dice dice, const crypto::Sodium& sodium, std::string disk, std::string event)
    : m_time(time), m_event(std::move(event)), m_dice(dice), m_sodium(sodium), m_disk(disk), m_clock(time, 0) {}

HubMachine::~HubMachine() { stop(); }

core::Status HubMachine::start() {
    m_disk.fail_from({});
    m_power_left.reset();
    KIOSK_TRY(auto store, sync::hub::SqliteStore::open(std::string(store_file), {&m_dice, m_disk.name()}));
    sync::hub::ApiOptions options;
    options.folder = std::string(mirror_folder);
    options.mirror_vfs = m_disk.name();
    options.hub_url = "http://hub.invalid";
    KIOSK_TRY(auto api, sync::hub::Api::create(*store, m_clock, m_dice, m_sodium, std::move(options)));
    m_store = std::move(store);
    m_api = std::move(api);
    ++m_starts;
    return {};
}

void HubMachine::stop() {
    m_api.reset();
    m_store.reset();
}

void HubMachine::crash(std::uint64_t seed) {
    m_disk.power_loss(seed);
    stop();
    m_disk.fail_from({});
    m_power_left.reset();
}

core::Status HubMachine::restore(const storage::CrashVfs::Files& image) {
    stop();
    m_disk.load(image);
    m_disk.set_capacity({});
    {
        KIOSK_TRY(const auto store, sync::hub::SqliteStore::open(std::string(store_file), {&m_dice, m_disk.name()}));
        std::array<std::uint8_t, 16> bytes{};
        m_dice.fill(bytes);
        KIOSK_CHECK(store->set_epoch(crypto::hex({reinterpret_cast<const char*>(bytes.data()), bytes.size()}), true));
    }
    return start();
}

sync::hub::ApiAnswer HubMachine::call(const sync::hub::ApiRequest& request) {
    ++requests;
    return m_api->handle(request);
}

std::optional<sync::hub::ApiAnswer> HubMachine::handle(const sync::hub::ApiRequest& request) {
    if (!m_api)
        return std::nullopt;
    if (!m_power_left || request.method != "POST")
        return call(request);
    m_disk.fail_from(m_disk.changes() + *m_power_left);
    auto answer = call(request);
    // Whatever was answered got out just before the lights went out; whatever it says must then be true.
    crash(m_dice.next());
    return answer;
}

core::Result<std::string> HubMachine::enrolment_code(bool for_hub) {
    return m_api->make_enrolment_code(m_event, for_hub, for_hub ? "" : "*");
}

core::Status HubMachine::make_organizer() {
    KIOSK_TRY(m_organizer, m_api->make_user("boss", "organizer"));
    return {};
}

std::optional<std::vector<core::OperationId>> HubMachine::change(const std::string& body) {
    sync::hub::ApiRequest request;
    request.method = "POST";
    request.target = "/v1/changes";
    request.headers["authorization"] = "Bearer " + m_organizer;
    request.body = body;
    const auto answer = handle(request);
    if (!answer || answer->status != 200)
        return std::nullopt;
    std::vector<core::OperationId> ids;
    const auto json = nlohmann::json::parse(answer->body, nullptr, false);
    for (const auto& text : json.value("operations", nlohmann::json::array()))
        if (auto id = core::parse_operation_id(text.get<std::string>()))
            ids.push_back(std::move(*id));
    return ids;
}

bool HubMachine::declare_lost(const std::string& device) {
    sync::hub::ApiRequest request;
    request.method = "POST";
    request.target = "/v1/devices/" + m_event + "/" + device + "/lost";
    request.headers["authorization"] = "Bearer " + m_organizer;
    const auto answer = handle(request);
    return answer && answer->status == 200;
}

core::Result<std::string> HubMachine::ask(const std::string& target) {
    sync::hub::ApiRequest request;
    request.method = "GET";
    request.target = target;
    request.headers["authorization"] = "Bearer " + m_organizer;
    const auto answer = handle(request);
    if (!answer || answer->status != 200)
        return core::fail(core::ErrorCode::Unavailable, "error.sync.unreachable",
                          target + " " + (answer ? std::to_string(answer->status) + " " + answer->body : "down"));
    return answer->body;
}

core::Result<std::vector<core::Operation>> HubMachine::operations() {
    std::vector<core::Operation> all;
    for (std::uint64_t after = 0;;) {
        KIOSK_TRY(const auto found, m_store->feed(m_event, after, page, 1 << 20, std::nullopt, "*"));
        for (const auto& item : found.items) {
            std::string text;
            sync::protocol::append_joined(text, item.line, item.personal);
            KIOSK_TRY(auto operation, sync::protocol::read_operation(text, m_sodium));
            all.push_back(std::move(operation));
        }
        if (found.items.empty() || found.scanned_to <= after)
            return all;
        after = found.scanned_to;
    }
}

core::Result<std::vector<sync::hub::QuarantineEntry>> HubMachine::quarantine() { return m_store->quarantine(0, 10'000); }

core::Result<std::uint64_t> HubMachine::operation_count() { return m_store->latest(m_event); }

core::Status HubMachine::read_mirror(const std::function<core::Status(storage::Database&)>& read) {
    KIOSK_CHECK(ask("/v1/conflicts?event=" + m_event)); // folds first
    // The newest file is the one of the present epoch; after damage there may be several of one epoch.
    std::vector<std::string> dumps;
    for (const auto& [name, content] : m_disk.files()) {
        if (name.find("mirror-") == std::string::npos || !name.ends_with(".db"))
            continue;
        storage::Options options;
        options.hasher = &m_sodium;
        options.vfs = m_disk.name();
        KIOSK_TRY(const auto database, storage::Database::open_read_only(name, std::move(options)));
        KIOSK_TRY(const auto mark, database->sync_mark());
        KIOSK_TRY(const auto identity, m_store->identity());
        KIOSK_TRY(const auto latest, m_store->latest(m_event));
        if (mark.epoch != identity.epoch || mark.after != latest)
            continue;
        return read(*database);
    }
    return core::fail(core::ErrorCode::NotFound, "error.database_missing", "no mirror is up to date");
}

core::Result<std::string> HubMachine::mirror_dump() {
    std::string dump;
    KIOSK_CHECK(read_mirror([&](storage::Database& database) -> core::Status {
        KIOSK_TRY(dump, database.dump_projections());
        return {};
    }));
    return dump;
}

} // namespace kiosk::simulate
