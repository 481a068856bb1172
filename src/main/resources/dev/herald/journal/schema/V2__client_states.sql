-- The lives of servers. A server that starts again has a new one.
CREATE TABLE node (
    id VARCHAR(64) NOT NULL PRIMARY KEY,
    -- When it last gave a sign of life, in milliseconds since 1970 in UTC.
    sign BIGINT NOT NULL
);

-- Where clients are that may come back after a crash.
CREATE TABLE client_state (
    -- The hash of a secret that only the client and its server know.
    id VARCHAR(64) NOT NULL PRIMARY KEY,
    -- The life that the client is in, or was in at last.
    node VARCHAR(64) NOT NULL,
    state VARCHAR NOT NULL
);

CREATE INDEX client_state_node ON client_state (node);
