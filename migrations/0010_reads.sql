-- What deleted executions leave in the log also says which flow they were members of.
--   flow  the id of the flow of a member that was deleted with it; NULL where it was none, or went before this was kept
CREATE TABLE former_before (
    execution INTEGER PRIMARY KEY,
    public_id BLOB NOT NULL,
    namespace INTEGER NOT NULL,
    last_event INTEGER NOT NULL
) STRICT;

INSERT INTO former_before SELECT execution, public_id, namespace, last_event FROM former;

DROP TABLE former;

CREATE TABLE former (
    execution INTEGER PRIMARY KEY,
    public_id BLOB NOT NULL,
    namespace INTEGER NOT NULL,
    last_event INTEGER NOT NULL,
    flow BLOB CHECK (length(flow) = 16)
) STRICT;

INSERT INTO former SELECT execution, public_id, namespace, last_event, NULL FROM former_before;

DROP TABLE former_before;

CREATE INDEX former_last_event ON former (last_event);
