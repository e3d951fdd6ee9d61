// SPDX-License-Identifier: Apache-2.0
// Walk-ins by the form of the event type: its pages, its words, its rules.
#include "form_parts.hpp"

using namespace kiosk;
using namespace kiosk::app;
using namespace kiosk::test;
using core::Binding;
using core::Outcome;
using core::QuestionType;

namespace {

core::Form campus() {
    auto privacy = form_field("privacy", QuestionType::YesNo, true, Binding::Consent);
    auto share = form_field("share", QuestionType::YesNo, false, Binding::Consent);
    return {{"person",
             {"您是谁", "About you"},
             {form_field("organisation", QuestionType::Text, false, Binding::Organisation), form_field("name", QuestionType::Text, true, Binding::Name),
              form_field("mail", QuestionType::Email, false, Binding::Email), form_field("phone", QuestionType::Phone, true, Binding::Phone)}},
            {"school",
             {"您在学校", "Your school"},
             {choice_field("role", {"student", "teacher"}), after(form_field("year", QuestionType::Number), "role", {"student"}),
              after(form_field("textbook", QuestionType::Text, false), "role", {"teacher"})}},
            {"consent", {"请您同意", "Your consent"}, {privacy, share}}};
}

void fill_in_person(Kiosk& k) {
    REQUIRE(k.body<FormView>().focus == "person.name");
    k.send(intent::TypeText{"解惊蛰"});
    k.send(intent::PressKey{"enter"});
    REQUIRE(k.body<FormView>().focus == "person.phone");
    k.send(intent::TypeText{"10000007777"});
    k.send(intent::Confirm{});
}

const core::Registration& registered(Kiosk& k) {
    const auto made = std::ranges::find_if(k.store.registrations(), [](const auto& entry) { return entry.second.source == core::RegistrationSource::WalkIn; });
    REQUIRE(made != k.store.registrations().end());
    return made->second;
}

} // namespace

TEST_CASE("registration: the event type's steps are the pages, required fields first", "[app][walk_in]") {
    Kiosk k;
    k.welcome.registration = campus();
    k.open();
    k.send(intent::OpenWalkIn{});
    CHECK(k.body<FormView>().heading.zh == "您是谁");
    CHECK(k.body<FormView>().fields.size() == 2);
    fill_in_person(k);
    CHECK(is_on(k, "person.organisation"));
    CHECK(is_on(k, "person.individual"));
    CHECK(k.body<FormView>().focus.empty()); // it may be left out here
    k.send(intent::FocusField{"person.organisation"});
    k.send(intent::TypeText{"竹里示例大学"});
    k.send(intent::FocusField{"person.email"});
    k.send(intent::TypeText{"xie@example.com"});
    k.send(intent::Confirm{});

    CHECK(k.body<FormView>().heading.zh == "您在学校");
    const auto pages = k.body<FormView>().pages;
    SECTION("a student") {
        k.send(intent::SetAnswer{"role", std::string("student")});
        CHECK(k.body<FormView>().pages == pages + 1); // its own question has come up
        k.send(intent::Confirm{});
        CHECK(k.body<FormView>().focus == "year");
        k.send(intent::TypeText{"2031"});
    }
    SECTION("a teacher who writes no book") {
        k.send(intent::SetAnswer{"role", std::string("teacher")});
        k.send(intent::Confirm{});
        CHECK(is_on(k, "textbook"));
        CHECK_FALSE(k.view().keyboard);
    }
    k.send(intent::Confirm{});
    CHECK(field_on(k, "privacy").kind == FieldKind::Consent);
    k.send(intent::Confirm{});
    CHECK(field_on(k, "privacy").problem.key == "form.problem.must_accept");
    k.send(intent::SetAnswer{"privacy", true});
    k.send(intent::Confirm{});
    CHECK(k.result().outcome == Outcome::Admitted);
    const auto& person = registered(k);
    CHECK(person.person.organisation == "竹里示例大学");
    CHECK(person.person.email == "xie@example.com");
    CHECK(person.consents.at("privacy"));
    CHECK(person.answers.contains("role"));
    CHECK_FALSE(person.answers.contains("person.name"));
    CHECK_FALSE(person.answers.contains("name"));
}

TEST_CASE("registration: an answer that is taken back takes its questions along", "[app][walk_in]") {
    Kiosk k;
    k.welcome.registration = campus();
    k.open();
    k.send(intent::OpenWalkIn{});
    fill_in_person(k);
    k.send(intent::Confirm{});
    k.send(intent::SetAnswer{"role", std::string("student")});
    k.send(intent::Confirm{});
    k.send(intent::TypeText{"2031"});
    k.send(intent::Back{});
    k.send(intent::SetAnswer{"role", std::string("teacher")});
    k.send(intent::Confirm{}); // the textbook
    k.send(intent::Confirm{});
    k.send(intent::SetAnswer{"privacy", true});
    k.send(intent::Confirm{});
    CHECK(k.result().outcome == Outcome::Admitted);
    CHECK_FALSE(registered(k).answers.contains("year"));
}

