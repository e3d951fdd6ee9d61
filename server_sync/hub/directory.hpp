// SPDX-License-Identifier: Apache-2.0
#pragma once
// Who may ask: the hub's devices, users and its own identity, held in memory. Purpose: a request is authenticated without
// touching the store. Ownership: borrows the store; rows are handed out as copies. Threads: any; write calls of the store
// are made by the caller, under its writer lock, and told here with put(). Failure: reload() answers Result, what was
// known stays.
#include "core/ports.hpp"
#include "hub/store.hpp"

#include <atomic>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace kiosk::sync::hub {

std::string to_hex(std::string_view bytes);
// Hex of the BLAKE2b-256 of a token or a code: what is stored. Comparing happens by looking the hash up, so the time it
// takes tells nothing about the secret.
std::string secret_hash(const kiosk::core::Hasher& hasher, std::string_view secret);
std::string random_hex(kiosk::core::Random& random, std::size_t bytes);

class Directory {
public:
    explicit Directory(Store& store) : m_store(store) {}

    Status reload();
    // Another process wrote: what is held may be old. Read again at the next request that needs it.
    void stale() { m_stale = true; }
    void refresh_if_stale(std::int64_t now_boot_ms);

    HubIdentity identity() const;
    std::optional<DeviceRow> device_of_token(const std::string& token_hash) const;
    std::optional<UserRow> user_of_token(const std::string& token_hash) const;
    std::optional<DeviceRow> device(const std::string& event, const std::string& name) const;
    bool knows(const std::string& event, const std::string& name) const;
    bool has_hub(const std::string& event) const; // another hub is enrolled, or was
    std::vector<DeviceRow> devices() const;
    std::vector<UserRow> users() const;

    void put(const DeviceRow& row);
    void put(const UserRow& row);

    // What a push tells about a device, kept here until it is worth writing.
    struct Spoken {
        std::int64_t seen_ms = 0;
        std::optional<std::int64_t> offset_ms;
        std::optional<std::uint64_t> pending;
    };
    void spoke(const std::string& event, const std::string& name, const Spoken& spoken);
    // Rows that changed only in that way since the last time; read afresh, so that nobody else's change is undone.
    Result<std::vector<DeviceRow>> take_unwritten();

    // Incarnations that were seen of a device, besides those of its row. Answers whether it is new here.
    bool note_incarnation(const std::string& event, const std::string& name, const std::string& incarnation);
    bool has_seen(const std::string& event, const std::string& name, const std::string& incarnation) const;

private:
    using Key = std::pair<std::string, std::string>;

    Store& m_store;
    std::atomic<bool> m_stale = false;
    std::atomic<std::int64_t> m_reloaded_boot_ms = 0;
    mutable std::mutex m_mutex; // of everything below
    HubIdentity m_identity;
    std::map<Key, DeviceRow> m_devices;
    std::unordered_map<std::string, Key> m_by_token;
    std::unordered_map<std::string, UserRow> m_users; // by token
    std::map<Key, Spoken> m_unwritten;
    std::map<Key, std::set<std::string>> m_seen;
};

} // namespace kiosk::sync::hub
