// SPDX-License-Identifier: Apache-2.0
// Routing, who may ask, and what all handlers share.
#include "hub/api.hpp"

#include "core/sealing.hpp"
#include "hub/api_impl.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

namespace kiosk::sync::hub {

namespace {

using kiosk::core::ErrorCode;

constexpr std::size_t max_target_bytes = 2000;
constexpr std::size_t max_cached_chains = 100'000;
constexpr std::size_t max_event_bytes = 64;
constexpr std::size_t max_device_bytes = 64;
constexpr std::int64_t write_told_ms = 30'000;
constexpr std::int64_t empty_quarantine_ms = 3'600'000;
constexpr std::int64_t personal_aside_ms = 30 * kiosk::core::day_ms; // what kiosks promise for contact details

// "/v1/devices/{event}/{device}/revoke" against the path's parts.
bool matches(std::string_view pattern, std::string_view path, std::vector<std::string>& parts) {
    parts.clear();
    for (;;) {
        const auto pattern_end = std::min(pattern.find('/'), pattern.size());
        const auto path_end = std::min(path.find('/'), path.size());
        const auto wanted = pattern.substr(0, pattern_end);
        const auto given = path.substr(0, path_end);
        if (wanted.starts_with('{')) {
            auto part = percent_decoded(given);
            if (!part || part->empty())
                return false;
            parts.push_back(std::move(*part));
        } else if (wanted != given) {
            return false;
        }
        if (pattern_end == pattern.size() || path_end == path.size())
            return pattern_end == pattern.size() && path_end == path.size();
        pattern.remove_prefix(pattern_end + 1);
        path.remove_prefix(path_end + 1);
    }
}

bool read_query(std::string_view text, std::map<std::string, std::string, std::less<>>& query) {
    while (!text.empty()) {
        const auto end = std::min(text.find('&'), text.size());
        const auto pair = text.substr(0, end);
        const auto equals = std::min(pair.find('='), pair.size());
        auto name = percent_decoded(pair.substr(0, equals));
        auto value = percent_decoded(pair.substr(std::min(equals + 1, pair.size())));
        if (!name || !value)
            return false;
        query[std::move(*name)] = std::move(*value);
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return true;
}

int rank(std::string_view role) { return role == "admin" ? 3 : role == "organizer" ? 2 : role == "viewer" ? 1 : 0; }

bool is_plain(std::string_view text) {
    return std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) <= 0x20 || c == 0x7f; });
}

} // namespace

std::optional<std::string> percent_decoded(std::string_view text) {
    std::string out;
    const auto digit = [](char c) {
        return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
    };
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '+') {
            out += ' ';
        } else if (text[i] != '%') {
            out += text[i];
        } else {
            if (i + 2 >= text.size() || digit(text[i + 1]) < 0 || digit(text[i + 2]) < 0)
                return std::nullopt;
            out += static_cast<char>(digit(text[i + 1]) * 16 + digit(text[i + 2]));
            i += 2;
        }
    }
    return out;
}

std::string percent_encoded(std::string_view text) {
    constexpr char digits[] = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || std::strchr("-._~", c)) {
            out += c;
        } else {
            out += '%';
            out += digits[static_cast<unsigned char>(c) >> 4];
            out += digits[static_cast<unsigned char>(c) & 15];
        }
    }
    return out;
}

bool is_device_name(std::string_view name) {
    return !name.empty() && name.size() <= max_device_bytes && is_plain(name) && name.find('/') == std::string_view::npos;
}

bool is_event_code(std::string_view code) { return !code.empty() && code.size() <= max_event_bytes && is_plain(code); }

// ---- chain heads ----

std::string ChainHeads::key(const std::string& event, const std::string& device, const std::string& incarnation) {
    return event + '\n' + device + '\n' + incarnation;
}

Result<OperationHead> ChainHeads::highest(const std::string& event, const std::string& device,
                                          const std::string& incarnation) {
    const auto name = key(event, device, incarnation);
    {
        const std::lock_guard lock(m_mutex);
        if (const auto found = m_heads.find(name); found != m_heads.end())
            return found->second;
    }
    OperationHead head;
    KIOSK_TRY(const auto seq, m_store.highest(event, device, incarnation));
    if (seq > 0) {
        KIOSK_TRY(const auto stored, m_store.operation_head(event, device, incarnation, seq));
        if (stored)
            head = *stored;
    }
    const std::lock_guard lock(m_mutex);
    if (m_heads.size() >= max_cached_chains)
        m_heads.clear();
    auto& kept = m_heads[name];
    if (head.seq >= kept.seq)
        kept = head; // a commit may have gone further meanwhile
    return kept;
}

