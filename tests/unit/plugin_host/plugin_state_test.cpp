// SPDX-License-Identifier: Apache-2.0
// A plugin whose answers have changed shape, with rows already stored: everything is carried over or nothing is.
#include "main/wiring/plugin_tools.hpp"

#include "core/forms.hpp"
#include "core/responses.hpp"
#include "support/storage_fixture.hpp"
#include "unit/plugin_host/scripted.hpp"

#include <nlohmann/json.hpp>

using namespace kiosk;
using plugin_host::Broker;
using test::Script;
using Json = nlohmann::json;

namespace {

constexpr const char* migrate_method = "state.migrate/1";

// "colour" of state 1 is "color" of state 2.
core::Result<std::string> renames(std::string_view method, std::string_view request) {
    if (method != migrate_method)
        return R"({"outcome":"admitted"})";
    auto answers = Json::parse(request).at("answers");
    if (answers.contains("colour")) {
        answers["color"] = answers["colour"];
        answers.erase("colour");
    }
    return Json{{"answers", answers}, {"lost", Json::array()}}.dump();
}

struct Venue {
    test::TempFolder folder;
    test::Ports ports;
    std::unique_ptr<storage::Database> database = storage::Database::open(folder / "a.db", ports.options()).value();
    test::Bench bench;
    Script script;
    core::EventConfig config = test::Door().config;
    std::vector<std::string> log;

    Venue() {
        script.replies.emplace(migrate_method, "");
        script.replies.emplace("admission.decide/1", R"({"outcome":"admitted"})");
        script.thinks = &renames;
    }
    std::unique_ptr<Broker> open(std::int64_t state, bool read_only = false) {
        auto broker = std::make_unique<Broker>(test::scripted("type", script, bench, {"colour", "color"}, state),
                                               std::vector<std::unique_ptr<plugin_host::Plugin>>{});
        wiring::keep_answers_in_step(*database, config, *broker, read_only,
                                     [this](std::string_view line) { log.emplace_back(line); });
        return broker;
    }
    void add(const std::string& uid, core::Answers answers) {
        auto guest = test::Door().guest;
        guest.uid = uid;
        guest.ticket = "T-" + uid;
        guest.answers = std::move(answers);
        const std::vector<core::OperationDraft> drafts{core::make_registration(guest)};
        REQUIRE(database->append(drafts));
    }
    core::Answers answers(const std::string& uid) { return database->registration(uid).value()->answers; }
    std::int64_t state() {
        const auto document = database->config_document("plugin_state", "type").value();
        return document ? Json::parse(document->doc).at("state").get<std::int64_t>() : 0;
    }
    std::uint64_t operations() { return database->status()->operations; }
};

} // namespace

TEST_CASE("plugin state: noted with the first opening, and only then", "[wiring][migrate]") {
    Venue venue;
    venue.open(2, true);
    CHECK(venue.state() == 0); // a tool that only reads
    venue.open(2);
    CHECK(venue.state() == 2);
    const auto before = venue.operations();
    venue.open(2);
    CHECK(venue.operations() == before);
    CHECK(venue.script.calls.empty());
}

TEST_CASE("plugin state: the document means nothing to the event's configuration", "[wiring][migrate]") {
    Venue venue;
    std::vector<core::OperationDraft> drafts;
    for (const auto& document : core::config_documents(venue.config))
        drafts.push_back(core::make_config(document));
    REQUIRE(venue.database->append(drafts));
    venue.open(2);
    const auto documents = venue.database->config().value();
    CHECK(core::assemble_config(documents)->event.code == "HZ01");
}

TEST_CASE("plugin state: a higher one carries the stored answers over", "[wiring][migrate]") {
    Venue venue;
    venue.open(1);
    venue.add("a", {{"colour", std::string("red")}, {"other", std::string("kept")}});
    venue.add("b", {{"other", std::string("untouched")}});
    venue.add("c", {{"color", std::string("new already")}});
    const auto before = venue.operations();
    venue.open(2);
    CHECK(venue.answers("a") == core::Answers{{"color", std::string("red")}, {"other", std::string("kept")}});
    CHECK(venue.answers("b").size() == 1);
    CHECK(venue.answers("c") == core::Answers{{"color", std::string("new already")}});
    CHECK(venue.state() == 2);
    CHECK(venue.operations() == before + 2); // only what differs, and the state
    CHECK(venue.database->verify()->ok());   // the old rows are where they were
    CHECK(venue.log.size() == 1);

    venue.open(2);
    CHECK(venue.operations() == before + 2);
}

