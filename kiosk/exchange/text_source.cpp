// SPDX-License-Identifier: Apache-2.0
// The adapter of ICU's converters.
#include "exchange/text_source.hpp"

#include <unicode/ucnv.h>
#include <unicode/ucnv_err.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <vector>

namespace kiosk::exchange {
namespace {

constexpr std::size_t block_bytes = 64 * 1024;

struct CloseConverter {
    void operator()(UConverter* converter) const { ucnv_close(converter); }
};
using Converter = std::unique_ptr<UConverter, CloseConverter>;

Converter open_converter(const char* name) {
    UErrorCode status = U_ZERO_ERROR;
    Converter converter(ucnv_open(name, &status));
    if (U_FAILURE(status))
        return nullptr;
    // Stop at bytes that are not of this encoding instead of replacing them.
    ucnv_setToUCallBack(converter.get(), UCNV_TO_U_CALLBACK_STOP, nullptr, nullptr, nullptr, &status);
    return U_SUCCESS(status) ? std::move(converter) : nullptr;
}

// From one encoding to UTF-8, in blocks. ICU keeps what is incomplete at a block's end.
class Conversion {
public:
    static core::Result<Conversion> create(const char* from) {
        Conversion made;
        made.m_from = open_converter(from);
        made.m_to = open_converter("UTF-8");
        if (!made.m_from || !made.m_to)
            return core::fail(core::ErrorCode::Internal, "error.exchange.encoding", from);
        return made;
    }

    void reset() {
        ucnv_reset(m_from.get());
        ucnv_reset(m_to.get());
        m_pivot_read = m_pivot_write = m_pivot.data();
        m_first = true;
    }

    // Consumes from `*source` and fills up to `out_end`; false at bytes that don't belong.
    bool convert(const char** source, const char* source_end, char** out, const char* out_end, bool flush) {
        if (m_first)
            m_pivot_read = m_pivot_write = m_pivot.data();
        UErrorCode status = U_ZERO_ERROR;
        ucnv_convertEx(m_to.get(), m_from.get(), out, out_end, source, source_end, m_pivot.data(), &m_pivot_read,
                       &m_pivot_write, m_pivot.data() + m_pivot.size(), static_cast<UBool>(m_first),
                       static_cast<UBool>(flush), &status);
        m_first = false;
        return U_SUCCESS(status) || status == U_BUFFER_OVERFLOW_ERROR;
    }

private:
    Converter m_from, m_to;
    std::vector<UChar> m_pivot = std::vector<UChar>(4096);
    UChar* m_pivot_read = nullptr;
    UChar* m_pivot_write = nullptr;
    bool m_first = true;
};

// A strict check in blocks: no overlong forms, no surrogates, nothing beyond U+10FFFF.
class Utf8Check {
public:
    bool feed(std::string_view bytes) {
        for (const char c : bytes) {
            const auto byte = static_cast<unsigned char>(c);
            if (m_left == 0) {
                if (byte < 0x80)
                    continue;
                m_low = 0x80;
                m_high = 0xBF;
                if (byte >= 0xC2 && byte <= 0xDF)
                    m_left = 1;
                else if (byte >= 0xE0 && byte <= 0xEF) {
                    m_left = 2;
                    m_low = byte == 0xE0 ? 0xA0 : 0x80;
                    m_high = byte == 0xED ? 0x9F : 0xBF;
                } else if (byte >= 0xF0 && byte <= 0xF4) {
                    m_left = 3;
                    m_low = byte == 0xF0 ? 0x90 : 0x80;
                    m_high = byte == 0xF4 ? 0x8F : 0xBF;
                } else
                    return false;
            } else {
                if (byte < m_low || byte > m_high)
                    return false;
                m_low = 0x80;
                m_high = 0xBF;
                --m_left;
            }
        }
        return true;
    }
    bool complete() const { return m_left == 0; }

private:
    int m_left = 0;
    unsigned char m_low = 0x80, m_high = 0xBF;
};

} // namespace

std::string_view to_string(Encoding encoding) {
    switch (encoding) {
    case Encoding::Utf8:
    case Encoding::Utf8Bom: return "UTF-8";
    case Encoding::Gb18030: return "GB18030";
    case Encoding::Utf16: return "UTF-16";
    }
    return "";
}

struct TextSource::Impl {
    std::unique_ptr<ByteSource> source;
    Encoding encoding = Encoding::Utf8;
    std::optional<Conversion> conversion; // none for UTF-8
    std::vector<char> block = std::vector<char>(block_bytes);
    std::size_t at = 0, filled = 0;
    bool ended = false;
    bool flushed = false;

