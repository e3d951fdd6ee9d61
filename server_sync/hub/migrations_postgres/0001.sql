-- SPDX-License-Identifier: Apache-2.0
-- The hub's first schema on PostgreSQL: the same tables as on SQLite (hub/migrations/0001.sql tells what each is for).
-- Migrations are append-only. What strangers may fill with any bytes is bytea; the rest is checked to be UTF-8.
CREATE TABLE meta (
    key   text PRIMARY KEY,
    value text NOT NULL
);

-- `changes` grows with every commit to the event: what a process holds in memory is good while it stays the same. The
-- row is locked by each writer until its commit, so numbers are given in the order of commits.
CREATE TABLE events (
    number  bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    event   text   NOT NULL UNIQUE,
    latest  bigint NOT NULL DEFAULT 0,
    changes bigint NOT NULL DEFAULT 0,
    last_ms bigint NOT NULL DEFAULT 0
);

CREATE TABLE chains (
    number      bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    event       bigint NOT NULL REFERENCES events (number),
    device      text   NOT NULL,
    incarnation text   NOT NULL,
    contiguous  bigint NOT NULL DEFAULT 0,
    highest     bigint NOT NULL DEFAULT 0,
    UNIQUE (event, device, incarnation)
);

CREATE TABLE operations (
    event  bigint NOT NULL,
    number bigint NOT NULL,
    chain  bigint NOT NULL,
    seq    bigint NOT NULL,
    via    text   NOT NULL,
    hash   bytea  NOT NULL,
    line   text   NOT NULL,
    PRIMARY KEY (event, number)
);

CREATE TABLE runs (
    chain  bigint NOT NULL,
    first  bigint NOT NULL,
    count  bigint NOT NULL,
    number bigint NOT NULL,
    PRIMARY KEY (chain, first)
);

CREATE TABLE aside (
    chain bigint NOT NULL,
    seq   bigint NOT NULL,
    PRIMARY KEY (chain, seq)
);

CREATE TABLE personal (
    event    bigint NOT NULL,
    number   bigint NOT NULL,
    fragment text   NOT NULL,
    PRIMARY KEY (event, number)
);
CREATE TABLE owners (
    event  bigint NOT NULL,
    owner  bytea  NOT NULL,
    number bigint NOT NULL,
    PRIMARY KEY (event, owner, number)
);
CREATE TABLE erasures (
    event bigint NOT NULL,
    uid   bytea  NOT NULL,
    PRIMARY KEY (event, uid)
);

-- Numbers come from `counter`, locked until commit: a sequence would give them out of the order of commits.
CREATE TABLE quarantine (
    number  bigint PRIMARY KEY,
    key     bytea  NOT NULL UNIQUE,
    event   text   NOT NULL,
    via     text   NOT NULL,
    claimed bytea  NOT NULL,
    verdict text   NOT NULL,
    raw     bytea  NOT NULL,
    at_ms   bigint NOT NULL
);
CREATE TABLE counter (
    name  text   PRIMARY KEY,
    value bigint NOT NULL
);
INSERT INTO counter VALUES ('quarantine', 0);

CREATE TABLE devices (
    event       text    NOT NULL,
    device      text    NOT NULL,
    token_hash  text    NOT NULL,
    is_hub      boolean NOT NULL,
    revoked     boolean NOT NULL,
    incarnation text    NOT NULL,
    cloned_by   text    NOT NULL,
    software    text    NOT NULL,
    enrolled_ms bigint  NOT NULL,
    seen_ms     bigint  NOT NULL,
    offset_ms   bigint  NOT NULL,
    pending     bigint  NOT NULL,
    PRIMARY KEY (event, device)
);

CREATE TABLE codes (
    code_hash  text    PRIMARY KEY,
    event      text    NOT NULL,
    for_hub    boolean NOT NULL,
    expires_ms bigint  NOT NULL,
    used       boolean NOT NULL
);

CREATE TABLE users (
    name       text    PRIMARY KEY,
    role       text    NOT NULL,
    token_hash text    NOT NULL,
    revoked    boolean NOT NULL,
    created_ms bigint  NOT NULL
);

CREATE TABLE leases (
    event       text    NOT NULL,
    resource    text    NOT NULL,
    place       bigint  NOT NULL,
    holder      text    NOT NULL,
    incarnation text    NOT NULL,
    count       bigint  NOT NULL,
    granted_ms  bigint  NOT NULL,
    lost        boolean NOT NULL,
    PRIMARY KEY (event, resource, place)
);

CREATE TABLE audit (
    number bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    at_ms  bigint NOT NULL,
    who    text   NOT NULL,
    what   text   NOT NULL
);
