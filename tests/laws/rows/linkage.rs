//! The rules that rows of flows keep among each other, as queries for those that break them; the others stand in
//! [`constraint`](crate::rows::constraint).

pub const RULES: &[(&str, &str)] = &[
    (
        "a member has a flow, and a flow a namespace",
        "SELECT id FROM execution WHERE flow IS NOT NULL AND flow NOT IN (SELECT id FROM flow) UNION ALL \
         SELECT id FROM flow WHERE namespace NOT IN (SELECT id FROM namespace)",
    ),
    (
        "the members of a flow are counted by their states",
        "SELECT * FROM (SELECT f.id, f.waiting, f.delayed, f.rate_limited, f.waiting_children, f.active, f.suspended, \
         f.completed, f.failed, f.cancelled, f.expired, f.skipped, sum(e.phase <> 4 AND e.section = 1) AS n1, \
         sum(e.section = 2) AS n2, sum(e.section = 3) AS n3, sum(e.section = 4) AS n4, sum(e.phase = 4) AS n5, \
         sum(e.section = 6) AS n6, sum(e.section = 7) AS n7, sum(e.section = 8) AS n8, sum(e.section = 9) AS n9, \
         sum(e.section = 10) AS n10, sum(e.section = 11) AS n11 FROM flow f LEFT JOIN execution e ON e.flow = f.id \
         GROUP BY f.id) WHERE (waiting, delayed, rate_limited, waiting_children, active, suspended, completed, failed, \
         cancelled, expired, skipped) <> (coalesce(n1, 0), coalesce(n2, 0), coalesce(n3, 0), coalesce(n4, 0), \
         coalesce(n5, 0), coalesce(n6, 0), coalesce(n7, 0), coalesce(n8, 0), coalesce(n9, 0), coalesce(n10, 0), \
         coalesce(n11, 0))",
    ),
    (
        "who was cancelled since a group was satisfied is excused",
        "SELECT f.id FROM flow f WHERE f.excused <> (SELECT count(*) FROM execution e JOIN ending n ON n.execution = e.id \
         WHERE e.flow = f.id AND n.excused = 1) UNION ALL SELECT e.id FROM execution e JOIN ending n ON n.execution = e.id \
         WHERE n.excused = 1 AND (e.flow IS NULL OR e.outcome <> 3 OR n.source <> 'engine')",
    ),
    (
        "who ended badly and is missed by nobody is tolerated, and nobody else",
        "SELECT f.id FROM flow f WHERE f.tolerated <> (SELECT count(*) FROM execution e JOIN tolerated t \
         ON t.execution = e.id WHERE e.flow = f.id) UNION ALL SELECT e.id FROM execution e \
         LEFT JOIN ending n ON n.execution = e.id WHERE (e.id IN (SELECT execution FROM tolerated)) <> coalesce(\
         e.flow IS NOT NULL AND e.outcome BETWEEN 2 AND 4 AND coalesce(n.excused, 0) = 0 AND EXISTS (SELECT 1 FROM edge d \
         WHERE d.upstream = e.id AND d.state > 0 AND d.dependency_kind = 1) AND NOT EXISTS (SELECT 1 FROM edge d \
         JOIN edge_group g ON g.execution = d.downstream WHERE d.upstream = e.id AND d.state > 0 AND d.state <> 2 \
         AND d.dependency_kind = 1 AND g.round = d.round AND g.state <> 2), 0) UNION ALL \
         SELECT execution FROM tolerated WHERE execution NOT IN (SELECT id FROM execution)",
    ),
    (
        "every edge and every member of a flow raised its revision once",
        "SELECT f.id FROM flow f WHERE f.edge_count <> (SELECT count(*) FROM edge e WHERE e.flow = f.id) \
         OR f.revision <> f.edge_count + (SELECT count(*) FROM execution e WHERE e.flow = f.id)",
    ),
    (
        "an edge leads from one member of its flow to another one, and no circle is closed",
        "SELECT e.flow, e.upstream, e.downstream FROM edge e LEFT JOIN execution u ON u.id = e.upstream \
         LEFT JOIN execution d ON d.id = e.downstream LEFT JOIN specification x ON x.execution = e.upstream \
         LEFT JOIN specification y ON y.execution = e.downstream WHERE u.flow IS NOT e.flow OR d.flow IS NOT e.flow \
         OR coalesce(x.member_rank >= y.member_rank, 1)",
    ),
    (
        "a member has a place of its own between the ends of its flow's order",
        "SELECT e.id FROM execution e JOIN flow f ON f.id = e.flow JOIN specification s ON s.execution = e.id \
         WHERE s.member_rank IS NULL OR s.member_rank <= f.first_rank OR s.member_rank >= f.last_rank UNION ALL \
         SELECT e.flow FROM execution e JOIN specification s ON s.execution = e.id WHERE e.flow IS NOT NULL \
         GROUP BY e.flow, s.member_rank HAVING count(*) > 1",
    ),
    (
        "who is no member has neither place nor name nor edge nor group",
        "SELECT e.id FROM execution e JOIN specification s ON s.execution = e.id WHERE e.flow IS NULL \
         AND (s.member_rank IS NOT NULL OR s.member_name IS NOT NULL) UNION ALL SELECT g.execution FROM edge_group g \
         LEFT JOIN execution e ON e.id = g.execution WHERE e.flow IS NULL",
    ),
    (
        "a group counts its applied edges of this round",
        "SELECT g.execution FROM edge_group g WHERE (g.total, g.succeeded, g.failed, g.skipped, g.aside) <> (SELECT count(*), \
         count(*) FILTER (WHERE CASE e.dependency_kind WHEN 1 THEN e.state = 2 WHEN 2 THEN e.state BETWEEN 3 AND 6 \
         ELSE e.state > 1 END), count(*) FILTER (WHERE CASE e.dependency_kind WHEN 1 THEN e.state BETWEEN 3 AND 5 \
         WHEN 2 THEN e.state = 2 END), count(*) FILTER (WHERE CASE e.dependency_kind WHEN 1 THEN e.state > 5 \
         WHEN 2 THEN e.state = 7 END), count(*) FILTER (WHERE e.aside = 1) FROM edge e WHERE e.downstream = g.execution AND e.round = g.round) \
         UNION ALL SELECT e.downstream FROM edge e LEFT JOIN edge_group g ON g.execution = e.downstream \
         WHERE e.round > coalesce(g.round, 0)",
    ),
    (
        "a group is satisfied when its policy is met, and says since when",
        "SELECT execution FROM edge_group WHERE (state = 2) <> (total > 0 AND succeeded >= CASE policy WHEN 1 THEN total \
         WHEN 2 THEN 1 ELSE k END) OR (state = 2 AND satisfied_at IS NULL)",
    ),
    (
        "an edge is resolved as its upstream ended, and at once",
        "SELECT e.upstream, e.downstream FROM edge e JOIN execution u ON u.id = e.upstream \
         LEFT JOIN ending n ON n.execution = u.id \
         WHERE (e.state = 1 AND u.outcome IS NOT NULL AND (e.aside = 0 OR CASE e.dependency_kind WHEN 1 THEN u.outcome = 1 \
         WHEN 2 THEN u.outcome > 1 AND coalesce(n.reason <> 'not_needed' OR u.outcome <> 5, 1) ELSE 1 END)) OR (e.state = 2 AND u.attempt_count = 0)",
    ),
    (
        "who may be claimed has what it needs, who waits for upstreams does not, who is skipped cannot",
        "SELECT e.id FROM execution e JOIN edge_group g ON g.execution = e.id WHERE g.total > 0 AND CASE \
         WHEN e.phase IN (1, 2, 4, 5) THEN g.state <> 2 WHEN e.reason = 30 THEN g.state <> 1 WHEN e.phase = 3 \
         THEN g.state = 3 WHEN e.outcome = 5 THEN g.state <> 3 WHEN e.outcome = 1 THEN g.state <> 2 END UNION ALL \
         SELECT e.id FROM execution e LEFT JOIN edge_group g ON g.execution = e.id \
         WHERE (e.reason = 30 OR e.outcome = 5) AND coalesce(g.total, 0) = 0",
    ),
    (
        "who stops waiting for children waits for them, and who stopped has an empty round",
        "SELECT g.execution FROM edge_group g JOIN execution e ON e.id = g.execution WHERE g.due_at IS NOT NULL \
         AND (g.total = 0 OR e.reason IS NOT 30) UNION ALL \
         SELECT execution FROM edge_group WHERE timed_out = 1 AND round = 1",
    ),
    (
        "a flow has ended when it is over and nobody of it goes on",
        "SELECT id FROM (SELECT id, ended_at, end_count, end_state, cancelled_at, waiting + delayed + rate_limited \
         + waiting_children + active + suspended = 0 AND (sealed = 1 OR cancelled_at IS NOT NULL) AS done FROM flow) \
         WHERE (ended_at IS NOT NULL) <> done OR (end_count > 0) <> (end_state IS NOT NULL) \
         OR (ended_at IS NOT NULL AND (cancelled_at IS NOT NULL) <> (end_state = 6))",
    ),
    (
        "how a flow ended last is how its members stand",
        "SELECT id FROM flow WHERE ended_at IS NOT NULL AND end_state <> CASE WHEN cancelled_at IS NOT NULL THEN 6 \
         WHEN failed + expired + cancelled > excused + tolerated THEN 5 ELSE 4 END",
    ),
    (
        "a backlog is of a flow that is cancelled in two steps",
        "SELECT b.flow FROM cancel_backlog b LEFT JOIN flow f ON f.id = b.flow LEFT JOIN execution e \
         ON e.id = b.execution WHERE f.cancel_due_at IS NULL OR e.flow IS NOT b.flow",
    ),
    (
        "nothing is left of a deleted flow",
        "SELECT flow FROM edge WHERE flow NOT IN (SELECT id FROM flow) UNION ALL \
         SELECT flow FROM cancel_backlog WHERE flow NOT IN (SELECT id FROM flow)",
    ),
];
