-- What a person proves themselves with beside the password. `sealed` counts, `offered` waits to be confirmed by a code.

CREATE TABLE factors (
    person INTEGER NOT NULL PRIMARY KEY REFERENCES people (id),
    sealed BLOB,
    last_step INTEGER NOT NULL,
    set_up_at TEXT,
    offered BLOB,
    offered_at TEXT,
    short_password INTEGER NOT NULL
) STRICT;

CREATE TABLE recovery_codes (
    digest BLOB NOT NULL PRIMARY KEY,
    person INTEGER NOT NULL REFERENCES people (id),
    used_at TEXT
) STRICT;
CREATE INDEX recovery_codes_by_person ON recovery_codes (person);

-- When the second factor was last checked in the session, and whether it is still to be checked before anything else.
ALTER TABLE sessions ADD COLUMN checked_at TEXT;
ALTER TABLE sessions ADD COLUMN awaits_code INTEGER NOT NULL DEFAULT 0;
