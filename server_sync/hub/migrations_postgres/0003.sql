-- SPDX-License-Identifier: Apache-2.0
-- What is personal in quarantine goes, as on SQLite (hub/migrations/0003.sql tells more).
ALTER TABLE quarantine ADD COLUMN bare boolean NOT NULL DEFAULT false;
CREATE INDEX quarantine_personal ON quarantine (event, number) WHERE NOT bare;
CREATE INDEX quarantine_ages ON quarantine (at_ms) WHERE NOT bare;
