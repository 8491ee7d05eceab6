-- What a mail provider gave us in place of a secret in the settings, sealed under the key of the house.

CREATE TABLE credentials (
    name BYTEA NOT NULL PRIMARY KEY,
    changed_at TIMESTAMP NOT NULL,
    sealed BYTEA NOT NULL
);
