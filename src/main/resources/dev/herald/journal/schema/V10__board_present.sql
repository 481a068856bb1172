-- Who is there according to what the board has announced, on several nodes: whichever node announces next goes on from here.
CREATE TABLE board_present (
    person VARCHAR(128) NOT NULL PRIMARY KEY,
    name VARCHAR(64) NOT NULL
);
