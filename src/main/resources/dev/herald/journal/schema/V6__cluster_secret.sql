-- What only the nodes know: requests that one node hands on to another are signed with it. One row.
CREATE TABLE cluster_secret (
    id INTEGER NOT NULL PRIMARY KEY,
    secret VARCHAR(64) NOT NULL
);
