import { isTest } from "./layers.ts";
import type { Source, Violation } from "./source.ts";

const FILE = 400;
const FUNCTION = 60;
const COMPONENT = 200;

/** Data may be long: SQL is not looked at, and a stylesheet of tokens is a table. */
const isExempt = (path: string): boolean => /(^|\/)tokens[^/]*\.css$/.test(path);

export interface Sized {
  readonly path: string;
  readonly lines: number;
}

export function checkFiles(files: readonly Sized[]): Violation[] {
  return files
    .filter(({ path, lines }) => lines > FILE && !isExempt(path))
    .map(({ path, lines }) => ({
      path,
      line: FILE + 1,
      rule: "sizes",
      message: `has ${lines} lines, ${FILE} are allowed`,
    }));
}

export function checkFunctions(sources: readonly Source[]): Violation[] {
  return sources
    .filter(({ path }) => !isTest(path))
    .flatMap(({ path, functions }) =>
      functions.flatMap(({ name, lines, line, isComponent }) => {
        const limit = isComponent ? COMPONENT : FUNCTION;
        const message = `${name} has ${lines} lines of code, ${limit} are allowed`;
        return lines > limit ? [{ path, line, rule: "sizes", message }] : [];
      }),
    );
}
