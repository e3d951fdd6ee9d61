// SPDX-License-Identifier: Apache-2.0
// Follow-ups in staff mode.
#include "form_parts.hpp"

using namespace kiosk;
using namespace kiosk::app;
using namespace kiosk::test;
using core::LeadStatus;

namespace {

core::Lead lead(std::string uid, std::string type, LeadStatus status, std::string owner, std::string due) {
    core::Lead made;
    made.uid = std::move(uid);
    made.type = std::move(type);
    made.status = status;
    made.owner = std::move(owner);
    made.due = std::move(due);
    made.source = "staff";
    made.organisation = "青屿示例银行";
    made.changed_by = "he";
    made.at = *core::parse_rfc3339("2026-11-19T10:00:00+08:00");
    return made;
}

struct Leads : Kiosk {
    Leads() {
        open();
        for (const auto& each : {lead("l1", "trial", LeadStatus::Contacted, "lin", "2026-11-18"), lead("l2", "business", LeadStatus::New, "", ""),
                                 lead("l3", "trial", LeadStatus::Won, "lin", "2026-11-01")})
            REQUIRE(store.add(core::make_lead(each)));
        log_in();
        send(intent::ChooseTab{StaffTab::Leads});
    }
    std::vector<std::string> shown() {
        std::vector<std::string> ids;
        for (const auto& row : body<StaffView>().leads)
            ids.push_back(row.id);
        return ids;
    }
    core::Lead stored(std::string_view uid) {
        const auto found = store.lead(uid);
        REQUIRE(found);
        REQUIRE(*found);
        return **found;
    }
};

} // namespace

TEST_CASE("leads: open ones by due date, late ones marked, narrowed by status and type", "[app][leads]") {
    Leads k;
    CHECK(k.shown() == std::vector<std::string>{"l1", "l2"});
    CHECK(k.body<StaffView>().leads[0].overdue);
    CHECK(k.body<StaffView>().leads[0].owner == "林冬至");
    CHECK_FALSE(k.body<StaffView>().leads[1].overdue); // without a date nothing is late
    k.send(intent::ChooseLeadState{"won"});
    CHECK(k.shown() == std::vector<std::string>{"l3"});
    CHECK_FALSE(k.body<StaffView>().leads[0].overdue); // done is never late
    k.send(intent::ChooseLeadState{"all"});
    k.send(intent::ChooseLeadType{"trial"});
    CHECK(k.shown() == std::vector<std::string>{"l1", "l3"});
}

TEST_CASE("leads: one is opened, changed under the name of who does it, and keeps its history", "[app][leads]") {
    Leads k;
    k.send(intent::OpenLead{"l2"});
    REQUIRE(k.body<StaffView>().lead);
    CHECK(k.body<StaffView>().lead->history.size() == 1);
    k.send(intent::ChangeLead{});
    REQUIRE(is_on(k, "status"));
    k.send(intent::SetAnswer{"status", std::string("assigned")});
    k.send(intent::Confirm{});
    k.send(intent::Confirm{}); // nobody owns it: that is asked for where it is answered
    CHECK(field_on(k, "owner").problem.key == "lead.problem.owner");
    k.send(intent::SetAnswer{"owner", std::string("he")});
    k.send(intent::Confirm{});
    k.send(intent::Confirm{});
    CHECK(field_on(k, "due").problem.key == "lead.problem.due_missing");
    CHECK(k.body<FormView>().focus == "due");
    k.send(intent::TypeText{"2026-11-24"});
    k.send(intent::SetAnswer{"priority", std::string("1")});
    k.send(intent::SetAnswer{"note", std::string("先发资料")});
    k.send(intent::Confirm{});
    REQUIRE(k.shows<StaffView>());
    CHECK(k.body<StaffView>().notice.key == "staff.notice.lead_saved");
    const auto changed = k.stored("l2");
    CHECK(changed.status == LeadStatus::Assigned);
    CHECK(changed.owner == "he");
    CHECK(changed.due == "2026-11-24");
    CHECK(changed.priority == 1);
    CHECK(changed.note == "先发资料");
    CHECK(changed.changed_by == "lin");
    REQUIRE(k.body<StaffView>().lead);
    REQUIRE(k.body<StaffView>().lead->history.size() == 2);
    CHECK(k.body<StaffView>().lead->history[0].who == "林冬至"); // newest first
    k.send(intent::Back{}); // to the list, not out of the staff's screens
    CHECK_FALSE(k.body<StaffView>().lead);
}

TEST_CASE("leads: added by hand, from a ticket", "[app][leads]") {
    Leads k;
    k.send(intent::AddLead{});
    k.send(intent::Confirm{});
    CHECK(field_on(k, "type").problem.key == "form.problem.choose");
    k.send(intent::SetAnswer{"type", std::string("membership")});
    k.send(intent::Confirm{});
    REQUIRE(is_on(k, "person"));
    k.scan("D4");
    CHECK(std::get<std::string>(field_on(k, "person").value) == "Grace Hopper");
    for (int page = 0; page < 3; ++page)
        k.send(intent::Confirm{});
    REQUIRE(k.shows<StaffView>());
    CHECK(k.scans_saved() == 0);
    const auto all = k.store.leads();
    REQUIRE(all);
    const auto made = std::ranges::find(*all, "membership", &core::Lead::type);
    REQUIRE(made != all->end());
    CHECK(made->registration == "uid-D4");
    CHECK(made->organisation == "Egret Demo");
    CHECK(made->source == "staff");
    CHECK(made->status == LeadStatus::New);
}

TEST_CASE("leads: what can't be saved stays on the screen", "[app][leads][failure]") {
    Leads k;
    k.send(intent::OpenLead{"l1"});
    k.send(intent::ChangeLead{});
    k.send(intent::SetAnswer{"status", std::string("lost")});
    k.send(intent::Confirm{});
    k.store.fail_next_append = core::Error{core::ErrorCode::Io, "error.file_write", "", {}};
    k.send(intent::Confirm{});
    CHECK(k.view().notice.key == "staff.notice.not_saved");
    REQUIRE(k.shows<FormView>());
    k.send(intent::Confirm{});
    CHECK(k.stored("l1").status == LeadStatus::Lost);
}

TEST_CASE("staff: plugins that are switched off are tried again by an organizer", "[app][staff]") {
    Kiosk k;
    k.welcome.failed = {{"天天象上沙龙", "Salon"}};
    k.open();
    SECTION("an organizer") {
        k.log_in();
        k.send(intent::ChooseTab{StaffTab::System});
        CHECK(k.body<StaffView>().quarantined.size() == 1);
        CHECK(k.body<StaffView>().can_release);
        k.send(intent::ReleaseQuarantine{});
        CHECK(k.body<StaffView>().quarantined.empty());
        CHECK(k.body<StaffView>().notice.key == "staff.notice.released");
    }
    SECTION("the desk") {
        k.send(intent::OpenStaff{});
        k.pin("8888");
        k.send(intent::ChooseTab{StaffTab::System});
        CHECK_FALSE(k.body<StaffView>().can_release);
        k.send(intent::ReleaseQuarantine{});
        CHECK(k.welcome.released == 0);
    }
}
