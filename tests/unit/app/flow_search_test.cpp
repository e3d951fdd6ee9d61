// SPDX-License-Identifier: Apache-2.0
#include "kiosk_fixture.hpp"

using namespace kiosk;
using namespace kiosk::app;
using core::Outcome;

TEST_CASE("search: no row before two characters, masked ones then", "[app][search]") {
    test::Kiosk k;
    k.open();
    k.send(intent::OpenSearch{});
    CHECK(k.body<SearchView>().rows.empty());
    CHECK(k.body<SearchView>().hint.key == "search.hint.start");
    REQUIRE(k.view().keyboard);
    k.send(intent::TypeText{"王"});
    CHECK(k.body<SearchView>().rows.empty());
    k.send(intent::TypeText{"谷"});
    REQUIRE(k.body<SearchView>().rows.size() == 1);
    CHECK(k.body<SearchView>().query == "王谷");
    CHECK(k.body<SearchView>().rows[0].masked_name == "王*雨");
    CHECK(k.body<SearchView>().rows[0].phone_tail.empty()); // it will be asked for
    k.send(intent::PressKey{"backspace"});
    CHECK(k.body<SearchView>().rows.empty());
    k.send(intent::TypeText{"不存在"});
    CHECK(k.body<SearchView>().hint.key == "search.hint.nobody");
}

TEST_CASE("search: letters that are being composed are searched as pinyin", "[app][search]") {
    test::Kiosk k;
    k.open();
    k.send(intent::OpenSearch{});
    CHECK(k.view().keyboard->layout == KeyboardView::Layout::Pinyin);
    k.type("wgy");
    CHECK(k.view().keyboard->preedit == "wgy");
    REQUIRE(k.body<SearchView>().rows.size() == 1);
    CHECK(k.body<SearchView>().rows[0].masked_name == "王*雨");
    k.send(intent::PressKey{"clear"});
    k.type("wang");
    CHECK(k.view().keyboard->candidates == std::vector<std::string>{"王", "网"});
    CHECK(k.view().keyboard->has_next_page);
    k.send(intent::TurnPage{1});
    CHECK(k.view().keyboard->candidates == std::vector<std::string>{"忘"});
    k.send(intent::TurnPage{-1});
    k.send(intent::PickCandidate{0});
    CHECK(k.body<SearchView>().query == "王");
}

TEST_CASE("search: at most eight rows, and more are announced", "[app][search]") {
    test::Kiosk k;
    for (int i = 0; i < 12; ++i)
        k.person("X" + std::to_string(i), "赵清明", "1000001" + std::to_string(1000 + i), "海棠示例航运");
    k.open();
    k.send(intent::OpenSearch{});
    k.send(intent::TypeText{"赵清"});
    CHECK(k.body<SearchView>().rows.size() == 8);
    CHECK(k.body<SearchView>().more);
    CHECK(k.body<SearchView>().hint.key == "search.hint.more");
}

TEST_CASE("search: by name, the phone's tail proves it", "[app][search]") {
    test::Kiosk k;
    k.open();
    k.send(intent::OpenSearch{});
    k.send(intent::TypeText{"王谷雨"});
    k.send(intent::PickRow{0});
    CHECK_FALSE(k.body<SecondFactorView>().by_name);
    CHECK(k.view().keyboard->layout == KeyboardView::Layout::Digits);
    k.type("567");
    k.send(intent::Back{});
    CHECK(k.body<SearchView>().query == "王谷雨"); // nothing lost
    k.send(intent::PickRow{0});
    k.type("5678");
    CHECK(k.body<SecondFactorView>().typed == "5678");
    k.send(intent::Confirm{});
    CHECK(k.result().outcome == Outcome::Admitted);
    CHECK(k.result().name == "王谷雨");
    REQUIRE(k.scans_saved() == 1);
    CHECK(k.store.scans().front().record.method == "search");
    CHECK_FALSE(k.store.scans().front().record.key.empty());
}

TEST_CASE("search: by the phone's tail, the full name proves it", "[app][search]") {
    test::Kiosk k;
    k.open();
    k.send(intent::OpenSearch{});
    k.send(intent::SetLayout{KeyboardView::Layout::Digits});
    k.type("567");
    CHECK(k.body<SearchView>().rows.empty()); // three digits are too few
    k.type("8");
    REQUIRE(k.body<SearchView>().rows.size() == 2);
    CHECK(k.body<SearchView>().rows[0].phone_tail == "5678");
    const auto& rows = k.body<SearchView>().rows;
    const auto row = rows[0].masked_name == "王*雨" ? 0u : 1u;
    k.send(intent::PickRow{row});
    CHECK(k.body<SecondFactorView>().by_name);
    k.send(intent::TypeText{"王谷雨"});
    k.send(intent::PressKey{"enter"});
    CHECK(k.result().name == "王谷雨");
}

