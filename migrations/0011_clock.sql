-- What is left of moving stored instants after the host's clock came back: the host's time, by how much, how far. One
-- row while it is under way, else none.
CREATE TABLE rebase (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    host_at INTEGER NOT NULL,
    by_ms INTEGER NOT NULL CHECK (by_ms > 0),
    stage INTEGER NOT NULL,
    place INTEGER NOT NULL
) STRICT;
