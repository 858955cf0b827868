import { afterEach, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { checkStructure } from "./check.ts";

const roots: string[] = [];

afterEach(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true, force: true });
});

function tree(files: Record<string, string>): string {
  const root = mkdtempSync(join(tmpdir(), "agetor-structure-"));
  roots.push(root);
  for (const [path, code] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), code);
  }
  return root;
}

/** What the checks say about a tree, as `path rule: message`. */
const findings = (files: Record<string, string>): string[] =>
  checkStructure(tree(files)).violations.map(
    ({ path, rule, message }) => `${path} ${rule}: ${message}`,
  );

const empty = "export {};\n";
const lines = (count: number): string => "f();\n".repeat(count);

test("a tree within the law has no violations", () => {
  expect(
    findings({
      "src/contract/task.ts": 'import { z } from "zod";\nexport const T = z.string();\n',
      "src/domain/fold.ts": 'import type { T } from "../contract/task.ts";\nexport type F = T;\n',
      "src/store/open.ts": 'import { Database } from "bun:sqlite";\nimport "../domain/fold.ts";\n',
      "src/store/open.test.ts": 'import "../engine/run.ts";\nimport { test } from "bun:test";\n',
      "src/agents/driver.ts": 'import "../host/tail.ts";\n',
      "src/agents/claude/launch.ts": 'import type { D } from "../driver.ts";\n',
      "src/host/tail.ts": "setTimeout(() => Date.now(), 1);\n",
      "src/engine/run.ts": 'import "../store/open.ts";\nimport "../agents/driver.ts";\n',
      "src/web/board/card.tsx":
        'import type { T } from "../../contract/task.ts";\nimport { F } from "../../domain/fold.ts";\nimport "./card.css";\n',
      "src/main.ts": 'import "./engine/run.ts";\n',
    }),
  ).toEqual([]);
});

test.each([
  ["src/domain/a.ts", "../store/b.ts", "domain may not know store"],
  ["src/contract/a.ts", "../domain/b.ts", "contract may not know domain"],
  ["src/store/a.ts", "../git/b.ts", "store may not know git"],
  ["src/git/a.ts", "../host/b.ts", "git may not know host"],
  ["src/host/a.ts", "../agents/b.ts", "host may not know agents"],
  ["src/agents/a.ts", "../engine/b.ts", "agents may not know engine"],
  ["src/http/routes/a.ts", "../../store/b.ts", "http may not know store"],
  ["src/cli/a.ts", "../engine/b.ts", "cli may not know engine"],
  ["src/web/a.ts", "../engine/b.ts", "web may not know engine"],
  ["src/agents/claude/a.ts", "../codex/b.ts", "the agent claude may not know the agent codex"],
])("%s may not import %s", (path, specifier, message) => {
  const target = join(dirname(path), specifier);
  const written = [
    `import { x } from "${specifier}";`,
    `import type { X } from "${specifier}";`,
    `export * from "${specifier}";`,
    `export type { X } from "${specifier}";`,
    `export const x = () => import("${specifier}");`,
    `export type X = import("${specifier}").X;`,
  ];
  for (const code of written) {
    expect(findings({ [path]: `${code}\n`, [target]: empty })).toEqual([
      `${path} layers: ${specifier} is forbidden: ${message}`,
    ]);
  }
});

test("nothing imports main.ts, not even a test", () => {
  const found = findings({
    "src/main.ts": empty,
    "src/cli/a.ts": 'import "../main.ts";\n',
    "src/cli/a.test.ts": 'import "../main.ts";\n',
    "test/e2e/b.test.ts": 'import "../../src/main.ts";\n',
  });
  expect(found).toHaveLength(3);
  expect(found.every((it) => it.includes("composition root"))).toBe(true);
});

test("product code imports neither tests nor what lies outside src", () => {
  expect(
    findings({
      "src/git/a.ts": 'import "./testing/repo.ts";\nimport "../../scripts/b.ts";\n',
      "src/git/testing/repo.ts": empty,
      "scripts/b.ts": empty,
    }),
  ).toEqual([
    "src/git/a.ts layers: ./testing/repo.ts is test code",
    "src/git/a.ts layers: ../../scripts/b.ts lies outside the layers",
  ]);
});

test("a folder that is no layer is refused", () => {
  expect(findings({ "src/utils/a.ts": empty, "src/loose.ts": empty })).toHaveLength(2);
});

test("contract knows only zod; domain and web know neither zod nor Bun", () => {
  expect(
    findings({
      "src/contract/a.ts": 'import "ulid";\n',
      "src/domain/b.ts": 'import { z } from "zod";\nimport "node:fs";\n',
      "src/web/c.ts": 'import { $ } from "bun";\n',
    }),
  ).toHaveLength(4);
});

test("the board takes types from the contract, never values", () => {
  const contract = { "src/contract/task.ts": empty };
  const path = "src/web/a.ts";
  const specifier = "../contract/task.ts";
  expect(findings({ ...contract, [path]: `import { T } from "${specifier}";\n` })).toEqual([
    `${path} layers: ${specifier} must be \`import type\`: the board ships no schemas`,
  ]);
  expect(findings({ ...contract, [path]: `import { type T } from "${specifier}";\n` })).toEqual([]);
});

