// SPDX-License-Identifier: Apache-2.0
// Visits to companies as staff and hosts meet them: through the broker, from the built plugin folders. The bank of
// questions is held against its list: which there are, of which type, with which choices.
#include "unit/plugin_host/visit.hpp"

#include <map>

using namespace kiosk;
using namespace kiosk::test;
using core::Outcome;
using core::QuestionType;
using core::Reason;

// ---- the bank ----

TEST_CASE("visit_enterprise: the long interview asks all fifty questions, the short one its part",
          "[visit_enterprise]") {
    const char* type = GENERATE(from_range(std::begin(enterprise_types), std::end(enterprise_types)));
    INFO(type);
    Visit visit(type);
    const auto deep = visit.form("deep"), quick = visit.form("quick");
    std::set<std::string> all;
    for (int i = 1; i <= 50; ++i)
        all.insert(number_of(i));
    CHECK(numbered(deep) == all);
    std::set<std::string> part;
    for (const int i : {1, 2, 4, 10, 11, 15, 25, 27, 28, 29, 30, 31, 33, 34, 35, 36, 37, 38, 39, 45, 47, 50})
        part.insert(number_of(i));
    CHECK(numbered(quick) == part);
    // The short one asks nothing in another way, nor under another id.
    for (const auto& question : core::own_questions(quick)) {
        INFO(question.id);
        const auto& same = question_of(deep, question.id);
        CHECK(same.type == question.type);
        CHECK(choices_of(same.options) == choices_of(question.options));
        CHECK(same.text.zh == question.text.zh);
    }
}

TEST_CASE("visit_enterprise: each question has its type", "[visit_enterprise]") {
    using enum QuestionType;
    const std::map<QuestionType, std::vector<int>> types{
        {TextArea, {1, 9, 19, 20, 21, 22, 32, 35, 36, 40, 41}},
        {Number, {7, 12, 30, 39, 46}},
        {Single, {2, 6, 15, 18, 28, 37, 44, 45, 48, 49}},
        {Multiple, {14, 17, 23, 31, 33, 34, 38}},
        {List, {3, 4, 8, 11, 16, 25, 26, 27, 29, 42, 47, 50}},
        {YesNo, {5, 13, 24, 43}},
        {Contact, {10}},
    };
    Visit visit("visit.customer");
    const auto deep = visit.form("deep");
    int seen = 0;
    for (const auto& [type, numbers] : types)
        for (const int i : numbers) {
            INFO(i);
            CHECK(question_of(deep, number_of(i)).type == type);
            ++seen;
        }
    CHECK(seen == 50);
    // The second half of questions that have one.
    for (const char* id : {"Q13_note", "Q17_note", "Q18_note", "Q23_note", "Q28_note"})
        CHECK(question_of(deep, id).type == TextArea);
    CHECK(question_of(deep, "Q47_qualifications").type == Multiple);
    CHECK(question_of(deep, "Q30_concurrency").type == Number);
}

TEST_CASE("visit_enterprise: each choice has its options, and other as the last", "[visit_enterprise]") {
    const std::map<std::string, Ids> listed{
        {"Q02",
         {"finance", "telecom", "energy", "manufacturing", "transport", "retail", "internet", "health", "education",
          "government", "it", "other"}},
        {"Q06", {"under_10m", "10m_100m", "100m_1b", "over_1b", "other"}},
        {"Q14", {"cost", "autonomy", "licence", "features", "talent", "policy", "other"}},
        {"Q15", {"engineers", "architecture", "it_head", "group", "customer", "other"}},
        {"Q17", {"domestic_supply", "audit", "encryption", "residency", "recovery_tier", "other"}},
        {"Q18", {"avoiding", "evaluating", "using", "other"}},
        {"Q23", {"transactions", "search", "graph", "vector", "analytics", "streaming", "other"}},
        {"Q23_problems", {"delay", "inconsistency", "loss", "other"}},
        {"Q28", {"none", "manual_standby", "automatic_failover", "multi_site", "cloud", "other"}},
        {"Q33", {"json", "gis", "partitioning", "replication", "extensions", "parallel", "fdw", "procedures", "other"}},
        {"Q34", {"function", "performance", "licence", "enterprise_grade", "oracle_compatibility", "cost", "other"}},
        {"Q37", {"new", "migrated", "both", "other"}},
        {"Q44", {"operations", "development", "infrastructure", "data", "outsourcing", "other"}},
    };
    Visit visit("visit.middleware");
    const auto deep = visit.form("deep");
    for (const auto& [id, options] : listed) {
        INFO(id);
        CHECK(choices_of(question_of(deep, id).options) == options);
    }
    for (const auto& question : core::own_questions(deep)) {
        INFO(question.id);
        if (!question.options.empty())
            CHECK(question.options.back().id == "other");
        for (const auto& column : question.columns)
            if (!column.options.empty())
                CHECK(column.options.back().id == "other");
    }
}

