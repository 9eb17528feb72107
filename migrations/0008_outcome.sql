-- Edges know when their upstream counts as running, and groups count it.

-- Neither tables nor columns get another name here: rows wait beside while their table is made anew.
CREATE TABLE edge_before AS SELECT * FROM edge;
DROP TABLE edge;

-- Dependencies, beside each other by upstream, so that an end finds all that hang on it in one place.
--   state     0 staged, 1 applied, 2 satisfied; how the upstream ended otherwise: 3 failed, 4 cancelled, 5 expired,
--             6 skipped
--   round     which group of its downstream counts it; 0 while it is staged
--   aside     1 while it is applied and left behind by a replay of its downstream alone
--   replaces  1 when the upstream's result becomes the downstream's input
--   result    the payload of the upstream's result, once it is satisfied
CREATE TABLE edge (
    upstream INTEGER NOT NULL,
    public_id BLOB NOT NULL CHECK (length(public_id) = 16),
    flow INTEGER NOT NULL,
    downstream INTEGER NOT NULL,
    state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 6),
    round INTEGER NOT NULL CHECK ((round = 0) = (state = 0)),
    aside INTEGER NOT NULL DEFAULT 0 CHECK (aside = 0 OR (aside = 1 AND state = 1)),
    replaces INTEGER NOT NULL CHECK (replaces IN (0, 1)),
    edge_ref TEXT,
    result INTEGER CHECK (result IS NULL OR state = 2),
    created_at INTEGER NOT NULL,
    PRIMARY KEY (upstream, public_id)
) STRICT, WITHOUT ROWID;

INSERT INTO edge
    SELECT upstream, public_id, flow, downstream, state, round, 0, replaces, edge_ref, result, created_at FROM edge_before;
DROP TABLE edge_before;

CREATE UNIQUE INDEX edge_id ON edge (flow, public_id);
CREATE INDEX edge_downstream ON edge (downstream, public_id);
-- Most members have one round; those that wait for children again and again look at the latest alone.
CREATE INDEX edge_round ON edge (downstream, round, public_id) WHERE round > 1;

CREATE TABLE group_before AS SELECT * FROM edge_group;
DROP TABLE edge_group;

-- What a downstream needs of its upstreams, and what became of them so far; the row of the execution.
--   policy  1 all of them, 2 any of them, 3 so many of them: k
--   let_run 1 when the others run on once it is settled
--   round   rises when the execution waits for further children
--   total   applied edges of this round; succeeded, failed, skipped: resolved ones; aside: unresolved ones that a replay of
--           the downstream left behind; all others are running
--   state   1 pending, 2 satisfied, 3 impossible
CREATE TABLE edge_group (
    execution INTEGER PRIMARY KEY,
    policy INTEGER NOT NULL CHECK (policy BETWEEN 1 AND 3),
    k INTEGER NOT NULL CHECK (k >= 0),
    let_run INTEGER NOT NULL CHECK (let_run IN (0, 1)),
    round INTEGER NOT NULL CHECK (round > 0),
    total INTEGER NOT NULL,
    succeeded INTEGER NOT NULL CHECK (succeeded >= 0),
    failed INTEGER NOT NULL CHECK (failed >= 0),
    skipped INTEGER NOT NULL CHECK (skipped >= 0),
    aside INTEGER NOT NULL DEFAULT 0 CHECK (aside >= 0),
    state INTEGER NOT NULL CHECK (state BETWEEN 1 AND 3),
    satisfied_at INTEGER,
    CHECK (succeeded + failed + skipped + aside <= total),
    CHECK ((policy = 3) = (k > 0))
) STRICT;

INSERT INTO edge_group
    SELECT execution, policy, k, let_run, round, total, succeeded, failed, skipped, 0, state, satisfied_at FROM group_before;
DROP TABLE group_before;
