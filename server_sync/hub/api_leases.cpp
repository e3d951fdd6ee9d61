// SPDX-License-Identifier: Apache-2.0
// POST /v1/leases: who holds what. The rules are core's (core/leases.hpp); here is what goes with them: one transaction, who
// may ask, a device's share, and who waits for what. A venue hub grants only while it holds the event of the central one.
#include "core/load_config.hpp"
#include "hub/api_impl.hpp"

#include <algorithm>
#include <cstdlib>
#include <set>

namespace kiosk::sync::hub {

namespace {

constexpr std::int64_t recalled_ms = 60'000;     // whoever still waits asks again before
constexpr std::size_t max_recalls = 20'000;      // of one event
constexpr std::int64_t dealt_to_ms = 10 * 60'000; // devices that were seen within that time get a share
constexpr std::int64_t fold_ms = 20;             // for a deal: a config that is some operations old does as well
constexpr std::string_view whole_event = "event";

// A generation that is newer than any that this hub, one that it was before it was restored, or the hub of a venue gave
// for the same thing, as long as their clocks are roughly right.
void raise_generation(std::uint64_t& generation, std::int64_t now_ms) {
    generation = std::max(generation, static_cast<std::uint64_t>(std::max<std::int64_t>(now_ms, 0)) / 1000);
}

protocol::LeaseGrant to_wire(const core::LeaseGranted& granted) {
    protocol::LeaseGrant grant;
    grant.resource = core::resource_text(granted.resource);
    grant.granted = granted.resource.is_counted() ? granted.resource.count : granted.held ? 1 : 0;
    grant.taken = granted.taken;
    grant.holder = granted.holder;
    grant.generation = granted.generation;
    return grant;
}

} // namespace

// What one request is about, parsed and looked up before the transaction begins.
struct Api::Impl::LeaseWork {
    core::Asker asker;
    std::vector<core::LeaseWanted> want;
    std::vector<std::pair<core::Resource, std::uint64_t>> give_back; // with the number up to which its journal counts
    std::int64_t as_of_ms = 0;
    bool all_or_nothing = false;
    bool may_grant = true;     // a venue hub that does not hold the event grants nothing
    bool calls_all_in = false; // and one that gives it back asks for all that it granted
    std::vector<std::string> awaited;        // not empty: this hub was put back, and these have not said what they hold
    std::optional<std::uint64_t> holds_seq;  // the request says it
    std::shared_ptr<const core::EventConfig> dealt_from; // null: nothing is dealt
    std::vector<std::string> devices;
    // What comes of it:
    std::vector<core::LeaseGranted> granted;
    std::vector<std::string> given_back;
    std::vector<std::pair<std::string, std::string>> in_vain; // holder and what it holds that was asked for
    bool told = false; // the asker was awaited, and has said it now

