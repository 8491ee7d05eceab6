-- Files of a request that are not mail: proof of identity, what systems returned, what is prepared, what is handed over.
-- The name and the bytes are sealed; a destroyed file keeps its row and says when.

CREATE TABLE files (
    id BIGINT NOT NULL PRIMARY KEY,
    request_id BIGINT NOT NULL,
    purpose TEXT NOT NULL,
    media_type TEXT NOT NULL,
    size BIGINT NOT NULL,
    kept_at TIMESTAMP NOT NULL,
    destroyed_at TIMESTAMP,
    key_id BIGINT NOT NULL,
    name BYTEA NOT NULL,
    sealed BYTEA NOT NULL
);
CREATE INDEX files_by_request ON files (request_id);
CREATE INDEX files_by_purpose ON files (purpose, destroyed_at, kept_at);
