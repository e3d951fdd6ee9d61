// SPDX-License-Identifier: Apache-2.0
// report
#include "exchange/atomic_file.hpp"
#include "exchange/attendance_export.hpp"
#include "exchange/report.hpp"
#include "main/kioskctl/commands_leads.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace kioskctl {

namespace {

using namespace kiosk;

struct ReportCall {
    std::string file;
    bool confidential = false, rounded = false;
};

// The sections of event type and add-ons; those of the same id are one.
std::vector<exchange::ReportSection> sections_of(const Context& context, wiring::Venue& venue) {
    auto* broker = venue.broker();
    if (broker == nullptr || !broker->has_event_type())
        return exchange::default_sections(context.texts);
    std::vector<exchange::ReportSection> sections;
    for (const auto& declared : broker->report_sections(venue.config())) {
        auto known = std::ranges::find(sections, declared.id, &exchange::ReportSection::id);
        if (known == sections.end()) {
            sections.push_back({declared.id, declared.title, declared.figures, declared.confidential});
            continue;
        }
        for (const auto& figure : declared.figures)
            if (std::ranges::find(known->figures, figure) == known->figures.end())
                known->figures.push_back(figure);
        known->confidential = known->confidential || declared.confidential;
    }
    return sections.empty() ? exchange::default_sections(context.texts) : sections;
}

Outcome report(Context& context, const ReportCall& call) {
    // What is confidential leaves a note of who took it out, as exports do; the rest changes nothing.
    KIOSK_TRY(const auto venue, context.open_event(!call.confidential));
    exchange::ReportRequest request;
    request.store = &venue->database();
    request.config = &venue->config();
    request.texts = &context.texts;
    request.language = context.language;
    request.sections = sections_of(context, *venue);
    if (venue->broker() != nullptr)
        request.questions = core::own_questions(venue->broker()->registration_form(venue->config()));
    request.confidential = call.confidential;
    request.rounded = call.rounded;
    request.now = venue->clock().now();
    KIOSK_TRY(const auto made, exchange::make_report(request));
    if (call.confidential) {
        const std::array note{exchange::make_export_note("report", exchange::Disclosure::Full, made.parts.size())};
        KIOSK_TRY(const auto receipt, venue->database().append(note));
        static_cast<void>(receipt);
    }
    const auto markdown = exchange::report_markdown(request, made);
    if (!call.file.empty() && call.file != "-") {
        KIOSK_TRY(auto file, exchange::AtomicFile::create(call.file));
        KIOSK_CHECK(file.write(markdown));
        KIOSK_CHECK(file.commit());
        context.say("cli.report.done", {{"file", call.file}});
    } else {
        context.line(markdown);
    }
    context.emit(Json::parse(exchange::report_json(request, made)));
    if (!made.unknown.empty())
        context.warn("cli.report.unknown", {{"figures", fmt::format("{}", fmt::join(made.unknown, ", "))}});
    return exit_done;
}

} // namespace

void add_report_command(CLI::App& app, Context& context) {
    auto call = std::make_shared<ReportCall>();
    auto* command = add_command(app, context, "report");
    command->add_option("--markdown", call->file, about(context, "markdown"));
    command->add_flag("--confidential", call->confidential, about(context, "confidential"));
    command->add_flag("--rounded", call->rounded, about(context, "rounded"));
    run_on_call(command, context, [&context, call] { return report(context, *call); });
}

} // namespace kioskctl
