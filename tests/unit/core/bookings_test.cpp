// SPDX-License-Identifier: Apache-2.0
// Bookings as values: what is written is read back, what is out of bounds is refused, and what stands is a function of the
// set of acts, in whatever order they came.
#include "support/catch.hpp"
#include "support/operations.hpp"

#include "core/bookings.hpp"

#include <algorithm>
#include <functional>
#include <random>

using namespace kiosk::core;
using kiosk::test::unsealed;

namespace {

constexpr Instant one_pm{1'795'150'800'000}; // 2026-11-20T13:00:00+08:00
constexpr std::int64_t grace = 7 * minute_ms;

BookingRequest meeting(std::string uid = "b-1") {
    BookingRequest request;
    request.uid = std::move(uid);
    request.unit = "T1";
    request.slot = "s1";
    request.starts = one_pm;
    request.ends = one_pm + 20 * minute_ms;
    request.participants = {{"A", "r-a"}, {"B", "r-b"}};
    request.at = one_pm - hour_ms;
    return request;
}

StoredAct act(BookingAct kind, std::uint64_t hlc, std::string ticket = {}, std::uint64_t seq = 0) {
    StoredAct stored;
    stored.id = {"k1", "i1", seq == 0 ? hlc : seq};
    stored.hlc = {hlc};
    stored.record.booking = "b-1";
    stored.record.act = kind;
    stored.record.ticket = std::move(ticket);
    stored.record.at = Instant{static_cast<std::int64_t>(hlc)};
    return stored;
}

StoredAct confirm(std::uint64_t hlc, std::uint64_t generation) {
    auto stored = act(BookingAct::Confirm, hlc);
    stored.record.leases = {{"unit:T1@1795150800-1795152000", generation}, {"person:A", generation}};
    return stored;
}

Booking folded(const std::vector<StoredAct>& acts, const BookingRequest& request = meeting()) {
    return fold_booking(request, {"k1", "i1", 1}, acts);
}

Booking confirmed(std::string uid, std::uint64_t hlc, std::map<std::string, std::uint64_t> leases) {
    Booking booking;
    booking.request = meeting(std::move(uid));
    booking.stage = BookingStage::Confirmed;
    booking.confirmed_hlc = {hlc};
    booking.confirmed_by = {"k1", "i1", hlc};
    booking.leases = std::move(leases);
    return booking;
}

Booking seat(std::string uid, std::uint64_t hlc, std::vector<std::string> tickets) {
    auto booking = confirmed(std::move(uid), hlc, {{"seats:cd1", 1}});
    booking.request.unit.clear();
    booking.request.slot.clear();
    booking.request.session = "cd1";
    booking.request.participants.clear();
    for (auto& ticket : tickets)
        booking.request.participants.push_back({std::move(ticket), {}});
    return booking;
}

} // namespace

TEST_CASE("bookings: words are their own inverse", "[core][bookings]") {
    for (const auto* word : {"confirm", "accept", "decline", "cancel", "refuse", "arrive", "start", "finish", "no_show",
                             "outcome"}) {
        const auto parsed = parse_booking_act(word);
        REQUIRE(parsed);
        CHECK(to_string(*parsed) == word);
    }
    for (int value = 0; value <= static_cast<int>(BookingReason::Displaced); ++value) {
        const auto reason = static_cast<BookingReason>(value);
        CHECK(parse_booking_reason(to_string(reason)) == reason);
    }
    CHECK(to_string(BookingReason::None).empty());
    CHECK(to_string(BookingReason::Blocked) == "slot_blocked");
    CHECK(to_string(BookingReason::PersonBlocked) == "person_blocked");
    for (int value = 1; value <= static_cast<int>(BookingStatus::Refused); ++value) {
        const auto status = static_cast<BookingStatus>(value);
        CHECK(parse_booking_status(to_string(status)) == status);
    }
    CHECK_FALSE(parse_booking_act("erase"));
    CHECK_FALSE(parse_booking_reason("weather"));
}

