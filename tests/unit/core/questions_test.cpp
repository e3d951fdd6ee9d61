// SPDX-License-Identifier: Apache-2.0
#include "core/questions.hpp"
#include "support/catch.hpp"

#include <string>
#include <vector>

using namespace kiosk::core;

namespace {

using Ids = std::vector<std::string>;

Question question(std::string id, QuestionType type, bool required = false) {
    Question made;
    made.id = std::move(id);
    made.type = type;
    made.required = required;
    if (type == QuestionType::Single || type == QuestionType::Multiple)
        made.options = {{"S", {"小", "small"}}, {"M", {"中", "medium"}}, {"L", {"大", "large"}}};
    return made;
}

AnswerProblem typed(QuestionType type, const std::string& text, bool required = false) {
    const Answer answer = text;
    return check_answer(question("q", type, required), &answer);
}

AnswerProblem answered(QuestionType type, Answer answer, bool required = false) {
    return check_answer(question("q", type, required), &answer);
}

void fit(QuestionType type, std::initializer_list<const char*> texts) {
    for (const char* text : texts) {
        INFO(text);
        CHECK(typed(type, text) == AnswerProblem::None);
    }
}

void misfit(QuestionType type, std::initializer_list<const char*> texts) {
    for (const char* text : texts) {
        INFO(text);
        CHECK(typed(type, text) == AnswerProblem::Format);
    }
}

EventConfig config_of(std::vector<Question> questions) {
    EventConfig config;
    config.questions = std::move(questions);
    return config;
}

} // namespace

TEST_CASE("questions: blank answers are missing", "[core][questions]") {
    CHECK(check_answer(question("q", QuestionType::Text), nullptr) == AnswerProblem::Missing);
    for (const auto type : {QuestionType::Text, QuestionType::Number, QuestionType::YesNo, QuestionType::Single,
                            QuestionType::Date, QuestionType::Email, QuestionType::Country}) {
        CHECK(typed(type, "") == AnswerProblem::Missing);
        CHECK(typed(type, " \t\u3000\n") == AnswerProblem::Missing);
    }
    CHECK(answered(QuestionType::Multiple, Ids{}) == AnswerProblem::Missing);
}

TEST_CASE("questions: texts", "[core][questions]") {
    fit(QuestionType::Text, {"x", "王谷雨", "two words"});
    fit(QuestionType::TextArea, {"a\nb\r\n\tc"});
    misfit(QuestionType::Text, {"a\x01", "\xff\xfe"});
    CHECK(typed(QuestionType::TextArea, std::string(max_answer_bytes, 'x')) == AnswerProblem::None);
    CHECK(typed(QuestionType::TextArea, std::string(max_answer_bytes + 1, 'x')) == AnswerProblem::TooLong);
    CHECK(typed(QuestionType::TextArea, std::string(max_answer_bytes + 1, ' ')) == AnswerProblem::TooLong);
    CHECK(answered(QuestionType::Text, true) == AnswerProblem::Format);
    CHECK(answered(QuestionType::Text, Ids{"x"}) == AnswerProblem::Format);
}

TEST_CASE("questions: numbers", "[core][questions]") {
    fit(QuestionType::Number, {"0", "12", "-3.5", "+4", " 7 ", "1,000", "1,000,000.5", "3,5", "１２", ".5"});
    misfit(QuestionType::Number,
           {"twelve", "1.2.3", "1e3", "0x10", "12a", "--1", "-", ".", "5.", "1,,0", "1 2", "inf", "nan"});
}

TEST_CASE("questions: yes or no", "[core][questions]") {
    fit(QuestionType::YesNo, {"true", "false", "TRUE", "False", "yes", "No", " yes ", "是", "否"});
    misfit(QuestionType::YesNo, {"maybe", "1", "y", "on"});
    CHECK(answered(QuestionType::YesNo, true) == AnswerProblem::None);
    CHECK(answered(QuestionType::YesNo, false) == AnswerProblem::None);
    CHECK(answered(QuestionType::YesNo, Ids{"true"}) == AnswerProblem::Format);
    CHECK(answered(QuestionType::YesNo, true, true) == AnswerProblem::None);
    CHECK(answered(QuestionType::YesNo, false, true) == AnswerProblem::MustAccept);
    CHECK(typed(QuestionType::YesNo, "False", true) == AnswerProblem::MustAccept);
    CHECK(typed(QuestionType::YesNo, "Yes", true) == AnswerProblem::None);
}

