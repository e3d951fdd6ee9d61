// SPDX-License-Identifier: Apache-2.0
// The OpenAPI document and the organizers' page against the running Api.
#include "api_fixture.hpp"

#include <algorithm>
#include <set>

using namespace kiosk;
using namespace kiosk::test;

namespace {

std::string replaced(std::string text, const std::string& what, const std::string& with) {
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size()))
        text.replace(at, what.size(), with);
    return text;
}

std::string upper(std::string text) {
    for (auto& c : text)
        c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    return text;
}

const Json& resolve(const Json& document, const Json& schema) {
    if (!schema.contains("$ref"))
        return schema;
    const auto name = schema["$ref"].get<std::string>();
    return document.at(Json::json_pointer(name.substr(1)));
}

// Types, required fields and enumerations, as deep as the document goes. Every field of ours must be in it.
void check_schema(const Json& document, const Json& given, const Json& value, const std::string& where) {
    const auto& schema = resolve(document, given);
    INFO(where << " = " << value.dump().substr(0, 200));
    if (!schema.contains("type"))
        return;
    auto types = schema["type"].is_array() ? schema["type"] : Json::array({schema["type"]});
    const auto fits = [&](const Json& type) {
        return (type == "object" && value.is_object()) || (type == "array" && value.is_array()) ||
               (type == "string" && value.is_string()) || (type == "integer" && value.is_number_integer()) ||
               (type == "boolean" && value.is_boolean()) || (type == "null" && value.is_null());
    };
    CHECK(std::any_of(types.begin(), types.end(), fits));
    if (schema.contains("enum"))
        CHECK(std::find(schema["enum"].begin(), schema["enum"].end(), value) != schema["enum"].end());
    if (value.is_array() && schema.contains("items"))
        for (const auto& item : value)
            check_schema(document, schema["items"], item, where + "[]");
    if (!value.is_object() || !schema.contains("properties"))
        return;
    for (const auto& name : schema.value("required", Json::array())) {
        INFO(name);
        CHECK(value.contains(name.get<std::string>()));
    }
    for (const auto& [name, field] : value.items()) {
        INFO(name);
        REQUIRE(schema["properties"].contains(name));
        check_schema(document, schema["properties"][name], field, where + "." + name);
    }
}

} // namespace

TEST_CASE("hub document: its paths are the Api's routes, no more and no fewer", "[sync][hub]") {
    Hub hub;
    const auto document = hub.get("/openapi.json", {});
    CHECK(document["openapi"] == "3.1.0");
    std::set<std::pair<std::string, std::string>> told, real;
    for (const auto& [path, methods] : document["paths"].items())
        for (const auto& [method, operation] : methods.items())
            told.emplace(upper(method), path);
    for (const auto& route : Api::routes())
        real.insert(route);
    CHECK(told == real);
    CHECK(real.size() == 21);
}