void ChainHeads::stored(const std::string& event, const OperationId& id, const Digest& hash) {
    const std::lock_guard lock(m_mutex);
    const auto found = m_heads.find(key(event, id.device, id.incarnation));
    if (found != m_heads.end() && id.seq > found->second.seq)
        found->second = {id.seq, hash};
}

void ChainHeads::forget() {
    const std::lock_guard lock(m_mutex);
    m_heads.clear();
}

// ---- routing ----

std::string Api::Impl::Context::text(std::string_view name) const {
    const auto found = query.find(name);
    return found == query.end() ? std::string() : found->second;
}

Result<std::optional<std::uint64_t>> Api::Impl::Context::number(std::string_view name) const {
    const auto found = query.find(name);
    if (found == query.end())
        return std::optional<std::uint64_t>{};
    std::uint64_t value = 0;
    const auto& text = found->second;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (problem != std::errc() || end != text.data() + text.size() || value > INT64_MAX)
        return core::fail(ErrorCode::Invalid, "error.field", std::string(name) + " must be a whole number");
    return std::optional(value);
}

std::span<const Api::Impl::Route> Api::Impl::routes() {
    static const std::array all{
        Route{"GET", "/", Need::Nobody, &Impl::get_page},
        Route{"GET", "/openapi.json", Need::Nobody, &Impl::get_openapi},
        Route{"GET", "/healthz", Need::Nobody, &Impl::get_health},
        Route{"GET", "/metrics", Need::Nobody, &Impl::get_metrics},
        Route{"POST", "/v1/enroll", Need::Nobody, &Impl::post_enroll},
        Route{"POST", "/v1/ops", Need::AnyDevice, &Impl::post_operations},
        Route{"GET", "/v1/feed", Need::Device, &Impl::get_feed},
        Route{"GET", "/v1/snapshot", Need::Device, &Impl::get_snapshot},
        Route{"POST", "/v1/leases", Need::Device, &Impl::post_leases},
        Route{"GET", "/v1/events", Need::Viewer, &Impl::get_events},
        Route{"GET", "/v1/devices", Need::Viewer, &Impl::get_devices},
        Route{"POST", "/v1/devices/{event}/{device}/revoke", Need::Organizer, &Impl::post_revoke},
        Route{"POST", "/v1/devices/{event}/{device}/lost", Need::Organizer, &Impl::post_lost},
        Route{"POST", "/v1/devices/{event}/{device}/confidential", Need::Organizer, &Impl::post_confidential},
        Route{"POST", "/v1/enrolment-codes", Need::Organizer, &Impl::post_code},
        Route{"GET", "/v1/quarantine", Need::Viewer, &Impl::get_quarantine},
        Route{"GET", "/v1/audit", Need::Viewer, &Impl::get_audit},
        Route{"GET", "/v1/conflicts", Need::Viewer, &Impl::get_conflicts},
        Route{"POST", "/v1/conflicts", Need::Organizer, &Impl::post_conflict},
        Route{"POST", "/v1/changes", Need::Organizer, &Impl::post_changes},
        Route{"GET", "/v1/bookings", Need::Viewer, &Impl::get_bookings},
    };
    return all;
}

Api::Impl::Impl(Store& store_, const core::Clock& clock_, core::Random& random_, const core::Hasher& hasher_,
                ApiOptions options_)
    : store(store_), clock(clock_), random(random_), hasher(hasher_), options(std::move(options_)), directory(store_),
      heads(store_), mirrors([this] {
          MirrorPorts ports;
          ports.store = &store;
          ports.clock = &clock;
          ports.random = &random;
          ports.hasher = &hasher;
          ports.folder = options.folder;
          ports.vfs = options.mirror_vfs;
          ports.identity = [this] { return directory.identity(); };
          ports.log = [this](std::string_view what, std::string_view detail) { log(what, {{"detail", detail}}); };
          return ports;
      }()),
      own(store_, clock_, random_, hasher_) {}

Api::Prepared Api::Impl::ready(ApiAnswer answer) {
    Prepared prepared;
    prepared.answer = std::move(answer);
    return prepared;
}

