-- Observers of published messages that are called once for all nodes.
CREATE TABLE durable_observer (
    name VARCHAR(64) NOT NULL PRIMARY KEY
);

-- Where they are. In a channel without a row they have seen nothing.
CREATE TABLE durable_observer_place (
    observer VARCHAR(64) NOT NULL REFERENCES durable_observer (name),
    channel VARCHAR(128) NOT NULL REFERENCES channel (name),
    -- The offset of the last message that was observed.
    seen BIGINT NOT NULL,
    PRIMARY KEY (observer, channel)
);
