// SPDX-License-Identifier: Apache-2.0
#include "protocol/compression.hpp"

#include <zstd.h>

#include <algorithm>
#include <memory>

namespace kiosk::sync::protocol {

namespace {

using kiosk::core::ErrorCode;
using kiosk::core::fail;

// A context is half a megabyte: one a thread, not one a message.
ZSTD_CCtx* compressor() {
    thread_local const std::unique_ptr<ZSTD_CCtx, decltype(&ZSTD_freeCCtx)> context(ZSTD_createCCtx(), &ZSTD_freeCCtx);
    return context.get();
}

ZSTD_DCtx* decompressor() {
    thread_local const std::unique_ptr<ZSTD_DCtx, decltype(&ZSTD_freeDCtx)> context(ZSTD_createDCtx(), &ZSTD_freeDCtx);
    return context.get();
}

// Windows larger than anything of ours would make the other end's memory our problem.
constexpr int max_window_log = 23;

} // namespace

std::string deflate(std::string_view bytes, int level) {
    std::string out(ZSTD_compressBound(bytes.size()), '\0');
    const auto size = ZSTD_compressCCtx(compressor(), out.data(), out.size(), bytes.data(), bytes.size(), level);
    KIOSK_ASSERT(!ZSTD_isError(size)); // only a lack of memory or of room could fail here
    out.resize(size);
    return out;
}

kiosk::core::Result<std::string> inflate(std::string_view bytes, std::size_t limit) {
    auto* context = decompressor();
    ZSTD_DCtx_reset(context, ZSTD_reset_session_and_parameters);
    ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, max_window_log);
    std::string out;
    // The frame may claim any size: what it claims is believed only within the limit, and only for reserving.
    const auto claimed = ZSTD_getFrameContentSize(bytes.data(), bytes.size());
    if (claimed == ZSTD_CONTENTSIZE_ERROR)
        return fail(ErrorCode::Invalid, "error.compression", "not zstd");
    const bool known = claimed != ZSTD_CONTENTSIZE_UNKNOWN;
    if (known && claimed > limit)
        return fail(ErrorCode::TooLarge, "error.compression", "inflates to more than allowed");
    ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
    // Never in small steps: the first of many frames may claim nothing at all.
    const std::size_t step = std::max<std::size_t>(known ? static_cast<std::size_t>(claimed) + 1 : 0, 64 * 1024);
    for (;;) {
        const auto begin = out.size();
        out.resize(std::min(begin + step, limit + 1));
        ZSTD_outBuffer to{out.data(), out.size(), begin};
        const auto left = ZSTD_decompressStream(context, &to, &in);
        out.resize(to.pos);
        if (ZSTD_isError(left))
            return fail(ErrorCode::Invalid, "error.compression", ZSTD_getErrorName(left));
        if (out.size() > limit)
            return fail(ErrorCode::TooLarge, "error.compression", "inflates to more than allowed");
        if (left == 0 && in.pos == in.size)
            return out;
        if (in.pos == in.size && to.pos < to.size)
            return fail(ErrorCode::Invalid, "error.compression", "cut off");
    }
}

} // namespace kiosk::sync::protocol
