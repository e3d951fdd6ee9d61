// SPDX-License-Identifier: Apache-2.0
// The rules by which a booking may be made, moved, started and ended.
#include "core/bookings.hpp"
#include "core/json_fields.hpp"

#include <algorithm>
#include <limits>
#include <set>
#include <tuple>
#include <unordered_map>

namespace kiosk::core {

namespace {

constexpr std::size_t max_topic_characters = 60;
constexpr std::size_t max_purpose_bytes = 64;
constexpr std::size_t max_purposes = 32;
constexpr std::int64_t max_grace_min = 240;
constexpr std::int64_t max_most_per_person = 1000;

Instant whole_second(Instant at) { return {at.unix_ms - at.unix_ms % 1000}; }

// At a character's border.
std::string shortened(std::string text) {
    std::size_t characters = 0;
    for (std::size_t i = 0; i < text.size(); ++i)
        if ((static_cast<unsigned char>(text[i]) & 0xc0) != 0x80 && ++characters > max_topic_characters) {
            text.resize(i);
            break;
        }
    return text;
}

bool is_seat(const BookingRequest& request) { return !request.session.empty(); }

bool is_host_at(const EventConfig& config, std::string_view ticket, std::string_view unit) {
    const auto* found = config.unit(unit);
    return found != nullptr && !ticket.empty() && found->host == ticket;
}

bool in_each_others_way(const BookingRequest& one, const BookingRequest& other) {
    if (is_seat(one) && one.session == other.session)
        return true; // nobody has two seats in a session
    return one.starts < other.ends && other.starts < one.ends;
}

// Meetings that still lie ahead or go on: what the limit for one person is about.
bool counts(const EventConfig& config, const BookingPolicy& policy, const Booking& booking, std::string_view ticket,
            Instant now) {
    const auto status = standing_at(booking, now, policy.grace_ms).status;
    if (status != BookingStatus::Confirmed && status != BookingStatus::CheckedIn)
        return false;
    const auto& request = booking.request;
    const bool over = request.ends > request.starts && now >= request.ends;
    return !over && !is_host_at(config, ticket, request.unit);
}

BookingReason reason_of(const PersonFacts& person) {
    if (person.revoked)
        return BookingReason::Revoked;
    if (person.registrations.empty())
        return BookingReason::Unknown;
    if (person.registrations.size() > 1)
        return BookingReason::Ambiguous;
    const auto& registration = person.registrations.front();
    if (registration.status == RegistrationStatus::Cancelled)
        return BookingReason::Cancelled;
    if (registration.blocked)
        return BookingReason::PersonBlocked;
    if (registration.status == RegistrationStatus::Pending || registration.status == RegistrationStatus::Waitlist ||
        !registration.approved)
        return BookingReason::NotAllowed;
    return BookingReason::None;
}

// One decision. `request` has its place, times and people; the rest is asked here.
class Deciding {
public:
    Deciding(const EventConfig& config, const BookingPolicy& policy, const BookingFacts& facts, Instant now)
        : m_config(config), m_policy(policy), m_facts(facts), m_now(now) {}

    BookingDecision decide(BookingRequest request) {
        BookingDecision decision;
        decision.request = std::move(request);
        decision.reason = reason(decision);
        if (decision.reason != BookingReason::None) {
            decision.frees.clear();
            return decision;
        }
        for (auto& participant : decision.request.participants)
            if (const auto* person = facts_of(participant.ticket); person != nullptr && !person->registrations.empty())
                participant.registration = person->registrations.front().uid;
        decision.needs = resources_of(m_config, decision.request);
        return decision;
    }

private:
    const PersonFacts* facts_of(const std::string& ticket) const {
        const auto found = m_facts.people.find(ticket);
        return found == m_facts.people.end() ? nullptr : &found->second;
    }

