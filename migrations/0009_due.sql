-- How long a step took, the event of what was reported last, and how far the log was trimmed. A table is made anew to
-- get a column.

CREATE TABLE step_before (
    execution INTEGER NOT NULL,
    ordinal INTEGER NOT NULL,
    name TEXT NOT NULL,
    result INTEGER,
    recorded_at INTEGER NOT NULL,
    PRIMARY KEY (execution, ordinal)
) STRICT, WITHOUT ROWID;

INSERT INTO step_before SELECT execution, ordinal, name, result, recorded_at FROM step;

DROP TABLE step;

-- What an execution has done already, in the order in which it was recorded.
--   took_ms   how long it took, where that was said
CREATE TABLE step (
    execution INTEGER NOT NULL,
    ordinal INTEGER NOT NULL,
    name TEXT NOT NULL,
    result INTEGER,
    recorded_at INTEGER NOT NULL,
    took_ms INTEGER,
    PRIMARY KEY (execution, ordinal),
    UNIQUE (execution, name)
) STRICT, WITHOUT ROWID;

INSERT INTO step SELECT execution, ordinal, name, result, recorded_at, NULL FROM step_before;

DROP TABLE step_before;

CREATE TABLE progress_before (
    execution INTEGER PRIMARY KEY,
    attempt_index INTEGER NOT NULL,
    percent INTEGER,
    message TEXT,
    updated_at INTEGER NOT NULL
) STRICT;

INSERT INTO progress_before SELECT execution, attempt_index, percent, message, updated_at FROM progress;

DROP TABLE progress;

-- The latest progress reported by an attempt.
--   position   its event, which leaves the log when the next one comes; NULL of what was reported before there were any
CREATE TABLE progress (
    execution INTEGER PRIMARY KEY,
    attempt_index INTEGER NOT NULL,
    percent INTEGER,
    message TEXT,
    updated_at INTEGER NOT NULL,
    position INTEGER
) STRICT;

INSERT INTO progress SELECT execution, attempt_index, percent, message, updated_at, NULL FROM progress_before;

DROP TABLE progress_before;

-- One row: the position of the last event that was trimmed. A gap before the first event need not be a loss: progress
-- that was reported anew leaves one too.
CREATE TABLE trimmed (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    position INTEGER NOT NULL
) STRICT;

INSERT INTO trimmed (id, position)
    SELECT 1, coalesce((SELECT min(position) FROM event), (SELECT next_position FROM meta)) - 1;
