// SPDX-License-Identifier: Apache-2.0
#include "core/leases.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <unordered_map>

namespace kiosk::core {

namespace {

constexpr std::string_view whole_event = "event";
constexpr std::array<std::string_view, 3> subject_kinds{"unit:", "person:", "seats:"};
constexpr std::size_t max_subject_bytes = 220;  // an id of 200 bytes, and its kind
constexpr std::size_t max_resource_bytes = 700; // of which every byte may be escaped
constexpr std::int64_t max_seconds = 253'402'300'799; // the year 9999

std::int64_t whole_seconds(Instant at) { return at.unix_ms >= 0 ? at.unix_ms / 1000 : (at.unix_ms - 999) / 1000; }

Resource timed(std::string subject, Instant starts, Instant ends) {
    return {std::move(subject), Instant{whole_seconds(starts) * 1000}, Instant{whole_seconds(ends) * 1000}, 1};
}

bool is_known_subject(std::string_view subject) {
    return subject == whole_event || std::ranges::any_of(subject_kinds, [&](std::string_view kind) {
               return subject.size() > kind.size() && subject.starts_with(kind);
           });
}

// '@' separates the time, so that in an id it must look otherwise; '%' because of that.
std::string escape(std::string_view subject) {
    std::string text;
    text.reserve(subject.size());
    for (const char byte : subject) {
        if (byte == '@')
            text += "%40";
        else if (byte == '%')
            text += "%25";
        else
            text += byte;
    }
    return text;
}

std::optional<std::string> unescape(std::string_view text) {
    std::string subject;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            subject += text[i];
            continue;
        }
        const auto code = text.substr(i, 3);
        if (code != "%40" && code != "%25")
            return std::nullopt;
        subject += code == "%40" ? '@' : '%';
        i += 2;
    }
    return subject;
}

// As it is written by resource_text and in no other way, so that a resource has one name.
std::optional<Instant> parse_seconds(std::string_view digits) {
    std::int64_t seconds = 0;
    const auto* end = digits.data() + digits.size();
    const auto read = std::from_chars(digits.data(), end, seconds);
    const bool plain = !digits.empty() && digits.front() != '-' && (digits.front() != '0' || digits.size() == 1);
    if (read.ec != std::errc{} || read.ptr != end || !plain || seconds > max_seconds)
        return std::nullopt;
    return Instant{seconds * 1000};
}

bool same_time(const Resource& one, const Resource& other) { return one.starts == other.starts && one.ends == other.ends; }

} // namespace

Resource unit_resource(std::string_view unit, Instant starts, Instant ends) {
    return timed("unit:" + std::string(unit), starts, ends);
}
Resource person_resource(std::string_view ticket) { return {"person:" + std::string(ticket), {}, {}, 1}; }
Resource person_resource(std::string_view ticket, Instant starts, Instant ends) {
    return timed("person:" + std::string(ticket), starts, ends);
}
Resource seats_resource(std::string_view session, std::int64_t count) {
    return {"seats:" + std::string(session), {}, {}, count};
}

std::string resource_text(const Resource& resource) {
    auto text = escape(resource.subject);
    if (resource.starts && resource.ends)
        text += "@" + std::to_string(whole_seconds(*resource.starts)) + "-" + std::to_string(whole_seconds(*resource.ends));
    return text;
}

Result<Resource> parse_resource(std::string_view text) {
    const auto wrong = [&] { return fail(ErrorCode::Invalid, "error.resource", std::string(text.substr(0, 64))); };
    if (text.size() > max_resource_bytes)
        return wrong();
    const auto at = text.find('@');
    auto subject = unescape(text.substr(0, at));
    if (!subject || subject->size() > max_subject_bytes || !is_known_subject(*subject))
        return wrong();
    Resource resource{std::move(*subject), {}, {}, 1};
    if (at == std::string_view::npos)
        return resource;
    const auto times = text.substr(at + 1);
    const auto dash = times.find('-');
    if (dash == std::string_view::npos || resource.is_counted() || resource.subject == whole_event)
        return wrong();
    resource.starts = parse_seconds(times.substr(0, dash));
    resource.ends = parse_seconds(times.substr(dash + 1));
    if (!resource.starts || !resource.ends || *resource.ends <= *resource.starts)
        return wrong();
    return resource;
}

