-- Incidents, reported faults, who is on call, service reports and improvement
-- actions. No row of these is ever deleted; lists of events only grow.

-- What is drawn by counting; a number may be left out, none comes twice.
CREATE TABLE counters (
    name  TEXT PRIMARY KEY,
    value BIGINT NOT NULL
);

-- Counts the writes of the tables below, for processes that show them.
INSERT INTO meta (name, value) VALUES ('records', 0);

-- Random keys that sign links.
CREATE TABLE secrets (
    name  TEXT PRIMARY KEY,
    value BLOB NOT NULL
);

ALTER TABLE tokens ADD COLUMN customer TEXT NOT NULL DEFAULT '';
ALTER TABLE tokens ADD COLUMN agreements TEXT NOT NULL DEFAULT '[]';
ALTER TABLE tokens ADD COLUMN expires_at BIGINT NOT NULL DEFAULT 0;

-- What the events of an incident amount to, seq being the last of them.
CREATE TABLE incidents (
    id          TEXT PRIMARY KEY,
    state       TEXT NOT NULL,
    major       BOOLEAN NOT NULL,
    is_open     BOOLEAN NOT NULL,
    opened_at   BIGINT NOT NULL,
    resolved_at BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL,
    seq         INTEGER NOT NULL,
    agreements  TEXT NOT NULL,
    body        BLOB NOT NULL
);
CREATE INDEX incidents_opened ON incidents (opened_at, id);
CREATE INDEX incidents_open ON incidents (is_open);

CREATE TABLE incident_agreements (
    agreement TEXT NOT NULL,
    incident  TEXT NOT NULL REFERENCES incidents (id),
    PRIMARY KEY (agreement, incident)
) WITHOUT ROWID;

CREATE TABLE incident_events (
    incident  TEXT NOT NULL REFERENCES incidents (id),
    seq       INTEGER NOT NULL CHECK (seq > 0),
    kind      TEXT NOT NULL,
    at        BIGINT NOT NULL,
    effective BIGINT NOT NULL,
    author    TEXT NOT NULL,
    agreement TEXT NOT NULL,
    body      BLOB NOT NULL,
    PRIMARY KEY (incident, seq)
);

CREATE TABLE faults (
    id          TEXT PRIMARY KEY,
    agreement   TEXT NOT NULL,
    state       TEXT NOT NULL,
    reported_at BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL,
    token       TEXT NOT NULL,
    incident    TEXT NOT NULL,
    body        BLOB NOT NULL
);
CREATE INDEX faults_reported ON faults (reported_at, id);
CREATE INDEX faults_of ON faults (agreement, reported_at);
CREATE INDEX faults_by ON faults (token, reported_at);

CREATE TABLE fault_events (
    fault  TEXT NOT NULL REFERENCES faults (id),
    seq    INTEGER NOT NULL CHECK (seq > 0),
    at     BIGINT NOT NULL,
    author TEXT NOT NULL,
    kind   TEXT NOT NULL,
    note   TEXT NOT NULL,
    PRIMARY KEY (fault, seq)
);

CREATE TABLE fault_attachments (
    fault  TEXT NOT NULL REFERENCES faults (id),
    n      INTEGER NOT NULL CHECK (n > 0),
    name   TEXT NOT NULL,
    type   TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    data   BLOB NOT NULL,
    PRIMARY KEY (fault, n)
);

CREATE TABLE overrides (
    id         TEXT PRIMARY KEY,
    rotation   TEXT NOT NULL,
    person     TEXT NOT NULL,
    from_at    BIGINT NOT NULL,
    to_at      BIGINT NOT NULL,
    created_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    revoked_by TEXT NOT NULL,
    revoked_at BIGINT NOT NULL
);
CREATE INDEX overrides_of ON overrides (rotation, from_at);

CREATE TABLE service_reports (
    id          TEXT PRIMARY KEY,
    agreement   TEXT NOT NULL,
    label       TEXT NOT NULL,
    revision    INTEGER NOT NULL,
    state       TEXT NOT NULL,
    created_at  BIGINT NOT NULL,
    created_by  TEXT NOT NULL,
    updated_at  BIGINT NOT NULL,
    reviewed_at BIGINT NOT NULL,
    reviewed_by TEXT NOT NULL,
    issued_at   BIGINT NOT NULL,
    issued_by   TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    note        TEXT NOT NULL,
    model       BLOB NOT NULL,
    UNIQUE (agreement, label, revision)
);
-- One is worked on at a time.
CREATE UNIQUE INDEX service_reports_pending ON service_reports (agreement, label) WHERE state <> 'issued';

CREATE TABLE report_files (
    report TEXT NOT NULL REFERENCES service_reports (id),
    format TEXT NOT NULL,
    data   BLOB NOT NULL,
    PRIMARY KEY (report, format)
);

CREATE TABLE actions (
    id         TEXT PRIMARY KEY,
    agreement  TEXT NOT NULL,
    incident   TEXT NOT NULL,
    task       TEXT NOT NULL,
    owner      TEXT NOT NULL,
    due        TEXT NOT NULL,
    state      TEXT NOT NULL,
    note       TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    created_by TEXT NOT NULL,
    updated_at BIGINT NOT NULL,
    updated_by TEXT NOT NULL,
    closed_at  BIGINT NOT NULL
);
CREATE INDEX actions_of ON actions (agreement, due);

CREATE TABLE action_events (
    action TEXT NOT NULL REFERENCES actions (id),
    seq    INTEGER NOT NULL,
    at     BIGINT NOT NULL,
    author TEXT NOT NULL,
    task   TEXT NOT NULL,
    owner  TEXT NOT NULL,
    due    TEXT NOT NULL,
    state  TEXT NOT NULL,
    note   TEXT NOT NULL,
    PRIMARY KEY (action, seq)
);
