// SPDX-License-Identifier: Apache-2.0
#pragma once
// The inside of Api, shared by api*.cpp: one file a group of routes. Purpose: routing, who may ask, and what the handlers
// need in common. Ownership: see api.hpp. Threads: handlers run on any thread; whatever writes to the store holds
// `writer` meanwhile, and no other lock. Failure: a handler answers, never throws.
#include "hub/api.hpp"
#include "hub/directory.hpp"
#include "hub/metrics.hpp"
#include "hub/mirror.hpp"
#include "hub/own_journal.hpp"
#include "hub/scope.hpp"
#include "protocol/messages.hpp"

#include <nlohmann/json.hpp>

#include <chrono>
#include <mutex>
#include <shared_mutex>
#include <span>
#include <set>
#include <unordered_map>

namespace kiosk::sync::hub {

using Json = nlohmann::json;

// The highest stored operation of each chain that spoke lately, so that heads are compared without reading the store.
class ChainHeads {
public:
    explicit ChainHeads(Store& store) : m_store(store) {}
    Result<OperationHead> highest(const std::string& event, const std::string& device, const std::string& incarnation);
    void stored(const std::string& event, const OperationId& id, const Digest& hash);
    void forget();

private:
    static std::string key(const std::string& event, const std::string& device, const std::string& incarnation);
    Store& m_store;
    std::mutex m_mutex;
    std::unordered_map<std::string, OperationHead> m_heads;
};

struct Api::Prepared::Push {
    using Clock = std::chrono::steady_clock;
    Clock::time_point begun = Clock::now();
    DeviceRow device;
    protocol::PushRequest request; // its operations are in `job`
    PushJob job;
    bool links_broken = false;     // an operation that does not follow what is stored before it
    core::Hlc clock;               // the highest that came
    std::optional<std::int64_t> offset_ms;
    std::optional<core::Error> error;
    std::optional<PushDone> done;
    bool cloned = false;
};

struct Api::Impl {
    Impl(Store& store_, const core::Clock& clock_, core::Random& random_, const core::Hasher& hasher_, ApiOptions options_);

    // ---- what a handler gets ----
    struct Context {
        const ApiRequest& request;
        std::vector<std::string> parts; // of the path, where the route has {…}
        std::map<std::string, std::string, std::less<>> query;
        std::optional<DeviceRow> device;
        std::optional<UserRow> user;
        std::string text(std::string_view name) const;
        // Absent where it is not there; an error where it is no number.
        Result<std::optional<std::uint64_t>> number(std::string_view name) const;
    };
    enum class Need : std::uint8_t { Nobody = 1, Device, AnyDevice /* revoked ones too */, Viewer, Organizer, Admin };
    struct Route {
        const char* method;
        const char* path;
        Need need;
        Prepared (Impl::*run)(Context&);
    };
    static std::span<const Route> routes();

    Prepared dispatch(const ApiRequest& request);
    Prepared run(const Route& route, Context& context);
    std::optional<ApiAnswer> refuse(const Route& route, Context& context); // absent: may go on

    // ---- handlers ----
    Prepared get_page(Context&);
    Prepared get_openapi(Context&);
    Prepared get_health(Context&);
    Prepared get_metrics(Context&);
    Prepared post_enroll(Context&);
    Prepared post_operations(Context&);
    Prepared get_feed(Context&);
    Prepared get_snapshot(Context&);
    Prepared post_leases(Context&);
    Prepared get_events(Context&);
    Prepared get_devices(Context&);
    Prepared post_revoke(Context&);
    Prepared post_lost(Context&);
    Prepared post_confidential(Context&);
    Prepared post_code(Context&);
    Prepared get_quarantine(Context&);
    Prepared get_audit(Context&);
    Prepared get_conflicts(Context&);
    Prepared post_conflict(Context&);
    Prepared post_changes(Context&);
    Prepared get_bookings(Context&);

    // ---- in common ----
    ApiAnswer error(int status, std::string_view word, std::string_view message,
                    std::optional<std::int64_t> retry_after_s = std::nullopt) const;
    ApiAnswer store_error(const core::Error& error) const; // 503 or 507, to come again
    static ApiAnswer json(const Json& body, int status = 200);
    static Prepared ready(ApiAnswer answer);
    void log(std::string_view what, const Json& more = Json::object()) const;
    Status audit(const std::string& who, const std::string& what); // under `writer`
    std::string role_of(const Context& context) const;
    bool is_organizer(const Context& context) const;

