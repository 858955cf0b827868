import { afterAll, beforeAll, expect, test } from "bun:test";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** The linters' own configuration files over a tree of bad code: each rule must really fire. */
const repository = join(import.meta.dir, "..");
let root = "";

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "agetor-lint-"));
  for (const file of ["biome.json", ".oxlintrc.json", ".gitignore", "tsconfig.base.json"]) {
    copyFileSync(join(repository, file), join(root, file));
  }
  symlinkSync(join(repository, "node_modules"), join(root, "node_modules"));
  const config = { extends: "./tsconfig.base.json", compilerOptions: { types: ["bun"] } };
  writeFileSync(join(root, "tsconfig.json"), JSON.stringify(config));
});

afterAll(() => rmSync(root, { recursive: true, force: true }));

function lint(linter: readonly [string, ...string[]], path: string, code: string) {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), code);
  const [program, ...args] = linter;
  const { exitCode, stdout, stderr } = Bun.spawnSync(
    [join(root, "node_modules/.bin", program), ...args, path],
    { cwd: root },
  );
  return { exitCode, output: `${stdout}${stderr}` };
}

const work = "async function work(): Promise<number> {\n  return 1;\n}\n";

test.each([
  ["no-floating-promises", `${work}work();\n`],
  ["no-floating-promises", `${work}void work();\n`],
  ["no-floating-promises", `${work}const o = { work };\no.work();\nexport {};\n`],
  ["no-misused-promises", `${work}[1].forEach(async () => {\n  await work();\n});\n`],
  ["no-misused-promises", `${work}if (work()) process.exit();\n`],
  ["await-thenable", "export const x = await 1;\n"],
  [
    "switch-exhaustiveness-check",
    'export function f(x: "a" | "b"): number {\n  switch (x) {\n    case "a":\n      return 1;\n  }\n  return 2;\n}\n',
  ],
])("oxlint refuses %s", (rule, code) => {
  const { exitCode, output } = lint(["oxlint", "--type-aware"], "src/git/a.ts", code);
  expect(output).toContain(rule);
  expect(exitCode).not.toBe(0);
});

test("oxlint lets a promise pass that is waited for", () => {
  const { exitCode } = lint(["oxlint", "--type-aware"], "src/git/a.ts", `${work}await work();\n`);
  expect(exitCode).toBe(0);
});

test.each([
  ["noExplicitAny", "src/git/a.ts", "export const x: any = 1;\n"],
  ["noNonNullAssertion", "src/git/a.ts", "export const f = (x: string | null) => x!.length;\n"],
  ["noUnusedImports", "src/git/a.ts", 'import { a } from "./b.ts";\n'],
  ["noUnusedVariables", "src/git/a.ts", "const a = 1;\n"],
  ["noConsole", "src/git/a.ts", 'console.log("x");\n'],
  [
    "noDangerouslySetInnerHtml",
    "src/web/a.tsx",
    "export const A = () => <p dangerouslySetInnerHTML={{ __html: location.hash }} />;\n",
  ],
  [
    "useExhaustiveDependencies",
    "src/web/a.tsx",
    'import { useEffect } from "react";\nexport function A({ x }: { x: () => void }) {\n  useEffect(() => x(), []);\n  return null;\n}\n',
  ],
])("Biome refuses %s", (rule, path, code) => {
  const { exitCode, output } = lint(["biome", "lint", "--error-on-warnings"], path, code);
  expect(output).toContain(rule);
  expect(exitCode).not.toBe(0);
});

test.each([
  ["src/main.ts", 'console.log("x");\n'],
  ["src/cli/a.ts", 'console.log("x");\n'],
  ["src/git/a.test.ts", "export const f = (x: string | null) => x!.length as any;\n"],
])("Biome lets %s do what only it may", (path, code) => {
  const { output } = lint(["biome", "lint", "--error-on-warnings"], path, code);
  expect(output).not.toMatch(/noConsole|noExplicitAny|noNonNullAssertion/);
});
