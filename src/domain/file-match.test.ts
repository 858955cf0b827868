import { expect, test } from "bun:test";
import { indexFiles, matchFiles } from "./file-match.ts";

const index = indexFiles([
  "README.md",
  "package.json",
  "src/main.ts",
  "src/engine/harness-config.ts",
  "src/engine/harnesses.ts",
  "src/web/board/card.tsx",
  "src/web/board/card-state.ts",
  "src/web/settings/harness-editor.tsx",
  "docs/card.md",
  "vendor/lib/",
  "Über uns.md",
]);

const paths = (query: string, limit = 50) =>
  matchFiles(index, query, limit).map(({ path, isDirectory }) => (isDirectory ? `${path}/` : path));

test("folders are there beside their files, each once", () => {
  expect(paths("").filter((path) => path.endsWith("/"))).toEqual([
    ...["docs/", "src/", "vendor/", "src/engine/", "src/web/", "vendor/lib/"],
    ...["src/web/board/", "src/web/settings/"],
  ]);
  expect(paths("", 3)).toEqual(["docs/", "src/", "vendor/"]);
});

test.each([
  ["card", ["docs/card.md", "src/web/board/card.tsx", "src/web/board/card-state.ts"]],
  ["CARD.T", ["src/web/board/card.tsx"]],
  ["src/", ["src/"]],
  ["harness", ["src/engine/harnesses.ts", "src/engine/harness-config.ts"]],
  ["config", ["src/engine/harness-config.ts"]],
  ["card web", ["src/web/board/card.tsx", "src/web/board/card-state.ts"]],
  ["hconf", ["src/engine/harness-config.ts"]],
  ["wbct", ["src/web/board/card.tsx"]],
  ["über", ["Über uns.md"]],
  ["vendor/l", ["vendor/lib/"]],
])("%j means %j first", (query, expected) => {
  expect(paths(query).slice(0, expected.length)).toEqual([...expected]);
});

test("what is in no path in this order is not found, and words must all be", () => {
  expect(paths("zzz")).toEqual([]);
  expect(paths("card zzz")).toEqual([]);
  expect(paths("drac")).toEqual([]);
  expect(paths("mainx")).toEqual([]);
});

test("20,000 files are searched within a key press", () => {
  const files = Array.from(
    { length: 20_000 },
    (_, n) => `packages/part-${n % 97}/src/feature-${n % 13}/component-${n}.tsx`,
  );
  const many = indexFiles(files);
  const took = ["", "c", "component-1999", "p9f3c7tsx", "part-9 component-1 tsx"].map((query) => {
    const times = Array.from({ length: 5 }, () => {
      const began = performance.now();
      expect(matchFiles(many, query, 30).length).toBe(30);
      return performance.now() - began;
    });
    return Math.min(...times);
  });
  expect(Math.max(...took)).toBeLessThan(50);
});
