import { createHash } from "node:crypto";
import type { FileLines } from "../contract/changes.ts";
import { fault } from "../contract/fault.ts";
import { err, ok, type Result } from "../contract/result.ts";
import { limits, tooLarge, unchanged } from "./changes.ts";
import { fields, type Kit } from "./kit.ts";
import { entriesOf } from "./look.ts";
import { isInner, readInside } from "./read-inside.ts";
import { openSpan, type View } from "./span.ts";
import type { SideOfFile, Span } from "./types.ts";

/** As git does: a NUL among the first bytes makes a file binary. */
const binaryProbe = 8_000;
/** Lines that are sent at once. */
const mostLines = 10_000;

/** See `Git.fileBytes`. */
export function fileBytes(
  kit: Kit,
  span: Span,
  file: SideOfFile,
  signal: AbortSignal,
): Promise<Result<Buffer>> {
  return openSpan(kit, span, signal, (view) => bytesOf(view, file));
}

/** See `Git.fileLines`. */
export function fileLines(
  kit: Kit,
  span: Span,
  file: SideOfFile,
  { start, end }: { readonly start: number; readonly end: number },
  signal: AbortSignal,
): Promise<Result<FileLines>> {
  return openSpan(kit, span, signal, async (view) => {
    const found = await bytesOf(view, file);
    if (!found.ok) return found;
    if (found.value.subarray(0, binaryProbe).includes(0)) return err(noText(file.path));
    const bytes = isNow(view, file)
      ? await asStored(view, file.path, found.value)
      : ok(found.value);
    if (!bytes.ok) return bytes;
    const lines = bytes.value.toString("utf8").split("\n");
    if (lines.at(-1) === "") lines.pop();
    const last = Math.min(end, start + mostLines - 1);
    return ok({ start, lines: lines.slice(start - 1, last), total: lines.length });
  });
}

function isNow(view: View, { side }: SideOfFile): boolean {
  return side === "new" && view.to === null;
}

async function bytesOf(view: View, file: SideOfFile): Promise<Result<Buffer>> {
  if (!isInner(file.path)) return err(unchanged(file.path));
  if (isNow(view, file)) return worktreeBytes(view, file.path);
  const tree = file.side === "old" ? view.from : (view.to ?? view.from);
  const found = await storedBytes(view, tree, file.path);
  if (!found.ok || found.value !== null) return found as Result<Buffer>;
  const before = file.side === "old" ? await nameBefore(view, file.path) : ok(null);
  if (!before.ok) return before;
  const moved = before.value === null ? ok(null) : await storedBytes(view, tree, before.value);
  if (!moved.ok) return moved;
  return moved.value === null ? err(unchanged(file.path)) : ok(moved.value);
}

/** What a renamed file was called. */
async function nameBefore(view: View, path: string): Promise<Result<string | null>> {
  const seen = await entriesOf(view, { patches: false });
  if (!seen.ok) return seen;
  return ok(seen.value.entries.find((entry) => entry.path === path)?.oldPath ?? null);
}

/** A file as a commit has it; null when it has none of that name. */
async function storedBytes(view: View, tree: string, path: string): Promise<Result<Buffer | null>> {
  const listed = await view.git(["ls-tree", "-z", "--full-tree", tree, "--", path]);
  if (!listed.ok) return listed;
  const [row = ""] = fields(listed.value.stdout, "latin1");
  const match = /^\d+ (blob|commit) ([0-9a-f]+)\t/.exec(row);
  if (match === null) return ok(null);
  if (match[1] === "commit") return ok(Buffer.from(`Subproject commit ${match[2]}\n`));
  const output = await view.git(["cat-file", "blob", match[2] ?? ""], {
    maxBytes: limits.onePatchBytes,
    cutOff: true,
  });
  if (!output.ok) return output;
  return output.value.cut ? err(tooLarge(path)) : ok(output.value.stdout);
}

/** A file as it is now, if git sees it: what is ignored (keys, caches) is none of a review's business. */
async function worktreeBytes(view: View, path: string): Promise<Result<Buffer>> {
  const args = ["ls-files", "-z", "-c", "-o", "--exclude-standard", "--", path];
  const listed = await view.git(args);
  if (!listed.ok) return listed;
  const name = Buffer.from(path).toString("latin1");
  if (!fields(listed.value.stdout, "latin1").includes(name)) return err(unchanged(path));
  const found = await readInside(view.site.top, path, limits.onePatchBytes);
  if (found.kind === "too-large") return err(tooLarge(path));
  return found.kind === "bytes" ? ok(found.bytes) : err(unchanged(path));
}

/**
 * The lines a diff shows of a file with CRLF: git may take it in with LF, as attributes and settings
 * say. It is asked for the id it would give the content, which tells whether it does.
 */
async function asStored(view: View, path: string, bytes: Buffer): Promise<Result<Buffer>> {
  if (!bytes.includes("\r\n")) return ok(bytes);
  const args = ["hash-object", "--stdin", `--path=${path}`];
  const output = await view.git(args, { input: bytes });
  if (!output.ok) return output;
  const plain = Buffer.from(bytes.toString("latin1").replaceAll("\r\n", "\n"), "latin1");
  const wanted = output.value.stdout.toString("utf8").trim();
  return ok(wanted === blobId(plain, wanted.length) ? plain : bytes);
}

function blobId(bytes: Buffer, length: number): string {
  const hash = createHash(length === 64 ? "sha256" : "sha1");
  return hash.update(`blob ${bytes.length}\0`).update(bytes).digest("hex");
}

function noText(path: string) {
  return fault("unsupported_media_type", `${path} is not text, so it has no lines.`, null, {
    path,
  });
}
