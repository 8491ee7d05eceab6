-- What a person proves themselves with beside the password. `sealed` counts, `offered` waits to be confirmed by a code.

CREATE TABLE factors (
    person BIGINT NOT NULL PRIMARY KEY REFERENCES people (id),
    sealed BYTEA,
    last_step BIGINT NOT NULL,
    set_up_at TIMESTAMP,
    offered BYTEA,
    offered_at TIMESTAMP,
    short_password BOOLEAN NOT NULL
);

CREATE TABLE recovery_codes (
    digest BYTEA NOT NULL PRIMARY KEY,
    person BIGINT NOT NULL REFERENCES people (id),
    used_at TIMESTAMP
);
CREATE INDEX recovery_codes_by_person ON recovery_codes (person);

-- When the second factor was last checked in the session, and whether it is still to be checked before anything else.
ALTER TABLE sessions ADD COLUMN checked_at TIMESTAMP;
ALTER TABLE sessions ADD COLUMN awaits_code BOOLEAN NOT NULL DEFAULT FALSE;
