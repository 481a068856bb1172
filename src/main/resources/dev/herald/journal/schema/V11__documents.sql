-- A late value of each shared document. The changes after it are messages of the channel "doc:name".
CREATE TABLE document (
    name VARCHAR(128) NOT NULL PRIMARY KEY,
    -- The offset of the last change in it.
    version BIGINT NOT NULL,
    json VARCHAR NOT NULL
);
