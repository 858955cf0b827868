-- Rank of creation: `n` orders rows the way they came, whatever the clock did (an id holds a time).
-- Long texts stand in tables of their own, so that lists and hot updates never touch their pages.

CREATE TABLE event (
  seq     INTEGER PRIMARY KEY AUTOINCREMENT,
  at      INTEGER NOT NULL,
  type    TEXT NOT NULL,
  task_id TEXT,
  run_id  TEXT,
  key     TEXT,
  cause   TEXT NOT NULL,
  -- 1 for the types every browser gets, 0 for transcript: the global stream has its own index.
  state   INTEGER NOT NULL CHECK (state IN (0, 1)),
  -- The blob the event's data points to, so that a purge finds it.
  blob_id TEXT,
  data    TEXT NOT NULL
) STRICT;
-- A key without a run belongs to its task: two agents may use the same key.
CREATE UNIQUE INDEX event_key ON event (ifnull(run_id, ifnull(task_id, '')), key)
  WHERE key IS NOT NULL;
CREATE INDEX event_task ON event (task_id, seq);
CREATE INDEX event_run ON event (run_id, seq);
CREATE INDEX event_state ON event (seq) WHERE state = 1;
CREATE INDEX event_blob ON event (blob_id) WHERE blob_id IS NOT NULL;

CREATE TABLE receipt (
  command_id TEXT PRIMARY KEY,
  digest     TEXT NOT NULL,
  status     INTEGER NOT NULL,
  answer     TEXT NOT NULL,
  at         INTEGER NOT NULL
) STRICT;

CREATE TABLE task (
  id            TEXT PRIMARY KEY,
  title         TEXT NOT NULL,
  preview       TEXT NOT NULL,
  column_name   TEXT NOT NULL,
  position      TEXT NOT NULL,
  agent         TEXT NOT NULL,
  agent_kind    TEXT NOT NULL,
  workdir       TEXT NOT NULL,
  common_dir    TEXT,
  prefix        TEXT NOT NULL,
  isolation     TEXT NOT NULL,
  base_ref      TEXT,
  base_sha      TEXT,
  branch        TEXT,
  worktree_path TEXT,
  mode          TEXT,
  model         TEXT,
  effort        TEXT,
  refs          TEXT NOT NULL,
  run_id        TEXT,
  unread        INTEGER NOT NULL,
  stats         TEXT,
  live          TEXT,
  archived_at   INTEGER,
  deleted_at    INTEGER,
  trash         TEXT,
  created_at    INTEGER NOT NULL,
  updated_at    INTEGER NOT NULL
) STRICT;
-- The two times make the counts a matter of the index alone.
CREATE INDEX task_board ON task (column_name, position, id, deleted_at, archived_at)
  WHERE deleted_at IS NULL AND archived_at IS NULL;
CREATE INDEX task_archive ON task (column_name, position, id, deleted_at, archived_at)
  WHERE deleted_at IS NULL AND archived_at IS NOT NULL;