ApiAnswer Api::Impl::error(int status, std::string_view word, std::string_view message,
                           std::optional<std::int64_t> retry_after_s) const {
    ApiAnswer answer;
    answer.status = status;
    answer.body = protocol::encode(protocol::ErrorReply{std::string(word), std::string(message), retry_after_s});
    if (retry_after_s)
        answer.headers["Retry-After"] = std::to_string(*retry_after_s);
    if (status == 401)
        answer.headers["WWW-Authenticate"] = "Bearer";
    return answer;
}

ApiAnswer Api::Impl::store_error(const core::Error& problem) const {
    log("store.error", {{"error", problem.message_key}, {"code", static_cast<int>(problem.code)}});
    if (problem.code == ErrorCode::DiskFull)
        return error(507, "disk_full", "The hub's disk is full.", 30);
    return error(503, "store", "The hub can't reach its store now.", 2);
}

ApiAnswer Api::Impl::json(const Json& body, int status) {
    ApiAnswer answer;
    answer.status = status;
    answer.body = body.dump(-1, ' ', false, Json::error_handler_t::replace);
    answer.headers["Cache-Control"] = "no-store";
    return answer;
}

void Api::Impl::log(std::string_view what, const Json& more) const {
    if (!options.log)
        return;
    Json line{{"at", core::to_rfc3339_utc(clock.now())}, {"what", what}};
    line.update(more);
    options.log(line.dump(-1, ' ', false, Json::error_handler_t::replace));
}

Status Api::Impl::audit(const std::string& who, const std::string& what) {
    return store.audit({clock.now().unix_ms, who, what});
}

bool Api::Impl::is_organizer(const Context& context) const { return context.user && rank(context.user->role) >= 2; }

std::optional<ApiAnswer> Api::Impl::refuse(const Route& route, Context& context) {
    if (route.need == Need::Nobody)
        return std::nullopt;
    constexpr std::string_view scheme = "Bearer ";
    const auto header = context.request.headers.find("authorization");
    if (header == context.request.headers.end() || !header->second.starts_with(scheme) || header->second.size() > 200)
        return error(401, "token", "A token is needed.");
    const auto hash = secret_hash(hasher, std::string_view(header->second).substr(scheme.size()));
    directory.refresh_if_stale(clock.boot_ms());
    context.device = directory.device_of_token(hash);
    if (!context.device)
        context.user = directory.user_of_token(hash);
    if (!context.device && !context.user)
        return error(401, "token", "This token is not known.");
    const bool for_device = route.need == Need::Device || route.need == Need::AnyDevice;
    if (for_device != context.device.has_value())
        return error(403, "role", for_device ? "This is for kiosks." : "This is for organizers.");
    if (route.need == Need::Device && context.device->revoked)
        return error(403, "revoked", "This device was revoked.");
    const int needed = route.need == Need::Admin ? 3 : route.need == Need::Organizer ? 2 : 1;
    if (context.user && rank(context.user->role) < needed)
        return error(403, "role", "Your role does not allow this.");
    return std::nullopt;
}

Api::Prepared Api::Impl::run(const Route& route, Context& context) {
    if (auto refused = refuse(route, context))
        return ready(std::move(*refused));
    return (this->*route.run)(context);
}

Api::Prepared Api::Impl::dispatch(const ApiRequest& request) {
    const auto begun = std::chrono::steady_clock::now();
    const std::string_view target = request.target;
    const auto question = std::min(target.find('?'), target.size());
    Context context{request, {}, {}, {}, {}};
    const Route* route = nullptr;
    std::string allowed;
    Prepared prepared;
    if (target.size() > max_target_bytes || !read_query(target.substr(std::min(question + 1, target.size())), context.query)) {
        prepared = ready(error(400, "target", "The address can't be read."));
    } else if (request.body.size() > protocol::max_body_bytes) {
        prepared = ready(error(413, "too_large", "The request is too large."));
    } else {
        for (const auto& candidate : routes()) {
            std::vector<std::string> parts;
            if (!matches(candidate.path, target.substr(0, question), parts))
                continue;
            allowed += (allowed.empty() ? "" : ", ") + std::string(candidate.method);
            if (request.method == candidate.method) {
                route = &candidate;
                context.parts = std::move(parts);
                break;
            }
        }
        if (route) {
            prepared = run(*route, context);
        } else if (!allowed.empty()) {
            prepared = ready(error(405, "method", "This method is not for this address."));
            prepared.answer->headers["Allow"] = allowed;
        } else {
            prepared = ready(error(404, "not_found", "There is nothing at this address."));
        }
    }
    if (prepared.answer) {
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
        metrics.request(route ? route->method : "-", route ? route->path : "-", prepared.answer->status, took.count());
        prepared.answer->headers.try_emplace("X-Content-Type-Options", "nosniff");
    }
    return prepared;
}

