// SPDX-License-Identifier: Apache-2.0
// import, export
#include "exchange/attendance_export.hpp"
#include "exchange/lead_export.hpp"
#include "exchange/questionnaire_export.hpp"
#include "exchange/roster_import.hpp"
#include "main/kioskctl/commands_export.hpp"
#include "main/kioskctl/commands_leads.hpp"

#include <fmt/format.h>

namespace kioskctl {

namespace {

using namespace kiosk;
using core::ErrorCode;
using core::fail;

struct ImportCall {
    std::string file;
    std::vector<std::string> assignments;
    bool dry_run = false;
};

void show_mapping(Context& context, const exchange::TableInfo& info, const exchange::Mapping& mapping) {
    context.say("cli.import.mapping", {{"file", info.file}, {"row", std::to_string(mapping.heading_row)}});
    Json columns = Json::array();
    for (const auto& column : mapping.columns) {
        const auto field = column.field == exchange::Field::Ignored
                               ? context.text("cli.import.ignored")
                               : std::string(exchange::to_string(column.field)) +
                                     (column.question.empty() ? "" : ":" + column.question);
        context.line(fmt::format("  {:>3}  {} → {}  ({:.0f} %)  {}", column.column + 1, column.heading, field,
                                 column.confidence * 100, fmt::format("{}", fmt::join(column.samples, " | "))));
        columns.push_back({{"column", column.column + 1},
                           {"heading", column.heading},
                           {"field", exchange::to_string(column.field)},
                           {"question", column.question},
                           {"confidence", column.confidence}});
    }
    context.emit({{"mapping", columns}, {"encoding", info.encoding}, {"sheet", info.sheet}});
}

Outcome import(Context& context, const ImportCall& call) {
    KIOSK_TRY(const auto venue, context.open_event());
    KIOSK_TRY(const auto reader, exchange::open_table(call.file));
    KIOSK_TRY(auto mapping, exchange::guess_mapping(*reader, venue->config()));
    for (const auto& assignment : call.assignments)
        KIOSK_CHECK(exchange::override_mapping(mapping, venue->config(), assignment));
    show_mapping(context, reader->info(), mapping);
    KIOSK_CHECK(exchange::check_mapping(mapping));

    exchange::ImportOptions options;
    options.dry_run = call.dry_run;
    options.on_progress = [&](const exchange::ImportReport&, double share) {
        context.progress(context.text("cli.import.progress"), share);
    };
    options.on_problem = [&](const exchange::RowProblem& problem) {
        const auto sentence = context.texts.text(context.language, problem.message);
        context.progress_done();
        context.line("  " + sentence);
        context.emit({{"row", problem.row},
                      {"column", problem.column},
                      {"refused", problem.severity == exchange::Severity::Refused},
                      {"problem", problem.message.key},
                      {"message", sentence},
                      {"value", problem.value}});
    };
    exchange::ImportReport report;
    const auto done = exchange::import_roster(*reader, mapping, venue->config(),
                                              {&venue->database(), &venue->random(), &venue->clock()}, report, options);
    context.progress_done();
    context.say(call.dry_run ? "cli.import.would" : "cli.import.done",
                {{"rows", std::to_string(report.rows)},
                 {"added", std::to_string(report.added)},
                 {"updated", std::to_string(report.updated)},
                 {"unchanged", std::to_string(report.unchanged)},
                 {"refused", std::to_string(report.refused)}});
    context.emit({{"rows", report.rows},
                  {"added", report.added},
                  {"updated", report.updated},
                  {"unchanged", report.unchanged},
                  {"refused", report.refused},
                  {"noted", report.noted},
                  {"codes_made", report.codes_made},
                  {"dry_run", call.dry_run}});
    KIOSK_CHECK(done);
    if (!call.dry_run) {
        const std::array note{exchange::make_import_note(report, reader->info())};
        KIOSK_TRY(const auto receipt, venue->database().append(note));
        static_cast<void>(receipt);
    }
    return report.refused > 0 ? exit_no : exit_done;
}

struct ExportCall {
    std::string format = "csv";
    std::string file;
    std::string disclosure = "full";
    std::string questionnaires; // a file of their own, instead of the attendance
    std::string leads;          // the same
    BookingExportCall bookings; // the same
};

Outcome export_questionnaires(Context& context, const ExportCall& call) {
    KIOSK_TRY(const auto venue, context.open_event());
    const auto request = export_request(context, *venue, call.disclosure);
    if (request.disclosure != exchange::Disclosure::Full)
        return fail(ErrorCode::Invalid, "error.questionnaires_whole", call.disclosure);
    KIOSK_TRY(const auto report, exchange::export_questionnaires(request, call.questionnaires));
    KIOSK_CHECK(note_export(*venue, "questionnaires", request.disclosure, report.responses));
    context.say("cli.export.questionnaires", {{"count", std::to_string(report.responses)},
                                              {"drafts", std::to_string(report.drafts)},
                                              {"file", call.questionnaires}});
    if (report.without_form > 0)
        context.warn("cli.export.without_form", {{"count", std::to_string(report.without_form)}});
    context.emit({{"file", call.questionnaires},
                  {"responses", report.responses},
                  {"drafts", report.drafts},
                  {"without_form", report.without_form}});
    return exit_done;
}

Outcome export_leads(Context& context, const ExportCall& call) {
    KIOSK_TRY(const auto venue, context.open_event());
    const auto request = export_request(context, *venue, call.disclosure);
    const bool sheet = call.leads.ends_with(".xlsx");
    if (!sheet && !call.leads.ends_with(".csv"))
        return fail(ErrorCode::Invalid, "error.leads_file", call.leads);
    KIOSK_TRY(const auto rows, sheet ? exchange::export_leads_xlsx(request, call.leads)
                                     : exchange::export_leads_csv(request, call.leads));
    KIOSK_CHECK(note_export(*venue, "leads", request.disclosure, rows));
    context.say("cli.export.leads", {{"count", std::to_string(rows)}, {"file", call.leads}});
    context.emit({{"file", call.leads}, {"leads", rows}});
    return exit_done;
}

Outcome export_attendance(Context& context, const ExportCall& call) {
    KIOSK_TRY(const auto venue, context.open_event());
    auto request = export_request(context, *venue, call.disclosure);
    request.on_progress = [&](std::uint64_t rows, std::uint64_t expected) {
        context.progress(context.text("cli.export.progress"),
                         expected == 0 ? 1 : static_cast<double>(rows) / static_cast<double>(expected));
    };
    const auto file = call.file.empty() ? "attendance." + call.format : call.file;
    const auto write = call.format == "xlsx"   ? exchange::export_xlsx
                       : call.format == "json" ? exchange::export_json
                                               : exchange::export_csv;
    KIOSK_TRY(const auto report, write(request, file));
    KIOSK_CHECK(note_export(*venue, call.format, request.disclosure, report.rows));
    context.progress_done();
    context.say("cli.export.done", {{"file", file},
                                    {"rows", std::to_string(report.rows)},
                                    {"present", std::to_string(report.figures.present)}});
    context.emit({{"file", file},
                  {"format", call.format},
                  {"rows", report.rows},
                  {"figures", Json::parse(exchange::figures_json(report.figures))}});
    return exit_done;
}

} // namespace

exchange::ExportRequest export_request(const Context& context, wiring::Venue& venue, const std::string& disclosure) {
    exchange::ExportRequest request;
    request.store = &venue.database();
    request.config = &venue.config();
    request.texts = &context.texts;
    request.language = context.language;
    request.disclosure = exchange::parse_disclosure(disclosure).value_or(exchange::Disclosure::Masked);
    request.now = venue.clock().now();
    return request;
}

core::Status note_export(wiring::Venue& venue, std::string_view format, exchange::Disclosure disclosure, std::uint64_t rows) {
    const std::array note{exchange::make_export_note(format, disclosure, rows)};
    if (const auto written = venue.database().append(note); !written)
        return std::unexpected(written.error());
    return {};
}

void add_exchange_commands(CLI::App& app, Context& context) {
    {
        auto call = std::make_shared<ImportCall>();
        auto* command = add_command(app, context, "import");
        command->add_option("file", call->file, about(context, "roster"))->required();
        command->add_option("--map", call->assignments, about(context, "map"))->allow_extra_args(false);
        command->add_flag("--dry-run", call->dry_run, about(context, "dry_run"));
        run_on_call(command, context, [&context, call] { return import(context, *call); });
    }
    {
        auto call = std::make_shared<ExportCall>();
        auto* command = add_command(app, context, "export");
        auto* format = command->add_option("--format", call->format, about(context, "format"))
                           ->check(CLI::IsMember({"csv", "xlsx", "json"}));
        auto* out = command->add_option("--out", call->file, about(context, "out"));
        auto* questionnaires =
            command->add_option("--questionnaires", call->questionnaires, about(context, "questionnaires"));
        auto* leads = command->add_option("--leads", call->leads, about(context, "leads_out"));
        auto* bookings = command->add_option("--bookings", call->bookings.file, about(context, "bookings_out"));
        for (auto* alone : {questionnaires, leads, bookings})
            alone->excludes(format)->excludes(out);
        questionnaires->excludes(leads)->excludes(bookings);
        leads->excludes(bookings);
        auto* unit = command->add_option("--unit", call->bookings.unit, about(context, "bookings_unit"));
        auto* person = command->add_option("--person", call->bookings.person, about(context, "bookings_person"));
        auto* slip = command->add_option("--slip", call->bookings.slip, about(context, "bookings_slip"));
        auto* confidential =
            command->add_option("--confidential", call->bookings.confidential_for, about(context, "bookings_confidential"));
        for (auto* narrower : {unit, person, slip, confidential})
            narrower->needs(bookings);
        unit->excludes(person);
        command->add_option("--who", call->disclosure, about(context, "disclosure"))
            ->check(CLI::IsMember({"full", "masked", "partner"}));
        run_on_call(command, context, [&context, call] {
            call->bookings.disclosure = call->disclosure;
            return !call->bookings.file.empty()   ? export_bookings(context, call->bookings)
                   : !call->questionnaires.empty() ? export_questionnaires(context, *call)
                   : !call->leads.empty()          ? export_leads(context, *call)
                                                   : export_attendance(context, *call);
        });
    }
    add_lead_commands(app, context);
    add_response_commands(app, context);
    add_report_command(app, context);
}

} // namespace kioskctl
