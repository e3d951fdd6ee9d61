// SPDX-License-Identifier: Apache-2.0
// Questionnaires, leads and pinned forms as values: what is written is read back, what is wrong is told.
#include "support/catch.hpp"
#include "support/operations.hpp"

#include "core/leads.hpp"
#include "core/questions.hpp"
#include "core/records.hpp"
#include "core/signature.hpp"

using namespace kiosk::core;
using kiosk::test::unsealed;

namespace {

FormField field(std::string id, QuestionType type, std::vector<LeadRule> leads = {}) {
    FormField made;
    made.question.id = std::move(id);
    made.question.type = type;
    made.question.text = {"题目", "Question"};
    made.leads = std::move(leads);
    return made;
}

// A form with one of everything that a rule may hang on.
Form interview() {
    auto share = field("Q48", QuestionType::Single, {{"case_talk", {"yes"}}, {"pr", {"yes", "later"}}});
    share.question.options = {{"yes", {"愿意", "Yes"}}, {"no", {"不愿意", "No"}}, {"later", {"再议", "Later"}}};
    auto reason = field("Q48_note", QuestionType::Text, {{"case_talk", {}}});
    reason.question.depends_on = Question::Dependency{"Q48", {"yes"}};
    auto follow = field("follow", QuestionType::Multiple, {{"trial", {"trial"}}, {"training", {"training"}}});
    follow.question.options = {{"trial", {"试用", "Trial"}}, {"training", {"培训", "Training"}}};
    auto member = field("member", QuestionType::YesNo, {{"membership", {"yes"}}});
    auto list = field("Q50", QuestionType::List, {{"business", {}}});
    list.question.columns = {{"topic", QuestionType::Text, true, {"问题", "Question"}, {}}};
    list.question.max = 5;
    auto name = field("name", QuestionType::Text);
    name.binding = Binding::Name;
    name.help = {"请写全名", "In full"};
    return {{"who", {"受访者", "Who"}, {name, field("Q10", QuestionType::Contact)}},
            {"community", {"社区", "Community"}, {share, reason, follow, member, list}}};
}

Response answered() {
    Response response;
    response.uid = "r-1";
    response.plugin = "visit_enterprise";
    response.questionnaire = "deep";
    response.version = 3;
    response.status = ResponseStatus::Final;
    response.registration = "p-1";
    response.interviewer = "desk-1";
    response.step = "community";
    response.at = {1'795'151'100'000};
    response.organisation = "海棠示例航运";
    response.respondent = "王谷雨";
    response.answers = {{"Q48", std::string("yes")},
                        {"Q48_note", std::string("愿意讲换库")},
                        {"follow", std::vector<std::string>{"trial"}},
                        {"member", true},
                        {"Q50", AnswerRows{{{"topic", "怎么分片"}}, {{"topic", "怎么备份"}}}}};
    return response;
}

std::vector<std::string> types_of(const std::vector<Lead>& leads) {
    std::vector<std::string> types;
    for (const auto& lead : leads)
        types.push_back(lead.type);
    return types;
}

} // namespace

TEST_CASE("responses: everything is read back, and names and answers are in the personal part alone", "[core][responses]") {
    const auto response = answered();
    const auto draft = make_response(response);
    CHECK(draft.subject == "r-1");
    for (const std::string secret : {"海棠", "王谷雨", "换库", "Q48"})
        CHECK(draft.body.find(secret) == std::string::npos);
    const auto read = decode_response(unsealed(draft));
    REQUIRE(read.has_value());
    CHECK(read->uid == response.uid);
    CHECK(read->plugin == response.plugin);
    CHECK(read->questionnaire == "deep");
    CHECK(read->version == 3);
    CHECK(read->status == ResponseStatus::Final);
    CHECK(read->registration == "p-1");
    CHECK(read->interviewer == "desk-1");
    CHECK(read->step == "community");
    CHECK(read->at == response.at);
    CHECK(read->organisation == response.organisation);
    CHECK(read->respondent == response.respondent);
    CHECK(read->answers == response.answers);
    // Erased: the frame stays, the words are gone.
    auto erased = unsealed(draft);
    erased.personal.clear();
    const auto frame = decode_response(erased);
    REQUIRE(frame.has_value());
    CHECK(frame->answers.empty());
    CHECK(frame->organisation.empty());
    CHECK(frame->status == ResponseStatus::Final);
}

