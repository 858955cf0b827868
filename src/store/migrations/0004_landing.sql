-- What became of a task's work outside of its worktree: its pull request as last seen, and what it
-- would conflict with (null = not known).
ALTER TABLE task ADD COLUMN pull_request TEXT;
ALTER TABLE task ADD COLUMN conflicts TEXT;
CREATE INDEX task_placed ON task (id) WHERE worktree_path IS NOT NULL AND deleted_at IS NULL;
