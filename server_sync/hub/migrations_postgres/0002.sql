-- SPDX-License-Identifier: Apache-2.0
-- Bookings: the same tables as on SQLite (hub/migrations/0002.sql tells what each is for).
DROP TABLE leases;
CREATE TABLE leases (
    event       text    NOT NULL,
    resource    text    NOT NULL,
    holder      text    NOT NULL,
    subject     text    NOT NULL,
    starts_ms   bigint,
    ends_ms     bigint,
    counted     boolean NOT NULL,
    count       bigint  NOT NULL,
    incarnation text    NOT NULL,
    generation  bigint  NOT NULL,
    granted_ms  bigint  NOT NULL,
    booking     text    NOT NULL,
    closing_seq bigint  NOT NULL,
    PRIMARY KEY (event, resource, holder)
);
CREATE INDEX leases_by_subject ON leases (event, subject);
CREATE INDEX leases_by_holder ON leases (event, holder);
CREATE UNIQUE INDEX leases_one_holder ON leases (event, resource) WHERE NOT counted;

-- Writers to one event's leases come one after the other (an advisory lock), so looking is enough.
CREATE FUNCTION leases_no_overlap() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM xiangdao_hub.leases held
               WHERE held.event = NEW.event AND held.subject = NEW.subject AND held.holder <> NEW.holder
                 AND (held.starts_ms IS NULL OR NEW.starts_ms IS NULL
                      OR (held.starts_ms < NEW.ends_ms AND NEW.starts_ms < held.ends_ms))) THEN
        RAISE EXCEPTION 'somebody else holds it at that time' USING ERRCODE = 'exclusion_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER leases_no_overlap BEFORE INSERT ON leases FOR EACH ROW WHEN (NOT NEW.counted)
    EXECUTE FUNCTION leases_no_overlap();

CREATE TABLE lease_generations (
    event      text   PRIMARY KEY,
    generation bigint NOT NULL
);

ALTER TABLE operations ADD COLUMN confidential text NOT NULL DEFAULT '';
UPDATE operations SET confidential = coalesce(substring(line FROM '\\"session\\":\\"([^"\\]+)\\"'), '')
    WHERE strpos(line, '"kind":"invitation.set"') > 0;
CREATE INDEX operations_confidential ON operations (event, number) WHERE confidential <> '';

ALTER TABLE devices ADD COLUMN confidential text NOT NULL DEFAULT '';
UPDATE devices SET confidential = '*' WHERE is_hub;
ALTER TABLE codes ADD COLUMN confidential text NOT NULL DEFAULT '';
