-- Routes get a kind, so that a claim which names the kinds it takes never visits others.

-- A pair of lane and requirement set, which the table route holds, is a queue from now on. A kind in a queue is a route:
-- what executions name as theirs, and what the claim index starts with.
CREATE TABLE kind_route (
    id INTEGER PRIMARY KEY,
    queue INTEGER NOT NULL,
    kind TEXT NOT NULL,
    UNIQUE (queue, kind)
) STRICT;

-- The most frequent kind of a queue takes its number over: nothing of these executions is written.
INSERT INTO kind_route (id, queue, kind)
    SELECT route, route, kind FROM (
        SELECT route, kind, max(amount) FROM (
            SELECT e.route, s.kind, count(*) AS amount FROM execution e CROSS JOIN specification s ON s.execution = e.id
            GROUP BY e.route, s.kind
        ) GROUP BY route
    );

INSERT INTO kind_route (queue, kind)
    SELECT DISTINCT e.route, s.kind FROM execution e CROSS JOIN specification s ON s.execution = e.id
    WHERE NOT EXISTS (SELECT 1 FROM kind_route k WHERE k.queue = e.route AND k.kind = s.kind);

UPDATE execution SET route = (
        SELECT k.id FROM specification s CROSS JOIN kind_route k ON k.queue = execution.route AND k.kind = s.kind
        WHERE s.execution = execution.id
    )
    WHERE id IN (
        SELECT e.id FROM execution e CROSS JOIN specification s ON s.execution = e.id
        CROSS JOIN kind_route k ON k.queue = e.route AND k.kind = s.kind WHERE k.id <> e.route
    );