TEST_CASE("registration: as an individual, whatever the event type says", "[app][walk_in]") {
    Kiosk k;
    k.welcome.registration = campus();
    k.open();
    k.send(intent::OpenWalkIn{});
    fill_in_person(k);
    k.send(intent::SetAnswer{"person.individual", true});
    CHECK_FALSE(is_on(k, "person.organisation"));
    k.send(intent::Confirm{});
    k.send(intent::SetAnswer{"role", std::string("teacher")});
    k.send(intent::Confirm{});
    k.send(intent::Confirm{});
    k.send(intent::SetAnswer{"privacy", true});
    k.send(intent::Confirm{});
    CHECK(registered(k).person.organisation == "个人");
}

TEST_CASE("registration: the plugin's objections stand at their fields, its values where nothing is", "[app][walk_in]") {
    Kiosk k;
    k.welcome.registration = campus();
    k.open();
    k.welcome.found.problems = {{"phone", {"这个号码已报名", "Somebody has this number"}}, {"role", {"还没到这一步", "Not yet"}}};
    k.welcome.found.values = {{"role", std::string("student")}, {"name", std::string("别人")}};
    k.send(intent::OpenWalkIn{});
    fill_in_person(k);
    CHECK(k.welcome.validated.empty()); // not before the step ends
    k.send(intent::Confirm{});
    REQUIRE(k.welcome.validated.size() == 1);
    CHECK(std::get<std::string>(k.welcome.validated[0].at("name")) == "解惊蛰"); // under the plugin's own ids
    CHECK(field_on(k, "person.phone").said.zh == "这个号码已报名");
    CHECK(k.body<FormView>().focus == "person.phone");
    CHECK(std::get<std::string>(field_on(k, "person.name").value) == "解惊蛰");
    k.send(intent::TypeText{"8"});
    CHECK(field_on(k, "person.phone").said.zh.empty());
    k.welcome.found.problems.clear();
    k.send(intent::Confirm{});
    k.send(intent::Confirm{});
    CHECK(std::get<std::string>(field_on(k, "role").value) == "student");
}

TEST_CASE("registration: what the event asks itself is not asked twice", "[app][walk_in]") {
    Kiosk k;
    auto same = choice_field("role", {"student", "teacher"}).question;
    auto own = choice_field("lunch", {"yes", "no"}).question;
    same.ask_at = own.ask_at = core::AskAt::CheckIn;
    k.config.questions = {same, own};
    k.welcome.registration = campus();
    k.open();
    k.send(intent::OpenWalkIn{});
    fill_in_person(k);
    std::map<std::string, int> seen;
    for (int page = 0; page < 8 && k.shows<FormView>(); ++page) {
        for (const auto& field : k.body<FormView>().fields)
            ++seen[field.id];
        if (is_on(k, "role"))
            k.send(intent::SetAnswer{"role", std::string("teacher")});
        if (is_on(k, "privacy"))
            k.send(intent::SetAnswer{"privacy", true});
        if (is_on(k, "lunch"))
            k.send(intent::SetAnswer{"lunch", std::string("no")});
        k.send(intent::Confirm{});
    }
    CHECK(k.result().outcome == Outcome::Admitted);
    CHECK(seen["role"] == 1);
    CHECK(seen["lunch"] == 1);
}

TEST_CASE("registration: a consent that is a question of the event, too, answers both", "[app][walk_in]") {
    Kiosk k;
    auto privacy = form_field("privacy", QuestionType::YesNo).question;
    privacy.ask_at = core::AskAt::CheckIn;
    k.config.questions = {privacy};
    SECTION("by the event type's form") { k.welcome.registration = campus(); }
    SECTION("by the host's own") {}
    k.open();
    k.send(intent::OpenWalkIn{});
    fill_in_person(k);
    int asked = 0;
    for (int page = 0; page < 8 && k.shows<FormView>(); ++page) {
        if (is_on(k, "person.individual"))
            k.send(intent::SetAnswer{"person.individual", true});
        if (is_on(k, "role"))
            k.send(intent::SetAnswer{"role", std::string("teacher")});
        if (is_on(k, "privacy")) {
            ++asked;
            k.send(intent::SetAnswer{"privacy", true});
        }
        k.send(intent::Confirm{});
    }
    CHECK(asked == 1);
    CHECK(k.result().outcome == Outcome::Admitted);
    CHECK(registered(k).consents.at("privacy"));
    CHECK(std::get<bool>(registered(k).answers.at("privacy")));
}

