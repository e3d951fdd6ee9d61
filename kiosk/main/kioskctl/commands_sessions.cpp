// SPDX-License-Identifier: Apache-2.0
// session list, show, new, submit, approve, reject, cancel, invite, revoke, quota, minutes, point, lock, invitations.
// What a session is about, who comes and what was said is shown to named members of staff alone.
#include "app/session_desk.hpp"
#include "core/names.hpp"
#include "exchange/attendance_export.hpp"
#include "exchange/spreadsheet_text.hpp"
#include "exchange/ticket_art.hpp"
#include "main/kioskctl/code_maker.hpp"
#include "main/kioskctl/commands.hpp"
#include "resources/resources.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <iostream>
#include <iterator>

namespace kioskctl {

namespace {

namespace fs = std::filesystem;
using namespace kiosk;
using core::ErrorCode;
using core::fail;

constexpr std::size_t longest_file = 1u << 20;

std::string word(const Context& context, std::string_view prefix, std::string_view id) {
    return context.text("session." + std::string(prefix) + "." + std::string(id));
}

std::string_view state_id(core::SessionState state, bool cancelled) {
    return cancelled ? "cancelled" : core::to_string(state);
}

// A venue with an event and the desk over its store.
struct Office {
    std::unique_ptr<wiring::Venue> venue;
    std::unique_ptr<app::SessionDesk> desk;
    const core::EventConfig& config() const { return desk->config(); }
};

core::Result<Office> open_office(const Context& context, bool read_only = false) {
    Office office;
    KIOSK_TRY(office.venue, context.open_event(read_only));
    KIOSK_TRY(auto desk,
              app::SessionDesk::create({&office.venue->database(), &office.venue->clock(), &office.venue->random()}));
    office.desk = std::make_unique<app::SessionDesk>(std::move(desk));
    return office;
}

std::string why(const Context& context, const app::SessionResult& result) {
    return context.text("session.reason." + std::string(core::to_string(result.reason)),
                        {{"state", word(context, "state", core::to_string(result.state))}});
}

Json result_json(const std::string& session, const app::SessionResult& result) {
    const bool done = result.reason == core::SessionReason::None;
    return {{"session", session},
            {"state", core::to_string(result.state)},
            {"status", !done               ? "refused"
                       : result.invitation ? core::to_string(*result.invitation)
                                           : core::to_string(result.state)},
            {"reason", done ? Json() : Json(core::to_string(result.reason))}};
}

Outcome tell(Context& context, const Office& office, const std::string& id, const app::SessionResult& result) {
    const bool done = result.reason == core::SessionReason::None;
    const auto* session = office.config().session(id);
    const auto state = state_id(result.state, session && session->cancelled);
    if (done)
        context.say("cli.session.done", {{"session", id}, {"state", word(context, "state", state)}});
    else
        context.say("cli.session.refused", {{"why", why(context, result)}});
    auto json = result_json(id, result);
    if (session && session->cancelled)
        json["cancelled"] = true;
    context.emit(json);
    return done ? exit_done : exit_no;
}

// ---- looking ----

struct LookCall {
    std::string session, staff;
    bool private_too = false;
};

// Who asks for what is confidential says who they are, and is known here.
bool may_read(const core::EventConfig& config, const LookCall& call) {
    if (!call.private_too || core::may_approve(config, call.staff))
        return true;
    const auto* member = config.staff_member(call.staff);
    return member && std::ranges::find(member->roles, "session_host") != member->roles.end();
}

Outcome not_for_them(Context& context, const LookCall& call) {
    const auto reason = call.staff.empty() ? core::SessionReason::StaffMissing : core::SessionReason::NotAllowed;
    const app::SessionResult result{reason, core::SessionState::Draft, {}};
    context.say("cli.session.refused", {{"why", why(context, result)}});
    context.emit({{"status", "refused"}, {"reason", core::to_string(reason)}});
    return exit_no;
}

std::string title_of(const Context& context, const core::Session& session, bool private_too) {
    const auto& shown =
        context.in(private_too && !context.in(session.title).empty() ? session.title : session.public_title);
    return shown.empty() ? session.id : shown;
}

std::string time_line(const Context& context, const core::EventConfig& config, const core::Session& session) {
    std::string line = session.starts ? context.time(config, *session.starts) : "–";
    if (session.ends) {
        const auto end = config.event.timezone.civil(*session.ends);
        line += fmt::format("–{:02}:{:02}", end.hour, end.minute);
    }
    if (const auto& room = context.in(session.room); !room.empty())
        line += "  " + room;
    return line;
}

Json session_json(const Context& context, const core::EventConfig& config, const core::Session& session,
                  bool private_too) {
    const auto time = [&](const std::optional<core::Instant>& at) {
        return at ? Json(config.event.timezone.rfc3339(*at)) : Json();
    };
    Json json{{"session", session.id},
              {"public_title", context.in(session.public_title)},
              {"room", context.in(session.room)},
              {"starts", time(session.starts)},
              {"ends", time(session.ends)},
              {"minimum", session.minimum ? Json(*session.minimum) : Json()},
              {"maximum", session.capacity ? Json(*session.capacity) : Json()},
              {"nda", session.nda},
              {"state", state_id(session.state, session.cancelled)}};
    if (private_too)
        json["title"] = context.in(session.title);
    return json;
}

Outcome list(Context& context, const LookCall& call) {
    KIOSK_TRY(const auto office, open_office(context, true));
    if (!may_read(office.config(), call))
        return not_for_them(context, call);
    bool any = false;
    for (const auto& session : office.config().sessions) {
        if (!session.is_closed_door())
            continue;
        any = true;
        context.line(fmt::format("{}  {}  {}  {}", session.id, time_line(context, office.config(), session),
                                 word(context, "state", state_id(session.state, session.cancelled)),
                                 title_of(context, session, call.private_too)));
        context.emit(session_json(context, office.config(), session, call.private_too));
    }
    if (!any)
        context.say("cli.session.none");
    return exit_done;
}

std::string people_text(const app::SessionDetails& details, const std::vector<std::string>& tickets) {
    std::string text;
    for (const auto& ticket : tickets) {
        const auto found =
            std::ranges::find(details.people, ticket, [](const auto& person) { return person.invitation.ticket; });
        text += (text.empty() ? "" : ", ") + (found != details.people.end() && !found->registration.person.name.empty()
                                                  ? found->registration.person.name
                                                  : ticket);
    }
    return text;
}

std::string_view warning_id(core::SessionWarning::Kind kind) {
    constexpr std::array<std::string_view, 8> ids{
        "", "clash", "rivals", "missing_contact", "over_maximum", "under_minimum", "no_nda_text", "no_host"};
    return ids[static_cast<std::size_t>(kind)];
}

std::string_view quorum_id(core::Quorum quorum) {
    constexpr std::array<std::string_view, 4> ids{"", "few", "enough", "full"};
    return ids[static_cast<std::size_t>(quorum)];
}

void show_private(Context& context, const app::SessionDetails& details, Json& json) {
    json["people"] = Json::array();
    for (const auto& person : details.people) {
        const auto& invitation = person.invitation;
        const auto& who = person.registration.person;
        const auto status = core::to_string(invitation.status);
        context.line(fmt::format("  {}  {}  {}  {}  {}",
                                 word(context, "role", invitation.role.empty() ? "guest" : invitation.role), who.name,
                                 who.organisation, invitation.ticket, word(context, "invitation", status)));
        json["people"].push_back({{"ticket", invitation.ticket},
                                  {"role", invitation.role},
                                  {"status", status},
                                  {"name", who.name},
                                  {"organisation", who.organisation},
                                  {"nda_signed", invitation.nda_signed}});
    }
    json["quotas"] = Json::array();
    for (const auto& quota : details.quotas) {
        context.line("  " + context.text("cli.session.quota_line", {{"organisation", quota.organisation},
                                                                    {"seats", std::to_string(quota.seats)},
                                                                    {"role", word(context, "role", quota.role)}}));
        json["quotas"].push_back({{"organisation", quota.organisation}, {"seats", quota.seats}, {"role", quota.role}});
    }
    json["warnings"] = Json::array();
    for (const auto& warning : details.warnings) {
        const auto id = warning_id(warning.kind);
        const auto what = context.text("session.warning." + std::string(id),
                                       {{"people", people_text(details, warning.tickets)}, {"other", warning.other}});
        context.line("  " + context.text("cli.session.warning", {{"what", what}}));
        json["warnings"].push_back({{"kind", id}, {"tickets", warning.tickets}, {"other", warning.other}});
    }
    const auto& standing = details.standing;
    if (!standing.rejected_because.empty())
        context.line("  " + context.text("cli.session.rejected_line", {{"why", standing.rejected_because}}));
    if (!standing.points.empty())
        context.line("  " + context.text("cli.session.points_line"));
    for (const auto& point : standing.points)
        context.line("    " + point);
    if (!standing.minutes.empty()) {
        context.line("  " + context.text("cli.session.minutes_line", {{"by", standing.minutes_by}}));
        context.line("    " + standing.minutes);
    }
    json["minutes"] = standing.minutes;
    json["points"] = standing.points;
    json["rejected_because"] = standing.rejected_because;
    json["creator"] = standing.creator;
    json["approver"] = standing.approver;
    json["level"] = core::to_string(details.details.level);
    json["host"] = details.details.host;
    json["nda_version"] = details.details.nda_version;
}

Outcome show(Context& context, const LookCall& call) {
    KIOSK_TRY(auto office, open_office(context, true));
    if (!may_read(office.config(), call))
        return not_for_them(context, call);
    KIOSK_TRY(const auto details, office.desk->details(call.session));
    const auto& session = details.session;
    auto json = session_json(context, office.config(), session, call.private_too);
    context.line(fmt::format("{}  {}  {}  {}", session.id, time_line(context, office.config(), session),
                             word(context, "state", state_id(session.state, session.cancelled)),
                             title_of(context, session, call.private_too)));
    const auto invited = std::ranges::count_if(details.people, [](const core::InvitedPerson& person) {
        return person.invitation.status != core::InvitationStatus::Declined &&
               person.invitation.status != core::InvitationStatus::Revoked;
    });
    context.line("  " + context.text("cli.session.invited_count", {{"count", std::to_string(invited)}}));
    context.line("  " +
                 context.text("cli.session.inside", {{"count", std::to_string(details.inside)},
                                                     {"quorum", word(context, "quorum", quorum_id(details.quorum))}}));
    json["invited"] = invited;
    json["inside"] = details.inside;
    json["quorum"] = quorum_id(details.quorum);
    if (call.private_too)
        show_private(context, details, json);
    context.emit(json);
    return exit_done;
}

// ---- changing ----

struct SetCall {
    std::string session, staff;
    std::optional<std::string> title_zh, title_en, public_zh, public_en, room_zh, room_en, starts, ends, host, host_org,
        note_taker, level, nda_zh, nda_en, nda_version;
    std::optional<std::int64_t> minimum, maximum;
    std::vector<std::string> rivals;
    bool no_nda = false;
};

core::Result<std::string> text_file(const std::string& path) {
    if (path != "-")
        return resources::read_file(path, longest_file);
    std::string text(std::istreambuf_iterator<char>(std::cin), {});
    if (text.size() > longest_file)
        return fail(ErrorCode::TooLarge, "session.reason.text_too_long");
    return text;
}

core::Status apply(const SetCall& call, core::Session& session, core::PrivateSession& details) {
    const auto put = [](const std::optional<std::string>& from, std::string& to) {
        if (from)
            to = *from;
    };
    put(call.title_zh, details.title.zh);
    put(call.title_en, details.title.en);
    put(call.public_zh, session.public_title.zh);
    put(call.public_en, session.public_title.en);
    put(call.room_zh, session.room.zh);
    put(call.room_en, session.room.en);
    put(call.host, details.host);
    put(call.host_org, details.host_org);
    put(call.note_taker, details.note_taker);
    put(call.nda_version, details.nda_version);
    for (const auto& [from, to] : {std::pair{&call.starts, &session.starts}, std::pair{&call.ends, &session.ends}})
        if (*from) {
            KIOSK_TRY(*to, core::parse_rfc3339(**from));
        }
    for (const auto& [from, to] :
         {std::pair{&call.nda_zh, &details.nda_text.zh}, std::pair{&call.nda_en, &details.nda_text.en}})
        if (*from) {
            KIOSK_TRY(*to, text_file(**from));
            session.nda = true;
        }
    if (call.minimum)
        session.minimum = call.minimum;
    if (call.maximum)
        session.capacity = call.maximum;
    if (call.level)
        details.level = core::parse_confidentiality(*call.level).value_or(details.level); // the parser knows the words
    if (!call.rivals.empty())
        details.rivals = call.rivals;
    if (call.no_nda)
        session.nda = false;
    return {};
}

Outcome set(Context& context, const SetCall& call) {
    KIOSK_TRY(auto office, open_office(context));
    core::Session session;
    session.id = call.session;
    session.kind = "closed_door";
    session.nda = true;
    core::PrivateSession details;
    if (office.config().session(call.session)) {
        KIOSK_TRY(auto known, office.desk->details(call.session));
        session = std::move(known.session);
        session.title = {}; // it is in the private part
        details = std::move(known.details);
    }
    KIOSK_CHECK(apply(call, session, details));
    KIOSK_TRY(const auto result, office.desk->set(session, details, call.staff));
    return tell(context, office, call.session, result);
}

struct ActCall {
    std::string session, staff, text, file;
};

using Act = core::Result<app::SessionResult> (*)(app::SessionDesk&, const ActCall&);

Outcome act(Context& context, ActCall call, Act perform) {
    if (!call.file.empty()) {
        KIOSK_TRY(call.text, text_file(call.file));
    }
    KIOSK_TRY(auto office, open_office(context));
    KIOSK_TRY(const auto result, perform(*office.desk, call));
    return tell(context, office, call.session, result);
}

struct InviteCall {
    std::string session, staff, role;
    std::vector<std::string> tickets;
    bool revoke = false;
};

Outcome invite(Context& context, const InviteCall& call) {
    KIOSK_TRY(auto office, open_office(context));
    bool all = true;
    for (const auto& ticket : call.tickets) {
        KIOSK_TRY(const auto result, call.revoke ? office.desk->revoke(call.session, ticket, call.staff)
                                                 : office.desk->invite(call.session, ticket, call.role, call.staff));
        const bool done = result.reason == core::SessionReason::None;
        all = all && done;
        if (done)
            context.say(
                "cli.session.invited",
                {{"ticket", ticket}, {"status", word(context, "invitation", core::to_string(*result.invitation))}});
        else
            context.say("cli.session.refused_for", {{"ticket", ticket}, {"why", why(context, result)}});
        auto json = result_json(call.session, result);
        json["ticket"] = ticket;
        context.emit(json);
    }
    return all ? exit_done : exit_no;
}

Outcome set_quota(Context& context, const core::OrganisationQuota& quota) {
    KIOSK_TRY(auto office, open_office(context));
    KIOSK_TRY(const auto result, office.desk->set_quota(quota));
    if (result.reason != core::SessionReason::None)
        return tell(context, office, quota.session, result);
    context.say("cli.session.quota_set",
                {{"organisation", quota.organisation}, {"seats", std::to_string(quota.seats)}});
    context.emit({{"session", quota.session},
                  {"organisation", quota.organisation},
                  {"seats", quota.seats},
                  {"role", quota.role}});
    return exit_done;
}

// ---- invitations ----

std::string file_name(std::string ticket) {
    for (auto& c : ticket)
        if (c == '/' || c == '\\' || c == '.')
            c = '_';
    return ticket + ".png";
}

Outcome export_invitations(Context& context, const std::string& id, const std::string& out, const std::string& staff,
                           bool plain) {
    KIOSK_TRY(auto office, open_office(context));
    const auto& config = office.config();
    if (const LookCall call{id, staff, true}; !may_read(config, call))
        return not_for_them(context, call);
    KIOSK_TRY(const auto details, office.desk->details(id));
    KIOSK_TRY(const auto codes, CodeMaker::create(context, *office.venue, plain));
    std::error_code error;
    fs::create_directories(out, error);
    if (error)
        return fail(ErrorCode::Io, "error.file_write", out + ": " + error.message());
    KIOSK_TRY(auto sheet,
              exchange::TicketSheet::create(fs::path(out) / "invitations.pdf", context.in(config.event.title)));
    std::string rows = "\xEF\xBB\xBF";
    const auto row = [&rows](const std::vector<std::string>& cells) {
        for (std::size_t i = 0; i < cells.size(); ++i)
            rows += (i ? "," : "") + exchange::csv_cell(cells[i]);
        rows += "\r\n";
    };
    std::vector<std::string> heads;
    for (const auto* column : {"name", "organisation", "role", "ticket", "phone", "status", "file"})
        heads.push_back(context.text("cli.session.column." + std::string(column)));
    row(heads);
    std::uint64_t count = 0;
    for (const auto& person : details.people) {
        const auto& invitation = person.invitation;
        if (person.registration.ticket.empty() || (invitation.status != core::InvitationStatus::Approved &&
                                                   invitation.status != core::InvitationStatus::Accepted))
            continue;
        KIOSK_TRY(const auto code, codes.code_of(person.registration));
        auto art = exchange::make_ticket_art(config, person.registration, code, context.texts, context.language);
        // A lost invitation tells nobody what it was for: the public title, when and where.
        const auto role = word(context, "role", invitation.role.empty() ? "guest" : invitation.role);
        art.event_line =
            title_of(context, details.session, false) + " · " + time_line(context, config, details.session);
        art.ticket_type = role;
        KIOSK_TRY(const auto png, exchange::ticket_png(art));
        const auto file = file_name(invitation.ticket);
        KIOSK_CHECK(resources::write_file_atomically(fs::path(out) / file, png));
        KIOSK_CHECK(sheet.add(art));
        const auto& who = person.registration.person;
        row({who.name, who.organisation, role, invitation.ticket, who.phone,
             word(context, "invitation", core::to_string(invitation.status)), file});
        ++count;
    }
    KIOSK_CHECK(sheet.finish());
    KIOSK_CHECK(resources::write_file_atomically(fs::path(out) / "invitations.csv", rows));
    const std::array note{exchange::make_export_note("invitations", exchange::Disclosure::Full, count)};
    KIOSK_CHECK(office.venue->database().append(note));
    context.say("cli.session.exported", {{"count", std::to_string(count)}, {"out", out}});
    context.emit({{"session", id}, {"issued", count}, {"out", out}});
    return exit_done;
}

// ---- the parser's side ----

void add_looking(CLI::App& session, Context& context) {
    for (const bool one : {false, true}) {
        auto call = std::make_shared<LookCall>();
        auto* command = add_command(session, context, one ? "show" : "list");
        if (one)
            command->add_option("session", call->session, about(context, "session"))->required();
        command->add_flag("--private", call->private_too, about(context, "session_private"));
        command->add_option("--staff", call->staff, about(context, "session_staff"));
        run_on_call(command, context,
                    [&context, call, one] { return one ? show(context, *call) : list(context, *call); });
    }
}

void add_setting(CLI::App& session, Context& context) {
    auto call = std::make_shared<SetCall>();
    auto* command = add_command(session, context, "new");
    const auto option = [&](const char* name, auto& value, const char* what) {
        return command->add_option(name, value, about(context, what));
    };
    option("session", call->session, "session")->required();
    option("--staff", call->staff, "session_staff");
    option("--title-zh", call->title_zh, "session_title_zh");
    option("--title-en", call->title_en, "session_title_en");
    option("--public-title-zh", call->public_zh, "session_public_zh");
    option("--public-title-en", call->public_en, "session_public_en");
    option("--room-zh", call->room_zh, "session_room_zh");
    option("--room-en", call->room_en, "session_room_en");
    option("--starts", call->starts, "session_starts");
    option("--ends", call->ends, "session_ends");
    option("--min", call->minimum, "session_min");
    option("--max", call->maximum, "session_max");
    option("--host", call->host, "session_host");
    option("--host-organisation", call->host_org, "session_host_org");
    option("--note-taker", call->note_taker, "session_note_taker");
    option("--level", call->level, "session_level")->check(CLI::IsMember({"internal", "confidential", "strict"}));
    option("--nda-zh", call->nda_zh, "session_nda_zh");
    option("--nda-en", call->nda_en, "session_nda_en");
    option("--nda-version", call->nda_version, "session_nda_version");
    option("--rival", call->rivals, "session_rival")->allow_extra_args(false);
    command->add_flag("--no-nda", call->no_nda, about(context, "session_no_nda"));
    run_on_call(command, context, [&context, call] { return set(context, *call); });
}

void add_act(CLI::App& session, Context& context, const std::string& name, const char* text_option, Act perform) {
    auto call = std::make_shared<ActCall>();
    auto* command = add_command(session, context, name);
    command->add_option("session", call->session, about(context, "session"))->required();
    command->add_option("--staff", call->staff, about(context, "session_staff"));
    const bool long_text = std::string_view(text_option) == "--text";
    if (*text_option) {
        auto* text =
            command->add_option(text_option, call->text, about(context, long_text ? "session_text" : "session_why"));
        if (long_text)
            command->add_option("--file", call->file, about(context, "session_file"))->excludes(text);
    }
    run_on_call(command, context, [&context, call, perform] { return act(context, *call, perform); });
}

void add_inviting(CLI::App& session, Context& context) {
    const std::vector<std::string> roles{"host", "note_taker", "guest", "observer"};
    for (const bool revoke : {false, true}) {
        auto call = std::make_shared<InviteCall>();
        call->revoke = revoke;
        auto* command = add_command(session, context, revoke ? "revoke" : "invite");
        command->add_option("session", call->session, about(context, "session"))->required();
        command->add_option("tickets", call->tickets, about(context, "ticket_codes"))->required();
        command->add_option("--staff", call->staff, about(context, "session_staff"));
        if (!revoke)
            command->add_option("--role", call->role, about(context, "session_role"))->check(CLI::IsMember(roles));
        run_on_call(command, context, [&context, call] { return invite(context, *call); });
    }
    {
        auto quota = std::make_shared<core::OrganisationQuota>();
        auto* command = add_command(session, context, "quota");
        command->add_option("session", quota->session, about(context, "session"))->required();
        command->add_option("--organisation", quota->organisation, about(context, "organisation"))->required();
        command->add_option("--seats", quota->seats, about(context, "session_seats"))
            ->required()
            ->check(CLI::Range(0, 10'000));
        command->add_option("--role", quota->role, about(context, "session_role"))->check(CLI::IsMember(roles));
        command->add_option("--staff", quota->by, about(context, "session_staff"));
        run_on_call(command, context, [&context, quota] { return set_quota(context, *quota); });
    }
    struct Values {
        std::string session, out, staff;
        bool plain = false;
    };
    auto values = std::make_shared<Values>();
    auto* command = add_command(session, context, "invitations");
    command->add_option("session", values->session, about(context, "session"))->required();
    command->add_option("--out", values->out, about(context, "session_out"))->required();
    command->add_option("--staff", values->staff, about(context, "session_staff"));
    command->add_flag("--plain", values->plain, about(context, "plain"));
    run_on_call(command, context, [&context, values] {
        return export_invitations(context, values->session, values->out, values->staff, values->plain);
    });
}

} // namespace

void add_session_commands(CLI::App& app, Context& context) {
    auto* session = add_command(app, context, "session");
    session->require_subcommand(1);
    add_looking(*session, context);
    add_setting(*session, context);
    using Desk = kiosk::app::SessionDesk;
    add_act(*session, context, "submit", "",
            [](Desk& desk, const ActCall& call) { return desk.submit(call.session, call.staff); });
    add_act(*session, context, "approve", "",
            [](Desk& desk, const ActCall& call) { return desk.approve(call.session, call.staff); });
    add_act(*session, context, "reject", "--why",
            [](Desk& desk, const ActCall& call) { return desk.reject(call.session, call.staff, call.text); });
    add_act(*session, context, "cancel", "--why",
            [](Desk& desk, const ActCall& call) { return desk.cancel(call.session, call.staff, call.text); });
    add_act(*session, context, "minutes", "--text",
            [](Desk& desk, const ActCall& call) { return desk.minutes(call.session, call.text, call.staff); });
    add_act(*session, context, "point", "--text",
            [](Desk& desk, const ActCall& call) { return desk.point(call.session, call.text, call.staff); });
    add_act(*session, context, "lock", "",
            [](Desk& desk, const ActCall& call) { return desk.lock(call.session, call.staff); });
    add_inviting(*session, context);
}

} // namespace kioskctl
