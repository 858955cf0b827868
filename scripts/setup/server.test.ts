import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ownFiles } from "../../src/host/own-files.ts";
import { SetupFault } from "./fault.mjs";
import { bundledClient, bundledServer, ensureServer, isBundled } from "./server.mjs";

let base = "";

/** A program of two files, whose last line is where its `greet` can fail. */
const program = (word: string) =>
  `import { greet } from "../word.ts";\nconsole.log(greet(${JSON.stringify(word)}, process.argv[2]));\n`;

const write = (path: string, text: string): void => {
  const file = join(base, path);
  mkdirSync(join(file, ".."), { recursive: true });
  writeFileSync(file, text);
};

const ensure = () => ensureServer(process.execPath, base);

function run(file: string, ...argv: string[]): { stdout: string; stderr: string } {
  const { stdout, stderr } = Bun.spawnSync([process.execPath, file, ...argv]);
  return { stdout: stdout.toString(), stderr: stderr.toString() };
}

/** Tells one build of the server from another. */
const built = () => statSync(bundledServer(base), { bigint: true }).ino;

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), "agetor-server-"));
  const lines = ["export function greet(word: string, fail?: string): string {"];
  lines.push('  if (fail) throw new Error("cannot greet");', "  return word;", "}", "");
  write("src/word.ts", lines.join("\n"));
  write("src/main.ts", program("server").replace("../word", "./word"));
  write("src/cli/main.ts", program("client"));
  write("src/agents/fake/agent.ts", program("agent").replace("../word", "../../word"));
});

afterEach(() => rmSync(base, { recursive: true, force: true }));

describe("the server", () => {
  test("is bundled with the programs it starts, where it looks for them", async () => {
    await ensure();
    const own = ownFiles(bundledServer(base));
    expect(own.cli).toBe(bundledClient(base));
    expect(run(bundledServer(base)).stdout).toBe("server\n");
    expect(run(own.cli).stdout).toBe("client\n");
    expect(run(own.fakeAgent).stdout).toBe("agent\n");
    expect(own.board).toBe(join(base, "dist/web"));
    expect(own.manifest).toBe(join(base, "package.json"));
    expect(existsSync(join(base, ".setup/server-new"))).toBe(false);
  });

  test("needs nothing of its sources, and its stacks name them all the same", async () => {
    await ensure();
    renameSync(join(base, "src"), join(base, "elsewhere"));
    const { stderr } = run(bundledServer(base), "fail");
    expect(stderr).toContain("cannot greet");
    expect(stderr).toContain(`${join(base, "src/word.ts")}:2:`);
    expect(stderr).toContain(`${join(base, "src/main.ts")}:2:`);
  });

  test("is bundled anew when it is stale or not whole, and only then", async () => {
    await ensure();
    const first = built();
    write("src/web/app.tsx", "export {};");
    write("src/word.test.ts", "export {};");
    await ensure();
    expect(built()).toBe(first);

    write("src/main.ts", 'console.log("changed");');
    await ensure();
    expect(built()).not.toBe(first);
    expect(run(bundledServer(base)).stdout).toBe("changed\n");

    rmSync(bundledClient(base));
    await ensure();
    expect(run(bundledClient(base)).stdout).toBe("client\n");
  });

  test("that cannot be bundled says why, and the old one stays until there is a whole one", async () => {
    await ensure();
    const first = built();
    write("src/cli/main.ts", 'import { gone } from "./gone.ts";\ngone();\n');
    const fault = await ensure().catch((thrown: unknown) => thrown);
    expect(fault).toBeInstanceOf(SetupFault);
    expect((fault as SetupFault).message).toContain("./gone.ts");
    expect((fault as SetupFault).message).toContain("bundling the server failed");
    expect(built()).toBe(first);
    expect(run(bundledClient(base)).stdout).toBe("client\n");

    write("src/cli/gone.ts", 'export const gone = () => console.log("found");\n');
    await ensure();
    expect(run(bundledClient(base)).stdout).toBe("found\n");
  });

  test("starts also while its files are being replaced: a hook may come at any moment", async () => {
    await ensure();
    const old = readFileSync(`${bundledClient(base)}.jsc`);
    write("src/cli/main.ts", `// Longer than before.\n${program("newer client")}`);
    await ensure();
    writeFileSync(`${bundledClient(base)}.jsc`, old);
    expect(run(bundledClient(base)).stdout).toBe("newer client\n");
  });
});

test("no part of it asks where it lies: in the bundle it would hear where it lay", () => {
  const root = join(import.meta.dir, "../..");
  const sources = [...new Bun.Glob("src/**/*.ts").scanSync({ cwd: root })].filter(isBundled);
  expect(sources).toContain("src/main.ts");
  const asking = sources.filter((path) =>
    // Comments may name it.
    /(?<!`)import\.meta\.(?!main\b)/.test(readFileSync(join(root, path), "utf8")),
  );
  expect(asking).toEqual([]);
});

test("from source the programs are sources", () => {
  expect(ownFiles("/a/src/main.ts")).toEqual({
    cli: "/a/src/cli/main.ts",
    fakeAgent: "/a/src/agents/fake/agent.ts",
    board: "/a/dist/web",
    manifest: "/a/package.json",
  });
});
