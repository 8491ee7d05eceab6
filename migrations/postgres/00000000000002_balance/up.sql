CREATE TABLE oddities (
    message_id BIGINT NOT NULL PRIMARY KEY REFERENCES messages (id),
    whole_size BIGINT,
    stated_at TIMESTAMP
);

CREATE TABLE balances (
    place TEXT NOT NULL,
    day DATE NOT NULL,
    checked_at TIMESTAMP NOT NULL,
    present BIGINT NOT NULL,
    opened BIGINT NOT NULL,
    joined BIGINT NOT NULL,
    set_aside BIGINT NOT NULL,
    duplicate BIGINT NOT NULL,
    quarantined BIGINT NOT NULL,
    "placing" BIGINT NOT NULL,
    missing BIGINT NOT NULL,
    worst BIGINT NOT NULL,
    PRIMARY KEY (place, day)
);
CREATE INDEX balances_by_day ON balances (day);

CREATE TABLE differences (
    grp TEXT NOT NULL,
    no BIGINT NOT NULL,
    place TEXT NOT NULL,
    why TEXT NOT NULL,
    said TEXT NOT NULL,
    since TIMESTAMP NOT NULL,
    told_on DATE,
    card BYTEA,
    PRIMARY KEY (grp, no)
);
