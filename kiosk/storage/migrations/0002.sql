-- SPDX-License-Identifier: Apache-2.0
-- Answered questionnaires and follow-ups. All projections.

-- The operation that stands for each response: the first final one, before there is one the latest draft.
CREATE TABLE responses (
    uid       TEXT    PRIMARY KEY NOT NULL,
    status    INTEGER NOT NULL, -- 1 draft, 2 final
    at_ms     INTEGER NOT NULL,
    hlc       INTEGER NOT NULL,
    operation INTEGER NOT NULL REFERENCES operations (id)
) STRICT, WITHOUT ROWID;

-- The operation that stands for each lead: the latest.
CREATE TABLE leads (
    uid       TEXT    PRIMARY KEY NOT NULL,
    status    INTEGER NOT NULL, -- as in core/leads.hpp
    due       TEXT    NOT NULL,
    priority  INTEGER NOT NULL,
    hlc       INTEGER NOT NULL,
    operation INTEGER NOT NULL REFERENCES operations (id)
) STRICT, WITHOUT ROWID;

-- Every version of every lead, with what its personal part is about: each of them may be erased.
CREATE TABLE lead_versions (
    operation    INTEGER PRIMARY KEY REFERENCES operations (id),
    lead         TEXT NOT NULL,
    registration TEXT NOT NULL, -- may be empty
    response     TEXT NOT NULL  -- may be empty
) STRICT;
CREATE INDEX lead_versions_by_lead ON lead_versions (lead);
CREATE INDEX lead_versions_by_registration ON lead_versions (registration) WHERE registration <> '';
CREATE INDEX lead_versions_by_response ON lead_versions (response) WHERE response <> '';

-- Operations of these kinds may have arrived when nobody here knew them: the next opening folds them in.
INSERT OR REPLACE INTO meta VALUES ('fold_from', 2);