bool overlap(const Resource& one, const Resource& other) {
    if (one.subject != other.subject)
        return false;
    if (!one.starts || !one.ends || !other.starts || !other.ends)
        return true;
    return *one.starts < *other.ends && *other.starts < *one.ends;
}

bool covers(const Resource& held, const Resource& needed) {
    if (held.subject != needed.subject)
        return false;
    if (held.is_counted())
        return held.count >= needed.count;
    if (!held.starts || !held.ends)
        return true;
    return needed.starts && needed.ends && *held.starts <= *needed.starts && *needed.ends <= *held.ends;
}

Cover cover(std::span<const Lease> leases, std::span<const Resource> needs, std::uint64_t feed_after, Instant now,
            const std::map<std::string, std::int64_t>& used_seats) {
    Cover answer;
    bool behind = false;
    for (const auto& need : needs) {
        auto wanted = need;
        if (need.is_counted()) {
            const auto used = used_seats.find(need.subject.substr(std::string_view("seats:").size()));
            wanted.count += used == used_seats.end() ? 0 : used->second; // to hold in all
        }
        const Lease* usable = nullptr;
        bool unread = false;
        for (const auto& lease : leases) {
            if (lease.closing || (lease.until && now >= *lease.until) || !covers(lease.resource, wanted))
                continue;
            if (lease.known_from > feed_after)
                unread = true;
            else if (usable == nullptr || lease.generation > usable->generation)
                usable = &lease;
        }
        if (usable != nullptr)
            answer.generations[resource_text(need)] = usable->generation;
        else if (unread)
            behind = true;
        else
            answer.missing.push_back(std::move(wanted));
    }
    answer.feed_behind = behind && answer.missing.empty();
    return answer;
}

// ---- at the hub ----

namespace {

// One grant() call. Changes rows in place and can put everything back.
class Granting {
public:
    Granting(std::vector<HeldLease>& rows, std::span<const LeaseWanted> wanted, const Asker& asker,
             std::uint64_t& next_generation)
        : m_rows(rows), m_asker(asker), m_next_generation(next_generation), m_size_before(rows.size()),
          m_generation_before(next_generation) {
        // One walk through the rows, however many are wanted. The keys point into `wanted`, which does not move.
        for (const auto& want : wanted)
            m_of_subject[want.resource.subject];
        for (std::size_t i = 0; i < rows.size(); ++i) {
            if (const auto found = m_of_subject.find(rows[i].resource.subject); found != m_of_subject.end())
                found->second.push_back(i);
            if (rows[i].holder == asker.device)
                continue;
            m_somebody_else = i;
            if (rows[i].resource.subject == whole_event)
                m_held_whole = i;
        }
    }

    LeaseGranted one(const LeaseWanted& want) {
        if (m_held_whole)
            return refused(want, *m_held_whole);
        if (want.resource.subject == whole_event && m_somebody_else)
            return refused(want, *m_somebody_else);
        return want.resource.is_counted() ? seats(want) : exclusive(want);
    }

    void keep() {
        std::erase_if(m_rows, [](const HeldLease& row) { return row.holder.empty(); });
    }
    void undo() {
        for (auto change = m_changes.rbegin(); change != m_changes.rend(); ++change)
            m_rows[change->first] = std::move(change->second);
        m_rows.resize(m_size_before);
        m_next_generation = m_generation_before;
    }

private:
    bool mine(const HeldLease& row) const {
        return row.holder == m_asker.device && row.incarnation == m_asker.incarnation;
    }

