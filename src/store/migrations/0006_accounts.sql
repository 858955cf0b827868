-- What each session was started with: {path, version, home}; null for older ones.
ALTER TABLE session ADD COLUMN program TEXT;
