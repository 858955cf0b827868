import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import {
  chmod,
  copyFile,
  link,
  lstat,
  mkdir,
  readlink,
  realpath,
  rm,
  symlink,
} from "node:fs/promises";
import { join, posix } from "node:path";
import { ok, type Result } from "../contract/result.ts";
import { type Ignored, ignoredFiles } from "./ignored.ts";
import { worktreeInclude } from "./include.ts";
import { type Kit, rawPath } from "./kit.ts";
import type { Copied, CopyRequest } from "./types.ts";

/** What one worktree gets at most: secrets and settings, not whole caches. */
export const copyLimits = { files: 5_000, bytes: 512 * 1024 * 1024 };
/** How many of those that stay behind are named. */
const namedLeft = 50;

type Fate = { readonly copied: number } | { readonly there: true } | { readonly left: string };

/** See `Git.copyIgnored`. */
export async function copyIgnored(
  kit: Kit,
  request: CopyRequest,
  limits: typeof copyLimits = copyLimits,
): Promise<Result<Copied>> {
  const included = await worktreeInclude(kit, request.commonDir, request.baseSha);
  if (!included.ok) return included;
  const patterns = [...included.value, ...request.patterns];
  if (patterns.length === 0) return ok({ files: [], there: [], left: [], leftMore: 0 });
  const found = await ignoredFiles(kit, request, patterns);
  if (!found.ok) return found;
  // The name is one that a server sweeps away if this one is killed in between.
  const scratch = join(kit.dataDir, "tmp", `git-${process.pid}-${randomBytes(6).toString("hex")}`);
  await mkdir(scratch, { recursive: true, mode: 0o700 });
  try {
    return ok(await copyAll(new Copier(request, scratch), found.value, request.signal, limits));
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function copyAll(
  copier: Copier,
  { names, cut }: Ignored,
  signal: AbortSignal,
  limits: typeof copyLimits,
): Promise<Copied> {
  const files: string[] = [];
  const there: string[] = [];
  const left: { path: string; why: string }[] = [];
  let bytes = 0;
  for (const name of shallowFirst(names)) {
    if (signal.aborted) break;
    const path = Buffer.from(name, "latin1").toString("utf8");
    const room = { files: limits.files - files.length, bytes: limits.bytes - bytes };
    const fate = await copier.copy(name, room);
    if ("copied" in fate) {
      files.push(path);
      bytes += fate.copied;
    } else if ("left" in fate) left.push({ path, why: fate.left });
    else there.push(path);
  }
  if (cut) left.push({ path: "…", why: "more files match than can be listed" });
  const leftMore = Math.max(0, left.length - namedLeft);
  return { files, there, left: left.slice(0, namedLeft), leftMore };
}

/** What stands near the top is what people mean first; a folder full of files comes after it. */
function shallowFirst(names: readonly string[]): string[] {
  const depth = (name: string): number => name.split("/").length;
  return [...names].sort((a, b) => depth(a) - depth(b) || (a < b ? -1 : 1));
}

/** Copies single files from the checkout into the worktree, never through a link. */
class Copier {
  readonly #from: string;
  readonly #to: string;
  readonly #scratch: string;
  /** Folders by name: whether they are real ones on that side. */
  readonly #sources = new Map<string, Promise<boolean>>();
  readonly #targets = new Map<string, Promise<boolean>>();

  constructor({ mainRoot, worktree }: CopyRequest, scratch: string) {
    this.#from = mainRoot;
    this.#to = worktree;
    this.#scratch = scratch;
  }

  async copy(name: string, room: { files: number; bytes: number }): Promise<Fate> {
    if (name.split("/").some((part) => part.toLowerCase() === ".git")) {
      return { left: "git's own" };
    }
    // Git names a repository inside and stops there.
    if (name.endsWith("/")) return { left: "it is a repository of its own" };
    const folder = posix.dirname(name);
    if (!(await this.#source(folder))) return { left: "its folder is a link" };
    const from = rawPath(this.#from, name);
    const found = await lstat(from).catch(() => null);
    if (found === null) return { left: "it is gone" };
    if (!found.isFile() && !found.isSymbolicLink()) return { left: "it is not a file" };
    if ((await lstat(rawPath(this.#to, name)).catch(() => null)) !== null) return { there: true };
    if (room.files <= 0) return { left: "too many to copy" };
    if (found.isFile() && found.size > room.bytes) return { left: "too much to copy" };
    if (!(await this.#target(folder))) return { left: "something else is in its place" };
    try {
      return found.isFile()
        ? await this.#copyFile(from, name, { mode: found.mode & 0o777, ino: found.ino })
        : await this.#copyLink(from, name);
    } catch (error) {
      return failed(error);
    }
  }

  /** Whole or not at all: made aside, then given its name, which never takes another's place. */
  async #copyFile(
    from: Buffer,
    name: string,
    { mode, ino }: { readonly mode: number; readonly ino: number },
  ): Promise<Fate> {
    const aside = join(this.#scratch, "file");
    await rm(aside, { force: true });
    await copyFile(from, aside, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL);
    const after = await lstat(from);
    if (!after.isFile() || after.ino !== ino) return { left: "it changed meanwhile" };
    await chmod(aside, mode);
    await giveName(aside, rawPath(this.#to, name), mode);
    return { copied: after.size };
  }

  /** As a link, when what it names lies in the checkout and so has its like in the worktree. */
  async #copyLink(from: Buffer, name: string): Promise<Fate> {
    const target = await readlink(from, "latin1");
    const lexical = posix.normalize(posix.join(posix.dirname(name), target));
    const inside = !target.startsWith("/") && lexical !== ".." && !lexical.startsWith("../");
    const real = inside ? await realpath(from, "latin1").catch(() => null) : null;
    const root = Buffer.from(this.#from).toString("latin1");
    if (real === null || !real.startsWith(`${root}/`)) {
      return { left: "it is a link that leads out of the checkout" };
    }
    await symlink(Buffer.from(target, "latin1"), rawPath(this.#to, name));
    return { copied: 0 };
  }

  /** Whether a folder of the checkout is where its name says, without a link on the way. */
  #source(folder: string): Promise<boolean> {
    if (folder === ".") return Promise.resolve(true);
    const known = this.#sources.get(folder);
    if (known !== undefined) return known;
    const path = rawPath(this.#from, folder);
    const answer = realpath(path, "latin1").then(
      (real) => real === path.toString("latin1"),
      () => false,
    );
    this.#sources.set(folder, answer);
    return answer;
  }

  /** Whether a folder of the worktree is one, made when it is missing. */
  #target(folder: string): Promise<boolean> {
    if (folder === ".") return Promise.resolve(true);
    const known = this.#targets.get(folder);
    if (known !== undefined) return known;
    const answer = this.#makeTarget(folder);
    this.#targets.set(folder, answer);
    return answer;
  }

  async #makeTarget(folder: string): Promise<boolean> {
    if (!(await this.#target(posix.dirname(folder)))) return false;
    const path = rawPath(this.#to, folder);
    const found = await lstat(path).catch(() => null);
    if (found !== null) return found.isDirectory();
    const like = await lstat(rawPath(this.#from, folder)).catch(() => null);
    if (like === null) return false;
    await mkdir(path);
    // Beyond the reach of our own umask.
    await chmod(path, like.mode & 0o777);
    return true;
  }
}

/** A name by link fails where there is one already; not every file system has links. */
async function giveName(aside: string, to: Buffer, mode: number): Promise<void> {
  try {
    await link(aside, to);
  } catch (error) {
    if (codeOf(error) === "EEXIST") throw error;
    await copyFile(aside, to, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL);
    await chmod(to, mode);
  }
}

function failed(error: unknown): Fate {
  const code = codeOf(error);
  if (code === "EEXIST") return { there: true };
  if (code === "EACCES" || code === "EPERM") return { left: "it cannot be read" };
  // A full disk is a matter of the whole task, not of one file.
  if (code === "ENOSPC" || code === "EDQUOT") throw error;
  return { left: `it could not be copied (${code ?? String(error)})` };
}

function codeOf(error: unknown): string | null {
  return typeof error === "object" && error !== null && "code" in error ? String(error.code) : null;
}
