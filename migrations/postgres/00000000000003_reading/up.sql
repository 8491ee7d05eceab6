-- By which character set a person chose to read a message, and whether its characters wait for somebody to compare.
ALTER TABLE messages ADD COLUMN charset TEXT;
ALTER TABLE messages ADD COLUMN unsure BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX messages_by_unsure ON messages (unsure, received_at, id);
