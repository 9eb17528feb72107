-- Executions, what they were created with, their attempts, and the interned names they point to.

CREATE TABLE namespace (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
) STRICT;

--   state   1 active, 2 paused (no claims), 3 draining (no creates), 4 disabled (neither)
CREATE TABLE lane (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    state INTEGER NOT NULL DEFAULT 1 CHECK (state BETWEEN 1 AND 4)
) STRICT;

-- A distinct set of required capabilities: its tokens sorted and joined by commas; '' is the empty set.
CREATE TABLE requirement (
    id INTEGER PRIMARY KEY,
    tokens TEXT NOT NULL UNIQUE
) STRICT;

-- A pair of lane and requirement set that some execution has; the claim index starts with it, so that what a worker
-- cannot serve is never visited.
CREATE TABLE route (
    id INTEGER PRIMARY KEY,
    lane INTEGER NOT NULL,
    requirement INTEGER NOT NULL,
    UNIQUE (lane, requirement)
) STRICT;

-- The row that every operation reads and writes: identity, phase, counters, times, and the latest attempt.
--   phase        1 waiting, 2 delayed, 3 blocked, 4 active, 5 suspended, 6 terminal
--   next         what a claim will do: 1 first, 2 retry, 3 replay, 4 continue the interrupted attempt
--   reason       2x why delayed, 3x why blocked, 5x why suspended
--   lapsed       1 when the lease of an active execution has run out
--   until_at     delayed: until when; blocked: not before; lapsed: claimable from; suspended: timeout
--   claim_rank   9000 - priority, set only while a plain claim may take the execution
--   granted_until  until when a live grant reserves it (that instant included); 0 while the row of a grant that is over
--                remains
--   due_at       the earliest instant at which time itself acts on the row, and due_kind what it does then:
--                1 deadline, 2 attempt timeout, 3 suspension timeout, 5 the end of a delay or of a reservation. The expiry
--                of a live lease stands in expires_at alone, which has an index of its own.
--   section      its list: the number of its public state, where an active one counts as waiting, so that a claim moves
--                nothing
--   retention_ms how long after its end it is kept; NULL as long as the engine keeps the others
--   flow         the flow that it is a member of, with which it is kept
--   attempt_*    the latest attempt; it moves to the table attempt when the next one starts
--   verb         the call that ended the latest lease, kept with its answer so that a repeated call is answered alike
CREATE TABLE execution (
    id INTEGER PRIMARY KEY,
    public_id BLOB NOT NULL UNIQUE CHECK (length(public_id) = 18),
    namespace INTEGER NOT NULL,
    route INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    deadline_at INTEGER,
    priority INTEGER NOT NULL CHECK (priority BETWEEN 0 AND 9000),
    phase INTEGER NOT NULL CHECK (phase BETWEEN 1 AND 6),
    section INTEGER NOT NULL CHECK (section BETWEEN 1 AND 11 AND section <> 5),
    retention_ms INTEGER,
    flow INTEGER,
    next INTEGER,
    reason INTEGER,
    outcome INTEGER,
    lapsed INTEGER NOT NULL CHECK (lapsed IN (0, 1)),
    until_at INTEGER,
    expires_at INTEGER,
    timeout_at INTEGER,
    granted_until INTEGER,
    claim_rank INTEGER,
    due_at INTEGER,
    due_kind INTEGER CHECK (due_kind BETWEEN 1 AND 5 AND due_kind <> 4),
    epoch INTEGER NOT NULL CHECK (epoch >= 0),
    attempt_count INTEGER NOT NULL,
    retry_count INTEGER NOT NULL,
    reclaim_count INTEGER NOT NULL,
    replay_count INTEGER NOT NULL,
    lapse_count INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    started_at INTEGER,
    ended_at INTEGER,
    last_event INTEGER NOT NULL,
    attempt_id BLOB,
    attempt_type INTEGER,
    attempt_outcome INTEGER,
    attempt_started_at INTEGER,
    attempt_ended_at INTEGER,
    timeout_left_ms INTEGER,
    lease_id BLOB,
    worker TEXT,
    instance TEXT,
    lease_epoch INTEGER,
    renewed_at INTEGER,
    verb INTEGER,
    verb_at INTEGER,
    result INTEGER,
    CHECK (CASE WHEN phase <= 3 THEN coalesce(next, 0) BETWEEN 1 AND 4 AND (next <> 2 OR attempt_count > 0)
        ELSE next IS NULL END),
    CHECK (CASE phase
        WHEN 1 THEN reason IS NULL AND until_at IS NULL
        WHEN 2 THEN coalesce(reason, 0) BETWEEN 20 AND 22 AND until_at IS NOT NULL
        WHEN 3 THEN coalesce(reason, 0) BETWEEN 30 AND 37
        WHEN 4 THEN reason IS NULL AND expires_at IS NOT NULL
            AND (until_at IS NULL OR lapsed = 1) AND (timeout_at IS NULL OR lapsed = 0)
        WHEN 5 THEN coalesce(reason, 0) BETWEEN 50 AND 53
        ELSE reason IS NULL AND until_at IS NULL END),
    CHECK (CASE phase
        WHEN 1 THEN due_at IS NULL OR due_kind = 1 OR (due_kind = 5 AND coalesce(granted_until, 0) > 0)
        WHEN 2 THEN due_kind IN (1, 5) AND coalesce(due_at <= until_at, 0)
        WHEN 3 THEN due_at IS NULL OR due_kind = 1
        WHEN 4 THEN due_at IS NULL OR due_kind = 1 OR due_kind = CASE lapsed WHEN 0 THEN 2 ELSE 5 END
        WHEN 5 THEN due_at IS NULL OR due_kind IN (1, 3)
        ELSE due_at IS NULL END),
    CHECK (CASE phase
        WHEN 6 THEN coalesce(outcome, 0) BETWEEN 1 AND 5 AND ended_at IS NOT NULL
            AND (attempt_id IS NULL OR attempt_ended_at IS NOT NULL) AND (outcome > 1 OR attempt_id IS NOT NULL)
        ELSE outcome IS NULL AND ended_at IS NULL END),
    CHECK (phase = 4 OR (expires_at IS NULL AND timeout_at IS NULL AND lapsed = 0)),
    CHECK (claim_rank IS NULL OR (claim_rank = 9000 - priority AND coalesce(granted_until, 0) = 0
        AND (phase = 1 OR (lapsed = 1 AND until_at IS NULL)))),
    CHECK (granted_until IS NULL OR phase = 1 OR lapsed = 1),
    CHECK ((due_at IS NULL) = (due_kind IS NULL)),
    CHECK (CASE WHEN phase IN (4, 5) OR next = 4 THEN attempt_id IS NOT NULL AND attempt_ended_at IS NULL ELSE 1 END),
    CHECK ((attempt_id IS NULL) = (attempt_count = 0)),
    CHECK ((attempt_outcome IS NULL) = (attempt_ended_at IS NULL)),
    CHECK (CASE WHEN attempt_id IS NULL
        THEN coalesce(attempt_type, attempt_started_at, lease_id, worker, instance, lease_epoch, renewed_at) IS NULL
        ELSE attempt_type IS NOT NULL AND attempt_started_at IS NOT NULL AND lease_id IS NOT NULL
            AND worker IS NOT NULL AND instance IS NOT NULL AND coalesce(lease_epoch, 0) > 0 AND renewed_at IS NOT NULL END)
) STRICT;

