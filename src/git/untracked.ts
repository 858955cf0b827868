import { constants } from "node:fs";
import { lstat, open, readlink, realpath } from "node:fs/promises";
import { posix } from "node:path";
import type { ChangedFile } from "../contract/changes.ts";
import { isGenerated, kindOf } from "../domain/changed-file.ts";
import { absent, changeId, objectOfFile } from "./change-id.ts";
import { rawPath } from "./kit.ts";
import { quoteName } from "./patch.ts";

/** As git does: a NUL among the first bytes makes a file binary. */
const binaryProbe = 8_000;

export interface Described {
  readonly entry: ChangedFile;
  /** Size of the file. */
  readonly bytes: number;
}

/**
 * An untracked file, described as git would describe it once added. It is read here, not by git,
 * which would have to write an index for it; at most `maxBytes` of it. Null when it is gone. The
 * name comes as Latin-1: it need not be text.
 */
export async function describeUntracked(
  worktree: string,
  name: string,
  maxBytes: number,
): Promise<Described | null> {
  const path = Buffer.from(name, "latin1").toString("utf8");
  const idWith = (mode: string, object: string) => changeId(path, absent, { mode, object });
  const empty: ChangedFile = {
    path,
    oldPath: null,
    status: "untracked",
    additions: 0,
    deletions: 0,
    binary: false,
    kind: "text",
    oldMode: null,
    newMode: "100644",
    generated: isGenerated(path),
    id: idWith("100644", "folder"),
    patch: null,
    tooLarge: false,
  };
  // A repository inside: git names the folder and stops there.
  if (path.endsWith("/")) return { entry: empty, bytes: 0 };
  const full = rawPath(worktree, name);
  const found = (await isInside(worktree, rawPath(worktree, posix.dirname(name))))
    ? await lstat(full).catch(() => null)
    : null;
  if (found === null) return null;
  const bytes = found.size;
  if (found.isSymbolicLink()) {
    const target = await readlink(full).catch(() => "");
    const entry = {
      ...empty,
      kind: "symlink" as const,
      newMode: "120000",
      id: idWith("120000", await objectOfFile(worktree, path)),
      additions: 1,
      patch: newFilePatch(path, "120000", target),
    };
    return { entry, bytes };
  }
  const head = found.isFile() ? await readHead(full, maxBytes) : null;
  if (head === null) return null;
  const tooLarge = bytes > maxBytes;
  const mode = (found.mode & 0o100) === 0 ? "100644" : "100755";
  const binary = head.subarray(0, binaryProbe).includes(0);
  const id = idWith(mode, await objectOfFile(worktree, path));
  const seen = { ...empty, binary, newMode: mode, id };
  const known = { ...seen, kind: kindOf(seen), tooLarge };
  if (binary) return { entry: known, bytes };
  const text = head.toString("utf8");
  const patch = tooLarge ? null : newFilePatch(path, mode, text);
  return { entry: { ...known, additions: countLines(text), patch }, bytes };
}

/** A folder swapped for a link must not show what lies outside. */
async function isInside(worktree: string, folder: Buffer): Promise<boolean> {
  const resolve = (path: Buffer) => realpath(path, "latin1").catch(() => null);
  const [root, at] = await Promise.all([resolve(Buffer.from(worktree)), resolve(folder)]);
  return root !== null && at !== null && (at === root || at.startsWith(`${root}/`));
}

/** The first bytes of a regular file; never waits on a pipe, never follows a link. */
async function readHead(path: Buffer, maxBytes: number): Promise<Buffer | null> {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const file = await open(path, flags).catch(() => null);
  if (file === null) return null;
  try {
    const found = await file.stat();
    if (!found.isFile()) return null;
    const buffer = Buffer.alloc(Math.min(found.size, maxBytes));
    const { bytesRead } = await file.read(buffer, 0, buffer.length, 0);
    return buffer.subarray(0, bytesRead);
  } catch {
    return null;
  } finally {
    await file.close();
  }
}

function countLines(text: string): number {
  let count = 0;
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) count += 1;
  return text === "" || text.endsWith("\n") ? count : count + 1;
}

function newFilePatch(path: string, mode: string, text: string): string {
  const name = (side: string) => quoteName(`${side}/${path}`);
  const head = `diff --git ${name("a")} ${name("b")}\nnew file mode ${mode}\n`;
  if (text === "") return head;
  const count = countLines(text);
  const complete = text.endsWith("\n");
  const body = (complete ? text.slice(0, -1) : text).replaceAll("\n", "\n+");
  const range = count === 1 ? "+1" : `+1,${count}`;
  const end = complete ? "" : "\\ No newline at end of file\n";
  return `${head}--- /dev/null\n+++ ${name("b")}\n@@ -0,0 ${range} @@\n+${body}\n${end}`;
}
