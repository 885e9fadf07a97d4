-- Where results lie that came after their time, and when they came: what a
-- statement as of an earlier instant leaves out.
CREATE TABLE late (
    shard       INTEGER NOT NULL,
    check_id    TEXT NOT NULL,
    agent       TEXT NOT NULL,
    received_at BIGINT NOT NULL,
    from_at     BIGINT NOT NULL,
    to_at       BIGINT NOT NULL,
    PRIMARY KEY (shard, check_id, agent, received_at, from_at)
) WITHOUT ROWID;
