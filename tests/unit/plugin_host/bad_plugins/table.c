/* SPDX-License-Identifier: Apache-2.0 */
/* A plugin whose table is wrong; which part, the build says. */
#include <kiosk_plugin.h>

#include <stddef.h>

#ifndef ABI_MAJOR
#define ABI_MAJOR KIOSK_ABI_MAJOR
#endif
#ifndef STRUCT_SIZE
#define STRUCT_SIZE sizeof(kiosk_plugin)
#endif
#ifndef CALL
#define CALL call_plugin
#endif
#ifndef ENTRY
#define ENTRY kiosk_plugin_v1
#endif

static int32_t open_plugin(const kiosk_host* host, kiosk_bytes config, void** self, kiosk_sink* problem) {
    (void)host, (void)config, (void)problem;
    *self = NULL;
    return KIOSK_OK;
}

int32_t call_plugin(void* self, kiosk_bytes method, kiosk_bytes request, kiosk_sink* reply);
int32_t call_plugin(void* self, kiosk_bytes method, kiosk_bytes request, kiosk_sink* reply) {
    (void)self, (void)method, (void)request, (void)reply;
    return KIOSK_E_METHOD;
}

static void close_plugin(void* self) {
    (void)self;
}

const kiosk_plugin* ENTRY(void);
const kiosk_plugin* ENTRY(void) {
#ifdef NULL_TABLE
    return NULL;
#else
    static const kiosk_plugin table = {STRUCT_SIZE, ABI_MAJOR, 0, 0, open_plugin, CALL, close_plugin};
    return &table;
#endif
}
#ifdef NULL_TABLE
int32_t (*const unused_open)(const kiosk_host*, kiosk_bytes, void**, kiosk_sink*) = open_plugin;
void (*const unused_close)(void*) = close_plugin;
#endif
