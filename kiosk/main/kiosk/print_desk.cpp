// SPDX-License-Identifier: Apache-2.0
#include "main/kiosk/print_desk.hpp"

#include "app/event_settings.hpp"
#include "exchange/booking_art.hpp"
#include "exchange/day_plan.hpp"
#include "main/wiring/venue.hpp"
#include "printing/cups_printer.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

namespace kiosk::program {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view slip_name = "slip-", plan_name = "plan-";

exchange::SlipArt art_of(const app::SlipRequest& slip, const core::Catalogue& texts) {
    const auto language = slip.language;
    const auto text = [&](const char* key, const char* name, const std::string& value) {
        return texts.text(language, core::Message{key, {{name, value}}});
    };
    exchange::SlipArt art;
    art.event = slip.event.in(language);
    art.date = slip.date.in(language);
    art.table = slip.table.in(language);
    art.time = slip.time;
    art.until = text("export.slip.until", "time", slip.until);
    art.who = slip.who;
    art.with_label = texts.text(language, "export.slip.with");
    if (!slip.with.empty())
        art.with = {slip.with};
    if (const auto purpose = slip.purpose.in(language); !purpose.empty())
        art.purpose = text("export.calendar.purpose", "text", purpose);
    if (!slip.topic.empty())
        art.topic = text("export.calendar.topic", "text", slip.topic);
    art.rules = {texts.text(language, "export.slip.rule.scan")};
    if (const auto rule = slip.rule.in(language); !rule.empty())
        art.rules.push_back(rule);
    return art;
}

// Out of the database as it is on disk, over a connection of its own: the application's goes on.
core::Result<std::uint64_t> write_plan(const fs::path& database, const core::Catalogue& texts, core::Language language,
                                       const fs::path& file) {
    wiring::VenueOptions options;
    options.database = database;
    options.read_only = true;
    options.with_plugins = false;
    KIOSK_TRY(const auto venue, wiring::Venue::open(std::move(options)));
    if (!venue->has_event())
        return core::fail(core::ErrorCode::NotFound, "error.no_event", database.string());
    exchange::BookingExport request;
    request.base.store = &venue->database();
    request.base.config = &venue->config();
    request.base.texts = &texts;
    request.base.language = language;
    request.base.now = venue->clock().now();
    KIOSK_TRY(const auto report, exchange::export_day_plan(request, file));
    return report.bookings;
}

} // namespace

fs::path print_folder(const Options& options) {
    return options.print_folder.empty() ? fs::path(options.database.string() + ".print") : options.print_folder;
}

PrintDesk::PrintDesk(const Options& options, Ports ports) : m_options(options), m_ports(std::move(ports)) {
    auto printer = std::move(m_ports.printer);
    if (!printer && !options.printer.empty())
        printer = std::make_unique<printing::CupsPrinter>(options.printer);
    printing::QueueOptions queue;
    std::error_code error;
    queue.folder = fs::absolute(print_folder(options), error); // as staff are told where it is
    if (error)
        queue.folder = print_folder(options);
    m_queue = std::make_unique<printing::PrintQueue>(
        std::move(queue), std::move(printer), [this](const printing::JobReport& report) { hear(report); },
        [this] { m_ports.tell(app::notice::DevicesChanged{}); });
}

core::Status PrintDesk::print_slip(const app::SlipRequest& slip) {
    printing::PrintJob job;
    job.name = fmt::format("{}{}-{}", slip_name, slip.time, slip.table.en);
    job.write = [art = art_of(slip, *m_ports.catalogue)](const fs::path& file) { return exchange::slip_pdf(art, file); };
    return m_queue->print(std::move(job));
}

core::Status PrintDesk::print_plan() {
    const auto civil = m_ports.zone.civil(m_ports.clock->now());
    printing::PrintJob job;
    job.name = fmt::format("{}{:02}{:02}-{:02}{:02}", plan_name, civil.month, civil.day, civil.hour, civil.minute);
    job.write = [this](const fs::path& file) -> core::Status {
        KIOSK_TRY(const auto bookings, write_plan(m_options.database, *m_ports.catalogue, m_options.settings.language, file));
        if (m_ports.note_plan)
            m_ports.note_plan(bookings);
        return {};
    };
    return m_queue->print(std::move(job));
}

