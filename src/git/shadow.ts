import { randomBytes } from "node:crypto";
import { mkdir, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ok, type Result } from "../contract/result.ts";
import { layIndex, type ShadowIndex } from "./index-cache.ts";
import { fields, inRepo, type Kit, noSuchThing } from "./kit.ts";
import { isAlive } from "./process.ts";

/**
 * Every command that reads or writes the files of a worktree runs in a *shadow*: a git directory of
 * our own, made for the one call, which borrows the repository's objects and the worktree's index
 * but not its configuration. Filters, hooks, includes, drivers, fsmonitor and whatever git will
 * learn to run tomorrow are not switched off one by one; they are not there (trust.md V5, GIT-01).
 * The settings that change how bytes land on disk come along by name.
 */

/** The real git directories a shadow stands in for. */
export interface Repo {
  /** Of the worktree: its index and its sparse patterns. */
  readonly gitDir: string;
  readonly commonDir: string;
}

export interface ShadowOptions {
  readonly repo: Repo;
  /** The folder the files are in. */
  readonly worktree: string;
  /** A throwaway copy of the worktree's index, or a throwaway one without entries. */
  readonly index: "copy" | "empty";
}

/** The environment of a git command inside a shadow. */
export type ShadowEnv = Readonly<Record<string, string>>;

const carried =
  "^(core\\.(filemode|symlinks|ignorecase|precomposeunicode|autocrlf|eol|longpaths|sharedrepository|" +
  "sparsecheckout|sparsecheckoutcone|trustctime|checkstat)|index\\.sparse|extensions\\.objectformat)$";

/** Last, so that it wins over everything before and over every `.gitattributes`. */
const noFilters = "* -filter\n";

/** Makes a shadow for as long as `use` runs. */
export async function withShadow<T>(
  kit: Kit,
  options: ShadowOptions,
  use: (env: ShadowEnv, scratch: string, index: ShadowIndex | null) => Promise<Result<T>>,
): Promise<Result<T>> {
  const settings = await carriedSettings(kit, options.repo);
  if (!settings.ok) return settings;
  const dir = join(kit.dataDir, "tmp", `git-${process.pid}-${randomBytes(6).toString("hex")}`);
  try {
    const index = await build(kit, dir, options, settings.value);
    return await use(
      {
        GIT_DIR: dir,
        GIT_WORK_TREE: options.worktree,
        GIT_OBJECT_DIRECTORY: join(options.repo.commonDir, "objects"),
        GIT_INDEX_FILE: join(dir, "index"),
        // Nobody else has this index.
        GIT_OPTIONAL_LOCKS: "1",
      },
      dir,
      index,
    );
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

async function build(
  kit: Kit,
  dir: string,
  options: ShadowOptions,
  settings: Settings,
): Promise<ShadowIndex | null> {
  const { gitDir, commonDir } = options.repo;
  for (const name of ["objects", "refs", "info"]) {
    await mkdir(join(dir, name), { recursive: true, mode: 0o700 });
  }
  const [attributes, exclude, sparse, shallow] = await Promise.all([
    readIfThere(join(commonDir, "info", "attributes")),
    readIfThere(join(commonDir, "info", "exclude")),
    readIfThere(join(gitDir, "info", "sparse-checkout")),
    readIfThere(join(commonDir, "shallow")),
  ]);
  await Promise.all([
    writeFile(join(dir, "HEAD"), "ref: refs/heads/none\n"),
    writeFile(join(dir, "config"), configText(settings)),
    writeFile(join(dir, "info", "attributes"), `${attributes ?? ""}\n${noFilters}`, "latin1"),
    writeFile(join(dir, "info", "exclude"), exclude ?? "", "latin1"),
    sparse === null ? null : writeFile(join(dir, "info", "sparse-checkout"), sparse, "latin1"),
    // Where the history of a shallow clone ends.
    shallow === null ? null : writeFile(join(dir, "shallow"), shallow, "latin1"),
  ]);
  if (options.index === "empty") return null;
  for (const name of await readdir(gitDir)) {
    if (name.startsWith("sharedindex.")) await symlink(join(gitDir, name), join(dir, name));
  }
  return layIndex(kit, gitDir, join(dir, "index"));
}

/** A text file of at most 1 MiB, its bytes as Latin-1; a pipe or a device is none. */
async function readIfThere(path: string): Promise<string | null> {
  const found = await stat(path).catch(() => null);
  if (!found?.isFile() || found.size > 1024 * 1024) return null;
  return readFile(path, "latin1").catch(() => null);
}

type Settings = readonly (readonly [key: string, value: string])[];

/** By git directory, as long as the configuration files are the same. */
const known = new WeakMap<Kit, Map<string, { stamp: string; settings: Settings }>>();

async function carriedSettings(kit: Kit, repo: Repo): Promise<Result<Settings>> {
  const cache = known.get(kit) ?? new Map<string, { stamp: string; settings: Settings }>();
  known.set(kit, cache);
  const stamp = await stampOf(repo);
  const cached = cache.get(repo.gitDir);
  if (cached?.stamp === stamp) return ok(cached.settings);
  const args = ["config", "-z", "--show-scope", "--get-regexp", carried];
  const output = await inRepo(kit, repo.gitDir, args, { codes: noSuchThing });
  if (!output.ok) return output;
  const settings = parseSettings(fields(output.value.stdout));
  cache.set(repo.gitDir, { stamp, settings });
  return ok(settings);
}

async function stampOf({ gitDir, commonDir }: Repo): Promise<string> {
  const files = [join(commonDir, "config"), join(gitDir, "config.worktree")];
  const stats = await Promise.all(files.map((file) => stat(file).catch(() => null)));
  return stats.map((s) => (s === null ? "-" : `${s.ino}:${s.size}:${s.mtimeMs}`)).join(" ");
}

/** `scope NUL key LF value NUL …`; the person's own settings are read by git itself. */
function parseSettings(parts: readonly string[]): Settings {
  const settings: [string, string][] = [];
  for (let at = 0; at + 1 < parts.length; at += 2) {
    if (parts[at] !== "local" && parts[at] !== "worktree") continue;
    const [key = "", ...value] = (parts[at + 1] ?? "").split("\n");
    settings.push([key, value.length === 0 ? "true" : value.join("\n")]);
  }
  return settings;
}

function configText(settings: Settings): string {
  const sha256 = settings.some(
    ([key, value]) => key === "extensions.objectformat" && value !== "sha1",
  );
  const rows = [
    ["core.repositoryformatversion", sha256 ? "1" : "0"] as const,
    ["core.bare", "false"] as const,
    ...settings.filter(([key]) => sha256 || key !== "extensions.objectformat"),
  ];
  return rows
    .map(([key, value]) => {
      const dot = key.indexOf(".");
      const quoted = value.replace(/[\\"]/g, "\\$&").replaceAll("\n", "\\n");
      return `[${key.slice(0, dot)}]\n\t${key.slice(dot + 1)} = "${quoted}"\n`;
    })
    .join("");
}

/** Removes what a process that was killed has left behind. */
export async function sweepShadows(dataDir: string): Promise<void> {
  const parent = join(dataDir, "tmp");
  for (const name of await readdir(parent).catch(() => [])) {
    const pid = /^git-(\d+)-/.exec(name)?.[1];
    if (pid === undefined || isAlive(Number(pid))) continue;
    await rm(join(parent, name), { recursive: true, force: true });
  }
}
