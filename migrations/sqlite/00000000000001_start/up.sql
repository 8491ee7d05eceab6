-- Times are UTC text with at most six digits of a second, so that text order is time order.
-- Large blobs stand last in their row: SQLite reads a row from the front and stops early.

CREATE TABLE counters (
    name TEXT NOT NULL PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT;

CREATE TABLE keys (
    id INTEGER NOT NULL PRIMARY KEY,
    wrapped BLOB NOT NULL,
    destroyed_at TEXT
) STRICT;

CREATE TABLE events (
    stream INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    kind TEXT NOT NULL,
    at TEXT NOT NULL,
    actor TEXT NOT NULL,
    leaf BLOB NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (stream, seq)
) STRICT;
CREATE TRIGGER events_refuse_update BEFORE UPDATE ON events
BEGIN SELECT RAISE(ABORT, 'events are never changed'); END;
CREATE TRIGGER events_refuse_delete BEFORE DELETE ON events
BEGIN SELECT RAISE(ABORT, 'events are never removed'); END;

CREATE TABLE requests (
    id INTEGER NOT NULL PRIMARY KEY,
    reference TEXT NOT NULL UNIQUE,
    policy_id TEXT NOT NULL,
    policy_version TEXT NOT NULL,
    stage TEXT NOT NULL,
    kind TEXT NOT NULL,
    channel TEXT NOT NULL,
    language TEXT NOT NULL,
    received_at TEXT NOT NULL,
    due_on TEXT NOT NULL,
    ends_at TEXT NOT NULL,
    provisional INTEGER NOT NULL,
    calendar TEXT NOT NULL,
    open INTEGER NOT NULL,
    assignee INTEGER,
    awaits_approval INTEGER NOT NULL,
    held INTEGER NOT NULL,
    delivery TEXT NOT NULL,
    next_due_at TEXT,
    key_id INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    sender BLOB,
    card BLOB NOT NULL,
    state TEXT NOT NULL
) STRICT;
CREATE INDEX requests_by_end ON requests (open, ends_at, id);
CREATE INDEX requests_by_approval ON requests (awaits_approval, open, ends_at, id);
CREATE INDEX requests_by_held ON requests (held, ends_at, id);
CREATE INDEX requests_by_stage ON requests (stage, ends_at, id);
CREATE INDEX requests_by_next_due ON requests (next_due_at) WHERE next_due_at IS NOT NULL;
CREATE INDEX requests_by_assignee ON requests (assignee, open, ends_at);
CREATE INDEX requests_by_sender ON requests (sender);
CREATE INDEX requests_by_key ON requests (key_id);

CREATE TABLE request_rights (
    request_id INTEGER NOT NULL,
    "right" TEXT NOT NULL,
    PRIMARY KEY (request_id, "right")
) STRICT, WITHOUT ROWID;
CREATE INDEX request_rights_by_right ON request_rights ("right", request_id);

CREATE TABLE texts (
    id INTEGER NOT NULL PRIMARY KEY,
    request_id INTEGER NOT NULL,
    purpose TEXT NOT NULL,
    sealed BLOB NOT NULL
) STRICT;
CREATE INDEX texts_by_request ON texts (request_id);

CREATE TABLE messages (
    id INTEGER NOT NULL PRIMARY KEY,
    received_at TEXT NOT NULL,
    kept_at TEXT NOT NULL,
    size INTEGER NOT NULL,
    key_id INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    why TEXT NOT NULL,
    request_id INTEGER,
    duplicate_of INTEGER,
    held INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    claimed_until TEXT,
    place TEXT NOT NULL,
    digest BLOB NOT NULL,
    mid BLOB,
    sender BLOB,
    fingerprint BLOB,
    thread BLOB,
    card BLOB,
    reading BLOB,
    raw BLOB NOT NULL
) STRICT;
CREATE INDEX messages_by_digest ON messages (digest);
CREATE INDEX messages_by_mid ON messages (mid) WHERE mid IS NOT NULL;
CREATE INDEX messages_by_fingerprint ON messages (fingerprint) WHERE fingerprint IS NOT NULL;
CREATE INDEX messages_by_thread ON messages (thread) WHERE thread IS NOT NULL;
CREATE INDEX messages_by_request ON messages (request_id, received_at) WHERE request_id IS NOT NULL;
CREATE INDEX messages_by_outcome ON messages (outcome, received_at, id);

CREATE TABLE sightings (
    grp TEXT NOT NULL,
    no INTEGER NOT NULL,
    message_id INTEGER NOT NULL REFERENCES messages (id),
    PRIMARY KEY (grp, no)
) STRICT, WITHOUT ROWID;
CREATE INDEX sightings_by_message ON sightings (message_id);

CREATE TABLE outbox (
    id INTEGER NOT NULL PRIMARY KEY,
    request_id INTEGER,
    key_id INTEGER NOT NULL,
    occasion TEXT NOT NULL,
    message_id TEXT NOT NULL UNIQUE,
    token BLOB,
    addressee BLOB NOT NULL,
    automatic INTEGER NOT NULL,
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    next_attempt_at TEXT NOT NULL,
    lease_until TEXT,
    lease_owner TEXT,
    reply TEXT,
    queued_at TEXT NOT NULL,
    settled_at TEXT,
    recipient BLOB NOT NULL,
    raw BLOB NOT NULL
) STRICT;
CREATE INDEX outbox_by_state ON outbox (state, next_attempt_at);
CREATE INDEX outbox_by_token ON outbox (token) WHERE token IS NOT NULL;
CREATE INDEX outbox_by_addressee ON outbox (addressee, queued_at);
CREATE INDEX outbox_by_queued ON outbox (queued_at);
CREATE INDEX outbox_by_request ON outbox (request_id) WHERE request_id IS NOT NULL;

CREATE TABLE notices (
    id INTEGER NOT NULL PRIMARY KEY,
    request_id INTEGER NOT NULL,
    rule TEXT NOT NULL,
    due_on TEXT NOT NULL,
    person INTEGER NOT NULL,
    made_at TEXT NOT NULL,
    outbox_id INTEGER,
    UNIQUE (request_id, rule, due_on, person)
) STRICT;
CREATE INDEX notices_pending ON notices (person) WHERE outbox_id IS NULL;

CREATE TABLE digests (
    person INTEGER NOT NULL,
    day TEXT NOT NULL,
    outbox_id INTEGER NOT NULL,
    PRIMARY KEY (person, day)
) STRICT, WITHOUT ROWID;

CREATE TABLE people (
    id INTEGER NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    email TEXT NOT NULL UNIQUE,
    role TEXT NOT NULL,
    language TEXT NOT NULL,
    manager INTEGER NOT NULL,
    password TEXT,
    active INTEGER NOT NULL,
    created_at TEXT NOT NULL
) STRICT;

CREATE TABLE invitations (
    token BLOB NOT NULL PRIMARY KEY,
    person INTEGER NOT NULL REFERENCES people (id),
    expires_at TEXT NOT NULL,
    used_at TEXT
) STRICT;
CREATE INDEX invitations_by_person ON invitations (person);

CREATE TABLE sessions (
    token BLOB NOT NULL PRIMARY KEY,
    person INTEGER NOT NULL REFERENCES people (id),
    csrf BLOB NOT NULL,
    created_at TEXT NOT NULL,
    seen_at TEXT NOT NULL,
    ends_at TEXT NOT NULL
) STRICT;
CREATE INDEX sessions_by_person ON sessions (person);

CREATE TABLE attempts (
    name BLOB NOT NULL PRIMARY KEY,
    failures INTEGER NOT NULL,
    since TEXT NOT NULL
) STRICT;
CREATE INDEX attempts_by_since ON attempts (since);

CREATE TABLE calendars (
    id INTEGER NOT NULL PRIMARY KEY,
    region TEXT NOT NULL,
    version TEXT NOT NULL,
    content TEXT NOT NULL,
    loaded_at TEXT NOT NULL,
    loaded_by TEXT NOT NULL,
    UNIQUE (region, version)
) STRICT;

CREATE TABLE search_terms (
    term INTEGER NOT NULL,
    request_id INTEGER NOT NULL,
    PRIMARY KEY (term, request_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX search_terms_by_request ON search_terms (request_id);
