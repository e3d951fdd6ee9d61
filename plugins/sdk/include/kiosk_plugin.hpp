// SPDX-License-Identifier: Apache-2.0
#pragma once
// The C++ side of the plugin contract, header-only. Purpose: a plugin is a class with one function a method; this file
// turns it into the C table, requests into typed values and replies into JSON. Ownership: values; see kiosk_plugin.h.
// Threads: calls on one object never overlap, and they are const. Failure: what a plugin throws ends here and becomes a
// problem document; nothing is ever thrown across the border. Needs C++20 and nlohmann-json.
//
//     class First {
//     public:
//         explicit First(const kiosk::sdk::Config&) {}
//         kiosk::sdk::Decision decide(const kiosk::sdk::DecideRequest& request) const { return {}; }
//     };
//     KIOSK_PLUGIN(First, &First::decide)
#include "kiosk_plugin.h"
#include "kiosk_plugin_types.hpp"

#include <exception>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <type_traits>

namespace kiosk::sdk {

// What open() was given.
struct Config {
    std::string id;
};

namespace detail {

inline std::string_view view(kiosk_bytes bytes) noexcept {
    return bytes.size == 0 ? std::string_view{}
                           : std::string_view{reinterpret_cast<const char*>(bytes.data), bytes.size};
}

inline std::int32_t write(kiosk_sink* sink, std::string_view text) noexcept {
    if (sink == nullptr || sink->write == nullptr)
        return KIOSK_E_SINK;
    return sink->write(sink->ctx, {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

inline std::string_view code_name(std::int32_t code) noexcept {
    switch (code) {
    case KIOSK_E_METHOD:
        return "method";
    case KIOSK_E_REQUEST:
        return "request";
    case KIOSK_E_SINK:
        return "sink";
    default:
        return "internal";
    }
}

// Never throws: where even the document can't be made, a fixed one is written.
inline std::int32_t write_problem(kiosk_sink* sink, std::int32_t code, const char* message) noexcept {
    try {
        const Json document = {{"problem", {{"code", code_name(code)}, {"message", message}}}};
        // `replace`: the message may quote a request's broken UTF-8.
        write(sink, document.dump(-1, ' ', false, Json::error_handler_t::replace));
    } catch (...) {
        write(sink, R"({"problem":{"code":"internal","message":"out of memory"}})");
    }
    return code;
}

// Runs `body` and turns what it throws into a code and a problem document.
template <typename Body> std::int32_t guarded(kiosk_sink* sink, Body&& body) noexcept {
    try {
        return body();
    } catch (const Problem& problem) {
        return write_problem(sink, problem.code, problem.what());
    } catch (const std::bad_alloc&) {
        return write_problem(sink, KIOSK_E_INTERNAL, "out of memory");
    } catch (const std::exception& error) {
        return write_problem(sink, KIOSK_E_INTERNAL, error.what());
    } catch (...) {
        return write_problem(sink, KIOSK_E_INTERNAL, "an exception of unknown type");
    }
}

inline Json parse(std::string_view text) {
    Json document = Json::parse(text, nullptr, false);
    if (document.is_discarded())
        throw Problem(KIOSK_E_REQUEST, "not JSON");
    if (!document.is_object())
        throw Problem(KIOSK_E_REQUEST, "not a JSON object");
    return document;
}

template <typename Function> struct Signature;
template <typename Plugin, typename Reply_, typename Request_>
struct Signature<Reply_ (Plugin::*)(const Request_&) const> {
    using Reply = Reply_;
    using Request = Request_;
};

template <typename Plugin, auto... Functions> struct Entry {
    static std::int32_t open(const kiosk_host*, kiosk_bytes config, void** self, kiosk_sink* problem) noexcept {
        return guarded(problem, [&]() -> std::int32_t {
            const Json document = parse(view(config));
            const Object object(document, "config");
            auto plugin = std::make_unique<Plugin>(Config{object.text("id")});
            *self = plugin.release();
            return KIOSK_OK;
        });
    }

    static std::int32_t call(void* self, kiosk_bytes method, kiosk_bytes request, kiosk_sink* reply) noexcept {
        return guarded(reply, [&]() -> std::int32_t {
            const auto& plugin = *static_cast<const Plugin*>(self);
            std::string answer;
            if (!(try_one<Functions>(plugin, view(method), view(request), answer) || ...))
                throw Problem(KIOSK_E_METHOD, "no such method: " + std::string(view(method).substr(0, 64)));
            return write(reply, answer);
        });
    }

    static void close(void* self) noexcept { delete static_cast<Plugin*>(self); }

    template <auto Function>
    static bool try_one(const Plugin& plugin, std::string_view method, std::string_view request, std::string& answer) {
        using Types = Signature<decltype(Function)>;
        using Request = typename Types::Request;
        static_assert(std::is_same_v<typename Types::Reply, typename Request::Reply>,
                      "this method answers with another type: see Request::Reply");
        if (method != Request::method)
            return false;
        const Json document = parse(request);
        const Request typed = Request::read(Object(document, "request"));
        answer = to_json((plugin.*Function)(typed)).dump();
        return true;
    }

    static constexpr kiosk_plugin table{sizeof(kiosk_plugin), KIOSK_ABI_MAJOR, KIOSK_ABI_MINOR, 0,
                                        &Entry::open,         &Entry::call,    &Entry::close};
};

} // namespace detail
} // namespace kiosk::sdk

// Once in a plugin: the class, then its methods. Which method a function is follows from the type of its request.
#define KIOSK_PLUGIN(Class, ...)                                                                                       \
    extern "C" KIOSK_PLUGIN_EXPORT const kiosk_plugin* kiosk_plugin_v1(void) {                                         \
        return &::kiosk::sdk::detail::Entry<Class, __VA_ARGS__>::table;                                                \
    }
