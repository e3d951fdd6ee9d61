// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"

#include "operations.hpp"
#include "protocol/json_text.hpp"
#include "protocol/operation_json.hpp"

#include <rapidcheck.h>

using namespace kiosk;
using namespace kiosk::test;
namespace protocol = kiosk::sync::protocol;

namespace {

std::string text_of(const core::Operation& operation) {
    std::string text;
    protocol::append_operation(text, operation);
    return text;
}

std::string replaced(std::string text, std::string_view what, std::string_view by) {
    const auto at = text.find(what);
    REQUIRE(at != std::string::npos);
    return text.replace(at, what.size(), by);
}

// The one element of a list, as the hub reads it.
protocol::ReadOperation read_one(const std::string& element) {
    auto read = protocol::read_operations("[" + element + "]", wire_hasher(), 10);
    REQUIRE(read);
    REQUIRE(read->size() == 1);
    return std::move(read->front());
}

core::Operation plain() {
    WireRandom random(3);
    return core::seal({"note", "subject-1", R"({"what":"test"})", R"({"name":"王谷雨"})"},
                      {{"k1", "abc", 7}, {1'000'000}, {1'795'000'000'000}, 5000, 12, {}}, wire_hasher(), random);
}

} // namespace

TEST_CASE("operation json: any operation comes back as it was", "[sync][protocol]") {
    const bool holds = rc::check([] {
        const auto operation = any_operation(*rc::gen::arbitrary<std::uint64_t>());
        const auto read = protocol::read_operation(text_of(operation), wire_hasher());
        RC_ASSERT(read.has_value());
        RC_ASSERT(same(*read, operation));
    });
    CHECK(holds);
}

TEST_CASE("operation json: line and personal part kept apart make the whole again", "[sync][protocol][privacy]") {
    const bool holds = rc::check([] {
        const auto operation = any_operation(*rc::gen::arbitrary<std::uint64_t>());
        std::string line, joined;
        protocol::append_line(line, operation);
        protocol::append_joined(joined, line, protocol::personal_fragment(operation));
        RC_ASSERT(joined == text_of(operation));
        const auto erased = protocol::read_operation(line, wire_hasher());
        RC_ASSERT(erased.has_value()); // the chain holds without the personal part
        RC_ASSERT(erased->personal.empty());
        RC_ASSERT(erased->hash == operation.hash && erased->personal_digest == operation.personal_digest);
    });
    CHECK(holds);
    std::string line;
    protocol::append_line(line, plain());
    CHECK(line.find("王谷雨") == std::string::npos);
    CHECK(line.find("salt") == std::string::npos);
}

TEST_CASE("operation json: no prefix of an operation passes for one", "[sync][protocol]") {
    const auto text = text_of(plain());
    for (std::size_t length = 0; length < text.size(); ++length)
        CHECK(!protocol::read_operation(text.substr(0, length), wire_hasher()));
}

TEST_CASE("operation json: any changed byte is noticed or changes nothing", "[sync][protocol]") {
    const auto operation = plain();
    const auto text = text_of(operation);
    for (std::size_t i = 0; i < text.size(); ++i)
        for (const int bit : {1, 8, 64}) {
            auto spoilt = text;
            spoilt[i] = static_cast<char>(spoilt[i] ^ bit);
            const auto read = protocol::read_operation(spoilt, wire_hasher());
            if (!read)
                continue;
            // What may be lost is the personal part alone: a field of another name, or what no longer fits its digest.
            CHECK(read->hash == operation.hash);
            CHECK(core::canonical_bytes(*read) == core::canonical_bytes(operation));
            CHECK((read->personal == operation.personal || read->personal.empty()));
        }
}

