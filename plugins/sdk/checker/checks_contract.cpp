// SPDX-License-Identifier: Apache-2.0
// The contract of kiosk_plugin.h: open, call and close with good and with bad input, older and newer hosts, sinks that
// refuse, inputs that vanish once a call has returned.
#include "check.hpp"
#include "guarded_bytes.hpp"
#include "instance.hpp"
#include "situations.hpp"

#include "plugin_host/schemas.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstring>
#include <random>
#include <set>

namespace kiosk::checker {

using Json = nlohmann::json;

namespace {

bool is_known_code(std::int32_t code) {
    return code >= KIOSK_OK && code <= KIOSK_E_SINK;
}

// What holds for any answer, whatever was asked.
bool check_answer(Bench& bench, const Answer& answer, const std::string& what) {
    auto& findings = bench.findings;
    const Args at{{"what", what}};
    const auto before = findings.all().size();
    if (answer.threw)
        findings.fail("threw", at);
    else if (!is_known_code(answer.code))
        findings.fail("strange_code", {{"what", what}, {"code", std::to_string(answer.code)}});
    else if (answer.too_large)
        findings.fail("too_large", {{"what", what}, {"limit", std::to_string(KIOSK_MAX_REPLY_BYTES)}});
    else if (answer.null_piece)
        findings.fail("null_piece", at);
    else if (answer.code != KIOSK_OK && problem_of(answer.bytes).empty())
        findings.fail("no_problem_document", {{"what", what}, {"code", code_name(answer.code)}});
    return findings.all().size() == before;
}

std::string in_short(std::string_view text) {
    constexpr std::size_t most = 60;
    std::string shown;
    for (const char c : text.substr(0, most))
        shown += static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) > 0x7e ? '.' : c;
    return text.size() > most ? shown + " … (" + std::to_string(text.size()) + ")" : shown;
}

// Bytes that are no UTF-8 within a text may be overlooked by who does not look at that text.
bool is_object(std::string request) {
    std::replace_if(
        request.begin(), request.end(), [](char c) { return static_cast<unsigned char>(c) > 0x7e; }, '?');
    return Json::parse(request, nullptr, false).is_object();
}

std::vector<std::string> garbage(const std::string& good) {
    std::vector<std::string> all{"",     "x",      "null", "[]",   "7",    "\"text\"", "{",  "}", "\xff\xfe\x00z", "{\"now\":",
                                 std::string(8, '\0'), std::string(100'000, '['), std::string(300'000, 'x'),
                                 "{\"a\":" + std::string(20'000, '{'), "\xef\xbb\xbf{}"};
    std::mt19937 random(7);
    for (int i = 0; i < 40; ++i) // cut short, and with a byte changed
        all.push_back(good.substr(0, random() % (good.size() + 1)));
    for (int i = 0; i < 60; ++i) {
        std::string changed = good;
        changed[random() % changed.size()] = static_cast<char>(random() % 256);
        all.push_back(std::move(changed));
    }
    try { // every value replaced by one of another type, and left out
        const Json document = Json::parse(good);
        const Json flat = document.flatten();
        for (const auto& [pointer, value] : flat.items())
            for (const Json& other : {Json(nullptr), Json(7), Json("x"), Json::array(), Json::object(), Json(1e300)}) {
                Json changed = document;
                changed[Json::json_pointer(pointer)] = other;
                all.push_back(changed.dump());
            }
        for (const auto& [key, value] : document.items()) {
            Json changed = document;
            changed.erase(key);
            all.push_back(changed.dump());
        }
    } catch (const Json::exception&) {
        // A good request that is no JSON can't be; what was made before it serves.
    }
    return all;
}

} // namespace

void check_calls(Bench& bench) {
    auto& findings = bench.findings;
    const auto& table = bench.table();
    doing("open");
    Instance instance(table, bench.manifest().id);
    if (!check_answer(bench, instance.opened(), "open"))
        return;
    if (!instance.is_open())
        return findings.fail("calls.open", {{"code", code_name(instance.opened().code)},
                                            {"why", problem_of(instance.opened().bytes)}});
    std::set<std::string> answered, asked;
    std::string why;
    for (const Request& request : all_requests(bench.subject)) {
        doing(request.method, request.label);
        asked.insert(request.method);
        const auto answer = instance.call(request.method, request.json);
        if (!check_answer(bench, answer, request.method + " (" + request.label + ")") && findings.full())
            return;
        if (answer.code == KIOSK_OK)
            answered.insert(request.method);
        else if (request.plain || answer.code == KIOSK_E_INTERNAL || answer.code == KIOSK_E_SINK)
            findings.fail(answer.code == KIOSK_E_METHOD ? "calls.method" : "calls.answer",
                          {{"method", request.method},
                           {"label", request.label},
                           {"code", code_name(answer.code)},
                           {"why", problem_of(answer.bytes)}});
    }
}

void check_methods(Bench& bench) {
    Instance instance(bench.table(), bench.manifest().id);
    const auto ask = [&](std::string_view method, const std::string& request) {
        doing("the method", in_short(method));
        const auto answer = instance.call(method, request);
        const std::string shown = in_short(method);
        if (!check_answer(bench, answer, "\"" + shown + "\""))
            return;
        if (answer.code != KIOSK_E_METHOD)
            bench.findings.fail(answer.code == KIOSK_OK ? "methods.secret" : "methods.code",
                                {{"method", shown}, {"code", code_name(answer.code)}});
    };
    for (const std::string& method :
         {std::string(), std::string("x"), std::string("admission.decide"), std::string("admission.decide/"),
          std::string("admission.decide/99"), std::string("Admission.Decide/1"), std::string("admission.decide/1 "),
          std::string("admission.decide/1\0", 19), std::string("\xff\xfe"), std::string(100'000, 'm')})
        for (const char* request : {"{}", "", "\xff"})
            ask(method, request);
    // Those of the SDK that the manifest does not name: the host never asks them. An add-on may share its code with an
    // event type, so this is worth a note only; but whatever it answers has to be an answer.
    for (const auto& method : plugin_host::SchemaSet::published().methods()) {
        if (bench.manifest().has_method(method))
            continue;
        doing("the method", method);
        const auto answer = instance.call(method, std::string("{}"));
        if (check_answer(bench, answer, method) && answer.code != KIOSK_E_METHOD)
            bench.findings.warn("methods.undeclared", {{"method", method}});
    }
}

void check_config(Bench& bench) {
    const auto& table = bench.table();
    for (const std::string& config :
         {std::string(), std::string("x"), std::string("null"), std::string("[]"), std::string("{}"), std::string("{\"id\":7}"),
          std::string("{\"format\":99,\"id\":\"x\"}"), std::string("{\"format\":1,\"id\":null}"), std::string("\xff\xfe"),
          std::string(100'000, '['), std::string(300'000, 'x'), std::string("{\"format\":1"), std::string(9, '\0'),
          "{\"format\":1,\"id\":\"" + std::string(5000, 'i') + "\"}",
          std::string("{\"format\":1,\"id\":\"x\",\"more\":{\"of\":[1,2]}}")}) {
        doing("open with the config", in_short(config));
        Instance instance(table, config, nullptr);
        check_answer(bench, instance.opened(), "open: " + in_short(config));
    }
    // Growth: a newer host may say more.
    Instance newer(table, Json{{"format", 1}, {"id", bench.manifest().id}, {"region", "east"}}.dump(), nullptr);
    if (!newer.is_open())
        bench.findings.fail("config.more", {{"why", problem_of(newer.opened().bytes)}});
    doing("an instance that was only opened and closed");
    { const Instance idle(table, bench.manifest().id); }
}

void check_requests(Bench& bench) {
    const auto& schemas = plugin_host::SchemaSet::published();
    Instance instance(bench.table(), bench.manifest().id);
    for (const Request& good : plain_requests(bench.subject)) {
        const auto before = instance.call(good.method, good.json);
        auto all = garbage(good.json);
        if (bench.subject.fast && all.size() > 150)
            all.resize(150);
        for (const std::string& request : all) {
            if (bench.findings.full())
                return;
            doing(good.method, in_short(request));
            const auto answer = instance.call(good.method, request);
            const std::string what = good.method + " (" + in_short(request) + ")";
            if (!check_answer(bench, answer, what))
                continue;
            if (answer.code == KIOSK_E_METHOD)
                bench.findings.fail("requests.method", {{"method", good.method}, {"request", in_short(request)}});
            if (answer.code != KIOSK_OK)
                continue;
            if (good.method == "admission.decide/1" && !is_object(request))
                bench.findings.fail("requests.decided", {{"request", in_short(request)}});
            if (const auto problem = schemas.problem(good.method, plugin_host::SchemaPart::Reply, std::string_view(answer.bytes));
                !problem.empty())
                bench.findings.fail("schemas.reply", {{"method", good.method}, {"label", in_short(request)}, {"why", problem}});
        }
        if (!(instance.call(good.method, good.json) == before))
            bench.findings.fail("requests.spoilt", {{"method", good.method}});
    }
}

void check_inputs(Bench& bench) {
    const auto& table = bench.table();
    // Everything handed in lies at the very end of a page, can only be read, and is taken away after the call.
    void* self = nullptr;
    Host host;
    Recorder problem;
    {
        GuardedBytes config(config_of(bench.manifest().id));
        kiosk_sink sink = problem.sink();
        doing("open with read-only input");
        if (table.open(&host.table, config.bytes(), &self, &sink) != KIOSK_OK)
            return bench.findings.fail("calls.open", {{"code", code_name(problem.answer.code)},
                                                      {"why", problem_of(problem.answer.bytes)}});
        config.take_away();
    }
    std::vector<std::unique_ptr<GuardedBytes>> gone; // stay mapped, without any rights, until the end
    Instance ordinary(table, bench.manifest().id);
    for (int round = 0; round < 2; ++round)
        for (const Request& request : plain_requests(bench.subject)) {
            auto method = std::make_unique<GuardedBytes>(request.method);
            auto json = std::make_unique<GuardedBytes>(request.json);
            Recorder recorder;
            kiosk_sink sink = recorder.sink();
            doing(request.method, "read-only input, that of earlier calls is gone");
            recorder.answer.code = table.call(self, method->bytes(), json->bytes(), &sink);
            std::memset(static_cast<void*>(&sink), 0xA5, sizeof sink);
            method->take_away();
            json->take_away();
            gone.push_back(std::move(method));
            gone.push_back(std::move(json));
            if (!(recorder.answer == ordinary.call(request.method, request.json)))
                bench.findings.fail("inputs.differs", {{"method", request.method}});
        }
    doing("close, after all input is gone");
    table.close(self);
}

void check_host_versions(Bench& bench) {
    const auto& table = bench.table();
    const auto requests = plain_requests(bench.subject);
    Instance ordinary(table, bench.manifest().id);
    const auto try_host = [&](const kiosk_host* host, const std::string& what) {
        doing("open", what);
        Instance instance(table, config_of(bench.manifest().id), host);
        if (!instance.is_open())
            return bench.findings.fail("host.open", {{"host", what}, {"why", problem_of(instance.opened().bytes)}});
        for (const Request& request : requests) {
            doing(request.method, what);
            if (!(instance.call(request.method, request.json) == ordinary.call(request.method, request.json)))
                bench.findings.fail("host.differs", {{"host", what}, {"method", request.method}});
        }
    };
    struct Newer {
        kiosk_host known;
        std::array<std::uint64_t, 16> more;
    };
    Host log;
    Newer newer{log.table, {}};
    newer.known.struct_size = sizeof newer;
    newer.known.abi_minor = KIOSK_ABI_MINOR + 7;
    newer.more.fill(0xA5A5A5A5A5A5A5A5u);
    try_host(&newer.known, "a newer host");
    kiosk_host silent = log.table;
    silent.log = nullptr;
    try_host(&silent, "a host without a log");
    // An older host ends before its log; a page without rights stands where the rest would be.
    kiosk_host older = log.table;
    older.struct_size = 8;
    GuardedBytes page(std::string_view(reinterpret_cast<const char*>(&older), 8));
    try_host(reinterpret_cast<const kiosk_host*>(page.bytes().data), "a host of 8 bytes");
}

void check_sink(Bench& bench) {
    Instance instance(bench.table(), bench.manifest().id);
    for (const Request& request : plain_requests(bench.subject)) {
        const auto whole = instance.call(request.method, request.json);
        for (const std::uint64_t limit : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{whole.bytes.size() / 2}}) {
            if (limit >= whole.bytes.size())
                continue;
            doing(request.method, "a sink that takes " + std::to_string(limit) + " bytes");
            Recorder recorder(limit);
            kiosk_sink sink = recorder.sink();
            const auto answer = instance.call(bytes_of(request.method), bytes_of(request.json), &sink, recorder);
            if (answer.code != KIOSK_E_SINK)
                bench.findings.fail("sink.code", {{"method", request.method}, {"code", code_name(answer.code)}});
            // One more try, for the problem document, is nothing; going on for ever is.
            if (answer.refused_writes > 8)
                bench.findings.fail("sink.goes_on",
                                    {{"method", request.method}, {"writes", std::to_string(answer.refused_writes)}});
        }
        if (!(instance.call(request.method, request.json) == whole))
            bench.findings.fail("sink.spoilt", {{"method", request.method}});
    }
}

} // namespace kiosk::checker