TEST_CASE("bookings: a request is read back as it was made, its topic beside the journal", "[core][bookings]") {
    auto request = meeting();
    request.must_accept = {"B"};
    request.purpose = "business";
    request.by = "host-1";
    request.replaces = "b-0";
    request.confidential = "cd1";
    request.topic = "分布式迁移";
    const auto draft = make_booking_request(request);
    CHECK(draft.kind == operation_kind::booking_request);
    CHECK(draft.subject == "b-1");
    CHECK(draft.body.find("分布式") == std::string::npos);
    const auto decoded = decode_booking_request(unsealed(draft));
    REQUIRE(decoded);
    CHECK(decoded->uid == request.uid);
    CHECK(decoded->unit == "T1");
    CHECK(decoded->slot == "s1");
    CHECK(decoded->session.empty());
    CHECK(decoded->starts == request.starts);
    CHECK(decoded->ends == request.ends);
    CHECK(decoded->participants == request.participants);
    CHECK(decoded->must_accept == request.must_accept);
    CHECK(decoded->purpose == "business");
    CHECK(decoded->by == "host-1");
    CHECK(decoded->replaces == "b-0");
    CHECK(decoded->confidential == "cd1");
    CHECK(decoded->at == request.at);
    CHECK(decoded->topic == request.topic);
    CHECK(make_booking_request(meeting()).personal.empty());
}

TEST_CASE("bookings: an act is read back as it was made, and says where it is confidential", "[core][bookings]") {
    BookingActRecord record;
    record.booking = "b-1";
    record.act = BookingAct::Confirm;
    record.ticket = "A";
    record.by = "host-1";
    record.reason = BookingReason::Lapsed;
    record.at = one_pm;
    record.leases = {{"unit:T1@1795150800-1795152000", 3}, {"person:A", 18'446'744'073'709'551'615U}};
    record.outcome = "met";
    record.lead = "l-1";
    record.note = "谈得好";
    auto request = meeting();
    request.confidential = "cd1";
    const auto draft = make_booking_act(record, request);
    CHECK(draft.subject == "b-1");
    CHECK(draft.body.find(R"("confidential":"cd1")") != std::string::npos);
    CHECK(draft.body.find("谈") == std::string::npos);
    const auto decoded = decode_booking_act(unsealed(draft));
    REQUIRE(decoded);
    CHECK(decoded->act == BookingAct::Confirm);
    CHECK(decoded->ticket == "A");
    CHECK(decoded->by == "host-1");
    CHECK(decoded->reason == BookingReason::Lapsed);
    CHECK(decoded->at == one_pm);
    CHECK(decoded->leases == record.leases);
    CHECK(decoded->outcome == "met");
    CHECK(decoded->lead == "l-1");
    CHECK(decoded->note == record.note);
    CHECK(make_booking_act(record, meeting()).body.find("confidential") == std::string::npos);
}

TEST_CASE("bookings: a request that is out of bounds is refused", "[core][bookings]") {
    const auto refused = [](const std::function<void(BookingRequest&)>& change) {
        auto request = meeting();
        change(request);
        return !decode_booking_request(unsealed(make_booking_request(request)));
    };
    const std::string long_id(201, 'x');
    CHECK_FALSE(refused([](auto&) {}));
    CHECK_FALSE(refused([](auto& r) { r.unit = r.slot = "", r.session = "cd1", r.starts = r.ends = {}; }));
    CHECK(refused([](auto& r) { r.uid.clear(); }));
    CHECK(refused([&](auto& r) { r.uid = long_id; }));
    CHECK(refused([](auto& r) { r.unit.clear(); }));
    CHECK(refused([](auto& r) { r.slot.clear(); }));
    CHECK(refused([](auto& r) { r.session = "cd1"; }));
    CHECK(refused([&](auto& r) { r.unit = long_id; }));
    CHECK(refused([](auto& r) { r.ends = r.starts; }));
    CHECK(refused([](auto& r) { r.ends = r.starts - 1; }));
    CHECK(refused([](auto& r) { r.starts = Instant{-1}; }));
    CHECK(refused([](auto& r) { r.ends = Instant{253'402'300'800'000}; }));
    CHECK(refused([](auto& r) { r.participants.clear(); }));
    CHECK(refused([](auto& r) { r.participants.push_back(r.participants[0]); }));
    CHECK(refused([](auto& r) { r.participants[0].ticket.clear(); }));
    CHECK(refused([&](auto& r) { r.participants[0].registration = long_id; }));
    CHECK(refused([](auto& r) {
        for (int i = 0; i < 63; ++i)
            r.participants.push_back({"p" + std::to_string(i), {}});
    }));
    CHECK(refused([](auto& r) { r.must_accept = {"C"}; }));
    CHECK_FALSE(refused([](auto& r) {
        for (int i = 0; i < 200; ++i)
            r.topic += "谈";
    }));
    CHECK(refused([](auto& r) {
        for (int i = 0; i < 201; ++i)
            r.topic += "谈";
    }));
    Operation other = unsealed(make_booking_request(meeting()));
    other.kind = "scan";
    CHECK_FALSE(decode_booking_request(other));
}