test.each(["Date.now()", "Math.random()", "new Date()", "process.env", "Bun.hash(1)"])(
  "domain may not use %s",
  (code) => {
    expect(findings({ "src/domain/a.ts": `export const x = () => ${code};\n` })).toHaveLength(1);
    expect(findings({ "src/domain/a.test.ts": `export const x = ${code};\n` })).toEqual([]);
  },
);

test("a date made from a given time is pure, and so is a field called process", () => {
  const code = "export const x = (t: number, o: any) => [new Date(t), o.process, { fetch: 1 }];\n";
  expect(findings({ "src/domain/a.ts": code })).toEqual([]);
});

test("an import without its extension or without its file is a violation", () => {
  const found = findings({
    "src/git/a.ts": 'import "./b";\nimport "./c.ts";\n',
    "src/git/b.ts": empty,
  });
  expect(found).toHaveLength(2);
});

test("a cycle is found, also when it goes over types only", () => {
  expect(
    findings({
      "src/git/a.ts": 'import type { B } from "./b.ts";\nexport type A = B;\n',
      "src/git/b.ts": 'import { c } from "./c.ts";\nexport type B = typeof c;\n',
      "src/git/c.ts": 'export type C = import("./a.ts").A;\nexport const c = 1;\n',
      "src/git/d.ts": 'import "./a.ts";\n',
    }),
  ).toEqual(["src/git/a.ts cycles: imports itself by way of src/git/b.ts, src/git/c.ts"]);
});

test("files have at most 400 lines; fixtures, SQL and token sheets may have more", () => {
  expect(
    findings({
      "src/git/at-limit.ts": lines(400),
      "src/git/over.ts": lines(401),
      "test/e2e/over.test.ts": lines(401),
      "src/web/over.css": "a {}\n".repeat(401),
      "src/web/tokens.css": "a {}\n".repeat(401),
      "src/git/fixtures/big.ts": lines(401),
      "src/store/migrations/0001_init.sql": "--\n".repeat(401),
    }),
  ).toEqual([
    "src/git/over.ts sizes: has 401 lines, 400 are allowed",
    "src/web/over.css sizes: has 401 lines, 400 are allowed",
    "test/e2e/over.test.ts sizes: has 401 lines, 400 are allowed",
  ]);
});

test("functions have at most 60 lines of code, components 200, tests any number", () => {
  const body = (count: number): string => `{\n${lines(count)}\n// why\n\n/* and\nwhy */\n}\n`;
  expect(
    findings({
      "src/git/a.ts": `export function fits() ${body(58)}export const over = () => ${body(59)}`,
      "src/git/a.test.ts": `test("x", () => ${body(100)});\n`,
      "src/web/card.tsx": `export const Card = memo(() => ${body(198)});\nfunction hook() ${body(59)}`,
      "src/web/list.tsx": `export function List() ${body(199)}`,
    }),
  ).toEqual([
    "src/git/a.ts sizes: over has 61 lines of code, 60 are allowed",
    "src/web/card.tsx sizes: hook has 61 lines of code, 60 are allowed",
    "src/web/list.tsx sizes: List has 201 lines of code, 200 are allowed",
  ]);
});

test("migrations are numbered without repetition or gap", () => {
  const folder = "src/store/migrations";
  expect(
    findings({
      [`${folder}/0001_init.sql`]: "",
      [`${folder}/0002_a.sql`]: "",
      [`${folder}/0002_b.sql`]: "",
      [`${folder}/0005_c.sql`]: "",
      [`${folder}/next.sql`]: "",
    }),
  ).toEqual([
    `${folder}/0002_b.sql migrations: should have the number 3`,
    `${folder}/0005_c.sql migrations: should have the number 3`,
    `${folder}/next.sql migrations: is not named 0001_what_it_does.sql`,
  ]);
});

test("a migration that a release carried out may not change or go", () => {
  const folder = "src/store/migrations";
  const files = { [`${folder}/0001_a.sql`]: "a", [`${folder}/0002_b.sql`]: "b" };
  const root = tree(files);
  const git = (...args: string[]) =>
    Bun.spawnSync(["git", "-c", "user.name=t", "-c", "user.email=t@t", ...args], { cwd: root });
  git("init", "-q");
  git("add", "-A");
  git("commit", "-q", "-m", "release");
  git("tag", "v1.0.0");
  expect(checkStructure(root).violations).toEqual([]);
  writeFileSync(join(root, `${folder}/0001_a.sql`), "changed");
  rmSync(join(root, `${folder}/0002_b.sql`));
  expect(checkStructure(root).violations.map(({ message }) => message)).toEqual([
    "differs from v1.0.0: add a new migration instead",
    "is gone, but v1.0.0 has it",
  ]);
});

test("a file that cannot be parsed is a violation, not silence", () => {
  expect(findings({ "src/git/a.ts": "import {\n" })).not.toEqual([]);
});
