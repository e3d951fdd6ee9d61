# SPDX-License-Identifier: Apache-2.0
"""A signed ticket in the project's own format (kiosk/docs/ticket-format.md), for demo data only.

Written in plain Python so that making the demo data needs nothing installed; slow, and not made for keys that matter.
A second implementation on purpose: if the two disagreed, the demo's tickets of another event would stop being read."""

import hashlib

PREFIX = "XD1:"
ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"

# Ed25519 (RFC 8032): the field, the curve's constant, the order of the base point.
P = 2**255 - 19
D = -121665 * pow(121666, -1, P) % P
ORDER = 2**252 + 27742317777372353535851937790883648493
BASE_Y = 4 * pow(5, -1, P) % P


def base_x():
    square = (BASE_Y * BASE_Y - 1) * pow(D * BASE_Y * BASE_Y + 1, -1, P) % P
    root = pow(square, (P + 3) // 8, P)
    if root * root % P != square:
        root = root * pow(2, (P - 1) // 4, P) % P
    return P - root if root % 2 else root


BASE = (base_x(), BASE_Y)


def add(one, two):
    (x1, y1), (x2, y2) = one, two
    product = D * x1 * x2 * y1 * y2 % P
    return ((x1 * y2 + x2 * y1) * pow(1 + product, -1, P) % P, (y1 * y2 + x1 * x2) * pow(1 - product, -1, P) % P)


def times(number, point):
    result = (0, 1)
    while number:
        if number & 1:
            result = add(result, point)
        point = add(point, point)
        number >>= 1
    return result


def packed(point):
    return (point[1] | (point[0] & 1) << 255).to_bytes(32, "little")


def number_of(*parts):
    return int.from_bytes(hashlib.sha512(b"".join(parts)).digest(), "little")


def sign(seed, message):
    digest = hashlib.sha512(seed).digest()
    secret = int.from_bytes(digest[:32], "little") & (2**254 - 8) | 2**254
    public = packed(times(secret, BASE))
    nonce = number_of(digest[32:], message) % ORDER
    commitment = packed(times(nonce, BASE))
    answer = (nonce + number_of(commitment, public, message) * secret) % ORDER
    return commitment + answer.to_bytes(32, "little")


def base45(data):
    text = ""
    for at in range(0, len(data), 2):
        group = data[at:at + 2]
        value = int.from_bytes(group, "big")
        for _ in range(3 if len(group) == 2 else 2):
            text += ALPHABET[value % 45]
            value //= 45
    return text


def ticket_text(seed, key_id, event, ticket):
    def field(text):
        return bytes([len(text)]) + text.encode()

    payload = bytes([1]) + key_id.to_bytes(2, "big") + bytes([0]) + field(event) + field(ticket)
    return PREFIX + base45(payload + sign(seed, PREFIX.encode() + payload)) + "/"