TEST_CASE("bookings: an act that is out of bounds is refused", "[core][bookings]") {
    const auto refused = [](const std::string& body, const std::string& personal = {}) {
        Operation operation;
        operation.kind = operation_kind::booking_act;
        operation.body = body;
        operation.personal = personal;
        return !decode_booking_act(operation);
    };
    CHECK_FALSE(refused(R"({"booking":"b","act":"confirm"})"));
    CHECK(refused(R"({"booking":"b"})"));
    CHECK(refused(R"({"act":"confirm"})"));
    CHECK(refused(R"({"booking":"b","act":"melt"})"));
    CHECK(refused(R"({"booking":"b","act":"accept"})"));
    CHECK(refused(R"({"booking":"b","act":"arrive"})"));
    CHECK(refused(R"({"booking":"b","act":"confirm","reason":"weather"})"));
    CHECK(refused(R"({"booking":"b","act":"confirm","leases":{"T1":1}})"));
    CHECK(refused(R"({"booking":"b","act":"confirm","leases":{"person:A":-1}})"));
    CHECK(refused(R"({"booking":"b","act":"confirm","leases":[1]})"));
    CHECK(refused(R"({"booking":"b","act":"confirm","at":-1})"));
    CHECK(refused(R"({"booking":")" + std::string(201, 'b') + R"(","act":"confirm"})"));
    CHECK(refused(R"({"booking":"b","act":"outcome"})", R"({"note":")" + std::string(8001, 'n') + R"("})"));
    BookingActRecord many;
    many.booking = "b";
    for (int i = 0; i < 257; ++i)
        many.leases["person:p" + std::to_string(i)] = 1;
    CHECK_FALSE(decode_booking_act(unsealed(make_booking_act(many, meeting()))));
    many.leases.erase("person:p0");
    CHECK(decode_booking_act(unsealed(make_booking_act(many, meeting()))));
}

TEST_CASE("bookings: the stages of one that goes well", "[core][bookings]") {
    CHECK(folded({}).stage == BookingStage::Requested);
    CHECK(folded({confirm(10, 1)}).stage == BookingStage::Confirmed);
    CHECK(folded({confirm(10, 1), act(BookingAct::Start, 20)}).stage == BookingStage::Started);
    auto one_there = folded({confirm(10, 1), act(BookingAct::Arrive, 20, "A")});
    CHECK(one_there.stage == BookingStage::Confirmed);
    CHECK(one_there.arrived == std::vector<std::string>{"A"});
    const auto both = folded({confirm(10, 1), act(BookingAct::Arrive, 20, "A"), act(BookingAct::Arrive, 25, "B")});
    CHECK(both.stage == BookingStage::Started);
    CHECK(both.started == Instant{25});
    // Twice the same person, or a stranger, is not both.
    CHECK(folded({confirm(10, 1), act(BookingAct::Arrive, 20, "A"), act(BookingAct::Arrive, 21, "A"),
                  act(BookingAct::Arrive, 22, "X")})
              .stage == BookingStage::Confirmed);
    const auto done = folded({confirm(10, 1), act(BookingAct::Start, 20), act(BookingAct::Finish, 30)});
    CHECK(done.stage == BookingStage::Finished);
    CHECK(done.ended == Instant{30});
    CHECK(folded({confirm(10, 1), act(BookingAct::Finish, 30)}).stage == BookingStage::Confirmed);
    // Without a confirmation nothing begins.
    CHECK(folded({act(BookingAct::Start, 20), act(BookingAct::Finish, 30)}).stage == BookingStage::Requested);
}

