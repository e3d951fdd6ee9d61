// SPDX-License-Identifier: Apache-2.0
// What must be true once it is quiet.
#include "main/simulate/world.hpp"

#include "core/load_config.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace kiosk::simulate {

namespace {

// The first line in which two dumps differ, for the one who has to find out why.
std::string difference(const std::string& a, const std::string& b) {
    std::size_t at = 0;
    while (at < a.size() && at < b.size() && a[at] == b[at])
        ++at;
    const auto line = [&](const std::string& text) {
        if (at >= text.size())
            return std::string("(end)");
        const auto begin = text.rfind('\n', at == 0 ? 0 : at - 1);
        const auto from = begin == std::string::npos ? 0 : begin + 1;
        return text.substr(from, std::min<std::size_t>(text.find('\n', at) - from, 300));
    };
    return "\"" + line(a) + "\" and \"" + line(b) + "\"";
}

} // namespace

void World::check() {
    if (!m_hub->is_up())
        return wrong("the hub is down at the end");
    const auto operations = m_hub->operations();
    if (!operations)
        return wrong("the hub's log can't be read: " + operations.error().context);
    report.operations = operations->size();

    // What the log means, folded once more from nothing.
    storage::CrashVfs disk(m_disks + "reference");
    DeviceClock clock(m_time, 0);
    Dice dice(1);
    storage::Options options;
    options.device = "reference";
    options.clock = &clock;
    options.random = &dice;
    options.hasher = &m_sodium;
    options.vfs = disk.name();
    const auto reference = storage::Database::open("reference.db", std::move(options));
    if (!reference || !(*reference)->ingest(*operations))
        return wrong("the hub's log can't be folded");
    const auto dump = (*reference)->dump_projections();
    if (!dump)
        return wrong("the reference can't be read");
    const auto gaps = check_gaps(*operations);
    if (const auto report_of = (*reference)->verify(); !report_of || !report_of->ok() || report_of->missing != gaps)
        wrong(fmt::format("the hub's log is not whole: {} missing", report_of ? report_of->missing : 0));
    if (const auto mirror = m_hub->mirror_dump(); !mirror)
        wrong("the hub's mirror can't be read: " + mirror.error().context);
    else if (*mirror != *dump)
        wrong("the hub's mirror is not what its log says: " + difference(*mirror, *dump));
    if (m_venue) {
        if (const auto mirror = m_venue->mirror_dump(); !mirror)
            wrong("the mirror of the hall's hub can't be read: " + mirror.error().context);
        else if (*mirror != *dump)
            wrong("the hall's hub shows something else than the central one: " + difference(*mirror, *dump));
    }

    check_machines(*operations, *dump);
    check_ledger(*operations);
    check_identities(*operations);
    check_duplicates(*operations, **reference);
    check_quarantine();
    check_bookings(**reference);
    check_walk_ups(**reference); // the last one: it books
    for (const auto& line : report.failures)
        for (const char c : line)
            report.digest = (report.digest ^ static_cast<std::uint8_t>(c)) * 0x100000001b3ULL;
    for (const char c : *dump)
        report.digest = (report.digest ^ static_cast<std::uint8_t>(c)) * 0x100000001b3ULL;
}

// Numbers below the last one of a chain that the hub does not have. There may be some where the hub and the machine were
// both put back and others brought the chain's end alone; but not where any disk still holds one. Whether what stood under
// them is rightly gone is the ledger's to say.
std::uint64_t World::check_gaps(const std::vector<core::Operation>& operations) {
    std::map<std::pair<std::string, std::string>, std::set<std::uint64_t>> chains;
    for (const auto& operation : operations)
        chains[{operation.id.device, operation.id.incarnation}].insert(operation.id.seq);
    std::uint64_t gaps = 0;
    for (const auto& [chain, numbers] : chains)
        for (std::uint64_t seq = 1; seq < *numbers.rbegin(); ++seq) {
            if (numbers.contains(seq))
                continue;
            ++gaps;
            const core::OperationId id{chain.first, chain.second, seq};
            if (!m_hub_was_restored || !m_twins_expected.contains(id.device))
                wrong("the hub has what follows, and not " + core::to_string(id));
            for (auto& place : m_places) {
                if (!place->machine->is_up())
                    continue;
                const auto here = place->machine->database().operation(id);
                if (!here || *here)
                    wrong(fmt::format("{} is on {} and not on the hub", core::to_string(id), place->machine->label()));
            }
        }
    return gaps;
}

