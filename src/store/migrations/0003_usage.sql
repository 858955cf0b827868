-- What each run used. It outlives the task, so that a day's sum does not shrink when one is deleted.
CREATE TABLE run_usage (
  run_id      TEXT PRIMARY KEY,
  task_id     TEXT NOT NULL,
  harness_id  TEXT NOT NULL,
  at          INTEGER NOT NULL,
  input       REAL NOT NULL,
  output      REAL NOT NULL,
  cache_read  REAL NOT NULL,
  cache_write REAL NOT NULL,
  cost        REAL
) STRICT;
CREATE INDEX run_usage_at ON run_usage (at);

INSERT INTO run_usage
SELECT
  id, task_id, agent, ifnull(started_at, created_at),
  ifnull(json_extract(usage, '$.inputTokens'), 0),
  ifnull(json_extract(usage, '$.outputTokens'), 0),
  ifnull(json_extract(usage, '$.cacheReadTokens'), 0),
  ifnull(json_extract(usage, '$.cacheWriteTokens'), 0),
  json_extract(usage, '$.costUsd')
FROM run WHERE usage IS NOT NULL;

-- What each account last said of its limits.
CREATE TABLE account_limit (
  harness_id TEXT PRIMARY KEY,
  at         INTEGER NOT NULL,
  limits     TEXT NOT NULL
) STRICT;
