// SPDX-License-Identifier: Apache-2.0
#include "core/json_depth.hpp"
#include "core/records.hpp"
#include "support/catch.hpp"

#include <string>

using namespace kiosk::core;

TEST_CASE("json_depth: brackets are counted outside of texts", "[core][json]") {
    CHECK(json_nests_within("", 0));
    CHECK(json_nests_within("1", 0));
    CHECK(json_nests_within("[[],{}]", 2));
    CHECK_FALSE(json_nests_within("[[],{\"a\":[]}]", 2));
    CHECK(json_nests_within(R"(["[[[[","\"[[[[","\\"])", 1));
    CHECK(json_nests_within("]]]][", 1));
    CHECK(json_nests_within("\"unclosed [[[", 0));
    CHECK(json_nests_within("\"\\", 0));
    CHECK(json_nests_within(std::string(256, '[')));
    CHECK_FALSE(json_nests_within(std::string(257, '[')));
}

TEST_CASE("json_depth: documents that would overflow the stack are refused", "[core][json]") {
    constexpr std::size_t depth = 300'000;
    const auto brackets = std::string(depth, '[') + std::string(depth, ']');
    const ConfigDocument event{"event", "", R"({"code":"DEMO","type":"salon","starts":"2026-11-20T13:00:00+08:00",)"
                                            R"("timezone":"Asia/Shanghai","settings":)" +
                                                brackets + "}"};
    CHECK_FALSE(assemble_config(std::span(&event, 1)));
    CHECK_FALSE(parse_person("{\"name\":" + brackets + "}"));
    CHECK_FALSE(parse_answers("{\"q\":" + brackets + "}"));
    Operation operation;
    operation.kind = operation_kind::scan;
    operation.body = "{\"checkpoint\":" + brackets + "}";
    CHECK_FALSE(decode_scan(operation));
    CHECK(make_config({"checkpoint", "main", "{\"rules\":" + brackets + "}"}).body.size() < 1000);
}
