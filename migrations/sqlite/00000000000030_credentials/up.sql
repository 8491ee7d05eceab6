-- What a mail provider gave us in place of a secret in the settings, sealed under the key of the house.

CREATE TABLE credentials (
    name BLOB NOT NULL PRIMARY KEY,
    changed_at TEXT NOT NULL,
    sealed BLOB NOT NULL
) STRICT;
