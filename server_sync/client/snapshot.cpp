// SPDX-License-Identifier: Apache-2.0
#include "client/snapshot.hpp"

#include "client/files.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <system_error>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zstd.h>

namespace kiosk::sync::client {
namespace {

using kiosk::core::ErrorCode;
using kiosk::core::fail;
using kiosk::core::Result;
using kiosk::core::Status;

using Headers = std::map<std::string, std::string>;

constexpr std::size_t max_etag_bytes = 256;

std::filesystem::path beside(const std::filesystem::path& path, const char* ending) {
    auto other = path;
    other += ending;
    return other;
}

std::string text_of(const Headers& headers, const char* name) {
    const auto found = headers.find(name);
    return found == headers.end() ? std::string() : found->second;
}

std::optional<std::uint64_t> number_of(const Headers& headers, const char* name) {
    const auto text = text_of(headers, name);
    std::uint64_t number = 0;
    const auto end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data(), end, number);
    return text.empty() || parsed.ec != std::errc{} || parsed.ptr != end ? std::nullopt : std::optional(number);
}

std::string hex(const kiosk::core::Digest& digest) {
    std::string text;
    for (const auto byte : digest)
        text += fmt::format("{:02x}", static_cast<unsigned>(byte));
    return text;
}

// What the hub says of the file, on the first and on every later part of it.
struct Announced {
    SnapshotInfo info;
    std::string digest;
};
Result<Announced> read_head(const Headers& headers, std::uint64_t max_bytes) {
    Announced announced;
    const auto feed = number_of(headers, "x-feed-number");
    const auto bytes = number_of(headers, "x-content-bytes");
    announced.digest = text_of(headers, "x-content-blake2b");
    announced.info.epoch = text_of(headers, "x-feed-epoch");
    if (!feed || !bytes || announced.digest.size() != 64 || announced.info.epoch.empty())
        return fail(ErrorCode::Unavailable, "error.sync.not_a_hub", "no snapshot's headers");
    if (*bytes > max_bytes)
        return fail(ErrorCode::TooLarge, "error.sync.snapshot_too_large", std::to_string(*bytes));
    announced.info.feed_number = *feed;
    announced.info.bytes = *bytes;
    if (const auto scope = headers.find("x-feed-scope"); scope != headers.end()) // older hubs have one image for all
        announced.info.scope = scope->second;
    return announced;
}

class Attempt {
public:
    Attempt(Wire& wire, const HubAddress& hub, const std::filesystem::path& destination,
            const kiosk::core::Hasher& hasher, const SnapshotOptions& options)
        : m_wire(wire), m_hub(hub), m_destination(destination), m_part(beside(destination, ".part")),
          m_tag(beside(destination, ".part.etag")), m_inflated(beside(destination, ".inflating")), m_hasher(hasher),
          m_options(options) {}

    Result<SnapshotInfo> run() {
        KIOSK_CHECK(bring());
        auto whole = inflate();
        std::error_code ignored;
        if (!whole) {
            std::filesystem::remove(m_inflated, ignored);
            // Bytes that are wrong stay wrong; a full disk does not make them so.
            if (whole.error().code == ErrorCode::Corrupt)
                forget();
            return std::unexpected(whole.error());
        }
        forget();
        m_announced->info.path = m_destination;
        return m_announced->info;
    }

private:
    void forget() {
        std::error_code ignored;
        std::filesystem::remove(m_tag, ignored);
        std::filesystem::remove(m_part, ignored);
    }
    bool begin(int status, const Headers& headers);
    Status bring();
    Status inflate();