void PrintDesk::hear(const printing::JobReport& report) {
    using printing::Outcome;
    app::notice::Printed printed;
    using Told = app::notice::Printed::Outcome;
    printed.what = report.name.starts_with(plan_name) ? app::notice::Printed::What::Plan : app::notice::Printed::What::Slip;
    switch (report.outcome) {
    case Outcome::Sent: printed.outcome = Told::Sent; break;
    case Outcome::Done: printed.outcome = Told::Done; break;
    case Outcome::Waits: printed.outcome = Told::Waits; break;
    case Outcome::Kept: printed.outcome = Told::Kept; break;
    case Outcome::Failed: printed.outcome = Told::Failed; break;
    }
    printed.why = report.why;
    printed.where = report.file.string();
    if (report.outcome == Outcome::Failed) {
        spdlog::warn("printing {}: {} {}", report.name, report.why, report.detail);
        const std::scoped_lock lock(m_mutex);
        m_problem = {m_ports.clock->now(), report.why, report.detail};
    } else if (report.outcome == Outcome::Done || report.outcome == Outcome::Kept) {
        const std::scoped_lock lock(m_mutex);
        m_problem.reset(); // it works again
    }
    m_ports.tell(std::move(printed));
}

// ---- the system page ----

app::LocalText PrintDesk::both(const core::Message& message) const { return app::local_text(*m_ports.catalogue, message); }

// A sentence with another one in it, each in its language.
app::LocalText PrintDesk::say(std::string_view key, std::string_view why,
                              const std::vector<std::pair<std::string, std::string>>& args) const {
    const auto in = [&](core::Language language) {
        core::Message message{std::string(key), args};
        message.args.emplace_back("why", m_ports.catalogue->text(language, why));
        return m_ports.catalogue->text(language, message);
    };
    return {in(core::Language::Chinese), in(core::Language::English)};
}

std::vector<std::pair<app::LocalText, app::LocalText>> PrintDesk::sentences() {
    m_queue->look(); // how it is by now comes a moment later
    const auto state = m_queue->state();
    const auto label = [&](const char* key) { return both({key, {}}); };
    std::vector<std::pair<app::LocalText, app::LocalText>> lines;
    const auto& name = m_options.printer;
    const auto& printer = state.printer;
    if (!state.has_printer)
        lines.emplace_back(label("print.system.label"),
                           both({"print.system.none", {{"folder", (m_queue->folder() / "saved").string()}}}));
    else if (!state.known)
        lines.emplace_back(label("print.system.label"), both({"print.system.unknown", {{"printer", name}}}));
    else if (printer.trouble == printing::Trouble::None)
        lines.emplace_back(label("print.system.label"),
                           both({printer.busy ? "print.system.busy" : "print.system.ready", {{"printer", name}}}));
    else
        lines.emplace_back(label("print.system.label"),
                           say(printer.detail.empty()                                    ? "print.system.trouble"
                               : printer.trouble == printing::Trouble::UnknownPrinter ? "print.system.there"
                                                                                       : "print.system.detail",
                               printing::message_key(printer.trouble), {{"printer", name}, {"detail", printer.detail}}));
    if (state.waiting > 0)
        lines.emplace_back(label("print.system.waiting.label"),
                           both({"print.system.waiting", {{"count", std::to_string(state.waiting)}}}));
    if (state.not_printed > 0)
        lines.emplace_back(label("print.system.not_printed.label"),
                           both({"print.system.not_printed", {{"count", std::to_string(state.not_printed)},
                                                              {"folder", (m_queue->folder() / "not-printed").string()}}}));
    const std::scoped_lock lock(m_mutex);
    if (m_problem) {
        const auto civil = m_ports.zone.civil(m_problem->at);
        lines.emplace_back(label("print.system.last.label"),
                           say(m_problem->detail.empty() ? "print.system.last" : "print.system.last_detail", m_problem->why,
                               {{"time", fmt::format("{:02}:{:02}", civil.hour, civil.minute)}, {"detail", m_problem->detail}}));
    }
    return lines;
}

} // namespace kiosk::program
