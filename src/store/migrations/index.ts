import init from "./0001_init.sql" with { type: "text" };
import review from "./0002_review.sql" with { type: "text" };
import usage from "./0003_usage.sql" with { type: "text" };
import landing from "./0004_landing.sql" with { type: "text" };
import worktreeSetup from "./0005_worktree_setup.sql" with { type: "text" };
import accounts from "./0006_accounts.sql" with { type: "text" };

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
  { number: 2, name: "review", sql: review },
  { number: 3, name: "usage", sql: usage },
  { number: 4, name: "landing", sql: landing },
  { number: 5, name: "worktree_setup", sql: worktreeSetup },
  { number: 6, name: "accounts", sql: accounts },
];