TEST_CASE("questions: choices", "[core][questions]") {
    CHECK(typed(QuestionType::Single, "M") == AnswerProblem::None);
    CHECK(typed(QuestionType::Single, " M ") == AnswerProblem::None);
    CHECK(typed(QuestionType::Single, "m") == AnswerProblem::NotAnOption);
    CHECK(typed(QuestionType::Single, "medium") == AnswerProblem::NotAnOption);
    CHECK(answered(QuestionType::Single, Ids{"M"}) == AnswerProblem::Format);
    CHECK(answered(QuestionType::Single, true) == AnswerProblem::Format);
    CHECK(answered(QuestionType::Multiple, Ids{"M"}) == AnswerProblem::None);
    CHECK(answered(QuestionType::Multiple, Ids{"S", "L"}) == AnswerProblem::None);
    CHECK(answered(QuestionType::Multiple, Ids{"S", "XL"}) == AnswerProblem::NotAnOption);
    CHECK(answered(QuestionType::Multiple, Ids{""}) == AnswerProblem::NotAnOption);
    CHECK(typed(QuestionType::Multiple, "S") == AnswerProblem::Format);
    CHECK(answered(QuestionType::Multiple, Ids{std::string(5000, 'S')}) == AnswerProblem::TooLong);
}

TEST_CASE("questions: dates and times", "[core][questions]") {
    fit(QuestionType::Date, {"2026-11-20", "2028-02-29", "2026/11/20", "2026-1-5", "2026年11月20日", "２０２６-11-20"});
    misfit(QuestionType::Date, {"2026-02-29", "2026-13-01", "2026-00-10", "20.11.2026", "tomorrow", "2026-11",
                                "26-11-20", "2026-11/20", "2026-11-20T10:00", "0000-01-01"});
    fit(QuestionType::Time, {"09:30", "9:30", "23:59:59", "00:00", "９：３０"});
    misfit(QuestionType::Time, {"24:00", "9:60", "9", "9:3", "09:30:60", "half past", "09:30 pm"});
    fit(QuestionType::DateTime, {"2026-11-20T13:05:00+08:00", "2026-11-20T13:05:00Z", "2026-11-20 13:05",
                                 "2026-11-20T13:05", "2026-11-20T13:05:00.123Z"});
    misfit(QuestionType::DateTime, {"2026-11-20", "13:05", "2026-11-20T25:00", "2026-02-30 10:00", "2026-11-20T13:05+8",
                                    "2026-11-20T13:05Zx", "2026-11-20T13:05:00+24:00"});
}

TEST_CASE("questions: addresses and numbers of real people", "[core][questions]") {
    fit(QuestionType::Email, {"wang.guyu@example.com", "a@b.cn", "o'brien+demo@mail.example.co.uk", "张三@示例.中国",
                              "x_1-2@a-b.example", "ｗａｎｇ＠example.com", " a@b.cn "});
    misfit(QuestionType::Email,
           {"wang", "wang@", "@example.com", "wang@localhost", "a b@example.com", "a@b..cn", ".a@example.com",
            "a.@example.com", "a..b@example.com", "a@-b.cn", "a@b.cn.", "a@10.0.0.1", "a@@b.cn", "a@b,cn"});
    fit(QuestionType::Phone,
        {"10000005678", "1000 000 5678", "+86 100 0000 5678", "+1 (555) 010-9999", "0571-8888 8888", "+49 30/123456",
         "00441632960001", "１００００００５６７８", "+65 6123 4567"});
    misfit(QuestionType::Phone, {"12345", "phone", "1000000567x", "+", "10000005678+", "123456789012345678", "() - -"});
    fit(QuestionType::Country, {"CN", "cn", "DE", "USA", "中国", "Germany", "德国", "france", " JP "});
    misfit(QuestionType::Country, {"Atlantis", "XX", "C", "12"});
}

