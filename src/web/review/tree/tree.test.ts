import { expect, test } from "bun:test";
import { aFile } from "../../test-support/changes.ts";
import { filterFiles, inTreeOrder, treeKey, treeRows } from "./tree.ts";

const files = [
  "bun.lock",
  "docs/idempotency.md",
  "src/outbox/put.ts",
  "src/refunds/create.ts",
  "src/refunds/create.test.ts",
  "src/index.ts",
  "tools/gen/deep/one.ts",
].map((path) => aFile(path));

const shape = (closed?: ReadonlySet<string>) =>
  treeRows(files, closed).map(
    ({ kind, name, depth }) => `${"  ".repeat(depth)}${name}${kind === "folder" ? "/" : ""}`,
  );

test("folders come first, then files, each by name", () => {
  expect(shape()).toEqual([
    "docs/",
    "  idempotency.md",
    "src/",
    "  outbox/",
    "    put.ts",
    "  refunds/",
    "    create.test.ts",
    "    create.ts",
    "  index.ts",
    "tools/gen/deep/",
    "  one.ts",
    "bun.lock",
  ]);
});

test("a closed folder keeps its row and hides what is in it", () => {
  expect(shape(new Set(["src/refunds", "tools/gen/deep"]))).toEqual([
    "docs/",
    "  idempotency.md",
    "src/",
    "  outbox/",
    "    put.ts",
    "  refunds/",
    "  index.ts",
    "tools/gen/deep/",
    "bun.lock",
  ]);
});

test("files are read in the order of the tree", () => {
  expect(
    inTreeOrder(files)
      .map(({ path }) => path)
      .slice(0, 3),
  ).toEqual(["docs/idempotency.md", "src/outbox/put.ts", "src/refunds/create.test.ts"]);
});

test("the filter wants every word somewhere in the path, or in the path it had", () => {
  const moved = aFile("src/new.ts", { oldPath: "lib/old.ts", status: "renamed" });
  const found = (text: string) => filterFiles([...files, moved], text).map(({ path }) => path);
  expect(found("REFUNDS test")).toEqual(["src/refunds/create.test.ts"]);
  expect(found("old.ts")).toEqual(["src/new.ts"]);
  expect(found("  ")).toHaveLength(8);
  expect(found("nothing like it")).toEqual([]);
});

test("keys go through the tree, fold and open it, and lead on to the lines", () => {
  const rows = treeRows(files, new Set(["src/outbox"]));
  const at = (path: string) => rows.findIndex((row) => row.path === path);
  const told = (path: string, key: string) => {
    const act = treeKey(rows, at(path), key);
    if (act === null) return null;
    if (act.kind === "fold") return `${act.shut ? "close" : "open"} ${act.path}`;
    return act.kind === "read" ? "read" : `${act.kind} ${act.row.path}`;
  };
  expect(told("docs/idempotency.md", "ArrowDown")).toBe("go src");
  expect(told("src", "ArrowUp")).toBe("go docs/idempotency.md");
  expect(told("docs", "ArrowUp")).toBeNull();
  expect(told("src", "ArrowLeft")).toBe("close src");
  expect(told("src/outbox", "ArrowRight")).toBe("open src/outbox");
  expect(told("src/outbox", "ArrowLeft")).toBe("go src");
  expect(told("src/refunds/create.ts", "ArrowLeft")).toBe("go src/refunds");
  expect(told("src/refunds/create.ts", "ArrowRight")).toBe("read");
  expect(told("src/refunds", "ArrowRight")).toBe("go src/refunds/create.test.ts");
  expect(told("src/refunds", "Enter")).toBe("close src/refunds");
  expect(told("bun.lock", " ")).toBe("mark bun.lock");
  expect(told("src/index.ts", "Home")).toBe("go docs");
  expect(told("src/index.ts", "End")).toBe("go bun.lock");
  expect(told("src/index.ts", "x")).toBeNull();
});
