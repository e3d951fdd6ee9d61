// SPDX-License-Identifier: Apache-2.0
#include "kiosk_fixture.hpp"

using namespace kiosk;
using namespace kiosk::app;
using core::Outcome;
using core::Reason;

namespace {

core::Question question(std::string id, core::QuestionType type) {
    core::Question made;
    made.id = std::move(id);
    made.type = type;
    made.required = true;
    made.text = {"问题", "Question"};
    return made;
}

const FieldView& field(const FormView& form, std::string_view id) {
    const auto found = std::ranges::find(form.fields, id, &FieldView::id);
    INFO("field " << id);
    REQUIRE(found != form.fields.end());
    return *found;
}

void fill_in_person(test::Kiosk& k, const std::string& name, const std::string& phone) {
    REQUIRE(k.body<FormView>().focus == "person.name");
    k.send(intent::TypeText{name});
    k.send(intent::PressKey{"enter"});
    REQUIRE(k.body<FormView>().focus == "person.phone");
    k.send(intent::TypeText{phone});
    k.send(intent::Confirm{});
}

} // namespace

TEST_CASE("form: only what is open is asked, and then the person is in", "[app][form]") {
    test::Kiosk k;
    auto diet = question("diet", core::QuestionType::Single);
    diet.options = {{"none", {"无", "None"}}, {"halal", {"清真", "Halal"}}};
    auto optional = question("song", core::QuestionType::Text);
    optional.required = false;
    k.config.questions = {diet, optional};
    k.config.event.settings = R"({"required_consents": ["privacy"]})";
    k.open();
    k.scan("A1");
    CHECK(k.scans_saved() == 0);
    REQUIRE(k.body<FormView>().fields.size() == 1);
    CHECK(k.body<FormView>().pages == 2);
    CHECK(k.body<FormView>().next_label.key == "form.next");
    CHECK_FALSE(k.view().keyboard); // choices need none

    k.send(intent::Confirm{});
    CHECK(field(k.body<FormView>(), "diet").problem.key == "form.problem.choose");
    k.send(intent::SetAnswer{"diet", std::string("stone soup")}); // no such option
    CHECK_FALSE(field(k.body<FormView>(), "diet").answered);
    k.send(intent::SetAnswer{"diet", std::string("halal")});
    k.send(intent::Confirm{});
    CHECK(field(k.body<FormView>(), "privacy").kind == FieldKind::Consent);
    CHECK(k.body<FormView>().next_label.key == "form.done");
    CHECK(k.body<FormView>().can_go_back);
    k.send(intent::Confirm{});
    CHECK(field(k.body<FormView>(), "privacy").problem.key == "form.problem.must_accept");
    k.send(intent::SetAnswer{"privacy", true});
    k.send(intent::Confirm{});
    CHECK(k.result().outcome == Outcome::Admitted);
    REQUIRE(k.scans_saved() == 1);
    const auto& record = k.store.scans().front().record;
    CHECK(std::get<std::string>(record.answers.at("diet")) == "halal");
    CHECK(record.consents.at("privacy"));
}

TEST_CASE("form: a question that depends on an answer comes after it", "[app][form]") {
    test::Kiosk k;
    auto laptop = question("laptop", core::QuestionType::Single);
    laptop.options = {{"yes", {"带了", "Yes"}}, {"no", {"没带", "No"}}};
    auto system = question("system", core::QuestionType::Text);
    system.depends_on = core::Question::Dependency{"laptop", {"yes"}};
    k.config.questions = {laptop, system};
    k.open();
    k.scan("A1");
    REQUIRE(k.body<FormView>().fields.size() == 1);
    SECTION("not asked") {
        k.send(intent::SetAnswer{"laptop", std::string("no")});
        k.send(intent::Confirm{});
        CHECK(k.result().outcome == Outcome::Admitted);
    }
    SECTION("asked") {
        k.send(intent::SetAnswer{"laptop", std::string("yes")});
        k.send(intent::Confirm{});
        CHECK(k.body<FormView>().focus == "system");
        CHECK(k.view().keyboard);
        k.send(intent::TypeText{"Linux"});
        k.send(intent::PressKey{"enter"});
        CHECK(k.result().outcome == Outcome::Admitted);
    }
}

TEST_CASE("form: an answer that doesn't fit its type is shown what to write", "[app][form]") {
    test::Kiosk k;
    k.config.questions = {question("mail", core::QuestionType::Email), question("day", core::QuestionType::Date)};
    k.open();
    k.scan("A1");
    k.send(intent::TypeText{"somebody"});
    k.send(intent::FocusField{"day"});
    CHECK(k.view().keyboard->layout == KeyboardView::Layout::Digits);
    k.send(intent::TypeText{"2026-13-40"});
    k.send(intent::Confirm{});
    CHECK(field(k.body<FormView>(), "mail").problem.key == "form.problem.email");
    CHECK(field(k.body<FormView>(), "day").problem.key == "form.problem.date");
    CHECK(k.body<FormView>().focus == "mail");
    k.send(intent::PressKey{"clear"});
    k.send(intent::TypeText{"wang@example.com"});
    k.send(intent::SetAnswer{"day", std::string("2026-11-20")});
    k.send(intent::Confirm{});
    CHECK(k.result().outcome == Outcome::Admitted);
}