TEST_CASE("visit_enterprise: every word is there in both languages, as a question of its own", "[visit_enterprise]") {
    const char* type = GENERATE(from_range(std::begin(enterprise_types), std::end(enterprise_types)));
    Visit visit(type);
    const auto both = [](const core::LocalText& text) { return !text.zh.empty() && !text.en.empty(); };
    for (const char* id : {"deep", "quick"}) {
        const auto form = visit.form(id);
        CHECK(form.size() <= 16);
        std::set<std::string> texts;
        for (const auto& step : form) {
            CHECK(step.fields.size() <= 32);
            CHECK(both(step.title));
            for (const auto& field : step.fields) {
                const auto& question = field.question;
                INFO(question.id << " " << question.text.zh);
                CHECK(both(question.text));
                CHECK(question.text.zh.ends_with("\uff1f"));
                CHECK(question.text.en.ends_with("?"));
                CHECK(field.help.zh.empty() == field.help.en.empty());
                if (question.id.find('_') == std::string::npos) // "which is it?" may be asked twice, questions not
                    CHECK(texts.insert(question.text.zh).second);
                for (const auto& option : question.options)
                    CHECK(both(option.text));
                for (const auto& column : question.columns) {
                    CHECK(both(column.text));
                    for (const auto& option : column.options)
                        CHECK(both(option.text));
                }
            }
        }
    }
}

TEST_CASE("visit_enterprise: a draft needs nothing, the final version little", "[visit_enterprise]") {
    Visit visit("visit.customer");
    const auto required = [&](const char* id) {
        std::set<std::string> ids;
        for (const auto& question : core::own_questions(visit.form(id)))
            if (question.required)
                ids.insert(question.id);
        return ids;
    };
    CHECK(required("deep") == std::set<std::string>{"Q01", "Q02", "Q48", "Q49"});
    CHECK(required("quick") == std::set<std::string>{"Q01", "Q02"});
}

TEST_CASE("visit_enterprise: who avoids sharding is not asked how it is done", "[visit_enterprise]") {
    Visit visit("visit.customer");
    const auto deep = visit.form("deep");
    for (const char* id : {"Q19", "Q20", "Q21", "Q22"}) {
        CHECK_FALSE(asked(deep, id, {{"Q18", std::string("avoiding")}}));
        CHECK(asked(deep, id, {{"Q18", std::string("evaluating")}}));
        CHECK(asked(deep, id, {{"Q18", std::string("using")}}));
        CHECK(asked(deep, id, {{"Q18", std::string("other")}}));
    }
    CHECK(asked(deep, "Q23", {{"Q18", std::string("avoiding")}}));
    CHECK(asked(deep, "Q18_note", {{"Q18", std::string("avoiding")}}));
}

TEST_CASE("visit_enterprise: who does not use PostgreSQL is asked about plans and sent to the introduction",
          "[visit_enterprise]") {
    Visit visit(GENERATE("visit.customer", "visit.middleware"));
    const char* id = GENERATE("deep", "quick");
    const auto form = visit.form(id);
    for (int i = 29; i <= 39; ++i) {
        if (core::find_field(form, number_of(i)) == nullptr)
            continue; // Q32 is not in the short one
        CHECK_FALSE(asked(form, number_of(i), {{"uses_pg", false}}));
        CHECK(asked(form, number_of(i), {{"uses_pg", true}}));
    }
    // What hangs on one of them is hidden with it, even where it was answered before.
    CHECK_FALSE(asked(form, "Q33_note", {{"uses_pg", false}, {"Q33", Ids{"other"}}}));
    CHECK(asked(form, "Q33_note", {{"uses_pg", true}, {"Q33", Ids{"other"}}}));
    if (std::string_view(id) == "deep") {
        CHECK(asked(form, "Q40", {{"uses_pg", false}}));
        CHECK(asked(form, "Q41", {{"uses_pg", false}}));
    }
    CHECK_FALSE(core::find_field(form, "uses_pg")->help.zh.empty());
    CHECK(std::get<std::string>(visit.validate(id, {{"uses_pg", false}}).values.at("qa_track")) == "introduction");
    CHECK(std::get<std::string>(visit.validate(id, {{"uses_pg", true}}).values.at("qa_track")) == "practice");
    CHECK_FALSE(visit.validate(id, {}).values.contains("qa_track"));
}