    Result<void> read(const protocol::LeaseRequest& request);
    LeaseSelection selection() const;
    void run(LeaseTable& table);

private:
    void note_in_vain(const LeaseTable& table, std::size_t from);
};

Result<void> Api::Impl::LeaseWork::read(const protocol::LeaseRequest& request) {
    asker.incarnation = request.incarnation;
    all_or_nothing = request.all_or_nothing;
    as_of_ms = request.as_of_ms;
    holds_seq = request.holds_seq;
    for (const auto& wish : request.want) {
        KIOSK_TRY(auto resource, core::parse_resource(wish.resource));
        if (resource.is_counted())
            resource.count = wish.count;
        want.push_back({std::move(resource), wish.capacity, wish.booking.substr(0, protocol::max_id_bytes), wish.holds});
    }
    for (const auto& wish : request.give_back) {
        KIOSK_TRY(auto resource, core::parse_resource(wish.resource));
        if (resource.is_counted())
            resource.count = wish.count; // what it keeps
        give_back.emplace_back(std::move(resource), wish.closing_seq);
    }
    return {};
}

LeaseSelection Api::Impl::LeaseWork::selection() const {
    LeaseSelection selection;
    selection.holder = asker.device;
    selection.incarnation = asker.incarnation;
    const bool whole = std::ranges::any_of(want, [](const auto& each) { return each.resource.subject == whole_event; });
    if (dealt_from || whole || calls_all_in || !awaited.empty())
        return selection;
    auto& subjects = selection.subjects.emplace();
    for (const auto& each : want)
        subjects.push_back(each.resource.subject);
    for (const auto& [resource, closing_seq] : give_back)
        subjects.push_back(resource.subject);
    return selection;
}

void Api::Impl::LeaseWork::run(LeaseTable& table) {
    granted.clear(); // a store may begin again
    given_back.clear();
    in_vain.clear();
    told = false;
    auto& rows = table.rows;
    const auto is_own = [&](const core::HeldLease& row) { return row.holder == asker.device; };

    core::expire(rows, asker.now_ms);
    // What others gave back is free as soon as their journals are here, whether they ask again or not.
    std::erase_if(rows, [&](const core::HeldLease& row) {
        return row.closing_seq > 0 && !is_own(row) && table.contiguous(row.holder, row.incarnation) >= row.closing_seq;
    });
    if (std::ranges::any_of(rows, [&](const auto& row) { return is_own(row) && row.incarnation != asker.incarnation; })) {
        raise_generation(table.generation, asker.now_ms);
        core::take_from_older(rows, asker, table.generation);
    }
    const auto journal_seq = give_back.empty() ? 0 : table.contiguous(asker.device, asker.incarnation);
    for (const auto& [resource, closing_seq] : give_back) {
        const auto holds = [&, &wanted = resource](const core::HeldLease& row) {
            return is_own(row) && row.resource.subject == wanted.subject && row.resource.starts == wanted.starts &&
                   row.resource.ends == wanted.ends && (!wanted.is_counted() || row.resource.count > wanted.count);
        };
        const bool held = std::ranges::any_of(rows, holds);
        core::give_back(rows, resource, asker, closing_seq, journal_seq, as_of_ms);
        if (std::ranges::any_of(rows, holds))
            continue; // it is closing
        given_back.push_back(core::resource_text(resource));
        if (held && resource.subject == whole_event) {
            ++table.generation; // what is granted from here on is newer than what that hub granted
            raise_generation(table.generation, asker.now_ms);
        }
    }
    if (!may_grant) {
        for (const auto& each : want) {
            granted.push_back({each.resource, false, false, {}, 0});
            if (each.resource.is_counted())
                granted.back().resource.count = 0;
        }
        for (const auto& row : rows)
            if (calls_all_in && is_own(row) && row.closing_seq == 0)
                in_vain.emplace_back(row.holder, core::resource_text(row.resource));
        return;
    }
    if (!awaited.empty()) {
        const bool is_awaited = std::ranges::find(awaited, asker.device) != awaited.end();
        // What it confirmed must be readable here before anybody else gets what it does not hold any more.
        told = is_awaited && holds_seq && table.contiguous(asker.device, asker.incarnation) >= *holds_seq;
        if (told)
            core::take_report(rows, want, awaited, asker, table.generation);
        if (!told || awaited.size() > 1) {
            granted = core::grant_nothing_new(rows, want, all_or_nothing, asker);
            return;
        }
    }
    granted = core::grant(rows, want, all_or_nothing, asker, table.generation);
    note_in_vain(table, 0);
    if (!dealt_from)
        return;
    const auto share = core::deal(*dealt_from, rows, devices, asker.device, core::Instant{asker.now_ms}, protocol::max_leases);
    auto dealt = core::grant(rows, share, false, asker, table.generation);
    std::erase_if(dealt, [](const auto& each) { return !each.held; });
    granted.insert(granted.end(), std::make_move_iterator(dealt.begin()), std::make_move_iterator(dealt.end()));
}

// Named as the holder has them, which may be longer than what was asked for.
void Api::Impl::LeaseWork::note_in_vain(const LeaseTable& table, std::size_t from) {
    for (auto i = from; i < granted.size(); ++i) {
        const auto& answer = granted[i];
        if (answer.held || answer.holder.empty())
            continue;
        const bool whole = answer.resource.subject == whole_event;
        for (const auto& row : table.rows)
            if (row.holder != asker.device && row.closing_seq == 0 && (whole || core::overlap(row.resource, answer.resource)))
                in_vain.emplace_back(row.holder, core::resource_text(row.resource));
    }
}

Result<std::shared_ptr<const core::EventConfig>> Api::Impl::config_of(const std::string& event) {
    const auto mirror = mirrors.of(event);
    static_cast<void>(mirror->catch_up(fold_ms)); // what can't be folded now leaves it a little older
    const auto after = mirror->after();
    {
        const std::lock_guard lock(configs_mutex);
        if (const auto known = configs.find(event); known != configs.end() && known->second.after == after)
            return known->second.config;
    }
    std::shared_ptr<const core::EventConfig> config;
    KIOSK_CHECK(mirror->use([&](storage::Database& database) -> Status {
        auto loaded = core::load_config(database);
        // No event yet, or one that can't be read: what can be done without it goes on.
        if (!loaded && (loaded.error().code == core::ErrorCode::Invalid || loaded.error().code == core::ErrorCode::NotFound))
            return {};
        if (!loaded)
            return std::unexpected(loaded.error());
        config = std::make_shared<const core::EventConfig>(std::move(*loaded));
        return {};
    }));
    const std::lock_guard lock(configs_mutex);
    configs[event] = {after, config};
    return config;
}

// Who gets a share: whoever spoke lately, but for those that an organizer said are lost since.
std::vector<std::string> Api::Impl::dealt_to(const std::string& event, const std::string& asker, std::int64_t now_ms) {
    std::vector<std::string> names{asker};
    const std::lock_guard lock(recalls_mutex);
    for (const auto& row : directory.devices()) {
        if (row.event != event || row.device == asker || row.revoked || row.is_hub || now_ms - row.seen_ms > dealt_to_ms)
            continue;
        const auto told = lost_ms.find({event, row.device});
        if (told == lost_ms.end() || row.seen_ms > told->second)
            names.push_back(row.device);
    }
    std::ranges::sort(names);
    return names;
}

// Who waits for what: held in memory, for a minute. Whoever waits asks again, and then it is noted anew.
std::vector<std::string> Api::Impl::note_recalls(const std::string& event, const LeaseWork& work) {
    const auto now = clock.boot_ms();
    const std::lock_guard lock(recalls_mutex);
    auto& noted = recalls[event];
    std::erase_if(noted, [&](const auto& entry) { return now - entry.second >= recalled_ms; });
    for (const auto& holder_and_text : work.in_vain)
        if (noted.size() < max_recalls)
            noted[holder_and_text] = now;
    const auto& device = work.asker.device;
    const auto settle = [&](const std::string& text) { noted.erase({device, text}); };
    std::ranges::for_each(work.given_back, settle);
    for (const auto& [resource, closing_seq] : work.give_back)
        settle(core::resource_text(resource)); // it is on its way
    if (std::ranges::any_of(work.granted, &core::LeaseGranted::held)) {
        std::set<std::string> held;
        for (const auto& granted : work.granted)
            if (granted.held && !granted.resource.is_counted())
                held.insert(core::resource_text(granted.resource));
        // Of others, as they had it once: it is here now.
        std::erase_if(noted, [&](const auto& entry) { return entry.first.first != device && held.contains(entry.first.second); });
    }
    std::vector<std::string> mine;
    for (auto entry = noted.lower_bound({device, {}}); entry != noted.end() && entry->first.first == device; ++entry)
        if (mine.size() < protocol::max_leases)
            mine.push_back(entry->first.second);
    return mine;
}

Api::Prepared Api::Impl::post_leases(Context& context) {
    const auto request = protocol::decode_lease_request(context.request.body);
    if (!request)
        return ready(error(400, "malformed", request.error().context));
    const auto& device = *context.device;
    const auto& event = device.event;
    if (request->device != device.device)
        return ready(error(403, "foreign_device", "This token is another device's."));
    if (request->incarnation.size() > protocol::max_id_bytes || request->incarnation.find('/') != std::string::npos)
        return ready(error(400, "malformed", "The incarnation can't be a name."));
    LeaseWork work;
    if (const auto read = work.read(*request); !read)
        return ready(error(400, "malformed", "There is no such resource: " + read.error().context));
    work.asker.device = device.device;
    work.asker.now_ms = clock.now().unix_ms;
    if (request->deal) {
        const auto config = config_of(event);
        if (!config)
            return ready(store_error(config.error()));
        work.dealt_from = *config;
        work.devices = dealt_to(event, device.device, work.asker.now_ms);
    }
    const bool asks = !request->want.empty() || request->deal;

    protocol::LeaseReply reply;
    {
        const std::lock_guard lock(writer);
        // Two machines under one name would both believe that they hold it.
        if (const auto known = note_speaker(device, request->incarnation); !known)
            return ready(store_error(known.error()));
        else if (asks && *known)
            return ready(error(409, "cloned", "Another machine uses this name; it must be enrolled anew."));
        if (const auto noted = asks ? note_epoch() : Status{}; !noted)
            return ready(store_error(noted.error()));
        const auto rights = store.fact(rights_fact(event));
        if (!rights)
            return ready(store_error(rights.error()));
        work.may_grant = !*rights || **rights == rights_held;
        work.calls_all_in = *rights && **rights == rights_releasing;
        auto waited_for = awaited(event);
        if (!waited_for)
            return ready(store_error(waited_for.error()));
        work.awaited = std::move(*waited_for);
        if (!work.may_grant)
            work.dealt_from.reset();
        const auto changed = store.change_leases(event, work.selection(), [&](LeaseTable& table) { work.run(table); });
        if (!changed)
            return ready(store_error(changed.error()));
        if (work.told) {
            if (const auto noted = not_awaited(event, device.device); !noted)
                return ready(store_error(noted.error()));
            std::erase(work.awaited, device.device);
            log(work.awaited.empty() ? "leases.all_told" : "leases.told", {{"event", event}, {"device", device.device}});
        }
        // After the grant, never before: whatever an earlier holder confirmed is up to here.
        const auto newest = store.latest(event);
        if (!newest)
            return ready(store_error(newest.error()));
        reply.feed = *newest;
    }
    directory.spoke(event, device.device, {work.asker.now_ms, std::nullopt, std::nullopt});
    reply.recalled = note_recalls(event, work);
    const auto identity = directory.identity();
    reply.hub = identity.hub;
    reply.epoch = identity.epoch;
    reply.time_ms = clock.now().unix_ms;
    for (const auto& granted : work.granted)
        reply.grants.push_back(to_wire(granted));
    reply.given_back = std::move(work.given_back);
    reply.awaited = std::move(work.awaited);
    if (reply.awaited.size() > protocol::max_awaited) // the asker among them, where it is
        reply.awaited.erase(std::remove_if(reply.awaited.begin() + protocol::max_awaited - 1, reply.awaited.end(),
                                           [&](const auto& name) { return name != device.device; }),
                            reply.awaited.end());
    ApiAnswer answer;
    answer.body = protocol::encode(reply);
    answer.headers["Cache-Control"] = "no-store";
    return ready(std::move(answer));
}

// Everything that a device holds is the hub's again; how many that were.
Result<std::size_t> Api::Impl::take_from_lost(const std::string& event, const std::string& device) {
    std::size_t freed = 0;
    const auto now_ms = clock.now().unix_ms;
    KIOSK_CHECK(store.change_leases(event, {}, [&](LeaseTable& table) {
        freed = 0;
        if (std::ranges::none_of(table.rows, [&](const auto& row) { return row.holder == device; }))
            return;
        raise_generation(table.generation, now_ms);
        freed = core::take_from_lost(table.rows, device, table.generation);
    }));
    KIOSK_CHECK(store.set_fact(lost_fact(event, device), std::to_string(now_ms)));
    KIOSK_CHECK(not_awaited(event, device));
    const std::lock_guard lock(recalls_mutex);
    lost_ms[{event, device}] = now_ms;
    return freed;
}

// ---- a store that was put back from a backup ----

Result<std::vector<std::string>> Api::Impl::awaited(const std::string& event) {
    KIOSK_TRY(const auto kept, store.fact(awaited_fact(event)));
    std::vector<std::string> names;
    if (!kept)
        return names;
    const auto list = Json::parse(*kept, nullptr, false);
    for (const auto& name : list.is_array() ? list : Json::array())
        if (name.is_string())
            if (const auto row = directory.device(event, name.get<std::string>()); row && !row->revoked && row->cloned_by.empty())
                names.push_back(row->device);
    return names;
}

// Everybody who could have been granted something: whoever is enrolled, but for those that an organizer said are lost and
// that were not heard of since. At the hub of a hall the central one is enrolled as well, and holds nothing of it.
Status Api::Impl::await_all(const std::string& event) {
    KIOSK_TRY(const auto rights, store.fact(rights_fact(event)));
    Json names = Json::array();
    for (const auto& row : directory.devices()) { // sorted
        if (row.event != event || row.revoked || (row.is_hub && rights))
            continue;
        KIOSK_TRY(const auto lost, store.fact(lost_fact(event, row.device)));
        if (!lost || std::strtoll(lost->c_str(), nullptr, 10) < row.seen_ms)
            names.push_back(row.device);
    }
    return store.set_fact(awaited_fact(event), names.dump());
}

Status Api::Impl::not_awaited(const std::string& event, const std::string& device) {
    KIOSK_TRY(const auto kept, store.fact(awaited_fact(event)));
    if (!kept)
        return {};
    KIOSK_TRY(const auto before, awaited(event));
    Json names = Json::array();
    for (const auto& name : before)
        if (name != device)
            names.push_back(name);
    return names.size() == before.size() ? Status{} : store.set_fact(awaited_fact(event), names.dump());
}

// A store that was put back knows nothing of what was granted since its backup: whatever is granted from now on is newer, and
// nothing is before all devices have said what they hold.
Status Api::Impl::note_epoch() {
    const auto [hub, epoch, recovering] = directory.identity();
    if (leases_epoch == epoch)
        return {};
    KIOSK_TRY(const auto known, store.fact("leases/epoch"));
    if (known ? *known != epoch : recovering) {
        std::set<std::string> names;
        KIOSK_TRY(const auto events, store.events());
        for (const auto& event : events)
            names.insert(event.event);
        for (const auto& device : directory.devices())
            names.insert(device.event);
        for (const auto& event : names) {
            KIOSK_CHECK(await_all(event));
            KIOSK_CHECK(store.change_leases(event, {std::vector<std::string>{}, {}, {}}, [&](LeaseTable& table) {
                ++table.generation;
                raise_generation(table.generation, clock.now().unix_ms);
            }));
        }
    }
    if (!known || *known != epoch)
        KIOSK_CHECK(store.set_fact("leases/epoch", epoch));
    leases_epoch = epoch;
    return {};
}

// Rows whose time is over go by themselves when somebody looks at them; here go those at which nobody does.
Status Api::Impl::expire_leases(const std::string& event) {
    return store.change_leases(event, {}, [&](LeaseTable& table) { core::expire(table.rows, clock.now().unix_ms); });
}

} // namespace kiosk::sync::hub
