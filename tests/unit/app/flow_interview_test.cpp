// SPDX-License-Identifier: Apache-2.0
// Questionnaires in staff mode: saved with every page, taken up where they were left, final once.
#include "form_parts.hpp"

using namespace kiosk;
using namespace kiosk::app;
using namespace kiosk::test;
using core::QuestionType;
using core::ResponseStatus;

namespace {

core::Form bank() {
    auto share = choice_field("share", {"yes", "no", "later"});
    share.leads = {{"case_talk", {"yes"}}};
    return {{"company", {"企业概况", "The company"}, {form_field("business", QuestionType::TextArea), form_field("people", QuestionType::Number, false)}},
            {"estate", {"系统家底", "The estate"}, {table_field("systems", false), choice_field("sharding", {"avoiding", "using"}, false),
                                                    after(form_field("global", QuestionType::TextArea, false), "sharding", {"using"})}},
            {"community", {"参与社区", "Community"}, {share}}};
}

struct Interviews : Kiosk {
    Interviews() {
        welcome.offered = {{"visit", "deep", 1, {"企业访谈", "Interview"}}};
        welcome.asked = bank();
        open();
        log_in();
        send(intent::ChooseTab{StaffTab::Interviews});
    }
    void begin() {
        REQUIRE(body<StaffView>().offers.size() == 1);
        send(intent::StartInterview{body<StaffView>().offers[0].id});
    }
    void fill_in_cover() {
        REQUIRE(body<FormView>().focus == "interview.organisation");
        send(intent::TypeText{"海棠示例航运"});
        send(intent::Confirm{});
    }
    std::size_t saved() { return store.responses()->size(); }
    core::Response response() {
        const auto all = store.responses();
        REQUIRE(all);
        REQUIRE(all->size() == 1);
        return all->front();
    }
    std::size_t pinned() {
        const auto documents = store.config();
        REQUIRE(documents);
        return static_cast<std::size_t>(std::ranges::count(*documents, "form", &core::ConfigDocument::entity));
    }
};

} // namespace

TEST_CASE("interview: every page left is saved, and the form with the first of them", "[app][interview]") {
    Interviews k;
    k.begin();
    CHECK(k.body<FormView>().steps.size() == 4); // who, and the three groups
    CHECK(k.saved() == 0);
    k.fill_in_cover();
    REQUIRE(k.saved() == 1);
    CHECK(k.pinned() == 1);
    CHECK(k.response().organisation == "海棠示例航运");
    CHECK(k.response().status == ResponseStatus::Draft);
    CHECK(k.response().interviewer == "lin");
    CHECK(k.body<FormView>().status.key == "interview.saved");
    k.send(intent::TypeText{"航运"});
    k.send(intent::Confirm{});
    CHECK(std::get<std::string>(k.response().answers.at("business")) == "航运");
    CHECK(k.pinned() == 1);
    const auto operations = k.store.operations.size();
    k.send(intent::Back{});
    k.send(intent::Confirm{}); // nothing was changed: nothing is written
    CHECK(k.store.operations.size() == operations);
}

TEST_CASE("interview: a draft may have gaps, but nothing wrong", "[app][interview]") {
    Interviews k;
    k.begin();
    k.fill_in_cover();
    REQUIRE(is_on(k, "business"));
    k.send(intent::FocusField{"people"});
    k.send(intent::TypeText{"1-2"});
    k.send(intent::Confirm{});
    CHECK(field_on(k, "people").problem.key == "form.problem.number");
    CHECK(field_on(k, "business").problem.empty());
    k.send(intent::PressKey{"clear"});
    k.send(intent::Confirm{});
    CHECK(is_on(k, "systems"));
}

TEST_CASE("interview: Enter goes through the texts of a page, asked for or not, and then on", "[app][interview]") {
    Interviews k;
    k.begin();
    k.send(intent::TypeText{"海棠示例航运"});
    k.send(intent::PressKey{"enter"});
    CHECK(k.body<FormView>().focus == "interview.respondent"); // may be left out, but not unseen
    k.send(intent::PressKey{"enter"});
    REQUIRE(is_on(k, "business"));
    k.send(intent::JumpToStep{"estate"});
    k.send(intent::Confirm{}); // the table
    REQUIRE(is_on(k, "sharding"));
    k.send(intent::SetAnswer{"sharding", std::string("using")});
    k.send(intent::Confirm{});
    k.send(intent::FocusField{"global"});
    k.send(intent::PressKey{"enter"});
    CHECK(is_on(k, "share"));
}

