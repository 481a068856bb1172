-- Who is where on which node. Each node writes its own rows, in rounds; who is gone stays for a while, without a name.
CREATE TABLE attendance (
    -- The life of a server.
    node VARCHAR(64) NOT NULL,
    -- A namespace, or the name of a channel.
    place VARCHAR(512) NOT NULL,
    person VARCHAR(512) NOT NULL,
    name VARCHAR,
    round BIGINT NOT NULL,
    PRIMARY KEY (node, place, person)
);

CREATE INDEX attendance_round ON attendance (node, round);
