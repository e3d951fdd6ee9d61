// SPDX-License-Identifier: Apache-2.0
#include "instance.hpp"

#include <nlohmann/json.hpp>

#include <exception>

namespace kiosk::checker {

std::int32_t Recorder::write(void* ctx, kiosk_bytes piece) noexcept {
    auto& self = *static_cast<Recorder*>(ctx);
    Answer& answer = self.answer;
    if (answer.too_large || piece.size > self.m_limit - answer.bytes.size()) {
        answer.too_large = true;
        ++answer.refused_writes;
        return KIOSK_E_SINK;
    }
    if (piece.size == 0)
        return KIOSK_OK;
    if (piece.data == nullptr) {
        answer.null_piece = true;
        return KIOSK_E_SINK;
    }
    try {
        answer.bytes.append(reinterpret_cast<const char*>(piece.data), piece.size);
    } catch (...) {
        return KIOSK_E_SINK;
    }
    return KIOSK_OK;
}

void Host::write(void* ctx, std::int32_t level, kiosk_bytes text) noexcept {
    auto& self = *static_cast<Host*>(ctx);
    ++self.lines;
    self.bytes += text.size;
    self.wrong_line |= (text.data == nullptr && text.size > 0) || level < KIOSK_LOG_DEBUG || level > KIOSK_LOG_ERROR;
}

std::string config_of(std::string_view id) {
    return nlohmann::json{{"format", 1}, {"id", id}}.dump();
}

Instance::Instance(const kiosk_plugin& table, std::string_view config, const kiosk_host* host) : m_table(table) {
    Recorder recorder;
    kiosk_sink sink = recorder.sink();
    void* self = nullptr;
    try {
        recorder.answer.code = table.open(host != nullptr ? host : &m_host->table, bytes_of(config), &self, &sink);
    } catch (...) {
        recorder.answer.threw = true;
        recorder.answer.code = KIOSK_E_INTERNAL;
    }
    m_opened = std::move(recorder.answer);
    m_open = m_opened.code == KIOSK_OK;
    m_self = self;
}

Instance::~Instance() {
    if (m_open)
        m_table.close(m_self);
}

Answer Instance::call(std::string_view method, std::string_view request) {
    Recorder recorder;
    kiosk_sink sink = recorder.sink();
    return call(bytes_of(method), bytes_of(request), &sink, recorder);
}

Answer Instance::call(kiosk_bytes method, kiosk_bytes request, kiosk_sink* sink, Recorder& recorder) {
    try {
        recorder.answer.code = m_table.call(m_self, method, request, sink);
    } catch (...) {
        recorder.answer.threw = true;
        recorder.answer.code = KIOSK_E_INTERNAL;
    }
    return std::move(recorder.answer);
}

std::string problem_of(std::string_view bytes) {
    try {
        const auto document = nlohmann::json::parse(bytes);
        const auto& problem = document.at("problem");
        return problem.at("code").get<std::string>() + ": " + problem.at("message").get<std::string>();
    } catch (const std::exception&) {
        return {};
    }
}

std::string code_name(std::int32_t code) {
    switch (code) {
    case KIOSK_OK:
        return "KIOSK_OK";
    case KIOSK_E_METHOD:
        return "KIOSK_E_METHOD";
    case KIOSK_E_REQUEST:
        return "KIOSK_E_REQUEST";
    case KIOSK_E_INTERNAL:
        return "KIOSK_E_INTERNAL";
    case KIOSK_E_SINK:
        return "KIOSK_E_SINK";
    default:
        return std::to_string(code);
    }
}

} // namespace kiosk::checker
