-- SPDX-License-Identifier: Apache-2.0
-- Bookings: leases with times and generations, confidential operations, and who may have them.

-- No kiosk asked for leases in the form that the first table held, so nothing is taken from anybody here.
DROP TABLE leases;

-- Who holds what. `resource`: core::resource_text; its subject and times stand beside it for the look-up. Seats are
-- counted: many may hold some. `closing_seq`: free once the holder's journal is here up to that number; 0: not given back.
CREATE TABLE leases (
    event       TEXT    NOT NULL,
    resource    TEXT    NOT NULL,
    holder      TEXT    NOT NULL,
    subject     TEXT    NOT NULL,
    starts_ms   INTEGER,
    ends_ms     INTEGER,
    counted     INTEGER NOT NULL,
    count       INTEGER NOT NULL,
    incarnation TEXT    NOT NULL,
    generation  INTEGER NOT NULL,
    granted_ms  INTEGER NOT NULL,
    booking     TEXT    NOT NULL,
    closing_seq INTEGER NOT NULL,
    PRIMARY KEY (event, resource, holder)
) STRICT, WITHOUT ROWID;
CREATE INDEX leases_by_subject ON leases (event, subject);
CREATE INDEX leases_by_holder ON leases (event, holder);

-- Whatever the program believes: one holder each, and nobody else's at a time that touches it.
CREATE UNIQUE INDEX leases_one_holder ON leases (event, resource) WHERE counted = 0;
CREATE TRIGGER leases_no_overlap BEFORE INSERT ON leases WHEN NEW.counted = 0 BEGIN
    SELECT RAISE(ABORT, 'somebody else holds it at that time') WHERE EXISTS (
        SELECT 1 FROM leases held WHERE held.event = NEW.event AND held.subject = NEW.subject AND held.holder <> NEW.holder
            AND (held.starts_ms IS NULL OR NEW.starts_ms IS NULL
                 OR (held.starts_ms < NEW.ends_ms AND NEW.starts_ms < held.ends_ms)));
END;

-- Grows whenever something was taken from a holder that did not give it back.
CREATE TABLE lease_generations (
    event      TEXT    PRIMARY KEY NOT NULL,
    generation INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The closed session whose devices alone get the operation, or empty. Invitations were there before: they belong to their
-- session's.
ALTER TABLE operations ADD COLUMN confidential TEXT NOT NULL DEFAULT '';
UPDATE operations SET confidential = coalesce(json_extract(json_extract(line, '$.body'), '$.session'), '')
    WHERE instr(line, '"kind":"invitation.set"') > 0 AND json_valid(line) AND json_valid(json_extract(line, '$.body'));
CREATE INDEX operations_confidential ON operations (id) WHERE confidential <> '';

-- Of which closed sessions: '*' all, '' none, or ids with commas.
ALTER TABLE devices ADD COLUMN confidential TEXT NOT NULL DEFAULT '';
UPDATE devices SET confidential = '*' WHERE is_hub;
ALTER TABLE codes ADD COLUMN confidential TEXT NOT NULL DEFAULT '';