TEST_CASE("form: Enter leaves no choice unseen behind the keyboard", "[app][form]") {
    test::Kiosk k;
    auto lunch = question("lunch", core::QuestionType::Single);
    lunch.options = {{"yes", {"是", "Yes"}}, {"no", {"否", "No"}}};
    k.config.questions = {question("note", core::QuestionType::Text), lunch};
    k.open();
    k.scan("A1");
    REQUIRE(k.body<FormView>().focus == "note");
    k.send(intent::TypeText{"x"});
    k.send(intent::PressKey{"enter"});
    REQUIRE(k.shows<FormView>());
    CHECK_FALSE(k.view().keyboard);
    CHECK(field(k.body<FormView>(), "lunch").problem.empty()); // nobody is blamed for what they haven't seen
    k.send(intent::SetAnswer{"lunch", std::string("no")});
    k.send(intent::FocusField{"note"});
    k.send(intent::PressKey{"enter"});
    CHECK(k.result().outcome == Outcome::Admitted);
}

TEST_CASE("form: a plugin's own questions are asked, what nobody can ask goes to staff", "[app][form]") {
    test::Kiosk k;
    SECTION("known") {
        k.plugin.verdict = {Outcome::Incomplete, Reason::None, {}, {"pg_status"}};
        k.open();
        k.scan("A1");
        CHECK(field(k.body<FormView>(), "pg_status").options.size() == 2);
        k.send(intent::SetAnswer{"pg_status", std::string("trial")});
        k.send(intent::Confirm{});
        // It still isn't content: the same field again, not an endless form.
        CHECK(field(k.body<FormView>(), "pg_status").problem.key == "form.problem.again");
        CHECK(k.body<FormView>().pages == 1);
        k.plugin.verdict = {};
        k.send(intent::Confirm{});
        CHECK(k.result().outcome == Outcome::Admitted);
    }
    SECTION("unknown") {
        k.plugin.verdict = {Outcome::Incomplete, Reason::None, {}, {"what_is_this"}};
        k.open();
        k.scan("A1");
        CHECK(k.result().outcome == Outcome::StaffCheck);
        CHECK(k.scans_saved() == 0);
    }
}

TEST_CASE("form: a confidentiality agreement can be signed at its door", "[app][form]") {
    test::Kiosk k;
    core::Session session;
    session.id = "cd1";
    session.kind = "closed_door";
    session.nda = true;
    session.state = core::SessionState::Approved;
    k.config.sessions = {session};
    k.config.checkpoints[0].session = "cd1";
    k.config.checkpoints[0].scope = core::Scope::Session;
    k.open();
    REQUIRE(k.store.add(core::make_invitation({"cd1", "A1", "guest", core::InvitationStatus::Accepted, false})));
    k.scan("B2");
    CHECK(k.result().reason == Reason::NotInvited);
    k.pass(2000);
    k.scan("A1");
    CHECK(field(k.body<FormView>(), "nda").required);
    k.send(intent::SetAnswer{"nda", true});
    k.send(intent::Confirm{});
    CHECK(k.scans_saved() == 1); // of B2: agreed is not yet signed
    k.send(intent::AddStroke{"nda_signature", {{0.1F, 0.5F}, {0.5F, 0.2F}, {0.9F, 0.5F}}});
    k.send(intent::Confirm{});
    CHECK(k.result().outcome == Outcome::Admitted);
}

