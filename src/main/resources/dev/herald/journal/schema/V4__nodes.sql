-- The nodes that share this database. A row that is not renewed is a node that has died.
CREATE TABLE node_lease (
    -- Of one life of a node.
    id VARCHAR(64) NOT NULL PRIMARY KEY,
    -- Where the other nodes reach it.
    url VARCHAR(512) NOT NULL,
    -- By this database's clock, as all nodes read the same one.
    ends_at TIMESTAMP WITH TIME ZONE NOT NULL,
    -- What the node and others must agree on: only nodes with the same number live at one time.
    protocol INTEGER NOT NULL,
    -- The version of its Herald, for people.
    version VARCHAR(64) NOT NULL,
    started_at TIMESTAMP WITH TIME ZONE NOT NULL
);
