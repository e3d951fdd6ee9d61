// SPDX-License-Identifier: Apache-2.0
#include "exchange/report_bookings.hpp"

#include "exchange/booking_export.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <utility>

namespace kiosk::exchange {

namespace {

using core::BookingStatus;

// Several ids say the same: plugins of different hands ask for it under either name.
constexpr std::array<std::string_view, 14> ids{
    "bookings",         "bookings_by_status",  "bookings_by_slot",       "use_by_slot", "bookings_by_unit",
    "bookings_by_purpose", "bookings_by_outcome", "outcomes",            "no_shows",    "bookings_no_show",
    "bookings_no_show_rate", "pair_matrix",    "bookings_pairs_by_kind", "bookings_met"};

ReportCell cell(std::string text) { return {std::move(text), std::nullopt}; }
ReportCell cell(std::int64_t count) { return {std::to_string(count), count}; }

struct Counted {
    const core::Booking* booking = nullptr;
    BookingStatus status = BookingStatus::Pending;
    bool had_its_table() const { return met() || status == BookingStatus::Confirmed || status == BookingStatus::NoShow; }
    bool met() const { return status == BookingStatus::CheckedIn || status == BookingStatus::Done; }
};

class BookingFigures {
public:
    BookingFigures(const ReportRequest& request, const ReportData& data, bool confidential)
        : m_request(request), m_data(data) {
        const auto grace_ms = core::booking_policy(*request.config).grace_ms;
        for (const auto& booking : data.bookings)
            if (!booking.request.unit.empty() && (confidential || booking.request.confidential.empty()))
                m_bookings.push_back({&booking, core::standing_at(booking, request.now, grace_ms).status});
    }
    bool none() const { return m_bookings.empty() && m_request.config->units.empty(); }
    void make(ReportFigure& figure) const;

private:
    std::string text(std::string_view key) const { return m_request.texts->text(m_request.language, key); }
    std::string word(const std::string& prefix, const std::string& id) const {
        if (id.empty())
            return text("report.none");
        return m_request.texts->has(prefix + id) ? text(prefix + id) : id;
    }
    template <typename Wanted> std::int64_t count(Wanted wanted) const {
        return std::ranges::count_if(m_bookings, wanted);
    }
    void set(ReportFigure& figure, std::int64_t number) const {
        figure.count = number;
        figure.text = m_request.rounded ? rounded_count(number) : std::to_string(number);
    }
    std::string share(std::int64_t part, std::int64_t whole) const {
        return whole == 0 ? "–" : fmt::format("{:.0f}%", 100.0 * static_cast<double>(part) / static_cast<double>(whole));
    }
    std::string unit_name(const std::string& id) const {
        const auto* unit = m_request.config->unit(id);
        return unit == nullptr ? id : unit_label(*unit, *m_request.texts, m_request.language);
    }
    ReportTable by_status() const;
    ReportTable by_slot() const;
    ReportTable by_unit() const;
    ReportTable by_purpose() const;
    ReportTable by_outcome() const;
    ReportTable pairs() const;
    ReportTable pairs_by_kind(const core::Question& asked) const;
    ReportTable pairs_by_topic() const;

