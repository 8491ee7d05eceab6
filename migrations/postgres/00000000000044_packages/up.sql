-- Links to packages: found by a digest of what the link holds, so that the table opens none.

CREATE TABLE packages (
    link BYTEA NOT NULL PRIMARY KEY,
    request_id BIGINT NOT NULL,
    package BIGINT NOT NULL,
    expires_at TIMESTAMP NOT NULL,
    ended_at TIMESTAMP,
    UNIQUE (request_id, package)
);
CREATE INDEX packages_by_end ON packages (expires_at) WHERE ended_at IS NULL;
