-- Codes sent to an address, to prove that whoever asks can read what arrives there. Kept as keyed digests.

CREATE TABLE challenges (
    id BIGINT NOT NULL PRIMARY KEY,
    party BYTEA NOT NULL,
    address BYTEA NOT NULL,
    purpose TEXT NOT NULL,
    code BYTEA NOT NULL,
    issued_at TIMESTAMP NOT NULL,
    tries INTEGER NOT NULL,
    used_at TIMESTAMP
);

CREATE INDEX challenges_party ON challenges (party, issued_at);
CREATE INDEX challenges_issued ON challenges (issued_at);