    const ReportRequest& m_request;
    const ReportData& m_data;
    std::vector<Counted> m_bookings;
};

ReportTable BookingFigures::by_status() const {
    ReportTable made{{text("report.head.state"), text("report.head.count")}, {}};
    using enum BookingStatus;
    for (const auto status : {Done, CheckedIn, Confirmed, Pending, NoShow, Cancelled, Refused})
        if (const auto number = count([&](const Counted& one) { return one.status == status; }); number > 0)
            made.rows.push_back({cell(word("export.booking.status.", std::string(core::to_string(status)))), cell(number)});
    return made;
}

// Units that a slot was offered at, kept free ones apart; bookings by the time that was booked.
ReportTable BookingFigures::by_slot() const {
    struct Use {
        std::int64_t offered = 0, booked = 0, met = 0;
    };
    std::map<core::Instant, Use> slots;
    for (const auto& unit : m_request.config->units)
        for (const auto& slot : unit.slots)
            if (!slot.blocked)
                ++slots[slot.starts].offered;
    for (const auto& one : m_bookings)
        if (one.had_its_table()) {
            auto& use = slots[one.booking->request.starts];
            ++use.booked;
            use.met += one.met();
        }
    const auto& zone = m_request.config->event.timezone;
    const bool one_day = slots.empty() || zone.day_number(slots.begin()->first) == zone.day_number(slots.rbegin()->first);
    ReportTable made{{text("report.head.time"), text("report.head.offered"), text("report.head.booked"),
                      text("report.head.met"), text("report.head.use")}, {}};
    for (const auto& [starts, use] : slots) {
        auto time = clock_text(*m_request.config, starts);
        if (!one_day)
            time = date_text(*m_request.config, starts, m_request.language) + " " + time;
        made.rows.push_back({cell(std::move(time)), cell(use.offered), cell(use.booked), cell(use.met),
                             cell(share(use.booked, use.offered))});
    }
    return made;
}

ReportTable BookingFigures::by_unit() const {
    ReportTable made{{text("report.head.table"), text("report.head.booked"), text("report.head.met"),
                      text("report.figure.no_shows")}, {}};
    const auto add = [&](const std::string& id) {
        const auto at = [&](auto wanted) {
            return count([&](const Counted& one) { return one.booking->request.unit == id && wanted(one); });
        };
        made.rows.push_back({cell(unit_name(id)), cell(at([](const Counted& one) { return one.had_its_table(); })),
                             cell(at([](const Counted& one) { return one.met(); })),
                             cell(at([](const Counted& one) { return one.status == BookingStatus::NoShow; }))});
    };
    std::set<std::string> gone;
    for (const auto& one : m_bookings)
        if (m_request.config->unit(one.booking->request.unit) == nullptr)
            gone.insert(one.booking->request.unit);
    for (const auto& unit : m_request.config->units)
        add(unit.id);
    for (const auto& id : gone)
        add(id);
    return made;
}

ReportTable BookingFigures::by_purpose() const {
    ReportTable made{{text("report.head.purpose"), text("report.head.booked"), text("report.head.met")}, {}};
    std::map<std::string, std::pair<std::int64_t, std::int64_t>> purposes;
    for (const auto& one : m_bookings)
        if (one.had_its_table()) {
            auto& [booked, met] = purposes[one.booking->request.purpose];
            ++booked;
            met += one.met();
        }
    for (const auto& [purpose, numbers] : purposes)
        made.rows.push_back({cell(word("lead.type.", purpose)), cell(numbers.first), cell(numbers.second)});
    return made;
}

ReportTable BookingFigures::by_outcome() const {
    ReportTable made{{text("report.head.outcome"), text("report.head.count"), text("report.head.leads")}, {}};
    std::map<std::string, std::pair<std::int64_t, std::int64_t>> outcomes;
    for (const auto& one : m_bookings)
        if (one.met()) {
            auto& [number, leads] = outcomes[one.booking->outcome];
            ++number;
            leads += !one.booking->lead.empty();
        }
    for (const auto& [outcome, numbers] : outcomes)
        made.rows.push_back({cell(word("export.booking.outcome.", outcome)), cell(numbers.first), cell(numbers.second)});
    return made;
}

ReportTable BookingFigures::pairs() const {
    const auto* asked = m_data.organisation_question("organisations_by_kind");
    return asked != nullptr ? pairs_by_kind(*asked) : pairs_by_topic();
}

// Which kinds of organisations sat together; most first.
ReportTable BookingFigures::pairs_by_kind(const core::Question& asked) const {
    const auto name = [&](const std::string& id) {
        const auto option = std::ranges::find(asked.options, id, &core::QuestionOption::id);
        return id.empty() ? text("report.none") : option == asked.options.end() ? id : option->text.in(m_request.language);
    };
    std::map<std::pair<std::string, std::string>, std::int64_t> counts;
    for (const auto& one : m_bookings) {
        const auto& people = one.booking->request.participants;
        if (!one.met() || people.size() < 2)
            continue;
        auto first = name(m_data.party(people[0]).kind), second = name(m_data.party(people[1]).kind);
        ++counts[std::minmax(first, second)];
    }
    std::vector<std::pair<std::pair<std::string, std::string>, std::int64_t>> sorted(counts.begin(), counts.end());
    std::ranges::stable_sort(sorted, std::greater<>(), [](const auto& entry) { return entry.second; });
    ReportTable made{{text("report.head.kind"), text("report.head.with_kind"), text("report.head.met")}, {}};
    for (const auto& [kinds, number] : sorted)
        made.rows.push_back({cell(kinds.first), cell(kinds.second), cell(number)});
    return made;
}

// Where nobody was asked what their organisation is: what one side offered and the other needed.
ReportTable BookingFigures::pairs_by_topic() const {
    const auto* asked = m_data.question("offers");
    std::map<std::string, std::int64_t> counts;
    std::int64_t other = 0;
    for (const auto& one : m_bookings) {
        const auto& people = one.booking->request.participants;
        if (!one.met() || people.size() < 2)
            continue;
        const auto &first = m_data.party(people[0]), &second = m_data.party(people[1]);
        std::set<std::string> shared;
        std::ranges::set_intersection(first.offers, second.needs, std::inserter(shared, shared.end()));
        std::ranges::set_intersection(second.offers, first.needs, std::inserter(shared, shared.end()));
        for (const auto& topic : shared)
            ++counts[topic];
        other += shared.empty();
    }
    ReportTable made{{text("report.head.topic"), text("report.head.met")}, {}};
    const auto name = [&](const std::string& id) {
        if (asked != nullptr)
            if (const auto option = std::ranges::find(asked->options, id, &core::QuestionOption::id);
                option != asked->options.end() && !option->text.in(m_request.language).empty())
                return option->text.in(m_request.language);
        return id;
    };
    for (const auto& [topic, number] : counts)
        made.rows.push_back({cell(name(topic)), cell(number)});
    if (other > 0)
        made.rows.push_back({cell(text("report.other_pairs")), cell(other)});
    return made;
}

void BookingFigures::make(ReportFigure& figure) const {
    const auto& id = figure.id;
    const auto booked = [&] { return count([](const Counted& one) { return one.had_its_table(); }); };
    const auto no_shows = [&] { return count([](const Counted& one) { return one.status == BookingStatus::NoShow; }); };
    if (id == "bookings")
        set(figure, booked());
    else if (id == "bookings_met")
        set(figure, count([](const Counted& one) { return one.met(); }));
    else if (id == "no_shows" || id == "bookings_no_show")
        set(figure, no_shows());
    else if (id == "bookings_no_show_rate")
        figure.text = share(no_shows(), booked());
    else if (id == "bookings_by_status")
        figure.table = by_status();
    else if (id == "bookings_by_slot" || id == "use_by_slot")
        figure.table = by_slot();
    else if (id == "bookings_by_unit")
        figure.table = by_unit();
    else if (id == "bookings_by_purpose")
        figure.table = by_purpose();
    else if (id == "bookings_by_outcome" || id == "outcomes")
        figure.table = by_outcome();
    else
        figure.table = pairs();
}

} // namespace

bool is_booking_figure(std::string_view id) { return std::ranges::find(ids, id) != ids.end(); }

bool make_booking_figure(const ReportRequest& request, const ReportData& data, bool confidential, ReportFigure& figure) {
    if (!is_booking_figure(figure.id))
        return false;
    const BookingFigures figures(request, data, confidential);
    if (figures.none())
        figure.state = ReportFigure::State::NotRecorded;
    else
        figures.make(figure);
    return true;
}

} // namespace kiosk::exchange