    LeaseGranted refused(const LeaseWanted& want, std::size_t by) const {
        const auto& row = m_rows[by];
        const bool bounded = row.resource.starts && want.resource.starts;
        LeaseGranted answer{want.resource, false, false, row.holder, 0};
        if (want.resource.is_counted())
            answer.resource.count = 0;
        else
            answer.taken = !row.booking.empty() && bounded && overlap(row.resource, want.resource);
        return answer;
    }

    HeldLease& change(std::size_t index) {
        m_changes.emplace_back(index, m_rows[index]);
        return m_rows[index];
    }

    // From the asker's older incarnation. Its row is emptied; the new one is made for what is wanted now, and the new
    // generation makes that whatever the older one confirmed unseen gives way.
    void take_over(std::size_t index) {
        if (!std::exchange(m_took_over, true))
            ++m_next_generation;
        change(index).holder.clear();
    }

    std::size_t add(const LeaseWanted& want) {
        m_rows.push_back({want.resource, m_asker.device, m_asker.incarnation, m_next_generation, m_asker.now_ms,
                          want.booking, 0});
        m_of_subject[want.resource.subject].push_back(m_rows.size() - 1);
        return m_rows.size() - 1;
    }

    LeaseGranted held(std::size_t index) const {
        return {m_rows[index].resource, true, false, {}, m_rows[index].generation};
    }

    LeaseGranted exclusive(const LeaseWanted& want) {
        std::optional<LeaseGranted> no;
        std::optional<std::size_t> covering;
        std::vector<std::size_t> older;
        for (const auto index : m_of_subject.at(want.resource.subject)) {
            const auto& row = m_rows[index];
            if (row.holder.empty() || !overlap(row.resource, want.resource))
                continue;
            if (mine(row)) {
                if (!covering && covers(row.resource, want.resource))
                    covering = index;
            } else if (row.holder == m_asker.device) {
                older.push_back(index);
            } else if (auto answer = refused(want, index); !no || (answer.taken && !no->taken)) {
                no = std::move(answer);
            }
        }
        if (no)
            return *no;
        for (const auto index : older)
            take_over(index);
        if (!covering)
            return held(add(want));
        // Own and being given back, but wanted again: the holder and its journal are the same, so it just stays.
        if (const auto& row = m_rows[*covering];
            row.closing_seq != 0 || (!want.booking.empty() && row.booking != want.booking)) {
            auto& again = change(*covering);
            again.closing_seq = 0;
            if (!want.booking.empty())
                again.booking = want.booking;
        }
        return held(*covering);
    }

    LeaseGranted seats(const LeaseWanted& want) {
        std::int64_t others = 0, older = 0;
        std::optional<std::size_t> own;
        std::string holder;
        for (const auto index : m_of_subject.at(want.resource.subject)) {
            const auto& row = m_rows[index];
            if (row.holder.empty())
                continue;
            if (mine(row)) {
                own = index;
            } else if (row.holder == m_asker.device) {
                older += row.resource.count;
                take_over(index); // m_of_subject is not changed by it
            } else {
                others += row.resource.count;
                holder = row.holder;
            }
        }
        // What it had stays, even where the capacity shrank meanwhile: seats are given back, not taken.
        const auto had = (own ? m_rows[*own].resource.count : 0) + older;
        const auto gets = std::max(had, std::min(want.resource.count, std::max<std::int64_t>(0, want.capacity - others)));
        if (gets > 0 && (!own || m_rows[*own].resource.count != gets || m_rows[*own].closing_seq != 0 || older > 0)) {
            if (!own)
                own = add(want);
            auto& row = change(*own);
            row.resource.count = gets;
            row.closing_seq = 0;
            if (older > 0)
                row.generation = m_next_generation;
        }
        LeaseGranted answer{want.resource, gets >= want.resource.count, false, {}, own ? m_rows[*own].generation : 0};
        answer.resource.count = gets;
        if (!answer.held)
            answer.holder = holder;
        return answer;
    }

