// SPDX-License-Identifier: Apache-2.0
// leads list, add, collect, set, show
#include "core/names.hpp"
#include "main/kioskctl/commands_leads.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace kioskctl {

namespace {

using namespace kiosk;
using core::ErrorCode;
using core::fail;

constexpr std::size_t longest_name = 200;
constexpr std::size_t longest_note = 4000;

std::string word(const Context& context, const std::string& prefix, std::string_view id) {
    const auto key = prefix + std::string(id);
    return context.texts.has(key) ? context.text(key) : std::string(id);
}

std::string owner_name(const core::EventConfig& config, const std::string& owner) {
    const auto* member = config.staff_member(owner);
    return member != nullptr && !member->name.empty() ? member->name : owner;
}

std::string shown(const std::string& person, bool full) { return full ? person : core::mask_name(person); }

Json lead_json(const core::Lead& lead, const core::EventConfig& config, bool full) {
    return {{"uid", lead.uid},
            {"type", lead.type},
            {"status", core::to_string(lead.status)},
            {"organisation", full ? lead.organisation : core::mask_organisation(lead.organisation)},
            {"person", shown(lead.person, full)},
            {"note", full ? Json(lead.note) : Json()},
            {"owner", lead.owner},
            {"priority", lead.priority},
            {"due", lead.due},
            {"source", lead.source},
            {"response", lead.response},
            {"changed_by", lead.changed_by},
            {"at", config.event.timezone.rfc3339(lead.at)}};
}

std::string lead_line(const Context& context, const core::EventConfig& config, const core::Lead& lead, bool full) {
    return fmt::format("{}  {}  {}  {}  {}  {}  {}", lead.uid, word(context, "lead.type.", lead.type),
                       word(context, "lead.status.", core::to_string(lead.status)),
                       lead.due.empty() ? "–" : lead.due, lead.owner.empty() ? "–" : owner_name(config, lead.owner),
                       full ? lead.organisation : core::mask_organisation(lead.organisation), shown(lead.person, full));
}

struct ListCall {
    std::vector<std::string> statuses;
    std::string owner, type, due_before, session;
    bool full = false;
};

Outcome list(Context& context, const ListCall& call) {
    KIOSK_TRY(const auto venue, context.open_event(true));
    if (!call.type.empty() && !core::is_lead_type(call.type))
        return fail(ErrorCode::Invalid, "lead.problem.type", call.type);
    core::Lead probe;
    probe.type = core::lead_types.front();
    probe.due = call.due_before;
    if (const auto problem = core::lead_problem(probe); !problem.empty())
        return fail(ErrorCode::Invalid, problem, call.due_before);
    KIOSK_TRY(auto leads, venue->database().leads());
    std::erase_if(leads, [&](const core::Lead& lead) {
        const auto status = core::to_string(lead.status);
        const bool open_wanted = std::ranges::find(call.statuses, "open") != call.statuses.end();
        return lead.confidential != call.session || // a closed session's leads are listed with that session alone
               (!call.statuses.empty() && std::ranges::find(call.statuses, status) == call.statuses.end() &&
                !(open_wanted && core::is_open(lead.status))) ||
               (!call.owner.empty() && lead.owner != call.owner) || (!call.type.empty() && lead.type != call.type) ||
               (!call.due_before.empty() && (lead.due.empty() || lead.due >= call.due_before));
    });
    for (const auto& lead : leads) {
        context.line(lead_line(context, venue->config(), lead, call.full));
        context.emit(lead_json(lead, venue->config(), call.full));
    }
    context.say(leads.empty() ? "cli.leads.none" : "cli.leads.count", leads.empty() ? Args{} : Args{{"count", std::to_string(leads.size())}});
    return exit_done;
}

struct EditCall {
    std::string uid, ticket, staff, session;
    std::optional<std::string> type, status, owner, due, organisation, person, note;
    std::optional<int> priority;

