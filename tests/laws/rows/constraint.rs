//! The rules that rows keep among each other, as queries for those that break them.

/// What a dump cannot tell: whether every index says what its table says.
pub const SOUND: (&str, &str) =
    ("the file is sound", "SELECT integrity_check FROM pragma_integrity_check WHERE integrity_check <> 'ok'");

/// Rules among rows: each query answers what breaks its rule.
pub const RULES: &[(&str, &str)] = &[
    SOUND,
    (
        "a queue has a lane and a requirement",
        "SELECT id FROM route WHERE lane NOT IN (SELECT id FROM lane) OR requirement NOT IN (SELECT id FROM requirement)",
    ),
    (
        "a payload has an owner",
        "SELECT id FROM payload WHERE id NOT IN (SELECT input FROM specification WHERE input IS NOT NULL UNION ALL \
         SELECT result FROM attempt WHERE result IS NOT NULL UNION ALL \
         SELECT result FROM step WHERE result IS NOT NULL UNION ALL \
         SELECT result FROM execution WHERE result IS NOT NULL UNION ALL \
         SELECT result FROM edge WHERE result IS NOT NULL)",
    ),
    (
        "an execution has one specification",
        "SELECT e.id FROM execution e LEFT JOIN specification s ON s.execution = e.id WHERE s.execution IS NULL",
    ),
    (
        "a specification has an execution",
        "SELECT s.execution FROM specification s LEFT JOIN execution e ON e.id = s.execution WHERE e.id IS NULL",
    ),
    (
        "an archived attempt comes before the latest one of its execution",
        "SELECT a.execution, a.attempt_index FROM attempt a LEFT JOIN execution e ON e.id = a.execution \
         WHERE e.id IS NULL OR a.attempt_index NOT BETWEEN 0 AND e.attempt_count - 2",
    ),
    (
        "every attempt but the latest is archived",
        "SELECT e.id FROM execution e WHERE max(e.attempt_count - 1, 0) <> \
         (SELECT count(*) FROM attempt a WHERE a.execution = e.id)",
    ),
    (
        "a failure has an attempt",
        "SELECT f.execution, f.attempt_index FROM failure f LEFT JOIN execution e ON e.id = f.execution \
         WHERE e.id IS NULL OR f.attempt_index NOT BETWEEN 0 AND e.attempt_count - 1",
    ),
    (
        "an ending has an execution that ended",
        "SELECT n.execution FROM ending n LEFT JOIN execution e ON e.id = n.execution \
         WHERE e.id IS NULL OR e.phase <> 6",
    ),
    (
        "what was cancelled, expired or skipped has an ending",
        "SELECT id FROM execution WHERE outcome IN (3, 4, 5) AND id NOT IN (SELECT execution FROM ending)",
    ),
    (
        "only a replay, a priority, a revocation, a block, a wake, a clock, a mark, a flow have a detail",
        "SELECT d.position FROM event_detail d LEFT JOIN event v ON v.position = d.position \
         WHERE CASE WHEN v.cause IS NULL THEN NOT EXISTS (SELECT 1 FROM execution e WHERE e.id = d.execution \
         AND e.phase = 3 AND e.last_event = d.position) ELSE v.cause NOT IN (13, 17, 21, 22, 23, 24, 26, 32, 40, 41, 42, 44, 45) END",
    ),
    (
        "what must be told in detail is",
        "SELECT v.position FROM event v LEFT JOIN event_detail d ON d.position = v.position \
         WHERE v.cause IN (22, 23, 26, 41, 42, 44, 45) AND d.position IS NULL",
    ),
    (
        "a detail says what its cause has to say",
        "SELECT d.position, d.detail FROM event_detail d JOIN event v ON v.position = d.position \
         WHERE NOT CASE WHEN v.cause = 21 THEN d.detail ->> 'reason' = 'not_needed' \
         WHEN v.cause IN (13, 17, 24, 32) THEN coalesce(d.detail ->> 'reason', '') <> '' \
         WHEN v.cause = 22 THEN d.detail ->> 'groupsReset' BETWEEN (d.detail ->> 'branch' <> 'normal') AND 1 \
         WHEN v.cause = 26 THEN d.detail ->> 'byMs' > 0 \
         WHEN v.cause = 40 THEN d.detail ->> 'nodeCount' > 0 AND d.detail ->> 'edgeCount' >= 0 \
         WHEN v.cause = 41 THEN d.detail ->> 'executionId' LIKE '{fp:%' \
         WHEN v.cause = 42 THEN d.detail ->> 'upstreamExecutionId' <> d.detail ->> 'downstreamExecutionId' \
         WHEN v.cause = 44 THEN d.detail ->> 'memberCount' >= 0 \
         WHEN v.cause = 45 THEN d.detail ->> 'publicFlowState' IN ('completed', 'failed') \
         ELSE d.detail ->> 'oldPriority' BETWEEN 0 AND 9000 AND d.detail ->> 'newPriority' BETWEEN 0 AND 9000 END",
    ),
    (
        "a renewal, a change of priority, what workers and flows do are no changes of phase",
        "SELECT position FROM event WHERE (state IS NULL) <> (cause IN (5, 23, 25, 26) OR cause >= 30) \
         OR (cause >= 23 AND lease IS NOT NULL)",
    ),
    ("nothing is left of a rebasing", "SELECT id FROM rebase"),
    (
        "instants never go back along positions",
        "SELECT position FROM (SELECT position, at, lag(at) OVER (ORDER BY position) AS before FROM event) \
         WHERE at < before",
    ),
    (
        "replays are counted",
        "SELECT id FROM (SELECT e.id, e.flow, e.replay_count, (SELECT count(*) FROM event v WHERE v.execution = e.id \
         AND v.cause = 22) AS told FROM execution e) WHERE (replay_count < told AND flow IS NULL) \
         OR (replay_count > told AND (SELECT min(position) FROM event) = 1)",
    ),
    (
        "only a lease that is held has a connection",
        "SELECT id FROM execution WHERE verb IS NULL AND verb_at IS NOT NULL AND (phase <> 4 OR lapsed = 1) UNION ALL \
         SELECT execution FROM attempt WHERE verb IS NULL AND verb_at IS NOT NULL",
    ),
    ("a lease that a call has ended is not live", "SELECT id FROM execution WHERE phase = 4 AND verb IS NOT NULL"),
    (
        "what is left of a timeout waits with an attempt that is open",
        "SELECT id FROM execution WHERE timeout_left_ms IS NOT NULL AND (attempt_ended_at IS NOT NULL OR \
         (phase = 4 AND lapsed = 0) OR timeout_left_ms <= 0) \
         UNION ALL SELECT execution FROM attempt WHERE timeout_left_ms IS NOT NULL",
    ),
    ("a former attempt is over", "SELECT execution FROM attempt WHERE attempt_ended_at IS NULL"),
    (
        "progress has an attempt",
        "SELECT p.execution FROM progress p LEFT JOIN execution e ON e.id = p.execution \
         WHERE e.id IS NULL OR p.attempt_index NOT BETWEEN 0 AND e.attempt_count - 1",
    ),
    (
        "progress has one event, that of its execution, unless that was trimmed, and no other has one",
        "SELECT p.execution FROM progress p LEFT JOIN event v ON v.position = p.position WHERE p.position IS NOT NULL \
         AND CASE WHEN v.position IS NULL THEN p.position > (SELECT position FROM trimmed) ELSE v.cause <> 25 \
         OR v.execution <> p.execution OR v.previous IS NOT NULL END UNION ALL SELECT v.execution FROM event v \
         LEFT JOIN progress p ON p.execution = v.execution WHERE v.cause = 25 AND p.position IS NOT v.position \
         AND v.execution IN (SELECT id FROM execution)",
    ),
    (
        "an idempotency key has an execution",
        "SELECT d.idempotency_key FROM dedup d LEFT JOIN execution e ON e.id = d.execution WHERE e.id IS NULL",
    ),
    (
        "an event has an execution, or a worker, a flow or a clock in a namespace",
        "SELECT v.position FROM event v LEFT JOIN execution e ON e.id = v.execution \
         LEFT JOIN former f ON f.execution = v.execution LEFT JOIN namespace n ON n.id = v.namespace WHERE CASE WHEN v.cause BETWEEN 30 AND 33 \
         THEN v.execution IS NOT NULL OR n.id IS NULL OR v.worker IS NULL OR v.instance IS NULL \
         OR v.previous IS NOT NULL WHEN v.cause >= 40 THEN v.execution IS NOT NULL OR n.id IS NULL OR v.flow IS NULL \
         OR v.worker IS NOT NULL WHEN v.cause = 26 THEN v.execution IS NOT NULL OR n.id IS NULL OR v.flow IS NOT NULL \
         OR v.worker IS NOT NULL ELSE v.flow IS NOT NULL OR (e.id IS NULL) = (f.execution IS NULL) END",
    ),
    (
        "a kind has a queue, and an execution's route is of its kind",
        "SELECT e.id FROM execution e LEFT JOIN kind_route k ON k.id = e.route LEFT JOIN specification s ON s.execution = e.id \
         WHERE k.kind IS NOT s.kind UNION ALL SELECT id FROM kind_route WHERE queue NOT IN (SELECT id FROM route)",
    ),
    (
        "an execution has a route and a namespace",
        "SELECT e.id FROM execution e LEFT JOIN kind_route r ON r.id = e.route LEFT JOIN namespace n ON n.id = e.namespace \
         WHERE r.id IS NULL OR n.id IS NULL",
    ),
    (
        "an execution knows its latest event",
        "SELECT e.id FROM execution e LEFT JOIN (SELECT execution, max(position) AS latest FROM event \
         WHERE cause <> 25 GROUP BY execution) v ON v.execution = e.id WHERE e.last_event IS NOT v.latest \
         AND (v.latest IS NOT NULL OR e.last_event >= (SELECT min(position) FROM event))",
    ),
    (
        "an event knows the one before it",
        "SELECT v.position FROM (SELECT position, previous, lag(position) OVER (PARTITION BY execution \
         ORDER BY position) AS before FROM event WHERE execution IS NOT NULL AND cause <> 25) v WHERE v.previous IS NOT v.before \
         AND (v.before IS NOT NULL OR v.previous >= (SELECT min(position) FROM event))",
    ),
    (
        "counters are past what is used",
        "SELECT * FROM meta WHERE next_execution <= (SELECT coalesce(max(id), 0) FROM execution) \
         OR next_flow <= (SELECT coalesce(max(id), 0) FROM flow) OR next_payload <= (SELECT coalesce(max(id), 0) FROM payload) \
         OR next_position <= (SELECT coalesce(max(position), 0) FROM event)",
    ),
    (
        "the claim rank says what phase and grant say",
        "SELECT id FROM execution WHERE claim_rank IS NOT CASE WHEN coalesce(granted_until, 0) = 0 \
         AND (phase = 1 OR (phase = 4 AND lapsed = 1 AND until_at IS NULL)) THEN 9000 - priority END",
    ),
    (
        "the due instant says what phase, grant and deadline say; the expiry of a live lease stands apart",
        "SELECT id, due_at FROM (SELECT id, due_at, phase, ifnull(max(deadline_at, changed_at), 9e18) AS deadline, \
         CASE WHEN granted_until > 0 THEN granted_until + 1 ELSE 9e18 END AS granted, ifnull(CASE WHEN phase IN (2, 5) \
         OR (phase = 4 AND lapsed = 1) THEN until_at WHEN phase = 4 THEN timeout_at END, 9e18) AS own \
         FROM execution) WHERE due_at IS NOT CASE WHEN phase = 6 THEN NULL \
         ELSE nullif(min(own, granted, deadline), 9e18) END",
    ),
    (
        "the due kind says what is due first",
        "SELECT id, due_kind FROM execution WHERE due_kind IS NOT CASE WHEN phase = 6 OR due_at IS NULL THEN NULL \
         WHEN due_at = max(deadline_at, changed_at) THEN 1 WHEN due_at = timeout_at THEN 2 WHEN phase = 5 THEN 3 \
         ELSE 5 END",
    ),
    (
        "an execution and its grant know each other",
        "SELECT e.id FROM execution e LEFT JOIN execution_grant g ON g.execution = e.id \
         WHERE (e.granted_until IS NULL) <> (g.execution IS NULL) \
         OR (e.granted_until > 0 AND e.granted_until <> g.expires_at) UNION ALL \
         SELECT execution FROM execution_grant WHERE execution NOT IN (SELECT id FROM execution)",
    ),
    (
        "only what has lapsed is granted to be reclaimed",
        "SELECT execution FROM execution_grant JOIN execution e ON e.id = execution \
         WHERE kind = 2 AND lapsed = 0",
    ),
    (
        "steps are numbered without gaps, and are of an execution that was claimed",
        "SELECT s.execution FROM step s LEFT JOIN execution e ON e.id = s.execution \
         WHERE coalesce(e.attempt_count, 0) = 0 GROUP BY s.execution UNION ALL \
         SELECT execution FROM step GROUP BY execution HAVING min(ordinal) <> 0 OR max(ordinal) <> count(*) - 1",
    ),
    (
        "the table of tags says what executions say",
        "SELECT t.name, t.value, t.execution, 'only the table' FROM tag t WHERE NOT EXISTS (SELECT 1 \
         FROM specification s, json_each(s.tags) j WHERE s.execution = t.execution AND j.key = t.name \
         AND j.value = t.value) UNION ALL SELECT j.key, j.value, s.execution, 'only the execution' \
         FROM specification s, json_each(s.tags) j WHERE NOT EXISTS (SELECT 1 FROM tag t \
         WHERE t.name = j.key AND t.value = j.value AND t.execution = s.execution)",
    ),
    (
        "an execution stands in the list of its state",
        "SELECT id FROM execution WHERE section <> CASE phase WHEN 1 THEN 1 WHEN 2 THEN 2 WHEN 4 THEN 1 \
         WHEN 3 THEN CASE reason WHEN 30 THEN 4 WHEN 31 THEN 3 WHEN 32 THEN 3 ELSE 1 END \
         WHEN 6 THEN 6 + outcome ELSE 6 END",
    ),
    (
        "counts equal a recount",
        "SELECT * FROM (SELECT t.route, t.namespace, t.waiting + t.active AS one, t.delayed AS two, \
         t.rate_limited + t.waiting_children AS three, t.completed AS seven, t.failed AS eight, t.cancelled AS nine, \
         t.expired AS ten, t.skipped AS eleven, t.active AS held, t.suspended AS never FROM tally t) t LEFT JOIN (SELECT queue, \
         namespace, sum(section = 1) AS one, sum(section = 2) AS two, sum(section IN (3, 4)) AS three, \
         sum(section = 7) AS seven, sum(section = 8) AS eight, sum(section = 9) AS nine, sum(section = 10) AS ten, sum(section = 11) AS eleven, \
         sum(phase = 4) AS held FROM (SELECT x.*, k.queue FROM execution x JOIN kind_route k ON k.id = x.route) GROUP BY queue, namespace) e ON e.queue = t.route AND e.namespace = t.namespace \
         WHERE t.one <> coalesce(e.one, 0) OR t.two <> coalesce(e.two, 0) OR t.three <> coalesce(e.three, 0) \
         OR t.seven <> coalesce(e.seven, 0) OR t.eight <> coalesce(e.eight, 0) OR t.nine <> coalesce(e.nine, 0) \
         OR t.ten <> coalesce(e.ten, 0) OR t.eleven <> coalesce(e.eleven, 0) OR t.held <> coalesce(e.held, 0) OR t.never <> 0",
    ),
    (
        "what is in a state is counted",
        "SELECT e.id FROM execution e JOIN kind_route k ON k.id = e.route WHERE NOT EXISTS (SELECT 1 FROM tally t \
         WHERE t.route = k.queue AND t.namespace = e.namespace)",
    ),
    (
        "a stream is of an attempt, a frame and a summary are of a stream",
        "SELECT s.id FROM stream s LEFT JOIN execution e ON e.id = s.execution WHERE e.id IS NULL \
         OR s.attempt_index NOT BETWEEN 0 AND e.attempt_count - 1 UNION ALL \
         SELECT stream FROM frame WHERE stream NOT IN (SELECT id FROM stream) UNION ALL \
         SELECT stream FROM summary WHERE stream NOT IN (SELECT id FROM stream)",
    ),
    (
        "frames are counted, and come to no more than are kept",
        "SELECT id FROM stream s WHERE kept_count <> (SELECT count(*) FROM frame WHERE stream = s.id AND lossy = 0) \
         OR lossy_count <> (SELECT count(*) FROM frame WHERE stream = s.id AND lossy = 1) OR kept_count > frames_max \
         OR frame_count < kept_count + lossy_count",
    ),
    (
        "no frame is past the last one, and a summary counts those that it was made of",
        "SELECT s.id FROM stream s JOIN frame f ON f.stream = s.id WHERE (f.ms, f.seq) > (s.last_ms, s.last_seq) \
         UNION ALL SELECT f.stream FROM frame f LEFT JOIN summary y ON y.stream = f.stream \
         WHERE f.summary_version > coalesce(y.version, 0) UNION ALL \
         SELECT stream FROM frame GROUP BY stream, ms, seq HAVING count(*) > 1",
    ),
    (
        "what is kept of a deleted execution has events, and the latest of them",
        "SELECT execution FROM former f WHERE execution IN (SELECT id FROM execution) \
         OR last_event IS NOT (SELECT max(position) FROM event v WHERE v.execution = f.execution)",
    ),
    (
        "nothing is left of a deleted execution",
        "SELECT execution FROM progress WHERE execution NOT IN (SELECT id FROM execution) UNION ALL \
         SELECT execution FROM step WHERE execution NOT IN (SELECT id FROM execution) UNION ALL \
         SELECT execution FROM tag WHERE execution NOT IN (SELECT id FROM execution)",
    ),
    (
        "a worker counts as gone its time to live after its heartbeat at the latest, and has a namespace",
        "SELECT w.id FROM worker w LEFT JOIN namespace n ON n.id = w.namespace WHERE n.id IS NULL \
         OR expires_at > heartbeat_at + ttl_ms OR registered_at > heartbeat_at",
    ),
];
