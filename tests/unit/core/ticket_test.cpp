// SPDX-License-Identifier: Apache-2.0
#include "core/admission.hpp"
#include "core/ticket.hpp"
#include "crypto/crypto.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <random>
#include <string>

using namespace kiosk;
using namespace kiosk::core;
using namespace std::string_literals;

namespace {

std::string demo_seed() {
    std::string seed;
    for (int i = 0; i < 32; ++i)
        seed += static_cast<char>(i);
    return seed;
}

SignedTicket demo_ticket() {
    return {.key_id = 1, .event = "DEMO", .ticket = "A1B2C3", .ticket_type = {}, .valid_from = {}, .valid_until = {}};
}

std::string encoded(const SignedTicket& ticket) {
    REQUIRE(crypto::initialise());
    auto text = encode_ticket(ticket, demo_seed(), crypto::Sodium());
    REQUIRE(text);
    return *text;
}

bool is_genuine(const ParsedTicket& parsed) {
    return crypto::Sodium().verify_ed25519(crypto::public_key_of(demo_seed()).value(), parsed.signed_bytes,
                                           parsed.signature);
}

// A ticket text around any bytes, signed or not.
std::string framed(const std::string& bytes) {
    return "XD1:" + base45_encode(bytes) + "/";
}

} // namespace

TEST_CASE("ticket: Base45 as in RFC 9285", "[core][ticket]") {
    CHECK(base45_encode("AB") == "BB8");
    CHECK(base45_encode("Hello!!") == "%69 VD92EX0");
    CHECK(base45_encode("base-45") == "UJCLQE7W581");
    CHECK(base45_encode("") == "");
    CHECK(base45_decode("QED8WEX0").value() == "ietf!");
    CHECK(base45_decode("").value() == "");
    for (const char* wrong : {"GGW", ":::", "A", "ABCD", "::", "bb8", "BB\xff", "A,B"}) {
        INFO(wrong);
        CHECK_FALSE(base45_decode(wrong));
    }
    std::mt19937 random(7);
    for (std::size_t size = 0; size < 200; ++size) {
        std::string bytes(size, '\0');
        std::ranges::generate(bytes, [&] { return static_cast<char>(random()); });
        CHECK(base45_decode(base45_encode(bytes)).value() == bytes);
    }
}

TEST_CASE("ticket: what is issued today is read for ever", "[core][ticket]") {
    // Never change these texts: tickets like them are on people's phones.
    auto ticket = demo_ticket();
    CHECK(encoded(ticket) == "XD1:V50V50CO0BY8P:9*A8QG8DM8%OAT6G$XRKAVFA4XVUZDJ8%G* "
                             "II%3ZP5TNPO43*44:5T9062RM/PLKX1.Y7WJVNWV -9STMSZ9KESHOF0*UPZ40LE F7S2G/");
    ticket.ticket_type = "vip";
    ticket.valid_from = Instant{1'795'150'800'000};
    ticket.valid_until = Instant{1'795'168'800'000};
    CHECK(encoded(ticket) == "XD1:V50%50CO0BY8P:9*A8QG8DM8VJ0$EDG20GFWDDQWNDSD3V0RWU6*-7$F2FPC5TP4IEN+EGZ3E "
                             "N:/1QVC1:2OUOMGMK2N7S2FK5770+V4K.I97Q*LMZZ0R7ED10Y9F8WOS67-8F/63E97/");
    const auto parsed = parse_ticket("XD1:V50%50CO0BY8P:9*A8QG8DM8VJ0$EDG20GFWDDQWNDSD3V0RWU6*-7$F2FPC5TP4IEN+EGZ3E "
                                     "N:/1QVC1:2OUOMGMK2N7S2FK5770+V4K.I97Q*LMZZ0R7ED10Y9F8WOS67-8F/63E97/");
    REQUIRE(parsed);
    CHECK(parsed->ticket.key_id == 1);
    CHECK(parsed->ticket.event == "DEMO");
    CHECK(parsed->ticket.ticket == "A1B2C3");
    CHECK(parsed->ticket.ticket_type == "vip");
    CHECK(parsed->ticket.valid_from == ticket.valid_from);
    CHECK(parsed->ticket.valid_until == ticket.valid_until);
    CHECK(is_genuine(*parsed));
}

