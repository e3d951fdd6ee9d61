/* SPDX-License-Identifier: Apache-2.0 */
#include "json.h"

#include <string.h>

enum { MAX_DEPTH = 64 };

typedef struct cursor {
    const char* at;
    const char* end;
} cursor;

static const json nothing = {NULL, 0};

static void skip_space(cursor* c) {
    while (c->at < c->end && (*c->at == ' ' || *c->at == '\t' || *c->at == '\n' || *c->at == '\r'))
        ++c->at;
}

static bool take(cursor* c, char wanted) {
    skip_space(c);
    if (c->at == c->end || *c->at != wanted)
        return false;
    ++c->at;
    return true;
}

static bool skip_word(cursor* c, const char* word) {
    const size_t size = strlen(word);
    if ((size_t)(c->end - c->at) < size || memcmp(c->at, word, size) != 0)
        return false;
    c->at += size;
    return true;
}

static bool is_hex(char x) {
    return (x >= '0' && x <= '9') || (x >= 'a' && x <= 'f') || (x >= 'A' && x <= 'F');
}

/* Bytes beyond ASCII are taken as they come: the host sends UTF-8, and nothing here looks into texts. */
static bool skip_string(cursor* c) {
    if (!take(c, '"'))
        return false;
    while (c->at < c->end) {
        const unsigned char x = (unsigned char)*c->at++;
        if (x == '"')
            return true;
        if (x < 0x20)
            return false;
        if (x != '\\')
            continue;
        if (c->at == c->end)
            return false;
        const char escaped = *c->at++;
        if (escaped == 'u') {
            for (int i = 0; i < 4; ++i)
                if (c->at == c->end || !is_hex(*c->at++))
                    return false;
        } else if (strchr("\"\\/bfnrt", escaped) == NULL || escaped == '\0') {
            return false;
        }
    }
    return false;
}

static bool skip_digits(cursor* c) {
    const char* const begin = c->at;
    while (c->at < c->end && *c->at >= '0' && *c->at <= '9')
        ++c->at;
    return c->at > begin;
}

static bool skip_number(cursor* c) {
    if (c->at < c->end && *c->at == '-')
        ++c->at;
    if (c->at < c->end && *c->at == '0')
        ++c->at;
    else if (!skip_digits(c))
        return false;
    if (c->at < c->end && *c->at == '.') {
        ++c->at;
        if (!skip_digits(c))
            return false;
    }
    if (c->at < c->end && (*c->at == 'e' || *c->at == 'E')) {
        ++c->at;
        if (c->at < c->end && (*c->at == '+' || *c->at == '-'))
            ++c->at;
        return skip_digits(c);
    }
    return true;
}

static bool skip_value(cursor* c, int depth) {
    skip_space(c);
    if (c->at == c->end || depth == MAX_DEPTH)
        return false;
    switch (*c->at) {
    case '"':
        return skip_string(c);
    case 't':
        return skip_word(c, "true");
    case 'f':
        return skip_word(c, "false");
    case 'n':
        return skip_word(c, "null");
    case '{':
    case '[': {
        const bool is_object = *c->at == '{';
        const char close = is_object ? '}' : ']';
        ++c->at;
        if (take(c, close))
            return true;
        do {
            if (is_object && !(skip_string(c) && take(c, ':')))
                return false;
            if (!skip_value(c, depth + 1))
                return false;
        } while (take(c, ','));
        return take(c, close);
    }
    default:
        return skip_number(c);
    }
}

json json_parse(const char* text, size_t size) {
    if (size == 0)
        return nothing;
    cursor c = {text, text + size};
    skip_space(&c);
    const char* const begin = c.at;
    if (!skip_value(&c, 0))
        return nothing;
    const json value = {begin, (size_t)(c.at - begin)};
    skip_space(&c);
    return c.at == c.end ? value : nothing;
}

json json_member(json object, const char* key) {
    if (!json_is_object(object))
        return nothing;
    cursor c = {object.text + 1, object.text + object.size};
    if (take(&c, '}'))
        return nothing;
    do {
        skip_space(&c);
        const char* const name = c.at;
        if (!skip_string(&c))
            return nothing;
        const json found_key = {name, (size_t)(c.at - name)};
        if (!take(&c, ':'))
            return nothing;
        skip_space(&c);
        const char* const begin = c.at;
        if (!skip_value(&c, 0))
            return nothing;
        const json value = {begin, (size_t)(c.at - begin)};
        if (json_says(found_key, key))
            return value;
    } while (take(&c, ','));
    return nothing;
}

bool json_is_object(json value) {
    return value.text != NULL && value.text[0] == '{';
}
bool json_is_true(json value) {
    return value.text != NULL && value.text[0] == 't';
}
bool json_is_false(json value) {
    return value.text != NULL && value.text[0] == 'f';
}
bool json_is_string(json value) {
    return value.text != NULL && value.text[0] == '"';
}
bool json_says(json value, const char* string) {
    const size_t size = strlen(string);
    return json_is_string(value) && value.size == size + 2 && memcmp(value.text + 1, string, size) == 0;
}
