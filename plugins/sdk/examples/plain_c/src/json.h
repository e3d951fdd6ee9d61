/* SPDX-License-Identifier: Apache-2.0 */
/*
 * As much JSON as a small plugin in C needs: walks over a text without copying it. Values are borrowed slices of the
 * request. Bounded in depth; no allocation, no globals. Failure: a slice whose text is null.
 */
#ifndef QUIET_HALL_JSON_H
#define QUIET_HALL_JSON_H

#include <stdbool.h>
#include <stddef.h>

typedef struct json {
    const char* text; /* null: no such value, or the text is not JSON */
    size_t size;
} json;

json json_parse(const char* text, size_t size);    /* the whole text, which must be one value */
json json_member(json object, const char* key);    /* keys with escapes are never found */
bool json_is_object(json value);
bool json_is_true(json value);
bool json_is_false(json value);
bool json_is_string(json value);
bool json_says(json value, const char* string);    /* is it this string, written without escapes? */

#endif
