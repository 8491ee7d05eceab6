-- Whether the term of a request waits, so that it is neither late nor due.
ALTER TABLE requests ADD COLUMN paused INTEGER NOT NULL DEFAULT 0;
