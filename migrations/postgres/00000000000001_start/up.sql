-- Times are UTC without a zone, in microseconds.

CREATE TABLE counters (
    name TEXT NOT NULL PRIMARY KEY,
    value BIGINT NOT NULL
);

CREATE TABLE keys (
    id BIGINT NOT NULL PRIMARY KEY,
    wrapped BYTEA NOT NULL,
    destroyed_at TIMESTAMP
);

CREATE TABLE events (
    stream BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    kind TEXT NOT NULL,
    at TIMESTAMP NOT NULL,
    actor TEXT NOT NULL,
    leaf BYTEA NOT NULL,
    bytes BYTEA NOT NULL,
    PRIMARY KEY (stream, seq)
);
CREATE FUNCTION events_never_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'events are never changed or removed'; END $$;
CREATE TRIGGER events_refuse_change BEFORE UPDATE OR DELETE ON events
FOR EACH ROW EXECUTE FUNCTION events_never_change();
CREATE TRIGGER events_refuse_truncate BEFORE TRUNCATE ON events
FOR EACH STATEMENT EXECUTE FUNCTION events_never_change();

CREATE TABLE requests (
    id BIGINT NOT NULL PRIMARY KEY,
    reference TEXT NOT NULL UNIQUE,
    policy_id TEXT NOT NULL,
    policy_version TEXT NOT NULL,
    stage TEXT NOT NULL,
    kind TEXT NOT NULL,
    channel TEXT NOT NULL,
    language TEXT NOT NULL,
    received_at TIMESTAMP NOT NULL,
    due_on DATE NOT NULL,
    ends_at TIMESTAMP NOT NULL,
    provisional BOOLEAN NOT NULL,
    calendar TEXT NOT NULL,
    open BOOLEAN NOT NULL,
    assignee BIGINT,
    awaits_approval BOOLEAN NOT NULL,
    held INTEGER NOT NULL,
    delivery TEXT NOT NULL,
    next_due_at TIMESTAMP,
    key_id BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    sender BYTEA,
    card BYTEA NOT NULL,
    state TEXT NOT NULL
);
CREATE INDEX requests_by_end ON requests (open, ends_at, id);
CREATE INDEX requests_by_approval ON requests (awaits_approval, open, ends_at, id);
CREATE INDEX requests_by_held ON requests (held, ends_at, id);
CREATE INDEX requests_by_stage ON requests (stage, ends_at, id);
CREATE INDEX requests_by_next_due ON requests (next_due_at) WHERE next_due_at IS NOT NULL;
CREATE INDEX requests_by_assignee ON requests (assignee, open, ends_at);
CREATE INDEX requests_by_sender ON requests (sender);
CREATE INDEX requests_by_key ON requests (key_id);

CREATE TABLE request_rights (
    request_id BIGINT NOT NULL,
    "right" TEXT NOT NULL,
    PRIMARY KEY (request_id, "right")
);
CREATE INDEX request_rights_by_right ON request_rights ("right", request_id);

CREATE TABLE texts (
    id BIGINT NOT NULL PRIMARY KEY,
    request_id BIGINT NOT NULL,
    purpose TEXT NOT NULL,
    sealed BYTEA NOT NULL
);
CREATE INDEX texts_by_request ON texts (request_id);

CREATE TABLE messages (
    id BIGINT NOT NULL PRIMARY KEY,
    received_at TIMESTAMP NOT NULL,
    kept_at TIMESTAMP NOT NULL,
    size BIGINT NOT NULL,
    key_id BIGINT NOT NULL,
    outcome TEXT NOT NULL,
    why TEXT NOT NULL,
    request_id BIGINT,
    duplicate_of BIGINT,
    held BOOLEAN NOT NULL,
    attempts INTEGER NOT NULL,
    claimed_until TIMESTAMP,
    place TEXT NOT NULL,
    digest BYTEA NOT NULL,
    mid BYTEA,
    sender BYTEA,
    fingerprint BYTEA,
    thread BYTEA,
    card BYTEA,
    reading BYTEA,
    raw BYTEA NOT NULL
);
CREATE INDEX messages_by_digest ON messages (digest);
CREATE INDEX messages_by_mid ON messages (mid) WHERE mid IS NOT NULL;
CREATE INDEX messages_by_fingerprint ON messages (fingerprint) WHERE fingerprint IS NOT NULL;
CREATE INDEX messages_by_thread ON messages (thread) WHERE thread IS NOT NULL;
CREATE INDEX messages_by_request ON messages (request_id, received_at) WHERE request_id IS NOT NULL;
CREATE INDEX messages_by_outcome ON messages (outcome, received_at, id);