    std::vector<HeldLease>& m_rows;
    const Asker& m_asker;
    std::uint64_t& m_next_generation;
    std::size_t m_size_before;
    std::uint64_t m_generation_before;
    std::unordered_map<std::string_view, std::vector<std::size_t>> m_of_subject;
    std::optional<std::size_t> m_somebody_else; // any row of another device
    std::optional<std::size_t> m_held_whole;    // and that of one which has the event
    std::vector<std::pair<std::size_t, HeldLease>> m_changes; // as they were
    bool m_took_over = false;
};

} // namespace

std::vector<LeaseGranted> grant(std::vector<HeldLease>& rows, std::span<const LeaseWanted> wanted, bool all_or_nothing,
                                const Asker& asker, std::uint64_t& next_generation) {
    Granting granting(rows, wanted, asker, next_generation);
    std::vector<LeaseGranted> answers;
    answers.reserve(wanted.size());
    for (const auto& want : wanted)
        answers.push_back(granting.one(want));
    if (all_or_nothing && !std::ranges::all_of(answers, &LeaseGranted::held)) {
        granting.undo();
        // What could have been had is not held either, and nobody stands in its way. Of seats as many as before.
        for (auto& answer : answers) {
            if (answer.held)
                answer = {std::move(answer.resource), false, false, {}, 0};
            if (!answer.resource.is_counted())
                continue;
            const auto own = std::ranges::find_if(rows, [&](const HeldLease& row) {
                return row.holder == asker.device && row.incarnation == asker.incarnation &&
                       row.resource.subject == answer.resource.subject;
            });
            answer.resource.count = own == rows.end() ? 0 : own->resource.count;
            answer.generation = own == rows.end() ? 0 : own->generation;
        }
    } else {
        granting.keep();
    }
    return answers;
}

void give_back(std::vector<HeldLease>& rows, const Resource& resource, const Asker& asker, std::uint64_t closing_seq,
               std::uint64_t journal_seq, std::int64_t as_of_ms) {
    for (auto& row : rows) {
        if (row.holder != asker.device || row.incarnation != asker.incarnation || row.resource.subject != resource.subject ||
            !same_time(row.resource, resource))
            continue;
        if (as_of_ms > 0 && row.granted_ms > as_of_ms)
            continue;
        if (row.resource.is_counted())
            row.resource.count = std::clamp<std::int64_t>(resource.count, 0, row.resource.count);
        else
            row.closing_seq = std::max(row.closing_seq, closing_seq);
        const bool gone = row.resource.is_counted() ? row.resource.count == 0 : journal_seq >= row.closing_seq;
        if (gone)
            row.holder.clear();
    }
    std::erase_if(rows, [](const HeldLease& row) { return row.holder.empty(); });
}

void expire(std::vector<HeldLease>& rows, std::int64_t now_ms) {
    std::erase_if(rows, [&](const HeldLease& row) {
        if (!row.resource.starts || !row.resource.ends)
            return false;
        const bool granted_while_running = row.granted_ms >= row.resource.starts->unix_ms;
        const auto until = granted_while_running ? *row.resource.ends : *row.resource.starts;
        return now_ms >= until.unix_ms + lease_margin_ms;
    });
}

std::size_t take_from_lost(std::vector<HeldLease>& rows, std::string_view device, std::uint64_t& next_generation) {
    ++next_generation;
    return std::erase_if(rows, [&](const HeldLease& row) { return row.holder == device; });
}

std::size_t take_from_older(std::vector<HeldLease>& rows, const Asker& asker, std::uint64_t& next_generation) {
    const auto taken = std::erase_if(rows, [&](const HeldLease& row) {
        return row.holder == asker.device && row.incarnation != asker.incarnation;
    });
    if (taken > 0)
        ++next_generation;
    return taken;
}

} // namespace kiosk::core