void World::check_machines(const std::vector<core::Operation>& operations, const std::string& reference_dump) {
    for (auto& place : m_places) {
        auto& machine = *place->machine;
        if (!machine.is_up()) {
            wrong(machine.label() + " is down at the end");
            continue;
        }
        const auto status = machine.database().status();
        if (!status || status->pending > 0)
            wrong(fmt::format("{} has {} operations that the hub has not acknowledged ({})", machine.label(),
                              status ? status->pending : 0, machine.trouble()));
        if (status && status->operations != operations.size())
            wrong(fmt::format("{} holds {} operations, the hub {} ({})", machine.label(), status->operations,
                              operations.size(), machine.trouble()));
        const auto dump = machine.database().dump_projections();
        if (!dump || *dump != reference_dump)
            wrong(fmt::format("{} shows something else than the hub: {}", machine.label(),
                              dump ? difference(*dump, reference_dump) : "it can't be read"));
        const auto verified = machine.database().verify();
        if (!verified || !verified->ok())
            wrong(machine.label() + " does not verify: " +
                  (verified ? verified->findings.front().what : verified.error().context));
        else if (verified->aside > 0 && !m_hub_was_restored) // both were put back: the hub decides between twins
            wrong(fmt::format("{} put {} operations aside", machine.label(), verified->aside));
    }
}

void World::check_ledger(const std::vector<core::Operation>& operations) {
    std::map<std::string, std::vector<core::OperationId>> on_hub;
    for (const auto& operation : operations)
        on_hub[content_key(operation)].push_back(operation.id);
    for (const auto& [key, written] : m_ledger.all()) {
        const auto found = on_hub.find(key);
        if (found != on_hub.end())
            continue;
        // A machine and the hub both put back: the numbers were given again before anybody could bring what they meant.
        // The hub's answer stands everywhere, and the other one lies in its quarantine or aside on a kiosk.
        const bool both = m_hub_was_restored && m_twins_expected.contains(written.id.device);
        if (!written.lost && !both)
            wrong("saved and never arrived at the hub: " + core::to_string(written.id));
        ++report.lost;
    }
    for (const auto& [key, ids] : on_hub) {
        if (ids.size() > 1)
            wrong("written anew, and yet the hub had it: " + core::to_string(ids[0]) + " and " + core::to_string(ids[1]));
        if (!m_ledger.knows(key))
            wrong("nobody wrote what the hub has: " + core::to_string(ids.front()));
    }
}

void World::check_identities(const std::vector<core::Operation>& operations) {
    std::map<core::OperationId, core::Digest> known;
    for (const auto& operation : operations)
        if (const auto [at, added] = known.emplace(operation.id, operation.hash); !added)
            wrong("the hub has one identity twice: " + core::to_string(operation.id));
    for (auto& place : m_places) {
        if (!place->machine->is_up())
            continue;
        storage::JournalCursor cursor;
        for (;;) {
            const auto some = place->machine->database().operations_after(cursor, 500);
            if (!some || some->operations.empty())
                break;
            cursor = some->next;
            for (const auto& operation : some->operations)
                if (const auto found = known.find(operation.id); found != known.end() && found->second != operation.hash)
                    wrong(fmt::format("{} is one thing on the hub and another on {}", core::to_string(operation.id),
                                      place->machine->label()));
        }
    }
}

void World::check_duplicates(const std::vector<core::Operation>& operations, storage::Database& reference) {
    const auto config = core::load_config(reference);
    if (!config)
        return wrong("the event's configuration can't be read at the end");
    std::vector<core::StoredScan> scans;
    static_cast<void>(reference.for_each_scan([&](const core::StoredScan& scan) {
        scans.push_back(scan);
        return true;
    }));
    report.scans = scans.size();
    std::multiset<OracleDuplicate> told, at_hub;
    for (const auto& entry : core::find_duplicates(*config, scans)) {
        told.insert({entry.checkpoint, entry.ticket, entry.too_many});
        report.duplicates += static_cast<std::uint64_t>(entry.too_many);
    }
    const auto counted = count_duplicates(*config, operations);
    if (told != counted)
        wrong(fmt::format("{} duplicates were found, and there are {}", told.size(), counted.size()));
    const auto answer = m_hub->ask("/v1/conflicts?event=" + std::string(event_code));
    if (!answer)
        return wrong("the hub does not list conflicts: " + answer.error().context);
    const auto list = nlohmann::json::parse(*answer, nullptr, false).value("conflicts", nlohmann::json::array());
    for (const auto& row : list)
        at_hub.insert({row.value("checkpoint", ""), row.value("ticket", ""), row.value("too_many", std::int64_t{0})});
    constexpr std::size_t longest_list = 200;
    if (at_hub != counted && counted.size() < longest_list)
        wrong(fmt::format("the hub lists {} conflicts, and there are {}", at_hub.size(), counted.size()));
}

void World::check_quarantine() {
    const auto entries = m_hub->quarantine();
    if (!entries)
        return wrong("the quarantine can't be read");
    report.quarantined = entries->size();
    for (const auto& entry : *entries) {
        const auto id = core::parse_operation_id(entry.claimed);
        const bool twin = entry.verdict == "conflict" && id && m_twins_expected.contains(id->device);
        if (!twin)
            wrong(fmt::format("in quarantine without a reason: {} {} by {}", entry.verdict, entry.claimed, entry.via));
    }
}

} // namespace kiosk::simulate
