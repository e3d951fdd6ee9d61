// SPDX-License-Identifier: Apache-2.0
#include "core/model.hpp"

#include "core/ports.hpp"

#include <algorithm>
#include <array>

namespace kiosk::core {

namespace {

template <typename T>
const T* find_id(const std::vector<T>& items, std::string_view id) {
    const auto found = std::ranges::find(items, id, &T::id);
    return found == items.end() ? nullptr : &*found;
}

} // namespace

const Checkpoint* EventConfig::checkpoint(std::string_view id) const { return find_id(checkpoints, id); }
const BookableUnit* EventConfig::unit(std::string_view id) const { return find_id(units, id); }
const Slot* BookableUnit::slot(std::string_view wanted) const { return find_id(slots, wanted); }
bool EventConfig::is_host(std::string_view ticket) const {
    return !ticket.empty() && std::ranges::any_of(units, [&](const BookableUnit& unit) { return unit.host == ticket; });
}
const Session* EventConfig::session(std::string_view id) const { return find_id(sessions, id); }
const StaffMember* EventConfig::staff_member(std::string_view id) const { return find_id(staff, id); }
const Question* EventConfig::question(std::string_view id) const { return find_id(questions, id); }
const TicketType* EventConfig::ticket_type(std::string_view id) const { return find_id(ticket_types, id); }

const SigningKey* EventConfig::key(int id) const {
    const auto found = std::ranges::find(keys, id, &SigningKey::id);
    return found == keys.end() ? nullptr : &*found;
}

std::string make_uid(Instant now, Random& random) {
    std::array<std::uint8_t, 16> bytes{};
    random.fill(bytes);
    const auto ms = static_cast<std::uint64_t>(std::max<std::int64_t>(now.unix_ms, 0));
    for (std::size_t i = 0; i < 6; ++i)
        bytes[i] = static_cast<std::uint8_t>(ms >> (8 * (5 - i)));
    bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0f) | 0x70);
    bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3f) | 0x80);
    constexpr std::string_view hex = "0123456789abcdef";
    std::string text;
    text.reserve(36);
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            text += '-';
        text += hex[bytes[i] >> 4];
        text += hex[bytes[i] & 15];
    }
    return text;
}

std::string make_ticket_code(Random& random) {
    // Crockford's alphabet has no I, L, O, U, so that a code survives being read aloud. 32 divides 256: no bias.
    constexpr std::string_view alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    std::array<std::uint8_t, 10> bytes{};
    random.fill(bytes);
    std::string code;
    for (const auto byte : bytes)
        code += alphabet[byte & 31];
    return code;
}

} // namespace kiosk::core