TEST_CASE("ticket: every ticket reads back as it was written", "[core][ticket]") {
    std::mt19937 random(11);
    const auto below = [&](std::uint32_t bound) { return random() % bound; };
    const auto text = [&](std::size_t shortest) {
        constexpr std::string_view letters = "ABCXYZ0189-_.:/ abc";
        std::string result(shortest + below(64 - static_cast<std::uint32_t>(shortest) + 1), 'A');
        for (std::size_t i = 1; i + 1 < result.size(); ++i)
            result[i] = letters[below(static_cast<std::uint32_t>(letters.size()))];
        return result;
    };
    for (int i = 0; i < 300; ++i) {
        SignedTicket ticket;
        ticket.key_id = static_cast<int>(below(65'536));
        ticket.event = text(1);
        ticket.ticket = text(1);
        if (below(2) != 0)
            ticket.ticket_type = text(1);
        if (below(2) != 0)
            ticket.valid_from = Instant{static_cast<std::int64_t>(below(4'000'000'000U)) * 1000};
        if (below(2) != 0)
            ticket.valid_until = Instant{static_cast<std::int64_t>(below(4'000'000'000U)) * 2000};
        const auto code = encoded(ticket);
        INFO(code);
        CHECK(code.find_first_not_of("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:") == std::string::npos);
        CHECK(normalise_code(code) == code);
        const auto parsed = parse_ticket(code);
        REQUIRE(parsed);
        CHECK(parsed->ticket.key_id == ticket.key_id);
        CHECK(parsed->ticket.event == ticket.event);
        CHECK(parsed->ticket.ticket == ticket.ticket);
        CHECK(parsed->ticket.ticket_type == ticket.ticket_type);
        CHECK(parsed->ticket.valid_from == ticket.valid_from);
        CHECK(parsed->ticket.valid_until == ticket.valid_until);
        CHECK(is_genuine(*parsed));
    }
}

TEST_CASE("ticket: times keep their second", "[core][ticket]") {
    auto ticket = demo_ticket();
    ticket.valid_until = Instant{1'795'168'800'999};
    CHECK(parse_ticket(encoded(ticket)).value().ticket.valid_until == Instant{1'795'168'800'000});
    ticket.valid_until = Instant{253'402'300'799'000}; // the last second of 9999
    CHECK(parse_ticket(encoded(ticket)).value().ticket.valid_until == ticket.valid_until);
}

TEST_CASE("ticket: a small ticket makes a small code", "[core][ticket]") {
    // 154 characters are what a QR code of version 6 holds in alphanumeric mode at level M.
    CHECK(encoded(demo_ticket()).size() <= 154);
}

TEST_CASE("ticket: what can't be a ticket is not signed", "[core][ticket]") {
    REQUIRE(crypto::initialise());
    const auto refused = [](auto change) {
        auto ticket = demo_ticket();
        change(ticket);
        const auto text = encode_ticket(ticket, demo_seed(), crypto::Sodium());
        return !text && text.error().code == ErrorCode::Invalid;
    };
    CHECK(refused([](SignedTicket& t) { t.key_id = -1; }));
    CHECK(refused([](SignedTicket& t) { t.key_id = 65'536; }));
    CHECK(refused([](SignedTicket& t) { t.event = ""; }));
    CHECK(refused([](SignedTicket& t) { t.ticket = ""; }));
    CHECK(refused([](SignedTicket& t) { t.ticket = std::string(65, 'A'); }));
    CHECK(refused([](SignedTicket& t) { t.ticket = " A"; }));
    CHECK(refused([](SignedTicket& t) { t.ticket = "A\nB"; }));
    CHECK(refused([](SignedTicket& t) { t.ticket = "Ａ１"; })); // a scan would look for A1
    CHECK(refused([](SignedTicket& t) { t.event = "\xff"; }));
    CHECK(refused([](SignedTicket& t) { t.ticket_type = std::string(65, 'A'); }));
    CHECK(refused([](SignedTicket& t) { t.valid_from = Instant{-1}; }));
    CHECK(refused([](SignedTicket& t) { t.valid_until = Instant{INT64_MAX}; }));
    CHECK_FALSE(encode_ticket(demo_ticket(), "short", crypto::Sodium()));
}

TEST_CASE("ticket: nothing that was changed passes", "[core][ticket]") {
    auto ticket = demo_ticket();
    ticket.ticket_type = "vip";
    ticket.valid_from = Instant{1'795'150'800'000};
    const auto code = encoded(ticket);
    const auto bytes = base45_decode(code.substr(4, code.size() - 5)).value();
    for (std::size_t at = 0; at < bytes.size(); ++at) {
        for (const int bit : {0, 3, 7}) {
            auto changed = bytes;
            changed[at] = static_cast<char>(changed[at] ^ (1 << bit));
            const auto parsed = parse_ticket(framed(changed));
            CHECK((!parsed || !is_genuine(*parsed)));
        }
    }
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        const auto parsed = parse_ticket(framed(bytes.substr(0, size)));
        CHECK((!parsed || !is_genuine(*parsed)));
    }
    const auto longer = parse_ticket(framed(bytes + "x"));
    CHECK((!longer || !is_genuine(*longer)));
}

TEST_CASE("ticket: the parser takes one form only", "[core][ticket]") {
    const auto code = encoded(demo_ticket());
    CHECK(parse_ticket(code));
    CHECK_FALSE(parse_ticket(""));
    CHECK_FALSE(parse_ticket("XD1:"));
    CHECK_FALSE(parse_ticket("XD1:/"));
    CHECK_FALSE(parse_ticket(code.substr(0, code.size() - 1)));
    CHECK_FALSE(parse_ticket(code + "/"));
    CHECK_FALSE(parse_ticket(" " + code));
    CHECK_FALSE(parse_ticket("xd1:" + code.substr(4)));
    CHECK_FALSE(parse_ticket("XD2:" + code.substr(4)));
    CHECK_FALSE(parse_ticket("XD1:" + std::string(5000, '0') + "/"));

    const std::string signature(64, 's');
    const auto parses = [&](std::string_view payload) {
        return parse_ticket(framed(std::string(payload) + signature)).has_value();
    };
    using namespace std::string_view_literals;
    CHECK(parses("\x01\0\x01\0\x01"
                 "E"
                 "\x01"
                 "T"sv));
    CHECK_FALSE(parses("\x01\0\x01\x08\x01"
                       "E"
                       "\x01"
                       "T"sv)); // an unknown flag
    CHECK_FALSE(parses("\x01\0\x01\x01\x01"
                       "E"
                       "\x01"
                       "T"sv)); // a ticket type is promised
    CHECK_FALSE(parses("\x01\0\x01\0\0"
                       "\x01"
                       "T"sv)); // no event
    CHECK_FALSE(parses("\x01\0\x01\0\x01"
                       "E"
                       "\0"sv)); // no ticket
    CHECK_FALSE(parses("\x01\0\x01\0\x01"
                       "E"
                       "\x05"
                       "T"sv)); // a length beyond the end
    CHECK_FALSE(parses("\x01\0\x01\0\x01"
                       "E"
                       "\x01"
                       "Tx"sv)); // trailing bytes
    CHECK_FALSE(parses("\x01\0\x01\0\x01"
                       "\xff"
                       "\x01"
                       "T"sv)); // not UTF-8
    CHECK_FALSE(parses("\x01\0\x01\0\x01"
                       "E"
                       "\x01"
                       "\n"sv)); // a control character
    const auto newer = parse_ticket(framed("\x02\0\x01"s + signature));
    REQUIRE_FALSE(newer);
    CHECK(newer.error().code == ErrorCode::NewerVersion);
}

TEST_CASE("ticket: codes as scanners deliver them", "[core][ticket]") {
    for (const auto& raw :
         {"A1B2C3"s, " A1B2C3 "s, "A1B2C3\r\n"s, "A1B2C3\0"s,
          "\xEF\xBB\xBF"
          "A1B2C3"s,
          "]Q1A1B2C3"s, "\\000026A1B2C3"s, "]Q1\\000026A1B2C3\r"s,
          "\x02"
          "A1B2C3\x03"s,
          "Ａ１Ｂ２Ｃ３"s, "\u3000A1B2C3\u00a0"s, "A1B2\u200bC3"s, "\tA1B2C3\x1d"s, "\u202AA1B2C3\u202C"s}) {
        INFO(raw);
        CHECK(normalise_code(raw) == "A1B2C3");
    }
    for (const auto& raw : {""s, " \r\n"s, "\0\0"s, "A1\nB2"s, "A1\0B2"s,
                            "A1\x1d"
                            "B2"s,
                            "\xff\xfe"s, "A\xe4\xb8"s, "A\uFFFDB"s, std::string(4097, 'A'), "\u200b"s}) {
        INFO(raw);
        CHECK(normalise_code(raw).empty());
    }
    CHECK(normalise_code(std::string(4096, 'A')).size() == 4096);
    CHECK(normalise_code("a1 b2") == "a1 b2"); // neither case nor inner spaces are touched
    CHECK(normalise_code("]Q1") == "]Q1");
    CHECK(normalise_code("王谷雨") == "王谷雨");
    CHECK(normalise_code(normalise_code("＼000026]Q1 \\000003 X")) == normalise_code("＼000026]Q1 \\000003 X"));
}

TEST_CASE("ticket: a code within a URL", "[core][ticket]") {
    struct Case {
        const char* url;
        const char* code;
    };
    const Case cases[] = {
        {"https://example.com/t/A1B2C3", "A1B2C3"},
        {"http://example.com/t/A1B2C3/", "A1B2C3"},
        {"HTTPS://EXAMPLE.COM/T/A1B2C3", "A1B2C3"},
        {"https://example.com/check?ticket=A1B2C3", "A1B2C3"},
        {"https://example.com?c=A1B2C3", "A1B2C3"},
        {"https://example.com/x?c=C&t=T&code=CODE&ticket=TICKET", "TICKET"},
        {"https://example.com/x?c=C&t=T&code=CODE", "CODE"},
        {"https://example.com/x?c=C&t=T", "T"},
        {"https://example.com/x?TICKET=A1B2C3&lang=zh", "A1B2C3"},
        {"https://example.com/x?ticket=&code=A1B2C3", "A1B2C3"},
        {"https://example.com/x?ticket=A1%2DB2%20C3", "A1-B2 C3"},
        {"https://example.com/x?ticket=A1+B2", "A1 B2"},
        {"https://example.com/t/A1+B2", "A1+B2"},
        {"https://example.com/t/%E7%8E%8B", "王"},
        {"https://example.com/t/100%", "100%"},
        {"https://example.com/t/A1B2C3#top", "A1B2C3"},
        {"https://example.com/t/A1B2C3?lang=zh", "A1B2C3"},
        {"https://example.com/app#ticket=A1B2C3", "A1B2C3"},
        {"https://example.com/app#/t/A1B2C3", "A1B2C3"},
        {"https://example.com/app#!/show?code=A1B2C3", "A1B2C3"},
        {"https://example.com/#A1B2C3", "A1B2C3"},
        {"https://user@example.com:8443/t/A1B2C3", "A1B2C3"},
    };
    for (const auto& each : cases) {
        INFO(each.url);
        CHECK(code_in_url(each.url) == std::optional<std::string>(each.code));
    }
    for (const char* text : {"", "A1B2C3", "https://", "https:///A1B2C3", "https://example.com", "https://example.com/",
                             "ftp://example.com/A1B2C3", "https:example.com/A", "javascript://x/A", "mailto:a@b",
                             "https://example.com/%00", "https://example.com/%ff", "https://example.com/?ticket=%0a"}) {
        INFO(text);
        CHECK_FALSE(code_in_url(text));
    }
    CHECK_FALSE(code_in_url("https://example.com/" + std::string(5000, 'A')));
    const auto own = encoded(demo_ticket());
    std::string escaped;
    for (const char each : own)
        escaped += each == ' '   ? "%20"
                   : each == '%' ? "%25"
                   : each == '+' ? "%2B"
                   : each == '/' ? "%2F"
                                 : std::string(1, each);
    CHECK(code_in_url("https://example.com/t/" + escaped) == own);
    CHECK(code_in_url("https://example.com/?ticket=" + escaped) == own);
}

TEST_CASE("ticket: an own ticket survives a keyboard scanner", "[core][ticket]") {
    EventConfig config;
    config.event.code = "DEMO";
    config.keys.push_back({1, crypto::public_key_of(demo_seed()).value(), {}});
    const crypto::Sodium sodium;
    const auto code = encoded(demo_ticket());
    for (const auto& raw : {code, " " + code + "\r\n", "]Q1" + code, "\\000026" + code}) {
        const auto recognised = recognise_for_event(config, raw, sodium);
        CHECK(recognised.kind == CodeKind::Signed);
        CHECK(recognised.ticket == "A1B2C3");
    }
    auto other = demo_ticket();
    other.event = "OTHER";
    CHECK(recognise_for_event(config, encoded(other), sodium).kind == CodeKind::WrongEvent);
    auto tampered = code;
    tampered[30] = tampered[30] == 'A' ? 'B' : 'A';
    const auto kind = recognise_for_event(config, tampered, sodium).kind;
    CHECK((kind == CodeKind::BadSignature || kind == CodeKind::Unreadable || kind == CodeKind::WrongEvent));
    CHECK(recognise_for_event(config, "A1B2C3", sodium).kind == CodeKind::Plain);
    CHECK(recognise_for_event(config, "", sodium).kind == CodeKind::Unreadable);
}
