-- The key pair by which push services know this board. One row, made when it is needed first.
CREATE TABLE push_key (
    id INTEGER NOT NULL PRIMARY KEY,
    public_key VARCHAR(128) NOT NULL,
    private_key VARCHAR(128) NOT NULL
);

-- The browsers that are told what was missed, by Web Push.
CREATE TABLE board_push (
    -- Of the endpoint: SHA-256 in base64url.
    id VARCHAR(64) NOT NULL PRIMARY KEY,
    endpoint VARCHAR(2000) NOT NULL,
    p256dh VARCHAR(128) NOT NULL,
    auth VARCHAR(64) NOT NULL,
    person VARCHAR(128) NOT NULL,
    -- As mentions are compared with it.
    name VARCHAR(1200) NOT NULL,
    -- In which the person reads.
    language VARCHAR(8) NOT NULL,
    -- Since when its service takes nothing; NULL while it does.
    failing_since BIGINT,
    written_at BIGINT NOT NULL
);

CREATE INDEX board_push_person ON board_push (person);
CREATE INDEX board_push_name ON board_push (name);
