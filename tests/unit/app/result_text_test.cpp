// SPDX-License-Identifier: Apache-2.0
#include "app/result_text.hpp"
#include "kiosk_fixture.hpp"

using namespace kiosk;
using namespace kiosk::app;
using core::Outcome;
using core::Reason;

TEST_CASE("result: every outcome and reason has its words, and only an admission is green", "[app][result]") {
    test::Kiosk k; // for the catalogue
    core::Registration registration;
    registration.person = {"王谷雨", "10000005678", "", "松果示例软件", ""};
    ResultSetting setting;
    setting.zone = &k.config.event.timezone;
    setting.now = k.clock.now();
    setting.can_call_staff = true;
    setting.can_print_badge = true;
    for (const auto outcome :
         {Outcome::Admitted, Outcome::Repeat, Outcome::Incomplete, Outcome::Refused, Outcome::StaffCheck})
        for (int reason = 0; reason <= static_cast<int>(Reason::PluginUnavailable); ++reason) {
            core::Decision decision;
            decision.outcome = outcome;
            decision.reason = static_cast<Reason>(reason);
            decision.registration = registration;
            INFO(core::to_string(outcome) << " " << core::to_string(decision.reason));
            const auto view = result_view(decision, setting);
            CHECK(k.catalogue->has(view.title.key));
            CHECK(k.catalogue->has(view.detail.key));
            CHECK((view.tone == Tone::Good) == (outcome == Outcome::Admitted));
            CHECK((view.name == "王谷雨") == (outcome == Outcome::Admitted));
            CHECK(view.can_print_badge == (outcome == Outcome::Admitted));
            CHECK(view.organisation.empty() == (outcome != Outcome::Admitted));
            CHECK(view.staff_note.empty());
        }
    for (const auto& key : result_text_keys()) {
        INFO(key);
        CHECK(k.catalogue->has(key));
    }
}

TEST_CASE("result: a repeat on another day doesn't say a bare time", "[app][result]") {
    test::Kiosk k;
    ResultSetting setting;
    setting.zone = &k.config.event.timezone;
    setting.now = k.clock.now();
    core::Decision decision;
    decision.outcome = Outcome::Repeat;
    decision.reason = Reason::AlreadyIn;
    const auto detail = [&](std::int64_t ago_ms) {
        decision.first_at = setting.now - ago_ms;
        return k.catalogue->text(core::Language::Chinese, result_view(decision, setting).detail);
    };
    CHECK(detail(core::minute_ms) == "您已于 13:11 签到，可直接入场");
    CHECK(detail(core::day_ms) == "您昨天 13:12 已签到，可直接入场");
    CHECK(detail(3 * core::day_ms) == "您在 3 天前已签到，可直接入场");
    CHECK(detail(-2 * core::day_ms) == "您已签过到，可直接入场");
    decision.first_at.reset();
    CHECK(result_view(decision, setting).detail.key == "result.already_in.detail");
}

TEST_CASE("result: texts end without an exclamation mark", "[app][result]") {
    test::Kiosk k;
    for (const auto& key : k.catalogue->keys()) {
        if (key.starts_with("cli."))
            continue; // a terminal's signs are no sentences
        for (const auto language : {core::Language::Chinese, core::Language::English}) {
            INFO(key);
            const auto text = k.catalogue->text(language, key);
            CHECK(text.find('!') == std::string::npos);
            CHECK(text.find("\uff01") == std::string::npos);
        }
    }
}
