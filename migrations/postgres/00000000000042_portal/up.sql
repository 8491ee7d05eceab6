-- The public portal: forms between being sent and being placed, visits of requesters, and how much was sent of late.
-- A form's words are its message, which is kept as mail is. What stands here in clear says nothing about anyone.

CREATE TABLE portal_forms (
    message_id BIGINT NOT NULL PRIMARY KEY,
    visit BYTEA,
    sealed BYTEA
);
CREATE INDEX portal_forms_to_place ON portal_forms (message_id) WHERE sealed IS NOT NULL;

CREATE TABLE portal_visits (
    token BYTEA NOT NULL PRIMARY KEY,
    csrf BYTEA NOT NULL,
    proven BOOLEAN NOT NULL,
    wants_code BOOLEAN NOT NULL,
    request_id BIGINT,
    created_at TIMESTAMP NOT NULL,
    seen_at TIMESTAMP NOT NULL,
    ends_at TIMESTAMP NOT NULL,
    sealed BYTEA NOT NULL
);
CREATE INDEX portal_visits_by_end ON portal_visits (ends_at);
CREATE INDEX portal_visits_to_answer ON portal_visits (created_at) WHERE wants_code;

CREATE TABLE portal_counts (
    id BIGINT NOT NULL PRIMARY KEY,
    name BYTEA NOT NULL,
    at TIMESTAMP NOT NULL
);
CREATE INDEX portal_counts_by_name ON portal_counts (name, at);
CREATE INDEX portal_counts_by_time ON portal_counts (at);
