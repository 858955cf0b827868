import { mkdir, readdir, writeFile } from "node:fs/promises";
import { dirname, isAbsolute, join, normalize } from "node:path";
import { fault } from "../contract/fault.ts";
import { err, ok, type Result } from "../contract/result.ts";
import type { Kit } from "./kit.ts";

const identity = [
  ...["-c", "user.name=Agetor", "-c", "user.email=agetor@localhost"],
  ...["-c", "author.name=Agetor", "-c", "author.email=agetor@localhost"],
  ...["-c", "committer.name=Agetor", "-c", "committer.email=agetor@localhost"],
];

/** See `Git.createSampleRepository`. */
export async function createSampleRepository(
  kit: Kit,
  path: string,
  files: Readonly<Record<string, string>>,
): Promise<Result<null>> {
  const names = Object.keys(files);
  if (!isAbsolute(path) || !names.every(isPlainName)) return err(badNames(path));
  await mkdir(path, { recursive: true });
  const env = { GIT_DIR: join(path, ".git"), GIT_WORK_TREE: path };
  const git = (args: readonly string[], codes = [0]) =>
    kit.runner.run({ args, cwd: path, env, codes });
  const made = await git(["rev-parse", "--verify", "--quiet", "HEAD^{commit}"], [0, 1, 128]);
  if (!made.ok) return made;
  if (made.value.code === 0) return ok(null);
  const tops = new Set([".git", ...names.map((name) => name.split("/")[0] ?? name)]);
  if ((await readdir(path)).some((name) => !tops.has(name))) return err(occupied(path));
  for (const name of names) {
    await mkdir(dirname(join(path, name)), { recursive: true });
    await writeFile(join(path, name), files[name] ?? "");
  }
  const steps = [
    ["init", "--quiet", "--template=", "--initial-branch=main"],
    ["add", "--force", "--", ...names],
    [...identity, "commit", "--quiet", "--no-verify", "--allow-empty", "-m", "A first version"],
  ];
  for (const args of steps) {
    const done = await git(args);
    if (!done.ok) return done;
  }
  return ok(null);
}

function isPlainName(name: string): boolean {
  const plain =
    name !== "" && !isAbsolute(name) && normalize(name) === name && !name.includes("\0");
  return plain && !name.split("/").some((part) => part === ".." || part.toLowerCase() === ".git");
}

function badNames(path: string) {
  return fault("invalid_request", "The sample's files must lie inside its folder.", null, { path });
}

function occupied(path: string) {
  return fault(
    "already_exists",
    `${path} holds other files already.`,
    "Move them away, or choose another folder.",
    { path },
  );
}
