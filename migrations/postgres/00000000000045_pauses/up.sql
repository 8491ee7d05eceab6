-- Whether the term of a request waits, so that it is neither late nor due.
ALTER TABLE requests ADD COLUMN paused BOOLEAN NOT NULL DEFAULT FALSE;