    // The first that applies: what is asked for, then who, then what is in the way.
    BookingReason reason(BookingDecision& decision) const {
        for (const auto check : {&Deciding::place, &Deciding::people, &Deciding::occupied, &Deciding::persons_time})
            if (const auto reason = (this->*check)(decision); reason != BookingReason::None)
                return reason;
        return BookingReason::None;
    }

    BookingReason place(BookingDecision& decision) const {
        const auto& request = decision.request;
        const bool timeless = request.starts == request.ends;
        if (is_seat(request)) {
            const auto* session = m_config.session(request.session);
            if (session == nullptr)
                return BookingReason::UnknownUnit;
            if (session->cancelled)
                return BookingReason::Cancelled;
            return !timeless && m_now >= request.ends ? BookingReason::SlotEnded : BookingReason::None;
        }
        const auto* unit = m_config.unit(request.unit);
        if (unit == nullptr)
            return BookingReason::UnknownUnit;
        const auto* slot = unit->slot(request.slot);
        // A slot that moved since is another one: nobody is expected at the old time any more.
        if (slot == nullptr || slot->starts != request.starts || slot->ends != request.ends)
            return BookingReason::UnknownSlot;
        if (slot->blocked)
            return BookingReason::Blocked;
        return m_now >= slot->ends ? BookingReason::SlotEnded : BookingReason::None;
    }

    BookingReason people(BookingDecision& decision) const {
        const auto& request = decision.request;
        if (request.participants.empty())
            return BookingReason::TooFewPeople;
        std::set<std::string_view> seen;
        for (const auto& participant : request.participants)
            if (!seen.insert(participant.ticket).second) {
                decision.about = participant.ticket;
                return BookingReason::SamePersonTwice;
            }
        const auto* unit = m_config.unit(request.unit);
        if (unit != nullptr && static_cast<std::int64_t>(request.participants.size()) > unit->seats)
            return BookingReason::TooManyPeople;
        for (const auto& participant : request.participants) {
            const auto* person = facts_of(participant.ticket);
            const auto reason = person == nullptr ? BookingReason::Unknown : reason_of(*person);
            if (reason != BookingReason::None) {
                decision.about = participant.ticket;
                return reason;
            }
        }
        for (const auto& ticket : request.must_accept)
            if (!seen.contains(ticket)) {
                decision.about = ticket;
                return BookingReason::NotParticipant;
            }
        return BookingReason::None;
    }

    // Itself, where it exists already, and what it takes the place of are not in its way.
    bool matters(const BookingRequest& request, const Booking& other) const {
        return other.request.uid != request.replaces && (request.uid.empty() || other.request.uid != request.uid) &&
               stands(other.stage);
    }
    bool is_in_the_way(const Booking& other) const { return is_active(other, m_now, m_policy.grace_ms); }
    static void free(BookingDecision& decision, const Booking& no_show) {
        if (std::ranges::find(decision.frees, no_show.request.uid) == decision.frees.end())
            decision.frees.push_back(no_show.request.uid);
    }

    BookingReason occupied(BookingDecision& decision) const {
        const auto& request = decision.request;
        auto seats = static_cast<std::int64_t>(request.participants.size());
        for (const auto& other : m_facts.at_unit) {
            if (!matters(request, other))
                continue;
            if (is_seat(request)) {
                if (other.request.session == request.session)
                    seats += static_cast<std::int64_t>(other.request.participants.size());
            } else if (other.request.unit == request.unit && in_each_others_way(request, other.request)) {
                if (is_in_the_way(other))
                    return BookingReason::UnitTaken;
                free(decision, other);
            }
        }
        if (!is_seat(request))
            return BookingReason::None;
        const auto capacity = m_config.session(request.session)->capacity;
        return capacity && seats > *capacity ? BookingReason::Full : BookingReason::None;
    }

