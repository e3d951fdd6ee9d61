// SPDX-License-Identifier: Apache-2.0
// A good plugin with one fault, whose name fault.c gives; without one it is good. Most faults show only for a guest of
// honour or for garbage, so that a check which does not look for them has no reason to fail.
#include "fault.h"

#include <kiosk_plugin.hpp>

#include <cstdlib>
#include <cstring>
#include <sstream>
#include <string>
#include <string_view>

namespace {

using namespace kiosk::sdk;

volatile int counter = 0;

bool has(const char* fault) {
    return std::strcmp(fault_name(), fault) == 0;
}

Welcome hello(const WelcomeRequest& request) {
    return {{Text::of("welcome.hello", {{"role", Text::data(request.holder.role)}})}};
}

class Conduct {
  public:
    explicit Conduct(const Config&) {}

    Decision decide(const DecideRequest& request) const {
        if (has("denies") || request.event.setting().flag("closed", false))
            return Decision::refuse("rules", Text::of("explain.no"));
        if (has("repeat") && !request.history.empty())
            return {"repeat", {}, {}, {}};
        if (has("host_reason") && !request.history.empty())
            return {"refused", "revoked", {}, {}};
        return Decision::admit();
    }

    Welcome welcome(const WelcomeRequest& request) const {
        if (request.holder.role != "guest_of_honour")
            return hello(request);
        if (has("counts")) {
            counter = counter + 1;
            return {{Text::data(std::to_string(counter))}};
        }
        if (has("clock") || has("environment"))
            return {{Text::data(std::to_string(fault_number()))}};
        if (has("locale")) {
            std::ostringstream text;
            text << 1234567;
            return {{Text::data(text.str())}};
        }
        if (has("missing_key"))
            return {{Text::of("welcome.nowhere")}};
        if (has("arguments"))
            return {{Text::of("welcome.hello")}};
        if (has("schema"))
            return {std::vector<Text>(9, Text::of("explain.no"))};
        if (has("slow") && request.now.unix_ms == request.event.starts.unix_ms)
            for (long i = 0; i < 1'200'000'000; ++i)
                counter = static_cast<int>(i);
        return hello(request);
    }

    Form form(const FormRequest& request) const {
        if (request.form != "registration")
            throw Problem(KIOSK_E_REQUEST, "no such form");
        Field tracks{"tracks", "multiple", Text::of("explain.no")};
        tracks.options = {{"mysql", Text::of("explain.no")}};
        Field why{"why", "text", Text::of("explain.no")};
        why.depends_on = "tracks";
        why.depends_values = {"sql_server"}; // none of its options
        return {{{"first", Text::of("explain.no"), {tracks, why}}}};
    }

    Report report(const ReportRequest&) const {
        return {{{"one", Text::of("explain.no"), {"present", "present"}, false}}};
    }
};

using Good =
    detail::Entry<Conduct, &Conduct::decide, &Conduct::welcome, &Conduct::form, &Conduct::report>;

bool holds(kiosk_bytes bytes, std::string_view text) {
    return detail::view(bytes).find(text) != std::string_view::npos;
}
bool is_garbage(kiosk_bytes bytes) {
    return bytes.size == 0 || bytes.data[0] != '{';
}

char* shared = nullptr; // of the instance that was opened last; freed with any of them
kiosk_bytes kept{};
[[maybe_unused]] void* volatile lost = nullptr;

// Faulty on purpose; what it does is for the checker to see and not for a sanitizer.
__attribute__((no_sanitize("address"), noinline)) int touch(kiosk_bytes bytes, std::size_t beyond) {
    int sum = 0;
    for (std::size_t i = 0; i < 1 + beyond; ++i)
        sum += bytes.data[bytes.size - 1 + i];
    return sum;
}

__attribute__((no_sanitize("address", "undefined"), noinline)) void crash() {
    volatile int* volatile nowhere = nullptr;
    *nowhere = 1;
}

// Goes on in single bytes, whatever the sink answers.
std::int32_t stubborn_write(void* ctx, kiosk_bytes bytes) {
    auto* sink = static_cast<kiosk_sink*>(ctx);
    for (std::uint64_t i = 0; i < bytes.size; ++i)
        sink->write(sink->ctx, {bytes.data + i, 1});
    return KIOSK_OK;
}

void misbehave(kiosk_bytes method, kiosk_bytes request) {
    const bool garbage_for_welcome = is_garbage(request) && holds(method, "welcome");
    if ((has("crash") && holds(method, "welcome")) || (has("crash_garbage") && garbage_for_welcome))
        crash();
    if (has("throws") || (has("throws_garbage") && garbage_for_welcome))
        throw 42;
    if (has("hang") && holds(method, "decide"))
        for (;;)
            counter = 1;
    if (has("leak"))
        lost = std::malloc(100);
    if (has("keeps_input")) {
        if (kept.size > 0)
            counter = touch(kept, 0);
        kept = request;
    }
    if (has("reads_beyond") && request.size > 0)
        counter = touch(request, 1);
    if (has("writes_input") && request.size > 0) {
        auto* volatile input = const_cast<std::uint8_t*>(request.data);
        input[0] = static_cast<std::uint8_t>(input[0] ^ counter ^ counter);
    }
    // A process made in each of thousands of calls would hang the checks that are about something else.
    if (!has("process") || holds(request, "guest_of_honour"))
        fault_in_call();
}

std::int32_t open(const kiosk_host* host, kiosk_bytes config, void** self, kiosk_sink* problem) {
    if (has("log") && host->struct_size >= sizeof(kiosk_host) && host->log != nullptr)
        for (int i = 0; i < 1000; ++i)
            host->log(host->ctx, KIOSK_LOG_INFO, config);
    if (has("config_crash") && is_garbage(config))
        crash();
    if (has("open_fails"))
        return detail::write_problem(problem, KIOSK_E_INTERNAL, "no mood");
    if (has("log_unasked"))
        host->log(host->ctx, KIOSK_LOG_INFO, config);
    if (has("shares"))
        shared = static_cast<char*>(std::calloc(1, 64));
    return Good::open(host, config, self, problem);
}

std::int32_t call(void* self, kiosk_bytes method, kiosk_bytes request, kiosk_sink* reply) {
    misbehave(method, request);
    const bool own = holds(method, "admission.decide/1") || holds(method, "welcome.describe/1");
    if (has("any_method") && !own)
        return detail::write(reply, "{}");
    if ((holds(method, "form.") && !has("form")) || (holds(method, "report.") && !has("figures")))
        return detail::write_problem(reply, KIOSK_E_METHOD, "no such method");
    if (has("flood")) {
        const std::string piece(65536, 'x');
        for (int i = 0; i < 160; ++i) // ten megabytes
            detail::write(reply, piece);
        return KIOSK_OK;
    }
    if (has("secret_method") && detail::view(method) == "agenda.describe/1")
        return detail::write(reply, R"({"items":[]})");
    if (is_garbage(request) && holds(method, "welcome") && (has("no_problem") || has("strange_code")))
        return has("no_problem") ? std::int32_t{KIOSK_E_REQUEST} : 77;
    if (has("decides_garbage") && is_garbage(request) && detail::view(method) == "admission.decide/1")
        return detail::write(reply, R"({"outcome":"admitted"})");
    if (has("shares") && shared == nullptr)
        return detail::write_problem(reply, KIOSK_E_INTERNAL, "gone");
    if (has("sink")) {
        kiosk_sink mine{reply, &stubborn_write};
        return Good::call(self, method, request, &mine);
    }
    return Good::call(self, method, request, reply);
}

void close(void* self) {
    std::free(shared);
    shared = nullptr;
    Good::close(self);
}

} // namespace

extern "C" KIOSK_PLUGIN_EXPORT const kiosk_plugin* kiosk_plugin_v1(void) {
    static const kiosk_plugin table{sizeof(kiosk_plugin), fault_abi_major(), KIOSK_ABI_MINOR, fault_reserved(),
                                    &open,                &call,             &close};
    return &table;
}
