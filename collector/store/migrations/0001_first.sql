-- Instants are ms UTC. Tables of results carry the shard of their check in the
-- primary key, so that they can be spread over nodes.

CREATE TABLE meta (
    name  TEXT PRIMARY KEY,
    value BIGINT NOT NULL
);
INSERT INTO meta (name, value) VALUES ('generation', 0);

-- Batches that are acknowledged and not yet in pieces. Ids never come back: they
-- also number the parts of a day.
CREATE TABLE journal (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    received_at BIGINT NOT NULL,
    payload     BLOB NOT NULL
);

-- Which sequence numbers of an agent's boot were acknowledged; see seen.go.
CREATE TABLE boots (
    agent   TEXT NOT NULL,
    boot    BLOB NOT NULL,
    seen    BLOB NOT NULL,
    last_at BIGINT NOT NULL,
    PRIMARY KEY (agent, boot)
) WITHOUT ROWID;

CREATE TABLE series (
    shard     INTEGER NOT NULL,
    id        BIGINT NOT NULL,
    check_id  TEXT NOT NULL,
    agent     TEXT NOT NULL,
    first_day BIGINT NOT NULL,
    last_day  BIGINT NOT NULL,
    PRIMARY KEY (shard, id),
    UNIQUE (shard, check_id, agent)
) WITHOUT ROWID;

-- What each flush wrote of a day, until the day is compacted.
CREATE TABLE parts (
    day      BIGINT NOT NULL,
    shard    INTEGER NOT NULL,
    series   BIGINT NOT NULL,
    part     BIGINT NOT NULL,
    runs     BLOB NOT NULL,
    detail   BLOB NOT NULL,
    PRIMARY KEY (day, shard, series, part)
) WITHOUT ROWID;

-- Compacted days. The day comes first in the key, so that they are appended
-- and fill their pages.
CREATE TABLE pieces (
    day      BIGINT NOT NULL,
    shard    INTEGER NOT NULL,
    series   BIGINT NOT NULL,
    part     BIGINT NOT NULL,
    runs     BLOB NOT NULL,
    detail   BLOB NOT NULL,
    PRIMARY KEY (day, shard, series, part)
) WITHOUT ROWID;

-- The runs of parts and pieces once more, side by side for a series: a year of
-- one is a few pages.
CREATE TABLE runs (
    shard    INTEGER NOT NULL,
    series   BIGINT NOT NULL,
    day      BIGINT NOT NULL,
    part     BIGINT NOT NULL,
    failures INTEGER NOT NULL,
    runs     BLOB NOT NULL,
    PRIMARY KEY (shard, series, day, part)
) WITHOUT ROWID;

-- Days with parts that were written since they were last compacted.
CREATE TABLE scattered (
    day    BIGINT NOT NULL,
    shard  INTEGER NOT NULL,
    series BIGINT NOT NULL,
    parts  INTEGER NOT NULL,
    PRIMARY KEY (day, shard, series)
) WITHOUT ROWID;

CREATE TABLE gaps (
    shard   INTEGER NOT NULL,
    series  BIGINT NOT NULL,
    from_at BIGINT NOT NULL,
    to_at   BIGINT NOT NULL,
    reason  INTEGER NOT NULL,
    missed  BIGINT NOT NULL,
    step    BIGINT NOT NULL,
    PRIMARY KEY (shard, series, from_at, to_at, reason)
) WITHOUT ROWID;

CREATE TABLE agents (
    name         TEXT NOT NULL,
    enrolled_at  BIGINT NOT NULL,
    location     TEXT NOT NULL,
    hash         TEXT NOT NULL UNIQUE,
    enrolled_by  TEXT NOT NULL,
    revoked_at   BIGINT NOT NULL,
    PRIMARY KEY (name, enrolled_at)
);

CREATE TABLE heartbeats (
    agent       TEXT PRIMARY KEY,
    received_at BIGINT NOT NULL,
    body        TEXT NOT NULL
);