    bool changes() const { return type || status || owner || due || organisation || person || note || priority; }
};

// The values of the call over those of the lead; what they make must hold together.
core::Status apply(const EditCall& call, core::Lead& lead) {
    const auto put = [](const std::optional<std::string>& from, std::string& to) {
        if (from)
            to = *from;
    };
    put(call.type, lead.type);
    put(call.owner, lead.owner);
    put(call.due, lead.due);
    put(call.organisation, lead.organisation);
    put(call.person, lead.person);
    put(call.note, lead.note);
    if (call.priority)
        lead.priority = *call.priority;
    if (call.status)
        lead.status = core::parse_lead_status(*call.status).value_or(lead.status); // the parser knows the words
    else if (call.owner && !lead.owner.empty() && lead.status == core::LeadStatus::New)
        lead.status = core::LeadStatus::Assigned;
    for (const auto* text : {&lead.organisation, &lead.person, &lead.owner})
        if (text->size() > longest_name)
            return fail(ErrorCode::TooLarge, "error.lead_text", std::to_string(text->size()));
    if (lead.note.size() > longest_note)
        return fail(ErrorCode::TooLarge, "error.lead_text", std::to_string(lead.note.size()));
    if (const auto problem = core::lead_problem(lead); !problem.empty())
        return fail(ErrorCode::Invalid, problem, problem == "lead.problem.type" ? lead.type : lead.due);
    return {};
}

core::Status save(wiring::Venue& venue, core::Lead& lead, const std::string& staff) {
    lead.at = venue.clock().now();
    lead.changed_by = staff;
    const auto draft = core::make_lead(lead);
    if (const auto written = venue.database().append({&draft, 1}); !written)
        return std::unexpected(written.error());
    return {};
}

Outcome add(Context& context, const EditCall& call) {
    KIOSK_TRY(const auto venue, context.open_event());
    core::Lead lead;
    lead.uid = core::make_uid(venue->clock().now(), venue->random());
    lead.source = "staff";
    lead.confidential = call.session;
    if (const auto* session = venue->config().session(call.session); !call.session.empty() && (!session || !session->is_closed_door()))
        return fail(ErrorCode::NotFound, "error.no_session", call.session);
    if (!call.ticket.empty()) {
        KIOSK_TRY(const auto found, venue->database().registrations_by_ticket(call.ticket));
        if (found.empty())
            return fail(ErrorCode::NotFound, "error.no_ticket", call.ticket);
        if (found.size() > 1)
            return fail(ErrorCode::Conflict, "error.several_people", call.ticket);
        lead.registration = found.front().uid;
        lead.organisation = found.front().person.organisation;
        lead.person = found.front().person.name;
    }
    KIOSK_CHECK(apply(call, lead));
    if (lead.organisation.empty() && lead.person.empty())
        return fail(ErrorCode::Invalid, "error.lead_of_whom");
    KIOSK_CHECK(save(*venue, lead, call.staff));
    context.say("cli.leads.added", {{"uid", lead.uid}});
    context.emit(lead_json(lead, venue->config(), true));
    return exit_done;
}

// Of everybody who came: what their answers ask for by the rules of the event's forms. Asking twice makes nothing twice.
Outcome collect(Context& context) {
    KIOSK_TRY(const auto venue, context.open_event());
    auto& database = venue->database();
    const auto form = venue->broker()->registration_form(venue->config());
    const auto now = venue->clock().now();
    std::vector<core::OperationDraft> drafts;
    core::Status failed;
    const auto look = [&](const core::Registration& registration) -> core::Status {
        const auto leads = core::leads_of(registration, form, now);
        if (leads.empty())
            return {};
        KIOSK_TRY(const auto scans, database.standing_scans(registration.ticket));
        if (scans.empty())
            return {};
        for (const auto& lead : leads) {
            KIOSK_TRY(const auto known, database.lead(lead.uid));
            if (!known)
                drafts.push_back(core::make_lead(lead));
        }
        return {};
    };
    KIOSK_CHECK(database.for_each_registration([&](const core::Registration& registration) {
        failed = look(registration);
        return failed.has_value();
    }));
    KIOSK_CHECK(std::move(failed));
    constexpr std::size_t batch = 500;
    for (std::size_t at = 0; at < drafts.size(); at += batch)
        if (const auto written = database.append(std::span(drafts).subspan(at, std::min(batch, drafts.size() - at))); !written)
            return std::unexpected(written.error());
    context.say("cli.leads.collected", {{"count", std::to_string(drafts.size())}});
    context.emit({{"leads", drafts.size()}});
    return exit_done;
}

Outcome set(Context& context, const EditCall& call) {
    KIOSK_TRY(const auto venue, context.open_event());
    KIOSK_TRY(auto lead, find_lead(venue->database(), call.uid));
    if (!call.changes())
        return fail(ErrorCode::Invalid, "error.lead_nothing");
    KIOSK_CHECK(apply(call, lead));
    KIOSK_CHECK(save(*venue, lead, call.staff));
    context.say("cli.leads.changed", {{"uid", lead.uid}, {"status", word(context, "lead.status.", core::to_string(lead.status))}});
    context.emit(lead_json(lead, venue->config(), true));
    return exit_done;
}

Outcome show(Context& context, const std::string& uid, bool full) {
    KIOSK_TRY(const auto venue, context.open_event(true));
    const auto& config = venue->config();
    KIOSK_TRY(const auto lead, find_lead(venue->database(), uid));
    KIOSK_TRY(const auto history, venue->database().lead_history(lead.uid));
    context.line(lead_line(context, config, lead, full));
    if (full && !lead.note.empty())
        context.line("  " + lead.note);
    if (!lead.response.empty())
        context.say("cli.leads.from", {{"source", lead.source}, {"response", lead.response}});
    auto json = lead_json(lead, config, full);
    json["history"] = Json::array();
    for (const auto& version : history) {
        context.line(fmt::format("  {}  {}  {}  {}  P{}  {}", context.time(config, version.at),
                                 word(context, "lead.status.", core::to_string(version.status)),
                                 version.owner.empty() ? "–" : owner_name(config, version.owner),
                                 version.due.empty() ? "–" : version.due, version.priority,
                                 version.changed_by.empty() ? "" : owner_name(config, version.changed_by)));
        json["history"].push_back(lead_json(version, config, full));
    }
    context.emit(json);
    return exit_done;
}

std::vector<std::string> types() { return {core::lead_types.begin(), core::lead_types.end()}; }
std::vector<std::string> statuses() { return {"new", "assigned", "contacted", "qualified", "won", "lost", "parked"}; }

void add_edit_options(CLI::App* command, const Context& context, EditCall& call) {
    command->add_option("--organisation", call.organisation, about(context, "organisation"));
    command->add_option("--person", call.person, about(context, "person"));
    command->add_option("--note", call.note, about(context, "note"));
    command->add_option("--owner", call.owner, about(context, "owner"));
    command->add_option("--due", call.due, about(context, "due"));
    command->add_option("--priority", call.priority, about(context, "priority"))->check(CLI::Range(1, 3));
    command->add_option("--status", call.status, about(context, "lead_status"))->check(CLI::IsMember(statuses()));
    command->add_option("--staff", call.staff, about(context, "staff"));
}

// The one whose uid is, begins or ends so. Uids are long, and an end of one is quickly typed.
template <typename Row> core::Result<Row> pick(const std::vector<Row>& rows, const std::string& wanted) {
    const Row* found = nullptr;
    for (const auto& row : rows) {
        if (row.uid == wanted)
            return row;
        if (wanted.size() < 4 || !(row.uid.starts_with(wanted) || row.uid.ends_with(wanted)))
            continue;
        if (found != nullptr)
            return fail(ErrorCode::Conflict, "error.several_uids", wanted);
        found = &row;
    }
    if (found == nullptr)
        return fail(ErrorCode::NotFound, "error.no_such_uid", wanted);
    return *found;
}

} // namespace