CREATE TABLE sightings (
    grp TEXT NOT NULL,
    no BIGINT NOT NULL,
    message_id BIGINT NOT NULL REFERENCES messages (id),
    PRIMARY KEY (grp, no)
);
CREATE INDEX sightings_by_message ON sightings (message_id);

CREATE TABLE outbox (
    id BIGINT NOT NULL PRIMARY KEY,
    request_id BIGINT,
    key_id BIGINT NOT NULL,
    occasion TEXT NOT NULL,
    message_id TEXT NOT NULL UNIQUE,
    token BYTEA,
    addressee BYTEA NOT NULL,
    automatic BOOLEAN NOT NULL,
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    next_attempt_at TIMESTAMP NOT NULL,
    lease_until TIMESTAMP,
    lease_owner TEXT,
    reply TEXT,
    queued_at TIMESTAMP NOT NULL,
    settled_at TIMESTAMP,
    recipient BYTEA NOT NULL,
    raw BYTEA NOT NULL
);
CREATE INDEX outbox_by_state ON outbox (state, next_attempt_at);
CREATE INDEX outbox_by_token ON outbox (token) WHERE token IS NOT NULL;
CREATE INDEX outbox_by_addressee ON outbox (addressee, queued_at);
CREATE INDEX outbox_by_queued ON outbox (queued_at);
CREATE INDEX outbox_by_request ON outbox (request_id) WHERE request_id IS NOT NULL;

CREATE TABLE notices (
    id BIGINT NOT NULL PRIMARY KEY,
    request_id BIGINT NOT NULL,
    rule TEXT NOT NULL,
    due_on DATE NOT NULL,
    person BIGINT NOT NULL,
    made_at TIMESTAMP NOT NULL,
    outbox_id BIGINT,
    UNIQUE (request_id, rule, due_on, person)
);
CREATE INDEX notices_pending ON notices (person) WHERE outbox_id IS NULL;

CREATE TABLE digests (
    person BIGINT NOT NULL,
    day DATE NOT NULL,
    outbox_id BIGINT NOT NULL,
    PRIMARY KEY (person, day)
);

CREATE TABLE people (
    id BIGINT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    email TEXT NOT NULL UNIQUE,
    role TEXT NOT NULL,
    language TEXT NOT NULL,
    manager BOOLEAN NOT NULL,
    password TEXT,
    active BOOLEAN NOT NULL,
    created_at TIMESTAMP NOT NULL
);

CREATE TABLE invitations (
    token BYTEA NOT NULL PRIMARY KEY,
    person BIGINT NOT NULL REFERENCES people (id),
    expires_at TIMESTAMP NOT NULL,
    used_at TIMESTAMP
);
CREATE INDEX invitations_by_person ON invitations (person);

CREATE TABLE sessions (
    token BYTEA NOT NULL PRIMARY KEY,
    person BIGINT NOT NULL REFERENCES people (id),
    csrf BYTEA NOT NULL,
    created_at TIMESTAMP NOT NULL,
    seen_at TIMESTAMP NOT NULL,
    ends_at TIMESTAMP NOT NULL
);
CREATE INDEX sessions_by_person ON sessions (person);

CREATE TABLE attempts (
    name BYTEA NOT NULL PRIMARY KEY,
    failures INTEGER NOT NULL,
    since TIMESTAMP NOT NULL
);
CREATE INDEX attempts_by_since ON attempts (since);

CREATE TABLE calendars (
    id BIGINT NOT NULL PRIMARY KEY,
    region TEXT NOT NULL,
    version TEXT NOT NULL,
    content TEXT NOT NULL,
    loaded_at TIMESTAMP NOT NULL,
    loaded_by TEXT NOT NULL,
    UNIQUE (region, version)
);

CREATE TABLE search_terms (
    term BIGINT NOT NULL,
    request_id BIGINT NOT NULL,
    PRIMARY KEY (term, request_id)
);
CREATE INDEX search_terms_by_request ON search_terms (request_id);