TEST_CASE("registration: what the event asks is asked in the event's words", "[app][walk_in]") {
    Kiosk k;
    auto role = choice_field("role", {"dba", "developer"}).question;
    role.ask_at = core::AskAt::CheckIn;
    k.config.questions = {role};
    k.welcome.registration = campus();
    k.open();
    k.send(intent::OpenWalkIn{});
    fill_in_person(k);
    k.send(intent::Confirm{});
    REQUIRE(is_on(k, "role"));
    CHECK(field_on(k, "role").options.front().id == "dba"); // the door would not take "teacher"
    k.send(intent::SetAnswer{"role", std::string("dba")});
    k.send(intent::Confirm{});
    k.send(intent::SetAnswer{"privacy", true});
    k.send(intent::Confirm{});
    CHECK(k.result().outcome == Outcome::Admitted);
}

TEST_CASE("registration: what nobody can be entered without is asked, whatever the form says", "[app][walk_in]") {
    Kiosk k;
    k.welcome.registration = core::Form{{"person", {"您是谁", "About you"}, {form_field("name", QuestionType::Text, false, Binding::Name)}}};
    k.config.event.settings = R"({"required_consents": ["privacy", "media"]})";
    k.open();
    k.send(intent::OpenWalkIn{});
    CHECK(field_on(k, "person.name").required);
    CHECK(field_on(k, "person.phone").required);
    fill_in_person(k);
    CHECK(field_on(k, "privacy").required);
    CHECK(field_on(k, "media").required);
}

TEST_CASE("registration: questions of check-in only where they must be answered, none of another ticket", "[app][walk_in]") {
    Kiosk k;
    auto form = campus();
    auto optional = form_field("song", QuestionType::Text, false);
    auto needed = form_field("badge", QuestionType::Text, true);
    auto vip = form_field("table", QuestionType::Text, true);
    optional.question.ask_at = needed.question.ask_at = core::AskAt::CheckIn;
    vip.question.ticket_types = std::vector<std::string>{"vip"};
    form.push_back({"more", {"还有", "More"}, {optional, needed, vip, after(form_field("colour", QuestionType::Text, true), "song", {"x"})}});
    k.welcome.registration = form;
    k.open();
    k.send(intent::OpenWalkIn{});
    fill_in_person(k);
    k.send(intent::Confirm{});
    k.send(intent::SetAnswer{"role", std::string("teacher")});
    k.send(intent::Confirm{});
    k.send(intent::Confirm{});
    k.send(intent::SetAnswer{"privacy", true});
    k.send(intent::Confirm{});
    CHECK(k.body<FormView>().fields.size() == 1);
    CHECK(is_on(k, "badge"));
    CHECK(k.body<FormView>().next_label.key == "form.done");
}

TEST_CASE("registration: who is in a hurry leaves out what is optional", "[app][walk_in]") {
    Kiosk k;
    auto form = campus();
    auto wish = choice_field("wish", {"course", "job"});
    wish.question.required = false;
    form.insert(form.begin() + 1, {"wishes", {"您想要什么", "What you wish for"}, {wish}});
    k.welcome.registration = form;
    k.open();
    k.send(intent::OpenWalkIn{});
    CHECK_FALSE(k.body<FormView>().can_finish);
    k.send(intent::FinishForm{}); // nobody gets past what is required
    CHECK(k.shows<FormView>());
    fill_in_person(k);
    k.send(intent::Confirm{}); // no organisation
    CHECK(k.body<FormView>().heading.zh == "您在学校"); // the wishes wait behind what is required
    k.send(intent::SetAnswer{"role", std::string("teacher")});
    CHECK_FALSE(k.body<FormView>().can_finish); // the consent is still to come
    while (k.body<FormView>().heading.zh == "您在学校")
        k.send(intent::Confirm{});
    CHECK(k.body<FormView>().can_finish);
    k.send(intent::FinishForm{});
    CHECK(k.body<FormView>().fields.front().problem.key == "form.problem.must_accept");
    k.send(intent::SetAnswer{"privacy", true});
    SECTION("and stops there") { k.send(intent::FinishForm{}); }
    SECTION("and who is not, goes on") {
        k.send(intent::Confirm{});
        CHECK(k.body<FormView>().heading.zh == "您想要什么");
        CHECK_FALSE(k.body<FormView>().can_finish); // the last page has its own way to end
        k.send(intent::SetAnswer{"wish", std::string("job")});
        k.send(intent::Confirm{});
    }
    CHECK(k.result().outcome == Outcome::Admitted);
    CHECK(k.scans_saved() == 1);
    CHECK(registered(k).consents.at("privacy"));
}
