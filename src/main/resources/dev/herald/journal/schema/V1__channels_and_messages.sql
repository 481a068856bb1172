-- The same for H2 and PostgreSQL. Offsets and times are numbers that Herald gives: no sequence, no clock of the database.

-- One row: the epoch of channels that are not there yet.
CREATE TABLE journal (
    id INTEGER NOT NULL PRIMARY KEY,
    epoch VARCHAR(64) NOT NULL,
    -- What the operator called the last backup that was restored; NULL when none was.
    restored VARCHAR(64)
);

-- The row lock of a channel is what orders its messages, on all nodes.
CREATE TABLE channel (
    name VARCHAR(128) NOT NULL PRIMARY KEY,
    epoch VARCHAR(64) NOT NULL,
    -- The offset of the last message, 0 when there is none.
    head BIGINT NOT NULL,
    -- The offset of the oldest message that is not trimmed, head + 1 when there is none.
    first_kept BIGINT NOT NULL
);

CREATE TABLE message (
    channel VARCHAR(128) NOT NULL REFERENCES channel (name),
    -- The offset, which is a reserved word.
    number BIGINT NOT NULL,
    event VARCHAR NOT NULL,
    sender_id VARCHAR(128),
    sender_name VARCHAR(64),
    recipient VARCHAR(128),
    client_id VARCHAR(512),
    -- Milliseconds since 1970 in UTC.
    sent_at BIGINT NOT NULL,
    json VARCHAR NOT NULL,
    -- Who does not get it, a line for each; NULL when everyone does.
    excepted VARCHAR,
    PRIMARY KEY (channel, number),
    -- Without sender or client id nothing is a repeat: NULL is never equal.
    UNIQUE (channel, sender_id, client_id)
);
