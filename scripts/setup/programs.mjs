import { accessSync, constants, statSync } from "node:fs";
import { basename, delimiter, dirname, join } from "node:path";

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

/**
 * How to run npm: the one that started us, else the one beside this Node, else the one on PATH.
 * @returns {[file: string, ...args: string[]]}
 */
export function npmCommand() {
  const starter = process.env["npm_execpath"];
  if (starter !== undefined && basename(starter) === "npm-cli.js")
    return [process.execPath, starter];
  const beside = join(dirname(process.execPath), "npm");
  return [isProgram(beside) ? beside : "npm"];
}