TEST_CASE("hub document: whatever comes, each path answers with a status and a body of the document", "[sync][hub]") {
    Hub hub;
    Kiosk kiosk("k1");
    kiosk.join(hub);
    for (const auto& draft : event_drafts())
        kiosk.write(draft);
    kiosk.write(core::make_scan(entry("T1", kiosk.ports.clock.at)));
    kiosk.write(core::make_scan(entry("T1", kiosk.ports.clock.at + 5)));
    auto push = kiosk.request();
    hub.push(kiosk.token, push);
    auto forged = push;
    forged.operations[0].body = "{}";
    hub.push(kiosk.token, forged);
    hub.fold_all();
    hub.ports.clock.forward(3'000);
    hub.fold_all(); // the feed is quiet: an image is made
    const auto organizer = hub.user("organizer");
    const auto document = hub.get("/openapi.json", {});
    const auto conflict = hub.get("/v1/conflicts?event=HZ26", organizer)["conflicts"][0]["id"];

    // A request of each that succeeds.
    std::map<std::string, std::string> bodies{
        {"/v1/ops", protocol::encode(forged)},
        {"/v1/leases", R"({"device":"k1","incarnation":"i1","want":[{"resource":"unit:T1@1800000000-1800001200"}],"deal":true})"},
        {"/v1/devices/{event}/{device}/confidential", R"({"sessions":"cd2, cd1"})"},
        {"/v1/enrolment-codes", R"({"event":"HZ26"})"},
        {"/v1/conflicts", Json{{"event", event_code}, {"conflict", conflict}}.dump()},
        {"/v1/changes", R"({"event":"HZ26","registrations":[{"ticket":"T77"}]})"},
    };
    const std::map<std::string, std::string> queries{{"/v1/conflicts", "?event=HZ26"}, {"/v1/bookings", "?event=HZ26"}, {"/v1/quarantine", "?raw=1"}};
    for (const auto& [method, path] : Api::routes()) {
        const auto& operation = document["paths"][path][method == "GET" ? "get" : "post"];
        const auto check = [&](const ApiAnswer& answer, const std::string& why) {
            INFO(method << " " << path << " " << why << ": " << answer.status << " " << answer.body.substr(0, 300));
            const auto status = std::to_string(answer.status);
            REQUIRE(operation["responses"].contains(status));
            const auto& response = operation["responses"][status];
            if (answer.content_type != "application/json" || answer.body.empty())
                return;
            const auto& content = response.value("content", Json::object());
            if (content.contains("application/json") && content["application/json"].contains("schema"))
                check_schema(document, content["application/json"]["schema"], Json::parse(answer.body), path);
        };
        const auto target = replaced(replaced(path, "{event}", event_code), "{device}", "k1");
        const auto query = method == "GET" && queries.contains(path) ? queries.at(path) : std::string();
        const bool for_device = operation["security"].dump().find("device") != std::string::npos;
        const auto token = for_device ? kiosk.token : organizer;
        if (path == "/v1/enroll")
            bodies[path] = protocol::encode(protocol::EnrollRequest{hub.code(), "k5", "i", "", "", false});
        const auto good = hub.ask(method, target + query, token, bodies[path]);
        check(good, "as it should be");
        CHECK(good.status == 200);
        if (good.status != 200)
            UNSCOPED_INFO(method << " " << path << " " << good.body);
        check(hub.ask(method, target), "without a token");
        check(hub.ask(method, target, "nonsense"), "with a wrong token");
        check(hub.ask(method, target, for_device ? organizer : kiosk.token, bodies[path]), "with somebody else's token");
        check(hub.ask(method, target, hub.user("viewer"), bodies[path]), "as a viewer");
        if (method == "POST")
            for (const auto* body : {"", "{}", "[]", "null", "\xff\xfe", R"({"device":"k2","incarnation":"x","event":"HZ26","head":{"seq":0,"hash":""},"operations":[]})",
                                     R"({"event":7,"code":"c","device":"d"})"})
                check(hub.ask(method, target, token, body), body);
        for (const auto* odd : {"?after=x", "?limit=-1", "?event=a%20b", "?wait=0&after=99999999"})
            check(hub.ask(method, target + odd, token, bodies[path]), odd);
        for (const auto& header : {std::pair{"range", "bytes=999999999-"}, std::pair{"range", "bytes=0-9"}})
            check(hub.ask(method, target, token, bodies[path], {header}), header.second);
        check(hub.ask(method, replaced(replaced(path, "{event}", "NONE"), "{device}", "none"), token, bodies[path]), "of nobody");
    }
}

TEST_CASE("hub routes: unknown addresses and methods are told apart", "[sync][hub]") {
    Hub hub;
    CHECK(hub.ask("GET", "/nowhere").status == 404);
    CHECK(hub.ask("GET", "/v1/devices/HZ26").status == 404);
    CHECK(hub.ask("GET", "/v1/devices/HZ26/%zz/revoke").status == 404);
    CHECK(hub.ask("GET", "").status == 404);
    CHECK(hub.ask("GET", "/" + std::string(3000, 'x')).status == 400);
    const auto answer = hub.ask("DELETE", "/v1/conflicts");
    CHECK(answer.status == 405);
    CHECK(answer.headers.at("Allow") == "GET, POST");
    CHECK(hub.ask("GET", "/v1/ops").headers.at("Allow") == "POST");
    // Names in the path are decoded.
    Kiosk kiosk("展台#1");
    kiosk.join(hub);
    CHECK(hub.post("/v1/devices/HZ26/%E5%B1%95%E5%8F%B0%231/revoke", hub.user("organizer"))["revoked"] == true);
}

TEST_CASE("hub page: nothing of others is loaded, and nothing is written as markup", "[sync][hub]") {
    Hub hub;
    const auto answer = hub.ask("GET", "/");
    CHECK(answer.status == 200);
    CHECK(answer.content_type.starts_with("text/html"));
    const auto& policy = answer.headers.at("Content-Security-Policy");
    CHECK(policy.starts_with("default-src 'none'"));
    CHECK(policy.find("unsafe") == std::string::npos);
    const auto at = policy.find("'nonce-") + 7;
    const auto nonce = policy.substr(at, policy.find('\'', at) - at);
    CHECK(nonce.size() == 32);
    CHECK(answer.body.find("<script nonce=\"" + nonce + "\">") != std::string::npos);
    CHECK(answer.body.find("<style nonce=\"" + nonce + "\">") != std::string::npos);
    CHECK(answer.body.find("{{") == std::string::npos);
    CHECK(hub.ask("GET", "/").body.find(nonce) == std::string::npos); // another one each time
    for (const auto* word : {"innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "localStorage", "http://",
                             "https://", "src=", "<link", "style=\"", " onclick"}) {
        INFO(word);
        CHECK(answer.body.find(word) == std::string::npos);
    }
    for (const auto* call : {"/v1/events", "/v1/devices", "/v1/conflicts", "/v1/bookings", "/v1/quarantine", "/v1/enrolment-codes"})
        CHECK(answer.body.find(call) != std::string::npos);
}