TEST_CASE("search: three wrong factors, then staff; going back gives no new ones", "[app][search]") {
    test::Kiosk k;
    k.open();
    const auto try_wrong = [&] {
        k.type("0000");
        k.send(intent::Confirm{});
    };
    const auto open = [&] {
        k.send(intent::OpenSearch{});
        k.send(intent::TypeText{"王谷雨"});
        k.send(intent::PickRow{0});
    };
    open();
    k.send(intent::Confirm{});
    CHECK(k.body<SecondFactorView>().problem.key == "search.factor.empty");
    try_wrong();
    CHECK(k.body<SecondFactorView>().problem.key == "search.factor.wrong_tail");
    CHECK(k.body<SecondFactorView>().problem.args.front().second == "2");
    CHECK(k.body<SecondFactorView>().typed.empty());
    k.send(intent::Back{});
    k.send(intent::Back{});
    CHECK(k.shows<IdleView>());
    open();
    try_wrong();
    try_wrong();
    CHECK(k.result().outcome == Outcome::StaffCheck);
    CHECK(k.result().title.key == "search.too_many.title");
    CHECK(k.result().can_call_staff);
    k.send(intent::Back{});
    open();
    CHECK(k.result().title.key == "search.too_many.title"); // not even asked
    CHECK(k.scans_saved() == 0);

    k.pass(k.settings.factor_forget_ms);
    open();
    k.type("5678");
    k.send(intent::Confirm{});
    CHECK(k.result().outcome == Outcome::Admitted);
}

TEST_CASE("search: guesses are counted over all rows of one search", "[app][search]") {
    test::Kiosk k;
    k.open();
    k.send(intent::OpenSearch{});
    k.send(intent::TypeText{"5678"});
    for (std::size_t i = 0; i < 3; ++i) {
        k.send(intent::PickRow{i % 2});
        k.send(intent::TypeText{"张三"});
        k.send(intent::Confirm{});
        if (i < 2)
            k.send(intent::Back{});
    }
    CHECK(k.result().title.key == "search.too_many.title");
}

TEST_CASE("search: nobody without a phone is let in by a name alone", "[app][search]") {
    test::Kiosk k;
    k.open();
    k.send(intent::OpenSearch{});
    k.send(intent::TypeText{"王小满"});
    k.send(intent::PickRow{0});
    CHECK(k.result().title.key == "search.no_phone.title");
    CHECK(k.scans_saved() == 0);
}

TEST_CASE("search: pinyin left unchosen is chosen first, and seen before it counts", "[app][search]") {
    test::Kiosk k;
    k.open();
    k.send(intent::OpenSearch{});
    k.send(intent::TypeText{"5678"});
    const auto& rows = k.body<SearchView>().rows;
    k.send(intent::PickRow{rows[0].masked_name == "王*雨" ? 0u : 1u});
    k.type("wangguyu");
    k.send(intent::Confirm{});
    CHECK(k.body<SecondFactorView>().typed == "王谷雨");
    CHECK(k.body<SecondFactorView>().problem.empty());
    k.send(intent::Confirm{});
    CHECK(k.result().outcome == Outcome::Admitted);
}

TEST_CASE("search: staff need no second factor, and find people without a phone", "[app][search][staff]") {
    test::Kiosk k;
    k.settings.allow_search = false; // for the public
    k.open();
    k.log_in();
    k.send(intent::OpenSearch{});
    k.send(intent::TypeText{"王小满"});
    k.send(intent::PickRow{0});
    CHECK(k.result().outcome == Outcome::Admitted);
    CHECK(k.store.scans().front().record.method == "staff");
    k.pass(12'100);
    CHECK(k.shows<StaffView>());
}

TEST_CASE("search: it ends by itself, and can be switched off", "[app][search]") {
    test::Kiosk k;
    SECTION("timer") {
        k.open();
        k.send(intent::OpenSearch{});
        k.send(intent::TypeText{"王谷"});
        k.pass(44'000);
        CHECK(k.shows<SearchView>());
        k.pass(1100);
        CHECK(k.shows<IdleView>());
        CHECK_FALSE(k.view().keyboard);
        k.send(intent::OpenSearch{});
        CHECK(k.body<SearchView>().query.empty()); // nothing is left for the next person
    }
    SECTION("off") {
        k.settings.allow_search = false;
        k.open();
        CHECK_FALSE(k.body<IdleView>().can_search);
        k.send(intent::OpenSearch{});
        CHECK(k.shows<IdleView>());
    }
}

TEST_CASE("search: switching the language keeps the screen and what was typed", "[app][search]") {
    test::Kiosk k;
    k.open();
    k.send(intent::OpenSearch{});
    k.send(intent::TypeText{"王谷"});
    k.send(intent::ToggleLanguage{});
    CHECK(k.view().language == core::Language::English);
    CHECK(k.body<SearchView>().query == "王谷");
    CHECK(k.body<SearchView>().rows.size() == 1);
}
