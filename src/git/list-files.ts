import { ok, type Result } from "../contract/result.ts";
import { asText, fields, type Kit } from "./kit.ts";

/** Above so many bytes of names the rest is not listed. */
const mostBytes = 32 * 1024 * 1024;

/**
 * The files git sees below a folder of a worktree, relative to it: tracked ones that are still there,
 * and untracked ones that are not ignored. What lies in a repository inside is not listed, only its
 * folder, with a slash at its end. Links are named, never followed; names that are no text are left
 * out.
 */
export async function listFiles(
  kit: Kit,
  folder: string,
  signal?: AbortSignal,
): Promise<Result<readonly string[]>> {
  const list = (...args: string[]) =>
    kit.runner.run({
      args: ["ls-files", "-z", ...args],
      cwd: folder,
      maxBytes: mostBytes,
      cutOff: true,
      signal,
    });
  const [tracked, gone, untracked] = await Promise.all([
    list("-s"),
    list("-d"),
    list("-o", "--exclude-standard"),
  ]);
  for (const output of [tracked, gone, untracked]) if (!output.ok) return output;
  if (!tracked.ok || !gone.ok || !untracked.ok) return ok([]);
  const missing = new Set(fields(gone.value.stdout, "latin1"));
  const kept = fields(tracked.value.stdout, "latin1").flatMap((line) => {
    const path = line.slice(line.indexOf("\t") + 1);
    if (missing.has(path)) return [];
    // 160000: a submodule, which is a folder.
    return [line.startsWith("160000 ") ? `${path}/` : path];
  });
  const all = [...new Set([...kept, ...fields(untracked.value.stdout, "latin1")])];
  return ok(all.flatMap((name) => asText(name) ?? []));
}
