-- Codes sent to an address, to prove that whoever asks can read what arrives there. Kept as keyed digests.

CREATE TABLE challenges (
    id INTEGER NOT NULL PRIMARY KEY,
    party BLOB NOT NULL,
    address BLOB NOT NULL,
    purpose TEXT NOT NULL,
    code BLOB NOT NULL,
    issued_at TEXT NOT NULL,
    tries INTEGER NOT NULL,
    used_at TEXT
) STRICT;

CREATE INDEX challenges_party ON challenges (party, issued_at);
CREATE INDEX challenges_issued ON challenges (issued_at);
