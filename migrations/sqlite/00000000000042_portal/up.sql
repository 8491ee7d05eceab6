-- The public portal: forms between being sent and being placed, visits of requesters, and how much was sent of late.
-- A form's words are its message, which is kept as mail is. What stands here in clear says nothing about anyone.

CREATE TABLE portal_forms (
    message_id INTEGER NOT NULL PRIMARY KEY,
    visit BLOB,
    sealed BLOB
) STRICT;
CREATE INDEX portal_forms_to_place ON portal_forms (message_id) WHERE sealed IS NOT NULL;

CREATE TABLE portal_visits (
    token BLOB NOT NULL PRIMARY KEY,
    csrf BLOB NOT NULL,
    proven INTEGER NOT NULL,
    wants_code INTEGER NOT NULL,
    request_id INTEGER,
    created_at TEXT NOT NULL,
    seen_at TEXT NOT NULL,
    ends_at TEXT NOT NULL,
    sealed BLOB NOT NULL
) STRICT;
CREATE INDEX portal_visits_by_end ON portal_visits (ends_at);
CREATE INDEX portal_visits_to_answer ON portal_visits (created_at) WHERE wants_code = 1;

CREATE TABLE portal_counts (
    id INTEGER NOT NULL PRIMARY KEY,
    name BLOB NOT NULL,
    at TEXT NOT NULL
) STRICT;
CREATE INDEX portal_counts_by_name ON portal_counts (name, at);
CREATE INDEX portal_counts_by_time ON portal_counts (at);