    BookingReason persons_time(BookingDecision& decision) const {
        const auto& request = decision.request;
        for (const auto& participant : request.participants) {
            const auto& person = *facts_of(participant.ticket);
            decision.about = participant.ticket;
            std::int64_t active = 0;
            for (const auto& other : person.bookings) {
                if (!matters(request, other))
                    continue;
                if (in_each_others_way(request, other.request)) {
                    if (is_in_the_way(other))
                        return BookingReason::PersonTaken;
                    free(decision, other);
                }
                active += counts(m_config, m_policy, other, participant.ticket, m_now) ? 1 : 0;
            }
            if (active >= m_policy.most_per_person && !is_host_at(m_config, participant.ticket, request.unit))
                return BookingReason::TooManyBookings;
            if (m_policy.needs_check_in && !person.checked_in)
                return BookingReason::NotCheckedIn;
        }
        decision.about.clear();
        return BookingReason::None;
    }

    const EventConfig& m_config;
    const BookingPolicy& m_policy;
    const BookingFacts& m_facts;
    Instant m_now;
};

// Why one that is over can't be acted on.
BookingReason reason_of_ended(const Booking& booking) {
    switch (booking.stage) {
    case BookingStage::Finished: return BookingReason::AlreadyDone;
    case BookingStage::Cancelled: return BookingReason::Cancelled;
    case BookingStage::Declined: return BookingReason::Declined;
    case BookingStage::Refused: return booking.reason == BookingReason::None ? BookingReason::NotAllowed : booking.reason;
    case BookingStage::NoShow: return BookingReason::NoShow;
    case BookingStage::Displaced: return BookingReason::Displaced;
    default: return BookingReason::None;
    }
}

} // namespace

BookingPolicy booking_policy(const EventConfig& config) {
    BookingPolicy policy;
    const auto settings = parse_json(config.event.settings);
    if (!settings.is_object())
        return policy;
    const auto found = settings.find("matchmaking");
    if (found == settings.end() || !found->is_object())
        return policy;
    const auto& matchmaking = *found;
    // A value that makes no sense is as good as none: bookings go on by the usual rules.
    const auto number = [&](const char* name, std::int64_t least, std::int64_t most, std::int64_t fallback) {
        const auto value = matchmaking.find(name);
        if (value == matchmaking.end() || !value->is_number_integer())
            return fallback;
        if (value->is_number_unsigned() && value->get<std::uint64_t>() > static_cast<std::uint64_t>(most))
            return most;
        return std::clamp(value->get<std::int64_t>(), least, most);
    };
    policy.most_per_person = number("most_per_person", 1, max_most_per_person, policy.most_per_person);
    policy.grace_ms = number("grace_min", 0, max_grace_min, policy.grace_ms / minute_ms) * minute_ms;
    if (const auto value = matchmaking.find("needs_check_in"); value != matchmaking.end() && value->is_boolean())
        policy.needs_check_in = value->get<bool>();
    if (const auto value = matchmaking.find("purposes"); value != matchmaking.end() && value->is_array())
        for (const auto& purpose : *value)
            if (purpose.is_string() && !purpose.get_ref<const std::string&>().empty() &&
                purpose.get_ref<const std::string&>().size() <= max_purpose_bytes && policy.purposes.size() < max_purposes)
                policy.purposes.push_back(purpose.get<std::string>());
    return policy;
}

std::vector<Resource> resources_of(const EventConfig& config, const BookingRequest& request) {
    std::vector<Resource> needs;
    const bool timeless = request.starts == request.ends;
    if (is_seat(request)) {
        // Where there is room for everybody there is nothing to count.
        if (const auto* session = config.session(request.session); session == nullptr || session->capacity)
            needs.push_back(seats_resource(request.session, static_cast<std::int64_t>(request.participants.size())));
    } else {
        needs.push_back(unit_resource(request.unit, request.starts, request.ends));
    }
    // A visitor whole, so that the limit for one person is exact; a host by the hour, so that many kiosks can book them.
    for (const auto& participant : request.participants) {
        if (!config.is_host(participant.ticket))
            needs.push_back(person_resource(participant.ticket));
        else if (!timeless)
            needs.push_back(person_resource(participant.ticket, request.starts, request.ends));
    }
    return needs;
}

BookingDecision decide_booking(const EventConfig& config, const BookingPolicy& policy, const BookingWish& wish,
                               const BookingFacts& facts, Instant now) {
    BookingRequest request;
    request.unit = wish.unit;
    request.slot = wish.slot;
    request.session = wish.session;
    for (const auto& ticket : wish.participants)
        request.participants.push_back({ticket, {}});
    for (const auto& ticket : wish.must_accept)
        if (std::ranges::find(request.must_accept, ticket) == request.must_accept.end())
            request.must_accept.push_back(ticket);
    request.purpose = wish.purpose.size() <= max_purpose_bytes ? wish.purpose : std::string();
    request.topic = shortened(wish.topic);
    request.by = wish.by;
    request.replaces = wish.replaces;
    request.at = now;
    if (is_seat(request)) {
        request.unit.clear();
        request.slot.clear();
        if (const auto* session = config.session(request.session)) {
            if (session->starts && session->ends && *session->starts < *session->ends) {
                request.starts = whole_second(*session->starts);
                request.ends = whole_second(*session->ends);
            }
            if (session->is_closed_door()) // who sits there is nobody else's business
                request.confidential = session->id;
        }
    } else if (const auto* unit = config.unit(request.unit)) {
        if (const auto* slot = unit->slot(request.slot)) {
            request.starts = slot->starts;
            request.ends = slot->ends;
        }
    }
    return Deciding(config, policy, facts, now).decide(std::move(request));
}

BookingDecision decide_again(const EventConfig& config, const BookingPolicy& policy, const BookingRequest& request,
                             const BookingFacts& facts, Instant now) {
    const bool walk_up = request.at >= request.starts;
    if (!is_seat(request) && !walk_up && now >= request.starts) {
        BookingDecision lapsed;
        lapsed.reason = BookingReason::Lapsed;
        lapsed.request = request;
        return lapsed;
    }
    return Deciding(config, policy, facts, now).decide(request);
}

BookingReason may_cancel(const Booking& booking, Instant now, const BookingPolicy& policy) {
    if (const auto over = reason_of_ended(booking); over != BookingReason::None)
        return over;
    if (booking.stage == BookingStage::Started)
        return BookingReason::AlreadyStarted;
    const auto standing = standing_at(booking, now, policy.grace_ms);
    if (standing.status == BookingStatus::NoShow)
        return BookingReason::NoShow;
    return standing.status == BookingStatus::Refused ? standing.reason : BookingReason::None;
}

BookingReason may_start(const Booking& booking, std::span<const std::string> absent, Instant now,
                        const BookingPolicy& policy) {
    if (const auto over = reason_of_ended(booking); over != BookingReason::None)
        return over;
    if (booking.stage == BookingStage::Started)
        return BookingReason::AlreadyStarted;
    const auto standing = standing_at(booking, now, policy.grace_ms);
    switch (standing.status) {
    case BookingStatus::NoShow: return BookingReason::NoShow;
    case BookingStatus::Refused: return standing.reason;
    case BookingStatus::Pending: return BookingReason::NotConfirmed;
    default: return absent.empty() ? BookingReason::None : BookingReason::NotCheckedIn;
    }
}

BookingReason may_finish(const Booking& booking, Instant, const BookingPolicy&) {
    if (const auto over = reason_of_ended(booking); over != BookingReason::None)
        return over;
    return booking.stage == BookingStage::Started ? BookingReason::None : BookingReason::NotStarted;
}

namespace {

// Who is busy when, and what is taken when, of bookings that are in the way; and the leases by what they are of.
class Free {
public:
    Free(const EventConfig& config, const BookingPolicy& policy, std::span<const Booking> bookings,
         std::span<const std::string> people, std::span<const Lease> leases, Instant now)
        : m_people(people), m_leases(leases.begin(), leases.end()), m_now(now) {
        for (const auto& ticket : people)
            m_is_host.push_back(config.is_host(ticket));
        std::map<std::string_view, std::int64_t> active;
        for (const auto& booking : bookings) {
            if (!is_active(booking, now, policy.grace_ms))
                continue;
            const auto& request = booking.request;
            if (!request.unit.empty())
                m_at_unit[request.unit].push_back(&request);
            for (const auto& ticket : people) {
                if (std::ranges::find(request.participants, ticket, &Participant::ticket) == request.participants.end())
                    continue;
                m_busy.push_back(&request);
                active[ticket] += counts(config, policy, booking, ticket, now) ? 1 : 0;
            }
        }
        for (const auto& [ticket, count] : active)
            if (count >= policy.most_per_person)
                m_at_their_limit.push_back(ticket);
        std::ranges::sort(m_leases, {}, [](const Lease& lease) { return std::string_view(lease.resource.subject); });
    }