TEST_CASE("visit_enterprise: what is somewhere else is said in words", "[visit_enterprise]") {
    Visit visit("visit.isv");
    const auto deep = visit.form("deep");
    CHECK(asked(deep, "Q13_note", {{"Q13", true}}));
    CHECK_FALSE(asked(deep, "Q13_note", {{"Q13", false}}));
    CHECK(asked(deep, "Q02_note", {{"Q02", std::string("other")}}));
    CHECK_FALSE(asked(deep, "Q02_note", {{"Q02", std::string("finance")}}));
    CHECK(asked(deep, "delivery_model_note", {{"delivery_model", Ids{"hosted", "other"}}}));
    CHECK(asked(deep, "Q48_reason", {{"Q48", std::string("yes")}}));
    CHECK_FALSE(asked(deep, "Q48_reason", {{"Q48", std::string("later")}}));
}

TEST_CASE("visit_enterprise: leads come from answers that say so", "[visit_enterprise]") {
    using Types = std::set<std::string>;
    Visit visit("visit.customer");
    const auto deep = visit.form("deep");
    CHECK(leads_from(deep, {{"Q48", std::string("yes")}}) == Types{"case_talk", "pr"});
    CHECK(leads_from(deep, {{"Q49", std::string("yes")}}) == Types{"membership"});
    CHECK(leads_from(deep, {{"Q48", std::string("later")}, {"Q49", std::string("no")}}).empty());
    CHECK(leads_from(deep, {{"Q40_next", Ids{"evaluate"}}}) == Types{"trial"});
    CHECK(leads_from(deep, {{"Q40_next", Ids{"migrate", "expand"}}}) == Types{"opportunity"});
    CHECK(leads_from(deep, {{"Q40_next", Ids{"none"}}}).empty());
    CHECK(leads_from(deep, {{"Q40", std::string("move it all")}, {"Q35", std::string("slow")}}).empty());
    CHECK(leads_from(visit.form("quick"), {{"follow_ups", Ids{"town", "recruit", "other"}}}) ==
          Types{"town", "recruit"});
    Ids everything;
    for (const auto& option : question_of(deep, "follow_ups").options)
        everything.push_back(option.id);
    CHECK(leads_from(deep, {{"follow_ups", everything}}) ==
          Types{"business", "pr", "trial", "opportunity", "town", "recruit", "training"});
    for (const auto& step : deep)
        for (const auto& field : step.fields)
            for (const auto& rule : field.leads) {
                CHECK(core::is_lead_type(rule.type));
                const auto known = choices_of(field.question.options);
                for (const auto& value : rule.values)
                    CHECK(std::find(known.begin(), known.end(), value) != known.end());
            }
}

TEST_CASE("visit_enterprise: the share of commercial databases follows from the systems", "[visit_enterprise]") {
    Visit visit("visit.customer");
    const auto share = [&](core::AnswerRows systems) -> std::string {
        const auto values = visit.validate("deep", {{"Q11", std::move(systems)}}).values;
        const auto found = values.find("Q12");
        return found == values.end() ? "" : std::get<std::string>(found->second);
    };
    const auto row = [](const char* licence, const char* instances) {
        return core::AnswerRow{{"system", "x"}, {"database", "y"}, {"licence", licence}, {"instances", instances}};
    };
    CHECK(share({row("commercial", "4"), row("open", "6")}) == "40");
    CHECK(share({row("commercial", "1"), row("open", "1"), row("other", "1")}) == "33");
    CHECK(share({row("commercial", "1,200"), row("open", "\uff18\uff10\uff10")}) == "60"); // 1200 of 2000
    CHECK(share({row("commercial", ""), row("open", "")}) == "50");                        // each is one at least
    CHECK(share({row("commercial", "many"), row("open", "2")}) == "0");
    CHECK(share({row("", "3")}) == "");
    CHECK(share({row("commercial", "0")}) == "");
    CHECK(share({row("commercial", "999999999"), row("commercial", "999999999")}) == "100");
    CHECK(share({row("commercial", "12345678901"), row("1,2", "1,2")}) == ""); // neither number can be meant
    CHECK(share({}) == "");
}