TEST_CASE("interview: taken up where it was left, by whoever comes next", "[app][interview]") {
    Interviews k;
    k.begin();
    k.fill_in_cover();
    k.send(intent::TypeText{"航运"});
    k.send(intent::Confirm{});
    REQUIRE(is_on(k, "systems"));
    k.send(intent::AddRow{"systems"});
    k.send(intent::TypeText{"调度"});
    SECTION("left by the way out") {
        for (int i = 0; i < 3; ++i)
            k.send(intent::Back{});
    }
    SECTION("left by doing nothing") {
        k.pass(9 * 60'000);
        CHECK(k.shows<FormView>()); // people think before they answer
        k.pass(2 * 60'000);
    }
    REQUIRE(k.shows<StaffView>());
    REQUIRE(k.body<StaffView>().responses.size() == 1);
    const auto& row = k.body<StaffView>().responses[0];
    CHECK_FALSE(row.final);
    CHECK(row.organisation == "海棠示例航运");
    CHECK(row.interviewer == "林冬至");
    CHECK(row.answered == 3);
    CHECK(row.asked == 7); // with who is interviewed; what depends on sharding is not asked yet
    k.welcome.offered.clear(); // the plugin is in quarantine: the pinned form goes on
    k.welcome.asked.clear();
    k.send(intent::OpenResponse{row.id});
    REQUIRE(is_on(k, "systems"));
    CHECK(std::get<core::AnswerRows>(field_on(k, "systems").value)[0].at("name") == "调度");
    CHECK(k.body<FormView>().heading.zh == "系统家底");
}

TEST_CASE("interview: questions come and go with the answers, computed values are offered", "[app][interview]") {
    Interviews k;
    k.begin();
    k.fill_in_cover();
    k.send(intent::JumpToStep{"estate"});
    REQUIRE(is_on(k, "systems"));
    k.welcome.found.values = {{"sharding", std::string("using")}, {"business", std::string("别处的答案")}};
    k.send(intent::Confirm{});
    CHECK(std::get<std::string>(field_on(k, "sharding").value) == "using");
    k.send(intent::Confirm{});
    CHECK(is_on(k, "global"));
    k.send(intent::Back{});
    k.send(intent::SetAnswer{"sharding", std::string()}); // a second touch takes it back
    k.welcome.found.values.clear();
    k.send(intent::Confirm{});
    CHECK(is_on(k, "share"));
    k.send(intent::JumpToStep{"company"});
    CHECK_FALSE(field_on(k, "business").answered); // offered ahead only, where somebody will see it
}

TEST_CASE("interview: final once, when nothing required is missing, with its leads in the same saving", "[app][interview]") {
    Interviews k;
    k.begin();
    k.fill_in_cover();
    k.send(intent::JumpToStep{"community"});
    k.send(intent::SetAnswer{"share", std::string("yes")});
    k.send(intent::Confirm{});
    REQUIRE(k.shows<InterviewEndView>());
    REQUIRE(k.body<InterviewEndView>().missing.size() == 1);
    CHECK(k.body<InterviewEndView>().missing[0].id == "business");
    k.send(intent::Confirm{});
    CHECK(k.response().status == ResponseStatus::Draft);
    k.send(intent::JumpToField{"business"});
    CHECK(k.body<FormView>().focus == "business");
    k.send(intent::TypeText{"航运"});
    k.send(intent::JumpToStep{"community"});
    k.send(intent::Confirm{});
    REQUIRE(k.body<InterviewEndView>().missing.empty());
    CHECK(k.body<InterviewEndView>().leads.size() == 1);
    k.send(intent::Back{}); // not yet
    CHECK(k.shows<FormView>());
    k.send(intent::Confirm{});
    k.send(intent::Confirm{});
    REQUIRE(k.shows<StaffView>());
    CHECK(k.body<StaffView>().notice.key == "staff.notice.final_leads");
    CHECK(k.response().status == ResponseStatus::Final);
    CHECK(k.store.batch_sizes.back() == 2); // the answers and their lead
    REQUIRE(k.store.leads()->size() == 1);
    CHECK(k.store.leads()->front().type == "case_talk");
    CHECK(k.body<StaffView>().responses[0].final);

    // Read only from now on.
    const auto operations = k.store.operations.size();
    k.send(intent::OpenResponse{k.response().uid});
    CHECK(k.body<FormView>().read_only);
    CHECK(k.body<FormView>().page == 1);
    k.send(intent::SetAnswer{"interview.organisation", std::string("别家")});
    k.send(intent::FocusField{"interview.organisation"});
    CHECK_FALSE(k.view().keyboard);
    for (int page = 0; page < 12 && k.shows<FormView>(); ++page)
        k.send(intent::Confirm{});
    CHECK(k.shows<StaffView>());
    CHECK(k.store.operations.size() == operations);
}

TEST_CASE("interview: a full disk keeps what was typed", "[app][interview][failure]") {
    Interviews k;
    k.begin();
    k.send(intent::TypeText{"海棠示例航运"});
    k.store.fail_next_append = core::Error{core::ErrorCode::DiskFull, "error.disk_full", "", {}};
    SECTION("on leaving") {
        k.send(intent::Back{});
        CHECK(k.view().notice.key == "staff.notice.not_saved");
        REQUIRE(k.shows<FormView>());
        k.send(intent::Back{});
    }
    SECTION("on going on") {
        k.send(intent::Confirm{});
        CHECK(k.view().notice.key == "staff.notice.not_saved");
        k.send(intent::Back{}); // the page before; it is tried again
        k.send(intent::Back{});
    }
    CHECK(k.shows<StaffView>());
    CHECK(k.response().organisation == "海棠示例航运");
    CHECK(k.pinned() == 1);
}

TEST_CASE("interview: the respondent is taken from a ticket; elsewhere a code waits for the door", "[app][interview]") {
    Interviews k;
    k.begin();
    k.scan("nobody's");
    CHECK(k.view().notice.key == "notice.interview_unknown");
    k.scan("A1");
    CHECK(std::get<std::string>(field_on(k, "interview.organisation").value) == "松果示例软件");
    CHECK(std::get<std::string>(field_on(k, "interview.respondent").value) == "王谷雨");
    CHECK(k.scans_saved() == 0);
    k.send(intent::Confirm{});
    CHECK(k.response().registration == "uid-A1");
    k.scan("B2");
    CHECK(k.view().notice.key == "notice.interview_first");
    CHECK(k.shows<FormView>());
    CHECK(k.scans_saved() == 0);
}

TEST_CASE("interview: nothing begun, nothing saved; nobody but staff", "[app][interview]") {
    Interviews k;
    k.begin();
    k.send(intent::Back{});
    CHECK(k.shows<StaffView>());
    CHECK(k.saved() == 0);
    k.send(intent::LeaveStaff{});
    k.send(intent::StartInterview{"visit/deep/1"});
    k.send(intent::OpenResponse{"whatever"});
    CHECK(k.shows<IdleView>());
}
