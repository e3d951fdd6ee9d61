// SPDX-License-Identifier: Apache-2.0
#include "plugin_host/in_process.hpp"

#include "plugin_host/json_reader.hpp"

#include <kiosk_plugin.h>

#include <utility>

namespace kiosk::plugin_host {

using core::ErrorCode;
using core::fail;

namespace {

constexpr std::size_t max_log_bytes = 1000;
constexpr std::size_t max_problem_bytes = 4096;

kiosk_bytes bytes_of(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

// Collects a reply; what goes beyond the limit is dropped, however often the plugin writes on.
class Collector {
  public:
    std::string bytes;
    bool too_large = false;
    bool broken = false; // a null pointer with a size, or no memory

    kiosk_sink sink() { return {this, &Collector::write}; }

  private:
    static std::int32_t write(void* ctx, kiosk_bytes piece) noexcept {
        auto& self = *static_cast<Collector*>(ctx);
        if (self.too_large || self.broken)
            return KIOSK_E_SINK;
        if (piece.size > KIOSK_MAX_REPLY_BYTES - self.bytes.size()) {
            self.too_large = true;
            return KIOSK_E_SINK;
        }
        if (piece.size == 0)
            return KIOSK_OK;
        if (piece.data == nullptr) {
            self.broken = true;
            return KIOSK_E_SINK;
        }
        try {
            self.bytes.append(reinterpret_cast<const char*>(piece.data), piece.size);
        } catch (...) { // no memory: must not cross into the plugin
            self.broken = true;
            return KIOSK_E_SINK;
        }
        return KIOSK_OK;
    }
};

// The message of a problem document, for the log; whatever the plugin wrote instead, shortened.
std::string problem_message(std::string_view document) {
    const auto message = read_document(
        document.substr(0, max_problem_bytes), max_problem_bytes, "", "", [](const Json& json) -> std::string {
            const auto& problem = json.at("problem");
            return problem.at("code").get<std::string>() + ": " + problem.at("message").get<std::string>();
        });
    return message ? message->substr(0, max_log_bytes) : std::string("no readable problem document");
}

} // namespace

struct InProcessTransport::HostSide {
    HostSide(std::string id_, LogSink log_) : id(std::move(id_)), log(std::move(log_)) {}
    HostSide(const HostSide&) = delete;
    HostSide& operator=(const HostSide&) = delete;

    static void write_log(void* ctx, std::int32_t level, kiosk_bytes text) noexcept {
        const auto& self = *static_cast<const HostSide*>(ctx);
        if (!self.log || text.data == nullptr || level < KIOSK_LOG_DEBUG || level > KIOSK_LOG_ERROR)
            return;
        try {
            self.log(static_cast<LogLevel>(level), self.id,
                     {reinterpret_cast<const char*>(text.data), std::min<std::uint64_t>(text.size, max_log_bytes)});
        } catch (...) { // losing a log line is better than throwing through a plugin
        }
    }

    std::string id;
    LogSink log;
    kiosk_host table{sizeof(kiosk_host), KIOSK_ABI_MINOR, this, &HostSide::write_log};
};

InProcessTransport::InProcessTransport(std::unique_ptr<HostSide> host, const kiosk_plugin& table)
    : m_host(std::move(host)), m_table(table) {}

core::Result<std::unique_ptr<Transport>> InProcessTransport::open(const Manifest& manifest, const kiosk_plugin& table,
                                                                  LogSink log) {
    // Not make_unique: the constructor is private.
    std::unique_ptr<InProcessTransport> transport(
        new InProcessTransport(std::make_unique<HostSide>(manifest.id, std::move(log)), table));
    const std::string config = R"({"format":1,"id":")" + manifest.id + R"("})"; // an id needs no escaping
    Collector problem;
    kiosk_sink sink = problem.sink();
    void* self = nullptr;
    const std::int32_t code = table.open(&transport->m_host->table, bytes_of(config), &self, &sink);
    if (code != KIOSK_OK)
        return fail(ErrorCode::Unavailable, "error.plugin_open", manifest.id + ": " + problem_message(problem.bytes));
    transport->m_self = self; // may be null: a plugin without state
    transport->m_open = true;
    return transport;
}

InProcessTransport::~InProcessTransport() {
    if (m_open)
        m_table.close(m_self);
}

core::Result<std::string> InProcessTransport::call(std::string_view method, std::string_view request) {
    Collector reply;
    kiosk_sink sink = reply.sink();
    const std::int32_t code = m_table.call(m_self, bytes_of(method), bytes_of(request), &sink);
    const std::string subject = m_host->id + " " + std::string(method);
    if (reply.too_large)
        return fail(ErrorCode::TooLarge, "error.plugin_reply",
                    subject + ": longer than " + std::to_string(KIOSK_MAX_REPLY_BYTES) + " bytes");
    if (reply.broken)
        return fail(ErrorCode::Internal, "error.plugin_reply", subject + ": the reply could not be taken");
    switch (code) {
    case KIOSK_OK:
        return std::move(reply.bytes);
    case KIOSK_E_METHOD:
        return fail(ErrorCode::NotFound, "error.plugin_reply", subject + ": " + problem_message(reply.bytes));
    case KIOSK_E_REQUEST:
        return fail(ErrorCode::Invalid, "error.plugin_reply", subject + ": " + problem_message(reply.bytes));
    default:
        return fail(ErrorCode::Internal, "error.plugin_reply", subject + ": " + problem_message(reply.bytes));
    }
}

} // namespace kiosk::plugin_host