CREATE TABLE tokens (
    id         TEXT PRIMARY KEY,
    name       TEXT NOT NULL,
    role       TEXT NOT NULL,
    hash       TEXT NOT NULL UNIQUE,
    created_at BIGINT NOT NULL,
    revoked_at BIGINT NOT NULL
);

CREATE TABLE maintenance (
    id           TEXT PRIMARY KEY,
    agreement    TEXT NOT NULL,
    services     TEXT NOT NULL,
    from_at      BIGINT NOT NULL,
    to_at        BIGINT NOT NULL,
    announced_at BIGINT NOT NULL,
    emergency    BOOLEAN NOT NULL,
    reason       TEXT NOT NULL,
    created_by   TEXT NOT NULL,
    rrule        TEXT NOT NULL,
    length       BIGINT NOT NULL,
    zone         TEXT NOT NULL,
    start        TEXT NOT NULL,
    until        TEXT NOT NULL,
    except_starts TEXT NOT NULL,
    cancelled_at BIGINT NOT NULL,
    cancelled_by TEXT NOT NULL,
    ended_at     BIGINT NOT NULL,
    ended_by     TEXT NOT NULL
);
CREATE INDEX maintenance_of ON maintenance (agreement, from_at);

CREATE TABLE corrections (
    id          TEXT PRIMARY KEY,
    agreement   TEXT NOT NULL,
    services    TEXT NOT NULL,
    from_at     BIGINT NOT NULL,
    to_at       BIGINT NOT NULL,
    effect      INTEGER NOT NULL,
    reason      TEXT NOT NULL,
    created_by  TEXT NOT NULL,
    created_at  BIGINT NOT NULL,
    approved_by TEXT NOT NULL,
    approved_at BIGINT NOT NULL,
    revoked_by  TEXT NOT NULL,
    revoked_at  BIGINT NOT NULL
);
CREATE INDEX corrections_of ON corrections (agreement, from_at);

CREATE TABLE agreements (
    id       TEXT NOT NULL,
    revision TEXT NOT NULL,
    saved_at BIGINT NOT NULL,
    source   BLOB NOT NULL,
    PRIMARY KEY (id, revision)
);

CREATE TABLE statements (
    agreement   TEXT NOT NULL,
    label       TEXT NOT NULL,
    revision    INTEGER NOT NULL,
    fingerprint TEXT NOT NULL,
    computed_at BIGINT NOT NULL,
    body        BLOB NOT NULL,
    PRIMARY KEY (agreement, label, revision)
);

CREATE TABLE alerts (
    id         TEXT PRIMARY KEY,
    key        TEXT NOT NULL,
    kind       TEXT NOT NULL,
    status     TEXT NOT NULL,
    is_open    BOOLEAN NOT NULL,
    agreement  TEXT NOT NULL,
    service    TEXT NOT NULL,
    starts_at  BIGINT NOT NULL,
    ends_at    BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    body       BLOB NOT NULL
);
CREATE INDEX alerts_of ON alerts (agreement, starts_at);
CREATE INDEX alerts_open ON alerts (is_open);

CREATE TABLE outages (
    id        TEXT PRIMARY KEY,
    agreement TEXT NOT NULL,
    service   TEXT NOT NULL,
    from_at   BIGINT NOT NULL,
    to_at     BIGINT NOT NULL,
    ongoing   BOOLEAN NOT NULL,
    withdrawn BOOLEAN NOT NULL,
    body      BLOB NOT NULL
);
CREATE INDEX outages_of ON outages (agreement, from_at);

CREATE TABLE outbox (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    key          TEXT NOT NULL,
    receiver     TEXT NOT NULL,
    created_at   BIGINT NOT NULL,
    payload      BLOB NOT NULL,
    attempts     INTEGER NOT NULL,
    next_at      BIGINT NOT NULL,
    delivered_at BIGINT NOT NULL,
    dead_at      BIGINT NOT NULL,
    last_error   TEXT NOT NULL
);
CREATE INDEX outbox_pending ON outbox (delivered_at, dead_at, receiver, key, id);