    Wire& m_wire;
    const HubAddress& m_hub;
    const std::filesystem::path m_destination, m_part, m_tag, m_inflated;
    const kiosk::core::Hasher& m_hasher;
    const SnapshotOptions& m_options;
    OpenFile m_file;
    std::uint64_t m_have = 0, m_of = 0;
    std::optional<Announced> m_announced;
    Status m_problem;
};

// Knows from the head whether what follows goes on or begins anew.
bool Attempt::begin(int status, const Headers& headers) {
    if (status != 200 && status != 206)
        return true; // its body is an explanation; it is not kept
    m_problem = [&]() -> Status {
        KIOSK_TRY(m_announced, read_head(headers, m_options.max_bytes));
        if (status == 200) {
            m_have = 0;
            KIOSK_CHECK(m_file.open(m_part, O_WRONLY | O_CREAT | O_TRUNC));
            const auto tag = text_of(headers, "etag");
            if (tag.empty() || tag.size() > max_etag_bytes || tag.starts_with("W/")) {
                std::error_code ignored;
                std::filesystem::remove(m_tag, ignored); // can't be resumed
            } else {
                KIOSK_CHECK(write_whole(m_tag, tag));
            }
        } else if (!text_of(headers, "content-range").starts_with(fmt::format("bytes {}-", m_have)) || m_have == 0) {
            return fail(ErrorCode::Corrupt, "error.sync.snapshot", "another part than was asked for");
        } else {
            KIOSK_CHECK(m_file.open(m_part, O_WRONLY | O_APPEND));
        }
        m_of = m_have + number_of(headers, "content-length").value_or(0);
        return {};
    }();
    return m_problem.has_value();
}

Status Attempt::bring() {
    WireRequest request;
    request.path = "/v1/snapshot";
    request.token = m_hub.token;
    request.timeout_ms = m_options.timeout_ms;
    std::error_code error;
    const auto size = std::filesystem::file_size(m_part, error);
    if (const auto tag = read_small(m_tag, max_etag_bytes); tag && !tag->empty() && !error && size > 0) {
        m_have = size;
        request.headers["Range"] = fmt::format("bytes={}-", size);
        request.headers["If-Range"] = *tag;
    }
    request.on_head = [this](int status, const Headers& headers) { return begin(status, headers); };
    const auto answer = m_wire.download(request, [this](std::string_view bytes) {
        if (m_file.descriptor() < 0)
            return true;
        m_problem = m_file.write(bytes);
        m_have += bytes.size();
        // Compressed, it is never much larger than it says it will be.
        if (m_problem && m_have > m_announced->info.bytes + m_announced->info.bytes / 8 + 65'536)
            m_problem = fail(ErrorCode::Corrupt, "error.sync.snapshot", "more bytes than announced");
        if (m_problem && m_options.progress)
            m_options.progress(m_have, m_of);
        return m_problem.has_value();
    });
    const bool received = m_file.descriptor() >= 0;
    if (received && m_problem)
        m_problem = m_file.sync();
    m_file.close();
    if (!m_problem) {
        if (m_problem.error().code == ErrorCode::Corrupt)
            forget();
        return m_problem;
    }
    if (!answer)
        return std::unexpected(answer.error());
    if (answer->status == 416) { // it was all there, or it is another file by now
        forget();
        return fail(ErrorCode::Unavailable, "error.sync.snapshot", "416");
    }
    if (answer->status == 404)
        return fail(ErrorCode::NotFound, "error.sync.no_event_yet", m_hub.event);
    if (answer->status == 401 || answer->status == 403)
        return fail(ErrorCode::Denied, "error.sync.snapshot", std::to_string(answer->status));
    if (!received)
        return fail(ErrorCode::Unavailable, "error.sync.snapshot", std::to_string(answer->status));
    return {};
}

Status Attempt::inflate() {
    const auto& announced = *m_announced;
    const auto corrupt = [](std::string what) { return fail(ErrorCode::Corrupt, "error.sync.snapshot", std::move(what)); };
    OpenFile from, to;
    KIOSK_CHECK(from.open(m_part, O_RDONLY));
    KIOSK_CHECK(to.open(m_inflated, O_RDWR | O_CREAT | O_TRUNC));
    const std::unique_ptr<ZSTD_DCtx, std::size_t (*)(ZSTD_DCtx*)> context(ZSTD_createDCtx(), &ZSTD_freeDCtx);
    if (!context)
        return fail(ErrorCode::Internal, "error.sync.snapshot", "no memory");
    std::vector<char> in(ZSTD_DStreamInSize()), out(ZSTD_DStreamOutSize());
    std::uint64_t written = 0;
    std::size_t left = 1;
    for (;;) {
        const auto count = ::read(from.descriptor(), in.data(), in.size());
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return file_error(m_part, errno);
        if (count == 0)
            break;
        ZSTD_inBuffer input{in.data(), static_cast<std::size_t>(count), 0};
        bool more = true;
        while (input.pos < input.size || more) {
            ZSTD_outBuffer output{out.data(), out.size(), 0};
            left = ZSTD_decompressStream(context.get(), &output, &input);
            if (ZSTD_isError(left) != 0)
                return corrupt(ZSTD_getErrorName(left));
            written += output.pos;
            if (written > announced.info.bytes)
                return corrupt("longer than announced");
            KIOSK_CHECK(to.write({out.data(), output.pos}));
            more = output.pos == output.size; // there may be more inside
        }
    }
    if (left != 0 || written != announced.info.bytes)
        return corrupt("shorter than announced");
    KIOSK_CHECK(to.sync());

    kiosk::core::Digest digest{};
    if (written == 0) {
        digest = m_hasher.blake2b_256({});
    } else {
        auto* mapped = ::mmap(nullptr, written, PROT_READ, MAP_PRIVATE, to.descriptor(), 0);
        if (mapped == MAP_FAILED)
            return file_error(m_inflated, errno);
        digest = m_hasher.blake2b_256({static_cast<const char*>(mapped), written});
        ::munmap(mapped, written);
    }
    if (hex(digest) != announced.digest)
        return corrupt("another digest than announced");
    to.close();
    return move_into_place(m_inflated, m_destination);
}

} // namespace

Result<SnapshotInfo> fetch_snapshot(Wire& wire, const HubAddress& hub, const std::filesystem::path& destination,
                                    const kiosk::core::Hasher& hasher, const SnapshotOptions& options) {
    for (unsigned attempt = 1;; ++attempt) {
        auto done = Attempt(wire, hub, destination, hasher, options).run();
        if (done)
            return done;
        const auto code = done.error().code;
        const bool worth_trying = code == ErrorCode::Unavailable || code == ErrorCode::Corrupt;
        if (!worth_trying || attempt >= options.tries || done.error().message_key == "error.sync.interrupted" ||
            (options.again && !options.again(attempt, done.error())))
            return done;
    }
}

} // namespace kiosk::sync::client
