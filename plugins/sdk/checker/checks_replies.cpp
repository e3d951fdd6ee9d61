// SPDX-License-Identifier: Apache-2.0
// What a plugin says: schemas, texts in every language, forms that can be filled in, figures, the author's fixtures,
// and answers that no guest would give.
#include "check.hpp"
#include "instance.hpp"
#include "situations.hpp"

#include "core/catalogue.hpp"
#include "plugin_host/replies.hpp"
#include "plugin_host/schemas.hpp"
#include "plugin_host/trust.hpp"
#include "resources/resources.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <set>

namespace kiosk::checker {

using Json = nlohmann::json;
using plugin_host::SchemaPart;
using plugin_host::SchemaSet;

namespace {

constexpr std::size_t max_locale_bytes = 1u << 20;
constexpr std::array languages{std::pair{core::Language::Chinese, "zh"}, std::pair{core::Language::English, "en"}};

// Every request with its reply, of those that were answered.
void each_reply(Bench& bench, const std::function<void(const Request&, const Json&)>& look) {
    Instance instance(bench.table(), bench.manifest().id);
    for (const Request& request : all_requests(bench.subject)) {
        doing(request.method, request.label);
        const auto answer = instance.call(request.method, request.json);
        if (answer.code != KIOSK_OK)
            continue;
        const Json reply = Json::parse(answer.bytes, nullptr, false);
        if (!reply.is_discarded()) // the check "schemas" says what is wrong with it
            look(request, reply);
    }
}

// The {names} of a text.
std::set<std::string> placeholders(std::string_view text) {
    std::set<std::string> names;
    for (auto open = text.find('{'); open != std::string_view::npos; open = text.find('{', open + 1))
        if (const auto close = text.find('}', open); close != std::string_view::npos)
            names.insert(std::string(text.substr(open + 1, close - open - 1)));
    return names;
}

std::string joined(const std::set<std::string>& names) {
    std::string text;
    for (const auto& name : names)
        text += (text.empty() ? "" : ", ") + name;
    return text.empty() ? "—" : text;
}

using Texts = std::map<std::string, std::map<std::string, std::string>>; // language → key → text

Texts read_texts(Bench& bench) {
    Texts texts;
    std::vector<core::Catalogue::Source> sources;
    for (const auto& [language, code] : languages) {
        const std::string file = "locale/" + std::string(code) + ".json";
        texts[code];
        if (!bench.manifest().hashes.contains(file))
            continue;
        const auto bytes = plugin_host::read_verified(bench.manifest(), file, max_locale_bytes);
        if (!bytes)
            continue; // the check "manifest" says it
        sources.push_back({language, file, *bytes});
        const Json json = Json::parse(*bytes, nullptr, false);
        if (json.is_object())
            for (const auto& [key, text] : json.items())
                if (text.is_string())
                    texts[code][key] = text.get<std::string>();
    }
    if (const auto catalogue = core::Catalogue::create(sources); !catalogue)
        bench.findings.fail("texts.files", {{"why", catalogue.error().context}});
    return texts;
}

void check_text(Bench& bench, const Texts& texts, const Json& text, const std::string& method) {
    const auto key = text.at("key").get<std::string>();
    std::set<std::string> given;
    if (text.contains("args") && text.at("args").is_object())
        for (const auto& [name, value] : text.at("args").items())
            given.insert(name);
    for (const auto& [code, known] : texts) {
        const auto found = known.find(key);
        if (found == known.end()) {
            bench.findings.fail("texts.missing", {{"key", key}, {"file", "locale/" + code + ".json"}, {"method", method}});
            continue;
        }
        if (found->second.empty())
            bench.findings.fail("texts.empty", {{"key", key}, {"file", "locale/" + code + ".json"}});
        const auto wanted = placeholders(found->second);
        if (!std::includes(given.begin(), given.end(), wanted.begin(), wanted.end()))
            bench.findings.fail("texts.args", {{"key", key},
                                               {"file", "locale/" + code + ".json"},
                                               {"wanted", joined(wanted)},
                                               {"given", joined(given)}});
    }
}

// Every object with "key" that stands where the schemas have a text.
void each_text(const Json& json, const std::function<void(const Json&)>& look) {
    if (json.is_object() && json.contains("key") && json.at("key").is_string())
        look(json);
    if (json.is_structured())
        for (const auto& item : json)
            each_text(item, look);
}

std::string words_of(const Json& field, const char* key) {
    return field.contains(key) && field.at(key).is_string() ? field.at(key).get<std::string>() : std::string();
}

struct SeenField {
    std::string type;
    std::set<std::string> values; // of choices; "yes" and "no" of yes_no
};

void check_field(Bench& bench, const Json& field, std::map<std::string, SeenField>& before, const std::string& form) {
    const auto id = words_of(field, "id");
    const auto type = words_of(field, "type");
    const Args at{{"form", form}, {"field", id}};
    const auto fail = [&](const char* key, Args more = {}) {
        auto args = at;
        args.insert(args.end(), more.begin(), more.end());
        bench.findings.fail(key, std::move(args));
    };
    SeenField seen{type, {}};
    const bool is_choice = type == "single" || type == "multiple";
    const auto options = field.value("options", Json::array());
    for (const Json& option : options)
        if (!seen.values.insert(words_of(option, "id")).second)
            fail("forms.option_twice", {{"option", words_of(option, "id")}});
    if (is_choice && options.empty())
        fail("forms.no_options");
    if (!is_choice && !options.empty())
        fail("forms.options_of", {{"type", type}});
    if (type == "yes_no")
        seen.values = {"yes", "no"};
    if ((type == "list") == field.value("columns", Json::array()).empty())
        fail("forms.columns", {{"type", type}});

    static const std::map<std::string, std::string> bound{
        {"name", "text"}, {"phone", "phone"}, {"email", "email"}, {"organisation", "text"}, {"title", "text"},
        {"consent", "yes_no"}};
    if (const auto binds = words_of(field, "binds"); !binds.empty())
        if (const auto wanted = bound.find(binds); wanted != bound.end() && wanted->second != type)
            fail("forms.bound", {{"binds", binds}, {"wanted", wanted->second}, {"type", type}});
    if (field.contains("min") && field.contains("max") && field.at("min") > field.at("max"))
        fail("forms.limits");
    if (field.contains("depends_on")) {
        const Json& depends = field.at("depends_on");
        const auto found = before.find(words_of(depends, "question"));
        if (found == before.end())
            fail("forms.depends", {{"question", words_of(depends, "question")}});
        else if (!found->second.values.empty())
            for (const Json& value : depends.at("values"))
                if (!found->second.values.contains(value.get<std::string>()))
                    fail("forms.depends_value", {{"value", value.get<std::string>()}, {"question", found->first}});
    }
    for (const Json& lead : field.value("leads", Json::array()))
        for (const Json& value : lead.at("values"))
            if (!seen.values.contains(value.get<std::string>()))
                fail("forms.lead_value", {{"value", value.get<std::string>()}});
    if (!before.emplace(id, std::move(seen)).second)
        fail("forms.twice");
}

} // namespace

void check_schemas(Bench& bench) {
    const auto& schemas = SchemaSet::published();
    Instance instance(bench.table(), bench.manifest().id);
    for (const Request& request : all_requests(bench.subject)) {
        // Our own request first: with the settings of a fixture it may be none.
        if (!schemas.has(request.method) ||
            !schemas.problem(request.method, SchemaPart::Request, std::string_view(request.json)).empty())
            continue;
        doing(request.method, request.label);
        const auto answer = instance.call(request.method, request.json);
        if (answer.code != KIOSK_OK)
            continue;
        if (const auto why = schemas.problem(request.method, SchemaPart::Reply, std::string_view(answer.bytes)); !why.empty())
            bench.findings.fail("schemas.reply", {{"method", request.method}, {"label", request.label}, {"why", why}});
        if (bench.findings.full())
            return;
    }
}

void check_texts(Bench& bench) {
    const Texts texts = read_texts(bench);
    each_reply(bench, [&](const Request& request, const Json& reply) {
        each_text(reply, [&](const Json& text) { check_text(bench, texts, text, request.method); });
    });
}

void check_forms(Bench& bench) {
    if (!bench.manifest().has_method("form.describe/1"))
        return;
    each_reply(bench, [&](const Request& request, const Json& reply) {
        if (request.method != "form.describe/1" ||
            !SchemaSet::published().problem(request.method, SchemaPart::Reply, reply).empty())
            return;
        const auto form = Json::parse(request.json).at("form").get<std::string>();
        std::map<std::string, SeenField> before;
        std::set<std::string> steps;
        for (const Json& step : reply.at("steps")) {
            if (!steps.insert(words_of(step, "id")).second)
                bench.findings.fail("forms.step_twice", {{"form", form}, {"step", words_of(step, "id")}});
            for (const Json& field : step.at("fields"))
                check_field(bench, field, before, form);
        }
        if (form != "registration" && before.empty())
            bench.findings.fail("forms.empty", {{"form", form}});
    });
}

void check_figures(Bench& bench) {
    // The host names every figure that it can compute; one without a name would show as "unknown" in the report.
    const auto catalogue = resources::load_catalogue();
    const auto is_known = [&](const std::string& figure) {
        return !catalogue || catalogue->has("report.figure." + figure) || figure.starts_with("answers_") ||
               (figure.starts_with("questionnaire_") && figure.ends_with("_responses"));
    };
    each_reply(bench, [&](const Request& request, const Json& reply) {
        if (request.method != "report.sections/1" ||
            !SchemaSet::published().problem(request.method, SchemaPart::Reply, reply).empty())
            return;
        std::set<std::string> sections;
        for (const Json& section : reply.at("sections")) {
            const auto id = section.at("id").get<std::string>();
            if (!sections.insert(id).second)
                bench.findings.fail("figures.section_twice", {{"section", id}});
            std::set<std::string> figures;
            for (const Json& figure : section.at("figures")) {
                const auto name = figure.get<std::string>();
                if (!figures.insert(name).second)
                    bench.findings.fail("figures.twice", {{"section", id}, {"figure", name}});
                if (!is_known(name))
                    bench.findings.fail("figures.unknown", {{"section", id}, {"figure", name}});
            }
            if (figures.empty())
                bench.findings.warn("figures.none", {{"section", id}});
        }
    });
}

namespace {

// Keeps the order in which the author wrote the file.
void update(Bench& bench, const Fixture& fixture, const std::string& reply) {
    using Ordered = nlohmann::ordered_json;
    Ordered document = Ordered::parse(resources::read_file(fixture.path).value_or("{}"));
    document["reply"] = Ordered::parse(reply);
    if (const auto written = resources::write_file_atomically(fixture.path, document.dump(2) + "\n"); !written)
        bench.findings.fail("fixtures.unreadable", {{"file", fixture.name}, {"why", written.error().context}});
}

} // namespace

void check_fixtures(Bench& bench) {
    if (!bench.subject.wants_fixtures)
        return;
    if (bench.subject.fixtures.empty())
        return bench.findings.fail("fixtures.none", {});
    const auto& schemas = SchemaSet::published();
    Instance instance(bench.table(), bench.manifest().id);
    std::set<std::string> seen;
    for (const Fixture& fixture : bench.subject.fixtures) {
        if (!fixture.problem.empty()) {
            bench.findings.fail("fixtures.unreadable", {{"file", fixture.name}, {"why", fixture.problem}});
            continue;
        }
        seen.insert(fixture.method);
        if (schemas.has(fixture.method))
            if (const auto why = schemas.problem(fixture.method, SchemaPart::Request, std::string_view(fixture.request)); !why.empty())
                bench.findings.fail("fixtures.request", {{"file", fixture.name}, {"why", why}});
        doing(fixture.method, fixture.name);
        const auto answer = instance.call(fixture.method, fixture.request);
        if (answer.code != KIOSK_OK)
            bench.findings.fail("fixtures.code", {{"file", fixture.name},
                                                  {"code", code_name(answer.code)},
                                                  {"why", problem_of(answer.bytes)}});
        else if (bench.subject.update_fixtures)
            update(bench, fixture, answer.bytes);
        else if (const Json reply = Json::parse(answer.bytes, nullptr, false); answer.bytes != fixture.reply) {
            // Where they differ, and not just that they do.
            const Json difference = Json::diff(Json::parse(fixture.reply), reply);
            const auto where = difference.empty() ? std::string("white space or order of keys") : difference.front().dump();
            bench.findings.fail("fixtures.differs", {{"file", fixture.name}, {"where", where.substr(0, 300)}});
        }
    }
    for (const auto& method : bench.manifest().methods)
        if (!seen.contains(method))
            bench.findings.warn("fixtures.lacks", {{"method", method}});
}

void check_answers(Bench& bench) {
    const auto& schemas = SchemaSet::published();
    Instance instance(bench.table(), bench.manifest().id);
    std::vector<std::string> forms;
    for (const Request& request : requests_of(bench.subject, "form.describe/1")) {
        doing(request.method, request.label);
        forms.push_back(instance.call(request.method, request.json).bytes);
    }
    const auto questions = question_ids(bench.manifest(), forms);
    const auto all = random_answers(questions, bench.subject.fast ? 60 : 300);
    for (const char* method : {"form.validate/1", "admission.decide/1", "welcome.describe/1", "state.migrate/1"}) {
        const auto requests = requests_of(bench.subject, method);
        for (std::size_t i = 0; i < all.size() && !requests.empty(); ++i) {
            if (bench.findings.full())
                return;
            const Request& base = requests[i % requests.size()];
            Json json = Json::parse(base.json);
            (json.contains("holder") ? json["holder"] : json)["answers"] = Json::parse(all[i]);
            const std::string request = json.dump();
            doing(method, all[i]);
            const auto answer = instance.call(method, request);
            const Args at{{"method", method}, {"answers", all[i].substr(0, 200)}};
            if (answer.threw || (answer.code != KIOSK_OK && answer.code != KIOSK_E_REQUEST)) {
                bench.findings.fail("answers.code", {{"method", method},
                                                     {"code", code_name(answer.code)},
                                                     {"why", problem_of(answer.bytes)},
                                                     {"answers", all[i].substr(0, 200)}});
                continue;
            }
            if (answer.code != KIOSK_OK)
                continue;
            if (const auto why = schemas.problem(method, SchemaPart::Reply, std::string_view(answer.bytes)); !why.empty())
                bench.findings.fail("schemas.reply", {{"method", method}, {"label", all[i].substr(0, 200)}, {"why", why}});
        }
    }
}

} // namespace kiosk::checker
