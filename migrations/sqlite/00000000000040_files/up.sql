-- Files of a request that are not mail: proof of identity, what systems returned, what is prepared, what is handed over.
-- The name and the bytes are sealed; a destroyed file keeps its row and says when.

CREATE TABLE files (
    id INTEGER NOT NULL PRIMARY KEY,
    request_id INTEGER NOT NULL,
    purpose TEXT NOT NULL,
    media_type TEXT NOT NULL,
    size INTEGER NOT NULL,
    kept_at TEXT NOT NULL,
    destroyed_at TEXT,
    key_id INTEGER NOT NULL,
    name BLOB NOT NULL,
    sealed BLOB NOT NULL
) STRICT;
CREATE INDEX files_by_request ON files (request_id);
CREATE INDEX files_by_purpose ON files (purpose, destroyed_at, kept_at);