TEST_CASE("bookings: who must accept holds up the confirmation", "[core][bookings]") {
    auto request = meeting();
    request.must_accept = {"B"};
    const auto waiting = folded({confirm(10, 1)}, request);
    CHECK(waiting.stage == BookingStage::Requested);
    CHECK(waiting.confirmed_by.seq == 0);
    CHECK(folded({confirm(10, 1), act(BookingAct::Accept, 5, "A")}, request).stage == BookingStage::Requested);
    const auto agreed = folded({confirm(10, 1), act(BookingAct::Accept, 15, "B")}, request);
    CHECK(agreed.stage == BookingStage::Confirmed);
    CHECK(agreed.all_accepted());
    const auto declined = folded({confirm(10, 1), act(BookingAct::Accept, 15, "B"), act(BookingAct::Decline, 16, "B")}, request);
    CHECK(declined.stage == BookingStage::Declined);
    CHECK(declined.reason == BookingReason::Declined);
}

TEST_CASE("bookings: a releasing act wins, and the earliest names why", "[core][bookings]") {
    const std::vector<StoredAct> life{confirm(10, 1), act(BookingAct::Start, 20), act(BookingAct::Finish, 30)};
    for (const auto& [kind, stage] :
         {std::pair{BookingAct::Cancel, BookingStage::Cancelled}, std::pair{BookingAct::Decline, BookingStage::Declined},
          std::pair{BookingAct::Refuse, BookingStage::Refused}, std::pair{BookingAct::NoShow, BookingStage::NoShow}}) {
        auto acts = life;
        acts.push_back(act(kind, 5, "A"));
        CHECK(folded(acts).stage == stage);
        acts.back() = act(kind, 50, "A");
        CHECK(folded(acts).stage == stage);
        CHECK(is_released(folded(acts).stage));
        CHECK_FALSE(stands(folded(acts).stage));
    }
    auto refuse = act(BookingAct::Refuse, 40);
    refuse.record.reason = BookingReason::UnitTaken;
    auto cancel = act(BookingAct::Cancel, 41);
    auto booking = folded({confirm(10, 1), cancel, refuse});
    CHECK(booking.stage == BookingStage::Refused);
    CHECK(booking.reason == BookingReason::UnitTaken);
    CHECK(booking.ended == Instant{40});
    // The same clock: the operation id tells.
    cancel = act(BookingAct::Cancel, 40, {}, 7);
    refuse.id.seq = 8;
    CHECK(folded({refuse, cancel}).stage == BookingStage::Cancelled);
}

TEST_CASE("bookings: of several confirmations the earliest counts, of several outcomes the latest", "[core][bookings]") {
    auto met = act(BookingAct::Outcome, 60), none = act(BookingAct::Outcome, 70);
    met.record.outcome = "met";
    met.record.note = "first";
    met.record.lead = "l-1";
    none.record.outcome = "no_interest";
    none.record.note = "second";
    const auto booking = folded({none, met, confirm(12, 2), confirm(10, 1)});
    CHECK(booking.confirmed_hlc == Hlc{10});
    CHECK(booking.confirmed_by.seq == 10);
    CHECK(booking.leases.at("person:A") == 1);
    CHECK(booking.outcome == "no_interest");
    CHECK(booking.outcome_note == "second");
    CHECK(booking.lead == "l-1");
}

