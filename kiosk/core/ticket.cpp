// SPDX-License-Identifier: Apache-2.0
#include "core/ticket.hpp"

#include "core/letters.hpp"

#include <algorithm>
#include <array>

namespace kiosk::core {

namespace {

constexpr std::string_view prefix = "XD1:";
// A scanner that types trims spaces, and Base45 may end in one: the text ends in something that stays.
constexpr char terminator = '/';

constexpr std::uint8_t format_version = 1;
constexpr std::size_t signature_bytes = 64;
constexpr std::size_t max_field_bytes = 64;
constexpr std::size_t time_bytes = 5; // seconds; four would end in 2106
constexpr std::int64_t max_time_s = (std::int64_t{1} << (8 * time_bytes)) - 1;
constexpr std::size_t max_ticket_text = 512; // the longest possible ticket has 415 characters

enum Flag : std::uint8_t { HasTicketType = 1, HasValidFrom = 2, HasValidUntil = 4, AllFlags = 7 };

// Reads forwards; every read says whether the bytes were there.
class Bytes {
public:
    explicit Bytes(std::string_view bytes) : m_left(bytes) {}

    bool at_end() const { return m_left.empty(); }

    std::optional<std::uint64_t> number(std::size_t size) {
        if (m_left.size() < size)
            return std::nullopt;
        std::uint64_t value = 0;
        for (const char each : m_left.substr(0, size))
            value = value << 8U | static_cast<std::uint8_t>(each);
        m_left.remove_prefix(size);
        return value;
    }

    std::optional<std::string> field() {
        const auto size = number(1);
        if (!size || *size == 0 || *size > max_field_bytes || m_left.size() < *size)
            return std::nullopt;
        std::string text(m_left.substr(0, *size));
        m_left.remove_prefix(text.size());
        return text;
    }

private:
    std::string_view m_left;
};

void append_number(std::string& bytes, std::uint64_t value, std::size_t size) {
    for (std::size_t i = size; i-- > 0;)
        bytes += static_cast<char>(value >> (8 * i) & 0xFFU);
}

void append_field(std::string& bytes, std::string_view text) {
    append_number(bytes, text.size(), 1);
    bytes += text;
}

// What a scan of the plain code would become must be what the ticket says, or the two would be different tickets.
bool is_field(std::string_view text) {
    return !text.empty() && text.size() <= max_field_bytes && normalise_code(text) == text;
}

std::optional<std::int64_t> seconds_of(Instant at) {
    const auto seconds = at.unix_ms / 1000;
    return at.unix_ms < 0 || seconds > max_time_s ? std::nullopt : std::optional(seconds);
}

std::unexpected<Error> unreadable(const char* what) {
    return fail(ErrorCode::Invalid, "error.ticket_unreadable", what);
}

// --- Base45 --------------------------------------------------------------------------------------------------------

constexpr std::string_view alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";

constexpr auto digits = [] {
    std::array<std::int8_t, 256> table{};
    table.fill(-1);
    for (std::size_t i = 0; i < alphabet.size(); ++i)
        table[static_cast<std::uint8_t>(alphabet[i])] = static_cast<std::int8_t>(i);
    return table;
}();

// --- plain codes and URLs ------------------------------------------------------------------------------------------

bool is_ascii_digit(char c) {
    return c >= '0' && c <= '9';
}
char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
    return std::ranges::equal(a, b, {}, lower, lower);
}

void trim(Letters& letters) {
    const auto is_margin = [](char32_t letter) { return is_space(letter) || is_control(letter); };
    letters.erase(letters.begin(), std::ranges::find_if_not(letters, is_margin));
    while (!letters.empty() && is_margin(letters.back()))
        letters.pop_back();
}

// What scanners put before the content: an AIM identifier ("]Q1") or the name of a character set ("\000026").
bool strip_scanner_prefix(Letters& letters) {
    const auto is_letter = [](char32_t c) { return (c >= U'A' && c <= U'Z') || (c >= U'a' && c <= U'z'); };
    const auto is_digit = [](char32_t c) { return c >= U'0' && c <= U'9'; };
    constexpr std::size_t aim_size = 3;
    if (letters.size() > aim_size && letters[0] == U']' && is_letter(letters[1]) &&
        (is_digit(letters[2]) || is_letter(letters[2]))) {
        letters.erase(0, aim_size);
        return true;
    }
    constexpr std::size_t set_size = 7;
    if (letters.size() > set_size && letters[0] == U'\\' &&
        std::ranges::all_of(letters.substr(1, set_size - 1), is_digit)) {
        letters.erase(0, set_size);
        return true;
    }
    return false;
}

std::string percent_decoded(std::string_view text, bool plus_is_space) {
    const auto hex = [](char c) {
        return is_ascii_digit(c) ? c - '0' : lower(c) >= 'a' && lower(c) <= 'f' ? lower(c) - 'a' + 10 : -1;
    };
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%' && i + 2 < text.size() && hex(text[i + 1]) >= 0 && hex(text[i + 2]) >= 0) {
            result += static_cast<char>(hex(text[i + 1]) * 16 + hex(text[i + 2]));
            i += 2;
        } else {
            result += plus_is_space && text[i] == '+' ? ' ' : text[i];
        }
    }
    return result;
}

