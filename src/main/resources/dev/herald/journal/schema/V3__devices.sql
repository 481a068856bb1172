-- What has been seen of private messages on each device of a person.
CREATE TABLE device (
    -- The person's private channel.
    channel VARCHAR(128) NOT NULL,
    name VARCHAR(64) NOT NULL,
    epoch VARCHAR(64) NOT NULL,
    -- The offset of the last message that was seen, 0 when there is none.
    seen BIGINT NOT NULL,
    PRIMARY KEY (channel, name)
);
