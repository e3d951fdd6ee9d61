/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An add-on in C alone. While the event's settings say {"quiet_hall": {"quiet": true}}, only staff and volunteers come
 * in; everybody else is told to wait for the break. Without the setting it has nothing to say.
 */
#include "json.h"

#include <kiosk_plugin.h>

#include <string.h>

static int32_t put(kiosk_sink* sink, const char* text) {
    const kiosk_bytes bytes = {(const uint8_t*)text, strlen(text)};
    return sink->write(sink->ctx, bytes);
}

/* A problem document is for the log; a code says the same to the program. */
static int32_t problem(kiosk_sink* sink, int32_t code, const char* document) {
    put(sink, document);
    return code;
}

/* No state: whatever the config says, this plugin behaves in the same way. */
static int32_t open_plugin(const kiosk_host* host, kiosk_bytes config, void** self, kiosk_sink* out) {
    (void)host, (void)config, (void)out;
    *self = NULL;
    return KIOSK_OK;
}

static int32_t decide(kiosk_bytes request, kiosk_sink* reply) {
    const json whole = json_parse((const char*)request.data, (size_t)request.size);
    const json settings = json_member(json_member(whole, "event"), "settings");
    const json role = json_member(json_member(whole, "holder"), "role");
    if (!json_is_object(settings) || !json_is_string(role))
        return problem(reply, KIOSK_E_REQUEST,
                       "{\"problem\":{\"code\":\"request\",\"message\":\"event.settings and holder.role are needed\"}}");
    const json own = json_member(settings, "quiet_hall");
    if (own.text == NULL)
        return put(reply, "{\"outcome\":\"admitted\"}");
    const json quiet = json_member(own, "quiet");
    /* A rule that nobody can read must not be read as "no rule". */
    if (!json_is_true(quiet) && !json_is_false(quiet))
        return problem(reply, KIOSK_E_REQUEST,
                       "{\"problem\":{\"code\":\"request\",\"message\":\"quiet_hall.quiet must be true or false\"}}");
    if (json_is_false(quiet) || json_says(role, "staff") || json_says(role, "volunteer"))
        return put(reply, "{\"outcome\":\"admitted\"}");
    return put(reply, "{\"explanation\":{\"key\":\"explain.quiet\"},\"outcome\":\"refused\",\"reason\":\"closed\"}");
}

static int32_t call_plugin(void* self, kiosk_bytes method, kiosk_bytes request, kiosk_sink* reply) {
    static const char known[] = "admission.decide/1";
    (void)self;
    if (method.size == sizeof known - 1 && memcmp(method.data, known, sizeof known - 1) == 0)
        return decide(request, reply);
    return problem(reply, KIOSK_E_METHOD, "{\"problem\":{\"code\":\"method\",\"message\":\"no such method\"}}");
}

static void close_plugin(void* self) {
    (void)self;
}

const kiosk_plugin* kiosk_plugin_v1(void) {
    static const kiosk_plugin table = {sizeof(kiosk_plugin), KIOSK_ABI_MAJOR, KIOSK_ABI_MINOR, 0,
                                       open_plugin,          call_plugin,     close_plugin};
    return &table;
}
