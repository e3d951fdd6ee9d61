// SPDX-License-Identifier: Apache-2.0
// tickets issue, tickets verify
#include "exchange/ticket_art.hpp"
#include "main/kioskctl/code_maker.hpp"
#include "main/kioskctl/commands.hpp"
#include "main/kioskctl/pictures.hpp"
#include "main/wiring/event_setup.hpp"
#include "resources/resources.hpp"

#include <fmt/format.h>

#include <filesystem>

namespace kioskctl {

namespace {

namespace fs = std::filesystem;
using namespace kiosk;
using core::ErrorCode;
using core::fail;

struct IssueCall {
    std::string out;
    std::vector<std::string> tickets; // all where empty
    bool plain = false;
};

core::Status for_each_wanted(wiring::Venue& venue, const IssueCall& call,
                             const std::function<core::Status(const core::Registration&)>& issue) {
    core::Status problem;
    if (call.tickets.empty()) {
        KIOSK_CHECK(venue.database().for_each_registration([&](const core::Registration& registration) {
            if (registration.status != core::RegistrationStatus::Cancelled && !registration.ticket.empty())
                problem = issue(registration);
            return problem.has_value();
        }));
        return problem;
    }
    for (const auto& ticket : call.tickets) {
        KIOSK_TRY(const auto found, venue.database().registrations_by_ticket(ticket));
        if (found.empty())
            return fail(ErrorCode::NotFound, "error.no_ticket", ticket);
        for (const auto& registration : found)
            KIOSK_CHECK(issue(registration));
    }
    return {};
}

// A ".pdf" gets the sheets, ".txt" the codes alone, a folder a picture for each ticket.
Outcome issue(Context& context, const IssueCall& call) {
    KIOSK_TRY(const auto venue, context.open_event(true));
    const auto& config = venue->config();
    KIOSK_TRY(const auto codes, CodeMaker::create(context, *venue, call.plain));
    const auto extension = fs::path(call.out).extension();
    KIOSK_TRY(const auto status, venue->database().status());
    std::uint64_t count = 0;

    std::optional<exchange::TicketSheet> sheet;
    if (extension == ".pdf") {
        KIOSK_TRY(auto made, exchange::TicketSheet::create(call.out, context.in(config.event.title)));
        sheet.emplace(std::move(made));
    } else if (extension != ".txt") {
        std::error_code error;
        fs::create_directories(call.out, error);
        if (error)
            return fail(ErrorCode::Io, "error.file_write", call.out + ": " + error.message());
    }
    std::string lines;
    const auto issue_one = [&](const core::Registration& registration) -> core::Status {
        KIOSK_TRY(const auto code, codes.code_of(registration));
        if (extension == ".txt") {
            lines += registration.ticket + "\t" + code + "\n";
        } else {
            const auto art = exchange::make_ticket_art(config, registration, code, context.texts, context.language);
            if (sheet) {
                KIOSK_CHECK(sheet->add(art));
            } else {
                KIOSK_TRY(const auto png, exchange::ticket_png(art));
                KIOSK_CHECK(resources::write_file_atomically(fs::path(call.out) / (registration.ticket + ".png"), png));
            }
        }
        ++count;
        context.progress(context.text("cli.tickets.progress"),
                         static_cast<double>(count) / static_cast<double>(std::max<std::uint64_t>(1, status.registrations)));
        return {};
    };
    KIOSK_CHECK(for_each_wanted(*venue, call, issue_one));
    std::uint64_t pages = 0;
    if (sheet) {
        KIOSK_TRY(pages, sheet->finish());
    }
    if (extension == ".txt")
        KIOSK_CHECK(resources::write_file_atomically(call.out, lines));
    context.progress_done();
    context.say("cli.tickets.issued", {{"count", std::to_string(count)}, {"out", call.out}});
    context.emit({{"issued", count}, {"out", call.out}, {"pages", pages}, {"signed", !call.plain}});
    return exit_done;
}

Outcome verify(Context& context, std::string code, const std::string& image) {
    KIOSK_TRY(const auto venue, context.open_event(true));
    const auto& config = venue->config();
    if (!image.empty()) {
        KIOSK_TRY(const auto texts, texts_in_picture(image));
        if (texts.empty())
            return fail(ErrorCode::Invalid, "error.no_code_in_picture", image);
        code = texts.front();
    }
    const auto recognised = core::recognise_for_event(config, code, venue->sodium());
    constexpr std::array<std::string_view, 6> words{"", "unreadable", "bad_signature", "wrong_event", "signed", "plain"};
    const auto word = words[static_cast<std::size_t>(recognised.kind)];
    Json json{{"code", word}, {"ticket", recognised.ticket}};
    if (recognised.signed_ticket) {
        const auto& ticket = *recognised.signed_ticket;
        json["event"] = ticket.event;
        json["key"] = ticket.key_id;
        json["ticket_type"] = ticket.ticket_type;
        if (ticket.valid_from)
            json["valid_from"] = config.event.timezone.rfc3339(*ticket.valid_from);
        if (ticket.valid_until)
            json["valid_until"] = config.event.timezone.rfc3339(*ticket.valid_until);
    }
    context.say("cli.tickets.is_" + std::string(word), {{"ticket", recognised.ticket}});
    context.emit(json);
    const bool good = recognised.kind == core::CodeKind::Signed || recognised.kind == core::CodeKind::Plain;
    return good ? exit_done : exit_no;
}

} // namespace

void add_ticket_commands(CLI::App& app, Context& context) {
    auto* tickets = add_command(app, context, "tickets");
    tickets->require_subcommand(1);
    {
        auto call = std::make_shared<IssueCall>();
        auto* command = add_command(*tickets, context, "issue");
        command->add_option("--out", call->out, about(context, "tickets_out"))->required();
        command->add_option("tickets", call->tickets, about(context, "ticket_codes"));
        command->add_flag("--plain", call->plain, about(context, "plain"));
        run_on_call(command, context, [&context, call] { return issue(context, *call); });
    }
    {
        auto code = std::make_shared<std::string>();
        auto image = std::make_shared<std::string>();
        auto* command = add_command(*tickets, context, "verify");
        auto* text = command->add_option("code", *code, about(context, "code"));
        command->add_option("--image", *image, about(context, "image"))->excludes(text);
        run_on_call(command, context, [&context, code, image]() -> Outcome {
            if (code->empty() && image->empty())
                return fail(ErrorCode::Invalid, "error.scan_needs_code");
            return verify(context, *code, *image);
        });
    }
}

} // namespace kioskctl
