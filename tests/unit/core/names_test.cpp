// SPDX-License-Identifier: Apache-2.0
#include "core/names.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <string>
#include <thread>
#include <vector>

using namespace kiosk::core;

namespace {

// What the storage does: a query finds a person where it is a prefix of one of the terms.
bool finds(const Person& person, std::string_view typed) {
    const auto query = search_query(typed);
    const auto terms = search_terms(person);
    return !query.empty() &&
           std::ranges::any_of(terms, [&](const std::string& term) { return term.starts_with(query); });
}

Person named(std::string name) {
    return {.name = std::move(name), .phone = {}, .email = {}, .organisation = {}, .title = {}};
}

} // namespace

TEST_CASE("names: pinyin reads surnames as surnames", "[core][names]") {
    struct Case {
        const char* name;
        const char* full;
        const char* given;
        const char* initials;
    };
    const Case cases[] = {
        {"王谷雨", "wangguyu", "guyu", "wgy"},
        {"李白露", "libailu", "bailu", "lbl"},
        {"解惊蛰", "xiejingzhe", "jingzhe", "xjz"},
        {"单芒种", "shanmangzhong", "mangzhong", "smz"},
        {"曾小满", "zengxiaoman", "xiaoman", "zxm"},
        {"仇立秋", "qiuliqiu", "liqiu", "qlq"},
        {"区大暑", "oudashu", "dashu", "ods"},
        {"查处暑", "zhachushu", "chushu", "zcs"},
        {"盖清明", "geqingming", "qingming", "gqm"},
        {"朴立春", "piaolichun", "lichun", "plc"},
        {"欧阳霜降", "ouyangshuangjiang", "shuangjiang", "oysj"},
        {"司马懿", "simayi", "yi", "smy"},
        {"上官婉儿", "shangguanwaner", "waner", "sgwe"},
        {"尉迟恭", "yuchigong", "gong", "ycg"},
        {"欧阳", "ouyang", "yang", "oy"},
        {"吕布", "lubu", "bu", "lb"},
        {"王", "wang", "", "w"},
        {"王 谷雨", "wangguyu", "guyu", "wgy"},
        {"陈喆", "chenzhe", "zhe", "cz"},
        {"周彧", "zhouyu", "yu", "zy"},
    };
    for (const auto& each : cases) {
        INFO(each.name);
        const auto read = pinyin(each.name);
        CHECK(read.full == each.full);
        CHECK(read.given == each.given);
        CHECK(read.initials == each.initials);
    }
}

TEST_CASE("names: pinyin of names that are not Chinese", "[core][names]") {
    CHECK(pinyin("Grace Hopper").full == "gracehopper");
    CHECK(pinyin("Grace Hopper").initials == "gh");
    CHECK(pinyin("Grace Hopper").given.empty());
    CHECK(pinyin("Jürgen Müller").full == "jurgenmuller");
    CHECK(pinyin("阿依古丽·买买提").full == "ayigulimaimaiti");
    CHECK(pinyin("阿依古丽·买买提").given.empty());
    CHECK(pinyin("").full.empty());
    CHECK(pinyin("🙂").full.empty());
    CHECK(pinyin("\U00020BB7谷雨").full == "guyu"); // 𠮷 can't be read
    CHECK(pinyin("홍길동").full.empty());
}

TEST_CASE("names: fold makes text comparable", "[core][names]") {
    CHECK(fold("  Grace \t\n Hopper ") == "grace hopper");
    CHECK(fold("ＧＲＡＣＥ　１２３") == "grace 123");
    CHECK(fold("Straße") == "strasse");
    CHECK(fold("") == "");
    CHECK(fold(" \u3000 ") == "");
    CHECK(fold("王谷雨") == "王谷雨");
}

TEST_CASE("names: a Chinese name is found as people type it", "[core][names]") {
    Person person = named("王谷雨");
    person.phone = "1000 000 5678";
    person.organisation = "深圳市松果示例软件有限公司";
    for (const char* typed : {"王谷雨",
                              "王谷",
                              "谷雨",
                              "wangguyu",
                              "WangGuYu",
                              "wang guyu",
                              "wang gu yu",
                              "wangg",
                              "guyu",
                              "guyuwang",
                              "Guyu Wang",
                              "wgy",
                              "WG",
                              "gy",
                              "5678",
                              "５６７８",
                              "10000005678",
                              "1000 000 5678",
                              "+86 10000005678",
                              "深圳市松果",
                              "松果",
                              "松果示例",
                              " 谷 雨 "}) {
        INFO(typed);
        CHECK(finds(person, typed));
    }
    for (const char* typed :
         {"李白", "guyuli", "wx", "1000", "567", "雨谷", "有限公司", "王五", "\xff\xfe", "%%", "王*雨"}) {
        INFO(typed);
        CHECK_FALSE(finds(person, typed));
    }
}

TEST_CASE("names: readings that differ are both found", "[core][names]") {
    CHECK(finds(named("吕小雪"), "lvxiaoxue"));
    CHECK(finds(named("吕小雪"), "luxiaoxue"));
    CHECK(finds(named("单芒种"), "shanmangzhong"));
    CHECK(finds(named("单芒种"), "danmang"));
    CHECK(finds(named("王长江"), "wangchangjiang"));
    CHECK(finds(named("王乐行"), "wangyuexing"));
    CHECK(finds(named("欧阳霜降"), "欧阳"));
    CHECK(finds(named("欧阳霜降"), "霜降"));
    CHECK(finds(named("欧阳霜降"), "oysj"));
    CHECK(finds(named("欧阳霜降"), "shuangjiang"));
}

