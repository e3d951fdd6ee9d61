// SPDX-License-Identifier: Apache-2.0
#include "storage/crash_vfs.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>
#include <mutex>
#include <new>
#include <random>
#include <span>
#include <vector>

namespace kiosk::storage {

namespace {

constexpr std::size_t sector_bytes = 512;

struct Change {
    std::size_t offset = 0;
    std::string bytes;
    bool truncates = false; // to `offset`
};

struct Node {
    std::string content; // what programs see
    std::string durable; // what is certainly on the disk
    std::vector<Change> pending;
    bool is_durable = false; // its folder entry is
    // Locks of the connections in this process, and the write-ahead log's shared memory.
    int shared = 0;
    const void* reserved = nullptr;
    const void* pending_lock = nullptr;
    const void* exclusive = nullptr;
    std::vector<std::unique_ptr<std::array<char, 32768>>> regions;
    struct SharedLock {
        int readers = 0;
        const void* writer = nullptr;
    };
    std::array<SharedLock, SQLITE_SHM_NLOCK> shared_locks;
    int shared_users = 0;
};

void apply(std::string& content, const Change& change, std::size_t from, std::size_t to) {
    if (change.truncates) {
        content.resize(std::min(content.size(), change.offset));
        return;
    }
    if (content.size() < change.offset + to)
        content.resize(change.offset + to, '\0');
    std::copy(change.bytes.begin() + static_cast<std::ptrdiff_t>(from), change.bytes.begin() + static_cast<std::ptrdiff_t>(to),
              content.begin() + static_cast<std::ptrdiff_t>(change.offset + from));
}

} // namespace

struct CrashVfs::State {
    sqlite3_vfs vfs{};
    sqlite3_vfs* system = nullptr;
    std::string name;
    mutable std::mutex mutex;
    std::map<std::string, std::shared_ptr<Node>> nodes;
    std::map<std::string, std::shared_ptr<Node>> deleted; // whose deletion may not be on the disk yet
    std::function<void()> hook;
    std::uint64_t changes = 0;
    std::uint64_t lives = 0; // open files of an earlier life answer errors
    std::optional<std::uint64_t> capacity;
    std::optional<std::uint64_t> fail_from;

    // Before every change; answers whether the disk still works.
    bool change() {
        std::function<void()> call;
        {
            const std::lock_guard lock(mutex);
            ++changes;
            call = hook;
        }
        if (call)
            call();
        const std::lock_guard lock(mutex);
        return !fail_from || changes < *fail_from;
    }

    bool fits(const Node& node, std::size_t end) const {
        if (!capacity || end <= node.content.size())
            return true;
        std::uint64_t total = end - node.content.size();
        for (const auto& [path, other] : nodes)
            total += other->content.size();
        return total <= *capacity;
    }

    static std::string after_loss(const Node& node, std::mt19937_64& random, double keep) {
        auto content = node.durable;
        const auto kept = [&] { return std::uniform_real_distribution<>(0, 1)(random) < keep; };
        for (const auto& change : node.pending) {
            if (change.truncates) {
                if (kept())
                    apply(content, change, 0, 0);
                continue;
            }
            for (std::size_t from = 0; from < change.bytes.size();) {
                const auto to = std::min(change.bytes.size(),
                                         ((change.offset + from) / sector_bytes + 1) * sector_bytes - change.offset);
                if (kept())
                    apply(content, change, from, to);
                from = to;
            }
        }
        return content;
    }

    Files image(std::uint64_t seed) const {
        std::mt19937_64 random(seed);
        // From nothing to everything: the extremes find other mistakes than the middle.
        constexpr std::array shares{0.0, 0.1, 0.5, 0.9, 0.99, 1.0};
        const double keep = shares[random() % shares.size()];
        const auto chance = [&] { return std::uniform_real_distribution<>(0, 1)(random) < keep; };
        Files files;
        for (const auto& [path, node] : deleted)
            if (!chance())
                files[path] = after_loss(*node, random, keep);
        for (const auto& [path, node] : nodes)
            if (node->is_durable || chance())
                files[path] = after_loss(*node, random, keep);
        return files;
    }