TEST_CASE("form: given up, it keeps nothing", "[app][form]") {
    test::Kiosk k;
    k.config.questions = {question("note", core::QuestionType::Text)};
    k.open();
    k.scan("A1");
    k.send(intent::TypeText{"秘密"});
    SECTION("back") { k.send(intent::Back{}); }
    SECTION("time") {
        k.pass(46'000);
        CHECK(k.view().resets_in_s == 14);
        k.pass(15'000);
    }
    CHECK(k.shows<IdleView>());
    CHECK(k.scans_saved() == 0);
    k.pass(4000);
    k.scan("A1");
    CHECK_FALSE(field(k.body<FormView>(), "note").answered);
}

TEST_CASE("walk-in: registers and admits in one commit", "[app][walk_in]") {
    test::Kiosk k;
    auto heard = question("heard", core::QuestionType::Single);
    heard.options = {{"friend", {"朋友", "A friend"}}};
    k.config.questions = {heard};
    k.open();
    k.send(intent::OpenWalkIn{});
    CHECK(k.body<FormView>().title.key == "walk_in.title");
    CHECK(k.body<FormView>().pages == 4);
    CHECK(k.view().keyboard->layout == KeyboardView::Layout::Pinyin);
    k.send(intent::Confirm{});
    CHECK(field(k.body<FormView>(), "person.name").problem.key == "form.problem.missing");
    k.type("guyu");
    k.send(intent::PickCandidate{0});
    k.type("wang"); // letters that nobody turned into characters stay as they are
    k.send(intent::FocusField{"person.phone"});
    CHECK(std::get<std::string>(field(k.body<FormView>(), "person.name").value) == "谷雨wang");
    k.send(intent::FocusField{"person.name"});
    for (int i = 0; i < 4; ++i)
        k.send(intent::PressKey{"backspace"});
    k.send(intent::FocusField{"person.phone"});
    k.send(intent::TypeText{"1000000abc9999"});
    k.send(intent::Confirm{});
    REQUIRE(k.body<FormView>().page == 2);
    k.send(intent::TypeText{"云雀示例云"});
    k.send(intent::Confirm{});
    REQUIRE(k.body<FormView>().page == 3);
    CHECK_FALSE(k.view().keyboard); // the position is optional: the consents can be read
    k.send(intent::SetAnswer{"privacy", true});
    k.send(intent::Confirm{});
    REQUIRE(k.body<FormView>().page == 4);
    k.send(intent::SetAnswer{"heard", std::string("friend")});
    k.send(intent::Confirm{});

    CHECK(k.result().outcome == Outcome::Admitted);
    CHECK(k.result().name == "谷雨");
    REQUIRE(k.scans_saved() == 1);
    CHECK(k.store.scans().front().record.method == "walk_in");
    const auto made = std::ranges::find_if(
        k.store.registrations(), [](const auto& entry) { return entry.second.source == core::RegistrationSource::WalkIn; });
    REQUIRE(made != k.store.registrations().end());
    CHECK(made->second.person.phone == "10000009999");
    CHECK(made->second.person.organisation == "云雀示例云");
    CHECK(made->second.consents.at("privacy"));
}

TEST_CASE("walk-in: as an individual, no organisation is asked for", "[app][walk_in]") {
    test::Kiosk k;
    k.open();
    k.send(intent::OpenWalkIn{});
    fill_in_person(k, "解惊蛰", "10000007777");
    k.send(intent::Confirm{});
    CHECK(field(k.body<FormView>(), "person.organisation").problem.key == "form.problem.missing");
    k.send(intent::SetAnswer{"person.individual", true});
    CHECK(k.body<FormView>().fields.size() == 1);
    CHECK_FALSE(k.view().keyboard);
    k.send(intent::Confirm{});
    k.send(intent::SetAnswer{"privacy", true});
    k.send(intent::Confirm{});
    CHECK(k.result().organisation == "个人");
}

TEST_CASE("walk-in: somebody on the list is checked in, not entered twice", "[app][walk_in]") {
    test::Kiosk k;
    k.open();
    k.send(intent::OpenWalkIn{});
    fill_in_person(k, "王谷雨", "10000005678");
    k.send(intent::SetAnswer{"person.individual", true});
    k.send(intent::Confirm{});
    k.send(intent::SetAnswer{"privacy", true});
    k.send(intent::Confirm{});
    CHECK(k.result().outcome == Outcome::Admitted);
    CHECK(k.store.registrations().size() == k.people.size());
}

TEST_CASE("walk-in: a full disk keeps what was typed and the retry enters one person", "[app][walk_in][failure]") {
    test::Kiosk k;
    k.open();
    k.send(intent::OpenWalkIn{});
    fill_in_person(k, "单芒种", "10000008888");
    k.send(intent::SetAnswer{"person.individual", true});
    k.send(intent::Confirm{});
    k.send(intent::SetAnswer{"privacy", true});
    k.store.fail_next_append = core::Error{core::ErrorCode::DiskFull, "error.disk_full", "", {}};
    k.send(intent::Confirm{});
    REQUIRE(k.shows<OutOfOrderView>());
    CHECK(k.store.registrations().size() == k.people.size());
    k.send(intent::Confirm{});
    CHECK(k.result().outcome == Outcome::Admitted);
    CHECK(k.store.registrations().size() == k.people.size() + 1);
    CHECK(k.scans_saved() == 1);
}

TEST_CASE("walk-in: an empty form gives way at once, a begun one asks", "[app][walk_in]") {
    test::Kiosk k;
    k.open();
    k.send(intent::OpenWalkIn{});
    SECTION("empty") {
        k.scan("A1");
        CHECK(k.result().name == "王谷雨");
    }
    SECTION("begun") {
        k.send(intent::TypeText{"单"});
        k.scan("A1");
        CHECK(k.shows<FormView>());
        CHECK(k.view().notice.key == "notice.somebody_waits");
    }
}

TEST_CASE("walk-in: switched off", "[app][walk_in]") {
    test::Kiosk k;
    k.settings.allow_walk_in = false;
    k.open();
    k.send(intent::OpenWalkIn{});
    CHECK(k.shows<IdleView>());
}
