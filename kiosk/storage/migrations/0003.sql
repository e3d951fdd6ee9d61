-- SPDX-License-Identifier: Apache-2.0
-- Bookings, leases and sessions behind closed doors. All projections but `leases`.

-- Every request, and every act on one, with its body: the fold needs all of them, also those whose request is still on
-- its way. Texts that are somebody's (topic, note) stay in `personal`.
CREATE TABLE booking_requests (
    operation INTEGER PRIMARY KEY REFERENCES operations (id),
    booking   TEXT    NOT NULL,
    hlc       INTEGER NOT NULL,
    body      TEXT    NOT NULL
) STRICT;
CREATE INDEX booking_requests_by_booking ON booking_requests (booking);
CREATE TABLE booking_acts (
    operation INTEGER PRIMARY KEY REFERENCES operations (id),
    booking   TEXT    NOT NULL,
    hlc       INTEGER NOT NULL,
    body      TEXT    NOT NULL
) STRICT;
CREATE INDEX booking_acts_by_booking ON booking_acts (booking);

-- What they make. A seat in a session has a session and no unit.
CREATE TABLE bookings (
    uid       TEXT    PRIMARY KEY NOT NULL,
    operation INTEGER NOT NULL REFERENCES operations (id), -- the request that counts: the first by (clock, operation id)
    unit      TEXT    NOT NULL,
    session   TEXT    NOT NULL,
    starts    INTEGER NOT NULL, -- ms
    ends      INTEGER NOT NULL,
    stage     INTEGER NOT NULL, -- core::BookingStage without regard to others; 2, 3, 4 need what they were confirmed for
    displaced INTEGER NOT NULL, -- of those: another one came first, or there is no seat for it
    confirmed INTEGER NOT NULL  -- operation of the confirmation that counts, or 0
) STRICT, WITHOUT ROWID;
CREATE INDEX bookings_by_unit ON bookings (unit, starts) WHERE unit <> '';
CREATE INDEX bookings_by_session ON bookings (session) WHERE session <> '';
CREATE INDEX bookings_pending ON bookings (starts) WHERE stage = 1;

CREATE TABLE booking_people (
    ticket       TEXT NOT NULL,
    booking      TEXT NOT NULL,
    registration TEXT NOT NULL, -- uid, or empty
    PRIMARY KEY (ticket, booking)
) STRICT, WITHOUT ROWID;
CREATE INDEX booking_people_by_booking ON booking_people (booking);
CREATE INDEX booking_people_by_registration ON booking_people (registration) WHERE registration <> '';

-- Whose time is taken: a row for the unit and for each participant of every booking that stands. The database itself
-- refuses that a subject has two that overlap; where one ends another may begin.
CREATE TABLE booked (
    subject TEXT    NOT NULL, -- "unit:T1", "person:A1B2C3", "seats:cd1/A1B2C3" (of no time: one seat for a person)
    starts  INTEGER NOT NULL,
    ends    INTEGER NOT NULL CHECK (ends > starts),
    booking TEXT    NOT NULL,
    PRIMARY KEY (subject, starts)
) STRICT, WITHOUT ROWID;
CREATE INDEX booked_by_booking ON booked (booking);
CREATE TRIGGER booked_once BEFORE INSERT ON booked
WHEN EXISTS (SELECT 1 FROM booked b WHERE b.subject = NEW.subject AND b.starts < NEW.ends AND b.ends > NEW.starts)
BEGIN
    SELECT RAISE(ABORT, 'booked twice');
END;
CREATE TRIGGER booked_once_changed BEFORE UPDATE ON booked
WHEN EXISTS (SELECT 1 FROM booked b WHERE b.subject = NEW.subject AND b.starts < NEW.ends AND b.ends > NEW.starts
             AND NOT (b.subject = OLD.subject AND b.starts = OLD.starts))
BEGIN
    SELECT RAISE(ABORT, 'booked twice');
END;

-- Everything that was said of sessions behind closed doors. Which one stands depends on texts that are in `personal` (a
-- quota's organisation) and on the event's staff, so it is folded when it is asked for.
CREATE TABLE session_records (
    operation INTEGER PRIMARY KEY REFERENCES operations (id),
    session   TEXT    NOT NULL,
    kind      INTEGER NOT NULL -- 1 private part, 2 act, 3 quota
) STRICT;
CREATE INDEX session_records_by_session ON session_records (kind, session);

CREATE INDEX invitations_by_ticket ON invitations (ticket);

-- ---- not a projection ----

-- What this device may confirm. Rows count for their incarnation alone: whoever opens a copy of this file holds nothing.
CREATE TABLE leases (
    incarnation TEXT    NOT NULL,
    resource    TEXT    NOT NULL, -- core::resource_text
    subject     TEXT    NOT NULL,
    starts      INTEGER,          -- ms; both or none
    ends        INTEGER,
    count       INTEGER NOT NULL, -- of seats
    generation  INTEGER NOT NULL,
    known_from  INTEGER NOT NULL,
    until       INTEGER,          -- ms of the hub's clock
    closing     INTEGER NOT NULL,
    PRIMARY KEY (incarnation, resource)
) STRICT, WITHOUT ROWID;
CREATE INDEX leases_by_subject ON leases (incarnation, subject);

-- Operations of these kinds may have arrived when nobody here knew them: the next opening folds them in. A mark of an
-- earlier migration stays: the kinds of both are waiting.
INSERT OR IGNORE INTO meta VALUES ('fold_from', 3);
