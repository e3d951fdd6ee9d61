/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The plugin contract, version 1. A plugin is a shared object that exports exactly one symbol, kiosk_plugin_v1.
 *
 * Ownership, once for the whole file: no allocation crosses the border. Bytes handed to either side belong to the side
 * that made them and are valid until that call returns; who wants to keep them copies them. `self` belongs to the
 * plugin from open() to close(). The table and what it points to belong to the plugin and live as long as the process:
 * a plugin is never unloaded.
 *
 * Threads: calls on one `self` never overlap. Different `self`s may be called from different threads at the same time,
 * so a plugin has no mutable globals. `kiosk_host` is valid until close() returns and its log may be used only from
 * inside a call.
 *
 * Purity: the same config and the same request give the same bytes. Time and history arrive in the request; a plugin
 * uses no clock, randomness, locale, environment, files, network, processes or threads.
 *
 * Growth: the four entry points stay. What is new comes as a method ("area.verb/revision") with a published schema, or
 * as fields at the end of a struct. A reader uses a field only if it lies within the `struct_size` that the other side
 * stated. `abi_major` must be equal on both sides; a higher `abi_minor` is welcome on either. `reserved` is 0.
 *
 * Failure: functions return one of the KIOSK_* codes below. With a code other than KIOSK_OK the sink holds a problem
 * document, {"problem": {"code": "request", "message": "..."}}, for the log and never for the public. A refusal at the
 * door is a decision and thus KIOSK_OK. Nothing may be thrown or jumped across this border.
 */
#ifndef KIOSK_PLUGIN_H
#define KIOSK_PLUGIN_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define KIOSK_ABI_MAJOR 1u
#define KIOSK_ABI_MINOR 0u

/* The host stops reading a reply, and the sink answers KIOSK_E_SINK, beyond this many bytes. */
#define KIOSK_MAX_REPLY_BYTES 262144u

enum {
    KIOSK_OK = 0,
    KIOSK_E_METHOD = 1,   /* this plugin has no such method, or not in this revision */
    KIOSK_E_REQUEST = 2,  /* the request (or the config given to open) is not what the schema says */
    KIOSK_E_INTERNAL = 3, /* the plugin failed */
    KIOSK_E_SINK = 4      /* the sink takes no more; stop writing and return this */
};

enum { KIOSK_LOG_DEBUG = 1, KIOSK_LOG_INFO = 2, KIOSK_LOG_WARNING = 3, KIOSK_LOG_ERROR = 4 };

/* UTF-8 text, not terminated by a zero byte. data may be null where size is 0. */
typedef struct kiosk_bytes {
    const uint8_t *data;
    uint64_t size;
} kiosk_bytes;

/* Where a reply goes. May be written in pieces; the pieces are joined. */
typedef struct kiosk_sink {
    void *ctx;
    int32_t (*write)(void *ctx, kiosk_bytes bytes);
} kiosk_sink;

typedef struct kiosk_host {
    uint32_t struct_size, abi_minor;
    void *ctx;
    void (*log)(void *ctx, int32_t level, kiosk_bytes text); /* no personal data */
} kiosk_host;

typedef struct kiosk_plugin {
    uint32_t struct_size, abi_major, abi_minor, reserved;
    /* config: {"format": 1, "id": "..."}. On KIOSK_OK *self is set; otherwise it is left alone and close is not called. */
    int32_t (*open)(const kiosk_host *host, kiosk_bytes config, void **self, kiosk_sink *problem);
    int32_t (*call)(void *self, kiosk_bytes method, kiosk_bytes request, kiosk_sink *reply);
    void (*close)(void *self);
} kiosk_plugin;

#if defined(__GNUC__)
#define KIOSK_PLUGIN_EXPORT __attribute__((visibility("default")))
#else
#define KIOSK_PLUGIN_EXPORT
#endif

/* The only exported symbol. Answers the same table every time; never null. */
KIOSK_PLUGIN_EXPORT const kiosk_plugin *kiosk_plugin_v1(void);

typedef const kiosk_plugin *(*kiosk_plugin_v1_function)(void);

#ifdef __cplusplus
}
#endif

#endif
