-- Edges by outcome: which ends of its upstream meet an edge, and which edges count as running.

-- Neither tables nor columns get another name here: rows wait beside while their table is made anew.
CREATE TABLE edge_before (
    upstream INTEGER, public_id BLOB, flow INTEGER, downstream INTEGER, state INTEGER, round INTEGER,
    replaces INTEGER, edge_ref TEXT, result INTEGER, created_at INTEGER
) STRICT;

INSERT INTO edge_before SELECT * FROM edge;
DROP TABLE edge;

-- Dependencies, beside each other by upstream, so that an end finds all that hang on it in one place.
--   state     0 staged, 1 applied, 2 satisfied; how the upstream ended otherwise: 3 failed, 4 cancelled, 5 expired,
--             6 skipped, 7 skipped since nothing that it was for had come to pass
--   dependency_kind  which ends meet it: 1 success, 2 any other, 3 any
--   round     which group of its downstream counts it; 0 while it is staged
--   aside     1 while it is applied and left behind by a replay of its downstream alone
--   replaces  1 when the upstream's result becomes the downstream's input
--   result    the payload of the upstream's result, once it is satisfied by success
CREATE TABLE edge (
    upstream INTEGER NOT NULL,
    public_id BLOB NOT NULL CHECK (length(public_id) = 16),
    flow INTEGER NOT NULL,
    downstream INTEGER NOT NULL,
    state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 7),
    round INTEGER NOT NULL CHECK ((round = 0) = (state = 0)),
    aside INTEGER NOT NULL DEFAULT 0 CHECK (aside = 0 OR (aside = 1 AND state = 1)),
    dependency_kind INTEGER NOT NULL DEFAULT 1 CHECK (dependency_kind BETWEEN 1 AND 3),
    replaces INTEGER NOT NULL CHECK (replaces IN (0, 1)),
    edge_ref TEXT,
    result INTEGER CHECK (result IS NULL OR (state = 2 AND dependency_kind <> 2)),
    created_at INTEGER NOT NULL,
    PRIMARY KEY (upstream, public_id)
) STRICT, WITHOUT ROWID;

INSERT INTO edge
    SELECT upstream, public_id, flow, downstream, state, round, 0, 1, replaces, edge_ref, result, created_at
    FROM edge_before;
DROP TABLE edge_before;

CREATE UNIQUE INDEX edge_id ON edge (flow, public_id);
CREATE INDEX edge_downstream ON edge (downstream, public_id);
-- Most members have one round; those that wait for children again and again look at the latest alone.
CREATE INDEX edge_round ON edge (downstream, round, public_id) WHERE round > 1;

CREATE TABLE group_before (
    execution INTEGER, policy INTEGER, k INTEGER, let_run INTEGER, round INTEGER, total INTEGER, succeeded INTEGER,
    failed INTEGER, skipped INTEGER, state INTEGER, satisfied_at INTEGER
) STRICT;

INSERT INTO group_before SELECT * FROM edge_group;
DROP TABLE edge_group;

-- What a downstream needs of its upstreams, and what became of them so far; the row of the execution.
--   policy  1 all of them, 2 any of them, 3 so many of them: k
--   let_run 1 when the others run on once it is settled
--   round   rises when the execution waits for further children
--   total   applied edges of this round; succeeded, failed, skipped: resolved ones; aside: unresolved ones that a replay of
--           the downstream left behind; all others are running
--   state   1 pending, 2 satisfied, 3 impossible
--   due_at  when the execution stops waiting for this round, and timed_out: 1 where it stopped waiting for the one before
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
    due_at INTEGER CHECK (due_at IS NULL OR state = 1),
    timed_out INTEGER NOT NULL DEFAULT 0 CHECK (timed_out IN (0, 1)),
    CHECK (succeeded + failed + skipped + aside <= total),
    CHECK ((policy = 3) = (k > 0))
) STRICT;

INSERT INTO edge_group
    SELECT execution, policy, k, let_run, round, total, succeeded, failed, skipped, 0, state, satisfied_at, NULL, 0
    FROM group_before;
DROP TABLE group_before;

CREATE INDEX edge_group_due ON edge_group (due_at) WHERE due_at IS NOT NULL;

CREATE TABLE flow_before (
    id INTEGER, public_id BLOB, namespace INTEGER, kind TEXT, tags TEXT, created_at INTEGER, changed_at INTEGER,
    revision INTEGER, edge_count INTEGER, first_rank INTEGER, last_rank INTEGER, sealed INTEGER,
    cancelled_at INTEGER, cancel_policy INTEGER, cancel_reason TEXT, cancelled_count INTEGER, cancel_due_at INTEGER,
    ended_at INTEGER, end_count INTEGER, end_state INTEGER, retention_ms INTEGER, waiting INTEGER, delayed INTEGER,
    rate_limited INTEGER, waiting_children INTEGER, active INTEGER, suspended INTEGER, completed INTEGER,
    failed INTEGER, cancelled INTEGER, expired INTEGER, skipped INTEGER, excused INTEGER
) STRICT;