TEST_CASE("operation json: what is malformed keeps its raw text and spoils nothing", "[sync][protocol]") {
    const auto good = text_of(plain());
    const std::vector<std::string> bad{
        "null", "7", "\"text\"", "[]", "{}", "[" + good + "]",
        replaced(good, R"("id":"k1/abc/7")", R"("id":"k1/abc")"),
        replaced(good, R"("id":"k1/abc/7")", R"("id":"k1/abc/-7")"),
        replaced(good, R"("id":"k1/abc/7")", R"("id":"k1/abc/99999999999999999999999")"),
        replaced(good, R"("id":"k1/abc/7")", R"("id":")" + std::string(300, 'k') + "/abc/7\""),
        replaced(good, R"("kind":"note")", R"("kind":"")"),
        replaced(good, R"("kind":"note")", R"("kind":")" + std::string(65, 'n') + "\""),
        replaced(good, R"("kind":"note")", R"("kind":7)"),
        replaced(good, R"("version":1)", R"("version":-1)"),
        replaced(good, R"("version":1)", R"("version":4294967296)"),
        replaced(good, R"("version":1)", R"("version":1.5)"),
        replaced(good, R"("hlc":1000000)", R"("hlc":18446744073709551615)"),
        replaced(good, R"("hlc":1000000)", R"("hlc":"1000000")"),
        replaced(good, R"("offset_ms":12)", R"("offset_ms":null)"),
        replaced(good, R"("subject":"subject-1",)", ""),
        replaced(good, R"("previous":"A)", R"("previous":"!)"),
        replaced(good, R"("previous":"A)", R"("previous":")"),
        replaced(good, R"("hash":")", R"("hash":"AAAA)"),
        replaced(good, R"("salt":")", R"("salt":"A)"),
    };
    std::string array = "[" + good;
    for (const auto& item : bad)
        array += "," + item;
    array += "," + good + "]";
    const auto read = protocol::read_operations(array, wire_hasher(), 500);
    REQUIRE(read);
    REQUIRE(read->size() == bad.size() + 2);
    CHECK(read->front().problem.empty());
    CHECK(same(read->front().operation, plain()));
    CHECK(same(read->back().operation, plain()));
    for (std::size_t i = 0; i < bad.size(); ++i) {
        INFO(bad[i]);
        CHECK((*read)[i + 1].problem == "malformed");
        CHECK(!(*read)[i + 1].raw.empty());
    }
}

TEST_CASE("operation json: a wrong hash is told, with the identity it claims", "[sync][protocol]") {
    const auto read = read_one(replaced(text_of(plain()), R"(\"what\":\"test\")", R"(\"what\":\"TEST\")"));
    CHECK(read.problem == "hash");
    CHECK(core::to_string(read.operation.id) == "k1/abc/7");
    CHECK(read.raw.find("TEST") != std::string::npos);
}

TEST_CASE("operation json: a personal part that does not fit is dropped, the operation stays", "[sync][protocol][privacy]") {
    const auto other = read_one(replaced(text_of(plain()), "王谷雨", "李雷"));
    CHECK(other.problem.empty());
    CHECK(other.operation.personal.empty());
    CHECK(other.operation.personal_salt.empty());
    const auto without_salt = read_one(replaced(text_of(plain()), R"("salt":)", R"("pepper":)"));
    CHECK(without_salt.problem.empty());
    CHECK(without_salt.operation.personal.empty());
    // Nor may one be hung onto an operation that never had any.
    auto bare = plain();
    bare.personal_digest = {};
    bare.hash = core::chain_hash(wire_hasher(), bare);
    const auto hung = read_one(text_of(bare));
    CHECK(hung.problem.empty());
    CHECK(hung.operation.personal.empty());
}

TEST_CASE("operation json: unknown kinds, versions and fields are carried", "[sync][protocol]") {
    auto newer = plain();
    newer.kind = "future.thing";
    newer.version = 4'000'000'000;
    newer.hash = core::chain_hash(wire_hasher(), newer);
    auto text = text_of(newer);
    text.insert(1, R"("later":{"deep":[1,2,3]},)");
    const auto read = read_one(text);
    CHECK(read.problem.empty());
    CHECK(same(read.operation, newer));
}

