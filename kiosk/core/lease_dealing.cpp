// SPDX-License-Identifier: Apache-2.0
// The hub's policy of who holds what before anybody asked. Pure, and the same wherever it is computed.
#include "core/leases.hpp"

#include <algorithm>
#include <map>
#include <tuple>
#include <unordered_map>

namespace kiosk::core {

namespace {

// Of a unit's slots, how many in a hundred go to the kiosk beside it. The rest is spread, so that no single kiosk that is
// cut off or broken takes a whole exhibitor with it.
constexpr std::uint64_t share_of_own_kiosk = 60;

// FNV-1a, and a mixing step because of its weak upper bits. It spreads work; nothing about security rests on it.
class Hash {
public:
    Hash& add(std::string_view text) {
        for (const char byte : text)
            add_byte(static_cast<std::uint8_t>(byte));
        add_byte(0xff); // in no UTF-8 text: "ab" + "c" is not "a" + "bc"
        return *this;
    }
    std::uint64_t value() const {
        auto mixed = m_state;
        mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9U;
        mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebU;
        return mixed ^ (mixed >> 31);
    }

private:
    void add_byte(std::uint8_t byte) { m_state = (m_state ^ byte) * 0x100000001b3U; }
    std::uint64_t m_state = 0xcbf29ce484222325U;
};

bool is_one_of(std::span<const std::string> devices, std::string_view device) {
    return std::ranges::find(devices, device) != devices.end();
}

// Who gets the slots that begin at one moment. First those that stay beside their unit; the others go to whoever has the
// fewest of this moment, so that as many kiosks as possible can serve somebody then; among equals the hash decides.
std::vector<std::string_view> dealt_at(std::span<const std::pair<const BookableUnit*, const Slot*>> moment,
                                       std::span<const std::string> devices) {
    std::vector<std::string_view> owners(moment.size());
    std::map<std::string_view, int> load;
    for (std::size_t i = 0; i < moment.size(); ++i) {
        const auto& [unit, slot] = moment[i];
        if (is_one_of(devices, unit->kiosk) &&
            Hash().add("own").add(unit->id).add(slot->id).value() % 100 < share_of_own_kiosk)
            ++load[owners[i] = unit->kiosk];
    }
    for (std::size_t i = 0; i < moment.size(); ++i) {
        if (!owners[i].empty())
            continue;
        const auto& [unit, slot] = moment[i];
        const auto rank = [&](std::string_view device) {
            return std::pair(-load[device], Hash().add(device).add(unit->id).add(slot->id).value());
        };
        for (const auto& device : devices)
            if (owners[i].empty() || rank(device) > rank(owners[i]))
                owners[i] = device;
        ++load[owners[i]];
    }
    return owners;
}

} // namespace

std::vector<LeaseWanted> deal(const EventConfig& config, std::span<const HeldLease> rows,
                              std::span<const std::string> devices, std::string_view device, Instant now,
                              std::size_t limit) {
    std::unordered_map<std::string_view, std::vector<const HeldLease*>> of_subject;
    for (const auto& row : rows) {
        if (row.resource.subject == "event" && row.holder != device)
            return {}; // a venue hub deals it out
        of_subject[row.resource.subject].push_back(&row);
    }
    const auto is_free = [&](const Resource& resource) {
        const auto found = of_subject.find(resource.subject);
        return found == of_subject.end() || std::ranges::none_of(found->second, [&](const HeldLease* row) {
                   return overlap(row->resource, resource);
               });
    };

    // Everything that lies ahead is dealt in thought, also what somebody holds already: so every device comes to the same.
    std::map<Instant, std::vector<std::pair<const BookableUnit*, const Slot*>>> moments;
    for (const auto& unit : config.units)
        for (const auto& slot : unit.slots)
            if (!slot.blocked && slot.starts > now)
                moments[slot.starts].emplace_back(&unit, &slot);
    std::vector<std::pair<const Slot*, const BookableUnit*>> share;
    for (const auto& [starts, moment] : moments) {
        const auto owners = dealt_at(moment, devices);
        for (std::size_t i = 0; i < moment.size(); ++i)
            if (owners[i] == device && is_free(unit_resource(moment[i].first->id, starts, moment[i].second->ends)))
                share.emplace_back(moment[i].second, moment[i].first);
    }
    // The nearest first, for the limit.
    std::ranges::stable_sort(share, {}, [](const auto& one) { return std::tie(one.first->starts, one.second->id); });

    std::vector<LeaseWanted> wanted;
    for (const auto& [slot, unit] : share) {
        // Whoever can give away an exhibitor's table needs the exhibitor's time as well.
        const bool with_host = !unit->host.empty() && is_free(person_resource(unit->host, slot->starts, slot->ends));
        if (wanted.size() + (with_host ? 2 : 1) > limit)
            break;
        wanted.push_back({unit_resource(unit->id, slot->starts, slot->ends), 1, {}});
        if (with_host)
            wanted.push_back({person_resource(unit->host, slot->starts, slot->ends), 1, {}});
    }
    return wanted;
}

} // namespace kiosk::core