INSERT INTO flow_before SELECT * FROM flow;
DROP TABLE flow;

-- Its members are the executions whose row names it.
--   revision       rises with each member and each edge
--   first_rank, last_rank  the ends of its topological order; a member's place stands in its specification
--   cancel_policy  1 the flow alone, 2 all members, 3 those that have not begun
--   cancelled_count  members that its cancellation ended
--   cancel_due_at  when what is left of the backlog of its cancellation is cancelled
--   ended_at       when its last member ended, as long as none goes on; of a sealed or cancelled flow alone
--   end_count, end_state  how often it ended, and how the last time: 4 completed, 5 failed, 6 cancelled
--   retention_ms   how long after its end it is kept with all its members; NULL as long as the engine keeps the others
--   waiting … skipped  how many members are in which state
--   excused        members that a satisfied group cancelled: they do not count as failed
--   tolerated      members that ended badly, and that nobody needed: neither do they
CREATE TABLE flow (
    id INTEGER PRIMARY KEY,
    public_id BLOB NOT NULL UNIQUE CHECK (length(public_id) = 16),
    namespace INTEGER NOT NULL,
    kind TEXT NOT NULL,
    tags TEXT,
    created_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    edge_count INTEGER NOT NULL,
    first_rank INTEGER NOT NULL,
    last_rank INTEGER NOT NULL,
    sealed INTEGER NOT NULL CHECK (sealed IN (0, 1)),
    cancelled_at INTEGER,
    cancel_policy INTEGER CHECK (cancel_policy BETWEEN 1 AND 3),
    cancel_reason TEXT,
    cancelled_count INTEGER NOT NULL,
    cancel_due_at INTEGER,
    ended_at INTEGER,
    end_count INTEGER NOT NULL,
    end_state INTEGER CHECK (end_state BETWEEN 4 AND 6),
    retention_ms INTEGER,
    waiting INTEGER NOT NULL CHECK (waiting >= 0),
    delayed INTEGER NOT NULL CHECK (delayed >= 0),
    rate_limited INTEGER NOT NULL CHECK (rate_limited >= 0),
    waiting_children INTEGER NOT NULL CHECK (waiting_children >= 0),
    active INTEGER NOT NULL CHECK (active >= 0),
    suspended INTEGER NOT NULL CHECK (suspended >= 0),
    completed INTEGER NOT NULL CHECK (completed >= 0),
    failed INTEGER NOT NULL CHECK (failed >= 0),
    cancelled INTEGER NOT NULL CHECK (cancelled >= excused),
    expired INTEGER NOT NULL CHECK (expired >= 0),
    skipped INTEGER NOT NULL CHECK (skipped >= 0),
    excused INTEGER NOT NULL CHECK (excused >= 0),
    tolerated INTEGER NOT NULL DEFAULT 0 CHECK (tolerated >= 0),
    CHECK (failed + cancelled + expired >= excused + tolerated),
    CHECK ((cancelled_at IS NULL) = (cancel_policy IS NULL)),
    CHECK (cancel_due_at IS NULL OR cancel_policy = 2),
    CHECK (ended_at IS NULL OR end_state IS NOT NULL)
) STRICT;

INSERT INTO flow
    SELECT id, public_id, namespace, kind, tags, created_at, changed_at, revision, edge_count, first_rank, last_rank, sealed,
        cancelled_at, cancel_policy, cancel_reason, cancelled_count, cancel_due_at, ended_at, end_count, end_state, retention_ms,
        waiting, delayed, rate_limited, waiting_children, active, suspended, completed, failed, cancelled, expired, skipped,
        excused, 0 FROM flow_before;
DROP TABLE flow_before;

CREATE INDEX flow_namespace ON flow (namespace, public_id);
CREATE INDEX flow_cancel ON flow (cancel_due_at) WHERE cancel_due_at IS NOT NULL;
CREATE INDEX flow_ended ON flow (ended_at) WHERE ended_at IS NOT NULL AND retention_ms IS NULL;
CREATE INDEX flow_kept ON flow (ended_at + retention_ms) WHERE ended_at IS NOT NULL AND retention_ms IS NOT NULL;

-- Members that ended badly and that their flow does not count as failed, since nobody needed them.
CREATE TABLE tolerated (execution INTEGER PRIMARY KEY) STRICT;