    // ---- pushes ----
    void adjudicate(Prepared::Push& push, std::vector<protocol::ReadOperation>& operations);
    bool may_speak_for(const Prepared::Push& push, const OperationId& id, bool recovering);
    Status commit(std::vector<std::shared_ptr<Prepared::Push>>& pushes);
    ApiAnswer finish(Prepared::Push& push);
    protocol::HeadStanding standing_of(const Prepared::Push& push);
    struct Speaker {
        DeviceRow row;
        bool changed = false;
    };
    Result<Speaker> speaker_of(const DeviceRow& device, const std::string& incarnation);
    // Under `writer`. Writes down who speaks under this name; answers whether two do.
    Result<bool> note_speaker(const DeviceRow& device, const std::string& incarnation);

    // ---- leases ----
    struct LeaseWork;
    Result<std::shared_ptr<const core::EventConfig>> config_of(const std::string& event); // null: no event in it yet
    std::vector<std::string> dealt_to(const std::string& event, const std::string& asker, std::int64_t now_ms);
    std::vector<std::string> note_recalls(const std::string& event, const LeaseWork& work); // what the asker is asked for
    Result<std::size_t> take_from_lost(const std::string& event, const std::string& device); // under `writer`
    Status note_epoch(); // under `writer`
    // After this store was put back from a backup: devices that have yet to say what they hold, sorted.
    Result<std::vector<std::string>> awaited(const std::string& event);
    Status await_all(const std::string& event); // under `writer`, as the next
    Status not_awaited(const std::string& event, const std::string& device);
    Status expire_leases(const std::string& event); // under `writer`

    static std::string scope_of(const DeviceRow& device); // which closed sessions it gets (hub/scope.hpp)
    ApiAnswer feed_answer(Context& context, bool may_wait, std::optional<Waiting>& waiting);
    void committed(const std::string& event, std::uint64_t latest);
    std::uint64_t latest_of(const std::string& event);
    Result<std::vector<OperationId>> append_own(const std::string& event, std::span<const core::OperationDraft> drafts);

    // ---- enrolment ----
    Result<std::string> make_code(const std::string& event, bool for_hub, const std::string& sessions);
    Result<std::string> choose_event(const CodeRow& code, const std::string& offered);
    Result<std::string> choose_name(const std::string& event, const protocol::EnrollRequest& request);
    Result<bool> is_alias(const std::string& event, const std::string& device, const OperationId& id);

    Store& store;
    const core::Clock& clock;
    core::Random& random;
    const core::Hasher& hasher;
    ApiOptions options;
    Directory directory;
    Metrics metrics;
    ChainHeads heads;
    Mirrors mirrors;
    OwnJournal own;

    std::mutex writer; // one write call of the store at a time
    std::string leases_epoch; // under `writer`: the epoch that note_epoch() has dealt with
    std::function<void(const std::string&)> news;

    mutable std::shared_mutex latest_mutex;
    std::map<std::string, std::uint64_t, std::less<>> latest;
    bool latest_stale = false;

    struct Attempts {
        int wrong = 0;
        std::int64_t since_boot_ms = 0;
    };
    std::mutex attempts_mutex;
    std::map<std::string, Attempts> attempts; // wrong codes, by peer

    std::mutex recalls_mutex; // of the next two
    // Event → (holder, resource) → when somebody asked for it in vain, by the boot clock.
    std::map<std::string, std::map<std::pair<std::string, std::string>, std::int64_t>> recalls;
    std::map<std::pair<std::string, std::string>, std::int64_t> lost_ms; // (event, device) → when it was called lost

    struct KnownConfig {
        std::uint64_t after = 0; // of the mirror
        std::shared_ptr<const core::EventConfig> config;
    };
    std::mutex configs_mutex;
    std::map<std::string, KnownConfig> configs; // by event

    std::mutex aliases_mutex;
    std::map<std::string, bool> aliases;

    // Of the folding thread: when what devices told was last written, when old things in quarantine were last emptied.
    std::int64_t written_boot_ms = 0;
    std::int64_t emptied_boot_ms = 0;
};

// Devices that a hub which was put back waits for: a JSON list. And when a device was called lost, in milliseconds.
inline std::string awaited_fact(const std::string& event) { return "leases/awaited/" + event; }
inline std::string lost_fact(const std::string& event, const std::string& device) { return "leases/lost/" + event + "/" + device; }
// Whether a hub of a venue holds an event of the central one; absent where this is no venue's hub.
inline std::string rights_fact(const std::string& event) { return "rights/" + event; }

// One component of a target: %XX and '+'. Absent where it is malformed.
std::optional<std::string> percent_decoded(std::string_view text);
std::string percent_encoded(std::string_view text);
bool is_device_name(std::string_view name);
bool is_event_code(std::string_view code);

} // namespace kiosk::sync::hub
