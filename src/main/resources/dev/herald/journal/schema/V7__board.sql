-- What the message board keeps besides messages. People may be guests.

CREATE TABLE board_channel (
    name VARCHAR(128) NOT NULL PRIMARY KEY,
    topic VARCHAR(250) NOT NULL
);

CREATE TABLE board_member (
    person VARCHAR(128) NOT NULL,
    channel VARCHAR(128) NOT NULL,
    muted BOOLEAN NOT NULL,
    -- When the row was last written, in milliseconds since 1970 in UTC; so in all these tables.
    written_at BIGINT NOT NULL,
    PRIMARY KEY (person, channel)
);

CREATE INDEX board_member_channel ON board_member (channel);

-- Up to where somebody has read a conversation.
CREATE TABLE board_read (
    person VARCHAR(128) NOT NULL,
    -- A channel's name, or @ and the id of the other person.
    conversation VARCHAR(129) NOT NULL,
    epoch VARCHAR(64) NOT NULL,
    number BIGINT NOT NULL,
    written_at BIGINT NOT NULL,
    PRIMARY KEY (person, conversation)
);

-- What became of a message after it was logged.
CREATE TABLE board_mark (
    channel VARCHAR(128) NOT NULL,
    -- Empty in a durable channel; else the epoch, because such a channel begins anew with the server.
    life VARCHAR(64) NOT NULL,
    number BIGINT NOT NULL,
    -- The new text; NULL when it was not edited.
    text VARCHAR,
    edited_at BIGINT,
    deleted BOOLEAN NOT NULL,
    PRIMARY KEY (channel, life, number)
);

CREATE TABLE board_reaction (
    channel VARCHAR(128) NOT NULL,
    life VARCHAR(64) NOT NULL,
    number BIGINT NOT NULL,
    emoji VARCHAR(64) NOT NULL,
    person VARCHAR(128) NOT NULL,
    written_at BIGINT NOT NULL,
    PRIMARY KEY (channel, life, number, emoji, person)
);

-- Whose a name is. Names that look the same have the same skeleton.
CREATE TABLE board_name (
    skeleton VARCHAR(512) NOT NULL PRIMARY KEY,
    person VARCHAR(128) NOT NULL,
    name VARCHAR(64) NOT NULL,
    -- Whether it is a user of the server's, whose name nobody else gets. A guest's name is free when the guest is gone.
    signed_in BOOLEAN NOT NULL,
    written_at BIGINT NOT NULL
);

CREATE INDEX board_name_person ON board_name (person);

-- Who is connected, but not looking.
CREATE TABLE board_away (
    person VARCHAR(128) NOT NULL PRIMARY KEY,
    written_at BIGINT NOT NULL
);
