import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";

/**
 * The first of these programs that PATH has, as a full path.
 * @param {readonly string[]} names
 * @param {string} path
 * @returns {string | null}
 */
export function which(names, path = process.env["PATH"] ?? "") {
  for (const name of names) {
    for (const dir of path.split(delimiter)) {
      if (dir !== "" && isProgram(join(dir, name))) return join(dir, name);
    }
  }
  return null;
}

/** @param {string} file */
export function isProgram(file) {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
