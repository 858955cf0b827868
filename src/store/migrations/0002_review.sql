-- What a person said about a task's changes, and which files they have looked at.

CREATE TABLE review_comment (
  n            INTEGER PRIMARY KEY,
  id           TEXT NOT NULL UNIQUE,
  task_id      TEXT NOT NULL REFERENCES task (id),
  path         TEXT,
  range        TEXT,
  quote        TEXT NOT NULL,
  body         TEXT NOT NULL,
  -- The lines with their neighbours, by which they are found again; null where they never were.
  anchor       TEXT,
  -- The message that carried it to the agent; null while it is a draft.
  message_id   TEXT,
  addressed_in TEXT,
  -- 1 settled by the person, 0 reopened, null neither.
  settled      INTEGER,
  created_at   INTEGER NOT NULL,
  updated_at   INTEGER NOT NULL,
  sent_at      INTEGER
) STRICT;
CREATE INDEX review_comment_task ON review_comment (task_id, n);

CREATE TABLE viewed_file (
  task_id TEXT NOT NULL REFERENCES task (id),
  path    TEXT NOT NULL,
  -- Names the content that was seen: with another content the mark no longer counts.
  content TEXT NOT NULL,
  at      INTEGER NOT NULL,
  PRIMARY KEY (task_id, path)
) STRICT;

CREATE INDEX run_message ON run (message_id);
