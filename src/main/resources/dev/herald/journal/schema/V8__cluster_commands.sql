-- What nodes want done by all others, such as signing a person out. The bus says it, too; whoever missed it there reads it here.
CREATE TABLE cluster_command (
    id VARCHAR(64) NOT NULL PRIMARY KEY,
    -- The node that wants it, which has done it.
    sender VARCHAR(64) NOT NULL,
    -- As it is on the bus.
    text VARCHAR NOT NULL,
    -- By this database's clock.
    at TIMESTAMP WITH TIME ZONE NOT NULL
);

CREATE INDEX cluster_command_at ON cluster_command (at);
