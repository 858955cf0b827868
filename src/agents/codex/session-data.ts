import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ok, type Result } from "../../contract/result.ts";
import type { OpenRequest, SessionRef, TurnSettings } from "../driver.ts";
import { type Fields, list, number, text } from "./json.ts";
import { modeFor, type Wishes } from "./modes.ts";
import { type FileRules, fileRules, readRules } from "./permissions.ts";

/** What a later server needs to go on with a session; stored in `SessionRef.data`. */
export interface SessionData extends Wishes {
  readonly transport: "app-server" | "exec";
  /** The newest process of the session: its folder is `g<generation>`. */
  readonly generation: number;
  readonly bin: string;
  readonly args: readonly string[];
  /** Only for exec, which starts a process for every message; empty otherwise. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** What the agent may touch outside the worktree; unused in `bypass`. */
  readonly rules: FileRules;
  /** False for a Codex without permission profiles: then it cannot commit. */
  readonly profiles: boolean;
  /** The thread the session goes on with, or null for a new one. */
  readonly resume: string | null;
  /** Set before we end the process ourselves. */
  readonly closing: boolean;
}

export function dataOf(
  request: OpenRequest,
  more: Pick<SessionData, "transport" | "generation" | "mode" | "env" | "profiles">,
): SessionData {
  return {
    ...more,
    bin: request.bin,
    args: request.harness.args,
    cwd: request.workplace.cwd,
    rules: fileRules(request.workplace),
    model: request.model,
    effort: request.effort,
    resume: request.resume,
    closing: false,
  };
}

/** The stored data of a session, or null when it is not one of ours. */
export function readData(stored: Fields): SessionData | null {
  const generation = number(stored, "generation");
  const transport = text(stored, "transport");
  const cwd = text(stored, "cwd");
  const bin = text(stored, "bin");
  if (generation === null || cwd === null || bin === null) return null;
  if (transport !== "app-server" && transport !== "exec") return null;
  const env = stored["env"];
  const mode = typeof stored["mode"] === "string" ? modeFor(stored["mode"]) : null;
  return {
    transport,
    generation,
    bin,
    cwd,
    args: list(stored, "args").filter((it) => typeof it === "string"),
    env: typeof env === "object" && env !== null ? (env as Record<string, string>) : {},
    mode: mode?.ok === true ? mode.value : "auto",
    rules: readRules(stored["rules"]),
    profiles: stored["profiles"] === true,
    model: text(stored, "model"),
    effort: text(stored, "effort"),
    resume: text(stored, "resume"),
    closing: stored["closing"] === true,
  };
}

/** The data with what a message asks for. */
export function withSettings(data: SessionData, settings: TurnSettings): Result<SessionData> {
  const mode = modeFor(settings.mode);
  if (!mode.ok) return mode;
  const { model, effort } = settings;
  return ok({ ...data, mode: mode.value, model, effort });
}

export function withData(ref: SessionRef, data: SessionData): SessionRef {
  return { ...ref, data: { ...data } };
}

/** The number of the newest `g<N>` folder of a session; 0 when there is none. */
export function newestGeneration(sessionDir: string): number {
  if (!existsSync(sessionDir)) return 0;
  const numbers = readdirSync(sessionDir).map((name) => Number(/^g(\d+)$/.exec(name)?.[1] ?? 0));
  return Math.max(0, ...numbers);
}

export function generationDir(sessionDir: string, generation: number): string {
  return join(sessionDir, `g${generation}`);
}

const mark = "codex-session";

/** Says whose the folder is, for the sweep after a crash. */
export function markDirectory(sessionDir: string): void {
  writeFileSync(join(sessionDir, mark), "", { mode: 0o600 });
}

export function isMarked(sessionDir: string): boolean {
  return existsSync(join(sessionDir, mark));
}
