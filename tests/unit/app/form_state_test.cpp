// SPDX-License-Identifier: Apache-2.0
#include "app/form_state.hpp"
#include "support/catch.hpp"

using namespace kiosk;
using namespace kiosk::app;

namespace {

FormField field(std::string id, core::QuestionType type, std::size_t options = 0) {
    FormField made;
    made.question.id = std::move(id);
    made.question.type = type;
    made.question.required = true;
    for (std::size_t i = 0; i < options; ++i)
        made.question.options.push_back({std::to_string(i), {}});
    return made;
}

FormField consent(std::string id) {
    auto made = field(std::move(id), core::QuestionType::YesNo);
    made.is_consent = true;
    return made;
}

} // namespace

TEST_CASE("form: pages hold what belongs together", "[app][form]") {
    using enum core::QuestionType;
    auto dependent = field("c", Text);
    dependent.question.depends_on = core::Question::Dependency{"b", {"x"}};
    const auto pages = paged({field("a", Text), field("b", Text), dependent, field("long", Single, 9),
                              field("note", TextArea), field("d", Single, 2), consent("p"), consent("q"), consent("r")});
    std::vector<std::size_t> sizes;
    for (const auto& page : pages)
        sizes.push_back(page.size());
    // a b | c | long | note | d | consents
    CHECK(sizes == std::vector<std::size_t>{2, 1, 1, 1, 1, 3});
}

TEST_CASE("form: an answer of another shape is not taken", "[app][form]") {
    using enum core::QuestionType;
    FormState form;
    form.add_page({field("text", Text), field("one", Single, 2), field("many", Multiple, 3), field("yes", YesNo)});
    CHECK_FALSE(form.set("text", true));
    CHECK_FALSE(form.set("text", std::string(core::max_answer_bytes + 1, 'x')));
    CHECK_FALSE(form.set("one", std::string("7")));
    CHECK_FALSE(form.set("many", std::vector<std::string>{"0", "7"}));
    CHECK_FALSE(form.set("yes", std::string("yes")));
    CHECK_FALSE(form.set("nothing", std::string("x")));
    CHECK(form.empty());
    CHECK(form.set("many", std::vector<std::string>{"0", "2"}));
    CHECK(form.set("many", std::vector<std::string>{})); // all taken back
    CHECK(form.set("text", std::string("   ")));
    CHECK(form.empty());
}

TEST_CASE("form: answers are trimmed, hidden fields have none, consents are apart", "[app][form]") {
    using enum core::QuestionType;
    FormState form;
    auto organisation = field("organisation", Text);
    organisation.unless = "alone";
    auto alone = field("alone", YesNo);
    alone.question.required = false;
    form.add_page({organisation, alone, consent("privacy")});
    form.set("organisation", std::string("  松果 "));
    CHECK(std::get<std::string>(form.answers().at("organisation")) == "松果");
    CHECK_FALSE(form.check_page()); // privacy
    form.set("alone", true);
    form.set("privacy", true);
    CHECK(form.check_page());
    CHECK_FALSE(form.answers().contains("organisation"));
    CHECK_FALSE(form.answers().contains("privacy"));
    CHECK(form.consents().at("privacy"));
    CHECK(form.fields().size() == 2);
}
