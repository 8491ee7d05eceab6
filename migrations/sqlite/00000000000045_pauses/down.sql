-- Takes back what up.sql made.
ALTER TABLE requests DROP COLUMN paused;