TEST_CASE("responses: an operation that says something else is refused", "[core][responses]") {
    auto operation = unsealed(make_response(answered()));
    for (const char* body : {"{}", "[]", "no json", R"({"uid":"r","plugin":"p"})",
                             R"({"uid":"r","plugin":"p","questionnaire":"q","status":"half"})",
                             R"({"uid":"r","plugin":"p","questionnaire":"q","version":"one"})"}) {
        CAPTURE(body);
        operation.body = body;
        const auto read = decode_response(operation);
        REQUIRE_FALSE(read.has_value());
        CHECK(read.error().code == ErrorCode::Invalid);
    }
    operation.body = R"({"uid":")" + std::string(201, 'u') + R"(","plugin":"p","questionnaire":"q"})";
    CHECK_FALSE(decode_response(operation).has_value());
    operation = unsealed(make_response(answered()));
    operation.personal = R"({"answers":{"Q48":{"a":1}}})";
    CHECK_FALSE(decode_response(operation).has_value());
    operation.kind = operation_kind::lead_set;
    CHECK_FALSE(decode_response(operation).has_value());
}

TEST_CASE("leads: everything is read back, and names and notes are in the personal part alone", "[core][leads]") {
    Lead lead;
    lead.uid = "r-1.trial";
    lead.type = "trial";
    lead.status = LeadStatus::Contacted;
    lead.source = "answer/follow";
    lead.response = "r-1";
    lead.registration = "p-1";
    lead.owner = "desk-1";
    lead.priority = 1;
    lead.due = "2026-12-01";
    lead.changed_by = "boss";
    lead.at = {1'795'151'100'000};
    lead.organisation = "海棠示例航运";
    lead.person = "王谷雨";
    lead.note = "想试用";
    const auto draft = make_lead(lead);
    for (const std::string secret : {"海棠", "王谷雨", "想试用"})
        CHECK(draft.body.find(secret) == std::string::npos);
    const auto read = decode_lead(unsealed(draft));
    REQUIRE(read.has_value());
    const auto again = make_lead(*read);
    CHECK(again.body == draft.body);
    CHECK(again.personal == draft.personal);
    CHECK(read->owner == "desk-1");
    CHECK(read->due == "2026-12-01");
    CHECK(read->note == "想试用");
    for (const char* body : {R"({"uid":"l"})", R"({"uid":"l","type":"trial","status":"gone"})",
                             R"({"uid":"l","type":"trial","priority":4})", R"({"uid":"l","type":"trial","priority":-9223372036854775808})"}) {
        CAPTURE(body);
        auto operation = unsealed(draft);
        operation.body = body;
        CHECK_FALSE(decode_lead(operation).has_value());
    }
    for (const auto status : {LeadStatus::New, LeadStatus::Assigned, LeadStatus::Contacted, LeadStatus::Qualified,
                              LeadStatus::Won, LeadStatus::Lost, LeadStatus::Parked})
        CHECK(parse_lead_status(to_string(status)) == status);
    CHECK_FALSE(parse_lead_status("open").has_value());
}

TEST_CASE("leads: what is wrong with one", "[core][leads]") {
    Lead lead;
    lead.type = "trial";
    CHECK(lead_problem(lead).empty());
    lead.owner = "desk-1";
    CHECK(lead_problem(lead) == "lead.problem.due_missing");
    for (const char* day : {"2026-02-30", "2026-13-01", "2026-1-1", "tomorrow", "2026/12/01", "2026-12-01T", "0000-01-01", "2026-+1-01", "2025-02-29"}) {
        CAPTURE(day);
        lead.due = day;
        CHECK(lead_problem(lead) == "lead.problem.due");
    }
    for (const char* day : {"2026-12-01", "2028-02-29"}) {
        lead.due = day;
        CHECK(lead_problem(lead).empty());
    }
    lead.owner.clear();
    lead.status = LeadStatus::Contacted;
    CHECK(lead_problem(lead) == "lead.problem.owner");
    lead.owner = "desk-1";
    lead.due.clear();
    lead.status = LeadStatus::Won; // settled: no day is needed any more
    CHECK(lead_problem(lead).empty());
    lead.type = "money";
    CHECK(lead_problem(lead) == "lead.problem.type");
    lead.type = "pr";
    lead.priority = 0;
    CHECK(lead_problem(lead) == "lead.problem.priority");
}

