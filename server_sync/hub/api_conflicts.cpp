// SPDX-License-Identifier: Apache-2.0
// GET and POST /v1/conflicts: entries that were made apart, both scans of each, and what organizers say to them.
#include "core/json_fields.hpp"
#include "hub/api_impl.hpp"

#include <algorithm>

namespace kiosk::sync::hub {

namespace {

using kiosk::core::ErrorCode;

constexpr std::size_t max_conflicts = 1000;
constexpr std::size_t max_note_bytes = 1000;
// How long a question may fold before it is answered with what there is.
constexpr std::int64_t fold_ms = 2'000;

Json scan_json(const core::StoredScan& scan, const std::optional<std::int64_t>& offset_ms) {
    return {{"operation", core::to_string(scan.id)},
            {"device", scan.id.device},
            {"at_ms", scan.record.at.unix_ms},
            {"offset_ms", offset_ms ? Json(*offset_ms) : Json()},
            {"method", scan.record.method}};
}

} // namespace

Api::Prepared Api::Impl::get_conflicts(Context& context) {
    const auto event = context.text("event");
    if (!is_event_code(event))
        return ready(error(400, "query", "event is needed."));
    if (latest_of(event) == 0)
        return ready(json({{"event", event}, {"conflicts", Json::array()}, {"folded", 0}, {"more", false}}));
    const auto mirror = mirrors.of(event);
    const auto more = mirror->catch_up(fold_ms);
    auto conflicts = mirror->conflicts();
    if (!more || !conflicts)
        return ready(store_error(more ? conflicts.error() : more.error()));
    // Open ones first; of many the newest trouble is what matters.
    std::ranges::stable_sort(*conflicts, [](const Conflict& a, const Conflict& b) {
        if (a.found.resolved != b.found.resolved)
            return !a.found.resolved;
        return a.found.entry.entries.back().record.at > b.found.entry.entries.back().record.at;
    });
    const auto open = std::ranges::count(*conflicts, false, [](const Conflict& conflict) { return conflict.found.resolved; });
    const bool cut = conflicts->size() > max_conflicts;
    conflicts->resize(std::min(conflicts->size(), max_conflicts));
    const auto config = config_of(event);
    if (!config)
        return ready(store_error(config.error()));
    // Who was at a closed session is nothing for a page: tickets will do.
    const auto is_closed = [&](const std::string& checkpoint) {
        const auto* door = *config ? (*config)->checkpoint(checkpoint) : nullptr;
        const auto* session = door && door->session ? (*config)->session(*door->session) : nullptr;
        return session && session->is_closed_door();
    };
    Json list = Json::array();
    const auto filled = mirror->use([&](storage::Database& database) -> Status {
        for (const auto& conflict : *conflicts) {
            const auto& found = conflict.found;
            Json row{{"id", found.id},
                     {"checkpoint", found.entry.checkpoint},
                     {"ticket", found.entry.ticket},
                     {"registration", conflict.registration},
                     {"too_many", found.entry.too_many},
                     {"resolved", found.resolved}};
            auto& scans = row["scans"] = Json::array();
            for (std::size_t i = 0; i < found.entry.entries.size(); ++i)
                scans.push_back(scan_json(found.entry.entries[i],
                                          i < conflict.offsets_ms.size() ? conflict.offsets_ms[i] : std::nullopt));
            if (found.resolved) {
                row["resolved_by"] = found.resolved_by;
                row["resolved_ms"] = found.resolved_at.unix_ms;
            }
            if (is_organizer(context)) { // viewers see numbers, not people
                row["note"] = found.note;
                KIOSK_TRY(const auto person, database.registration(conflict.registration));
                row["name"] = person && !is_closed(found.entry.checkpoint) ? person->person.name : std::string();
            }
            list.push_back(std::move(row));
        }
        return {};
    });
    if (!filled)
        return ready(store_error(filled.error()));
    return ready(json({{"event", event},
                       {"conflicts", std::move(list)},
                       {"open", open},
                       {"cut", cut},
                       {"folded", mirror->after()},
                       {"more", *more}}));
}

Api::Prepared Api::Impl::post_conflict(Context& context) {
    const auto body = core::parse_json(context.request.body);
    core::JsonFields fields(body, "conflict");
    const auto event = fields.required_text("event");
    const auto id = fields.required_text("conflict");
    const auto note = fields.text("note");
    if (const auto read = fields.status(); !read)
        return ready(error(400, "malformed", read.error().context));
    if (!is_event_code(event) || note.size() > max_note_bytes)
        return ready(error(422, "note", "A note is at most 1000 bytes."));
    const auto mirror = mirrors.of(event);
    const auto more = mirror->catch_up(fold_ms);
    const auto conflicts = mirror->conflicts();
    if (!more || !conflicts)
        return ready(store_error(more ? conflicts.error() : more.error()));
    const auto found = std::ranges::find(*conflicts, id, [](const Conflict& conflict) { return conflict.found.id; });
    if (found == conflicts->end())
        return ready(error(404, "not_found", "There is no such conflict; a scan may have been added to it."));
    if (found->found.resolved)
        return ready(json({{"event", event}, {"conflict", id}, {"resolved", true}}));
    const auto draft = core::make_conflict_resolution(found->found, context.user->name, note);
    if (const auto appended = append_own(event, {&draft, 1}); !appended)
        return ready(store_error(appended.error()));
    {
        const std::lock_guard lock(writer);
        if (const auto told = audit(context.user->name, "conflict.resolved " + event + " " + id); !told)
            return ready(store_error(told.error()));
    }
    static_cast<void>(mirror->catch_up(fold_ms)); // so that whoever asks next sees it
    return ready(json({{"event", event}, {"conflict", id}, {"resolved", true}}));
}

} // namespace kiosk::sync::hub
