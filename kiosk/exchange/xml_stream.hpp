// SPDX-License-Identifier: Apache-2.0
#pragma once
// XML of a zip part, pushed through in blocks. Purpose: memory does not grow with the document. A document type
// declaration is refused, so there are no entities to expand and nothing outside is ever opened; nesting is bounded.
// Names come without their prefix ("x:row" is "row"). Ownership: owns its zip stream. Threads: one.
#include "core/result.hpp"
#include "exchange/zip_archive.hpp"

#include <memory>
#include <optional>
#include <string_view>

namespace kiosk::exchange {

class XmlAttributes {
public:
    explicit XmlAttributes(const char** pairs) : m_pairs(pairs) {}
    std::optional<std::string_view> get(std::string_view local_name) const;
    // As written, with prefix: xlsx uses "id" and "r:id" side by side.
    std::optional<std::string_view> get_prefixed(std::string_view suffix) const;

private:
    const char** m_pairs;
};

class XmlHandler {
public:
    virtual ~XmlHandler() = default;
    virtual void start_element(std::string_view name, const XmlAttributes& attributes) = 0;
    virtual void end_element(std::string_view name) = 0;
    virtual void text(std::string_view) {}
    // Asked after every block: an error or "enough" ends the reading.
    virtual core::Status problem() const { return {}; }
    virtual bool enough() const { return false; }
};

class XmlStream {
public:
    XmlStream(ZipStream stream, XmlHandler& handler);
    ~XmlStream();
    XmlStream(XmlStream&&) noexcept;

    // Feeds one block to the handler; false at the end.
    core::Result<bool> feed();
    core::Status feed_all();
    double progress() const;

private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

std::string_view local_name(std::string_view name);

} // namespace kiosk::exchange