TEST_CASE("leads: final answers make them by the form's rules, and always the same", "[core][leads]") {
    const auto form = interview();
    const auto response = answered();
    const auto leads = leads_of(response, form);
    CHECK(types_of(leads) == std::vector<std::string>{"case_talk", "pr", "trial", "membership", "business"});
    const auto& talk = leads.front();
    CHECK(talk.uid == "r-1.case_talk");
    CHECK(talk.source == "answer/Q48");
    CHECK(talk.response == "r-1");
    CHECK(talk.registration == "p-1");
    CHECK(talk.organisation == "海棠示例航运");
    CHECK(talk.person == "王谷雨");
    CHECK(talk.note == "愿意讲换库"); // one lead of two questions, with what was said in words
    CHECK(talk.status == LeadStatus::New);
    CHECK(talk.at == response.at);
    for (const auto& lead : leads)
        CHECK(lead_problem(lead).empty());
    const auto again = leads_of(response, form);
    REQUIRE(again.size() == leads.size());
    for (std::size_t i = 0; i < leads.size(); ++i)
        CHECK(make_lead(again[i]).body == make_lead(leads[i]).body);
}

TEST_CASE("leads: drafts, refusals and questions that were not asked make none", "[core][leads]") {
    const auto form = interview();
    auto response = answered();
    response.status = ResponseStatus::Draft;
    CHECK(leads_of(response, form).empty());
    response = answered();
    response.answers = {{"Q48", std::string("no")},
                        {"Q48_note", std::string("left over from before")}, // its parent says no: it is not asked
                        {"follow", std::vector<std::string>{}},
                        {"member", false},
                        {"Q50", AnswerRows{}},
                        {"gone", std::string("of an older form")}};
    CHECK(leads_of(response, form).empty());
    response.answers = {{"Q48", std::string("later")}};
    CHECK(types_of(leads_of(response, form)) == std::vector<std::string>{"pr"});
    // Who is named in the contact is the person where nobody else is.
    response.respondent.clear();
    response.answers["Q10"] = AnswerRows{{{"name", "李白露"}, {"phone", "10000001024"}}};
    REQUIRE(leads_of(response, form).size() == 1);
    CHECK(leads_of(response, form).front().person == "李白露");
}

TEST_CASE("leads: an answer of another kind than its question makes the lead without words", "[core][leads]") {
    const auto form = interview();
    auto response = answered();
    for (const Answer& strange : {Answer(true), Answer(std::vector<std::string>{"a"}), Answer(AnswerRows{{{"name", "x"}}})}) {
        response.answers = {{"Q48", std::string("yes")}, {"Q48_note", strange}};
        const auto leads = leads_of(response, form);
        REQUIRE_FALSE(leads.empty());
        CHECK(leads.front().type == "case_talk");
        CHECK(leads.front().note.empty());
    }
}

TEST_CASE("leads: a registration makes them only of who lets the contact be passed on", "[core][leads]") {
    const auto form = interview();
    Registration guest;
    guest.uid = "p-1";
    guest.person.name = "王谷雨";
    guest.person.organisation = "松果示例软件";
    guest.answers = {{"Q48", std::string("later")}};
    CHECK(leads_of(guest, form, Instant{5}).empty());
    guest.consents["share"] = false;
    CHECK(leads_of(guest, form, Instant{5}).empty());
    guest.consents["share"] = true;
    const auto leads = leads_of(guest, form, Instant{5});
    REQUIRE(types_of(leads) == std::vector<std::string>{"pr"});
    CHECK(leads.front().uid == "p-1.pr");
    CHECK(leads.front().registration == "p-1"); // erased with the guest
    CHECK(leads.front().response.empty());
    CHECK(leads.front().organisation == "松果示例软件");
    CHECK(leads.front().at == Instant{5});
}

TEST_CASE("forms: a pinned form is read back whole", "[core][forms]") {
    const auto form = interview();
    const auto json = form_json(form);
    const auto read = parse_form(json);
    REQUIRE(read.has_value());
    CHECK(form_json(*read) == json);
    REQUIRE(read->size() == 2);
    CHECK(read->front().title.zh == "受访者");
    CHECK(read->front().fields.front().binding == Binding::Name);
    CHECK(read->front().fields.front().help.en == "In full");
    const auto* list = find_field(*read, "Q50");
    REQUIRE(list != nullptr);
    REQUIRE(list->question.columns.size() == 1);
    CHECK(list->question.columns.front().required);
    CHECK(list->question.max == 5);
    REQUIRE(list->leads.size() == 1);
    CHECK(list->leads.front().values.empty());
    CHECK(find_field(*read, "Q48_note")->question.depends_on->values == std::vector<std::string>{"yes"});
    CHECK(pinned_form_id({"visit_enterprise", "deep", 1, {}}) == "visit_enterprise/deep/1");
    // And it goes through the journal as a document.
    const auto decoded = decode_config(unsealed(make_config({"form", "visit_enterprise/deep/1", json})));
    REQUIRE(decoded.has_value());
    CHECK(parse_form(decoded->doc).has_value());
}