void Api::Impl::committed(const std::string& event, std::uint64_t number) {
    {
        const std::unique_lock lock(latest_mutex);
        auto& known = latest[event];
        if (number <= known)
            return;
        known = number;
    }
    if (news)
        news(event);
}

std::uint64_t Api::Impl::latest_of(const std::string& event) {
    {
        const std::shared_lock lock(latest_mutex);
        const auto found = latest.find(event);
        if (found != latest.end() && !latest_stale)
            return found->second;
    }
    // Read without the lock; what another thread commits meanwhile is not undone.
    std::vector<std::string> events;
    {
        const std::unique_lock lock(latest_mutex);
        latest.try_emplace(event, 0);
        if (latest_stale)
            for (const auto& [name, number] : latest)
                events.push_back(name);
        else
            events.push_back(event);
        latest_stale = false;
    }
    bool failed = false;
    for (const auto& name : events) {
        const auto number = store.latest(name);
        failed = failed || !number;
        const std::unique_lock lock(latest_mutex);
        latest[name] = std::max(latest[name], number.value_or(0));
    }
    const std::unique_lock lock(latest_mutex);
    latest_stale = latest_stale || failed;
    return latest[event];
}

Result<std::vector<OperationId>> Api::Impl::append_own(const std::string& event,
                                                       std::span<const core::OperationDraft> drafts) {
    std::uint64_t number = 0;
    std::vector<OperationId> ids;
    {
        const std::lock_guard lock(writer);
        auto appended = own.append(directory.identity().hub, event, drafts);
        if (!appended)
            return std::unexpected(appended.error());
        number = appended->latest;
        ids = std::move(appended->ids);
        metrics.commit(1, drafts.size(), false);
        metrics.operations("stored", drafts.size());
        if (!ids.empty())
            heads.stored(event, ids.back(), appended->head.hash);
    }
    committed(event, number);
    return ids;
}

// ---- the public side ----

Api::Api() = default;
Api::~Api() = default;

Result<std::unique_ptr<Api>> Api::create(Store& store, const core::Clock& clock, core::Random& random,
                                         const core::Hasher& hasher, ApiOptions options) {
    std::error_code problem;
    std::filesystem::create_directories(options.folder, problem);
    if (problem)
        return core::fail(ErrorCode::Io, "error.database_io", options.folder.string() + ": " + problem.message());
    // Snapshots of an earlier run: nobody knows their names any more.
    for (const auto& entry : std::filesystem::directory_iterator(options.folder, problem))
        if (entry.path().filename().string().starts_with("snapshot-"))
            std::filesystem::remove(entry.path(), problem);
    auto api = std::unique_ptr<Api>(new Api);
    api->m_impl = std::make_unique<Impl>(store, clock, random, hasher, std::move(options));
    KIOSK_CHECK(api->m_impl->directory.reload());
    static_cast<void>(api->m_impl->note_epoch()); // a hub starts on a full disk too; it is tried again before a grant
    KIOSK_TRY(const auto events, store.events());
    for (const auto& event : events)
        api->m_impl->latest[event.event] = event.latest;
    return api;
}

Api::Prepared Api::prepare(const ApiRequest& request) { return m_impl->dispatch(request); }
Status Api::commit(std::vector<std::shared_ptr<Prepared::Push>>& pushes) { return m_impl->commit(pushes); }
ApiAnswer Api::finish(Prepared::Push& push) { return m_impl->finish(push); }

ApiAnswer Api::answer_feed(const ApiRequest& request) {
    ApiRequest now = request;
    const auto question = std::min(now.target.find('?'), now.target.size());
    now.target += question == now.target.size() ? "?wait=0" : "&wait=0"; // the last one counts
    auto prepared = m_impl->dispatch(now);
    return prepared.answer ? std::move(*prepared.answer) : m_impl->error(500, "internal", "The feed had no answer.");
}