TEST_CASE("plugin state: many rows, all or none", "[wiring][migrate]") {
    Venue venue;
    venue.open(1);
    for (int i = 0; i < 700; ++i)
        venue.add("p" + std::to_string(10'000 + i), {{"colour", std::to_string(i)}});
    SECTION("all") {
        venue.open(2);
        CHECK(venue.answers("p10699") == core::Answers{{"color", std::string("699")}});
        CHECK(venue.state() == 2);
    }
    SECTION("none, where the plugin fails on one of them") {
        venue.script.thinks = [](std::string_view method, std::string_view request) -> core::Result<std::string> {
            if (request.find("\"650\"") != std::string_view::npos)
                return core::fail(core::ErrorCode::Internal, "error.plugin_reply", "can't");
            return renames(method, request);
        };
        const auto before = venue.operations();
        const auto broker = venue.open(2);
        CHECK(venue.operations() == before);
        CHECK(venue.answers("p10000") == core::Answers{{"colour", std::string("0")}});
        CHECK(venue.state() == 1);
        REQUIRE(venue.log.size() == 1);
        CHECK(venue.log[0].find("stay as they are") != std::string::npos);
        CHECK(broker->decide(test::Door().query()).outcome == core::Outcome::Admitted); // the door goes on
    }
}

TEST_CASE("plugin state: a plugin without state.migrate leaves everything as it was", "[wiring][migrate]") {
    Venue venue;
    venue.open(1);
    venue.add("a", {{"colour", std::string("red")}});
    venue.script.replies.erase(migrate_method);
    const auto broker = venue.open(2);
    CHECK(venue.answers("a").contains("colour"));
    CHECK(venue.state() == 1);
    CHECK(broker->has_event_type());
}

TEST_CASE("plugin state: an older plugin that came back is refused, and staff decide", "[wiring][migrate]") {
    Venue venue;
    venue.open(3);
    const auto broker = venue.open(2);
    CHECK_FALSE(broker->has_event_type());
    REQUIRE(broker->missing().size() == 1);
    CHECK(broker->missing()[0].error.message_key == "error.plugin_older_state");
    CHECK(broker->decide(test::Door().query()).outcome == core::Outcome::StaffCheck);
    CHECK(venue.state() == 3);
    CHECK(venue.open(3)->has_event_type());
}

TEST_CASE("plugin state: drafts are carried over, final responses never", "[wiring][migrate]") {
    Venue venue;
    venue.open(1);
    core::Response draft;
    draft.uid = "r-draft";
    draft.plugin = "type";
    draft.questionnaire = "deep";
    draft.version = 1;
    draft.interviewer = "s1";
    draft.at = venue.ports.clock.at;
    draft.answers = {{"colour", std::string("red")}};
    core::Response final = draft;
    final.uid = "r-final";
    final.status = core::ResponseStatus::Final;
    core::Response others = draft;
    others.uid = "r-others";
    others.plugin = "another";
    const std::vector<core::OperationDraft> drafts{core::make_response(draft), core::make_response(final),
                                                   core::make_response(others)};
    REQUIRE(venue.database->append(drafts));
    venue.script.replies.emplace("form.describe/1", "");
    venue.script.thinks = [](std::string_view method, std::string_view request) -> core::Result<std::string> {
        if (method == "form.describe/1")
            return R"({"steps":[{"id":"s","title":{"zh":"步","en":"S"},"fields":[]}]})";
        return renames(method, request);
    };
    auto plugin = test::scripted("type", venue.script, venue.bench, {}, 2, {{"type", "deep", 2, {"深度", "Deep"}}});
    Broker broker(std::move(plugin), {});
    wiring::keep_answers_in_step(*venue.database, venue.config, broker, false, {});

    const auto moved = venue.database->response("r-draft").value();
    REQUIRE(moved);
    CHECK(moved->answers == core::Answers{{"color", std::string("red")}});
    CHECK(moved->version == 2);
    CHECK(moved->status == core::ResponseStatus::Draft);
    CHECK(venue.database->config_document("form", "type/deep/2").value());
    CHECK(venue.database->response("r-final").value()->answers == final.answers);
    CHECK(venue.database->response("r-others").value()->answers == others.answers);
}
