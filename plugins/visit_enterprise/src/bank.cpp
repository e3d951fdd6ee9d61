// SPDX-License-Identifier: Apache-2.0
// The tables. A question of several parts keeps its number: Q13 is the choice, Q13_note what is said about it; where a
// choice is "other", its note asks what that is.
#include "bank.hpp"

#include <array>

namespace visit_enterprise {

namespace {

using std::string_view;

constexpr string_view yes[]{"yes"};
constexpr string_view other[]{"other"};
constexpr string_view tiers[]{"core", "important", "general", "other"};

// ---- company ----

constexpr string_view industries[]{"finance",  "telecom", "energy",    "manufacturing", "transport", "retail",
                                   "internet", "health",  "education", "government",    "it",        "other"};
constexpr string_view sizes[]{"under_10m", "10m_100m", "100m_1b", "over_1b", "other"};
constexpr string_view degrees[]{"doctor", "master", "bachelor", "college", "other"};
constexpr string_view jobs[]{"management", "development", "operations", "dba", "sales", "service", "other"};

constexpr BankColumn rivals[]{{.id = "name", .required = true}, {.id = "rank", .type = "number"}, {.id = "strength"}};
constexpr BankColumn customers[]{
    {.id = "customer", .required = true}, {.id = "region"}, {.id = "projects", .type = "number"}};
constexpr BankColumn staff[]{{.id = "job", .type = "single", .required = true, .choices = jobs},
                             {.id = "degree", .type = "single", .choices = degrees},
                             {.id = "people", .type = "number", .required = true}};

constexpr Question company[]{
    {.id = "Q01", .type = "textarea", .quick = true, .required = true, .helped = true},
    {.id = "Q02", .type = "single", .quick = true, .required = true, .choices = industries},
    {.id = "Q02_note", .type = "text", .quick = true, .after = "Q02", .after_choices = other},
    {.id = "Q03", .type = "list", .helped = true, .columns = rivals},
    {.id = "Q04", .type = "list", .quick = true, .columns = customers},
    {.id = "Q05", .type = "yes_no"},
    {.id = "Q06", .type = "single", .choices = sizes},
    {.id = "Q07", .type = "number"},
    {.id = "Q08", .type = "list", .helped = true, .columns = staff},
    {.id = "Q09", .type = "textarea"},
    {.id = "Q10", .type = "contact", .quick = true, .helped = true},
};

// ---- estate ----

constexpr string_view licences[]{"commercial", "open", "other"};
constexpr string_view open_reasons[]{"cost", "autonomy", "licence", "features", "talent", "policy", "other"};
constexpr string_view deciders[]{"engineers", "architecture", "it_head", "group", "customer", "other"};
constexpr string_view hardware_kinds[]{"server", "storage", "network", "appliance", "other"};
constexpr string_view regulations[]{"domestic_supply", "audit", "encryption", "residency", "recovery_tier", "other"};

constexpr BankColumn systems[]{{.id = "system", .required = true},
                               {.id = "database", .required = true},
                               {.id = "licence", .type = "single", .choices = licences},
                               {.id = "instances", .type = "number"},
                               {.id = "tier", .type = "single", .choices = tiers, .words_of = "tier"}};
constexpr BankColumn hardware[]{{.id = "kind", .type = "single", .required = true, .choices = hardware_kinds},
                                {.id = "model"},
                                {.id = "quantity", .type = "number"}};

constexpr Question estate[]{
    {.id = "Q11", .type = "list", .quick = true, .helped = true, .columns = systems},
    {.id = "Q12", .type = "number", .helped = true, .max = 100},
    {.id = "Q13", .type = "yes_no"},
    {.id = "Q13_note", .type = "textarea", .after = "Q13", .after_choices = yes},
    {.id = "Q14", .type = "multiple", .choices = open_reasons},
    {.id = "Q14_note", .type = "text", .after = "Q14", .after_choices = other},
    {.id = "Q15", .type = "single", .quick = true, .choices = deciders},
    {.id = "Q15_note", .type = "text", .quick = true, .after = "Q15", .after_choices = other},
    {.id = "Q16", .type = "list", .columns = hardware},
    {.id = "Q17", .type = "multiple", .choices = regulations},
    {.id = "Q17_note", .type = "textarea", .after = "Q17", .after_choices = regulations},
};

// ---- sharding ----

constexpr string_view stances[]{"avoiding", "evaluating", "using", "other"};
constexpr string_view sharded[]{"evaluating", "using", "other"}; // avoiding: nothing to say on Q19 to Q22
constexpr string_view engines[]{"transactions", "search", "graph", "vector", "analytics", "streaming", "other"};
constexpr string_view sync_problems[]{"delay", "inconsistency", "loss", "other"};

constexpr Question sharding[]{
    {.id = "Q18", .type = "single", .helped = true, .choices = stances},
    {.id = "Q18_note", .type = "textarea", .after = "Q18", .after_choices = stances},
    {.id = "Q19", .type = "textarea", .after = "Q18", .after_choices = sharded},
    {.id = "Q20", .type = "textarea", .after = "Q18", .after_choices = sharded},
    {.id = "Q21", .type = "textarea", .after = "Q18", .after_choices = sharded},
    {.id = "Q22", .type = "textarea", .after = "Q18", .after_choices = sharded},
    {.id = "Q23", .type = "multiple", .choices = engines},
    {.id = "Q23_problems", .type = "multiple", .choices = sync_problems, .after = "Q23", .after_choices = engines},
    {.id = "Q23_note", .type = "textarea", .after = "Q23", .after_choices = engines},
    {.id = "Q24", .type = "yes_no"},
};

// ---- service levels ----

constexpr string_view node_counts[]{"1", "2", "3", "other"};
constexpr string_view availability[]{"none", "manual_standby", "automatic_failover", "multi_site", "cloud", "other"};

constexpr BankColumn recovery[]{
    {.id = "tier", .type = "single", .required = true, .choices = tiers, .words_of = "tier"},
    {.id = "rpo_s", .type = "number"},
    {.id = "rto_s", .type = "number"}};
constexpr BankColumn targets[]{{.id = "tier", .type = "single", .required = true, .choices = tiers, .words_of = "tier"},
                               {.id = "target"},
                               {.id = "architecture"}};
constexpr BankColumn nodes[]{{.id = "class", .required = true},
                             {.id = "nodes", .type = "single", .required = true, .choices = node_counts},
                             {.id = "systems", .type = "number"}};

constexpr Question service_levels[]{
    {.id = "Q25", .type = "list", .quick = true, .helped = true, .columns = recovery},
    {.id = "Q26", .type = "list", .columns = targets},
    {.id = "Q27", .type = "list", .quick = true, .columns = nodes},
    {.id = "Q28", .type = "single", .quick = true, .choices = availability},
    {.id = "Q28_note", .type = "textarea", .quick = true, .after = "Q28", .after_choices = availability},
};

// ---- PostgreSQL: who does not use it is asked about plans and pains only ----

constexpr string_view stack[]{"java",          "python",  "go",   "cpp",     "dotnet",   "php",
                              "javascript",    "spring",  "orm",  "pooling", "sharding", "cache",
                              "message_queue", "gateway", "other"};
constexpr string_view features[]{"json",     "gis", "partitioning", "replication", "extensions",
                                 "parallel", "fdw", "procedures",   "other"};
constexpr string_view pg_reasons[]{"function", "performance", "licence", "enterprise_grade", "oracle_compatibility",
                                   "cost",     "other"};
constexpr string_view origins[]{"new", "migrated", "both", "other"};
constexpr string_view migration_tools[]{"ora2pg",         "pgloader",    "vendor", "cloud_service",
                                        "change_capture", "own_scripts", "dump",   "other"};
constexpr string_view plans[]{"evaluate", "new_systems", "migrate", "expand", "none", "other"};
constexpr string_view plan_evaluate[]{"evaluate"};
constexpr string_view plan_build[]{"new_systems", "migrate"};

constexpr BankColumn pg_systems[]{{.id = "system", .required = true},
                                  {.id = "tier", .type = "single", .choices = tiers, .words_of = "tier"},
                                  {.id = "version"},
                                  {.id = "go_live"}};

constexpr BankLead plan_leads[]{{"trial", plan_evaluate}, {"opportunity", plan_build}};

constexpr Question postgres[]{
    {.id = "uses_pg", .type = "yes_no", .quick = true, .helped = true},
    {.id = "Q29",
     .type = "list",
     .quick = true,
     .helped = true,
     .columns = pg_systems,
     .after = "uses_pg",
     .after_choices = yes},
    {.id = "Q30", .type = "number", .quick = true, .helped = true, .after = "uses_pg", .after_choices = yes},
    {.id = "Q30_concurrency", .type = "number", .quick = true, .after = "uses_pg", .after_choices = yes},
    {.id = "Q31", .type = "multiple", .quick = true, .choices = stack, .after = "uses_pg", .after_choices = yes},
    {.id = "Q31_note", .type = "text", .quick = true, .helped = true, .after = "Q31", .after_choices = stack},
    {.id = "Q32", .type = "textarea", .after = "uses_pg", .after_choices = yes},
    {.id = "Q33", .type = "multiple", .quick = true, .choices = features, .after = "uses_pg", .after_choices = yes},
    {.id = "Q33_note", .type = "text", .quick = true, .after = "Q33", .after_choices = other},
    {.id = "Q34", .type = "multiple", .quick = true, .choices = pg_reasons, .after = "uses_pg", .after_choices = yes},
    {.id = "Q34_note", .type = "text", .quick = true, .after = "Q34", .after_choices = other},
    {.id = "Q35", .type = "textarea", .quick = true, .after = "uses_pg", .after_choices = yes},
    {.id = "Q36", .type = "textarea", .quick = true, .after = "uses_pg", .after_choices = yes},
    {.id = "Q37", .type = "single", .quick = true, .choices = origins, .after = "uses_pg", .after_choices = yes},
    {.id = "Q37_note", .type = "text", .quick = true, .after = "Q37", .after_choices = other},
    {.id = "Q38",
     .type = "multiple",
     .quick = true,
     .helped = true,
     .choices = migration_tools,
     .after = "uses_pg",
     .after_choices = yes},
    {.id = "Q38_note", .type = "text", .quick = true, .after = "Q38", .after_choices = other},
    {.id = "Q39", .type = "number", .quick = true, .after = "uses_pg", .after_choices = yes},
    {.id = "Q40", .type = "textarea"},
    {.id = "Q40_next", .type = "multiple", .choices = plans, .leads = plan_leads},
    {.id = "Q41", .type = "textarea"},
};

// ---- team ----

constexpr string_view departments[]{"operations", "development", "infrastructure", "data", "outsourcing", "other"};
constexpr string_view sourcing[]{"in_house", "contracted", "mixed", "other"};
constexpr string_view supplier_kinds[]{"software", "hardware", "integration", "cloud", "service", "other"};
constexpr string_view qualifications[]{"quality",       "security",   "service", "development",
                                       "domestic_list", "references", "other"};

constexpr BankColumn dbas[]{{.id = "database", .required = true}, {.id = "people", .type = "number", .required = true}};
constexpr BankColumn suppliers[]{{.id = "supplier", .required = true},
                                 {.id = "kind", .type = "single", .choices = supplier_kinds},
                                 {.id = "projects", .type = "number"}};

constexpr Question team[]{
    {.id = "Q42", .type = "list", .helped = true, .columns = dbas},
    {.id = "Q43", .type = "yes_no"},
    {.id = "Q44", .type = "single", .choices = departments},
    {.id = "Q44_note", .type = "text", .after = "Q44", .after_choices = other},
    {.id = "Q45", .type = "single", .quick = true, .choices = sourcing},
    {.id = "Q45_note", .type = "text", .quick = true, .after = "Q45", .after_choices = other},
    {.id = "Q46", .type = "number"},
    {.id = "Q47", .type = "list", .quick = true, .columns = suppliers},
    {.id = "Q47_qualifications", .type = "multiple", .quick = true, .choices = qualifications},
    {.id = "Q47_note", .type = "text", .quick = true, .after = "Q47_qualifications", .after_choices = other},
};

// ---- community ----

constexpr string_view willing[]{"yes", "no", "later", "other"};
constexpr string_view publicity_reasons[]{"achievement", "competitiveness", "influence", "other"};
constexpr string_view topics[]{"introduction", "migration", "performance", "availability",
                               "ecosystem",    "training",  "other"};
constexpr string_view qa_tracks[]{"introduction", "practice", "other"};
constexpr string_view follow_ups[]{"business", "pr", "trial", "opportunity", "town", "recruit", "training", "other"};

constexpr BankColumn questions_to_us[]{{.id = "question", .required = true},
                                       {.id = "topic", .type = "single", .choices = topics}};

constexpr BankLead share_leads[]{{"case_talk", yes}, {"pr", yes}};
constexpr BankLead member_leads[]{{"membership", yes}};
// Each choice asks for the follow-up of its name: nothing is guessed.
constexpr BankLead follow_up_leads[]{
    {"business", Words(follow_ups).subspan(0, 1)}, {"pr", Words(follow_ups).subspan(1, 1)},
    {"trial", Words(follow_ups).subspan(2, 1)},    {"opportunity", Words(follow_ups).subspan(3, 1)},
    {"town", Words(follow_ups).subspan(4, 1)},     {"recruit", Words(follow_ups).subspan(5, 1)},
    {"training", Words(follow_ups).subspan(6, 1)}};

constexpr Question community[]{
    {.id = "Q48", .type = "single", .required = true, .helped = true, .choices = willing, .leads = share_leads},
    {.id = "Q48_reason", .type = "multiple", .choices = publicity_reasons, .after = "Q48", .after_choices = yes},
    {.id = "Q48_note", .type = "text", .after = "Q48", .after_choices = other},
    {.id = "Q49", .type = "single", .required = true, .helped = true, .choices = willing, .leads = member_leads},
    {.id = "Q49_note", .type = "text", .after = "Q49", .after_choices = other},
    {.id = "Q50", .type = "list", .quick = true, .columns = questions_to_us},
    {.id = "qa_track", .type = "single", .quick = true, .helped = true, .choices = qa_tracks},
    {.id = "follow_ups",
     .type = "multiple",
     .quick = true,
     .helped = true,
     .choices = follow_ups,
     .leads = follow_up_leads},
    {.id = "follow_ups_note", .type = "text", .quick = true, .after = "follow_ups", .after_choices = other},
};

constexpr Group all_groups[]{
    {"company", company},   {"estate", estate}, {"sharding", sharding},  {"service_levels", service_levels},
    {"postgres", postgres}, {"team", team},     {"community", community}};

// ---- what is asked of some hosts only ----

constexpr string_view delivery_models[]{"bundled", "customer_database", "hosted", "appliance", "other"};
constexpr string_view compatibility_states[]{"certified", "tested", "planned", "other"};
constexpr BankColumn products[]{{.id = "product", .required = true},
                                {.id = "version"},
                                {.id = "state", .type = "single", .required = true, .choices = compatibility_states}};

constexpr Question isv_questions[]{
    {.id = "delivery_model", .type = "multiple", .quick = true, .choices = delivery_models},
    {.id = "delivery_model_note", .type = "text", .quick = true, .after = "delivery_model", .after_choices = other},
};
constexpr Question middleware_questions[]{
    {.id = "compatibility", .type = "list", .quick = true, .helped = true, .columns = products},
};

// What comes first at a host: groups, and within them questions; the rest follows in the order of the bank.
struct Emphasis {
    Words groups = {};
    Words questions = {};
    string_view added_to = {};            // the group …
    std::span<const Question> added = {}; // … that these questions open
};

constexpr string_view postgres_first[]{"postgres"};
constexpr string_view integrator_groups[]{"estate", "team"};
constexpr string_view integrator_questions[]{"Q16", "Q47", "Q47_qualifications", "Q47_note"};
// Q31 waits for the gate before it.
constexpr string_view middleware_order[]{"uses_pg", "Q31", "Q31_note"};

Emphasis emphasis_of(Host host) {
    switch (host) {
    case Host::Isv:
        return {.groups = postgres_first, .added_to = "postgres", .added = isv_questions};
    case Host::Integrator:
        return {.groups = integrator_groups, .questions = integrator_questions};
    case Host::Middleware:
        return {.groups = postgres_first,
                .questions = middleware_order,
                .added_to = "postgres",
                .added = middleware_questions};
    case Host::Customer:
        break;
    }
    return {};
}

} // namespace

std::span<const Group> groups() {
    return all_groups;
}

Host host_of(std::string_view event_type) {
    if (event_type == "visit.isv")
        return Host::Isv;
    if (event_type == "visit.integrator")
        return Host::Integrator;
    return event_type == "visit.middleware" ? Host::Middleware : Host::Customer;
}

namespace {

using kiosk::sdk::Text;

std::vector<kiosk::sdk::Option> options(Words choices, const std::string& words_of) {
    std::vector<kiosk::sdk::Option> list;
    for (const string_view choice : choices)
        list.push_back({std::string(choice), Text::of("option." + words_of + "." + std::string(choice))});
    return list;
}

kiosk::sdk::Column column_of(const std::string& question, const BankColumn& column) {
    const std::string id(column.id);
    const std::string words = column.words_of.empty() ? question + "." + id : std::string(column.words_of);
    return {id, std::string(column.type), Text::of("column." + question + "." + id), column.required,
            options(column.choices, words)};
}

// "Something else, namely …" is for one line, a sentence or two at most.
constexpr std::int64_t longest_note = 300;

kiosk::sdk::Field field_of(const Question& question) {
    const std::string id(question.id);
    kiosk::sdk::Field field{id, std::string(question.type), Text::of("field." + id), question.required};
    if (question.helped)
        field.help = Text::of("help." + id);
    field.options = options(question.choices, id);
    for (const BankColumn& column : question.columns)
        field.columns.push_back(column_of(id, column));
    field.depends_on = question.after;
    field.depends_values.assign(question.after_choices.begin(), question.after_choices.end());
    if (question.type == "number")
        field.min = 0;
    if (question.max > 0)
        field.max = question.max;
    if (question.type == "text")
        field.max = longest_note;
    for (const BankLead& lead : question.leads)
        field.leads.push_back({std::string(lead.type), {lead.choices.begin(), lead.choices.end()}});
    return field;
}

bool contains(Words words, string_view word) {
    return std::find(words.begin(), words.end(), word) != words.end();
}

kiosk::sdk::Step step_of(const Group& group, Depth depth, const Emphasis& emphasis) {
    kiosk::sdk::Step step{std::string(group.id), Text::of("step." + std::string(group.id)), {}};
    const auto take = [&](std::span<const Question> questions, auto&& wanted) {
        for (const Question& question : questions)
            if ((depth == Depth::Deep || question.quick) && wanted(question))
                step.fields.push_back(field_of(question));
    };
    if (emphasis.added_to == group.id)
        take(emphasis.added, [](const Question&) { return true; });
    take(group.questions, [&](const Question& question) { return contains(emphasis.questions, question.id); });
    take(group.questions, [&](const Question& question) { return !contains(emphasis.questions, question.id); });
    return step;
}

} // namespace

kiosk::sdk::Form questionnaire(Depth depth, Host host) {
    const Emphasis emphasis = emphasis_of(host);
    kiosk::sdk::Form form;
    const auto take = [&](bool emphasised) {
        for (const Group& group : all_groups) {
            if (contains(emphasis.groups, group.id) != emphasised)
                continue;
            auto step = step_of(group, depth, emphasis);
            if (!step.fields.empty()) // the short interview leaves some groups out
                form.steps.push_back(std::move(step));
        }
    };
    take(true);
    take(false);
    return form;
}

} // namespace visit_enterprise
