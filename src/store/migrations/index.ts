import init from "./0001_init.sql" with { type: "text" };
import worktreeSetup from "./0002_worktree_setup.sql" with { type: "text" };

/** One step of the schema. Once released its text never changes: the database keeps its checksum. */
export interface Migration {
  /** 1, 2, 3, … without a gap. */
  readonly number: number;
  readonly name: string;
  readonly sql: string;
}

/** Every step, in order. */
export const migrations: readonly Migration[] = [
  { number: 1, name: "init", sql: init },
  { number: 2, name: "worktree_setup", sql: worktreeSetup },
];