TEST_CASE("forms: what is no form is refused with a word about it", "[core][forms]") {
    for (const char* json : {"", "[]", "{}", R"({"steps":1})", R"({"steps":[{"fields":[]}]})", R"({"steps":[{"id":"a"}]})",
                             R"({"steps":[{"id":"a","fields":[{"id":"q","type":"dance"}]}]})",
                             R"({"steps":[{"id":"a","fields":[{"id":"q","type":"list"}]}]})",
                             R"({"steps":[{"id":"a","fields":[{"id":"q","type":"list","columns":[{"id":"c","type":"list"}]}]}]})",
                             R"({"steps":[{"id":"a","fields":[{"id":"q","min":3,"max":2}]}]})",
                             R"({"steps":[{"id":"a","fields":[{"id":"q","binds":"soul"}]}]})",
                             R"({"steps":[{"id":"a","fields":[{"id":"q","leads":{"type":"pr"}}]}]})"}) {
        CAPTURE(json);
        CHECK_FALSE(parse_form(json).has_value());
    }
    std::string many = R"({"steps":[{"id":"a","fields":[)";
    for (int i = 0; i < 3000; ++i)
        many += (i ? "," : "") + std::string(R"({"id":"q"})");
    const auto refused = parse_form(many + "]}]}");
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().code == ErrorCode::TooLarge);
    CHECK_FALSE(parse_form(std::string(3'000'000, ' ')).has_value());
}

TEST_CASE("config: questions keep columns and limits, and pinned forms are no part of an event", "[core][config]") {
    EventConfig config;
    config.event.code = "DEMO";
    config.event.type = "salon";
    config.event.starts = {1'795'151'100'000};
    for (const auto& step : interview())
        for (const auto& each : step.fields)
            config.questions.push_back(each.question);
    Question mark;
    mark.id = "nda_mark";
    mark.type = QuestionType::Signature;
    config.questions.push_back(mark);
    auto documents = config_documents(config);
    documents.push_back({"form", "visit_enterprise/deep/1", form_json(interview())});
    documents.push_back({"form", "damaged/by/1", "not even JSON"}); // must not keep an event from opening
    const auto read = assemble_config(documents);
    REQUIRE(read.has_value());
    REQUIRE(read->questions.size() == config.questions.size());
    const auto* list = read->question("Q50");
    REQUIRE(list != nullptr);
    CHECK(list->type == QuestionType::List);
    REQUIRE(list->columns.size() == 1);
    CHECK(list->columns.front().text.zh == "问题");
    CHECK(list->max == 5);
    CHECK(read->question("Q10")->type == QuestionType::Contact);
    CHECK(read->question("nda_mark")->type == QuestionType::Signature);
}

TEST_CASE("signature: strokes are read back, and no other text is one", "[core][signature]") {
    const std::vector<SignatureStroke> strokes{{{0, 0}, {100, 0}, {100, 100}}, {{1000, 400}}};
    const auto text = signature_text(strokes);
    CHECK(text == "0,0 100,0 100,100;1000,400");
    const auto read = parse_signature(text);
    REQUIRE(read.has_value());
    CHECK(*read == strokes);
    CHECK(is_signature(text));
    CHECK_FALSE(is_signature("5,5 6,6")); // a touch by mistake
    CHECK_FALSE(is_signature(""));
    for (const char* wrong : {"x", "1", "1,", ",1", "1,1 ", "1,1;", ";1,1", "1001,1", "1,401", "-1,1", "1,1  2,2", "1,1\n2,2", "99999999999,1"}) {
        CAPTURE(wrong);
        CHECK_FALSE(parse_signature(wrong).has_value());
    }
    // However much somebody scribbles, it fits an answer.
    std::vector<SignatureStroke> scribble(40);
    for (int i = 0; i < 40'000; ++i)
        scribble[static_cast<std::size_t>(i / 1000)].push_back({(i * 3) % 1001, (i * 2) % 401});
    const auto squeezed = signature_text(scribble);
    CHECK_FALSE(squeezed.empty());
    CHECK(squeezed.size() <= max_signature_bytes);
    CHECK(is_signature(squeezed));
    CHECK_FALSE(parse_signature(std::string(max_signature_bytes + 1, '1')).has_value());
}
