// SPDX-License-Identifier: Apache-2.0
// GET /v1/feed and GET /v1/snapshot.
#include "hub/api_impl.hpp"

#include <algorithm>
#include <charconv>

namespace kiosk::sync::hub {

namespace {

constexpr std::uint64_t max_limit = 1000;
constexpr std::size_t page_bytes = 1024 * 1024;
constexpr std::uint64_t max_wait_s = 60;
// Pages that hold nothing for this device are read over, but not for ever in one request.
constexpr int max_empty_pages = 20;

struct Range {
    std::uint64_t from = 0;
    std::uint64_t bytes = 0;
};

bool read_number(std::string_view text, std::uint64_t& value) {
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    return problem == std::errc() && end == text.data() + text.size();
}

// One range of bytes. Absent where it asks for something else (then the whole is sent); `bytes` 0 where it can't be had.
std::optional<Range> read_range(std::string_view text, std::uint64_t size) {
    constexpr std::string_view unit = "bytes=";
    if (!text.starts_with(unit))
        return std::nullopt;
    text.remove_prefix(unit.size());
    const auto dash = text.find('-');
    if (dash == std::string_view::npos)
        return std::nullopt;
    std::uint64_t from = 0, last = 0;
    const auto first = text.substr(0, dash), second = text.substr(dash + 1);
    if (first.empty()) {
        if (!read_number(second, last))
            return std::nullopt;
        last = std::min(last, size);
        return Range{size - last, last};
    }
    if (!read_number(first, from) || (!second.empty() && !read_number(second, last)))
        return std::nullopt;
    if (from >= size)
        return Range{0, 0};
    last = second.empty() ? size - 1 : std::min(last, size - 1);
    return last < from ? std::nullopt : std::optional(Range{from, last - from + 1});
}

} // namespace

std::string Api::Impl::scope_of(const DeviceRow& device) {
    return device.is_hub ? std::string(scope_all) : device.confidential;
}

ApiAnswer Api::Impl::feed_answer(Context& context, bool may_wait, std::optional<Waiting>& waiting) {
    const auto after = context.number("after");
    const auto wait_s = context.number("wait");
    const auto wanted = context.number("limit");
    if (!after || !wait_s || !wanted)
        return error(400, "query", "after, wait and limit are whole numbers.");
    const auto& device = *context.device;
    const auto limit = static_cast<std::size_t>(std::clamp<std::uint64_t>(wanted->value_or(max_limit), 1, max_limit));
    std::optional<Store::Skip> skip;
    // A venue hub has what came through it, unless it was restored from a backup: then it asks for all.
    if (device.is_hub && context.text("all") == "1")
        skip.reset();
    else if (device.is_hub)
        skip = Store::Skip{device.device, {}};
    else if (const auto incarnation = context.text("skip"); !incarnation.empty() && incarnation.size() <= protocol::max_id_bytes)
        skip = Store::Skip{device.device, incarnation};

    const auto identity = directory.identity();
    protocol::FeedReply reply;
    reply.hub = identity.hub;
    reply.epoch = identity.epoch;
    reply.next = after->value_or(0);
    reply.scope = scope_of(device);
    std::string operations;
    for (int page_number = 0; page_number < max_empty_pages; ++page_number) {
        auto page = store.feed(device.event, reply.next, limit, page_bytes, skip, reply.scope);
        if (!page)
            return store_error(page.error());
        reply.latest = page->latest;
        if (reply.next > page->latest) { // of another epoch, or made up: the epoch tells which
            reply.next = page->latest;
            may_wait = false;
            break;
        }
        std::size_t size = 0;
        for (const auto& item : page->items)
            size += item.line.size() + item.personal.size() + 2;
        operations.reserve(size);
        for (const auto& item : page->items) {
            if (!operations.empty())
                operations += ',';
            protocol::append_joined(operations, item.line, item.personal);
        }
        reply.next = std::max(reply.next, page->scanned_to);
        if (!page->items.empty() || reply.next >= page->latest)
            break;
    }
    const auto wait_ms = static_cast<std::int64_t>(std::min(wait_s->value_or(0), max_wait_s)) * 1000;
    // Where only what it wrote itself is new, it is told that this was read: a lease may be of use to it from there on.
    if (may_wait && wait_ms > 0 && operations.empty() && reply.next >= reply.latest && reply.next == after->value_or(0)) {
        waiting = Waiting{device.event, reply.next, wait_ms};
        return {};
    }
    reply.time_ms = clock.now().unix_ms;
    ApiAnswer answer;
    answer.body = protocol::encode_feed_reply(reply, operations);
    answer.headers["Cache-Control"] = "no-store";
    return answer;
}

Api::Prepared Api::Impl::get_feed(Context& context) {
    Prepared prepared;
    auto answer = feed_answer(context, true, prepared.waiting);
    if (!prepared.waiting)
        prepared.answer = std::move(answer);
    return prepared;
}

// The newest image that is ready, at most some thousand operations old: the feed brings the rest. Making one takes a
// moment and is fold()'s work; until the first one is there the answer is "come again".
Api::Prepared Api::Impl::get_snapshot(Context& context) {
    const auto& headers = context.request.headers;
    const auto header = [&](const char* name) {
        const auto found = headers.find(name);
        return found == headers.end() ? std::string() : found->second;
    };
    const auto if_range = header("if-range");
    const auto& event = context.device->event;
    // An image of nothing would be no help, and stay a while when there is something.
    if (latest_of(event) == 0)
        return ready(error(404, "no_event_yet", "Nothing of this event is here yet. Prepare it first, then ask again."));
    auto snapshot = mirrors.of(event)->snapshot(if_range);
    auto scope = scope_of(*context.device);
    if (scope != scope_all) {
        // Where nothing confidential is in it, one image does for all.
        const auto secret = store.any_confidential(event, snapshot ? snapshot->number : latest_of(event));
        if (!secret)
            return ready(store_error(secret.error()));
        if (*secret)
            snapshot = mirrors.of(event, scope)->snapshot(if_range);
    }
    if (!snapshot)
        return ready(error(503, "preparing", "The image is being made.", 1));
    ApiAnswer answer;
    answer.content_type = "application/zstd";
    answer.compress = false;
    answer.headers = {{"Accept-Ranges", "bytes"},
                      {"Cache-Control", "no-store"},
                      {"ETag", snapshot->etag},
                      {"X-Feed-Number", std::to_string(snapshot->number)},
                      {"X-Feed-Epoch", snapshot->epoch},
                      {"X-Feed-Scope", scope},
                      {"X-Content-Blake2b", snapshot->content_hash},
                      {"X-Content-Bytes", std::to_string(snapshot->content_bytes)}};
    if (header("if-none-match") == snapshot->etag) {
        answer.status = 304;
        return ready(std::move(answer));
    }
    answer.file = snapshot->file;
    answer.file_bytes = snapshot->bytes;
    // A range of another image than the one at hand would be a piece that does not fit: then the whole is sent.
    if (const auto range_text = header("range"); !range_text.empty() && (if_range.empty() || if_range == snapshot->etag))
        if (const auto range = read_range(range_text, snapshot->bytes)) {
            const auto all = std::to_string(snapshot->bytes);
            if (range->bytes == 0) {
                auto refused = error(416, "range", "The image has no such part.");
                refused.headers["Content-Range"] = "bytes */" + all;
                return ready(std::move(refused));
            }
            answer.status = 206;
            answer.file_from = range->from;
            answer.file_bytes = range->bytes;
            answer.headers["Content-Range"] = "bytes " + std::to_string(range->from) + "-" +
                                              std::to_string(range->from + range->bytes - 1) + "/" + all;
        }
    return ready(std::move(answer));
}

} // namespace kiosk::sync::hub