TEST_CASE("visit_enterprise: answers that contradict each other are pointed out", "[visit_enterprise]") {
    Visit visit("visit.customer");
    const core::AnswerRows staff{{{"job", "development"}, {"people", "80"}}, {{"job", "sales"}, {"people", "30"}}};
    CHECK(visit.validate("deep", {{"Q07", std::string("110")}, {"Q08", staff}}).problems.empty());
    CHECK(complains_at(visit.validate("deep", {{"Q07", std::string("109")}, {"Q08", staff}}), "Q08"));
    CHECK(complains_at(visit.validate("deep", {{"Q07", std::string("10")}, {"Q46", std::string("11")}}), "Q46"));
    CHECK(visit.validate("deep", {{"Q08", staff}, {"Q46", std::string("11")}}).problems.empty());
    CHECK(complains_at(visit.validate("deep", {{"Q40_next", Ids{"none", "migrate"}}}), "Q40_next"));
    CHECK(visit.validate("deep", {{"Q40_next", Ids{"none"}}}).problems.empty());
}

TEST_CASE("visit_enterprise: what matters most at a host comes first, and nothing else changes", "[visit_enterprise]") {
    const Ids bank{"company", "estate", "sharding", "service_levels", "postgres", "team", "community"};
    CHECK(steps_of(Visit("visit.customer").form("deep")) == bank);
    for (const char* type : enterprise_types) {
        auto steps = steps_of(Visit(type).form("deep"));
        std::sort(steps.begin(), steps.end());
        auto sorted = bank;
        std::sort(sorted.begin(), sorted.end());
        CHECK(steps == sorted);
    }
    const auto isv = Visit("visit.isv").form("deep");
    CHECK(isv.front().id == "postgres");
    CHECK(isv.front().fields.front().question.id == "delivery_model");
    const auto integrator = Visit("visit.integrator").form("deep");
    CHECK(integrator[0].fields.front().question.id == "Q16");
    CHECK(integrator[1].fields.front().question.id == "Q47");
    const auto middleware = Visit("visit.middleware").form("deep");
    CHECK(middleware.front().fields[0].question.id == "compatibility");
    CHECK(middleware.front().fields[2].question.id == "Q31");
    CHECK(core::find_field(Visit("visit.customer").form("deep"), "compatibility") == nullptr);
}

// ---- doors ----

TEST_CASE("visit_enterprise: the roster comes in, others wait for the host company", "[visit_enterprise]") {
    Visit visit(GENERATE("visit.customer", "visit.middleware"));
    CHECK(visit.decide().outcome == Outcome::Admitted);
    visit.walks_in();
    const auto verdict = visit.decide();
    CHECK(verdict.outcome == Outcome::StaffCheck);
    CHECK(verdict.reason == Reason::Unapproved);
    CHECK_FALSE(verdict.explanation.zh.empty());
    CHECK_FALSE(verdict.explanation.en.empty());
    visit.settings(R"({"open":true})");
    CHECK(visit.decide().outcome == Outcome::Admitted);
    visit.settings("");
    visit.door.in_roster = false; // a ticket that the organizer signed, on a kiosk without the roster
    CHECK(visit.decide().outcome == Outcome::Admitted);
    visit.settings(R"({"require_roster":true})");
    CHECK(visit.decide().outcome == Outcome::StaffCheck);
}

TEST_CASE("visit_enterprise: the programme takes two hours", "[visit_enterprise]") {
    Visit visit("visit.integrator");
    const auto items = visit.broker->agenda_template(visit.door.config, GENERATE(false, true));
    std::vector<std::int64_t> minutes;
    for (const auto& item : items)
        minutes.push_back((item.ends - item.starts) / core::minute_ms);
    CHECK(minutes == std::vector<std::int64_t>{15, 40, 15, 20, 25, 5});
}

TEST_CASE("visit_enterprise: what a company tells stays out of general exports", "[visit_enterprise]") {
    Visit visit(GENERATE("visit.customer", "visit.isv"));
    for (const auto& section : visit.broker->report_sections(visit.door.config))
        CHECK(section.confidential);
    visit.settings(R"({"confidential":false})");
    std::set<std::string> closed;
    for (const auto& section : visit.broker->report_sections(visit.door.config))
        if (section.confidential)
            closed.insert(section.id);
    for (const char* id : {"questionnaire", "estate", "pains", "plans", "leads"})
        CHECK(closed.contains(id));
    CHECK_FALSE(closed.contains("attendance"));
}