CREATE INDEX execution_claimable ON execution (route, claim_rank) WHERE claim_rank IS NOT NULL;
CREATE INDEX execution_lease ON execution (lapsed, expires_at) WHERE expires_at IS NOT NULL;
CREATE INDEX execution_blocked ON execution (reason, route, priority DESC) WHERE phase = 3;
CREATE INDEX execution_due ON execution (due_at, due_kind) WHERE due_at IS NOT NULL;
CREATE INDEX execution_namespace ON execution (namespace, public_id);
CREATE INDEX execution_section ON execution (route, section);
CREATE INDEX execution_ended ON execution (ended_at) WHERE ended_at IS NOT NULL AND retention_ms IS NULL AND flow IS NULL;
CREATE INDEX execution_kept ON execution (ended_at + retention_ms) WHERE ended_at IS NOT NULL AND retention_ms IS NOT NULL AND flow IS NULL;
CREATE INDEX execution_flow ON execution (flow) WHERE flow IS NOT NULL;

-- How many executions are in which state.
CREATE TABLE tally (
    route INTEGER NOT NULL,
    namespace INTEGER NOT NULL,
    waiting INTEGER NOT NULL,
    delayed INTEGER NOT NULL,
    rate_limited INTEGER NOT NULL,
    waiting_children INTEGER NOT NULL,
    active INTEGER NOT NULL,
    suspended INTEGER NOT NULL,
    completed INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    cancelled INTEGER NOT NULL,
    expired INTEGER NOT NULL,
    skipped INTEGER NOT NULL,
    PRIMARY KEY (route, namespace)
) STRICT, WITHOUT ROWID;

