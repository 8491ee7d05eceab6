DROP INDEX messages_by_unsure;
ALTER TABLE messages DROP COLUMN unsure;
ALTER TABLE messages DROP COLUMN charset;
