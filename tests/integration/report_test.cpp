// SPDX-License-Identifier: Apache-2.0
// The report of the demo salon, with the sections that its plugins declare: compared with the files in
// tests/golden/reports. Run with XIANGDAO_UPDATE_GOLDEN=1 to write them anew, and look at the difference.
#include "core/load_config.hpp"
#include "support/catch.hpp"

#include "exchange/report.hpp"
#include "exchange/roster_import.hpp"
#include "main/wiring/event_setup.hpp"
#include "resources/resources.hpp"
#include "support/fake_store.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

using namespace kiosk;

namespace {

std::string file_text(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

void compare(const std::string& name, const std::string& made) {
    const auto path = std::filesystem::path(XIANGDAO_SOURCE_DIR) / "tests/golden/reports" / name;
    if (std::getenv("XIANGDAO_UPDATE_GOLDEN") != nullptr) {
        std::filesystem::create_directories(path.parent_path());
        std::ofstream(path, std::ios::binary) << made;
    }
    CAPTURE(path.string());
    CHECK(made == file_text(path));
}

void need(const core::Status& status) {
    if (!status)
        FAIL(status.error().message_key << ": " << status.error().context);
}

// An afternoon that always goes the same way: of seven people six come, one every twenty seconds, some twice.
class Afternoon {
public:
    Afternoon() {
        auto demo = wiring::load_demo(*core::parse_rfc3339("2026-11-20T12:00:00+08:00"));
        REQUIRE(demo.has_value());
        config = demo->file.config;
        need(store.add(config));
        for (const auto& session : demo->file.private_sessions) // the public documents leave their titles out
            need(store.add(core::make_private_session(session)));
        config = core::load_config(store).value();
        import_roster(demo->roster);
        scans();
        follow_ups();
    }

    test::FakeStore store;
    core::EventConfig config;

private:
    void import_roster(const std::filesystem::path& roster) {
        auto reader = exchange::open_table(roster);
        REQUIRE(reader.has_value());
        const auto mapping = exchange::guess_mapping(**reader, config);
        REQUIRE(mapping.has_value());
        exchange::ImportReport report;
        need(exchange::import_roster(**reader, *mapping, config, {&store, &m_random, &m_clock}, report));
    }

    void enter(const core::Registration& guest, core::Instant at, const std::string& door) {
        core::ScanRecord scan;
        scan.checkpoint = door;
        scan.registration = guest.uid;
        scan.ticket = guest.ticket;
        scan.outcome = core::Outcome::Admitted;
        scan.at = at;
        need(store.add(core::make_scan(scan)));
    }

    void scans() {
        const auto opening = *core::parse_rfc3339("2026-11-20T12:45:00+08:00");
        std::vector<core::Registration> guests;
        for (const auto& [uid, guest] : store.registrations())
            guests.push_back(guest);
        std::ranges::sort(guests, {}, &core::Registration::ticket);
        std::string closed_door;
        for (const auto& door : config.checkpoints)
            if (door.session)
                closed_door = door.id;
        std::int64_t number = 0;
        for (const auto& guest : guests) {
            if (++number % 7 == 0)
                continue;
            enter(guest, opening + number * 20'000, config.checkpoints.front().id);
            if (number % 20 == 1 && !closed_door.empty())
                enter(guest, opening + 3 * core::hour_ms + number * 1000, closed_door);
        }
        for (int i = 0; i < 12; ++i) {
            core::Registration guest;
            guest.uid = "walk-in-" + std::to_string(i);
            guest.ticket = "WALKIN" + std::to_string(i);
            guest.ticket_type = config.ticket_types.front().id;
            guest.source = core::RegistrationSource::WalkIn;
            guest.person.name = "解惊蛰";
            guest.person.organisation = i % 3 == 0 ? "个人" : "云雀示例云";
            guest.answers["pg_status"] = std::string("trial");
            need(store.add(core::make_registration(guest)));
            enter(guest, opening + core::hour_ms + i * 60'000, config.checkpoints.front().id);
        }
    }

    void follow_ups() {
        int number = 0;
        for (const char* type : {"trial", "trial", "business", "recruit", "case_talk", "training", "trial"}) {
            core::Lead lead;
            lead.uid = "lead-" + std::to_string(++number);
            lead.type = type;
            lead.status = number == 2 ? core::LeadStatus::Won : core::LeadStatus::New;
            lead.source = "staff";
            lead.organisation = "青屿示例银行";
            need(store.add(core::make_lead(lead)));
        }
    }

    test::FakeClock m_clock;
    test::CountingRandom m_random;
};

} // namespace

TEST_CASE("report: the demo salon, in both languages", "[report][golden]") {
    Afternoon afternoon;
    auto texts = resources::load_catalogue();
    REQUIRE(texts.has_value());
    const auto broker = wiring::make_replay_broker(afternoon.config.event);
    REQUIRE(broker != nullptr);
    REQUIRE(broker->has_event_type());

    exchange::ReportRequest request;
    request.store = &afternoon.store;
    request.config = &afternoon.config;
    request.texts = &*texts;
    for (const auto& section : broker->report_sections(afternoon.config))
        request.sections.push_back({section.id, section.title, section.figures, section.confidential});
    request.questions = core::own_questions(broker->registration_form(afternoon.config));
    request.now = *core::parse_rfc3339("2026-11-20T19:30:00+08:00");

    for (const auto language : {core::Language::Chinese, core::Language::English}) {
        request.language = language;
        const std::string suffix = language == core::Language::Chinese ? "zh" : "en";
        request.confidential = false;
        request.rounded = true;
        auto report = exchange::make_report(request);
        REQUIRE(report.has_value());
        CHECK(report->unknown.empty());
        CHECK(report->withheld > 0);
        compare("salon_public_" + suffix + ".md", exchange::report_markdown(request, *report));
        request.confidential = true;
        request.rounded = false;
        report = exchange::make_report(request);
        REQUIRE(report.has_value());
        CHECK(report->withheld == 0);
        compare("salon_" + suffix + ".md", exchange::report_markdown(request, *report));
    }
}