core::Result<core::Lead> find_lead(core::Store& store, const std::string& wanted) {
    KIOSK_TRY(const auto leads, store.leads());
    return pick(leads, wanted);
}

core::Result<core::Response> find_response(core::Store& store, const std::string& wanted) {
    KIOSK_TRY(const auto responses, store.responses());
    return pick(responses, wanted);
}

core::Result<std::vector<std::string>> erasable_follow_ups(core::Store& store, const std::string& wanted) {
    std::vector<std::string> uids;
    KIOSK_CHECK(store.for_each_response([&](const core::Response& response) {
        const bool holds_words = !response.answers.empty() || !response.respondent.empty() || !response.organisation.empty();
        if (wanted.empty() ? holds_words : response.uid == wanted)
            uids.push_back(response.uid);
        return true;
    }));
    KIOSK_TRY(const auto leads, store.leads());
    for (const auto& lead : leads)
        if (wanted.empty() ? !lead.person.empty() || !lead.note.empty() || !lead.organisation.empty() : lead.uid == wanted)
            uids.push_back(lead.uid);
    KIOSK_TRY(const auto sessions, store.private_sessions());
    for (const auto& session : sessions) // with its minutes
        if (wanted.empty() || session.session == wanted)
            uids.push_back(session.session);
    return uids;
}

