-- What attempts stream: frames in order, the document that their summaries add up to, and how much of it is kept.

-- One row for each attempt that has streamed something. A stream is closed by what became of its attempt; nothing here
-- says so.
--   frame_count    appends over its life
--   last_ms, last_seq  the id of its newest frame: a name, which no change of the clock moves
--   gone_ms        frames up to this one are over, whether they were deleted already or not; 0 when there are none
--   kept_count     durable and summary frames that are stored
--   lossy_count    best-effort frames that are stored
--   lossy_at       when the latest best-effort frame came
--   lossy_rate     moving average of best-effort frames, in thousandths of a frame per second
--   lossy_only     1 until its first durable or summary frame
--   frames_max     durable and summary frames that are kept at most, and ttl_ms: for how long; of its execution's policy
--   expires_at     when its latest frames are over: best-effort ones while lossy_only, durable ones afterwards
CREATE TABLE stream (
    id INTEGER PRIMARY KEY,
    execution INTEGER NOT NULL,
    attempt_index INTEGER NOT NULL,
    frame_count INTEGER NOT NULL,
    last_ms INTEGER NOT NULL,
    last_seq INTEGER NOT NULL,
    gone_ms INTEGER NOT NULL,
    kept_count INTEGER NOT NULL CHECK (kept_count >= 0),
    lossy_count INTEGER NOT NULL CHECK (lossy_count >= 0),
    lossy_at INTEGER,
    lossy_rate INTEGER NOT NULL,
    lossy_only INTEGER NOT NULL CHECK (lossy_only IN (0, 1)),
    frames_max INTEGER NOT NULL CHECK (frames_max > 0),
    ttl_ms INTEGER,
    expires_at INTEGER,
    UNIQUE (execution, attempt_index)
) STRICT;

CREATE INDEX stream_expiry ON stream (expires_at) WHERE expires_at IS NOT NULL;

-- Frames. The oldest of either sort is one search, so that exactly as many are trimmed as must be.
--   lossy            0 durable and summary, 1 best-effort
--   frame_type       NULL when it is the word of the kind
--   hint             the number that the caller gave it
--   summary_version  the version of the document after it, of summary frames alone
--   ttl_ms           of best-effort frames alone
CREATE TABLE frame (
    stream INTEGER NOT NULL,
    lossy INTEGER NOT NULL CHECK (lossy IN (0, 1)),
    ms INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    at INTEGER NOT NULL,
    kind INTEGER NOT NULL CHECK (kind BETWEEN 1 AND 4),
    frame_type TEXT,
    correlation_id TEXT,
    hint INTEGER,
    summary_version INTEGER,
    ttl_ms INTEGER,
    bytes BLOB NOT NULL,
    PRIMARY KEY (stream, lossy, ms, seq)
) STRICT, WITHOUT ROWID;

-- The document that the summary frames of a stream add up to; it outlives them.
CREATE TABLE summary (
    stream INTEGER PRIMARY KEY,
    document TEXT NOT NULL,
    version INTEGER NOT NULL CHECK (version > 0),
    first_applied_at INTEGER NOT NULL,
    last_updated_at INTEGER NOT NULL
) STRICT;
