// SPDX-License-Identifier: Apache-2.0
#include "hub/directory.hpp"

#include <algorithm>

namespace kiosk::sync::hub {

namespace {

// Reading all devices takes a moment with thousands of them; two hubs that write all the time must not read all the time.
constexpr std::int64_t min_reload_ms = 200;
constexpr std::size_t max_seen_incarnations = 64; // of a device; more is a fault somewhere, the store knows them anyway

void merge(DeviceRow& row, const Directory::Spoken& spoken) {
    row.seen_ms = std::max(row.seen_ms, spoken.seen_ms);
    row.offset_ms = spoken.offset_ms.value_or(row.offset_ms);
    row.pending = spoken.pending.value_or(row.pending);
}

} // namespace

std::string to_hex(std::string_view bytes) {
    constexpr char digits[] = "0123456789abcdef";
    std::string text;
    text.reserve(bytes.size() * 2);
    for (const char c : bytes) {
        text += digits[static_cast<unsigned char>(c) >> 4];
        text += digits[static_cast<unsigned char>(c) & 15];
    }
    return text;
}

std::string secret_hash(const kiosk::core::Hasher& hasher, std::string_view secret) {
    const auto digest = hasher.blake2b_256(secret);
    return to_hex({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

std::string random_hex(kiosk::core::Random& random, std::size_t bytes) {
    std::string raw(bytes, '\0');
    random.fill({reinterpret_cast<std::uint8_t*>(raw.data()), raw.size()});
    return to_hex(raw);
}

Status Directory::reload() {
    KIOSK_TRY(const auto identity, m_store.identity());
    KIOSK_TRY(const auto devices, m_store.devices());
    KIOSK_TRY(const auto users, m_store.users());
    const std::lock_guard lock(m_mutex);
    m_identity = identity;
    m_devices.clear();
    m_by_token.clear();
    m_users.clear();
    for (const auto& row : devices) {
        const Key key{row.event, row.device};
        auto& kept = m_devices[key] = row;
        if (const auto told = m_unwritten.find(key); told != m_unwritten.end())
            merge(kept, told->second);
        if (!row.token_hash.empty())
            m_by_token[row.token_hash] = key;
    }
    for (const auto& row : users)
        if (!row.token_hash.empty() && !row.revoked)
            m_users[row.token_hash] = row;
    return {};
}

void Directory::refresh_if_stale(std::int64_t now_boot_ms) {
    if (!m_stale.load(std::memory_order_relaxed))
        return;
    const auto last = m_reloaded_boot_ms.load();
    if (last != 0 && now_boot_ms >= last && now_boot_ms - last < min_reload_ms)
        return;
    if (!m_stale.exchange(false))
        return;
    m_reloaded_boot_ms = now_boot_ms;
    if (!reload())
        m_stale = true;
}

HubIdentity Directory::identity() const {
    const std::lock_guard lock(m_mutex);
    return m_identity;
}

std::optional<DeviceRow> Directory::device_of_token(const std::string& token_hash) const {
    const std::lock_guard lock(m_mutex);
    const auto found = m_by_token.find(token_hash);
    if (found == m_by_token.end())
        return std::nullopt;
    const auto row = m_devices.find(found->second);
    return row == m_devices.end() ? std::nullopt : std::optional(row->second);
}

std::optional<UserRow> Directory::user_of_token(const std::string& token_hash) const {
    const std::lock_guard lock(m_mutex);
    const auto found = m_users.find(token_hash);
    return found == m_users.end() ? std::nullopt : std::optional(found->second);
}

std::optional<DeviceRow> Directory::device(const std::string& event, const std::string& name) const {
    const std::lock_guard lock(m_mutex);
    const auto found = m_devices.find({event, name});
    return found == m_devices.end() ? std::nullopt : std::optional(found->second);
}

bool Directory::knows(const std::string& event, const std::string& name) const {
    const std::lock_guard lock(m_mutex);
    return m_devices.contains({event, name});
}

bool Directory::has_hub(const std::string& event) const {
    const std::lock_guard lock(m_mutex);
    return std::ranges::any_of(m_devices, [&](const auto& known) { return known.first.first == event && known.second.is_hub; });
}

std::vector<DeviceRow> Directory::devices() const {
    const std::lock_guard lock(m_mutex);
    std::vector<DeviceRow> rows;
    rows.reserve(m_devices.size());
    for (const auto& [key, row] : m_devices)
        rows.push_back(row);
    return rows;
}

std::vector<UserRow> Directory::users() const {
    const std::lock_guard lock(m_mutex);
    std::vector<UserRow> rows;
    for (const auto& [hash, row] : m_users)
        rows.push_back(row);
    return rows;
}

void Directory::put(const DeviceRow& row) {
    const std::lock_guard lock(m_mutex);
    const Key key{row.event, row.device};
    if (const auto known = m_devices.find(key); known != m_devices.end() && known->second.token_hash != row.token_hash)
        m_by_token.erase(known->second.token_hash); // a token that was replaced is worth nothing from now on
    m_devices[key] = row;
    if (!row.token_hash.empty())
        m_by_token[row.token_hash] = key;
}

void Directory::put(const UserRow& row) {
    const std::lock_guard lock(m_mutex);
    std::erase_if(m_users, [&](const auto& entry) { return entry.second.name == row.name; });
    if (!row.token_hash.empty() && !row.revoked)
        m_users[row.token_hash] = row;
}

void Directory::spoke(const std::string& event, const std::string& name, const Spoken& spoken) {
    const std::lock_guard lock(m_mutex);
    const Key key{event, name};
    const auto found = m_devices.find(key);
    if (found == m_devices.end())
        return;
    merge(found->second, spoken);
    m_unwritten[key] = {found->second.seen_ms, found->second.offset_ms, found->second.pending};
}

Result<std::vector<DeviceRow>> Directory::take_unwritten() {
    std::map<Key, Spoken> waiting;
    {
        const std::lock_guard lock(m_mutex);
        waiting.swap(m_unwritten);
    }
    std::vector<DeviceRow> changed;
    if (waiting.empty())
        return changed;
    auto rows = m_store.devices();
    if (!rows) {
        const std::lock_guard lock(m_mutex);
        m_unwritten.insert(waiting.begin(), waiting.end()); // later news stand
        return std::unexpected(rows.error());
    }
    for (auto& row : *rows)
        if (const auto told = waiting.find({row.event, row.device}); told != waiting.end()) {
            merge(row, told->second);
            changed.push_back(std::move(row));
        }
    return changed;
}

bool Directory::note_incarnation(const std::string& event, const std::string& name, const std::string& incarnation) {
    const std::lock_guard lock(m_mutex);
    auto& seen = m_seen[{event, name}];
    if (seen.size() >= max_seen_incarnations)
        seen.clear();
    return seen.insert(incarnation).second;
}

bool Directory::has_seen(const std::string& event, const std::string& name, const std::string& incarnation) const {
    const std::lock_guard lock(m_mutex);
    const auto found = m_seen.find({event, name});
    return found != m_seen.end() && found->second.contains(incarnation);
}

} // namespace kiosk::sync::hub