TEST_CASE("operation json: what is too large is kept as far as it goes, as whole characters", "[sync][protocol]") {
    auto large = plain();
    while (large.body.size() <= protocol::max_operation_bytes)
        large.body += "王谷雨王谷雨王谷雨王谷雨王谷雨王谷雨王谷雨王谷雨王谷雨王谷雨王谷雨王谷雨王谷雨王谷雨王谷雨王谷雨王谷雨x";
    large.hash = core::chain_hash(wire_hasher(), large);
    const auto read = read_one(text_of(large));
    CHECK(read.problem == "too_large");
    CHECK(read.raw.size() <= protocol::max_operation_bytes);
    CHECK(read.raw.size() > protocol::max_operation_bytes - 4);
    // Cut between two characters: the text goes into databases that refuse half ones.
    auto last = read.raw.size();
    while (last > 0 && (static_cast<unsigned char>(read.raw[last - 1]) & 0xC0) == 0x80)
        --last;
    REQUIRE(last > 0);
    const auto lead = static_cast<unsigned char>(read.raw[last - 1]);
    const std::size_t wanted = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    CHECK(read.raw.size() - last + 1 == wanted);

    auto half = plain();
    half.body = std::string(protocol::max_operation_bytes / 2 + 1, 'x');
    half.hash = core::chain_hash(wire_hasher(), half);
    CHECK(read_one(text_of(half)).problem == "too_large");
    half.body.resize(protocol::max_operation_bytes / 2 - half.subject.size() - half.personal.size());
    half.hash = core::chain_hash(wire_hasher(), half);
    CHECK(read_one(text_of(half)).problem.empty());
}

TEST_CASE("operation json: lists are bounded and must be lists", "[sync][protocol]") {
    const auto good = text_of(plain());
    std::string three = "[" + good + "," + good + "," + good + "]";
    CHECK(protocol::read_operations(three, wire_hasher(), 3)->size() == 3);
    const auto more = protocol::read_operations(three, wire_hasher(), 2);
    REQUIRE(!more);
    CHECK(more.error().code == core::ErrorCode::TooLarge);
    CHECK(protocol::read_operations("[]", wire_hasher(), 0)->empty());
    for (const auto* text : {"", "{}", "null", "[", "]", "[}", "[1,]", "[\"\xff\"]", "[1] x"}) {
        INFO(text);
        const auto read = protocol::read_operations(text, wire_hasher(), 5);
        REQUIRE(!read);
        CHECK(read.error().code == core::ErrorCode::Invalid);
    }
    const auto huge = protocol::read_operations("[" + std::string(protocol::max_answer_bytes, ' ') + "]", wire_hasher(), 5);
    REQUIRE(!huge);
    CHECK(huge.error().code == core::ErrorCode::TooLarge);
}

TEST_CASE("operation json: brackets by the hundred thousand are an answer, not a crash", "[sync][protocol]") {
    for (const int depth : {900, 1100, 400'000}) {
        const auto nested = std::string(static_cast<std::size_t>(depth), '[') + std::string(static_cast<std::size_t>(depth), ']');
        const auto read = protocol::read_operations(nested, wire_hasher(), 5);
        if (read) { // within the reader's own depth: one element that is no object
            REQUIRE(read->size() == 1);
            CHECK(read->front().problem == "malformed");
        }
        const auto inside = protocol::read_operations("[{\"id\":" + nested + "}]", wire_hasher(), 5);
        if (inside)
            CHECK(inside->front().problem == "malformed");
        if (depth > 1100) {
            CHECK(!read);
            CHECK(!inside);
        }
    }
}

TEST_CASE("json text: base64 takes exactly what it should", "[sync][protocol]") {
    const bool holds = rc::check([](const std::string& bytes) {
        std::string text;
        protocol::append_base64(text, bytes);
        std::string back(bytes.size(), '\0');
        RC_ASSERT(protocol::read_base64(text, back.data(), back.size()));
        RC_ASSERT(back == bytes);
        std::string wrong(bytes.size() + 1, '\0');
        RC_ASSERT(!protocol::read_base64(text, wrong.data(), wrong.size()));
        if (!text.empty()) {
            text.back() = '!';
            RC_ASSERT(!protocol::read_base64(text, back.data(), back.size()));
        }
    });
    CHECK(holds);
    char two[2]{};
    CHECK(protocol::read_base64("AAA=", two, 2));
    CHECK(!protocol::read_base64("AAB=", two, 2)); // bits that belong to no byte
}
