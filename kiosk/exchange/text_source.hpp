// SPDX-License-Identifier: Apache-2.0
#pragma once
// Text of unknown encoding as strict UTF-8. Purpose: the whole file is looked through once to tell its encoding (a
// table that is plain ASCII for its first megabyte may still be GB18030 further on), then it is converted block by
// block. Ownership: owns its source. Threads: one. Failure: bytes that fit no known encoding, with their place.
#include "exchange/byte_source.hpp"

#include <memory>
#include <string_view>

namespace kiosk::exchange {

enum class Encoding : std::uint8_t { Utf8 = 1, Utf8Bom, Gb18030, Utf16 };

std::string_view to_string(Encoding encoding); // "UTF-8", …

class TextSource {
public:
    static core::Result<TextSource> create(std::unique_ptr<ByteSource> source);
    TextSource(TextSource&&) noexcept;
    TextSource& operator=(TextSource&&) noexcept;
    ~TextSource();

    // Valid UTF-8 without byte order mark, up to `capacity` bytes (at least 16); 0 at the end.
    core::Result<std::size_t> read(char* out, std::size_t capacity);
    core::Status rewind();
    Encoding encoding() const;
    const std::string& name() const;

private:
    struct Impl;
    explicit TextSource(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> m_impl;
};

} // namespace kiosk::exchange
