-- Links to packages: found by a digest of what the link holds, so that the table opens none.

CREATE TABLE packages (
    link BLOB NOT NULL PRIMARY KEY,
    request_id INTEGER NOT NULL,
    package INTEGER NOT NULL,
    expires_at TEXT NOT NULL,
    ended_at TEXT,
    UNIQUE (request_id, package)
) STRICT;
CREATE INDEX packages_by_end ON packages (expires_at) WHERE ended_at IS NULL;
