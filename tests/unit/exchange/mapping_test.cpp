// SPDX-License-Identifier: Apache-2.0
#include "exchange_fixture.hpp"

#include "exchange/mapping.hpp"

using namespace kiosk;
using exchange::Field;

namespace {

exchange::Mapping guess(std::string text) {
    const auto reader = test::csv(std::move(text));
    auto mapping = exchange::guess_mapping(*reader, test::salon());
    REQUIRE(mapping.has_value());
    return std::move(*mapping);
}

std::vector<Field> fields(const exchange::Mapping& mapping) {
    std::vector<Field> all;
    for (const auto& column : mapping.columns)
        all.push_back(column.field);
    return all;
}

} // namespace

TEST_CASE("exchange: Chinese headings", "[exchange][mapping]") {
    const auto mapping = guess("序号,姓名,手机号,邮箱,单位,职务,票种,票号,状态,备注,嘉宾角色,有效期,PostgreSQL 用到哪一步了\n"
                               "1,王谷雨,10000005678,a@example.com,松果,架构师,标准票,G3,已确认,,,,\n");
    CHECK(fields(mapping) == std::vector{Field::Ignored, Field::Name, Field::Phone, Field::Email, Field::Organisation,
                                         Field::Title, Field::TicketType, Field::Ticket, Field::Status, Field::Note,
                                         Field::EventRole, Field::Validity, Field::Answer});
    CHECK(mapping.columns[12].question == "pg_status");
    CHECK(mapping.columns[2].confidence > 0.9);
    CHECK(exchange::check_mapping(mapping).has_value());
}

TEST_CASE("exchange: English headings, and headings as form tools write them", "[exchange][mapping]") {
    CHECK(fields(guess("Full Name,Mobile Number,E-mail,Company,Job Title,Ticket Type,Code,Status\nA,1,b,c,d,e,f,g\n")) ==
          std::vector{Field::Name, Field::Phone, Field::Email, Field::Organisation, Field::Title, Field::TicketType,
                      Field::Ticket, Field::Status});
    CHECK(fields(guess("1、您的姓名（必填）,2、您的手机号*,3. 所在单位,提交时间\n王谷雨,1,2,3\n")) ==
          std::vector{Field::Name, Field::Phone, Field::Organisation, Field::Ignored});
    CHECK(fields(guess("First name,Last name,Organization\nGrace,Hopper,Navy\n")) ==
          std::vector{Field::GivenName, Field::FamilyName, Field::Organisation});
    CHECK(fields(guess("Name,First name,Phone\nGrace Hopper,Grace,1\n")) ==
          std::vector{Field::Name, Field::Ignored, Field::Phone});
}

TEST_CASE("exchange: the surer of two columns wins", "[exchange][mapping]") {
    const auto mapping = guess("紧急联系人电话,手机,参会人姓名,姓名\n1,2,3,4\n");
    CHECK(fields(mapping) == std::vector{Field::Ignored, Field::Phone, Field::Ignored, Field::Name});
}

TEST_CASE("exchange: a title above the headings, and columns told by what stands in them", "[exchange][mapping]") {
    const auto mapping = guess("2026 天天象上报名表,,\n导出时间：2026-11-01,,\n姓名,通讯,其他\n王谷雨,guyu@example.com,13800138000\n李白露,bailu@example.com,13900139000\n");
    CHECK(mapping.heading_row == 3);
    CHECK(fields(mapping) == std::vector{Field::Name, Field::Email, Field::Phone});
    CHECK(mapping.columns[1].confidence <= 0.5);
    CHECK(mapping.columns[0].samples == std::vector<std::string>{"王*雨", "李*露"});
    CHECK(mapping.columns[2].samples.front() == "****8000");
}

TEST_CASE("exchange: a mapping can be corrected by heading and by number", "[exchange][mapping]") {
    auto mapping = guess("谁,电话,号\n王谷雨,10000005678,G3\n");
    const auto config = test::salon();
    CHECK_FALSE(exchange::check_mapping(mapping).has_value());
    CHECK(exchange::check_mapping(mapping).error().message_key == "error.exchange.no_name_column");
    CHECK(exchange::check_mapping(mapping).error().context.find("谁") == std::string::npos);
    REQUIRE(exchange::override_mapping(mapping, config, "name=谁").has_value());
    REQUIRE(exchange::override_mapping(mapping, config, "ticket=3").has_value());
    REQUIRE(exchange::override_mapping(mapping, config, "phone=").has_value());
    CHECK(fields(mapping) == std::vector{Field::Name, Field::Ignored, Field::Ticket});
    REQUIRE(exchange::override_mapping(mapping, config, "pg_status=电话").has_value());
    CHECK(mapping.columns[1].question == "pg_status");
    REQUIRE(exchange::override_mapping(mapping, config, "手机=电话").has_value());
    CHECK(mapping.columns[1].field == Field::Phone);
    CHECK(exchange::override_mapping(mapping, config, "phone").error().message_key == "error.exchange.map_syntax");
    CHECK(exchange::override_mapping(mapping, config, "shoe_size=电话").error().message_key == "error.exchange.map_field");
    CHECK(exchange::override_mapping(mapping, config, "phone=传真").error().message_key == "error.exchange.map_heading");
    CHECK(exchange::override_mapping(mapping, config, "phone=9").error().message_key == "error.exchange.map_heading");
}

TEST_CASE("exchange: an empty table and one with headings alone", "[exchange][mapping]") {
    const auto key = [](std::string text) {
        const auto reader = test::csv(std::move(text));
        const auto mapping = exchange::guess_mapping(*reader, test::salon());
        return mapping ? std::string() : mapping.error().message_key;
    };
    CHECK(key("") == "error.exchange.empty");
    CHECK(key("\r\n  ,\r\n") == "error.exchange.empty");
    CHECK(key("姓名,手机\r\n") == "error.exchange.headings_only");
}

TEST_CASE("exchange: reports show no more of a value than is needed", "[exchange][mapping]") {
    CHECK(exchange::masked_value(Field::Name, "王谷雨") == "王*雨");
    CHECK(exchange::masked_value(Field::Phone, "10000005678") == "****5678");
    CHECK(exchange::masked_value(Field::Email, "guyu@example.com") == "g**@example.com");
    CHECK(exchange::masked_value(Field::Ticket, "G3BBWJ17C0") == "G3***C0");
    CHECK(exchange::masked_value(Field::Ignored, "身份证") == "身**");
    CHECK(exchange::masked_value(Field::Status, "乱写的") == "乱写的"); // no personal data, and needed to correct it
}