    bool suits(const BookableUnit& unit) const {
        return unit.seats >= std::max<std::int64_t>(1, static_cast<std::int64_t>(m_people.size())) &&
               std::ranges::all_of(m_at_their_limit, [&](std::string_view ticket) { return unit.host == ticket; });
    }
    bool is_free(const BookableUnit& unit, const Slot& slot) const {
        if (slot.blocked || m_now >= slot.ends)
            return false;
        const auto meets = [&](const BookingRequest* other) {
            return slot.starts < other->ends && other->starts < slot.ends;
        };
        const auto taken = m_at_unit.find(unit.id);
        return std::ranges::none_of(m_busy, meets) &&
               (taken == m_at_unit.end() || std::ranges::none_of(taken->second, meets));
    }
    bool is_held(const BookableUnit& unit, const Slot& slot) const {
        if (!holds(unit_resource(unit.id, slot.starts, slot.ends)))
            return false;
        for (std::size_t i = 0; i < m_people.size(); ++i)
            if (!holds(m_is_host[i] ? person_resource(m_people[i], slot.starts, slot.ends) : person_resource(m_people[i])))
                return false;
        return true;
    }

private:
    bool holds(const Resource& need) const {
        const auto of_subject = std::ranges::equal_range(m_leases, std::string_view(need.subject), {}, [](const Lease& lease) {
            return std::string_view(lease.resource.subject);
        });
        // How far the feed was read is asked when it comes to confirming.
        return cover(of_subject, std::span(&need, 1), std::numeric_limits<std::uint64_t>::max(), m_now, {}).missing.empty();
    }

