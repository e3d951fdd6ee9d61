// SPDX-License-Identifier: Apache-2.0
// Tables, contacts and signatures on the screen, as somebody at the door fills them in.
#include "core/signature.hpp"
#include "form_parts.hpp"

using namespace kiosk;
using namespace kiosk::app;
using namespace kiosk::test;
using core::Outcome;
using core::QuestionType;

namespace {

void ask(Kiosk& k, const core::FormField& field) {
    auto question = field.question;
    question.ask_at = core::AskAt::CheckIn;
    k.config.questions.push_back(question);
}

const core::AnswerRows& rows_saved(Kiosk& k, const std::string& id) {
    REQUIRE(k.scans_saved() == 1);
    const auto& answers = k.store.scans().front().record.answers;
    REQUIRE(answers.contains(id));
    return std::get<core::AnswerRows>(answers.at(id));
}

Stroke line(float from, float to) {
    Stroke stroke;
    for (int i = 0; i <= 20; ++i)
        stroke.push_back({from + (to - from) * static_cast<float>(i) / 20, 0.5F});
    return stroke;
}

} // namespace

TEST_CASE("fields: a table is filled in cell by cell with Enter leading on", "[app][form]") {
    Kiosk k;
    ask(k, table_field("systems"));
    k.open();
    k.scan("A1");
    CHECK(field_on(k, "systems").kind == FieldKind::List);
    CHECK_FALSE(k.view().keyboard);
    k.send(intent::Confirm{});
    CHECK(field_on(k, "systems").problem.key == "form.problem.rows");
    k.send(intent::AddRow{"systems"});
    CHECK(k.body<FormView>().focus == "systems");
    CHECK(k.body<FormView>().focus_column == "name");
    CHECK(k.view().keyboard->layout == KeyboardView::Layout::Pinyin);
    k.send(intent::TypeText{"账务"});
    k.send(intent::PressKey{"enter"});
    CHECK(k.body<FormView>().focus_column == "engine");
    CHECK_FALSE(k.view().keyboard); // its choices stand in the keyboard's place
    k.send(intent::SetCell{"systems", 0, "engine", "stone soup"});
    CHECK_FALSE(std::get<core::AnswerRows>(field_on(k, "systems").value)[0].contains("engine"));
    k.send(intent::SetCell{"systems", 0, "engine", "ora"});
    CHECK(k.body<FormView>().focus_column == "count"); // the next empty one
    CHECK(k.view().keyboard->layout == KeyboardView::Layout::Digits);
    k.send(intent::TypeText{"4"});
    k.send(intent::PressKey{"enter"});
    CHECK(k.body<FormView>().focus.empty()); // the end of the table
    CHECK_FALSE(k.view().keyboard);
    k.send(intent::AddRow{"systems"});
    k.send(intent::StepCell{"systems", 1, "count", 1});
    k.send(intent::StepCell{"systems", 1, "count", 1});
    k.send(intent::StepCell{"systems", 1, "count", -1});
    CHECK(field_on(k, "systems").totals == std::vector<std::string>{"", "", "5"});
    k.send(intent::Confirm{});
    const auto& wrong = field_on(k, "systems").cell_problems;
    REQUIRE(wrong.size() == 1); // the second system has no name
    CHECK(wrong[0].row == 1);
    CHECK(wrong[0].column == "name");
    CHECK(k.body<FormView>().focus_row == 1);
    k.send(intent::TypeText{"门户"});
    k.send(intent::AddRow{"systems"}); // left empty: no row at all
    k.send(intent::Confirm{});
    CHECK(k.result().outcome == Outcome::Admitted);
    const core::AnswerRows expected{{{"count", "4"}, {"engine", "ora"}, {"name", "账务"}}, {{"count", "1"}, {"name", "门户"}}};
    CHECK(rows_saved(k, "systems") == expected);
}

TEST_CASE("fields: a row that was removed comes back where it was", "[app][form]") {
    Kiosk k;
    ask(k, table_field("systems"));
    k.open();
    k.scan("A1");
    for (const auto* name : {"one", "two", "three"}) {
        k.send(intent::AddRow{"systems"});
        k.send(intent::TypeText{name});
    }
    k.send(intent::RemoveRow{"systems", 1});
    CHECK(std::get<core::AnswerRows>(field_on(k, "systems").value).size() == 2);
    CHECK(field_on(k, "systems").can_restore_row);
    k.send(intent::RestoreRow{"systems"});
    CHECK(std::get<core::AnswerRows>(field_on(k, "systems").value)[1].at("name") == "two");
    CHECK_FALSE(field_on(k, "systems").can_restore_row);
    k.send(intent::RestoreRow{"systems"}); // once
    CHECK(std::get<core::AnswerRows>(field_on(k, "systems").value).size() == 3);
    k.send(intent::RemoveRow{"systems", 7}); // no such row
    CHECK(std::get<core::AnswerRows>(field_on(k, "systems").value).size() == 3);
}

TEST_CASE("fields: a table takes no more rows than it may have, and a count doesn't go under zero", "[app][form]") {
    Kiosk k;
    auto table = table_field("systems");
    table.question.max = 2;
    ask(k, table);
    k.open();
    k.scan("A1");
    for (int i = 0; i < 4; ++i)
        k.send(intent::AddRow{"systems"});
    CHECK(std::get<core::AnswerRows>(field_on(k, "systems").value).size() == 2);
    CHECK_FALSE(field_on(k, "systems").can_add_row);
    k.send(intent::StepCell{"systems", 0, "count", -1});
    CHECK(std::get<core::AnswerRows>(field_on(k, "systems").value)[0].at("count") == "0");
    k.send(intent::StepCell{"systems", 0, "name", 1}); // no number
    CHECK_FALSE(std::get<core::AnswerRows>(field_on(k, "systems").value)[0].contains("name"));
}

