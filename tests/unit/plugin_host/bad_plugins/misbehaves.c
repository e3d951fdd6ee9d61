/* SPDX-License-Identifier: Apache-2.0 */
/* Answers admission.decide/1 in the way that the request's gate asks for, written against the bare C header. */
#define _GNU_SOURCE
#include <kiosk_plugin.h>

#include <stddef.h>
#include <string.h>

static int32_t put(kiosk_sink* sink, const char* text) {
    const kiosk_bytes bytes = {(const uint8_t*)text, strlen(text)};
    return sink->write(sink->ctx, bytes);
}

static int32_t open_plugin(const kiosk_host* host, kiosk_bytes config, void** self, kiosk_sink* problem) {
    (void)config, (void)problem;
    const char text[] = "open";
    const kiosk_bytes line = {(const uint8_t*)text, sizeof text - 1};
    host->log(host->ctx, KIOSK_LOG_INFO, line);
    *self = NULL;
    return KIOSK_OK;
}

static int has(kiosk_bytes request, const char* gate) {
    return memmem(request.data, request.size, gate, strlen(gate)) != NULL;
}

/* Ten megabytes, whatever the sink says. */
static int32_t flood(kiosk_sink* reply) {
    static const uint8_t piece[65536] = {'x'};
    const kiosk_bytes bytes = {piece, sizeof piece};
    for (int i = 0; i < 160; ++i)
        reply->write(reply->ctx, bytes);
    return KIOSK_OK;
}

static int32_t deep(kiosk_sink* reply) {
    for (int i = 0; i < 100000; ++i)
        put(reply, "[");
    return KIOSK_OK;
}

static int32_t long_text(kiosk_sink* reply) {
    put(reply, "{\"outcome\":\"refused\",\"reason\":\"rules\",\"explanation\":{\"en\":\"\",\"zh\":\"");
    for (int i = 0; i < 5000; ++i)
        put(reply, "x");
    return put(reply, "\"}}");
}

static const struct {
    const char* gate;
    const char* reply;
} scripted[] = {
    {"\"gate\":\"fine\"", "{\"outcome\":\"admitted\"}"},
    {"\"gate\":\"garbage\"", "\xff\xfe{"},
    {"\"gate\":\"nothing\"", ""},
    {"\"gate\":\"list\"", "[]"},
    {"\"gate\":\"repeat\"", "{\"outcome\":\"repeat\"}"},
    {"\"gate\":\"host_reason\"", "{\"outcome\":\"refused\",\"reason\":\"revoked\"}"},
    {"\"gate\":\"no_reason\"", "{\"outcome\":\"refused\"}"},
    {"\"gate\":\"no_questions\"", "{\"outcome\":\"incomplete\",\"questions\":[]}"},
    {"\"gate\":\"alien_question\"", "{\"outcome\":\"incomplete\",\"questions\":[\"shoe_size\"]}"},
    {"\"gate\":\"extra_key\"", "{\"outcome\":\"admitted\",\"override\":true}"},
    {"\"gate\":\"wrong_type\"", "{\"outcome\":1}"},
    {"\"gate\":\"control\"",
     "{\"outcome\":\"refused\",\"reason\":\"rules\",\"explanation\":{\"zh\":\"a\\u0000b\",\"en\":\"\"}}"},
    {"\"gate\":\"unknown_key\"",
     "{\"outcome\":\"refused\",\"reason\":\"rules\",\"explanation\":{\"key\":\"nowhere\"}}"},
};

static int32_t call_plugin(void* self, kiosk_bytes method, kiosk_bytes request, kiosk_sink* reply) {
    (void)self, (void)method;
    if (has(request, "\"gate\":\"flood\""))
        return flood(reply);
    if (has(request, "\"gate\":\"deep\""))
        return deep(reply);
    if (has(request, "\"gate\":\"long_text\""))
        return long_text(reply);
    if (has(request, "\"gate\":\"null_piece\"")) {
        const kiosk_bytes bytes = {NULL, 10};
        reply->write(reply->ctx, bytes);
        return KIOSK_OK;
    }
    if (has(request, "\"gate\":\"strange_code\""))
        return 77;
    for (size_t i = 0; i < sizeof scripted / sizeof scripted[0]; ++i)
        if (has(request, scripted[i].gate))
            return put(reply, scripted[i].reply);
    return KIOSK_E_METHOD;
}

static void close_plugin(void* self) {
    (void)self;
}

const kiosk_plugin* kiosk_plugin_v1(void) {
    static const kiosk_plugin table = {sizeof(kiosk_plugin), KIOSK_ABI_MAJOR, KIOSK_ABI_MINOR, 0,
                                       open_plugin,          call_plugin,     close_plugin};
    return &table;
}