core::Status warn_of_loose_ends(const Context& context, core::Store& store) {
    KIOSK_TRY(const auto leads, store.leads());
    const auto loose = std::ranges::count_if(leads, [](const core::Lead& lead) {
        return core::is_open(lead.status) && (lead.owner.empty() || lead.due.empty());
    });
    std::int64_t drafts = 0;
    KIOSK_CHECK(store.for_each_response([&](const core::Response& response) {
        drafts += response.status == core::ResponseStatus::Draft;
        return true;
    }));
    if (loose > 0)
        context.warn("cli.close.leads", {{"count", std::to_string(loose)}});
    if (drafts > 0)
        context.warn("cli.close.drafts", {{"count", std::to_string(drafts)}});
    return {};
}

void add_lead_commands(CLI::App& app, Context& context) {
    auto* leads = add_command(app, context, "leads");
    leads->require_subcommand(1);
    {
        auto call = std::make_shared<ListCall>();
        auto* command = add_command(*leads, context, "list");
        auto words = statuses();
        words.emplace_back("open");
        command->add_option("--status", call->statuses, about(context, "lead_statuses"))
            ->check(CLI::IsMember(words))
            ->allow_extra_args(false);
        command->add_option("--owner", call->owner, about(context, "owner"));
        command->add_option("--type", call->type, about(context, "lead_type"))->check(CLI::IsMember(types()));
        command->add_option("--due-before", call->due_before, about(context, "due_before"));
        command->add_option("--session", call->session, about(context, "lead_session"));
        command->add_flag("--full", call->full, about(context, "full"));
        run_on_call(command, context, [&context, call] { return list(context, *call); });
    }
    {
        auto call = std::make_shared<EditCall>();
        auto* command = add_command(*leads, context, "add");
        command->add_option("--type", call->type, about(context, "lead_type"))->check(CLI::IsMember(types()))->required();
        command->add_option("--ticket", call->ticket, about(context, "ticket"));
        command->add_option("--session", call->session, about(context, "lead_session"));
        add_edit_options(command, context, *call);
        run_on_call(command, context, [&context, call] { return add(context, *call); });
    }
    {
        auto call = std::make_shared<EditCall>();
        auto* command = add_command(*leads, context, "set");
        command->add_option("uid", call->uid, about(context, "uid"))->required();
        command->add_option("--type", call->type, about(context, "lead_type"))->check(CLI::IsMember(types()));
        add_edit_options(command, context, *call);
        run_on_call(command, context, [&context, call] { return set(context, *call); });
    }
    run_on_call(add_command(*leads, context, "collect"), context, [&context] { return collect(context); });
    {
        auto uid = std::make_shared<std::string>();
        auto full = std::make_shared<bool>(false);
        auto* command = add_command(*leads, context, "show");
        command->add_option("uid", *uid, about(context, "uid"))->required();
        command->add_flag("--full", *full, about(context, "full"));
        run_on_call(command, context, [&context, uid, full] { return show(context, *uid, *full); });
    }
}

} // namespace kioskctl
