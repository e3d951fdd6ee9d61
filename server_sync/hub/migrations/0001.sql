-- SPDX-License-Identifier: Apache-2.0
-- The hub's first schema on SQLite. Migrations are append-only: a released one never changes, the next one follows it.

-- Small facts: hub, epoch, recovering, and those of the program ("fact.…").
CREATE TABLE meta (
    key   TEXT PRIMARY KEY NOT NULL,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- `latest` is the newest feed number; there are as many operations, since numbers have no gaps.
CREATE TABLE events (
    number  INTEGER PRIMARY KEY,
    event   TEXT    NOT NULL UNIQUE,
    latest  INTEGER NOT NULL DEFAULT 0,
    last_ms INTEGER NOT NULL DEFAULT 0
) STRICT;

-- Everybody who ever wrote operations for an event. `contiguous`: 1…n are stored or aside. `highest`: of the stored.
CREATE TABLE chains (
    number      INTEGER PRIMARY KEY,
    event       INTEGER NOT NULL REFERENCES events (number),
    device      TEXT    NOT NULL,
    incarnation TEXT    NOT NULL,
    contiguous  INTEGER NOT NULL DEFAULT 0,
    highest     INTEGER NOT NULL DEFAULT 0,
    UNIQUE (event, device, incarnation)
) STRICT;

-- The log. id = event number × 2^40 + feed number: one B-tree, appended to at the end of each event.
CREATE TABLE operations (
    id    INTEGER PRIMARY KEY,
    chain INTEGER NOT NULL,
    seq   INTEGER NOT NULL,
    via   TEXT    NOT NULL, -- the device that brought it
    hash  BLOB    NOT NULL,
    line  TEXT    NOT NULL
) STRICT;

-- Where operations of a chain stand in the log: `first`…`first + count − 1` have the feed numbers from `number` on. A
-- batch is one row, so that an operation costs no second index. Runs of a chain never overlap.
CREATE TABLE runs (
    chain  INTEGER NOT NULL,
    first  INTEGER NOT NULL,
    count  INTEGER NOT NULL,
    number INTEGER NOT NULL,
    PRIMARY KEY (chain, first)
) STRICT, WITHOUT ROWID;

-- Numbers of a chain that are in quarantine only: they count as received.
CREATE TABLE aside (
    chain INTEGER NOT NULL,
    seq   INTEGER NOT NULL,
    PRIMARY KEY (chain, seq)
) STRICT, WITHOUT ROWID;

-- Personal parts; the row is gone after erasure. id as in operations.
CREATE TABLE personal (
    id       INTEGER PRIMARY KEY,
    fragment TEXT NOT NULL
) STRICT;
CREATE TABLE owners (
    event INTEGER NOT NULL,
    owner TEXT    NOT NULL,
    id    INTEGER NOT NULL,
    PRIMARY KEY (event, owner, id)
) STRICT, WITHOUT ROWID;
CREATE TABLE erasures (
    event INTEGER NOT NULL,
    uid   TEXT    NOT NULL,
    PRIMARY KEY (event, uid)
) STRICT, WITHOUT ROWID;

-- What came in and could not be taken as it claims to be, as it came. key: hash of event, claimed, verdict and raw, so
-- that the same thing sent again is kept once.
CREATE TABLE quarantine (
    number  INTEGER PRIMARY KEY,
    key     BLOB    NOT NULL UNIQUE,
    event   TEXT    NOT NULL,
    via     TEXT    NOT NULL,
    claimed BLOB    NOT NULL,
    verdict TEXT    NOT NULL,
    raw     BLOB    NOT NULL,
    at_ms   INTEGER NOT NULL
) STRICT;

CREATE TABLE devices (
    event       TEXT    NOT NULL,
    device      TEXT    NOT NULL,
    token_hash  TEXT    NOT NULL,
    is_hub      INTEGER NOT NULL,
    revoked     INTEGER NOT NULL,
    incarnation TEXT    NOT NULL,
    cloned_by   TEXT    NOT NULL,
    software    TEXT    NOT NULL,
    enrolled_ms INTEGER NOT NULL,
    seen_ms     INTEGER NOT NULL,
    offset_ms   INTEGER NOT NULL,
    pending     INTEGER NOT NULL,
    PRIMARY KEY (event, device)
) STRICT, WITHOUT ROWID;

CREATE TABLE codes (
    code_hash  TEXT    PRIMARY KEY NOT NULL,
    event      TEXT    NOT NULL,
    for_hub    INTEGER NOT NULL,
    expires_ms INTEGER NOT NULL,
    used       INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE users (
    name       TEXT    PRIMARY KEY NOT NULL,
    role       TEXT    NOT NULL,
    token_hash TEXT    NOT NULL,
    revoked    INTEGER NOT NULL,
    created_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE leases (
    event       TEXT    NOT NULL,
    resource    TEXT    NOT NULL,
    place       INTEGER NOT NULL, -- among the holders of the resource
    holder      TEXT    NOT NULL,
    incarnation TEXT    NOT NULL,
    count       INTEGER NOT NULL,
    granted_ms  INTEGER NOT NULL,
    lost        INTEGER NOT NULL,
    PRIMARY KEY (event, resource, place)
) STRICT, WITHOUT ROWID;

CREATE TABLE audit (
    number INTEGER PRIMARY KEY,
    at_ms  INTEGER NOT NULL,
    who    TEXT    NOT NULL,
    what   TEXT    NOT NULL
) STRICT;
