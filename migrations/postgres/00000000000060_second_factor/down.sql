ALTER TABLE sessions DROP COLUMN awaits_code;
ALTER TABLE sessions DROP COLUMN checked_at;
DROP TABLE recovery_codes;
DROP TABLE factors;
