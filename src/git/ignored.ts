import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ok, type Result } from "../contract/result.ts";
import { fields, inRepo, type Kit } from "./kit.ts";
import type { GitOutput } from "./runner.ts";
import { type ShadowEnv, withShadow } from "./shadow.ts";
import type { CopyRequest } from "./types.ts";

/** A checkout is walked once, dependencies and all. */
const timeoutMs = 120_000;
/** Bytes of names; past it the list is cut and says so. */
const maxNames = 16 * 1024 * 1024;

/** Names as Latin-1, a character a byte. */
export interface Ignored {
  readonly names: readonly string[];
  /** There were more than could be listed. */
  readonly cut: boolean;
}

/**
 * The files of a checkout that match the patterns and that git ignores. Those the task's base
 * commit tracks are not among them, whether they are checked out or not.
 */
export async function ignoredFiles(
  kit: Kit,
  request: CopyRequest,
  patterns: readonly string[],
): Promise<Result<Ignored>> {
  const { commonDir, mainRoot, baseSha } = request;
  const repo = { gitDir: commonDir, commonDir };
  const shadow = { repo, worktree: mainRoot, index: "copy" } as const;
  const found = await withShadow(kit, shadow, async (env, scratch) => {
    const file = join(scratch, "patterns");
    await writeFile(file, `${patterns.join("\n")}\n`);
    // Only our patterns: what the repository ignores is asked of those few in the second step.
    const listed = await look(kit, request, env, ["ls-files", "-z", "-o", "-i", "-X", file]);
    if (!listed.ok) return listed;
    const { cut } = listed.value;
    const names = fields(listed.value.stdout, "latin1").slice(0, cut ? -1 : undefined);
    if (names.length === 0) return ok({ names, cut });
    const asked = await checkIgnored(kit, request, env, names);
    return asked.ok ? ok({ names: asked.value, cut }) : asked;
  });
  if (!found.ok || found.value.names.length === 0) return found;
  const tracked = await inRepo(
    kit,
    commonDir,
    ["ls-tree", "-r", "-z", "--name-only", "--full-tree", baseSha],
    { maxBytes: 256 * 1024 * 1024 },
  );
  if (!tracked.ok) return tracked;
  const known = new Set(fields(tracked.value.stdout, "latin1"));
  return ok({ ...found.value, names: found.value.names.filter((name) => !known.has(name)) });
}

/** Which of the names git ignores, by the rules of the checkout. */
async function checkIgnored(
  kit: Kit,
  request: CopyRequest,
  env: ShadowEnv,
  names: readonly string[],
): Promise<Result<readonly string[]>> {
  // The command takes names literally, and refuses to be told so; `./` keeps a colon from counting.
  const literal = { ...env, GIT_LITERAL_PATHSPECS: "0" };
  const input = Buffer.from(names.map((name) => `./${name}\0`).join(""), "latin1");
  const asked = await look(kit, request, literal, ["check-ignore", "-z", "--stdin"], input);
  if (!asked.ok) return asked;
  return ok(fields(asked.value.stdout, "latin1").map((name) => name.slice(2)));
}

function look(
  kit: Kit,
  request: CopyRequest,
  env: ShadowEnv,
  args: readonly string[],
  input?: Uint8Array,
): Promise<Result<GitOutput>> {
  return kit.runner.run({
    args,
    cwd: request.mainRoot,
    env,
    signal: request.signal,
    timeoutMs,
    heavy: true,
    maxBytes: maxNames,
    cutOff: true,
    // 1 = none of them is ignored.
    codes: [0, 1],
    ...(input === undefined ? {} : { input }),
  });
}
