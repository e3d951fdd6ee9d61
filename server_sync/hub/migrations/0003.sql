-- SPDX-License-Identifier: Apache-2.0
-- What is personal in quarantine goes when the person is erased, or when it is old. `bare`: nothing personal is in `raw`, or
-- no more. `key` stays that of the bytes as they came: sent again, they don't come back.
ALTER TABLE quarantine ADD COLUMN bare INTEGER NOT NULL DEFAULT 0;
CREATE INDEX quarantine_personal ON quarantine (event) WHERE bare = 0;
CREATE INDEX quarantine_ages ON quarantine (at_ms) WHERE bare = 0;
