// SPDX-License-Identifier: Apache-2.0
// The adapter of expat.
#include "exchange/xml_stream.hpp"

#include <expat.h>

#include <string>
#include <utility>

namespace kiosk::exchange {
namespace {

constexpr int block_bytes = 32 * 1024;
constexpr int max_depth = 100;

} // namespace

std::string_view local_name(std::string_view name) {
    const auto colon = name.rfind(':');
    return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

std::optional<std::string_view> XmlAttributes::get(std::string_view wanted) const {
    for (const char** pair = m_pairs; *pair != nullptr; pair += 2)
        if (local_name(*pair) == wanted)
            return std::string_view(pair[1]);
    return std::nullopt;
}

std::optional<std::string_view> XmlAttributes::get_prefixed(std::string_view suffix) const {
    for (const char** pair = m_pairs; *pair != nullptr; pair += 2)
        if (std::string_view(*pair).ends_with(suffix))
            return std::string_view(pair[1]);
    return std::nullopt;
}

struct XmlStream::Impl {
    ZipStream stream;
    XmlHandler& handler;
    XML_Parser parser;
    int depth = 0;
    bool refused = false; // a document type declaration or too deep
    bool ended = false;

    Impl(ZipStream from, XmlHandler& to) : stream(std::move(from)), handler(to), parser(XML_ParserCreate(nullptr)) {
        XML_SetUserData(parser, this);
        XML_SetElementHandler(parser, &start_element, &end_element);
        XML_SetCharacterDataHandler(parser, &text);
        XML_SetStartDoctypeDeclHandler(parser, &doctype);
    }
    ~Impl() { XML_ParserFree(parser); }
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    static void start_element(void* self, const char* name, const char** pairs) {
        auto& impl = *static_cast<Impl*>(self);
        if (++impl.depth > max_depth)
            return impl.refuse();
        impl.handler.start_element(local_name(name), XmlAttributes(pairs));
    }
    static void end_element(void* self, const char* name) {
        auto& impl = *static_cast<Impl*>(self);
        --impl.depth;
        impl.handler.end_element(local_name(name));
    }
    static void text(void* self, const char* bytes, int size) {
        static_cast<Impl*>(self)->handler.text({bytes, static_cast<std::size_t>(size)});
    }
    static void doctype(void* self, const char*, const char*, const char*, int) { static_cast<Impl*>(self)->refuse(); }
    void refuse() {
        refused = true;
        XML_StopParser(parser, XML_FALSE);
    }
};

XmlStream::XmlStream(ZipStream stream, XmlHandler& handler)
    : m_impl(std::make_unique<Impl>(std::move(stream), handler)) {}
XmlStream::~XmlStream() = default;
XmlStream::XmlStream(XmlStream&&) noexcept = default;

core::Result<bool> XmlStream::feed() {
    auto& impl = *m_impl;
    if (impl.ended || impl.handler.enough())
        return false;
    void* const buffer = impl.parser == nullptr ? nullptr : XML_GetBuffer(impl.parser, block_bytes);
    if (buffer == nullptr)
        return core::fail(core::ErrorCode::Internal, "error.exchange.damaged");
    KIOSK_TRY(const auto count, impl.stream.read(static_cast<char*>(buffer), block_bytes));
    impl.ended = count == 0;
    if (XML_ParseBuffer(impl.parser, static_cast<int>(count), impl.ended ? 1 : 0) == XML_STATUS_ERROR)
        return core::fail(core::ErrorCode::Corrupt, "error.exchange.damaged",
                          impl.refused ? "not a plain document" : XML_ErrorString(XML_GetErrorCode(impl.parser)));
    KIOSK_CHECK(impl.handler.problem());
    return !impl.ended;
}

core::Status XmlStream::feed_all() {
    while (true) {
        KIOSK_TRY(const bool more, feed());
        if (!more)
            return {};
    }
}

double XmlStream::progress() const { return m_impl->stream.progress(); }

} // namespace kiosk::exchange
