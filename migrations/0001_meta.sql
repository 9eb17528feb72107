-- The engine's own counters and the answers kept for repeated requests.

-- One row. last_instant: engine time of the last batch that wrote. The counters are the next free numbers; a number
-- is never used twice, whatever is deleted.
CREATE TABLE meta (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    last_instant INTEGER NOT NULL,
    next_execution INTEGER NOT NULL,
    next_flow INTEGER NOT NULL,
    next_payload INTEGER NOT NULL,
    next_position INTEGER NOT NULL
) STRICT;

INSERT INTO meta (id, last_instant, next_execution, next_flow, next_payload, next_position)
    VALUES (1, 0, 1, 1, 1, 1);

-- Never holds a row: what is written here and undone makes room in the log for the day when there is no more to be had.
CREATE TABLE reserve (bytes BLOB NOT NULL) STRICT;

-- The answer of a call that carried a request id, without its payload bytes.
CREATE TABLE request (
    id TEXT PRIMARY KEY,
    op TEXT NOT NULL,
    answer TEXT NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX request_expiry ON request (expires_at);