TEST_CASE("bookings: the fold does not depend on the order of acts", "[core][bookings]") {
    std::mt19937 random(20'261'120);
    const auto below = [&](std::uint32_t bound) { return static_cast<std::uint32_t>(random() % bound); };
    const auto describe = [](const Booking& b) {
        std::string text = std::to_string(static_cast<int>(b.stage)) + "," + std::string(to_string(b.reason)) + "," +
                           to_string(b.confirmed_by) + "," + std::to_string(b.started.value_or(Instant{}).unix_ms) + "," +
                           std::to_string(b.ended.value_or(Instant{}).unix_ms) + "," + b.outcome + "," + b.lead;
        for (const auto& [lease, generation] : b.leases)
            text += "," + lease + "=" + std::to_string(generation);
        for (const auto& ticket : b.accepted)
            text += ",+" + ticket;
        for (const auto& ticket : b.arrived)
            text += ",>" + ticket;
        return text;
    };
    std::size_t stages[10] = {};
    for (int round = 0; round < 3000; ++round) {
        auto request = meeting();
        if (below(2) == 0)
            request.must_accept = {"B"};
        std::vector<StoredAct> acts;
        const auto count = below(8);
        for (std::uint32_t i = 0; i < count; ++i) {
            // Few releasing ones, or nothing else would be seen. Equal clocks are meant to occur.
            auto kind = static_cast<BookingAct>(1 + below(10));
            if (kind == BookingAct::Cancel || kind == BookingAct::Refuse || kind == BookingAct::Decline || kind == BookingAct::NoShow)
                kind = below(4) == 0 ? kind : BookingAct::Confirm;
            auto made = act(kind, 1 + below(6), below(2) == 0 ? "A" : "B", i + 1);
            made.record.reason = static_cast<BookingReason>(below(5));
            made.record.outcome = std::to_string(i);
            made.record.at = Instant{static_cast<std::int64_t>(below(100))};
            if (kind == BookingAct::Confirm)
                made.record.leases = {{"person:A", below(3)}};
            acts.push_back(std::move(made));
        }
        const auto first = fold_booking(request, {"k1", "i1", 1}, acts);
        ++stages[static_cast<int>(first.stage)];
        for (int turn = 0; turn < 4; ++turn) {
            std::ranges::shuffle(acts, random);
            REQUIRE(describe(fold_booking(request, {"k1", "i1", 1}, acts)) == describe(first));
        }
    }
    for (const auto stage : {BookingStage::Requested, BookingStage::Confirmed, BookingStage::Started, BookingStage::Finished,
                             BookingStage::Cancelled, BookingStage::Declined, BookingStage::Refused, BookingStage::NoShow})
        CHECK(stages[static_cast<int>(stage)] > 10);
}

TEST_CASE("bookings: what two of them share", "[core][bookings]") {
    auto one = confirmed("b-1", 1, {}), other = confirmed("b-2", 2, {});
    other.request.participants = {{"C", {}}, {"D", {}}};
    CHECK(share_a_resource(one, other)); // the table
    other.request.starts = one.request.ends;
    other.request.ends = other.request.starts + 20 * minute_ms;
    CHECK_FALSE(share_a_resource(one, other)); // touching is no overlap
    other.request.starts = one.request.ends - 1000;
    CHECK(share_a_resource(one, other));
    other.request.unit = "T2";
    CHECK_FALSE(share_a_resource(one, other));
    other.request.participants = {{"C", {}}, {"B", {}}};
    CHECK(share_a_resource(one, other));
    // A seat at the same time, and two seats in a session that has no times.
    auto seated = seat("s-1", 3, {"B"});
    CHECK(share_a_resource(one, seated));
    seated.request.starts = seated.request.ends = {};
    CHECK_FALSE(share_a_resource(one, seated));
    auto again = seat("s-2", 4, {"B"}), neighbour = seat("s-3", 5, {"C"});
    again.request.starts = again.request.ends = {};
    CHECK(share_a_resource(seated, again));
    CHECK_FALSE(share_a_resource(seated, neighbour));
}

TEST_CASE("bookings: the newer generation on what is shared wins, else the earlier confirmation", "[core][bookings]") {
    const std::string table = "unit:T1@1795150800-1795152000";
    const auto older = confirmed("b-1", 1, {{table, 1}, {"person:A", 1}});
    const auto newer = confirmed("b-2", 2, {{table, 2}, {"person:C", 1}});
    CHECK(beats(newer, older));
    CHECK_FALSE(beats(older, newer));
    const auto later = confirmed("b-3", 9, {{table, 1}, {"person:D", 7}}); // what is not shared tells nothing
    CHECK(beats(older, later));
    CHECK_FALSE(beats(later, older));
    // Newer on one, older on the other: the clock decides.
    const auto mixed = confirmed("b-4", 9, {{table, 2}, {"person:A", 0}});
    CHECK(beats(older, mixed));
    CHECK_FALSE(beats(mixed, older));
    // A person leased whole there, by the hour here, is the same person.
    const auto whole = confirmed("b-5", 9, {{"person:A", 5}});
    const auto hour = confirmed("b-6", 1, {{"person:A@1795150800-1795152000", 4}});
    CHECK(beats(whole, hour));
    CHECK_FALSE(beats(hour, whole));
    CHECK_FALSE(beats(whole, whole));
}

