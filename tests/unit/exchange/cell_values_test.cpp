// SPDX-License-Identifier: Apache-2.0
#include "exchange_fixture.hpp"

#include "exchange/cell_values.hpp"

using namespace kiosk;
using exchange::DayEdge;
using exchange::PhoneNumber;

TEST_CASE("exchange: phones as real people write them", "[exchange][values]") {
    const std::vector<std::pair<std::string, std::string>> cases{
        {"13800138000", "13800138000"},      {"138 0013 8000", "13800138000"},       {"138-0013-8000", "13800138000"},
        {"+86 13800138000", "13800138000"},  {"+86-138-0013-8000", "13800138000"},   {"0086 13800138000", "13800138000"},
        {"8613800138000", "13800138000"},    {"(+86)13800138000", "13800138000"},    {"１３８００１３８０００", "13800138000"},
        {"10000005678", "10000005678"},      {"021-5555 6666", "02155556666"},       {"+86 21 5555 6666", "02155556666"},
        {"(021)55556666 转 12", "02155556666"}, {"+49 170 1234567", "+491701234567"}, {"0049 170 1234567", "+491701234567"},
        {"+1 (415) 555-0132", "+14155550132"}, {"'+491701234567", "+491701234567"},  {"13800138000/13900139000", "13800138000"},
        {"13800138000.0", "13800138000"},    {"手机：13800138000", "13800138000"},    {"tel: 13800138000", "13800138000"},
        {"138\u20130013\u20138000", "13800138000"}, {"  13800138000\t", "13800138000"}, {"", ""}, {"无", ""}, {"-", ""}, {"N/A", ""},
    };
    for (const auto& [typed, expected] : cases) {
        CAPTURE(typed);
        const auto phone = exchange::read_phone(typed);
        CHECK(phone.text == expected);
        CHECK(phone.problem == PhoneNumber::Problem::None);
    }
    for (const std::string typed : {"1.38E+10", "1.38e10", "1.38001E+10"})
        CHECK(exchange::read_phone(typed).problem == PhoneNumber::Problem::Mangled);
    for (const std::string typed : {"王谷雨", "12", "guyu@example.com", "123456789012345678901", "ask my boss", "138王0013"})
        CHECK(exchange::read_phone(typed).problem == PhoneNumber::Problem::Odd);
}

TEST_CASE("exchange: moments and validity", "[exchange][values]") {
    const auto zone = *core::TimeZone::create("Asia/Shanghai");
    const auto at = [](const char* text) { return *core::parse_rfc3339(text); };
    for (const std::string day : {"2026-11-20", "2026/11/20", "2026.11.20", "2026年11月20日", "２０２６-11-20", "46346", "2026-11-20 "}) {
        CAPTURE(day);
        CHECK(exchange::read_moment(zone, day, DayEdge::Start) == at("2026-11-20T00:00:00+08:00"));
        CHECK(exchange::read_moment(zone, day, DayEdge::End) == at("2026-11-20T23:59:59.999+08:00"));
    }
    for (const std::string moment : {"2026-11-20 13:05", "2026/11/20 13:05:00", "2026年11月20日13时05分", "2026-11-20T13:05:00+08:00", "2026-11-20T05:05:00Z"}) {
        CAPTURE(moment);
        CHECK(exchange::read_moment(zone, moment, DayEdge::End) == at("2026-11-20T13:05:00+08:00"));
    }
    for (const std::string wrong : {"", "tomorrow", "2026-13-01", "2026-11-31", "12", "2026-11", "2026-11-20 13:05:00:00", "99999999999999999999"}) {
        CAPTURE(wrong);
        CHECK_FALSE(exchange::read_moment(zone, wrong, DayEdge::Start).has_value());
    }
    const auto range = exchange::read_validity(zone, "2026-11-20 至 2026-11-21");
    REQUIRE(range.has_value());
    CHECK(range->from == at("2026-11-20T00:00:00+08:00"));
    CHECK(range->until == at("2026-11-21T23:59:59.999+08:00"));
    const auto last = exchange::read_validity(zone, "2026/11/21");
    REQUIRE(last.has_value());
    CHECK_FALSE(last->from.has_value());
    CHECK_FALSE(exchange::read_validity(zone, "2026-11-20~soon").has_value());
}

TEST_CASE("exchange: states, roles, choices", "[exchange][values]") {
    using core::RegistrationStatus;
    CHECK(exchange::read_status("已支付") == RegistrationStatus::Confirmed);
    CHECK(exchange::read_status(" Paid ") == RegistrationStatus::Confirmed);
    CHECK(exchange::read_status("待 审核") == RegistrationStatus::Pending);
    CHECK(exchange::read_status("退票") == RegistrationStatus::Cancelled);
    CHECK(exchange::read_status("Wait list") == RegistrationStatus::Waitlist);
    CHECK_FALSE(exchange::read_status("maybe").has_value());
    CHECK(exchange::read_event_role("演讲嘉宾") == "speaker");
    CHECK_FALSE(exchange::read_event_role("国王").has_value());

    const auto config = test::salon();
    CHECK(exchange::read_ticket_type(config, "标准票") == "std");
    CHECK(exchange::read_ticket_type(config, "STANDARD") == "std");
    CHECK(exchange::read_ticket_type(config, "vip") == "vip");
    CHECK_FALSE(exchange::read_ticket_type(config, "站票").has_value());

    CHECK(std::get<std::string>(exchange::read_answer(*config.question("pg_status"), " 已在生产使用")) == "production");
    CHECK(std::get<std::string>(exchange::read_answer(*config.question("pg_status"), "别的")) == "别的");
    CHECK(std::get<std::vector<std::string>>(exchange::read_answer(*config.question("tracks"), "MySQL 迁移、oracle")) ==
          std::vector<std::string>{"mysql", "oracle"});

    CHECK(exchange::is_individual("个人"));
    CHECK(exchange::is_individual("Freelancer"));
    CHECK(exchange::is_individual(""));
    CHECK_FALSE(exchange::is_individual("松果示例软件"));
    CHECK(exchange::tidy("　王\u00A0\n谷雨\u200B ") == "王 谷雨");
}