CREATE INDEX task_rank ON task (column_name, position);
CREATE INDEX task_trash ON task (deleted_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX task_agent ON task (agent);
CREATE INDEX task_repo ON task (common_dir, base_sha) WHERE deleted_at IS NULL;

CREATE TABLE task_text (
  task_id TEXT PRIMARY KEY REFERENCES task (id),
  prompt  TEXT NOT NULL,
  -- Title and prompt in lower case when they hold letters that SQLite cannot fold, else null.
  folded  TEXT
) STRICT;

CREATE TABLE run (
  n           INTEGER PRIMARY KEY,
  id          TEXT NOT NULL UNIQUE,
  task_id     TEXT NOT NULL REFERENCES task (id),
  agent       TEXT NOT NULL,
  preview     TEXT NOT NULL,
  message_id  TEXT NOT NULL,
  session_id  TEXT,
  session_ref TEXT,
  phase       TEXT NOT NULL,
  phase_kind  TEXT NOT NULL,
  started_at  INTEGER,
  ended_at    INTEGER,
  exit_code   INTEGER,
  usage       TEXT,
  background  TEXT NOT NULL,
  created_at  INTEGER NOT NULL
) STRICT;
CREATE INDEX run_task ON run (task_id, n);
CREATE INDEX run_open ON run (n) WHERE phase_kind <> 'ended';

CREATE TABLE run_text (
  run_id TEXT PRIMARY KEY REFERENCES run (id),
  prompt TEXT NOT NULL
) STRICT;

CREATE TABLE session (
  n                INTEGER PRIMARY KEY,
  id               TEXT NOT NULL UNIQUE,
  task_id          TEXT NOT NULL REFERENCES task (id),
  harness_id       TEXT NOT NULL,
  kind             TEXT NOT NULL,
  state            TEXT NOT NULL CHECK (state IN ('opening', 'live', 'closed')),
  ref              TEXT,
  agent_session_id TEXT,
  token_hash       TEXT,
  settings         TEXT,
  created_at       INTEGER NOT NULL,
  closed_at        INTEGER
) STRICT;
CREATE INDEX session_task ON session (task_id, n);
CREATE INDEX session_open ON session (n) WHERE state <> 'closed';
CREATE UNIQUE INDEX session_token ON session (token_hash) WHERE token_hash IS NOT NULL;

CREATE TABLE cursor (
  session_id    TEXT NOT NULL REFERENCES session (id),
  stream        TEXT NOT NULL,
  generation    INTEGER NOT NULL,
  offset        INTEGER NOT NULL,
  decoder_state TEXT NOT NULL,
  PRIMARY KEY (session_id, stream)
) STRICT;

CREATE TABLE queued_message (
  id         TEXT PRIMARY KEY,
  task_id    TEXT NOT NULL REFERENCES task (id),
  text       TEXT NOT NULL,
  position   TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX queued_message_task ON queued_message (task_id, position, id);

CREATE TABLE interaction (
  n           INTEGER PRIMARY KEY,
  id          TEXT NOT NULL UNIQUE,
  task_id     TEXT NOT NULL REFERENCES task (id),
  run_id      TEXT NOT NULL REFERENCES run (id),
  session_id  TEXT NOT NULL,
  ref         TEXT NOT NULL,
  kind        TEXT NOT NULL,
  body        TEXT NOT NULL,
  answer      TEXT,
  state       TEXT NOT NULL CHECK (state IN ('open', 'answered', 'gone')),
  created_at  INTEGER NOT NULL,
  resolved_at INTEGER
) STRICT;
CREATE INDEX interaction_task ON interaction (task_id, state);
CREATE INDEX interaction_run ON interaction (run_id);
CREATE UNIQUE INDEX interaction_ref ON interaction (session_id, ref);
CREATE INDEX interaction_open ON interaction (n) WHERE state = 'open';

CREATE TABLE approval_rule (
  n          INTEGER PRIMARY KEY,
  id         TEXT NOT NULL UNIQUE,
  task_id    TEXT NOT NULL REFERENCES task (id),
  tool_name  TEXT NOT NULL,
  match      TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX approval_rule_task ON approval_rule (task_id, n);

CREATE TABLE project (
  path       TEXT PRIMARY KEY,
  name       TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE trust (
  path       TEXT PRIMARY KEY,
  hash       TEXT NOT NULL,
  files      TEXT NOT NULL,
  trusted_at INTEGER NOT NULL
) STRICT;

CREATE TABLE harness (
  id         TEXT PRIMARY KEY,
  kind       TEXT NOT NULL,
  label      TEXT NOT NULL,
  builtin    INTEGER NOT NULL,
  enabled    INTEGER NOT NULL,
  bin        TEXT,
  args       TEXT NOT NULL,
  home       TEXT,
  env        TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;

CREATE TABLE preference (
  key   TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT;

CREATE TABLE effect (
  id      TEXT PRIMARY KEY,
  task_id TEXT NOT NULL,
  run_id  TEXT,
  kind    TEXT NOT NULL,
  attempt INTEGER NOT NULL,
  state   TEXT NOT NULL CHECK (state IN ('started', 'done', 'failed')),
  at      INTEGER NOT NULL
) STRICT;
CREATE INDEX effect_open ON effect (at, id) WHERE state = 'started';
CREATE INDEX effect_task ON effect (task_id);

CREATE TABLE browser_token (
  id           TEXT PRIMARY KEY,
  hash         TEXT NOT NULL UNIQUE,
  label        TEXT NOT NULL,
  created_at   INTEGER NOT NULL,
  expires_at   INTEGER NOT NULL,
  last_used_at INTEGER
) STRICT;

CREATE TABLE attachment (
  id         TEXT PRIMARY KEY,
  task_id    TEXT,
  media_type TEXT NOT NULL,
  bytes      INTEGER NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX attachment_task ON attachment (task_id) WHERE task_id IS NOT NULL;

CREATE TABLE blob (
  id         TEXT PRIMARY KEY,
  bytes      BLOB NOT NULL,
  size       INTEGER NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;
