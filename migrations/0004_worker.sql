-- The worker registry: it records who is there, and fences nothing.

--   lanes, capabilities   sorted and joined: by line feeds, by commas
--   expires_at            when the worker counts as gone: its last heartbeat and its time to live
CREATE TABLE worker (
    id INTEGER PRIMARY KEY,
    namespace INTEGER NOT NULL,
    instance TEXT NOT NULL,
    worker TEXT NOT NULL,
    lanes TEXT NOT NULL,
    capabilities TEXT NOT NULL,
    ttl_ms INTEGER NOT NULL,
    registered_at INTEGER NOT NULL,
    heartbeat_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    UNIQUE (instance, namespace)
) STRICT;

CREATE INDEX worker_expiry ON worker (expires_at);
CREATE INDEX worker_namespace ON worker (namespace, instance);