// Cuts `text` at the first `separator`; what follows it is returned.
std::string_view cut(std::string_view& text, char separator) {
    const auto at = text.find(separator);
    if (at == std::string_view::npos)
        return {};
    const auto rest = text.substr(at + 1);
    text = text.substr(0, at);
    return rest;
}

std::optional<std::string> readable(std::string decoded) {
    auto code = normalise_code(decoded);
    return code.empty() ? std::nullopt : std::optional(std::move(code));
}

std::optional<std::string> code_in_query(std::string_view query) {
    for (const std::string_view wanted : {"ticket", "code", "t", "c"}) {
        auto rest = query;
        while (!rest.empty()) {
            auto name = rest;
            rest = cut(name, '&');
            const auto value = cut(name, '=');
            if (equal_ignoring_case(name, wanted))
                if (auto code = readable(percent_decoded(value, true)))
                    return code;
        }
    }
    return std::nullopt;
}

std::optional<std::string> last_segment(std::string_view path) {
    while (!path.empty()) {
        const auto slash = path.rfind('/');
        const auto segment = slash == std::string_view::npos ? path : path.substr(slash + 1);
        if (auto code = readable(percent_decoded(segment, false)))
            return code;
        path = slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
    }
    return std::nullopt;
}

} // namespace

std::string base45_encode(std::string_view bytes) {
    std::string text;
    text.reserve(bytes.size() / 2 * 3 + 2);
    const auto byte = [&](std::size_t at) { return static_cast<unsigned>(static_cast<std::uint8_t>(bytes[at])); };
    for (std::size_t at = 0; at < bytes.size(); at += 2) {
        const bool pair = at + 1 < bytes.size();
        unsigned value = pair ? byte(at) * 256 + byte(at + 1) : byte(at);
        for (int i = 0; i < (pair ? 3 : 2); ++i, value /= 45)
            text += alphabet[value % 45];
    }
    return text;
}

Result<std::string> base45_decode(std::string_view text) {
    if (text.size() % 3 == 1)
        return fail(ErrorCode::Invalid, "error.base45", "length");
    std::string bytes;
    bytes.reserve(text.size() / 3 * 2 + 1);
    for (std::size_t at = 0; at < text.size(); at += 3) {
        const auto group = text.substr(at, 3);
        unsigned value = 0;
        unsigned weight = 1;
        for (const char each : group) {
            const auto digit = digits[static_cast<std::uint8_t>(each)];
            if (digit < 0)
                return fail(ErrorCode::Invalid, "error.base45", "character");
            value += static_cast<unsigned>(digit) * weight;
            weight *= 45;
        }
        if (value > (group.size() == 3 ? 0xFFFFU : 0xFFU))
            return fail(ErrorCode::Invalid, "error.base45", "value");
        if (group.size() == 3)
            bytes += static_cast<char>(value >> 8U);
        bytes += static_cast<char>(value & 0xFFU);
    }
    return bytes;
}

Result<std::string> encode_ticket(const SignedTicket& ticket, std::string_view seed, const Signer& signer) {
    if (ticket.key_id < 0 || ticket.key_id > 0xFFFF)
        return fail(ErrorCode::Invalid, "error.ticket_field", "key_id");
    if (!is_field(ticket.event))
        return fail(ErrorCode::Invalid, "error.ticket_field", "event");
    if (!is_field(ticket.ticket))
        return fail(ErrorCode::Invalid, "error.ticket_field", "ticket");
    if (!ticket.ticket_type.empty() && !is_field(ticket.ticket_type))
        return fail(ErrorCode::Invalid, "error.ticket_field", "ticket_type");

    unsigned flags = 0;
    std::string tail;
    if (!ticket.ticket_type.empty()) {
        flags |= HasTicketType;
        append_field(tail, ticket.ticket_type);
    }
    const auto append_time = [&](const std::optional<Instant>& at, Flag flag) {
        if (!at)
            return true;
        const auto seconds = seconds_of(*at);
        if (seconds)
            append_number(tail, static_cast<std::uint64_t>(*seconds), time_bytes);
        flags |= flag;
        return seconds.has_value();
    };
    if (!append_time(ticket.valid_from, HasValidFrom))
        return fail(ErrorCode::Invalid, "error.ticket_field", "valid_from");
    if (!append_time(ticket.valid_until, HasValidUntil))
        return fail(ErrorCode::Invalid, "error.ticket_field", "valid_until");

    std::string bytes;
    append_number(bytes, format_version, 1);
    append_number(bytes, static_cast<std::uint64_t>(ticket.key_id), 2);
    append_number(bytes, flags, 1);
    append_field(bytes, ticket.event);
    append_field(bytes, ticket.ticket);
    bytes += tail;
    KIOSK_TRY(const auto signature, signer.sign_ed25519(seed, std::string(prefix) + bytes));
    if (signature.size() != signature_bytes)
        return fail(ErrorCode::Internal, "error.ticket_field", "signature");
    return std::string(prefix) + base45_encode(bytes + signature) + terminator;
}