-- Tags once more, for searching; what an execution has stands in its specification.
CREATE TABLE tag (
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    execution INTEGER NOT NULL,
    PRIMARY KEY (name, value, execution)
) STRICT, WITHOUT ROWID;

-- What an execution was created with; of that only its tags ever change, and its input when an upstream's result takes
-- its place. policy and tags are JSON texts, NULL when empty.
--   passed       1 when its input is an upstream's result
--   member_name  what its flow calls it, and member_rank: its place in the flow's topological order
CREATE TABLE specification (
    execution INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    creator TEXT NOT NULL,
    idempotency_key TEXT,
    input INTEGER,
    attempt_timeout_ms INTEGER,
    policy TEXT,
    tags TEXT,
    passed INTEGER NOT NULL DEFAULT 0 CHECK (passed IN (0, 1)),
    member_name TEXT,
    member_rank INTEGER
) STRICT;

-- Input and result bytes, verbatim, with the encoding their writer named.
CREATE TABLE payload (
    id INTEGER PRIMARY KEY,
    encoding TEXT,
    bytes BLOB NOT NULL
) STRICT;

-- Who may claim or reclaim an execution that is kept for it; one at most for each execution.
--   kind   1 claim, 2 reclaim
CREATE TABLE execution_grant (
    execution INTEGER PRIMARY KEY,
    kind INTEGER NOT NULL CHECK (kind IN (1, 2)),
    grant_key BLOB NOT NULL,
    worker TEXT NOT NULL,
    instance TEXT NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;

-- What an execution has done already, in the order in which it was recorded.
CREATE TABLE step (
    execution INTEGER NOT NULL,
    ordinal INTEGER NOT NULL,
    name TEXT NOT NULL,
    result INTEGER,
    recorded_at INTEGER NOT NULL,
    PRIMARY KEY (execution, ordinal),
    UNIQUE (execution, name)
) STRICT, WITHOUT ROWID;

-- Every attempt but the latest.
CREATE TABLE attempt (
    execution INTEGER NOT NULL,
    attempt_index INTEGER NOT NULL,
    attempt_id BLOB NOT NULL,
    attempt_type INTEGER NOT NULL,
    attempt_outcome INTEGER,
    attempt_started_at INTEGER NOT NULL,
    attempt_ended_at INTEGER,
    timeout_left_ms INTEGER,
    lease_id BLOB NOT NULL,
    worker TEXT NOT NULL,
    instance TEXT NOT NULL,
    lease_epoch INTEGER NOT NULL,
    renewed_at INTEGER NOT NULL,
    verb INTEGER,
    verb_at INTEGER,
    result INTEGER,
    PRIMARY KEY (execution, attempt_index)
) STRICT, WITHOUT ROWID;

-- Why an attempt failed.
CREATE TABLE failure (
    execution INTEGER NOT NULL,
    attempt_index INTEGER NOT NULL,
    class INTEGER NOT NULL,
    category TEXT NOT NULL,
    message TEXT NOT NULL,
    detail TEXT,
    PRIMARY KEY (execution, attempt_index)
) STRICT, WITHOUT ROWID;

-- Why an execution was cancelled, expired or skipped, and by whom or what.
--   excused  1 when a satisfied group cancelled it, so that its flow does not count it as failed
CREATE TABLE ending (
    execution INTEGER PRIMARY KEY,
    reason TEXT NOT NULL,
    source TEXT NOT NULL,
    excused INTEGER NOT NULL DEFAULT 0 CHECK (excused IN (0, 1))
) STRICT;

-- The latest progress reported by an attempt.
CREATE TABLE progress (
    execution INTEGER PRIMARY KEY,
    attempt_index INTEGER NOT NULL,
    percent INTEGER,
    message TEXT,
    updated_at INTEGER NOT NULL
) STRICT;

-- Idempotency keys of creates, until their window is over.
CREATE TABLE dedup (
    namespace INTEGER NOT NULL,
    idempotency_key TEXT NOT NULL,
    execution INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (namespace, idempotency_key)
) STRICT, WITHOUT ROWID;

CREATE INDEX dedup_expiry ON dedup (expires_at);
