-- When each text of an agreement was put in force: a text may come back.
CREATE TABLE loads (
    agreement TEXT NOT NULL,
    loaded_at BIGINT NOT NULL,
    revision  TEXT NOT NULL,
    PRIMARY KEY (agreement, loaded_at)
) WITHOUT ROWID;

INSERT INTO loads (agreement, loaded_at, revision)
    SELECT id, saved_at, max(revision) FROM agreements GROUP BY id, saved_at;