TEST_CASE("names: names in other scripts are found", "[core][names]") {
    const auto grace = named("Grace Brewster Hopper");
    for (const char* typed :
         {"grace", "GRACE HOPPER", "hopper", "hop", "brewster hopper", "gracebrewster", "gbh", "hopper grace"}) {
        INFO(typed);
        CHECK(finds(grace, typed));
    }
    CHECK(finds(named("Grace Hopper"), "grace hopper"));
    CHECK(finds(named("Jürgen Müller"), "muller"));
    CHECK(finds(named("Jürgen Müller"), "müller"));
    CHECK(finds(named("Jürgen Müller"), "jurgen m"));
    CHECK(finds(named("Conor O'Brien"), "obrien"));
    CHECK(finds(named("Conor O’Brien"), "o'brien"));
    CHECK(finds(named("Jean-Luc Dupont"), "jean luc"));
    CHECK(finds(named("홍길동"), "길동"));
    CHECK(finds(named("山田太郎"), "太郎"));
    CHECK(finds(named("阿依古丽·买买提"), "买买提"));
    CHECK(finds(named("Анна Иванова"), "иван"));
    CHECK(finds(named("王Grace"), "grace"));
    Person person = named("");
    person.organisation = "Pine Cone Software Ltd";
    CHECK(finds(person, "pine cone"));
    CHECK(finds(person, "cone soft"));
}

TEST_CASE("names: queries that are too short find nothing", "[core][names]") {
    for (const char* typed :
         {"", " ", "王", "w", "1", "123", "１２３", "--", "%_", "..", "\xff\xff\xff", "🙂🙂", "a-"}) {
        INFO(typed);
        CHECK(search_query(typed).empty());
    }
    for (const char* typed : {"王谷", "wg", "1234", "w1", "王1"}) {
        INFO(typed);
        CHECK_FALSE(search_query(typed).empty());
    }
    CHECK(search_query(std::string(100'000, 'a')).size() <= 64);
    CHECK(search_query(std::string(100'000, '7')).size() <= 64);
    CHECK(search_query("5678") == "5678");
    CHECK(search_query("+86 1000 000 5678") == "+10000005678");
    CHECK(search_query("+86 5678") == "5678");
    CHECK(search_query("0086") == "0086"); // the end of a number as well
    CHECK(search_query("٥٦٧٨") == "5678");
}

TEST_CASE("names: terms are bounded and apart", "[core][names]") {
    Person person = named(std::string());
    for (int i = 0; i < 400; ++i)
        person.name += "单 长 乐 ";
    person.phone = std::string(5000, '7');
    person.organisation = person.name;
    auto terms = search_terms(person);
    CHECK(terms.size() <= 24);
    for (const auto& term : terms)
        CHECK(term.size() < 1024);
    std::ranges::sort(terms);
    CHECK(std::ranges::adjacent_find(terms) == terms.end());
    CHECK(search_terms({}).empty());
}

TEST_CASE("names: masks hide what a passer-by could use", "[core][names]") {
    CHECK(mask_name("王谷雨") == "王*雨");
    CHECK(mask_name(" 王 谷雨 ") == "王*雨");
    CHECK(mask_name("李白") == "李*");
    CHECK(mask_name("王") == "王*");
    CHECK(mask_name("欧阳霜降") == "欧**降");
    CHECK(mask_name("Grace Hopper") == "G*** H***");
    CHECK(mask_name("Jo") == "J***");
    CHECK(mask_name("王谷雨 Grace") == "王*雨 G***");
    CHECK(mask_name("阿依古丽·买买提") == "阿***·**提");
    CHECK(mask_name("李\U00020BB7彧") == "李*彧"); // beyond the basic plane, still one character
    CHECK(mask_name("\U00020BB7彧") == "\U00020BB7*");
    CHECK(mask_name("E\u0301ric Zola") == "E\u0301*** Z***");
    CHECK(mask_name("") == "");
    CHECK(mask_name("…") == "***");

    CHECK(phone_tail("1000000 5678") == "5678");
    CHECK(phone_tail("78") == "78");
    CHECK(mask_phone("+86 1000-000-5678") == "****5678");
    CHECK(mask_phone("5678") == "****");
    CHECK(mask_phone("") == "");
    CHECK(mask_organisation("松果示例软件") == "松果***");
    CHECK(mask_organisation("松果") == "松***");
    CHECK(mask_organisation("Pine Cone Ltd") == "P***");
    CHECK(mask_organisation("") == "");
}

TEST_CASE("names: text that is not UTF-8 harms nothing", "[core][names]") {
    for (const std::string& text : {std::string("\xff\xfe\x80"), std::string("王\xe8\xb0"), std::string("\xed\xa0\x80"),
                                    std::string("\xf5\x80\x80\x80"), std::string("a\0b", 3), std::string(3, '\0')}) {
        Person person = named(text);
        person.organisation = text;
        person.phone = text;
        for (const auto& term : search_terms(person))
            CHECK(fold(term) == term);
        (void)pinyin(text);
        (void)mask_name(text);
        (void)mask_organisation(text);
        (void)mask_phone(text);
        (void)search_query(text);
    }
    CHECK(mask_name("王\xe8\xb0").starts_with("王"));
}

TEST_CASE("names: every thread reads alike", "[core][names]") {
    std::vector<std::thread> threads;
    std::vector<std::string> read(4);
    for (std::size_t i = 0; i < read.size(); ++i)
        threads.emplace_back([&, i] {
            for (int times = 0; times < 50; ++times)
                read[i] = pinyin("欧阳霜降").full + pinyin("Müller").full + mask_name("单芒种");
        });
    for (auto& thread : threads)
        thread.join();
    for (const auto& each : read)
        CHECK(each == "ouyangshuangjiangmuller单*种");
}