    void replace(Files files) {
        nodes.clear();
        deleted.clear();
        for (auto& [path, content] : files) {
            auto node = std::make_shared<Node>();
            node->content = content;
            node->durable = std::move(content);
            node->is_durable = true;
            nodes[path] = std::move(node);
        }
    }
};

namespace {

struct File {
    sqlite3_file base; // SQLite knows only this
    CrashVfs::State* state;
    std::shared_ptr<Node>* node;
    std::string* path;
    std::uint64_t life;
    int level;
    bool uses_shared_memory;
    bool delete_on_close;
    bool syncs_folder; // with its first sync, as SQLite's system layer does for new journals and logs
};

File& file_of(sqlite3_file* file) { return *reinterpret_cast<File*>(file); }
CrashVfs::State& state_of(sqlite3_vfs* vfs) { return *static_cast<CrashVfs::State*>(vfs->pAppData); }
bool is_dead(const File& file) { return file.life != file.state->lives; }
Node& node_of(File& file) { return **file.node; }

int unlock_to(File& file, int level) {
    auto& node = node_of(file);
    if (file.level > SQLITE_LOCK_SHARED && level <= SQLITE_LOCK_SHARED) {
        for (auto* holder : {&node.reserved, &node.pending_lock, &node.exclusive})
            if (*holder == &file)
                *holder = nullptr;
    }
    if (file.level >= SQLITE_LOCK_SHARED && level == SQLITE_LOCK_NONE)
        --node.shared;
    file.level = std::min(file.level, level);
    return SQLITE_OK;
}

int file_lock(sqlite3_file* base, int level) {
    auto& file = file_of(base);
    const std::lock_guard lock(file.state->mutex);
    auto& node = node_of(file);
    const auto free_for_us = [&](const void* holder) { return holder == nullptr || holder == &file; };
    if (level <= file.level)
        return SQLITE_OK;
    if (level == SQLITE_LOCK_SHARED) {
        if (!free_for_us(node.pending_lock) || !free_for_us(node.exclusive))
            return SQLITE_BUSY;
        ++node.shared;
    } else if (level == SQLITE_LOCK_RESERVED) {
        if (!free_for_us(node.reserved))
            return SQLITE_BUSY;
        node.reserved = &file;
    } else {
        if (!free_for_us(node.reserved) || !free_for_us(node.pending_lock))
            return SQLITE_BUSY;
        node.pending_lock = &file;
        if (level == SQLITE_LOCK_EXCLUSIVE) {
            if (node.shared > 1) {
                file.level = SQLITE_LOCK_PENDING; // readers go, none come
                return SQLITE_BUSY;
            }
            node.exclusive = &file;
        }
    }
    file.level = level;
    return SQLITE_OK;
}

int file_unlock(sqlite3_file* base, int level) {
    auto& file = file_of(base);
    const std::lock_guard lock(file.state->mutex);
    return unlock_to(file, level);
}

int file_check_reserved(sqlite3_file* base, int* answer) {
    auto& file = file_of(base);
    const std::lock_guard lock(file.state->mutex);
    *answer = node_of(file).reserved != nullptr;
    return SQLITE_OK;
}

int file_close(sqlite3_file* base) {
    auto& file = file_of(base);
    {
        const std::lock_guard lock(file.state->mutex);
        unlock_to(file, SQLITE_LOCK_NONE);
        if (file.delete_on_close && !is_dead(file))
            file.state->nodes.erase(*file.path);
    }
    delete file.node;
    delete file.path;
    return SQLITE_OK;
}

int file_read(sqlite3_file* base, void* out, int amount, sqlite3_int64 offset) {
    auto& file = file_of(base);
    const std::lock_guard lock(file.state->mutex);
    if (is_dead(file))
        return SQLITE_IOERR_READ;
    const auto& content = node_of(file).content;
    const auto from = std::min(content.size(), static_cast<std::size_t>(offset));
    const auto available = std::min(content.size() - from, static_cast<std::size_t>(amount));
    std::memcpy(out, content.data() + from, available);
    if (available == static_cast<std::size_t>(amount))
        return SQLITE_OK;
    std::memset(static_cast<char*>(out) + available, 0, static_cast<std::size_t>(amount) - available);
    return SQLITE_IOERR_SHORT_READ;
}

int file_write(sqlite3_file* base, const void* bytes, int amount, sqlite3_int64 offset) {
    auto& file = file_of(base);
    const bool works = file.state->change();
    const std::lock_guard lock(file.state->mutex);
    if (is_dead(file) || !works)
        return SQLITE_IOERR_WRITE;
    auto& node = node_of(file);
    const auto size = static_cast<std::size_t>(amount);
    if (!file.state->fits(node, static_cast<std::size_t>(offset) + size))
        return SQLITE_FULL;
    Change change{static_cast<std::size_t>(offset), std::string(static_cast<const char*>(bytes), size), false};
    apply(node.content, change, 0, size);
    node.pending.push_back(std::move(change));
    return SQLITE_OK;
}

int file_truncate(sqlite3_file* base, sqlite3_int64 size) {
    auto& file = file_of(base);
    const bool works = file.state->change();
    const std::lock_guard lock(file.state->mutex);
    if (is_dead(file) || !works)
        return SQLITE_IOERR_TRUNCATE;
    auto& node = node_of(file);
    Change change{static_cast<std::size_t>(size), {}, true};
    apply(node.content, change, 0, 0);
    node.pending.push_back(std::move(change));
    return SQLITE_OK;
}

int file_sync(sqlite3_file* base, int) {
    auto& file = file_of(base);
    const bool works = file.state->change();
    const std::lock_guard lock(file.state->mutex);
    if (is_dead(file) || !works)
        return SQLITE_IOERR_FSYNC;
    auto& node = node_of(file);
    // Only what changed is copied: a log of megabytes is synced thousands of times.
    for (const auto& change : node.pending)
        apply(node.durable, change, 0, change.bytes.size());
    node.pending.clear();
    if (file.syncs_folder) {
        file.syncs_folder = false;
        file.state->deleted.clear();
        for (auto& [path, other] : file.state->nodes)
            other->is_durable = true;
    }
    return SQLITE_OK;
}

int file_size(sqlite3_file* base, sqlite3_int64* size) {
    auto& file = file_of(base);
    const std::lock_guard lock(file.state->mutex);
    if (is_dead(file))
        return SQLITE_IOERR_FSTAT;
    *size = static_cast<sqlite3_int64>(node_of(file).content.size());
    return SQLITE_OK;
}

int file_control(sqlite3_file*, int, void*) { return SQLITE_NOTFOUND; }
int file_sector_size(sqlite3_file*) { return 4096; }
int file_characteristics(sqlite3_file*) { return SQLITE_IOCAP_POWERSAFE_OVERWRITE; }

int shared_map(sqlite3_file* base, int region, int size, int extend, void volatile** out) {
    auto& file = file_of(base);
    const std::lock_guard lock(file.state->mutex);
    *out = nullptr;
    if (is_dead(file))
        return SQLITE_IOERR_SHMMAP;
    auto& node = node_of(file);
    if (!file.uses_shared_memory) {
        file.uses_shared_memory = true;
        ++node.shared_users;
    }
    const auto index = static_cast<std::size_t>(region);
    if (static_cast<std::size_t>(size) > sizeof(std::array<char, 32768>))
        return SQLITE_IOERR_SHMSIZE;
    if (node.regions.size() <= index) {
        if (!extend)
            return SQLITE_OK;
        while (node.regions.size() <= index)
            node.regions.push_back(std::make_unique<std::array<char, 32768>>());
    }
    *out = node.regions[index]->data();
    return SQLITE_OK;
}

int shared_lock(sqlite3_file* base, int offset, int count, int flags) {
    auto& file = file_of(base);
    const std::lock_guard lock(file.state->mutex);
    auto& node = node_of(file);
    const auto slots = std::span(node.shared_locks).subspan(static_cast<std::size_t>(offset), static_cast<std::size_t>(count));
    const bool exclusive = (flags & SQLITE_SHM_EXCLUSIVE) != 0;
    if (flags & SQLITE_SHM_UNLOCK) {
        for (auto& slot : slots) {
            if (exclusive)
                slot.writer = slot.writer == &file ? nullptr : slot.writer;
            else if (slot.readers > 0)
                --slot.readers;
        }
        return SQLITE_OK;
    }
    for (const auto& slot : slots)
        if (slot.writer || (exclusive && slot.readers > 0))
            return SQLITE_BUSY;
    for (auto& slot : slots) {
        if (exclusive)
            slot.writer = &file;
        else
            ++slot.readers;
    }
    return SQLITE_OK;
}

void shared_barrier(sqlite3_file*) { std::atomic_thread_fence(std::memory_order_seq_cst); }

int shared_unmap(sqlite3_file* base, int remove) {
    auto& file = file_of(base);
    const std::lock_guard lock(file.state->mutex);
    auto& node = node_of(file);
    if (file.uses_shared_memory && --node.shared_users == 0 && remove) {
        node.regions.clear();
        node.shared_locks = {};
    }
    file.uses_shared_memory = false;
    return SQLITE_OK;
}

const sqlite3_io_methods methods = {
    2,           file_close,   file_read,   file_write,        file_truncate, file_sync,
    file_size,   file_lock,    file_unlock, file_check_reserved, file_control, file_sector_size,
    file_characteristics, shared_map, shared_lock, shared_barrier, shared_unmap, nullptr,
    nullptr,
};

int vfs_open(sqlite3_vfs* vfs, const char* path, sqlite3_file* base, int flags, int* granted) {
    auto& state = state_of(vfs);
    base->pMethods = nullptr;
    const std::lock_guard lock(state.mutex);
    const std::string name = path ? path : "temporary-" + std::to_string(state.changes) + "-" + std::to_string(state.nodes.size());
    auto found = state.nodes.find(name);
    const bool is_new = found == state.nodes.end();
    if (is_new) {
        if (!(flags & SQLITE_OPEN_CREATE))
            return SQLITE_CANTOPEN;
        found = state.nodes.emplace(name, std::make_shared<Node>()).first;
    }
    auto& file = *new (base) File{};
    file.state = &state;
    file.node = new std::shared_ptr<Node>(found->second);
    file.path = new std::string(name);
    file.life = state.lives;
    file.level = SQLITE_LOCK_NONE;
    file.delete_on_close = (flags & SQLITE_OPEN_DELETEONCLOSE) != 0;
    file.syncs_folder = is_new && (flags & (SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_SUPER_JOURNAL | SQLITE_OPEN_WAL)) != 0;
    file.base.pMethods = &methods;
    if (granted)
        *granted = flags;
    return SQLITE_OK;
}

int vfs_delete(sqlite3_vfs* vfs, const char* path, int sync_folder) {
    auto& state = state_of(vfs);
    const bool works = state.change();
    const std::lock_guard lock(state.mutex);
    if (!works)
        return SQLITE_IOERR_DELETE;
    const auto found = state.nodes.find(path);
    if (found == state.nodes.end())
        return SQLITE_IOERR_DELETE_NOENT;
    if (found->second->is_durable && !sync_folder)
        state.deleted[path] = found->second;
    else
        state.deleted.erase(path);
    state.nodes.erase(found);
    return SQLITE_OK;
}

int vfs_access(sqlite3_vfs* vfs, const char* path, int, int* answer) {
    auto& state = state_of(vfs);
    const std::lock_guard lock(state.mutex);
    *answer = state.nodes.contains(path);
    return SQLITE_OK;
}

int vfs_full_name(sqlite3_vfs*, const char* path, int size, char* out) {
    sqlite3_snprintf(size, out, "%s", path);
    return SQLITE_OK;
}

int vfs_random(sqlite3_vfs* vfs, int size, char* out) {
    // The write-ahead log's salts come from here; runs are the same again for the same calls.
    auto& state = state_of(vfs);
    const std::lock_guard lock(state.mutex);
    std::mt19937_64 random(state.changes + 1);
    for (int i = 0; i < size; ++i)
        out[i] = static_cast<char>(random());
    return size;
}

int vfs_sleep(sqlite3_vfs*, int) { return 0; }
int vfs_last_error(sqlite3_vfs*, int, char*) { return 0; }
int vfs_time(sqlite3_vfs* vfs, double* now) { return state_of(vfs).system->xCurrentTime(state_of(vfs).system, now); }
int vfs_time_ms(sqlite3_vfs* vfs, sqlite3_int64* now) {
    return state_of(vfs).system->xCurrentTimeInt64(state_of(vfs).system, now);
}

} // namespace

CrashVfs::CrashVfs(const std::string& name) : m_state(std::make_unique<State>()) {
    auto& state = *m_state;
    state.name = name;
    state.system = sqlite3_vfs_find(nullptr);
    auto& vfs = state.vfs;
    vfs.iVersion = 2;
    vfs.szOsFile = sizeof(File);
    vfs.mxPathname = 512;
    vfs.zName = state.name.c_str();
    vfs.pAppData = &state;
    vfs.xOpen = vfs_open;
    vfs.xDelete = vfs_delete;
    vfs.xAccess = vfs_access;
    vfs.xFullPathname = vfs_full_name;
    vfs.xRandomness = vfs_random;
    vfs.xSleep = vfs_sleep;
    vfs.xCurrentTime = vfs_time;
    vfs.xGetLastError = vfs_last_error;
    vfs.xCurrentTimeInt64 = vfs_time_ms;
    sqlite3_vfs_register(&vfs, 0);
}

CrashVfs::~CrashVfs() { sqlite3_vfs_unregister(&m_state->vfs); }

const std::string& CrashVfs::name() const { return m_state->name; }

CrashVfs::Files CrashVfs::image_after_power_loss(std::uint64_t seed) const {
    const std::lock_guard lock(m_state->mutex);
    return m_state->image(seed);
}

CrashVfs::Files CrashVfs::files() const {
    const std::lock_guard lock(m_state->mutex);
    Files files;
    for (const auto& [path, node] : m_state->nodes)
        files[path] = node->content;
    return files;
}

void CrashVfs::load(Files files) {
    const std::lock_guard lock(m_state->mutex);
    ++m_state->lives;
    m_state->replace(std::move(files));
}

void CrashVfs::power_loss(std::uint64_t seed) {
    const std::lock_guard lock(m_state->mutex);
    ++m_state->lives;
    m_state->replace(m_state->image(seed));
}

void CrashVfs::on_change(std::function<void()> hook) {
    const std::lock_guard lock(m_state->mutex);
    m_state->hook = std::move(hook);
}

std::uint64_t CrashVfs::changes() const {
    const std::lock_guard lock(m_state->mutex);
    return m_state->changes;
}

void CrashVfs::set_capacity(std::optional<std::uint64_t> bytes) {
    const std::lock_guard lock(m_state->mutex);
    m_state->capacity = bytes;
}

void CrashVfs::fail_from(std::optional<std::uint64_t> change) {
    const std::lock_guard lock(m_state->mutex);
    m_state->fail_from = change;
}

} // namespace kiosk::storage
