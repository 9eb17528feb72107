-- The event log: append only, one row for every phase change and one for each of the few other facts.

--   position   strictly rising, never used twice
--   execution  whom it is about, NULL when it is about a worker or a flow, whose namespace then stands beside it
--   flow       the id of the flow that it is about
--   cause      what happened; state: the state after it, NULL when the phase did not change
--   lease      the row's meaning for the lease view, NULL when it has none
--   previous   the execution's event before this one, so that a history is read without an index of its own
CREATE TABLE event (
    position INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    execution INTEGER,
    namespace INTEGER,
    cause INTEGER NOT NULL,
    state INTEGER,
    lease INTEGER,
    epoch INTEGER,
    lease_id BLOB,
    worker TEXT,
    instance TEXT,
    previous INTEGER,
    flow BLOB,
    CHECK ((execution IS NULL) = (namespace IS NOT NULL)),
    CHECK (flow IS NULL OR execution IS NULL),
    CHECK (CASE WHEN lease IS NULL THEN lease_id IS NULL ELSE lease_id IS NOT NULL END)
) STRICT;

-- What the few events tell that have more to say: a JSON object.
CREATE TABLE event_detail (
    position INTEGER PRIMARY KEY,
    execution INTEGER,
    detail TEXT NOT NULL
) STRICT;

-- Executions that were deleted while the log still tells of them, up to their latest event.
CREATE TABLE former (
    execution INTEGER PRIMARY KEY,
    public_id BLOB NOT NULL,
    namespace INTEGER NOT NULL,
    last_event INTEGER NOT NULL
) STRICT;

CREATE INDEX former_last_event ON former (last_event);
