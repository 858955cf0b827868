import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

/**
 * A digest over the names and contents of files and folders. A path that does not exist counts as
 * such, so that removing it changes the digest.
 * @param {string} base what the names are relative to
 * @param {readonly string[]} paths files and folders, relative to `base`
 * @param {(path: string) => boolean} keep
 * @returns {string} sha256 in hex
 */
export function digest(base, paths, keep = () => true) {
  const hash = createHash("sha256");
  for (const path of paths) {
    for (const file of filesUnder(join(base, path))) {
      const name = relative(base, file);
      if (!keep(name)) continue;
      const bytes = contents(file);
      hash.update(`${name}\0${bytes === null ? "absent" : bytes.length}\0`);
      if (bytes !== null) hash.update(bytes);
    }
  }
  return hash.digest("hex");
}

/** @param {string} path @returns {string[]} sorted */
function filesUnder(path) {
  try {
    return readdirSync(path, { withFileTypes: true })
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .flatMap((entry) => {
        const child = join(path, entry.name);
        return entry.isDirectory() ? filesUnder(child) : [child];
      });
  } catch (cause) {
    if (isCode(cause, "ENOTDIR") || isCode(cause, "ENOENT")) return [path];
    throw cause;
  }
}

/** @param {string} file */
function contents(file) {
  try {
    return readFileSync(file);
  } catch (cause) {
    if (isCode(cause, "ENOENT")) return null;
    throw cause;
  }
}

/** @param {unknown} cause @param {string} code */
export function isCode(cause, code) {
  return cause instanceof Error && "code" in cause && cause.code === code;
}

/**
 * Remembers in a file what a finished step was made from. A step that is cut off leaves no stamp
 * and so is done again.
 */
export class Stamp {
  /** @param {string} file */
  constructor(file) {
    this.file = file;
  }

  /** @param {string} value @returns {boolean} */
  matches(value) {
    return contents(this.file)?.toString() === value;
  }

  clear() {
    rmSync(this.file, { force: true });
  }

  /** @param {string} value */
  set(value) {
    mkdirSync(dirname(this.file), { recursive: true });
    const fresh = `${this.file}.${process.pid}`;
    writeFileSync(fresh, value);
    renameSync(fresh, this.file);
  }
}