    std::span<const std::string> m_people;
    std::vector<bool> m_is_host; // of the people
    std::vector<Lease> m_leases;
    Instant m_now;
    std::unordered_map<std::string_view, std::vector<const BookingRequest*>> m_at_unit;
    std::vector<const BookingRequest*> m_busy; // of anybody of them
    std::vector<std::string_view> m_at_their_limit;
};

} // namespace

std::vector<FreeSlot> free_slots(const EventConfig& config, const BookingPolicy& policy, std::span<const Booking> bookings,
                                 std::span<const std::string> people, std::string_view unit, std::span<const Lease> leases,
                                 Instant now, std::size_t limit) {
    const Free free(config, policy, bookings, people, leases, now);
    std::vector<FreeSlot> found;
    for (const auto& candidate : config.units) {
        if ((!unit.empty() && candidate.id != unit) || !free.suits(candidate))
            continue;
        for (const auto& slot : candidate.slots)
            if (free.is_free(candidate, slot))
                found.push_back({candidate.id, slot.id, slot.starts, slot.ends, free.is_held(candidate, slot)});
    }
    // What can be confirmed at once comes first among those of the same time; units stay in the order of the event.
    std::ranges::stable_sort(found, {}, [](const FreeSlot& slot) { return std::tuple(slot.starts, !slot.held_here); });
    if (found.size() > limit)
        found.resize(limit);
    return found;
}

} // namespace kiosk::core
