-- SPDX-License-Identifier: Apache-2.0
-- The first schema. Migrations are append-only: a released one never changes, the next one follows it.
-- What each table is for, and which of them can be thrown away, is told in kiosk/docs/journal-format.md.

-- Small facts about this file: mark, fingerprint, current origin, clock, how far the search index reaches.
CREATE TABLE meta (
    key   TEXT PRIMARY KEY NOT NULL,
    value ANY
) STRICT, WITHOUT ROWID;

-- Everybody who ever wrote operations: one row per (device, incarnation). `number` is local to this file.
CREATE TABLE origins (
    number       INTEGER PRIMARY KEY,
    device       TEXT NOT NULL,
    incarnation  TEXT NOT NULL,
    own          INTEGER NOT NULL DEFAULT 0, -- written through this file or one that it was copied from
    acknowledged INTEGER NOT NULL DEFAULT 0, -- highest seq that the hub has confirmed, where own
    UNIQUE (device, incarnation)
) STRICT;

-- The journal. id = origin number × 2^40 + seq: one B-tree, appended to at its end, and no second index.
CREATE TABLE operations (
    id              INTEGER PRIMARY KEY,
    kind            TEXT    NOT NULL,
    version         INTEGER NOT NULL,
    hlc             INTEGER NOT NULL,
    wall_ms         INTEGER NOT NULL,
    boot_ms         INTEGER NOT NULL,
    offset_ms       INTEGER,
    subject         TEXT    NOT NULL,
    body            TEXT    NOT NULL,
    personal_digest BLOB, -- absent where there never was a personal part
    previous        BLOB    NOT NULL,
    hash            BLOB    NOT NULL
) STRICT;

-- Personal parts, beside the journal: rows disappear on erasure, the digest above stays. `owner` is the registration.
CREATE TABLE personal (
    operation INTEGER PRIMARY KEY REFERENCES operations (id),
    owner     TEXT NOT NULL,
    salt      BLOB NOT NULL,
    content   TEXT NOT NULL
) STRICT;
CREATE INDEX personal_by_owner ON personal (owner);

-- Operations of others in the order in which they came in; what append() wrote is not listed.
CREATE TABLE arrivals (
    arrival   INTEGER PRIMARY KEY AUTOINCREMENT,
    operation INTEGER NOT NULL REFERENCES operations (id),
    ahead     INTEGER NOT NULL DEFAULT 0 -- its clock was more than five minutes ahead of ours
) STRICT;

-- What came in and could not be taken as it claims to be: kept as it came, never projected.
CREATE TABLE set_aside (
    hash     BLOB PRIMARY KEY NOT NULL, -- of raw, so that the same thing sent again is kept once
    verdict  TEXT NOT NULL,
    claimed  TEXT NOT NULL, -- the operation id that it claims
    raw      BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- ---- projections: can be thrown away and made again from the tables above ----

CREATE TABLE documents (
    entity    TEXT    NOT NULL,
    id        TEXT    NOT NULL,
    doc       TEXT    NOT NULL,
    hlc       INTEGER NOT NULL,
    operation INTEGER NOT NULL REFERENCES operations (id),
    PRIMARY KEY (entity, id)
) STRICT, WITHOUT ROWID;

-- The operation that stands for each registration; its content is read from there.
CREATE TABLE registrations (
    number    INTEGER PRIMARY KEY,
    uid       TEXT    NOT NULL UNIQUE,
    ticket    TEXT    NOT NULL,
    status    INTEGER NOT NULL,
    hlc       INTEGER NOT NULL,
    operation INTEGER NOT NULL REFERENCES operations (id)
) STRICT;
CREATE INDEX registrations_by_ticket ON registrations (ticket);

-- The personal columns that search needs; the row is gone after erasure. terms: each between line feeds.
CREATE TABLE people (
    number       INTEGER PRIMARY KEY REFERENCES registrations (number),
    name         TEXT NOT NULL,
    organisation TEXT NOT NULL,
    phone        TEXT NOT NULL,
    phone_key    TEXT NOT NULL, -- the same for every way of writing a number; empty where there is none
    terms        TEXT NOT NULL
) STRICT;
CREATE INDEX people_by_phone ON people (phone_key) WHERE phone_key <> '';

-- The search index of the people whose number is at most meta.indexed_until; the rest is searched in memory.
CREATE TABLE terms (
    term   TEXT    NOT NULL,
    number INTEGER NOT NULL,
    PRIMARY KEY (term, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE erasures (
    uid TEXT PRIMARY KEY NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE revocations (
    ticket TEXT PRIMARY KEY NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE invitations (
    session   TEXT    NOT NULL,
    ticket    TEXT    NOT NULL,
    role      TEXT    NOT NULL,
    status    INTEGER NOT NULL,
    nda       INTEGER NOT NULL,
    hlc       INTEGER NOT NULL,
    operation INTEGER NOT NULL REFERENCES operations (id),
    PRIMARY KEY (session, ticket)
) STRICT, WITHOUT ROWID;

-- One row per scan operation, with its id. direction: 1 entry, 2 exit. outcome, reason: as in core/admission.hpp.
CREATE TABLE scans (
    id              INTEGER PRIMARY KEY REFERENCES operations (id),
    checkpoint      TEXT    NOT NULL,
    ticket          TEXT    NOT NULL,
    registration    TEXT    NOT NULL,
    session         TEXT    NOT NULL,
    direction       INTEGER NOT NULL,
    outcome         INTEGER NOT NULL,
    reason          INTEGER NOT NULL,
    at_ms           INTEGER NOT NULL,
    key             TEXT    NOT NULL,
    method          TEXT    NOT NULL,
    override_staff  TEXT    NOT NULL,
    override_reason TEXT    NOT NULL,
    overridden      TEXT    NOT NULL, -- reasons as words, separated by commas
    consents        TEXT    NOT NULL  -- JSON object, or empty
) STRICT;
CREATE INDEX scans_admitted ON scans (ticket) WHERE outcome = 1;
CREATE INDEX scans_by_key ON scans (key) WHERE outcome = 1 AND key <> '';

-- One row per scan that was taken back; `operation` is the first undo, by (clock, operation id).
CREATE TABLE undos (
    target    INTEGER PRIMARY KEY, -- id of the scan, which may not have arrived yet
    hlc       INTEGER NOT NULL,
    operation INTEGER NOT NULL REFERENCES operations (id)
) STRICT;

CREATE TABLE notes (
    operation INTEGER PRIMARY KEY REFERENCES operations (id)
) STRICT;
