-- By which character set a person chose to read a message, and whether its characters wait for somebody to compare.
ALTER TABLE messages ADD COLUMN charset TEXT;
ALTER TABLE messages ADD COLUMN unsure INTEGER NOT NULL DEFAULT 0;
CREATE INDEX messages_by_unsure ON messages (unsure, received_at, id);
