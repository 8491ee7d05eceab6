-- The register of systems and recipients, in all its versions; restores of backups; what lists look for among tasks and
-- among what is in force; the personal links of tasks.

CREATE TABLE systems (
    id TEXT NOT NULL,
    version INTEGER NOT NULL,
    changed_at TEXT NOT NULL,
    changed_by TEXT NOT NULL,
    sealed BLOB NOT NULL,
    PRIMARY KEY (id, version)
) STRICT;

CREATE TABLE restores (
    id INTEGER NOT NULL PRIMARY KEY,
    system_id TEXT NOT NULL,
    backup_on TEXT NOT NULL,
    marked_at TEXT NOT NULL,
    marked_by TEXT NOT NULL
) STRICT;
CREATE INDEX restores_by_system ON restores (system_id, id);

CREATE TABLE tasks (
    request_id INTEGER NOT NULL,
    number INTEGER NOT NULL,
    system_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    unsettled INTEGER NOT NULL,
    awaited INTEGER NOT NULL,
    due_on TEXT,
    done_at TEXT,
    PRIMARY KEY (request_id, number)
) STRICT;
CREATE INDEX tasks_by_due ON tasks (awaited, due_on);
CREATE INDEX tasks_by_need ON tasks (unsettled, request_id);
CREATE INDEX tasks_by_system ON tasks (system_id, done_at);

CREATE TABLE lasting_states (
    request_id INTEGER NOT NULL,
    item INTEGER NOT NULL,
    recheck_on TEXT NOT NULL,
    PRIMARY KEY (request_id, item)
) STRICT;
CREATE INDEX lasting_states_by_recheck ON lasting_states (recheck_on);

CREATE TABLE task_links (
    id INTEGER NOT NULL PRIMARY KEY,
    token BLOB NOT NULL UNIQUE,
    request_id INTEGER NOT NULL,
    task INTEGER NOT NULL,
    made_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    revoked_at TEXT
) STRICT;
CREATE INDEX task_links_by_task ON task_links (request_id, task);