ApiAnswer Api::handle(const ApiRequest& request) {
    auto prepared = prepare(request);
    if (prepared.answer)
        return std::move(*prepared.answer);
    if (prepared.waiting)
        return answer_feed(request);
    std::vector pushes{prepared.push};
    static_cast<void>(commit(pushes)); // finish() tells
    return finish(*prepared.push);
}

std::uint64_t Api::latest(const std::string& event) const { return m_impl->latest_of(event); }
void Api::on_news(std::function<void(const std::string&)> hook) { m_impl->news = std::move(hook); }
void Api::set_waiting(std::size_t feeds) { m_impl->metrics.set_waiting(feeds); }

void Api::foreign_commit() {
    m_impl->directory.stale();
    m_impl->heads.forget();
    {
        const std::lock_guard lock(m_impl->aliases_mutex);
        m_impl->aliases.clear();
    }
    const std::unique_lock lock(m_impl->latest_mutex);
    m_impl->latest_stale = true;
}

std::vector<std::pair<std::string, std::string>> Api::routes() {
    std::vector<std::pair<std::string, std::string>> all;
    for (const auto& route : Impl::routes())
        all.emplace_back(route.method, route.path);
    return all;
}

bool Api::fold(std::int64_t budget_ms) {
    auto& impl = *m_impl;
    const auto begun = impl.clock.boot_ms();
    impl.directory.refresh_if_stale(begun);
    if (begun - impl.written_boot_ms >= write_told_ms || impl.written_boot_ms == 0) {
        impl.written_boot_ms = begun;
        const std::lock_guard lock(impl.writer);
        if (const auto rows = impl.directory.take_unwritten())
            for (const auto& row : *rows)
                static_cast<void>(impl.store.put_device(row)); // what is lost here is only when it was last seen
        static_cast<void>(impl.own.keep_clocks());
        if (const auto events = impl.store.events())
            for (const auto& event : *events)
                static_cast<void>(impl.expire_leases(event.event)); // else when somebody asks
    }
    if (begun - impl.emptied_boot_ms >= empty_quarantine_ms || impl.emptied_boot_ms == 0) {
        impl.emptied_boot_ms = begun;
        const std::lock_guard lock(impl.writer);
        const auto emptied = impl.store.empty_quarantine(impl.clock.now().unix_ms - personal_aside_ms);
        if (!emptied || *emptied > 0) // where it failed it is tried again in an hour
            impl.log("quarantine.emptied", {{"count", emptied.value_or(0)}, {"error", emptied ? "" : emptied.error().message_key}});
    }
    if (const auto events = impl.store.events())
        for (const auto& event : *events)
            impl.mirrors.of(event.event);
    bool more = false;
    for (const auto& [event, mirror] : impl.mirrors.all()) {
        const auto left = mirror->catch_up(std::max<std::int64_t>(0, budget_ms - (impl.clock.boot_ms() - begun)));
        if (!left)
            impl.log("mirror.error", {{"event", event}, {"error", left.error().message_key}});
        else
            more = more || *left;
    }
    // After the folding: an image takes a moment, however small the budget. One a call.
    for (const auto& [event, mirror] : impl.mirrors.all()) {
        if (!mirror->snapshot_due(impl.latest_of(event)))
            continue;
        const auto made = mirror->make_snapshot();
        impl.log(made ? "snapshot.made" : "snapshot.error",
                 {{"event", event}, {"number", mirror->after()}, {"error", made ? "" : made.error().context}});
        break;
    }
    return more;
}

Result<std::string> Api::make_enrolment_code(const std::string& event, bool for_hub, const std::string& sessions) {
    return m_impl->make_code(event, for_hub, sessions);
}

Result<std::string> Api::make_user(const std::string& name, const std::string& role) {
    auto& impl = *m_impl;
    if (!is_device_name(name) || rank(role) == 0)
        return core::fail(ErrorCode::Invalid, "error.field", "a name without spaces and one of viewer, organizer, admin");
    const auto token = random_hex(impl.random, 32);
    UserRow row{name, role, secret_hash(impl.hasher, token), false, impl.clock.now().unix_ms};
    const std::lock_guard lock(impl.writer);
    KIOSK_CHECK(impl.store.put_user(row));
    KIOSK_CHECK(impl.audit("hub", "user.set " + name + " " + role));
    impl.directory.put(row);
    return token;
}

} // namespace kiosk::sync::hub