TEST_CASE("bookings: exactly one of every pair of confirmed ones beats the other", "[core][bookings]") {
    std::mt19937 random(5);
    const auto below = [&](std::uint32_t bound) { return static_cast<std::uint32_t>(random() % bound); };
    std::size_t displaced = 0;
    for (int round = 0; round < 20'000; ++round) {
        Booking pair[2];
        for (int i = 0; i < 2; ++i) {
            auto& booking = pair[i];
            booking = confirmed("b-" + std::to_string(i), 1 + below(2), {});
            booking.confirmed_by = {"k" + std::to_string(below(2)), "i", 1 + below(2)};
            booking.request.starts = one_pm + 10 * minute_ms * below(3);
            booking.request.ends = booking.request.starts + 20 * minute_ms;
            booking.request.unit = below(2) == 0 ? "T1" : "T2";
            booking.request.participants = {{std::string(1, static_cast<char>('A' + below(3))), {}}};
            const auto& request = booking.request;
            if (below(8) != 0)
                booking.leases[resource_text(unit_resource(request.unit, request.starts, request.ends))] = below(3);
            if (below(8) != 0)
                booking.leases[resource_text(below(2) == 0 ? person_resource(request.participants[0].ticket)
                                                           : person_resource(request.participants[0].ticket, request.starts,
                                                                             request.ends))] = below(3);
        }
        REQUIRE(beats(pair[0], pair[1]) != beats(pair[1], pair[0]));
        REQUIRE(share_a_resource(pair[0], pair[1]) == share_a_resource(pair[1], pair[0]));
        const auto fallen = static_cast<int>(is_displaced(pair[0], pair, {})) + static_cast<int>(is_displaced(pair[1], pair, {}));
        REQUIRE(fallen == (share_a_resource(pair[0], pair[1]) ? 1 : 0));
        displaced += static_cast<std::size_t>(fallen);
    }
    CHECK(displaced > 1000);
}

TEST_CASE("bookings: only what stands displaces, and what was displaced does so too", "[core][bookings]") {
    const std::string table = "unit:T1@1795150800-1795152000";
    const auto loser = confirmed("b-1", 1, {{table, 1}});
    for (const auto stage : {BookingStage::Confirmed, BookingStage::Started, BookingStage::Finished, BookingStage::Displaced}) {
        auto winner = confirmed("b-2", 2, {{table, 2}});
        winner.stage = stage;
        CHECK(is_displaced(loser, std::span(&winner, 1), {}));
    }
    for (const auto stage : {BookingStage::Requested, BookingStage::Cancelled, BookingStage::NoShow, BookingStage::Refused}) {
        auto winner = confirmed("b-2", 2, {{table, 2}});
        winner.stage = stage;
        CHECK_FALSE(is_displaced(loser, std::span(&winner, 1), {}));
    }
    auto released = loser;
    released.stage = BookingStage::Cancelled;
    const auto winner = confirmed("b-2", 2, {{table, 2}});
    CHECK_FALSE(is_displaced(released, std::span(&winner, 1), {}));
}

TEST_CASE("bookings: seats beyond the capacity are displaced, the latest first", "[core][bookings]") {
    const std::vector<Booking> all{seat("s-1", 1, {"A", "B"}), seat("s-2", 2, {"C"}), seat("s-3", 3, {"D"}),
                                   seat("s-4", 4, {"E"})};
    const auto fallen = [&](std::optional<std::int64_t> capacity) {
        std::string text;
        for (const auto& booking : all)
            if (is_displaced(booking, all, capacity))
                text += booking.request.uid + " ";
        return text;
    };
    CHECK(fallen({}).empty());
    CHECK(fallen(5).empty());
    CHECK(fallen(4) == "s-4 ");
    CHECK(fallen(3) == "s-3 s-4 ");
    CHECK(fallen(1) == "s-1 s-2 s-3 s-4 ");
}

