-- What is odd about a few messages stands beside them: a column behind the raw bytes would make lists read through these.
CREATE TABLE oddities (
    message_id INTEGER NOT NULL PRIMARY KEY REFERENCES messages (id),
    whole_size INTEGER,
    stated_at TEXT
) STRICT;

CREATE TABLE balances (
    place TEXT NOT NULL,
    day TEXT NOT NULL,
    checked_at TEXT NOT NULL,
    present INTEGER NOT NULL,
    opened INTEGER NOT NULL,
    joined INTEGER NOT NULL,
    set_aside INTEGER NOT NULL,
    duplicate INTEGER NOT NULL,
    quarantined INTEGER NOT NULL,
    "placing" INTEGER NOT NULL,
    missing INTEGER NOT NULL,
    worst INTEGER NOT NULL,
    PRIMARY KEY (place, day)
) STRICT, WITHOUT ROWID;
CREATE INDEX balances_by_day ON balances (day);

CREATE TABLE differences (
    grp TEXT NOT NULL,
    no INTEGER NOT NULL,
    place TEXT NOT NULL,
    why TEXT NOT NULL,
    said TEXT NOT NULL,
    since TEXT NOT NULL,
    told_on TEXT,
    card BLOB,
    PRIMARY KEY (grp, no)
) STRICT, WITHOUT ROWID;
