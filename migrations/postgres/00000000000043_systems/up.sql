-- The register of systems and recipients, in all its versions; restores of backups; what lists look for among tasks and
-- among what is in force; the personal links of tasks.

CREATE TABLE systems (
    id TEXT NOT NULL,
    version BIGINT NOT NULL,
    changed_at TIMESTAMP NOT NULL,
    changed_by TEXT NOT NULL,
    sealed BYTEA NOT NULL,
    PRIMARY KEY (id, version)
);

CREATE TABLE restores (
    id BIGINT NOT NULL PRIMARY KEY,
    system_id TEXT NOT NULL,
    backup_on DATE NOT NULL,
    marked_at TIMESTAMP NOT NULL,
    marked_by TEXT NOT NULL
);
CREATE INDEX restores_by_system ON restores (system_id, id);

CREATE TABLE tasks (
    request_id BIGINT NOT NULL,
    number INTEGER NOT NULL,
    system_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    unsettled BOOLEAN NOT NULL,
    awaited BOOLEAN NOT NULL,
    due_on DATE,
    done_at TIMESTAMP,
    PRIMARY KEY (request_id, number)
);
CREATE INDEX tasks_by_due ON tasks (awaited, due_on);
CREATE INDEX tasks_by_need ON tasks (unsettled, request_id);
CREATE INDEX tasks_by_system ON tasks (system_id, done_at);

CREATE TABLE lasting_states (
    request_id BIGINT NOT NULL,
    item INTEGER NOT NULL,
    recheck_on DATE NOT NULL,
    PRIMARY KEY (request_id, item)
);
CREATE INDEX lasting_states_by_recheck ON lasting_states (recheck_on);

CREATE TABLE task_links (
    id BIGINT NOT NULL PRIMARY KEY,
    token BYTEA NOT NULL UNIQUE,
    request_id BIGINT NOT NULL,
    task BIGINT NOT NULL,
    made_at TIMESTAMP NOT NULL,
    expires_at TIMESTAMP NOT NULL,
    revoked_at TIMESTAMP
);
CREATE INDEX task_links_by_task ON task_links (request_id, task);