bool has_ticket_prefix(std::string_view text) {
    return text.starts_with(prefix);
}

Result<ParsedTicket> parse_ticket(std::string_view text) {
    if (!has_ticket_prefix(text) || text.size() > max_ticket_text || text.size() <= prefix.size() ||
        text.back() != terminator)
        return unreadable("frame");
    const auto bytes = base45_decode(text.substr(prefix.size(), text.size() - prefix.size() - 1));
    if (!bytes || bytes->size() <= signature_bytes)
        return unreadable("base45");
    const auto payload = std::string_view(*bytes).substr(0, bytes->size() - signature_bytes);

    Bytes in(payload);
    const auto version = in.number(1);
    if (version != format_version)
        return fail(ErrorCode::NewerVersion, "error.ticket_version", version ? std::to_string(*version) : "");
    const auto key_id = in.number(2);
    const auto flags = in.number(1);
    if (!key_id || !flags || *flags > AllFlags)
        return unreadable("head");

    ParsedTicket parsed;
    parsed.ticket.key_id = static_cast<int>(*key_id);
    const auto read_field = [&](std::string& into) {
        auto field = in.field();
        if (!field || !is_field(*field))
            return false;
        into = std::move(*field);
        return true;
    };
    const auto read_time = [&](std::optional<Instant>& into) {
        const auto seconds = in.number(time_bytes);
        if (seconds)
            into = Instant{static_cast<std::int64_t>(*seconds) * 1000};
        return seconds.has_value();
    };
    if (!read_field(parsed.ticket.event) || !read_field(parsed.ticket.ticket))
        return unreadable("code");
    if ((*flags & HasTicketType) != 0 && !read_field(parsed.ticket.ticket_type))
        return unreadable("ticket_type");
    if ((*flags & HasValidFrom) != 0 && !read_time(parsed.ticket.valid_from))
        return unreadable("valid_from");
    if ((*flags & HasValidUntil) != 0 && !read_time(parsed.ticket.valid_until))
        return unreadable("valid_until");
    if (!in.at_end())
        return unreadable("trailing bytes");
    parsed.signed_bytes = std::string(prefix) + std::string(payload);
    parsed.signature = bytes->substr(payload.size());
    return parsed;
}

std::string normalise_code(std::string_view raw) {
    if (raw.size() > max_code_bytes || !is_utf8(raw))
        return {};
    auto letters = compatible_letters(raw);
    std::erase_if(letters, is_invisible); // copied from a chat or a web page
    trim(letters);
    while (strip_scanner_prefix(letters)) // so that a normalised code stays as it is
        trim(letters);
    constexpr char32_t replacement = U'\uFFFD'; // a scanner that guessed the wrong encoding
    if (std::ranges::any_of(letters, [](char32_t letter) { return is_control(letter) || letter == replacement; }))
        return {};
    auto code = to_utf8(letters);
    return code.size() > max_code_bytes ? std::string() : code; // folding can lengthen
}

std::optional<std::string> code_in_url(std::string_view text) {
    if (text.size() > max_code_bytes)
        return std::nullopt;
    auto url = text;
    auto rest = cut(url, ':');
    if ((!equal_ignoring_case(url, "https") && !equal_ignoring_case(url, "http")) || !rest.starts_with("//"))
        return std::nullopt;
    rest.remove_prefix(2);
    auto fragment = cut(rest, '#');
    const auto query = cut(rest, '?');
    auto host = rest;
    const auto path = cut(host, '/');
    if (host.empty())
        return std::nullopt;

    if (auto code = code_in_query(query))
        return code;
    const auto fragment_query = fragment.find('?') == std::string_view::npos ? fragment : cut(fragment, '?');
    if (auto code = code_in_query(fragment_query))
        return code;
    if (fragment.starts_with('!'))
        fragment.remove_prefix(1);
    if (fragment.starts_with('/')) // the address of a page within a web application; others name a place in the page
        if (auto code = last_segment(fragment))
            return code;
    if (auto code = last_segment(path))
        return code;
    return readable(percent_decoded(fragment, false));
}

} // namespace kiosk::core
