import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { git, makeRepo } from "../support/repo.ts";

/** A repository of twenty thousand small files in two hundred folders. */
export function largeRepo(): string {
  const repo = makeRepo({ "README.md": "x" });
  for (let folder = 0; folder < 200; folder += 1) {
    mkdirSync(join(repo, `d${folder}`));
    for (let file = 0; file < 100; file += 1) {
      writeFileSync(join(repo, `d${folder}`, `f${file}.txt`), `${folder} ${file}\n`);
    }
  }
  git(repo, "add", "-A");
  git(repo, "commit", "-q", "-m", "twenty thousand files");
  return repo;
}
