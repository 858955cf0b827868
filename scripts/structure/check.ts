import { readFileSync } from "node:fs";
import { join } from "node:path/posix";
import { Glob } from "bun";
import { checkCycles } from "./cycles.ts";
import { checkLayers } from "./layers.ts";
import { checkMigrations } from "./migrations.ts";
import { checkFiles, checkFunctions } from "./sizes.ts";
import { lineCount, readSource, type Violation } from "./source.ts";

export interface Report {
  readonly files: number;
  readonly violations: readonly Violation[];
}

/** Holds a tree against the rules that no linter knows: layers, cycles, sizes, migrations. */
export function checkStructure(root: string): Report {
  const files = list(root, "{src,test,scripts}/**/*.{ts,tsx,mts,mjs,css,sh,sql}");
  const code = files.filter((path) => /\.(tsx?|mts|mjs)$/.test(path));
  const sources = code.map((path) => readSource(root, path));
  const sized = files
    .filter((path) => !path.endsWith(".sql"))
    .map((path) => ({ path, lines: lineCount(readFileSync(join(root, path), "utf8")) }));
  const unreadable = sources.flatMap(({ path, errors }) =>
    errors.map((message) => ({ path, line: 1, rule: "syntax", message })),
  );
  return {
    files: files.length,
    violations: [
      ...unreadable,
      ...checkLayers(sources),
      ...checkCycles(sources),
      ...checkFiles(sized),
      ...checkFunctions(sources),
      ...checkMigrations(root, files),
    ],
  };
}

function list(root: string, pattern: string): string[] {
  return [...new Glob(pattern).scanSync({ cwd: root })]
    .filter((path) => !/(^|\/)(fixtures|node_modules)\//.test(path))
    .toSorted();
}
