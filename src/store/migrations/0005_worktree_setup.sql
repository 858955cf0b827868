-- What a person configured for the new worktrees of a repository, by its common git directory.
CREATE TABLE project_setup (
  common_dir TEXT PRIMARY KEY,
  setup      TEXT NOT NULL,
  teardown   TEXT NOT NULL,
  copy       TEXT NOT NULL,
  ports      INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;

-- What a task's worktree has beside its files: its ports, and how far its set-up is.
CREATE TABLE worktree (
  task_id    TEXT PRIMARY KEY REFERENCES task (id),
  -- Which worktree this is about: one that was made anew has another mark.
  mark       TEXT NOT NULL,
  first_port INTEGER,
  ports      INTEGER NOT NULL,
  copied     INTEGER NOT NULL,
  attempts   INTEGER NOT NULL,
  setup      TEXT NOT NULL,
  teardown   TEXT NOT NULL
) STRICT;
CREATE INDEX worktree_ports ON worktree (first_port, ports) WHERE first_port IS NOT NULL;