TEST_CASE("fields: a contact is one block with its own cells", "[app][form]") {
    Kiosk k;
    ask(k, form_field("contact", QuestionType::Contact));
    k.open();
    k.scan("A1");
    CHECK(k.body<FormView>().focus_column == "name"); // the cell that must be filled in
    CHECK(field_on(k, "contact").columns.size() == 4);
    k.send(intent::TypeText{"查秋分"});
    k.send(intent::PressKey{"enter"});
    CHECK(k.body<FormView>().focus_column == "title");
    k.send(intent::PressKey{"enter"});
    CHECK(k.view().keyboard->layout == KeyboardView::Layout::Digits);
    k.send(intent::TypeText{"12"});
    k.send(intent::FocusCell{"contact", 0, "email"});
    CHECK(k.view().keyboard->layout == KeyboardView::Layout::Latin);
    k.send(intent::TypeText{"cha@example.com"});
    k.send(intent::Confirm{});
    REQUIRE(field_on(k, "contact").cell_problems.size() == 1);
    CHECK(field_on(k, "contact").cell_problems[0].text.key == "form.problem.phone");
    CHECK(k.body<FormView>().focus_column == "phone");
    k.send(intent::PressKey{"clear"});
    k.send(intent::Confirm{});
    CHECK(k.result().outcome == Outcome::Admitted);
    const core::AnswerRows expected{{{"email", "cha@example.com"}, {"name", "查秋分"}}};
    CHECK(rows_saved(k, "contact") == expected);
}

TEST_CASE("fields: a signature is drawn, cleared and drawn again", "[app][form]") {
    Kiosk k;
    ask(k, form_field("sign", QuestionType::Signature));
    k.open();
    k.scan("A1");
    k.send(intent::Confirm{});
    CHECK(field_on(k, "sign").problem.key == "form.problem.sign");
    k.send(intent::AddStroke{"sign", {{0.5F, 0.5F}}}); // a touch by mistake
    k.send(intent::Confirm{});
    CHECK(field_on(k, "sign").problem.key == "form.problem.signature");
    k.send(intent::AddStroke{"sign", line(0.1F, 0.9F)});
    CHECK(field_on(k, "sign").strokes.size() == 2);
    k.send(intent::ClearSignature{"sign"});
    CHECK(field_on(k, "sign").strokes.empty());
    k.send(intent::AddStroke{"sign", line(0.1F, 0.9F)});
    k.send(intent::AddStroke{"sign", line(0.3F, 0.6F)});
    k.send(intent::Confirm{});
    CHECK(k.result().outcome == Outcome::Admitted);
    const auto& saved = std::get<std::string>(k.store.scans().front().record.answers.at("sign"));
    CHECK(core::is_signature(saved));
    CHECK(core::parse_signature(saved)->size() == 2);
}

TEST_CASE("fields: nothing is taken for a field of another page or another kind", "[app][form]") {
    Kiosk k;
    ask(k, form_field("sign", QuestionType::Signature));
    ask(k, table_field("systems"));
    k.open();
    k.scan("A1");
    REQUIRE(is_on(k, "sign"));
    k.send(intent::AddRow{"systems"}); // two pages on
    k.send(intent::AddRow{"sign"});
    k.send(intent::SetCell{"sign", 0, "name", "x"});
    k.send(intent::FocusCell{"sign", 0, "name"});
    k.send(intent::TypeText{"x"});
    CHECK(k.body<FormView>().focus.empty());
    CHECK_FALSE(field_on(k, "sign").answered);
    k.send(intent::AddStroke{"sign", line(0.1F, 0.9F)});
    k.send(intent::Confirm{});
    CHECK_FALSE(field_on(k, "systems").answered);
}

TEST_CASE("fields: limits are told beforehand and named when they are broken", "[app][form]") {
    Kiosk k;
    auto people = form_field("people", QuestionType::Number);
    people.question.min = 1;
    people.question.max = 500;
    ask(k, people);
    auto tracks = form_field("tracks", QuestionType::Multiple);
    tracks.question.max = 2;
    for (const auto* id : {"a", "b", "c"})
        tracks.question.options.push_back({id, {id, id}});
    ask(k, tracks);
    k.open();
    k.scan("A1");
    CHECK(field_on(k, "people").limits.key == "form.limits.number.between");
    CHECK(field_on(k, "tracks").limits.key == "form.limits.choices.most");
    k.send(intent::TypeText{"501"});
    k.send(intent::SetAnswer{"tracks", std::vector<std::string>{"a", "b", "c"}});
    k.send(intent::Confirm{});
    CHECK(field_on(k, "people").problem.key == "form.problem.number.between");
    CHECK(field_on(k, "tracks").problem.key == "form.problem.choices.most");
    k.send(intent::PressKey{"clear"});
    k.send(intent::TypeText{"1-2"});
    k.send(intent::Confirm{});
    CHECK(field_on(k, "people").problem.key == "form.problem.number");
    k.send(intent::PressKey{"clear"});
    k.send(intent::TypeText{"500"});
    k.send(intent::SetAnswer{"tracks", std::vector<std::string>{"a", "b"}});
    k.send(intent::Confirm{});
    CHECK(k.result().outcome == Outcome::Admitted);
}