TEST_CASE("bookings: what is told at a moment", "[core][bookings]") {
    const auto at = [](const Booking& booking, Instant now) {
        const auto standing = standing_at(booking, now, grace);
        return std::string(to_string(standing.status)) + "/" + std::string(to_string(standing.reason));
    };
    const auto start = meeting().starts, end = meeting().ends;

    const auto asked = folded({});
    CHECK(at(asked, start - 1) == "pending/held_elsewhere");
    CHECK(at(asked, start) == "refused/lapsed");
    auto needs = meeting();
    needs.must_accept = {"B"};
    CHECK(at(folded({}, needs), start - 1) == "pending/must_accept");

    const auto sure = folded({confirm(10, 1)});
    CHECK(at(sure, start + grace - 1) == "confirmed/");
    CHECK(at(sure, start + grace) == "no_show/");
    CHECK(is_active(sure, start + grace - 1, grace));
    CHECK_FALSE(is_active(sure, start + grace, grace));

    const auto begun = folded({confirm(10, 1), act(BookingAct::Start, 20)});
    CHECK(at(begun, end + day_ms) == "checked_in/");
    CHECK(is_active(begun, start + grace, grace));
    const auto done = folded({confirm(10, 1), act(BookingAct::Start, 20), act(BookingAct::Finish, 30)});
    CHECK(at(done, start) == "done/");
    CHECK(is_active(done, start, grace)); // the table stays theirs until the slot ends

    CHECK(at(folded({act(BookingAct::Cancel, 1)}), start) == "cancelled/");
    CHECK(at(folded({act(BookingAct::Decline, 1, "B")}), start) == "refused/declined");
    CHECK(at(folded({act(BookingAct::NoShow, 1)}), start - day_ms) == "no_show/");
    auto refuse = act(BookingAct::Refuse, 1);
    refuse.record.reason = BookingReason::UnitTaken;
    CHECK(at(folded({refuse}), start) == "refused/unit_taken");
    auto displaced = sure;
    displaced.stage = BookingStage::Displaced;
    CHECK(at(displaced, start) == "refused/displaced");
    CHECK_FALSE(is_active(displaced, start, grace));
}

TEST_CASE("bookings: a walk-up has the grace from when it was made", "[core][bookings]") {
    auto request = meeting();
    request.at = request.starts + 9 * minute_ms;
    const auto sure = folded({confirm(10, 1)}, request);
    CHECK(standing_at(sure, request.at, grace).status == BookingStatus::Confirmed);
    CHECK(standing_at(sure, request.at + grace - 1, grace).status == BookingStatus::Confirmed);
    CHECK(standing_at(sure, request.at + grace, grace).status == BookingStatus::NoShow);
    const auto asked = folded({}, request);
    CHECK(standing_at(asked, request.ends - 1, grace).status == BookingStatus::Pending);
    CHECK(standing_at(asked, request.ends, grace).reason == BookingReason::Lapsed);
    // Never beyond the slot.
    request.at = request.ends - minute_ms;
    CHECK(standing_at(folded({confirm(10, 1)}, request), request.ends, grace).status == BookingStatus::NoShow);
}

TEST_CASE("bookings: a seat is no no-show and does not lapse while its session goes on", "[core][bookings]") {
    auto seated = seat("s-1", 1, {"A"});
    const auto end = seated.request.ends;
    CHECK(standing_at(seated, end + day_ms, grace).status == BookingStatus::Confirmed);
    seated.stage = BookingStage::Requested;
    CHECK(standing_at(seated, end - 1, grace).status == BookingStatus::Pending);
    CHECK(standing_at(seated, end, grace).reason == BookingReason::Lapsed);
    seated.request.starts = seated.request.ends = {};
    CHECK(standing_at(seated, end + day_ms, grace).status == BookingStatus::Pending);
}