    core::Status detect();
    core::Result<bool> converts(const char* name);
    core::Result<std::size_t> read(char* out, std::size_t capacity);
    core::Status rewind();
};

// One pass over the whole file in one encoding: does everything belong?
core::Result<bool> TextSource::Impl::converts(const char* name) {
    KIOSK_TRY(auto trial, Conversion::create(name));
    KIOSK_CHECK(source->rewind());
    std::vector<char> out(block_bytes);
    for (bool last = false; !last;) {
        KIOSK_TRY(const auto count, source->read(block.data(), block.size()));
        last = count == 0;
        const char* from = block.data();
        const char* const end = from + count;
        char* to = nullptr;
        do {
            to = out.data();
            if (!trial.convert(&from, end, &to, out.data() + out.size(), last))
                return false;
        } while (from != end || to == out.data() + out.size());
    }
    return true;
}

core::Status TextSource::Impl::detect() {
    std::array<char, 4> head{};
    KIOSK_TRY(const auto head_size, source->read(head.data(), head.size()));
    const std::string_view start(head.data(), head_size);
    if (start.starts_with("\xFF\xFE") || start.starts_with("\xFE\xFF")) {
        KIOSK_TRY(const bool fits, converts("UTF-16"));
        if (!fits)
            return core::fail(core::ErrorCode::Invalid, "error.exchange.encoding", source->name());
        encoding = Encoding::Utf16;
    } else {
        encoding = start.starts_with("\xEF\xBB\xBF") ? Encoding::Utf8Bom : Encoding::Utf8;
        KIOSK_CHECK(source->rewind());
        Utf8Check check;
        bool fits = true;
        while (true) {
            KIOSK_TRY(const auto count, source->read(block.data(), block.size()));
            if (count == 0)
                break;
            const std::string_view bytes(block.data(), count);
            if (bytes.find('\0') != std::string_view::npos) // no table in a text file holds a zero byte
                return core::fail(core::ErrorCode::Invalid, "error.exchange.not_a_table", source->name());
            fits = fits && check.feed(bytes);
        }
        if (!fits || !check.complete()) {
            KIOSK_TRY(const bool chinese, converts("gb18030"));
            if (!chinese || encoding == Encoding::Utf8Bom)
                return core::fail(core::ErrorCode::Invalid, "error.exchange.encoding", source->name());
            encoding = Encoding::Gb18030;
        }
    }
    if (encoding == Encoding::Gb18030 || encoding == Encoding::Utf16) {
        KIOSK_TRY(conversion, Conversion::create(encoding == Encoding::Utf16 ? "UTF-16" : "gb18030"));
    }
    return rewind();
}

core::Status TextSource::Impl::rewind() {
    KIOSK_CHECK(source->rewind());
    at = filled = 0;
    ended = flushed = false;
    if (conversion)
        conversion->reset();
    if (encoding == Encoding::Utf8Bom) {
        std::array<char, 3> mark{};
        KIOSK_CHECK(source->read(mark.data(), mark.size()));
    }
    return {};
}

core::Result<std::size_t> TextSource::Impl::read(char* out, std::size_t capacity) {
    if (!conversion)
        return source->read(out, capacity);
    char* to = out;
    while (to == out && !flushed) {
        if (at == filled && !ended) {
            KIOSK_TRY(filled, source->read(block.data(), block.size()));
            at = 0;
            ended = filled == 0;
        }
        const char* from = block.data() + at;
        if (!conversion->convert(&from, block.data() + filled, &to, out + capacity, ended))
            return core::fail(core::ErrorCode::Invalid, "error.exchange.encoding", source->name());
        at = static_cast<std::size_t>(from - block.data());
        flushed = ended && to < out + capacity;
    }
    return static_cast<std::size_t>(to - out);
}

TextSource::TextSource(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}
TextSource::TextSource(TextSource&&) noexcept = default;
TextSource& TextSource::operator=(TextSource&&) noexcept = default;
TextSource::~TextSource() = default;

core::Result<TextSource> TextSource::create(std::unique_ptr<ByteSource> source) {
    auto impl = std::make_unique<Impl>();
    impl->source = std::move(source);
    KIOSK_CHECK(impl->detect());
    return TextSource(std::move(impl));
}

core::Result<std::size_t> TextSource::read(char* out, std::size_t capacity) { return m_impl->read(out, capacity); }
core::Status TextSource::rewind() { return m_impl->rewind(); }
Encoding TextSource::encoding() const { return m_impl->encoding; }
const std::string& TextSource::name() const { return m_impl->source->name(); }

} // namespace kiosk::exchange