TEST_CASE("questions: what is asked depends on ticket type and answers", "[core][questions]") {
    auto child = question("child", QuestionType::Text);
    child.ticket_types = Ids{"vip"};
    CHECK(is_asked(child, "vip", {}));
    CHECK_FALSE(is_asked(child, "std", {}));
    child.ticket_types = Ids{};
    CHECK_FALSE(is_asked(child, "vip", {}));
    child.ticket_types.reset();
    child.depends_on = Question::Dependency{"parent", {"yes"}};
    CHECK_FALSE(is_asked(child, "std", {}));
    for (const Answer& yes : {Answer(true), Answer("true"), Answer("YES"), Answer("是"), Answer(Ids{"no", "yes"})})
        CHECK(is_asked(child, "std", {{"parent", yes}}));
    for (const Answer& no : {Answer(false), Answer("no"), Answer("x"), Answer(""), Answer(Ids{})})
        CHECK_FALSE(is_asked(child, "std", {{"parent", no}}));
    child.depends_on->values = {"M", "L"};
    CHECK(is_asked(child, "std", {{"parent", "L"}}));
    CHECK(is_asked(child, "std", {{"parent", Ids{"S", "M"}}}));
    CHECK_FALSE(is_asked(child, "std", {{"parent", "S"}}));
    child.depends_on->values = {};
    CHECK_FALSE(is_asked(child, "std", {{"parent", "L"}}));
}

TEST_CASE("questions: who is held up at the door", "[core][questions]") {
    auto registration = question("r", QuestionType::Text, true);
    registration.ask_at = AskAt::Registration;
    const auto config = config_of({registration, question("req", QuestionType::Single, true),
                                   question("opt", QuestionType::Number), question("nda", QuestionType::YesNo, true)});
    CHECK(open_questions(config, "std", {}, {}) == Ids{"req", "nda"});
    CHECK(open_questions(config, "std", {{"req", "M"}}, {{"nda", true}}) == Ids{});
    CHECK(open_questions(config, "std", {{"req", "M"}, {"nda", false}}, {}) == Ids{"nda"});
    CHECK(open_questions(config, "std", {{"req", "M"}, {"nda", true}}, {{"req", "X"}}) ==
          Ids{"req"}); // given goes first
    CHECK(open_questions(config, "std", {{"req", "M"}, {"nda", true}}, {{"req", " "}}) == Ids{});
    CHECK(open_questions(config, "std", {{"req", "M"}, {"nda", true}}, {{"opt", "many"}}) == Ids{"opt"});
    CHECK(open_questions(config, "std", {{"req", "M"}, {"nda", true}, {"opt", "many"}}, {{"opt", "3"}}) == Ids{});
    CHECK(open_questions(config, "std", {{"req", "M"}, {"nda", true}}, {{"opt", ""}}) == Ids{});
}

TEST_CASE("questions: a chain that is not asked holds nobody up", "[core][questions]") {
    auto a = question("a", QuestionType::YesNo);
    auto b = question("b", QuestionType::Single, true);
    b.depends_on = Question::Dependency{"a", {"yes"}};
    auto c = question("c", QuestionType::Text, true);
    c.depends_on = Question::Dependency{"b", {"M"}};
    const auto config = config_of({a, b, c});
    CHECK(open_questions(config, "std", {}, {}) == Ids{});
    CHECK(open_questions(config, "std", {}, {{"a", true}}) == Ids{"b"});
    CHECK(open_questions(config, "std", {}, {{"a", true}, {"b", "M"}}) == Ids{"c"});
    CHECK(open_questions(config, "std", {}, {{"a", true}, {"b", "S"}}) == Ids{});
    CHECK(open_questions(config, "std", {{"b", "M"}}, {{"a", false}}) == Ids{}); // an answer left from before
    CHECK(open_questions(config, "std", {{"b", "M"}}, {}) == Ids{});

    a.ticket_types = Ids{"vip"};
    CHECK(open_questions(config_of({a, b, c}), "std", {{"a", true}, {"b", "M"}}, {}) == Ids{});
    a.ticket_types.reset();
    a.depends_on = Question::Dependency{"c", {"x"}}; // a circle
    CHECK(open_questions(config_of({a, b, c}), "std", {{"a", true}, {"b", "M"}, {"c", "x"}}, {}) == Ids{});
    CHECK(open_questions(config_of({b}), "std", {{"a", true}}, {}) == Ids{}); // its parent doesn't exist
}
