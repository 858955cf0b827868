import { createHash } from "node:crypto";
import { realpath } from "node:fs/promises";
import { join } from "node:path";
import type { ResolvedHarness } from "../driver.ts";

/** Where one account of Claude Code keeps its things. */
export interface ClaudeHome {
  /** `~/.claude`, or `CLAUDE_CONFIG_DIR`. */
  readonly config: string;
  /** Its main settings file; beside `~/.claude`, but inside of `CLAUDE_CONFIG_DIR` (2.1.330). */
  readonly json: string;
}

/** The account's folder: the harness's home, else what its environment says, else `~/.claude`. */
export function claudeHome(
  harness: ResolvedHarness,
  base: Readonly<Record<string, string>>,
): ClaudeHome {
  const env = { ...base, ...harness.env };
  const moved = harness.home ?? env["CLAUDE_CONFIG_DIR"];
  if (moved) return { config: moved, json: join(moved, ".claude.json") };
  const home = env["HOME"] ?? "/";
  return { config: join(home, ".claude"), json: join(home, ".claude.json") };
}

/**
 * The id we give Claude's conversation. It follows from ours, so a start that is tried again after
 * a crash names the same conversation instead of opening a second one.
 */
export function conversationId(sessionId: string): string {
  const hex = createHash("sha256").update(`agetor:claude:${sessionId}`).digest("hex");
  const variant = ((Number.parseInt(hex.slice(16, 17), 16) & 0x3) | 0x8).toString(16);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join("-");
}

/** The name of the tmux session of one of ours. */
export function tmuxName(sessionId: string): string {
  return `a-${sessionId.toLowerCase()}`;
}

/** The real path where there is one: Claude keys its trust and its project folders by it. */
export async function realOr(path: string): Promise<string> {
  return realpath(path).catch(() => path);
}

/** The files of one session directory. */
export interface SessionFiles {
  readonly dir: string;
  /** Finished hook payloads, one file each. */
  readonly hooks: string;
  /** What Claude tells its status line, one file each. */
  readonly reports: string;
  /** Live text and wake-ups, appended by hooks; losing it loses nothing. */
  readonly live: string;
  readonly settings: string;
  readonly script: string;
  /** Messages too large for an argument or a paste. */
  readonly prompts: string;
  /** Where the reading of a resumed transcript begins, noted before the start. */
  readonly origin: string;
  /** What the permission hook and our MCP server run, and one file for each hook that waits. */
  readonly ask: string;
  readonly asks: string;
  readonly askUser: string;
  readonly mcp: string;
  /** Holds tools back while it is there; when the last one was let go on. */
  readonly typing: string;
  readonly released: string;
  /** Holds Claude at its next step while it is there. */
  readonly halt: string;
  /** The modes a tool may run in without a question, while another mode is wished for. */
  readonly modes: string;
}

export function sessionFiles(dir: string): SessionFiles {
  return {
    dir,
    hooks: join(dir, "hooks"),
    reports: join(dir, "reports"),
    live: join(dir, "live"),
    settings: join(dir, "settings.json"),
    script: join(dir, "run.sh"),
    prompts: join(dir, "prompts"),
    origin: join(dir, "origin.json"),
    ask: join(dir, "ask.sh"),
    asks: join(dir, "asks"),
    askUser: join(dir, "ask-user.sh"),
    mcp: join(dir, "mcp.json"),
    typing: join(dir, "typing"),
    released: join(dir, "released"),
    halt: join(dir, "halt"),
    modes: join(dir, "modes"),
  };
}
