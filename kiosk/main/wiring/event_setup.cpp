// SPDX-License-Identifier: Apache-2.0
#include "main/wiring/event_setup.hpp"

#include "resources/resources.hpp"

#include <sys/stat.h>

#include <algorithm>

namespace kiosk::wiring {

namespace fs = std::filesystem;
using core::ErrorCode;
using core::fail;
using core::Result;
using core::Status;

namespace {

// Every text that is a moment is moved by so many days; everything else stays.
void shift_times(Json& json, std::int64_t shift_ms, const core::TimeZone& zone) {
    if (json.is_string()) {
        if (const auto at = core::parse_rfc3339(json.get_ref<const std::string&>()))
            json = zone.rfc3339(*at + shift_ms);
        return;
    }
    if (json.is_structured())
        for (auto& item : json)
            shift_times(item, shift_ms, zone);
}

Status append_in_batches(storage::Database& database, const std::vector<core::OperationDraft>& drafts) {
    constexpr std::size_t batch = 500;
    for (std::size_t at = 0; at < drafts.size(); at += batch)
        if (auto written = database.append(std::span(drafts).subspan(at, std::min(batch, drafts.size() - at))); !written)
            return std::unexpected(std::move(written).error());
    return {};
}

Status ensure_key(Venue& venue, EventFile& file) {
    const auto path = seed_file(venue.options().database);
    if (!file.config.keys.empty()) {
        for (auto& key : file.config.keys)
            if (!key.ed25519_seed.empty()) {
                KIOSK_CHECK(resources::write_file_atomically(path, crypto::base64_encode(key.ed25519_seed) + "\n"));
                ::chmod(path.c_str(), 0600);
            }
        return {};
    }
    crypto::KeyPair pair;
    if (const auto known = load_seed(venue.options().database)) {
        KIOSK_TRY(pair.public_key, crypto::public_key_of(*known));
    } else {
        pair = crypto::make_key_pair();
        // Private before there is anything in it.
        KIOSK_CHECK(resources::write_file_atomically(path, ""));
        ::chmod(path.c_str(), 0600);
        KIOSK_CHECK(resources::write_file_atomically(path, crypto::base64_encode(pair.seed) + "\n"));
        ::chmod(path.c_str(), 0600);
    }
    file.config.keys.push_back({1, pair.public_key, {}});
    return {};
}

} // namespace

fs::path seed_file(const fs::path& database) {
    auto path = database;
    path += ".key";
    return path;
}

Result<std::string> load_seed(const fs::path& database) {
    KIOSK_TRY(auto text, resources::read_file(seed_file(database), 4096));
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r'))
        text.pop_back();
    KIOSK_TRY(auto seed, crypto::base64_decode(text));
    if (seed.size() != 32)
        return fail(ErrorCode::Corrupt, "error.signing_key", seed_file(database).string());
    return seed;
}

Status set_up_event(Venue& venue, EventFile file) {
    for (auto& member : file.config.staff)
        if (const auto pin = file.pins.find(member.id); pin != file.pins.end()) {
            KIOSK_TRY(member.pin_hash, crypto::hash_pin(pin->second));
        }
    KIOSK_CHECK(ensure_key(venue, file));

    std::vector<core::OperationDraft> drafts;
    for (const auto& document : core::config_documents(file.config))
        drafts.push_back(core::make_config(document));
    for (auto& session : file.private_sessions) {
        session.at = venue.clock().now();
        drafts.push_back(core::make_private_session(session));
    }
    for (const auto& code : file.revoked)
        drafts.push_back(core::make_revocation(code));
    for (const auto& invitation : file.invitations)
        drafts.push_back(core::make_invitation(invitation));
    for (auto& registration : file.registrations) {
        registration.uid = core::make_uid(venue.clock().now(), venue.random());
        drafts.push_back(core::make_registration(registration));
    }
    KIOSK_CHECK(append_in_batches(venue.database(), drafts));
    return venue.load_event();
}

Result<Demo> load_demo(core::Instant now) {
    const auto folder = resources::assets_folder() / "demo";
    KIOSK_TRY(const auto text, resources::read_file(folder / "hangzhou.json"));
    auto json = Json::parse(text, nullptr, false);
    if (!json.is_object() || !json.contains("demo"))
        return fail(ErrorCode::Corrupt, "error.field", (folder / "hangzhou.json").string());
    const auto extra = json.at("demo");
    json.erase("demo");
    json.erase("format");

    KIOSK_TRY(const auto original, read_event_file(json));
    const auto& event = original.config.event;
    const auto days = event.timezone.day_number(now) - event.timezone.day_number(event.starts);
    shift_times(json, days * core::day_ms, event.timezone);

    Demo demo;
    KIOSK_TRY(demo.file, read_event_file(json));
    demo.roster = folder / extra.value("roster", "");
    for (const auto& code : extra.value("wrong_event", Json::array()))
        demo.wrong_event_codes.push_back(code.get<std::string>());
    if (const auto name = extra.value("day", ""); !name.empty()) {
        KIOSK_TRY(const auto day, resources::read_file(folder / name));
        demo.day = Json::parse(day, nullptr, false);
        if (!demo.day.is_object())
            return fail(ErrorCode::Corrupt, "error.field", (folder / name).string());
        shift_times(demo.day, days * core::day_ms, event.timezone);
    }
    return demo;
}

} // namespace kiosk::wiring
